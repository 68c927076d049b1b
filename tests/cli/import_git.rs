//! `import` of commits and of mails from git: renames, copies, modes, binary files and links.

use std::fs;
use std::process::Command;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

fn git(env: &TestEnvironment, arguments: &[&str]) {
    let who = ["-c", "user.name=J\u{fc}rgen X", "-c", "user.email=j@x.org", "-c", "commit.gpgsign=false"];
    let status = Command::new("git")
        .args(who)
        .args(arguments)
        .current_dir(env.path("repo"))
        .env("GIT_AUTHOR_DATE", "2025-07-01 10:00:05 +0200")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

/// A repository with files that are renamed, copied, made executable, and binary.
fn repository() -> TestEnvironment {
    let env = TestEnvironment::new();
    let lines: String = (1..=20).map(|n| format!("line number {n}\n")).collect();
    env.write("repo/old.c", &lines);
    env.write("repo/run", lines.replace("line", "command"));
    env.write("repo/data.bin", [&b"\0\x01\xff"[..], &[7; 300], b"\n\0end"].concat());
    env.write("repo/gone.bin", b"\0gone\n");
    std::os::unix::fs::symlink("old.c", env.path("repo/link")).unwrap();
    git(&env, &["init", "-q", "-b", "main"]);
    git(&env, &["add", "-A"]);
    git(&env, &["commit", "-qm", "base"]);
    git(&env, &["tag", "A"]);
    git(&env, &["mv", "old.c", "new.c"]);
    env.edit("repo/new.c", "line number 9\n", "line number nine\n");
    git(&env, &["commit", "-qam", "Rename it\n\nThe device has both.\n\nSigned-off-by: A"]);
    env.write("repo/data.bin", [&b"\0\x01\xff"[..], &[7; 300], b"\n\0END"].concat());
    env.write("repo/new.bin", b"a\0b\n");
    fs::remove_file(env.path("repo/gone.bin")).unwrap();
    fs::remove_file(env.path("repo/link")).unwrap();
    std::os::unix::fs::symlink("new.c", env.path("repo/other")).unwrap();
    git(&env, &["add", "-A"]);
    git(&env, &["commit", "-qm", "Change what is binary"]);
    env.write("repo/copy", lines.replace("line", "command") + "more\n");
    git(&env, &["update-index", "--chmod=+x", "run"]);
    git(&env, &["add", "copy"]);
    git(&env, &["commit", "-qm", "Copy it"]);
    git(&env, &["checkout", "-qf", "-b", "side"]);
    env.write("repo/side", "side\n");
    git(&env, &["add", "-A"]);
    git(&env, &["commit", "-qm", "On the side"]);
    git(&env, &["checkout", "-q", "main"]);
    git(&env, &["merge", "-q", "--no-ff", "-m", "Merge the side", "side"]);
    git(&env, &["tag", "B"]);
    env
}

/// The names, modes and contents that an import of `source` gives, and those of the commit B.
fn assert_gives_b(env: &TestEnvironment, id: &str) {
    env.stdout(&["export", id, "git:repo@A", "--as", "tar", "-o", &format!("{id}.tar")]);
    let tree = |tar: &str| {
        let folder = format!("unpacked-{tar}");
        fs::create_dir(env.path(&folder)).unwrap();
        let status = Command::new("tar")
            .args(["xf", tar, "--strip-components=1", "-C", &folder])
            .current_dir(env.path("."))
            .status()
            .unwrap();
        assert!(status.success());
        let state = env.state(&folder);
        state.into_iter().map(|(path, (mode, _, bytes))| (path, mode & 0o111, bytes)).collect::<Vec<_>>()
    };
    git(env, &["archive", "--prefix=x/", "-o", &format!("../{id}-b.tar"), "B"]);
    assert_eq!(tree(&format!("{id}.tar")), tree(&format!("{id}-b.tar")));
}

#[test]
fn commits_are_taken_with_message_author_and_date() {
    let env = repository();
    assert_snapshot!(env.run(&["import", "git:repo@A..B", "--base", "git:repo@A", "--id", "range"]), @"
      rename-it.move         2 files
      rename-it              1 file, after rename-it.move
      change-what-is-binary  5 files
      copy-it                2 files
      on-the-side            1 file
    range on git:repo@A: 4 of 4 patches taken, 10 files changed
    wrote patchsets/range/patchset.yaml
    [exit 0]
    ");
    let written = fs::read_to_string(env.path("patchsets/range/patchset.yaml")).unwrap();
    let (_, edits) = written.split_once("edits:\n").unwrap();
    let (edits, _) = edits.split_once("  - id: copy-it").unwrap();
    assert_snapshot!(edits, @r#"
      - id: rename-it.move
        why: |-
          Rename it

          The device has both.

          Signed-off-by: A
        author: Jürgen X <j@x.org>
        date: Tue, 1 Jul 2025 10:00:05 +0200
        file: old.c
        file.move: {to: "new.c", contains: "line number 20"}

      - id: rename-it
        why: |-
          Rename it

          The device has both.

          Signed-off-by: A
        author: Jürgen X <j@x.org>
        date: Tue, 1 Jul 2025 10:00:05 +0200
        depends-on: [rename-it.move]
        file: new.c
        diff: {patch: {from: rename-it.patch}}

      - id: change-what-is-binary
        why: |-
          Change what is binary
        author: Jürgen X <j@x.org>
        date: Tue, 1 Jul 2025 10:00:05 +0200
        changes:
          - file: data.bin
            diff: {patch: {from: change-what-is-binary.patch}}
          - file: gone.bin
            diff: {patch: {from: change-what-is-binary.patch}}
          - file: link
            file.remove: {contains: "old.c"}
          - file: new.bin
            file.add: {content: {from: change-what-is-binary.new.bin}}
          - file: other
            file.link: {target: "new.c"}
    "#);
    assert_gives_b(&env, "range");
    // A merge with changes of its own.
    git(&env, &["checkout", "-q", "-b", "more", "A"]);
    env.write("repo/more", "more\n");
    git(&env, &["add", "-A"]);
    git(&env, &["commit", "-qm", "More"]);
    git(&env, &["checkout", "-q", "main"]);
    git(&env, &["merge", "-q", "-m", "Merge more", "more"]);
    let output = env.run(&["import", "git:repo@A..main", "--base", "git:repo@A", "--id", "merges"]);
    assert!(
        output.contains("it has merges")
            && output.contains(" (Merge more); ")
            && output.ends_with("[exit 2]"),
        "{output}"
    );
    for (range, why) in [
        ("git:repo@A..C", "no commit `C`"),
        ("git:repo@A", "it has no parent, or is a merge: write `A..B`"),
        ("git:repo", "write `git:REPO@COMMIT` or `git:REPO@A..B`"),
        ("git:repo@B..A", "it has no commit"),
        ("git:nowhere@A..B", "nowhere"),
    ] {
        let output = env.run(&["import", range, "--base", "git:repo@A", "--id", "no"]);
        assert!(output.contains(why), "{output}");
    }
}

#[test]
fn mails_with_renames_copies_modes_and_binary_files_are_taken() {
    let env = repository();
    fs::create_dir(env.path("mails")).unwrap();
    git(
        &env,
        &["format-patch", "-q", "--binary", "-M", "-C", "--find-copies-harder", "-o", "../mails", "A..B"],
    );
    assert_snapshot!(env.run(&["import", "mails", "--base", "git:repo@A"]), @"
      rename-it.move         2 files
      rename-it              1 file, after rename-it.move
      change-what-is-binary  5 files
      on-the-side            1 file
      copy-it                2 files
    mails on git:repo@A: 4 of 4 patches taken, 10 files changed
    wrote patchsets/mails/patchset.yaml
    [exit 0]
    ");
    assert_gives_b(&env, "mails");
    assert_snapshot!(env.run(&["import", "mails", "--base", "git:repo@A", "--id", "split", "--split"]), @"
      rename-it.old.c.move            2 files
      rename-it.new.c                 1 file, after rename-it.old.c.move
      change-what-is-binary.data.bin  1 file
      change-what-is-binary.gone.bin  1 file
      change-what-is-binary.link      1 file
      change-what-is-binary.new.bin   1 file
      change-what-is-binary.other     1 file
      on-the-side                     1 file
      copy-it.copy                    1 file
      copy-it.run                     1 file
    split on git:repo@A: 4 of 4 patches taken, 10 files changed
    wrote patchsets/split/patchset.yaml
    [exit 0]
    ");
    assert_gives_b(&env, "split");
    // A delta for other contents.
    git(&env, &["checkout", "-qf", "A"]);
    env.write("repo/data.bin", b"\0other");
    let output = env.run(&["import", "mails", "--base", "repo", "--id", "other", "--keep-going"]);
    assert!(
        output.contains("data.bin: the binary change is for other contents than the file has"),
        "{output}"
    );
    // Contents that are not in the patch.
    fs::remove_dir_all(env.path("mails")).unwrap();
    git(&env, &["format-patch", "-q", "--no-binary", "-o", "../mails", "A..B"]);
    let output = env.run(&["import", "mails", "--base", "git:repo@A", "--id", "none", "--keep-going"]);
    assert!(output.contains("it says that the binary file data.bin differs"), "{output}");
}
