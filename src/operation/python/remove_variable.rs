//! `python.remove-variable`.

use super::items::{Match, answer, removed};
use super::set_variable::{assignments, check_name, named, similar_variables};
use super::statements::Statements;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::with_comments;

arguments! {
    /// `python.remove-variable`: removes the assignment of a constant of a module, an attribute of a class or a variable of
    /// a function.
    ///
    /// It refuses an assignment that shares its line with others. Where a similar name is assigned instead, the
    /// variable is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/socket.py
    /// python.remove-variable: {name: _have_ssl, comment: true}
    /// ```
    /// ```diff
    ///  import _socket
    /// -# set by configure
    /// -_have_ssl = False
    ///  import os
    /// ```
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// within: {class: FooTests}
    /// python.remove-variable: {name: timeout}
    /// ```
    /// ```diff
    ///  class FooTests(unittest.TestCase):
    ///      name = 'foo'
    /// -    timeout = 30
    /// ```
    pub struct RemoveVariable {
        /// The variable, which is assigned directly in the file or in the class or function that `within` names; or an
        /// attribute, which may be assigned in its functions: `self.libraries`.
        name: String,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
        /// How many assignments are removed.
        count: Count,
    }
}

impl Operate for RemoveVariable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.name.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(name) => self.name = name);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.name)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let found = assignments(site, &self.name)?;
        if found.is_empty() {
            return removed(&named(&self.name), similar_variables(site, &self.name), site.scope.start);
        }
        let mut matches = Vec::new();
        for one in found {
            if !one.place.is_alone || !one.is_single {
                let why = "the assignment shares its lines with others: `python.replace` can change it";
                return refused(why, one.target.start);
            }
            let lines = one.place.lines;
            let lines = if self.comment { with_comments(&Statements, site.file, lines) } else { lines };
            matches.push(Match { at: one.target, rewrites: vec![Rewrite::remove(lines)] });
        }
        answer(&named(&self.name), self.count, matches, &Vec::new)
    }
}
