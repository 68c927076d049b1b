//! The archives that an interpreter is linked with, which make does not track.
//!
//! In the Makefile that makesetup writes, an archive is in the link command only, so make does not
//! link again if the archive changes. It does if Modules/Setup is newer than what was made from it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::contents::if_exists;
use crate::regular::{self, LARGEST_FILE};
use crate::syntax::setup::Setup;

/// The absolute paths of archives in the enabled lines of a Setup file.
fn archives(setup: &[u8]) -> Vec<PathBuf> {
    let parsed = Setup::parse(setup);
    let lines = parsed.modules.iter().filter(|module| module.enabled);
    let words = lines.flat_map(|module| &module.arguments).map(|word| word.of(setup));
    let words = words.filter(|word| word.starts_with(b"/") && word.ends_with(b".a"));
    words.map(|word| PathBuf::from(String::from_utf8_lossy(word).into_owned())).collect()
}

/// The archives of the Setup file `setup` that are newer than it; none if it does not exist.
///
/// # Errors
/// If the file or the metadata of an archive that exists cannot be read.
pub fn newer_archives(setup: &Path) -> io::Result<Vec<PathBuf>> {
    let modified = |path: &Path| fs::metadata(path)?.modified();
    let Some(bytes) = if_exists(regular::read(setup, LARGEST_FILE))? else { return Ok(Vec::new()) };
    let known = modified(setup)?;
    let mut newer = Vec::new();
    for archive in archives(&bytes) {
        // The linker reports a missing archive.
        if if_exists(modified(&archive))?.is_some_and(|time| time > known) {
            newer.push(archive);
        }
    }
    Ok(newer)
}

/// Sets the mtime of the Setup file `setup` to now, so that the next make links again.
///
/// # Errors
/// If the file cannot be written.
pub fn touch(setup: &Path) -> io::Result<()> {
    File::options().append(true).open(setup)?.set_modified(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::archives;

    #[test]
    fn archives_are_read_from_enabled_lines_only() {
        let setup = b"a a.c -lm\nb /x/b.a -lb\n#c /x/c.a\nd d.c rel/d.a /y/d.a # /z/e.a\n";
        assert_eq!(archives(setup), [PathBuf::from("/x/b.a"), PathBuf::from("/y/d.a")]);
    }
}
