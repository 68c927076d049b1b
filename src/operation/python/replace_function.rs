//! `python.replace-function`.

use super::definition::replace_definition;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.replace-function`: replaces a function of a module, or a method by its dotted name.
    ///
    /// It does not fit where the module does not define the function once.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// python.replace-function: {function: f, code: 'def f(): return 2'}
    /// ```
    /// ```diff
    /// +def f(): return 2
    /// -def f():
    /// -    return 1
    /// ```
    /// ```yaml
    /// file: Lib/platform.py
    /// python.replace-function:
    ///   function: node
    ///   code: |
    ///     def node():
    ///         return "device"
    /// ```
    /// ```diff
    ///  import os
    ///
    ///
    ///  def node():
    /// -    """The name of this machine."""
    /// -    return os.uname()[1]
    /// +    return "device"
    ///
    ///
    ///  x = 1
    /// ```
    pub struct ReplaceFunction {
        /// The function's name; the code must define it, or the last part of a dotted name.
        function: String,
        /// Its new definition.
        code: Text,
    }
}

impl Operate for ReplaceFunction {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.function.clone())))
            .compared(Compared::Value)
            .texts([&self.code])
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.code)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let code = site.texts.get(&self.code);
        // A method by its dotted name, too.
        let name = self.function.rsplit('.').next().unwrap_or_default();
        replace_definition(site.file, code, &self.function, name, "function")
    }
}
