//! The build recipe of a patchset: programs to build from the patched tree, and checks of the results.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::tree::TreePath;

/// The id of the step that regenerates files.
pub(crate) const REGENERATE: &str = "regenerate";
/// The steps of each program, in their order.
pub(crate) const PROGRAM_STEPS: [&str; 3] = ["configure", "make", "install"];

/// The build recipe of a patchset. A patchset that extends another replaces programs and checks of the
/// same id, and any other key that it sets.
///
/// Arguments and commands are read by `sh` with these variables: `$SOURCE` is the program's tree, `$BUILD`
/// its build directory, `$PREFIX` the directory it is installed to, `$JOBS` the number of jobs for make, and
/// `$LAUNCHER_LOG` a file with one line for each call of the launcher by the step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// Generated files that must be made again because their sources were edited.
    #[serde(default)]
    pub regenerate: Vec<Regenerate>,
    /// The program that starts others on the compute nodes, by the name that the tree uses: a file name.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = "^[A-Za-z0-9_][A-Za-z0-9._+-]*$")))]
    pub launcher: Option<String>,
    /// The programs to build, in this order.
    #[serde(default)]
    pub programs: Vec<Program>,
    /// What must hold after the steps.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Checks of the extended patchset to leave out, each with the reason.
    #[serde(default)]
    pub drop_checks: BTreeMap<String, String>,
}

/// Generated files of the tree that must be made again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Regenerate {
    /// Why.
    pub why: String,
    /// Commands, of which the first whose program is installed runs.
    pub run: Vec<String>,
    /// The files it reads.
    #[cfg_attr(test, schemars(with = "Vec<String>", inner(regex(pattern = super::schema::PATH))))]
    pub reads: Vec<TreePath>,
    /// The files it writes.
    #[cfg_attr(test, schemars(with = "Vec<String>", inner(regex(pattern = super::schema::PATH))))]
    pub writes: Vec<TreePath>,
}

/// A program that is configured, made and installed in its own build directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Program {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub why: String,
    /// The tree it is built from.
    #[serde(default, skip_serializing_if = "ProgramTree::is_patched")]
    pub tree: ProgramTree,
    /// Whether it is built only when the user names it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_request: bool,
    /// Commands before configure, in the build directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The environment of configure, make and the install. Only configure gets its cache variables (`ac_cv_*`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// The command that configures, before its arguments [default: `"$SOURCE/configure"`]. A tree that can be built only in itself is
    /// copied here instead, as by `cp -Rp "$SOURCE/." .`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configured_by: Option<String>,
    /// Arguments of configure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configure: Vec<String>,
    /// Commands between configure and make, in the build directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before_make: Vec<String>,
    /// Arguments of make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub make: Vec<String>,
    /// Arguments of the make that installs.
    #[serde(default = "install", skip_serializing_if = "is_install")]
    pub install: Vec<String>,
    /// Commands after the install, in the build directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

fn install() -> Vec<String> {
    vec!["install".to_owned()]
}

fn is_install(arguments: &[String]) -> bool {
    arguments == install()
}

/// The tree that a program is built from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProgramTree {
    /// The tree with this patchset.
    #[default]
    Patched,
    /// The tree without this patchset, but with the patchsets that are applied before it. Section 3.2 of the
    /// paper builds the native python.sn from it.
    Unpatched,
}

impl ProgramTree {
    fn is_patched(&self) -> bool {
        *self == ProgramTree::Patched
    }
}

