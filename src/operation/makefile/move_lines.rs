//! `makefile.move`.

use super::insert::check_places;
use super::lines::Lines;
use crate::operation::prelude::*;
use crate::operation::unit::{move_units, moving};

moving! {
    /// `makefile.move`: moves whole rules with their recipes, variables or commands with their continuation lines, or conditionals to
    /// another place of the file, with the comment lines directly above them.
    ///
    /// It refuses a part of a line, a destination inside of what is moved, a command outside of a recipe, and anything else
    /// in one. Code that is at its destination and elsewhere, too, is ambiguous.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.move: {find: 'clean:', after: 'gdbhooks:'}
    /// ```
    /// ```diff
    ///  all: python
    ///
    /// -clean:
    /// -	rm -f core \
    /// -		python
    /// -
    ///  gdbhooks: python
    ///  	cp Tools/gdb/libpython.py python-gdb.py
    /// +
    /// +clean:
    /// +	rm -f core \
    /// +		python
    ///
    ///  test:
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// within: {target: install}
    /// makefile.move: {find: mkdir $(BINDIR), into: {target: prepare}, at: start}
    /// ```
    /// ```diff
    ///  prepare:
    /// +	-mkdir $(BINDIR)
    ///  	mkdir $(LIBDIR)
    ///  install:
    /// -	-mkdir $(BINDIR)
    ///  	cp python $(BINDIR)
    /// ```
    pub struct Move => |site, moving| {
        let answer = move_units(&Lines, site, moving)?;
        check_places(site.file, &answer)?;
        Ok(answer)
    }
}
