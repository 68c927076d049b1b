//! `python.remove-comment`.

use super::statements::{Statements, require_statements};
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `python.remove-comment`: removes a comment, or whole lines of one. The code below it stays.
    ///
    /// It refuses a part of a line. Where a similar line is left, the comment is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// python.remove-comment: {find: The home folder is shared by all nodes.}
    /// ```
    /// ```diff
    ///  def home():
    /// -    # The home folder is shared
    /// -    # by all nodes.
    ///      return HOME
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.remove-comment: {find: '# XXX slow', count: 2}
    /// ```
    /// ```diff
    /// -walk = scan  # XXX slow
    /// -glob = scan  # XXX slow
    /// +walk = scan
    /// +glob = scan
    /// ```
    pub struct RemoveComment(|file: &ParsedFile| require_statements(file).map(|()| &Statements));
}
