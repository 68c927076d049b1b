//! `kill -9` at any moment of `apply` and `revert`: the next command finds the tree exactly as before or exactly as after.
//!
//! strace kills pypatch at the first, second, third, ... call of each system call that can change something, until a run
//! makes fewer calls and ends by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use crate::common::TestEnvironment;
use crate::common::strace::{self, CHANGING, Fault};
use crate::common::tree::{TreeState, gizmo, state};

const APPLY: &[&str] = &["apply", "--allow-unpinned", "gadget", "tree"];
/// A series of two patchsets; the second fits only the result of the first.
const APPLY_BOTH: &[&str] = &["apply", "--allow-unpinned", "gadget", "gizmo", "tree"];
const REVERT: &[&str] = &["revert", "tree"];

/// How a run under strace ended.
#[derive(PartialEq)]
enum Ended {
    Killed,
    ByItself,
}

/// Runs pypatch and kills it at the `nth` call of the system call `call`.
fn killed(env: &TestEnvironment, arguments: &[&str], call: &str, nth: usize) -> Ended {
    let output = strace::inject(env, arguments, (call, nth), Fault::Kill);
    match output.status.code() {
        _ if strace::was_killed(&output) => Ended::Killed,
        Some(0) => Ended::ByItself,
        _ => panic!("{call} {nth}: {}", env.transcript(&output)),
    }
}

/// The permitted states of a tree.
struct Expected {
    before: TreeState,
    /// After the finished command. Files that it writes have the time of that run.
    after: TreeState,
}

impl Expected {
    /// Returns an error unless `found` is exactly as before or as after.
    fn check(&self, found: &TreeState) -> Result<(), String> {
        if *found == self.before {
            return Ok(());
        }
        // Files that this run wrote all have the same time.
        let fresh = |path: &str| self.before.get(path) != self.after.get(path);
        let receipt = |path: &str| path.ends_with(".pypatch-receipt.json");
        let mut times: BTreeMap<(i64, i64), &str> = BTreeMap::new();
        for (path, (mode, mtime, bytes)) in found {
            let Some((mode_after, mtime_after, bytes_after)) = self.after.get(path) else {
                return Err(format!("left over: {path}"));
            };
            let same = mode == mode_after && (bytes == bytes_after || receipt(path));
            let applied = self.after.keys().any(|path| receipt(path));
            if !same || !(mtime == mtime_after || applied && fresh(path)) {
                return Err(format!("neither as before nor as after: {path}"));
            }
            if applied && fresh(path) && mtime != mtime_after {
                times.insert(*mtime, path);
            }
        }
        let missing: Vec<&String> = self.after.keys().filter(|path| !found.contains_key(*path)).collect();
        if !missing.is_empty() {
            return Err(format!("neither as before nor as after: {missing:?} missing"));
        }
        if times.len() > 1 {
            return Err(format!("written files have several times: {times:?}"));
        }
        Ok(())
    }
}

/// The made-up tree, two patchsets for it, and one that fits it in any state.
fn with_patchsets() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    gizmo(&env);
    env.patchset("nothing", "[]");
    env
}

/// A tree that is copied for each run, and the permitted states of a copy afterwards.
struct Template {
    env: TestEnvironment,
    expected: Expected,
}

impl Template {
    /// The unpatched made-up tree, for `apply`.
    fn untouched(apply: &[&str]) -> Template {
        let [env, other] = [with_patchsets(), with_patchsets()];
        other.stdout(apply);
        let expected = Expected { before: env.state("tree"), after: other.state("tree") };
        Template { env, expected }
    }

    /// The patched made-up tree, for `revert`.
    fn applied(apply: &[&str]) -> Template {
        let env = with_patchsets();
        let after = env.state("tree");
        env.stdout(apply);
        let before = env.state("tree");
        Template { env, expected: Expected { before, after } }
    }

    fn copy(&self) -> TestEnvironment {
        let copy = TestEnvironment::new();
        let mut cp = Command::new("cp");
        cp.arg("-a").arg(self.env.path("tree")).arg(self.env.path("patchsets")).arg(copy.path("."));
        assert!(cp.status().unwrap().success());
        copy
    }
}

