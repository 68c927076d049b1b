//! `c.remove-macro`.

use super::macros::{check_name, definitions, is_same_value, near_macros};
use super::statements::Statements;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Units, gone_by_name};
use crate::syntax::c::Define;

arguments! {
    /// `c.remove-macro`: removes a `#define` with its continuation lines.
    ///
    /// Where a macro of a similar name is defined, the macro is missing, not already removed.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.remove-macro: {name: MAGIC}
    /// ```
    /// ```diff
    ///  int a;
    /// -#define MAGIC \
    /// -    1
    ///  int b;
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// c.remove-macro: {name: MAX, comment: true}
    /// ```
    /// ```diff
    ///  int a;
    /// -/* The larger one. */
    /// -#define MAX(a, b) ((a) < (b) ? (b) : (a))
    ///  int b;
    /// ```
    pub struct RemoveMacro {
        /// The macro, without parameters.
        name: String,
        /// The value of the definition to remove, if the macro has several definitions.
        value: Option<String>,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
        /// How many definitions it has in the scope.
        count: Count,
    }
}

impl Operate for RemoveMacro {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.name.clone())).label(self.name.clone()).within().removes()
    }

    moves_to!(self, Anchor::Text(name) => self.name = name);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.name)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let all = definitions(site, &self.name);
        let text = &site.file.bytes;
        let has_value = |define: &&&Define| {
            self.value.as_ref().is_none_or(|value| is_same_value(define.value.of(text), value.as_bytes()))
        };
        let found: Vec<Span> = all.iter().filter(has_value).map(|define| define.span).collect();
        let what = format!("the definition of `{}`", self.name);
        if found.is_empty() && !all.is_empty() {
            let what = format!("no definition of `{}` has this value", self.name);
            let mut miss = Miss::new(what).near(all.iter().map(|define| define.span.start));
            miss.results = vec![site.scope.start];
            return Err(miss.into());
        }
        if found.is_empty() {
            return gone_by_name(site, &what, near_macros(site, &self.name));
        }
        let rewrite = |span: Span| {
            Rewrite::remove(if self.comment { Statements.commented(site.file, span) } else { span })
        };
        match_count(&what, self.count.0, &found, &Results::proof(Vec::new()), rewrite, Vec::new)
    }
}
