//! The text that a change overwrites, as it is compared with that of another version.

use super::context::Context;
use super::outcome::Part;
use crate::operation::{Compared, Delta, Family, ParsedFile};
use crate::text::{Comments, LineIndex, Span, code_tokens, line_bounds};
use crate::tree::TreeError;

/// A piece of a file that a change overwrites; empty where it inserts a value that there was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overwritten {
    text: Vec<u8>,
    /// The line of the file where it begins, from 1.
    line: usize,
    /// Its tokens without comments, each with how deep the block of Python is that it begins a line of.
    tokens: Vec<(Span, usize)>,
}

/// The first difference between two pieces: a line of each; `None` where one ends before the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstDifference {
    /// The line of the old piece.
    pub old: Option<String>,
    /// The line of the new piece, and its number in the file.
    pub new: Option<(String, usize)>,
}

/// The pieces of a file that the change of `part` overwrites, if its operation compares them. `family` is the operation's.
///
/// # Errors
/// If the tree cannot be read.
pub fn overwritten(
    context: &Context<'_>,
    part: &Part,
    family: Family,
) -> Result<Vec<Overwritten>, TreeError> {
    if part.compared != Compared::Value || part.deltas.is_empty() {
        return Ok(Vec::new());
    }
    let Some(file) = context.parsed(&part.file)? else { return Ok(Vec::new()) };
    let index = LineIndex::new(&file.bytes);
    let spans = part.deltas.iter().filter_map(Delta::as_rewrite).map(|rewrite| rewrite.span);
    let piece = |span: Span| Overwritten {
        text: span.of(&file.bytes).to_vec(),
        line: index.line(span.start),
        tokens: tokens(&file, family, span),
    };
    Ok(spans.map(piece).collect())
}

/// The tokens of a piece of a file, by their place in it.
fn tokens(file: &ParsedFile, family: Family, span: Span) -> Vec<(Span, usize)> {
    let plain = |code: &[u8]| code_tokens(code).into_iter().map(|token| (token, 0)).collect();
    match family {
        Family::Python => {
            let inside = |token: Span| Span::new(token.start - span.start, token.end - span.start);
            file.python()
                .tokens_with_depth(span)
                .into_iter()
                .map(|(token, depth)| (inside(token), depth))
                .collect()
        }
        Family::C | Family::Header => plain(&Comments::C.blanked(span.of(&file.bytes))),
        Family::M4 | Family::Shell => {
            // m4's quotes around all of it do not matter.
            let inside = file.m4().unquoted(span);
            let at = inside.start - span.start;
            let moved = |token: Span| Span::new(token.start + at, token.end + at);
            code_tokens(inside.of(file.m4().code())).into_iter().map(|token| (moved(token), 0)).collect()
        }
        Family::Text | Family::Makefile | Family::Setup | Family::Xml | Family::File | Family::Diff => {
            plain(span.of(&file.bytes))
        }
    }
}

impl Overwritten {
    /// The first difference to what the change overwrites on another version; `None` if the tokens are the same.
    pub fn difference(&self, now: &Overwritten) -> Option<FirstDifference> {
        let same = self.words().zip(now.words()).take_while(|(old, new)| old == new).count();
        if same == self.tokens.len() && same == now.tokens.len() {
            return None;
        }
        // Where one piece ends in the middle of a line of the other one, the lines differ.
        let line = |piece: &Overwritten, other: &Overwritten| {
            let own = piece.line_of(same);
            own.or_else(|| piece.line_of(same.checked_sub(1).filter(|last| other.is_in_line(*last, same))?))
        };
        Some(FirstDifference { old: line(self, now).map(|(text, _)| text), new: line(now, self) })
    }

    fn words(&self) -> impl Iterator<Item = (&[u8], usize)> {
        self.tokens.iter().map(|(token, depth)| (token.of(&self.text), *depth))
    }

    /// Whether two tokens are in the same line of the piece.
    fn is_in_line(&self, one: usize, other: usize) -> bool {
        let number = |token| self.line_of(token).map(|(_, number)| number);
        number(one) == number(other)
    }

    /// The line of a token within the piece, and its number in the file.
    fn line_of(&self, token: usize) -> Option<(String, usize)> {
        let (token, _) = self.tokens.get(token)?;
        let line = line_bounds(&self.text, token.start).of(&self.text);
        let number = self.line + LineIndex::new(&self.text).line(token.start) - 1;
        Some((String::from_utf8_lossy(line).trim().to_owned(), number))
    }
}
