//! `python.remove-parameter`.

use super::list_edit::{Kind, ListEdit, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-parameter`: removes a parameter of a function or method.
    ///
    /// Where the function has a similar parameter instead, the parameter is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/socket.py
    /// python.remove-parameter: {function: connect, parameter: timeout}
    /// ```
    /// ```diff
    /// -def connect(address, timeout=30):
    /// +def connect(address):
    ///      pass
    /// ```
    /// ```yaml
    /// file: Lib/subprocess.py
    /// python.remove-parameter: {function: Popen.kill, parameter: kw}
    /// ```
    /// ```diff
    ///  class Popen:
    /// -    def kill(self, signal, **kw):
    /// +    def kill(self, signal):
    ///          pass
    /// ```
    pub struct RemoveParameter {
        /// The function or method, by its dotted name, or by its own name inside a `within`.
        function: String,
        /// The parameter: its name, or all of it.
        parameter: String,
    }
}

impl RemoveParameter {
    fn edit(&self) -> ListEdit<'_> {
        ListEdit::Remove { item: &self.parameter }
    }
}

impl Operate for RemoveParameter {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.function.clone())))
            .label(&self.parameter)
            .within()
            .removes()
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
