//! `pypatch setup` on small made-up trees.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::common::TestEnvironment;

const SETUP: &str =
    "# Prose: alpha alpha.c\nalpha alpha.c\n#beta beta.c -lm\ngone gone.c\n*shared*\ngamma gamma.c\n";

/// A tree with a library, a core module, and extension modules.
fn environment(version: &str) -> TestEnvironment {
    let env = TestEnvironment::new();
    let numbers: Vec<&str> = version.split('.').collect();
    env.write(
        "tree/Include/patchlevel.h",
        format!(
            "#define PY_MAJOR_VERSION {}\n#define PY_MINOR_VERSION {}\n#define PY_MICRO_VERSION {}\n#define PY_VERSION \"{version}\"\n",
            numbers[0], numbers[1], numbers[2]
        ),
    );
    env.write(
        "tree/Modules/config.c.in",
        "struct _inittab _PyImport_Inittab[] = {\n\t{\"core\", initcore},\n\t{\"__main__\", NULL},\n\t{0, 0}\n};\n",
    );
    env.write("tree/Modules/Setup.dist", SETUP);
    for source in ["alpha.c", "beta.c", "gamma.c"] {
        env.write(&format!("tree/Modules/{source}"), "");
    }
    env.write(
        "tree/setup.py",
        "exts.append( Extension('delta', ['delta.c']) )\nExtension('_%s' % name)\n# Extension('no')\n",
    );
    env.write("tree/Lib/helper.py", "import core\n__import__('beta')\n");
    env.write("tree/Lib/pack/__init__.py", "");
    env.write(
        "tree/Lib/pack/one.py",
        "import helper\ntry:\n    import delta\nexcept ImportError:\n    delta = None\n",
    );
    env.write("tree/Lib/pack/helper.py", "import gamma\n");
    env.write("tree/Lib/pack/two.py", "from . import helper\nfrom .. import nowhere\n");
    env.write("run/program.py", "import nearby, lost, __main__\nfrom pack import one, NAME\n");
    env.write("run/nearby.py", "if 0:\n    import alpha\n");
    env
}

#[test]
fn list_shows_the_linkage_and_missing_files_of_each_module() {
    let env = environment("2.7.18");
    assert_eq!(
        env.stdout(&["setup", "list", "tree"]),
        "\
alpha  static        Modules/Setup.dist:2
beta   off           Modules/Setup.dist:3
core   core          Modules/config.c.in:2
delta  setup.py      setup.py:1
gamma  shared        Modules/Setup.dist:6
gone   static        Modules/Setup.dist:4  missing: gone.c
"
    );
    // The first rule for a module is used, and the decisions of configure are not guessed.
    env.write("tree/Modules/Setup.local", "beta beta.c -lno-such-gizmo -lm\n");
    env.write("tree/Modules/Setup.stdlib.in", "*shared*\n@MODULE_GAMMA_TRUE@gamma gamma.c\n");
    let listed = env.run(&["setup", "list", "tree"]);
    let beta = "beta   static        Modules/Setup.local:1  missing: -lno-such-gizmo\n";
    assert!(listed.contains(beta), "{listed}");
    assert!(listed.contains("gamma  by-configure  Modules/Setup.stdlib.in:2\n"), "{listed}");
}

#[test]
fn modules_are_enabled_or_disabled_together_and_reverted() {
    let env = environment("2.7.18");
    let setup = || fs::read_to_string(env.path("tree/Modules/Setup.dist")).unwrap();
    let refused = env.run(&["setup", "enable", "tree", "beta", "bata"]);
    assert!(refused.contains("`bata`") && refused.contains("beta"), "{refused}");
    assert!(refused.contains("nothing was written"), "{refused}");
    assert_eq!(setup(), SETUP);
    env.run(&["setup", "enable", "-n", "tree", "beta"]);
    assert_eq!(setup(), SETUP);
    env.stdout(&["setup", "enable", "tree", "beta"]);
    assert!(setup().contains("\nbeta beta.c -lm\n"));
    let again = env.run(&["setup", "enable", "tree", "beta"]);
    assert!(again.contains("nothing to do"), "{again}");
    env.stdout(&["setup", "disable", "tree", "alpha"]);
    assert!(setup().contains("\n#alpha alpha.c\n"));
    env.stdout(&["revert", "tree"]);
    assert_eq!(setup(), SETUP);
}

