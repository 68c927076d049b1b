//! Turns what patchsets declare into the steps of a build.

use super::error::BuildError;
use super::shell::expanded;
use crate::patchset::{Build, Check, PROGRAM_STEPS, Patchset, Program, ProgramTree, REGENERATE, Regenerate};
use crate::software::Software;
use crate::text::shell_word;

/// The steps of a series of patchsets.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The patchsets, in the order in which they are applied.
    pub patchsets: Vec<String>,
    /// The name of the launcher, if the tree calls one.
    pub launcher: Option<String>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// How many of the patchsets are applied to the "unpatched" tree: those before the one that declares a
    /// program of that tree. `None` when no step needs it.
    pub unpatched_layers: Option<usize>,
}

/// One step of a build.
#[derive(Debug, Clone)]
pub struct Step {
    /// `regenerate`, or `catamount/make`.
    pub id: String,
    /// What it is for.
    pub why: String,
    /// The program it belongs to; `None` for `regenerate`.
    pub program: Option<String>,
    /// The tree it works on.
    pub tree: ProgramTree,
    /// The text for `sh -e`, which runs in the program's build directory, for `regenerate` in the tree.
    pub script: String,
    /// The checks that are made after it.
    pub checks: Vec<Check>,
}

impl Recipe {
    /// The steps of `patchsets`, which are applied in this order. They build the programs `only`, or, if
    /// that is empty, all programs that are not `on-request`.
    ///
    /// # Errors
    /// [`BuildError::NoPrograms`], [`BuildError::NoSuchProgram`] or [`BuildError::Twice`].
    pub fn of(patchsets: &[Patchset], only: &[String]) -> Result<Recipe, BuildError> {
        let programs = joined(patchsets, "program", |build| &build.programs, |program| &program.id)?;
        let checks = joined(patchsets, "check", |build| &build.checks, |check| &check.id)?;
        if programs.is_empty() {
            return Err(BuildError::NoPrograms(patchsets.iter().map(|one| one.id.clone()).collect()));
        }
        if let Some(id) = only.iter().find(|id| !programs.iter().any(|(_, one)| one.id == **id)) {
            let known = programs.iter().map(|(_, one)| one.id.clone()).collect();
            return Err(BuildError::NoSuchProgram { id: id.clone(), known });
        }
        let chosen: Vec<(usize, &Program)> = programs
            .into_iter()
            .filter(|(_, one)| if only.is_empty() { !one.on_request } else { only.contains(&one.id) })
            .collect();
        let steps = steps(patchsets, &chosen, checks);
        Ok(Recipe {
            patchsets: patchsets.iter().map(|one| one.id.clone()).collect(),
            launcher: launcher(patchsets)?,
            steps,
            unpatched_layers: unpatched_layers(patchsets, &chosen)?,
        })
    }

    /// All that a patchset may run: also the steps of programs that are built only on request.
    pub fn whole(patchset: &Patchset) -> Recipe {
        let build = &patchset.build;
        let programs: Vec<(usize, &Program)> = build.programs.iter().map(|one| (0, one)).collect();
        let checks = build.checks.iter().map(|one| (0, one)).collect();
        Recipe {
            patchsets: vec![patchset.id.clone()],
            launcher: build.launcher.clone(),
            steps: steps(std::slice::from_ref(patchset), &programs, checks),
            unpatched_layers: None,
        }
    }

    /// The ids of the programs that are built, in their order.
    pub fn programs(&self) -> Vec<&str> {
        let mut programs: Vec<&str> = self.steps.iter().filter_map(|step| step.program.as_deref()).collect();
        programs.dedup();
        programs
    }
}

/// The steps that build these programs, with the checks of each.
fn steps(patchsets: &[Patchset], programs: &[(usize, &Program)], checks: Vec<(usize, &Check)>) -> Vec<Step> {
    let mut steps: Vec<Step> = regenerating(patchsets).into_iter().collect();
    for (patchset, program) in programs {
        let has_setup = patchsets[*patchset].software == Software::Python;
        let scripts = [configuring(program, has_setup), making(program), installing(program)];
        steps.extend(PROGRAM_STEPS.iter().zip(scripts).map(|(step, script)| Step {
            id: format!("{}/{step}", program.id),
            why: program.why.clone(),
            program: Some(program.id.clone()),
            tree: program.tree,
            script,
            checks: Vec::new(),
        }));
    }
    for (_, check) in checks {
        // Checks of programs that are not built are left out.
        if let Some(step) = steps.iter_mut().find(|step| step.id == check.after) {
            step.checks.push(check.clone());
        }
    }
    steps
}

