//! `apply`, `status` and `revert`: what is written, what is refused, and that it can be reverted.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::common;
use crate::common::TestEnvironment;
use crate::common::release::pinned;
use crate::common::tree::contents;
use insta::assert_snapshot;

/// The made-up tree with `gadget` applied.
fn applied() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    env.stdout(&["apply", "--allow-unpinned", "gadget", "tree"]);
    env
}

#[test]
fn a_dry_run_writes_nothing() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "-n", "--allow-unpinned", "gadget", "tree"]), @"
    gadget on tree (CPython 9.9)
      change    no-sharedmods   Makefile.pre.in:8
      change    run-gen         Makefile.pre.in:14,15
      change    static-modules  Modules/Setup.dist:8,9,10,11
      change    open-elsewhere  Modules/one.c:9
      change    loader          Modules/gadget/loader.c
      change    no-news         Misc/NEWS
      change    configure-runs  configure
    7 edits: 7 change; 6 files
    nothing was written (dry run)
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn applying_writes_what_was_planned_and_a_receipt() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree"]), @"
    applied gadget to tree: 7 edits: 7 change; 6 files
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    [exit 0]
    ");
    let after = env.state("tree");
    let touched = |state: &common::tree::TreeState, other: &common::tree::TreeState| {
        let names: Vec<String> = state
            .iter()
            .filter(|(name, what)| other.get(*name) != Some(what))
            .map(|(name, _)| name.clone())
            .collect();
        names.join("\n")
    };
    assert_snapshot!(touched(&after, &before), @"

    .pypatch-receipt.json
    Makefile.pre.in
    Misc
    Modules
    Modules/Setup.dist
    Modules/gadget
    Modules/gadget/loader.c
    Modules/one.c
    configure
    ");
    assert_snapshot!(touched(&before, &after), @"

    Makefile.pre.in
    Misc
    Misc/NEWS
    Modules
    Modules/Setup.dist
    Modules/one.c
    configure
    ");
    assert!(
        fs::read_to_string(env.path("tree/Makefile.pre.in")).unwrap().contains("\t-run $(GEN) tables.txt\n")
    );
    let mode = |path: &str| env.path(path).metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("tree/configure"), mode("tree/Modules/Setup.dist")), (0o755, 0o664));
}

