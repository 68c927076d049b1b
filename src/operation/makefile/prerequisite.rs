//! Finds prerequisites of rules by target and word.

use std::borrow::Cow;

use crate::operation::prelude::*;
use crate::syntax::makefile::{Makefile, Rule};
use crate::text::apply;

/// A prerequisite, in the rule of the target that has it.
pub(super) struct Prerequisite<'a> {
    pub target: &'a str,
    pub rule: &'a Rule,
    pub word: Span,
}

/// Why no single prerequisite was found.
pub(super) enum NotFound<'a> {
    /// None of the targets has a rule.
    Target,
    /// This target has a rule without the word.
    Word(&'a str, &'a Rule),
    /// The word occurs more than once, at these offsets.
    Repeated(Vec<usize>),
}

/// Finds the prerequisite `word` of the first of `targets` that has it.
pub(super) fn prerequisite<'a>(
    file: &'a ParsedFile,
    targets: &'a [String],
    word: &str,
) -> Result<Prerequisite<'a>, NotFound<'a>> {
    let text = &file.bytes;
    let mut first_rule = None;
    for target in targets {
        let mut hits = Vec::new();
        for rule in file.makefile().rules_of(text, target.as_bytes()) {
            first_rule.get_or_insert((target.as_str(), rule));
            let words = rule.prerequisites.iter().filter(|p| p.of(text) == word.as_bytes());
            hits.extend(words.map(|p| (rule, *p)));
        }
        match hits[..] {
            [] => {}
            [(rule, word)] => return Ok(Prerequisite { target, rule, word }),
            _ => return Err(NotFound::Repeated(hits.iter().map(|(_, span)| span.start).collect())),
        }
    }
    Err(match first_rule {
        None => NotFound::Target,
        Some((target, rule)) => NotFound::Word(target, rule),
    })
}

/// As [`prerequisite`], where no other of `targets` has the word: after the change that one would be the first that
/// has it.
pub(super) fn only_prerequisite<'a>(
    file: &'a ParsedFile,
    targets: &'a [String],
    word: &str,
) -> Result<Prerequisite<'a>, NotFound<'a>> {
    let found = prerequisite(file, targets, word)?;
    let text = &file.bytes;
    let rules = targets.iter().flat_map(|target| file.makefile().rules_of(text, target.as_bytes()));
    let words = rules.flat_map(|rule| &rule.prerequisites).filter(|p| p.of(text) == word.as_bytes());
    let mut all: Vec<usize> = words.map(|p| p.start).collect();
    all.sort_unstable();
    all.dedup();
    if all.len() == 1 { Ok(found) } else { Err(NotFound::Repeated(all)) }
}

impl NotFound<'_> {
    pub(super) fn failure(self, file: &ParsedFile, targets: &[String], word: &str) -> Failure {
        match self {
            NotFound::Target => no_rule(file, targets, Some(word)),
            NotFound::Word(target, rule) => {
                let users = users(file, word);
                let what = format!("`{target}` exists, but `{word}` is not among its prerequisites");
                let mut miss = Miss::new(what).near(users.iter().map(|(_, at)| *at));
                miss.at = Some(rule.colon.start);
                if let Some((other, _)) = users.first() {
                    let all = format!("{}, {other}", targets.join(", "));
                    miss.help = Some(format!("write `target: [{all}]`, or limit the edit with `when`"));
                }
                miss.into()
            }
            NotFound::Repeated(at) => {
                Failure::ambiguous(format!("`{word}` occurs {} times among the prerequisites", at.len()), at)
            }
        }
    }
}

/// The change of a rule's first line.
///
/// # Errors
/// Afterwards it would not be a rule of these targets: without `a`, `all: a B=$(c)` gives `all` a variable of its own.
pub(super) fn change_head(
    file: &ParsedFile,
    rule: &Rule,
    anchors: Vec<Span>,
    rewrites: Vec<Rewrite>,
) -> Answer {
    let (text, start) = (&file.bytes, rule.header.start);
    let moved = rewrites.iter().map(|rewrite| {
        let span = Span::new(rewrite.span.start - start, rewrite.span.end - start);
        Rewrite::replace(span, rewrite.with.clone())
    });
    let moved: Vec<Rewrite> = moved.collect();
    let after = apply(rule.header.of(text), &moved).unwrap_or_default();
    let makefile = Makefile::parse(&after);
    let targets =
        |rule: &Rule, text: &[u8]| rule.targets.iter().map(|it| it.of(text).to_vec()).collect::<Vec<_>>();
    if makefile.rules.first().is_none_or(|new| targets(new, &after) != targets(rule, text)) {
        let target = lossy(rule.targets[0].of(text));
        return refused(format!("make would not read the line as a rule of `{target}` afterwards"), start);
    }
    change_at(anchors, rewrites)
}

/// The rules that have `word` as a prerequisite: their first target, and the offset of the word.
fn users(file: &ParsedFile, word: &str) -> Vec<(String, usize)> {
    let text = &file.bytes;
    let rules = file.makefile().rules.iter().filter(|rule| rule.targets[0].of(text) != b".PHONY");
    let users = rules.filter_map(|rule| {
        let hit = rule.prerequisites.iter().find(|p| p.of(text) == word.as_bytes())?;
        Some((lossy(rule.targets[0].of(text)).into_owned(), hit.start))
    });
    users.collect()
}

pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The failure where none of `targets` has a rule; `word` is the prerequisite that was looked for.
pub(super) fn no_rule(file: &ParsedFile, targets: &[String], word: Option<&str>) -> Failure {
    let text = &file.bytes;
    let names = file.makefile().rules.iter().flat_map(|rule| &rule.targets);
    let names = names.map(|target| (target.start, lossy(target.of(text))));
    let users = word.map(|word| users(file, word)).unwrap_or_default();
    let quoted: Vec<String> = targets.iter().map(|name| format!("`{name}`")).collect();
    let mut miss = Miss::new(format!("no rule makes {}", quoted.join(" or ")))
        .near(users.into_iter().map(|(_, at)| at))
        .near(nearest(&targets[0], names));
    miss.near.truncate(5);
    miss.into()
}

/// A word of a list that begins at `list_start`, with the blanks that go with it: those before it, or, where it is the first word of a continuation
/// line, those after it, or that whole line where it is the only word.
pub(super) fn with_blanks(text: &[u8], list_start: usize, word: Span) -> Span {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let before = text[..word.start].iter().rev().take_while(|b| blank(b)).count();
    let after = text[word.end..].iter().take_while(|b| blank(b)).count();
    let line_start = word.start - before;
    let first_on_line = line_start > list_start && text[line_start - 1] == b'\n';
    if !first_on_line {
        return Span::new(line_start, word.end);
    }
    let rest = &text[word.end + after..];
    let continued = rest.starts_with(b"\\\n") || rest.starts_with(b"\\\r\n");
    let ends = rest.is_empty() || rest.starts_with(b"\n") || rest.starts_with(b"\r\n");
    if continued {
        // The only word of a line in the middle: the line is removed.
        let end = word.end + after + rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1);
        Span::new(line_start, end)
    } else if ends {
        // The only word of the last line: the backslash above is removed as well.
        let mut start = line_start - 1;
        if start > 0 && text[start - 1] == b'\r' {
            start -= 1;
        }
        start -= 1;
        while start > 0 && blank(&text[start - 1]) {
            start -= 1;
        }
        Span::new(start, word.end)
    } else {
        Span::new(word.start, word.end + after)
    }
}
