//! `m4.replace-comment`.

use super::statements::Statements;
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `m4.replace-comment`: replaces words of a comment, or all of them: one that begins with `dnl` or `#`.
    ///
    /// It refuses a text with a line that would be code, and one with other brackets: m4 counts them in comments, too.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.replace-comment: {find: for the shared library, with: for the device}
    /// ```
    /// ```diff
    /// -dnl Flags for the
    /// -dnl shared library.
    /// +dnl Flags for the device.
    ///  AC_SUBST(LDFLAGS)
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.replace-comment: {above: LIBM=, find: Linux has libm., with: "# Linux has libm.\n# The device has it in libc."}
    /// ```
    /// ```diff
    ///  case $ac_sys_system in
    ///  # Linux has libm.
    ///  Linux) true;;
    ///  esac
    /// -# Linux has libm.
    /// +# Linux has libm.
    /// +# The device has it in libc.
    ///  LIBM=-lm
    /// ```
    pub struct ReplaceComment(|_: &ParsedFile| Ok::<_, Failure>(&Statements));
}
