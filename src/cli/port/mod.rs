//! `pypatch port`

mod answers;
mod decisions;
mod head;
mod patch;
mod patches;
mod series;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::{Base, CliError, ExitStatus, Format, Ui, Workspace, new_patchset, output};
use crate::edit::OutcomeKind;
use crate::patchset::{Edit, Patchset};
use crate::plan::{Baseline, Plan, plan};
use crate::port::{self, Decided, Decision, Searched, Verdict};
use crate::report::{PortReport, counted};
use crate::snapshot::{self, Store};
use crate::tree::python_version;
use crate::version::Version;

/// What the options that go on with a series do not go with: it was begun with them.
const RESUMED: [&str; 12] = [
    "patchset",
    "to",
    "from",
    "fuzz",
    "careful",
    "in_place",
    "decisions",
    "id",
    "accept",
    "drop",
    "base",
    "dry_run",
];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset; or a patch, a mailbox, a quilt `series` file, a directory of patches, or commits: git:REPO@COMMIT or git:REPO@A..B.
    #[arg(required_unless_present = "resume")]
    patchset: Option<String>,
    /// The source to port it to: a directory, a tarball, a pin, or git:REPO@REV.
    #[arg(long, value_name = "SOURCE", required_unless_present = "resume")]
    to: Option<String>,
    /// The id of the new patchset [default: the old id with the new series, such as catamount-py2.7].
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Take candidate N of a row: `no-sharedmods=1`, `static-modules/collections=1`.
    #[arg(long, value_name = "ROW=N", value_parser = pair)]
    accept: Vec<(String, String)>,
    /// Drop a row, with the reason: `pgen-yod=make no longer runs it`.
    #[arg(long, value_name = "ROW=WHY", value_parser = pair)]
    drop: Vec<(String, String)>,
    /// A YAML file with `accept: {ROW: N}` and `drop: {ROW: WHY}`; for patches, the file with what was decided before [default for a series:
    /// port.decisions next to its patches].
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// The source that the patchset was written for [default: the newest of its pins that is available locally].
    #[arg(long, value_name = "SOURCE")]
    base: Option<String>,
    /// The source that a patch is for [default for commits: the parent of the first].
    #[arg(long, value_name = "SOURCE", conflicts_with_all = ["id", "accept", "drop", "base"])]
    from: Option<String>,
    /// How many lines of context at each end of a hunk need not fit the version that a patch is for.
    #[arg(long, value_name = "N", default_value_t = 0)]
    fuzz: usize,
    /// Port a patch only where little changed around it.
    #[arg(long)]
    careful: bool,
    /// Write the result of a patch into this directory, which has the files of --to.
    #[arg(long, value_name = "TREE", conflicts_with = "output")]
    in_place: Option<PathBuf>,
    /// Write what became of each file of a patch, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Take FILE as what PATH is to be where a patch has to be decided; or a patch for the new version, which takes the place of the old
    /// one. `-` is stdin.
    #[arg(long, value_name = "PATH=FILE|PATCH")]
    resolve: Vec<String>,
    /// Write what a person or a program needs to know to decide: as JSON if FILE ends in .json, as Markdown otherwise.
    #[arg(long, value_name = "FILE")]
    brief: Option<PathBuf>,
    /// Go on with the series of patches that stopped, with the files in `to-decide` as they are now.
    #[arg(long = "continue", group = "resume", conflicts_with_all = RESUMED)]
    go_on: bool,
    /// Leave out the patch at which the series stopped, and go on.
    #[arg(long, value_name = "WHY", group = "resume", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with_all = RESUMED)]
    skip: Option<String>,
    /// Give up the series that stopped, and remove what was written.
    #[arg(long, group = "resume", conflicts_with_all = RESUMED)]
    abort: bool,
    /// Show where the series stopped.
    #[arg(long, group = "resume", conflicts_with_all = RESUMED)]
    status: bool,
    /// The folder of patchsets that the new one is written to [default: patchsets]; the file of the new patch, or the directory of
    /// the new series.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Write nothing, and print the new patchset.yaml.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((row, value)) if !row.is_empty() && !value.trim().is_empty() => {
            Ok((row.to_owned(), value.to_owned()))
        }
        _ => Err("write ROW=VALUE".to_owned()),
    }
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    if patch::is_asked(args) {
        return patch::run(ui, workspace, args);
    }
    let (Some(name), Some(to)) = (&args.patchset, &args.to) else { return Ok(ExitStatus::Usage) };
    if let Some(option) = for_patches(args) {
        return Err(CliError::usage(format!("{option} is for patches, and {name} is a patchset"))
            .help("name a file or a directory of patches, and the version that they are for with --from"));
    }
    let patchset = workspace.patchset(name)?;
    let source = workspace.open(ui, to)?;
    let tree = source.tree.as_ref();
    let version = python_version(tree)?.ok_or_else(|| {
        CliError::unfit(format!("{to} is not a CPython source tree"))
            .help("a patchset for something else is written by hand")
    })?;
    if let Some(own) = written_for(workspace, &patchset, &version)? {
        let plan = plan(&own, tree)?;
        if plan.fits() {
            ui.line(&format!("{} is written for CPython {version}: there is nothing to port", own.id))?;
            return Ok(ExitStatus::Done);
        }
        ui.misfit(&plan, false);
        let range = own.applies_to.as_ref().map(ToString::to_string).unwrap_or_default();
        ui.note(&format!(
            "help: `applies-to: {range}` of {} includes CPython {version}: narrow it and port again, or correct the edit",
            own.id
        ));
        return Ok(ExitStatus::Unfit);
    }
    let base = match &args.base {
        Some(source) => Base::of_source(ui, workspace, &patchset, source)?,
        None => Base::of_pins(ui, workspace, &patchset)?,
    };
    let old = base.open()?;
    let cells = port::judge(&patchset, base.baseline.as_ref(), old.as_deref(), tree, &Searched::default())?;
    let mut decisions = decisions::read(args)?;
    let mut decided = port::decide(&cells, &decisions)?;
    if args.format == Format::Text && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        decisions::ask(ui, &decided, &mut decisions)?;
        decided = port::decide(&cells, &decisions)?;
    }
    let show = |written: Option<&Path>| {
        let written = written.map(|folder| folder.display().to_string());
        ui.show(&PortReport { patchset: &patchset.id, to, written, decided: &decided }, args.format)
    };
    let line = |text: &str| if args.format == Format::Text { ui.line(text) } else { Ok(()) };
    if let Some(error) = undecided(&decided) {
        show(None)?;
        return Err(error);
    }
    // A patchset that was named by its path may extend one in the folder next to it.
    let catalog = match name.contains('/') {
        true => workspace.catalog.with_first(Path::new(name).join("..")),
        false => workspace.catalog.clone(),
    };
    let head = head::head(args, &patchset, &version, source.pin.map(|pin| pin.name));
    let folder = args.output.as_deref().unwrap_or(Path::new("patchsets")).join(&head.id);
    new_patchset::require_free(&catalog, &head.id, &folder)?;
    output::require_new_directory(workspace, &[&source.spec], &folder)?;
    // The new patchset is for one version.
    let base_version = old.as_deref().map(python_version).transpose()?.flatten();
    let plain = patchset.at(Some(&version), base_version.as_ref());
    let edits = port::ported(&plain, &decided);
    let text_of = |edit: &Edit| {
        let origin = catalog.find(&edit.patchset)?;
        String::from_utf8(origin.read("patchset.yaml").ok()?).ok()
    };
    let written = port::write(&head, &plain, &edits, &text_of);
    let new = new_patchset::load_from_temporary(&catalog, &head.id, &written)?;
    let refused = |title: &str, ids: &[String], help: &str| {
        let edits = ids.iter().map(|id| format!("edit: {id}"));
        Err(CliError::unfit(title).details(edits).detail("nothing was written").help(help))
    };
    let wrong = port::not_as_decided(&plain, &new.at(Some(&version), base_version.as_ref()), &edits);
    if !wrong.is_empty() {
        let help =
            "write these edits in the usual form, one key per line and `id` first, or port them by hand";
        return refused("the new patchset would not be what was decided", &wrong, help);
    }
    let planned = plan(&new, tree)?;
    if !planned.fits() {
        show(None)?;
        ui.misfit(&planned, false);
        return Ok(ExitStatus::Unfit);
    }
    let skipped = skipped_by_version(&decided, &planned);
    if !skipped.is_empty() {
        let title = format!("edits that fit would be skipped on CPython {version}");
        return refused(&title, &skipped, "widen their `when`, `since` or `until`, or drop them with --drop");
    }
    if args.dry_run {
        show(None)?;
        line(&format!("\n{}", written.yaml.trim_end_matches('\n')))?;
        return Ok(ExitStatus::Done);
    }
    let unwritten =
        |error: std::io::Error| CliError::io(format!("cannot write {}", folder.display()), &error);
    let store = Store::new("snapshots");
    let snapshot = match &head.pin {
        Some(pin) => {
            let body = snapshot::render(&planned, &Baseline::read(&new, tree)?, pin);
            match store.is_taken(&head.id, pin) {
                // It was accepted before: whoever runs `snapshot check` sees how it differs.
                true => None,
                false => Some((pin, store.prepare(&head.id, pin, &body).map_err(unwritten)?)),
            }
        }
        None => None,
    };
    let (pin, snapshot) = snapshot.unzip();
    new_patchset::save(&folder, &written, snapshot).map_err(unwritten)?;
    ui.changed();
    show(Some(&folder))?;
    line(&format!("wrote {}", folder.join("patchset.yaml").display()))?;
    if args.format == Format::Text {
        ui.show(&planned, Format::Text)?;
    }
    if let Some(pin) = pin {
        let path = store.path(&head.id, pin);
        line(&format!("wrote its snapshot, to be reviewed: {}", path.display()))?;
    }
    Ok(ExitStatus::Done)
}

