//! The patched tree is configured, built, installed and checked, on real releases; and where an edit is
//! broken on purpose, a check fails and names it.
//!
//! This takes minutes, and programs that the other tests do not need: `PYPATCH_TEST_BUILDS` asks for it. A
//! release that is not at hand is skipped, visibly; one that `PYPATCH_REQUIRE_PINS` names must be there.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use pypatch::fetch::{Places, locate};
use pypatch::tree::pin::PinSet;

/// Whether builds of `pin` are asked for and can be made.
fn wanted(pin: &str) -> bool {
    let skipped = |why: &str| {
        let _ = writeln!(std::io::stderr(), "SKIPPED: building {pin}: {why}");
        false
    };
    if std::env::var_os("PYPATCH_TEST_BUILDS").is_none() {
        return skipped("PYPATCH_TEST_BUILDS is not set");
    }
    let found = PinSet::shipped().get(pin).unwrap();
    if locate(&found, &Places::from_env()).located.is_some() {
        return true;
    }
    let required = std::env::var("PYPATCH_REQUIRE_PINS").unwrap_or_default();
    assert!(!required.split_whitespace().any(|name| name == pin), "{pin} is required and not at hand");
    skipped("it is not at hand (`pypatch fetch` it, or set PYPATCH_SOURCES)")
}

/// Builds in `place`, which keeps what was built before; the exit status, and what was said.
fn build(place: &Path, patchsets: &[&str], pin: &str, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pypatch"));
    command.arg("build").args(patchsets).arg(pin).args(more).current_dir(place);
    command.args(["--prefix", "prefix", "--work", "work", "--launcher", "stand-in"]);
    let output = command.output().unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

fn patchset(place: &Path, id: &str, text: &str) {
    let folder = place.join("patchsets").join(id);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("patchset.yaml"), format!("schema: 1\nid: {id}\ntitle: Broken on purpose\n{text}"))
        .unwrap();
}

/// Builds all that the patchsets declare, and checks it.
fn everything_holds(patchsets: &[&str], pin: &str, programs: &[&str]) {
    let place = tempfile::tempdir().unwrap();
    let (code, said) = build(place.path(), patchsets, pin, &[]);
    let _ = writeln!(std::io::stderr(), "{said}");
    assert_eq!(code, Some(0), "{said}");
    let prefix = place.path().join("prefix");
    for program in programs {
        assert!(prefix.join("bin").join(program).is_file(), "{program}");
    }
    // The module builder makes an archive and prints the line that links it.
    let module = place.path().join("module");
    fs::create_dir_all(module.join("foo/bar")).unwrap();
    fs::write(
        module.join("setup.py"),
        "from distutils.core import setup, Extension\n\
         setup(name='foo', version='1', packages=['foo', 'foo.bar'],\n      \
         ext_modules=[Extension('foo.bar._mumble', ['mumble.c'], libraries=['m'])])\n",
    )
    .unwrap();
    for init in ["foo/__init__.py", "foo/bar/__init__.py"] {
        fs::write(module.join(init), "").unwrap();
    }
    fs::write(
        module.join("mumble.c"),
        "#include \"Python.h\"\nstatic PyMethodDef methods[] = {{NULL, NULL}};\n\
         PyMODINIT_FUNC init_mumble(void)\n{\n    \
         PyModule_AddIntConstant(Py_InitModule(\"_mumble\", methods), \"answer\", 42);\n}\n",
    )
    .unwrap();
    let log = run(&module, &prefix.join("bin/python.sn"), &["setup.py", "install"]);
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("Append to Setup:")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    let version = &programs[0][programs[0].len() - 3..];
    let archive = prefix.join(format!("lib/python{version}/site-packages/foo/bar/_mumble.a"));
    assert!(archive.is_file(), "{log}");
    // It is appended to Setup, and make links it.
    let catamount = place.path().join("work/catamount");
    let setup = catamount.join("Modules/Setup");
    let mut text = fs::read_to_string(&setup).unwrap();
    text.push_str(&format!("_mumble {} -lm\n", archive.display()));
    fs::write(&setup, text).unwrap();
    let path = format!("{}:{}", place.path().join("work/bin").display(), std::env::var("PATH").unwrap());
    let make = Command::new("make").current_dir(&catamount).env("PATH", &path).output().unwrap();
    assert!(make.status.success(), "{}", String::from_utf8_lossy(&make.stderr));
    let script = "import foo.bar._mumble as m; print(m.__name__, m.__file__, m.answer)";
    let site = prefix.join(format!("lib/python{version}/site-packages"));
    let import = || {
        let mut python = Command::new(catamount.join("python"));
        python.args(["-c", script]).current_dir(&catamount).env("PYTHONPATH", &site).output().unwrap()
    };
    let output = import();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        said.trim(),
        format!("('foo.bar._mumble', '{}', 42)", archive.display()),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::remove_file(&archive).unwrap();
    let output = import();
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("ImportError"),
        "the archive tells that it is there"
    );
}

