//! The sources of a tree: a directory, a tarball, a commit, a pin; and hostile tarballs.

use std::fs;

use crate::common;
use crate::common::TestEnvironment;
use crate::common::release::{self, pinned};
use insta::assert_snapshot;

#[test]
fn the_same_tree_from_every_source_gives_the_same_plan_and_diff() {
    let env = pinned();
    let git = format!("git:{}@v9.9", env.path("sources/gadget.git").display());
    let sources = ["tree", "Python-9.9.tgz", &git, "python-9.9", "pin:python-9.9"];
    let diffs = sources.map(|source| env.stdout(&["diff", "gadget", source]));
    assert!(diffs.iter().all(|diff| *diff == diffs[0]), "{diffs:#?}");
    assert!(diffs[0].contains("+\t-run $(GEN) tables.txt\n"));
    let plans = sources.map(|source| {
        let plan = env.stdout(&["plan", "gadget", source]);
        plan.split_once('\n').unwrap().1.to_owned()
    });
    assert!(plans.iter().all(|plan| *plan == plans[0]), "{plans:#?}");
    let first =
        |source| env.without_temporary_paths(env.stdout(&["plan", "gadget", source]).lines().next().unwrap());
    assert_snapshot!(sources.map(first).join("\n"), @"
    gadget on tree (CPython 9.9)
    gadget on Python-9.9.tgz (CPython 9.9)
    gadget on git:$WORK/sources/gadget.git@v9.9 (CPython 9.9)
    gadget on python-9.9 (CPython 9.9)
    gadget on python-9.9 (CPython 9.9)
    ");
}

#[test]
fn a_pinned_tarball_or_commit_needs_no_option() {
    let env = pinned();
    let git = format!("git:{}@HEAD", env.path("sources/gadget.git").display());
    for (source, out) in [("Python-9.9.tgz", "a"), (&git, "b"), ("python-9.9", "c")] {
        let output = env.run(&["apply", "gadget", source, "-o", out]);
        assert_eq!(output, format!("applied gadget to {out}: 7 edits: 7 change; 6 files\n[exit 0]"));
        assert!(env.run(&["status", out]).starts_with("gadget (pin python-9.9): "));
    }
    let without_receipt = |out| {
        fs::remove_file(env.path(out).join(".pypatch-receipt.json")).unwrap();
        env.state(out)
            .into_iter()
            .map(|(path, (mode, _, bytes))| (path, mode & 0o111, bytes))
            .collect::<Vec<_>>()
    };
    let trees = ["a", "b", "c"].map(without_receipt);
    assert!(trees.iter().all(|tree| *tree == trees[0]));
}

#[test]
fn a_large_tarball_is_decoded_once() {
    let mut env = TestEnvironment::with_tree();
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    env.write("tree/noise", noise.take(2 << 20).collect::<Vec<u8>>());
    release::tarball(&env.path("tree"), &env.path("large.tgz"));
    let plan = env.stdout(&["plan", "gadget", "large.tgz"]);
    let kept = env.folder().join("home/cache/pypatch/read").join(release::sha256(&env.path("large.tgz")));
    assert!(kept.is_file(), "{}", kept.display());
    // Nothing can be decoded without a place for temporary files.
    env.set("TMPDIR", "/nonexistent");
    assert_eq!(env.stdout(&["plan", "gadget", "large.tgz"]), plan);
    fs::remove_file(kept).unwrap();
    assert!(env.run(&["plan", "gadget", "large.tgz"]).contains("TMPDIR"));
}

#[test]
fn paths_that_only_a_tag_or_only_a_tarball_has_are_left_out() {
    let env = TestEnvironment::with_tree();
    fs::create_dir(env.path("sources")).unwrap();
    env.write("tree/.github/workflow", "a: b\n");
    env.write("tree/.github-is-not-it", "kept\n");
    let id = release::repository(&env.path("tree"), &env.path("sources/gadget.git"));
    fs::remove_dir_all(env.path("tree")).unwrap();
    common::tree::write(&env.path("tree"));
    env.write("tree/.github-is-not-it", "kept\n");
    env.write("tree/NEWS", "made for the tarball\n");
    release::tarball(&env.path("tree"), &env.path("Python-9.9.tgz"));
    release::pin(&env, &id, &release::sha256(&env.path("Python-9.9.tgz")));
    env.edit("upstream-pins/9.9.yaml", "releases:", "exclude: [.github, NEWS]\nreleases:");
    let git = format!("git:{}@v9.9", env.path("sources/gadget.git").display());

    assert_snapshot!(env.run(&["apply", "gadget", &git, "-o", "a"]), @"
    applied gadget to a: 7 edits: 7 change; 6 files
    ------- stderr -------
    note: left out what only the tag or only the tarball of python-9.9 has: .github
    [exit 0]
    ");
    assert_snapshot!(env.run(&["apply", "gadget", "Python-9.9.tgz", "-o", "b"]), @"
    applied gadget to b: 7 edits: 7 change; 6 files
    ------- stderr -------
    note: left out what only the tag or only the tarball of python-9.9 has: NEWS
    [exit 0]
    ");
    assert_snapshot!(env.run(&["export", "gadget", "Python-9.9.tgz", "--as", "tree", "-o", "c"]), @"
    ------- stderr -------
    note: left out what only the tag or only the tarball of python-9.9 has: NEWS
    [exit 0]
    ");
    let trees = ["a", "b", "c"].map(|out| {
        let files = env.state(out).into_iter().filter(|(path, _)| path != ".pypatch-receipt.json");
        files.map(|(path, (mode, _, bytes))| (path, mode & 0o111, bytes)).collect::<Vec<_>>()
    });
    assert!(trees[0].iter().any(|(path, ..)| path == ".github-is-not-it"));
    assert!(trees[0] == trees[1] && trees[0] == trees[2]);

    // In a directory that somebody unpacked, all remains.
    env.stdout(&["apply", "gadget", "tree", "--allow-unpinned"]);
    assert!(env.path("tree/NEWS").is_file());
}

#[test]
fn a_tarball_with_another_hash_is_not_pinned() {
    let env = pinned();
    env.edit("tree/Lib/compiler.py", "ld", "lld");
    release::tarball(&env.path("tree"), &env.path("other.tar.gz"));
    assert_snapshot!(env.run(&["apply", "gadget", "other.tar.gz", "-o", "out"]), @"
    ------- stderr -------
    error: other.tar.gz is not a pinned release: its hash differs from that of python-9.9
      nothing was written
      help: unpack it and patch the directory, of which only the touched files are compared, or give --allow-unpinned
    [exit 3]
    ");
    assert!(!env.path("out").exists());
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "other.tar.gz", "-o", "out"]), @"
    applied gadget to out: 7 edits: 7 change; 6 files
    ------- stderr -------
    note: other.tar.gz is not a pinned release: its hash differs from that of python-9.9
    [exit 0]
    ");
}

#[test]
fn only_a_directory_is_patched_in_place() {
    let env = pinned();
    assert_snapshot!(env.run(&["apply", "gadget", "Python-9.9.tgz"]), @"
    ------- stderr -------
    error: `Python-9.9.tgz` cannot be patched in place: it is not a directory
      help: give --output DIR for the patched tree
    [exit 2]
    ");
    assert_snapshot!(env.run(&["apply", "gadget", "python-9.9"]), @"
    ------- stderr -------
    error: `python-9.9` cannot be patched in place: it is not a directory
      help: give --output DIR for the patched tree
    [exit 2]
    ");
}

#[test]
fn an_unknown_source_lists_the_possible_forms() {
    let env = pinned();
    assert_snapshot!(env.run(&["plan", "gadget", "./nowhere"]), @r"
    ------- stderr -------
    error: no file or directory `./nowhere`
      help: a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "python-9.8"]), @r"
    ------- stderr -------
    error: no file, directory or pin `python-9.8`
      near: python-9.9
      near: python-3.9.8
      help: a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "git:tree@v1"]), @"
    ------- stderr -------
    error: tree is not a git repository
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "git:sources/gadget.git@v9.8"]), @"
    ------- stderr -------
    error: sources/gadget.git has no revision `v9.8`
      near: v9.9
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "/dev/null"]), @r"
    ------- stderr -------
    error: invalid source `/dev/null`: it is a device or a pipe, not a directory or a tarball
      help: a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "patchsets/gadget/patchset.yaml"]), @"
    ------- stderr -------
    error: cannot read the archive patchsets/gadget/patchset.yaml: it is not a tar archive
    [exit 4]
    ");
}

