//! `shell.set-variable`.

use super::like_m4::like_m4;
use crate::operation::prelude::*;

like_m4! {
    /// `shell.set-variable`: changes the value that a variable of a script is given.
    ///
    /// It is ambiguous where the variable is assigned several times: name the function, case or branch with `within`.
    ///
    /// ```yaml
    /// file: Misc/python-config.sh.in
    /// shell.set-variable: {name: prefix, value: '"/opt/device"'}
    /// ```
    /// ```diff
    /// -prefix="@prefix@"
    /// +prefix="/opt/device"
    ///  exec_prefix="@exec_prefix@"
    /// ```
    /// ```yaml
    /// file: Tools/device/build.sh
    /// within: {function: build}
    /// shell.set-variable: {name: jobs, value: $(nproc)}
    /// ```
    /// ```diff
    ///  jobs=1
    ///  build() {
    /// -  jobs=2
    /// +  jobs=$(nproc)
    ///    make -j$jobs
    ///  }
    /// ```
    pub struct SetVariable {}
}
