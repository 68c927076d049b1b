//! The operations of any format that may make the change of a group: `insert`, `replace` and `remove` with what is around
//! it, and those for comments.

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
}

impl<'a> Scene<'a> {
    pub(super) fn new(file: &'a ParsedFile, verbs: &'a Verbs) -> Scene<'a> {
        let comments = match verbs.insert {
            "c.insert" => Some(file.c().comments()),
            "python.insert" => Some(file.python().comments()),
            _ => None,
        };
        Scene { file, verbs, comments }
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
    let Scene { file, verbs, .. } = *scene;
    let mut found = Vec::new();
    if verbs.insert == C.insert {
        wraps(file, first, last, &mut found);
    }
    replacements(scene, whole, &mut found);
    found
}

/// `c.wrap`: an `#if` before lines, and an `#endif` after them, with other lines after an `#else`.
fn wraps(file: &ParsedFile, first: &Rewrite, last: &Rewrite, found: &mut Vec<Candidate>) {
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
        let comments = file.c().comments();
        let is_code = |line: &&Span| {
            let at = Span::new(
                line.start + indentation(line.of(text)),
                line.start + line.of(text).trim_ascii_end().len(),
            );
            !comments.iter().any(|comment| comment.contains(at))
        };
        let code: Vec<Span> = wrapped.iter().filter(is_code).copied().collect();
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
            scoped(file, *from, &Candidate::new("c.wrap", arguments.clone()), found);
            if whole.end < tail.end {
                arguments["to"] = json!(to_code);
                scoped(file, *from, &Candidate::new("c.wrap", arguments), found);
            }
        }
    }
}

fn is_blank(text: &[u8]) -> bool {
    text.trim_ascii().is_empty()
}

/// Adds a candidate once for each scope around `span`, and once without a scope.
fn scoped(file: &ParsedFile, span: Span, candidate: &Candidate, found: &mut Vec<Candidate>) {
    for within in Within::all_around(file, span) {
        found.extend(serde_json::to_value(within).ok().map(|within| candidate.clone().within(within)));
    }
    found.push(candidate.clone());
}

/// The text of lines as it is named: without the blanks around it, and without the margin of the first line.
fn shown(text: &[u8]) -> Option<String> {
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
        scoped(file, anchor, &Candidate::new(verbs.insert, arguments), found);
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
        add(line, json!({"at": edge, "text": new}));
        let code = Span::new(line.start + indentation(line.of(text)), line.end);
        add(code, json!({"at": edge, "text": new}));
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
            && let Some(words) = comment_words(slide.span.of(text))
        {
            scoped(file, *first, &Candidate::new(verbs.remove_comment, json!({"find": words})), found);
        }
        return;
    }
    let code: Vec<Span> = all.iter().copied().filter(|line| !scene.is_comment(*line)).collect();
    let has_comment = first != &code[0];
    let mut add = |mut arguments: Value| {
        if has_comment {
            arguments["comment"] = json!(true);
        }
        scoped(file, code[0], &Candidate::new(verbs.remove, arguments), found);
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
            scoped(file, span, &Candidate::new(verbs.replace, json!({"find": find, "with": with})), found);
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
    let (Some(old), Some(new)) = (comment_words(group.span.of(text)), comment_words(&group.with)) else {
        return;
    };
    if old.lines().count() > NAMED_LINES || old.is_empty() || new.is_empty() {
        return;
    }
    let signed = std::str::from_utf8(&group.with).unwrap_or_default();
    let signed = dedented(signed.replace("\r\n", "\n").trim_end());
    for with in [&new, &signed] {
        let candidate = Candidate::new(verbs.replace_comment, json!({"find": old, "with": with}));
        scoped(file, group.span, &candidate, found);
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
            scoped(file, group.span, &candidate, found);
        }
    }
}

/// The text of comments without their signs; `None` for lines that are not all comments, or have a comment after code.
fn comment_words(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let mut all = Vec::new();
    let is_alone = text.lines().all(|line| is_comment_line(line.as_bytes()) || line.trim().is_empty());
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

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Lines without the blanks that all of them begin with.
fn dedented(text: &str) -> String {
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
