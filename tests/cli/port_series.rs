//! `port` of a series: it stops at what a person has to decide, goes on, and asks nothing twice.

use std::fs;

use crate::common::TestEnvironment;
use crate::common::strace::{self, Fault};
use insta::assert_snapshot;

const OLD: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n";

/// The series with which most tests work: `second` and `last` conflict with the new version.
fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("old/f", OLD);
    env.write("old/g", OLD);
    env.write("new/f", OLD.replace("six\n", "SIX\n"));
    env.write("new/g", OLD.replace("two\n", "TWO\n"));
    env.write("patches/series", "first.patch\nsecond.patch\nthird.patch\nlast.patch\n");
    env.write(
        "patches/first.patch",
        "Why first.\n\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n",
    );
    env.write(
        "patches/second.patch",
        "--- a/f\n+++ b/f\n@@ -5,3 +5,3 @@\n five\n-six\n+6\n seven\n--- a/g\n+++ b/g\n@@ -9,3 +9,3 @@\n nine\n-ten\n+10\n eleven\n",
    );
    // Built on what the second patch made.
    env.write(
        "patches/third.patch",
        "--- a/f\n+++ b/f\n@@ -6,5 +6,5 @@\n 6\n seven\n-eight\n+8\n nine\n ten\n",
    );
    env.write("patches/last.patch", "--- a/g\n+++ b/g\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
    env
}

fn begin(env: &TestEnvironment) -> String {
    env.run(&["port", "patches", "--from", "old", "--to", "new", "-o", "out"])
}

