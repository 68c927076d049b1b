//! `c.remove-comment`.

use super::statements::Statements;
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `c.remove-comment`: removes a comment, or whole lines of one with `//`. The code below it stays.
    ///
    /// It refuses a part of a comment. Where a similar line is left, the comment is missing, not already removed.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// within: {function: load}
    /// c.remove-comment: {find: Here the module is read from disk.}
    /// ```
    /// ```diff
    ///  void load(void)
    ///  {
    /// -    /* Here the module is
    /// -     * read from disk. */
    ///      read_module();
    ///  }
    /// ```
    /// ```yaml
    /// file: Include/object.h
    /// c.remove-comment: {find: HAVE_MPI}
    /// ```
    /// ```diff
    ///  #ifdef HAVE_MPI
    ///  int rank;
    /// -#endif /* HAVE_MPI */
    /// +#endif
    /// ```
    pub struct RemoveComment(|_: &ParsedFile| Ok::<_, Failure>(&Statements));
}