#[test]
fn archives_are_added_by_hand_or_from_a_distutils_log() {
    let env = environment("2.7.18");
    env.write("site/foo/bar/_mumble.a", "");
    env.write("site/spam.a", "");
    let setup = || fs::read_to_string(env.path("tree/Modules/Setup.dist")).unwrap();
    let mumble = env.path("site/foo/bar/_mumble.a");
    let missing = env.run(&["setup", "add", "tree", "egg", "site/egg.a"]);
    assert!(missing.contains("cannot find the archive site/egg.a"), "{missing}");
    let dotted = env.run(&["setup", "add", "tree", "foo.bar._mumble", "site/foo/bar/_mumble.a"]);
    assert!(dotted.contains("add it as `_mumble`"), "{dotted}");
    assert_eq!(setup(), SETUP);
    env.write(
        "log",
        "building\nAppend to Setup:  _mumble /gone/build/lib/foo/bar/_mumble.a -lm\nAppend to Setup:  spam /gone/build/lib/spam.a\n",
    );
    env.stdout(&["setup", "add", "tree", "--from-log", "log", "--installed", "site"]);
    assert!(setup().contains(&format!("_mumble {} -lm\n", mumble.display())), "{}", setup());
    assert!(setup().contains(&format!("spam {}\n", env.path("site/spam.a").display())));
    let again = env.run(&["setup", "add", "tree", "_mumble", "site/foo/bar/_mumble.a", "-lm"]);
    assert!(again.contains("nothing to do"), "{again}");
    let before = fs::metadata(env.path("tree/Modules/Setup.dist")).unwrap().modified().unwrap();
    let relink = ["setup", "add", "--relink", "tree", "_mumble", "site/foo/bar/_mumble.a", "-lm"];
    assert!(env.run(&relink).contains("touched"));
    assert!(fs::metadata(env.path("tree/Modules/Setup.dist")).unwrap().modified().unwrap() > before);
    // An archive that was rebuilt since, which make does not notice.
    let later = SystemTime::now() + Duration::from_secs(60);
    fs::File::options().append(true).open(&mumble).unwrap().set_modified(later).unwrap();
    let newer = env.run(&["setup", "add", "tree", "_mumble", "site/foo/bar/_mumble.a", "-lm"]);
    assert!(newer.contains("_mumble.a is newer than Setup") && newer.contains("touched"), "{newer}");
    let other = env.run(&["setup", "add", "tree", "_mumble", "site/spam.a"]);
    assert!(
        other.contains("`_mumble` is built from other arguments") && other.contains("nothing was written"),
        "{other}"
    );
    env.write("empty", "nothing here\n");
    let empty = env.run(&["setup", "add", "tree", "--from-log", "empty"]);
    assert!(empty.contains("has no line `Append to Setup:`"), "{empty}");
}

#[test]
fn module_names_may_have_capitals() {
    let env = environment("2.7.18");
    for archive in ["site/MPI.a", "site/mpi.a"] {
        env.write(archive, "");
    }
    env.write("log", "Append to Setup:  MPI /gone/MPI.a\nAppend to Setup:  mpi /gone/mpi.a\n");
    env.stdout(&["setup", "add", "tree", "--from-log", "log", "--installed", "site"]);
    let setup = fs::read_to_string(env.path("tree/Modules/Setup.dist")).unwrap();
    for name in ["MPI", "mpi"] {
        assert!(
            setup.contains(&format!("{name} {}\n", env.path(format!("site/{name}.a")).display())),
            "{setup}"
        );
    }
}

#[test]
fn analyze_follows_packages_conditions_and_literals() {
    // Python 2 searches the directory of the importing module first.
    let env = environment("2.7.18");
    assert_eq!(
        env.stdout(&["setup", "analyze", "run/program.py", "--tree", "tree"]),
        "\
run/program.py: 4 modules followed, 3 extension modules needed
  static       alpha, perhaps  by run/program.py > nearby
  setup.py     delta, perhaps  by run/program.py > pack.one
  shared       gamma  by run/program.py > pack.one > pack.helper
  not found    lost  by run/program.py
not linked statically: delta gamma
"
    );
    // Python 3 does not.
    let env = environment("3.2.1");
    let said = env.run(&["setup", "analyze", "run/program.py", "--tree", "tree"]);
    assert!(said.contains("off          beta  by run/program.py > pack.one > helper\n"), "{said}");
    assert!(!said.contains("gamma"), "{said}");
}

