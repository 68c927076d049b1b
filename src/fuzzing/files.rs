//! The formats of a CPython tree: spans are inside the file, edits are idempotent and can be reversed.

use super::LONGEST;
use super::edits::{self, try_edits_of};
use crate::syntax::c::CFile;
use crate::syntax::python::PyFile;
use crate::syntax::spans;
use crate::text::Span;

fn require_inside(all: Vec<Span>, text: &[u8]) {
    for span in all {
        assert!(span.start <= span.end && span.end <= text.len(), "{span:?} of {}", text.len());
    }
}

/// Whether a text has no control characters, of which make and makesetup refuse most. What an edit makes of them, and does not
/// recognise again, is refused by the plan.
fn is_plain(text: &[u8]) -> bool {
    !text.iter().any(|b| b.is_ascii_control() && !matches!(b, b'\t' | b'\n' | b'\r'))
}

/// A Makefile.
pub fn makefile(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_makefile(text), text);
        if is_plain(text) {
            try_edits_of(&edits::MAKE, text);
        }
    }
}

/// A C file.
pub fn c(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_c(&CFile::parse(text), text.len()), text);
        require_inside(spans::of_header(text), text);
        try_edits_of(&edits::C, text);
    }
}

/// A Python file.
pub fn python(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_python(&PyFile::parse(text)), text);
        try_edits_of(&edits::PYTHON, text);
    }
}

/// A Modules/Setup, a shell script, m4 macros, any text.
pub fn small(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_setup(text), text);
        require_inside(spans::of_shell(text), text);
        require_inside(spans::of_m4(text), text);
        if is_plain(text) {
            try_edits_of(&edits::SETUP, text);
        }
        try_edits_of(&edits::TEXT, text);
    }
}
