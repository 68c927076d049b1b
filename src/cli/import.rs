//! `pypatch import`

use std::path::{Path, PathBuf};

use super::lift::{self, Lift};
use super::{CliError, ExitStatus, Format, Ui, Workspace, new_patchset, output};
use crate::import::{self, Applied, Edited, Head, ImportError, ImportedPatch, Options, PatchFile};
use crate::patchset::{NewPatchset, Patchset};
use crate::plan::plan;
use crate::report::{self, Imported, LiftedEdits, PatchStats, patches};
use crate::syntax::patch::Patch;
use crate::tree::{FileChange, Tree};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A patch, a mailbox, a quilt `series` file, a directory with a series or with patches, or commits: git:REPO@COMMIT or
    /// git:REPO@A..B; several are taken in this order.
    #[arg(required = true, value_name = "PATCH")]
    pub(super) patches: Vec<PathBuf>,
    /// The source that the patches are for: a directory, a tarball, a pin such as python-3.13.5, or git:REPO@REV. With --collapse, one
    /// for each patch, in the same order.
    #[arg(long, value_name = "SOURCE", required_unless_present = "stat")]
    pub(super) base: Vec<String>,
    /// The id of the new patchset [default: made of the name of the first file or directory].
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
    /// How many leading directories of the names in the patches are left out [default: as the series says, or as the files of the base
    /// need it].
    #[arg(short = 'p', long = "strip", value_name = "N")]
    pub(super) strip: Option<usize>,
    /// How many lines of context, at each end of a hunk, need not fit. A patch that needs it is written again, so that it fits
    /// without.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) fuzz: usize,
    /// Make an edit of each file of a patch instead of one of each patch.
    #[arg(long, conflicts_with = "collapse")]
    split: bool,
    /// Leave out the patches that cannot be taken, and write the others.
    #[arg(long, conflicts_with = "collapse")]
    keep_going: bool,
    /// Make one edit of the patches, which are variants of one for different versions. It gives on each base what the patch for it gives.
    #[arg(long)]
    pub(super) collapse: bool,
    /// Refuse hunks that differ in meaning between two versions. Without it, they are named, and written for each version if other hunks
    /// are alike.
    #[arg(long, requires = "collapse")]
    pub(super) same_meaning: bool,
    /// Which operations of meaning are taken in the place of hunks, as `pypatch lift` proposes them [default: none, or all with
    /// --collapse].
    #[arg(long, value_name = "WHICH")]
    pub(super) lift: Option<Lift>,
    /// The folder of patchsets that the new one is written to [default: that of the project].
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Take nothing, and print what the patches say: for each file the added and removed lines, modes and renames.
    #[arg(long, conflicts_with_all = ["base", "collapse"])]
    stat: bool,
    /// Write nothing, and print the new patchset.yaml.
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    pub(super) format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut patches = Vec::new();
    for path in &args.patches {
        patches.extend(read(path, args.strip)?);
    }
    let base = match &args.base[..] {
        [] => return stat(ui, &patches, args.format),
        [base] => base,
        _ => {
            return Err(CliError::usage("--base is given several times")
                .help("give --collapse to make one edit of patches for several versions"));
        }
    };
    let patches = import::named(patches);
    let source = workspace.open(ui, base)?;
    let tree = source.tree.as_ref();
    let name = name_of(&args.patches[0]);
    let head = Head {
        id: args.id.clone().unwrap_or_else(|| import::id_of(&name)),
        title: format!("Patches of {name}"),
        pins: source.pin.iter().map(|pin| pin.name.clone()).collect(),
        applies_to: None,
    };
    let folder = workspace.output(args.output.as_deref())?.join(&head.id);
    new_patchset::require_free(&workspace.catalog, &head.id, &folder)?;
    output::require_new_directory(workspace, &[&source.spec], &folder)?;
    let options = Options { fuzz: args.fuzz, split: args.split };
    let load = |new: &NewPatchset| new_patchset::load_from_temporary(&workspace.catalog, &head.id, new);
    let applied = import::apply(&head, &patches, options, tree, &|new| load(new).map_err(why_invalid))?;
    let show = |written: Option<&Path>| {
        let written = written.map(|folder| folder.display().to_string());
        let (patchset, source) = (&head.id, base);
        ui.show(&Imported { patchset, source, patches: &patches, applied: &applied, written }, args.format)
    };
    if applied.taken.is_empty() || !applied.problems.is_empty() && !args.keep_going {
        show(None)?;
        return Err(not_all(&applied, patches.len()));
    }
    let mut new = written(&head, &patches, &applied);
    let loaded = load(&new)?;
    require_same(&loaded, tree, &applied.changes)?;
    if let Some(which @ (Lift::All | Lift::Ask)) = args.lift {
        new = lifted(ui, workspace, &loaded, &new, tree, which)?;
    }
    if args.dry_run {
        show(None)?;
        if args.format == Format::Text {
            ui.line(&format!("\n{}", new.yaml.trim_end_matches('\n')))?;
        }
        return Ok(ExitStatus::Done);
    }
    new_patchset::save(&folder, &new, None)
        .map_err(|error| CliError::io(format!("cannot write {}", folder.display()), &error))?;
    ui.changed();
    show(Some(&folder))?;
    if args.format == Format::Text {
        ui.line(&format!("wrote {}", folder.join("patchset.yaml").display()))?;
    }
    Ok(ExitStatus::Done)
}

