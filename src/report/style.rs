//! The colours of reports.

use anstyle::{AnsiColor, Style};

use super::escape::Mark;
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

pub(super) fn verdict(verdict: Verdict) -> Mark {
    let color = match verdict {
        Verdict::Applies => AnsiColor::Green,
        Verdict::Already | Verdict::Skipped | Verdict::Obsolete => AnsiColor::BrightBlack,
        Verdict::Moved => AnsiColor::Cyan,
        Verdict::Changed => AnsiColor::Yellow,
        Verdict::Refused | Verdict::Lost => AnsiColor::Red,
    };
    Mark::new(color.on_default())
}
