//! `export` as patches, mails, a series of quilt, and a branch: each is read by the programs that it is for.

use crate::common;
use crate::common::TestEnvironment;
use crate::export::summary;
use insta::assert_snapshot;
use std::fs;
use std::process::Command;

/// A tree and a patchset whose edits need everything that a patch may say. The first edit depends on the last.
fn kinds() -> TestEnvironment {
    let env = TestEnvironment::new();
    let lines = |count: usize| (1..=count).map(|n| format!("line {n}\n")).collect::<String>();
    env.write("tree/lines", lines(40));
    env.write("tree/crlf.txt", "one\r\ntwo\r\nthree\r\n");
    env.write("tree/latin.txt", b"caf\xe9\nold \xe9\nend\n".as_slice());
    env.write("tree/no-end", "a\nb\nlast");
    env.write("tree/sub/gone.txt", "gone\n");
    env.write("tree/run.sh", "exit\n");
    env.write("tree/image", b"\0\x01\x02old\xff".as_slice());
    env.write("patchsets/kinds/files/image", b"\0\x01new\xfe\0".as_slice());
    env.write("patchsets/kinds/files/empty", "");
    env.yaml(
        "kinds",
        r#"schema: 1
id: kinds
title: All kinds of changes
edits:
  - id: chained
    why: |
      Chain the lines

      It builds on "top".

      Forwarded: not-needed
    depends-on: [top]
    author: Jürgen X. <j@x.org>
    date: Tue, 1 Jul 2025 10:00:00 +0200
    file: lines
    text.replace: {find: first line, with: very first line}
  - id: middle
    why: The middle is another.
    upstream: https://bugs.x.org/7
    author: A B <a@b.org>
    date: 2025-07-01
    file: lines
    text.replace: {find: line 5, with: "line five"}
  - id: line-ends
    why: Line ends stay.
    changes:
      - file: crlf.txt
        text.replace: {find: two, with: zwei}
      - file: no-end
        text.replace: {find: last, with: final}
  - id: latin
    why: |
      Bytes stay

      --- a/lines
      +++ b/lines
      From here on: é.
    file: latin.txt
    text.replace: {find: old, with: new}
  - id: files
    why: Files come and go.
    changes:
      - file: sub/gone.txt
        file.remove: {contains: gone}
      - file: new/empty
        file.add: {content: {from: empty}}
      - file: new/file
        file.add: {content: "new\n", executable: true}
  - id: mode
    why: It is run.
    file: run.sh
    file.mode: {executable: true}
  - id: other-version
    why: It is for another version.
    until: "2.0"
    file: lines
    text.replace: {find: line 9, with: line nine}
  - id: top
    why: The top is another.
    file: lines
    text.replace: {find: line 1, with: first line}
"#,
    );
    env
}

