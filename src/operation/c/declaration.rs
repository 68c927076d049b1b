//! Finds declarations by name.

use crate::operation::prelude::*;
use crate::syntax::c::Declaration;

/// The declarations of a name in the scope of the site.
pub(super) fn declarations(site: &Site<'_>, name: &str) -> Vec<Declaration> {
    let all = site.file.c().declarations(site.scope);
    all.into_iter().filter(|one| one.names.iter().any(|own| own == name)).collect()
}

/// The declaration or function of a name, as the neighbour of another one.
pub(super) fn declared(site: &Site<'_>, name: &str) -> Result<Span, Failure> {
    let found: Vec<Span> = declarations(site, name).into_iter().map(|one| one.span).collect();
    let c = site.file.c();
    let functions = c.functions().iter().filter(|f| f.name == name && site.scope.contains(f.span()));
    let functions: Vec<Span> = functions.filter_map(|function| c.whole_units(function.span())).collect();
    let all = if found.is_empty() { functions } else { found };
    match all[..] {
        [one] => Ok(one),
        [] => Err(Miss::new(format!("`{name}` is not declared")).near(near_names(site, name)).into()),
        _ => {
            let what = format!("`{name}` is declared {} times", all.len());
            Err(Failure::ambiguous(what, all.iter().map(|span| span.start)))
        }
    }
}

/// The declarations of similar names.
pub(super) fn near_names(site: &Site<'_>, name: &str) -> Vec<usize> {
    let all = site.file.c().declarations(site.scope);
    let names = all.iter().flat_map(|one| one.names.iter().map(|own| (one.span.start, own.as_str().into())));
    nearest(name, names)
}
