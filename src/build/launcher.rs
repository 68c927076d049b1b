//! The launcher: the program that starts others on the compute nodes of a machine.

use std::path::PathBuf;

use crate::digest::Sha256Digest;
use crate::regular;
use crate::text::shell_word;

/// A script in place of Catamount's yod, for machines without it.
pub const STUB: &str = include_str!("stub_launcher.sh");

/// The program that runs when the tree calls its launcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launcher {
    /// The script [`STUB`].
    Stub,
    /// A program on this machine.
    Program(PathBuf),
}

impl Launcher {
    /// What tells it from others: also another program at the same path.
    pub fn digest(&self) -> String {
        match self {
            Launcher::Stub => Sha256Digest::of(STUB.as_bytes()).to_string(),
            Launcher::Program(path) => {
                let contents = regular::digest(path);
                let contents = contents.map_or(String::new(), |digest| digest.to_string());
                format!("{} {contents}", path.display())
            }
        }
    }

    /// The launcher as a word of a shell script; `stub` is the word for the stub.
    pub(super) fn word(&self, stub: &str) -> String {
        match self {
            Launcher::Stub => stub.to_owned(),
            Launcher::Program(path) => shell_word(&path.to_string_lossy()),
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
