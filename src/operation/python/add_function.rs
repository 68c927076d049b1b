//! `python.add-function`.

use super::definition::add_to_module;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.add-function`: adds a function to a module.
    ///
    /// It refuses to replace another function of that name, and a file that cannot be parsed.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// python.add-function: {function: g, after: f, code: 'def g(): pass'}
    /// ```
    /// ```diff
    ///  def f():
    ///      pass
    ///
    ///
    /// +def g(): pass
    /// +
    /// +
    ///  x = 1
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.add-function:
    ///   function: launch
    ///   code: |
    ///     def launch(name):
    ///         return spawn(name)
    /// ```
    /// ```diff
    ///  import sys
    ///
    ///  def spawn(name):
    ///      pass
    /// +
    /// +
    /// +def launch(name):
    /// +    return spawn(name)
    /// ```
    pub struct AddFunction {
        /// The function's name; the code must define it.
        function: String,
        /// The function or class after which it is put; at the end of the file unless given.
        after: Option<String>,
        /// Its definition.
        code: Text,
    }
}

impl Operate for AddFunction {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(self.after.clone())).texts([&self.code])
    }

    moves_to!(self, Anchor::Definition(after) => self.after = after);

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.code)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let why = || format!("there is a function `{}`: `python.replace-function`", self.function);
        let code = site.texts.get(&self.code);
        add_to_module(site.file, code, &self.function, self.after.as_deref(), |it| !it.is_class(), &why)
    }
}
