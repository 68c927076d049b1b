//! `pypatch check`

use std::path::Path;

use super::{CliError, ExitStatus, Format, ReportFormat, Ui, Workspace, own_pin, suggest, written};
use crate::patchset::{Change, Complaint, Edit, Lint, LoadError, Patchset};
use crate::plan;
use crate::report::{CheckedPatchsets, Valid};
use crate::version::VersionRange;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Patchsets by name, pattern, folder or patchset.yaml [default: all].
    patchsets: Vec<String>,
    /// Show operations of meaning for `text.*` changes: those that give the same bytes on each available release of `pins`.
    #[arg(long)]
    suggest: bool,
    /// The output format.
    #[arg(long, default_value = "text", conflicts_with = "suggest")]
    format: ReportFormat,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut status = ExitStatus::Done;
    // A YAML file in this folder is a file, with or without `./`.
    let is_file = |name: &String| !name.contains('/') && name.ends_with(".yaml") && Path::new(name).is_file();
    let name = |name: &String| if is_file(name) { format!("./{name}") } else { name.clone() };
    let mut report = CheckedPatchsets::default();
    for id in workspace.matching(&args.patchsets.iter().map(name).collect::<Vec<_>>())? {
        let mut mistakes = Vec::new();
        let checked = workspace.catalog.load(&id).map_err(|error| {
            if let LoadError::Invalid { complaints, .. } = &error {
                mistakes.clone_from(complaints);
            }
            CliError::from(error)
        });
        let checked = checked.and_then(|patchset| {
            check_pins(workspace, &patchset)?;
            check_lints(&patchset).inspect_err(|_| mistakes = lints(workspace, &id, &patchset))?;
            Ok(patchset)
        });
        let file = || written::file(&workspace.catalog, &id);
        match checked {
            Ok(patchset) => {
                match args.format {
                    ReportFormat::Text => ui.show(&Valid(&patchset), Format::Text)?,
                    _ => report.add_valid(&patchset, file()),
                }
                own_pin::check(ui, workspace, &patchset)?;
                if args.suggest {
                    suggest::show(ui, workspace, &patchset)?;
                }
            }
            Err(error) if error.status == ExitStatus::Usage => {
                match args.format {
                    ReportFormat::Text => ui.error(&error),
                    _ => report.add_invalid(&id, &file(), &mistakes, &error.problem),
                }
                status = ExitStatus::Usage;
            }
            Err(error) => return Err(error),
        }
    }
    if args.format != ReportFormat::Text {
        ui.show(&report, args.format)?;
    }
    Ok(status)
}

/// Whether the pins that a patchset names exist and are in its range.
fn check_pins(workspace: &Workspace, patchset: &Patchset) -> Result<(), CliError> {
    let mut wrong = Vec::new();
    for name in &patchset.pins {
        match (workspace.pins.find(name)?, &patchset.applies_to) {
            (None, _) => wrong.push(format!("`pins` names `{name}`, which is not a pinned release")),
            (Some(pin), Some(range)) if !range.contains(&pin.version) => {
                wrong.push(format!("`pins` names `{name}`, which is not in `applies-to: {range}`"));
            }
            (Some(_), _) => {}
        }
    }
    wrong.extend(without_value(workspace, patchset)?);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(CliError::usage(format!("invalid patchset `{}`", patchset.id)).details(wrong))
}

/// Changes with values by version that have none for a pin of the patchset.
fn without_value(workspace: &Workspace, patchset: &Patchset) -> Result<Vec<String>, CliError> {
    let mut wrong = Vec::new();
    for name in &patchset.pins {
        let Some(pin) = workspace.pins.find(name)? else { continue };
        let version = Some(&pin.version);
        let is_for =
            |when: &Option<VersionRange>| when.as_ref().is_none_or(|when| when.contains(&pin.version));
        for edit in patchset.edits.iter().filter(|edit| is_for(&edit.when)) {
            let has_none = |change: &&Change| {
                is_for(&change.when) && !change.forms.is_empty() && change.forms_for(version).next().is_none()
            };
            for change in edit.changes.iter().filter(has_none) {
                wrong.push(format!(
                    "{}: edit `{}` has values for {}, and none for {name}, one of `pins`",
                    edit.written_at(),
                    edit.id,
                    change.ranges().join("; ")
                ));
            }
        }
    }
    Ok(wrong)
}

/// The lints that a patchset raises on every tree, where they are raised.
fn lints(workspace: &Workspace, name: &str, patchset: &Patchset) -> Vec<Complaint> {
    let file = |edit: &Edit| match edit.patchset == patchset.id {
        true => written::file(&workspace.catalog, name),
        false => written::file(&workspace.catalog, &edit.patchset),
    };
    let complaint = |(edit, lint, what): (&Edit, Lint, String)| Complaint {
        file: file(edit),
        line: edit.line,
        column: edit.column,
        what: format!("edit `{}`: {what} ({lint})", edit.id),
    };
    plan::check_without_tree(patchset).into_iter().map(complaint).collect()
}

/// The lints that a patchset raises on every tree.
fn check_lints(patchset: &Patchset) -> Result<(), CliError> {
    let hits = plan::check_without_tree(patchset);
    let Some((_, lint, _)) = hits.first() else { return Ok(()) };
    let help = format!("if this is intended, add `allow: {{{lint}: REASON}}` to the edit");
    let details = hits
        .iter()
        .map(|(edit, lint, what)| format!("{}: edit `{}`: {what} ({lint})", edit.written_at(), edit.id));
    Err(CliError::usage(format!("invalid patchset `{}`", patchset.id)).details(details).help(help))
}
