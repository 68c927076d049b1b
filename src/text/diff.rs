//! Unified diffs in git's format, byte for byte.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::lines;

/// The file on one side of a diff.
/// How many unchanged lines a hunk has around the changed ones.
const CONTEXT: usize = 3;

#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The bytes of the file.
    pub bytes: &'a [u8],
    /// Whether the file may be executed (git's mode 100755).
    pub executable: bool,
    /// Whether it is a symbolic link, whose bytes are its target (git's mode 120000).
    pub is_link: bool,
}

/// The diff of one file from `old` to `new`, headers included, as `git apply` and `patch -p1`
/// read it. Empty for two equal sides.
pub fn unified(path: &str, old: Option<Side<'_>>, new: Option<Side<'_>>) -> Vec<u8> {
    between((path, path), (old, new), CONTEXT)
}

/// The same with another number of unchanged lines around the changed ones.
pub fn unified_with(context: usize, path: &str, old: Option<Side<'_>>, new: Option<Side<'_>>) -> Vec<u8> {
    between((path, path), (old, new), context)
}

/// The diff of a file that is renamed from `from` to `to`, as git writes it.
pub fn renamed(from: &str, to: &str, old: Side<'_>, new: Side<'_>) -> Vec<u8> {
    let (before, after) = (quoted(&format!("a/{from}")), quoted(&format!("b/{to}")));
    let mut out = format!("diff --git {before} {after}\n").into_bytes();
    let changes = between((from, to), (Some(old), Some(new)), CONTEXT);
    let mut lines = changes.split_inclusive(|byte| *byte == b'\n').skip(1).peekable();
    while let Some(mode) =
        lines.next_if(|line| line.starts_with(b"old mode ") || line.starts_with(b"new mode "))
    {
        out.extend_from_slice(mode);
    }
    out.extend_from_slice(format!("rename from {}\nrename to {}\n", quoted(from), quoted(to)).as_bytes());
    lines.for_each(|line| out.extend_from_slice(line));
    out
}

fn between(
    (old_path, new_path): (&str, &str),
    (old, new): (Option<Side<'_>>, Option<Side<'_>>),
    context: usize,
) -> Vec<u8> {
    let mode = |side: Side<'_>| match side {
        Side { is_link: true, .. } => "120000",
        Side { executable: true, .. } => "100755",
        Side { executable: false, .. } => "100644",
    };
    let (before, after) = (old.map_or(&b""[..], |s| s.bytes), new.map_or(&b""[..], |s| s.bytes));
    let modes = match (old, new) {
        (Some(old), Some(new)) if old.executable != new.executable => {
            format!("old mode {}\nnew mode {}\n", mode(old), mode(new))
        }
        (Some(_), Some(_)) if before != after => String::new(),
        (Some(_), Some(_)) | (None, None) => return Vec::new(),
        (None, Some(new)) => format!("new file mode {}\n", mode(new)),
        (Some(old), None) => format!("deleted file mode {}\n", mode(old)),
    };
    let (old_name, new_name) = (quoted(&format!("a/{old_path}")), quoted(&format!("b/{new_path}")));
    let mut out = format!("diff --git {old_name} {new_name}\n{modes}").into_bytes();
    if before != after {
        // `patch` ends a name at the first blank, unless a tab follows the name.
        let tab = if old_path.contains(' ') || new_path.contains(' ') { "\t" } else { "" };
        let name = |side: Option<Side<'_>>, name: &str| match side {
            Some(_) => format!("{name}{tab}"),
            None => "/dev/null".to_owned(),
        };
        out.extend_from_slice(
            format!("--- {}\n+++ {}\n", name(old, &old_name), name(new, &new_name)).as_bytes(),
        );
        out.extend(hunks_with(context, before, after).into_iter().flat_map(|hunk| hunk.bytes));
    }
    out
}

/// A name as git writes it: in quotes if it has control characters or quotes.
fn quoted(name: &str) -> String {
    if !name.contains(|sign: char| sign.is_control() || matches!(sign, '"' | '\\')) {
        return name.to_owned();
    }
    let mut out = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b'\t' => out.push_str("\\t"),
            b'\r' => out.push_str("\\r"),
            0x20..=0x7e => out.push(char::from(byte)),
            other => out.push_str(&format!("\\{other:03o}")),
        }
    }
    out.push('"');
    out
}

/// A hunk of a diff: lines that changed, and up to three unchanged ones around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The lines of the old text that it removes, from 1.
    pub removed: Vec<usize>,
    /// The lines of the new text that it adds, from 1.
    pub added: Vec<usize>,
    /// The hunk as a unified diff has it, its `@@` line included.
    pub bytes: Vec<u8>,
}

