//! Sets a value of the only element that a pattern names.

use super::pattern::{Pattern, Step, missing, only_element, require_xml};
use crate::operation::prelude::*;
use crate::syntax::xml::Element;

/// Sets a value. `expect` changes what is known of the element into what is known of it afterwards; `rewrite` makes the change, if
/// one is needed.
pub(super) fn set(
    site: &Site<'_>,
    code: &str,
    expect: impl FnOnce(&mut Step),
    rewrite: impl FnOnce(&Element) -> Result<Option<Rewrite>, Failure>,
) -> Answer {
    require_xml(site.file)?;
    let pattern = Pattern::parse(code).map_err(Failure::fault)?;
    if pattern.find(site.file, site.scope).is_empty() {
        // The change may have been made of what names the element.
        let mut done = pattern.clone();
        expect(done.last_mut());
        let found = if done == pattern { Vec::new() } else { done.find(site.file, site.scope) };
        return match found[..] {
            [one] => already(one.span.start),
            // Of several with the new value, any may have had it before; a receipt can tell.
            _ => {
                let results = found.iter().map(|element| element.span.start).collect();
                Err(Miss { results, ..missing(site, code, &pattern) }.into())
            }
        };
    }
    let element = only_element(site, code)?;
    match rewrite(element)? {
        Some(rewrite) => change_at(vec![element.head], vec![rewrite]),
        None => already(element.span.start),
    }
}
