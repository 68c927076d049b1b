//! `record --edit`: what is new becomes a part of an edit that is applied.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::{CliError, ExitStatus, Format, Ui, Workspace, lift, new_patchset};
use super::Args;
use crate::export;
use crate::import::{Taken, Unit};
use crate::lift::{Folded, fold, rewritten};
use crate::patchset::{Change, Edit, NewPatchset, Patchset};
use crate::plan::{Series, joined};
use crate::report::Recorded;
use crate::text::nearest_names;
use crate::tree::{FileChange, OverlayTree, Tree};

/// What the tree was before what is new.
pub(super) struct Onto<'a> {
    /// The patchsets that are applied.
    pub layers: &'a [Patchset],
    /// What they were applied to.
    pub source: &'a dyn Tree,
    /// Their plans.
    pub applied: &'a Series,
}

pub(super) fn run(
    ui: &Ui,
    workspace: &Workspace,
    args: &Args,
    id: &str,
    onto: &Onto<'_>,
    changes: &[FileChange],
    left_out: &[String],
) -> Result<ExitStatus, CliError> {
    let (layer, at) = find(args, id, onto.layers)?;
    let patchset = &onto.layers[layer];
    let help = "record a patchset on top of it, without --edit";
    let folder = workspace.own_folder(&patchset.id, &patchset.id, help)?;
    let taken = Taken {
        index: 0,
        unit: Unit { id: id.to_owned(), ..Unit::default() },
        files: changes.iter().map(|change| change.path.clone()).collect(),
        depends_on: Vec::new(),
        lints: BTreeMap::new(),
        hunks: Vec::new(),
    };
    let report = |edits: &[Taken], written: Option<String>| {
        let (patchset, tree, source) = (&patchset.id, &args.tree, &args.base);
        ui.show(&Recorded { patchset, tree, source, edits, changes, left_out, written }, args.format)
    };
    if changes.is_empty() {
        report(&[], None)?;
        return Ok(ExitStatus::Done);
    }
    let file = folder.join("patchset.yaml");
    let old = std::fs::read_to_string(&file)
        .map_err(|error| CliError::io(format!("cannot read {}", file.display()), &error))?;
    let old = NewPatchset { yaml: old, files: lift::files_of(&folder)? };
    let before =
        joined(&onto.applied.plans[..layer].iter().flat_map(|plan| &plan.changes).collect::<Vec<_>>());
    let refused = |why: &str| {
        CliError::unfit(format!("what is new cannot be folded into `{id}`"))
            .detail(why)
            .detail("nothing was written")
    };
    let on = OverlayTree::new(onto.source, &before);
    let mut misfit = None;
    let mut done = None;
    // Fewer lines around what changes, if another change touches those.
    for context in [3, 2, 1] {
        let folded = fold(patchset, at, &on, changes, context, &|name| old.files.contains_key(name))?;
        let folded = folded.map_err(|why| {
            refused(&why).help("record it as a patchset on top, with -m, or change the edit by hand")
        })?;
        let new = written(&old, patchset, at, &folded).ok_or_else(|| {
            refused("the edit is not written with one key per line")
                .help("write each of its keys on a line of its own")
        })?;
        let loaded = new_patchset::load_from_temporary(&workspace.catalog, &patchset.id, &new)?;
        require_same_edits(patchset, &loaded, &folded).map_err(|why| refused(&why))?;
        match unlike(onto, layer, &loaded, changes)? {
            None => {
                done = Some((new, loaded));
                break;
            }
            Some(why) => misfit = misfit.or(Some(why)),
        }
    }
    let Some((new, loaded)) = done else {
        return Err(refused(&misfit.unwrap_or_default()).help(
            "let the edit depend on the one that changes the same lines, or record a patchset on top, with -m",
        ));
    };
    if args.dry_run {
        report(&[taken], None)?;
        if args.format == Format::Text {
            ui.raw(&lift::diff(&old.yaml, &new.yaml))?;
        }
        return Ok(ExitStatus::Done);
    }
    save(&folder, &old, &new, &lift::unused_patches(patchset, &loaded))?;
    ui.changed();
    report(&[taken], Some(folder.display().to_string()))?;
    if args.format == Format::Text {
        ui.line(&format!("wrote {}", file.display()))?;
    }
    Ok(ExitStatus::Done)
}

/// The layer whose own edit has that id, and the number of the edit in it.
fn find(args: &Args, id: &str, layers: &[Patchset]) -> Result<(usize, usize), CliError> {
    if layers.is_empty() {
        return Err(CliError::usage(format!(
            "no patchset is applied to {}, as far as a receipt says",
            args.tree
        ))
        .help("--edit is for a tree that `pypatch apply` changed: record a new patchset with -m"));
    }
    let own = |patchset: &Patchset| {
        patchset.edits.iter().position(|edit| edit.id == id && edit.patchset == patchset.id)
    };
    let is_wanted = |patchset: &Patchset| args.id.as_ref().is_none_or(|wanted| *wanted == patchset.id);
    let found: Vec<(usize, usize)> = (0..layers.len())
        .filter(|at| is_wanted(&layers[*at]))
        .filter_map(|at| Some((at, own(&layers[at])?)))
        .collect();
    let names: Vec<&str> = layers.iter().map(|patchset| patchset.id.as_str()).collect();
    match &found[..] {
        [one] => Ok(*one),
        [] => {
            let edits =
                layers.iter().flat_map(|patchset| &patchset.edits).map(|edit: &Edit| edit.id.as_str());
            let near = nearest_names(id, edits);
            let title = format!("no applied patchset has an edit `{id}` of its own: {}", names.join(", "));
            Err(CliError::usage(title).details(near.iter().map(|id| format!("near: {id}"))))
        }
        several => {
            let ids = several.iter().map(|(at, _)| format!("patchset: {}", names[*at]));
            Err(CliError::usage(format!("{} applied patchsets have an edit `{id}`", several.len()))
                .details(ids)
                .help("say which with --id"))
        }
    }
}

