//! Writes the hunks that several variants share, with no more context than their bases have in common.

use super::slot::{Slot, Texts};
use super::versions::{Run, runs};
use crate::edit::groups;
use crate::text::{Rewrite, lines};

/// The most lines of context at each end of a hunk.
const CONTEXT: usize = 3;

/// A hunk while it is written, with the numbers of its slots.
struct Hunk<'a> {
    before: Vec<&'a [u8]>,
    after: Vec<&'a [u8]>,
    slots: Vec<usize>,
}

/// The section of a patch that has these slots, in the order of the file, for a run of variants; `None` if one of them has no line
/// by which it can be found in all of them.
pub(super) fn section(texts: &Texts<'_>, slots: &[Slot], own: &[usize], run: Run) -> Option<Vec<u8>> {
    let text = texts.text(run.1);
    let mut hunks: Vec<Hunk<'_>> = Vec::new();
    for number in own {
        let [before, after] = context(texts, slots, *number, run);
        if let Some(last) = hunks.last_mut()
            && is_one_hunk(texts, slots, last.slots[last.slots.len() - 1], *number, run)
        {
            last.slots.push(*number);
            last.after = after;
        } else {
            hunks.push(Hunk { before, after, slots: vec![*number] });
        }
    }
    hunks.iter_mut().for_each(|hunk| level(texts, slots, hunk, run));
    let mut out = format!("--- a/{0}\n+++ b/{0}\n", text.path).into_bytes();
    let mut moved = 0_isize;
    for hunk in hunks {
        let groups: Vec<&Rewrite> =
            hunk.slots.iter().map(|at| slots[*at].at[run.1].as_ref()).collect::<Option<_>>()?;
        let (mut body, mut old, mut new) = (Vec::new(), 0, 0);
        let mut push = |sign: u8, line: &[u8]| {
            old += usize::from(sign != b'+');
            new += usize::from(sign != b'-');
            body.push(sign);
            body.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                body.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        };
        hunk.before.iter().for_each(|line| push(b' ', line));
        for (at, group) in groups.iter().enumerate() {
            if let Some(before) = at.checked_sub(1) {
                let gap = &text.before[groups[before].span.end..group.span.start];
                lines(gap).for_each(|line| push(b' ', line.of(gap)));
            }
            changed(group.span.of(&text.before), &group.with, &mut push);
        }
        hunk.after.iter().for_each(|line| push(b' ', line));
        if old == 0 || new == 0 || run.0 != run.1 && !is_only(texts, &body, run) {
            return None;
        }
        let start = text.line(groups[0]) - hunk.before.len();
        let new_start = start.checked_add_signed(moved)?;
        moved += new as isize - old as isize;
        out.extend(format!("@@ -{start},{old} +{new_start},{new} @@\n").into_bytes());
        out.extend(body);
    }
    Some(out)
}

/// Whether the old lines of a hunk are only once in the base of each variant: with less context than the patch has, they could otherwise be
/// found elsewhere in the next release.
fn is_only(texts: &Texts<'_>, body: &[u8], run: Run) -> bool {
    let old: Vec<&[u8]> = lines(body).map(|line| line.of(body)).collect();
    let old: Vec<&[u8]> =
        old.into_iter().filter(|line| matches!(line[0], b' ' | b'-')).map(|line| &line[1..]).collect();
    (run.0..=run.1).all(|variant| {
        let Some(text) = &texts.texts[variant] else { return true };
        let all: Vec<&[u8]> = lines(&text.before).map(|line| line.of(&text.before)).collect();
        all.windows(old.len()).filter(|window| *window == old).count() <= 1
    })
}

/// Leaves out context that only one end of a hunk has, unless the other end is that of the file: `patch` looks for such a hunk there
/// alone.
fn level(texts: &Texts<'_>, slots: &[Slot], hunk: &mut Hunk<'_>, run: Run) {
    let all = |is_end: &dyn Fn(&[u8], &Rewrite, &Rewrite) -> bool| {
        (run.0..=run.1).all(|variant| {
            let group = |number: Option<&usize>| slots[*number?].at[variant].as_ref();
            let (first, last) = (group(hunk.slots.first()), group(hunk.slots.last()));
            let text = texts.texts[variant].as_ref();
            text.zip(first.zip(last)).is_some_and(|(text, (first, last))| is_end(&text.before, first, last))
        })
    };
    let is_start = all(&|text, first, _| lines(&text[..first.span.start]).count() == hunk.before.len());
    let is_end = all(&|text, _, last| lines(&text[last.span.end..]).count() == hunk.after.len());
    let (before, after) = (hunk.before.len(), hunk.after.len());
    if before < after && !is_start {
        hunk.after.truncate(before);
    } else if after < before && !is_end {
        hunk.before.drain(..before - after);
    }
}

