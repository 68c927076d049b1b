//! Places the hunks of a patch as `patch` does, with fuzz.

use crate::syntax::patch::{Hunk, Sign, too_many};

/// How far another match must be from the line that a hunk names, so that the hunk is not ambiguous.
const NEAR: usize = 200;

/// A hunk at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// The line of its first line, from 0.
    pub at: usize,
    /// How many lines of context do not count, at each end.
    pub fuzz: usize,
    /// How many lines it moved.
    pub offset: isize,
}

/// Why a patch does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit {
    pub why: String,
    /// Whether a hunk fits with fuzz, and is refused.
    pub is_fuzzy: bool,
}

impl From<String> for Unfit {
    fn from(why: String) -> Unfit {
        Unfit { why, is_fuzzy: false }
    }
}

impl From<&str> for Unfit {
    fn from(why: &str) -> Unfit {
        why.to_owned().into()
    }
}

/// The places of `hunks` in a file, each with as little fuzz as it needs, or why one has none.
pub(super) fn places(lines: &[&[u8]], hunks: &[Hunk]) -> Result<Vec<Placed>, Unfit> {
    if let Some(why) = too_many(hunks.len(), lines.len()) {
        return Err(why.into());
    }
    let (mut placed, mut from, mut moved) = (Vec::new(), 0, 0isize);
    for (at, hunk) in hunks.iter().enumerate() {
        let search = Search { rest: &hunks[at + 1..], ..Search::new(lines, hunk, from, moved) };
        let place = search.place()?;
        from = place.at + changed_end(hunk);
        moved = place.at as isize - hunk.old_start as isize;
        placed.push(Placed { offset: moved, ..place });
    }
    Ok(placed)
}

/// The text of a file with hunks at their places. Context that does not count stays as the file has it.
pub(super) fn applied(lines: &[&[u8]], hunks: &[Hunk], placed: &[Placed]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut done = 0;
    for (hunk, place) in hunks.iter().zip(placed) {
        let mut at = place.at;
        for (sign, text) in &hunk.lines {
            if *sign == Sign::Context {
                at += 1;
                continue;
            }
            // A line that was written already is not written again: context of two hunks may overlap.
            let until = at.clamp(done, lines.len());
            lines[done..until].iter().for_each(|line| out.extend_from_slice(line));
            done = until;
            if *sign == Sign::Old {
                at += 1;
                done = at.min(lines.len());
            } else {
                out.extend_from_slice(text);
            }
        }
    }
    lines[done..].iter().for_each(|line| out.extend_from_slice(line));
    out
}

/// The number of old lines up to the last one that changes.
fn changed_end(hunk: &Hunk) -> usize {
    let last = hunk.lines.iter().rposition(|(sign, _)| *sign != Sign::Context).map_or(0, |at| at + 1);
    hunk.lines[..last].iter().filter(|(sign, _)| *sign != Sign::New).count()
}

/// The search for the place of one hunk.
struct Search<'a> {
    lines: &'a [&'a [u8]],
    hunk: &'a Hunk,
    /// The hunks after it.
    rest: &'a [Hunk],
    old: Vec<&'a [u8]>,
    /// The line that it is expected at.
    expected: usize,
    /// The first line that no hunk before it changes.
    from: usize,
    /// How many lines of context it has before and after its changes.
    context: (usize, usize),
}

impl<'a> Search<'a> {
    fn new(lines: &'a [&'a [u8]], hunk: &'a Hunk, from: usize, moved: isize) -> Search<'a> {
        let is_old = |(sign, _): &&(Sign, Vec<u8>)| *sign != Sign::New;
        let is_context = |(sign, _): &&(Sign, Vec<u8>)| *sign == Sign::Context;
        Search {
            lines,
            hunk,
            rest: &[],
            old: hunk.lines.iter().filter(is_old).map(|(_, text)| &text[..]).collect(),
            expected: hunk.old_start.saturating_add_signed(moved),
            from,
            context: (
                hunk.lines.iter().take_while(is_context).count(),
                hunk.lines.iter().rev().take_while(is_context).count(),
            ),
        }
    }

