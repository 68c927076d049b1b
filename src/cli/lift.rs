//! `pypatch lift`

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};
use std::path::Path;

use clap::ValueEnum;

use super::{CliError, ExitStatus, Format, Ui, Workspace, new_patchset};
use crate::export;
use crate::lift::{LiftedEdit, lift_edit, rewritten};
use crate::patchset::{Change, NewPatchset, Patchset};
use crate::plan::{Plan, plan};
use crate::report::LiftedEdits;
use crate::text::{Side, nearest_names, unified};
use crate::tree::Tree;

/// Which proposals are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Lift {
    /// All of them.
    All,
    /// Those that are accepted at the terminal, edit by edit.
    Ask,
    /// None.
    None,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset, by name, folder or patchset.yaml.
    patchset: String,
    /// The edits to lift [default: all].
    edits: Vec<String>,
    /// The source that the edits fit: a directory, a tarball, a pin, or git:REPO@REV [default: the newest of the patchset's pins that
    /// is available].
    #[arg(long, value_name = "SOURCE")]
    base: Option<String>,
    /// Another source that each proposal has to fit, too.
    #[arg(long, value_name = "SOURCE")]
    check: Vec<String>,
    /// Which proposals are written to the patchset.
    #[arg(long, value_name = "WHICH", default_value = "none")]
    lift: Lift,
    /// Write nothing, and show the proposals.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let patchset = workspace.patchset(&args.patchset)?;
    let help = "copy it to ./patchsets first, or name a patchset of yours";
    let folder = workspace.own_folder(&args.patchset, &patchset.id, help)?;
    let own = |id: &String| patchset.edits.iter().any(|edit| edit.id == *id && edit.patchset == patchset.id);
    if let Some(unknown) = args.edits.iter().find(|id| !own(id)) {
        let names = patchset.edits.iter().filter(|edit| edit.patchset == patchset.id);
        let near = nearest_names(unknown, names.map(|edit| edit.id.as_str()));
        return Err(CliError::usage(format!("`{}` has no edit `{unknown}` of its own", patchset.id))
            .near(&near)
            .help(format!("run `pypatch show {}` for a list", patchset.id)));
    }
    let workspace = &workspace.of(std::slice::from_ref(&patchset));
    let tree = base(ui, workspace, &patchset, args.base.as_deref())?;
    let checks: Vec<Box<dyn Tree>> = workspace
        .each(&args.check)?
        .iter()
        .map(|name| Ok(workspace.open(ui, name)?.tree))
        .collect::<Result<_, CliError>>()?;
    let file = folder.join("patchset.yaml");
    let old = std::fs::read_to_string(&file)
        .map_err(|error| CliError::io(format!("cannot read {}", file.display()), &error))?;
    let is_taken = |id: &str| args.edits.is_empty() || args.edits.iter().any(|one| one == id);
    let mut lifted = lift_all(&patchset, tree.as_ref(), &checks, &is_taken)?;
    if args.lift == Lift::Ask && !args.dry_run {
        ask(ui, &old, &mut lifted)?;
    }
    let files = files_of(&folder)?;
    let (new, loaded) =
        settled(workspace, &patchset, &NewPatchset { yaml: old.clone(), files }, &mut lifted, tree.as_ref())?;
    let report = LiftedEdits { patchset: &patchset.id, edits: &lifted, diff: diff(&old, &new.yaml) };
    if lifted.is_empty() || args.dry_run || args.lift == Lift::None {
        ui.show(&report, args.format)?;
        if !lifted.is_empty() && args.format == Format::Text {
            ui.note("nothing was written: --lift=all takes all proposals, --lift=ask asks");
        }
        return Ok(ExitStatus::Done);
    }
    save(&folder, &patchset, &loaded, &new, &lifted)?;
    ui.changed();
    ui.show(&LiftedEdits { diff: Vec::new(), ..report }, args.format)?;
    if args.format == Format::Text {
        ui.line(&format!("wrote {}", file.display()))?;
    }
    Ok(ExitStatus::Done)
}

/// Opens the source that the edits fit.
fn base(
    ui: &Ui,
    workspace: &Workspace,
    patchset: &Patchset,
    base: Option<&str>,
) -> Result<Box<dyn Tree>, CliError> {
    if let Some(base) = base {
        return Ok(workspace.open(ui, base)?.tree);
    }
    let mut pins = patchset
        .pins
        .iter()
        .filter_map(|name| workspace.pins.find(name).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    pins.sort_by(|a, b| b.version.cmp(&a.version));
    for pin in &pins {
        if let Some(tree) = workspace.open_local(pin)? {
            return Ok(tree);
        }
    }
    Err(CliError::source(format!("no release of `{}` is available to lift it on", patchset.id))
        .help("name the source that its patches are for: --base SOURCE"))
}

/// Lifts the own edits of a patchset that are `wanted`.
pub(super) fn lift_all(
    patchset: &Patchset,
    tree: &dyn Tree,
    checks: &[Box<dyn Tree>],
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<LiftedEdit>, CliError> {
    let mut lifted = Vec::new();
    for (at, edit) in patchset.edits.iter().enumerate() {
        if edit.patchset == patchset.id && wanted(&edit.id) {
            lifted.extend(lift_edit(patchset, at, tree, checks)?);
        }
    }
    Ok(lifted)
}

/// Asks about each lifted edit, and keeps those that are accepted.
pub(super) fn ask(ui: &Ui, old: &str, lifted: &mut Vec<LiftedEdit>) -> Result<(), CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::usage("--lift=ask asks at the terminal, and standard input is not one")
            .help("write --lift=all to take all proposals, or name the edits"));
    }
    let mut answers = std::io::stdin().lock().lines();
    let mut kept = Vec::new();
    for one in lifted.drain(..) {
        let new = rewritten(old, std::slice::from_ref(&one)).unwrap_or_default();
        ui.raw(&diff(old, &new))?;
        ui.prompt(&format!("{}: [y: take it, n: leave it] ", one.edit.id))?;
        if answers.next().and_then(Result::ok).is_some_and(|answer| answer.trim() == "y") {
            kept.push(one);
        }
    }
    *lifted = kept;
    Ok(())
}