/// The operations that turn a list of lines or words into another. `similar` sees a number for each distinct token,
/// whatever their type is: it is large, and compiled once for each type that it compares.
pub fn diff_tokens<'a, T: AsRef<[u8]>>(algorithm: Algorithm, old: &'a [T], new: &'a [T]) -> Vec<DiffOp> {
    let mut numbers = HashMap::with_capacity(old.len() + 8);
    let mut numbered = |token: &'a T| {
        let next = numbers.len();
        *numbers.entry(token.as_ref()).or_insert(next)
    };
    let (old, new): (Vec<usize>, Vec<usize>) =
        (old.iter().map(&mut numbered).collect(), new.iter().map(&mut numbered).collect());
    capture_diff_slices(algorithm, &old, &new)
}

/// The hunks that turn `before` into `after`. `similar` finds them; they are written here, because
/// its own writer replaces bytes that are not UTF-8.
pub fn hunks(before: &[u8], after: &[u8]) -> Vec<Hunk> {
    hunks_with(CONTEXT, before, after)
}

fn hunks_with(context: usize, before: &[u8], after: &[u8]) -> Vec<Hunk> {
    let split = |text| lines(text).map(|line| line.of(text)).collect::<Vec<_>>();
    let (before, after) = (split(before), split(after));
    let mut hunks = Vec::new();
    for group in group_diff_ops(diff_tokens(Algorithm::Patience, &before, &after), context) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old = first.old_range().start..last.old_range().end;
        let new = first.new_range().start..last.new_range().end;
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        let mut bytes = format!("@@ -{} +{} @@\n", range(&old), range(&new)).into_bytes();
        let mut push = |sign, line: &[u8]| {
            bytes.push(sign);
            bytes.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                bytes.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        };
        for op in group {
            let (old, new) = (op.old_range(), op.new_range());
            if op.tag() == DiffTag::Equal {
                old.for_each(|line| push(b' ', before[line]));
                continue;
            }
            removed.extend(old.clone().map(|line| line + 1));
            added.extend(new.clone().map(|line| line + 1));
            old.for_each(|line| push(b'-', before[line]));
            new.for_each(|line| push(b'+', after[line]));
        }
        hunks.push(Hunk { removed, added, bytes });
    }
    hunks
}

/// A hunk's range as diff writes it: from 1, a length of one left out; an empty range names the
/// line before it.
fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        n => format!("{},{n}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(bytes: &[u8]) -> Option<Side<'_>> {
        Some(Side { bytes, executable: false, is_link: false })
    }

    #[test]
    fn a_latin1_byte_and_a_missing_last_newline_survive() {
        let diff = unified("f", side(b"\xe9\nb"), side(b"\xe9\nc"));
        assert_eq!(
            diff,
            b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n \xe9\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn only_a_line_feed_ends_a_line() {
        let diff = unified("f", side(b"a\rb\nc\r\n"), side(b"a\rb\nd\r\n"));
        assert!(diff.ends_with(b"@@ -1,2 +1,2 @@\n a\rb\n-c\r\n+d\r\n"), "{}", diff.escape_ascii());
    }

    #[test]
    fn a_name_with_blanks_or_control_characters_is_written_as_git_does() {
        let names = |path: &str| {
            let diff = String::from_utf8(unified(path, side(b"a\n"), side(b"b\n"))).unwrap();
            diff.lines().take(2).collect::<Vec<_>>().join("|")
        };
        assert_eq!(names("a b"), "diff --git a/a b b/a b|--- a/a b\t");
        assert_eq!(names("a\u{1}\"\tb"), r#"diff --git "a/a\001\"\tb" "b/a\001\"\tb"|--- "a/a\001\"\tb""#);
    }

    #[test]
    fn equal_sides_have_no_diff() {
        assert!(unified("f", side(b"a"), side(b"a")).is_empty());
    }

    #[test]
    fn a_hunk_lists_the_lines_it_removes_and_adds() {
        let before = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
        let after = b"1\n2\n3\n4\n5\n6\n7\n8\nnew\nnewer\n10\n11\n";
        let [hunk] = &hunks(before, after)[..] else { panic!("one hunk") };
        assert_eq!((&hunk.removed[..], &hunk.added[..]), (&[9][..], &[9, 10, 12][..]));
        assert!(hunk.bytes.starts_with(b"@@ -6,5 +6,7 @@\n 6\n"), "{}", hunk.bytes.escape_ascii());
        assert!(hunks(before, before).is_empty());
    }

    #[test]
    fn a_new_file_names_its_mode() {
        let diff = unified("f", None, Some(Side { bytes: b"a\n", executable: true, is_link: false }));
        assert_eq!(
            diff,
            b"diff --git a/f b/f\nnew file mode 100755\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"
        );
    }
}
