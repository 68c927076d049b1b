//! What a carried patch says about itself: the text of the old one, and how it was carried.

use super::compare::How;
use super::step::{Step, StepFile};
use crate::syntax::patch::{PORTED, first_line, without_ported};
use crate::version::Version;

/// The two versions, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct Between {
    /// The old version.
    pub from: Option<Version>,
    /// The new one.
    pub to: Option<Version>,
}

/// The patch that a step became; `None` if nothing of it is left.
pub fn patch(step: &Step<'_>, between: &Between) -> Option<Vec<u8>> {
    let diffs: Vec<Vec<u8>> =
        step.files.iter().flat_map(|file| &file.changes).map(crate::tree::FileChange::diff).collect();
    if diffs.is_empty() {
        return None;
    }
    let bytes = &step.patch.patch.bytes;
    let mut out = without_ported(&bytes[..first_line(bytes)]);
    if !out.is_empty() && !out.ends_with(b"\n\n") {
        out.push(b'\n');
    }
    let hows: Vec<How> = step.files.iter().map(StepFile::how).collect();
    let worst = hows.iter().filter(|how| **how != How::LeftOut).max().copied().unwrap_or(How::LeftOut);
    let version = |version: &Option<Version>, which: &str| {
        version.as_ref().map(|version| format!(" {which} {}", version.named())).unwrap_or_default()
    };
    let (from, to) = (version(&between.from, "from"), version(&between.to, "to"));
    let name = concat!("pypatch ", env!("CARGO_PKG_VERSION"));
    out.extend(format!("{PORTED}{}{from}{to} by {name}\n", worst.name()).as_bytes());
    for (file, how) in step.files.iter().zip(hows) {
        let path = &file.carried.path;
        let moved = file.carried.moved_to.as_ref().map(|to| format!(" -> {to}")).unwrap_or_default();
        let why = match how {
            How::LeftOut => format!(", {}", file.carried.outcome.name()),
            _ => String::new(),
        };
        out.extend(format!("# {path}{moved}: {}{why}\n", how.name()).as_bytes());
        for line in file.change_of_change() {
            out.extend([b"#   ", &line[..], b"\n"].concat());
        }
    }
    out.push(b'\n');
    out.extend(diffs.concat());
    Some(out)
}
