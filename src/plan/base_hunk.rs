//! What an edit does on the release that it was written for: the lines it removes and adds, and those around them.

use crate::edit::Part;
use crate::operation::Delta;
use crate::text::{apply, hunks, lines};
use crate::tree::TreePath;

/// How many lines around a change are kept, if the release is available.
const CONTEXT: usize = 8;

/// A run of lines that an edit replaces on the release that it was written for. Bytes that are not UTF-8 are replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaseHunk {
    /// The number of the change in the edit, from 0; `None` if it is not known.
    pub change: Option<usize>,
    /// The file.
    pub file: Option<TreePath>,
    /// The lines before it, in their order.
    pub before: Vec<String>,
    /// The lines that the edit removes.
    pub removed: Vec<String>,
    /// The lines that it adds in their place.
    pub added: Vec<String>,
    /// The lines after it, in their order.
    pub after: Vec<String>,
}

impl BaseHunk {
    /// The hunks of the rewrites of a part; `text` is the file in which it was resolved.
    pub(super) fn of_part(change: usize, part: &Part, text: &[u8]) -> Vec<BaseHunk> {
        let rewrites: Vec<_> = part.deltas.iter().filter_map(Delta::as_rewrite).cloned().collect();
        let Some(result) = apply(text, &rewrites).ok().filter(|_| !rewrites.is_empty()) else {
            return Vec::new();
        };
        let split = |text: &[u8]| -> Vec<String> {
            lines(text).map(|line| String::from_utf8_lossy(line.of(text)).into_owned()).collect()
        };
        let old = split(text);
        let mut found = Vec::new();
        for hunk in hunks(text, &result) {
            let body = hunk.bytes.splitn(2, |b| *b == b'\n').nth(1).unwrap_or_default();
            let signed: Vec<String> = split(body);
            let mut of_hunk = BaseHunk::of_diff(&part.file, &signed);
            // The diff has three lines around a change; more of them find its place in another version more often.
            if let ([one], Some(first), Some(last)) =
                (&mut of_hunk[..], hunk.removed.first(), hunk.removed.last())
            {
                one.before = old[(first - 1).saturating_sub(CONTEXT)..first - 1].to_vec();
                one.after = old[*last..old.len().min(last + CONTEXT)].to_vec();
            }
            found.extend(of_hunk.into_iter().map(|one| BaseHunk { change: Some(change), ..one }));
        }
        found
    }

    /// The runs of changed lines in a hunk of a unified diff, given by its lines with their signs.
    pub fn of_diff(file: &TreePath, lines: &[String]) -> Vec<BaseHunk> {
        let mut found: Vec<BaseHunk> = Vec::new();
        let mut around: Vec<String> = Vec::new();
        let mut is_open = false;
        for line in lines {
            let mut signs = line.chars();
            let (sign, text) = (signs.next(), signs.as_str().to_owned());
            match sign {
                Some('-' | '+') => {
                    if !is_open {
                        let before = std::mem::take(&mut around);
                        found.push(BaseHunk { file: Some(file.clone()), before, ..BaseHunk::default() });
                        is_open = true;
                    }
                    if let Some(last) = found.last_mut() {
                        if sign == Some('-') { &mut last.removed } else { &mut last.added }.push(text);
                    }
                }
                Some(' ') => {
                    is_open = false;
                    if let Some(last) = found.last_mut() {
                        last.after.push(text.clone());
                    }
                    around.push(text);
                }
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_of_a_diff_has_a_run_for_each_change() {
        let lines = [" a", "-b", "+c", " d", "+e", " f"].map(str::to_owned);
        let found = BaseHunk::of_diff(&"x".parse().unwrap(), &lines);
        let texts =
            |run: &BaseHunk| [&run.before, &run.removed, &run.added, &run.after].map(|lines| lines.concat());
        assert_eq!(found.iter().map(texts).collect::<Vec<_>>(), [["a", "b", "c", "d"], ["d", "", "e", "f"]]);
    }
}
