//! The Catamount family on every pinned release: one member holds it, its plan fits, and what it comes to has the
//! effect that it is for, which an anchor that fits does not prove.
//!
//! The family is `catamount-py2.5` and all that extend it. A release that is not at hand (PYPATCH_SOURCES, or fetched
//! into the cache) is skipped, visibly; one that PYPATCH_REQUIRE_PINS names must be there.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeSet;
use std::sync::Mutex;

use pypatch::fetch::{Located, Places, locate};
use pypatch::patchset::{Catalog, Patchset};
use pypatch::plan::{Plan, plan};
use pypatch::tree::pin::{Pin, PinSet};
use pypatch::tree::{ArchiveTree, GitTree, Tree};
use pypatch::version::VersionRange;

/// What every member is, or extends.
const ROOT: &str = "catamount-py2.5";

/// The releases that must have a member.
const COVERED: &str = "<3.0";

fn family() -> Vec<Patchset> {
    let catalog = Catalog::default();
    let all = catalog.ids().unwrap().into_iter().map(|id| catalog.load(&id).unwrap());
    all.filter(|one| one.id == ROOT || one.extends.iter().any(|id| id == ROOT)).collect()
}

fn holds<'a>(family: &'a [Patchset], pin: &Pin) -> Vec<&'a Patchset> {
    let holds = |one: &&Patchset| one.applies_to.as_ref().is_some_and(|range| range.contains(&pin.version));
    family.iter().filter(holds).collect()
}

fn releases() -> Vec<Pin> {
    PinSet::shipped().all().unwrap()
}

#[test]
fn every_release_has_exactly_one_member() {
    let family = family();
    let covered: VersionRange = COVERED.parse().unwrap();
    assert!(family.len() > 1);
    for pin in releases() {
        let members: Vec<&str> = holds(&family, &pin).iter().map(|one| one.id.as_str()).collect();
        let least = usize::from(covered.contains(&pin.version));
        assert!((least..=1).contains(&members.len()), "{}: {members:?}", pin.name);
    }
}

#[test]
fn every_member_has_a_pin_of_each_of_its_minor_versions() {
    for member in family() {
        let range = member.applies_to.as_ref().unwrap();
        let minors = |pins: Vec<Pin>| pins.iter().map(|pin| pin.version.minor()).collect::<BTreeSet<_>>();
        let held = minors(releases().into_iter().filter(|pin| range.contains(&pin.version)).collect());
        let pinned = minors(member.pins.iter().map(|name| PinSet::shipped().get(name).unwrap()).collect());
        assert_eq!(held, pinned, "{}", member.id);
    }
}

/// Hands every release that is at hand, its member and its tree to `look`, which says what is wrong.
fn on_every_release(look: impl Fn(&Pin, &Patchset, &dyn Tree) -> Vec<String> + Sync) {
    let (family, places) = (family(), Places::from_env());
    let required = std::env::var("PYPATCH_REQUIRE_PINS").unwrap_or_default();
    let work = Mutex::new(releases().into_iter());
    let wrong = Mutex::new(Vec::new());
    let absent = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(pin) = work.lock().unwrap().next() else { break };
                    let Some(member) = holds(&family, &pin).first().copied() else { continue };
                    let tree: Box<dyn Tree> = match locate(&pin, &places).located {
                        None => {
                            absent.lock().unwrap().push(pin.name);
                            continue;
                        }
                        Some(Located::Tarball { path, .. }) => Box::new(ArchiveTree::open(&path).unwrap()),
                        Some(Located::Git { repository, tree }) => {
                            Box::new(GitTree::at_tree_id(&repository, &tree).unwrap())
                        }
                    };
                    let complaints = look(&pin, member, tree.as_ref());
                    let named =
                        complaints.into_iter().map(|what| format!("{} on {}: {what}", member.id, pin.name));
                    wrong.lock().unwrap().extend(named);
                }
            });
        }
    });
    let (wrong, mut absent) = (wrong.into_inner().unwrap(), absent.into_inner().unwrap());
    absent.sort();
    if !absent.is_empty() {
        common::skip("the family on some releases", &format!("not at hand: {}", absent.join(" ")));
    }
    let missing: Vec<_> =
        required.split_whitespace().filter(|name| absent.iter().any(|a| a == name)).collect();
    assert!(missing.is_empty(), "PYPATCH_REQUIRE_PINS, but not at hand: {missing:?}");
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

/// Why the plan cannot be applied.
fn misfits(plan: &Plan) -> Vec<String> {
    let mut wrong: Vec<String> = plan.outside.iter().map(|range| format!("it is for {range}")).collect();
    wrong.extend(plan.conflicts.iter().map(|one| format!("{one:?}")));
    wrong.extend(plan.restless.iter().map(|one| format!("{one:?}")));
    for edit in &plan.edits {
        let failures = edit.parts.iter().filter(|part| part.outcome.is_failure());
        wrong.extend(failures.map(|part| format!("{}: {:?}", edit.id, part.outcome)));
        let lints = edit.lints.iter().filter(|lint| lint.allowed.is_none());
        wrong.extend(lints.map(|lint| format!("{}: {}", edit.id, lint.message)));
    }
    assert_eq!(wrong.is_empty(), plan.fits());
    wrong
}

