//! `shell.add-branch`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.add-branch`: adds a branch to a `case` of a script, written as its neighbours are. A `;;` that is missing before it is
    /// added.
    ///
    /// It refuses a branch after `*`, which is never reached, and a `case` without a branch to write another one like.
    ///
    /// ```yaml
    /// file: Modules/makesetup
    /// within: {case: $arg}
    /// shell.add-branch: {before: '*.c', pattern: '*.device', text: 'srcs="$srcs $arg"'}
    /// ```
    /// ```diff
    ///  case $arg in
    ///  -*) libs="$libs $arg";;
    /// +*.device) srcs="$srcs $arg";;
    ///  *.c) srcs="$srcs $arg";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.add-branch: {at: start, pattern: -h|--help, text: usage}
    /// ```
    /// ```diff
    ///  case $1 in
    /// +  -h|--help)
    /// +    usage
    /// +    ;;
    ///    clean)
    ///      rm -f core
    ///      ;;
    ///  esac
    /// ```
    pub struct AddBranch {
        /// The pattern of the branch before which it is put, or one pattern of its list.
        "before",
        /// The patterns of the branch, without parenthesis: `A*|B*`.
        "pattern",
    }
}
