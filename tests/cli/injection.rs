//! Every system call of a command that can change the disk fails once, or the command is killed there: the tree and every
//! output are as before or as after, the exit status says which, and the next command finds nothing in its way.
//!
//! `just faults` does it at every call and prints the table; the test that always runs takes a sample of them.

#![allow(clippy::print_stdout, reason = "the table is what `just faults` prints")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::port::two_versions;
use crate::common::TestEnvironment;
use crate::common::release::{pinned, sha256};
use crate::common::strace::{self, Call, Fault};
use crate::common::tree::gizmo;
use crate::common::watch::{Look, Seen, look};

/// A command, and where it runs.
struct Case {
    name: &'static str,
    environment: fn() -> TestEnvironment,
    arguments: &'static [&'static str],
    /// The tree that it changes or makes. `status` of it is what a user would run next; it recovers the tree.
    tree: Option<&'static str>,
}

const CASES: &[Case] = &[
    Case {
        name: "apply",
        environment: TestEnvironment::with_tree,
        arguments: &["apply", "--allow-unpinned", "gadget", "tree"],
        tree: Some("tree"),
    },
    Case {
        name: "apply, two patchsets",
        environment: with_gizmo,
        arguments: &["apply", "--allow-unpinned", "gadget", "gizmo", "tree"],
        tree: Some("tree"),
    },
    Case { name: "revert", environment: applied, arguments: &["revert", "tree"], tree: Some("tree") },
    Case {
        name: "apply, links",
        environment: with_links,
        arguments: &["apply", "--allow-unpinned", "linked", "tree"],
        tree: Some("tree"),
    },
    Case {
        name: "revert, links",
        environment: applied_links,
        arguments: &["revert", "tree"],
        tree: Some("tree"),
    },
    Case {
        name: "apply --output",
        environment: TestEnvironment::with_tree,
        arguments: &["apply", "--allow-unpinned", "gadget", "tree", "-o", "out"],
        tree: Some("out"),
    },
    Case {
        name: "export --as tree",
        environment: TestEnvironment::with_tree,
        arguments: &["export", "gadget", "tree", "--as", "tree", "-o", "out"],
        tree: None,
    },
    Case {
        name: "export --as tar",
        environment: with_old_outputs,
        arguments: &["export", "gadget", "tree", "--as", "tar", "-o", "out.tar"],
        tree: None,
    },
    Case {
        name: "export --as diff",
        environment: with_old_outputs,
        arguments: &["export", "gadget", "tree", "--as", "diff", "-o", "out.diff"],
        tree: None,
    },
    Case {
        name: "snapshot accept",
        environment: with_old_snapshot,
        arguments: &["snapshot", "accept", "gadget"],
        tree: None,
    },
    Case {
        name: "port",
        environment: two_versions,
        arguments: &[
            "port",
            "gadget-py9.9",
            "--to",
            "new",
            "--base",
            "old",
            "--id",
            "gadget-py10.0",
            "--accept",
            "no-sharedmods=1",
            "--accept",
            "static-modules/two=1",
        ],
        tree: None,
    },
    Case {
        name: "matrix --output",
        environment: with_old_matrix,
        arguments: &["matrix", "gadget-py9.9", "old", "new", "--base", "old", "-o", "out.txt"],
        tree: None,
    },
    Case {
        name: "fetch, from the cache",
        environment: in_the_cache,
        arguments: &["--offline", "fetch", "python-9.9"],
        tree: None,
    },
    Case {
        name: "fetch, by apt-get",
        environment: with_package,
        arguments: &["fetch", "python-9.9"],
        tree: None,
    },
];

fn with_gizmo() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    gizmo(&env);
    env
}

/// A link is added, and one is removed.
fn with_links() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    env.patchset(
        "linked",
        "- {id: news, why: w, file: Lib/news/link, file.link: {target: ../../Misc/NEWS}}\n\
         - {id: no-readme, why: w, file: README, file.remove: {contains: Misc/NEWS}}\n",
    );
    env
}

fn applied_links() -> TestEnvironment {
    let env = with_links();
    env.stdout(&["apply", "--allow-unpinned", "linked", "tree"]);
    env
}

fn applied() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    env.stdout(CASES[0].arguments);
    env
}

fn with_old_outputs() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    env.write("out.diff", "an older diff\n");
    env.write("out.tar", "an older archive\n");
    env
}

fn with_old_snapshot() -> TestEnvironment {
    let mut env = pinned();
    env.set("PYPATCH_SOURCES", "sources/gadget.git");
    env.write("snapshots/gadget/python-9.9.snap", "---\nsource: x\n---\nolder\n");
    env
}

fn with_old_matrix() -> TestEnvironment {
    let env = two_versions();
    env.write("out.txt", "an older matrix\n");
    env
}

