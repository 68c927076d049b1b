//! `shell.remove-branch`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.remove-branch`: removes a branch of a `case` of a script, with its statements.
    ///
    /// It needs all patterns of the branch, so that a branch for others, too, is never removed.
    ///
    /// ```yaml
    /// file: Modules/makesetup
    /// shell.remove-branch: {pattern: '*.m'}
    /// ```
    /// ```diff
    ///  case $arg in
    ///  *.c) srcs="$srcs $arg";;
    /// -*.m) srcs="$srcs $arg";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// within: {function: build}
    /// shell.remove-branch: {pattern: kestrel*|falcon*, comment: true}
    /// ```
    /// ```diff
    ///  build() {
    ///    case $host in
    /// -    # no threads
    /// -    kestrel*|falcon*)
    /// -      threads=no
    /// -      ;;
    ///      *) threads=yes;;
    ///    esac
    ///  }
    /// ```
    pub struct RemoveBranch {
        /// All patterns of the branch, without parenthesis: `A*|B*`.
        "pattern",
    }
}
