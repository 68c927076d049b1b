//! The operations of any format that may make the change of a group: `insert`, `replace` and `remove` with what is around
//! it, and those for comments.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Value, json};

use super::group::{last_lines, slides};
use crate::edit::suggest::Candidate;
use crate::operation::{ParsedFile, Within};
use crate::text::{Rewrite, Span, lines, tokens};

/// How many lines of old code an operation may name to count as more than a hunk, which names all that it replaces.
pub(super) const NAMED_LINES: usize = 8;

/// The verbs of a format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verbs {
    pub insert: &'static str,
    pub replace: &'static str,
    pub remove: &'static str,
    pub replace_comment: &'static str,
    pub remove_comment: &'static str,
}

macro_rules! verbs {
    ($format:literal) => {
        Verbs {
            insert: concat!($format, ".insert"),
            replace: concat!($format, ".replace"),
            remove: concat!($format, ".remove"),
            replace_comment: concat!($format, ".replace-comment"),
            remove_comment: concat!($format, ".remove-comment"),
        }
    };
}

pub(super) const PYTHON: Verbs = verbs!("python");
pub(super) const C: Verbs = verbs!("c");
pub(super) const MAKEFILE: Verbs = verbs!("makefile");
pub(super) const M4: Verbs = verbs!("m4");
pub(super) const SHELL: Verbs = verbs!("shell");

/// A file whose changes are lifted.
pub(super) struct Scene<'a> {
    pub file: &'a ParsedFile,
    pub verbs: &'a Verbs,
    /// Its comments, in order, if the format says where they are.
    comments: Option<Vec<Span>>,
    /// The scopes in which code is named, by its span.
    scopes: RefCell<HashMap<Span, Vec<Option<Value>>>>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(file: &'a ParsedFile, verbs: &'a Verbs) -> Scene<'a> {
        let comments = match verbs.insert {
            "c.insert" => Some(file.c().comments()),
            "python.insert" => Some(file.python().comments()),
            _ => None,
        };
        Scene { file, verbs, comments, scopes: RefCell::default() }
    }

    /// Whether a line has a comment, and nothing else.
    fn is_comment(&self, line: Span) -> bool {
        let text = &self.file.bytes[..];
        let Some(comments) = &self.comments else { return is_comment_line(line.of(text)) };
        let start = line.start + indentation(line.of(text));
        let end = line.start + line.of(text).trim_ascii_end().len();
        let at = comments.partition_point(|comment| comment.end <= start);
        start < end && comments.get(at).is_some_and(|comment| comment.start <= start && end <= comment.end)
    }
}

/// The candidates for a group, those that say most first.
pub(super) fn candidates(scene: &Scene<'_>, group: &Rewrite) -> Vec<Candidate> {
    let text = &scene.file.bytes[..];
    let mut found = Vec::new();
    for slide in slides(text, group) {
        let old = slide.span.of(text);
        if is_blank(old) {
            insertions(scene, &slide, &mut found);
        }
        if is_blank(&slide.with) {
            removals(scene, &slide, &mut found);
        }
    }
    if !is_blank(group.span.of(text)) && !is_blank(&group.with) {
        if scene.verbs.insert == PYTHON.insert {
            blocks(scene, group, &mut found);
        }
        comments(scene, group, &mut found);
        replacements(scene, group, &mut found);
    }
    found
}

/// The candidates for several groups together, of which `first` begins the change and `last` ends it: lines that are put
/// under a condition. `whole` is the change from the one to the other.
pub(super) fn of_several(
    scene: &Scene<'_>,
    first: &Rewrite,
    last: &Rewrite,
    whole: &Rewrite,
) -> Vec<Candidate> {
    let verbs = scene.verbs;
    let mut found = Vec::new();
    if verbs.insert == C.insert {
        wraps(scene, first, last, &mut found);
    } else if verbs.insert == PYTHON.insert {
        blocks(scene, whole, &mut found);
    }
    replacements(scene, whole, &mut found);
    found
}

