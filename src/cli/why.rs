//! `pypatch why`

use super::history::repository;
use super::names::{swapped_edit, unknown_edit};
use super::{CliError, ExitStatus, Format, Source, Ui, Workspace};
use crate::patchset::{Edit, Patchset};
use crate::report::WhyReport;
use crate::text::nearest_names;
use crate::tree::{CommitId, History, Tree, tree_version};
use crate::why::{self, PartKey, Waypoint};

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The edit: PATCHSET EDIT, PATCHSET/EDIT, or EDIT alone when one patchset has it.
    #[arg(value_name = "EDIT", num_args = 1..=2, required = true)]
    edit: Vec<String>,
    /// The source in which the edit fits: a directory, a tarball, a pin, or git:REPO@REV.
    #[arg(long, value_name = "SOURCE")]
    from: String,
    /// The source in which it does not.
    #[arg(long, value_name = "SOURCE")]
    to: String,
    /// Show only this part of the edit: a module, or the number of a change.
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (patchset, edit) = named(workspace, &args.edit)?;
    let keys = selected(&edit, args.part.as_deref())?;
    let workspace = &workspace.of(std::slice::from_ref(&patchset));
    let args = &Args {
        from: workspace.resolved(ui, &args.from)?,
        to: workspace.resolved(ui, &args.to)?,
        ..args.clone()
    };
    let (from, to) = (workspace.open(ui, &args.from)?, workspace.open(ui, &args.to)?);
    let history = repository(workspace, &from, &to)?;
    let path = release_path(workspace, [from, to], args, history.as_ref())?;
    let history = history.map(|(history, _)| history);
    let trace = why::trace(&edit, &keys, &path, history.as_ref())?;
    let repository = history.map(|history| history.path().display().to_string());
    let report = WhyReport { edit: &edit.id, patchset: &patchset.id, repository, trace: &trace };
    ui.show(&report, args.format)?;
    Ok(ExitStatus::Done)
}

/// The edit that the user named, and a patchset that has it.
fn named(workspace: &Workspace, words: &[String]) -> Result<(Patchset, Edit), CliError> {
    match words {
        [patchset, edit] => of_patchset(workspace, patchset, edit),
        [word] => match word.rsplit_once('/') {
            Some((patchset, edit)) => of_patchset(workspace, patchset, edit),
            None => anywhere(workspace, word),
        },
        _ => Err(CliError::usage("name the edit as PATCHSET EDIT, or PATCHSET/EDIT")),
    }
}

fn of_patchset(workspace: &Workspace, patchset: &str, id: &str) -> Result<(Patchset, Edit), CliError> {
    if let Some(error) = swapped_edit(workspace, patchset, id) {
        return Err(error);
    }
    let patchset = workspace.patchset(patchset)?;
    if let Some(edit) = patchset.edits.iter().find(|edit| edit.id == id).cloned() {
        return Ok((patchset, edit));
    }
    Err(unknown_edit(&[patchset], id))
}

/// The edit with this id, if all patchsets that have it take it from the same place.
fn anywhere(workspace: &Workspace, id: &str) -> Result<(Patchset, Edit), CliError> {
    let (mut found, mut all): (Vec<(Patchset, Edit)>, Vec<String>) = (Vec::new(), Vec::new());
    for name in workspace.catalog.ids()? {
        // A patchset with errors must not keep the others from being found.
        let Ok(patchset) = workspace.patchset(&name) else { continue };
        for edit in &patchset.edits {
            all.push(edit.id.clone());
            let taken_over = |(_, known): &(Patchset, Edit)| known.written_at() == edit.written_at();
            if edit.id == id && !found.iter().any(taken_over) {
                found.push((patchset.clone(), edit.clone()));
            }
        }
    }
    if found.len() > 1 {
        let names = found.iter().map(|(patchset, _)| format!("{}/{id}", patchset.id));
        return Err(CliError::usage(format!("{} patchsets have an edit `{id}`", found.len()))
            .details(names)
            .help("use one of these"));
    }
    found.pop().ok_or_else(|| {
        let near = nearest_names(id, all.iter().map(String::as_str));
        CliError::usage(format!("no patchset has an edit `{id}`"))
            .near(&near)
            .help("run `pypatch list` for the patchsets, and `pypatch show PATCHSET` for their edits")
    })
}

/// The parts of an edit that are traced.
fn selected(edit: &Edit, part: Option<&str>) -> Result<Vec<PartKey>, CliError> {
    let keys = why::part_keys(edit);
    let Some(part) = part else { return Ok(keys) };
    let named: Vec<PartKey> = keys.iter().filter(|key| key.name.as_deref() == Some(part)).cloned().collect();
    if !named.is_empty() {
        return Ok(named);
    }
    let error = CliError::usage(format!("the edit `{}` has no part `{part}`", edit.id));
    if keys.len() == 1 {
        return Err(error.help("the edit has only one part: omit --part"));
    }
    let parts = keys.iter().map(|key| {
        let (name, change) = (key.name.as_deref().unwrap_or(""), &edit.changes[key.change]);
        format!("{name}: {} in {}", change.operation.name(), change.file[0])
    });
    Err(error.details(parts).help("use one of these"))
}

/// The trees from one end to the other, as far as they are available locally.
fn release_path(
    workspace: &Workspace,
    [from, to]: [Source; 2],
    args: &Args,
    history: Option<&(History, [CommitId; 2])>,
) -> Result<Vec<Waypoint>, CliError> {
    let pins = workspace.pins.own()?;
    let between = match (tree_version(from.tree.as_ref())?, tree_version(to.tree.as_ref())?) {
        (Some(old), Some(new)) if old.software() != new.software() => Vec::new(),
        (Some(old), Some(new)) if old > new => {
            return Err(CliError::usage(format!(
                "--from is {}, which is newer than {}",
                old.named(),
                new.named()
            ))
            .help(format!("swap them: --from {} --to {}", args.to, args.from)));
        }
        (Some(old), Some(new)) => why::release_path(&pins, &old, &new),
        _ => Vec::new(),
    };
    let commits = history.map(|(_, commits)| *commits);
    let (mut path, mut not_available) = (Vec::new(), Vec::new());
    let mut add = |name: &str, tree: Option<Box<dyn Tree>>, commit| match tree {
        Some(tree) => {
            let not_available = std::mem::take(&mut not_available);
            path.push(Waypoint { name: name.to_owned(), tree, commit, not_available });
        }
        None => not_available.push(name.to_owned()),
    };
    add(&args.from, Some(from.tree), commits.map(|[from, _]| from));
    for pin in between {
        let commit = history.and_then(|(history, _)| history.release(pin.tag.as_deref(), &pin.tree));
        let tree: Option<Box<dyn Tree>> = match (history, commit) {
            (Some((history, _)), Some(commit)) => Some(Box::new(history.tree(commit)?)),
            _ => workspace.open_local(pin)?,
        };
        add(&pin.name, tree, commit);
    }
    add(&args.to, Some(to.tree), commits.map(|[_, to]| to));
    Ok(path)
}
