//! `diff`: hunks of a patch, matched only where they fit exactly.
//!
//! A hunk fits at a line if all its context and removed lines are there, byte for byte. It is applied at the line that
//! it names, or else at the only such line within the allowed offset.

use diffy::patch_set::{FileOperation, FilePatch, ParseOptions, PatchKind, PatchSet};
use diffy::{Hunk, Line};

use super::prelude::*;
use crate::text::{diff_tokens, lines};

/// `diff`: applies the hunks of a patch. A hunk fits if all its context and removed lines are there, byte for byte: at
/// the line that it names, or else at the only such line within `max-offset` lines.
///
/// ```yaml
/// file: setup.py
/// diff: {patch: "--- a/setup.py\n+++ b/setup.py\n@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n+b = 3\n"}
/// ```
/// ```diff
///  a = 1
/// -b = 2
/// +b = 3
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Diff {
    /// The patch: of one file, whose name in it is ignored, or of several, one of them the file of this change.
    pub patch: Text,
    /// How many lines a hunk may have moved.
    #[serde(default = "max_offset")]
    pub max_offset: usize,
}

fn max_offset() -> usize {
    200
}

impl Operate for Diff {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::File).texts([&self.patch])
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        apply(site.file, site.texts.get(&self.patch), self.max_offset)
    }
}

/// A hunk with its lines, as bytes with their line ends.
struct Piece {
    /// The first line it names in the old file, from 0.
    line: usize,
    old: Vec<Vec<u8>>,
    new: Vec<Vec<u8>>,
}

fn apply(file: &ParsedFile, patch: &[u8], max_offset: usize) -> Answer {
    let pieces = pieces(patch, file).map_err(Failure::fault)?;
    let spans: Vec<Span> = lines(&file.bytes).collect();
    let text = |i: usize| spans.get(i).map(|span| span.of(&file.bytes));
    let start = |i: usize| spans.get(i).map_or(file.bytes.len(), |span| span.start);
    let (mut rewrites, mut done, mut from) = (Vec::new(), Vec::new(), 0);
    // By how many lines the hunks that are already applied have moved the lines below them.
    let mut moved = 0isize;
    for (number, piece) in pieces.iter().enumerate() {
        let what = format!("hunk {} (line {} of the patch's file)", number + 1, piece.line + 1);
        let expected = piece.line.saturating_add_signed(moved);
        let fits = |wanted: &[Vec<u8>]| -> Vec<usize> {
            let low = expected.saturating_sub(max_offset).max(from);
            let high = expected.saturating_add(max_offset);
            (low..=high.min(spans.len()))
                .filter(|i| wanted.iter().enumerate().all(|(k, line)| text(i + k) == Some(line)))
                .collect()
        };
        let chosen = |places: Vec<usize>| match places[..] {
            [one] => Ok(Some(one)),
            _ if places.contains(&expected) => Ok(Some(expected)),
            [] => Ok(None),
            _ => Err(places),
        };
        let ambiguous = |places: Vec<usize>| {
            Err(Failure::Ambiguous {
                what: format!("{what} fits in {} places", places.len()),
                at: places.into_iter().map(start).collect(),
                help: Some("give the hunk more context, or a smaller `max-offset`".to_owned()),
            })
        };
        let old = fits(&piece.old);
        // A hunk that only adds lines still fits after it was applied, so the new lines are looked for first.
        match chosen(fits(&piece.new)) {
            Err(places) if old.is_empty() => return ambiguous(places),
            Ok(Some(at)) if adds_only_here(piece, at, &old) || at == expected && !old.contains(&at) => {
                done.push(start(at));
                from = at + piece.new.len();
                moved += piece.new.len() as isize - piece.old.len() as isize;
                continue;
            }
            _ => {}
        }
        match chosen(old) {
            Err(places) => return ambiguous(places),
            Ok(Some(at)) => {
                rewrites.extend(narrow(piece, at, &spans, file.bytes.len()));
                from = at + piece.old.len();
            }
            Ok(None) => return Err(miss(file, &what, piece, &spans)),
        }
    }
    if rewrites.is_empty() { Ok(Resolution::Already(done)) } else { change(rewrites) }
}

/// Whether the old lines fit only among the new ones at line `at`.
fn adds_only_here(piece: &Piece, at: usize, old: &[usize]) -> bool {
    old.iter().all(|i| *i >= at && i + piece.old.len() <= at + piece.new.len())
}

/// The rewrites of a hunk that fits at line `at`: one for each run of changed lines, so that its
/// context stays free for other edits.
fn narrow(piece: &Piece, at: usize, spans: &[Span], end: usize) -> Vec<Rewrite> {
    let start = |i: usize| spans.get(i).map_or(end, |span| span.start);
    diff_tokens(similar::Algorithm::Myers, &piece.old, &piece.new)
        .into_iter()
        .filter(|op| op.tag() != similar::DiffTag::Equal)
        .map(|op| {
            let (old, new) = (op.old_range(), op.new_range());
            Rewrite::replace(Span::new(start(at + old.start), start(at + old.end)), piece.new[new].concat())
        })
        .collect()
}

