//! Input that was made to do harm: pipes, names, escape codes, sizes; and outputs that cannot be written.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::common::TestEnvironment;

/// Runs a shell command in the folder of the environment, for at most 20 seconds.
fn sh(env: &TestEnvironment, script: &str) -> Output {
    Command::new("timeout")
        .args(["20", "sh", "-c", script])
        .current_dir(env.path("."))
        .env("HOME", env.path("home"))
        .env("PYPATCH", env!("CARGO_BIN_EXE_pypatch"))
        .env_remove("PYPATCH_SOURCES")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn status(env: &TestEnvironment, script: &str) -> (i32, String) {
    let output = sh(env, script);
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_change_that_cannot_be_reported_has_its_own_status() {
    let env = TestEnvironment::with_tree();
    let before = fs::read(env.path("tree/Makefile.pre.in")).unwrap();
    let (code, stderr) = status(&env, "$PYPATCH apply --allow-unpinned gadget tree > /dev/full");
    assert!(code == 6 && stderr.contains("the change itself was made"), "{code} {stderr}");
    assert_ne!(fs::read(env.path("tree/Makefile.pre.in")).unwrap(), before);
    // Nothing is changed by these.
    for command in ["apply --allow-unpinned gadget tree", "status tree", "revert -n tree", "list"] {
        assert_eq!(status(&env, &format!("$PYPATCH {command} > /dev/full")).0, 74, "{command}");
    }
    assert_eq!(status(&env, "$PYPATCH revert tree > /dev/full").0, 6);
    assert_eq!(fs::read(env.path("tree/Makefile.pre.in")).unwrap(), before);
    let copy = "$PYPATCH apply --allow-unpinned gadget tree -o out > /dev/full";
    assert_eq!(status(&env, copy).0, 6);
    assert!(env.path("out/Makefile.pre.in").exists());
}

#[test]
fn no_command_waits_for_a_pipe() {
    let env = TestEnvironment::with_tree();
    let text = "schema: 1\nid: mine\ntitle: t\nedits:\n  - {id: a, why: b, file: n, file.add: {content: {from: s}}}\n";
    fs::create_dir_all(env.path("patchsets/mine/files")).unwrap();
    fs::write(env.path("patchsets/mine/patchset.yaml"), text).unwrap();
    for (pipe, command, expected) in [
        ("patchsets/mine/files/s", "check mine", 2),
        ("tree.tar", "plan gadget tree.tar", 4),
        ("upstream-pins/2.5.yaml", "pins python-2.5", 2),
        ("decisions", "port catamount-py2.5 --to tree --id new --decisions decisions -n", 2),
        ("tree/.pypatch-receipt.json", "status tree", 3),
        ("tree/.pypatch-stage-1.000000000", "status tree", 3),
        ("tree/Include/patchlevel.h", "plan gadget tree", 4),
        ("fifo", "status fifo", 4),
    ] {
        let script =
            format!("mkdir -p $(dirname {pipe}); rm -f {pipe}; mkfifo {pipe}; $PYPATCH --offline {command}");
        let (code, stderr) = status(&env, &script);
        assert_eq!(code, expected, "{command}: {stderr}");
        fs::remove_file(env.path(pipe)).unwrap();
    }
}

#[test]
fn what_comes_from_outside_does_not_control_the_terminal() {
    let env = TestEnvironment::with_tree();
    let folder = env.path("patchsets/evil");
    fs::create_dir_all(&folder).unwrap();
    let text = "schema: 1\nid: evil\ntitle: \"\\e]52;c;cm0=\\a\\e[31m\\e[2J\\u202e\\x9b\"\n";
    fs::write(folder.join("patchset.yaml"), text).unwrap();
    for color in ["always", "never"] {
        let output =
            sh(&env, &format!("$PYPATCH --color {color} list evil; $PYPATCH --color {color} show evil"));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains(r"\x1b]52;c;cm0=\x07\x1b[31m\x1b[2J\u{202e}\u{9b}"), "{stdout:?}");
        assert!(!stdout.contains(['\x1b', '\x07', '\u{202e}', '\u{9b}']), "{stdout:?}");
    }
    let name = "git:repo@v\u{1b}[2J";
    let (_, stderr) = status(&env, &format!("$PYPATCH --color always plan gadget '{name}'"));
    assert!(!stderr.contains("\u{1b}[2J"), "{stderr:?}");
}

#[test]
fn long_names_are_shown_without_a_panic() {
    let env = TestEnvironment::with_tree();
    let long = "i".repeat(70_000);
    let setup = env.path("tree/Modules/Setup.dist");
    fs::create_dir_all(setup.parent().unwrap()).unwrap();
    fs::write(&setup, format!("{long} x.c\nshort y.c\n")).unwrap();
    assert_eq!(status(&env, "$PYPATCH setup list tree"), (0, String::new()));
    let text = format!(
        "schema: 1\nid: mine\ntitle: t\nedits:\n  - {{id: {long}, why: w, file: n, file.add: {{content: x}}}}\n"
    );
    fs::create_dir_all(env.path("patchsets/mine")).unwrap();
    fs::write(env.path("patchsets/mine/patchset.yaml"), text).unwrap();
    let (code, stderr) = status(&env, "$PYPATCH plan mine tree");
    assert!(code == 2 && stderr.contains("at most 100"), "{code} {}", stderr.len());
}

#[test]
fn names_of_git_are_refused_in_patchsets_and_archives() {
    let env = TestEnvironment::with_tree();
    for file in [
        ".git/hooks/pre-commit",
        "Lib/.GIT/config",
        "git~1",
        "'.git::$INDEX_ALLOCATION'",
        "\".g\\u200cit/x\"",
    ] {
        let text = format!(
            "schema: 1\nid: mine\ntitle: t\nedits:\n  - {{id: a, why: w, file: {file}, file.add: {{content: x}}}}\n"
        );
        fs::create_dir_all(env.path("patchsets/mine")).unwrap();
        fs::write(env.path("patchsets/mine/patchset.yaml"), text).unwrap();
        let (code, stderr) = status(&env, "$PYPATCH apply --allow-unpinned mine tree");
        assert!(code == 2 && stderr.contains("git uses that name for itself"), "{file}: {code} {stderr}");
    }
    for name in [".git", ".Git", ".pypatch-stage-1.000000000", "Lib/git~1"] {
        let script = format!(
            "rm -rf t; cp -a tree t; mkdir -p t/{name}; touch t/{name}/x; tar cf t.tar t; $PYPATCH plan gadget t.tar"
        );
        let (code, stderr) = status(&env, &script);
        assert!(code == 4 && stderr.contains("uses that name for itself"), "{name}: {code} {stderr}");
    }
}
