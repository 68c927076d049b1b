//! `shell.replace`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.replace`: replaces code of a script: statements, or a part of one.
    ///
    /// It refuses new code with a string that nothing closes. A `;` and a line break are different code.
    ///
    /// ```yaml
    /// file: Modules/makesetup
    /// shell.replace: {find: '-c $src', with: '$DEVICE_CFLAGS -c $src'}
    /// ```
    /// ```diff
    ///  case $doconfig in
    /// -no) cc="$cc -c $src";;
    /// +no) cc="$cc $DEVICE_CFLAGS -c $src";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: install-sh
    /// shell.replace: {find: cp $src $dst && strip $dst, with: cp $src $dst}
    /// ```
    /// ```diff
    ///  if [ -f $src ]; then
    /// -  cp $src \
    /// -    $dst && strip $dst
    /// +  cp $src $dst
    ///  fi
    /// ```
    pub struct Replace {
        /// The code to replace. Blanks, line breaks and comments between its tokens do not matter.
        "find",
    }
}
