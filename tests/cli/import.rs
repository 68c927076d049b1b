//! `import`: patches become a patchset that gives the same tree.

use std::fs;
use std::process::Command;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// Two patches of one file of which the second needs the first, one of another file, and one that adds a file.
const SERIES: [(&str, &str); 4] = [
    (
        "0001-Open-the-device.patch",
        "From: A B <a@b.org>\nDate: Tue, 1 Jul 2025 10:00:00 +0200\nSubject: [PATCH 1/2] Open the device\n\nIt is needed.\n---\n main.c | 1 +\n\n--- a/src/main.c\n+++ b/src/main.c\n@@ -1,3 +1,4 @@\n int main(void) {\n+    open();\n     run();\n }\n",
    ),
    (
        "0002-close.patch",
        "Description: Close the device\n .\n It leaks.\nBug: https://bugs.x.org/7\n\n--- a/src/main.c\n+++ b/src/main.c\n@@ -1,4 +1,5 @@\n int main(void) {\n     open();\n     run();\n+    close();\n }\n",
    ),
    ("docs.diff", "--- x/README\n+++ x/README\n@@ -1 +1 @@\n-old\n+new\n"),
    (
        "add.patch",
        "diff --git a/run.sh b/run.sh\nnew file mode 100755\n--- /dev/null\n+++ b/run.sh\n@@ -0,0 +1 @@\n+exec ./main\n",
    ),
];

/// A tree, and the series in `debian/patches`.
fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("tree/src/main.c", "int main(void) {\n    run();\n}\n");
    env.write("tree/README", "old\n");
    let mut names = String::from("# The series.\n");
    for (name, patch) in SERIES {
        env.write(&format!("debian/patches/{name}"), patch);
        names.push_str(name);
        names.push_str("  # a comment\n");
    }
    env.write("debian/patches/series", names);
    env
}