    fn place(&self) -> Result<Placed, Unfit> {
        let name = format!("hunk {} (line {} of the patch)", self.hunk.number, self.hunk.line);
        if self.old.is_empty() && !self.lines.is_empty() {
            return Err(format!("{name} has no line to match: give it context").into());
        }
        // A hunk of context alone changes nothing.
        let most =
            if self.context.0 == self.hunk.lines.len() { 0 } else { self.context.0.max(self.context.1) };
        for fuzz in 0..=most {
            let Some(at) = self.with(fuzz) else { continue };
            if fuzz > 0 && self.is_applied() {
                return Err(Unfit {
                    why: format!("{name} fits with fuzz {fuzz}, but its result is there already"),
                    is_fuzzy: fuzz > 0,
                });
            }
            let others = self.others(fuzz, at);
            if others > 0 {
                let count = others + 1;
                return Err(Unfit {
                    why: format!("{name} fits with fuzz {fuzz} in {count} places: give it more context"),
                    is_fuzzy: fuzz > 0,
                });
            }
            return Ok(Placed { at, fuzz, offset: 0 });
        }
        Err(format!("{name} does not fit with any fuzz").into())
    }

    /// How many lines do not count at the start and at the end. Less than none at one end: the hunk is at that end of the file.
    fn trimmed(&self, fuzz: usize) -> (isize, isize) {
        let most = self.context.0.max(self.context.1);
        let at_end = |context: usize| fuzz as isize + context as isize - most as isize;
        (at_end(self.context.0), at_end(self.context.1))
    }

    /// The place that `patch` finds with exactly that fuzz: the order of the search is that of its function `locate_hunk`.
    fn with(&self, fuzz: usize) -> Option<usize> {
        let (start, end) = self.trimmed(fuzz);
        let count = self.lines.len();
        let last = (count + end.max(0) as usize).checked_sub(self.old.len())?;
        if start < 0 && self.hunk.old_start == 0 {
            let is_free = self.from <= self.context.0;
            return (is_free && self.fits(0, 0, end.max(0) as usize)).then_some(0);
        }
        let start = start.max(0) as usize;
        if end < 0 {
            return (last >= self.from && self.fits(last, start, 0)).then_some(last);
        }
        let end = end as usize;
        if last < self.from {
            return None;
        }
        // The distances of the nearest and the farthest place: a header may name any line.
        let nearest = self.expected.saturating_sub(last).max(self.from.saturating_sub(self.expected));
        let farthest = last.abs_diff(self.expected).max(self.expected.abs_diff(self.from));
        (nearest..=farthest).find_map(|offset| {
            let after = self.expected.checked_add(offset).filter(|at| (self.from..=last).contains(at));
            let before = self.expected.checked_sub(offset).filter(|at| (self.from..=last).contains(at));
            [after, before].into_iter().flatten().find(|at| self.fits(*at, start, end))
        })
    }

    /// Whether the old lines without `start` and `end` are at that place.
    fn fits(&self, at: usize, start: usize, end: usize) -> bool {
        let wanted = self.old.get(start..self.old.len().saturating_sub(end)).unwrap_or_default();
        let found = self.lines.get(at + start..at + start + wanted.len());
        found.is_some_and(|found| found == wanted)
    }

    /// In how many other places the hunk fits with that fuzz, none of which is the one that it names.
    fn others(&self, fuzz: usize, at: usize) -> usize {
        if at == self.expected {
            return 0;
        }
        let (start, end) = self.trimmed(fuzz);
        let (start, end) = (start.max(0) as usize, end.max(0) as usize);
        let is_far = at.abs_diff(self.expected) > NEAR;
        let counts = |other: &usize| *other != at && (is_far || other.abs_diff(self.expected) <= NEAR);
        let fits = |other: &usize| self.fits(*other, start, end) && self.leaves_room(*other);
        (self.from..self.lines.len()).filter(counts).filter(fits).count()
    }

    /// Whether the hunks after it fit below it, if it is at that place.
    fn leaves_room(&self, at: usize) -> bool {
        let mut from = at + changed_end(self.hunk);
        self.rest.iter().all(|hunk| {
            let search = Search::new(self.lines, hunk, from, 0);
            match (from..=self.lines.len()).find(|at| search.fits(*at, 0, 0)) {
                Some(at) => from = at + changed_end(hunk),
                // With fuzz, it may be anywhere.
                None => return (0..from).all(|at| !search.fits(at, 0, 0)),
            }
            true
        })
    }

    /// Whether its new lines are where it is expected.
    fn is_applied(&self) -> bool {
        let new: Vec<&[u8]> = self
            .hunk
            .lines
            .iter()
            .filter(|(sign, _)| *sign != Sign::Old)
            .map(|(_, text)| &text[..])
            .collect();
        let found = self.lines.get(self.expected..self.expected.saturating_add(new.len()));
        found.is_some_and(|found| found == new)
    }
}
