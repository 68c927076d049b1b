//! Searches for a changed declaration that an added file implements or uses.

use super::elsewhere::if_gone;
use super::likeness::likeness;
use crate::patchset::Requirement;
use crate::port::cell::{Candidate, Verdict};
use crate::port::finding::{Finding, candidate};
use crate::port::judging::Judging;
use crate::syntax::c::CFile;
use crate::text::Span;
use crate::tree::{Location, TreeError, TreePath};

/// A declaration of another name counts as the old one if at least this share of its words is the same:
/// `_PyImport_FindSharedFuncptr` of 3.5 shares 0.6 with `_PyImport_GetDynLoadFunc`.
const SAME: f64 = 0.5;

/// Judges whether `requirement.file` still declares `code`.
pub(in crate::port) fn declaration(
    judging: &Judging<'_>,
    requirement: &Requirement,
    code: &str,
) -> Result<Finding, TreeError> {
    let name = declared_name(code);
    let wanted = tokens_of(code).join(" ");
    let mut found: Vec<(f64, Candidate)> = Vec::new();
    let mut renamed: Vec<(f64, Candidate)> = Vec::new();
    let mut paths = vec![requirement.file.clone()];
    let mut next = 0;
    while next < paths.len() {
        let path = paths[next].clone();
        next += 1;
        let text = judging.contents(&path)?.unwrap_or_default();
        let file = CFile::parse(&text);
        let joined = |span: Span| tokens(&file, span).join(" ");
        if let Some(exact) = file.find_code(code.as_bytes(), Span::new(0, text.len())).first() {
            let moved = path != requirement.file;
            let verdict = if moved { Verdict::Moved } else { Verdict::Applies };
            let reason = moved.then(|| format!("it is declared in {path} now"));
            let now = |why| candidate(&path, &text, &[exact.start], why, None).replacing(path.to_string());
            let candidates = reason.iter().map(|why| now(why)).collect();
            let place = Location::of(&path, &text, exact.start);
            return Ok(Finding { reason, candidates, ..Finding::at(verdict, &[place]) });
        }
        let place = |span: Span, why: &str| candidate(&path, &text, &[span.start], why, None);
        for span in file.statements_with(&name) {
            let why = format!("`{name}` is declared differently: `{}`", code_of(&file, span));
            found.push((likeness(&wanted, &joined(span)), place(span, &why)));
        }
        for span in if found.is_empty() { file.statements() } else { Vec::new() } {
            let like = likeness(&wanted, &joined(span));
            if like >= SAME {
                let why = format!("in place of `{name}`: `{}`", code_of(&file, span));
                renamed.push((like, place(span, &why)));
            }
        }
        // Listing all files is slow, and most declarations stay in their file.
        if paths.len() == 1 {
            paths = related(judging, &requirement.file)?;
        }
    }
    let all = if found.is_empty() { renamed } else { found };
    let what = format!("{} does not declare `{code}`: {}", requirement.file, requirement.why);
    if_gone(judging, &requirement.file, vec![name], Finding::ranked(all, Verdict::Obsolete, &what))
}

fn code_of(file: &CFile, span: Span) -> String {
    let mut out = String::new();
    for token in tokens(file, span) {
        let open = out.ends_with(['(', '*', '[']) || out.is_empty();
        let joins = matches!(token.as_str(), ")" | "(" | "[" | "]" | "," | ";");
        if !open && (!joins || out.ends_with(',')) {
            out.push(' ');
        }
        out.push_str(&token);
    }
    out
}

fn tokens_of(code: &str) -> Vec<String> {
    tokens(&CFile::parse(code.as_bytes()), Span::new(0, code.len()))
}

fn tokens(file: &CFile, span: Span) -> Vec<String> {
    file.tokens_of(span).into_iter().map(|token| String::from_utf8_lossy(token).into_owned()).collect()
}

/// The name that a declaration declares: that in `(*name)`, or else the one before the first `(` or `[`, or else the last
/// one.
pub(in crate::port) fn declared_name(code: &str) -> String {
    let tokens = tokens_of(code);
    let is_name = |token: &String| token.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
    if let Some(at) =
        tokens.windows(3).position(|three| three[0] == "(" && three[1] == "*" && is_name(&three[2]))
    {
        return tokens[at + 2].clone();
    }
    let end = tokens.iter().position(|token| token == "(" || token == "[").unwrap_or(tokens.len());
    tokens[..end].iter().rev().find(|token| is_name(token)).cloned().unwrap_or_default()
}

/// The file, and those that replace it or share its name: `pycore_importdl.h` and `importdl.c` of
/// `importdl.h`, `Include/cpython/import.h` of `Include/import.h`.
fn related(judging: &Judging<'_>, file: &TreePath) -> Result<Vec<TreePath>, TreeError> {
    let stem = |path: &TreePath| {
        let name = path.file_name().split('.').next().unwrap_or("").to_owned();
        name.strip_prefix("pycore_").map_or(name.clone(), str::to_owned)
    };
    let own = stem(file);
    let folders = ["Include/", "Python/"];
    let mut all = vec![file.clone()];
    for path in judging.files()? {
        let is_c = path.as_str().ends_with(".h") || path.as_str().ends_with(".c");
        if is_c
            && path != file
            && stem(path) == own
            && folders.iter().any(|folder| path.as_str().starts_with(folder))
        {
            all.push(path.clone());
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_name_is_found() {
        for (code, name) in [
            ("extern const struct filedescr _PyImport_DynLoadFiletab[];", "_PyImport_DynLoadFiletab"),
            ("void (*initfunc)(void);", "initfunc"),
            ("extern dl_funcptr f(const char *name, FILE *fp)", "f"),
            ("int x;", "x"),
        ] {
            assert_eq!(declared_name(code), name);
        }
    }
}
