//! `c.*`.

use super::anchor::{as_lines, common_indentation, find_bytes, settle, with_line_ends};
use super::answer::{Answer, Miss};
use super::context::Source;
use super::text::near_lines;
use crate::patchset::Change;
use crate::patchset::operation::c::{
    AddInclude, Function as Wanted, Insert, RedirectCall, RemoveEntry, Replace, ReplaceFunction, Wrap,
};
use crate::syntax::Problem;
use crate::syntax::c::{Function, Table};
use crate::text::{Rewrite, Span, line_bounds, line_ending, nearest};

/// The bodies of all functions of that name, for `within`.
pub(super) fn function_spans(source: &Source, name: &str) -> Vec<Span> {
    source.c().functions().iter().filter(|f| f.name == name).map(Function::span).collect()
}

/// The one function that is meant, safe to be edited.
fn function<'a>(source: &'a Source, wanted: &Wanted) -> Result<&'a Function, Answer> {
    let all = source.c().functions();
    let named: Vec<&Function> = all.iter().filter(|f| f.name == wanted.name).collect();
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let found: Vec<&Function> = match &wanted.under {
        None => named.clone(),
        Some(under) => named
            .iter()
            .copied()
            .filter(|f| f.conditions.iter().any(|c| squeeze(c) == squeeze(under)))
            .collect(),
    };
    match found[..] {
        [one] => match doubt(source, one) {
            None => Ok(one),
            Some(problem) => Err(Answer::refused(
                format!("`{}` cannot be read safely: {}", wanted.name, problem.what),
                problem.span.start,
            )),
        },
        [] if !named.is_empty() => Err(Answer::Missing(Miss {
            what: format!(
                "`{}` is defined, but not under `{}`",
                wanted.name,
                wanted.under.as_deref().unwrap_or("")
            ),
            near: named.iter().map(|f| (f.name_span.start, f.conditions.join(", "))).collect(),
            ..Miss::default()
        })),
        [] => Err(no_function(source, &wanted.name)),
        _ => Err(Answer::Ambiguous {
            what: format!("{} functions are called `{}`", found.len(), wanted.name),
            at: found.iter().map(|f| f.name_span.start).collect(),
            help: found.iter().find_map(|f| f.conditions.last()).map(|condition| {
                format!("write `function: {{name: {}, under: \"{condition}\"}}`", wanted.name)
            }),
        }),
    }
}

/// Why a function cannot be edited safely, if so. Branches of an `#if` that disagree (2.5's
/// find_module forgets a brace under `#ifdef RISCOS`) are no obstacle where the function ends as
/// CPython writes it, with a brace at the margin: its bounds are right then.
fn doubt<'a>(source: &'a Source, function: &Function) -> Option<&'a Problem> {
    let text = &source.bytes;
    let c = source.c();
    let closing = function.body.end - 1;
    let ends_at_margin = text[closing] == b'}' && line_bounds(text, closing).start == closing;
    let inside = |problem: &&Problem| problem.touches(function.span());
    c.problems().iter().filter(inside).find(|problem| !(problem.of_branches && ends_at_margin))
}

fn no_function(source: &Source, name: &str) -> Answer {
    let c = source.c();
    let functions = c.functions().iter().map(|f| (f.name_span.start, f.name.as_str().into()));
    let prototypes = c.prototypes().iter().map(|p| (p.name_span.start, p.name.as_str().into()));
    Answer::Missing(Miss {
        what: format!("no function is called `{name}`"),
        near: nearest(name, functions.chain(prototypes)).into_iter().map(|at| (at, String::new())).collect(),
        ..Miss::default()
    })
}

/// The scope of an operation that may name a function: its body, or the whole file.
fn scope(source: &Source, wanted: Option<&Wanted>) -> Result<Span, Answer> {
    match wanted {
        Some(wanted) => function(source, wanted).map(Function::span),
        None => Ok(Span::new(0, source.bytes.len())),
    }
}

/// Lines that would come to stand inside a comment, or in the middle of a statement.
fn across(at: usize) -> Answer {
    Answer::refused("a comment, a string or a spliced line runs over the line end there", at)
}