/// All declarations of one kind, each with the index of its patchset.
fn joined<'a, T>(
    patchsets: &'a [Patchset],
    kind: &str,
    declarations: impl Fn(&'a Build) -> &'a [T],
    id: impl Fn(&'a T) -> &'a str,
) -> Result<Vec<(usize, &'a T)>, BuildError> {
    let mut joined: Vec<(usize, &T)> = Vec::new();
    for (i, patchset) in patchsets.iter().enumerate() {
        for one in declarations(&patchset.build) {
            if let Some((first, _)) = joined.iter().find(|(_, other)| id(other) == id(one)) {
                return Err(twice(&patchsets[*first], patchset, format!("the {kind} `{}`", id(one))));
            }
            joined.push((i, one));
        }
    }
    Ok(joined)
}

fn twice(first: &Patchset, second: &Patchset, what: String) -> BuildError {
    BuildError::Twice { first: first.id.clone(), second: second.id.clone(), what }
}

/// The name of the launcher, on which all patchsets that declare one must agree.
fn launcher(patchsets: &[Patchset]) -> Result<Option<String>, BuildError> {
    let mut declared = patchsets.iter().filter_map(|one| Some((one, one.build.launcher.as_ref()?)));
    let Some((first, known)) = declared.next() else { return Ok(None) };
    match declared.find(|(_, new)| *new != known) {
        Some((second, new)) => Err(twice(first, second, format!("a launcher, `{known}` and `{new}`"))),
        None => Ok(Some(known.clone())),
    }
}

/// See [`Recipe::unpatched_layers`]. A work directory has only one unpatched tree, so all `programs` built
/// from it must be declared by one patchset.
fn unpatched_layers(
    patchsets: &[Patchset],
    programs: &[(usize, &Program)],
) -> Result<Option<usize>, BuildError> {
    let mut unpatched = programs.iter().filter(|(_, one)| one.tree == ProgramTree::Unpatched);
    let Some((first, _)) = unpatched.next() else { return Ok(None) };
    match unpatched.find(|(i, _)| i != first) {
        Some((i, program)) => {
            let what = format!("programs of an unpatched tree, such as `{}`", program.id);
            Err(twice(&patchsets[*first], &patchsets[*i], what))
        }
        None => Ok(Some(*first)),
    }
}

/// The step that regenerates files, if any must be. Of two patchsets that declare the same files the first
/// one counts.
fn regenerating(patchsets: &[Patchset]) -> Option<Step> {
    let mut all: Vec<&Regenerate> = Vec::new();
    for patchset in patchsets {
        let new = patchset.build.regenerate.iter();
        let new: Vec<_> = new.filter(|new| !all.iter().any(|known| known.writes == new.writes)).collect();
        all.extend(new);
    }
    let why: Vec<&str> = all.iter().map(|one| one.why.as_str()).collect();
    (!all.is_empty()).then(|| Step {
        id: REGENERATE.to_owned(),
        why: why.join(" "),
        program: None,
        tree: ProgramTree::Patched,
        script: all.iter().map(|one| regenerating_one(one)).collect(),
        checks: Vec::new(),
    })
}

fn regenerating_one(one: &Regenerate) -> String {
    let mut text = String::new();
    // autoconf compares mtimes in whole seconds, and does not write a configure that is as old as its cache.
    // A tree that was copied within the same second has such a one.
    for path in &one.writes {
        let path = shell_word(path.as_str());
        text += &format!("if test -e {path}; then touch -t 200001010000 {path}; fi\n");
    }
    for (i, command) in one.run.iter().enumerate() {
        let program = command.split(' ').next().unwrap_or(command);
        let word = if i == 0 { "if" } else { "elif" };
        text += &format!("{word} command -v {} >/dev/null; then\n    {command}\n", shell_word(program));
    }
    let error = shell_word(&format!("error: none of {} is installed", one.run.join(", ")));
    text += &format!("else\n    echo {error} >&2\n    exit 1\nfi\n");
    for path in &one.writes {
        text += &format!("test -s {}\n", shell_word(path.as_str()));
    }
    text
}

/// Before 3.8, configure copies Modules/Setup.dist only if Modules/Setup does not exist, so that a changed
/// Setup.dist would have no effect. A Setup to which the user added modules is kept. The Setup.local that is read is
/// always that of the build directory.
const FRESH_SETUP: &str = "\
if test -e \"$SOURCE/Modules/Setup.dist\"; then
    mkdir -p Modules
    if cmp -s Modules/Setup Modules/Setup.made; then rm Modules/Setup; fi
    if test -e Modules/Setup; then echo \"note: Modules/Setup was changed by hand and is kept\"; fi
    cp \"$SOURCE/Modules/Setup.dist\" Modules/Setup.made
fi
if test -e \"$SOURCE/Modules/Setup.local\"; then
    mkdir -p Modules
    if cmp -s Modules/Setup.local Modules/Setup.local.made; then rm Modules/Setup.local; fi
    if test -e Modules/Setup.local; then
        echo \"note: Modules/Setup.local was changed by hand and is kept\"
    else
        cp \"$SOURCE/Modules/Setup.local\" Modules/Setup.local
    fi
    cp \"$SOURCE/Modules/Setup.local\" Modules/Setup.local.made
fi
";

fn configuring(program: &Program, has_setup: bool) -> String {
    let setup = if has_setup { FRESH_SETUP } else { "" };
    let environment = exports(program, |_| true);
    let arguments = arguments(&program.configure, " \\\n    ");
    let (before, command) = (lines(&program.before), program.configured_by.as_deref());
    format!("{setup}{before}{environment}{}{arguments}\n", command.unwrap_or("\"$SOURCE/configure\""))
}

fn making(program: &Program) -> String {
    let (environment, before) = (build_exports(program), lines(&program.before_make));
    format!("{environment}{before}make -j \"$JOBS\"{}\n", arguments(&program.make, " "))
}

fn installing(program: &Program) -> String {
    let (environment, arguments) = (build_exports(program), arguments(&program.install, " "));
    format!("{environment}make{arguments}\n{}", lines(&program.after))
}

fn lines(commands: &[String]) -> String {
    commands.iter().map(|command| format!("{command}\n")).collect()
}

fn arguments(words: &[String], separator: &str) -> String {
    words.iter().map(|word| format!("{separator}{}", expanded(word))).collect()
}

fn exports(program: &Program, wanted: impl Fn(&str) -> bool) -> String {
    let variables = program.environment.iter().filter(|(name, _)| wanted(name));
    variables.map(|(name, value)| format!("export {name}={}\n", expanded(value))).collect()
}

/// The environment of make, which does not read configure's cache variables.
fn build_exports(program: &Program) -> String {
    exports(program, |name| !name.starts_with("ac_cv_"))
}