/// The runs of variants in which a slot is one hunk: of those whose lines are the same, as many together as share enough context.
pub(super) fn runs_of(texts: &Texts<'_>, slots: &[Slot], number: usize) -> Vec<Run> {
    let mut found = Vec::new();
    for (mut first, last) in shared_runs(texts, &slots[number]) {
        while first <= last {
            let fits = |end: &usize| section(texts, slots, &[number], (first, *end)).is_some();
            let end = (first + 1..=last).rev().find(fits).unwrap_or(first);
            found.push((first, end));
            first = end + 1;
        }
    }
    found
}

/// The runs of variants whose groups have the same lines.
pub(super) fn shared_runs(texts: &Texts<'_>, slot: &Slot) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    for run in runs(&slot.present()) {
        let variants: Vec<usize> = (run.0..=run.1).collect();
        let same = variants.chunk_by(|a, b| texts.lines(slot, *a) == texts.lines(slot, *b));
        found.extend(same.map(|run| (run[0], run[run.len() - 1])));
    }
    found
}

/// The lines of a group, those that stay the same among them.
fn changed(old: &[u8], new: &[u8], push: &mut dyn FnMut(u8, &[u8])) {
    let mut done = 0;
    for group in groups(old, new) {
        let kept = &old[done..group.span.start];
        lines(kept).for_each(|line| push(b' ', line.of(kept)));
        let removed = group.span.of(old);
        lines(removed).for_each(|line| push(b'-', line.of(removed)));
        lines(&group.with).for_each(|line| push(b'+', line.of(&group.with)));
        done = group.span.end;
    }
    lines(&old[done..]).for_each(|line| push(b' ', line.of(&old[done..])));
}

/// The unchanged lines before and after a slot that all variants of a run have.
fn context<'a>(texts: &'a Texts<'_>, slots: &'a [Slot], number: usize, run: Run) -> [Vec<&'a [u8]>; 2] {
    let mut common: Option<[Vec<&[u8]>; 2]> = None;
    for variant in run.0..=run.1 {
        let (Some(text), Some(group)) = (&texts.texts[variant], &slots[number].at[variant]) else { continue };
        let start = slots[..number].iter().rev().find_map(|slot| slot.at[variant].as_ref());
        let end = slots[number + 1..].iter().find_map(|slot| slot.at[variant].as_ref());
        let above = &text.before[start.map_or(0, |group| group.span.end)..group.span.start];
        let below = &text.before[group.span.end..end.map_or(text.before.len(), |group| group.span.start)];
        // From the group outwards.
        let mut above: Vec<&[u8]> = lines(above).map(|line| line.of(above)).collect();
        above.reverse();
        above.truncate(CONTEXT);
        let below: Vec<&[u8]> = lines(below).take(CONTEXT).map(|line| line.of(below)).collect();
        common = Some(match common {
            None => [above, below],
            Some([a, b]) => [shared(a, &above), shared(b, &below)],
        });
    }
    let [mut above, below] = common.unwrap_or_default();
    above.reverse();
    [above, below]
}

fn shared<'a>(mut a: Vec<&'a [u8]>, b: &[&[u8]]) -> Vec<&'a [u8]> {
    a.truncate(a.iter().zip(b).take_while(|(a, b)| a == b).count());
    a
}

/// Whether two slots are as near to each other in all variants of a run as the changes of one hunk, with the same lines between.
fn is_one_hunk(texts: &Texts<'_>, slots: &[Slot], first: usize, second: usize, run: Run) -> bool {
    let gap = |variant: usize| {
        let (text, slots) = (texts.texts[variant].as_ref()?, &slots[first..=second]);
        let groups: Vec<&Rewrite> = slots.iter().filter_map(|slot| slot.at[variant].as_ref()).collect();
        let [a, b] = groups[..] else { return None };
        let gap = &text.before[a.span.end..b.span.start];
        (lines(gap).count() <= 2 * CONTEXT).then_some(gap)
    };
    let last = gap(run.1);
    last.is_some() && (run.0..run.1).all(|variant| gap(variant) == last)
}
