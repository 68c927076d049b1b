//! `pypatch explain`

use clap::ValueEnum;

use super::{CliError, ExitStatus, Ui};
use crate::patchset::Reference;
use crate::report::{self, Explained, Overview, Report, Scopes};
use crate::text::nearest_names;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An operation (`makefile.set-variable`), a format (`makefile`), or `within`.
    #[arg(value_name = "OPERATION")]
    topic: Option<String>,
    /// Explain all operations.
    #[arg(long, conflicts_with = "topic")]
    all: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: ExplainFormat,
}

/// The output format of `explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// For people.
    Text,
    /// For programs; the shape is documented in ARCHITECTURE.md and stable.
    Json,
    /// A page of a repository, such as docs/operations.md.
    Markdown,
}

impl From<ExplainFormat> for report::Format {
    fn from(format: ExplainFormat) -> report::Format {
        match format {
            ExplainFormat::Text => report::Format::Text,
            ExplainFormat::Json => report::Format::Json,
            ExplainFormat::Markdown => report::Format::Markdown,
        }
    }
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let reference = Reference::new();
    let family =
        |name: &str| reference.operations.iter().map(|one| one.family).find(|one| one.name() == name);
    let report: Box<dyn Report + '_> = match args.topic.as_deref() {
        None if args.all => {
            Box::new(Explained { operations: reference.operations.iter().collect(), all: Some(&reference) })
        }
        None => Box::new(Overview { reference: &reference, family: None }),
        Some("within") => Box::new(Scopes(&reference.scopes)),
        Some(name) => match reference.operations.iter().find(|one| one.name == name) {
            Some(one) => Box::new(Explained { operations: vec![one], all: None }),
            None => match family(name) {
                Some(family) => Box::new(Overview { reference: &reference, family: Some(family) }),
                None => return Err(unknown(&reference, name)),
            },
        },
    };
    ui.show(report.as_ref(), args.format)?;
    Ok(ExitStatus::Done)
}

/// The error for a name that nothing has, with the nearest ones.
fn unknown(reference: &Reference, name: &str) -> CliError {
    let mut names: Vec<&str> =
        reference.operations.iter().flat_map(|one| [one.name, one.family.name()]).chain(["within"]).collect();
    names.sort_unstable();
    names.dedup();
    let near = nearest_names(name, names);
    CliError::usage(format!("no operation is called `{name}`"))
        .details(near.into_iter().map(|name| format!("near: {name}")))
        .help("run `pypatch explain` for a list")
}