/// The blanks a line begins with.
fn indentation(text: &[u8], offset: usize) -> &[u8] {
    let line = line_bounds(text, offset).of(text);
    &line[..line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()]
}

/// Lines written from column 0, indented as the place they go to. Where that uses blanks, leading
/// tabs become four of them; directives of the preprocessor stay at the margin.
fn indented(text: &[u8], margin: &[u8], ending: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let text = as_lines(text, b"\n");
    let common = common_indentation(&text);
    for line in text.split_inclusive(|b| *b == b'\n') {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let body = body.strip_prefix(&common[..]).unwrap_or(body);
        let tabs = body.iter().take_while(|b| **b == b'\t').count();
        if !body.is_empty() && !body.starts_with(b"#") {
            out.extend_from_slice(margin);
            let step: &[u8] = if margin.starts_with(b" ") { b"    " } else { b"\t" };
            out.extend(std::iter::repeat_n(step, tabs).flatten());
            out.extend_from_slice(&body[tabs..]);
        } else {
            out.extend_from_slice(body);
        }
        out.extend_from_slice(ending);
    }
    out
}

pub(super) fn insert(source: &Source, change: &Change, op: &Insert) -> Answer {
    let text = &source.bytes;
    let ending = line_ending(text);
    if op.at.is_some()
        && let Some(wanted) = &op.function
    {
        let function = match function(source, wanted) {
            Ok(function) => function,
            Err(answer) => return answer,
        };
        return insert_at_entry(source, function, change.text(&op.text));
    }
    let (anchor, after) = match (&op.after, &op.before) {
        (Some(anchor), _) => (anchor, true),
        (None, Some(anchor)) => (anchor, false),
        (None, None) => return Answer::missing("an anchor was not given"),
    };
    let within = match scope(source, op.function.as_ref()) {
        Ok(span) => span,
        Err(answer) => return answer,
    };
    let found = source.c().find_code(anchor.as_bytes(), within);
    let at = |span: &Span| {
        if after {
            line_bounds(text, span.end.saturating_sub(1).max(span.start)).end
        } else {
            line_bounds(text, span.start).start
        }
    };
    if let Some(broken) = found.iter().map(&at).find(|at| !source.c().is_between_lines(*at)) {
        return across(broken);
    }
    let lines = |span: &Span| indented(change.text(&op.text), indentation(text, span.start), ending);
    let (mut fresh, mut done) = (Vec::new(), Vec::new());
    for span in found {
        let (at, lines) = (at(&span), lines(&span));
        let there = if after { text[at..].starts_with(&lines) } else { text[..at].ends_with(&lines) };
        if there { done.push(span) } else { fresh.push(span) }
    }
    let rewrite = |span: Span| insert_lines(text, at(&span), &lines(&span));
    let what = format!("the code `{}`{}", one_line(anchor), in_function(op.function.as_ref()));
    settle(&what, op.count, &fresh, &done, rewrite, || near_lines(source, anchor))
}

/// Inserts whole lines at the beginning of a line, or behind a last line that has no end.
fn insert_lines(text: &[u8], at: usize, lines: &[u8]) -> Rewrite {
    let open = at > 0 && !text[..at].ends_with(b"\n");
    let mut with = if open { line_ending(text).to_vec() } else { Vec::new() };
    with.extend_from_slice(lines);
    Rewrite::insert(at, with)
}

/// The blanks that the statements of a body begin with, seen from `at` on: those of the first line that
/// is no directive; in an empty body, a step more than those of its brace.
fn margin_of_body(text: &[u8], at: usize, end: usize) -> Vec<u8> {
    let body = text[..end].split_inclusive(|b| *b == b'\n').scan(0, |start, line| {
        let here = *start;
        *start += line.len();
        Some((here, line.trim_ascii()))
    });
    let mut statements = body.filter(|(start, line)| *start >= at && !line.is_empty() && line[0] != b'#');
    match statements.next() {
        Some((start, line)) if line != b"}" => indentation(text, start).to_vec(),
        _ => {
            let step: &[u8] = if text.windows(2).any(|pair| pair == b"\n\t") { b"\t" } else { b"    " };
            [indentation(text, end - 1), step].concat()
        }
    }
}