/// The failure of a hunk, with the line at which most of its old lines fit.
fn miss(file: &ParsedFile, what: &str, piece: &Piece, spans: &[Span]) -> Failure {
    let fits = |i: usize, k: usize| spans.get(i + k).is_some_and(|s| s.of(&file.bytes) == piece.old[k]);
    let score = |i: usize| (0..piece.old.len()).filter(|k| fits(i, *k)).count();
    let best = (0..spans.len()).max_by_key(|i| (score(*i), std::cmp::Reverse(i.abs_diff(piece.line))));
    let near = best.filter(|i| score(*i) > 0).map(|i| {
        let differs = (0..piece.old.len()).find(|k| !fits(i, *k)).map_or(i, |k| i + k);
        let at = spans.get(differs).map_or(file.bytes.len(), |span| span.start);
        (at, format!("{} of {} lines fit; this one does not", score(i), piece.old.len()))
    });
    Miss { near: near.into_iter().collect(), ..Miss::new(format!("{what} does not fit")) }.into()
}

/// The hunks that a patch has for a file: those of the section that names it, or of its only section.
fn pieces(patch: &[u8], file: &ParsedFile) -> Result<Vec<Piece>, String> {
    let path = file.path.as_str();
    let of_git = patch.split(|b| *b == b'\n').any(|line| line.starts_with(b"diff --git "));
    let options = if of_git { ParseOptions::gitdiff() } else { ParseOptions::unidiff() };
    let sections: Vec<_> = PatchSet::parse_bytes(patch, options)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("the patch cannot be parsed: {error}"))?;
    let section = match &sections[..] {
        [] => return Err("the patch has no hunk".to_owned()),
        [one] => one,
        many => {
            let named: Vec<_> = many.iter().filter(|section| names(section, path)).collect();
            match named[..] {
                [one] => one,
                [] => return Err(format!("the patch has {} files, none of them {path}", many.len())),
                _ => return Err(format!("the patch has {} sections for {path}", named.len())),
            }
        }
    };
    match section.operation() {
        FileOperation::Create(_) => return Err("the patch adds the file: write `file.add`".to_owned()),
        FileOperation::Delete(_) => return Err("the patch removes the file: write `file.remove`".to_owned()),
        FileOperation::Rename { .. } | FileOperation::Copy { .. } if of_git => {
            return Err("the patch renames or copies the file, which `diff` does not do".to_owned());
        }
        _ => {}
    }
    if section.old_mode() != section.new_mode() && section.old_mode().is_some() {
        return Err("the patch changes the mode of the file: write `file.mode`".to_owned());
    }
    let PatchKind::Text(text) = section.patch() else { return Err("the patch is binary".to_owned()) };
    if text.hunks().is_empty() {
        return Err("the patch has no hunk".to_owned());
    }
    // A patch that was written with `\n` gets the line ends of the file.
    let ending = line_ending(&file.bytes);
    let ending = if patch.windows(2).any(|pair| pair == b"\r\n") { b"\n" } else { ending };
    let pieces: Vec<Piece> = text.hunks().iter().map(|hunk| piece(hunk, ending)).collect();
    match pieces.iter().position(|piece| piece.old.is_empty() || piece.new.is_empty()) {
        Some(i) => Err(format!("hunk {} of the patch has no line to match", i + 1)),
        None => Ok(pieces),
    }
}

/// Whether a section of a patch is for the file `path`, with or without `a/` and `b/`.
fn names(section: &FilePatch<'_, [u8]>, path: &str) -> bool {
    let name = match section.operation() {
        FileOperation::Modify { modified, .. } => modified,
        FileOperation::Rename { to, .. } | FileOperation::Copy { to, .. } => to,
        FileOperation::Create(name) | FileOperation::Delete(name) => name,
    };
    let below = name.iter().position(|b| *b == b'/').map(|slash| &name[slash + 1..]);
    name.as_ref() == path.as_bytes() || below == Some(path.as_bytes())
}

fn piece(hunk: &Hunk<'_, [u8]>, ending: &[u8]) -> Piece {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for line in hunk.lines() {
        match line {
            Line::Context(text) => {
                old.push(with_line_ends(text, ending));
                new.push(with_line_ends(text, ending));
            }
            Line::Delete(text) => old.push(with_line_ends(text, ending)),
            Line::Insert(text) => new.push(with_line_ends(text, ending)),
        }
    }
    Piece { line: hunk.old_range().start().saturating_sub(1), old, new }
}
