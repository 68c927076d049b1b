//! Stops every change after each of its steps, as `kill -9` and a full disk do.

use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind};
use std::path::Path;
use std::sync::LazyLock;

use tempfile::TempDir;

use super::commit::commit_on;
use super::disk::Disk;
use super::error::ApplyError;
use super::lock::LockedTree;
use super::note;
use super::recover::{Recovered, recover, recover_locked};
use super::revert;
use super::revert::{RevertScope, revert_on};
use super::testing::{
    every_change, layer, more_changes, notes_are_kept, one, seen, three_layers, tree, undated, without_top,
};
use crate::tree::FileChange;

/// A change of a tree, and what is done to the tree before it.
struct Scenario {
    name: &'static str,
    setup: fn(&Path),
    run: fn(&Disk<'_>, &Path) -> Result<(), ApplyError>,
}

/// A disk without faults that does not sync.
fn quick() -> Disk<'static> {
    Disk::hooked(|_, _| Ok(()))
}

fn first(root: &Path) {
    commit_on(&quick(), root, one("first", &every_change(root))).unwrap();
}

fn both(root: &Path) {
    first(root);
    commit_on(&quick(), root, one("second", &more_changes(root))).unwrap();
}

/// The changes of patchsets that are applied together.
static LAYERS: LazyLock<[Vec<FileChange>; 3]> = LazyLock::new(three_layers);

const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "apply",
        setup: |_| {},
        run: |disk, root| commit_on(disk, root, one("first", &every_change(root))).map(drop),
    },
    Scenario {
        name: "apply a second patchset",
        setup: first,
        run: |disk, root| commit_on(disk, root, one("second", &more_changes(root))).map(drop),
    },
    Scenario {
        name: "apply three patchsets",
        setup: |_| {},
        run: |disk, root| {
            let [one, two, three] = &*LAYERS;
            let layers = vec![(layer("first"), &one[..]), (layer("second"), two), (layer("third"), three)];
            commit_on(disk, root, layers).map(drop)
        },
    },
    Scenario {
        name: "apply two patchsets over one",
        setup: first,
        run: |disk, root| {
            let [_, two, three] = &*LAYERS;
            commit_on(disk, root, vec![(layer("second"), two), (layer("third"), three)]).map(drop)
        },
    },
    Scenario {
        name: "revert",
        setup: first,
        run: |disk, root| revert_on(disk, root, RevertScope::All, false).map(drop),
    },
    Scenario {
        name: "revert both",
        setup: both,
        run: |disk, root| revert_on(disk, root, RevertScope::All, false).map(drop),
    },
    Scenario {
        name: "revert the second",
        setup: both,
        run: |disk, root| revert_on(disk, root, RevertScope::Top, false).map(drop),
    },
];

impl Scenario {
    /// A tree before the change, and how it looks.
    fn before(&self) -> (TempDir, String) {
        let dir = tree();
        (self.setup)(dir.path());
        let before = seen(dir.path());
        (dir, before)
    }

    /// How the tree looks after the change.
    fn after(&self) -> String {
        let (dir, _) = self.before();
        (self.run)(&quick(), dir.path()).unwrap();
        undated(&seen(dir.path()))
    }
}

/// Whether stages are noted on the top directory where these tests run.
static NOTES: LazyLock<bool> = LazyLock::new(|| notes_are_kept(tree().path()));

/// The step that makes a note.
const NOTE: &str = "set an attribute of";

/// Counts steps, and lets those fail for which `fails` returns an error.
struct Faults<F> {
    /// Whether the disk keeps notes.
    notes: bool,
    count: Cell<usize>,
    /// The first step that failed; whether it was to set the mtime of the top, and nothing notes that.
    failed: RefCell<Option<(String, bool)>>,
    fails: F,
}

impl<F: Fn(usize, &str) -> Option<ErrorKind>> Faults<F> {
    fn new(fails: F) -> Faults<F> {
        Faults { notes: *NOTES, count: Cell::new(0), failed: RefCell::new(None), fails }
    }

    fn without_notes(mut self) -> Faults<F> {
        self.notes = false;
        self
    }

    fn disk<'a>(&'a self, root: &'a Path) -> Disk<'a> {
        Disk::hooked(move |doing, path| {
            if doing == NOTE && !self.notes {
                return Err(ErrorKind::Unsupported.into());
            }
            let i = self.count.replace(self.count.get() + 1);
            let Some(kind) = (self.fails)(i, doing) else { return Ok(()) };
            let is_top_time = !self.notes && doing == "set time of" && path == root;
            self.failed.borrow_mut().get_or_insert((format!("{doing} {}", path.display()), is_top_time));
            Err(Error::from(kind))
        })
    }
}

/// Whether `seen` is `expected`. On a disk that keeps no notes, at the one moment when the stage is
/// gone and the mtime of the top is not yet set, that mtime may differ.
fn is(seen: &str, expected: &str, at_top_time: bool) -> bool {
    seen == expected || at_top_time && without_top(seen) == without_top(expected)
}