fn text(env: &TestEnvironment, path: &str) -> String {
    fs::read_to_string(env.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files of a directory with their contents.
fn contents(env: &TestEnvironment, folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(env.path(folder)).unwrap().map(Result::unwrap) {
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(contents(env, &name)),
            false => found.push((name.clone(), text(env, &name))),
        }
    }
    found.sort();
    found
}

#[test]
fn a_series_stops_is_decided_and_is_not_asked_again() {
    let env = environment();
    assert_snapshot!(begin(&env), @r"
    first.patch
      ported    f
    second.patch
      conflict  f
                upstream changed the same lines: line 6 of the old version, line 6 of the new one
      ported    g
    not carried yet: third.patch, last.patch
    3 files on $WORK/new: 2 ported, 1 conflict
    ------- stderr -------
    error: stopped at second.patch: 1 file to be decided
      conflict: out/to-decide/f
      help: edit these files, or leave them as proposed, and run `pypatch port --continue -o out`; --skip leaves the patch out, --abort ends the port
    [exit 3]
    ");
    assert_snapshot!(text(&env, "out/to-decide/f"), @r"
    one
    2
    three
    four
    five
    <<<<<<< new version
    SIX
    ||||||| old version
    six
    =======
    6
    >>>>>>> patch
    seven
    eight
    nine
    ten
    eleven
    twelve
    ");
    assert_eq!(text(&env, "out/series"), "first.patch\n");
    // Nothing was decided.
    assert_snapshot!(env.run(&["port", "--continue"]), @r"
    ------- stderr -------
    error: second.patch is not decided
      f:6: a marker of the conflict is left
      help: edit the files; delete one to leave it as the new version has it; or leave the patch out with --skip
    [exit 3]
    ");
    env.write("out/to-decide/f", OLD.replace("two\n", "2\n").replace("six\n", "VI\n"));
    assert_snapshot!(env.run(&["port", "--continue"]), @r"
    second.patch
      conflict  f, decided
                upstream changed the same lines: line 6 of the old version, line 6 of the new one
      ported    g
    third.patch
      ported    f
    last.patch
      conflict  g
                upstream changed the same lines: line 2 of the old version, line 2 of the new one
    4 files on $WORK/new: 2 ported, 1 conflict, 1 decided
    ------- stderr -------
    decisions are kept in $WORK/patches/port.decisions
    error: stopped at last.patch: 1 file to be decided
      conflict: out/to-decide/g
      help: edit these files, or leave them as proposed, and run `pypatch port --continue -o out`; --skip leaves the patch out, --abort ends the port
    [exit 3]
    ");
    env.write("out/to-decide/g", OLD.replace("two\n", "II\n").replace("ten\n", "10\n"));
    assert_snapshot!(env.run(&["port", "--continue"]), @r"
    last.patch
      conflict  g, decided
                upstream changed the same lines: line 2 of the old version, line 2 of the new one
    1 file on $WORK/new: 1 decided
    ------- stderr -------
    decisions are kept in $WORK/patches/port.decisions
    [exit 0]
    ");
    let names: Vec<String> = contents(&env, "out").into_iter().map(|(name, _)| name).collect();
    let all = ["out/first.patch", "out/last.patch", "out/second.patch", "out/series", "out/third.patch"];
    assert_eq!(names, all);
    assert_snapshot!(text(&env, "out/second.patch"), @r"
    Ported: resolved by pypatch 0.1.0
    # f: resolved
    #   --six
    #   -+6
    #   +-SIX
    #   ++VI
    # g: as it was

    diff --git a/f b/f
    --- a/f
    +++ b/f
    @@ -3,7 +3,7 @@
     three
     four
     five
    -SIX
    +VI
     seven
     eight
     nine
    diff --git a/g b/g
    --- a/g
    +++ b/g
    @@ -7,6 +7,6 @@
     seven
     eight
     nine
    -ten
    +10
     eleven
     twelve
    ");
    assert_snapshot!(text(&env, "patches/port.decisions"), @r"
    # What people decided while `pypatch port` carried patches: each diff is from what was proposed to what was taken.

    Patch: second.patch
    File: f
    Change: 67847c97bf65635d
    Outcome: conflict
    Because: upstream changed the same lines: line 6 of the old version, line 6 of the new one
    Answer: edited
    diff --git a/f b/f
    --- a/f
    +++ b/f
    @@ -3,13 +3,7 @@
     three
     four
     five
    -<<<<<<< new version
    -SIX
    -||||||| old version
    -six
    -=======
    -6
    ->>>>>>> patch
    +VI
     seven
     eight
     nine

    Patch: last.patch
    File: g
    Change: 6af8297bdf295b3f
    Outcome: conflict
    Because: upstream changed the same lines: line 2 of the old version, line 2 of the new one
    Answer: edited
    diff --git a/g b/g
    --- a/g
    +++ b/g
    @@ -1,11 +1,5 @@
     one
    -<<<<<<< new version
    -TWO
    -||||||| old version
    -two
    -=======
    -2
    ->>>>>>> patch
    +II
     three
     four
     five
    ");

    // The next release has other lines elsewhere.
    env.write("next/f", format!("zero\n{}", OLD.replace("six\n", "SIX\n")));
    env.write("next/g", format!("{}thirteen\n", OLD.replace("two\n", "TWO\n")));
    let result = env.run(&["port", "patches", "--from", "old", "--to", "next", "-o", "out2"]);
    assert!(result.ends_with("[exit 0]"), "{result}");
    // The carried series gives what was decided.
    for name in ["first", "second", "third", "last"] {
        let status = std::process::Command::new("patch")
            .args(["-p1", "-F0", "-s", "-d"])
            .arg(env.path("next"))
            .arg("-i")
            .arg(env.path(format!("out2/{name}.patch")))
            .status()
            .unwrap();
        assert!(status.success(), "{name}");
    }
    let f = OLD.replace("two\n", "2\n").replace("six\n", "VI\n").replace("eight\n", "8\n");
    assert_eq!(text(&env, "next/f"), format!("zero\n{f}"));
    let g = OLD.replace("two\n", "II\n").replace("ten\n", "10\n");
    assert_eq!(text(&env, "next/g"), format!("{g}thirteen\n"));
}

#[test]
fn a_conflict_with_other_lines_is_asked_again() {
    let env = environment();
    begin(&env);
    env.write("out/to-decide/f", OLD.replace("two\n", "2\n").replace("six\n", "VI\n"));
    env.run(&["port", "--continue"]);
    env.write("next/f", OLD.replace("six\n", "sixth\n"));
    env.write("next/g", OLD);
    let result = env.run(&["port", "patches", "--from", "old", "--to", "next", "-o", "out2"]);
    assert!(result.contains("error: stopped at second.patch: 1 file to be decided"), "{result}");
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let env = environment();
    begin(&env);
    env.write("out/to-decide/f", OLD.replace("two\n", "2\n").replace("six\n", "VI\n"));
    let before = contents(&env, "out");
    env.run(&["port", "--continue"]);
    let after = contents(&env, "out");
    // Killed after the decision was written: everything else is as before.
    fs::remove_dir_all(env.path("out")).unwrap();
    for (path, text) in &before {
        env.write(path, text);
    }
    let result = env.run(&["port", "--continue"]);
    assert!(result.contains("stopped at last.patch"), "{result}");
    let kept = |all: Vec<(String, String)>| -> Vec<(String, String)> {
        all.into_iter().filter(|(name, _)| !name.contains("to-decide.1")).collect()
    };
    assert_eq!(kept(contents(&env, "out")), after);
    // Killed before anything was written: only the state is there.
    fs::remove_dir_all(env.path("out")).unwrap();
    let (path, state) = before.iter().find(|(path, _)| path.ends_with(".json")).unwrap();
    let at = state.find("\"stop\"").unwrap();
    let state =
        format!("{}\"stop\": null,\n  \"to\"{}", &state[..at], state[at..].split_once("\"to\"").unwrap().1);
    env.write(path, state);
    env.run(&["port", "--continue"]);
    assert_eq!(contents(&env, "out"), after);
}

#[test]
fn a_run_that_is_killed_anywhere_goes_on() {
    let env = environment();
    if !strace::works("a series that is killed") {
        return;
    }
    let answer = OLD.replace("two\n", "2\n").replace("six\n", "VI\n");
    begin(&env);
    env.write("out/to-decide/f", &answer);
    let before = contents(&env, "out");
    env.run(&["port", "--continue"]);
    let after = contents(&env, "out");
    let mut killed = 0;
    for call in ["renameat2", "rename", "unlink", "unlinkat", "mkdir"] {
        for nth in 1.. {
            fs::remove_dir_all(env.path("out")).unwrap();
            let _ = fs::remove_file(env.path("patches/port.decisions"));
            before.iter().for_each(|(path, text)| env.write(path, text));
            let output = strace::inject(&env, &["port", "--continue"], (call, nth), Fault::Kill);
            if !strace::was_killed(&output) {
                break;
            }
            killed += 1;
            let result = env.run(&["port", "--continue"]);
            let kept = contents(&env, "out").into_iter().filter(|(path, _)| !path.contains("to-decide.1"));
            assert_eq!(kept.collect::<Vec<_>>(), after, "{call} {nth}: {result}");
        }
    }
    assert!(killed >= 6, "{killed}");
}

#[test]
fn a_patch_is_left_out_and_stays_out() {
    let env = environment();
    begin(&env);
    assert_snapshot!(env.run(&["port", "--skip=not needed"]), @r"
    second.patch
      left out  not needed
    third.patch
      ported    f
    last.patch
      conflict  g
                upstream changed the same lines: line 2 of the old version, line 2 of the new one
    2 files on $WORK/new: 1 ported, 1 conflict
    ------- stderr -------
    decisions are kept in $WORK/patches/port.decisions
    error: stopped at last.patch: 1 file to be decided
      conflict: out/to-decide/g
      help: edit these files, or leave them as proposed, and run `pypatch port --continue -o out`; --skip leaves the patch out, --abort ends the port
    [exit 3]
    ");
    assert_snapshot!(env.run(&["port", "--abort"]), @r"
    ended the port in out; decisions are kept in $WORK/patches/port.decisions
    [exit 0]
    ");
    assert!(!env.path("out").exists());
    let result = begin(&env);
    assert!(result.contains("left out  not needed"), "{result}");
}

#[test]
fn a_patch_is_not_left_out_where_it_can_be_carried() {
    let env = environment();
    begin(&env);
    env.run(&["port", "--skip"]);
    env.write("next/f", OLD);
    env.write("next/g", OLD);
    let result = env.run(&["port", "patches", "--from", "old", "--to", "next", "-o", "out2"]);
    assert!(!result.contains("left out") && result.ends_with("[exit 0]"), "{result}");
}

#[test]
fn an_answer_belongs_to_what_was_shown() {
    let env = environment();
    begin(&env);
    env.write("out/to-decide/f", OLD.replace("two\n", "2\n").replace("six\n", "VI\n"));
    // The new version has another line now, which the answer would take back.
    env.edit("new/f", "twelve\n", "12\n");
    let result = env.run(&["port", "--continue"]);
    assert!(result.contains("what was edited is in out/to-decide.1"), "{result}");
    assert!(result.contains("stopped at second.patch"), "{result}");
    assert!(text(&env, "out/to-decide/f").contains("\n12\n"));
    assert!(text(&env, "out/to-decide.1/f").contains("\nVI\n"));
    fs::remove_dir_all(env.path("out/to-decide")).unwrap();
    let result = env.run(&["port", "--continue"]);
    assert!(result.contains("out/to-decide does not exist"), "{result}");
}

#[test]
fn nothing_is_written_if_a_later_patch_does_not_fit() {
    let env = environment();
    let patch = text(&env, "patches/third.patch");
    begin(&env);
    env.write("out/to-decide/f", OLD.replace("two\n", "2\n").replace("six\n", "VI\n"));
    env.write("patches/third.patch", patch.replace("eight", "8th"));
    let before = contents(&env, "out");
    let result = env.run(&["port", "--continue"]);
    assert!(result.contains("third.patch does not fit the version of --from"), "{result}");
    assert!(!env.path("patches/port.decisions").exists());
    assert_eq!(contents(&env, "out"), before);
    env.write("patches/third.patch", patch);
    let result = env.run(&["port", "--continue"]);
    assert!(result.contains("stopped at last.patch"), "{result}");
}

#[test]
fn each_open_file_needs_an_answer() {
    let env = environment();
    env.write("new/g", OLD.replace("ten\n", "TEN\n"));
    env.write("answer", OLD.replace("six\n", "VI\n"));
    let port = |resolve: &str| {
        let patch = "patches/second.patch";
        env.run(&["port", patch, "--from", "old", "--to", "new", "-n", "--resolve", resolve])
    };
    assert!(port("f=answer").contains("g has no answer"), "{}", port("f=answer"));
    let result = port("h=answer");
    assert!(result.contains("h does not have to be decided") && result.ends_with("[exit 2]"), "{result}");
    env.write("answer", format!("{OLD}<<<<<<< HEAD"));
    let result = port("f=answer");
    assert!(result.contains("f:13: a marker of the conflict is left"), "{result}");
}

#[test]
fn names_out_of_the_directory_are_not_removed() {
    let env = environment();
    begin(&env);
    env.write("precious", "x");
    env.edit("out/.pypatch-port.json", "\"first.patch\"", "\"../precious\"");
    env.run(&["port", "--abort"]);
    assert_eq!(text(&env, "precious"), "x");
}

#[test]
fn a_port_that_does_not_exist_cannot_go_on() {
    let env = environment();
    assert_snapshot!(env.run(&["port", "--continue"]), @r"
    ------- stderr -------
    error: no port stopped here
      help: name its directory with -o DIR
    [exit 2]
    ");
    assert_snapshot!(env.run(&["port", "--status", "-o", "old"]), @r"
    ------- stderr -------
    error: old has no port that stopped
    [exit 2]
    ");
    begin(&env);
    assert_snapshot!(begin(&env), @r"
    ------- stderr -------
    error: a port stopped in out
      help: go on with --continue, or end it with --abort
    [exit 2]
    ");
    assert_snapshot!(env.run(&["port", "patches", "--from", "old", "--to", "new", "-o", "old"]), @r"
    ------- stderr -------
    error: old already exists
      nothing was written
      help: name a directory that does not exist
    [exit 3]
    ");
    assert_snapshot!(env.run(&["port", "--status"]), @r"
    first.patch
      ported    f
    second.patch
      conflict  f
                upstream changed the same lines: line 6 of the old version, line 6 of the new one
      ported    g
    not carried yet: third.patch, last.patch
    3 files on $WORK/new: 2 ported, 1 conflict
    ------- stderr -------
    error: stopped at second.patch: 1 file to be decided
      conflict: out/to-decide/f
      help: edit these files, or leave them as proposed, and run `pypatch port --continue -o out`; --skip leaves the patch out, --abort ends the port
    [exit 3]
    ");
    env.run(&["port", "patches", "--from", "old", "--to", "new", "-o", "out2"]);
    assert_snapshot!(env.run(&["port", "--status"]), @r"
    ------- stderr -------
    error: several ports stopped here: out, out2
      help: name one with -o DIR
    [exit 2]
    ");
    assert_snapshot!(env.run(&["port", "patches", "--continue"]), @r"
    ------- stderr -------
    error: the argument '[PATCHSET]...' cannot be used with '--continue'

    Usage: pypatch port <PATCHSET>...

    For more information, try '--help'.
    [exit 2]
    ");
}

#[test]
fn a_deleted_file_stays_as_the_new_version_has_it_and_others_may_be_added() {
    let env = environment();
    begin(&env);
    fs::remove_file(env.path("out/to-decide/f")).unwrap();
    env.write("out/to-decide/notes/h", "new\n");
    env.run(&["port", "--continue"]);
    assert_snapshot!(text(&env, "out/second.patch"), @r"
    Ported: resolved by pypatch 0.1.0
    # f: resolved
    #   --six
    #   -+6
    #   +new file mode 100644
    #   ++new
    # g: as it was

    diff --git a/notes/h b/notes/h
    new file mode 100644
    --- /dev/null
    +++ b/notes/h
    @@ -0,0 +1 @@
    +new
    diff --git a/g b/g
    --- a/g
    +++ b/g
    @@ -7,6 +7,6 @@
     seven
     eight
     nine
    -ten
    +10
     eleven
     twelve
    ");
}

#[test]
fn an_answer_is_given_with_the_command() {
    let env = environment();
    env.write("answer", OLD.replace("two\n", "2\n").replace("six\n", "VI\n"));
    begin(&env);
    let result = env.run(&["port", "--continue", "--resolve", "f=answer"]);
    assert!(result.contains("stopped at last.patch"), "{result}");
    // A patch for the new version takes the place of the old one.
    env.write("answer.patch", "--- a/g\n+++ b/g\n@@ -1,3 +1,3 @@\n one\n-TWO\n+II\n three\n");
    let result = env.run(&["port", "--continue", "--resolve", "answer.patch", "--report", "r.json"]);
    assert!(result.ends_with("[exit 0]"), "{result}");
    // All patches, not only those after the stop.
    let report: serde_json::Value = serde_json::from_str(&text(&env, "r.json")).unwrap();
    assert_eq!(report["patches"].as_array().unwrap().len(), 4);
    assert_eq!(report["files"]["g"], "applied");
    assert!(text(&env, "out/last.patch").contains("\n-TWO\n+II\n"));
    // The same for one patch, without a directory.
    env.write("wrong.patch", "--- a/g\n+++ b/g\n@@ -1,3 +1,3 @@\n one\n-two\n+II\n three\n");
    let port = |resolve: &str| {
        env.run(&["port", "patches/last.patch", "--from", "old", "--to", "new", "--resolve", resolve])
    };
    assert_snapshot!(port("answer.patch"), @r"
    Ported: resolved by pypatch 0.1.0
    # g: resolved
    #   --two
    #   -+2
    #   +-TWO
    #   ++II

    diff --git a/g b/g
    --- a/g
    +++ b/g
    @@ -1,5 +1,5 @@
     one
    -TWO
    +II
     three
     four
     five
    ------- stderr -------
    last.patch
      conflict  g, decided
                upstream changed the same lines: line 2 of the old version, line 2 of the new one
    1 file on new: 1 decided
    [exit 0]
    ");
    assert_snapshot!(port("wrong.patch"), @r"
    ------- stderr -------
    error: wrong.patch does not fit the new version
      g: hunk 1 (line 3 of the patch) does not fit with any fuzz
      help: a patch of --resolve takes the place of the old one: make it for the files of --to
    [exit 3]
    ");
}

#[test]
fn options_for_patches_do_not_go_with_a_patchset() {
    let env = environment();
    assert_snapshot!(env.run(&["port", "catamount-py2.5", "--to", "new", "--careful"]), @r"
    ------- stderr -------
    error: --careful is for patches, and catamount-py2.5 is a patchset
      help: name a file or a directory of patches, and the version that they are for with --from
    [exit 2]
    ");
}
