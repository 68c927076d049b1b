//! `c.replace-include`.

use super::add_include::{check_quotes, included, near_includes};
use crate::operation::prelude::*;
use crate::syntax::c::Include;

/// `c.replace-include`: includes another file in place of one.
///
/// It refuses a new name without quotes. The comment after the old name stays.
///
/// ```yaml
/// file: Python/import.c
/// c.replace-include: {include: dlfcn.h, with: '"yod_dlfcn.h"'}
/// ```
/// ```diff
///  #include "Python.h"
/// -#include <dlfcn.h> /* dlopen */
/// +#include "yod_dlfcn.h" /* dlopen */
///  int x;
/// ```
/// ```yaml
/// file: Python/import.c
/// c.replace-include: {include: yod.h, with: <yod.h>}
/// ```
/// ```diff
/// -#include "yod.h"
/// +#include <yod.h>
///  int x;
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplaceInclude {
    /// The included file, without quotes.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub include: String,
    /// The file to include, with its quotes: `"yod.h"` or `<yod.h>`.
    #[cfg_attr(test, schemars(regex(pattern = r#"^(".*"|<.*>)$"#)))]
    pub with: String,
    /// How many times it is included in the scope.
    #[serde(default)]
    pub count: Count,
}

impl Operate for ReplaceInclude {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Include(self.include.clone())).label("include".to_owned()).within()
    }

    moves_to!(self, Anchor::Include(include) => self.include = include);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.include.trim().is_empty(), "has an empty `include`")?;
        check_quotes(&self.with, "with")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        // The name with its quotes, or the macro in its place.
        let name = |include: &&Include| {
            let line = include.span.of(text);
            let quoted = |open: u8, close: u8| {
                let start = line.iter().position(|b| *b == open)?;
                let end = line[start + 1..].iter().position(|b| *b == close)?;
                Some(Span::new(include.span.start + start, include.span.start + start + end + 2))
            };
            let all = [quoted(b'"', b'"'), quoted(b'<', b'>')];
            all.into_iter().flatten().min_by_key(|span| span.start)
        };
        let names = |path: &str| -> Vec<Span> { included(site, path).iter().filter_map(name).collect() };
        let (found, with) = (names(&self.include), self.with.trim());
        let new = with.trim_matches(['"', '<', '>']);
        let mut done = names(new);
        done.retain(|span| span.of(text) == with.as_bytes());
        let what = format!("the include of `{}`", self.include);
        let rewrite = |span: Span| Rewrite::replace(span, with);
        let near = || near_includes(site, &self.include);
        match_count(&what, self.count.0, &found, &Results::proof(done), rewrite, near)
    }
}