#[test]
fn applying_twice_finds_nothing_to_do() {
    let env = applied();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree"]), @"
    gadget: already applied, nothing to do
    [exit 0]
    ");
    assert_snapshot!(env.run(&["apply", "gadget", "tree"]), @"
    gadget: already applied, nothing to do
    [exit 0]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "tree"]), @"
    gadget on tree (CPython 9.9)
      already   no-sharedmods   Makefile.pre.in:7
      already   run-gen         Makefile.pre.in:14,15
      already   static-modules  Modules/Setup.dist:8,9,10
      already   open-elsewhere  Modules/one.c:9
      already   loader          Modules/gadget/loader.c:1
      already   no-news
      already   configure-runs  configure:1
    7 edits: 7 already; 0 files
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn status_lists_the_applied_patchsets() {
    let env = applied();
    assert_snapshot!(env.run(&["status", "tree"]), @"
    gadget: 7 edits, 6 files
    all files are as pypatch left them
    [exit 0]
    ");
    let json = common::without_digests(&env.run(&["status", "tree", "--format", "json"]));
    assert_snapshot!(json, @r#"
    {
      "drift": false,
      "layers": [
        {
          "digest": "SHA256",
          "edits": [
            "no-sharedmods",
            "run-gen",
            "static-modules",
            "open-elsewhere",
            "loader",
            "no-news",
            "configure-runs"
          ],
          "files": [
            {
              "path": "Makefile.pre.in",
              "state": "as-applied"
            },
            {
              "path": "Misc/NEWS",
              "state": "as-applied"
            },
            {
              "path": "Modules/Setup.dist",
              "state": "as-applied"
            },
            {
              "path": "Modules/gadget/loader.c",
              "state": "as-applied"
            },
            {
              "path": "Modules/one.c",
              "state": "as-applied"
            },
            {
              "path": "configure",
              "state": "as-applied"
            }
          ],
          "patchset": "gadget",
          "pin": null,
          "source": "tree"
        }
      ],
      "schema": 1
    }
    [exit 0]
    "#);
    let output = env.command(&["status"]).current_dir(env.path("tree")).output().unwrap();
    assert_snapshot!(env.transcript(&output), @"
    gadget: 7 edits, 6 files
    all files are as pypatch left them
    [exit 0]
    ");
}

#[test]
fn status_reports_a_tree_without_patchsets() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["status", "tree"]), @"
    tree: no patchset is applied
    [exit 0]
    ");
    assert_snapshot!(env.run(&["status", "tree", "--format", "json"]), @r#"
    {
      "drift": false,
      "layers": [],
      "schema": 1
    }
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["status", "nowhere"]), @"
    ------- stderr -------
    error: cannot read nowhere: No such file or directory (os error 2)
    [exit 4]
    ");
    assert_snapshot!(env.run(&["status", "tree/configure"]), @"
    ------- stderr -------
    error: cannot read tree/configure: Not a directory (os error 20)
    [exit 4]
    ");
}

#[test]
fn status_reports_files_changed_since_apply() {
    let env = applied();
    env.edit("tree/Makefile.pre.in", "docs", "doc");
    fs::set_permissions(env.path("tree/configure"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_file(env.path("tree/Modules/gadget/loader.c")).unwrap();
    env.write("tree/Misc/NEWS", "Gadget 9.10\n");
    assert_snapshot!(env.run(&["status", "tree"]), @"
    gadget: 7 edits, 6 files
      Makefile.pre.in: changed since
      Misc/NEWS: changed since
      Modules/gadget/loader.c: removed since
      configure: mode changed since
    [exit 1]
    ");
    let json = common::without_digests(&env.run(&["status", "tree", "--format", "json"]));
    let states: Vec<&str> = json.lines().filter(|line| line.contains("state")).collect();
    assert_snapshot!(states.join("\n"), @r#"
    "state": "drifted"
    "state": "drifted"
    "state": "as-applied"
    "state": "missing"
    "state": "as-applied"
    "state": "mode-changed"
    "#);
}

#[test]
fn a_file_that_pypatch_did_not_touch_may_change() {
    let env = applied();
    env.edit("tree/Lib/compiler.py", "ld", "lld");
    assert!(env.run(&["status", "tree"]).ends_with("[exit 0]"));
    assert!(env.run(&["revert", "tree"]).ends_with("[exit 0]"));
    assert!(fs::read_to_string(env.path("tree/Lib/compiler.py")).unwrap().contains("lld"));
}

#[test]
fn revert_restores_bytes_modes_and_times() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    env.stdout(&["apply", "--allow-unpinned", "gadget", "tree"]);
    let applied = env.state("tree");
    assert_snapshot!(env.run(&["revert", "-n", "tree"]), @"
    would revert gadget
    6 files
    [exit 0]
    ");
    assert_eq!(env.state("tree"), applied);
    assert_snapshot!(env.run(&["revert", "-v", "tree"]), @"
    reverted gadget
    6 files
    ------- stderr -------
      Makefile.pre.in
      Misc/NEWS
      Modules/Setup.dist
      Modules/gadget/loader.c
      Modules/one.c
      configure
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
    assert_snapshot!(env.run(&["revert", "tree"]), @"
    tree: no patchset is applied, nothing to do
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn revert_is_refused_after_a_manual_edit() {
    let env = applied();
    env.edit("tree/Makefile.pre.in", "docs", "doc");
    fs::remove_file(env.path("tree/Modules/gadget/loader.c")).unwrap();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["revert", "tree"]), @"
    ------- stderr -------
    error: the tree is not as pypatch left it
      Makefile.pre.in: changed since
      Modules/gadget/loader.c: removed since
      nothing was written
      help: undo those changes by hand, or move them into a patchset, then run this again
    [exit 3]
    ");
    assert_snapshot!(env.run(&["revert", "-n", "tree"]), @"
    ------- stderr -------
    error: the tree is not as pypatch left it
      Makefile.pre.in: changed since
      Modules/gadget/loader.c: removed since
      nothing was written
      help: undo those changes by hand, or move them into a patchset, then run this again
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
    // It works when the edit is undone.
    env.edit("tree/Makefile.pre.in", "doc", "docs");
    env.write("tree/Modules/gadget/loader.c", "int loader;\n");
    assert!(env.run(&["revert", "tree"]).ends_with("[exit 0]"));
}

#[test]
fn an_error_in_a_series_names_the_patchset() {
    let env = TestEnvironment::new();
    env.write("tree/f", "one two\n");
    for (id, find, with) in [("p1", "one", "uno"), ("p2", "three", "tres"), ("p3", "two", "due")] {
        let edit = format!("  - {{id: e, why: w, file: f, text.replace: {{find: {find}, with: {with}}}}}\n");
        env.patchset(id, &edit);
    }
    let output = env.run(&["apply", "--allow-unpinned", "p1", "p2", "p3", "tree"]);
    assert!(output.contains("error: p2: edit `e` does not fit tree\n"), "{output}");
    let output = env.run(&["apply", "--allow-unpinned", "p2", "tree"]);
    assert!(output.contains("error: edit `e` does not fit tree\n"), "{output}");
}

#[test]
fn several_patchsets_are_applied_in_order_and_reverted_one_by_one() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    // This fits only the result of `gadget`.
    env.patchset("more", "- {id: more, why: Why not., file: Makefile.pre.in, text.replace: {find: run $(GEN) more.txt, with: run $(GEN) less.txt}}");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "more", "gadget", "tree"]), @"
    ------- stderr -------
    error: more: edit `more` does not fit CPython 9.9
      Makefile.pre.in  `run $(GEN) more.txt` was not found
      near: Makefile.pre.in:15  @$(GEN) more.txt
    nothing was written
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "more", "tree"]), @"
    applied gadget to tree: 7 edits: 7 change; 6 files
    applied more to tree: 1 edit: 1 change; 1 file
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    [exit 0]
    ");
    assert_snapshot!(env.run(&["status", "tree"]), @"
    gadget: 7 edits, 6 files
    more: 1 edit, 1 file
    all files are as pypatch left them
    [exit 0]
    ");
    assert_snapshot!(env.run(&["revert", "--top", "tree"]), @"
    reverted more
    1 file
    still applied: gadget
    [exit 0]
    ");
    assert!(
        fs::read_to_string(env.path("tree/Makefile.pre.in")).unwrap().contains("\t@run $(GEN) more.txt\n")
    );
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "more", "tree"]), @"
    applied more to tree: 1 edit: 1 change; 1 file
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    [exit 0]
    ");
    assert_snapshot!(env.run(&["revert", "tree"]), @"
    reverted more
    reverted gadget
    6 files
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
}

/// Some files are changed by both patchsets, or added by one and removed by the other.
#[test]
fn several_patchsets_are_written_in_one_transaction() {
    let env = TestEnvironment::with_tree();
    common::tree::gizmo(&env);
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "gizmo", "tree"]), @"
    applied gadget to tree: 7 edits: 7 change; 6 files
    applied gizmo to tree: 7 edits: 7 change; 7 files
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    [exit 0]
    ");
    let applied = env.state("tree");
    let times = |path: &str| applied[path].1;
    let now = times(".pypatch-receipt.json");
    for path in ["", "Makefile.pre.in", "Modules/one.c", "Modules/gadget", "Misc/gizmo"] {
        assert_eq!(times(path), now, "{path}: all is written in one go");
    }
    assert!(!applied.contains_key("Modules/gadget/loader.c"));
    assert_snapshot!(env.run(&["status", "tree"]), @"
    gadget: 7 edits, 6 files
    gizmo: 7 edits, 7 files
    all files are as pypatch left them
    [exit 0]
    ");
    assert_snapshot!(env.run(&["revert", "--top", "tree"]), @"
    reverted gizmo
    7 files
    still applied: gadget
    [exit 0]
    ");
    let other = TestEnvironment::with_tree();
    other.stdout(&["apply", "--allow-unpinned", "gadget", "tree"]);
    let without_receipt = |env: &TestEnvironment| {
        let mut state = env.state("tree");
        state.remove(".pypatch-receipt.json");
        state.into_iter().map(|(path, (mode, _, bytes))| (path, mode, bytes)).collect::<Vec<_>>()
    };
    assert_eq!(without_receipt(&env), without_receipt(&other));
    assert!(env.run(&["apply", "--allow-unpinned", "gizmo", "tree"]).ends_with("[exit 0]"));
    assert!(env.run(&["revert", "tree"]).ends_with("[exit 0]"));
    assert_eq!(env.state("tree"), before);
}

#[test]
fn an_unpinned_tree_needs_allow_unpinned() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "gadget", "tree"]), @"
    ------- stderr -------
    error: tree is not a pinned release: CPython 9.9 has no pin
      nothing was written
      help: give --allow-unpinned to patch it anyway
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
    fs::remove_file(env.path("tree/Include/patchlevel.h")).unwrap();
    env.patchset("mine", "- {id: a, why: Why not., file: configure, file.mode: {executable: true}}");
    assert_snapshot!(env.run(&["apply", "mine", "tree"]), @"
    ------- stderr -------
    error: tree is not a pinned release: it has no version
      nothing was written
      help: give --allow-unpinned to patch it anyway
    [exit 3]
    ");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "mine", "tree"]), @"
    applied mine to tree: 1 edit: 1 change; 1 file
    ------- stderr -------
    note: tree is not a pinned release: it has no version
    [exit 0]
    ");
}

#[test]
fn a_pinned_release_needs_no_option() {
    let env = pinned();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "gadget", "tree"]), @"
    applied gadget to tree: 7 edits: 7 change; 6 files
    [exit 0]
    ");
    assert_snapshot!(env.run(&["status", "tree"]), @"
    gadget (pin python-9.9): 7 edits, 6 files
    all files are as pypatch left them
    [exit 0]
    ");
    env.stdout(&["revert", "tree"]);
    assert_eq!(env.state("tree"), before);
}

#[test]
fn files_that_differ_from_the_pinned_release_are_named() {
    let env = pinned();
    env.edit("tree/Makefile.pre.in", "docs", "more-docs");
    env.edit("tree/Modules/one.c", "stdio.h", "stdlib.h");
    // Not touched by the patchset.
    env.edit("tree/Lib/compiler.py", "ld", "lld");
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "gadget", "tree"]), @"
    ------- stderr -------
    error: tree is not a pinned release: it differs from python-9.9
      differs: Makefile.pre.in
      differs: Modules/one.c
      nothing was written
      help: give --allow-unpinned to patch it anyway
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree"]), @"
    applied gadget to tree: 7 edits: 7 change; 6 files
    ------- stderr -------
    note: tree is not a pinned release: it differs from python-9.9
    [exit 0]
    ");
}

