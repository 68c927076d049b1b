//! A full disk, a read-only tree and unreadable files are errors that change nothing.
//!
//! Tests that need a separate file system make one with `unshare` and `mount`, and are skipped where that is not
//! permitted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use crate::common;
use crate::common::TestEnvironment;
use insta::assert_snapshot;

const PYPATCH: &str = env!("CARGO_BIN_EXE_pypatch");

/// Runs a shell script in the folder of the environment, with private mounts; `None` where they are not permitted.
pub fn with_mounts(env: &TestEnvironment, script: &str) -> Option<Output> {
    for unshare in [&["-m"][..], &["-rm"]] {
        let run = |script: &str| {
            let mut command = Command::new("unshare");
            command
                .args(unshare)
                .args(["sh", "-euc", script])
                .current_dir(env.path("."))
                .stdin(Stdio::null());
            command
                .env("HOME", env.path("home"))
                .env("XDG_CACHE_HOME", env.path("cache"))
                .env("PYPATCH", PYPATCH);
            command.env_remove("PYPATCH_SOURCES").output()
        };
        let probe = run("mkdir -p probe; mount -t tmpfs -o size=64k none probe; umount probe");
        if probe.is_ok_and(|output| output.status.success()) {
            return Some(run(script).unwrap());
        }
    }
    None
}

/// Functions for the scripts below: `look` prints the state of a tree; `try` keeps the status of a run.
const TOOLS: &str = r#"
look() { find "$1" -printf '%P %y %m %T@ %l\n' | sort; find "$1" -type f -exec sha256sum {} + | sort; }
try() { status=0; "$@" > ../log 2>&1 || status=$?; }
bad() { echo "$*"; cat ../log; exit 1; }
"#;

#[test]
fn a_full_disk_leaves_the_tree_as_it_was() {
    let env = TestEnvironment::with_tree();
    let script = r#"
mkdir disk; mount -t tmpfs -o size=256k none disk; cp -a tree disk; cp -a patchsets disk; cd disk
full() { cat /dev/zero > full 2>/dev/null || true; }
refused=0; done=0; kept=0
look tree > ../before
for free in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20; do
    for i in $(seq $free); do head -c 4096 /dev/zero > hole.$i; done
    full; rm -f hole.*
    try "$PYPATCH" apply --allow-unpinned gadget tree
    case $status in
    74) look tree > ../now; cmp ../before ../now || bad "apply with $free pages changed the tree"
        refused=$((refused + 1));;
    0)  done=$((done + 1)); look tree > ../applied; full
        try "$PYPATCH" revert tree
        if [ $status = 74 ]; then
            kept=$((kept + 1)); look tree > ../now
            cmp ../applied ../now || bad "revert with $free pages changed the tree"
            rm full; "$PYPATCH" revert tree > ../log 2>&1 || bad "revert failed with a disk that is not full"
        elif [ $status != 0 ]; then bad "revert with $free pages: $status"; fi
        look tree > ../now; cmp ../before ../now || bad "revert with $free pages left something";;
    *)  bad "apply with $free pages: $status";;
    esac
    rm -f full
done
[ $refused -gt 0 ] && [ $done -gt 0 ] && [ $kept -gt 0 ] || bad "refused $refused, done $done, kept $kept"
full; try "$PYPATCH" apply --allow-unpinned gadget tree; cat ../log
"#;
    let Some(output) = with_mounts(&env, &format!("{TOOLS}{script}")) else {
        return common::skip("a full disk", "no mounts without privileges here");
    };
    assert_snapshot!(env.transcript(&output), @"
    note: tree is not a pinned release: CPython 9.9 has no pin
    error: cannot write tree/.pypatch-stage-1158612180.123456789/0.new: No space left on device (os error 28)
      the tree is unchanged
    [exit 0]
    ");
}

