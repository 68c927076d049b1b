//! Whether what must be true is true.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::patchset::Check;

/// What a check came to.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// Its name.
    pub id: String,
    /// The step it followed.
    pub after: String,
    /// Why it matters.
    pub why: String,
    /// The edits that it proves.
    pub edits: Vec<String>,
    /// What was expected and what was seen, if it does not hold.
    pub failure: Option<String>,
}

/// Makes `check`. `command` starts `sh` with the environment of the step; `log` reads the log of one.
pub(super) fn make(
    check: &Check,
    command: impl Fn() -> Command,
    log: impl Fn(&str) -> std::path::PathBuf,
    prefix: &Path,
    build: &Path,
) -> CheckResult {
    let failure = if let Some(script) = &check.run {
        run(check, script, command())
    } else if let Some(step) = &check.log {
        match fs::read(log(step)) {
            Ok(bytes) => texts(check, &format!("the log of {step}"), &String::from_utf8_lossy(&bytes)),
            Err(error) => Some(format!("the log of {step} cannot be read: {error}")),
        }
    } else {
        check.files.iter().find_map(|(pattern, least)| files(pattern, *least, prefix, build))
    };
    CheckResult {
        id: check.id.clone(),
        after: check.after.clone(),
        why: check.why.clone(),
        edits: check.edits.clone(),
        failure,
    }
}

fn run(check: &Check, script: &str, mut command: Command) -> Option<String> {
    let output = match command.arg("-c").arg(script).output() {
        Ok(output) => output,
        Err(error) => return Some(format!("sh cannot be started: {error}")),
    };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let said: String = [stdout.trim(), stderr.trim()].join("\n").trim().to_owned();
        let said = if said.is_empty() { "nothing".to_owned() } else { shortened(&said) };
        return Some(format!("`{}` failed ({}) and said: {said}", one_line(script), output.status));
    }
    if let Some(expected) = &check.prints
        && stdout.trim() != expected.trim()
    {
        let said = if stdout.trim().is_empty() { stderr.trim() } else { stdout.trim() };
        return Some(format!(
            "`{}` should print `{}`, and printed `{}`",
            one_line(script),
            expected.trim(),
            shortened(said)
        ));
    }
    texts(check, &format!("what `{}` says", one_line(script)), &format!("{stdout}{stderr}"))
}

fn texts(check: &Check, what: &str, text: &str) -> Option<String> {
    if let Some(text) = check.contains.iter().find(|wanted| !text.contains(wanted.as_str())) {
        return Some(format!("{what} lacks `{text}`"));
    }
    let unwanted = check.lacks.iter().find_map(|unwanted| {
        let line = text.lines().position(|line| line.contains(unwanted.as_str()))?;
        Some((unwanted, line, text.lines().nth(line).unwrap_or_default()))
    });
    unwanted.map(|(unwanted, at, line)| {
        format!("{what} has `{unwanted}` in line {}: {}", at + 1, shortened(line.trim()))
    })
}

fn files(pattern: &str, least: usize, prefix: &Path, build: &Path) -> Option<String> {
    let escaped = |path: &Path| glob::Pattern::escape(&path.to_string_lossy());
    let absolute = pattern.replace("$PREFIX", &escaped(prefix)).replace("$BUILD", &escaped(build));
    let found = match glob::glob(&absolute) {
        Ok(found) => found.filter_map(Result::ok).count(),
        Err(error) => return Some(format!("`{pattern}` is no file pattern: {error}")),
    };
    (found < least).then(|| format!("there are {found} files {pattern}; there must be {least} at least"))
}

fn one_line(script: &str) -> String {
    shortened(&script.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The beginning of a text that may be long.
fn shortened(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}
