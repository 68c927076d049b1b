//! The intended effects of the Catamount edits, read from a patched tree. Each function returns what is not as intended.

use pypatch::plan::Plan;
use pypatch::tree::Tree;

/// A patched tree, as text.
pub struct Patched<'a> {
    pub plan: &'a Plan,
    pub tree: &'a dyn Tree,
}

impl Patched<'_> {
    /// A file after the plan; empty if there is none.
    fn read(&self, path: &str) -> String {
        let changed = self.plan.changes.iter().find(|change| change.path.as_str() == path);
        let file = match changed {
            Some(change) => change.after.clone(),
            None => self.tree.read(&path.parse().unwrap()).unwrap(),
        };
        file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default()
    }

    /// The configure source: configure.ac from 2.7.4 on.
    fn configure(&self) -> String {
        self.read("configure.ac") + &self.read("configure.in")
    }

    /// How often pyconfig.h.in undefines a name after its include guard, in the spelling that config.status keeps.
    fn undefined(&self, name: &str) -> usize {
        let header = self.read("pyconfig.h.in");
        let after = header.rfind("#endif").map_or("", |at| &header[at..]);
        after.lines().filter(|line| *line == format!("#undef/**/{name}")).count()
    }
}

/// The rules of a Makefile in the simple form of Makefile.pre.in: target, prerequisites, recipe.
fn rules(makefile: &str) -> Vec<(String, Vec<String>, Vec<String>)> {
    let mut rules: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
    for line in makefile.replace("\\\n", " ").lines() {
        if let Some(command) = line.strip_prefix('\t') {
            if let Some((.., recipe)) = rules.last_mut() {
                recipe.push(command.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        } else if let Some((targets, words)) = line.split_once(':').filter(|(t, w)| {
            !t.is_empty() && !t.starts_with(['#', ' ', '.']) && !t.contains('=') && !w.starts_with('=')
        }) {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            rules.extend(targets.split_whitespace().map(|t| (t.to_owned(), words.clone(), Vec::new())));
        }
    }
    rules
}

/// Complaints about the Makefile and the sources of configure.
pub fn makefile_complaints(patched: &Patched<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let rules = rules(&patched.read("Makefile.pre.in"));
    let named = |name: &str| rules.iter().filter(|(target, ..)| target == name).collect::<Vec<_>>();
    for target in ["all", "build_all", "install", "altinstall", "commoninstall"] {
        for (_, words, _) in named(target) {
            let shared = words.iter().find(|word| ["sharedmods", "sharedinstall"].contains(&word.as_str()));
            wrong.extend(shared.map(|word| format!("`{target}` still depends on `{word}`")));
        }
    }
    for kept in ["oldsharedmods", "oldsharedinstall"] {
        if !rules.iter().any(|(_, words, _)| words.iter().any(|word| word == kept)) {
            wrong.push(format!("nothing depends on `{kept}` any more"));
        }
    }
    if !named("pybuilddir.txt").is_empty()
        && !named("build_all").iter().any(|(_, words, _)| words.iter().any(|word| word == "pybuilddir.txt"))
    {
        wrong.push("`build_all` does not make pybuilddir.txt, and the interpreter does not start".to_owned());
    }
    // A command that runs the new interpreter, or another program of the tree, without the launcher.
    let by_variable = patched.configure().contains("PYTHON_FOR_BUILD='yod ./$(BUILDPYTHON) -E'");
    for target in ["libinstall", "scriptsinstall", "pybuilddir.txt"] {
        for command in named(target).iter().flat_map(|(.., recipe)| recipe) {
            let words: Vec<&str> = command.split_whitespace().collect();
            for (i, word) in words.iter().enumerate() {
                let before = i.checked_sub(1).map(|i| words[i]);
                let runs = *word == "./$(BUILDPYTHON)" && before != Some("yod")
                    || *word == "$(PYTHON_FOR_BUILD)" && !by_variable;
                if runs {
                    wrong.push(format!("`{target}` runs the interpreter without yod: {command}"));
                }
            }
        }
    }
    let makes_grammar = |target: &str| target != "regen-grammar";
    for (target, _, recipe) in rules.iter().filter(|(target, ..)| makes_grammar(target)) {
        for command in recipe {
            let plain = command.split(['-', '@', ';']).any(|one| one.trim().starts_with("$(PGEN) "));
            if plain {
                wrong.push(format!("`{target}` runs pgen without yod: {command}"));
            }
        }
    }
    let regen = patched.read("Lib/plat-generic/regen");
    let given = patched.read("Makefile.pre.in").contains("PYTHON_FOR_BUILD=\"yod $(BUILDPYTHON)\"");
    let by_yod = regen.contains("\nyod python$EXE ") || regen.contains("$PYTHON_FOR_BUILD ") && given;
    if !by_yod {
        wrong.push("Lib/plat-generic/regen runs the interpreter without yod".to_owned());
    }
    wrong
}

/// Complaints about Modules/Setup.dist and pyconfig.h.in.
pub fn configuration_complaints(patched: &Patched<'_>) -> Vec<String> {
    const MODULES: [&[&str]; 15] = [
        &["array"],
        &["cmath"],
        &["math"],
        &["_struct", "struct"],
        &["time"],
        &["operator"],
        &["_weakref"],
        &["_random"],
        &["collections", "_collections"],
        &["itertools"],
        &["strop"],
        &["unicodedata"],
        &["binascii"],
        &["cStringIO"],
        &["cPickle"],
    ];
    let mut wrong = Vec::new();
    let setup = patched.read("Modules/Setup.dist");
    let lines = |names: &[&str]| {
        setup
            .lines()
            .filter(|line| line.split_whitespace().next().is_some_and(|w| names.contains(&w)))
            .count()
    };
    for names in MODULES {
        if lines(names) != 1 {
            wrong.push(format!("{} lines build {names:?}", lines(names)));
        }
    }
    if lines(&["pwd", "grp", "spwd"]) != 0 {
        wrong.push("a module of the passwd database is built in".to_owned());
    }
    for line in setup.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')) {
        for source in line.split_whitespace().filter(|word| word.ends_with(".c")) {
            if patched.read(&format!("Modules/{source}")).is_empty() {
                wrong.push(format!("Modules/{source} does not exist: {line}"));
            }
        }
    }
    let header = patched.read("pyconfig.h.in");
    let mut undefined = vec![
        "NGROUPS_MAX",
        "TMP_MAX",
        "_LARGEFILE_SOURCE",
        "_FILE_OFFSET_BITS",
        "HAVE_GETGROUPS",
        "HAVE_SETGROUPS",
        "HAVE_GETLOGIN",
        "HAVE_GETPWENT",
    ];
    if header.contains("HAVE_INITGROUPS") {
        undefined.push("HAVE_INITGROUPS");
    }
    for name in undefined {
        if patched.undefined(name) != 1 {
            wrong.push(format!("{name} is not undefined after the guard of pyconfig.h.in"));
        }
    }
    wrong
}

/// Complaints about calls that open a file on every rank which only rank 0 may open.
pub fn broadcast_complaints(patched: &Patched<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    // (file, calls, texts that make a line an exception)
    let rules: [(&str, &[&str], &[&str]); 6] = [
        // Only rank 0 writes; `mangled` is a path on Windows.
        ("Python/import.c", &["fopen(", "stat(", "fstat("], &["\"wb\"", "mangled"]),
        ("Python/marshal.c", &["fstat("], &[]),
        ("Python/dynload_shlib.c", &["fstat("], &[]),
        ("Python/pythonrun.c", &["fopen("], &[]),
        ("Modules/main.c", &["fopen(", "fstat("], &["fopen(startup,"]),
        ("Modules/python.c", &["Py_Main("], &[]),
    ];
    for (file, calls, allowed) in rules {
        let text = patched.read(file);
        for line in text.lines().filter(|line| !line.trim_start().starts_with(['*', '/'])) {
            let is_call = |call: &&&str| {
                line.match_indices(**call)
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
            };
            if allowed.iter().any(|text| line.contains(text)) {
                continue;
            }
            wrong.extend(
                calls.iter().find(is_call).map(|call| format!("{file} calls {call}): {}", line.trim())),
            );
        }
    }
    // getmtime.c reads the time of a source up to 2.5, import.c from 2.6 on.
    if patched.read("Python/import.c").contains("= PyOS_GetLastModificationTime(")
        && !patched.read("Python/getmtime.c").contains("mpi_import_fstat(fp, &st)")
    {
        wrong.push("every rank asks for the time of a source".to_owned());
    }
    // From 2.6 on a script is offered to zipimport before it is opened.
    if patched.read("Modules/main.c").contains("RunMainFromImporter(filename)")
        && !patched.read("Modules/zipimport.c").contains("mpi_import_open_zip(archive, \"rb\")")
    {
        wrong.push("zipimport opens the script on every rank".to_owned());
    }
    wrong
}

/// If configure tests the file and not a cache variable, the preset of the recipe is ignored.
pub fn terminal_complaints(patched: &Patched<'_>) -> Vec<String> {
    let configure = patched.configure();
    let itself = ["-r", "-e"].iter().any(|how| configure.contains(&format!("test {how} /dev/ptmx")));
    let wrong = itself && patched.undefined("HAVE_DEV_PTMX") != 1;
    wrong.then(|| "configure finds /dev/ptmx".to_owned()).into_iter().collect()
}

/// Complaints about the other effects in Python 2.
pub fn other_complaints(patched: &Patched<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    if patched.read("Lib/distutils/unixccompiler.py").matches("def link_shared_object (self").count() != 1 {
        wrong.push("distutils makes no archives".to_owned());
    }
    if !patched.read("aclocal.m4").contains("m4_define([_AC_RUN_IFELSE]") {
        wrong.push("configure runs its test programs itself".to_owned());
    }
    if patched.configure().contains("version_required(2.65)") {
        wrong.push("only autoconf 2.65 can regenerate configure".to_owned());
    }
    wrong
}