fn insert_at_entry(source: &Source, function: &Function, lines: &[u8]) -> Answer {
    let text = &source.bytes;
    let at = line_bounds(text, function.body.start).end.min(function.body.end);
    if text[function.body.start + 1..at].trim_ascii().iter().any(|b| *b != b'\r') && at == function.body.end {
        return Answer::refused(
            format!("the body of `{}` stands on one line", function.name),
            function.body.start,
        );
    }
    if !source.c().is_between_lines(at) {
        return across(at);
    }
    let margin = margin_of_body(text, at, function.body.end);
    let with = indented(lines, &margin, line_ending(text));
    if text[at..].starts_with(&with) {
        Answer::Already(vec![at])
    } else {
        Answer::Change(vec![Rewrite::insert(at, with)])
    }
}

pub(super) fn replace(source: &Source, change: &Change, op: &Replace) -> Answer {
    let within = match scope(source, op.function.as_ref()) {
        Ok(span) => span,
        Err(answer) => return answer,
    };
    let c = source.c();
    let with = with_line_ends(change.text(&op.with), line_ending(&source.bytes));
    let with = with.trim_ascii_end().to_vec();
    let found = c.find_code(op.find.as_bytes(), within);
    let done = c.find_code(&with, within);
    // A replacement that is part of the anchor is no sign of a finished change.
    let done: Vec<Span> =
        done.into_iter().filter(|d| !found.iter().any(|f| f.contains(*d) && f != d)).collect();
    let what = format!("the code `{}`{}", one_line(&op.find), in_function(op.function.as_ref()));
    settle(
        &what,
        op.count,
        &found,
        &done,
        |span| Rewrite::replace(span, with.clone()),
        || near_lines(source, &op.find),
    )
}

fn one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn in_function(function: Option<&Wanted>) -> String {
    function.map(|f| format!(" in `{}`", f.name)).unwrap_or_default()
}

pub(super) fn replace_function(source: &Source, change: &Change, op: &ReplaceFunction) -> Answer {
    let text = &source.bytes;
    let with = with_line_ends(change.text(&op.with), line_ending(text));
    let with = with.trim_ascii();
    // The new definition may bring comments, directives and other variants of the function.
    let variants = source.c().functions().iter().filter(|f| f.name == op.function.name);
    let done = find_bytes(text, with).into_iter().map(|start| Span::new(start, start + with.len()));
    let done = done.filter(|done| variants.clone().any(|f| done.contains(f.span()))).collect::<Vec<_>>();
    match function(source, &op.function) {
        Ok(function) if done.iter().any(|done| done.contains(function.span())) => {
            Answer::Already(vec![function.span().start])
        }
        Ok(function) => Answer::Change(vec![Rewrite::replace(function.span(), with)]),
        Err(_) if !done.is_empty() => Answer::Already(vec![done[0].start]),
        Err(answer) => answer,
    }
}

