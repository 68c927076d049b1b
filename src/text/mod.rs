//! Byte spans, rewrites and diffs of text that need not be UTF-8.
//!
//! Everything above this module speaks of places in a file as a [`Span`] of bytes and of changes
//! as a [`Rewrite`] of a span; nothing outside a span is ever touched, which is what keeps
//! encodings, line ends and blanks as they were.

mod diff;
mod lines;
mod nearest;
mod rewrite;
mod span;

pub use diff::{Hunk, Side, hunks, unified};
pub use lines::{LineIndex, Position, line_bounds, line_ending, line_from, line_number, lines};
pub use nearest::{distance, nearest, nearest_names};
pub use rewrite::{Overlap, Rewrite, apply, reverse};
pub use span::Span;
