//! `pypatch record`

mod fold;

use std::path::PathBuf;

use super::import::{require_same, why_invalid};
use super::{CliError, ExitStatus, Format, Ui, Workspace, new_patchset, output, workspace};
use crate::apply;
use crate::import::{self, Edited, Head, Message, Options};
use crate::patchset::{NewPatchset, Patchset};
use crate::plan::Series;
use crate::report::Recorded;
use crate::tree::{FileChange, OverlayTree, SourceSpec, changes_between};
use fold::Onto;

/// New files that a build or an editor leaves: nobody made them by hand.
const PRODUCTS: [&str; 20] = [
    "*.o", "*.a", "*.so", "*.so.*", "*.dylib", "*.dll", "*.exe", "*.obj", "*.lib", "*.pyc", "*.pyo",
    "*.gcda", "*.gcno", "*.orig", "*.rej", "*~", "*.swp", ".#*", "core", "*.log",
];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The changed tree. If it has a receipt, what pypatch applied to it is not recorded again.
    #[arg(value_name = "TREE")]
    tree: String,
    /// The source that the tree was before anything was changed: a directory, a tarball, a pin such as python-3.13.5, or git:REPO@REV.
    #[arg(long, value_name = "SOURCE")]
    base: String,
    /// Why the change is made: the reason of the edit. Its first line gives the edit its id.
    #[arg(short = 'm', long, value_name = "TEXT", required_unless_present = "edit")]
    why: Option<String>,
    /// Fold what is new into this edit of a patchset that is applied to the tree, so that the patchset gives the tree as it is.
    #[arg(long, value_name = "ID", conflicts_with_all = ["why", "split", "output"])]
    edit: Option<String>,
    /// The id of the new patchset [default: that of the edit]; with --edit the applied patchset, if several have the edit.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Make an edit of each changed file instead of one of all.
    #[arg(long)]
    split: bool,
    /// Record only files whose path or name this pattern matches, also products of a build; may be repeated.
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leave out files whose path or name this pattern matches; may be repeated.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// The folder of patchsets that the new one is written to [default: that of the project].
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write nothing, and print the new patchset.yaml.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let why = args.why.as_deref().unwrap_or_default().trim();
    if args.edit.is_none() && why.is_empty() {
        return Err(CliError::usage("an edit needs a reason: `--why` is empty"));
    }
    let source = workspace.open(ui, &args.base)?;
    let tree = workspace.open(ui, &args.tree)?;
    let layers = layers(workspace, &tree.spec)?;
    let applied = Series::plan(&layers, source.tree.as_ref(), &[])?;
    if let Some(plan) = applied.misfit() {
        let title =
            format!("`{}`, which is applied to {}, does not fit {}", plan.patchset, args.tree, args.base);
        return Err(CliError::unfit(title).help("name the source that it was applied to with --base"));
    }
    let before_changes = applied.changes();
    let before = OverlayTree::new(source.tree.as_ref(), &before_changes);
    let (changes, left_out) = wanted(args, changes_between(&before, tree.tree.as_ref())?)?;
    let id = import::id_of(why.lines().next().unwrap_or_default());
    let patchset = args.id.clone().unwrap_or_else(|| id.clone());
    let report = |edits: &[import::Taken], written: Option<String>| {
        let recorded = Recorded {
            patchset: &patchset,
            tree: &args.tree,
            source: &args.base,
            edits,
            changes: &changes,
            left_out: &left_out,
            written,
        };
        ui.show(&recorded, args.format)
    };
    if let Some(id) = &args.edit {
        let onto = Onto { layers: &layers, source: source.tree.as_ref(), applied: &applied };
        return fold::run(ui, workspace, args, id, &onto, &changes, &left_out);
    }
    if changes.is_empty() {
        report(&[], None)?;
        return Ok(ExitStatus::Done);
    }
    let on = layers.last().map(|last| format!(" on `{}`", last.id)).unwrap_or_default();
    let pin = source.pin.as_ref().filter(|_| layers.is_empty()).map(|pin| pin.name.clone());
    let title = format!("Changes of {}{on}", args.tree);
    let head = Head { id: patchset.clone(), title, pins: pin.into_iter().collect(), applies_to: None };
    let folder = workspace.output(args.output.as_deref())?.join(&patchset);
    new_patchset::require_free(&workspace.catalog, &patchset, &folder)?;
    output::require_new_directory(workspace, &[&source.spec, &tree.spec], &folder)?;
    let load = |new: &NewPatchset| new_patchset::load_from_temporary(&workspace.catalog, &patchset, new);
    let message = Message { why: why.to_owned(), ..Message::default() };
    let options = Options { split: args.split, ..Options::default() };
    let taken = import::record(&head, &id, &message, &changes, options, &before, &|new| {
        load(new).map_err(why_invalid)
    })?;
    if let Some(problem) = taken.problems.first() {
        return Err(CliError::unfit(format!("the changes of {} cannot be recorded", args.tree))
            .detail(problem.why.clone())
            .detail("nothing was written")
            .help("leave a file out with --exclude, or undo what is not a change of the source"));
    }
    let edit = |one| Edited::of(one, &message);
    let new = import::write(&head, &taken.taken.iter().map(edit).collect::<Vec<_>>());
    require_same(&load(&new)?, &before, &changes)?;
    if args.dry_run {
        report(&taken.taken, None)?;
        if args.format == Format::Text {
            ui.line(&format!("\n{}", new.yaml.trim_end_matches('\n')))?;
        }
        return Ok(ExitStatus::Done);
    }
    new_patchset::save(&folder, &new, None)
        .map_err(|error| CliError::io(format!("cannot write {}", folder.display()), &error))?;
    ui.changed();
    report(&taken.taken, Some(folder.display().to_string()))?;
    if args.format == Format::Text {
        ui.line(&format!("wrote {}", folder.join("patchset.yaml").display()))?;
    }
    Ok(ExitStatus::Done)
}

