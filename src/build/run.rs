//! Carries out the steps of a recipe.

use std::fmt::Write;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::check::{self, CheckResult};
use super::failure::first_failing_line;
use super::recipe::{Recipe, Step};
use super::{BuildError, Launcher, Layout, WorkDir};
use crate::digest::Sha256Digest;
use crate::interrupt::{Listed, Whole};
use crate::modules;
use crate::regular::{self, LARGEST_FILE};

/// Progress of a build.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step begins. The numbers are its own, from 1, and the number of steps; it writes to the log.
    Begins(&'a Step, usize, usize, &'a Path),
    /// The step was done by an earlier build, and its inputs did not change.
    DoneBefore(&'a Step),
    /// The step is done.
    Done(&'a Step, Duration),
    /// A check of the step was made.
    Checked(&'a CheckResult),
}

/// The result of a build.
#[derive(Debug)]
pub enum Outcome {
    /// Every step succeeded, and every check holds.
    Done,
    /// A step failed.
    StepFailed {
        /// The step.
        step: String,
        /// Its log.
        log: PathBuf,
        /// The line of the log that shows the cause, with its number from 1; `None` when the log is empty.
        line: Option<(usize, String)>,
    },
    /// A step succeeded, but these of its checks do not hold. Later steps were not begun.
    ChecksFailed(Vec<CheckResult>),
}

/// Carries out the steps of `recipe` in `work`, and passes each [`Event`] to `report`.
///
/// A step that was done before is left out, with its checks, as long as neither it nor any step before it
/// has changed. What is linked counts as well: `make` and `install` are repeated if Modules/Setup in the
/// build directory was changed, or names an archive that is newer.
///
/// # Errors
/// When the work directory cannot be written or `sh` cannot be started. A step or check that fails is an
/// [`Outcome`].
pub fn run(
    recipe: &Recipe,
    work: &mut WorkDir,
    layout: &Layout,
    launcher: &Launcher,
    jobs: usize,
    report: &mut dyn FnMut(&Event<'_>),
) -> Result<Outcome, BuildError> {
    if let Some(name) = &recipe.launcher {
        work.install_launcher(name, launcher)?;
    }
    // The key of a step includes that of the step before, so that a changed step invalidates all later ones.
    let mut key = format!("{}\n{}\n{}", work.trees(), layout.prefix.display(), launcher.digest());
    for word in layout.cc.iter().chain(&layout.compiler) {
        key = format!("{key}\n{word}");
    }
    for (i, step) in recipe.steps.iter().enumerate() {
        let linked = linked(work, step, layout)?;
        let inputs = format!("{key}\n{}\n{}\n{:?}\n{linked}", step.id, step.script, step.checks);
        key = Sha256Digest::of(inputs.as_bytes()).to_string();
        let log = work.log(&step.id);
        report(&Event::Begins(step, i + 1, recipe.steps.len(), &log));
        if work.is_done(&step.id, &key) {
            report(&Event::DoneBefore(step));
            continue;
        }
        // Before it starts: if it is interrupted, its results are unknown.
        work.forget(&recipe.steps[i..])?;
        let begun = Instant::now();
        if !carry_out(step, work, layout, jobs, &log)? {
            let text = regular::read(&log, LARGEST_FILE).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let line = first_failing_line(&text).map(|(number, line)| (number, line.to_owned()));
            return Ok(Outcome::StepFailed { step: step.id.clone(), log, line });
        }
        report(&Event::Done(step, begun.elapsed()));
        let directory = work.directory(step, layout);
        let mut failed = Vec::new();
        for check in &step.checks {
            let command = || {
                let mut command = sh(step, &directory, work, layout, jobs);
                command.arg("-e");
                command
            };
            let result = check::make(check, command, |step| work.log(step), &layout.prefix, &directory);
            report(&Event::Checked(&result));
            failed.extend(Some(result).filter(|result| result.failure.is_some()));
        }
        if !failed.is_empty() {
            return Ok(Outcome::ChecksFailed(failed));
        }
        work.set_done(&step.id, key.clone())?;
    }
    Ok(Outcome::Done)
}

/// The state of the Setup files in the build directory of a `make` step, which say what is linked besides
/// the modules of the tree; empty for any other step.
///
/// make compares only mtimes. So a Setup file is touched if it names a newer archive, which no rule
/// of the Makefile mentions, or if it was changed and has an old mtime (after `pypatch revert`).
fn linked(work: &mut WorkDir, step: &Step, layout: &Layout) -> Result<String, BuildError> {
    let mut text = String::new();
    if !step.id.ends_with("/make") {
        return Ok(text);
    }
    let directory = work.directory(step, layout);
    for name in ["Modules/Setup", "Modules/Setup.local"] {
        let path = directory.join(name);
        let Ok(bytes) = regular::read(&path, LARGEST_FILE) else { continue };
        let digest = Sha256Digest::of(&bytes).to_string();
        let changed = work.linked(&path).is_some_and(|known| known != digest);
        if changed || !modules::newer_archives(&path).map_err(BuildError::io("read", &path))?.is_empty() {
            modules::touch(&path).map_err(BuildError::io("touch", &path))?;
        }
        work.set_linked(&path, digest)?;
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
        let _ = write!(text, "{name} {:?} ", modified.map_err(BuildError::io("read", &path))?);
    }
    Ok(text)
}

/// Runs one step. Returns whether it succeeded.
fn carry_out(
    step: &Step,
    work: &WorkDir,
    layout: &Layout,
    jobs: usize,
    log: &Path,
) -> Result<bool, BuildError> {
    let directory = work.directory(step, layout);
    fs::create_dir_all(&directory).map_err(BuildError::io("create", &directory))?;
    let calls = work.launcher_log(&step.id);
    fs::write(&calls, "").map_err(BuildError::io("write", &calls))?;
    let script = work.script(&step.id);
    fs::write(&script, &step.script).map_err(BuildError::io("write", &script))?;
    let output = File::create(log).map_err(BuildError::io("write", log))?;
    let errors = output.try_clone().map_err(BuildError::io("write", log))?;
    let mut command = sh(step, &directory, work, layout, jobs);
    // -x: the log shows which command failed. LAUNCHER_NOTES is set only here, so that the calls of checks
    // are not counted.
    command.arg("-ex").arg(&script).env("LAUNCHER_NOTES", &calls).stdout(output).stderr(errors);
    // A signal to this program alone would leave make and the compilers running, which write where the next build does.
    command.process_group(0);
    let whole = Whole::begin();
    let mut child = command.spawn().map_err(BuildError::io("start sh in", &directory))?;
    let _listed = Listed::group(child.id());
    drop(whole);
    let status = child.wait().map_err(BuildError::io("wait for sh in", &directory))?;
    Ok(status.success())
}

/// `sh` with the environment of a step.
fn sh(step: &Step, directory: &Path, work: &WorkDir, layout: &Layout, jobs: usize) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = std::iter::once(work.root().join("bin")).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.current_dir(directory).stdin(Stdio::null());
    command.env("PATH", std::env::join_paths(own).unwrap_or(path));
    // Checks compare English messages in logs.
    command.env("LC_ALL", "C");
    // Variables for the user's own interpreter, make or configure would change the build.
    let foreign = |name: &std::ffi::OsStr| {
        name.as_encoded_bytes().starts_with(b"PYTHON")
            || ["MAKEFLAGS", "MAKELEVEL", "CONFIG_SITE"].iter().any(|one| *one == name)
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    command.env("SOURCE", layout.tree(step)).env("BUILD", directory).env("PREFIX", &layout.prefix);
    if let Some(cc) = &layout.cc {
        command.env("CC", cc);
    }
    command.env("JOBS", jobs.to_string()).env("LAUNCHER_LOG", work.launcher_log(&step.id));
    command
}
