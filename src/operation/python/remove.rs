//! `python.remove`.

use super::statements::{Statements, require_statements};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Removal, remove};

arguments! {
    /// `python.remove`: removes whole statements, each with its block.
    ///
    /// It refuses a part of a statement, and to leave a block without statements. Where similar code is left, the code
    /// is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// within: {function: main}
    /// python.remove: {find: 'if ENABLE_USER_SITE:'}
    /// ```
    /// ```diff
    ///  def main():
    ///      abs_paths()
    /// -    if ENABLE_USER_SITE:
    /// -        add_user_site()
    ///      return paths
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.remove: {find: import pty, comment: true}
    /// ```
    /// ```diff
    ///  import sys
    /// -# Terminals.
    /// -import pty
    ///  import stat
    /// ```
    pub struct Remove {
        /// The statements to remove; of one with a block its first line is enough.
        find: String; not_empty,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
        /// How many matches the code has.
        count: Count,
    }
}

impl Operate for Remove {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        remove(&Statements, site, &Removal { find: &self.find, comment: self.comment, count: self.count.0 })
    }
}