#[test]
fn a_process_killed_after_any_step_leaves_before_or_after() {
    for scenario in &SCENARIOS {
        kill_after_any_step(scenario, *NOTES);
    }
}

#[test]
fn where_nothing_can_be_noted_the_top_may_get_another_time_and_nothing_else() {
    kill_after_any_step(&SCENARIOS[0], false);
}

fn kill_after_any_step(scenario: &Scenario, notes: bool) {
    let after = scenario.after();
    let (mut befores, mut afters, mut top_times) = (0, 0, 0);
    for k in 0.. {
        let (dir, before) = scenario.before();
        let faults = Faults::new(|i, _: &str| (i >= k).then_some(ErrorKind::Other));
        let faults = if notes { faults } else { faults.without_notes() };
        let result = (scenario.run)(&faults.disk(dir.path()), dir.path());
        let Some((step, top_time)) = faults.failed.take() else {
            result.unwrap();
            break;
        };
        recover(dir.path()).unwrap();
        let found = seen(dir.path());
        let at = format!("{}, killed before step {k}: {step}", scenario.name);
        if is(&found, &before, top_time) && result.is_err() {
            befores += 1;
        } else {
            assert!(is(&undated(&found), &after, top_time), "{at}\n{found}");
            assert!(result.is_ok(), "{at}");
            afters += 1;
        }
        top_times += usize::from(top_time);
        assert_eq!(recover(dir.path()).unwrap(), Recovered::Nothing, "{at}");
    }
    assert!(befores > 20 && afters > 3, "{}: {befores} {afters}", scenario.name);
    assert_eq!(top_times, usize::from(!notes), "{}", scenario.name);
}

#[test]
fn a_recovery_killed_after_any_step_is_finished_by_the_next() {
    for scenario in &SCENARIOS {
        let after = scenario.after();
        for k in 0.. {
            let mut killed = false;
            for j in 0.. {
                let (dir, before) = scenario.before();
                let faults = Faults::new(|i, _: &str| (i >= k).then_some(ErrorKind::Other));
                let result = (scenario.run)(&faults.disk(dir.path()), dir.path());
                let Some((step, top_time)) = faults.failed.take() else { break };
                killed = true;
                let again = Faults::new(|i, _: &str| (i >= j).then_some(ErrorKind::Other));
                let recovered =
                    recover_locked(&again.disk(dir.path()), &LockedTree::take(dir.path()).unwrap());
                let second = again.failed.take();
                recover(dir.path()).unwrap();
                let top_time = top_time || second.as_ref().is_some_and(|(_, top_time)| *top_time);
                let found = seen(dir.path());
                let (found, expected) =
                    if result.is_ok() { (undated(&found), &after) } else { (found, &before) };
                let at = format!("{}, killed before {k}: {step}, then before {j}: {second:?}", scenario.name);
                assert!(is(&found, expected, top_time), "{at}\n{found}");
                if second.is_none() {
                    recovered.unwrap();
                    break;
                }
            }
            if !killed {
                break;
            }
        }
    }
}

#[test]
fn a_step_that_fails_once_leaves_the_tree_untouched() {
    for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
        for scenario in &SCENARIOS {
            let after = scenario.after();
            for k in 0.. {
                let (dir, before) = scenario.before();
                let faults = Faults::new(|i, _: &str| (i == k).then_some(kind));
                let result = (scenario.run)(&faults.disk(dir.path()), dir.path());
                let Some((step, top_time)) = faults.failed.take() else { break };
                let at = format!("{}, {kind} at step {k}: {step}", scenario.name);
                if let Err(error) = result {
                    assert!(matches!(error, ApplyError::Io { .. }), "{at}: {error}");
                    assert_eq!(seen(dir.path()), before, "{at}");
                } else {
                    recover(dir.path()).unwrap();
                    let found = seen(dir.path());
                    assert!(is(&undated(&found), &after, top_time), "{at}\n{found}");
                }
            }
        }
    }
}

#[test]
fn a_disk_that_stays_full_leaves_the_tree_untouched() {
    let needs_room = |doing: &str| matches!(doing, "create" | "write" | "create directory" | "link" | NOTE);
    for scenario in &SCENARIOS {
        let after = scenario.after();
        for k in 0.. {
            let (dir, before) = scenario.before();
            let full = |i, doing: &str| (i >= k && needs_room(doing)).then_some(ErrorKind::StorageFull);
            let faults = Faults::new(full);
            let result = (scenario.run)(&faults.disk(dir.path()), dir.path());
            let Some((step, _)) = faults.failed.take() else { break };
            let at = format!("{}, full at step {k}: {step}", scenario.name);
            if step.starts_with(NOTE) {
                // That alone is no reason to fail.
                result.unwrap();
                assert_eq!(undated(&seen(dir.path())), after, "{at}");
                continue;
            }
            assert!(result.is_err(), "{at}");
            // A recovery has nothing to do.
            assert_eq!(seen(dir.path()), before, "{at}");
        }
    }
}

