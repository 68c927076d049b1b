//! Makes a report again whenever what it is made of changes.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::{CliError, Ui};

/// How long it waits at least before it looks again.
const PAUSE: Duration = Duration::from_millis(200);
/// Looking takes at most one of so many seconds: a tree has thousands of files.
const SHARE: u32 = 20;

/// The files below paths, each with what changes if it is written.
type State = BTreeSet<(PathBuf, Option<SystemTime>, u64)>;

/// Runs `once`, and again each time a file below the paths that it returned changes. An error is shown, and then the paths of the last
/// run are watched. It ends if the first run fails without paths, or if the output is closed.
///
/// # Errors
/// That of the first run, or of writing.
pub(super) fn watch(
    ui: &Ui,
    fallback: Vec<PathBuf>,
    mut once: impl FnMut() -> Result<Vec<PathBuf>, CliError>,
) -> Result<std::convert::Infallible, CliError> {
    let mut paths = fallback;
    // What is written while it runs is seen the next time.
    let mut before = state(&paths);
    loop {
        if io::stdout().is_terminal() {
            // The screen is cleared, and the first line is the first of the report.
            let _ = anstream::stdout().write_all(b"\x1b[2J\x1b[H");
        }
        match once() {
            Ok(new) => {
                if new != paths {
                    paths = new;
                    before = state(&paths);
                }
            }
            Err(error) if error.broken_pipe || paths.is_empty() => return Err(error),
            Err(error) => ui.error(&error),
        }
        ui.note("watching for changes; Ctrl-C ends it");
        before = next(&paths, &before);
    }
}

/// Waits until the state of files is another one, and has been the same for a pause: editors write in several steps.
fn next(paths: &[PathBuf], before: &State) -> State {
    let mut last = before.clone();
    loop {
        let begin = Instant::now();
        let now = state(paths);
        let is_settled = now == last;
        if is_settled && now != *before {
            return now;
        }
        last = now;
        std::thread::sleep(PAUSE.max(begin.elapsed() * SHARE));
    }
}

fn state(paths: &[PathBuf]) -> State {
    let mut found = State::new();
    for path in paths {
        add(path, &mut found);
    }
    found
}

/// Adds a file, or all files below a directory but those of git.
fn add(path: &Path, found: &mut State) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    if metadata.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name() != ".git").for_each(|entry| add(&entry.path(), found));
    } else {
        found.insert((path.to_owned(), metadata.modified().ok(), metadata.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_same_length_that_is_new_in_a_folder_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().to_owned()];
        fs::write(folder.path().join("a"), "x").unwrap();
        let before = state(&paths);
        assert_eq!(before, state(&paths));
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/b"), "x").unwrap();
        assert_eq!(before, state(&paths));
        fs::create_dir(folder.path().join("c")).unwrap();
        fs::write(folder.path().join("c/b"), "x").unwrap();
        assert_ne!(before, state(&paths));
    }
}
