//! Byte spans, rewrites and diffs of text that need not be UTF-8.
//!
//! The rest of the crate describes a part of a file by a [`Span`] of bytes, and a change by a
//! [`Rewrite`] of a span. Bytes outside the span are never touched, so encodings, line ends and
//! blanks stay as they were.

mod diff;
mod lines;
mod named;
mod nearest;
mod rewrite;
mod shell;
mod span;
mod tokens;

pub use rewrite::Rewrite;
pub use span::Span;

pub(crate) use diff::{Hunk, Side, diff_tokens, hunks, renamed, unified, unified_with};
pub(crate) use lines::{
    LineIndex, line_bounds, line_ending, line_from, line_number, lines, logical_line, skip_blanks,
};
pub(crate) use named::{named_values, serde_as_text};
pub(crate) use nearest::{distance, listed, nearest, nearest_names};
pub(crate) use rewrite::{apply, reverse};
pub(crate) use shell::shell_word;
pub(crate) use tokens::{Comments, code_tokens, find_tokens, has_word, tokens};
