//! How much must be unchanged around an edit.

use std::collections::BTreeSet;

use super::names::identifiers;
use crate::merge::{Kind, Merge, Placed, Versions};

/// How certain a port must be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Care {
    /// As the rules that were measured to be right in nine of ten files.
    #[default]
    Usual,
    /// The same, and all ways to compare the versions place it alike: for an edit that does not go where it says.
    Placed,
    /// Only where little changed around the edits: the less, the more new names they bring.
    Careful,
}

/// How many lines around an edit count.
const AROUND: usize = 15;
/// A patch that brings no more new names to the file than this leans little on what is around it.
const FEW: usize = 2;
/// One that brings so many is new code, which leans on all of it.
const MANY: usize = 5;
/// The share of unchanged lines around an edit where nothing happened that matters to it.
const UNTOUCHED: f64 = 0.95;
/// How many lines around an edit belong to the code that it is for.
const FAR: usize = 100;

/// Why a merge is too uncertain for [`Care::Careful`].
pub(super) fn doubt(merge: &Merge, versions: &Versions) -> Option<String> {
    let kept = kept(merge, versions);
    let unchanged = kept.iter().filter(|kept| **kept).count();
    let similar = 2.0 * unchanged as f64 / (versions.base.len() + versions.theirs.len()).max(1) as f64;
    if similar < 0.5 {
        return Some(format!("only {:.0} % of the file is as it was", similar * 100.0));
    }
    let (base, theirs) = (Versions::text(&versions.base), Versions::text(&versions.theirs));
    let (old, new) = (identifiers(&base), identifiers(&theirs));
    let brought = brought(merge, versions, &old);
    let by_both = brought.iter().find(|name| name.len() >= 4 && new.contains(name.as_slice()));
    for edit in merge.edits.iter().filter(|edit| edit.kind != Kind::Already) {
        let share = share(&kept, edit, AROUND);
        let Some(least) = least(edit.kind, brought.len()) else {
            return Some("lines that the patch changes were changed by upstream, too".to_owned());
        };
        let line = edit.base.start + 1;
        if share < least {
            return Some(format!(
                "only {:.0} % of the lines around line {line} are as they were",
                share * 100.0
            ));
        }
        if let Some(name) = by_both
            && share < UNTOUCHED
        {
            let name = String::from_utf8_lossy(name);
            return Some(format!(
                "the new version brings `{name}`, too, and changed lines around line {line}"
            ));
        }
    }
    None
}

/// The least share of unchanged lines around an edit.
pub(super) fn around(merge: &Merge, versions: &Versions) -> f64 {
    let kept = kept(merge, versions);
    merge.edits.iter().map(|edit| share(&kept, edit, AROUND)).fold(1.0, f64::min)
}

/// Whether the patch brings new code to a file whose code around it changed: then it matters whether the other files of the patch fit.
pub(super) fn leans(merge: &Merge, versions: &Versions) -> bool {
    let base = Versions::text(&versions.base);
    let kept = kept(merge, versions);
    let is_far_changed = || merge.edits.iter().any(|edit| share(&kept, edit, FAR) < UNTOUCHED);
    brought(merge, versions, &identifiers(&base)).len() > FEW && is_far_changed()
}

/// For each line of the old version whether the new one has it.
fn kept(merge: &Merge, versions: &Versions) -> Vec<bool> {
    let mut kept = vec![true; versions.base.len()];
    for edit in &merge.theirs {
        kept[edit.base.clone()].fill(false);
    }
    kept
}

/// The share of the lines up to `lines` from an edit that are unchanged.
fn share(kept: &[bool], edit: &Placed, lines: usize) -> f64 {
    let around = edit.base.start.saturating_sub(lines)..(edit.base.end + lines).min(kept.len());
    let all = &kept[around];
    all.iter().filter(|kept| **kept).count() as f64 / all.len().max(1) as f64
}

/// What a patch of `others` other files, `open` of which somebody has to decide, says about a file that [`leans`].
pub(super) fn company(open: usize, others: usize) -> Option<String> {
    (open > 0 && open * 5 >= others).then(|| {
        format!("{open} of the other files of the patch cannot be carried, and the code around it changed")
    })
}

