//! Where configure reads the variables that a recipe presets: `SO=.a` on its command line, `ac_cv_file__dev_ptmx` in its
//! environment. configure silently ignores a variable that it does not read.

use memchr::memmem;

use crate::edit::AnchorLine;
use crate::patchset::Build;
use crate::text::{LineIndex, Span, lines};
use crate::tree::{Tree, TreeError, TreePath};

/// The number of lines after a question that belong to it.
const BLOCK: usize = 12;

/// The variables that a recipe presets for configure, in the order of the recipe.
pub fn presets(build: &Build) -> Vec<String> {
    let is_name = |name: &&str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.starts_with("YOD")
    };
    let mut names: Vec<String> = Vec::new();
    for program in &build.programs {
        let words = program.configure.iter().filter_map(|word| word.split_once('=').map(|(name, _)| name));
        for name in words.chain(program.environment.keys().map(String::as_str)).filter(is_name) {
            if !names.iter().any(|known| known == name) {
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
    // The cache variable of a file has that file's name in other letters.
    let has_name =
        |text: &[u8]| name.starts_with("ac_cv_file_") || memmem::find(text, name.as_bytes()).is_some();
    if !has_name(text) {
        return Vec::new();
    }
    let index = LineIndex::new(text);
    let all: Vec<Span> = lines(text).collect();
    let mut found = Vec::new();
    let mut asked = false;
    let may_ask = |line: &[u8]| may_ask(line) && has_name(line);
    for (at, span) in all.iter().enumerate().filter(|(_, span)| may_ask(span.of(text))) {
        let line = String::from_utf8_lossy(span.of(text));
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
    let tested = |span: Span| {
        let line = plain(&String::from_utf8_lossy(span.of(text)));
        let (name, _) = line.strip_prefix("if test -z \"$")?.split_once('"')?;
        Some((name.to_owned(), span))
    };
    lines(text).filter(|span| may_ask(span.of(text))).filter_map(tested).collect()
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

/// The first argument of a macro, if the line calls it.
fn argument<'a>(line: &'a str, macro_name: &str) -> Option<&'a str> {
    line.strip_prefix(macro_name)?.strip_prefix('(')?.split([',', ')']).next()
}

fn declares(line: &str, name: &str) -> bool {
    let line = plain(line);
    ["AC_SUBST", "AC_ARG_VAR"].iter().any(|macro_name| argument(&line, macro_name) == Some(name))
}

fn asks(line: &str, name: &str) -> bool {
    let line = plain(line);
    let cache_variable = |file: &str| {
        let is_name = |sign: char| sign.is_ascii_alphanumeric();
        format!("ac_cv_file_{}", file.trim().replace(|sign| !is_name(sign), "_"))
    };
    line == format!("if test -z \"${name}\"")
        || argument(&line, "AC_CHECK_FILE").is_some_and(|file| cache_variable(file) == name)
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
