//! `makefile.replace-comment`.

use super::lines::Lines;
use crate::operation::comment::on_comments;
use crate::operation::prelude::*;

on_comments! {
    /// `makefile.replace-comment`: replaces words of a comment, or all of them; also of one in a recipe, or in Modules/Setup.
    ///
    /// A comment that goes on after a backslash is not found. It refuses a text with a line that would be code.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// within: {target: install}
    /// makefile.replace-comment: {find: the shared library, with: the library of the device}
    /// ```
    /// ```diff
    ///  install: all
    /// -	@# Then the shared library.
    /// +	@# Then the library of the device.
    ///  	./install-sh lib
    /// ```
    /// ```yaml
    /// file: Modules/Setup.dist
    /// makefile.replace-comment: {find: 'Modules that need the network', with: "Modules that need the network,\nwhich the nodes do not have"}
    /// ```
    /// ```diff
    /// -# Modules that need
    /// -# the network
    /// +# Modules that need the network,
    /// +# which the nodes do not have
    ///  #_socket socketmodule.c
    /// ```
    pub struct ReplaceComment(|_: &ParsedFile| Ok::<_, Failure>(&Lines));
}
