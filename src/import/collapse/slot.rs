//! Pairs the hunks of the variants of a patch.

use super::meaning::{Likeness, Lines, has, likeness};
use crate::edit::{groups, slides};
use crate::text::{Rewrite, Span, apply, lines, tokens};
use crate::tree::{FileChange, TreePath};

/// How many lines may be between two groups that are compared together.
const NEAR: usize = 3;
/// The most groups that are compared together.
const MOST_TOGETHER: usize = 4;
/// How many words must be added so that finding them elsewhere says something.
const TELLING: usize = 4;

/// A file of one variant.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub path: TreePath,
    pub before: Vec<u8>,
    groups: Vec<Rewrite>,
}

impl Text {
    pub(super) fn of(change: &FileChange) -> Text {
        let bytes = |file: &Option<crate::tree::File>| {
            file.as_ref().map(|file| file.bytes.to_vec()).unwrap_or_default()
        };
        let (before, after) = (bytes(&change.before), bytes(&change.after));
        let groups = groups(&before, &after);
        Text { path: change.path.clone(), before, groups }
    }

    /// The lines of a group.
    fn lines_of<'a>(&'a self, group: &'a Rewrite) -> Lines<'a> {
        Lines { old: group.span.of(&self.before), new: &group.with }
    }

    /// The line of a group, from 1.
    pub(super) fn line(&self, group: &Rewrite) -> usize {
        lines(&self.before[..group.span.start]).count() + 1
    }
}

/// Why a variant lacks a hunk of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Its base lacks the lines that are changed.
    NotNeeded,
    /// Its base has what the hunk adds.
    Already,
    /// The patch for it does something else.
    Differs,
}

/// The groups of changed lines of the variants that belong together, by the number of the variant.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub at: Vec<Option<Rewrite>>,
}

impl Slot {
    /// The variants that have it.
    pub(super) fn present(&self) -> Vec<usize> {
        (0..self.at.len()).filter(|at| self.at[*at].is_some()).collect()
    }
}

/// A file of all variants, of which some may not change it.
pub(super) struct Texts<'a> {
    /// The files of the variants that change it.
    pub texts: &'a [Option<Text>],
    /// What the base of each has in that place.
    pub bases: &'a [Option<Vec<u8>>],
}

