//! `shell.remove`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.remove`: removes whole statements of a script: commands, `if ... fi`, `case ... esac`, assignments, functions.
    ///
    /// It refuses a part of a statement. Where similar code is left, the code is missing, not already removed.
    ///
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.remove: {find: 'if [ -n "$DEMO" ]; then', comment: true}
    /// ```
    /// ```diff
    ///  set -e
    /// -# the demo
    /// -if [ -n "$DEMO" ]; then
    /// -    make demo
    /// -fi
    ///  make
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.remove: {find: 'usage() {'}
    /// ```
    /// ```diff
    /// -usage() {
    /// -    echo "usage: $0"
    /// -}
    ///  make
    /// ```
    pub struct Remove {
        /// The statements to remove; of a function, an `if`, a loop or a `case` its head is enough.
        "find",
    }
}
