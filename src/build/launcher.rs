//! The program that starts others on the machine.

use std::fmt::Write;
use std::path::PathBuf;

use super::shell::literal;

/// A stand-in for Catamount's yod, for machines that have none.
pub const STAND_IN: &str = include_str!("stand_in.sh");

/// The program that is started where the tree calls its launcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launcher {
    /// The stand-in of this module.
    StandIn,
    /// A program of the machine.
    Program(PathBuf),
}

impl Launcher {
    /// What lies on the path under the launcher's name: it notes each call in `$LAUNCHER_NOTES`, if that
    /// is set, then calls the launcher.
    pub(super) fn wrapper(&self, stand_in: &str) -> String {
        let mut text = String::from("#!/bin/sh\n# Notes each call of the launcher.\n");
        text.push_str("[ -z \"${LAUNCHER_NOTES-}\" ] || printf '%s\\n' \"$*\" >>\"$LAUNCHER_NOTES\"\n");
        let real = match self {
            Launcher::StandIn => stand_in.to_owned(),
            Launcher::Program(path) => literal(&path.to_string_lossy()),
        };
        let _ = writeln!(text, "exec {real} \"$@\"");
        text
    }
}