#[test]
fn apply_is_refused_when_the_pinned_release_is_not_available() {
    let mut env = pinned();
    env.set("PYPATCH_SOURCES", "");
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "--offline", "gadget", "tree"]), @"
    ------- stderr -------
    error: tree is not a pinned release: python-9.9 is not available to compare it with
      nothing was written
      help: run `pypatch fetch python-9.9` first, or give --allow-unpinned
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn expanded_keywords_do_not_make_a_tree_unpinned() {
    let mut env = TestEnvironment::with_tree();
    env.edit("tree/Modules/one.c", "/* One", "/* $Id$ One");
    fs::create_dir(env.path("sources")).unwrap();
    let id = common::release::repository(&env.path("tree"), &env.path("sources/gadget.git"));
    common::release::pin(&env, &id, &"0".repeat(64));
    env.set("PYPATCH_SOURCES", env.path("sources/gadget.git").display().to_string());
    env.edit("tree/Modules/one.c", "$Id$", "$Id: one.c 51333 $");
    assert!(env.run(&["apply", "gadget", "tree"]).ends_with("[exit 0]"));
}

#[test]
fn a_damaged_receipt_is_refused_by_every_command() {
    let env = applied();
    let receipt = "tree/.pypatch-receipt.json";
    let good = fs::read_to_string(env.path(receipt)).unwrap();
    env.write(receipt, &good[..good.len() / 2]);
    env.patchset("mine", "- {id: a, why: Why not., file: configure, file.mode: {executable: false}}");
    let apply = ["apply", "--allow-unpinned", "mine", "tree"];
    for command in [&["status", "tree"][..], &["revert", "tree"], &apply] {
        let output = env.run(command);
        assert!(output.contains("the receipt tree/.pypatch-receipt.json is damaged"), "{output}");
        assert!(output.ends_with("[exit 3]"), "{output}");
    }
    env.write(
        receipt,
        good.replacen("\"schema\": 1", "\"schema\": 2", 1).replacen("\"schema\":1", "\"schema\":2", 1),
    );
    assert_snapshot!(env.run(&["revert", "tree"]), @"
    ------- stderr -------
    error: the receipt tree/.pypatch-receipt.json has schema 2
      help: use the pypatch that applied the patchset
    [exit 3]
    ");
}

#[test]
fn a_receipt_with_a_path_outside_the_tree_is_refused() {
    let env = applied();
    env.write("victim", "int loader;\n");
    let receipt = env.path("tree/.pypatch-receipt.json");
    let hostile = fs::read_to_string(&receipt).unwrap().replace("Modules/gadget/loader.c", "../victim");
    fs::write(&receipt, hostile).unwrap();
    let output = env.run(&["revert", "tree"]);
    assert!(output.ends_with("[exit 3]"), "{output}");
    assert!(env.path("victim").exists());
}

#[test]
fn nothing_is_written_through_a_link_to_outside_the_tree() {
    let env = TestEnvironment::with_tree();
    fs::rename(env.path("tree/Modules"), env.path("Modules")).unwrap();
    std::os::unix::fs::symlink("../Modules", env.path("tree/Modules")).unwrap();
    let before = (env.state("tree"), env.state("Modules"));
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree"]), @"
    ------- stderr -------
    error: edit `static-modules` is refused on CPython 9.9
      Modules/Setup.dist  this is below a symbolic link, which is never edited
    error: edit `open-elsewhere` is refused on CPython 9.9
      Modules/one.c  this is below a symbolic link, which is never edited
    error: edit `loader` is refused on CPython 9.9
      Modules/gadget/loader.c  this is below a symbolic link, which is never edited
    nothing was written
    [exit 3]
    ");
    assert_eq!((env.state("tree"), env.state("Modules")), before);
}

#[test]
fn a_tree_locked_by_another_process_is_refused() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    let lock = fs::File::open(env.path("tree")).unwrap();
    lock.lock().unwrap();
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree"]), @"
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    error: another process is changing tree
      help: wait until it has ended, then run this again
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn quiet_hides_notes_but_not_results() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["apply", "-q", "--allow-unpinned", "gadget", "tree"]), @"
    applied gadget to tree: 7 edits: 7 change; 6 files
    [exit 0]
    ");
}

