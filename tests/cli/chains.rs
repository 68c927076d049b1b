//! Edits that depend on others, through all commands that know them.

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::TestEnvironment;

const HEAD: &str = "schema: 1\nid: mine\ntitle: A test\napplies-to: '>=9.9, <9.10'\nedits:\n";

const CHAIN: &str = "\
- id: mpi-flags
  why: The broadcast import is compiled with the compiler of MPI.
  depends-on: [mpi-rule]
  file: Makefile.pre.in
  within: {target: mpi.o}
  text.replace: {find: $(CC) -c mpi.c, with: $(MPICC) -c mpi.c}
- id: mpi-rule
  why: The broadcast import is a file of its own.
  file: Makefile.pre.in
  makefile.add-rule: {target: mpi.o, prerequisites: [mpi.c], recipe: [$(CC) -c mpi.c]}
";

fn with(edits: &str) -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    env.yaml("mine", format!("{HEAD}{edits}"));
    env
}

#[test]
fn a_chain_is_applied_recognised_and_reverted() {
    let env = with(CHAIN);
    let before = env.state("tree");
    assert!(env.run(&["apply", "--allow-unpinned", "mine", "tree"]).ends_with("[exit 0]"));
    let makefile = std::fs::read_to_string(env.path("tree/Makefile.pre.in")).unwrap();
    assert!(makefile.contains("mpi.o: mpi.c\n\t$(MPICC) -c mpi.c\n"), "{makefile}");
    assert!(env.run(&["status", "tree"]).ends_with("[exit 0]"));
    let again = env.stdout(&["plan", "mine", "tree"]);
    assert!(again.contains("2 edits: 2 already; 0 files"), "{again}");
    // Without the receipt the end of the chain shows that all of it was made.
    std::fs::rename(env.path("tree/.pypatch-receipt.json"), env.path("receipt")).unwrap();
    let again = env.stdout(&["plan", "mine", "tree"]);
    assert!(again.contains("2 edits: 2 already; 0 files"), "{again}");
    std::fs::rename(env.path("receipt"), env.path("tree/.pypatch-receipt.json")).unwrap();
    assert!(env.run(&["revert", "tree"]).ends_with("[exit 0]"));
    assert_eq!(env.state("tree"), before);
}

#[test]
fn each_edit_of_a_chain_has_its_own_diff() {
    let env = with(CHAIN);
    let diff = env.stdout(&["diff", "mine", "tree", "--edit", "mpi-flags"]);
    assert!(diff.contains("-\t$(CC) -c mpi.c\n+\t$(MPICC) -c mpi.c\n"), "{diff}");
    let diff = env.stdout(&["diff", "mine", "tree", "--edit", "mpi-rule"]);
    assert!(diff.contains("+mpi.o: mpi.c\n+\t$(CC) -c mpi.c\n"), "{diff}");
}

