//! Hostile sources and patchsets, made when the tests run: a line a kind. Whatever a kind is, no command panics, hangs, or
//! touches anything outside of its own output; what is refused leaves nothing.

mod archives;
mod commits;
mod patches;
mod patchsets;

use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::TestEnvironment;
use crate::common::watch::{Look, differences, look};

/// What has to become of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Every command ends with this status.
    Refused(i32),
    /// It does not fit the tree, or is invalid.
    Unfit,
    /// It is read, and every command succeeds.
    Read,
    /// Each command may refuse it; which ones do is not part of the promise.
    Either,
}

use Fate::{Either, Read, Refused, Unfit};

/// Where the hostile input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Archive,
    /// Its symbolic links may lead anywhere, as in a directory.
    Commit,
    Patchset,
}

/// Runs a command, which is killed if it takes a minute of the processor, five minutes at all, or more than 2 GiB of
/// memory. A debug build on a busy machine needs half of that for the largest.
fn run(env: &TestEnvironment, arguments: &[&str]) -> Output {
    let script = "ulimit -t 60; ulimit -v 2097152; exec timeout -s KILL 300 \"$0\" \"$@\"";
    Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_pypatch"), "--offline"])
        .args(arguments)
        .current_dir(env.path("."))
        .env_remove("PYPATCH_SOURCES")
        .env("HOME", env.folder().join("home"))
        .env("XDG_CACHE_HOME", env.folder().join("home/cache"))
        .env("TMPDIR", env.folder().join("tmp"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What is wrong with how a command ended, if anything is.
fn wrong(fate: Fate, code: Option<i32>) -> Option<String> {
    let is_right = match (fate, code) {
        (Refused(expected), Some(code)) => code == expected,
        (Unfit, Some(code)) => code == 2 || code == 3,
        (Read, Some(code)) => code == 0,
        (Either, Some(code)) => [0, 1, 2, 3, 4].contains(&code),
        (Refused(_) | Unfit | Read | Either, None) => false,
    };
    (!is_right).then(|| format!("{fate:?}, but status {code:?}"))
}

/// Everything in the folder of an environment but for these outputs.
fn without(env: &TestEnvironment, outputs: &[&str]) -> Look {
    let mut all = look(&env.folder());
    let is_output = |path: &str| {
        outputs.iter().any(|output| {
            let rest = path.strip_prefix("work/").and_then(|path| path.strip_prefix(output));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    all.retain(|path, _| path != "work" && !is_output(path));
    all
}

/// A command, and the output that it may make.
type Run<'a> = (&'a [&'a str], Option<&'a str>);

/// Whether all commands meet every kind: `just security` sets this.
fn is_complete() -> bool {
    std::env::var_os("PYPATCH_TEST_ALL").is_some()
}

/// Whether a debug build needs seconds for a kind.
fn is_large(kind: &str) -> bool {
    ["bomb", " MiB", "0,000"].iter().any(|word| kind.contains(word))
}

/// The commands for a kind: the first, and another one, which differs from kind to kind, or all. Large kinds meet only the
/// first one; of a bomb it is enough.
fn of<'a>(kind: &str, commands: &[Run<'a>]) -> Vec<Run<'a>> {
    let (first, others) = commands.split_first().unwrap();
    let others = match is_complete() {
        true if !kind.contains("bomb") => others,
        false if !is_large(kind) => std::slice::from_ref(&others[kind.len() % others.len()]),
        _ => &[],
    };
    [&[*first], others].concat()
}

/// Runs commands on a hostile input, each with the output that it may make. Returns what is wrong.
fn attack(env: &TestEnvironment, source: Source, fate: Fate, commands: &[Run<'_>]) -> Vec<String> {
    let mut findings = Vec::new();
    let outputs: Vec<&str> = commands.iter().filter_map(|(_, output)| *output).collect();
    let before = without(env, &outputs);
    for (arguments, output) in commands {
        let ended = run(env, arguments);
        let said = String::from_utf8_lossy(&ended.stderr);
        let said: String = said.chars().take(400).collect();
        let mut find = |what: String| findings.push(format!("{arguments:?}: {what}\n{said}"));
        if let Some(what) = wrong(fate, ended.status.code()) {
            find(what);
        }
        if !ended.status.success() && ended.stderr.is_empty() && ended.stdout.is_empty() {
            find("it failed without a word".to_owned());
        }
        let Some(output) = output.map(|output| env.path(output)) else { continue };
        if !ended.status.success() && output.symlink_metadata().is_ok() {
            find("it was refused, and left an output".to_owned());
        }
        if output.is_dir() {
            let strange = look(&output).into_iter().find_map(|(path, seen)| {
                let is_plain = [0o100_000, 0o040_000, 0o120_000].contains(&(seen.mode & 0o170_000));
                let leads_out = source != Source::Commit
                    && seen.mode & 0o170_000 == 0o120_000
                    && output.join(&path).canonicalize().is_ok_and(|to| !to.starts_with(&output));
                let is_special = seen.mode & 0o120_000 != 0o120_000 && seen.mode & 0o7000 != 0;
                (!is_plain || is_special || leads_out).then(|| format!("{path} has the mode {:o}", seen.mode))
            });
            strange.into_iter().for_each(find);
        }
    }
    let after = without(env, &outputs);
    let mut touched = differences(&before, &after);
    // What is tried in the folder for temporary files is gone again.
    touched.retain(|path| path != "tmp");
    if !touched.is_empty() {
        findings.push(format!("outside of its outputs it touched {touched:?}"));
    }
    findings
}

/// Attacks with every kind, several at a time, and shows all that went wrong. Returns how many kinds there are.
fn attack_with<K: Sync>(
    kinds: &[K],
    name: impl Fn(&K) -> String + Sync,
    one: impl Fn(&K) -> Vec<String> + Sync,
) {
    let next = AtomicUsize::new(0);
    let findings = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(kind) = kinds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for finding in one(kind) {
                        findings.lock().unwrap().push(format!("{}: {finding}", name(kind)));
                    }
                }
            });
        }
    });
    let findings = findings.into_inner().unwrap();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
