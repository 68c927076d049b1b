//! `shell.replace-comment`.

use super::like_m4::check_file;
use crate::operation::comment::on_comments;
use crate::operation::m4::Statements;
use crate::operation::prelude::*;

on_comments! {
    /// `shell.replace-comment`: replaces words of a comment of a script, or all of them.
    ///
    /// Strings and here-documents have no comments. It refuses a text with a line that would be code.
    ///
    /// ```yaml
    /// file: Modules/makesetup
    /// shell.replace-comment: {find: Linux and Solaris, with: 'Linux, Solaris and the device'}
    /// ```
    /// ```diff
    /// -# for Linux
    /// -# and Solaris
    /// +# for Linux, Solaris and the device
    ///  libs=-ldl
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// within: {function: clean}
    /// shell.replace-comment: {find: and the core, with: and the cores of all nodes}
    /// ```
    /// ```diff
    ///  clean() {
    /// -    rm -f core  # and the core
    /// +    rm -f core  # and the cores of all nodes
    ///  }
    ///  rm -f log  # and the core
    /// ```
    pub struct ReplaceComment(|file: &ParsedFile| check_file(file).map(|()| &Statements));
}
