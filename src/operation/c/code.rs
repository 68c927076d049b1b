//! Finds functions and code, and indents code for its place.

use std::slice;

use crate::operation::lines::{common_indentation, indentation, leading_blanks, push_indented};
use crate::operation::prelude::*;
use crate::operation::value::Function as Wanted;
use crate::syntax::c::{CFile, Function, has_code};
use crate::syntax::{Doubt, Problem};
use crate::text::{apply, line_bounds, lines};

/// The only function that `wanted` names in the scope of the site, if it can be edited safely.
pub(super) fn function<'a>(site: &Site<'a>, wanted: &Wanted) -> Result<&'a Function, Failure> {
    let file = site.file;
    let all = file.c().functions().iter().filter(|f| site.scope.contains(f.span()));
    let named: Vec<&Function> = all.filter(|f| f.name == wanted.name).collect();
    let is_under = |f: &&&Function| {
        let Some(under) = &wanted.under else { return true };
        f.conditions.iter().any(|condition| one_line(condition) == one_line(under))
    };
    let found: Vec<&Function> = named.iter().filter(is_under).copied().collect();
    match found[..] {
        [one] => match problem_of(file, one) {
            None => Ok(one),
            Some(problem) => Err(Failure::doubtful(&format!("`{}`", wanted.name), problem)),
        },
        [] if named.is_empty() => Err(no_function(file, &wanted.name)),
        [] => {
            let under = wanted.under.as_deref().unwrap_or("");
            let what = format!("`{}` is defined, but not under `{under}`", wanted.name);
            let near = named.iter().map(|f| (f.name_span.start, f.conditions.join(", "))).collect();
            Err(Miss { near, ..Miss::new(what) }.into())
        }
        _ => Err(Failure::Ambiguous {
            what: format!("{} functions are called `{}`", found.len(), wanted.name),
            at: found.iter().map(|f| f.name_span.start).collect(),
            help: found.iter().find_map(|f| f.conditions.last()).map(|condition| {
                format!("write `function: {{name: {}, under: \"{condition}\"}}`", wanted.name)
            }),
        }),
    }
}

/// Why a function cannot be edited safely, if so. Branches of an `#if` that disagree (2.5's find_module lacks a brace
/// under `#ifdef RISCOS`) do not matter if the function ends as CPython writes it, with a brace at the margin: then
/// its bounds are right.
fn problem_of<'a>(file: &'a ParsedFile, function: &Function) -> Option<&'a Problem> {
    let text = &file.bytes;
    let closing = function.body.end - 1;
    let ends_at_margin = text[closing] == b'}' && line_bounds(text, closing).start == closing;
    let mut inside = file.c().problems().iter().filter(|problem| problem.touches(function.span()));
    inside.find(|problem| problem.doubt != Doubt::Branches || !ends_at_margin)
}

fn no_function(file: &ParsedFile, name: &str) -> Failure {
    let c = file.c();
    let functions = c.functions().iter().map(|f| (f.name_span.start, f.name.as_str().into()));
    let prototypes = c.prototypes().iter().map(|p| (p.name_span.start, p.name.as_str().into()));
    let near = nearest(name, functions.chain(prototypes));
    Miss::new(format!("no function is called `{name}`")).near(near).into()
}

/// The scope of an operation that may name a function: the function, or the scope of the site.
pub(super) fn scope(site: &Site<'_>, wanted: Option<&Wanted>) -> Result<Span, Failure> {
    match wanted {
        Some(wanted) => function(site, wanted).map(Function::span),
        None => Ok(site.scope),
    }
}

/// As [`scope`]. Of several functions with the name, under different conditions, the one that has any of these codes counts.
pub(super) fn scope_with(site: &Site<'_>, wanted: Option<&Wanted>, codes: &[&[u8]]) -> Result<Span, Failure> {
    let ambiguous = match (scope(site, wanted), wanted) {
        (Err(failure @ Failure::Ambiguous { .. }), Some(wanted)) if wanted.under.is_none() => {
            (failure, wanted)
        }
        (other, _) => return other,
    };
    let (failure, wanted) = ambiguous;
    let c = site.file.c();
    let has_code = |function: &&Function| {
        function.name == wanted.name
            && site.scope.contains(function.name_span)
            && codes.iter().any(|code| !c.find_anchor(code, function.span()).is_empty())
    };
    match c.functions().iter().filter(has_code).collect::<Vec<_>>()[..] {
        [one] => match problem_of(site.file, one) {
            None => Ok(one.span()),
            Some(problem) => Err(Failure::doubtful(&format!("`{}`", wanted.name), problem)),
        },
        _ => Err(failure),
    }
}

/// Checks that lines can be put at `offset`, not into a comment or the middle of a statement.
pub(super) fn check_between_lines(file: &ParsedFile, offset: usize) -> Result<(), Failure> {
    if file.c().is_between_lines(offset) {
        return Ok(());
    }
    Err(Failure::refused("a comment, a string or a spliced line runs over the line end there", offset))
}

