//! `c.replace-comment`.

use super::statements::Statements;
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `c.replace-comment`: replaces words of a comment, or all of them; also of one after a directive.
    ///
    /// It refuses a text that would end the comment, and a text that begins as a comment for only a part of one.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.replace-comment: {find: the module is read from disk, with: "rank 0 reads the module,\nand sends it to all others"}
    /// ```
    /// ```diff
    ///  void load(void)
    ///  {
    /// -    /* Here the module is
    /// -     * read from disk. */
    /// +    /* Here rank 0 reads the module,
    /// +     * and sends it to all others. */
    ///      read_module();
    ///  }
    /// ```
    /// ```yaml
    /// file: Python/pythonrun.c
    /// c.replace-comment: {above: flush();, find: done, with: /* All ranks are done. */}
    /// ```
    /// ```diff
    ///  void stop(void)
    ///  {
    /// -    // done
    /// +    /* All ranks are done. */
    ///      flush();
    ///      exit(0);  // done
    ///  }
    /// ```
    pub struct ReplaceComment(|_: &ParsedFile| Ok::<_, Failure>(&Statements));
}
