//! `c.remove-declaration`.

use super::declaration::{declarations, near_names};
use super::statements::Statements;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Units, gone_by_name};

arguments! {
    /// `c.remove-declaration`: removes a prototype, or the declaration of a variable or type, outside of functions.
    ///
    /// It refuses a declaration of several names, of which only one is meant.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.remove-declaration: {name: environ}
    /// ```
    /// ```diff
    ///  int x;
    /// -extern char **environ;
    ///  int y;
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// c.remove-declaration: {name: load, comment: true}
    /// ```
    /// ```diff
    ///  int x;
    /// -/* Loads a module. */
    /// -static int load(char *,
    /// -                int);
    ///  int y;
    /// ```
    pub struct RemoveDeclaration {
        /// The declared name.
        name: String; not_empty,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
        /// How many declarations it has in the scope.
        count: Count,
    }
}

impl Operate for RemoveDeclaration {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.name.clone())).label(self.name.clone()).within().removes()
    }

    moves_to!(self, Anchor::Text(name) => self.name = name);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.name.trim().is_empty(), "has an empty `name`")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let all = declarations(site, &self.name);
        let what = format!("the declaration of `{}`", self.name);
        if all.is_empty() {
            return gone_by_name(site, &what, near_names(site, &self.name));
        }
        if let Some(several) = all.iter().find(|one| one.names.len() > 1) {
            let why = format!("it also declares others: {}; write `c.replace`", several.names.join(", "));
            return refused(why, several.span.start);
        }
        let found: Vec<Span> = all.iter().map(|one| one.span).collect();
        let rewrite = |span: Span| {
            Rewrite::remove(if self.comment { Statements.commented(site.file, span) } else { span })
        };
        match_count(&what, self.count.0, &found, &Results::proof(Vec::new()), rewrite, Vec::new)
    }
}