pub(super) fn wrap(source: &Source, change: &Change, op: &Wrap) -> Answer {
    let text = &source.bytes;
    let ending = line_ending(text);
    let bounds = |from: Span, to: Span| {
        (line_bounds(text, from.start).start, line_bounds(text, to.end.saturating_sub(1)).end)
    };
    let opening = as_lines(op.condition.trim_end().as_bytes(), ending);
    let closing = |from: Span| {
        let mut closing = Vec::new();
        if let Some(otherwise) = &op.otherwise {
            closing.extend_from_slice(&as_lines(b"#else", ending));
            closing.extend_from_slice(&indented(
                change.text(otherwise),
                indentation(text, from.start),
                ending,
            ));
        }
        closing.extend_from_slice(&as_lines(b"#endif", ending));
        closing
    };
    // What is put behind the `#else` may hold the function, or the code, once more.
    let variants = source.c().functions().iter().filter(|f| f.name == op.function.name);
    for (from, to) in variants.flat_map(|variant| pieces_to_wrap(source, op, variant)) {
        let (start, end) = bounds(from, to);
        if text[..start].ends_with(&opening) && text[end..].starts_with(&closing(from)) {
            return Answer::Already(vec![start]);
        }
    }
    let function = match function(source, &op.function) {
        Ok(function) => function,
        Err(answer) => return answer,
    };
    let (from, to) = match &op.from {
        None => (function.span(), function.span()),
        Some(from) => {
            let one = |code: &str, within: Span| one_piece(source, code, within, &op.function.name);
            let from = match one(from, function.body) {
                Ok(span) => span,
                Err(answer) => return answer,
            };
            match &op.to {
                None => (from, from),
                Some(to) => match one(to, Span::new(from.start, function.body.end)) {
                    Ok(to) => (from, to),
                    Err(answer) => return answer,
                },
            }
        }
    };
    let (start, end) = bounds(from, to);
    let c = source.c();
    if let Some(broken) = [start, end].into_iter().find(|at| !c.is_between_lines(*at)) {
        return across(broken);
    }
    if c.conditions_at(from.start) != c.conditions_at(to.start) {
        return Answer::refused("what is to be wrapped begins and ends under other conditions", to.start);
    }
    Answer::Change(vec![Rewrite::insert(start, opening), insert_lines(text, end, &closing(from))])
}

/// What a wrap may mean in a function: from each place of its first code to the next place of its last.
fn pieces_to_wrap(source: &Source, op: &Wrap, function: &Function) -> Vec<(Span, Span)> {
    let Some(from) = &op.from else { return vec![(function.span(), function.span())] };
    let c = source.c();
    let starts = c.find_code(from.as_bytes(), function.body);
    let pairs = starts.into_iter().filter_map(|from| match &op.to {
        None => Some((from, from)),
        Some(to) => {
            let rest = Span::new(from.start, function.body.end);
            Some((from, *c.find_code(to.as_bytes(), rest).first()?))
        }
    });
    pairs.collect()
}

/// The only place where a piece of code stands in a function.
fn one_piece(source: &Source, code: &str, within: Span, function: &str) -> Result<Span, Answer> {
    let found = source.c().find_code(code.as_bytes(), within);
    let what = format!("the code `{}` in `{function}`", one_line(code));
    match found[..] {
        [one] => Ok(one),
        [] => Err(Answer::Missing(Miss {
            what: format!("{what} is not there"),
            near: near_lines(source, code),
            ..Miss::default()
        })),
        _ => Err(Answer::Ambiguous {
            what: format!("{what} stands in {} places", found.len()),
            at: found.iter().map(|span| span.start).collect(),
            help: Some("name more of the code around it".to_owned()),
        }),
    }
}

pub(super) fn remove_entry(source: &Source, op: &RemoveEntry) -> Answer {
    let tables = source.c().tables();
    let found: Vec<_> = tables.iter().filter(|table| table.name == op.table).collect();
    let table = match found[..] {
        [one] => one,
        [] => {
            let names = tables.iter().map(|t| (t.name_span.start, t.name.as_str().into()));
            return Answer::Missing(Miss {
                what: format!("no table is called `{}`", op.table),
                near: nearest(&op.table, names).into_iter().map(|at| (at, String::new())).collect(),
                ..Miss::default()
            });
        }
        _ => {
            return Answer::Ambiguous {
                what: format!("{} tables are called `{}`", found.len(), op.table),
                at: found.iter().map(|t| t.name_span.start).collect(),
                help: None,
            };
        }
    };
    if let Some(problem) = source.c().problem_in(table.span) {
        return Answer::refused(
            format!("`{}` cannot be read safely: {}", op.table, problem.what),
            problem.span.start,
        );
    }
    let entries: Vec<_> = table.entries.iter().filter(|entry| entry.key == op.entry).collect();
    if entries.len() == op.count {
        return Answer::Change(entries.iter().map(|entry| Rewrite::remove(entry.span)).collect());
    }
    let near = otherwise_named(source, table, &op.entry);
    match entries.len() {
        // A table that does not name the entry is as wanted, unless it has it under another name.
        0 if near.is_empty() => Answer::Already(vec![table.name_span.start]),
        0 => Answer::Missing(Miss {
            what: format!("`{}` has no entry `{}`", op.table, op.entry),
            at: Some(table.name_span.start),
            near: near.into_iter().map(|at| (at, String::new())).collect(),
            help: None,
        }),
        n => Answer::Ambiguous {
            what: format!("`{}` has {n} entries `{}`, {} meant", op.table, op.entry, op.count),
            at: entries.iter().map(|entry| entry.code.start).collect(),
            help: Some(format!("write `count: {n}`")),
        },
    }
}

