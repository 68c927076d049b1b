//! `pypatch graph`

use super::{CliError, ExitStatus, Ui, Workspace};
use crate::report::{self, Graph, GraphForm};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, in the order in which they are applied.
    #[arg(required = true, value_name = "PATCHSET")]
    patchsets: Vec<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Form,
}

/// The output format of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A line for each edit.
    Text,
    /// For Graphviz: `pypatch graph ID --format dot | dot -Tsvg`.
    Dot,
    /// For a Markdown page, in a block of code of the language `mermaid`.
    Mermaid,
    /// For programs; the shape is documented in ARCHITECTURE.md and stable.
    Json,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let patchsets = workspace.patchsets(&args.patchsets)?;
    let (form, format) = match args.format {
        Form::Text => (GraphForm::List, report::Format::Text),
        Form::Dot => (GraphForm::Dot, report::Format::Text),
        Form::Mermaid => (GraphForm::Mermaid, report::Format::Text),
        Form::Json => (GraphForm::List, report::Format::Json),
    };
    ui.show(&Graph { patchsets: &patchsets, form }, format)?;
    Ok(ExitStatus::Done)
}