/// Kills a command at every moment, runs another one, and checks the tree. `apply` is a command that must work then.
fn sweep(template: &Template, arguments: &[&str], apply: &[&str]) {
    let expected = &template.expected;
    let both = [&expected.before, &expected.after];
    let untouched = both.into_iter().find(|state| !state.contains_key(".pypatch-receipt.json")).unwrap();
    let nexts = [&["status", "tree"][..], &["plan", "nothing", "tree"]];
    let (mut kills, mut made, mut in_gap) = (0, BTreeSet::new(), Vec::new());
    for call in CHANGING {
        for nth in 1.. {
            let env = template.copy();
            let ended = killed(&env, arguments, call, nth);
            let next = nexts[nth % 2];
            let output = env.run(next);
            assert!(output.ends_with("[exit 0]"), "{call} {nth}, then {next:?}: {output}");
            let mut found = env.state("tree");
            if let Err(why) = expected.check(&found) {
                // The gap that src/apply/mod.rs describes: between deleting the stage and setting the time of the top
                // directory.
                let is_gap = both.map(|state| state[""].1).into_iter().any(|time| {
                    found.get_mut("").unwrap().1 = time;
                    expected.check(&found).is_ok()
                });
                assert!(is_gap, "{call} {nth}, then {next:?}: {why}");
                in_gap.push(*call);
            }
            if ended == Ended::ByItself {
                break;
            }
            kills += 1;
            made.insert(*call);
            // In either state the tree can be reverted, patched, and reverted again.
            if nth % 5 == 0 {
                env.stdout(REVERT);
                env.stdout(apply);
                env.stdout(REVERT);
                let mut found = env.state("tree");
                found.get_mut("").unwrap().1 = untouched[""].1;
                assert_eq!(found, *untouched, "{call} {nth}");
            }
        }
    }
    assert!(kills > 30 && made.contains("write") && made.contains("openat"), "{kills} kills: {made:?}");
    // The directory is opened to set its time: in the same gap.
    assert_eq!(in_gap, ["openat", "utimensat"]);
}

#[test]
fn a_killed_apply_is_done_completely_or_not_at_all() {
    if strace::works("killing apply") {
        sweep(&Template::untouched(APPLY), APPLY, APPLY);
    }
}

#[test]
fn a_killed_apply_of_a_series_is_done_completely_or_not_at_all() {
    if strace::works("killing apply of a series") {
        sweep(&Template::untouched(APPLY_BOTH), APPLY_BOTH, APPLY_BOTH);
    }
}

#[test]
fn a_killed_revert_of_a_series_is_done_completely_or_not_at_all() {
    if strace::works("killing revert of a series") {
        sweep(&Template::applied(APPLY_BOTH), REVERT, APPLY_BOTH);
    }
}

#[test]
fn a_killed_revert_is_done_completely_or_not_at_all() {
    if strace::works("killing revert") {
        sweep(&Template::applied(APPLY), REVERT, APPLY);
    }
}

#[test]
fn a_killed_recovery_is_continued_by_the_next_command() {
    if !strace::works("killing a recovery") {
        return;
    }
    let untouched = Template::untouched(APPLY);
    let before = &untouched.expected.before;
    // Files that exist are replaced by another call than new ones.
    let stopped = ["rename", "renameat", "renameat2"].iter().find_map(|call| {
        let env = untouched.copy();
        let is_killed = killed(&env, APPLY, call, 3) == Ended::Killed;
        (is_killed && env.state("tree") != *before).then_some(env)
    });
    let env = stopped.expect("a file is renamed before the third rename");
    assert!(env.state("tree").keys().any(|path| path.starts_with(".pypatch-stage-")));
    let template = Template { env, expected: Expected { before: before.clone(), after: before.clone() } };
    for call in CHANGING {
        for nth in 1.. {
            let env = template.copy();
            let ended = killed(&env, &["status", "tree"], call, nth);
            let output = env.run(&["status", "tree"]);
            assert!(output.ends_with("[exit 0]"), "{call} {nth}: {output}");
            let mut found = env.state("tree");
            found.get_mut("").unwrap().1 = before[""].1;
            assert_eq!(found, *before, "{call} {nth}");
            if ended == Ended::ByItself {
                break;
            }
        }
    }
}

#[test]
fn a_killed_export_leaves_no_partial_tree() {
    if !strace::works("killing a copy") {
        return;
    }
    let copy = ["export", "gadget", "tree", "--as", "tree", "-o", "out"];
    let whole = TestEnvironment::with_tree();
    whole.stdout(&copy);
    let names = |state: &TreeState| {
        state.iter().map(|(path, (mode, _, bytes))| (path.clone(), *mode, bytes.clone())).collect::<Vec<_>>()
    };
    for call in ["openat", "write", "rename", "mkdir", "fchmod", "utimensat", "symlink"] {
        for nth in (1..).step_by(3) {
            let env = TestEnvironment::with_tree();
            let ended = killed(&env, &copy, call, nth);
            if env.path("out").exists() {
                assert_eq!(names(&env.state("out")), names(&whole.state("out")), "{call} {nth}");
            }
            if ended == Ended::ByItself {
                break;
            }
            // The next run is not stopped by what the killed one left.
            let _ = fs::remove_dir_all(env.path("out"));
            env.stdout(&copy);
            assert_eq!(names(&state(&env.path("out"))), names(&whole.state("out")), "{call} {nth}");
        }
    }
}
