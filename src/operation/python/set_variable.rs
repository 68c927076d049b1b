//! `python.set-variable`.

use super::items::{Match, answer, replacement};
use super::statements::require_statements;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::python::{Assignment, is_expression};

arguments! {
    /// `python.set-variable`: changes the value that a constant of a module, an attribute of a class or a variable of a
    /// function is given.
    ///
    /// It refuses a variable that is given its value together with others: `a = b = 1`.
    ///
    /// ```yaml
    /// file: Lib/socket.py
    /// python.set-variable: {name: DEFAULT_TIMEOUT, value: "60"}
    /// ```
    /// ```diff
    /// -DEFAULT_TIMEOUT = 30  # seconds
    /// +DEFAULT_TIMEOUT = 60  # seconds
    ///
    ///  def f():
    ///      DEFAULT_TIMEOUT = 1
    /// ```
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// within: {class: FooTests}
    /// python.set-variable: {name: timeout, value: None}
    /// ```
    /// ```diff
    ///  class FooTests(unittest.TestCase):
    /// -    timeout = 30
    /// +    timeout = None
    /// ```
    pub struct SetVariable {
        /// The variable, which is assigned directly in the file or in the class or function that `within` names; or an
        /// attribute, which may be assigned in its functions: `self.libraries`.
        name: String,
        /// The new value.
        value: String,
        /// How many assignments are changed.
        count: Count,
    }
}

impl Operate for SetVariable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.name.clone())).compared(Compared::Value).within()
    }

    moves_to!(self, Anchor::Text(name) => self.name = name);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.name)?;
        ensure(is_expression(self.value.trim().as_bytes()), "needs a `value` that is an expression")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let value = self.value.trim().as_bytes();
        let mut matches = Vec::new();
        for one in assignments(site, &self.name)? {
            let is_made = site.file.python().is_code(one.value, value);
            if !is_made && !one.is_single {
                let why = "other variables are given the same value: `python.replace` can change it";
                return refused(why, one.target.start);
            }
            let new = replacement(&site.file.bytes, one.value, &self.value);
            matches.push(Match { at: one.value, rewrites: if is_made { Vec::new() } else { vec![new] } });
        }
        answer(&named(&self.name), self.count, matches, &|| similar_variables(site, &self.name))
    }
}

/// The assignments of a variable in the site's scope.
pub(super) fn assignments(site: &Site<'_>, name: &str) -> Result<Vec<Assignment>, Failure> {
    require_statements(site.file)?;
    let mut all = site.file.python().own_assignments(name.trim().as_bytes(), site.scope);
    all.retain(|one| !one.is_augmented);
    Ok(all)
}

/// A variable, for messages.
pub(super) fn named(name: &str) -> String {
    format!("the variable `{}`", name.trim())
}

/// The variables of the scope whose names resemble one that was not found.
pub(super) fn similar_variables(site: &Site<'_>, name: &str) -> Vec<usize> {
    let targets = site.file.python().targets(site.scope).into_iter();
    nearest(name.trim(), targets.map(|one| (one.start, String::from_utf8_lossy(one.of(&site.file.bytes)))))
}

/// Checks the name of a variable.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    ensure(is_expression(name.trim().as_bytes()), "needs the `name` of a variable or attribute")
}
