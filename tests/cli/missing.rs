//! Sources of a repository that lacks objects: a partial clone, or a mirror without a few large files. What is left out by
//! `--exclude`.

use std::fs;
use std::path::Path;
use std::process::Command;

use git2::{Oid, Repository};
use insta::assert_snapshot;

use crate::common::release::pinned;
use crate::common::{TestEnvironment, skip, tree};

/// The made-up tree as a pin, from a repository without the contents of `paths`.
fn without(paths: &[&str]) -> TestEnvironment {
    let env = pinned();
    let folder = env.path("sources/gadget.git");
    for path in paths {
        let name = blob(&folder, path).to_string();
        fs::remove_file(folder.join("objects").join(&name[..2]).join(&name[2..])).unwrap();
    }
    fs::remove_dir_all(env.path("tree")).unwrap();
    env
}

fn blob(repository: &Path, path: &str) -> Oid {
    let repository = Repository::open(repository).unwrap();
    let tree = repository.revparse_single("v9.9").unwrap().peel_to_tree().unwrap();
    tree.get_path(Path::new(path)).unwrap().id()
}

#[test]
fn all_missing_objects_are_named_at_once_and_nothing_is_written() {
    let env = without(&["Lib/compiler.py", "pyconfig.h.in"]);
    let before: Vec<String> = env.state(".").into_keys().collect();
    assert_snapshot!(env.run(&["apply", "gadget", "python-9.9", "-o", "out"]), @"
    ------- stderr -------
    error: git:$WORK/sources/gadget.git@e3f1e7dc3612a5ca79aa6341a9bd851eeee6213a is incomplete: 2 objects are missing
      missing: Lib/compiler.py, object 1c629eb63fd7cf208887ddb1fbea535cff64a9c1
      missing: pyconfig.h.in, object f8284dbbaa1ee302abb586ec199fa4788bcfdc41
      nothing was written
      help: fetch them: `git -C $WORK/sources/gadget.git fetch --refetch --tags` does it if the remote has them; or, if nobody needs the files, leave them out with `apply --output`, `export` or `build`: --exclude Lib/compiler.py --exclude pyconfig.h.in
    [exit 4]
    ");
    assert_snapshot!(env.run(&["export", "gadget", "git:sources/gadget.git@v9.9", "-o", "out.tar"]), @"
    ------- stderr -------
    error: git:sources/gadget.git@v9.9 is incomplete: 2 objects are missing
      missing: Lib/compiler.py, object 1c629eb63fd7cf208887ddb1fbea535cff64a9c1
      missing: pyconfig.h.in, object f8284dbbaa1ee302abb586ec199fa4788bcfdc41
      nothing was written
      help: fetch them: `git -C $WORK/sources/gadget.git fetch --refetch --tags` does it if the remote has them; or, if nobody needs the files, leave them out with `apply --output`, `export` or `build`: --exclude Lib/compiler.py --exclude pyconfig.h.in
    [exit 4]
    ");
    assert_eq!(env.state(".").into_keys().collect::<Vec<_>>(), before);
}

#[test]
fn what_is_excluded_is_not_written_and_the_receipt_says_so() {
    let env = without(&["pyconfig.h.in"]);
    assert_snapshot!(env.run(&["apply", "gadget", "python-9.9", "-o", "out", "--exclude", "pyconfig.h.in"]), @"
    applied gadget to out: 7 edits: 7 change; 6 files
    ------- stderr -------
    note: left out by --exclude: pyconfig.h.in
    [exit 0]
    ");
    assert!(!env.path("out/pyconfig.h.in").exists());
    assert_snapshot!(env.run(&["status", "out"]), @"
    gadget (pin python-9.9): 7 edits, 6 files
      pyconfig.h.in: left out by --exclude
    all files are as pypatch left them
    [exit 0]
    ");
    let status: serde_json::Value =
        serde_json::from_str(&env.stdout(&["status", "out", "--format", "json"])).unwrap();
    assert_eq!(status["layers"][0]["left_out"][0], "pyconfig.h.in");
    // All else is as a complete tree has it.
    tree::write(&env.path("tree"));
    env.stdout(&["apply", "--allow-unpinned", "gadget", "tree"]);
    let (whole, without) = (env.state("tree"), env.state("out"));
    let [mut whole, mut without] = [&whole, &without].map(|state| tree::contents(state));
    whole.remove("pyconfig.h.in");
    for tree in [&mut whole, &mut without] {
        tree.remove(".pypatch-receipt.json");
    }
    assert_eq!(without, whole);
    // Another patchset on it does not take the file for one that the release lacks.
    env.patchset(
        "adds",
        "- id: config\n  why: x\n  file: pyconfig.h.in\n  file.add: {content: \"#define A\\n\"}",
    );
    assert_snapshot!(env.run(&["apply", "adds", "out"]), @"
    ------- stderr -------
    error: pyconfig.h.in is left out of the tree, but has to be read
      edit `config` of adds needs it
      nothing was written
      help: exclude less, or leave out the edits that need it
    [exit 3]
    ");
    assert_snapshot!(env.run(&["revert", "out"]), @"
    reverted gadget
    6 files
    [exit 0]
    ");
    assert!(!env.path("out/pyconfig.h.in").exists());
}

#[test]
fn an_edit_that_needs_what_is_excluded_or_missing_is_an_error() {
    let env = without(&["configure"]);
    assert_snapshot!(env.run(&["apply", "gadget", "python-9.9", "-o", "out"]), @"
    ------- stderr -------
    error: git:$WORK/sources/gadget.git@e3f1e7dc3612a5ca79aa6341a9bd851eeee6213a is incomplete: 1 object is missing
      missing: configure, object 039e4d0069c5c26909f86c505b9de66182e6d1f3
      edit `configure-runs` of gadget needs it
      nothing was written
      help: fetch them: `git -C $WORK/sources/gadget.git fetch --refetch --tags` does it if the remote has them
    [exit 4]
    ");
    assert_snapshot!(env.run(&["apply", "gadget", "python-9.9", "-o", "out", "--exclude", "configure"]), @"
    ------- stderr -------
    error: configure is left out of the tree, but has to be read
      edit `configure-runs` of gadget needs it
      nothing was written
      help: exclude less, or leave out the edits that need it
    [exit 3]
    ");
    // A pattern that could mean it.
    env.patchset(
        "all",
        "- id: all\n  why: x\n  file: Lib/comp*.py\n  text.replace: {find: nothing, with: x}",
    );
    assert_snapshot!(env.run(&["export", "all", "python-9.9", "-o", "out.tar", "--exclude", "Lib/compiler.py"]), @"
    ------- stderr -------
    error: Lib/compiler.py is left out of the tree, but has to be read
      edit `all` of all needs it
      nothing was written
      help: exclude less, or leave out the edits that need it
    [exit 3]
    ");
    assert!(!env.path("out").exists() && !env.path("out.tar").exists());
}

#[test]
fn a_pattern_that_matches_nothing_or_has_no_effect_is_an_error() {
    let env = without(&["pyconfig.h.in"]);
    assert_snapshot!(env.run(&["apply", "gadget", "python-9.9", "-o", "out", "--exclude", "pyconfg.h.in"]), @"
    ------- stderr -------
    error: --exclude: nothing in python-9.9 matches `pyconfg.h.in`
      near: pyconfig.h.in
      nothing was written
      help: a pattern matches a whole path, such as Misc/svnmap.txt, or a name
    [exit 2]
    ");
    assert_snapshot!(env.run(&["export", "gadget", "python-9.9", "--as", "diff", "--exclude", "pyconfig.h.in"]), @"
    ------- stderr -------
    error: --exclude is only for an output with the whole tree
      help: give it with --as tree or --as tar: other formats have only what the patchsets change
    [exit 2]
    ");
    tree::write(&env.path("tree"));
    assert_snapshot!(env.run(&["apply", "gadget", "tree", "--exclude", "pyconfig.h.in"]), @"
    ------- stderr -------
    error: --exclude is only for an output with the whole tree
      help: give --output DIR
    [exit 2]
    ");
}

#[test]
fn a_directory_is_excluded_with_all_that_is_in_it() {
    let env = without(&["Lib/compiler.py", "pyconfig.h.in", "Include/pyport.h"]);
    env.patchset("only", "- id: only\n  why: x\n  file: new\n  file.add: {content: \"new\\n\"}");
    let export = ["export", "only", "python-9.9", "--as", "tree", "-o", "out"];
    let exclude = ["--exclude", "py*.h*", "--exclude", "Lib", "--exclude", "compiler.py"];
    assert_snapshot!(env.run(&[&export[..], &exclude].concat()), @"
    ------- stderr -------
    note: left out by --exclude: Include/pyport.h, Lib, pyconfig.h.in
    [exit 0]
    ");
    for gone in ["Lib", "pyconfig.h.in", "Include/pyport.h"] {
        assert!(!env.path("out").join(gone).exists(), "{gone}");
    }
    assert!(env.path("out/new").exists() && env.path("out/Include/patchlevel.h").exists());
}

#[test]
fn a_partial_clone_is_named_and_git_completes_it_as_the_help_says() {
    let mut env = pinned();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        let outcome = command.args(arguments).current_dir(env.path(".")).output().unwrap();
        assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
    };
    if Command::new("git").arg("--version").output().is_err() {
        skip("a_partial_clone_is_named", "git is not installed");
        return;
    }
    git(&["-C", "sources/gadget.git", "config", "uploadpack.allowFilter", "true"]);
    let from = format!("file://{}", env.path("sources/gadget.git").display());
    git(&["clone", "-q", "--bare", "--filter=blob:limit=60", &from, "partial.git"]);
    let partial = env.path("partial.git").display().to_string();
    let fetch = ["-C", "partial.git", "fetch", "-q", "--refetch", "--no-filter", "--tags"];
    env.patchset("only", "- id: only\n  why: x\n  file: new\n  file.add: {content: \"new\\n\"}");
    let export = ["export", "only", "python-9.9", "--as", "tree", "-o", "out"];
    let before = {
        env.set("PYPATCH_SOURCES", &partial);
        env.run(&export)
    };
    assert_snapshot!(before, @"
    ------- stderr -------
    error: git:$WORK/partial.git@e3f1e7dc3612a5ca79aa6341a9bd851eeee6213a is incomplete: 5 objects are missing, since the repository is a partial clone
      missing: Lib/compiler.py, object 1c629eb63fd7cf208887ddb1fbea535cff64a9c1
      missing: Makefile.pre.in, object 529fe30e34f09f8d983c32604d9b4635d321f8e6
      missing: Modules/Setup.dist, object fb72c97df908e1fa066d92f82a1a4f2eae11e902
      missing: Modules/one.c, object c04ed7ff8f486d3d2cce1b188c0a7cf8e2bf5c47
      missing: pyconfig.h.in, object f8284dbbaa1ee302abb586ec199fa4788bcfdc41
      nothing was written
      help: run `git -C $WORK/partial.git fetch --refetch --no-filter --tags`, which fetches them; or leave the files out, if nobody needs them: --exclude PATH for each, with `apply --output`, `export` or `build`
    [exit 4]
    ");
    let outcome = Command::new("git").args(fetch).current_dir(env.path(".")).output().unwrap();
    assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
    assert_snapshot!(env.run(&export), @"[exit 0]");
}
