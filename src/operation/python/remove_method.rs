//! `python.remove-method`.

use super::removal::remove_definition;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-method`: removes a method of a class, with its decorators and the blank lines around it.
    ///
    /// Where the class has a similar method instead, the method is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/foo.py
    /// python.remove-method: {class: A, method: f}
    /// ```
    /// ```diff
    ///  class A:
    ///      x = 1
    /// -
    /// -    @property
    /// -    def f(self):
    /// -        return x
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.remove-method: {class: A, method: f, comment: true}
    /// ```
    /// ```diff
    ///  class A:
    /// -    # obsolete
    /// -    def f(self):
    /// -        pass
    /// -
    ///      def g(self):
    ///          pass
    /// ```
    pub struct RemoveMethod {
        /// The class, by its dotted name.
        class: String,
        /// The method.
        method: String,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
    }
}

impl RemoveMethod {
    fn path(&self) -> String {
        format!("{}.{}", self.class.trim(), self.method.trim())
    }
}

impl Operate for RemoveMethod {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.path()))).within().removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.class.trim().is_empty() && !self.method.trim().is_empty(), "names no method")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        remove_definition(site, &self.path(), self.comment)
    }
}
