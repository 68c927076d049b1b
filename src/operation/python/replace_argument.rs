//! `python.replace-argument`.

use super::list_edit::{Kind, ListEdit, call_anchor, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.replace-argument`: replaces an argument of a call, with its keyword.
    ///
    /// It does not fit where no call has the argument, or more calls than `count`.
    ///
    /// ```yaml
    /// file: Lib/foo.py
    /// within: {function: start}
    /// python.replace-argument: {call: Popen, argument: shell, with: shell=False}
    /// ```
    /// ```diff
    ///  def start(command):
    /// -    return subprocess.Popen(command, shell=True,
    /// +    return subprocess.Popen(command, shell=False,
    ///                              close_fds=True)
    /// ```
    /// ```yaml
    /// file: setup.py
    /// python.replace-argument: {call: Extension, first: "'demo'", argument: "['demo.c']", with: "['demo.c', 'more.c']"}
    /// ```
    /// ```diff
    ///  exts.append(Extension('other', ['other.c']))
    /// -exts.append(Extension('demo', ['demo.c']))
    /// +exts.append(Extension('demo', ['demo.c', 'more.c']))
    /// ```
    pub struct ReplaceArgument {
        /// The function that is called: its name, also where it is an attribute, or a dotted name.
        call: String,
        /// The first argument of the call.
        first: Option<String>,
        /// The argument: all of it, or its keyword.
        argument: String,
        /// The new argument, with its keyword if it has one.
        with: String,
        /// How many calls have the argument.
        count: Count,
    }
}

impl ReplaceArgument {
    fn edit(&self) -> ListEdit<'_> {
        ListEdit::Replace { item: &self.argument, with: &self.with }
    }
}

impl Operate for ReplaceArgument {
    fn describe(&self) -> Description<'_> {
        Description::new(call_anchor(&self.call, self.first.as_ref()))
            .compared(Compared::Value)
            .label(&self.argument)
            .within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.call, "function")?;
        self.edit().check(Kind::Argument)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().of_calls(site, &self.call, self.first.as_deref(), self.count)
    }
}
