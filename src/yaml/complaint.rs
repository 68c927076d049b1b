//! A mistake in a file, with the excerpt of the line that it is about.

use std::fmt;

use super::{Position, YamlError};

/// One mistake in a file that people write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file, as the user would name it.
    pub file: String,
    /// The line, from 1; 0 when the mistake has no position.
    pub line: usize,
    /// The column in characters, from 1; 0 when the mistake has no position.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead, or what is known here; empty if `what` says it.
    pub label: String,
    /// The line, and how many of its characters from `column` on are meant; `None` until the file is known.
    pub excerpt: Option<(String, usize)>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what)?,
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.what)?,
        }
        match self.label.as_str() {
            "" => Ok(()),
            label => write!(f, ": {label}"),
        }
    }
}

impl Complaint {
    /// A mistake at a position of `file`, whose contents are `text`.
    pub(crate) fn new(file: &str, text: &[u8], at: Position, what: impl Into<String>) -> Complaint {
        let line = at.line.checked_sub(1).and_then(|line| text.split(|byte| *byte == b'\n').nth(line));
        let excerpt = line.map(|line| {
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
            let length = length(&line, at.column);
            (line, length)
        });
        let what = what.into();
        Complaint {
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            what,
            label: String::new(),
            excerpt,
        }
    }

    /// A mistake that was found in `file`, whose contents are `text`.
    pub(crate) fn of(file: &str, text: &[u8], error: &YamlError) -> Complaint {
        let complaint = Complaint::new(file, text, error.position(), error.to_string());
        Complaint { label: error.label.clone(), ..complaint }
    }
}

/// How many characters the key or value at a column has, at least 1.
fn length(line: &str, column: usize) -> usize {
    let before: String = line.chars().take(column.saturating_sub(1)).collect();
    let rest: Vec<char> = line.chars().skip(column.saturating_sub(1)).collect();
    let is_inside = before.matches(['{', '[']).count() > before.matches(['}', ']']).count();
    let found = match rest.first() {
        Some(quote @ ('"' | '\'')) => rest.iter().skip(1).position(|c| c == quote).map(|at| at + 2),
        Some('{' | '[') => {
            let mut depth = 0_usize;
            let closes = |c: &char| {
                match c {
                    '{' | '[' => depth += 1,
                    '}' | ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0
            };
            rest.iter().position(closes).map(|at| at + 1)
        }
        _ => {
            let ends = |at: &usize| {
                let next = rest.get(at + 1);
                let is_last = next.is_none_or(|next| next.is_whitespace());
                match rest[*at] {
                    ':' => is_last || is_inside && next == Some(&','),
                    '#' => *at > 0 && rest[at - 1].is_whitespace(),
                    ',' | '}' | ']' => is_inside,
                    _ => false,
                }
            };
            (0..rest.len()).find(ends)
        }
    };
    let shown: String = rest[..found.unwrap_or(rest.len())].iter().collect();
    shown.trim_end().chars().count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_or_value_at_a_column_is_marked() {
        let marked = |line: &str, column| {
            let (line, length) =
                Complaint::new("f", line.as_bytes(), Position { line: 1, column }, "").excerpt.unwrap();
            line.chars().skip(column - 1).take(length).collect::<String>()
        };
        for (line, column, expected) in [
            ("pins: python-2.5  # one", 1, "pins"),
            ("pins: python-2.5  # one", 7, "python-2.5"),
            ("a: {b: c d, e: f}", 8, "c d"),
            ("a: {b: c d, e: f}", 13, "e"),
            ("a: {b: [c], e: f} # x", 4, "{b: [c], e: f}"),
            ("a: 'b # c' # x", 4, "'b # c'"),
            ("a: http://x.test/#y, z", 4, "http://x.test/#y, z"),
            ("a: {b", 4, "{b"),
        ] {
            assert_eq!(marked(line, column), expected, "{line}");
        }
        assert_eq!(marked("a", 9), "");
    }
}
