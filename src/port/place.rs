//! Where the lines around a change are in another version, and whether the change is made there.

use std::cell::OnceCell;

use super::judging::JudgedPart;
use crate::edit::Outcome;
use crate::patchset::Patchset;
use crate::plan::BaseHunk;
use crate::text::{Comments, LineIndex, Span, find_tokens, has_word, lines, tokens};
use crate::tree::{Location, TreeError};

/// How many lines more than the change itself may be between the lines around it.
const SLACK: usize = 12;

/// Whether a change is made at its own place in another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Made {
    /// The lines that it adds are there, and those that it removes are not.
    At(Vec<Location>),
    /// It is not made there.
    No,
    /// What it removes is not there, but farther off in its scope: upstream may have moved it.
    Elsewhere,
    /// The lines around it were not found.
    Unknown,
}

/// Whether the change of `part` is made in the file where it was resolved, at the place of its lines on the release that
/// the patchset was written for.
pub(super) fn made(judged: JudgedPart<'_>) -> Result<Made, TreeError> {
    let JudgedPart { judging, edit, index, change, part } = judged;
    let Some(baseline) = judging.baseline.filter(|_| !part.compared.has_lines()) else {
        return Ok(Made::Unknown);
    };
    // The hunks show the text that it has there.
    if judging.on_base.is_some_and(|on_base| !has_text_on(on_base, judged)) {
        return Ok(Made::Unknown);
    }
    let is_only = edit.changes.iter().filter(|one| one.file == change.file).count() == 1;
    let texts: Vec<&[u8]> =
        change.operation.operate().describe().texts.iter().map(|text| change.texts.get(text)).collect();
    let is_own = |hunk: &&BaseHunk| {
        hunk.file.as_ref().is_some_and(|file| change.may_edit(file))
            && match hunk.change {
                Some(number) => number == index,
                None => is_only || texts.iter().any(|text| has_text_of(text, hunk)),
            }
    };
    let hunks: Vec<&BaseHunk> = baseline.hunks(&edit.id).iter().filter(is_own).collect();
    let Some(text) = judging.contents(&part.file)?.filter(|_| !hunks.is_empty()) else {
        return Ok(Made::Unknown);
    };
    if hunks.iter().any(|hunk| lacks(&text, hunk)) {
        return Ok(if hunks.iter().all(|hunk| hunk.removed.is_empty()) { Made::Unknown } else { Made::No });
    }
    let comments = Comments::of_file(part.file.file_name());
    let file = Lines::new(&text, comments);
    let with_comments = OnceCell::new();
    let mut results = Vec::new();
    let removes = hunks.iter().any(|hunk| has_word(hunk.removed.concat().as_bytes()));
    let only_removes = hunks.iter().all(|hunk| !has_word(hunk.added.concat().as_bytes()));
    for hunk in hunks {
        // Of a change of comments alone the comments count.
        let file = if changes_code(hunk, comments) {
            &file
        } else {
            with_comments.get_or_init(|| Lines::new(&text, Comments::None))
        };
        match file.made(hunk) {
            Some(Some(result)) => results.push(result),
            // Inserted text may have other neighbours: its operation searches for it around the anchor.
            Some(None) if hunk.removed.is_empty() => return Ok(Made::Unknown),
            Some(None) => return Ok(Made::No),
            None => return Ok(Made::Unknown),
        }
    }
    if let Outcome::Change(open) = &part.outcome
        && removes
    {
        if is_beside(&text, &results, open) {
            return Ok(Made::No);
        }
        if only_removes {
            return Ok(Made::Elsewhere);
        }
    }
    Ok(Made::At(results.iter().map(|result| Location::of(&part.file, &text, result.start)).collect()))
}

/// Whether a change is the same on the release that the patchset was written for, but for its anchor.
fn has_text_on(on_base: &Patchset, judged: JudgedPart<'_>) -> bool {
    let edit = on_base.edits.iter().find(|edit| edit.id == judged.edit.id);
    let Some(old) = edit.and_then(|edit| edit.changes.get(judged.index)) else { return true };
    let (old, new) = (&old.operation, &judged.change.operation);
    old == new || new.with_anchor(old.operate().describe().anchor).as_ref() == Some(old)
}

