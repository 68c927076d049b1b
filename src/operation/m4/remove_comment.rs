//! `m4.remove-comment`.

use super::statements::Statements;
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `m4.remove-comment`: removes a comment, or whole lines of one: one that begins with `dnl` or `#`.
    ///
    /// It refuses a part of a line. Where a similar line is left, the comment is missing, not already removed.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.remove-comment: {find: Not used any more.}
    /// ```
    /// ```diff
    /// -# Not used
    /// -# any more.
    ///  AC_SUBST(LIBPL)
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.remove-comment: {find: dnl the folder of the library}
    /// ```
    /// ```diff
    /// -AC_SUBST(LIBPL) dnl the folder of the library
    /// +AC_SUBST(LIBPL)
    ///  AC_OUTPUT
    /// ```
    pub struct RemoveComment(|_: &ParsedFile| Ok::<_, Failure>(&Statements));
}
