//! The hunks of a unified diff.
//!
//! diffy reads the lines of each hunk. It reads no patch whose hunks are out of order or whose sections have different
//! headers, and says where by a byte: so the hunks are found here, and given to it one by one.

use diffy::{Line, Patch};

/// What a line of a hunk says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The line is in both files.
    Context,
    /// The line is in the old file only.
    Old,
    /// The line is in the new file only.
    New,
}

/// A hunk.
#[derive(Debug, Clone)]
pub struct Hunk {
    /// Its number in its section, from 1.
    pub number: usize,
    /// The line of the patch that it begins at, from 1.
    pub line: usize,
    /// The first line that it names in the old file, from 0.
    pub old_start: usize,
    /// The first line that it names in the new file, from 0.
    pub new_start: usize,
    /// The text after the second `@@`: the function that it is in.
    pub heading: Vec<u8>,
    /// Its lines, with their line ends.
    pub lines: Vec<(Sign, Vec<u8>)>,
    /// Whether it names `0,0` in the old file: the file did not exist, or was empty.
    pub(super) old_is_nothing: bool,
    /// Whether it names `0,0` in the new file.
    pub(super) new_is_nothing: bool,
}

impl Hunk {
    /// Its lines in the old file.
    pub fn old_lines(&self) -> Vec<&[u8]> {
        self.side(Sign::Old)
    }

    /// Its lines in the new file.
    pub fn new_lines(&self) -> Vec<&[u8]> {
        self.side(Sign::New)
    }

    fn side(&self, side: Sign) -> Vec<&[u8]> {
        let has = |sign: Sign| sign == Sign::Context || sign == side;
        self.lines.iter().filter(|(sign, _)| has(*sign)).map(|(_, text)| &text[..]).collect()
    }

    /// The hunk that undoes it.
    pub fn reversed(&self) -> Hunk {
        let reverse = |(sign, text): &(Sign, Vec<u8>)| {
            let sign = match sign {
                Sign::Context => Sign::Context,
                Sign::Old => Sign::New,
                Sign::New => Sign::Old,
            };
            (sign, text.clone())
        };
        Hunk {
            old_start: self.new_start,
            new_start: self.old_start,
            lines: self.lines.iter().map(reverse).collect(),
            old_is_nothing: self.new_is_nothing,
            new_is_nothing: self.old_is_nothing,
            ..self.clone()
        }
    }
}

/// How often hunks are compared with lines at most: what takes minutes is not a patch that people wrote.
const MOST_COMPARISONS: usize = 2_000_000_000;

/// Why hunks are not searched in a file of that many lines, if they are too many.
pub(crate) fn too_many(hunks: usize, lines: usize) -> Option<String> {
    (hunks.saturating_mul(lines) > MOST_COMPARISONS)
        .then(|| format!("{hunks} hunks are too many for a file of {lines} lines: divide the patch"))
}

/// A range of lines in a hunk's header: its first line, and how many they are.
#[derive(Clone, Copy)]
struct Range {
    start: usize,
    length: usize,
}

impl Range {
    /// The range as a header has it.
    fn written(self) -> String {
        format!("{},{}", self.start, self.length)
    }
}