#[test]
fn missing_modules_are_written_as_a_patchset_that_applies() {
    let env = environment("3.2.1");
    let arguments =
        ["setup", "analyze", "run/program.py", "--tree", "tree", "--write-edit", "patchsets/mine"];
    let said = env.run(&arguments);
    assert!(said.contains("left out `delta`: only setup.py builds `delta` (setup.py:1)"), "{said}");
    let check = env.run(&["check", "mine"]);
    assert!(check.contains("mine: 1 edit, no errors"), "{check}");
    env.stdout(&["apply", "--allow-unpinned", "mine", "tree"]);
    let setup = fs::read_to_string(env.path("tree/Modules/Setup.dist")).unwrap();
    assert!(setup.contains("\nbeta beta.c -lm\n"), "{setup}");
    assert!(env.run(&arguments).contains("nothing is overwritten"));
}

#[test]
fn a_minimal_setup_has_only_needed_modules() {
    let env = environment("3.2.1");
    // The interpreter itself needs gamma, by site.
    env.write("tree/Modules/Setup.dist", "alpha alpha.c\nspare alpha.c\n#beta beta.c -lm\ngamma gamma.c\n");
    env.write("tree/Lib/site.py", "import gamma\n");
    let arguments =
        ["setup", "analyze", "run/program.py", "--tree", "tree", "--write-edit", "patchsets/mine"];
    env.run(&[&arguments[..], &["--minimal"]].concat());
    env.stdout(&["apply", "--allow-unpinned", "mine", "tree"]);
    assert_eq!(
        fs::read_to_string(env.path("tree/Modules/Setup.dist")).unwrap(),
        "alpha alpha.c\n#spare alpha.c\nbeta beta.c -lm\ngamma gamma.c\n"
    );
}

#[test]
fn a_program_that_cannot_be_read_is_an_error() {
    let env = environment("2.7.18");
    env.write("bad.py", "import (\n");
    env.write("tree/Lib/os.py", "");
    let output = env.run(&["setup", "analyze", "bad.py", "--tree", "tree", "--write-edit", "needed"]);
    assert!(output.contains("error: cannot read bad.py") && output.ends_with("[exit 4]"), "{output}");
    assert!(!env.path("needed").exists());
}

/// A tree whose makesetup reads Modules/Setup.local and Setup.stdlib before Modules/Setup, as since 3.12.
fn environment_with_stdlib() -> TestEnvironment {
    let env = environment("3.13.1");
    fs::remove_file(env.path("tree/Modules/Setup.dist")).unwrap();
    fs::remove_file(env.path("tree/setup.py")).unwrap();
    env.write("tree/Modules/Setup", "# An example\n#alpha alpha.c -lold\n");
    env.write("tree/Modules/Setup.bootstrap.in", "*static*\nstart start.c\n");
    env.write(
        "tree/Modules/Setup.stdlib.in",
        "*@MODULE_BUILDTYPE@*\n@MODULE_ALPHA_TRUE@alpha alpha.c\n@MODULE_BETA_TRUE@beta beta.c -lm\n\
         @MODULE_CALLS_TRUE@calls calls.c @MODULE_CALLS_CLOSURE@\n",
    );
    env.write(
        "tree/Makefile.pre.in",
        "Makefile: Makefile.pre\n\t$(MAKESETUP) -s Modules Modules/Setup.local Modules/Setup.stdlib \\\n\
         \t\tModules/Setup.bootstrap $(srcdir)/Modules/Setup\n",
    );
    env
}

#[test]
fn since_3_12_setup_local_decides() {
    let env = environment_with_stdlib();
    let local = || fs::read_to_string(env.path("tree/Modules/Setup.local")).ok();
    let unchanged = fs::read_to_string(env.path("tree/Modules/Setup")).unwrap();
    let said = env.run(&["setup", "enable", "tree", "beta", "bata"]);
    assert!(said.contains("error: no line of Modules/Setup* builds `bata`"), "{said}");
    assert!(said.contains("did you mean `beta`?") && said.ends_with("[exit 3]"), "{said}");
    let said = env.run(&["setup", "enable", "tree", "calls"]);
    assert!(
        said.contains("configure decides what `calls` is built from (Modules/Setup.stdlib.in:4: "),
        "{said}"
    );
    let said = env.run(&["setup", "disable", "tree", "core"]);
    assert!(said.contains("`core` is part of every interpreter (Modules/config.c.in)"), "{said}");
    env.stdout(&["setup", "enable", "-n", "tree", "beta"]);
    assert_eq!(local(), None);

    // The rule is that of Setup.stdlib, not the example in Setup.
    let said = env.run(&["setup", "enable", "tree", "beta", "alpha", "start"]);
    assert!(said.contains("note: `start` is static already (Modules/Setup.bootstrap.in:2)"), "{said}");
    let enabled = "# Edit this file for local setup changes\nbeta beta.c -lm\nalpha alpha.c\n";
    assert_eq!(local().as_deref(), Some(enabled));
    let listed = env.run(&["setup", "list", "tree"]);
    assert!(listed.contains("beta   static        Modules/Setup.local:2\n"), "{listed}");
    let again = env.run(&["setup", "enable", "tree", "beta"]);
    assert!(again.contains("nothing to do"), "{again}");

    env.stdout(&["setup", "disable", "tree", "beta", "calls"]);
    // Each module is added to what was there, without the other's line.
    let disabled = enabled.replace("beta beta", "#beta beta") + "*disabled*\nbeta\n*disabled*\ncalls\n";
    assert_eq!(local().as_deref(), Some(&disabled[..]));
    let listed = env.run(&["setup", "list", "tree"]);
    assert!(listed.contains("calls  off           Modules/Setup.local:7\n"), "{listed}");
    env.write("site/egg.a", "");
    env.stdout(&["setup", "add", "tree", "egg", "site/egg.a", "-lm"]);
    let line = format!("alpha alpha.c\negg {} -lm\n*disabled*\n", env.path("site/egg.a").display());
    assert!(local().unwrap().contains(&line), "{:?}", local());
    assert_eq!(fs::read_to_string(env.path("tree/Modules/Setup")).unwrap(), unchanged);
    env.stdout(&["revert", "tree"]);
    assert_eq!(local(), None);
}

