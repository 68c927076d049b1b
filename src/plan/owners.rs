//! Which edit wrote each byte of a file.

use super::{Plan, PlannedEdit};
use crate::text::Rewrite;
use crate::tree::TreePath;

/// An edit of a series of plans.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The plan of its patchset.
    pub plan: &'a Plan,
    /// The edit.
    pub edit: &'a PlannedEdit,
}

/// A file after a series of plans: each line, and the edits that wrote a part of it. `None` if no plan changes it, or
/// the last one removes it.
pub fn owners<'a>(plans: &'a [Plan], path: &TreePath) -> Option<Vec<(Vec<u8>, Vec<Owner<'a>>)>> {
    let all: Vec<Owner<'a>> =
        plans.iter().flat_map(|plan| plan.edits.iter().map(move |edit| Owner { plan, edit })).collect();
    // For each byte the edit that wrote it, by its number.
    let mut file: Option<Vec<(u8, Option<usize>)>> = None;
    let mut is_known = false;
    for plan in plans {
        let levels = plan.edits.iter().map(|edit| edit.level).max().unwrap_or(0);
        for level in 0..=levels {
            let mut rewrites: Vec<(Rewrite, usize)> = Vec::new();
            for (number, owner) in all.iter().enumerate() {
                if !std::ptr::eq(owner.plan, plan) || owner.edit.level != level {
                    continue;
                }
                let Some(change) = plan.changes_of(owner.edit).into_iter().find(|one| one.path == *path)
                else {
                    continue;
                };
                if let (false, Some(before)) = (is_known, &change.before) {
                    file = Some(before.bytes.iter().map(|byte| (*byte, None)).collect());
                }
                is_known = true;
                match (&change.before, change.after) {
                    (_, None) => file = None,
                    (None, Some(after)) => {
                        file = Some(after.bytes.iter().map(|byte| (*byte, Some(number))).collect());
                    }
                    (Some(_), Some(_)) => {
                        rewrites.extend(change.rewrites.into_iter().map(|one| (one, number)));
                    }
                }
            }
            // All edits of a level were planned on the same bytes.
            rewrites.sort_by_key(|(rewrite, _)| (rewrite.span.start, rewrite.span.end));
            if let Some(bytes) = &mut file {
                for (rewrite, number) in rewrites.into_iter().rev() {
                    let (start, end) = (rewrite.span.start, rewrite.span.end);
                    if rewrite.with.is_empty() {
                        // What is left of the line is its own, too.
                        let begins = |at: usize| at == 0 || bytes[at - 1].0 == b'\n';
                        if !(begins(start) && begins(end)) {
                            let at = if end < bytes.len() { end } else { start.saturating_sub(1) };
                            bytes[at].1 = Some(number);
                        }
                    }
                    let with = rewrite.with.iter().map(|byte| (*byte, Some(number)));
                    bytes.splice(start..end, with);
                }
            }
        }
    }
    let bytes = file.filter(|_| is_known)?;
    let lines = bytes.split_inclusive(|(byte, _)| *byte == b'\n').map(|line| {
        let mut numbers: Vec<usize> = line.iter().filter_map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        (
            line.iter().map(|(byte, _)| *byte).collect(),
            numbers.into_iter().map(|number| all[number]).collect(),
        )
    });
    Some(lines.collect())
}