/// A command that must succeed.
fn success(env: &TestEnvironment, folder: &str, program: &str, arguments: &[&str]) -> String {
    let mut run = Command::new(program);
    run.args(arguments).current_dir(env.path(folder)).env("GIT_CEILING_DIRECTORIES", env.path("."));
    run.env("HOME", env.path(".")).env("GIT_CONFIG_NOSYSTEM", "1").env("QUILT_PATCHES", "patches");
    for who in ["AUTHOR", "COMMITTER"] {
        run.env(format!("GIT_{who}_NAME"), "T").env(format!("GIT_{who}_EMAIL"), "t@t.org");
    }
    let output = run.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// Copies the tree, in a repository with one commit if `in_git` is set.
fn copy(env: &TestEnvironment, to: &str, in_git: bool) {
    success(env, ".", "cp", &["-r", "tree", to]);
    if in_git {
        for arguments in [&["init", "-q", "-b", "main"][..], &["add", "."], &["commit", "-q", "-m", "base"]] {
            success(env, to, "git", arguments);
        }
    }
}

/// The regular files of a tree, without those of git and quilt, and what a step of `patch` leaves.
fn files(env: &TestEnvironment, path: &str) -> Vec<(String, u32, Vec<u8>)> {
    let mut all = summary(env, path);
    all.retain(|(name, _, _)| {
        let first = name.split('/').next().unwrap_or_default();
        ![".git", ".pc", "patches"].contains(&first) && env.path(path).join(name).is_file()
    });
    all
}

fn names(env: &TestEnvironment, folder: &str) -> Vec<String> {
    let all = fs::read_dir(env.path(folder)).unwrap();
    let mut names: Vec<String> = all.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_mailbox_is_what_git_am_reads() {
    let env = kinds();
    env.stdout(&["export", "kinds", "tree", "--as", "tree", "-o", "expected"]);
    assert_snapshot!(env.run(&["export", "kinds", "tree", "-o", "out.mbox"]), @"
    ------- stderr -------
    note: left out what changes nothing here: other-version
    [exit 0]
    ");
    copy(&env, "am", true);
    success(&env, "am", "git", &["am", "-q", "../out.mbox"]);
    assert_eq!(files(&env, "am"), files(&env, "expected"));
    let log = success(&env, "am", "git", &["log", "--reverse", "--format=%an <%ae>%n%B--", "main~6..main"]);
    assert_snapshot!(log, @r#"
    Jürgen X. <j@x.org>
    Chain the lines

    It builds on "top".

    Forwarded: not-needed
    --
    A B <a@b.org>
    The middle is another.

    Bug: https://bugs.x.org/7
    --
    pypatch <pypatch@localhost>
    Line ends stay.
    --
    pypatch <pypatch@localhost>
    Bytes stay

     --- a/lines
    +++ b/lines
     From here on: é.
    --
    pypatch <pypatch@localhost>
    Files come and go.
    --
    pypatch <pypatch@localhost>
    It is run.
    --
    "#);
    let dates = success(&env, "am", "git", &["log", "--format=%aI", "-2", "main~4"]);
    assert_eq!(dates, "2025-07-01T00:00:00Z\n2025-07-01T10:00:00+02:00\n");
}

#[test]
fn numbered_patches_are_what_git_apply_reads() {
    let env = kinds();
    env.stdout(&["export", "kinds", "tree", "--as", "tree", "-o", "expected"]);
    let output = env.run(&["export", "kinds", "tree", "--as", "patches", "-o", "out"]);
    assert_snapshot!(output, @"
    ------- stderr -------
    note: left out what changes nothing here: other-version
    note: give `git am` --keep-cr, since files have lines that end with CR
    [exit 0]
    ");
    copy(&env, "applied", false);
    assert_snapshot!(names(&env, "out").join("\n"), @"
    0001-top.patch
    0002-chained.patch
    0003-middle.patch
    0004-line-ends.patch
    0005-latin.patch
    0006-files.patch
    0007-mode.patch
    ");
    for patch in names(&env, "out") {
        success(&env, "applied", "git", &["apply", &format!("../out/{patch}")]);
    }
    assert_eq!(files(&env, "applied"), files(&env, "expected"));
}

#[test]
fn a_series_of_quilt_is_what_quilt_and_patch_read() {
    let env = kinds();
    env.stdout(&["export", "kinds", "tree", "--as", "tree", "-o", "expected"]);
    let output = env.run(&["export", "kinds", "tree", "--as", "quilt", "-o", "out"]);
    assert_snapshot!(output, @"
    ------- stderr -------
    note: left out what changes nothing here: other-version
    [exit 0]
    ");
    assert_snapshot!(fs::read_to_string(env.path("out/series")).unwrap(), @"
    top.patch
    chained.patch
    middle.patch
    line-ends.patch
    latin.patch
    files.patch
    mode.patch
    ");
    assert_snapshot!(fs::read_to_string(env.path("out/chained.patch")).unwrap(), @r#"
    Description: Chain the lines
     .
     It builds on "top".
    Author: Jürgen X. <j@x.org>
    Forwarded: not-needed
    Date: Tue, 1 Jul 2025 10:00:00 +0200
    Last-Update: 2025-07-01

    diff --git a/lines b/lines
    index 0d4c5ad46a1e08eadf85839fa16e8b3e06289f01..e1f4eb427b97a05c046d6cf0bed8920cac8413bc 100644
    --- a/lines
    +++ b/lines
    @@ -1,4 +1,4 @@
    -first line
    +very first line
     line 2
     line 3
     line 4
    "#);
    copy(&env, "patched", false);
    for name in fs::read_to_string(env.path("out/series")).unwrap().lines() {
        success(&env, "patched", "patch", &["-p1", "-F0", "-s", "-i", &format!("../out/{name}")]);
    }
    assert_eq!(files(&env, "patched"), files(&env, "expected"));
    match Command::new("quilt").arg("--version").output() {
        Err(error) => common::skip("pushing an exported series with quilt", &error.to_string()),
        Ok(_) => {
            copy(&env, "pushed", false);
            success(&env, ".", "cp", &["-r", "out", "pushed/patches"]);
            success(&env, "pushed", "quilt", &["push", "-a", "--fuzz=0"]);
            assert_eq!(files(&env, "pushed"), files(&env, "expected"));
        }
    }
}

#[test]
fn what_is_exported_and_imported_again_stays_as_it_is() {
    let env = kinds();
    env.stdout(&["export", "kinds", "tree", "--as", "quilt", "-o", "first"]);
    env.stdout(&["import", "first", "--base", "tree", "--id", "a"]);
    for (format, out) in [("quilt", "series"), ("patches", "numbered"), ("mbox", "mails.mbox")] {
        let id = format!("from-{format}");
        env.stdout(&["export", "a", "tree", "--as", format, "-o", out]);
        env.stdout(&["import", out, "--base", "tree", "--id", &id]);
        let again = format!("again-{out}");
        env.stdout(&["export", &id, "tree", "--as", format, "-o", &again]);
        if env.path(out).is_dir() {
            for name in names(&env, out) {
                let read =
                    |folder: &str| fs::read_to_string(env.path(folder).join(&name)).unwrap_or_default();
                assert_eq!(read(out), read(&again), "{name}");
            }
            assert_eq!(names(&env, out), names(&env, &again));
        }
    }
    let yaml = |id: &str| fs::read_to_string(env.path("patchsets").join(id).join("patchset.yaml")).unwrap();
    let head = |id: &str| yaml(id).split_once("edits:").unwrap().1.to_owned();
    assert_eq!(head("a"), head("from-quilt"));
}

#[test]
fn several_patchsets_are_exported_in_order() {
    let env = kinds();
    env.yaml(
        "more",
        "schema: 1\nid: more\ntitle: More\nedits:\n  - id: top\n    why: It says more.\n    file: lines\n    text.replace: {find: very first, with: the very first}\n",
    );
    let output = env.run(&["plan", "kinds", "more", "tree"]);
    assert!(output.contains("kinds on tree") && output.contains("more on tree"), "{output}");
    let json: serde_json::Value =
        serde_json::from_str(&env.stdout(&["plan", "kinds", "more", "tree", "--format", "json"])).unwrap();
    assert_eq!((json["plans"][1]["patchset"].as_str(), json["fits"].as_bool()), (Some("more"), Some(true)));
    assert!(env.run(&["plan", "more", "kinds", "tree"]).ends_with("[exit 3]"));
    let diff = env.stdout(&["diff", "kinds", "more", "tree", "--edit", "top"]);
    assert!(diff.contains("+first line\n"), "{diff}");
    assert!(
        env.run(&["diff", "kinds", "more", "tree", "--edit", "tip"])
            .contains("`kinds` and `more` has no edit")
    );
    env.stdout(&["export", "kinds", "more", "tree", "--as", "quilt", "-o", "out"]);
    let series = fs::read_to_string(env.path("out/series")).unwrap();
    assert!(
        series.starts_with("top.patch\nchained.patch\n") && series.ends_with("more-top.patch\n"),
        "{series}"
    );
    env.stdout(&["export", "kinds", "more", "tree", "-o", "out.diff"]);
    let shown = env.command(&["diff", "kinds", "more", "tree"]).output().unwrap().stdout;
    assert!(shown == fs::read(env.path("out.diff")).unwrap());
}

#[test]
fn binary_files_are_for_git() {
    let env = kinds();
    env.yaml(
        "kinds",
        "schema: 1\nid: kinds\ntitle: An image\nedits:\n  - id: image\n    why: It is another.\n    changes:\n      - file: image\n        text.replace: {find: old, with: newer}\n      - file: image2\n        file.add: {content: {from: image}}\n",
    );
    let output = env.run(&["export", "kinds", "tree", "--as", "mbox", "-o", "out"]);
    assert_eq!(output, "[exit 0]");
    env.stdout(&["export", "kinds", "tree", "--as", "tree", "-o", "expected"]);
    copy(&env, "am", true);
    success(&env, "am", "git", &["am", "-q", "../out"]);
    assert_eq!(files(&env, "am"), files(&env, "expected"));
    assert_snapshot!(env.run(&["export", "kinds", "tree", "--as", "quilt", "-o", "series"]), @"
    ------- stderr -------
    note: image, which `image` changes, has NUL bytes
    note: image2, which `image` changes, has NUL bytes
    [exit 0]
    ");
    copy(&env, "patched", false);
    success(&env, "patched", "patch", &["-p1", "-F0", "-s", "-i", "../series/image.patch"]);
    assert_eq!(files(&env, "patched"), files(&env, "expected"));
}

#[test]
fn a_branch_has_a_commit_for_each_edit_and_nothing_is_checked_out() {
    let env = kinds();
    env.stdout(&["export", "kinds", "tree", "--as", "tree", "-o", "expected"]);
    copy(&env, "repo", true);
    let before = success(&env, "repo", "git", &["rev-parse", "main"]);
    let export = ["export", "kinds", "git:repo@main", "--as", "git", "-o", "repo", "--branch", "patched"];
    let output = env.run(&export);
    assert!(output.starts_with("patched: 7 commits, ") && output.contains("other-version"), "{output}");
    assert_eq!(success(&env, "repo", "git", &["rev-parse", "patched~7"]), before);
    assert_eq!(success(&env, "repo", "git", &["status", "--porcelain"]), "");
    let log =
        success(&env, "repo", "git", &["log", "-2", "--format=%an <%ae> %aI %cn %cI%n%B--", "patched~4"]);
    let base = success(&env, "repo", "git", &["log", "-1", "--format=%cI", "main"]);
    assert_snapshot!(log.replace(base.trim(), "BASE"), @r#"
    A B <a@b.org> 2025-07-01T00:00:00Z pypatch BASE
    The middle is another.

    Bug: https://bugs.x.org/7
    --
    Jürgen X. <j@x.org> 2025-07-01T10:00:00+02:00 pypatch BASE
    Chain the lines

    It builds on "top".

    Forwarded: not-needed
    --
    "#);
    success(&env, "repo", "git", &["fsck", "--strict"]);
    success(&env, ".", "git", &["clone", "-q", "-b", "patched", "repo", "clone"]);
    assert_eq!(files(&env, "clone"), files(&env, "expected"));
    // The same edits give the same commits.
    assert_eq!(env.run(&export), output);
}

#[test]
fn a_branch_of_another_repository_begins_with_the_source() {
    let env = kinds();
    env.stdout(&["export", "kinds", "tree", "--as", "tree", "-o", "expected"]);
    fs::create_dir(env.path("repo")).unwrap();
    success(&env, "repo", "git", &["init", "-q", "--bare", "-b", "main"]);
    success(&env, "repo", "git", &["config", "user.name", "Packager"]);
    success(&env, "repo", "git", &["config", "user.email", "p@x.org"]);
    let output = env.run(&["export", "kinds", "tree", "--as", "git", "-o", "repo"]);
    assert!(output.starts_with("kinds: 7 commits, "), "{output}");
    let log = success(&env, "repo", "git", &["log", "--format=%an %s", "kinds"]);
    assert!(
        log.starts_with("Packager It is run.\n") && log.ends_with("\nPackager The source tree\n"),
        "{log}"
    );
    success(&env, ".", "git", &["clone", "-q", "-b", "kinds", "repo", "clone"]);
    assert_eq!(files(&env, "clone"), files(&env, "expected"));
}

#[test]
fn a_branch_that_exists_is_moved_only_with_force() {
    let env = kinds();
    copy(&env, "repo", true);
    success(&env, "repo", "git", &["branch", "mine"]);
    let refs = |env: &TestEnvironment| success(env, "repo", "git", &["for-each-ref"]);
    let before = refs(&env);
    let export = |more: &[&str]| {
        let mut arguments = vec!["export", "kinds", "git:repo@main", "--as", "git", "-o", "repo"];
        arguments.extend(more);
        env.run(&arguments)
    };
    assert_snapshot!(export(&["--branch", "mine"]), @"
    ------- stderr -------
    note: left out what changes nothing here: other-version
    error: the branch mine already exists
      nothing was written
      help: give another name with --branch, or --force to move it
    [exit 3]
    ");
    let output = export(&["--branch", "main", "--force"]);
    assert!(output.contains("cannot write the branch main of repo: it is checked out"), "{output}");
    let output = export(&["--branch", "a..b"]);
    assert!(output.contains("it is not a valid name of a branch"), "{output}");
    assert_eq!(refs(&env), before);
    assert!(export(&["--branch", "mine", "--force"]).starts_with("mine: 7 commits"));
    success(&env, "repo", "git", &["worktree", "add", "-q", "../linked", "mine"]);
    assert!(export(&["--branch", "mine", "--force"]).contains("it is checked out"));
}

#[test]
fn line_ends_that_attributes_ask_for_are_not_committed() {
    let env = kinds();
    env.write("tree/.gitattributes", "crlf.txt text eol=crlf\n");
    copy(&env, "repo", true);
    env.stdout(&["export", "kinds", "git:repo@main", "--as", "git", "-o", "repo", "--branch", "patched"]);
    let diff = success(&env, "repo", "git", &["diff", "--stat", "main", "patched", "--", "crlf.txt"]);
    assert!(diff.contains("1 insertion(+), 1 deletion(-)"), "{diff}");
    let blob = success(&env, "repo", "git", &["cat-file", "blob", "patched:crlf.txt"]);
    assert_eq!(blob, "one\nzwei\nthree\n");
}

#[test]
fn the_date_of_what_has_none_is_that_of_the_environment() {
    let env = kinds();
    let run = |arguments: &[&str], date: &str| {
        let mut command = env.command(arguments);
        let output = command.env("SOURCE_DATE_EPOCH", date).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (_, mails) = run(&["export", "kinds", "tree", "--as", "mbox"], "86400");
    assert_eq!(mails.matches("Date: Fri, 2 Jan 1970 00:00:00 +0000\n").count(), 5);
    assert!(mails.contains("Date: Tue, 1 Jul 2025 10:00:00 +0200\n"), "{mails}");
    assert!(run(&["export", "kinds", "tree", "-o", "a.tar"], "86400").0);
    let mut archive = tar::Archive::new(fs::File::open(env.path("a.tar")).unwrap());
    let times = archive.entries().unwrap().map(|entry| entry.unwrap().header().mtime().unwrap());
    assert!(times.collect::<Vec<_>>().iter().all(|time| *time == 86400));
    assert!(!run(&["export", "kinds", "tree", "--as", "mbox"], "soon").0);
    assert!(!env.stdout(&["export", "kinds", "tree", "--as", "patches", "-o", "out"]).contains("Date"));
    assert!(!fs::read_to_string(env.path("out/0007-mode.patch")).unwrap().contains("Date:"));
}
