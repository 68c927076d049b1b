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

#[test]
fn a_patchset_cannot_depend_on_what_it_lacks_or_on_itself() {
    let edit = |id: &str, on: &str| {
        format!("- {{id: {id}, why: w, depends-on: [{on}], file: f, text.replace: {{find: a, with: b}}}}\n")
    };
    let check = |edits: String| with(&edits).run(&["check", "mine"]);
    assert_snapshot!(check(edit("first", "") + &edit("second", "frist")), @"
    ------- stderr -------
    error: invalid patchset `mine`
      patchsets/mine/patchset.yaml:7:3: `depends-on` names an unknown edit `frist`; near: first
    [exit 2]
    ");
    assert_snapshot!(check(edit("a", "b") + &edit("b", "c") + &edit("c", "a")), @"
    ------- stderr -------
    error: invalid patchset `mine`
      patchsets/mine/patchset.yaml:6:3: `depends-on` is circular: a -> b -> c -> a
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
