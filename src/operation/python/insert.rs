//! `python.insert`.

use super::statements::{Statements, check_statements, require_statements};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, check_insertion, insert, inserting};

arguments! {
    /// `python.insert`: inserts statements before or after a statement, or at the start or end of a function, class or file.
    ///
    /// It refuses a file that does not parse, and never inserts inside a statement.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// within: {function: main}
    /// python.insert: {after: prefixes = known(), text: 'prefixes.append("/lustre")'}
    /// ```
    /// ```diff
    ///  def main():
    ///      prefixes = known()
    /// +    prefixes.append("/lustre")
    ///      return prefixes
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.insert: {before: 'import stat as st', text: import device}
    /// ```
    /// ```diff
    ///  import sys
    ///
    /// +import device
    ///  # The names of modes.
    ///  import stat as st
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.insert: {before: 'import stat as st', below-comment: true, text: import device}
    /// ```
    /// ```diff
    ///  import sys
    ///
    ///  # Modules of the system.
    /// +import device
    ///  import stat as st
    /// ```
    one_of(at, before, after)
    pub struct Insert {
        /// `start` or `end` of the function, class or file. The start is after a docstring.
        at: Option<Edge>,
        /// Code before whose statement they are inserted, above the comment lines that belong to it.
        before: Option<String>,
        /// Code after whose statement they are inserted: after the whole block, if it has one.
        after: Option<String>,
        /// Whether they are inserted below the comment lines above `before`, rather than above these. Unless given, only comments are.
        below_comment: Option<bool>,
        /// The statements, indented as if they were at column 0.
        text: Text,
        /// How many matches the anchor has.
        count: Count,
    }
}

inserting! { Insert {
    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_insertion(&self.insertion(), texts)?;
        check_statements(texts.get(&self.text))
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.text)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        insert(&Statements, site, &self.insertion())
    }
}}