/// Whether what is still to be changed is next to the results, but not in them: upstream may have moved it by a few lines.
fn is_beside(text: &[u8], results: &[Span], open: &[Location]) -> bool {
    let index = LineIndex::new(text);
    let lines = |result: &Span| (index.line(result.start), index.line(result.end.max(result.start + 1) - 1));
    open.iter().any(|place| {
        let mut near = results
            .iter()
            .map(lines)
            .filter(|(first, last)| place.line + SLACK >= *first && place.line <= last + SLACK);
        near.next().is_some()
            && !results.iter().map(lines).any(|(first, last)| (first..=last).contains(&place.line))
    })
}

/// Whether a hunk changes more than comments.
fn changes_code(hunk: &BaseHunk, comments: Comments) -> bool {
    let code = |lines: &[String]| comments.blanked(lines.concat().as_bytes());
    let (removed, added) = (code(&hunk.removed), code(&hunk.added));
    let words = |text: &[u8]| -> Vec<Vec<u8>> {
        tokens(text, Span::new(0, text.len())).iter().map(|word| word.of(text).to_vec()).collect()
    };
    words(&removed) != words(&added)
}

/// Whether a word that a hunk adds is nowhere in a file: then the hunk is not made, wherever its place is.
fn lacks(text: &[u8], hunk: &BaseHunk) -> bool {
    let added = hunk.added.concat();
    let code =
        Comments::of_file(hunk.file.as_ref().map_or("", |file| file.file_name())).blanked(added.as_bytes());
    let words = tokens(&code, Span::new(0, code.len()));
    words.iter().any(|word| memchr::memmem::find(text, word.of(&code)).is_none())
}

fn has_text_of(text: &[u8], hunk: &BaseHunk) -> bool {
    let added = hunk.added.concat();
    let has = |one: &[u8], other: &[u8]| !find_tokens(one, other, Span::new(0, one.len())).is_empty();
    has(text, added.as_bytes()) || has(added.as_bytes(), text)
}

/// A file, and its lines that are neither blank nor comments.
struct Lines {
    /// The text, with blanks for comments.
    text: Vec<u8>,
    comments: Comments,
    lines: Vec<(Span, String)>,
}