/// A patchset with lifted edits, and the same loaded. Edits with which the others would not give what they gave are not lifted: they are
/// left out of `lifted`.
pub(super) fn settled(
    workspace: &Workspace,
    patchset: &Patchset,
    old: &NewPatchset,
    lifted: &mut Vec<LiftedEdit>,
    tree: &dyn Tree,
) -> Result<(NewPatchset, Patchset), CliError> {
    let before = plan(patchset, tree)?;
    let results = |plan: &Plan| -> Vec<_> {
        plan.changes.iter().map(|change| (change.path.clone(), change.after.clone())).collect()
    };
    let tried = |lifted: &[LiftedEdit]| -> Result<_, CliError> {
        let new = written(old, lifted)?;
        let loaded = new_patchset::load_from_temporary(&workspace.catalog, &patchset.id, &new)?;
        let after = plan(&loaded, tree)?;
        // Edits for other versions may not fit together here; each was tried by itself.
        let is_same = !before.fits() || after.fits() && results(&before) == results(&after);
        Ok(is_same.then_some((new, loaded)))
    };
    if let Some(done) = tried(lifted)? {
        return Ok(done);
    }
    let mut kept = Vec::new();
    let mut last = None;
    for one in lifted.drain(..) {
        kept.push(one);
        match tried(&kept)? {
            Some(done) => last = Some(done),
            None => drop(kept.pop()),
        }
    }
    *lifted = kept;
    last.map_or_else(|| Ok((old.clone(), patchset.clone())), Ok)
}

/// A patchset with lifted edits, without the patches that nothing uses any more.
fn written(old: &NewPatchset, lifted: &[LiftedEdit]) -> Result<NewPatchset, CliError> {
    let yaml = rewritten(&old.yaml, lifted).ok_or_else(|| {
        CliError::usage("an edit that can be lifted is not written with one key per line")
            .help("write each of its keys on a line of its own")
    })?;
    let mut files = old.files.clone();
    files.extend(lifted.iter().filter_map(|one| one.rest.clone()));
    Ok(NewPatchset { yaml, files })
}

/// The diff of two texts of patchset.yaml.
pub(super) fn diff(old: &str, new: &str) -> Vec<u8> {
    fn side(text: &str) -> Option<Side<'_>> {
        Some(Side { bytes: text.as_bytes(), executable: false, is_link: false })
    }
    unified("patchset.yaml", side(old), side(new))
}

/// The files of a patchset's folder `files/`.
pub(super) fn files_of(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let mut files = BTreeMap::new();
    let top = folder.join("files");
    read_below(&top, &top, &mut files)
        .map_err(|error| CliError::io(format!("cannot read {}", top.display()), &error))?;
    Ok(files)
}

fn read_below(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_below(top, &path, files)?;
        } else if let Some(name) = path.strip_prefix(top).ok().and_then(Path::to_str) {
            files.insert(name.to_owned(), std::fs::read(&path)?);
        }
    }
    Ok(())
}

/// The names of the patches that the operations of a patchset use, of those that it has itself.
fn patches_of(patchset: &Patchset) -> Vec<String> {
    let changes = patchset.edits.iter().flat_map(|edit| &edit.changes).flat_map(Change::each_form);
    let own = changes.flat_map(|change| change.operation.text_files());
    let own = own.filter(|file| file.of.as_ref().is_none_or(|of| *of == patchset.id));
    own.map(|file| file.name).filter(|name| name.ends_with(".patch") || name.ends_with(".diff")).collect()
}

/// The patches that lifting made superfluous.
pub(super) fn unused_patches(old: &Patchset, new: &Patchset) -> Vec<String> {
    let used = patches_of(new);
    let mut unused: Vec<String> = patches_of(old).into_iter().filter(|name| !used.contains(name)).collect();
    unused.sort();
    unused.dedup();
    unused
}

/// Writes a lifted patchset over the old one: first the patches of what was not lifted; last those go that nothing uses any more.
fn save(
    folder: &Path,
    old: &Patchset,
    loaded: &Patchset,
    new: &NewPatchset,
    lifted: &[LiftedEdit],
) -> Result<(), CliError> {
    let failed = |path: &Path| {
        let title = format!("cannot write {}", path.display());
        move |error: std::io::Error| CliError::io(title, &error)
    };
    let mut prepared = Vec::new();
    for (name, bytes) in lifted.iter().filter_map(|one| one.rest.as_ref()) {
        let path = folder.join("files").join(name);
        prepared.push(export::prepare_file(&path, bytes).map_err(failed(&path))?);
    }
    let path = folder.join("patchset.yaml");
    prepared.push(export::prepare_file(&path, new.yaml.as_bytes()).map_err(failed(&path))?);
    export::commit(prepared).map_err(failed(&path))?;
    for name in unused_patches(old, loaded) {
        let path = folder.join("files").join(name);
        std::fs::remove_file(&path).map_err(failed(&path))?;
    }
    Ok(())
}