/// Something that must hold after a step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Its id.
    pub id: String,
    /// Why it matters: what went wrong where it did not hold.
    pub why: String,
    /// The step it follows: `regenerate`, or one of a program such as `catamount/make`.
    pub after: String,
    /// The edits that it proves. If the check fails they are reported, and if all of them are dropped so is
    /// the check.
    #[serde(default)]
    pub edits: Vec<String>,
    /// A command that must succeed. It runs in the program's build directory, or in the patched tree after
    /// `regenerate`.
    #[serde(default)]
    pub run: Option<String>,
    /// What the command must print to stdout, without white space at both ends.
    #[serde(default)]
    pub prints: Option<String>,
    /// A step whose log is searched instead of the output of a command.
    #[serde(default)]
    pub log: Option<String>,
    /// Texts that the output or log must contain.
    #[serde(default)]
    pub contains: Vec<String>,
    /// Texts that the output or log must not contain.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// File patterns, each with the least number of files that must match.
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

    /// The mistakes of a recipe whose patchset has the edits `edits`.
    pub(super) fn complaints(&self, edits: &BTreeSet<&str>) -> Vec<String> {
        let mut complaints = Vec::new();
        let steps = self.steps();
        if let Some(launcher) = self.launcher.as_ref().filter(|name| !is_launcher(name)) {
            let allowed = "use the name of a file, of letters, digits, `.`, `_`, `+` and `-`";
            complaints.push(format!("invalid launcher `{launcher}`: {allowed}"));
        }
        for Program { id, environment, .. } in &self.programs {
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                complaints.push(format!("invalid program id `{id}`: use letters, digits and `-`"));
            } else if RESERVED.contains(&id.as_str()) {
                complaints.push(format!("invalid program id `{id}`: `build` has a directory of that name"));
            }
            for name in environment.keys().filter(|name| !is_variable(name)) {
                let allowed = "use letters, digits and `_`, and no digit at its beginning";
                complaints.push(format!("program `{id}`: invalid environment variable `{name}`: {allowed}"));
            }
        }
        for check in &self.checks {
            let mut wrong = |what: String| complaints.push(format!("check `{}`: {what}", check.id));
            for step in std::iter::once(&check.after).chain(&check.log) {
                if !steps.contains(step) {
                    wrong(format!("unknown step `{step}`; the steps are {}", steps.join(", ")));
                }
            }
            for edit in check.edits.iter().filter(|edit| !edits.contains(edit.as_str())) {
                wrong(format!("unknown edit `{edit}`"));
            }
            let subjects = [check.run.is_some(), check.log.is_some(), !check.files.is_empty()];
            if subjects.iter().filter(|given| **given).count() != 1 {
                wrong("give exactly one of `run`, `log` and `files`".to_owned());
            }
            let texts = !check.contains.is_empty() || !check.lacks.is_empty();
            if check.log.is_some() && !texts {
                wrong("`log` needs `contains` or `lacks`, or it could never fail".to_owned());
            }
            if check.prints.is_some() && check.run.is_none() {
                wrong("`prints` needs `run`".to_owned());
            }
            for pattern in check.files.keys().filter(|pattern| !is_pattern(pattern)) {
                wrong(format!(
                    "invalid pattern `{pattern}`: besides `$PREFIX` and `$BUILD`, use only characters of file names, `*`, `?` and `[...]`"
                ));
            }
            if !check.files.is_empty() && texts {
                wrong("`contains` and `lacks` need `run` or `log`".to_owned());
            }
        }
        complaints
    }

    /// This recipe changed by `next`, the recipe of a patchset that extends this one.
    ///
    /// # Errors
    /// The mistakes of `next`.
    pub(super) fn extended(mut self, next: &Build) -> Result<Build, Vec<String>> {
        let programs = duplicates(next.programs.iter().map(|program| &program.id));
        let checks = duplicates(next.checks.iter().map(|check| &check.id));
        let mut complaints: Vec<String> =
            programs.iter().map(|id| format!("two programs have the id `{id}`")).collect();
        complaints.extend(checks.iter().map(|id| format!("two checks have the id `{id}`")));
        for id in next.drop_checks.keys() {
            match self.checks.iter().position(|check| check.id == *id) {
                Some(at) => drop(self.checks.remove(at)),
                None => complaints.push(format!("`drop-checks`: the extended patchset has no check `{id}`")),
            }
        }
        if !next.regenerate.is_empty() {
            self.regenerate.clone_from(&next.regenerate);
        }
        if next.launcher.is_some() {
            self.launcher.clone_from(&next.launcher);
        }
        replace_or_add(&mut self.programs, &next.programs, |program| &program.id);
        replace_or_add(&mut self.checks, &next.checks, |check| &check.id);
        if complaints.is_empty() { Ok(self) } else { Err(complaints) }
    }

    /// Removes the checks whose edits are all dropped.
    pub(super) fn without_dropped(&mut self, dropped: &BTreeMap<String, String>) {
        self.checks.retain_mut(|check| {
            let has_edits = !check.edits.is_empty();
            check.edits.retain(|edit| !dropped.contains_key(edit));
            !has_edits || !check.edits.is_empty()
        });
    }
}

/// The directories of `build` next to those of the programs.
const RESERVED: [&str; 5] = ["source", "unpatched", "bin", "logs", "steps"];

/// Whether `build` can put a program of this name on the path: a name without a `/` leads to no other directory, and
/// `sh` reads it as one word.
fn is_launcher(name: &str) -> bool {
    let sign = |b: u8| b.is_ascii_alphanumeric() || b"._+-".contains(&b);
    // The stub is in the same directory.
    name.bytes().all(sign)
        && !name.is_empty()
        && !name.starts_with(['.', '-', '+'])
        && name != "stub-launcher"
}

/// Whether `sh` reads `name=value` as an assignment.
fn is_variable(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

/// Whether `sh` does nothing with a pattern of files but look for them.
fn is_pattern(pattern: &str) -> bool {
    let plain = pattern.replace("$PREFIX", "").replace("$BUILD", "");
    plain.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-+=:,@%*?[]^!".contains(&b) || b >= 0x80)
}

/// The ids that occur a second time.
fn duplicates<'a>(ids: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut seen = BTreeSet::new();
    ids.filter(|id| !seen.insert(*id)).collect()
}

/// Replaces the values of `all` that have the same id as one of `new`, and adds the other new ones.
fn replace_or_add<T: Clone>(all: &mut Vec<T>, new: &[T], id: impl Fn(&T) -> &String) {
    for one in new {
        match all.iter().position(|old| id(old) == id(one)) {
            Some(at) => all[at] = one.clone(),
            None => all.push(one.clone()),
        }
    }
}