/// The release is in the cache, and nothing shows that it was verified.
fn in_the_cache() -> TestEnvironment {
    let mut env = pinned();
    env.set("PYPATCH_SOURCES", "");
    let cache = env.folder().join("home/cache/pypatch/tarballs");
    fs::create_dir_all(&cache).unwrap();
    fs::rename(env.path("Python-9.9.tgz"), cache.join("Python-9.9.tgz")).unwrap();
    env
}

/// An `apt-get` that copies the release from a folder.
fn with_package() -> TestEnvironment {
    let mut env = pinned();
    env.set("PYPATCH_SOURCES", "");
    let pin = "upstream-pins/9.9.yaml";
    env.edit(pin, "}]\n", "}]\n    debian: {suite: sid, source: gadget}\n");
    let sha256 = sha256(&env.path("Python-9.9.tgz"));
    let from = env.path("Python-9.9.tgz").display().to_string();
    let size = fs::metadata(&from).unwrap().len();
    env.write(
        "bin/apt-get",
        format!(
            "#!/bin/sh\nset -e\ncase \"$*\" in\n*--print-uris*) echo \"'http://x/g.orig.tar.gz' g.orig.tar.gz {size} \
             SHA256:{sha256}\";;\n*--download-only*) /bin/cp '{from}' g.orig.tar.gz;;\nesac\n"
        ),
    );
    fs::set_permissions(env.path("bin/apt-get"), fs::Permissions::from_mode(0o755)).unwrap();
    let bin = env.path("bin").display().to_string();
    env.set("PATH", bin);
    env
}

/// How a command may leave its folder.
struct Expected {
    /// Two runs without a fault: before and after. What differs between the runs, such as the time of a file that is
    /// written, is not compared.
    runs: [(Look, Look); 2],
}

impl Expected {
    /// Runs the commands twice, in different seconds. Returns their system calls, too.
    fn of(cases: Vec<&Case>) -> Vec<(&Case, Expected, Vec<Call>)> {
        let run = |case: &&Case| {
            let env = (case.environment)();
            let before = seen(&env);
            let (calls, output) = strace::trace(&env, case.arguments);
            assert!(output.status.success(), "{}: {}", case.name, env.transcript(&output));
            (before, seen(&env), calls)
        };
        let first: Vec<_> = cases.iter().map(run).collect();
        std::thread::sleep(Duration::from_secs(1));
        let both = cases.into_iter().zip(first);
        let one = |(case, (before, after, _)): (_, (Look, Look, _))| {
            let (before_two, after_two, calls) = run(&case);
            (case, Expected { runs: [(before, after), (before_two, after_two)] }, calls)
        };
        both.map(one).collect()
    }

    /// What is there and should not be, after a fault.
    fn leftovers(&self, before: &Look, now: &Look) -> Vec<String> {
        let known = |path: &&String| before.contains_key(*path) || self.runs[0].1.contains_key(*path);
        now.keys().filter(|path| !known(path)).cloned().collect()
    }

    /// Removes what the command makes, and puts back what it replaces, so that it writes again.
    fn remove_outputs(&self, env: &TestEnvironment, before: &Look) {
        let after = &self.runs[0].1;
        let is_tree = after.keys().any(|path| path == "work/tree/.pypatch-receipt.json");
        for path in after.keys().filter(|path| !is_tree && !before.contains_key(*path)) {
            let path = env.folder().join(path);
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        for (path, old) in before.iter().filter(|(path, _)| !path.starts_with("work/tree")) {
            if !old.is_dir() && after.get(path).is_some_and(|new| new.contents != old.contents) {
                fs::write(env.folder().join(path), &old.contents).unwrap();
            }
        }
    }

    /// Why `now` is not as before.
    fn not_before(&self, before: &Look, now: &Look) -> Vec<String> {
        let is_new_directory = |path: &String| {
            !before.contains_key(path) && now[path].is_dir() && self.runs[0].1.contains_key(path)
        };
        let kept =
            before.iter().filter(|(path, seen)| !now.get(*path).is_some_and(|it| same(path, it, seen)));
        let new = now.keys().filter(|path| !before.contains_key(*path) && !is_new_directory(path));
        kept.map(|(path, _)| path).chain(new).cloned().collect()
    }

    /// Why `now` is not as after.
    fn not_after(&self, before: &Look, now: &Look) -> Vec<String> {
        let [(before_one, one), (_, two)] = &self.runs;
        let paths: BTreeSet<&String> = one.keys().chain(now.keys()).collect();
        let is_right = |path: &&&String| match (one.get(**path), two.get(**path), now.get(**path)) {
            (Some(one), Some(_), Some(now)) if before_one.get(**path) == Some(one) => {
                before.get(**path).is_some_and(|before| same(path, before, now))
            }
            (Some(one), Some(two), Some(now)) => {
                one.mode == now.mode
                    && one.owner == now.owner
                    && one.links == now.links
                    && (same_contents(one, two, now)
                        || before.values().any(|old| old.contents == now.contents))
                    && (one.mtime == now.mtime || one.mtime != two.mtime)
            }
            _ => false,
        };
        paths.iter().filter(|path| !is_right(path)).map(|path| (*path).clone()).collect()
    }
}

/// Whether the contents are those of two runs; where these differ, only a common length has to be theirs.
fn same_contents(one: &Seen, two: &Seen, now: &Seen) -> bool {
    let length = now.contents.len();
    if one.contents == two.contents {
        return now.contents == one.contents;
    }
    one.contents.len() != two.contents.len() || length == one.contents.len()
}

/// Whether two looks at a path are equal. The time of a folder in which an output is made does not count, that of each
/// folder of a tree does.
fn same(path: &str, a: &Seen, b: &Seen) -> bool {
    let counts = !a.is_dir() || path.starts_with("work/tree") || path.starts_with("work/out");
    *a == Seen { mtime: if counts { b.mtime } else { a.mtime }, ..b.clone() }
}

/// Everything in the folder of an environment except for what the cache keeps for itself: files that are locked, and the
/// proofs that a tarball was verified, without which it is verified again.
fn seen(env: &TestEnvironment) -> Look {
    let mut seen = look(&env.folder());
    seen.retain(|path, _| !path.ends_with(".lock") && !path.ends_with(".verified"));
    seen
}

/// One fault.
struct Injection<'a> {
    case: &'a Case,
    expected: &'a Expected,
    call: &'a Call,
    fault: Fault,
}

