//! The Catamount patchsets on the real releases that they are written for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pypatch::export;
use pypatch::fetch::Located;

use crate::common::tree::{self, TreeState};
use crate::common::{self, pins};

/// A release, extracted into a temporary directory.
struct Release {
    directory: tempfile::TempDir,
    located: Located,
}

impl Release {
    /// Extracts a pinned release if it is available locally.
    fn extract(pin: &str) -> Option<Release> {
        let [tree] = pins::need(&format!("shipped patchsets on {pin}"), [pin])?;
        let located = pins::locate(pin)?;
        let directory = tempfile::tempdir().unwrap();
        export::tree(tree.as_ref(), &directory.path().join("tree")).unwrap();
        Some(Release { directory, located })
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("tree")
    }

    fn read(&self, file: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.root().join(file)).unwrap()).into_owned()
    }

    /// Runs pypatch in the directory that contains the tree, which is called `tree`.
    fn pypatch(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pypatch"))
            .args(args)
            .current_dir(self.directory.path())
            .env("XDG_CACHE_HOME", self.directory.path().join("cache"))
            .env("PYPATCH_SOURCES", self.located.path())
            .output()
            .unwrap()
    }

    fn apply(&self, patchset: &str) {
        let output = self.pypatch(&["apply", patchset, "./tree"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn state(&self) -> TreeState {
        tree::state(&self.root())
    }
}

fn run(directory: &Path, program: &str, args: &[&str]) -> Output {
    let output = Command::new(program).args(args).current_dir(directory).output();
    output.unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The lines of `new` that are not in `old`.
fn added<'a>(old: &str, new: &'a str) -> Vec<&'a str> {
    let old: Vec<&str> = old.lines().collect();
    new.lines().filter(|line| !old.contains(line)).collect()
}

/// The text after the last `#endif` of a header.
fn after_guard(header: &str) -> &str {
    let at = header.rfind("#endif").unwrap();
    let end = header[at..].find('\n').unwrap();
    &header[at + end..]
}

const STATIC_MODULES: [&str; 15] = [
    "array",
    "cmath",
    "math",
    "_struct",
    "time",
    "operator",
    "_weakref",
    "_random",
    "collections",
    "itertools",
    "strop",
    "unicodedata",
    "binascii",
    "cStringIO",
    "cPickle",
];

fn enabled(setup: &str, module: &str) -> usize {
    setup.lines().filter(|line| line.split_whitespace().next() == Some(module)).count()
}

/// Checks that hold for both versions.
fn check_common(release: &Release) {
    let setup = release.read("Modules/Setup.dist");
    for prose in ["# cStringIO and cPickle", "# Helper module for various ascii-encoders"] {
        assert!(setup.lines().any(|line| line == prose), "prose was touched: {prose}");
    }
    assert!(setup.lines().any(|line| line.starts_with("#pwd pwdmodule.c")), "pwd is still built");
    let header = release.read("pyconfig.h.in");
    for name in [
        "NGROUPS_MAX",
        "TMP_MAX",
        "_LARGEFILE_SOURCE",
        "_FILE_OFFSET_BITS",
        "HAVE_GETGROUPS",
        "HAVE_SETGROUPS",
        "HAVE_GETLOGIN",
        "HAVE_GETPWENT",
    ] {
        let line = format!("#undef/**/{name}");
        assert_eq!(after_guard(&header).lines().filter(|l| **l == line).count(), 1, "{name}");
    }
    assert!(!after_guard(&header).contains("#undef "), "a spelling that config.status rewrites");
    for file in ["writeresult.c", "Python/dynload_redstorm.c", "Include/mpi_import.h"] {
        assert!(release.root().join(file).is_file(), "{file}");
    }
    assert!(release.read("Python/dynload_redstorm.c").contains("{\".a\", \"rb\", C_EXTENSION}"));
    parses_under_python_2(release, "Lib/distutils/unixccompiler.py");
}

/// Parses a file with the grammar of Python 2, where print is a statement.
fn parses_under_python_2(release: &Release, file: &str) {
    let program = "import sys, warnings\nwarnings.simplefilter('ignore')\n\
        from lib2to3 import pygram, pytree\nfrom lib2to3.pgen2 import driver\n\
        d = driver.Driver(pygram.python_grammar, convert=pytree.convert)\n\
        d.parse_string(open(sys.argv[1], encoding='latin-1').read())\n";
    let root = release.root();
    if !run(&root, "python3", &["-c", "import lib2to3"]).status.success() {
        assert!(std::env::var_os("CI").is_none(), "python3 without lib2to3");
        common::skip(&format!("parsing {file} as Python 2"), "python3 has no lib2to3");
        return;
    }
    let output = run(&root, "python3", &["-c", program, file]);
    assert!(output.status.success(), "{}", stderr(&output));
    // Proof that the parser fails on invalid Python.
    let broken = root.join("broken.py");
    fs::write(&broken, "def f(:\n").unwrap();
    assert!(!run(&root, "python3", &["-c", program, "broken.py"]).status.success());
    fs::remove_file(broken).unwrap();
}

/// Regenerates configure as the patchset declares, and checks how it runs its test programs.
fn check_configure(release: &Release, runs: usize) {
    let root = release.root();
    let Ok(version) = Command::new("autoconf2.69").arg("--version").output() else {
        assert!(std::env::var_os("CI").is_none(), "autoconf2.69 is not installed");
        common::skip("regenerating configure", "autoconf2.69 is not installed");
        return;
    };
    assert!(version.status.success());
    let made = run(&root, "autoconf2.69", &[]);
    assert!(made.status.success(), "{}", stderr(&made));
    // The exit status of autoconf is not enough: an unbalanced quote gives a configure that the shell refuses.
    let syntax = run(&root, "sh", &["-n", "configure"]);
    assert!(syntax.status.success(), "{}", stderr(&syntax));
    let configure = release.read("configure");
    assert_eq!(configure.lines().filter(|line| line.contains("ac_try='./")).count(), 0);
    assert_eq!(configure.lines().filter(|line| line.contains("yod ./")).count(), runs);
}

#[test]
fn patched_2_5_has_every_expected_line() {
    let Some(release) = Release::extract("python-2.5") else { return };
    let old = release.read("Makefile.pre.in");
    release.apply("catamount-py2.5");
    let makefile = release.read("Makefile.pre.in");
    let new = added(&old, &makefile);
    let compileall =
        |line: &&&str| line.contains("yod ./$(BUILDPYTHON) -Wi") && line.contains("compileall.py");
    assert_eq!(new.iter().filter(compileall).count(), 4);
    assert_eq!(new.len(), 8, "{new:#?}");
    assert!(new.contains(&"all:\t\t$(BUILDPYTHON) oldsharedmods"));
    assert!(new.contains(&"\t\t-yod $(PGEN) $(GRAMMAR_INPUT) $(GRAMMAR_H) $(GRAMMAR_C)"));
    assert!(new.contains(&"                oldsharedinstall @FRAMEWORKALTINSTALLLAST@"));
    assert!(new.contains(&"\tyod ./$(BUILDPYTHON) $(srcdir)/Tools/scripts/setup.py install \\"));
    assert!(release.read("Lib/plat-generic/regen").contains("\nyod python$EXE "));
    let setup = release.read("Modules/Setup.dist");
    for module in STATIC_MODULES {
        assert_eq!(enabled(&setup, module), 1, "{module}");
    }
    check_common(&release);
    check_configure(&release, 25);
}

#[test]
fn patched_2_7_18_has_every_expected_line() {
    let Some(release) = Release::extract("python-2.7.18") else { return };
    let old = release.read("Makefile.pre.in");
    let aclocal = release.read("aclocal.m4");
    release.apply("catamount-py2.7");
    let makefile = release.read("Makefile.pre.in");
    let new = added(&old, &makefile);
    assert_eq!(new.len(), 3, "{new:#?}");
    // sharedmods was the only way to pybuilddir.txt.
    assert!(
        new.contains(&"build_all:\tcheck-clean-src $(BUILDPYTHON) oldsharedmods pybuilddir.txt gdbhooks")
    );
    assert!(new.contains(&"\t\toldsharedinstall altmaninstall \\"));
    assert!(new.contains(&"\t  PYTHON_FOR_BUILD=\"yod $(BUILDPYTHON)\"; \\"));
    assert!(release.read("configure.ac").contains("    PYTHON_FOR_BUILD='yod ./$(BUILDPYTHON) -E'\n"));
    // 2.7.18 has an aclocal.m4 of its own, with pkg-config's macros: it is kept.
    assert!(release.read("aclocal.m4").starts_with(&aclocal) && aclocal.contains("PKG_CHECK_MODULES"));
    let setup = release.read("Modules/Setup.dist");
    for module in STATIC_MODULES.iter().map(|m| if *m == "collections" { "_collections" } else { m }) {
        assert_eq!(enabled(&setup, module), 1, "{module}");
    }
    assert_eq!(enabled(&setup, "_functools"), 1);
    assert!(after_guard(&release.read("pyconfig.h.in")).contains("#undef/**/HAVE_INITGROUPS\n"));
    check_common(&release);
    check_configure(&release, 30);
}

/// `diff` of the release, applied by `patch`, gives the same tree as `apply`, byte for byte.
fn diff_equals_apply(pin: &str, patchset: &str) {
    let (Some(applied), Some(patched)) = (Release::extract(pin), Release::extract(pin)) else { return };
    let source = applied.located.source().to_string();
    let diff = applied.pypatch(&["diff", patchset, &source]);
    assert!(diff.status.success(), "{}", stderr(&diff));
    assert_eq!(diff.stdout, applied.pypatch(&["diff", patchset, "./tree"]).stdout);
    applied.apply(patchset);
    let file = patched.directory.path().join("the.diff");
    fs::write(&file, &diff.stdout).unwrap();
    let output = run(&patched.root(), "patch", &["-p1", "--no-backup-if-mismatch", "-i", "../the.diff"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let contents = |release: &Release| -> BTreeMap<String, (u32, Vec<u8>)> {
        let all = release.state().into_iter().map(|(path, (mode, _, bytes))| (path, (mode, bytes)));
        all.filter(|(path, _)| path != ".pypatch-receipt.json").collect()
    };
    assert!(contents(&applied) == contents(&patched), "diff and apply differ");
}

#[test]
fn diff_of_2_5_equals_apply() {
    diff_equals_apply("python-2.5", "catamount-py2.5");
}

#[test]
fn diff_of_2_7_18_equals_apply() {
    diff_equals_apply("python-2.7.18", "catamount-py2.7");
}

/// Applies twice, and reverts with and without a manual edit.
fn apply_and_revert(pin: &str, patchset: &str) {
    let Some(release) = Release::extract(pin) else { return };
    let before = release.state();
    release.apply(patchset);
    let after = release.state();
    assert!(before != after);
    // Untouched files keep their mtimes; otherwise make would rebuild half the tree.
    let changed: Vec<_> = after.iter().filter(|(path, state)| before.get(*path) != Some(state)).collect();
    assert!(changed.len() < 40, "{}", changed.len());

    let again = release.pypatch(&["apply", patchset, "./tree"]);
    assert!(again.status.success());
    assert!(String::from_utf8_lossy(&again.stdout).contains("nothing to do"));
    assert!(release.state() == after, "the second apply wrote something");

    let makefile = release.root().join("Makefile.pre.in");
    let applied = fs::read(&makefile).unwrap();
    let times = fs::metadata(&makefile).unwrap().modified().unwrap();
    fs::write(&makefile, [&applied[..], b"# mine\n"].concat()).unwrap();
    let edited = release.state();
    let refused = release.pypatch(&["revert", "./tree"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains("Makefile.pre.in"), "{}", stderr(&refused));
    assert!(release.state() == edited, "a refused revert wrote something");
    assert_eq!(release.pypatch(&["status", "./tree"]).status.code(), Some(1));

    fs::write(&makefile, &applied).unwrap();
    fs::File::options().write(true).open(&makefile).unwrap().set_modified(times).unwrap();
    let reverted = release.pypatch(&["revert", "./tree"]);
    assert!(reverted.status.success(), "{}", stderr(&reverted));
    assert!(release.state() == before, "revert did not restore the tree");
}

#[test]
fn apply_and_revert_on_2_5_restore_every_byte_mode_and_mtime() {
    apply_and_revert("python-2.5", "catamount-py2.5");
}

#[test]
fn apply_and_revert_on_2_7_18_restore_every_byte_mode_and_mtime() {
    apply_and_revert("python-2.7.18", "catamount-py2.7");
}

#[test]
fn the_2_5_patchset_refuses_2_7_18_with_near_misses() {
    let Some(release) = Release::extract("python-2.7.18") else { return };
    let before = release.state();
    for command in ["plan", "apply"] {
        let output = release.pypatch(&[command, "catamount-py2.5", "./tree"]);
        assert_eq!(output.status.code(), Some(3));
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), stderr(&output));
        for line in [
            "near: Makefile.pre.in:404  build_all:\tcheck-clean-src $(BUILDPYTHON) oldsharedmods sharedmods gdbhooks",
            "help: write `target: [all, build_all]`, or limit the edit with `when`",
            "help: write `target: [altinstall, commoninstall]`, or limit the edit with `when`",
            "near: Modules/Setup.dist:179  #_collections _collectionsmodule.c # Container types",
            "help: write `{name: collections, aliases: [_collections]}`",
            "nothing was written",
        ] {
            assert!(text.contains(line), "{command} does not say: {line}\n{text}");
        }
    }
    assert!(release.state() == before, "something was written");
}
