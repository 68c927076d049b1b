//! `python.remove-argument`.

use super::list_edit::{Kind, ListEdit, call_anchor, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-argument`: removes an argument of a call.
    ///
    /// Where a call has a similar argument instead, the argument is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/foo.py
    /// python.remove-argument: {call: open, argument: buffering}
    /// ```
    /// ```diff
    /// -f = open(name, 'rb', buffering=0)
    /// +f = open(name, 'rb')
    ///  g(f)
    /// ```
    /// ```yaml
    /// file: setup.py
    /// python.remove-argument: {call: Extension, first: "'demo'", argument: libraries}
    /// ```
    /// ```diff
    ///  exts.append(Extension('demo', ['demo.c'],
    /// -                      include_dirs=['.'],
    /// -                      libraries=['m']))
    /// +                      include_dirs=['.']))
    /// ```
    pub struct RemoveArgument {
        /// The function that is called: its name, also where it is an attribute, or a dotted name.
        call: String,
        /// The first argument of the call.
        first: Option<String>,
        /// The argument: all of it, or its keyword.
        argument: String,
        /// How many calls have the argument.
        count: Count,
    }
}

impl RemoveArgument {
    fn edit(&self) -> ListEdit<'_> {
        ListEdit::Remove { item: &self.argument }
    }
}

impl Operate for RemoveArgument {
    fn describe(&self) -> Description<'_> {
        let anchor = call_anchor(&self.call, self.first.as_ref());
        Description::new(anchor).label(&self.argument).within().removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.call, "function")?;
        self.edit().check(Kind::Argument)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().of_calls(site, &self.call, self.first.as_deref(), self.count)
    }
}
