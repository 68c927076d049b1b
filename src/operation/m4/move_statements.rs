//! `m4.move`.

use super::statements::Statements;
use crate::operation::prelude::*;
use crate::operation::unit::{Moving, move_units, moving};

moving! {
    /// `m4.move`: moves whole statements to another place of the file: macro calls with all their arguments, `if ... fi`, `case ...
    /// esac`, assignments. The comment lines directly above them move, too.
    ///
    /// It refuses a part of a statement, a destination inside of what is moved, and to leave an `if` or a loop without
    /// statements. Code that is at its destination and elsewhere, too, is ambiguous.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.move: {find: 'AC_CHECK_LIB([dl]', before: 'AC_CHECK_LIB([intl]'}
    /// ```
    /// ```diff
    /// +# dlopen
    /// +AC_CHECK_LIB([dl], [dlopen],
    /// +  [LIBS="-ldl $LIBS"])
    ///  AC_CHECK_LIB([intl], [textdomain])
    /// -# dlopen
    /// -AC_CHECK_LIB([dl], [dlopen],
    /// -  [LIBS="-ldl $LIBS"])
    ///  AC_OUTPUT
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.move: {find: LDSHARED='$(CC) -shared', into: {case: $ac_sys_system, branch: Linux*}, at: end}
    /// ```
    /// ```diff
    /// -LDSHARED='$(CC) -shared'
    ///  case $ac_sys_system in
    ///  Linux*)
    ///    LINKCC='$(CC)'
    /// +  LDSHARED='$(CC) -shared'
    ///    ;;
    ///  esac
    /// ```
    pub struct Move => move_statements
}

/// Moves statements of an m4 source or a script.
pub(in crate::operation) fn move_statements(site: &Site<'_>, moving: &Moving) -> Answer {
    move_units(&Statements, site, moving)
}
