//! `shell.replace-condition`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.replace-condition`: replaces a pattern of a `case`, or a part of the condition of an `if` or a loop of a script; or adds to it.
    ///
    /// It refuses `and` with a pattern of a `case`.
    ///
    /// ```yaml
    /// file: Modules/makesetup
    /// shell.replace-condition: {find: '*.c', or: '*.device'}
    /// ```
    /// ```diff
    ///  case $arg in
    /// -*.c) srcs="$srcs $arg";;
    /// +*.c|*.device) srcs="$srcs $arg";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.replace-condition: {find: '[ -f Makefile ]', and: '[ -z "$CROSS" ]'}
    /// ```
    /// ```diff
    /// -if [ -f Makefile ]; then
    /// +if [ -f Makefile ] && [ -z "$CROSS" ]; then
    ///    make clean
    ///  fi
    /// ```
    pub struct ReplaceCondition {}
}
