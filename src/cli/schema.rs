//! `pypatch schema`

use clap::ValueEnum;

use super::{CliError, ExitStatus, Ui};
use crate::patchset::json_schema;
use crate::report::json_schema as of_reports;

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Document {
    /// patchset.yaml.
    Patchset,
    /// What `plan --format json` prints.
    Plan,
    /// What `check --format json` prints.
    Check,
    /// What `snapshot check --format json` prints.
    SnapshotCheck,
    /// What `matrix --format json` prints.
    Matrix,
    /// What `port --format json` prints.
    Port,
    /// What `build --format json` prints of a set.
    BuildSet,
    /// What --result writes.
    Result,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What the schema is for.
    #[arg(default_value = "patchset")]
    document: Document,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let schema = match args.document {
        Document::Patchset => json_schema(),
        Document::Plan => of_reports("plan"),
        Document::Check => of_reports("check"),
        Document::SnapshotCheck => of_reports("snapshot-check"),
        Document::Matrix => of_reports("matrix"),
        Document::Port => of_reports("port"),
        Document::BuildSet => of_reports("build_set"),
        Document::Result => of_reports("shard_result"),
    };
    ui.raw(format!("{schema:#}\n").as_bytes())?;
    Ok(ExitStatus::Done)
}
