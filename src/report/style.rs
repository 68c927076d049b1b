//! The colours of reports.

use anstyle::{AnsiColor, Style};

use crate::port::Verdict;

pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const HELP: Style = AnsiColor::Cyan.on_default();
pub(super) const OLD: Style = AnsiColor::Red.on_default();
pub(super) const NEW: Style = AnsiColor::Green.on_default();
pub(super) const LOCATION: Style = AnsiColor::Cyan.on_default();
pub(super) const TITLE: Style = Style::new().bold();
pub(super) const SECTION: Style = AnsiColor::Cyan.on_default().bold();

pub(super) fn verdict(verdict: Verdict) -> Style {
    let color = match verdict {
        Verdict::Applies => AnsiColor::Green,
        Verdict::Already | Verdict::Skipped | Verdict::Obsolete => AnsiColor::BrightBlack,
        Verdict::Moved => AnsiColor::Cyan,
        Verdict::Changed => AnsiColor::Yellow,
        Verdict::Refused | Verdict::Lost => AnsiColor::Red,
    };
    color.on_default()
}