#[test]
fn a_full_disk_leaves_no_partial_copy() {
    let env = TestEnvironment::with_tree();
    let script = r#"
mkdir disk; mount -t tmpfs -o size=8k none disk; cd disk
report() { grep -o 'No space left on device' ../log || cat ../log; echo "status $status"; ls -A; }
try "$PYPATCH" --patchsets ../patchsets apply --allow-unpinned gadget ../tree -o out; report
try "$PYPATCH" --patchsets ../patchsets export gadget ../tree --as tree -o out; report
try "$PYPATCH" --patchsets ../patchsets export gadget ../tree --as tar -o out.tar; report
try "$PYPATCH" --patchsets ../patchsets export gadget ../tree --as diff -o out.diff; report
cat /dev/zero > full 2>/dev/null || true; try "$PYPATCH" --patchsets ../patchsets export gadget ../tree --as diff -o other.diff; report
"#;
    let Some(output) = with_mounts(&env, &format!("{TOOLS}{script}")) else {
        return common::skip("a copy on a full disk", "no mounts without privileges here");
    };
    assert_snapshot!(env.transcript(&output), @"
    No space left on device
    status 74
    No space left on device
    status 74
    No space left on device
    status 74
    status 0
    out.diff
    No space left on device
    status 74
    full
    out.diff
    [exit 0]
    ");
}

#[test]
fn a_read_only_tree_can_be_planned_but_not_patched() {
    let env = TestEnvironment::with_tree();
    let script = r#"
mount --bind tree tree; mount -o remount,bind,ro tree
look tree > before
"$PYPATCH" plan gadget tree | tail -n 1
"$PYPATCH" status tree
status=0; "$PYPATCH" apply --allow-unpinned gadget tree || status=$?
look tree > now; cmp before now
exit $status
"#;
    let Some(output) = with_mounts(&env, &format!("{TOOLS}{script}")) else {
        return common::skip("a read-only tree", "no mounts without privileges here");
    };
    assert_snapshot!(env.transcript(&output), @"
    7 edits: 7 change; 6 files
    tree: no patchset is applied
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    error: cannot create directory tree/.pypatch-stage-1158612180.123456789: Read-only file system (os error 30)
      the tree is unchanged
    [exit 74]
    ");
}

/// Runs pypatch as a user who owns no file; `None` where that is not permitted.
fn as_nobody(env: &TestEnvironment, arguments: &[&str]) -> Option<Output> {
    let run = |arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", PYPATCH]).args(arguments);
        command.current_dir(env.path(".")).env("HOME", "/nonexistent").env_remove("XDG_CACHE_HOME").output()
    };
    fs::set_permissions(env.path(".."), fs::Permissions::from_mode(0o755)).unwrap();
    run(&["--version"]).is_ok_and(|output| output.status.success()).then(|| run(arguments).unwrap())
}

#[test]
fn a_tree_of_another_user_is_not_changed() {
    let env = TestEnvironment::with_tree();
    fs::set_permissions(env.path("tree/pyconfig.h.in"), fs::Permissions::from_mode(0o644)).unwrap();
    let before = env.state("tree");
    let Some(output) = as_nobody(&env, &["apply", "--allow-unpinned", "gadget", "tree"]) else {
        return common::skip("a tree of somebody else", "setpriv cannot change the user here");
    };
    assert_snapshot!(env.transcript(&output), @"
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    error: cannot create directory tree/.pypatch-stage-1158612180.123456789: Permission denied (os error 13)
      the tree is unchanged
    [exit 74]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn an_unreadable_file_is_named() {
    let env = TestEnvironment::with_tree();
    fs::set_permissions(env.path("tree/Makefile.pre.in"), fs::Permissions::from_mode(0o000)).unwrap();
    let before = env.state("tree");
    let Some(output) = as_nobody(&env, &["plan", "gadget", "tree"]) else {
        return common::skip("a file that may not be read", "setpriv cannot change the user here");
    };
    assert_snapshot!(env.transcript(&output), @"
    ------- stderr -------
    error: cannot read tree/Makefile.pre.in: Permission denied (os error 13)
    [exit 4]
    ");
    fs::set_permissions(env.path("patchsets/gadget/patchset.yaml"), fs::Permissions::from_mode(0o000))
        .unwrap();
    assert_snapshot!(env.transcript(&as_nobody(&env, &["check", "gadget"]).unwrap()), @"
    ------- stderr -------
    error: cannot read patchsets/gadget/patchset.yaml: Permission denied (os error 13)
    [exit 2]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn a_pipe_or_socket_instead_of_a_file_is_called_that() {
    let env = TestEnvironment::with_tree();
    for file in ["Makefile.pre.in", "configure"] {
        fs::remove_file(env.path("tree").join(file)).unwrap();
    }
    let pipe = std::process::Command::new("mkfifo").arg(env.path("tree/Makefile.pre.in")).status();
    assert!(pipe.unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(env.path("tree/configure")).unwrap();
    let output = env.run(&["apply", "--allow-unpinned", "gadget", "tree"]);
    assert!(output.contains("Makefile.pre.in  this is a named pipe, which is never edited"), "{output}");
    assert!(output.contains("configure  this is a socket, which is never edited"), "{output}");
    assert!(output.ends_with("[exit 3]"), "{output}");
}

#[test]
fn a_directory_or_link_instead_of_a_file_is_refused() {
    let env = TestEnvironment::with_tree();
    fs::remove_file(env.path("tree/Makefile.pre.in")).unwrap();
    fs::create_dir(env.path("tree/Makefile.pre.in")).unwrap();
    fs::remove_file(env.path("tree/configure")).unwrap();
    fs::create_dir(env.path("tree/Modules/gadget")).unwrap();
    fs::create_dir(env.path("tree/Modules/gadget/loader.c")).unwrap();
    std::os::unix::fs::symlink("configure", env.path("tree/configure")).unwrap();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree"]), @"
    ------- stderr -------
    error: edit `no-sharedmods` is refused on CPython 9.9
      Makefile.pre.in  this is a directory, which is never edited
    error: edit `run-gen` is refused on CPython 9.9
      Makefile.pre.in  this is a directory, which is never edited
    error: edit `loader` is refused on CPython 9.9
      Modules/gadget/loader.c  this is a directory, which is never edited
    error: edit `configure-runs` is refused on CPython 9.9
      configure  this is a symbolic link, which is never edited
    nothing was written
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn a_file_instead_of_a_directory_is_refused() {
    let env = TestEnvironment::with_tree();
    env.write("tree/Modules/gadget", "a file where a folder is to be");
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "-q", "--allow-unpinned", "gadget", "tree"]), @"
    ------- stderr -------
    error: edit `loader` is refused on CPython 9.9
      Modules/gadget  `Modules/gadget` is not a directory, so nothing can be created below it
    nothing was written
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn a_tree_without_permission_to_enter_is_an_error() {
    let env = TestEnvironment::with_tree();
    fs::set_permissions(env.path("tree"), fs::Permissions::from_mode(0o700)).unwrap();
    for command in [&["plan", "gadget", "tree"][..], &["status", "tree"], &["revert", "tree"]] {
        let Some(output) = as_nobody(&env, command) else {
            return common::skip("a tree without permission", "setpriv cannot change the user here");
        };
        let output = env.transcript(&output);
        assert!(output.contains("Permission denied") && output.ends_with("[exit 4]"), "{output}");
    }
}
