//! The part of a patch's text that says how `pypatch port` carried it: a field, and a comment for each file.

/// The field that begins it.
pub(crate) const PORTED: &str = "Ported: ";

/// A text without that part.
pub(crate) fn without_ported(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut is_old = false;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        is_old = line.starts_with(PORTED.as_bytes()) || is_old && line.starts_with(b"#");
        if !is_old {
            out.extend_from_slice(line);
        }
    }
    out
}