/// Prints what the patches say.
fn stat(ui: &Ui, patches: &[PatchFile], format: Format) -> Result<ExitStatus, CliError> {
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    for patch in patches {
        match Patch::parse(&patch.bytes) {
            Ok(parsed) if parsed.sections.is_empty() => {
                unread.push(format!("{}: it contains no change", patch.name));
            }
            Ok(parsed) => read.push((patch, parsed)),
            Err(why) => unread.push(format!("{}: {why}", patch.name)),
        }
    }
    ui.show(&PatchStats { patches: read }, format)?;
    if unread.is_empty() {
        return Ok(ExitStatus::Done);
    }
    Err(CliError::unfit(format!("{} cannot be read", report::patches(unread.len()))).details(unread))
}

/// The patches that an argument names.
pub(super) fn read(path: &Path, strip: Option<usize>) -> Result<Vec<PatchFile>, CliError> {
    let commits = path.to_str().map_or(Ok(None), import::read_commits).map_err(unreadable)?;
    let mut patches = match commits {
        Some((commits, _)) => commits,
        None => import::read(path).map_err(unreadable)?,
    };
    if let Some(level) = strip {
        patches.iter_mut().for_each(|patch| patch.strip = Some(level));
    }
    Ok(patches)
}

/// The new patchset with operations of meaning in the place of hunks.
fn lifted(
    ui: &Ui,
    workspace: &Workspace,
    patchset: &Patchset,
    new: &NewPatchset,
    tree: &dyn Tree,
    which: Lift,
) -> Result<NewPatchset, CliError> {
    let mut edits = lift::lift_all(patchset, tree, &[], &|_| true)?;
    if which == Lift::Ask {
        lift::ask(ui, &new.yaml, &mut edits)?;
    }
    let (mut lifted, loaded) = lift::settled(workspace, patchset, new, &mut edits, tree)?;
    for name in lift::unused_patches(patchset, &loaded) {
        lifted.files.remove(&name);
    }
    ui.note_report(&LiftedEdits { patchset: &patchset.id, edits: &edits, diff: Vec::new() });
    Ok(lifted)
}

/// Why the edit of a patch is invalid.
pub(super) fn why_invalid(error: CliError) -> String {
    let problem = error.problem;
    // The files of a trial are in a temporary folder.
    let shown = |line: String| match line.find("patchset.yaml:") {
        Some(at) => line[at..].to_owned(),
        None => line,
    };
    std::iter::once(problem.title)
        .chain(problem.details.into_iter().map(shown))
        .collect::<Vec<_>>()
        .join(": ")
}

/// The name of what is imported: of `debian/patches/series`, `debian`.
fn name_of(path: &Path) -> String {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let is_general = |name: &str| matches!(name, "series" | "patches" | "patch" | "files");
    let names = full.ancestors().filter_map(|one| Some(one.file_name()?.to_string_lossy().into_owned()));
    let name = names.into_iter().find(|name| !is_general(name)).unwrap_or_else(|| "patches".to_owned());
    import::without_suffix(&name).to_owned()
}

pub(super) fn unreadable(error: ImportError) -> CliError {
    let title = error.to_string();
    match error {
        ImportError::Io { source, .. } => CliError::source(title).detail(source.to_string()),
        ImportError::NoPatch(_) => CliError::source(title)
            .help("name a patch, a `series` file, or a directory with files that end in .patch or .diff"),
        ImportError::Series { .. } | ImportError::Range { .. } => CliError::usage(title),
        ImportError::Tree(error) => error.into(),
    }
}

/// The error for patches that cannot be taken.
fn not_all(applied: &Applied, all: usize) -> CliError {
    let count = applied.problems.len();
    CliError::unfit(format!("{count} of {} cannot be taken", patches(all)))
        .detail("nothing was written")
        .help("refresh these patches, or leave them out with --keep-going")
}

fn written(head: &Head, patches: &[ImportedPatch], applied: &Applied) -> NewPatchset {
    let all: Vec<_> = applied.taken.iter().map(|one| Edited::of(one, &patches[one.index].message)).collect();
    import::write(head, &all)
}

/// Refuses a patchset that would not give what the patches give.
pub(super) fn require_same(new: &Patchset, tree: &dyn Tree, changes: &[FileChange]) -> Result<(), CliError> {
    let planned = plan(new, tree)?;
    let result = |changes: &[FileChange]| -> Vec<_> {
        changes.iter().map(|change| (change.path.clone(), change.after.clone())).collect()
    };
    if planned.fits() && result(&planned.changes) == result(changes) {
        return Ok(());
    }
    Err(CliError::unfit("the edits together would not give what the patches give one after the other")
        .detail("nothing was written")
        .help("import fewer patches at a time to find those that do not go together"))
}
