//! `python.add-parameter`.

use super::list_edit::{Kind, ListEdit, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Edge;

arguments! {
    /// `python.add-parameter`: adds a parameter to a function or method: one without a value after those that have none, one
    /// with a value before `*args` and `**kw`, unless a place is given.
    ///
    /// It refuses a name that the function has already.
    ///
    /// ```yaml
    /// file: Lib/subprocess.py
    /// python.add-parameter: {function: Popen.kill, parameter: signal=None}
    /// ```
    /// ```diff
    ///  class Popen:
    /// -    def kill(self, **kw):
    /// +    def kill(self, signal=None, **kw):
    ///          pass
    /// ```
    /// ```yaml
    /// file: Lib/socket.py
    /// python.add-parameter: {function: connect, parameter: host, before: timeout}
    /// ```
    /// ```diff
    /// -def connect(port, timeout=30):
    /// +def connect(port, host, timeout=30):
    ///      pass
    /// ```
    pub struct AddParameter {
        /// The function or method, by its dotted name, or by its own name inside a `within`.
        function: String,
        /// The new parameter.
        parameter: String,
        /// The parameter before which it is put.
        before: Option<String>,
        /// The parameter after which it is put.
        after: Option<String>,
        /// `start` or `end` of the list.
        at: Option<Edge>,
    }
}

impl AddParameter {
    fn edit(&self) -> ListEdit<'_> {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        ListEdit::Add { new: &self.parameter, before, after, at: self.at }
    }
}

impl Operate for AddParameter {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.function.clone()))).label(&self.parameter).within()
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
