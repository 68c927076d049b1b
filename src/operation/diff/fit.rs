//! Where the hunks of a section fit.
//!
//! Wherever `patch` without fuzz finds a hunk, it is found at the same line here, or the answer is a failure.

use std::cmp::Ordering;

use super::heading::is_below;
use crate::syntax::patch::{Hunk, Sign, too_many};

/// How many lines a hunk may have moved where it is not the only match in the file.
const NEAR: usize = 200;

/// A hunk at its place in a file.
pub(super) struct Fitted {
    /// The line that it fits at, from 0.
    pub at: usize,
    /// Whether it is already applied there.
    pub is_done: bool,
    /// Whether its old lines fit as well.
    fits_again: bool,
}

/// Why a hunk does not fit.
#[derive(Default)]
pub(super) struct Unfit {
    /// What is wrong.
    pub what: String,
    /// The lines of all matches, if there are several.
    pub matches: Vec<usize>,
    /// Lines that nearly fit, each with what makes them similar.
    pub near: Vec<(usize, String)>,
    /// What to write instead.
    pub help: Option<String>,
    /// The `max-offset` with which the hunk would fit at its only place, if it is too far away.
    offset: Option<usize>,
}

/// The lines of a file, and how far hunks may have moved.
#[derive(Clone, Copy)]
pub(super) struct Fit<'a> {
    pub lines: &'a [&'a [u8]],
    pub max_offset: Option<usize>,
    /// Whether a hunk may be applied already.
    pub accepts_done: bool,
}

/// A hunk, and what is known from the hunks before it.
struct Piece<'a> {
    hunk: &'a Hunk,
    old: Vec<&'a [u8]>,
    new: Vec<&'a [u8]>,
    /// The line that it is expected at, from 0.
    expected: usize,
    /// The first line that no hunk before it changes.
    from: usize,
}

