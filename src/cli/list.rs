//! `pypatch list`

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Format, Workspace};

/// List the patchsets that can be used here.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only those whose name fits this pattern, such as `catamount-*`.
    pattern: Option<String>,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let ids = matching(workspace, args.pattern.as_deref())?;
    let mut rows = Vec::new();
    let mut broken = None;
    for id in ids {
        match workspace.patchset(&id) {
            Ok(patchset) => rows.push(patchset),
            Err(error) => {
                ui.error(&error);
                broken = Some(ExitStatus::Usage);
            }
        }
    }
    match args.format {
        Format::Json => {
            let rows: Vec<_> = rows
                .iter()
                .map(|p| {
                    serde_json::json!({
                        "id": p.id, "title": p.title, "edits": p.edits.len(), "extends": p.extends,
                        "applies_to": p.applies_to.as_ref().map(ToString::to_string), "pins": p.pins,
                    })
                })
                .collect();
            let report = serde_json::json!({"schema": 1, "patchsets": rows});
            ui.raw(&super::plan::json_bytes(&report))?;
        }
        Format::Text => {
            let width = rows.iter().map(|p| p.id.len()).max().unwrap_or(0);
            for p in &rows {
                ui.out(&format!("{:width$}  {}\n", p.id, p.title))?;
            }
        }
    }
    Ok(broken.unwrap_or(ExitStatus::Done))
}

/// The names of the patchsets that fit a pattern of file names; all without one.
pub(super) fn matching(workspace: &Workspace, pattern: Option<&str>) -> Result<Vec<String>, CliError> {
    let ids = workspace.catalog.ids()?;
    let Some(pattern) = pattern else { return Ok(ids) };
    if pattern.contains('/') {
        return Ok(vec![pattern.to_owned()]);
    }
    let glob = glob::Pattern::new(pattern)
        .map_err(|error| CliError::new(ExitStatus::Usage, format!("`{pattern}` is no pattern: {error}")))?;
    let found: Vec<String> = ids.into_iter().filter(|id| glob.matches(id)).collect();
    if found.is_empty() {
        // Lets the catalog name the nearest ones.
        workspace.patchset(pattern)?;
    }
    Ok(found)
}
