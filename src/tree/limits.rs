//! The largest sources that are read: the same for directories, archives and commits.

use super::TreeError;
use super::path::{MOST_BYTES, refused};
use crate::regular::LARGEST_FILE;

/// How much a source may have. CPython 3.13 has 110 MB in 5,300 files.
pub(super) struct Limits {
    /// All files together, in bytes; a hard link counts as a file. Of an archive also the decompressed tar.
    pub total: u64,
    /// One file, in bytes.
    pub file: u64,
    /// Files, directories and links. Of an archive also the directories that it does not list, and its headers.
    pub members: u64,
    /// An extended header of an archive, in bytes.
    pub extension: u64,
    /// The target of a symbolic link, in bytes: the system makes none that is longer.
    pub link: u64,
    /// A name, in bytes.
    pub name: usize,
    /// All names together, in bytes.
    pub names: u64,
}

pub(super) const LIMITS: Limits = Limits {
    total: 4 << 30,
    file: LARGEST_FILE,
    members: 1_000_000,
    extension: 1 << 20,
    link: 4095,
    name: MOST_BYTES,
    names: 64 << 20,
};

/// What is left of the limits of a source.
pub(super) struct Budget<'a> {
    limits: &'a Limits,
    source: &'a str,
    members: u64,
    names: u64,
    total: u64,
}

impl<'a> Budget<'a> {
    /// The whole limits, for the source with this label.
    pub fn new(source: &'a str, limits: &'a Limits) -> Budget<'a> {
        Budget { limits, source, members: 0, names: 0, total: 0 }
    }

    /// Counts a file, directory or link. Its path must not be one that is refused.
    pub fn entry(&mut self, path: &[u8]) -> Result<(), TreeError> {
        self.members += 1;
        self.names += path.len() as u64;
        if self.members > self.limits.members {
            return Err(self.exceeded(format!("it has more than {} entries", self.limits.members)));
        }
        if self.names > self.limits.names {
            return Err(self.exceeded(format!("its names have more than {} bytes", self.limits.names)));
        }
        match refused(path) {
            Some(why) => Err(TreeError::hostile(self.source, path, why)),
            None => Ok(()),
        }
    }

    /// Counts the contents of a file or link.
    pub fn contents(&mut self, path: impl std::fmt::Display, len: u64) -> Result<(), TreeError> {
        if len > self.limits.file {
            return Err(self.exceeded(format!("{path} has more than {} bytes", self.limits.file)));
        }
        self.total = self.total.saturating_add(len);
        if self.total > self.limits.total {
            return Err(self.exceeded(format!("its files have more than {} bytes", self.limits.total)));
        }
        Ok(())
    }

    /// Counts a symbolic link whose target has `len` bytes.
    pub fn link(&mut self, path: impl std::fmt::Display, len: u64) -> Result<(), TreeError> {
        if len > self.limits.link {
            let most = self.limits.link;
            return Err(
                self.exceeded(format!("the target of the symbolic link {path} has more than {most} bytes"))
            );
        }
        self.contents(path, len)
    }

    fn exceeded(&self, why: String) -> TreeError {
        TreeError::Limit { what: self.source.to_owned(), why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regular::LARGEST_DOCUMENT;
    use crate::tree::path::MOST_NAMES;

    #[test]
    fn security_md_has_these_limits() {
        let text = include_str!("../../SECURITY.md");
        let row = |what: &str| {
            let row = text.lines().find_map(|line| line.strip_prefix("| ")?.strip_prefix(what));
            row.and_then(|row| row.rsplit('|').nth(1)).unwrap_or_else(|| panic!("no row `{what}`")).trim()
        };
        let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
        assert_eq!(row("one file"), mib(LIMITS.file));
        assert_eq!(row("all files of a source"), format!("{} GiB", LIMITS.total >> 30));
        assert_eq!(row("the decompressed tar"), format!("{} GiB", LIMITS.total >> 30));
        assert_eq!(row("files, directories and links").replace(',', ""), LIMITS.members.to_string());
        assert_eq!(row("all their paths"), mib(LIMITS.names));
        let path = format!("{} bytes, {MOST_NAMES} components, 255 bytes each", LIMITS.name);
        assert_eq!(row("a path"), path);
        assert_eq!(row("the target of a symbolic link"), format!("{} bytes", LIMITS.link));
        assert_eq!(row("an extended header"), mib(LIMITS.extension));
        assert_eq!(row("a patchset.yaml"), mib(LARGEST_DOCUMENT));
    }
}