#[test]
fn what_is_after_disabled_in_setup_local_is_enabled_again() {
    let env = environment_with_stdlib();
    let local = || fs::read_to_string(env.path("tree/Modules/Setup.local")).unwrap();
    env.write("tree/Modules/Setup.local", "#alpha alpha.c -lmine\n*disabled*\nbeta\n");
    let listed = env.run(&["setup", "list", "tree"]);
    assert!(listed.contains("beta   off           Modules/Setup.local:3\n"), "{listed}");
    env.stdout(&["setup", "enable", "tree", "beta"]);
    assert_eq!(local(), "#alpha alpha.c -lmine\nbeta beta.c -lm\n*disabled*\n");
}

#[test]
fn since_3_12_missing_modules_are_written_for_setup_local() {
    let env = environment_with_stdlib();
    env.write("tree/Lib/site.py", "import alpha\n");
    env.write("run/program.py", "import beta\n");
    let arguments = [
        "setup",
        "analyze",
        "run/program.py",
        "--tree",
        "tree",
        "--write-edit",
        "patchsets/mine",
        "--minimal",
    ];
    let said = env.run(&arguments);
    assert!(said.contains("not linked statically: beta\n"), "{said}");
    assert_eq!(
        fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(),
        "\
schema: 1
id: mine
title: The extension modules that some programs need
edits:
- id: setup-local
  why: makesetup reads this file first, and configure makes it only where none is.
  file: Modules/Setup.local
  file.add: {content: \"# Edit this file for local setup changes\\n*static*\\n*disabled*\\n\"}
- id: static-modules
  why: \"Needed by run/program.py.\"
  depends-on: [setup-local]
  file: Modules/Setup.local
  setup.add: {module: beta, arguments: \"beta.c -lm\", section: \"*static*\"}
- id: unneeded-modules
  why: Neither the programs nor the interpreter itself need these.
  depends-on: [setup-local]
  file: Modules/Setup.local
  setup.add: {module: calls, section: \"*disabled*\"}
"
    );
    env.stdout(&["apply", "--allow-unpinned", "mine", "tree"]);
    let local = fs::read_to_string(env.path("tree/Modules/Setup.local")).unwrap();
    assert!(local.ends_with("changes\n*static*\nbeta beta.c -lm\n*disabled*\ncalls\n"), "{local}");
}

#[test]
fn modules_that_share_a_line_after_disabled_are_not_taken_for_its_sources() {
    let env = environment_with_stdlib();
    env.write("tree/Modules/Setup.local", "*disabled*\nalpha beta\n");
    let listed = env.run(&["setup", "list", "tree"]);
    assert!(listed.contains("alpha  off           Modules/Setup.local:2\n"), "{listed}");
    assert!(listed.contains("beta   off           Modules/Setup.local:2\n"), "{listed}");
    for module in ["alpha", "beta"] {
        let said = env.run(&["setup", "enable", "tree", module]);
        assert!(said.contains("is listed together with other modules (Modules/Setup.local:2)"), "{said}");
    }
    env.write("empty/README", "");
    let said = env.run(&["setup", "list", "empty"]);
    assert!(said.contains("error: empty has no extension modules"), "{said}");
}
