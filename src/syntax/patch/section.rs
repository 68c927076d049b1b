//! The part of a patch that is for one file.

use super::hunk::Hunk;
use super::name::Names;

/// The part of a patch that is for one file.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The names that it has for its file.
    pub names: Names,
    /// What it does besides changing lines.
    pub effect: Effect,
    /// The file's mode before and after, as git writes it: `100755`.
    pub modes: (Option<String>, Option<String>),
    /// Its hunks, in order.
    pub hunks: Vec<Hunk>,
    /// Whether its header lines end in `\r\n`: `patch` then ignores the `\r` of all its lines.
    pub is_crlf: bool,
}

/// What a section does with its file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Effect {
    /// It changes lines of it.
    #[default]
    Changes,
    /// It adds the file.
    Adds,
    /// It removes the file.
    Removes,
    /// It renames or copies another file to it.
    Moves,
    /// It is binary.
    Binary,
}

impl Section {
    /// Completes what the header does not say and the hunks do.
    pub(super) fn complete(&mut self) {
        if self.effect != Effect::Changes {
            return;
        }
        let [hunk] = &self.hunks[..] else { return };
        if hunk.old_is_nothing {
            self.effect = Effect::Adds;
        } else if hunk.new_is_nothing && self.names.new_is_absent() {
            self.effect = Effect::Removes;
        }
    }
}
