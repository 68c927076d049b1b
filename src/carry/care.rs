//! How much must be unchanged around an edit.

use crate::merge::{Kind, Merge, Versions};

/// How certain a port must be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Care {
    /// As the rules that were measured to be right in nine of ten files.
    #[default]
    Usual,
    /// Only where little changed around the edits, and none was merged.
    Careful,
}

/// How many lines around an edit count.
const AROUND: usize = 15;

/// Why a merge is too uncertain for [`Care::Careful`].
pub(super) fn doubt(merge: &Merge, versions: &Versions) -> Option<String> {
    let mut kept = vec![true; versions.base.len()];
    for edit in &merge.theirs {
        kept[edit.base.clone()].fill(false);
    }
    let unchanged = kept.iter().filter(|kept| **kept).count();
    let similar = 2.0 * unchanged as f64 / (versions.base.len() + versions.theirs.len()).max(1) as f64;
    if similar < 0.5 {
        return Some(format!("only {:.0} % of the file is as it was", similar * 100.0));
    }
    for edit in &merge.edits {
        let around = edit.base.start.saturating_sub(AROUND)..(edit.base.end + AROUND).min(kept.len());
        let all = &kept[around];
        let share = all.iter().filter(|kept| **kept).count() as f64 / all.len().max(1) as f64;
        let least = match edit.kind {
            Kind::Already => continue,
            Kind::Clean => 0.75,
            Kind::Touch | Kind::TouchBefore | Kind::TouchAfter | Kind::Gap => 0.9,
            Kind::Reindent | Kind::Merged | Kind::Weak | Kind::Conflict => {
                return Some("lines that the patch changes were changed by upstream, too".to_owned());
            }
        };
        if share < least {
            let share = share * 100.0;
            return Some(format!(
                "only {share:.0} % of the lines around line {} are as they were",
                edit.base.start + 1
            ));
        }
    }
    None
}
