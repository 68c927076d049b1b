//! `shell.remove-comment`.

use super::like_m4::check_file;
use crate::operation::comment::on_comments;
use crate::operation::m4::Statements;
use crate::operation::prelude::*;

on_comments! {
    /// `shell.remove-comment`: removes a comment of a script, or whole lines of one.
    ///
    /// It refuses a part of a line. Where a similar line is left, the comment is missing, not already removed.
    ///
    /// ```yaml
    /// file: Modules/makesetup
    /// shell.remove-comment: {find: XXX remove this}
    /// ```
    /// ```diff
    ///  set -e
    /// -# XXX remove this
    ///  libs=-ldl
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.remove-comment: {above: make clean, find: first}
    /// ```
    /// ```diff
    ///  # first
    ///  make
    /// -# first
    ///  make clean
    /// ```
    pub struct RemoveComment(|file: &ParsedFile| check_file(file).map(|()| &Statements));
}