fn run(directory: &Path, program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(directory).output().unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn python_2_7_is_built_with_all_checks() {
    if wanted("python-2.7.18") {
        everything_holds(&["catamount-py2.7"], "python-2.7.18", &["python2.7", "python", "python.sn"]);
    }
}

#[test]
fn python_2_5_is_built_with_all_checks() {
    if wanted("python-2.5") {
        let patchsets = ["modern-toolchain-py2.5", "catamount-py2.5"];
        everything_holds(&patchsets, "python-2.5", &["python2.5", "python", "python.sn"]);
    }
}

#[test]
fn what_is_broken_on_purpose_fails_a_check_that_names_the_edit() {
    if !wanted("python-2.7.18") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    let fails = |patchsets: &[&str], check: &str, edit: &str| {
        let (code, said) = build(place, patchsets, "python-2.7.18", &["--program", "catamount"]);
        assert_eq!(code, Some(5), "{said}");
        let is_told = |line: &str| line.contains("this does not hold: ") && line.contains(check);
        assert!(said.lines().any(is_told), "{said}");
        assert!(said.contains(&format!("{check} (edit `{edit}`)")), "{said}");
    };
    patchset(
        place,
        "inside-the-guard",
        "extends: catamount-py2.7\nedits:\n- id: undef-limits\n  why: Inside the guard, as an easy mistake has it.\n  \
         allow: {undef-inside-guard: The lint would catch it first.}\n  \
         file: pyconfig.h.in\n  header.append:\n    place: inside-guard\n    text: |\n      #undef/**/NGROUPS_MAX\n      #undef/**/TMP_MAX\n",
    );
    fails(&["inside-the-guard"], "limits-undefined", "undef-limits");
    // The fact that `requires` states is gone, and so is `requires`.
    patchset(
        place,
        "once-only",
        "edits:\n- id: once-only\n  why: No header includes pyconfig.h a second time.\n  changes:\n  \
         - file: Include/pyport.h\n    text.replace: {find: '#include \"pyconfig.h\"', with: '/* not again */'}\n  \
         - file: Include/pymath.h\n    text.replace: {find: '#include \"pyconfig.h\"', with: '/* not again */'}\n",
    );
    let (code, said) = build(place, &["once-only", "catamount-py2.7"], "python-2.7.18", &[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("edit `undef-limits` is refused on"), "{said}");
    patchset(
        place,
        "no-requires",
        "extends: catamount-py2.7\nedits:\n- id: undef-limits\n  why: As it was, without `requires`.\n  \
         file: pyconfig.h.in\n  header.undef:\n    comment: \"Catamount gives these as 0; Python has defaults of its own\"\n    \
         names: [NGROUPS_MAX, TMP_MAX]\n",
    );
    fails(&["once-only", "no-requires"], "limits-undefined", "undef-limits");
    patchset(
        place,
        "paper-suffix",
        "edits:\n- id: paper-suffix\n  why: As the paper has it.\n  file: Python/dynload_redstorm.c\n  \
         text.replace: {find: '\".a\"', with: '\"a\"'}\n",
    );
    fails(&["catamount-py2.7", "paper-suffix"], "archive-suffix", "static-loader");
}
