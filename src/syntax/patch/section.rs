//! The part of a patch that is for one file.

use super::binary::Binary;
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
    /// Where the file comes from, if git says that it is renamed or copied.
    pub moved: Option<Moved>,
    /// The new contents of a binary file, if they are in the patch.
    pub binary: Option<Binary>,
    /// The ids of the contents before and after, as far as git writes them.
    pub ids: (String, String),
}

/// The names of a renamed or copied file, without the prefixes `a/` and `b/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// The old one.
    pub from: Vec<u8>,
    /// The new one.
    pub to: Vec<u8>,
    /// Whether the old file stays.
    pub is_copy: bool,
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
    /// The path of its file without `level` leading directories, or without the prefix that its tool wrote; `None` if it has no more.
    pub fn path(&self, level: Option<usize>) -> Option<String> {
        match &self.moved {
            Some(moved) => self.moved_name(&moved.to, level),
            None => self.names.stripped(level),
        }
    }

    /// The paths of its file that its names give, the first of which is `path`.
    pub fn paths(&self, level: Option<usize>) -> Vec<String> {
        match &self.moved {
            Some(_) => self.path(level).into_iter().collect(),
            None => self.names.all_stripped(level),
        }
    }

    /// The path of the file that it renames or copies.
    pub fn source(&self, level: Option<usize>) -> Option<String> {
        self.moved_name(&self.moved.as_ref()?.from, level)
    }

    /// Git writes these names without a prefix, which counts as one directory.
    fn moved_name(&self, name: &[u8], level: Option<usize>) -> Option<String> {
        let name = std::str::from_utf8(name).ok()?;
        match level {
            None | Some(1) => Some(name.to_owned()),
            Some(0) => (self.names.stripped(level)? == self.path(None)?).then(|| name.to_owned()),
            Some(level) => name.splitn(level, '/').nth(level - 1).map(str::to_owned),
        }
    }

    /// Whether it has the contents of a binary file, or says that they differ.
    pub fn is_binary(&self) -> bool {
        self.binary.is_some() || self.effect == Effect::Binary
    }

    /// Whether the file did not exist.
    pub fn adds(&self) -> bool {
        self.effect == Effect::Adds || self.effect == Effect::Binary && matches!(self.modes, (None, Some(_)))
    }

    /// Whether the file does not exist afterwards.
    pub fn removes(&self) -> bool {
        self.effect == Effect::Removes
            || self.effect == Effect::Binary && matches!(self.modes, (Some(_), None))
    }

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
