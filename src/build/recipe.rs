//! From what patchsets declare to the steps that carry it out.

use std::fmt::Write;
use std::path::PathBuf;

use super::shell::{expanded, literal};
use crate::patchset::{Check, Patchset, Program, ProgramTree, REGENERATE, Regenerate};

/// Why nothing can be built, or why building stopped for a reason of its own.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// None of the patchsets declares a program.
    #[error("{} declares no program to build", .0.join(", "))]
    NoPrograms(Vec<String>),
    /// A program was asked for that is not declared.
    #[error("there is no program `{id}`; there are {}", known.join(", "))]
    NoSuchProgram {
        /// What was asked for.
        id: String,
        /// What is declared.
        known: Vec<String>,
    },
    /// Two patchsets of a series declare the same.
    #[error("`{first}` and `{second}` both declare {what}")]
    Twice {
        /// The one that comes first.
        first: String,
        /// The other one.
        second: String,
        /// What.
        what: String,
    },
    /// The work directory, or something in it, cannot be read or written.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A tree cannot be copied.
    #[error(transparent)]
    Copy(#[from] crate::export::ExportError),
    /// A tree cannot be patched.
    #[error(transparent)]
    Apply(#[from] crate::apply::ApplyError),
    /// A directory that is not empty and was not made by pypatch.
    #[error("{} is not empty, and no work directory of pypatch", .0.display())]
    NotAWorkDirectory(PathBuf),
}

/// The steps of a series of patchsets.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The patchsets, in the order in which they are applied.
    pub patchsets: Vec<String>,
    /// The name of the launcher, if the tree calls one.
    pub launcher: Option<String>,
    /// What is done, in this order.
    pub steps: Vec<Step>,
    /// How many of the patchsets the "unpatched" tree has, if a step works on one: those before the
    /// patchset that declares its program.
    pub below: Option<usize>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// `regenerate`, or `catamount/make`.
    pub id: String,
    /// What it is for.
    pub why: String,
    /// The program it belongs to; none for `regenerate`.
    pub program: Option<String>,
    /// The tree it works on.
    pub tree: ProgramTree,
    /// What `sh -e` does in the build directory, or for `regenerate` in the tree.
    pub script: String,
    /// What must be true afterwards.
    pub checks: Vec<Check>,
}

impl Recipe {
    /// The steps of `patchsets`, which are applied in this order: those of the programs in `only`, or of
    /// all that are not built on request alone.
    ///
    /// # Errors
    /// When there is nothing to build, or two of them declare the same.
    pub fn of(patchsets: &[Patchset], only: &[String]) -> Result<Recipe, BuildError> {
        let mut programs: Vec<(&str, &Program)> = Vec::new();
        let mut checks: Vec<(&str, &Check)> = Vec::new();
        let mut regenerate: Vec<&Regenerate> = Vec::new();
        let mut launcher: Option<(&str, &String)> = None;
        let twice = |first: &str, second: &str, what: String| BuildError::Twice {
            first: first.to_owned(),
            second: second.to_owned(),
            what,
        };
        for patchset in patchsets {
            let (id, build) = (patchset.id.as_str(), &patchset.build);
            for program in &build.programs {
                if let Some((first, _)) = programs.iter().find(|(_, one)| one.id == program.id) {
                    return Err(twice(first, id, format!("the program `{}`", program.id)));
                }
                programs.push((id, program));
            }
            for check in &build.checks {
                if let Some((first, _)) = checks.iter().find(|(_, one)| one.id == check.id) {
                    return Err(twice(first, id, format!("the check `{}`", check.id)));
                }
                checks.push((id, check));
            }
            regenerate
                .extend(build.regenerate.iter().filter(|one| !regenerate_is_known(patchsets, patchset, one)));
            match (launcher, &build.launcher) {
                (Some((first, known)), Some(new)) if known != new => {
                    return Err(twice(first, id, format!("a launcher, `{known}` and `{new}`")));
                }
                (None, Some(new)) => launcher = Some((id, new)),
                _ => {}
            }
        }
        if programs.is_empty() {
            return Err(BuildError::NoPrograms(patchsets.iter().map(|one| one.id.clone()).collect()));
        }
        if let Some(id) = only.iter().find(|id| !programs.iter().any(|(_, one)| one.id == **id)) {
            let known = programs.iter().map(|(_, one)| one.id.clone()).collect();
            return Err(BuildError::NoSuchProgram { id: id.clone(), known });
        }
        let chosen = |program: &Program| match only {
            [] => !program.on_request,
            _ => only.contains(&program.id),
        };
        let mut below: Option<usize> = None;
        for (id, program) in
            programs.iter().filter(|(_, one)| chosen(one) && one.tree == ProgramTree::Unpatched)
        {
            let at = patchsets.iter().position(|patchset| patchset.id == *id).unwrap_or(0);
            if let Some(known) = below.filter(|known| *known != at) {
                let what = format!("programs of an unpatched tree, of which `{}` is one", program.id);
                return Err(twice(&patchsets[known].id, id, what));
            }
            below = Some(at);
        }
        let mut steps = Vec::new();
        if !regenerate.is_empty() {
            let why: Vec<&str> = regenerate.iter().map(|one| one.why.as_str()).collect();
            steps.push(Step {
                id: REGENERATE.to_owned(),
                why: why.join(" "),
                program: None,
                tree: ProgramTree::Patched,
                script: regenerate.iter().map(|one| regenerating(one)).collect(),
                checks: Vec::new(),
            });
        }
        for (_, program) in programs.iter().filter(|(_, program)| chosen(program)) {
            let scripts = [configuring(program), making(program), installing(program)];
            for (step, script) in crate::patchset::PROGRAM_STEPS.iter().zip(scripts) {
                steps.push(Step {
                    id: format!("{}/{step}", program.id),
                    why: program.why.clone(),
                    program: Some(program.id.clone()),
                    tree: program.tree,
                    script,
                    checks: Vec::new(),
                });
            }
        }
        for (_, check) in checks {
            if let Some(step) = steps.iter_mut().find(|step| step.id == check.after) {
                step.checks.push(check.clone());
            }
        }
        Ok(Recipe {
            patchsets: patchsets.iter().map(|one| one.id.clone()).collect(),
            launcher: launcher.map(|(_, name)| name.clone()),
            steps,
            below,
        })
    }