/// Kills the first scenario at the first step that `at` tells from the others; what a recovery is
/// to make of that, times of the run left out where that is the tree after.
fn killed(at: fn(&str, &Path, &Path) -> bool) -> (TempDir, String) {
    let (dir, before) = SCENARIOS[0].before();
    let dead = Cell::new(false);
    let disk = Disk::hooked(|doing, path| {
        dead.set(dead.get() || at(doing, path, dir.path()));
        if dead.get() { Err(ErrorKind::Other.into()) } else { Ok(()) }
    });
    let committed = (SCENARIOS[0].run)(&disk, dir.path()).is_ok();
    drop(disk);
    let expected = if committed { SCENARIOS[0].after() } else { before };
    (dir, expected)
}

#[test]
fn a_note_that_was_left_does_not_count_beside_a_stage() {
    if !*NOTES {
        return;
    }
    type At = fn(&str, &Path, &Path) -> bool;
    let in_the_middle: At = |doing, path, _| doing == "remove" && path.ends_with("Lib/plat/gone.py");
    let committed: At = |doing, path, _| doing == "remove" && path.ends_with("journal.json");
    for at in [in_the_middle, committed] {
        for j in 0.. {
            let (dir, expected) = killed(at);
            note::write(dir.path(), ".pypatch-done-1158600000.000000005").unwrap();
            let again = Faults::new(|i, _: &str| (i >= j).then_some(ErrorKind::Other));
            let _ = recover_locked(&again.disk(dir.path()), &LockedTree::take(dir.path()).unwrap());
            recover(dir.path()).unwrap();
            let found = seen(dir.path());
            assert!(found == expected || undated(&found) == expected, "{j}: {found}");
            if again.failed.take().is_none() {
                break;
            }
        }
    }
}

#[test]
fn a_note_tells_what_became_of_the_change() {
    if !*NOTES {
        return;
    }
    let top_time = |doing: &str, path: &Path, root: &Path| doing == "set time of" && path == root;
    let (dir, expected) = killed(top_time);
    assert_ne!(undated(&seen(dir.path())), expected);
    assert_eq!(recover(dir.path()).unwrap(), Recovered::Completed);
    assert_eq!(undated(&seen(dir.path())), expected);

    let (dir, expected) = killed(|doing, _, _| doing == "replace");
    let dead = Cell::new(false);
    let disk = Disk::hooked(|doing, path| {
        dead.set(dead.get() || top_time(doing, path, dir.path()));
        if dead.get() { Err(ErrorKind::Other.into()) } else { Ok(()) }
    });
    recover_locked(&disk, &LockedTree::take(dir.path()).unwrap()).unwrap_err();
    assert_ne!(seen(dir.path()), expected);
    assert_eq!(recover(dir.path()).unwrap(), Recovered::RolledBack);
    assert_eq!(seen(dir.path()), expected);
}

#[test]
fn a_note_that_names_no_stage_is_left_alone() {
    if !*NOTES {
        return;
    }
    let dir = tree();
    for name in ["", "mine", ".pypatch-done-", ".pypatch-done-1158600000.000000005/..", ".pypatch-stage-x"] {
        note::write(dir.path(), name).unwrap();
        let before = seen(dir.path());
        assert_eq!(recover(dir.path()).unwrap(), Recovered::Nothing);
        assert_eq!(seen(dir.path()), before);
    }
}

#[test]
fn a_file_edited_after_a_kill_is_named_and_not_overwritten() {
    let dir = tree();
    let before = seen(dir.path());
    let killed = Cell::new(false);
    let disk = Disk::hooked(|doing, path| {
        // In the middle: two files are replaced, the others are not.
        killed.set(killed.get() || doing == "remove" && path.ends_with("Lib/plat/gone.py"));
        if killed.get() { Err(ErrorKind::Other.into()) } else { Ok(()) }
    });
    commit_on(&disk, dir.path(), one("first", &every_change(dir.path()))).unwrap_err();
    std::fs::write(dir.path().join("Lib/latin.py"), "mine").unwrap();
    let error = recover(dir.path()).unwrap_err();
    let ApplyError::Torn { path, old: Some(old) } = error else { panic!("{error}") };
    assert_eq!(path.as_str(), "Lib/latin.py");
    assert_eq!(std::fs::read(dir.path().join("Lib/latin.py")).unwrap(), b"mine");
    std::fs::rename(old, dir.path().join("Lib/latin.py")).unwrap();
    assert_eq!(recover(dir.path()).unwrap(), Recovered::RolledBack);
    assert_eq!(seen(dir.path()), before);
}

#[test]
fn a_running_change_is_not_disturbed() {
    let dir = tree();
    let before = seen(dir.path());
    let disk = Disk::hooked(|doing, _| {
        if doing == "replace" {
            assert!(matches!(recover(dir.path()), Err(ApplyError::Busy(_))));
            assert!(matches!(revert(dir.path(), RevertScope::All, false), Err(ApplyError::Busy(_))));
        }
        Ok(())
    });
    commit_on(&disk, dir.path(), one("first", &every_change(dir.path()))).unwrap();
    revert(dir.path(), RevertScope::All, false).unwrap();
    assert_eq!(seen(dir.path()), before);
}
