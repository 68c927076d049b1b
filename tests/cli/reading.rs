//! What only reads needs no home, no cache, no right to write, no stdin, and nobody who reads what it prints.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use crate::common::release::pinned;
use crate::common::{TestEnvironment, skip};
use crate::faults::with_mounts;
use insta::assert_snapshot;

const PYPATCH: &str = env!("CARGO_BIN_EXE_pypatch");

/// Every command that writes nothing, on the release, its tag, and a directory.
const READING: [&str; 32] = [
    "--help",
    "--version",
    "help plan",
    "list",
    "show gadget",
    "show gadget --yaml",
    "check",
    "graph gadget",
    "explain",
    "explain file.add",
    "schema",
    "schema plan",
    "completions bash",
    "man",
    "man plan",
    "pins",
    "pins 9.9",
    "fetch 9.9",
    "plan gadget 9.9",
    "plan gadget tree",
    "plan gadget git:sources/gadget.git@v9.9",
    "diff gadget 9.9",
    "export gadget 9.9 --as diff",
    "apply --dry-run gadget 9.9 -o out",
    "apply --dry-run gadget tree",
    "status tree",
    "setup list tree",
    "snapshot check gadget",
    "review",
    "matrix gadget 9.9 tree",
    "port gadget --to 9.9 --id late --dry-run",
    "why gadget --from 9.9 --to tree no-sharedmods",
];

/// The release with its accepted snapshot, which others may read and nobody may change.
fn released() -> TestEnvironment {
    let env = pinned();
    env.stdout(&["snapshot", "accept", "gadget"]);
    for entry in walkdir::WalkDir::new(env.folder()).contents_first(true) {
        let entry = entry.unwrap();
        let mode = if entry.file_type().is_dir() { 0o555 } else { 0o444 };
        if !entry.path_is_symlink() {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
        }
    }
    env
}

/// Runs a shell script in which `$PYPATCH` is the program, as a user who may not write there, with these variables only;
/// `None` where root cannot become somebody else.
fn unprivileged(env: &TestEnvironment, variables: &[(&str, &str)], script: &str) -> Option<Output> {
    let run = |script: &str| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script]);
        if !rustix::process::geteuid().is_root() {
            command = Command::new("sh");
            command.args(["-c", script]);
        }
        command.current_dir(env.path(".")).stdin(Stdio::null()).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("PYPATCH", PYPATCH);
        command.envs(variables.iter().copied()).output()
    };
    let probe = run("$PYPATCH --version");
    probe.is_ok_and(|output| output.status.success()).then(|| run(script).unwrap())
}

const SKIPPED: (&str, &str) = ("what only reads, as another user", "setpriv cannot change the user here");

#[test]
fn reading_needs_no_home_and_no_right_to_write() {
    let env = released();
    let before = env.state(".");
    let sources = env.path("sources/gadget.git").display().to_string();
    let sources = ("PYPATCH_SOURCES", sources.as_str());
    for variables in [&[sources][..], &[sources, ("HOME", "/nonexistent"), ("TMPDIR", "/nonexistent")]] {
        for command in READING {
            let Some(output) = unprivileged(&env, variables, &format!("exec $PYPATCH {command}")) else {
                return skip(SKIPPED.0, SKIPPED.1);
            };
            let transcript = env.transcript(&output);
            assert!(transcript.ends_with("[exit 0]"), "{command}: {transcript}");
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(!stderr.contains("error") && !stderr.contains("warning"), "{command}: {stderr}");
        }
    }
    assert_eq!(env.state("."), before);
}

#[test]
fn reading_needs_no_writable_file_system() {
    let env = released();
    fs::set_permissions(env.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    let mut script = "mkdir ro; mount --bind . ro; mount -o remount,ro,bind ro; cd ro\n".to_owned();
    script += "export PYPATCH_SOURCES=$PWD/sources/gadget.git\n";
    for command in READING {
        script += &format!("$PYPATCH {command} > /dev/null || {{ echo 'FAILED: {command}' >&2; exit 1; }}\n");
    }
    let Some(output) = with_mounts(&env, &script) else {
        return skip("a read-only file system", "mounts are not permitted here");
    };
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && !stderr.contains("warning"), "{stderr}");
}

#[test]
fn closed_streams_are_neither_errors_nor_bugs() {
    let env = released();
    let sources = env.path("sources/gadget.git").display().to_string();
    let variables = [("PYPATCH_SOURCES", sources.as_str())];
    for command in [
        "--help",
        "list",
        "schema",
        "plan gadget 9.9",
        "diff gadget tree",
        "status tree",
        "matrix gadget 9.9",
    ] {
        let script = format!(
            "for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
                eval \"\\$PYPATCH -q {command} $closed\" > /dev/null || echo \"$closed: $?\"
             done
             {{ $PYPATCH -q {command}; echo $? >&2; }} | true"
        );
        let Some(output) = unprivileged(&env, &variables, &script) else {
            return skip(SKIPPED.0, SKIPPED.1);
        };
        assert_eq!(env.transcript(&output), "------- stderr -------\n0\n[exit 0]", "{command}");
    }
}

#[test]
fn what_cannot_be_printed_has_status_74_also_help() {
    let env = released();
    for command in ["--help", "--version", "help plan", "list", "man", "schema"] {
        let script = format!("$PYPATCH {command} > /dev/full");
        let Some(output) = unprivileged(&env, &[], &script) else {
            return skip(SKIPPED.0, SKIPPED.1);
        };
        assert_eq!(
            env.transcript(&output),
            "------- stderr -------\nerror: cannot write the output: No space left on device (os error 28)\n[exit 74]",
            "{command}"
        );
    }
}

#[test]
fn without_a_cache_the_variable_is_named() {
    let env = released();
    let fetch = |variables: &[(&str, &str)]| {
        unprivileged(&env, variables, "exec $PYPATCH fetch 9.9").map(|output| env.transcript(&output))
    };
    let Some(without) = fetch(&[]) else { return skip(SKIPPED.0, SKIPPED.1) };
    assert_snapshot!(without, @"
    ------- stderr -------
    error: no source found for `python-9.9`
      cache: python-9.9: nowhere to download to: neither XDG_CACHE_HOME nor HOME is an absolute path
      help: set XDG_CACHE_HOME to a directory that can be written to, or PYPATCH_SOURCES to one that contains the tarball or to a git repository that has the tag
    [exit 4]
    ");
    let cache = env.path("cache").display().to_string();
    assert_snapshot!(fetch(&[("XDG_CACHE_HOME", &cache)]).unwrap(), @"
    ------- stderr -------
    error: no source found for `python-9.9`
      upstream: https://releases.invalid/Python-9.9.tgz: $WORK/cache/pypatch/tarballs: Permission denied (os error 13)
      apt-get source: python-9.9: no source package of a distribution is pinned
      help: set XDG_CACHE_HOME to a directory that can be written to, or PYPATCH_SOURCES to one that contains the tarball or to a git repository that has the tag
    [exit 4]
    ");
}

#[test]
fn without_a_folder_for_temporary_files_the_variable_is_named() {
    let env = released();
    let variables = [("TMPDIR", "/nonexistent")];
    let Some(output) = unprivileged(&env, &variables, "exec $PYPATCH plan gadget Python-9.9.tgz") else {
        return skip(SKIPPED.0, SKIPPED.1);
    };
    assert_snapshot!(env.transcript(&output), @"
    ------- stderr -------
    error: cannot write a temporary file in /nonexistent: No such file or directory (os error 2)
      help: set TMPDIR to a directory that can be written to and has room for the unpacked tarball
    [exit 74]
    ");
}
