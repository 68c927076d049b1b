//! `pypatch check`

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{CliError, ExitStatus, Format, ReportFormat, Ui, Workspace, own_pin, suggest, written};
use crate::patchset::{Catalog, Change, Complaint, Edit, Origin, Patchset, is_path};
use crate::plan;
use crate::regular::LARGEST_DOCUMENT;
use crate::report::{CheckedPatchsets, Valid};
use crate::version::VersionRange;
use crate::yaml::{self, Node, Position, Value};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Patchsets by name, pattern, folder or patchset.yaml [default: all].
    patchsets: Vec<String>,
    /// Show operations of meaning for `text.*` changes: those that give the same bytes on each available release of `pins`.
    #[arg(long)]
    suggest: bool,
    /// Read the patchset.yaml of the named patchset from standard input, as an editor has it; what is on disk does not count.
    #[arg(long, conflicts_with = "suggest")]
    stdin: bool,
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
    let mut names: Vec<String> = args.patchsets.iter().map(name).collect();
    let with_text;
    let workspace = if args.stdin {
        (names, with_text) = with_standard_input(workspace, &names)?;
        &with_text
    } else {
        names = workspace.matching(&names)?;
        workspace
    };
    for id in names {
        let checked = workspace.patchset(&id).and_then(|patchset| {
            let files = Files::new(workspace, &id);
            check_pins(workspace, &files, &patchset)?;
            check_lints(&files, &patchset)?;
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
                    _ => report.add_invalid(&id, &file(), &error.problem.mistakes, &error.problem),
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

/// The path of the one patchset that is named, and the folders with the text of standard input as its patchset.yaml.
fn with_standard_input(
    workspace: &Workspace,
    names: &[String],
) -> Result<(Vec<String>, Workspace), CliError> {
    let help = "for example `pypatch check --stdin patchsets/mine/patchset.yaml`";
    let [name] = names else {
        return Err(
            CliError::usage("--stdin needs one patchset: that whose patchset.yaml the text is").help(help)
        );
    };
    let path = Path::new(name);
    let folder = match workspace.catalog.find(name) {
        Some(Origin::Folder { path, .. }) => path,
        Some(Origin::Shipped { id }) => {
            return Err(
                CliError::usage(format!("`{id}` is shipped with pypatch, and no file of yours")).help(help)
            );
        }
        // It was not saved yet.
        None if path.file_name().is_some_and(|file| file == "patchset.yaml") => {
            path.parent().map(Path::to_owned).unwrap_or_default()
        }
        None => return Err(CliError::usage(format!("no patchset or patchset.yaml `{name}`")).help(help)),
    };
    let mut text = Vec::new();
    let read = std::io::stdin().take(LARGEST_DOCUMENT + 1).read_to_end(&mut text);
    let length = read.map_err(|error| CliError::io("cannot read standard input", &error))?;
    if length as u64 > LARGEST_DOCUMENT {
        return Err(CliError::usage(format!("standard input has more than {} MiB", LARGEST_DOCUMENT >> 20)));
    }
    let catalog = workspace.catalog.clone().with_unsaved(&folder, text);
    let name = folder.join("patchset.yaml").display().to_string();
    let mut workspace = workspace.clone();
    workspace.catalog = catalog;
    Ok((vec![name], workspace))
}

/// The files of a patchset and of those that it extends, for the places of mistakes.
struct Files {
    catalog: Catalog,
    /// The patchset as the user names it.
    name: String,
}

impl Files {
    fn new(workspace: &Workspace, name: &str) -> Files {
        let catalog = match workspace.catalog.find(name) {
            Some(Origin::Folder { path, .. }) if is_path(name) => {
                workspace.catalog.with_first(path.join(".."))
            }
            _ => workspace.catalog.with_first(PathBuf::new()),
        };
        Files { catalog, name: name.to_owned() }
    }

    /// The name and the contents of the patchset.yaml of a patchset.
    fn read(&self, patchset: &Patchset, id: &str) -> (String, Vec<u8>) {
        let name = if id == patchset.id { self.name.as_str() } else { id };
        let origin = self.catalog.find(name);
        let file = origin.as_ref().map(|origin| origin.display("patchset.yaml"));
        let bytes = origin.and_then(|origin| origin.read("patchset.yaml").ok());
        (file.unwrap_or_else(|| format!("{id}/patchset.yaml")), bytes.unwrap_or_default())
    }

    fn of_edit(&self, patchset: &Patchset, edit: &Edit, what: String) -> Complaint {
        let (file, bytes) = self.read(patchset, &edit.patchset);
        let at = Position { line: edit.line, column: edit.column };
        Complaint::new(&file, &bytes, at, what)
    }

    fn of_pin(&self, patchset: &Patchset, name: &str, what: String) -> Complaint {
        let (file, bytes) = self.read(patchset, &patchset.id);
        let document = yaml::parse(&bytes).ok();
        let pins = match document.as_ref().and_then(|document| document.get("pins")) {
            Some(Node { value: Value::List(pins), .. }) => pins.as_slice(),
            _ => &[],
        };
        let at = pins.iter().find(|pin| pin.text() == Some(name)).map_or(Position::UNKNOWN, |pin| pin.at);
        Complaint::new(&file, &bytes, at, what)
    }
}

/// Whether the pins that a patchset names exist and are in its range.
fn check_pins(workspace: &Workspace, files: &Files, patchset: &Patchset) -> Result<(), CliError> {
    let mut wrong = Vec::new();
    for name in &patchset.pins {
        match (workspace.pins.find(name)?, &patchset.applies_to) {
            (None, _) => {
                let mut mistake = files.of_pin(
                    patchset,
                    name,
                    format!("`pins` names `{name}`, which is not a pinned release"),
                );
                if let Some(near) = workspace.pins.nearest(name)?.first() {
                    mistake.label = format!("did you mean `{near}`?");
                }
                wrong.push(mistake);
            }
            (Some(pin), Some(range)) if !range.contains(&pin.version) => {
                let what = format!("`pins` names `{name}`, which is not in `applies-to: {range}`");
                wrong.push(files.of_pin(patchset, name, what));
            }
            (Some(_), _) => {}
        }
    }
    wrong.extend(without_value(workspace, files, patchset)?);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(CliError::usage(format!("invalid patchset `{}`", patchset.id)).mistakes(wrong))
}

/// Changes with values by version that have none for a pin of the patchset.
fn without_value(
    workspace: &Workspace,
    files: &Files,
    patchset: &Patchset,
) -> Result<Vec<Complaint>, CliError> {
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
                let ranges = change.ranges().join("; ");
                let id = &edit.id;
                let what = format!("edit `{id}` has values for {ranges}, and none for {name}, one of `pins`");
                wrong.push(files.of_edit(patchset, edit, what));
            }
        }
    }
    Ok(wrong)
}

/// The lints that a patchset raises on every tree.
fn check_lints(files: &Files, patchset: &Patchset) -> Result<(), CliError> {
    let hits = plan::check_without_tree(patchset);
    let Some((_, lint, _)) = hits.first() else { return Ok(()) };
    let help = format!("if this is intended, add `allow: {{{lint}: REASON}}` to the edit");
    let mistakes = hits.iter().map(|(edit, lint, what)| {
        files.of_edit(patchset, edit, format!("edit `{}`: {what} ({lint})", edit.id))
    });
    Err(CliError::usage(format!("invalid patchset `{}`", patchset.id))
        .mistakes(mistakes.collect())
        .help(help))
}