#[test]
fn a_pin_that_is_not_found_lists_the_places_searched() {
    let mut env = pinned();
    env.set("PYPATCH_SOURCES", format!("{0}/patchsets:{0}/tree", env.path(".").display()));
    assert_snapshot!(env.run(&["plan", "--offline", "gadget", "python-9.9"]), @"
    ------- stderr -------
    error: no source found for `python-9.9`
      PYPATCH_SOURCES: $WORK/./patchsets: has neither a tarball nor a tag of it
      PYPATCH_SOURCES: $WORK/./tree: has neither a tarball nor a tag of it
      --offline: neither upstream nor a distribution was asked
      help: set PYPATCH_SOURCES to a directory that contains the tarball, or to a git repository that has the tag
    [exit 4]
    ");
    assert_snapshot!(env.run(&["fetch", "--offline", "python-9.9"]), @"
    ------- stderr -------
    error: no source found for `python-9.9`
      PYPATCH_SOURCES: $WORK/./patchsets: has neither a tarball nor a tag of it
      PYPATCH_SOURCES: $WORK/./tree: has neither a tarball nor a tag of it
      --offline: neither upstream nor a distribution was asked
      help: set PYPATCH_SOURCES to a directory that contains the tarball, or to a git repository that has the tag
    [exit 4]
    ");
}

#[test]
fn a_tarball_with_a_wrong_hash_is_never_used() {
    let mut env = pinned();
    env.edit("tree/Lib/compiler.py", "ld", "lld");
    release::tarball(&env.path("tree"), &env.path("sources/Python-9.9.tgz"));
    env.set("PYPATCH_SOURCES", env.path("sources").display().to_string());
    let output = env.run(&["plan", "--offline", "gadget", "python-9.9"]);
    assert_snapshot!(common::without_digests(&output), @"
    ------- stderr -------
    error: no source found for `python-9.9`
      PYPATCH_SOURCES: $WORK/sources/Python-9.9.tgz: has the sha256 SHA256, and that is not pinned
      --offline: neither upstream nor a distribution was asked
      help: set PYPATCH_SOURCES to a directory that contains the tarball, or to a git repository that has the tag
    [exit 4]
    ");
    // A name that is wrong is reported before anything is fetched.
    let unknown = env.run(&["fetch", "--offline", "python-9.9", "python-9.8"]);
    assert!(unknown.contains("error: unknown pin `python-9.8`"), "{unknown}");
    // A good one in another place is used, with a warning about the bad one.
    env.set("PYPATCH_SOURCES", format!("{0}/sources:{0}/sources/gadget.git", env.path(".").display()));
    let fetched = env.stdout(&["fetch", "--offline", "python-9.9"]);
    assert_eq!(env.without_temporary_paths(&fetched), "$WORK/./sources/gadget.git\n");
    let output = env.run(&["plan", "--offline", "gadget", "python-9.9"]);
    let (_, warning) = output.split_once("------- stderr -------\n").unwrap();
    assert_snapshot!(common::without_digests(warning), @"
    warning: PYPATCH_SOURCES: $WORK/./sources/Python-9.9.tgz: has the sha256 SHA256, and that is not pinned
    [exit 0]
    ");
}

#[test]
fn a_release_is_found_by_the_hash_of_its_tarball() {
    let mut env = pinned();
    fs::rename(env.path("Python-9.9.tgz"), env.path("sources/Python-9.9.tgz")).unwrap();
    fs::remove_dir_all(env.path("sources/gadget.git")).unwrap();
    env.set("PYPATCH_SOURCES", env.path("sources").display().to_string());
    assert_snapshot!(env.run(&["fetch", "--offline", "python-9.9"]), @"
    $WORK/sources/Python-9.9.tgz
    [exit 0]
    ");
    assert!(env.run(&["plan", "gadget", "python-9.9"]).ends_with("[exit 0]"));
}

#[test]
fn a_hostile_tarball_is_refused_and_writes_nothing() {
    let env = TestEnvironment::with_tree();
    release::hostile(&env.path("up.tgz"), "Python-9.9/../../x", None);
    release::hostile(&env.path("root.tgz"), "/etc/x", None);
    release::hostile(&env.path("link.tgz"), "Python-9.9/passwd", Some("/etc/passwd"));
    release::hostile(&env.path("up-link.tgz"), "Python-9.9/x", Some("../../x"));
    let before = env.state("");
    assert_snapshot!(env.run(&["plan", "gadget", "up.tgz"]), @"
    ------- stderr -------
    error: up.tgz: hostile member `Python-9.9/../../x`: its name leaves the tree with `..`
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "root.tgz"]), @"
    ------- stderr -------
    error: root.tgz: hostile member `/etc/x`: its name is absolute
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "link.tgz"]), @"
    ------- stderr -------
    error: link.tgz: hostile member `Python-9.9/passwd`: it is a symbolic link to an absolute path
    [exit 4]
    ");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "up-link.tgz", "-o", "out"]), @"
    ------- stderr -------
    error: up-link.tgz: hostile member `Python-9.9/x`: it is a symbolic link that leaves the tree
    [exit 4]
    ");
    assert_eq!(env.state(""), before);
}

#[test]
fn a_damaged_tarball_is_refused() {
    let env = TestEnvironment::with_tree();
    release::tarball(&env.path("tree"), &env.path("whole.tgz"));
    let whole = fs::read(env.path("whole.tgz")).unwrap();
    env.write("half.tgz", &whole[..whole.len() / 2]);
    env.write("empty.tgz", "");
    assert_snapshot!(env.run(&["plan", "gadget", "half.tgz"]), @"
    ------- stderr -------
    error: cannot read the archive half.tgz: it is truncated
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "empty.tgz"]), @"
    ------- stderr -------
    error: cannot read the archive empty.tgz: it is empty
    [exit 4]
    ");
}

#[test]
fn pins_lists_local_paths() {
    let env = pinned();
    assert_snapshot!(env.run(&["pins", "9.9"]), @"
    python-9.9        Python-9.9.tgz            $WORK/sources/gadget.git
    [exit 0]
    ");
    let json = common::without_digests(&env.run(&["pins", "python-9*", "--format", "json"]));
    assert_snapshot!(json, @r#"
    {
      "pins": [
        {
          "debian": null,
          "exclude": [],
          "local": {
            "git": "$WORK/sources/gadget.git"
          },
          "name": "python-9.9",
          "tag": "v9.9",
          "tarballs": [
            {
              "file": "Python-9.9.tgz",
              "sha256": "SHA256",
              "url": "https://releases.invalid/Python-9.9.tgz"
            }
          ],
          "tree": "e3f1e7dc3612a5ca79aa6341a9bd851eeee6213a",
          "version": "9.9"
        }
      ],
      "schema": 1
    }
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["pins", "python-9.8"]), @"
    ------- stderr -------
    error: unknown pin `python-9.8`
      near: python-9.9
      near: python-3.9.8
      help: run `pypatch pins` for all pins
    [exit 4]
    ");
    assert!(env.stdout(&["pins"]).contains("python-2.7.18 "));
}

#[test]
fn pins_of_a_folder_override_shipped_ones() {
    let env = TestEnvironment::new();
    env.write(
        "mine/2.5.yaml",
        format!(
            "schema: 1\nreleases:\n  - {{version: \"2.5\", tag: mine, tree: \"{}\", tarballs: []}}\n",
            "0".repeat(40)
        ),
    );
    let json = env.stdout(&["pins", "--pins-dir", "mine", "python-2.5", "--format", "json"]);
    assert!(json.contains("\"tag\": \"mine\""), "{json}");
    env.write(
        "mine/2.5.yaml",
        "schema: 1\nreleases:\n  - {version: \"2.5\", tag: mine, tree: \"0\", tarballs: []}\n",
    );
    assert_snapshot!(env.run(&["pins", "--pins-dir", "mine", "python-2.5"]), @r#"
    ------- stderr -------
    error: invalid git tree id (40 lower-case hexadecimal digits): `0`
     --> mine/2.5.yaml:3:39
      |
    3 |   - {version: "2.5", tag: mine, tree: "0", tarballs: []}
      |                                       ^^^
    [exit 2]
    "#);
    assert_snapshot!(env.run(&["pins", "--pins-dir", "nowhere", "python-2.5"]), @r"
    ------- stderr -------
    error: --pins-dir: nowhere does not exist
      help: name a folder that has files such as 2.7.yaml
    [exit 2]
    ");
}
