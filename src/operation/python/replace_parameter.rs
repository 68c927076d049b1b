//! `python.replace-parameter`.

use super::list_edit::{Kind, ListEdit, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.replace-parameter`: replaces a parameter of a function or method.
    ///
    /// It does not fit where the function has no such parameter, or where several functions have the name.
    ///
    /// ```yaml
    /// file: Lib/socket.py
    /// python.replace-parameter: {function: connect, parameter: timeout, with: timeout=60}
    /// ```
    /// ```diff
    /// -def connect(address, timeout=30):
    /// +def connect(address, timeout=60):
    ///      pass
    /// ```
    /// ```yaml
    /// file: Lib/subprocess.py
    /// within: {class: Popen}
    /// python.replace-parameter: {function: __init__, parameter: bufsize, with: bufsize=-1}
    /// ```
    /// ```diff
    ///  class Popen:
    /// -    def __init__(self, args, bufsize=0,
    /// +    def __init__(self, args, bufsize=-1,
    ///                   shell=False):
    ///          pass
    /// ```
    pub struct ReplaceParameter {
        /// The function or method, by its dotted name, or by its own name inside a `within`.
        function: String,
        /// The parameter: its name, or all of it.
        parameter: String,
        /// The new parameter, with its value if it has one.
        with: String,
    }
}

impl ReplaceParameter {
    fn edit(&self) -> ListEdit<'_> {
        ListEdit::Replace { item: &self.parameter, with: &self.with }
    }
}

impl Operate for ReplaceParameter {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.function.clone())))
            .compared(Compared::Value)
            .label(&self.parameter)
            .within()
    }

    moves_to!(self, Anchor::Definition(Some(path)) => self.function = path);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.function, "function")?;
        self.edit().check(Kind::Parameter)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().of_definition(site, self.function.trim(), Kind::Parameter)
    }
}
