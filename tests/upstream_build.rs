//! Patched trees of real releases are configured, built, installed and checked. A deliberately broken edit fails a check
//! that names it.
//!
//! This takes minutes, and programs that the other tests do not need, so it runs only if `PYPATCH_TEST_BUILDS` is set.
//! If that is the path of a directory, the builds are kept there, in RELEASE/work and RELEASE/prefix.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::pins;

/// Whether builds are asked for and `pin` is available locally.
fn wanted(pin: &str) -> bool {
    let test = format!("build of {pin}");
    if std::env::var_os("PYPATCH_TEST_BUILDS").is_none() {
        common::skip(&test, "PYPATCH_TEST_BUILDS is not set");
        return false;
    }
    let found = pins::locate(pin).is_some();
    if !found {
        pins::report_missing(&test, 1, &[pin]);
    }
    found
}

/// Builds in `place`, which may have an earlier build; returns the exit status and the output.
fn build(place: &Path, patchsets: &[&str], pin: &str, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pypatch"));
    if pin.starts_with("python-3.") {
        // Instead of -O3, which no check needs and which takes most of the time.
        command.env("OPT", "-DNDEBUG -O1 -Wall");
    }
    command.arg("build").args(patchsets).arg(pin).args(more).current_dir(place);
    command.args(["--prefix", "prefix", "--work", "work", "--launcher", "stub"]);
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

/// The directory of a build: below the one that `PYPATCH_TEST_BUILDS` names, or a temporary one.
struct BuildDirectory {
    path: PathBuf,
    _temporary: tempfile::TempDir,
}

impl BuildDirectory {
    fn of(pin: &str) -> BuildDirectory {
        let temporary = tempfile::tempdir().unwrap();
        let kept = std::env::var_os("PYPATCH_TEST_BUILDS").map(PathBuf::from);
        let root = kept.filter(|path| path.is_absolute()).unwrap_or_else(|| temporary.path().to_owned());
        let path = root.join(pin);
        fs::create_dir_all(&path).unwrap();
        BuildDirectory { path, _temporary: temporary }
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

/// Builds and checks all programs of the patchsets; `programs` must be in the prefix afterwards.
fn build_all(place: &Path, patchsets: &[&str], pin: &str, programs: &[&str]) {
    let (code, said) = build(place, patchsets, pin, &[]);
    let _ = writeln!(std::io::stderr(), "{said}");
    assert_eq!(code, Some(0), "{said}");
    for program in programs {
        assert!(place.join("prefix/bin").join(program).is_file(), "{program}");
    }
}

/// An extension module in a package, `foo.bar._mumble`, for Python 2 and 3.
fn write_module(module: &Path) {
    fs::create_dir_all(module.join("foo/bar")).unwrap();
    for init in ["foo/__init__.py", "foo/bar/__init__.py"] {
        fs::write(module.join(init), "").unwrap();
    }
    fs::write(
        module.join("mumble.c"),
        "#include \"Python.h\"\nstatic PyMethodDef methods[] = {{NULL, NULL}};\n\
         #if PY_MAJOR_VERSION < 3\nPyMODINIT_FUNC init_mumble(void)\n{\n    \
         PyModule_AddIntConstant(Py_InitModule(\"_mumble\", methods), \"answer\", 42);\n}\n\
         #else\nstatic int fill(PyObject *m)\n{\n    \
         return PyModule_AddIntConstant(m, \"answer\", 42);\n}\n\
         static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};\n\
         static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, \"_mumble\", NULL, 0, methods, slots};\n\
         PyMODINIT_FUNC PyInit__mumble(void)\n{\n    return PyModuleDef_Init(&module);\n}\n#endif\n",
    )
    .unwrap();
}

/// Adds `line` to a file like Modules/Setup in the build directory of the compute nodes' interpreter, rebuilds it, and
/// imports `foo.bar._mumble` from `site`, which has its `archive`; without the archive the import fails.
fn linked_module_is_found(place: &Path, setup: &str, line: &str, site: &Path, archive: &Path) {
    let catamount = place.join("work/catamount");
    let setup = catamount.join(setup);
    let mut text = fs::read_to_string(&setup).unwrap();
    text.push_str(line);
    text.push('\n');
    fs::write(&setup, text).unwrap();
    let path = format!("{}:{}", place.join("work/bin").display(), std::env::var("PATH").unwrap());
    let make = Command::new("make").current_dir(&catamount).env("PATH", &path).output().unwrap();
    assert!(make.status.success(), "{}", String::from_utf8_lossy(&make.stderr));
    let script = "import foo.bar._mumble as m; print('%s %s %s' % (m.__name__, m.__file__, m.answer))";
    let import = || {
        let mut python = Command::new(catamount.join("python"));
        python.args(["-c", script]).current_dir(&catamount).env("PYTHONPATH", site).output().unwrap()
    };
    let output = import();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.trim(), format!("foo.bar._mumble {} 42", archive.display()), "{errors}");
    fs::remove_file(archive).unwrap();
    let output = import();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    // From 3.6 on it is a ModuleNotFoundError.
    assert!(
        errors.contains("ImportError") || errors.contains("ModuleNotFoundError"),
        "imported without its archive: {errors}"
    );
}

/// Builds all, builds an extension module as an archive with the module builder, and links it by a line in `setup`;
/// before 3.11 with `setup add` and the next build.
fn build_holds(patchsets: &[&str], pin: &str, programs: &[&str], setup: &str) {
    let place = BuildDirectory::of(pin);
    build_all(place.path(), patchsets, pin, programs);
    let prefix = place.path().join("prefix");
    let module = place.path().join("module");
    write_module(&module);
    fs::write(
        module.join("setup.py"),
        "from distutils.core import setup, Extension\n\
         setup(name='foo', version='1', packages=['foo', 'foo.bar'],\n      \
         ext_modules=[Extension('foo.bar._mumble', ['mumble.c'], libraries=['m'])])\n",
    )
    .unwrap();
    // The module builder makes an archive and prints the line that links it.
    let log = run(&module, &prefix.join("bin/python.sn"), &["setup.py", "install"]);
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("Append to Setup:")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    let site = prefix.join("lib").join(programs[0]).join("site-packages");
    let archive = site.join("foo/bar/_mumble.a");
    assert!(archive.is_file(), "{log}");
    if setup == "Modules/Setup" {
        added_module_is_found(place.path(), patchsets, pin, &log, &archive);
    } else {
        let line = format!("_mumble {} -lm", archive.display());
        linked_module_is_found(place.path(), setup, &line, &site, &archive);
    }
}

/// `setup add` takes the line from the log; the next build links, checks and installs the interpreter again, and the
/// installed one imports the module.
fn added_module_is_found(place: &Path, patchsets: &[&str], pin: &str, log: &str, archive: &Path) {
    let pypatch = Path::new(env!("CARGO_BIN_EXE_pypatch"));
    fs::write(place.join("log"), log).unwrap();
    let site = archive.ancestors().nth(3).unwrap().to_str().unwrap();
    run(place, pypatch, &["setup", "add", "work/catamount", "--from-log", "log", "--installed", site]);
    let (code, said) = build(place, patchsets, pin, &[]);
    assert_eq!(code, Some(0), "{said}");
    for (step, outcome) in [("configure: done before", true), ("make: done before", false)] {
        assert_eq!(said.contains(&format!("catamount/{step}")), outcome, "{said}");
    }
    let import = || {
        let mut yod = Command::new(place.join("work/bin/yod"));
        yod.arg(place.join("prefix/bin/python")).current_dir(place).env_remove("YOD_ALLOW_DYNAMIC");
        yod.args(["-c", "import foo.bar._mumble as m; print(m.__name__, m.__file__, m.answer)"]);
        let output = yod.output().unwrap();
        [&output.stdout[..], &output.stderr[..]].map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
    };
    let [said, errors] = import();
    assert_eq!(said, format!("('foo.bar._mumble', '{}', 42)", archive.display()), "{errors}");
    fs::remove_file(archive).unwrap();
    let [_, errors] = import();
    assert!(errors.contains("ImportError"), "imported without its archive: {errors}");
    // For later tests in this directory.
    run(place, pypatch, &["revert", "work/catamount"]);
}

/// Builds all, and links a module whose sources Modules/Setup.local names. Python 3.12 has no distutils that could build
/// an archive: an empty file marks the place of the module.
fn build_holds_without_distutils(patchsets: &[&str], pin: &str, programs: &[&str]) {
    let place = BuildDirectory::of(pin);
    build_all(place.path(), patchsets, pin, programs);
    let module = place.path().join("module");
    write_module(&module);
    let archive = module.join("foo/bar/_mumble.a");
    fs::write(&archive, "").unwrap();
    fs::copy(module.join("mumble.c"), place.path().join("work/source/Modules/mumble.c")).unwrap();
    linked_module_is_found(place.path(), "Modules/Setup.local", "_mumble mumble.c", &module, &archive);
}

fn run(directory: &Path, program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(directory).output().unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn python_2_7_builds_and_passes_all_checks() {
    if wanted("python-2.7.18") {
        build_holds(
            &["catamount-py2.7"],
            "python-2.7.18",
            &["python2.7", "python", "python.sn"],
            "Modules/Setup",
        );
    }
}

#[test]
fn python_2_5_builds_and_passes_all_checks() {
    if wanted("python-2.5") {
        let patchsets = ["modern-toolchain-py2.5", "catamount-py2.5"];
        build_holds(&patchsets, "python-2.5", &["python2.5", "python", "python.sn"], "Modules/Setup");
    }
}

#[test]
fn python_3_11_builds_and_passes_all_checks() {
    if wanted("python-3.11.2") {
        // From 3.11 on Modules/Setup is read from the source tree only.
        let programs = ["python3.11", "python3", "python.sn"];
        build_holds(&["catamount-py3.11"], "python-3.11.2", &programs, "Modules/Setup.local");
    }
}

#[test]
fn python_3_13_builds_and_passes_all_checks() {
    if wanted("python-3.13.5") {
        build_holds_without_distutils(&["catamount-py3.13"], "python-3.13.5", &["python3.13", "python3"]);
    }
}

#[test]
fn lua_and_tcl_build_and_pass_all_checks() {
    for (patchset, pin, program) in
        [("catamount-lua5.4", "lua-5.4.4", "lua"), ("catamount-tcl8.6", "tcl-8.6.13", "tclsh8.6")]
    {
        if wanted(pin) {
            build_all(BuildDirectory::of(pin).path(), &[patchset], pin, &[program]);
        }
    }
}

#[test]
fn a_module_in_c_is_linked_into_lua_and_a_broken_edit_fails_a_check() {
    let pin = "lua-5.4.4";
    if !wanted(pin) {
        return;
    }
    let place = BuildDirectory::of("lua-with-a-module");
    let place = place.path();
    let module =
        "#include \"lua.h\"\nint luaopen_foo_bar(lua_State *L) { lua_pushinteger(L, 7); return 1; }\n";
    let patch = |make: &str| {
        format!(
            "extends: catamount-lua5.4\nedits:\n- id: linked\n  why: A module in C.\n  changes:\n  \
             - {{file: src/foo.c, file.add: {{content: {module:?}}}}}\n  \
             - {{file: src/Makefile, makefile.set-variable: {{name: MYOBJS, value: foo.o}}}}\n{make}"
        )
    };
    let linked = "- id: listed\n  why: A module in C.\n  depends-on: [static-modules]\n  file: src/lmodules.h\n  \
                  text.insert: {after: '*/', text: 'LMODULE(\"foo.bar\", luaopen_foo_bar)'}\n";
    patchset(place, "linked", &patch(linked));
    let (code, said) = build(place, &["linked"], pin, &[]);
    assert_eq!(code, Some(0), "{said}");
    let said = run(place, &place.join("prefix/bin/lua"), &["-e", "print((require 'foo.bar'))"]);
    assert_eq!(said, "7\n");
    // Without its name in the Makefile, the platform has popen.
    let broken = "- id: no-processes\n  why: Forgotten.\n  file: src/Makefile\n  makefile.set-variable: {name: CMCFLAGS, value: -O1}\n";
    patchset(place, "linked", &patch(&format!("{linked}{broken}")));
    let (code, said) = build(place, &["linked"], pin, &[]);
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("no-new-processes (edit `no-processes`)"), "{said}");
}

#[test]
fn a_deliberately_broken_edit_fails_a_check_that_names_it() {
    if !wanted("python-2.7.18") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    let fails = |patchsets: &[&str], check: &str, edit: &str| {
        let (code, said) = build(place, patchsets, "python-2.7.18", &["--program", "catamount"]);
        assert_eq!(code, Some(5), "{said}");
        let is_reported = |line: &str| line.contains("checks failed after ") && line.contains(check);
        assert!(said.lines().any(is_reported), "{said}");
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
    // Without the fact, and without the `requires` that states it.
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