/// A patched tree, as text.
struct Patched<'a> {
    plan: &'a Plan,
    tree: &'a dyn Tree,
}

impl Patched<'_> {
    /// A file as the plan leaves it; empty where there is none.
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

    /// How often pyconfig.h.in undefines a name behind its guard, in the spelling that survives.
    fn undefined(&self, name: &str) -> usize {
        let header = self.read("pyconfig.h.in");
        let behind = header.rfind("#endif").map_or("", |at| &header[at..]);
        behind.lines().filter(|line| *line == format!("#undef/**/{name}")).count()
    }
}

/// The rules of a Makefile: target, prerequisites, recipe. Of the simple form that Makefile.pre.in has.
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

/// What the Makefile and the sources of configure must be.
fn makefile_complaints(patched: &Patched<'_>) -> Vec<String> {
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
    // A command that runs the new interpreter, or a program made from the tree, itself.
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
    if !regen.contains("\nyod python$EXE ") && !(regen.contains("$PYTHON_FOR_BUILD ") && given) {
        wrong.push("Lib/plat-generic/regen runs the interpreter without yod".to_owned());
    }
    wrong
}

/// What Modules/Setup.dist and pyconfig.h.in must be.
fn configuration_complaints(patched: &Patched<'_>) -> Vec<String> {
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
                wrong.push(format!("there is no Modules/{source}: {line}"));
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
            wrong.push(format!("{name} is not undefined behind the guard of pyconfig.h.in"));
        }
    }
    wrong
}

/// Files that rank 0 alone may look for and read, and how every rank would do so itself.
fn broadcast_complaints(patched: &Patched<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    // (file, calls, what a line may say all the same)
    let rules: [(&str, &[&str], &[&str]); 6] = [
        // Writing is rank 0's; `mangled` is a path of Windows.
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
    // The time of a source: by getmtime.c up to 2.5, by import.c itself from 2.6 on.
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

/// Where configure looks for the file itself, and not for a cache variable, the recipe's preset is ignored.
fn terminal_complaints(patched: &Patched<'_>) -> Vec<String> {
    let configure = patched.configure();
    let itself = ["-r", "-e"].iter().any(|how| configure.contains(&format!("test {how} /dev/ptmx")));
    let wrong = itself && patched.undefined("HAVE_DEV_PTMX") != 1;
    wrong.then(|| "configure finds /dev/ptmx".to_owned()).into_iter().collect()
}

/// The rest of what the edits are for in Python 2.
fn other_complaints(patched: &Patched<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    if patched.read("Lib/distutils/unixccompiler.py").matches("def link_shared_object (self").count() != 1 {
        wrong.push("distutils makes no archives".to_owned());
    }
    if !patched.read("aclocal.m4").contains("m4_define([_AC_RUN_IFELSE]") {
        wrong.push("configure runs its test programs itself".to_owned());
    }
    if patched.configure().contains("version_required(2.65)") {
        wrong.push("configure can be made anew by autoconf 2.65 alone".to_owned());
    }
    wrong
}

#[test]
fn on_every_release_the_plan_fits_and_has_its_effect() {
    on_every_release(|pin, member, tree| {
        let plan = plan(member, tree).unwrap();
        let mut wrong = misfits(&plan);
        if wrong.is_empty() {
            let patched = Patched { plan: &plan, tree };
            wrong.extend(terminal_complaints(&patched));
            if pin.version.series().0 == 2 {
                wrong.extend(makefile_complaints(&patched));
                wrong.extend(configuration_complaints(&patched));
                wrong.extend(broadcast_complaints(&patched));
                wrong.extend(other_complaints(&patched));
            }
        }
        wrong
    });
}

#[test]
fn an_untouched_release_of_python_2_has_none_of_the_effects() {
    on_every_release(|pin, member, tree| {
        if pin.version.series().0 != 2 {
            return Vec::new();
        }
        let nothing = Patchset { edits: Vec::new(), ..member.clone() };
        let plan = plan(&nothing, tree).unwrap();
        let untouched = Patched { plan: &plan, tree };
        let seen = [
            // The shared modules, the interpreter in libinstall, and the script of the platform's modules.
            (makefile_complaints(&untouched).len(), 8),
            (configuration_complaints(&untouched).len(), 14 + 8),
            (broadcast_complaints(&untouched).len(), 10),
            (other_complaints(&untouched).len(), 2),
        ];
        seen.iter()
            .filter(|(seen, least)| seen < least)
            .map(|(seen, least)| format!("{seen} of at least {least} complaints"))
            .collect()
    });
}
