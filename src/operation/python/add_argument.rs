//! `python.add-argument`.

use super::list_edit::{Kind, ListEdit, call_anchor, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Edge;

arguments! {
    /// `python.add-argument`: adds an argument to a call: a positional one after those that it has, one with a keyword
    /// before `*args` and `**kw`, unless a place is given.
    ///
    /// It refuses a keyword that the call has already, and a call whose only argument is a generator.
    ///
    /// ```yaml
    /// file: setup.py
    /// within: {class: Build, function: detect}
    /// python.add-argument: {call: Extension, first: "'demo'", argument: "libraries=['m']"}
    /// ```
    /// ```diff
    ///  class Build:
    ///      def detect(self):
    ///          exts.append( Extension('other', ['other.c']) )
    /// -        exts.append( Extension('demo', ['demo.c']) )
    /// +        exts.append( Extension('demo', ['demo.c'], libraries=['m']) )
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.add-argument: {call: open, argument: "'rb'", after: name}
    /// ```
    /// ```diff
    /// -f = open(name)
    /// +f = open(name, 'rb')
    ///  g(f)
    /// ```
    pub struct AddArgument {
        /// The function that is called: its name, also where it is an attribute, or a dotted name.
        call: String,
        /// The first argument of the call.
        first: Option<String>,
        /// The new argument.
        argument: String,
        /// The argument before which it is put: all of it, or its keyword.
        before: Option<String>,
        /// The argument after which it is put.
        after: Option<String>,
        /// `start` or `end` of the arguments.
        at: Option<Edge>,
        /// How many calls match.
        count: Count,
    }
}

impl AddArgument {
    fn edit(&self) -> ListEdit<'_> {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        ListEdit::Add { new: &self.argument, before, after, at: self.at }
    }
}

impl Operate for AddArgument {
    fn describe(&self) -> Description<'_> {
        Description::new(call_anchor(&self.call, self.first.as_ref())).label(&self.argument).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.call, "function")?;
        self.edit().check(Kind::Argument)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().of_calls(site, &self.call, self.first.as_deref(), self.count)
    }
}