impl Fit<'_> {
    /// The places of all hunks.
    pub fn places(&self, hunks: &[Hunk]) -> Result<Vec<Fitted>, Unfit> {
        if let Some(what) = too_many(hunks.len(), self.lines.len()) {
            return Err(Unfit { what, ..Unfit::default() });
        }
        self.fitted(hunks).map_err(|(index, unfit)| match unfit.offset {
            None => unfit,
            Some(offset) => {
                // It counts for the other hunks, too.
                let farther = Fit { max_offset: Some(offset), ..*self };
                let help = match farther.fitted(&hunks[..=index]) {
                    Ok(_) => format!("if that is the place, write `max-offset: {offset}`"),
                    Err(_) => {
                        format!("if that is the place, correct the line of the hunk's `@@` by {offset}")
                    }
                };
                Unfit { help: Some(help), ..unfit }
            }
        })
    }

    /// The places of all hunks, or the index of one that does not fit, and why.
    fn fitted(&self, hunks: &[Hunk]) -> Result<Vec<Fitted>, (usize, Unfit)> {
        let (mut fitted, mut from) = (Vec::new(), 0);
        // How far the hunk before is from where the patch names it.
        let mut moved = 0isize;
        for (index, hunk) in hunks.iter().enumerate() {
            let (old, new) = (hunk.old_lines(), hunk.new_lines());
            let expected = hunk.old_start.saturating_add_signed(moved);
            let piece = Piece { hunk, old, new, expected, from };
            let place = self.place(&piece).map_err(|unfit| (index, unfit))?;
            from = place.at + changed_end(hunk, if place.is_done { Sign::New } else { Sign::Old });
            moved = place.at as isize - hunk.old_start as isize;
            if place.is_done {
                moved += piece.new.len() as isize - piece.old.len() as isize;
            }
            fitted.push(place);
        }
        // `patch` would apply such a hunk. It is applied already only if all are.
        let is_partial = fitted.iter().any(|place| !place.is_done);
        if is_partial && let Some(at) = fitted.iter().position(|place| place.is_done && place.fits_again) {
            let what = format!(
                "hunk {} fits, and its result is there already, while other hunks are not applied",
                hunks[at].number
            );
            let help = Some("give the hunk more context".to_owned());
            return Err((at, Unfit { what, matches: vec![fitted[at].at], help, ..Unfit::default() }));
        }
        Ok(fitted)
    }

    fn place(&self, piece: &Piece<'_>) -> Result<Fitted, Unfit> {
        let is_near = |at: &usize| piece.distance(*at) <= self.max_offset.unwrap_or(NEAR);
        let all_old = self.matches(piece, &piece.old);
        let all_new = if self.accepts_done { self.matches(piece, &piece.new) } else { Vec::new() };
        let old: Vec<usize> = all_old.iter().copied().filter(is_near).collect();
        let new: Vec<usize> = all_new.iter().copied().filter(is_near).collect();
        let chosen = |places: &[usize]| match *places {
            [one] => Ok(Some(one)),
            _ if places.contains(&piece.expected) => Ok(Some(piece.expected)),
            [] => Ok(None),
            _ => Err(piece.ambiguous(places.to_vec())),
        };
        // A hunk that only adds lines still fits after it was applied, so the new lines are looked for first.
        match chosen(&new) {
            Err(unfit) if old.is_empty() => return Err(unfit),
            Ok(Some(at)) if piece.is_applied_at(at, &old) && self.is_evident(piece, at) => {
                return Ok(Fitted { at, is_done: true, fits_again: !all_old.is_empty() });
            }
            Ok(_) | Err(_) => {}
        }
        let Some(at) = chosen(&old)? else { return self.far(piece, &all_old, &all_new) };
        // A hunk that has less context on one side is at that end of the file: `patch` finds it nowhere else. At the start only if it
        // names the first line.
        let (before, after) = context(piece.hunk);
        let (anchored, end) = match before.cmp(&after) {
            Ordering::Less => (0, "before its changes, as at the start of a file"),
            Ordering::Greater => {
                let last = self.lines.len().saturating_sub(piece.old.len());
                (last, "after its changes, as at the end of a file")
            }
            Ordering::Equal => (at, ""),
        };
        if anchored != at && all_old.contains(&anchored) {
            return Err(piece.ambiguous(vec![at.min(anchored), at.max(anchored)]));
        }
        let is_bound = before > after || piece.hunk.old_start == 0;
        if anchored != at && is_bound && self.max_offset.is_none() && self.accepts_done {
            let what = format!("{} has less context {end}, and fits only elsewhere", piece.name());
            let offset = piece.distance(at);
            let help = format!("give it as much context there, or write `max-offset: {offset}`");
            let near = vec![(at, "all lines fit".to_owned())];
            return Err(Unfit { what, near, help: Some(help), ..Unfit::default() });
        }
        Ok(Fitted { at, is_done: false, fits_again: false })
    }

    /// The place of a hunk that moved farther than `NEAR`: its only match in the file, below the heading that it names.
    fn far(&self, piece: &Piece<'_>, old: &[usize], new: &[usize]) -> Result<Fitted, Unfit> {
        let may_be_far = self.max_offset.is_none() && says_enough(piece.hunk);
        let is_below = |at: usize| is_below(self.lines, at, &piece.hunk.heading);
        let is_only = |lines: &[&[u8]]| self.all_matches(lines).count() == 1;
        match (old, new) {
            (_, [at])
                if may_be_far && piece.adds_only_at(*at, old) && is_below(*at) && is_only(&piece.new) =>
            {
                Ok(Fitted { at: *at, is_done: true, fits_again: !old.is_empty() })
            }
            ([at], []) if may_be_far && is_below(*at) && is_only(&piece.old) => {
                Ok(Fitted { at: *at, is_done: false, fits_again: false })
            }
            ([], _) => Err(self.miss(piece)),
            _ => Err(self.too_far(piece, old)),
        }
    }

    /// The lines from `piece.from` on at which `wanted` matches.
    fn matches(&self, piece: &Piece<'_>, wanted: &[&[u8]]) -> Vec<usize> {
        self.all_matches(wanted).filter(|at| *at >= piece.from).collect()
    }

    fn all_matches(&self, wanted: &[&[u8]]) -> impl Iterator<Item = usize> {
        let count = (self.lines.len() + 1).saturating_sub(wanted.len());
        (0..count).filter(|at| self.is_at(*at, wanted))
    }

    fn is_at(&self, at: usize, wanted: &[&[u8]]) -> bool {
        let found = self.lines.get(at..at + wanted.len());
        found.is_some_and(|found| found.iter().zip(wanted).all(|(line, wanted)| line == wanted))
    }

    /// Whether lines that are only removed are gone from their place, and not there in another form.
    fn is_evident(&self, piece: &Piece<'_>, at: usize) -> bool {
        if at == piece.expected || has_new(piece.hunk) {
            return true;
        }
        let (before, after) = context(piece.hunk);
        // A hunk of context alone removes nothing.
        if before == 0 || after == 0 || before == piece.old.len() {
            return true;
        }
        let (start, end) = (&piece.old[..before], &piece.old[piece.old.len() - after..]);
        let most = piece.old.len() - before - after + 3;
        let mut starts = self.all_matches(start);
        !starts.any(|at| (1..=most).any(|others| self.is_at(at + before + others, end)))
    }

    /// The failure of a hunk that matches only too far away.
    fn too_far(&self, piece: &Piece<'_>, old: &[usize]) -> Unfit {
        let mut nearest: Vec<(usize, usize)> = old.iter().map(|at| (piece.distance(*at), *at)).collect();
        nearest.sort_unstable();
        let heading = String::from_utf8_lossy(&piece.hunk.heading);
        let why = |(distance, at): &(usize, usize)| {
            let elsewhere = if is_below(self.lines, *at, &piece.hunk.heading) {
                String::new()
            } else {
                format!(", and not below `{heading}`")
            };
            (*at, format!("all lines fit, {distance} lines from where the patch says{elsewhere}"))
        };
        let (least, _) = nearest[0];
        let near = nearest.iter().take(5).map(why).collect();
        if nearest.len() > 1 {
            let what = format!(
                "{} fits in {} places, the nearest of them {least} lines from where the patch says",
                piece.name(),
                nearest.len()
            );
            let help = "give the hunk more context, or correct the line of its `@@` by the distance of the right place";
            return Unfit { what, near, help: Some(help.to_owned()), ..Unfit::default() };
        }
        let what = format!("{} fits only {least} lines from where the patch says", piece.name());
        Unfit { what, near, offset: Some(least), ..Unfit::default() }
    }

    /// The failure of a hunk that matches nowhere, with the line at which most of its old lines fit.
    fn miss(&self, piece: &Piece<'_>) -> Unfit {
        let what = format!("{} does not fit", piece.name());
        if let Some(at) = self.all_matches(&piece.old).next() {
            let why = "all lines fit, but the hunk before it is applied at or below them".to_owned();
            let help = Some("put the hunks of the patch into the order of the file".to_owned());
            return Unfit { what, near: vec![(at, why)], help, ..Unfit::default() };
        }
        let fits = |at: usize, k: usize| self.lines.get(at + k).is_some_and(|line| *line == piece.old[k]);
        let score = |at: usize| (0..piece.old.len()).filter(|k| fits(at, *k)).count();
        let scored =
            (0..self.lines.len()).map(|at| (score(at), std::cmp::Reverse(at.abs_diff(piece.expected)), at));
        let best = scored.max().filter(|(score, ..)| *score > 0);
        let near = best.map(|(score, _, at)| {
            let differs = (0..piece.old.len()).find(|k| !fits(at, *k)).map_or(at, |k| at + k);
            (differs, format!("{score} of {} lines fit; this one does not", piece.old.len()))
        });
        Unfit { what, near: near.into_iter().collect(), ..Unfit::default() }
    }
}