/// `python.wrap`: an `if` or a `try` around statements, with the block of an `else` or `except`.
pub(super) fn blocks(scene: &Scene<'_>, group: &Rewrite, found: &mut Vec<Candidate>) {
    let file = scene.file;
    let text = &file.bytes[..];
    let (Ok(old), Ok(new)) = (std::str::from_utf8(group.span.of(text)), std::str::from_utf8(&group.with))
    else {
        return;
    };
    let filled = |text: &'_ str| -> Vec<String> {
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    };
    let (old, new) = (filled(old), filled(new));
    let (Some(head), Some(first)) = (new.first().map(|line| line.trim()), old.first()) else { return };
    let is_wrapped = new.len() > old.len() && old.iter().zip(&new[1..]).all(|(a, b)| a.trim() == b.trim());
    if !is_wrapped {
        return;
    }
    let rest = &new[old.len() + 1..];
    let margin = indentation(first.as_bytes());
    let mut own =
        old.iter().filter(|line| indentation(line.as_bytes()) == margin && !line.trim().starts_with('#'));
    let (Some(from), Some(to)) = (own.clone().next(), own.next_back()) else { return };
    let mut arguments = json!({"from": from.trim()});
    match (
        head.strip_prefix("if ").and_then(|rest| rest.strip_suffix(':')),
        rest.first().map(|line| line.trim()),
    ) {
        (Some(condition), None | Some("else:")) => arguments["if"] = json!(condition.trim()),
        (None, Some(next)) if head == "try:" => {
            let Some(exception) = next.strip_prefix("except ").and_then(|rest| rest.strip_suffix(':')) else {
                return;
            };
            arguments["except"] = json!(exception.trim());
        }
        _ => return,
    }
    if rest.len() > 1 {
        arguments["otherwise"] = json!(dedented(&rest[1..].join("\n")));
    }
    let anchor = Span::new(group.span.start + margin, group.span.end);
    if from != to {
        let mut arguments = arguments.clone();
        arguments["to"] = json!(to.trim());
        scoped(scene, anchor, &Candidate::new("python.wrap", arguments), found);
    }
    scoped(scene, anchor, &Candidate::new("python.wrap", arguments), found);
}

/// `c.wrap`: an `#if` before lines, and an `#endif` after them, with other lines after an `#else`.
fn wraps(scene: &Scene<'_>, first: &Rewrite, last: &Rewrite, found: &mut Vec<Candidate>) {
    let Scene { file, .. } = *scene;
    let text = &file.bytes[..];
    for (opening, closing) in slides(text, first)
        .iter()
        .flat_map(|one| slides(text, last).into_iter().map(move |two| (one.clone(), two)))
    {
        let (Ok(directive), Ok(end)) =
            (std::str::from_utf8(&opening.with), std::str::from_utf8(&closing.with))
        else {
            continue;
        };
        let is_one = directive.trim().starts_with("#if") && directive.trim().lines().count() == 1;
        if !opening.span.is_empty()
            || !closing.span.is_empty()
            || !is_one
            || !end.trim_end().ends_with("#endif")
        {
            continue;
        }
        let otherwise =
            end.trim_end().strip_suffix("#endif").and_then(|rest| rest.trim_start().strip_prefix("#else"));
        let wrapped: Vec<Span> = lines(&text[opening.span.end..closing.span.start])
            .map(|line| Span::new(opening.span.end + line.start, opening.span.end + line.end))
            .filter(|line| !is_blank(line.of(text)))
            .collect();
        let code: Vec<Span> = wrapped.iter().copied().filter(|line| !scene.is_comment(*line)).collect();
        let (Some(from), Some(to)) = (code.first(), code.last()) else { continue };
        for count in 1..=3.min(code.len()) {
            let whole = Span::new(from.start, code[count - 1].end);
            let tail = Span::new(code[code.len() - count].start, to.end);
            let (Some(from_code), Some(to_code)) = (shown(whole.of(text)), shown(tail.of(text))) else {
                continue;
            };
            let mut arguments = json!({"condition": directive.trim(), "from": from_code});
            if wrapped.first() != code.first() {
                arguments["comment"] = json!(true);
            }
            if let Some(otherwise) = otherwise {
                arguments["otherwise"] = json!(dedented(otherwise.trim_matches('\n')));
            }
            scoped(scene, *from, &Candidate::new("c.wrap", arguments.clone()), found);
            if whole.end < tail.end {
                arguments["to"] = json!(to_code);
                scoped(scene, *from, &Candidate::new("c.wrap", arguments), found);
            }
        }
    }
}

fn is_blank(text: &[u8]) -> bool {
    text.trim_ascii().is_empty()
}

