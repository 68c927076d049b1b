//! How a patched tree becomes a program, and what must be true of it: declared, not hidden in a script.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::tree::TreePath;

/// The step that makes generated files anew.
pub const REGENERATE: &str = "regenerate";
/// The steps of every program, in their order.
pub const PROGRAM_STEPS: [&str; 3] = ["configure", "make", "install"];

/// The recipe of a patchset. One that extends another replaces programs and checks of the same id,
/// and the other keys where it gives them.
///
/// Arguments and commands are read by `sh`, with these variables set: `$SOURCE` is the program's tree,
/// `$BUILD` its build directory, `$PREFIX` where it is installed, `$JOBS` how many jobs make may run,
/// `$LAUNCHER_LOG` a file with one line for each call of the launcher by the step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// Files that have to be made anew because what they are made from was edited.
    #[serde(default)]
    pub regenerate: Vec<Regenerate>,
    /// The program that starts others on the machine, by the name under which the tree calls it.
    #[serde(default)]
    pub launcher: Option<String>,
    /// What is built, in this order.
    #[serde(default)]
    pub programs: Vec<Program>,
    /// What must be true after the steps.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Checks of the extended patchset that do not hold here, each with the reason.
    #[serde(default)]
    pub drop_checks: BTreeMap<String, String>,
}

/// A generated file of the tree that has to be made anew.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Regenerate {
    /// Why.
    pub why: String,
    /// The program, and its other names, of which the first that is installed is meant.
    pub run: Vec<String>,
    /// What it reads.
    #[schemars(with = "Vec<String>", inner(regex(pattern = super::schema::PATH)))]
    pub reads: Vec<TreePath>,
    /// What it writes.
    #[schemars(with = "Vec<String>", inner(regex(pattern = super::schema::PATH)))]
    pub writes: Vec<TreePath>,
}

/// One interpreter: configured, made and installed, in a build directory of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Program {
    /// Its name.
    pub id: String,
    /// What it is for.
    pub why: String,
    /// The tree it is built from.
    #[serde(default)]
    pub tree: ProgramTree,
    /// Built only when it is asked for by name.
    #[serde(default)]
    pub on_request: bool,
    /// Commands before configure, in the build directory.
    #[serde(default)]
    pub before: Vec<String>,
    /// Environment of configure, cache variables included.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Arguments of configure.
    #[serde(default)]
    pub configure: Vec<String>,
    /// Commands between configure and make, in the build directory: what has to be made before everything
    /// else, one after the other.
    #[serde(default)]
    pub before_make: Vec<String>,
    /// Arguments of make.
    #[serde(default)]
    pub make: Vec<String>,
    /// Arguments of the make that installs.
    #[serde(default = "install")]
    pub install: Vec<String>,
    /// Commands after that.
    #[serde(default)]
    pub after: Vec<String>,
}

fn install() -> Vec<String> {
    vec!["install".to_owned()]
}

/// Which tree a program is built from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramTree {
    /// The tree with the patchset.
    #[default]
    Patched,
    /// The tree as it was before this patchset, with the patchsets that are applied before it: section
    /// 3.2 of the paper builds the native python.sn so.
    Unpatched,
}

/// Something that must be true after a step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Its name.
    pub id: String,
    /// Why it matters: what was wrong where it did not hold.
    pub why: String,
    /// The step it follows: `regenerate`, or a program's: `catamount/make`.
    pub after: String,
    /// The edits that it proves. One that fails names them; one whose edits are all dropped goes with
    /// them.
    #[serde(default)]
    pub edits: Vec<String>,
    /// A command that must succeed. It runs in the program's build directory, after `regenerate` in the
    /// patched tree.
    #[serde(default)]
    pub run: Option<String>,
    /// Exactly what the command prints to stdout, but for white space at both ends.
    #[serde(default)]
    pub prints: Option<String>,
    /// The log of this step is looked at, instead of what a command prints.
    #[serde(default)]
    pub log: Option<String>,
    /// Texts that the output or log must contain.
    #[serde(default)]
    pub contains: Vec<String>,
    /// Texts that it must not contain.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// File patterns, and how many files there must be of each at least.
    #[serde(default)]
    pub files: BTreeMap<String, usize>,
}

