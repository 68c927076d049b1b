//! The writer that reports for people are written to.

use std::fmt;

use super::Layout;

/// A text for people. It may quote files in any encoding.
pub struct Text {
    bytes: Vec<u8>,
    /// What it is written for.
    pub layout: Layout,
}

impl Text {
    pub(super) fn new(layout: Layout) -> Text {
        Text { bytes: Vec::new(), layout }
    }

    /// Appends bytes of a file.
    pub(super) fn quote(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// `1 file`, `2 files`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