#[test]
fn an_edit_of_a_chain_is_judged_on_the_result_of_the_others() {
    let env = with(CHAIN);
    let json: Value =
        serde_json::from_str(&env.stdout(&["matrix", "mine", "--format", "json", "--base", "tree", "tree"]))
            .unwrap();
    let cells = json["cells"].as_array().unwrap();
    let verdicts: Vec<&str> = cells.iter().map(|cell| cell["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["applies", "applies"], "{cells:#?}");
}

/// A chain that ends in another file than the one in which it begins.
const TWO_FILES: &str = "\
- id: count
  why: The device needs more of them.
  file: Lib/m.py
  python.set-variable: {name: count, value: '5'}
- id: both
  why: Both need more of them.
  depends-on: [count]
  changes:
    - {file: Lib/m.py, python.set-variable: {name: count, value: '6'}}
    - {file: Modules/m.c, c.replace: {function: f, find: open_file(name);, with: 'open_file(name, 0);'}}
- id: mode
  why: The device has modes.
  depends-on: [both]
  file: Modules/m.c
  c.replace: {function: f, find: 'open_file(name, 0);', with: 'open_file(name, 0, mode);'}
";

/// The verdicts of a matrix, and the outcomes of a plan, of the edits on a tree that has `python` and `c` in these files. They
/// are written for another tree.
fn verdicts_and_outcomes(python: &str, c: &str) -> (Vec<String>, Vec<String>) {
    let env = TestEnvironment::new();
    let old = ("count = 1\n", "open_file(name);");
    for (tree, version, (python, c)) in [("old", "9.9.1", old), ("new", "9.10.1", (python, c))] {
        env.write(&format!("{tree}/Include/patchlevel.h"), format!("#define PY_VERSION \"{version}\"\n"));
        env.write(&format!("{tree}/Lib/m.py"), python);
        env.write(
            &format!("{tree}/Modules/m.c"),
            format!("void f(char *name)\n{{\n    {c}\n    close();\n}}\n"),
        );
    }
    env.yaml("mine", format!("{HEAD}{TWO_FILES}"));
    let matrix = env.stdout(&["matrix", "mine", "--format", "json", "--base", "old", "new"]);
    let cells: Value = serde_json::from_str(&matrix).unwrap();
    let verdict = |cell: &Value| {
        let place = &cell["places"][0];
        let place = place["file"].as_str().map(|file| format!(" {file}:{}", place["line"]));
        format!("{}{}", cell["verdict"].as_str().unwrap(), place.unwrap_or_default())
    };
    let plan = env.run(&["plan", "mine", "new"]);
    let outcomes =
        plan.lines().filter(|line| line.starts_with("  ") && line[2..].starts_with(char::is_alphabetic));
    let outcomes = outcomes.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    (cells["cells"].as_array().unwrap().iter().map(verdict).collect(), outcomes.take(3).collect())
}

#[test]
fn the_end_of_a_chain_shows_that_all_of_it_is_made() {
    let (verdicts, outcomes) = verdicts_and_outcomes("count = 6\n", "open_file(name, 0, mode);");
    assert_eq!(verdicts, ["already Modules/m.c:3"; 4]);
    assert_eq!(outcomes, ["already count", "already both", "already mode"]);
    // Only the middle of it is there.
    let (verdicts, outcomes) = verdicts_and_outcomes("count = 6\n", "open_file(name, 0);");
    assert_eq!(
        verdicts,
        ["already Lib/m.py:1", "already Lib/m.py:1", "already Modules/m.c:3", "applies Modules/m.c:3"]
    );
    assert_eq!(outcomes, ["already count", "already both", "change mode"]);
    let (verdicts, outcomes) = verdicts_and_outcomes("x = 0\ncount = 1\n", "open_file(name);");
    assert_eq!(
        verdicts,
        ["applies Lib/m.py:2", "applies Lib/m.py:2", "applies Modules/m.c:3", "applies Modules/m.c:3"]
    );
    assert_eq!(outcomes, ["change count", "change both", "change mode"]);
}

#[test]
fn the_end_of_a_chain_does_not_show_what_is_open_in_another_file() {
    let (verdicts, outcomes) = verdicts_and_outcomes("count = 1\n", "open_file(name, 0, mode);");
    assert_eq!(outcomes, ["change count", "missing both", "already mode"]);
    assert_eq!(verdicts[..2], ["applies Lib/m.py:1", "applies Lib/m.py:1"]);
    assert_eq!(verdicts[3], "already Modules/m.c:3");
}

#[test]
fn a_patchset_cannot_depend_on_what_it_lacks_or_on_itself() {
    let edit = |id: &str, on: &str| {
        format!("- {{id: {id}, why: w, depends-on: [{on}], file: f, text.replace: {{find: a, with: b}}}}\n")
    };
    let check = |edits: String| with(&edits).run(&["check", "mine"]);
    assert_snapshot!(check(edit("first", "") + &edit("second", "frist")), @"
    ------- stderr -------
    error: `depends-on` names an unknown edit `frist`; near: first
     --> patchsets/mine/patchset.yaml:7:3
      |
    7 | - {id: second, why: w, depends-on: [frist], file: f, text.replace: {find: a, with: b}}
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check(edit("a", "b") + &edit("b", "c") + &edit("c", "a")), @"
    ------- stderr -------
    error: `depends-on` is circular: a -> b -> c -> a
     --> patchsets/mine/patchset.yaml:6:3
      |
    6 | - {id: a, why: w, depends-on: [b], file: f, text.replace: {find: a, with: b}}
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn text_that_proves_nothing_is_known_by_the_receipt() {
    let env = with(
        &CHAIN.replace("{find: $(CC) -c mpi.c, with: $(MPICC) -c mpi.c}", "{find: $(CC), with: $(MPICC)}"),
    );
    assert!(env.run(&["apply", "--allow-unpinned", "mine", "tree"]).ends_with("[exit 0]"));
    let again = env.stdout(&["plan", "mine", "tree"]);
    assert!(again.contains("2 edits: 2 already; 0 files"), "{again}");
    std::fs::remove_file(env.path("tree/.pypatch-receipt.json")).unwrap();
    assert!(env.run(&["plan", "mine", "tree"]).ends_with("[exit 3]"));
}

#[test]
fn a_moved_file_is_applied_recognised_and_reverted() {
    let env = with(
        "\
- id: move
  why: The programs are in a folder of their own.
  file: tool.sh
  file.move: {to: bin/kestrel/tool.sh, contains: run tool}
- id: shell
  why: The device has another shell.
  file: bin/kestrel/tool.sh
  text.replace: {find: '#!/bin/sh', with: '#!/bin/ksh'}
",
    );
    env.write("tree/tool.sh", "#!/bin/sh\nrun tool\n");
    std::fs::set_permissions(env.path("tree/tool.sh"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let before = env.state("tree");
    let diff = env.stdout(&["diff", "mine", "tree"]);
    assert!(diff.contains("new file mode 100755") && diff.contains("deleted file mode 100755"), "{diff}");
    assert!(env.run(&["apply", "--allow-unpinned", "mine", "tree"]).ends_with("[exit 0]"));
    let moved = env.path("tree/bin/kestrel/tool.sh");
    assert_eq!(std::fs::read_to_string(&moved).unwrap(), "#!/bin/ksh\nrun tool\n");
    assert!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&moved).unwrap().permissions()) & 0o111
            == 0o111
    );
    assert!(!env.path("tree/tool.sh").exists());
    assert!(env.run(&["status", "tree"]).ends_with("[exit 0]"));
    let again = env.stdout(&["plan", "mine", "tree"]);
    assert!(again.contains("2 edits: 2 already; 0 files"), "{again}");
    assert!(env.run(&["revert", "tree"]).ends_with("[exit 0]"));
    assert_eq!(env.state("tree"), before);
}