/// Parses the hunk whose header is line `at`, from 0, and returns it with the line after it.
pub(super) fn parse(
    lines: &[&[u8]],
    at: usize,
    number: usize,
    is_crlf: bool,
) -> Result<(Hunk, usize), String> {
    let line_of = |at: usize| -> &[u8] {
        if is_crlf { lines[at].strip_suffix(b"\r").unwrap_or(lines[at]) } else { lines[at] }
    };
    let what = format!("hunk {number} (line {} of the patch)", at + 1);
    let header = lines[at].strip_suffix(b"\r").unwrap_or(lines[at]);
    let Some((old, new, heading)) = ranges(header) else {
        let shown = String::from_utf8_lossy(header);
        return Err(format!("{what} has an invalid header: `{shown}`"));
    };
    let mut hunk = Hunk {
        number,
        line: at + 1,
        // An empty range names the line before it.
        old_start: if old.length == 0 { old.start } else { old.start.saturating_sub(1) },
        new_start: if new.length == 0 { new.start } else { new.start.saturating_sub(1) },
        heading: heading.trim_ascii().to_vec(),
        lines: Vec::new(),
        old_is_nothing: old.start == 0 && old.length == 0,
        new_is_nothing: new.start == 0 && new.length == 0,
    };
    let (mut old_left, mut new_left) = (old.length, new.length);
    let mut text = format!("--- a\n+++ b\n@@ -{} +{} @@\n", old.written(), new.written()).into_bytes();
    let mut next = at + 1;
    let counts = || format!("its header says {} old and {} new lines", old.length, new.length);
    while old_left > 0 || new_left > 0 {
        if next >= lines.len() {
            // `patch` supplies up to two blank lines that were lost at the end.
            if old_left == new_left && old_left <= 2 {
                text.extend_from_slice(&b" \n \n"[..old_left * 2]);
                break;
            }
            return Err(format!("{what} is cut off: {}, and the patch ends before", counts()));
        }
        if begins_section(&lines[next..]) {
            return Err(format!(
                "{what} has fewer lines than it says: {}, and line {} begins the next file",
                counts(),
                next + 1
            ));
        }
        let line = line_of(next);
        let sign = match line.first() {
            Some(b'-') => Sign::Old,
            Some(b'+') => Sign::New,
            Some(b' ') => Sign::Context,
            // A blank at the beginning of the line was lost.
            None | Some(b'\t') => {
                text.push(b' ');
                Sign::Context
            }
            Some(b'@') if line.starts_with(b"@@ -") => {
                return Err(format!(
                    "{what} has fewer lines than it says: {}, and line {} begins the next hunk",
                    counts(),
                    next + 1
                ));
            }
            Some(_) => {
                return Err(format!(
                    "{what} is damaged: {}, and line {} begins neither with a blank nor with `-` or `+`",
                    counts(),
                    next + 1
                ));
            }
        };
        let (takes_old, takes_new) = (sign != Sign::New, sign != Sign::Old);
        if takes_old && old_left == 0 || takes_new && new_left == 0 {
            let side = if takes_old && old_left == 0 { "old" } else { "new" };
            return Err(format!(
                "{what} has more {side} lines than it says: {}, and line {} is one more",
                counts(),
                next + 1
            ));
        }
        old_left -= usize::from(takes_old);
        new_left -= usize::from(takes_new);
        text.extend_from_slice(line);
        text.push(b'\n');
        next += 1;
        if lines.get(next).is_some_and(|line| line.starts_with(b"\\")) {
            text.extend_from_slice(b"\\ No newline at end of file\n");
            next += 1;
        }
    }
    let read = Patch::from_bytes(&text).map_err(|error| format!("{what} is damaged: {error}"))?;
    let line_of = |line: &Line<'_, [u8]>| match line {
        Line::Context(text) => (Sign::Context, text.to_vec()),
        Line::Delete(text) => (Sign::Old, text.to_vec()),
        Line::Insert(text) => (Sign::New, text.to_vec()),
    };
    hunk.lines = read.hunks().iter().flat_map(diffy::Hunk::lines).map(line_of).collect();
    if let Some(line) = lines.get(next)
        && continues(line)
    {
        return Err(format!(
            "{what} has more lines than it says: {}, and line {} is one more",
            counts(),
            next + 1
        ));
    }
    Ok((hunk, next))
}

/// Whether lines are the names of another file with the header of its first hunk. `patch` takes them for lines of a hunk
/// whose counts are too large.
fn begins_section(lines: &[&[u8]]) -> bool {
    let starts: [&[u8]; 3] = [b"--- ", b"+++ ", b"@@ -"];
    lines.len() >= 3 && lines.iter().zip(starts).all(|(line, start)| line.starts_with(start))
}

/// Whether the line after a hunk looks like one more line of it, which `patch` would ignore.
fn continues(line: &[u8]) -> bool {
    // The end of a mail, and the header of the next section.
    let is_other = [&b"--- "[..], b"-- "].iter().any(|start| line.starts_with(start))
        || matches!(line.trim_ascii(), b"--" | b"---");
    !is_other && !line.trim_ascii().is_empty() && matches!(line[0], b' ' | b'+' | b'-')
}

/// The two ranges of a hunk's header, and the text after them.
fn ranges(header: &[u8]) -> Option<(Range, Range, &[u8])> {
    let (old, rest) = range(header.strip_prefix(b"@@ -")?)?;
    let (new, rest) = range(rest.trim_ascii_start().strip_prefix(b"+")?)?;
    let rest = rest.trim_ascii_start().strip_prefix(b"@")?;
    Some((old, new, rest.strip_prefix(b"@").unwrap_or(rest)))
}

fn range(text: &[u8]) -> Option<(Range, &[u8])> {
    let (start, rest) = number(text)?;
    match rest.strip_prefix(b",") {
        None => Some((Range { start, length: 1 }, rest)),
        Some(rest) => number(rest).map(|(length, rest)| (Range { start, length }, rest)),
    }
}

fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    // No file has more lines.
    let number: u32 = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((number as usize, &text[digits..]))
}