#[test]
fn a_file_with_crlf_line_ends_keeps_them() {
    let env = TestEnvironment::with_tree();
    let makefile = fs::read_to_string(env.path("tree/Makefile.pre.in")).unwrap().replace('\n', "\r\n");
    env.write("tree/Makefile.pre.in", &makefile);
    env.patchset("mine", "- {id: a, why: Why not., file: Makefile.pre.in, makefile.add-rule: {target: x, prerequisites: [all], recipe: [run x]}}");
    env.stdout(&["apply", "--allow-unpinned", "mine", "tree"]);
    let after = fs::read_to_string(env.path("tree/Makefile.pre.in")).unwrap();
    assert_eq!(after, format!("{makefile}\r\nx: all\r\n\trun x\r\n"));
}

#[test]
fn a_patchset_on_disk_overrides_a_shipped_one() {
    let env = TestEnvironment::with_tree();
    env.yaml("catamount-py2.5", "schema: 1\nid: catamount-py2.5\ntitle: Mine\n");
    assert_snapshot!(env.run(&["list", "catamount-py2.5"]), @"
    catamount-py2.5  Mine
    [exit 0]
    ");
    env.write("other/catamount-py2.5/patchset.yaml", "schema: 1\nid: catamount-py2.5\ntitle: Other\n");
    assert_snapshot!(env.run(&["--patchsets", "other", "list", "catamount-py2.5"]), @"
    catamount-py2.5  Other
    [exit 0]
    ");
}

#[test]
fn an_empty_patchset_changes_nothing() {
    let env = TestEnvironment::with_tree();
    env.yaml("mine", "schema: 1\nid: mine\ntitle: Nothing\n");
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "mine", "tree"]), @"
    mine: already applied, nothing to do
    [exit 0]
    ");
    assert_snapshot!(env.run(&["plan", "mine", "tree"]), @"
    mine on tree (CPython 9.9)
    0 edits; 0 files
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn output_writes_a_patched_copy() {
    let env = pinned();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "gadget", "tree", "--output", "out"]), @"
    applied gadget to out: 7 edits: 7 change; 6 files
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
    env.stdout(&["apply", "gadget", "tree"]);
    let (out, tree) = (env.state("out"), env.state("tree"));
    let without_receipt = |state: &common::tree::TreeState| {
        let mut names: Vec<_> =
            contents(state).into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        names.retain(|(name, _)| !name.contains("receipt"));
        names
    };
    assert_eq!(without_receipt(&out), without_receipt(&tree));
    assert!(env.run(&["status", "out"]).ends_with("[exit 0]"));
    // Reverting gives the source.
    env.stdout(&["revert", "out"]);
    assert_eq!(contents(&env.state("out")), contents(&before));
}

