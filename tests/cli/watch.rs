//! `plan --watch`.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::common::TestEnvironment;

/// The lines that a process prints from now on up to one that ends with `last`.
fn until(lines: &Receiver<String>, last: &str) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let line = lines.recv_timeout(Duration::from_secs(120)).unwrap_or_else(|_| panic!("{found:#?}"));
        found.push(line);
        if found.last().is_some_and(|line| line.ends_with(last)) {
            return found;
        }
    }
}

#[test]
fn a_plan_is_made_again_when_the_patchset_or_the_tree_changes() {
    let env = TestEnvironment::new();
    env.write("tree/notes", "one\ntwo\n");
    env.write("tree/other", "x\n");
    let edit = "  - id: e\n    why: x\n    file: notes\n    text.replace: {find: two, with: to}\n";
    env.patchset("mine", edit);
    let mut process = env.process(OsStr::new(env!("CARGO_BIN_EXE_pypatch")));
    // Both streams in one pipe, so that the order stays.
    let (reader, writer) = std::io::pipe().unwrap();
    process.args(["plan", "mine", "tree", "--watch"]).stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = process.spawn().unwrap();
    drop(process);
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        BufReader::new(reader).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    let watching = "Ctrl-C ends it";
    let has =
        |lines: &[String], text: &str| assert!(lines.iter().any(|line| line.contains(text)), "{lines:#?}");
    has(&until(&lines, watching), "notes:2");
    env.write("tree/notes", "zero\none\ntwo\n");
    has(&until(&lines, watching), "notes:3");
    env.write("tree/notes", "zero\n");
    has(&until(&lines, watching), "missing");
    // A mistake is shown, and mended.
    env.patchset("mine", &edit.replace("text.replace", "text.replac"));
    has(&until(&lines, watching), "unknown operation `text.replac`");
    env.patchset("mine", &edit.replace("two", "zero"));
    has(&until(&lines, watching), "notes:1");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fs::read_to_string(env.path("tree/notes")).unwrap(), "zero\n");
}

#[test]
fn a_source_that_does_not_exist_ends_it() {
    let env = TestEnvironment::new();
    env.patchset("mine", "  - id: e\n    why: x\n    file: notes\n    text.replace: {find: two, with: to}\n");
    let output = env.command(&["plan", "mine", "nothing", "--watch"]).output().unwrap();
    assert!(!output.status.success());
    let output = env.command(&["plan", "mine", "tree", "--watch", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