impl Build {
    /// The ids of all steps, in their order.
    pub fn steps(&self) -> Vec<String> {
        let programs = self.programs.iter();
        let steps = programs.flat_map(|one| PROGRAM_STEPS.map(|step| format!("{}/{step}", one.id)));
        std::iter::once(REGENERATE.to_owned()).chain(steps).collect()
    }

    /// What it says that cannot be meant.
    pub(super) fn complaints(&self, edits: &BTreeSet<&str>) -> Vec<String> {
        let mut complaints = Vec::new();
        let steps = self.steps();
        for program in &self.programs {
            if program.id.is_empty() || !program.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                let id = &program.id;
                complaints.push(format!("`{id}` is no name of a program: letters, digits and `-` are"));
            }
        }
        for check in &self.checks {
            let mut wrong = |what: String| complaints.push(format!("check `{}`: {what}", check.id));
            for step in std::iter::once(&check.after).chain(&check.log) {
                if !steps.contains(step) {
                    wrong(format!("there is no step `{step}`; there are {}", steps.join(", ")));
                }
            }
            for edit in check.edits.iter().filter(|edit| !edits.contains(edit.as_str())) {
                wrong(format!("there is no edit `{edit}`"));
            }
            let subjects = [check.run.is_some(), check.log.is_some(), !check.files.is_empty()];
            if subjects.iter().filter(|given| **given).count() != 1 {
                wrong("say one of `run`, `log` and `files`".to_owned());
            }
            let texts = !check.contains.is_empty() || !check.lacks.is_empty();
            if check.log.is_some() && !texts {
                wrong("`log` needs `contains` or `lacks`: nothing could fail".to_owned());
            }
            if check.prints.is_some() && check.run.is_none() {
                wrong("`prints` is what `run` prints".to_owned());
            }
            if !check.files.is_empty() && texts {
                wrong("`contains` and `lacks` are for `run` and `log`".to_owned());
            }
        }
        complaints
    }

    /// Takes over what `next`, which extends this, says.
    pub(super) fn extended(mut self, next: &Build) -> Result<Build, Vec<String>> {
        let mut complaints = Vec::new();
        let mut seen = BTreeSet::new();
        for id in next.programs.iter().map(|one| &one.id) {
            if !seen.insert(id) {
                complaints.push(format!("two programs are called `{id}`"));
            }
        }
        let mut seen = BTreeSet::new();
        for id in next.checks.iter().map(|one| &one.id) {
            if !seen.insert(id) {
                complaints.push(format!("check `{id}`: there are two of this name"));
            }
        }
        for id in next.drop_checks.keys() {
            match self.checks.iter().position(|check| check.id == *id) {
                Some(at) => drop(self.checks.remove(at)),
                None => complaints
                    .push(format!("`drop-checks` names `{id}`, which is no check of what this extends")),
            }
        }
        if !next.regenerate.is_empty() {
            self.regenerate.clone_from(&next.regenerate);
        }
        if next.launcher.is_some() {
            self.launcher.clone_from(&next.launcher);
        }
        for program in &next.programs {
            match self.programs.iter_mut().find(|one| one.id == program.id) {
                Some(old) => old.clone_from(program),
                None => self.programs.push(program.clone()),
            }
        }
        for check in &next.checks {
            match self.checks.iter_mut().find(|one| one.id == check.id) {
                Some(old) => old.clone_from(check),
                None => self.checks.push(check.clone()),
            }
        }
        if complaints.is_empty() { Ok(self) } else { Err(complaints) }
    }

    /// Leaves out the checks whose edits were all dropped.
    pub(super) fn without_dropped(&mut self, dropped: &BTreeMap<String, String>) {
        self.checks.retain_mut(|check| {
            let proved_some = !check.edits.is_empty();
            check.edits.retain(|edit| !dropped.contains_key(edit));
            !proved_some || !check.edits.is_empty()
        });
    }
}
