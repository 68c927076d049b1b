//! `python.add-class`.

use super::definition::add_to_module;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::python::Definition;

arguments! {
    /// `python.add-class`: adds a class to a module.
    ///
    /// It refuses code that does not define the class, and a class that the module has with other code.
    ///
    /// ```yaml
    /// file: Lib/foo.py
    /// python.add-class: {class: B, after: A, code: 'class B(A): pass'}
    /// ```
    /// ```diff
    ///  class A(object):
    ///      pass
    ///
    ///
    /// +class B(A): pass
    /// +
    /// +
    ///  x = 1
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.add-class:
    ///   class: Error
    ///   code: |
    ///     class Error(Exception):
    ///         """A failure."""
    /// ```
    /// ```diff
    ///  x = 1
    /// +
    /// +
    /// +class Error(Exception):
    /// +    """A failure."""
    /// ```
    pub struct AddClass {
        /// The class's name; the code must define it.
        class: String,
        /// The function or class after which it is put; at the end of the file unless given.
        after: Option<String>,
        /// Its definition.
        code: Text,
    }
}

impl Operate for AddClass {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(self.after.clone())).texts([&self.code])
    }

    moves_to!(self, Anchor::Definition(after) => self.after = after);

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.code)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let why = || format!("there is a class `{}`: `python.replace`", self.class);
        let code = site.texts.get(&self.code);
        add_to_module(site.file, code, &self.class, self.after.as_deref(), Definition::is_class, &why)
    }
}