/// What a fault did that it should not.
#[derive(Default)]
struct Finding {
    torn: Option<String>,
    leftovers: Option<String>,
    status: Option<String>,
}

impl Injection<'_> {
    fn run(&self) -> Finding {
        let Injection { case, expected, call, fault } = self;
        let mut finding = Finding::default();
        let env = (case.environment)();
        let before = seen(&env);
        let output = strace::inject(&env, case.arguments, (&call.name, call.nth), *fault);
        if let Some(tree) = case.tree.filter(|tree| env.path(tree).exists()) {
            let said = env.run(&["status", tree]);
            if !said.ends_with("[exit 0]") {
                finding.torn = Some(format!("then status: {said}"));
            }
        }
        let mut now = seen(&env);
        let leftovers = expected.leftovers(&before, &now);
        now.retain(|path, _| !leftovers.contains(path));
        let not_before = expected.not_before(&before, &now);
        let mut not_after = expected.not_after(&before, &now);
        // That of a directory of another user cannot be set, which is not an error.
        if *fault == Fault::Error("EACCES") {
            not_after.retain(|path| !now.get(path).is_some_and(Seen::is_dir));
        }
        let killed = strace::was_killed(&output);
        let is_fine = self.is_partial_matrix(&env, &output, &not_after);
        let in_gap = is_fine || self.is_the_gap(&not_before, &not_after);
        if !not_before.is_empty() && !not_after.is_empty() && !in_gap {
            finding.torn = Some(format!("not as before: {not_before:?}, nor as after: {not_after:?}"));
        }
        let changed = !not_before.is_empty();
        let done = not_after.is_empty() || in_gap;
        let is_report = call.text.starts_with("write(1,") && case.name.starts_with("fetch");
        let status = wrong_status(&output, killed || is_fine, changed && !is_report, done);
        finding.status = status.map(|why| format!("{why}\n{}", env.transcript(&output)));
        // An hour later, what nobody is at work with is removed.
        for path in &leftovers {
            let old = SystemTime::now() - Duration::from_secs(3600);
            let file = fs::File::open(env.folder().join(path));
            let _ = file.and_then(|file| file.set_modified(old));
        }
        let mut left = leftovers;
        if !changed || !left.is_empty() {
            expected.remove_outputs(&env, &before);
            let again = env.run(case.arguments);
            if !again.ends_with("[exit 0]") {
                finding.torn = Some(format!("the same command again: {again}"));
            }
            let now = seen(&env);
            left.retain(|path| now.contains_key(path));
        }
        // What is in the system's folder for temporary files the system removes, if the process could not; what is in
        // the cache the next `fetch` by apt-get removes.
        left.retain(|path| {
            let is_temporary = path.starts_with("tmp/") && (killed || call.removes());
            !is_temporary && !path.starts_with("home/cache/pypatch/apt")
        });
        if !left.is_empty() {
            finding.leftovers = Some(format!("{left:?}"));
        }
        finding
    }

    /// A matrix that says which source could not be read is complete, and has the status of that.
    fn is_partial_matrix(&self, env: &TestEnvironment, output: &Output, not_after: &[String]) -> bool {
        let written = fs::read_to_string(env.path("out.txt")).unwrap_or_default();
        self.case.name == "matrix --output"
            && output.status.code() == Some(4)
            && not_after == ["work/out.txt"]
            && written.lines().last().is_some_and(|line| line.contains(" cells on 2 sources"))
    }

    /// The gap that src/apply/mod.rs describes: the change is complete, and the time of the top directory is missing.
    fn is_the_gap(&self, not_before: &[String], not_after: &[String]) -> bool {
        let top = [String::from("work/tree")];
        ["utimensat", "openat"].contains(&&*self.call.name) && (not_before == top || not_after == top)
    }
}

