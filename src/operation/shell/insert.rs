//! `shell.insert`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.insert`: inserts statements of a script before or after one, or at the start or end of a function, branch or file.
    ///
    /// It never inserts inside a statement, and never above the first line of a script, which names its program.
    ///
    /// ```yaml
    /// file: Modules/makesetup
    /// shell.insert: {after: 'libdir=$1', text: device=$2}
    /// ```
    /// ```diff
    ///  case $# in
    ///  2)
    ///    libdir=$1
    /// +  device=$2
    ///    shift;;
    ///  esac
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// within: {function: clean}
    /// shell.insert: {at: end, text: rm -rf device}
    /// ```
    /// ```diff
    ///  clean() {
    ///      rm -f core
    /// +    rm -rf device
    ///  }
    ///  clean
    /// ```
    pub struct Insert {
        /// `start` or `end` of the function, branch or file.
        "at",
        /// Code before whose statement they are inserted, above the comment lines that belong to it.
        "before",
        /// Code after whose statement they are inserted: after the whole `if ... fi`, if it is the head of one.
        "after",
        /// The statements, indented as if they were at column 0.
        "text",
    }
}