#[test]
fn a_series_becomes_a_patchset_that_gives_the_same_tree() {
    let env = environment();
    assert_snapshot!(env.run(&["import", "debian/patches", "--base", "tree"]), @"
      open-the-device  1 file
      close            1 file, after open-the-device
      docs             1 file
      add              1 file
    debian on tree: 4 of 4 patches taken, 3 files changed
    wrote patchsets/debian/patchset.yaml
    [exit 0]
    ");
    let written = fs::read_to_string(env.path("patchsets/debian/patchset.yaml")).unwrap();
    assert_snapshot!(written, @"
    schema: 1
    id: debian
    title: Patches of debian

    edits:
      - id: open-the-device
        why: |-
          Open the device

          It is needed.
        author: A B <a@b.org>
        date: Tue, 1 Jul 2025 10:00:00 +0200
        file: src/main.c
        diff: {patch: {from: open-the-device.patch}}

      - id: close
        why: |-
          Close the device

          It leaks.
        upstream: https://bugs.x.org/7
        depends-on: [open-the-device]
        file: src/main.c
        diff: {patch: {from: close.patch}}

      - id: docs
        why: |-
          docs.diff does not say why.
        file: README
        diff: {patch: {from: docs.patch}}

      - id: add
        why: |-
          add.patch does not say why.
        file: run.sh
        diff: {patch: {from: add.patch}}
    ");
    for (name, patch) in SERIES {
        let copy = env.path("patchsets/debian/files").join(match name {
            "0001-Open-the-device.patch" => "open-the-device.patch",
            "0002-close.patch" => "close.patch",
            "docs.diff" => "docs.patch",
            other => other,
        });
        assert_eq!(fs::read_to_string(copy).unwrap(), patch);
    }
    env.stdout(&["apply", "--allow-unpinned", "debian", "tree"]);
    let read = |path: &str| fs::read_to_string(env.path(path)).unwrap();
    assert_eq!(read("tree/src/main.c"), "int main(void) {\n    open();\n    run();\n    close();\n}\n");
    assert_eq!((read("tree/README"), read("tree/run.sh")), ("new\n".to_owned(), "exec ./main\n".to_owned()));
    env.stdout(&["check", "debian"]);
}

#[test]
fn patches_that_do_not_fit_are_named_and_nothing_is_written() {
    let env = environment();
    env.edit("debian/patches/0002-close.patch", "     open();\n     run();", "     run();\n     stop();");
    let before = env.state(".");
    let output = env.run(&["import", "debian/patches/series", "--base", "tree"]);
    assert_snapshot!(output, @"
      open-the-device  1 file
      docs             1 file
      add              1 file
      cannot take 0002-close.patch: hunk 1 of src/main.c fits with --fuzz 3; without: src/main.c: hunk 1 (line 1 of the patch's file) does not fit; near: line 2, 2 of 4 lines fit; this one does not
    debian on tree: 3 of 4 patches taken, 3 files changed
    ------- stderr -------
    error: 1 of 4 patches cannot be taken
      nothing was written
      help: refresh these patches, or leave them out with --keep-going
    [exit 3]
    ");
    assert_eq!(env.state("."), before);
    let output =
        env.run(&["import", "debian/patches/series", "--base", "tree", "--keep-going", "--id", "most"]);
    assert!(output.contains("cannot take 0002-close.patch") && output.ends_with("[exit 0]"), "{output}");
    assert!(env.run(&["plan", "most", "tree"]).contains("3 change; 3 files"));
}

#[test]
fn a_hostile_or_damaged_patch_is_refused_with_the_reason() {
    let env = environment();
    let header = "diff --git a/README b/NOTES\n";
    env.write("rename.patch", format!("{header}rename from ../README\nrename to NOTES\n"));
    env.write("copy.patch", format!("{header}copy from README\ncopy to /etc/passwd\n"));
    env.write("onto.patch", format!("{header}rename from README\nrename to src/main.c\n"));
    env.write("binary.patch", "diff --git a/x b/x\nGIT binary patch\nliteral 0\n");
    env.write(
        "bomb.patch",
        "diff --git a/x b/x\nnew file mode 100644\nGIT binary patch\nliteral 99999999999\nzc%1E5\n\n",
    );
    env.write("differs.patch", "diff --git a/README b/README\nBinary files a/README and b/README differ\n");
    env.write("link.patch", "diff --git a/README b/README\nold mode 100644\nnew mode 120000\n");
    env.write(
        "module.patch",
        "diff --git a/m b/m\nnew file mode 160000\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+x\n",
    );
    env.write("line.patch", "--- a/README\n+++ b/README\n@@ -99999999999999999999 +1 @@\n-old\n+new\n");
    env.write("far.patch", "--- a/README\n+++ b/README\n@@ -18446744073709551615 +1 @@\n-older\n+new\n");
    env.write(
        "both.patch",
        "--- a/README\n+++ b/README\n@@ -1 +1 @@\n-old\n+new\n@@ -1 +1 @@\n-old\n+newer\n",
    );
    env.write("nul.patch", "--- a/RE\0ADME\n+++ b/RE\0ADME\n@@ -1 +1 @@\n-old\n+new\n");
    env.write("text.patch", "Nothing here.\n");
    env.write("outside.patch", "--- /dev/null\n+++ b/../outside\n@@ -0,0 +1 @@\n+x\n");
    env.write("git.patch", "--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1 @@\n+x\n");
    env.write("absolute.patch", "--- /dev/null\n+++ /etc/passwd\n@@ -0,0 +1 @@\n+x\n");
    env.write("gone.patch", "--- a/gone.c\n+++ b/gone.c\n@@ -1 +1 @@\n-a\n+b\n");
    env.write("cut.patch", "--- a/README\n+++ b/README\n@@ -1,9 +1,9 @@\n-a\n");
    let all = [
        "rename.patch",
        "copy.patch",
        "onto.patch",
        "binary.patch",
        "bomb.patch",
        "differs.patch",
        "link.patch",
        "module.patch",
        "line.patch",
        "far.patch",
        "both.patch",
        "nul.patch",
        "text.patch",
        "outside.patch",
        "git.patch",
        "absolute.patch",
        "gone.patch",
        "cut.patch",
    ];
    let mut arguments = vec!["import"];
    arguments.extend(all);
    arguments.extend(["--base", "tree"]);
    assert_snapshot!(env.run(&arguments), @r"
      cannot take rename.patch: it has an invalid path `../README`: it leaves the tree with `..`
      cannot take copy.patch: it has an invalid path `/etc/passwd`: it is absolute
      cannot take onto.patch: src/main.c exists already
      cannot take binary.patch: the binary change at line 2 of the patch is damaged
      cannot take bomb.patch: the binary change at line 3 of the patch is larger than 128 MiB
      cannot take differs.patch: it says that the binary file README differs, and does not have its contents
      cannot take link.patch: it changes README, which is or becomes a symbolic link: remove it in an edit of its own
      cannot take module.patch: m: it is a submodule
      cannot take line.patch: hunk 1 (line 3 of the patch) has an invalid header: `@@ -99999999999999999999 +1 @@`
      cannot take far.patch: hunk 1 (line 3 of the patch) has an invalid header: `@@ -18446744073709551615 +1 @@`
      cannot take both.patch: README: hunk 2 (line 1 of the patch's file) does not fit; near: line 1, all lines fit, but the hunk before it is applied at or below them
      cannot take nul.patch: it has an invalid path `RE\x00ADME`: it contains a NUL, a line end or a backslash
      cannot take text.patch: it contains no change
      cannot take outside.patch: it leads out of the tree: ../outside
      cannot take git.patch: it has an invalid path `.git/config`: git uses that name for itself
      cannot take absolute.patch: etc/passwd has an absolute name, so it is not known where in the tree it belongs: give -p
      cannot take gone.patch: gone.c does not exist
      cannot take cut.patch: hunk 1 (line 3 of the patch) is cut off: its header says 9 old and 9 new lines, and the patch ends before
    rename on tree: 0 of 18 patches taken, 0 files changed
    ------- stderr -------
    error: 18 of 18 patches cannot be taken
      nothing was written
      help: refresh these patches, or leave them out with --keep-going
    [exit 3]
    ");
    assert!(!env.path("patchsets").exists());
}

#[test]
fn a_mailbox_is_taken_mail_by_mail() {
    let env = environment();
    let mail = |number: char, rest: &str| {
        format!("From {} Mon Sep 17 00:00:00 2001\n{rest}\n", number.to_string().repeat(40))
    };
    let second = SERIES[1]
        .1
        .replace("Description: Close the device\n .\n", "Subject: [PATCH 2/2] Close the device\n\n");
    env.write("both.mbox", mail('a', SERIES[0].1) + &mail('b', &second));
    assert_snapshot!(env.run(&["import", "both.mbox", "--base", "tree", "--id", "both", "-n"]), @"
      open-the-device   1 file
      close-the-device  1 file, after open-the-device
    both on tree: 2 of 2 patches taken, 1 file changed

    schema: 1
    id: both
    title: Patches of both

    edits:
      - id: open-the-device
        why: |-
          Open the device

          It is needed.
        author: A B <a@b.org>
        date: Tue, 1 Jul 2025 10:00:00 +0200
        file: src/main.c
        diff: {patch: {from: open-the-device.patch}}

      - id: close-the-device
        why: |-
          Close the device

          It leaks.
          Bug: https://bugs.x.org/7
        upstream: https://bugs.x.org/7
        depends-on: [open-the-device]
        file: src/main.c
        diff: {patch: {from: close-the-device.patch}}
    [exit 0]
    ");
    assert!(!env.path("patchsets").exists());
}

#[test]
fn the_level_of_the_names_is_given_or_found() {
    let env = environment();
    let patch = |name: &str| format!("--- {name}.orig\n+++ {name}\n@@ -1 +1 @@\n-old\n+new\n");
    for (at, name) in ["README", "tree/README", "/usr/src/gadget-1.0/README"].into_iter().enumerate() {
        env.write("level.patch", patch(name));
        let id = format!("level-{at}");
        let output = env.run(&["import", "level.patch", "--base", "tree", "--id", &id]);
        assert!(output.ends_with("[exit 0]"), "{name}: {output}");
    }
    env.write("level.patch", patch("a/b/README"));
    let output = env.run(&["import", "level.patch", "--base", "tree", "-p1"]);
    assert!(output.contains("b/README does not exist"), "{output}");
    env.write("debian/patches/series", "docs.diff -p9\n");
    let output = env.run(&["import", "debian/patches", "--base", "tree"]);
    assert!(output.contains("docs.diff: x/README has no name at that level of -p"), "{output}");
    env.write("debian/patches/series", "\ndocs.diff -R\n");
    assert_snapshot!(env.run(&["import", "debian/patches", "--base", "tree"]), @"
    ------- stderr -------
    error: debian/patches/series:2: unknown option `-R`: only -pN is read
    [exit 2]
    ");
}

#[test]
fn a_lint_that_a_patch_raises_is_allowed_and_shown() {
    let env = environment();
    env.write("tree/configure.ac", "AC_INIT\nA=1\n");
    env.write("tree/configure", "A=1\n");
    env.write("ac.patch", "--- a/configure.ac\n+++ b/configure.ac\n@@ -1,2 +1,2 @@\n AC_INIT\n-A=1\n+A=2\n");
    let output = env.run(&["import", "ac.patch", "--base", "tree"]);
    assert!(output.contains("stale-configure is allowed:") && output.ends_with("[exit 0]"), "{output}");
    let written = fs::read_to_string(env.path("patchsets/ac/patchset.yaml")).unwrap();
    assert!(
        written.contains("    allow:\n      stale-configure: the patch was imported as it is\n"),
        "{written}"
    );
    assert!(env.run(&["plan", "ac", "tree"]).contains("1 change; 1 file"));
}

#[test]
fn an_existing_patchset_is_not_replaced() {
    let env = environment();
    env.stdout(&["import", "debian/patches", "--base", "tree"]);
    let before = env.state("patchsets");
    let output = env.run(&["import", "debian/patches", "--base", "tree"]);
    assert!(output.contains("patchsets/debian exists already") && output.contains("--id"), "{output}");
    let output = env.run(&["import", "debian/patches", "--base", "tree", "--id", "No"]);
    assert!(output.contains("invalid patchset id `No`"), "{output}");
    let output = env.run(&["import", "nothing.patch", "--base", "tree"]);
    assert!(output.contains("cannot read nothing.patch") && output.contains("[exit 4]"), "{output}");
    fs::create_dir(env.path("empty")).unwrap();
    let output = env.run(&["import", "empty", "--base", "tree"]);
    assert!(output.contains("empty contains no patch"), "{output}");
    assert!(env.state("patchsets") == before);
}

#[test]
fn patches_of_one_file_depend_on_each_other_only_where_they_touch() {
    let env = environment();
    let lines = |changed: &[usize]| -> String {
        (1..=30).map(|n| if changed.contains(&n) { format!("new {n}\n") } else { format!("{n}\n") }).collect()
    };
    env.write("tree/lines", lines(&[]));
    let hunk = |line: usize, context: &str| {
        format!("@@ -{0},3 +{0},3 @@\n {1}\n-{2}\n+new {2}\n {3}\n", line, context, line + 1, line + 2)
    };
    let patch = |hunks: &str| format!("--- a/lines\n+++ b/lines\n{hunks}");
    env.write("p/1.patch", patch(&hunk(4, "4")));
    env.write("p/2.patch", patch(&hunk(24, "24")));
    env.write("p/3.patch", patch(&hunk(14, "14")));
    // Its context is what the first and the second one leave.
    env.write("p/4.patch", patch(&(hunk(3, "3").replace(" 5\n", " new 5\n") + &hunk(25, "new 25"))));
    assert_snapshot!(env.run(&["import", "p", "--base", "tree"]), @"
      1  1 file
      2  1 file
      3  1 file
      4  1 file, after 1, 2
    p on tree: 4 of 4 patches taken, 1 file changed
    wrote patchsets/p/patchset.yaml
    [exit 0]
    ");
    env.stdout(&["apply", "--allow-unpinned", "p", "tree"]);
    assert_eq!(fs::read_to_string(env.path("tree/lines")).unwrap(), lines(&[4, 5, 15, 25, 26]));
}

#[test]
fn the_result_is_that_of_patch() {
    let env = environment();
    env.stdout(&["import", "debian/patches", "--base", "tree"]);
    env.stdout(&["export", "debian", "tree", "--as", "tree", "-o", "ours"]);
    for (name, _) in SERIES {
        let patch = fs::File::open(env.path("debian/patches").join(name)).unwrap();
        let status = Command::new("patch")
            .args(["-p1", "-F0", "-s"])
            .current_dir(env.path("tree"))
            .stdin(patch)
            .status()
            .unwrap();
        assert!(status.success(), "{name}");
    }
    let all = |root: &str| {
        let state = env.state(root);
        state.into_iter().map(|(path, (mode, _, bytes))| (path, mode & 0o111, bytes)).collect::<Vec<_>>()
    };
    assert_eq!(all("ours"), all("tree"));
}

#[test]
fn the_report_for_programs_has_each_edit_and_problem() {
    let env = environment();
    let json = env.stdout(&["import", "debian/patches", "--base", "tree", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["edits"][1]["depends_on"], serde_json::json!(["open-the-device"]));
    assert_eq!(json["edits"][0]["author"], "A B <a@b.org>");
    assert_eq!(json["written"], "patchsets/debian");
    assert_eq!(json["problems"], serde_json::json!([]));
}

/// A file of forty lines, some of them twice.
fn numbered() -> String {
    (1..=40).map(|n| format!("line {}\n", if n > 30 { n - 20 } else { n })).collect()
}

/// Patches of that file, each with the fuzz that it needs, or why it is refused.
const FUZZY: [(&str, Result<usize, &str>); 8] = [
    ("@@ -4,7 +4,7 @@\n line 4\n line 5\n line 6\n-line 7\n+new\n line 8\n line 9\n line 10\n", Ok(0)),
    ("@@ -1,7 +1,7 @@\n other\n line 5\n line 6\n-line 7\n+new\n line 8\n line 9\n line 10\n", Ok(1)),
    ("@@ -4,7 +4,7 @@\n line 4\n line 5\n line 6\n-line 7\n+new\n line 8\n other\n line 10\n", Ok(2)),
    ("@@ -4,7 +4,8 @@\n line 4\n line 5\n other\n-line 7\n+new\n+more\n line 8\n line 9\n line 10\n", Ok(3)),
    // Less context at the start: only there, or with fuzz elsewhere.
    ("@@ -1,5 +1,5 @@\n line 4\n-line 5\n+new\n line 6\n line 7\n other\n", Ok(2)),
    // Two hunks, of which the second moves with the first.
    (
        "@@ -2,4 +2,4 @@\n other\n line 5\n-line 6\n+new\n line 7\n@@ -20,4 +20,4 @@\n line 23\n-line 24\n+new\n line 25\n other\n",
        Ok(1),
    ),
    ("@@ -24,3 +24,3 @@\n other\n-line 15\n+new\n line 16\n", Err("in 2 places")),
    ("@@ -4,3 +4,3 @@\n line 4\n-other\n+new\n line 6\n", Err("does not fit")),
];

#[test]
fn fuzz_is_named_and_what_is_taken_with_it_is_what_patch_makes() {
    let env = TestEnvironment::new();
    env.write("tree/f", numbered());
    for (number, (hunks, needs)) in FUZZY.into_iter().enumerate() {
        let text = format!("--- a/f\n+++ b/f\n{hunks}");
        env.write("fuzzy.patch", &text);
        for fuzz in 0..4usize {
            let (id, flag) = (format!("p{number}-{fuzz}"), fuzz.to_string());
            let output =
                env.run(&["import", "fuzzy.patch", "--base", "tree", "--id", &id, "--fuzz", &flag, "-p1"]);
            env.write("theirs/f", numbered());
            let status = Command::new("patch")
                .args([
                    "-s",
                    "-f",
                    "-r-",
                    "-p1",
                    &format!("-F{fuzz}"),
                    "-d",
                    "theirs",
                    "-i",
                    "../fuzzy.patch",
                ])
                .current_dir(env.path("."))
                .stdout(std::process::Stdio::null())
                .status()
                .unwrap();
            match needs {
                Err(why) => assert!(output.contains(why), "{hunks}{output}"),
                Ok(needed) if needed > fuzz => {
                    assert!(!status.success(), "{hunks}");
                    assert!(output.contains(&format!("fits with --fuzz {needed}")), "{hunks}{output}");
                }
                Ok(_) => {
                    assert!(status.success() && output.ends_with("[exit 0]"), "{hunks}{output}");
                    env.stdout(&["export", &id, "tree", "--as", "tree", "-o", &id]);
                    let read = |path: String| fs::read_to_string(env.path(path)).unwrap();
                    assert_eq!(read(format!("{id}/f")), read("theirs/f".to_owned()), "{hunks}");
                    // A patch that was refreshed applies to the tree without fuzz.
                    let written = read(format!("patchsets/{id}/files/fuzzy.patch"));
                    assert_eq!(needs == Ok(0), written == text, "{written}");
                }
            }
        }
    }
    env.write("fuzzy.patch", format!("Why.\n\n--- a/f\n+++ b/f\n{}", FUZZY[1].0));
    assert_snapshot!(env.run(&["import", "fuzzy.patch", "--base", "tree", "--id", "named", "--fuzz", "2"]), @"
      fuzzy  1 file
             written again: hunk 1 of f fits with fuzz 1, offset 3
    named on tree: 1 of 1 patch taken, 1 file changed
    wrote patchsets/named/patchset.yaml
    [exit 0]
    ");
    let written = fs::read_to_string(env.path("patchsets/named/files/fuzzy.patch")).unwrap();
    assert!(
        written.starts_with("Why.\n\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -4,7 +4,7 @@\n line 4\n"),
        "{written}"
    );
}
