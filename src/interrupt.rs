//! What remains if the user ends the program: nothing that is only half there. Files and directories that are not an output yet are
//! listed here and removed, and what must be done whole is waited for.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How often what another thread still writes into is removed again, and the pause between.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

static STATE: Mutex<State> = Mutex::new(State {
    next: 0,
    listed: Vec::new(),
    whole: 0,
    has_changed: false,
    is_asked: false,
    help: None,
});
/// Notified when a step that must be done whole is done.
static DONE: Condvar = Condvar::new();

struct State {
    next: u64,
    /// What is removed, the last one first.
    listed: Vec<(u64, Kind)>,
    /// How many steps that must be done whole are being done, one inside the other.
    whole: u32,
    /// Whether one of them changed something.
    has_changed: bool,
    /// Whether the program is to end.
    is_asked: bool,
    /// What to do next.
    help: Option<String>,
}

enum Kind {
    /// A file, or a directory with all that is in it.
    All(PathBuf),
    /// A directory, if it is empty.
    Empty(PathBuf),
    /// A process that was started.
    Child(Pid),
    /// A process that leads a group of its own, with all that it started.
    Group(Pid),
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that the end of the program removes, until this is dropped.
#[derive(Debug)]
pub(crate) struct Listed(u64);

impl Listed {
    /// A file, or a directory with all that is in it.
    pub fn all(path: &Path) -> Listed {
        Listed::new(Kind::All(absolute(path)))
    }

    /// A directory, if it is empty by then.
    pub fn empty(path: &Path) -> Listed {
        Listed::new(Kind::Empty(absolute(path)))
    }

    /// A process, which ends as well. `None` if it does not run any more.
    pub fn child(id: u32) -> Option<Listed> {
        let pid = Pid::from_raw(id.try_into().ok()?)?;
        Some(Listed::new(Kind::Child(pid)))
    }

    /// A process that was started as the leader of a group, which ends with all that it started.
    pub fn group(id: u32) -> Option<Listed> {
        let pid = Pid::from_raw(id.try_into().ok()?)?;
        Some(Listed::new(Kind::Group(pid)))
    }

    fn new(kind: Kind) -> Listed {
        let mut state = state();
        state.next += 1;
        let number = state.next;
        state.listed.push((number, kind));
        Listed(number)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        state().listed.retain(|(number, _)| *number != self.0);
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A step that must be done whole: while this exists, the end of the program waits.
#[derive(Debug)]
pub(crate) struct Whole(());

impl Whole {
    /// Begins one; never returns if the program ends.
    pub fn begin() -> Whole {
        let mut state = state();
        if state.is_asked && state.whole == 0 {
            drop(state);
            park();
        }
        state.whole += 1;
        Whole(())
    }

    /// It changed `path`. What the end of the program removes does not count.
    pub fn changed(&self, path: &Path) {
        let path = absolute(path);
        let mut state = state();
        let is_removed = |kind: &Kind| matches!(kind, Kind::All(all) if path.starts_with(all));
        if !state.listed.iter().any(|(_, kind)| is_removed(kind)) {
            state.has_changed = true;
        }
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        state().whole -= 1;
        DONE.notify_all();
    }
}

/// Removes a file, or a directory with all that is in it, also where its own modes forbid that.
///
/// # Errors
/// When something of it cannot be removed.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return fs::remove_file(path);
    }
    if fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    permit(path)?;
    fs::remove_dir_all(path)
}

fn permit(directory: &Path) -> io::Result<()> {
    fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            permit(&entry.path())?;
        }
    }
    Ok(())
}

/// Ends all processes of a group, and waits until none is left, so that none writes where a later build does.
fn end_group(leader: Pid) {
    for round in 0..TRIES {
        let signal = if round < TRIES / 2 { Signal::TERM } else { Signal::KILL };
        // The leader is a zombie until its parent has waited for it, which is another thread.
        if kill_process_group(leader, signal).is_err() {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Says what the user can do if the program ends from now on.
pub(crate) fn set_help(text: impl Into<String>) {
    state().help = Some(text.into());
}

/// Waits for the end of the program.
pub(crate) fn park() -> ! {
    loop {
        thread::park();
    }
}

/// What the program leaves when it ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Whether something was changed that the user asked for.
    pub changed: bool,
    /// What to do next.
    pub help: Option<String>,
}

/// Waits until nothing is half done, and removes what is not an output yet. The caller ends the program then.
pub(crate) fn clean() -> Left {
    let mut state = state();
    state.is_asked = true;
    while state.whole > 0 {
        state = DONE.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    let listed = std::mem::take(&mut state.listed);
    let left = Left { changed: state.has_changed, help: state.help.take() };
    drop(state);
    for (_, kind) in listed.into_iter().rev() {
        match kind {
            Kind::Child(pid) => drop(kill_process(pid, Signal::TERM)),
            Kind::Group(pid) => end_group(pid),
            Kind::Empty(path) => drop(fs::remove_dir(path)),
            Kind::All(path) => {
                // Another thread may still write into it.
                for _ in 0..TRIES {
                    drop(remove(&path));
                    if fs::symlink_metadata(&path).is_err() {
                        break;
                    }
                    thread::sleep(PAUSE);
                }
            }
        }
    }
    left
}