/// The share of the lines around an edit that must be unchanged if the patch brings so many names; `None` if nothing suffices.
fn least(kind: Kind, brought: usize) -> Option<f64> {
    match kind {
        Kind::Weak | Kind::Conflict => None,
        _ if brought <= FEW => Some(0.75),
        Kind::Clean if brought < MANY => Some(0.75),
        _ => Some(0.9),
    }
}

/// The names of added lines that the old file, which has the names `old`, does not have.
fn brought(merge: &Merge, versions: &Versions, old: &BTreeSet<&[u8]>) -> BTreeSet<Vec<u8>> {
    let lines = merge.edits.iter().flat_map(|edit| &versions.ours[edit.ours.clone()]);
    let names = lines.flat_map(|line| identifiers(&line.text));
    names.filter(|name| !old.contains(name)).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::{company, doubt, leans, least};
    use crate::merge::{Algorithm, Kind, Merge, Versions};

    /// The versions of a patch that adds `line` below the 20th of 40 lines, of which `changed` are others in the new version.
    fn versions(line: &str, changed: &[usize]) -> Versions {
        let file = |of: &dyn Fn(usize) -> String| -> String { (1..=40).map(of).collect() };
        let base = file(&|at| format!("line {at}\n"));
        let ours = file(&|at| if at == 20 { format!("line 20\n{line}\n") } else { format!("line {at}\n") });
        let theirs = file(&|at| match changed.contains(&at) {
            true => format!("fetch {at}\n"),
            false => format!("line {at}\n"),
        });
        Versions::new(base.as_bytes(), ours.as_bytes(), &theirs.into_bytes().into())
    }

    fn about(line: &str, changed: &[usize]) -> Option<String> {
        let versions = versions(line, changed);
        doubt(&Merge::new(&versions, Algorithm::Histogram), &versions)
    }

    #[test]
    fn new_code_needs_more_that_is_as_it_was() {
        let changed = [8, 10, 12, 14, 16];
        assert_eq!(about("line = one(two)", &changed), None);
        let much = "line = one(two, three, four, five)";
        assert_eq!(
            about(much, &changed).as_deref(),
            Some("only 83 % of the lines around line 21 are as they were")
        );
        assert_eq!(about(much, &changed[..3]), None);
    }

    #[test]
    fn a_name_that_both_sides_bring() {
        let said = "the new version brings `fetch`, too, and changed lines around line 21";
        assert_eq!(about("line = fetch()", &[10, 12]).as_deref(), Some(said));
        assert_eq!(about("line = other()", &[10, 12]), None);
        // Too few of the lines near it changed.
        assert_eq!(about("line = fetch()", &[12]), None);
    }

    #[test]
    fn new_code_leans_on_code_that_changed() {
        let leans = |line: &str, changed: &[usize]| {
            let versions = versions(line, changed);
            leans(&Merge::new(&versions, Algorithm::Histogram), &versions)
        };
        assert!(leans("line = one(two, three)", &[1, 3, 40]));
        // It brings few names; or little changed.
        assert!(!leans("line = one(two)", &[1, 3, 40]));
        assert!(!leans("line = one(two, three)", &[1]));
        assert_eq!([company(0, 3), company(1, 6)], [None, None]);
        let said = "1 of the other files of the patch cannot be carried, and the code around it changed";
        assert_eq!(company(1, 5).as_deref(), Some(said));
    }

    #[test]
    fn the_share_depends_on_how_an_edit_is_placed() {
        assert_eq!([least(Kind::Merged, 2), least(Kind::Merged, 3)], [Some(0.75), Some(0.9)]);
        assert_eq!([least(Kind::Touch, 2), least(Kind::Touch, 3)], [Some(0.75), Some(0.9)]);
        assert_eq!([least(Kind::Clean, 4), least(Kind::Clean, 5)], [Some(0.75), Some(0.9)]);
        assert_eq!(least(Kind::Weak, 0), None);
    }
}
