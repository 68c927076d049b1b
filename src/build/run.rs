//! Carries out the steps.

use std::fmt::Write;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::check::{self, CheckResult};
use super::failure::first_failing_line;
use super::launcher::Launcher;
use super::recipe::{BuildError, Recipe, Step};
use super::work::{Places, WorkDir};
use crate::digest::Sha256Digest;
use crate::modules;
use crate::patchset::ProgramTree;

/// What happens while a recipe is carried out.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step begins: its number from 1, of how many.
    Begins(&'a Step, usize, usize),
    /// It was done before, and nothing that it depends on has changed.
    DoneBefore(&'a Step),
    /// It is done.
    Done(&'a Step, Duration),
    /// One of its checks was made.
    Checked(&'a CheckResult),
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// Every step was carried out, and every check holds.
    Done,
    /// A step failed.
    StepFailed {
        /// The step.
        step: String,
        /// Its log.
        log: std::path::PathBuf,
        /// The line of it, from 1, that first tells of a failure.
        line: Option<(usize, String)>,
    },
    /// The step was done, and these of its checks do not hold. Later steps were not begun.
    ChecksFailed(Vec<CheckResult>),
}

/// What the steps get from outside.
struct Surroundings<'a> {
    work: &'a Path,
    places: &'a Places,
    jobs: usize,
}

/// Carries out the steps of `recipe` in `work`. Steps that were done before are passed over, as long
/// as neither they nor any step before them has changed; their checks are not made again either. What
/// is linked counts: with another Modules/Setup in the build directory, or an archive that is newer,
/// make and install are done again.
///
/// # Errors
/// When the work directory cannot be written or `sh` not be started. That a step or a check fails is an
/// [`Outcome`].
pub fn run(
    recipe: &Recipe,
    work: &mut WorkDir,
    places: &Places,
    launcher: &Launcher,
    jobs: usize,
    tell: &mut dyn FnMut(&Event<'_>),
) -> Result<Outcome, BuildError> {
    if let Some(name) = &recipe.launcher {
        work.install_launcher(name, launcher)?;
    }
    let root = work.root().to_owned();
    let around = Surroundings { work: &root, places, jobs };
    let mut key = format!("{}\n{}\n{launcher:?}", work.trees(), places.prefix.display());
    for (i, step) in recipe.steps.iter().enumerate() {
        let linked = linked(work, step, places)?;
        key = Sha256Digest::of(
            format!("{key}\n{}\n{}\n{:?}\n{linked}", step.id, step.script, step.checks).as_bytes(),
        )
        .to_string();
        tell(&Event::Begins(step, i + 1, recipe.steps.len()));
        if work.is_done(&step.id, &key) {
            tell(&Event::DoneBefore(step));
            continue;
        }
        work.forget(&recipe.steps[i..])?;
        let begun = Instant::now();
        let log = work.log(&step.id);
        if !carry_out(step, work, &around, &log)? {
            let said = fs::read(&log).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            let line = first_failing_line(&said).map(|(number, line)| (number, line.to_owned()));
            return Ok(Outcome::StepFailed { step: step.id.clone(), log, line });
        }
        tell(&Event::Done(step, begun.elapsed()));
        let mut failed = Vec::new();
        for check in &step.checks {
            let directory = work.directory(step, places);
            let command = || {
                let mut command = sh(step, &directory, work, &around);
                command.arg("-e");
                command
            };
            let result = check::make(check, command, |step| work.log(step), &places.prefix, &directory);
            tell(&Event::Checked(&result));
            failed.extend(Some(result).filter(|result| result.failure.is_some()));
        }
        if !failed.is_empty() {
            return Ok(Outcome::ChecksFailed(failed));
        }
        work.set_done(&step.id, key.clone())?;
    }
    Ok(Outcome::Done)
}

/// What the step `make` is to link beside what the tree has: the Setup files of its build directory. make goes by their mtime alone: one that names a newer archive,
/// or that was changed and got an old mtime back (by `pypatch revert`), is touched.
fn linked(work: &mut WorkDir, step: &Step, places: &Places) -> Result<String, BuildError> {
    let mut text = String::new();
    if !step.id.ends_with("/make") {
        return Ok(text);
    }
    let directory = work.directory(step, places);
    for name in ["Modules/Setup", "Modules/Setup.local"] {
        let path = directory.join(name);
        let io = |what: &'static str| {
            let path = path.clone();
            move |source| BuildError::Io { what, path, source }
        };
        let Ok(bytes) = fs::read(&path) else { continue };
        let digest = Sha256Digest::of(&bytes).to_string();
        let changed = work.linked(&path).is_some_and(|known| known != digest);
        if changed || !modules::newer_archives(&path).map_err(io("read"))?.is_empty() {
            modules::touch(&path).map_err(io("touch"))?;
        }
        work.set_linked(&path, digest)?;
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified()).map_err(io("read"))?;
        let _ = write!(text, "{name} {modified:?} ");
    }
    Ok(text)
}

/// Runs one step; whether it succeeded.
fn carry_out(step: &Step, work: &WorkDir, around: &Surroundings<'_>, log: &Path) -> Result<bool, BuildError> {
    let io = |what: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| BuildError::Io { what, path, source }
    };
    let directory = work.directory(step, around.places);
    fs::create_dir_all(&directory).map_err(io("make", &directory))?;
    let calls = work.launcher_log(&step.id);
    fs::write(&calls, "").map_err(io("write", &calls))?;
    let script = work.script(&step.id);
    fs::write(&script, &step.script).map_err(io("write", &script))?;
    let output = File::create(log).map_err(io("write", log))?;
    let errors = output.try_clone().map_err(io("write", log))?;
    let mut command = sh(step, &directory, work, around);
    // -x: the log says which command it was that failed.
    command.arg("-ex").arg(&script).env("LAUNCHER_NOTES", &calls).stdout(output).stderr(errors);
    let status = command.status().map_err(io("start sh in", &directory))?;
    Ok(status.success())
}

/// `sh` with the environment of a step.
fn sh(step: &Step, directory: &Path, work: &WorkDir, around: &Surroundings<'_>) -> Command {
    let places = around.places;
    let source = match step.tree {
        ProgramTree::Patched => &places.patched,
        ProgramTree::Unpatched => &places.unpatched,
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = std::iter::once(around.work.join("bin")).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.current_dir(directory).stdin(Stdio::null());
    command.env("PATH", std::env::join_paths(own).unwrap_or(path));
    // Logs are read for English words, and what the user's own interpreter or make is told is not for these.
    command.env("LC_ALL", "C");
    let not_for_these = |name: &std::ffi::OsStr| {
        name.as_encoded_bytes().starts_with(b"PYTHON")
            || ["MAKEFLAGS", "MAKELEVEL", "CONFIG_SITE"].iter().any(|one| *one == name)
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| not_for_these(name)) {
        command.env_remove(name);
    }
    command.env("SOURCE", source).env("BUILD", directory).env("PREFIX", &places.prefix);
    command.env("JOBS", around.jobs.to_string());
    command.env("LAUNCHER_LOG", work.launcher_log(&step.id));
    command
}