/// An option that was given, but only goes with patches.
fn for_patches(args: &Args) -> Option<&'static str> {
    let options = [
        (args.careful, "--careful"),
        (args.fuzz > 0, "--fuzz"),
        (args.in_place.is_some(), "--in-place"),
        (args.report.is_some(), "--report"),
        (args.brief.is_some(), "--brief"),
        (!args.resolve.is_empty(), "--resolve"),
    ];
    options.into_iter().find_map(|(is_given, name)| is_given.then_some(name))
}

/// The error for rows that are not decided yet.
fn undecided(decided: &[Decided]) -> Option<CliError> {
    let open: Vec<&Decided> = decided.iter().filter(|one| one.decision == Decision::Open).collect();
    let first = open.first()?.cell.row();
    let can_be_taken = |one: &&&Decided| one.cell.candidates.iter().any(|one| one.change.is_some());
    let accept = open.iter().find(can_be_taken).map(|one| format!("--accept {}=N or ", one.cell.row()));
    let error = CliError::unfit(format!("{} to be decided", counted(open.len(), "row")));
    Some(error.detail("nothing was written").help(format!(
        "give {}--drop {first}=WHY for each row, or a file of --decisions",
        accept.unwrap_or_default()
    )))
}

/// Edits that are ported, but that the new patchset would skip because of their versions.
fn skipped_by_version(decided: &[Decided], planned: &Plan) -> Vec<String> {
    let is_ported = |one: &&Decided| {
        matches!(one.cell.verdict, Verdict::Applies | Verdict::Moved | Verdict::Changed)
            && matches!(one.decision, Decision::Kept | Decision::Taken { .. })
            && one.cell.change.is_some()
    };
    let is_skipped = |id: &String| {
        planned.edits.iter().any(|edit| edit.id == *id && edit.verdict() == OutcomeKind::Skipped)
    };
    let ported = decided.iter().filter(is_ported).map(|one| one.cell.edit.clone());
    let mut ids: Vec<String> = ported.filter(is_skipped).collect();
    ids.dedup();
    ids
}

/// The patchset, or one that it extends, whose range includes this version.
fn written_for(
    workspace: &Workspace,
    patchset: &Patchset,
    version: &Version,
) -> Result<Option<Patchset>, CliError> {
    let extended = workspace.patchsets(&patchset.extends)?;
    let is_for = |one: &&Patchset| one.applies_to.as_ref().is_some_and(|range| range.contains(version));
    Ok([patchset].into_iter().chain(&extended).find(is_for).cloned())
}
