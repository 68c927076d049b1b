//! Whether a line is in the function, target or section that a hunk names after its second `@@`.

/// Whether line `at` (from 0) is below the heading: the last line above it that begins with a letter is that one, as git
/// and diff look for it. A hunk without a heading may be anywhere.
pub(super) fn is_below(lines: &[&[u8]], at: usize, heading: &[u8]) -> bool {
    if heading.is_empty() {
        return true;
    }
    for line in lines[..at].iter().rev() {
        // git looks for indented headings in some languages, and shortens them.
        if line.trim_ascii().starts_with(heading) {
            return true;
        }
        if is_heading(line) {
            return false;
        }
    }
    false
}

/// Whether a line may be a heading: it begins with a letter, and is not the label of a C statement.
fn is_heading(line: &[u8]) -> bool {
    let is_label =
        line.trim_ascii_end().strip_suffix(b":").is_some_and(|name| name.iter().all(|b| is_word(*b)));
    line.first().is_some_and(|b| is_word(*b) && !b.is_ascii_digit() || *b == b'$') && !is_label
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
