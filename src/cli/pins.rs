//! `pypatch pins`

use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::fetch::locate;
use crate::report::PinList;
use crate::tree::pin::{Pin, PinError, PinSet};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// List only these: a pin (python-2.5), a series (2.7) or a pattern (3.1?.*).
    pattern: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let pins = select(args.pattern.as_deref(), &workspace.pins)?;
    let locate = |pin: Pin| (locate(&pin, &workspace.places).located, pin);
    ui.show(&PinList(pins.into_iter().map(locate).collect()), args.format)?;
    Ok(ExitStatus::Done)
}

/// The pins that a pattern selects by name, by version, or by series.
fn select(pattern: Option<&str>, pins: &PinSet) -> Result<Vec<Pin>, CliError> {
    let mut found = pins.all()?;
    let Some(pattern) = pattern else { return Ok(found) };
    let glob = super::workspace::glob(pattern)?;
    found.retain(|pin| {
        let version = pin.version.to_string();
        [pin.name.as_str(), &version, &pin.version.minor()].iter().any(|text| glob.matches(text))
    });
    if found.is_empty() {
        let nearest = pins.nearest(pattern)?;
        return Err(PinError::Unknown { name: pattern.to_owned(), nearest }.into());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_a_series_and_a_pattern_select_pins() {
        let names = |pattern| -> Vec<String> {
            select(pattern, &PinSet::shipped()).unwrap().into_iter().map(|pin| pin.name).collect()
        };
        assert_eq!(names(Some("python-2.5")), ["python-2.5"]);
        assert_eq!(names(Some("3.0")), ["python-3.0", "python-3.0.1"]);
        assert_eq!(names(Some("2.5.[56]")), ["python-2.5.5", "python-2.5.6"]);
        assert_eq!(names(None).len(), PinSet::shipped().all().unwrap().len());
    }

    #[test]
    fn a_pattern_without_matches_suggests_similar_pins() {
        let problem = |pattern| select(Some(pattern), &PinSet::shipped()).unwrap_err().problem;
        assert_eq!(
            problem("2.7.19").details,
            ["near: python-2.7.18", "near: python-2.7.17", "near: python-2.7.16"]
        );
        assert!(problem("[").title.starts_with("invalid pattern `[`"));
    }
}