impl Texts<'_> {
    /// The text of a variant that has groups.
    pub(super) fn text(&self, variant: usize) -> &Text {
        self.texts[variant].as_ref().expect("a variant with a group changes the file")
    }

    pub(super) fn lines<'a>(&'a self, slot: &'a Slot, variant: usize) -> Lines<'a> {
        let group = slot.at[variant].as_ref().expect("the variant is one of those that have the slot");
        self.text(variant).lines_of(group)
    }

    /// How alike the groups of a slot are, from each variant to the next that has it.
    pub(super) fn likeness(&self, slot: &Slot) -> Vec<(usize, usize, Likeness)> {
        let present = slot.present();
        let pair = |pair: &[usize]| {
            let (a, b) = (pair[0], pair[1]);
            (a, b, likeness(self.lines(slot, a), self.lines(slot, b)))
        };
        present.windows(2).map(pair).collect()
    }

    /// Why each of the other variants lacks a slot.
    pub(super) fn absences(&self, slot: &Slot) -> Vec<(usize, Absence)> {
        let present = slot.present();
        let all = (0..slot.at.len()).filter(|at| !present.contains(at));
        let why = |at: usize| {
            let nearest = *present.iter().min_by_key(|one| one.abs_diff(at)).expect("a slot has a group");
            let Lines { old, new } = self.lines(slot, nearest);
            let Some(base) = &self.bases[at] else { return Absence::NotNeeded };
            // What the base of the hunk has, too, says nothing.
            let is_new = self.bases[nearest].as_ref().is_none_or(|own| !has(own, new));
            let is_telling = is_new && tokens(new, Span::new(0, new.len())).len() >= TELLING;
            let lacks_old = !old.trim_ascii().is_empty() && !has(base, old);
            if is_telling && (old.is_empty() || lacks_old) && has(base, new) {
                Absence::Already
            } else if lacks_old {
                Absence::NotNeeded
            } else {
                Absence::Differs
            }
        };
        all.map(|at| (at, why(at))).collect()
    }

    /// How much of a slot differs in meaning.
    fn faults(&self, slot: &Slot) -> usize {
        self.likeness(slot).iter().filter(|(_, _, likeness)| *likeness == Likeness::Differs).count()
            + self.absences(slot).iter().filter(|(_, absence)| *absence == Absence::Differs).count()
    }

    /// The slots of all groups.
    pub(super) fn slots(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = Vec::new();
        for (variant, text) in self.texts.iter().enumerate() {
            if let Some(text) = text {
                slots = self.with(&slots, variant, &text.groups);
            }
        }
        self.slid(&mut slots);
        self.together(slots)
    }

    /// `slots` with the groups of one more variant: those that are alike are paired, in order.
    fn with(&self, slots: &[Slot], variant: usize, groups: &[Rewrite]) -> Vec<Slot> {
        let text = self.text(variant);
        let score = |slot: &Slot, group: &Rewrite| {
            let last = *slot.present().last().expect("a slot has a group");
            let other = self.text(last);
            let own = slot.at[last].as_ref().expect("it is one of those that have the slot");
            let mut best = 0;
            for slide in slides(&other.before, own) {
                let (a, b) = (other.lines_of(&slide), text.lines_of(group));
                best = best.max(likeness(a, b).score(a, b));
            }
            best
        };
        let scores: Vec<Vec<usize>> =
            slots.iter().map(|slot| groups.iter().map(|group| score(slot, group)).collect()).collect();
        let mut best = vec![vec![0_usize; groups.len() + 1]; slots.len() + 1];
        for i in (0..slots.len()).rev() {
            for j in (0..groups.len()).rev() {
                let paired = if scores[i][j] > 0 { best[i + 1][j + 1] + scores[i][j] } else { 0 };
                best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
            }
        }
        let (mut i, mut j) = (0, 0);
        let mut found = Vec::new();
        while i < slots.len() || j < groups.len() {
            let is_pair = i < slots.len()
                && j < groups.len()
                && scores[i][j] > 0
                && best[i][j] == best[i + 1][j + 1] + scores[i][j];
            if is_pair {
                let mut slot = slots[i].clone();
                slot.at[variant] = Some(groups[j].clone());
                found.push(slot);
                (i, j) = (i + 1, j + 1);
            } else if i < slots.len() && (j == groups.len() || best[i][j] == best[i + 1][j]) {
                found.push(slots[i].clone());
                i += 1;
            } else {
                let mut at = vec![None; self.texts.len()];
                at[variant] = Some(groups[j].clone());
                found.push(Slot { at });
                j += 1;
            }
        }
        found
    }

    /// Moves groups to where they are the same as those of the newest variant, if the result is the same there.
    fn slid(&self, slots: &mut [Slot]) {
        for number in 0..slots.len() {
            let present = slots[number].present();
            let Some((&newest, others)) = present.split_last() else { continue };
            let own = self.slides_of(slots, number, newest);
            let of_others: Vec<(usize, Vec<Rewrite>)> =
                others.iter().map(|at| (*at, self.slides_of(slots, number, *at))).collect();
            let same = |slide: &Rewrite| -> Vec<(usize, Rewrite)> {
                let wanted = self.text(newest).lines_of(slide);
                let find = |(at, all): &(usize, Vec<Rewrite>)| {
                    let found = all.iter().find(|one| self.text(*at).lines_of(one) == wanted)?;
                    Some((*at, found.clone()))
                };
                of_others.iter().filter_map(find).collect()
            };
            let mut best: Option<(Rewrite, Vec<(usize, Rewrite)>)> = None;
            for slide in own {
                let found = same(&slide);
                if best.as_ref().is_none_or(|(_, known)| found.len() > known.len()) {
                    best = Some((slide, found));
                }
            }
            if let Some((slide, found)) = best {
                slots[number].at[newest] = Some(slide);
                for (at, slide) in found {
                    slots[number].at[at] = Some(slide);
                }
            }
        }
    }

    /// The slides of a group that do not touch those before and after it.
    fn slides_of(&self, slots: &[Slot], number: usize, variant: usize) -> Vec<Rewrite> {
        let Some(group) = &slots[number].at[variant] else { return Vec::new() };
        let before = slots[..number].iter().rev().find_map(|slot| slot.at[variant].as_ref());
        let after = slots[number + 1..].iter().find_map(|slot| slot.at[variant].as_ref());
        let mut all = slides(&self.text(variant).before, group);
        all.retain(|slide| {
            slide == group
                || before.is_none_or(|before| before.span.end < slide.span.start)
                    && after.is_none_or(|after| slide.span.end < after.span.start)
        });
        all
    }

    /// Joins slots that are next to each other where they mean the same only together.
    fn together(&self, mut slots: Vec<Slot>) -> Vec<Slot> {
        let mut first = 0;
        while first < slots.len() {
            let mut best: Option<(usize, usize, Slot)> = None;
            for last in first + 1..slots.len().min(first + MOST_TOGETHER) {
                let own = &slots[first..=last];
                let Some(joined) = self.joined(own) else { break };
                let before: usize = own.iter().map(|slot| self.faults(slot)).sum();
                let fewer = before.saturating_sub(self.faults(&joined));
                if fewer > best.as_ref().map_or(0, |(known, ..)| *known) {
                    best = Some((fewer, last, joined));
                }
            }
            if let Some((_, last, joined)) = best {
                slots.splice(first..=last, [joined]);
            }
            first += 1;
        }
        slots
    }

    /// Several slots as one; `None` if they are too far from each other.
    fn joined(&self, slots: &[Slot]) -> Option<Slot> {
        let mut at = vec![None; self.texts.len()];
        for (variant, joined) in at.iter_mut().enumerate() {
            let own: Vec<&Rewrite> = slots.iter().filter_map(|slot| slot.at[variant].as_ref()).collect();
            let (Some(first), Some(last)) = (own.first(), own.last()) else { continue };
            let text = &self.text(variant).before;
            let is_near =
                |pair: &[&Rewrite]| lines(&text[pair[0].span.end..pair[1].span.start]).count() <= NEAR;
            if !own.windows(2).all(is_near) {
                return None;
            }
            let span = Span::new(first.span.start, last.span.end);
            let moved = |group: &&Rewrite| {
                let at = Span::new(group.span.start - span.start, group.span.end - span.start);
                Rewrite::replace(at, group.with.clone())
            };
            let own: Vec<Rewrite> = own.iter().map(moved).collect();
            *joined = Some(Rewrite::replace(span, apply(span.of(text), &own).ok()?));
        }
        Some(Slot { at })
    }
}

/// The first line that each of two hunks adds, or else removes, and the other does not.
pub(super) fn difference(a: Lines<'_>, b: Lines<'_>) -> [Option<String>; 2] {
    let first = |own: &[u8], other: &[u8]| {
        let known: Vec<&[u8]> = lines(other).map(|line| line.of(other).trim_ascii()).collect();
        let all = lines(own).map(|line| line.of(own).trim_ascii());
        let mut new = all.filter(|line| !line.is_empty() && !known.contains(line));
        new.next().map(|line| String::from_utf8_lossy(line).into_owned())
    };
    let sign = |sign: &str, line: Option<String>| line.map(|line| format!("{sign}{line}"));
    [(a, b), (b, a)].map(|(own, other)| {
        sign("+", first(own.new, other.new)).or_else(|| sign("-", first(own.old, other.old)))
    })
}
