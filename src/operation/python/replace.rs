//! `python.replace`.

use super::statements::{Statements, require_statements};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Replacement, replace};

arguments! {
    /// `python.replace`: replaces code: statements, or a part of one.
    ///
    /// It refuses a file that does not parse, before or after the edit. Strings are matched as a whole.
    ///
    /// ```yaml
    /// file: Lib/subprocess.py
    /// within: {class: Popen, function: _run}
    /// python.replace: {find: "'/bin/sh'", with: SHELL}
    /// ```
    /// ```diff
    ///  class Popen:
    ///      def _run(self, args):
    /// -        return run( '/bin/sh', args)
    /// +        return run( SHELL, args)
    /// ```
    /// ```yaml
    /// file: setup.py
    /// python.replace: {find: "['c', 'm']", with: "['c']"}
    /// ```
    /// ```diff
    ///  exts = Extension(
    /// -    'x', libraries=[
    /// -        'c',  # always
    /// -        'm'])
    /// +    'x', libraries=['c'])
    /// ```
    pub struct Replace {
        /// The code to replace. Blanks, line breaks and comments between its tokens do not matter.
        find: String; not_empty,
        /// The new code.
        with: Text,
        /// How many matches the code has.
        count: Count,
    }
}

impl Operate for Replace {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).texts([&self.with]).within()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")?;
        let is_empty = texts.get(&self.with).trim_ascii().is_empty();
        ensure(!is_empty, "has an empty `with`: write `python.remove` to remove statements")
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.with)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        replace(&Statements, site, &Replacement { find: &self.find, with: &self.with, count: self.count.0 })
    }
}
