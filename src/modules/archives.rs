//! The archives an interpreter is linked with, of which make knows nothing.
//!
//! The Makefile that makesetup writes has an archive in the link command alone, so that a new one does
//! not make make link again. What does is a Modules/Setup that is newer than what was made from it.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::syntax::setup::Setup;

/// The archives that an enabled line of a Setup file names from the root.
pub fn archives(setup: &[u8]) -> Vec<PathBuf> {
    let parsed = Setup::parse(setup);
    let lines = parsed.modules.iter().filter(|module| module.enabled);
    let words = lines.flat_map(|module| &module.arguments).map(|word| word.of(setup));
    let words = words.filter(|word| word.starts_with(b"/") && word.ends_with(b".a"));
    words.map(|word| PathBuf::from(String::from_utf8_lossy(word).into_owned())).collect()
}

/// The archives of the Setup file `setup` that are newer than it; none where there is no such file.
///
/// # Errors
/// When the file, or an archive that is there, cannot be read.
pub fn newer_archives(setup: &Path) -> io::Result<Vec<PathBuf>> {
    let modified = |path: &Path| fs::metadata(path)?.modified();
    let bytes = match fs::read(setup) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let known = modified(setup)?;
    let mut newer = Vec::new();
    for archive in archives(&bytes) {
        match modified(&archive) {
            Ok(time) if time > known => newer.push(archive),
            // The linker will say what is missing.
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(newer)
}

/// Makes the next make link again whatever is made from the Setup file `setup`.
///
/// # Errors
/// When it cannot be written.
pub fn touch(setup: &Path) -> io::Result<()> {
    File::options().append(true).open(setup)?.set_modified(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::archives;

    #[test]
    fn archives_are_those_of_lines_that_makesetup_sees() {
        let setup = b"a a.c -lm\nb /x/b.a -lb\n#c /x/c.a\nd d.c rel/d.a /y/d.a # /z/e.a\n";
        assert_eq!(archives(setup), [PathBuf::from("/x/b.a"), PathBuf::from("/y/d.a")]);
    }
}