/// The patchsets that are applied to a tree, as they were applied.
pub(super) fn layers(workspace: &Workspace, tree: &SourceSpec) -> Result<Vec<Patchset>, CliError> {
    let SourceSpec::Directory(root) = tree else { return Ok(Vec::new()) };
    let Some(status) = apply::status(root)? else { return Ok(Vec::new()) };
    let mut layers = Vec::new();
    for layer in status.layers {
        let id = layer.layer.patchset;
        let patchset = workspace.patchset(&id)?;
        if patchset.digest != layer.layer.digest {
            let title = format!("`{id}` was changed after it was applied to {}", root.display());
            return Err(CliError::unfit(title)
                .detail("so it is not known which changes in the tree are its own")
                .help("apply the patchset as it is now, or bring back the one that was applied"));
        }
        layers.push(patchset);
    }
    Ok(layers)
}

/// The changes that are recorded, and the files that only a build left.
fn wanted(args: &Args, changes: Vec<FileChange>) -> Result<(Vec<FileChange>, Vec<String>), CliError> {
    let patterns =
        |texts: &[String]| texts.iter().map(|text| workspace::glob(text)).collect::<Result<Vec<_>, _>>();
    let (include, exclude) = (patterns(&args.include)?, patterns(&args.exclude)?);
    let products = patterns(&PRODUCTS.map(str::to_owned))?;
    let mut left_out = Vec::new();
    let matches = |patterns: &[glob::Pattern], path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        patterns.iter().any(|pattern| pattern.matches(path) || pattern.matches(name))
    };
    let mut kept = Vec::new();
    for change in changes {
        let path = change.path.as_str();
        if matches(&exclude, path) || !include.is_empty() && !matches(&include, path) {
            continue;
        }
        let is_product = change.before.is_none()
            && (matches(&products, path)
                || path.split('/').any(|part| matches!(part, "__pycache__" | ".pc" | "CMakeFiles")));
        if is_product && include.is_empty() {
            left_out.push(path.to_owned());
        } else {
            kept.push(change);
        }
    }
    Ok((kept, left_out))
}
