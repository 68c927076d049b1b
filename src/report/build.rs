//! What a build did.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Report, array, counted};
use crate::build::{CheckResult, Outcome, Recipe};

/// A build that has ended.
pub struct Built<'a> {
    /// The patchsets that were built.
    pub patchsets: &'a [String],
    /// Where programs are installed.
    pub prefix: &'a Path,
    /// The work directory.
    pub work: &'a Path,
    /// The steps that are done.
    pub steps: Vec<StepResult>,
    /// The checks that were made.
    pub checks: Vec<CheckResult>,
    /// How it ended.
    pub outcome: &'a Outcome,
    /// How long it took.
    pub elapsed: Duration,
}

/// A step that is done.
pub struct StepResult {
    /// Its name.
    pub step: String,
    /// How long it took; `None` if it was done by an earlier build.
    pub took: Option<Duration>,
}

impl Report for Built<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let hold = if self.checks.len() == 1 { "holds" } else { "hold" };
        let (patchsets, prefix) = (self.patchsets.join(", "), self.prefix.display());
        let (checks, took) = (counted(self.checks.len(), "check"), seconds(self.elapsed));
        writeln!(out, "built {patchsets} in {prefix}: {checks} {hold}, {took}")
    }

    fn json(&self) -> Option<Value> {
        let step = |one: &StepResult| match one.took {
            Some(took) => json!({"step": one.step, "outcome": "done", "seconds": took.as_secs_f64()}),
            None => json!({"step": one.step, "outcome": "done-before"}),
        };
        let check = |one: &CheckResult| {
            json!({
                "check": one.check.id, "after": one.check.after, "edits": one.check.edits, "why": one.check.why,
                "holds": one.failure.is_none(), "failure": one.failure,
            })
        };
        let failed = match self.outcome {
            Outcome::StepFailed { step, log, line } => json!({
                "step": step, "log": log, "line": line.as_ref().map(|(number, _)| number),
                "text": line.as_ref().map(|(_, text)| text),
            }),
            Outcome::Done | Outcome::ChecksFailed(_) => Value::Null,
        };
        Some(json!({
            "schema": 1, "patchsets": self.patchsets, "prefix": self.prefix, "work": self.work,
            "done": matches!(self.outcome, Outcome::Done), "failed_step": failed,
            "steps": array(&self.steps, step), "checks": array(&self.checks, check),
        }))
    }
}

/// The commands that a build runs.
pub struct Commands<'a>(pub &'a Recipe);

impl Report for Commands<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Recipe { patchsets, launcher, steps, .. } = self.0;
        if steps.is_empty() {
            return Ok(());
        }
        writeln!(out, "`build` of {} runs these commands:", patchsets.join(", "))?;
        if let Some(launcher) = launcher {
            writeln!(out, "  {launcher}: the launcher, in a script of this name that is first on the PATH")?;
        }
        for step in steps {
            writeln!(out, "  {}:", step.id)?;
            indented(&step.script, out)?;
            for check in &step.checks {
                if let Some(command) = &check.run {
                    writeln!(out, "  check {} after {}:", check.id, step.id)?;
                    indented(command, out)?;
                }
            }
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        Some(json!({
            "launcher": self.0.launcher,
            "steps": array(&self.0.steps, |step| json!({
                "step": step.id, "why": step.why, "script": step.script,
                "checks": array(&step.checks, |check| json!({
                    "check": check.id, "why": check.why, "edits": check.edits, "run": check.run,
                })),
            })),
        }))
    }
}

fn indented(text: &str, out: &mut dyn Write) -> io::Result<()> {
    text.lines().try_for_each(|line| writeln!(out, "    {line}"))
}

/// `2.5 s`.
pub fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
