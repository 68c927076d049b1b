//! Lines that `dnl` joins: m4 drops the end of the line with it.

use crate::operation::prelude::*;
use crate::syntax::m4::Dialect;
use crate::text::line_bounds;

/// Whether the line that ends before `end` has shell code and then `dnl`, so that what follows continues the code.
pub(super) fn is_joined(file: &ParsedFile, end: usize) -> bool {
    let text = &file.bytes[..];
    if end == 0 || file.m4().dialect() != Dialect::M4 {
        return false;
    }
    let line = line_bounds(text, end - 1);
    let code = &file.m4().code()[line.start..line.end];
    let length = code.trim_ascii_end().len();
    let comment = text[line.start + length..line.end].trim_ascii_start();
    comment.starts_with(b"dnl") && joins(&code[..length])
}

/// Whether `dnl` after this code of a line joins the next line to it. What a macro makes has lines of its own, and m4 drops the blanks
/// before an argument.
pub(in crate::operation) fn joins(code: &[u8]) -> bool {
    let code = code.trim_ascii();
    let word = code.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let is_macro = word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    !is_macro && !matches!(code.last(), None | Some(b')' | b',' | b'(' | b'['))
}

/// The answer of an operation on an m4 source; a refusal if other lines would be joined than before.
pub fn keeps_joined_lines(file: &ParsedFile, answer: Answer) -> Answer {
    let Ok(Resolution::Change { deltas, .. }) = &answer else { return answer };
    let is_lines = |rewrite: &&Rewrite| {
        let start = rewrite.span.start;
        let begins_line = start > 0 && file.bytes[start - 1] == b'\n';
        begins_line && (rewrite.span.is_empty() || rewrite.with.is_empty()) && is_joined(file, start)
    };
    match deltas.iter().filter_map(Delta::as_rewrite).find(is_lines) {
        Some(rewrite) => refused(
            "the line above ends in `dnl`, with which m4 joins the line below to it: another one would be joined",
            rewrite.span.start - 1,
        ),
        None => answer,
    }
}
