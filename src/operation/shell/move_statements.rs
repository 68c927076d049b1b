//! `shell.move`.

use super::like_m4::check_file;
use crate::operation::m4::move_statements;
use crate::operation::prelude::*;
use crate::operation::unit::moving;

moving! {
    /// `shell.move`: moves whole statements of a script to another place of it: commands, `if ... fi`, `case ... esac`, assignments,
    /// functions. The comment lines directly above them move, too.
    ///
    /// It refuses a part of a statement, a destination inside of what is moved, and to leave an `if` or a loop without
    /// statements. Code that is at its destination and elsewhere, too, is ambiguous.
    ///
    /// ```yaml
    /// file: Tools/device/build.sh
    /// shell.move: {find: make strip, after: make test}
    /// ```
    /// ```diff
    ///  make all
    /// -# smaller
    /// -make strip
    ///  make test
    /// +# smaller
    /// +make strip
    ///  make install
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// within: {function: build}
    /// shell.move: {find: './configure', into: {function: prepare}, at: end}
    /// ```
    /// ```diff
    ///  prepare() {
    ///      mkdir build
    /// +    ./configure
    ///  }
    ///  build() {
    /// -    ./configure
    ///      make
    ///  }
    /// ```
    pub struct Move => |site, moving| {
        check_file(site.file)?;
        move_statements(site, moving)
    }
}