/// The indentation of lines before or after code: that of its line; of a directive, which may be at the margin, that of the code
/// below it.
pub(super) fn margin(text: &[u8], code: Span, scope: Span) -> &[u8] {
    if text.get(code.start) != Some(&b'#') {
        return indentation(text, code.start);
    }
    let is_code = |line: &&[u8]| !matches!(line.trim_ascii().first(), None | Some(b'#'));
    let mut below = text[code.end..scope.end.max(code.end)].split(|b| *b == b'\n').skip(1);
    let next = below.find(is_code).filter(|line| !line.trim_ascii().starts_with(b"}"));
    // Before the end of a block, that of the code above it.
    let sample = next.or_else(|| {
        text[scope.start.min(code.start)..code.start].rsplit(|b| *b == b'\n').skip(1).find(is_code)
    });
    sample.map_or_else(|| indentation(text, code.start), leading_blanks)
}

/// Checks that a function is still found after lines are put into its head: a `;` would end the declaration, and a word
/// before the parameters would be another name.
pub(super) fn check_head(file: &ParsedFile, insertion: &Rewrite) -> Result<(), Failure> {
    let (c, at) = (file.c(), insertion.span.start);
    let is_around = |function: &&Function| function.span().start < at && at <= function.body.start;
    let Some(function) = c.functions().iter().find(is_around) else { return Ok(()) };
    let after = CFile::parse(apply(&file.bytes, slice::from_ref(insertion)).unwrap_or_default());
    let found = after.functions().iter().any(|other| {
        let (start, end) = (function.span().start, function.span().end + insertion.with.len());
        other.name == function.name && other.span() == Span::new(start, end)
    });
    if found {
        return Ok(());
    }
    let why = format!("the lines would tear apart the head of `{}`", function.name);
    Err(Failure::refused(why, function.name_span.start))
}

/// Checks that a text of the patchset has code: an anchor of comments alone would match anywhere.
pub(super) fn check_code<'a>(
    texts: impl IntoIterator<Item = (&'static str, &'a [u8])>,
) -> Result<(), String> {
    match texts.into_iter().find(|(_, text)| !has_code(text)) {
        Some((name, _)) => Err(format!("does nothing: its `{name}` is empty")),
        None => Ok(()),
    }
}

/// Code on one line, with single blanks.
pub(super) fn one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names code for messages.
pub(super) fn named_code(code: &str, function: Option<&Wanted>) -> String {
    let place = function.map(|f| format!(" in `{}`", f.name)).unwrap_or_default();
    format!("the code `{}`{place}", one_line(code))
}

/// Lines written from column 0, indented by `margin`. If that uses blanks, leading tabs become four of them;
/// preprocessor directives stay at the margin.
pub(super) fn indented(text: &[u8], margin: &[u8], ending: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let text = as_lines(text, b"\n");
    let common = common_indentation(&text);
    for line in text.split_inclusive(|b| *b == b'\n') {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let body = body.strip_prefix(&common[..]).unwrap_or(body);
        if !body.is_empty() && !body.starts_with(b"#") {
            push_indented(&mut out, margin, body);
        } else {
            out.extend_from_slice(body);
        }
        out.extend_from_slice(ending);
    }
    out
}

/// Code that takes the place of other code on a line that is indented by `margin`. Its lines after the first are as written if they
/// are indented for that place; if they are written from column 0, they are indented as the first.
pub(super) fn in_place(text: &[u8], margin: &[u8], ending: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii_end();
    let is_code = |line: &&[u8]| !matches!(line.trim_ascii().first(), None | Some(b'#'));
    let mut rest = text.split(|b| *b == b'\n').skip(1).filter(is_code).map(leading_blanks).peekable();
    let first = text.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    // What follows a line that ends neither a statement nor a block is indented more than it.
    let is_open = !first.ends_with(b";") && !first.ends_with(b"}");
    let is_deeper = rest.peek().is_none_or(|blanks| !is_open || blanks.len() > margin.len());
    if is_deeper && rest.all(|blanks| blanks.starts_with(margin)) {
        return with_line_ends(text, ending);
    }
    let lines = indented(text, margin, ending);
    lines.strip_prefix(margin).unwrap_or(&lines).trim_ascii_end().to_vec()
}

/// The indentation of the statements of a body from `at` on: that of the first line that is not a directive; in an
/// empty body, one step more than that of its brace.
pub(super) fn body_indentation(text: &[u8], at: usize, end: usize) -> Vec<u8> {
    let is_code = |line: &[u8]| !matches!(line.trim_ascii().first(), None | Some(b'#'));
    let mut statements = lines(&text[..end]).filter(|line| line.start >= at && is_code(line.of(text)));
    match statements.next() {
        Some(line) if line.of(text).trim_ascii() != b"}" => indentation(text, line.start).to_vec(),
        _ => {
            let step: &[u8] = if text.windows(2).any(|pair| pair == b"\n\t") { b"\t" } else { b"    " };
            [indentation(text, end - 1), step].concat()
        }
    }
}