#[test]
fn output_does_not_overwrite_an_existing_path() {
    let env = TestEnvironment::with_tree();
    env.write("out/mine", "mine");
    let before = env.state("out");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree", "--output", "out"]), @"
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    error: out already exists
      help: name a directory that does not exist, or an empty one
    [exit 3]
    ");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree", "--output", "out/mine"]), @"
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    error: out/mine already exists
      help: name a directory that does not exist, or an empty one
    [exit 3]
    ");
    assert_eq!(env.state("out"), before);
    assert_snapshot!(env.run(&["apply", "-n", "--allow-unpinned", "gadget", "tree", "--output", "new"]), @"
    gadget on tree (CPython 9.9)
      change    no-sharedmods   Makefile.pre.in:8
      change    run-gen         Makefile.pre.in:14,15
      change    static-modules  Modules/Setup.dist:8,9,10,11
      change    open-elsewhere  Modules/one.c:9
      change    loader          Modules/gadget/loader.c
      change    no-news         Misc/NEWS
      change    configure-runs  configure
    7 edits: 7 change; 6 files
    nothing was written (dry run)
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    [exit 0]
    ");
    assert!(!env.path("new").exists());
}

#[test]
fn a_layer_over_a_manual_edit_is_refused() {
    let env = TestEnvironment::with_tree();
    env.patchset("more", "- {id: more, why: Why not., file: Makefile.pre.in, text.replace: {find: run $(GEN) more.txt, with: run $(GEN) less.txt}}");
    env.run(&["apply", "--allow-unpinned", "gadget", "tree"]);
    let file = env.path("tree/Makefile.pre.in");
    let mut text = fs::read(&file).unwrap();
    text.extend_from_slice(b"# mine\n");
    fs::write(&file, text).unwrap();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "more", "tree"]), @"
    ------- stderr -------
    note: tree is not a pinned release: CPython 9.9 has no pin
    error: the tree is not as pypatch left it
      Makefile.pre.in: changed since
      nothing was written
      help: undo those changes by hand, or move them into a patchset, then run this again
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
}
