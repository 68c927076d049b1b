//! `python.remove-function`.

use super::removal::remove_definition;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-function`: removes a function, or a method by its dotted name, with its decorators and the blank lines
    /// around it.
    ///
    /// Where the file has a similar function instead, the function is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// python.remove-function: {function: f}
    /// ```
    /// ```diff
    ///  x = 1
    ///
    /// -def f():
    /// -    return x
    /// -
    ///  def g(): pass
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.remove-function: {function: Foo.f, comment: true}
    /// ```
    /// ```diff
    ///  class Foo:
    ///      x = 1
    ///
    /// -    # obsolete
    /// -    def f(self): pass
    /// -
    ///      def g(self): pass
    /// ```
    pub struct RemoveFunction {
        /// The function.
        function: String,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
    }
}

impl Operate for RemoveFunction {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.function.clone()))).within().removes()
    }

    moves_to!(self, Anchor::Definition(Some(function)) => self.function = function);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.function.trim().is_empty(), "names no function")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        remove_definition(site, self.function.trim(), self.comment)
    }
}
