//! `shell.wrap`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.wrap`: puts whole statements of a script into an `if`, or into the only branch of a new `case`, written as those of
    /// the file are.
    ///
    /// It refuses a part of a statement. Texts of several lines in the statements, such as here-documents, are not indented.
    ///
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.wrap: {from: make test, if: '[ -z "$CROSS" ]', otherwise: echo "no tests"}
    /// ```
    /// ```diff
    ///  make
    /// -make test
    /// +if [ -z "$CROSS" ]; then
    /// +  make test
    /// +else
    /// +  echo "no tests"
    /// +fi
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.wrap: {from: strip python, case: $host, branch: kestrel*}
    /// ```
    /// ```diff
    /// -strip python
    /// +case $host in
    /// +  kestrel*)
    /// +    strip python
    /// +    ;;
    /// +esac
    ///  make install
    /// ```
    pub struct Wrap {
        /// The commands of an `if` around the statements: `test "$x" = yes`.
        "if",
        /// What a `case` around the statements compares: `$host`.
        "case",
    }
}
