//! Names of a function that new lines use, and that the function of the new version does not have.

use std::collections::BTreeSet;

use super::check::Sides;
use super::names::{self, identifiers, is_word};
use super::scopes::Scopes;
use crate::merge::{Kind, Merge, Versions};
use crate::text::{Span, lines};

/// A local variable or parameter that new lines use, and that only the old function has.
pub(super) fn undefined(name: &str, merge: &Merge, sides: &Sides<'_>) -> Option<String> {
    let blank = |bytes: &[u8]| names::code(name, bytes);
    // Comments and strings name nothing; the places of everything stay.
    let (base, theirs) = (blank(sides.base)?, blank(sides.theirs)?);
    let (old, ours, new) =
        (Scopes::of(name, sides.base)?, Scopes::of(name, sides.ours)?, Scopes::of(name, sides.theirs)?);
    let our_starts: Vec<usize> = lines(sides.ours).map(|line| line.start).collect();
    for edit in merge.edits.iter().filter(|edit| edit.kind != Kind::Already && !edit.with.is_empty()) {
        let Some(start) = our_starts.get(edit.ours.start) else { continue };
        let Some((function, _)) = ours.at(*start) else { continue };
        let (Some(before), Some(now)) = (old.find(&function), new.find(&function)) else { continue };
        let added = blank(&Versions::text(&edit.with))?;
        let (before, now) = (before.of(&base), now.of(&theirs));
        let kept = identifiers(now);
        let global = outside(&theirs);
        for word in used(&added) {
            if kept.contains(word)
                || global.contains(word)
                || !is_bound(name, before, word)
                || is_bound(name, &added, word)
            {
                continue;
            }
            let word = String::from_utf8_lossy(word);
            return Some(format!("`{function}` of the new version has no `{word}`"));
        }
    }
    None
}

/// The identifiers of lines that are not indented.
fn outside(code: &[u8]) -> BTreeSet<&[u8]> {
    let lines = code.split(|byte| *byte == b'\n');
    lines
        .filter(|line| line.first().is_some_and(|byte| !byte.is_ascii_whitespace()))
        .flat_map(identifiers)
        .collect()
}

/// The names that code uses, without attributes, members, and the keywords of calls.
fn used(code: &[u8]) -> BTreeSet<&[u8]> {
    let mut found = BTreeSet::new();
    for span in words(code) {
        let before = &code[..span.start];
        let after = &code[span.end..];
        let is_keyword = after.starts_with(b"=") && !after.starts_with(b"==");
        let is_member = before.ends_with(b".") || before.ends_with(b"->");
        if !is_member && !is_keyword && !code[span.start].is_ascii_digit() {
            found.insert(span.of(code));
        }
    }
    found
}

fn words(code: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let len = code[at..].iter().take_while(|byte| is_word(**byte)).count();
        if len > 0 {
            found.push(Span::new(at, at + len));
        }
        at += len.max(1);
    }
    found
}

/// Whether code gives a name a value, declares it, or has it as a parameter.
fn is_bound(file: &str, code: &[u8], name: &[u8]) -> bool {
    let is_c = !file.ends_with(".py");
    words(code).into_iter().filter(|span| span.of(code) == name).any(|span| {
        let line_start = code[..span.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let before = code[line_start..span.start].trim_ascii_start();
        let after = code[span.end..].trim_ascii_start();
        if is_c {
            // `int name;`, `char *name = ...`
            let declares = without_stars(before.trim_ascii_end());
            let has_type = declares.last().is_some_and(|byte| is_word(*byte))
                && !matches!(declares, b"return" | b"goto" | b"else" | b"case");
            return has_type && matches!(after.first(), Some(b'=' | b';' | b',' | b'[' | b')'));
        }
        let assigns = after.starts_with(b"=") && !after.starts_with(b"==");
        // A keyword of a call is not a variable.
        let is_statement = before.is_empty() || before.ends_with(b", ") && !before.contains(&b'(');
        let keyword = |word: &[u8]| before.ends_with(word);
        assigns && is_statement || keyword(b"for ") || keyword(b" as ") || before.starts_with(b"def ")
    })
}

/// A text without the stars of a pointer at its end.
fn without_stars(mut text: &[u8]) -> &[u8] {
    while let Some(shorter) = text.strip_suffix(b"*") {
        text = shorter.trim_ascii_end();
    }
    text
}
