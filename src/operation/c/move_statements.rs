//! `c.move`.

use super::statements::Statements;
use crate::operation::prelude::*;
use crate::operation::unit::{move_units, moving};

moving! {
    /// `c.move`: moves whole statements, declarations, functions, includes or `#if` groups to another place of the file, with the
    /// comments directly above them. They get the indentation of their new place.
    ///
    /// It refuses a part of a statement or entry, a destination inside of what is moved or in the middle of a statement, and to
    /// leave brackets or `#if`s unbalanced. Code that is at its destination and elsewhere, too, is ambiguous.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// within: {function: init}
    /// c.move: {find: broadcast();, before: open();}
    /// ```
    /// ```diff
    ///  int init(void)
    ///  {
    /// +    /* to all ranks */
    /// +    broadcast();
    ///      open();
    /// -    /* to all ranks */
    /// -    broadcast();
    ///      return 0;
    ///  }
    /// ```
    /// ```yaml
    /// file: Modules/posixmodule.c
    /// c.move: {from: '#include <grp.h>', to: '#include <pwd.h>', into: {if: '#ifdef HAVE_FORK'}, at: end}
    /// ```
    /// ```diff
    /// -#include <grp.h>
    /// -#include <pwd.h>
    ///  #include <time.h>
    ///  #ifdef HAVE_FORK
    ///  #include <signal.h>
    /// +#include <grp.h>
    /// +#include <pwd.h>
    ///  #endif
    /// ```
    pub struct Move => |site, moving| move_units(&Statements, site, moving)
}
