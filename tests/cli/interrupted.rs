//! Ctrl-C: nothing is left that is only half there, and what state things are in is said.

use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::TestEnvironment;
use crate::common::terminal::Terminal;
use crate::common::tree::gizmo;

/// How long something may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn start(env: &TestEnvironment, arguments: &[&str]) -> Child {
    let mut command = env.process(env!("CARGO_BIN_EXE_pypatch").as_ref());
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    let _ = kill_process(pid, signal);
}

/// Waits until `is_there`, and interrupts the program.
fn interrupted_when(
    env: &TestEnvironment,
    arguments: &[&str],
    signal: Signal,
    is_there: impl Fn() -> bool,
) -> Output {
    let mut child = start(env, arguments);
    let begun = Instant::now();
    while !is_there() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before");
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(1));
    }
    interrupt(&child, signal);
    child.wait_with_output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A tree that takes a while to be written.
fn large() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    for i in 0..6000 {
        env.write(&format!("tree/Lib/{}/file{i}.py", i % 50), "import this\n".repeat(40));
    }
    env
}

#[test]
fn an_output_that_is_interrupted_leaves_nothing() {
    let env = large();
    let before = names(&env.path("."));
    let is_begun = || names(&env.path(".")).iter().any(|name| name.starts_with(".pypatch-new-"));
    for (arguments, signal, status) in [
        (&["apply", "--allow-unpinned", "gadget", "tree", "-o", "out"][..], Signal::INT, 130),
        (&["export", "gadget", "tree", "--as", "tree", "-o", "out"], Signal::INT, 130),
        (&["export", "gadget", "tree", "-o", "out.tar.xz"], Signal::TERM, 143),
        (&["export", "gadget", "tree", "-o", "out.tar.zst"], Signal::INT, 130),
    ] {
        let output = interrupted_when(&env, arguments, signal, is_begun);
        let transcript = env.transcript(&output);
        let end = format!("\ninterrupted: nothing was written\n[exit {status}]");
        assert!(transcript.ends_with(&end), "{arguments:?}: {transcript}");
        assert_eq!(names(&env.path(".")), before, "{arguments:?}");
    }
}

#[test]
fn a_tree_that_is_changed_is_as_before_or_as_after() {
    let env = TestEnvironment::with_tree();
    gizmo(&env);
    let before = env.state("tree");
    let contents = |state: &crate::common::tree::TreeState| -> Vec<(String, Vec<u8>)> {
        let files = state.iter().filter(|(path, _)| !path.ends_with(".pypatch-receipt.json"));
        files.map(|(path, (.., bytes))| (path.clone(), bytes.clone())).collect()
    };
    env.stdout(&["apply", "--allow-unpinned", "gadget", "gizmo", "tree"]);
    let after = contents(&env.state("tree"));
    env.stdout(&["revert", "tree"]);
    assert_eq!(env.state("tree"), before);
    let begun = Instant::now();
    env.stdout(&["apply", "--allow-unpinned", "gadget", "gizmo", "tree"]);
    let time = begun.elapsed();
    env.stdout(&["revert", "tree"]);
    let mut ends = [0, 0];
    for part in 0..30 {
        let mut child = start(&env, &["apply", "--allow-unpinned", "gadget", "gizmo", "tree"]);
        std::thread::sleep(time * part / 20);
        interrupt(&child, Signal::INT);
        child.wait().unwrap();
        let now = env.state("tree");
        let is_after = contents(&now) == after;
        assert!(is_after || now == before, "after {part} of 20 parts of {time:?}");
        ends[usize::from(is_after)] += 1;
        if is_after {
            env.stdout(&["revert", "tree"]);
        }
    }
    assert!(ends[0] > 0 && ends[1] > 0, "{ends:?}");
}

/// A build whose first step ends when somebody says so.
fn slow() -> TestEnvironment {
    let mut env = TestEnvironment::with_tree();
    env.set("PATH", "/usr/bin:/bin");
    let build = "\
schema: 1
id: slow
title: A slow build
edits: []
build:
  programs:
  - id: main
    why: It takes a while.
    before: ['sh -c ''echo $$ >\"$PREFIX.pid\"; echo checking for patience; while ! test -e \"$PREFIX.go\"; do sleep 0.1; done''; echo found']
    configure: []
";
    env.yaml("slow", build);
    env.write("tree/configure", "#!/bin/sh\necho 'all install:' >Makefile\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(env.path("tree/configure"), mode).unwrap();
    env
}

const BUILD: [&str; 8] = ["build", "--allow-unpinned", "slow", "tree", "--prefix", "place", "--work", "work"];

#[test]
fn a_build_that_is_interrupted_says_how_it_goes_on() {
    let env = slow();
    let is_begun = || {
        let logs = walkdir::WalkDir::new(env.path("work")).into_iter().filter_map(Result::ok);
        let is_log = |path: &Path| {
            let text = fs::read_to_string(path).unwrap_or_default();
            path.is_file() && text.contains("\nchecking for patience\n")
        };
        logs.map(walkdir::DirEntry::into_path).any(|path| is_log(&path))
    };
    let output = interrupted_when(&env, &BUILD, Signal::TERM, is_begun);
    let transcript = env.transcript(&output);
    let end = "interrupted: what was written is complete; the next build with this work directory continues with the step\n[exit 143]";
    assert!(transcript.ends_with(end), "{transcript}");
    // What the step has started does not go on in the directories of the next build.
    let process = fs::read_to_string(env.path("place.pid")).unwrap();
    let state = fs::read_to_string(format!("/proc/{}/stat", process.trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
    env.write("place.go", "");
    env.stdout(&BUILD);
}

#[test]
fn a_build_shows_its_step_and_the_last_line_of_its_log_and_leaves_no_frame() {
    let env = slow();
    let Some(terminal) = Terminal::start(&env, 70, 40, &BUILD.join(" ")) else { return };
    let is_shown = |screen: &str| {
        screen
            .lines()
            .last()
            .is_some_and(|line| line.contains("[1/") && line.contains("main/configure checking for patience"))
    };
    terminal.wait("line about the step", is_shown);
    env.write("place.go", "");
    let screen = terminal.wait_for("exit 0");
    let frames = screen.chars().filter(|sign| ('\u{2800}'..='\u{28ff}').contains(sign)).count();
    assert_eq!(frames, 0, "{screen}");
}

#[test]
fn files_that_are_written_are_counted() {
    let env = large();
    let Some(terminal) = Terminal::start(&env, 80, 20, "export gadget tree -o out.tar.xz") else { return };
    let screen = terminal.wait_for("packing files");
    assert!(screen.contains("/6009") && screen.contains(" left"), "{screen}");
    // Nothing of it stays.
    assert_eq!(terminal.wait_for("exit 0"), "exit 0");
}
