//! Makes the checks of a step.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::patchset::Check;
use crate::regular::{self, LARGEST_FILE};

/// The result of a check.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// The check.
    pub check: Check,
    /// What was found instead of what was expected; `None` when the check holds.
    pub failure: Option<String>,
}

/// Makes `check`. `command` returns a `sh` with the environment of the step, `log` the path of a step's log.
pub(super) fn make(
    check: &Check,
    command: impl Fn() -> Command,
    log: impl Fn(&str) -> PathBuf,
    prefix: &Path,
    build: &Path,
) -> CheckResult {
    let failure = if let Some(script) = &check.run {
        run(check, script, command())
    } else if let Some(step) = &check.log {
        match regular::read(&log(step), LARGEST_FILE) {
            Ok(bytes) => texts(check, &format!("the log of {step}"), &String::from_utf8_lossy(&bytes)),
            Err(error) => Some(format!("cannot read the log of {step}: {error}")),
        }
    } else {
        check.files.iter().find_map(|(pattern, least)| files(pattern, *least, prefix, build))
    };
    CheckResult { check: check.clone(), failure }
}

fn run(check: &Check, script: &str, mut command: Command) -> Option<String> {
    let output = match command.arg("-c").arg(script).output() {
        Ok(output) => output,
        Err(error) => return Some(format!("cannot start sh: {error}")),
    };
    let script = one_line(script);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let printed = [stdout.trim(), stderr.trim()].join("\n");
        let printed = if printed.trim().is_empty() { "no output" } else { printed.trim() };
        return Some(format!("`{script}` failed ({}): {}", output.status, shortened(printed)));
    }
    if let Some(expected) = &check.prints
        && stdout.trim() != expected.trim()
    {
        let printed = if stdout.trim().is_empty() { stderr.trim() } else { stdout.trim() };
        return Some(format!("`{script}` printed `{}`, expected `{}`", shortened(printed), expected.trim()));
    }
    texts(check, &format!("the output of `{script}`"), &format!("{stdout}{stderr}"))
}

fn texts(check: &Check, what: &str, text: &str) -> Option<String> {
    if let Some(text) = check.contains.iter().find(|wanted| !text.contains(wanted.as_str())) {
        return Some(format!("{what} does not contain `{text}`"));
    }
    check.lacks.iter().find_map(|unwanted| {
        let (at, line) = text.lines().enumerate().find(|(_, line)| line.contains(unwanted.as_str()))?;
        Some(format!("{what} contains `{unwanted}` in line {}: {}", at + 1, shortened(line.trim())))
    })
}

fn files(pattern: &str, least: usize, prefix: &Path, build: &Path) -> Option<String> {
    let escaped = |path: &Path| glob::Pattern::escape(&path.to_string_lossy());
    let absolute = pattern.replace("$PREFIX", &escaped(prefix)).replace("$BUILD", &escaped(build));
    let found = match glob::glob(&absolute) {
        Ok(found) => found.filter_map(Result::ok).count(),
        Err(error) => return Some(format!("invalid pattern `{pattern}`: {error}")),
    };
    (found < least).then(|| format!("found {found} files {pattern}, expected at least {least}"))
}

fn one_line(script: &str) -> String {
    shortened(&script.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The first 300 characters of a text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}