/// A line as it is compared: with single blanks.
fn normal(line: &[u8]) -> String {
    String::from_utf8_lossy(line).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nothing but blanks is before and after a span in its lines.
fn has_whole_lines(text: &[u8], span: Span) -> bool {
    let (before, after) = (&text[..span.start], &text[span.end..]);
    let before = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let after = after.split(|b| *b == b'\n').next().unwrap_or_default();
    before.trim_ascii().is_empty() && after.trim_ascii().is_empty()
}

impl Lines {
    fn new(text: &[u8], comments: Comments) -> Lines {
        let text = comments.blanked(text);
        let all = lines(&text).map(|line| (line, normal(line.of(&text))));
        Lines { lines: all.filter(|(_, line)| !line.is_empty()).collect(), comments, text }
    }

    /// The lines of a hunk as they are compared, without blank ones.
    fn normal(&self, lines: &[String]) -> Vec<String> {
        let text = self.comments.blanked(lines.concat().as_bytes());
        text.split(|b| *b == b'\n').map(normal).filter(|line| !line.is_empty()).collect()
    }

    /// Whether a hunk is made: where, `None` in the result if it is not made at its place. `None` if its place is
    /// not found.
    fn made(&self, hunk: &BaseHunk) -> Option<Option<Span>> {
        let blanked = |lines: &[String]| self.comments.blanked(lines.concat().as_bytes());
        let (added, removed) = (blanked(&hunk.added), blanked(&hunk.removed));
        let longest = hunk.added.len().max(hunk.removed.len());
        let (region, sides) = self.region(hunk, longest)?;
        let mut text = region.of(&self.text).to_vec();
        let all = Span::new(0, text.len());
        if !has_word(&added) && removed.trim_ascii().is_empty() {
            let is_made = sides == Sides::Both && self.has_without_words(hunk, region);
            return Some(is_made.then_some(Span::at(region.start)));
        }
        if !has_word(&added) {
            // A deletion leaves nothing, so nothing may be left between the lines around it.
            // What it removes may begin or end as the lines around it, and be next to them then.
            let reach = self.widened(region, hunk.removed.len() + hunk.before.len() + hunk.after.len());
            let is_gone = find_tokens(&self.text, &removed, reach).is_empty();
            let is_empty = !has_word(&text);
            return Some((sides == Sides::Both && is_gone && is_empty).then_some(Span::at(region.start)));
        }
        let is_part = !find_tokens(&removed, &added, Span::new(0, removed.len())).is_empty();
        let mut results = find_tokens(&text, &added, all);
        // Text that is only part of what it replaces is there before the change, too.
        results.retain(|result| !is_part || has_whole_lines(&text, *result));
        let Some(first) = results.first().copied() else { return Some(None) };
        // Text of few signs may be there for another reason, unless it is all that is there.
        let is_all = tokens(&text, all).len() == tokens(&added, Span::new(0, added.len())).len();
        if tokens(&added, Span::new(0, added.len())).len() < 4 && !is_all {
            return Some(None);
        }
        let last = results.last().copied().unwrap_or(first);
        // What replaces other lines is where those were: next to the one side that was found.
        let is_next = match sides {
            Sides::Both => true,
            Sides::Before => !has_word(&text[..first.start]),
            Sides::After => !has_word(&text[last.end..]),
        };
        if has_word(&removed) && !is_next {
            return Some(None);
        }
        for result in results {
            text[result.start..result.end].fill(b' ');
        }
        let is_gone = !has_word(&removed) || find_tokens(&text, &removed, all).is_empty();
        Some(is_gone.then_some(Span::new(region.start + first.start, region.start + last.end)))
    }

    /// Whether a region has all that is between the lines with words around an insertion of blank lines or signs, and nothing
    /// else: these are in other places, too.
    fn has_without_words(&self, hunk: &BaseHunk, region: Span) -> bool {
        let is_without = |line: &&String| !has_word(self.comments.blanked(line.as_bytes()).as_slice());
        let mut wanted: Vec<&String> = hunk.before.iter().rev().take_while(is_without).collect();
        wanted.reverse();
        wanted.extend(hunk.added.iter().chain(hunk.after.iter().take_while(is_without)));
        let first = self.lines.partition_point(|(line, _)| line.start < region.start);
        let start = first.checked_sub(1).map_or(0, |line| self.lines[line].0.end);
        let here = &self.text[start..region.end];
        let blank_lines = |lines: &mut dyn Iterator<Item = &[u8]>| {
            lines.filter(|line| line.trim_ascii().is_empty()).count()
        };
        let signs =
            |text: &[u8]| -> Vec<u8> { text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect() };
        let blanked = |line: &&String| self.comments.blanked(line.as_bytes());
        let all: Vec<u8> = wanted.iter().flat_map(blanked).collect();
        let has_blank_lines = blank_lines(&mut lines(here).map(|line| line.of(here)))
            >= blank_lines(&mut wanted.iter().map(|line| line.as_bytes()));
        signs(here) == signs(&all) && (!signs(&all).is_empty() || has_blank_lines)
    }

    /// The bytes between the lines around a hunk, and which of these were found.
    fn region(&self, hunk: &BaseHunk, longest: usize) -> Option<(Span, Sides)> {
        let (before, after) = (self.normal(&hunk.before), self.normal(&hunk.after));
        // A line that is removed, too, shows the place only together with the line farther out.
        let own = if has_word(self.comments.blanked(hunk.added.concat().as_bytes()).as_slice()) {
            Vec::new()
        } else {
            self.normal(&hunk.removed)
        };
        let starts = self.nearest(&before.iter().rev().collect::<Vec<_>>(), &own, |line| line.checked_sub(1));
        let ends = self.nearest(&after.iter().collect::<Vec<_>>(), &own, |line| Some(line + 1));
        let most = longest + SLACK;
        let mut best: Option<(usize, usize)> = None;
        for start in &starts.at {
            // A region begins after the line before it, and ends at the line after it.
            let end = ends
                .at
                .iter()
                .find(|end| *end > start && *end - start <= most + starts.skipped + ends.skipped);
            if let Some(end) = end
                && best.is_none_or(|(from, to)| end - start < to - from)
            {
                best = Some((*start, *end));
            }
        }
        let offset = |line: usize| self.lines.get(line).map_or(self.text.len(), |(span, _)| span.start);
        let span = |from: usize, to: usize| Span::new(offset(from), offset(to));
        if let Some((start, end)) = best {
            return Some((span(start + 1, end), Sides::Both));
        }
        // One side alone is enough if it is unique.
        match (&starts.at[..], &ends.at[..]) {
            ([start], _) => Some((span(start + 1, (start + 1 + most).min(self.lines.len())), Sides::Before)),
            (_, [end]) => Some((span(end.saturating_sub(most), *end), Sides::After)),
            _ => None,
        }
    }

    /// A region with so many lines more before and after it.
    fn widened(&self, region: Span, more: usize) -> Span {
        let first = self.lines.partition_point(|(line, _)| line.start < region.start).saturating_sub(more);
        let after = self.lines.partition_point(|(line, _)| line.start < region.end) + more;
        let start = self.lines.get(first).map_or(region.start, |(line, _)| line.start.min(region.start));
        let end = self.lines.get(after).map_or(self.text.len(), |(line, _)| line.end.max(region.end));
        Span::new(start, end)
    }

    /// Where the first of `context` that is in the file is, from the change outwards. One that is also in `own` counts
    /// only where the next line of `context` follows it, at the line that `outwards` gives.
    fn nearest(
        &self,
        context: &[&String],
        own: &[String],
        outwards: impl Fn(usize) -> Option<usize>,
    ) -> Found {
        for (skipped, wanted) in context.iter().enumerate() {
            if !has_word(wanted.as_bytes()) {
                continue;
            }
            let next = context.get(skipped + 1).filter(|_| own.contains(wanted));
            let is_at = |number: &usize| {
                next.is_none_or(|next| {
                    outwards(*number)
                        .and_then(|line| self.lines.get(line))
                        .is_some_and(|(_, line)| line == *next)
                })
            };
            let same = self.lines.iter().enumerate().filter(|(_, (_, line))| line == *wanted);
            let at: Vec<usize> = same.map(|(number, _)| number).filter(is_at).collect();
            if !at.is_empty() {
                return Found { at, skipped };
            }
        }
        Found { at: Vec::new(), skipped: 0 }
    }
}

/// Which of the lines around a change were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    /// Those before it and those after it.
    Both,
    /// Only those before it, and once.
    Before,
    /// Only those after it, and once.
    After,
}