/// Entries that may be the one that is meant. Names of one table are often alike (getgroups and
/// setgroups): another string is none as long as the file still has the function of the entry that is
/// gone. A macro of Argument Clinic (OS_GETGROUPS_METHODDEF) is the entry itself.
fn otherwise_named(source: &Source, table: &Table, entry: &str) -> Vec<usize> {
    let macros = table.entries.iter().filter(|e| {
        e.key.strip_suffix("_METHODDEF").is_some_and(|name| ends_in_word(&name.to_ascii_lowercase(), entry))
    });
    let macros: Vec<usize> = macros.map(|e| e.code.start).collect();
    let has_function = source.c().functions().iter().any(|f| ends_in_word(&f.name, entry));
    if !macros.is_empty() || has_function {
        return macros;
    }
    nearest(entry, table.entries.iter().map(|e| (e.code.start, e.key.as_str().into())))
}

/// Whether a name is `word`, or ends in `_word`.
fn ends_in_word(name: &str, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    name.strip_suffix(word.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
}

pub(super) fn add_include(source: &Source, op: &AddInclude) -> Answer {
    let text = &source.bytes;
    let ending = line_ending(text);
    let includes = source.c().includes();
    let name = op.include.trim_matches(['"', '<', '>']);
    let found: Vec<_> = includes.iter().filter(|include| include.path == op.after).collect();
    // An include under a condition of its own is none where that does not hold.
    let compiled = |conditions: &[String]| {
        conditions.is_empty() || found.first().is_some_and(|anchor| anchor.conditions == conditions)
    };
    if let Some(there) = includes.iter().find(|i| i.path == name && compiled(&i.conditions)) {
        return Answer::Already(vec![there.span.start]);
    }
    match found[..] {
        [one] => {
            let at = line_bounds(text, one.span.start).end.max(one.span.end);
            let line = as_lines(format!("#include {}", op.include).as_bytes(), ending);
            Answer::Change(vec![insert_lines(text, at, &line)])
        }
        [] => {
            let names = includes.iter().map(|i| (i.span.start, i.path.as_str().into()));
            let mut near = nearest(&op.after, names);
            near.extend(includes.first().map(|first| first.span.start));
            near.dedup();
            Answer::Missing(Miss {
                what: format!("`{}` is not included", op.after),
                near: near.into_iter().map(|at| (at, String::new())).collect(),
                ..Miss::default()
            })
        }
        _ => Answer::Ambiguous {
            what: format!("`{}` is included {} times", op.after, found.len()),
            at: found.iter().map(|include| include.span.start).collect(),
            help: None,
        },
    }
}

pub(super) fn redirect_call(source: &Source, op: &RedirectCall) -> Answer {
    let function = match function(source, &op.function) {
        Ok(function) => function,
        Err(answer) => return answer,
    };
    let c = source.c();
    let callees =
        |name: &str| -> Vec<Span> { c.calls(name, function.body).iter().map(|call| call.callee).collect() };
    let (found, done) = (callees(&op.from), callees(&op.to));
    let what = format!("a call of `{}` in `{}`", op.from, op.function.name);
    settle(
        &what,
        op.count,
        &found,
        &done,
        |span| Rewrite::replace(span, op.to.as_str()),
        || {
            c.calls(&op.from, Span::new(0, source.bytes.len()))
                .iter()
                .map(|call| (call.callee.start, "a call in another function".to_owned()))
                .take(5)
                .collect()
        },
    )
}
