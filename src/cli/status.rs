//! `pypatch status`

use std::path::PathBuf;

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Format};
use crate::apply::{self, FileState, LayerStatus};
use crate::report::text::counted;

/// Show which patchsets are applied to a tree, and whether it is still as pypatch left it.
///
/// Exits with status 1 when a file is not.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tree.
    #[arg(default_value = ".")]
    tree: PathBuf,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    super::workspace::recover(ui, &args.tree)?;
    let status = apply::status(&args.tree)?;
    let drift = status.as_ref().is_some_and(|status| !status.drifted().is_empty());
    match args.format {
        Format::Json => {
            let layers = status.as_ref().map_or(&[][..], |status| &status.layers);
            let value = serde_json::json!({ "schema": 1, "layers": layers, "drift": drift });
            ui.raw(&super::plan::json_bytes(&value))?;
        }
        Format::Text => match &status {
            None => ui.out(&format!("{}: no patchset is applied\n", args.tree.display()))?,
            Some(status) => {
                for LayerStatus { layer, files } in &status.layers {
                    let pin = layer.pin.as_deref().map_or(String::new(), |pin| format!(" (pin {pin})"));
                    let edits = counted(layer.edits.len(), "edit");
                    let files = counted(files.len(), "file");
                    ui.out(&format!("{}{pin}: {edits}, {files}\n", layer.patchset))?;
                }
                for file in status.drifted() {
                    ui.out(&format!("  {}: {}\n", file.path, state_name(file.state)))?;
                }
                if !drift {
                    ui.out("all files are as pypatch left them\n")?;
                }
            }
        },
    }
    Ok(if drift { ExitStatus::Difference } else { ExitStatus::Done })
}

/// A state in words.
pub(super) fn state_name(state: FileState) -> &'static str {
    match state {
        FileState::AsApplied => "as pypatch left it",
        FileState::Drifted => "was edited since",
        FileState::ModeChanged => "its mode was changed since",
        FileState::Missing => "is gone",
    }
}