/// Where a line around a change is, by its number among the lines that are not blank.
struct Found {
    at: Vec<usize>,
    /// How many lines nearer to the change were not found.
    skipped: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(hunk: &str, file: &str) -> Option<Option<usize>> {
        let signed: Vec<String> = hunk.lines().map(|line| format!("{line}\n")).collect();
        let hunks = BaseHunk::of_diff(&"f.c".parse().unwrap(), &signed);
        assert_eq!(hunks.len(), 1);
        Lines::new(file.as_bytes(), Comments::C).made(&hunks[0]).map(|made| made.map(|span| span.start))
    }

    #[test]
    fn inserted_blank_lines_and_signs_are_made_only_where_nothing_else_is() {
        let blank = " a();\n+\n b();\n";
        assert_eq!(made(blank, "a();\nb();\n"), Some(None));
        assert!(made(blank, "a();\n\nb();\n").flatten().is_some());
        assert!(made(blank, "x();\na();\n\n\nb();\n").flatten().is_some());
        let second = " a();\n \n+\n b();\n";
        assert_eq!(made(second, "a();\n\nb();\n"), Some(None));
        let brace = " a();\n }\n+}\n b();\n";
        assert_eq!(made(brace, "a();\n}\nb();\n"), Some(None));
        assert!(made(brace, "a();\n}\n}\nb();\n").flatten().is_some());
    }