impl Piece<'_> {
    fn name(&self) -> String {
        format!("hunk {} (line {} of the patch's file)", self.hunk.number, self.hunk.old_start + 1)
    }

    fn distance(&self, at: usize) -> usize {
        at.abs_diff(self.expected.max(self.from))
    }

    fn ambiguous(&self, matches: Vec<usize>) -> Unfit {
        let help = Some("give the hunk more context, or a smaller `max-offset`".to_owned());
        let what = format!("{} fits in {} places", self.name(), matches.len());
        Unfit { what, matches, help, ..Unfit::default() }
    }

    /// Whether its new lines at `at` show that it is applied, where `old` are the matches of its old lines.
    fn is_applied_at(&self, at: usize, old: &[usize]) -> bool {
        self.adds_only_at(at, old) || at == self.expected && !old.contains(&at)
    }

    /// Whether its old lines match only among the new ones at `at`.
    fn adds_only_at(&self, at: usize, old: &[usize]) -> bool {
        old.iter().all(|i| *i >= at && i + self.old.len() <= at + self.new.len())
    }
}

/// The number of context lines before the first changed line, and after the last one.
fn context(hunk: &Hunk) -> (usize, usize) {
    let is_context = |line: &&(Sign, Vec<u8>)| line.0 == Sign::Context;
    (hunk.lines.iter().take_while(is_context).count(), hunk.lines.iter().rev().take_while(is_context).count())
}

/// The number of lines of one side up to the last one that changes: context after it is free for the next hunk.
fn changed_end(hunk: &Hunk, side: Sign) -> usize {
    let changed = &hunk.lines[..hunk.lines.len() - context(hunk).1.min(hunk.lines.len())];
    changed.iter().filter(|(sign, _)| *sign == Sign::Context || *sign == side).count()
}

fn has_new(hunk: &Hunk) -> bool {
    hunk.lines.iter().any(|(sign, _)| *sign == Sign::New)
}

/// Whether a hunk can be recognised after it was applied: it adds a line, or removes lines between two with words.
fn says_enough(hunk: &Hunk) -> bool {
    let is_telling =
        |(_, line): &(Sign, Vec<u8>)| line.iter().filter(|b| b.is_ascii_alphanumeric()).count() >= 3;
    let (before, after) = context(hunk);
    has_new(hunk)
        || hunk.lines[..before].iter().any(is_telling)
            && hunk.lines[hunk.lines.len() - after..].iter().any(is_telling)
}