/// Adds a candidate once for each scope around `span`, or without one where no scope is.
pub(super) fn scoped(scene: &Scene<'_>, span: Span, candidate: &Candidate, found: &mut Vec<Candidate>) {
    let mut cache = scene.scopes.borrow_mut();
    let scopes = cache.entry(span).or_insert_with(|| {
        let all = Within::all_around(scene.file, span);
        let is_one = |within: &Within| within.resolve(scene.file).is_ok_and(|found| found.len() == 1);
        // Code that is in a scope more than once is in all that is around it more than once.
        let known = all.iter().position(is_one).map(|first| all[first].clone());
        let is_outer = |within: &Within| {
            let known = known.as_ref().filter(|known| *known != within);
            let spans = |within: &Within| within.resolve(scene.file).unwrap_or_default();
            known.is_some_and(|known| {
                let (own, known) = (spans(within), spans(known));
                !own.is_empty() && own.iter().all(|own| known.iter().all(|known| own.contains(*known)))
            })
        };
        let inner = all.iter().filter(|within| !is_outer(within));
        let mut scopes: Vec<Option<Value>> = inner.map(|within| serde_json::to_value(within).ok()).collect();
        if known.is_none() {
            scopes.push(None);
        }
        scopes
    });
    found.extend(scopes.iter().map(|within| match within {
        Some(within) => candidate.clone().within(within.clone()),
        None => candidate.clone(),
    }));
}

/// Adds a candidate for each scope around `span`, and for the file: each has another edge.
fn at_edges(scene: &Scene<'_>, span: Span, candidate: &Candidate, found: &mut Vec<Candidate>) {
    for within in Within::all_around(scene.file, span) {
        found.extend(serde_json::to_value(within).ok().map(|within| candidate.clone().within(within)));
    }
    found.push(candidate.clone());
}

/// The text of lines as it is named: without the blanks around it, and without the margin of the first line.
pub(super) fn shown(text: &[u8]) -> Option<String> {
    let code = std::str::from_utf8(text).ok()?.replace("\r\n", "\n");
    // The blanks in a string are a part of it.
    let has_string = ["\"\"\"", "'''", "\\\n"].iter().any(|sign| code.contains(sign));
    Some(if has_string { code.trim().to_owned() } else { hung(&code, indentation(text)) })
}

fn insertions(scene: &Scene<'_>, slide: &Rewrite, found: &mut Vec<Candidate>) {
    let Scene { file, verbs, .. } = *scene;
    let text = &file.bytes[..];
    let Ok(new) = std::str::from_utf8(&slide.with) else { return };
    let new = new.replace("\r\n", "\n");
    // The blank lines at the end belong to it.
    let new = dedented(if new.ends_with("\n\n") { &new } else { new.trim_end_matches('\n') });
    let above: Vec<Span> = last_lines(text, slide.span.start, 40);
    let below: Vec<Span> = lines(&text[slide.span.end..])
        .take(30)
        .map(|line| Span::new(slide.span.end + line.start, slide.span.end + line.end))
        .collect();
    let mut add = |anchor: Span, arguments: Value| {
        scoped(scene, anchor, &Candidate::new(verbs.insert, arguments), found);
    };
    // After the line above, or the head of the block that ends there.
    if let Some(first) = above.first().filter(|line| !is_blank(line.of(text)) && !scene.is_comment(**line)) {
        let mut margin = usize::MAX;
        for (number, line) in above.iter().enumerate() {
            let own = indentation(line.of(text));
            if is_blank(line.of(text)) || own >= margin && number > 3 {
                continue;
            }
            let is_head = own < margin;
            margin = margin.min(own);
            if is_head && let Some(code) = shown(line.of(text)) {
                add(*line, json!({"after": code, "text": new}));
            }
            if number > 0 && number < NAMED_LINES {
                let several = Span::new(line.start, first.end);
                if let Some(code) = shown(several.of(text)) {
                    add(several, json!({"after": code, "text": new}));
                }
            }
            if margin == 0 {
                break;
            }
        }
    }
    // Before the code below, above or below its comment.
    let code_at = below.iter().position(|line| !scene.is_comment(*line));
    if let Some(first) = code_at.filter(|at| !is_blank(below[*at].of(text))) {
        for last in first..below.len().min(first + 3) {
            let several = Span::new(below[first].start, below[last].end);
            let Some(code) = shown(several.of(text)) else { continue };
            add(several, json!({"before": code, "text": new}));
            for is_below in [true, false] {
                add(several, json!({"before": code, "below-comment": is_below, "text": new}));
            }
        }
    }
    for (edge, line) in [("end", above.first()), ("start", below.first())] {
        let line = line.copied().unwrap_or(slide.span);
        let candidate = Candidate::new(verbs.insert, json!({"at": edge, "text": new}));
        let code = Span::new(line.start + indentation(line.of(text)), line.end);
        for span in [line, code] {
            at_edges(scene, span, &candidate, found);
        }
    }
}