    #[test]
    fn a_change_is_made_only_between_the_lines_around_it() {
        let hunk = " first();\n-old();\n+new_call(x);\n last();";
        assert_eq!(made(hunk, "first();\nnew_call( x ); /* c */\n\nlast();\n"), Some(Some(9)));
        assert_eq!(made(hunk, "first();\nold();\nlast();\nnew_call(x);\n"), Some(None));
        assert_eq!(made(hunk, "first();\nold();\nnew_call(x);\nlast();\n"), Some(None));
        assert_eq!(made(hunk, "other();\nnew_call(x);\n"), None);
    }

    #[test]
    fn a_deletion_is_made_if_nothing_is_left_in_its_place() {
        let hunk = " first();\n-old();\n last();";
        assert!(matches!(made(hunk, "first();\n\nlast();\n"), Some(Some(_))));
        assert_eq!(made(hunk, "first();\nif (!old()) fail();\nlast();\n"), Some(None));
        assert_eq!(made(hunk, "first();\nother();\nlast();\n"), Some(None));
        // The line before it is its last one, too.
        let hunk = " end();\n-old();\n-end();\n last();";
        assert_eq!(made(hunk, "end();\nold();\nend();\nlast();\n"), Some(None));
        assert_eq!(made(hunk, "first();\nend();\nlast();\n"), Some(Some(16)));
    }

    #[test]
    fn a_deletion_next_to_a_line_like_its_own_needs_two_lines_around_it() {
        let hunk = " fi\n-run \\\n-\tearlier arguments\n run \\\n \tother things\n done";
        assert!(matches!(made(hunk, "fi\nrun \\\n\tother things\ndone\n"), Some(Some(_))));
        // The command has other arguments here, but it is not removed.
        assert_ne!(made(hunk, "fi\nrun \\\n\tsome arguments\nrun \\\n\tmore things\ndone\n"), Some(Some(3)));
        assert_eq!(made(hunk, "fi\nrun \\\n\tsome arguments\nrun \\\n\tother things\ndone\n"), Some(None));
    }

    #[test]
    fn part_of_a_replaced_line_is_not_the_change() {
        let hunk = " first();\n-int *size = count(all);\n+size = count(all);\n last();";
        assert_eq!(made(hunk, "first();\nint *size = count(all);\nlast();\n"), Some(None));
        assert_eq!(made(hunk, "first();\nlong *size = count(all);\nlast();\n"), Some(None));
        assert!(matches!(made(hunk, "first();\n\n    size = count(all);\nlast();\n"), Some(Some(_))));
    }

    #[test]
    fn a_replacement_with_one_known_side_is_next_to_it() {
        let hunk = " first();\n-old();\n+new_call(x);\n last();";
        assert_eq!(made(hunk, "first();\nnew_call(x);\nother();\n"), Some(Some(9)));
        assert_eq!(made(hunk, "first();\nother();\nnew_call(x);\n"), Some(None));
        assert_eq!(made(hunk, "other();\nnew_call(x);\nlast();\n"), Some(Some(9)));
        assert_eq!(made(hunk, "new_call(x);\nother();\nlast();\n"), Some(None));
    }

    #[test]
    fn an_insertion_may_have_other_neighbours() {
        let hunk = " case A:\n+case NEW_ONE:\n+    f();\n case B:";
        assert!(matches!(
            made(hunk, "case A:\ncase C:\ncase NEW_ONE: f();\n\ncase D:\ncase B:\n"),
            Some(Some(_))
        ));
    }
}
