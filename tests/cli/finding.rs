//! What a command searches: the project of the current directory, its pypatch.toml, and patchsets that hide shipped ones.

use std::fs;
use std::os::unix::fs::chown;

use crate::common::TestEnvironment;
use crate::common::release::pinned;
use insta::assert_snapshot;

/// Runs pypatch in a directory of the environment.
fn run_in(env: &TestEnvironment, directory: &str, arguments: &[&str]) -> String {
    let mut command = env.command(arguments);
    env.transcript(&command.current_dir(env.path(directory)).output().unwrap())
}

#[test]
fn patchsets_pins_and_snapshots_are_found_from_below() {
    let mut env = pinned();
    env.set("PYPATCH_SOURCES", env.path("sources/gadget.git").display().to_string());
    env.stdout(&["snapshot", "accept", "gadget"]);
    fs::create_dir_all(env.path("a/b")).unwrap();
    let plan = env.stdout(&["plan", "gadget", "python-9.9"]);
    assert_eq!(run_in(&env, "a/b", &["plan", "gadget", "python-9.9"]), format!("{plan}[exit 0]"));
    assert_snapshot!(run_in(&env, "a/b", &["snapshot", "check", "gadget"]), @r"
    gadget on python-9.9: as accepted
    ------- stderr -------
    1 compared, 0 different, 0 skipped
    [exit 0]
    ");
    // What the user names is relative to the current directory, and what is written goes to the project.
    assert!(run_in(&env, "tree", &["plan", "gadget", "."]).contains("gadget on . (CPython 9.9)"));
    assert_snapshot!(run_in(&env, "a", &["new", "mine", "--base", "../tree"]), @r"
    wrote ../patchsets/mine/patchset.yaml
    ------- stderr -------
    next: write an edit (`pypatch explain` lists the operations), or change a tree by hand and run `pypatch record`; then `pypatch plan mine ../tree`
    [exit 0]
    ");
    assert_snapshot!(run_in(&env, "a/b", &["snapshot", "accept", "gadget"]), @r"
    gadget on python-9.9: as accepted
    ------- stderr -------
    1 compared, 0 different, 0 skipped
    [exit 0]
    ");
    env.edit("patchsets/gadget/patchset.yaml", "schema: 1", "schema: 7");
    assert!(
        run_in(&env, "a/b", &["check", "gadget"]).contains("--> ../../patchsets/gadget/patchset.yaml:1:9")
    );
}

#[test]
fn folders_and_sources_are_set_by_a_file() {
    let env = pinned();
    fs::create_dir_all(env.path("distro/files")).unwrap();
    for (from, to) in
        [("patchsets", "distro/ours"), ("upstream-pins", "distro/pins"), ("sources", "distro/releases")]
    {
        fs::rename(env.path(from), env.path(to)).unwrap();
    }
    env.write(
        "distro/pypatch.toml",
        "patchsets = 'ours'\npins = 'pins'\nsnapshots = 'accepted'\nsources = ['releases/gadget.git']\n\
         versions = ['9.*', '../tree']\n",
    );
    let run = |arguments: &[&str]| {
        let mut command = env.command(arguments);
        command.env_remove("PYPATCH_SOURCES").current_dir(env.path("distro/files"));
        env.transcript(&command.output().unwrap())
    };
    let accepted = run(&["--offline", "snapshot", "accept", "gadget"]);
    assert!(accepted.contains("\naccepted: ../accepted/gadget/python-9.9.snap\n"), "{accepted}");
    assert_snapshot!(run(&["pins", "9.9"]), @r"
    python-9.9        Python-9.9.tgz            ../releases/gadget.git
    [exit 0]
    ");
    let matrix = run(&["matrix", "gadget"]);
    assert!(matrix.contains("cells on 2 sources") && matrix.ends_with("[exit 0]"), "{matrix}");
    // The variable precedes the file.
    let other = env.command(&["--offline", "fetch", "9.9"]).current_dir(env.path("distro")).output().unwrap();
    assert_snapshot!(env.transcript(&other), @r"
    ------- stderr -------
    error: PYPATCH_SOURCES: $WORK/sources/gadget.git does not exist
      help: correct or unset PYPATCH_SOURCES, a list of directories with tarballs, tarballs, and git repositories, with `:` between them
    [exit 2]
    ");
    fs::remove_dir_all(env.path("distro/releases")).unwrap();
    assert_snapshot!(run(&["--offline", "fetch", "9.9"]), @r"
    ------- stderr -------
    error: no source found for `python-9.9`
      pypatch.toml: ../releases/gadget.git: does not exist
      --offline: neither upstream nor a distribution was asked
      help: set PYPATCH_SOURCES to a directory that contains the tarball, or to a git repository that has the tag
    [exit 4]
    ");
}

#[test]
fn a_file_precedes_a_nearer_folder_which_is_named() {
    let env = pinned();
    env.write("pypatch.toml", "");
    env.write("below/patchsets/other/patchset.yaml", "schema: 1\nid: other\ntitle: t\nedits: []\n");
    assert_snapshot!(run_in(&env, "below", &["check", "gadget"]), @r"
    gadget: 7 edits, no errors
    ------- stderr -------
    note: patchsets is not used: the project is that of ../pypatch.toml
    [exit 0]
    ");
    assert!(run_in(&env, "below", &["check", "other"]).ends_with("[exit 2]"));
    env.write("pypatch.toml", "patchsets = ['patchsets', 'below/patchsets']\n");
    assert_snapshot!(run_in(&env, "below", &["check", "gadget", "other"]), @r"
    gadget: 7 edits, no errors
    other: 0 edits, no errors
    [exit 0]
    ");
}

#[test]
fn only_snapshots_with_results_make_a_project() {
    let env = TestEnvironment::with_tree();
    fs::rename(env.path("patchsets"), env.path("mine")).unwrap();
    env.write("snapshots/of-a-disk/file", "");
    fs::create_dir(env.path("below")).unwrap();
    let pending = |env: &TestEnvironment| run_in(env, "below", &["review", "--accept", "other"]);
    assert!(pending(&env).contains("nothing waits for review"));
    env.write("snapshots/gadget/python-9.9.snap", "---\nexpression: x\n---\n");
    env.write("snapshots/gadget/python-9.9.snap.new", "---\nexpression: x\n---\nnew\n");
    assert!(pending(&env).contains("gadget@python-9.9"), "{}", pending(&env));
}

#[test]
fn what_belongs_to_another_user_is_not_used() {
    let env = TestEnvironment::with_tree();
    fs::create_dir(env.path("below")).unwrap();
    // Only root may give a file away.
    if chown(env.path("patchsets"), Some(65_533), None).is_err() {
        return;
    }
    assert_snapshot!(run_in(&env, "below", &["show", "gadget"]), @r"
    ------- stderr -------
    note: ../patchsets is not used: it belongs to another user
    error: no patchset named `gadget`
      help: run `pypatch list` for all names; a path contains a `/`, as in ./mine
    [exit 2]
    ");
    assert!(env.run(&["show", "gadget"]).ends_with("[exit 0]"));
    // Whoever works in a directory of that user trusts them already.
    chown(env.path("below"), Some(65_533), None).unwrap();
    assert!(run_in(&env, "below", &["show", "gadget"]).ends_with("[exit 0]"));
}

#[test]
fn mistakes_in_the_file_are_shown_all_at_once() {
    let env = TestEnvironment::with_tree();
    env.write(
        "pypatch.toml",
        "patchset = ['a']\n# A comment.\npatchsets = ['nowhere', 3]\npins = 1\nsources = { a = 1 }\ncolour = true\nsnapshots = ''\n",
    );
    fs::create_dir(env.path("below")).unwrap();
    assert_snapshot!(run_in(&env, "below", &["list"]), @r#"
    ------- stderr -------
    error: unknown key `patchset`
     --> ../pypatch.toml:1:1
      |
    1 | patchset = ['a']
      | ^^^^^^^^ did you mean `patchsets`?

    error: ../nowhere does not exist
     --> ../pypatch.toml:3:14
      |
    3 | patchsets = ['nowhere', 3]
      |              ^^^^^^^^^ make it, or correct the path, which is relative to this file

    error: expected a text
     --> ../pypatch.toml:3:25
      |
    3 | patchsets = ['nowhere', 3]
      |                         ^ write it in quotes

    error: expected a text
     --> ../pypatch.toml:4:8
      |
    4 | pins = 1
      |        ^ write it in quotes

    error: expected a list of texts
     --> ../pypatch.toml:5:11
      |
    5 | sources = { a = 1 }
      |           ^^^^^^^^^ write ["...", "..."]

    error: unknown key `colour`
     --> ../pypatch.toml:6:1
      |
    6 | colour = true
      | ^^^^^^ known are `patchsets`, `pins`, `snapshots`, `sources` and `versions`

    error: the text is empty
     --> ../pypatch.toml:7:13
      |
    7 | snapshots = ''
      |             ^^

    7 errors in ../pypatch.toml
    [exit 2]
    "#);
    env.write("pypatch.toml", "pins = upstream-pins\npins = 'b'\n[x\n");
    assert_snapshot!(env.run(&["list"]), @r"
    ------- stderr -------
    error: string values must be quoted, expected literal string
     --> pypatch.toml:1:8
      |
    1 | pins = upstream-pins
      |        ^^^^^^^^^^^^^

    error: duplicate key
     --> pypatch.toml:2:1
      |
    2 | pins = 'b'
      | ^^^^

    error: unclosed table, expected `]`
     --> pypatch.toml:3:3
      |
    3 | [x
      |   ^

    3 errors in pypatch.toml
    [exit 2]
    ");
    env.write("pypatch.toml", [b'\xff']);
    assert_snapshot!(env.run(&["list"]), @r"
    ------- stderr -------
    error: pypatch.toml: not valid UTF-8
      help: save the file as UTF-8
    [exit 2]
    ");
}

#[test]
fn a_project_that_init_makes_sets_nothing() {
    let env = TestEnvironment::with_tree();
    let plan = env.stdout(&["plan", "gadget", "tree"]);
    env.stdout(&["init"]);
    assert_eq!(env.stdout(&["plan", "gadget", "tree"]), plan);
    // Without its marks of a comment, each line is valid.
    let text = fs::read_to_string(env.path("pypatch.toml")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("# ").filter(|line| line.contains(" = ")));
    env.write("pypatch.toml", lines.map(|line| format!("{line}\n")).collect::<String>());
    fs::create_dir_all(env.path("upstream-pins")).unwrap();
    assert_eq!(env.stdout(&["plan", "gadget", "tree"]), plan);
}

#[test]
fn where_a_patchset_comes_from_is_shown() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["list", "-v", "ca*2.5"]), @r"
    catamount-py2.5  Python 2.4 and 2.5 on Red Storm's Catamount compute nodes
                     patchsets/catamount-py2.5/patchset.yaml (shipped)
    [exit 0]
    ");
    let shown =
        |id| env.stdout(&["show", id]).lines().find(|line| line.starts_with("  file: ")).map(str::to_owned);
    assert_snapshot!(shown("gadget").unwrap(), @"  file: patchsets/gadget/patchset.yaml");
    assert_snapshot!(shown("catamount-py2.5").unwrap(), @"  file: patchsets/catamount-py2.5/patchset.yaml (shipped)");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/patchsets/catamount-py2.5");
    let copied = fs::read(format!("{shipped}/patchset.yaml")).unwrap();
    env.yaml("catamount-py2.5", copied);
    for file in fs::read_dir(format!("{shipped}/files")).into_iter().flatten() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        env.write(&format!("patchsets/catamount-py2.5/files/{name}"), fs::read(file.path()).unwrap());
    }
    // A copy hides nothing.
    assert!(env.run(&["list", "-v", "ca*2.5"]).ends_with("patchset.yaml\n[exit 0]"));
    env.edit("patchsets/catamount-py2.5/patchset.yaml", "title: ", "title: My ");
    assert_snapshot!(env.run(&["list", "-v", "ca*2.5"]), @r"
    catamount-py2.5  My Python 2.4 and 2.5 on Red Storm's Catamount compute nodes
                     patchsets/catamount-py2.5/patchset.yaml
    ------- stderr -------
    note: patchsets/catamount-py2.5/patchset.yaml is used, and the shipped patchset of that name is not
    [exit 0]
    ");
    let note = env.run(&["show", "catamount-py2.5"]);
    assert!(note.contains("note: patchsets/catamount-py2.5/patchset.yaml is used"), "{note}");
    assert!(!env.run(&["list", "ca*2.5"]).contains("is used"));
}