/// The patchset with the folded edit; its YAML stays as it is if only files of it have other contents.
fn written(old: &NewPatchset, patchset: &Patchset, at: usize, folded: &Folded) -> Option<NewPatchset> {
    let shape = |edit: &Edit| edit.changes.iter().map(Change::as_written).collect::<Vec<_>>();
    let yaml = match shape(&patchset.edits[at]) == shape(&folded.edit.edit) {
        true => old.yaml.clone(),
        false => rewritten(&old.yaml, std::slice::from_ref(&folded.edit))?,
    };
    let mut files = old.files.clone();
    files.extend(folded.files.clone());
    Some(NewPatchset { yaml, files })
}

/// Refuses a patchset whose edits are not those that were meant to be written.
fn require_same_edits(old: &Patchset, new: &Patchset, folded: &Folded) -> Result<(), String> {
    let shape = |edit: &Edit| {
        let changes: Vec<Change> =
            edit.changes.iter().map(|change| Change { forms: Vec::new(), ..change.as_written() }).collect();
        let forms: Vec<usize> = edit.changes.iter().map(|change| change.forms.len()).collect();
        (edit.id.clone(), edit.why.clone(), edit.when.clone(), edit.depends_on.clone(), changes, forms)
    };
    let wanted = old.edits.iter().map(|edit| match edit.id == folded.edit.edit.id {
        true => shape(&folded.edit.edit),
        false => shape(edit),
    });
    if wanted.eq(new.edits.iter().map(shape)) {
        return Ok(());
    }
    Err("the patchset.yaml would not say what is meant: write the edit in the usual form, one key per line"
        .to_owned())
}

/// Why the layers with this patchset do not give the tree, byte for byte; `None` if they do.
fn unlike(
    onto: &Onto<'_>,
    layer: usize,
    new: &Patchset,
    changes: &[FileChange],
) -> Result<Option<String>, CliError> {
    let mut layers = onto.layers.to_vec();
    layers[layer] = new.clone();
    let series = Series::plan(&layers, onto.source, &[])?;
    if let Some(plan) = series.misfit() {
        let failed = plan.edits.iter().find(|edit| edit.is_failure()).map(|edit| format!(": `{}`", edit.id));
        let conflict = plan.conflicts.first().map(|one| {
            let (first, second, place) = (&one.first, &one.second, &one.place);
            format!(": `{first}` and `{second}` change the same place, {}:{}", place.file, place.line)
        });
        let again =
            plan.not_idempotent.first().map(|one| format!(": `{}` would not be idempotent", one.edit));
        let which = failed.or(conflict).or(again).unwrap_or_default();
        return Ok(Some(format!("`{}` would no longer fit {}{which}", plan.patchset, plan.source)));
    }
    let before = onto.applied.changes();
    let wanted = joined(&before.iter().chain(changes).collect::<Vec<_>>());
    let result = |changes: &[FileChange]| -> Vec<_> {
        changes.iter().map(|change| (change.path.clone(), change.after.clone())).collect()
    };
    let (wanted, given) = (result(&wanted), result(&series.changes()));
    let differs = wanted.iter().find(|one| !given.contains(one));
    let differs = differs.or_else(|| given.iter().find(|one| !wanted.contains(one)));
    Ok(differs.map(|(path, _)| format!("the patchsets would not give {path} as it is, byte for byte")))
}

/// Writes what differs: first the files, then the patchset.yaml; last those go that nothing uses any more.
fn save(folder: &Path, old: &NewPatchset, new: &NewPatchset, unused: &[String]) -> Result<(), CliError> {
    let failed = |path: &Path| {
        let title = format!("cannot write {}", path.display());
        move |error: std::io::Error| CliError::io(title, &error)
    };
    let mut prepared = Vec::new();
    for (name, bytes) in new.files.iter().filter(|(name, bytes)| old.files.get(*name) != Some(bytes)) {
        let path = folder.join("files").join(name);
        prepared.push(export::prepare_file(&path, bytes).map_err(failed(&path))?);
    }
    let path = folder.join("patchset.yaml");
    if old.yaml != new.yaml {
        prepared.push(export::prepare_file(&path, new.yaml.as_bytes()).map_err(failed(&path))?);
    }
    export::commit(prepared).map_err(failed(&path))?;
    for name in unused {
        let path = folder.join("files").join(name);
        std::fs::remove_file(&path).map_err(failed(&path))?;
    }
    Ok(())
}
