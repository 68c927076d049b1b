//! The colours of reports.

use anstyle::{AnsiColor, Style};

use super::escape::{Fit, Mark};
use crate::edit::OutcomeKind;
use crate::port::Verdict;

/// No style.
pub(super) const PLAIN: Mark = Mark::new(Style::new());
pub(super) const ERROR: Mark = Mark::new(AnsiColor::Red.on_default().bold());
pub(super) const HELP: Mark = Mark::new(AnsiColor::Cyan.on_default());
pub(super) const OLD: Mark = Mark::new(AnsiColor::Red.on_default());
pub(super) const NEW: Mark = Mark::new(AnsiColor::Green.on_default());
pub(super) const LOCATION: Mark = Mark::new(AnsiColor::Cyan.on_default());
pub(super) const TITLE: Mark = Mark::new(Style::new().bold());
pub(super) const SECTION: Mark = Mark::new(AnsiColor::Cyan.on_default().bold());

/// What does not need attention.
pub(super) const DIM: Mark = Mark::new(AnsiColor::BrightBlack.on_default());
/// What a person has to look at or to decide.
pub(super) const ATTENTION: Mark = Mark::new(AnsiColor::Yellow.on_default());
/// If a line is broken, the lines that follow begin below this.
pub(super) const HANG: Fit = Fit::Hang;
/// The same for sentences.
pub(super) const PROSE: Fit = Fit::Prose;
/// What follows may be cut at the edge.
pub(super) const CUT: Fit = Fit::Cut;

/// The style of the result of an edit on a tree.
pub(super) fn outcome(outcome: OutcomeKind) -> Mark {
    match outcome {
        OutcomeKind::Change => NEW,
        OutcomeKind::Already | OutcomeKind::Skipped => DIM,
        OutcomeKind::Missing | OutcomeKind::Ambiguous | OutcomeKind::Refused => OLD,
    }
}

pub(super) fn verdict(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Applies => NEW,
        Verdict::Already | Verdict::Skipped | Verdict::Obsolete => DIM,
        Verdict::Moved => LOCATION,
        Verdict::Changed => ATTENTION,
        Verdict::Refused | Verdict::Lost => OLD,
    }
}