/// Why the exit status, or the lack of a message, is wrong.
fn wrong_status(output: &Output, unknown: bool, changed: bool, complete: bool) -> Option<String> {
    if unknown {
        return None;
    }
    match output.status.code() {
        Some(0) if !complete => Some("status 0, and it was not done".to_owned()),
        Some(0) => None,
        Some(6) if !changed => Some("status 6, and nothing was changed".to_owned()),
        Some(6) => None,
        Some(code @ (2 | 3 | 4 | 74)) if changed => Some(format!("status {code}, and it was done")),
        Some(code @ (2 | 3 | 4 | 74)) if output.stderr.is_empty() => {
            Some(format!("status {code} without a word"))
        }
        Some(2 | 3 | 4 | 74) => None,
        code => Some(format!("status {code:?}")),
    }
}

/// Counts of a row of the table.
#[derive(Default, Clone, Copy)]
struct Counts {
    injected: usize,
    torn: usize,
    leftovers: usize,
    status: usize,
}

/// Injects every `stride`th fault; returns the table, the number of injected faults, and what was found.
fn table(stride: usize) -> (String, usize, Vec<String>) {
    let mut jobs = Vec::new();
    // Without sources of packages there is nothing to fetch by apt-get.
    let has_apt = fs::exists("/etc/apt/sources.list.d").unwrap_or(false);
    let cases = CASES.iter().filter(|case| has_apt || case.name != "fetch, by apt-get");
    let cases = Expected::of(cases.collect());
    for (case, expected, calls) in &cases {
        for call in calls {
            jobs.extend(Fault::ALL.map(|fault| Injection { case, expected, call, fault }));
        }
    }
    let jobs: Vec<Injection> = jobs.into_iter().step_by(stride).collect();
    let next = AtomicUsize::new(0);
    let rows: Mutex<BTreeMap<(usize, Fault), Counts>> = Mutex::default();
    let found: Mutex<Vec<String>> = Mutex::default();
    let work = || {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let finding = job.run();
            let row = CASES.iter().position(|case| case.name == job.case.name).unwrap();
            let mut rows = rows.lock().unwrap();
            let counts = rows.entry((row, job.fault)).or_default();
            counts.injected += 1;
            counts.torn += usize::from(finding.torn.is_some());
            counts.leftovers += usize::from(finding.leftovers.is_some());
            counts.status += usize::from(finding.status.is_some());
            let kinds =
                [("torn", finding.torn), ("leftovers", finding.leftovers), ("status", finding.status)];
            for (kind, what) in kinds {
                let Some(what) = what else { continue };
                let Injection { case, call, fault, .. } = job;
                let text = &call.text;
                found.lock().unwrap().push(format!(
                    "{}: {} at {text}: {kind}: {what}",
                    case.name,
                    fault.name()
                ));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    let rows = rows.into_inner().unwrap();
    let mut table = String::from("command                fault   injected  torn  leftovers  wrong status\n");
    let mut all = Counts::default();
    for ((row, fault), counts) in &rows {
        let Counts { injected, torn, leftovers, status } = *counts;
        let (name, fault) = (CASES[*row].name, fault.name());
        writeln!(table, "{name:<22} {fault:<7} {injected:>8} {torn:>5} {leftovers:>10} {status:>13}")
            .unwrap();
        all.injected += injected;
        all.torn += torn;
        all.leftovers += leftovers;
        all.status += status;
    }
    let Counts { injected, torn, leftovers, status } = all;
    writeln!(table, "{:<30} {injected:>8} {torn:>5} {leftovers:>10} {status:>13}", "all").unwrap();
    (table, injected, found.into_inner().unwrap())
}

#[test]
fn a_fault_neither_tears_nor_leaves_anything() {
    if !strace::works("a sample of faults") {
        return;
    }
    let (table, injected, found) = table(23);
    assert!(found.is_empty(), "{table}\n{}", found.join("\n"));
    assert!(injected > 100, "{table}");
}

#[test]
#[ignore = "takes minutes: `just faults`"]
fn every_fault_neither_tears_nor_leaves_anything() {
    assert!(strace::works("every fault"), "`just faults` needs strace");
    let (table, _, found) = table(1);
    println!("{table}");
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}
