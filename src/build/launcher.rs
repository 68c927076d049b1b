//! The launcher: the program that starts others on the compute nodes of a machine.

use std::path::PathBuf;

use super::shell::literal;

/// A script in place of Catamount's yod, for machines without it.
pub const STAND_IN: &str = include_str!("stand_in.sh");

/// The program that runs when the tree calls its launcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launcher {
    /// The script [`STAND_IN`].
    StandIn,
    /// A program on this machine.
    Program(PathBuf),
}

impl Launcher {
    /// The launcher as a word of a shell script; `stand_in` is the word for the stand-in.
    pub(super) fn word(&self, stand_in: &str) -> String {
        match self {
            Launcher::StandIn => stand_in.to_owned(),
            Launcher::Program(path) => literal(&path.to_string_lossy()),
        }
    }
}

/// The script that is on the path under the launcher's name. It writes a line for each call to
/// `$LAUNCHER_NOTES`, if that is set, and then runs the word `launcher`.
pub(super) fn wrapper(launcher: &str) -> String {
    format!(
        "#!/bin/sh\n# Writes down each call of the launcher.\n\
         [ -z \"${{LAUNCHER_NOTES-}}\" ] || printf '%s\\n' \"$*\" >>\"$LAUNCHER_NOTES\"\n\
         exec {launcher} \"$@\"\n"
    )
}
