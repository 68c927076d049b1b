//! `python.replace-comment`.

use super::statements::{Statements, require_statements};
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `python.replace-comment`: replaces words of a comment, or all of them.
    ///
    /// Strings are not comments, docstrings neither: `python.replace` changes these. It refuses a text with a line that would be code.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// python.replace-comment: {find: until all modules are loaded, with: "until rank 0 has\nloaded all modules"}
    /// ```
    /// ```diff
    ///  def main():
    /// -    # Wait until all
    /// -    # modules are loaded.
    /// +    # Wait until rank 0 has
    /// +    # loaded all modules.
    ///      barrier()
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.replace-comment: {above: import stat as st, find: The modes., with: '# Modes of files and devices.'}
    /// ```
    /// ```diff
    ///  # The modes.
    ///  import errno
    /// -# The modes.
    /// +# Modes of files and devices.
    ///  import stat as st
    /// ```
    pub struct ReplaceComment(|file: &ParsedFile| require_statements(file).map(|()| &Statements));
}
