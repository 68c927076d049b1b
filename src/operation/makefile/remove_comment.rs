//! `makefile.remove-comment`.

use super::lines::Lines;
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `makefile.remove-comment`: removes a comment, or whole lines of one; also of a recipe, or of Modules/Setup.
    ///
    /// It refuses a part of a line. Where a similar line is left, the comment is missing, not already removed.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove-comment: {above: SHELL=, find: Do not change the shell.}
    /// ```
    /// ```diff
    ///  VERSION=	@VERSION@
    /// -# Do not change the shell.
    ///  SHELL=		/bin/sh
    /// ```
    /// ```yaml
    /// file: Modules/Setup.dist
    /// makefile.remove-comment: {find: slow}
    /// ```
    /// ```diff
    /// -parser parsermodule.c # slow
    /// +parser parsermodule.c
    ///  struct structmodule.c
    /// ```
    pub struct RemoveComment(|_: &ParsedFile| Ok::<_, Failure>(&Lines));
}