fn removals(scene: &Scene<'_>, slide: &Rewrite, found: &mut Vec<Candidate>) {
    let Scene { file, verbs, .. } = *scene;
    let text = &file.bytes[..];
    let all: Vec<Span> = lines(slide.span.of(text))
        .map(|line| Span::new(slide.span.start + line.start, slide.span.start + line.end))
        .filter(|line| !is_blank(line.of(text)))
        .collect();
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return };
    if all.iter().all(|line| scene.is_comment(*line)) {
        if all.len() <= NAMED_LINES
            && let Some(words) = comment_words(slide.span.of(text), true)
        {
            scoped(scene, *first, &Candidate::new(verbs.remove_comment, json!({"find": words})), found);
        }
        return;
    }
    let code: Vec<Span> = all.iter().copied().filter(|line| !scene.is_comment(*line)).collect();
    let has_comment = first != &code[0];
    let mut add = |mut arguments: Value| {
        if has_comment {
            arguments["comment"] = json!(true);
        }
        scoped(scene, code[0], &Candidate::new(verbs.remove, arguments), found);
    };
    if let Some(head) = shown(code[0].of(text)) {
        add(json!({"find": head}));
        if code.len() > 1
            && let Some(to) = shown(last.of(text))
        {
            add(json!({"from": head, "to": to}));
        }
    }
    for count in 2..=code.len().min(NAMED_LINES) {
        add_text(text, &code[..count], &mut |code| add(json!({"find": code})));
    }
}

fn add_text(text: &[u8], code: &[Span], add: &mut dyn FnMut(String)) {
    let whole = Span::new(code[0].start, code[code.len() - 1].end);
    if let Some(code) = shown(whole.of(text)) {
        add(code);
    }
}

fn replacements(scene: &Scene<'_>, group: &Rewrite, found: &mut Vec<Candidate>) {
    let Scene { file, verbs, .. } = *scene;
    let text = &file.bytes[..];
    let mut add = |span: Span, with: &[u8]| {
        let named = lines(span.of(text)).filter(|line| !is_blank(line.of(span.of(text)))).count();
        let (Some(find), Ok(with)) = (shown(span.of(text)), std::str::from_utf8(with)) else { return };
        if named > NAMED_LINES || find.is_empty() {
            return;
        }
        let with = with.replace("\r\n", "\n");
        let plain = with.trim();
        let other = hung(&with, indentation(file_line(text, span.start)));
        let mut all = vec![other.as_str()];
        if plain != other {
            all.push(plain);
        }
        for with in all {
            scoped(scene, span, &Candidate::new(verbs.replace, json!({"find": find, "with": with})), found);
        }
    };
    add(group.span, &group.with);
    // With the line above or below, if the code alone is there more than once.
    for number in 1..=2 {
        if let Some(above) = last_lines(text, group.span.start, number).last() {
            let start = above.start;
            add(Span::new(start, group.span.end), &[&text[start..group.span.start], &group.with].concat());
        }
        if let Some(below) = lines(&text[group.span.end..]).nth(number - 1) {
            let end = group.span.end + below.end;
            add(Span::new(group.span.start, end), &[&group.with, &text[group.span.end..end]].concat());
        }
    }
    // Only the tokens that differ, and some around them.
    let (old, new) = (group.span.of(text), &group.with[..]);
    let (a, b) = (tokens(old, Span::new(0, old.len())), tokens(new, Span::new(0, new.len())));
    let first = a.iter().zip(&b).take_while(|(x, y)| x.of(old) == y.of(new)).count();
    let most = a.len().min(b.len()) - first;
    let last =
        a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x.of(old) == y.of(new)).count();
    for more in [0, 1, 2, 3, 5, 8, 12] {
        let (start, end) = (first.saturating_sub(more), last.saturating_sub(more));
        let (x, y) = (&a[start..a.len() - end], &b[start..b.len() - end]);
        if let ([x, ..], [.., x_end], [y, ..], [.., y_end]) = (x, x, y, y) {
            let at = group.span.start;
            add(Span::new(at + x.start, at + x_end.end), &new[y.start..y_end.end]);
        }
        if start == 0 && end == 0 {
            break;
        }
    }
}

