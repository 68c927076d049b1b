//! The lines that count only at the beginning of a file: the one that names the program of a script, and the one with its encoding.

use super::lines::first_line;
use super::prelude::*;
use crate::text::{apply, line_from};

/// The lines of a file that stay at its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FirstLines {
    /// `#!/bin/sh`
    program: Option<Span>,
    /// `# -*- coding: latin-1 -*-` in the first or second line, as PEP 263 has it.
    encoding: Option<Span>,
}

impl FirstLines {
    fn find(text: &[u8]) -> FirstLines {
        let first = line_from(text, first_line(text));
        let second = line_from(text, first.end);
        let program = first.of(text).starts_with(b"#!").then_some(first);
        // Below a line of code it is a comment like others.
        let may_be_second = matches!(first.of(text).trim_ascii().first(), None | Some(b'#'));
        let lines = [Some(first), may_be_second.then_some(second)];
        let encoding = lines.into_iter().flatten().find(|line| has_encoding(line.of(text)));
        FirstLines { program, encoding }
    }

    fn all(self) -> impl Iterator<Item = Span> {
        [self.program, self.encoding].into_iter().flatten()
    }
}

/// Whether a line is a comment with the encoding of its file.
fn has_encoding(line: &[u8]) -> bool {
    let is_encoding = |at: usize| match &line[at + b"coding".len()..] {
        [b':' | b'=', name @ ..] => {
            let name = name.trim_ascii_start();
            name.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        }
        _ => false,
    };
    line.trim_ascii_start().starts_with(b"#") && memchr::memmem::find_iter(line, b"coding").any(is_encoding)
}

/// Where what may be changed begins: below the lines that stay first.
pub(super) fn first_lines_end(text: &[u8]) -> usize {
    FirstLines::find(text).all().map(|line| line.end).max().unwrap_or(first_line(text))
}

/// The answer of an operation, if it leaves the lines alone that count only at the beginning; a refusal otherwise.
pub fn keeps_first_lines(file: &ParsedFile, answer: Answer) -> Answer {
    let Ok(Resolution::Change { deltas, .. }) = &answer else { return answer };
    let rewrites: Vec<Rewrite> = deltas.iter().filter_map(Delta::as_rewrite).cloned().collect();
    // What is below the first two lines changes neither of them.
    let below = line_from(&file.bytes, line_from(&file.bytes, 0).end).end;
    let Some(first) = rewrites.iter().find(|rewrite| rewrite.span.start <= below) else { return answer };
    let Ok(after) = apply(&file.bytes, &rewrites) else { return answer };
    let (old, new) = (FirstLines::find(&file.bytes), FirstLines::find(&after));
    let differs = |old: Option<Span>, new: Option<Span>| {
        let (old, new) =
            (old.map(|line| line.of(&file.bytes).trim_ascii_end()), new.map(|line| line.of(&after)));
        let new = new.map(<[u8]>::trim_ascii_end);
        // A new one is meant if the text of the edit has it.
        let is_given = new.is_some_and(|line| {
            rewrites.iter().any(|rewrite| memchr::memmem::find(&rewrite.with, line).is_some())
        });
        old != new && (old.is_some() || !is_given)
    };
    let what = match (differs(old.program, new.program), differs(old.encoding, new.encoding)) {
        (false, false) => return answer,
        (true, _) => "the line that names the program (`#!`) must stay the first one",
        (false, true) => {
            "the encoding of the file would change: the comment that declares it counts in the first two lines only"
        }
    };
    refused(format!("{what}; `text.replace` can change it"), first.span.start)
}
