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
use super::recover::{Recovered, recover, recover_locked};
use super::revert;
use super::revert::{RevertScope, revert_on};
use super::testing::{
    every_change, layer, more_changes, one, seen, three_layers, tree, undated, without_top,
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

/// Counts steps, and lets those fail for which `fails` returns an error.
struct Faults<F> {
    count: Cell<usize>,
    /// The first step that failed, and whether it was to set the mtime of the top directory.
    failed: RefCell<Option<(String, bool)>>,
    fails: F,
}

impl<F: Fn(usize, &str) -> Option<ErrorKind>> Faults<F> {
    fn new(fails: F) -> Faults<F> {
        Faults { count: Cell::new(0), failed: RefCell::new(None), fails }
    }

    fn disk<'a>(&'a self, root: &'a Path) -> Disk<'a> {
        Disk::hooked(move |doing, path| {
            let i = self.count.replace(self.count.get() + 1);
            let Some(kind) = (self.fails)(i, doing) else { return Ok(()) };
            let is_top_time = doing == "set time of" && path == root;
            self.failed.borrow_mut().get_or_insert((format!("{doing} {}", path.display()), is_top_time));
            Err(Error::from(kind))
        })
    }
}

/// Whether `seen` is `expected`. At the one moment when the stage is gone and the mtime of the top directory is not yet
/// set, that mtime may differ.
fn is(seen: &str, expected: &str, at_top_time: bool) -> bool {
    seen == expected || at_top_time && without_top(seen) == without_top(expected)
}

#[test]
fn a_process_killed_after_any_step_leaves_before_or_after() {
    for scenario in &SCENARIOS {
        let after = scenario.after();
        let (mut befores, mut afters, mut top_times) = (0, 0, 0);
        for k in 0.. {
            let (dir, before) = scenario.before();
            let faults = Faults::new(|i, _: &str| (i >= k).then_some(ErrorKind::Other));
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
        assert_eq!(top_times, 1, "{}", scenario.name);
    }
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
    let needs_room = |doing: &str| matches!(doing, "create" | "write" | "create directory" | "link");
    for scenario in &SCENARIOS {
        for k in 0.. {
            let (dir, before) = scenario.before();
            let full = |i, doing: &str| (i >= k && needs_room(doing)).then_some(ErrorKind::StorageFull);
            let faults = Faults::new(full);
            let result = (scenario.run)(&faults.disk(dir.path()), dir.path());
            let Some((step, _)) = faults.failed.take() else { break };
            let at = format!("{}, full at step {k}: {step}", scenario.name);
            assert!(result.is_err(), "{at}");
            // A recovery has nothing to do.
            assert_eq!(seen(dir.path()), before, "{at}");
        }
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
