//! Where configure reads the variables that a recipe presets: `SO=.a` on its command line, `ac_cv_file__dev_ptmx` in its
//! environment. configure silently ignores a variable that it does not read.

use std::collections::BTreeSet;

use crate::edit::AnchorLine;
use crate::patchset::Build;
use crate::text::{LineIndex, Span, lines};
use crate::tree::{Tree, TreeError, TreePath};

/// The number of lines after a question that belong to it.
const BLOCK: usize = 12;

/// The variables that a recipe presets for configure, in the order of the recipe.
pub fn presets(build: &Build) -> Vec<String> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.starts_with("YOD")
    };
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for program in &build.programs {
        let words = program.configure.iter().filter_map(|word| word.split_once('=').map(|(name, _)| name));
        for name in words.chain(program.environment.keys().map(String::as_str)) {
            if is_name(name) && seen.insert(name.to_owned()) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// The file that configure is generated from, and its text: configure.ac, or configure.in before 2.7.4 and 3.3.
///
/// # Errors
/// If the tree cannot be read.
pub fn configure_source(tree: &dyn Tree) -> Result<Option<(TreePath, Vec<u8>)>, TreeError> {
    for name in ["configure.ac", "configure.in"] {
        let path: TreePath = name.parse().expect("a file name is a path");
        match tree.read(&path) {
            Ok(Some(file)) => return Ok(Some((path, file.bytes.to_vec()))),
            Ok(None) | Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The lines of configure's source that read the variable `name`: its declaration and `test -z "$NAME"` with the lines
/// after it; for the cache variable of a file, the check of that file. Empty if configure does not read it: a declaration
/// alone does not.
pub fn questions(path: &TreePath, text: &[u8], name: &str) -> Vec<AnchorLine> {
    let index = LineIndex::new(text);
    let all: Vec<Span> = lines(text).collect();
    let mut found = Vec::new();
    let mut asked = false;
    for (at, span) in all.iter().enumerate() {
        if !may_ask(span.of(text)) {
            continue;
        }
        let line = String::from_utf8_lossy(span.of(text)).into_owned();
        let is_question = asks(&line, name);
        if is_question || declares(&line, name) {
            asked |= is_question;
            let end = all.get(at + BLOCK).map_or(text.len(), |last| last.end);
            found.push(AnchorLine {
                file: path.clone(),
                line: index.line(span.start),
                text: span.of(text).to_vec(),
                around: Span::new(span.start, end).of(text).to_vec(),
            });
        }
    }
    if asked { found } else { Vec::new() }
}

/// Every variable that configure reads by `test -z`, and the span of that line.
pub fn variables(text: &[u8]) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for span in lines(text).filter(|span| may_ask(span.of(text))) {
        let line = String::from_utf8_lossy(span.of(text)).into_owned();
        let Some(rest) = plain(&line).strip_prefix("if test -z \"$").map(str::to_owned) else { continue };
        if let Some((name, _)) = rest.split_once('"') {
            found.push((name.to_owned(), span));
        }
    }
    found
}

/// A quick test that rejects most lines by their first word.
fn may_ask(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    [&b"AC_SUBST"[..], b"AC_ARG_VAR", b"AC_CHECK_FILE", b"if test"]
        .iter()
        .any(|start| line.starts_with(start))
}

/// A line with single blanks, without m4's quotes and the `then` of a one-line `if`.
pub fn plain(line: &str) -> String {
    let line: String = line.chars().filter(|sign| !matches!(sign, '[' | ']')).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_end_matches("; then").to_owned()
}

fn declares(line: &str, name: &str) -> bool {
    let line = plain(line);
    ["AC_SUBST(", "AC_ARG_VAR("].iter().any(|macro_name| {
        let rest = line.strip_prefix(macro_name);
        rest.is_some_and(|rest| rest.split([',', ')']).next() == Some(name))
    })
}

fn asks(line: &str, name: &str) -> bool {
    let line = plain(line);
    if line == format!("if test -z \"${name}\"") {
        return true;
    }
    let checked =
        line.strip_prefix("AC_CHECK_FILE(").and_then(|rest| rest.split([',', ')']).next().map(str::to_owned));
    checked.is_some_and(|file| {
        let variable: String =
            file.trim().chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect();
        format!("ac_cv_file_{variable}") == name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configure_reads_a_name_in_a_test_or_file_check() {
        let text = b"AC_SUBST(SO)\nif test -z \"$SO\"; then\nSO=.so\nfi\nAC_SUBST(LDSHARED)\n  AC_CHECK_FILE([/dev/ptmx], [], [])\n";
        let path = "configure.ac".parse().unwrap();
        let lines =
            |name: &str| questions(&path, text, name).iter().map(|anchor| anchor.line).collect::<Vec<_>>();
        assert_eq!(lines("SO"), [1, 2]);
        assert_eq!(lines("ac_cv_file__dev_ptmx"), [6]);
        assert_eq!(lines("ac_cv_file_dev_ptmx"), [0; 0]);
        assert_eq!(lines("LDSHARED"), [0; 0]);
        assert_eq!(variables(text)[0].0, "SO");
    }
}