/// The words of comments that differ.
fn comments(scene: &Scene<'_>, group: &Rewrite, found: &mut Vec<Candidate>) {
    let Scene { file, verbs, .. } = *scene;
    let text = &file.bytes[..];
    let mut own = lines(group.span.of(text))
        .map(|line| Span::new(group.span.start + line.start, group.span.start + line.end));
    // Lines of a comment need not begin with a sign.
    let is_inside = own.all(|line| is_blank(line.of(text)) || scene.is_comment(line));
    let (Some(old), Some(new)) =
        (comment_words(group.span.of(text), is_inside), comment_words(&group.with, is_inside))
    else {
        return;
    };
    if old.lines().count() > NAMED_LINES || old.is_empty() || new.is_empty() {
        return;
    }
    let signed = std::str::from_utf8(&group.with).unwrap_or_default();
    let signed = dedented(signed.replace("\r\n", "\n").trim_end());
    for with in [&new, &signed] {
        let candidate = Candidate::new(verbs.replace_comment, json!({"find": old, "with": with}));
        scoped(scene, group.span, &candidate, found);
    }
    // The words of one line that differ, with some around them.
    let (a, b): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    let first = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let most = a.len().min(b.len()) - first;
    let last = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    for more in [2, 0, 5] {
        let (start, end) = (first.saturating_sub(more), last.saturating_sub(more));
        let (find, with) = (a[start..a.len() - end].join(" "), b[start..b.len() - end].join(" "));
        if !find.is_empty() && !with.is_empty() {
            let candidate = Candidate::new(verbs.replace_comment, json!({"find": find, "with": with}));
            scoped(scene, group.span, &candidate, found);
        }
    }
}

/// The text of comments without their signs; `None` for lines that are not comments and have none at their end. `is_inside` says
/// that all of them are parts of comments.
fn comment_words(text: &[u8], is_inside: bool) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let mut all = Vec::new();
    let is_alone =
        is_inside || text.lines().all(|line| is_comment_line(line.as_bytes()) || line.trim().is_empty());
    for line in text.lines() {
        let own = line.trim();
        let words = if is_alone {
            own.trim_start_matches("dnl").trim_start_matches(['/', '*', '#']).trim_end_matches(['/', '*'])
        } else {
            let at = own.find(" #").or(own.find("/*")).or(own.find("//")).or(own.find(" dnl "))?;
            own[at + 2..].trim_start_matches(['*', '/', '#']).trim_end_matches(['/', '*'])
        };
        all.push(words.trim());
    }
    Some(all.join("\n").trim().to_owned())
}

/// Whether a line is a comment and nothing else, as far as the line itself shows it.
fn is_comment_line(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_directive = [&b"#if"[..], b"#el", b"#end", b"#def", b"#undef", b"#inc", b"#error", b"#pragma"]
        .iter()
        .any(|sign| line.starts_with(sign));
    let signs = [&b"#"[..], b"/*", b"//", b"* ", b"*/", b"dnl"];
    !is_directive && (line == b"*" || signs.iter().any(|sign| line.starts_with(sign)))
}

fn file_line(text: &[u8], offset: usize) -> &[u8] {
    crate::text::line_bounds(text, offset).of(text)
}

pub(super) fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Lines without the blanks that all of them begin with.
pub(super) fn dedented(text: &str) -> String {
    let all = text.lines().filter(|line| !line.trim().is_empty());
    let margin = all.map(|line| indentation(line.as_bytes())).min().unwrap_or(0);
    let line = |line: &str| line.get(margin..).unwrap_or_default().to_owned();
    let ended = if text.ends_with('\n') { "\n" } else { "" };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + ended
}

/// A text whose first line goes into a line: the others without the margin of that line.
fn hung(text: &str, margin: usize) -> String {
    let mut all = text.trim().lines();
    let first = all.next().unwrap_or_default().to_owned();
    let rest = all.map(|line| {
        let own = indentation(line.as_bytes()).min(margin);
        line[own..].to_owned()
    });
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
}
