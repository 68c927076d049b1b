//! What a carried patch changes that the old one does not: the change of the change.

use similar::{Algorithm, DiffOp};

use crate::text::diff_tokens;
use crate::tree::FileChange;

/// How the change of a file was carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// At the same lines.
    AsItWas,
    /// The same lines, elsewhere in the file or in another file.
    Moved,
    /// With other lines, by rules.
    Adapted,
    /// As a person decided.
    Resolved,
    /// Not at all: the new version has the change, or not the file.
    LeftOut,
}

impl How {
    /// In a patch and in reports.
    pub fn name(self) -> &'static str {
        match self {
            How::AsItWas => "as it was",
            How::Moved => "moved",
            How::Adapted => "adapted",
            How::Resolved => "resolved",
            How::LeftOut => "left out",
        }
    }
}

/// How `new` carries `old`, if a person did not decide it.
pub fn how(old: &FileChange, new: Option<&FileChange>) -> How {
    let Some(new) = new else { return How::LeftOut };
    let (old_diff, new_diff) = (old.diff(), new.diff());
    if changed_lines(&old_diff) != changed_lines(&new_diff) {
        return How::Adapted;
    }
    let heads = |diff: &[u8]| -> Vec<Vec<u8>> {
        lines(diff).filter(|line| line.starts_with(b"@@")).map(<[u8]>::to_vec).collect()
    };
    if old.path == new.path && heads(&old_diff) == heads(&new_diff) { How::AsItWas } else { How::Moved }
}

/// The lines that a diff removes and adds, with their signs.
pub fn changed_lines(diff: &[u8]) -> Vec<&[u8]> {
    // The names of the files are compared elsewhere.
    const NAMES: [&[u8]; 4] = [b"diff --git ", b"index ", b"--- ", b"+++ "];
    let mut is_hunk = false;
    let mut found = Vec::new();
    for line in lines(diff) {
        if line.starts_with(b"diff --git ") {
            is_hunk = false;
        } else if line.starts_with(b"@@ ") {
            is_hunk = true;
            continue;
        }
        let counts = match is_hunk {
            true => matches!(line.first(), Some(b'+' | b'-')),
            // Modes, and what `GIT binary patch` says.
            false => !NAMES.iter().any(|name| line.starts_with(name)),
        };
        if counts {
            found.push(line);
        }
    }
    found
}

/// What `new` adds and removes that `old` does not: a line of `old` with `-` in front, one of `new` with `+`.
pub fn change_of_change(old: &[u8], new: &[u8]) -> Vec<Vec<u8>> {
    let (old, new) = (changed_lines(old), changed_lines(new));
    let mut out = Vec::new();
    for op in diff_tokens(Algorithm::Myers, &old, &new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        out.extend(old[op.old_range()].iter().map(|line| [b"-", *line].concat()));
        out.extend(new[op.new_range()].iter().map(|line| [b"+", *line].concat()));
    }
    out
}

fn lines(diff: &[u8]) -> impl Iterator<Item = &[u8]> {
    diff.strip_suffix(b"\n").unwrap_or(diff).split(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::{How, change_of_change, how};
    use crate::tree::{File, FileChange};

    fn change(path: &str, before: &str, after: &str) -> FileChange {
        let file = |text: &str| Some(File::new(text.as_bytes(), false));
        FileChange {
            path: path.parse().unwrap(),
            before: file(before),
            after: file(after),
            rewrites: Vec::new(),
        }
    }

    #[test]
    fn a_change_is_the_same_moved_or_another() {
        let old = change("a", "1\n2\n3\n", "1\nx\n3\n");
        assert_eq!(how(&old, Some(&old)), How::AsItWas);
        assert_eq!(how(&old, Some(&change("a", "0\n1\n2\n3\n", "0\n1\nx\n3\n"))), How::Moved);
        assert_eq!(how(&old, Some(&change("b", "1\n2\n3\n", "1\nx\n3\n"))), How::Moved);
        // Context alone makes no other change.
        assert_eq!(how(&old, Some(&change("a", "one\n2\n3\n", "one\nx\n3\n"))), How::AsItWas);
        assert_eq!(how(&old, Some(&change("a", "1\n2\n3\n", "1\ny\n3\n"))), How::Adapted);
        assert_eq!(how(&old, None), How::LeftOut);
    }

    #[test]
    fn a_line_of_a_hunk_is_not_taken_for_the_name_of_a_file() {
        let old = change("a", "1\n-- x\n3\n", "1\n3\n").diff();
        let lines: Vec<_> = super::changed_lines(&old).into_iter().map(String::from_utf8_lossy).collect();
        assert_eq!(lines, ["--- x"]);
    }

    #[test]
    fn the_change_of_a_change_has_both_signs() {
        let old = change("a", "1\n2\n3\n", "1\nx\n3\n").diff();
        let new = change("a", "1\n2\n3\n", "1\ny\nz\n3\n").diff();
        let lines: Vec<_> =
            change_of_change(&old, &new).into_iter().map(|line| String::from_utf8(line).unwrap()).collect();
        assert_eq!(lines, ["-+x", "++y", "++z"]);
        assert!(change_of_change(&old, &old).is_empty());
    }
}