    /// The programs that are built, in their order.
    pub fn programs(&self) -> Vec<&str> {
        let mut programs: Vec<&str> = self.steps.iter().filter_map(|step| step.program.as_deref()).collect();
        programs.dedup();
        programs
    }
}

/// Whether an earlier patchset of the series declares the same files to be made anew.
fn regenerate_is_known(patchsets: &[Patchset], of: &Patchset, one: &Regenerate) -> bool {
    let earlier = patchsets.iter().take_while(|patchset| patchset.id != of.id);
    earlier.flat_map(|patchset| &patchset.build.regenerate).any(|known| known.writes == one.writes)
}

fn regenerating(one: &Regenerate) -> String {
    let mut text = String::new();
    // autoconf leaves a configure alone that is as old, in whole seconds, as what it has just made in
    // its cache: one that was copied in this second.
    for path in &one.writes {
        let path = literal(path.as_str());
        let _ = writeln!(text, "if test -e {path}; then touch -t 200001010000 {path}; fi");
    }
    for (i, name) in one.run.iter().enumerate() {
        let (program, _) = name.split_once(' ').unwrap_or((name, ""));
        let word = if i == 0 { "if" } else { "elif" };
        let _ = writeln!(text, "{word} command -v {} >/dev/null; then\n    {name}", literal(program));
    }
    let _ = writeln!(
        text,
        "else\n    echo {} >&2\n    exit 1\nfi",
        literal(&format!("error: none of {} is installed", one.run.join(", ")))
    );
    for path in &one.writes {
        let _ = writeln!(text, "test -s {}", literal(path.as_str()));
    }
    text
}

/// configure copies Modules/Setup.dist only where there is no Modules/Setup, so that a changed one would
/// have no effect. One to which somebody has added modules stays.
const FRESH_SETUP: &str = "\
if test -e \"$SOURCE/Modules/Setup.dist\"; then
    mkdir -p Modules
    if cmp -s Modules/Setup Modules/Setup.made; then rm Modules/Setup; fi
    if test -e Modules/Setup; then echo \"note: Modules/Setup was changed by hand, and stays\"; fi
    cp \"$SOURCE/Modules/Setup.dist\" Modules/Setup.made
fi
";

fn configuring(program: &Program) -> String {
    let mut text = String::from(FRESH_SETUP);
    for command in &program.before {
        let _ = writeln!(text, "{command}");
    }
    for (name, value) in &program.environment {
        let _ = writeln!(text, "export {name}={}", expanded(value));
    }
    text.push_str("\"$SOURCE/configure\"");
    for argument in &program.configure {
        let _ = write!(text, " \\\n    {}", expanded(argument));
    }
    text.push('\n');
    text
}

fn making(program: &Program) -> String {
    let mut text = exports(program);
    for command in &program.before_make {
        let _ = writeln!(text, "{command}");
    }
    text.push_str("make -j \"$JOBS\"");
    program.make.iter().for_each(|argument| text.push_str(&format!(" {}", expanded(argument))));
    text.push('\n');
    text
}

fn installing(program: &Program) -> String {
    let mut text = exports(program);
    text.push_str("make");
    program.install.iter().for_each(|argument| text.push_str(&format!(" {}", expanded(argument))));
    text.push('\n');
    for command in &program.after {
        let _ = writeln!(text, "{command}");
    }
    text
}

/// The environment of a program, but for configure's cache variables, which only configure reads.
fn exports(program: &Program) -> String {
    let others = program.environment.iter().filter(|(name, _)| !name.starts_with("ac_cv_"));
    others.map(|(name, value)| format!("export {name}={}\n", expanded(value))).collect()
}
