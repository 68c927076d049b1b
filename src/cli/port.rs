//! `pypatch port`

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::base::Base;
use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Format, Workspace};
use crate::edit::OutcomeKind;
use crate::patchset::{Catalog, Edit, Patchset, is_id};
use crate::plan::{Baseline, Plan, plan};
use crate::port::{self, BadDecision, Cell, Decided, Decision, Decisions, Head, Verdict, Written};
use crate::report;
use crate::snapshot::{self, Store};
use crate::tree::python_version;
use crate::version::Version;

/// Carry a patchset to another version: write a new one that extends it and holds only what differs.
///
/// What applies, or is found with certainty, is carried over; what is done or gone there is left out, with the
/// reason. Where only another anchor would do, candidates are named and none is taken: accept them at the
/// terminal, by --accept and --drop, or in a file of decisions. While something is open nothing is written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// The source to carry it to: a directory, a tarball, a pin, or git:REPO@REV.
    #[arg(long, value_name = "SOURCE")]
    to: String,
    /// The new patchset's id; the old one's with the new series unless given: catamount-py2.7.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Take candidate N of a row: `no-sharedmods=1`, `static-modules/collections=1`.
    #[arg(long, value_name = "ROW=N", value_parser = pair)]
    accept: Vec<(String, String)>,
    /// Leave a row out, with the reason: `pgen-yod=make no longer runs it`.
    #[arg(long, value_name = "ROW=WHY", value_parser = pair)]
    drop: Vec<(String, String)>,
    /// A YAML file with `accept: {ROW: N}` and `drop: {ROW: WHY}`.
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// The source that the patchset was written for; the newest of its pins that is at hand unless given.
    #[arg(long, value_name = "SOURCE")]
    base: Option<String>,
    /// The folder of patchsets that the new one is written to.
    #[arg(short, long, value_name = "DIR", default_value = "patchsets")]
    output: PathBuf,
    /// Write nothing: print the new patchset.yaml.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// How to write the report.
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
    let patchset = workspace.patchset(&args.patchset)?;
    // What a patchset extends may stand beside it, where it was named by its path.
    let catalog = match Path::new(&args.patchset).parent() {
        Some(_) if args.patchset.contains('/') => {
            workspace.catalog.with_first(Path::new(&args.patchset).join(".."))
        }
        _ => workspace.catalog.clone(),
    };
    let source = workspace.open(ui, &args.to)?;
    let tree = source.tree.as_ref();
    let version = python_version(tree)?.ok_or_else(|| {
        CliError::new(ExitStatus::Unfit, format!("{} is no tree of CPython", args.to))
            .help("a patchset of something else is written for its tree by hand")
    })?;
    if let Some(own) = written_for(workspace, &patchset, &version)? {
        let fits = plan(&own, tree)?.fits();
        ui.out(&format!("{} is written for CPython {version}: there is nothing to port\n", own.id))?;
        return Ok(if fits { ExitStatus::Done } else { ExitStatus::Unfit });
    }
    let base = match &args.base {
        Some(source) => Base::of_source(ui, workspace, &patchset, source)?,
        None => Base::of_pins(ui, workspace, &patchset)?,
    };
    let old = base.open()?;
    let cells = port::judge(&patchset, base.baseline.as_ref(), old.as_deref(), tree)?;
    let mut decisions = decisions(args)?;
    let mut decided = port::decide(&cells, &decisions).map_err(bad_decision)?;
    if args.format == Format::Text && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        ask(ui, &decided, &mut decisions)?;
        decided = port::decide(&cells, &decisions).map_err(bad_decision)?;
    }
    let open: Vec<&Decided> = decided.iter().filter(|one| one.decision == Decision::Open).collect();
    if !open.is_empty() {
        report(ui, args, &patchset, None, &decided)?;
        let can_be_taken = |one: &&&Decided| one.cell.candidates.iter().any(|one| one.change.is_some());
        let accept = open.iter().find(can_be_taken).map(|one| format!("--accept {}=N or ", one.cell.row()));
        ui.error(
            &CliError::new(
                ExitStatus::Unfit,
                format!("{} to be decided", report::text::counted(open.len(), "row")),
            )
            .detail("nothing was written")
            .help(format!(
                "give {}--drop {}=WHY for each, or a file of --decisions",
                accept.unwrap_or_default(),
                open[0].cell.row()
            )),
        );
        return Ok(ExitStatus::Unfit);
    }
    let head = head(args, &patchset, &version, source.pin.as_ref().map(|pin| pin.name.clone()));
    let folder = args.output.join(&head.id);
    is_free(&catalog, &head.id, &folder)?;
    let edits = port::ported(&patchset, &decided);
    let written = port::write(&head, &patchset, &edits, &|edit| text_of(&catalog, edit));
    let new = try_out(&catalog, &head.id, &written)?;
    let lost = port::not_as_decided(&patchset, &new, &edits);
    if !lost.is_empty() {
        let mut error = CliError::new(ExitStatus::Unfit, "the new patchset would not say what was decided")
            .detail("nothing was written")
            .help("write these edits in the usual way, a key a line and `id` first, or port them by hand");
        error.details.extend(lost.iter().map(|id| format!("edit: {id}")));
        return Err(error);
    }
    let planned = plan(&new, tree)?;
    if !planned.fits() {
        report(ui, args, &patchset, None, &decided)?;
        ui.failure(&report::text::failures(&planned));
        return Ok(ExitStatus::Unfit);
    }
    let undone = undone(&decided, &planned);
    if !undone.is_empty() {
        let mut error =
            CliError::new(ExitStatus::Unfit, format!("edits that fit would be skipped on CPython {version}"))
                .detail("nothing was written")
                .help("widen their `when`, `since` or `until`, or leave them out with --drop");
        error.details.extend(undone.iter().map(|id| format!("edit: {id}")));
        return Err(error);
    }
    if args.dry_run {
        report(ui, args, &patchset, None, &decided)?;
        if args.format == Format::Text {
            ui.out(&format!("\n{}", written.yaml))?;
        }
        return Ok(ExitStatus::Done);
    }
    save_whole(&folder, &written)
        .map_err(|error| CliError::io(format!("cannot write {}", folder.display()), &error))?;
    report(ui, args, &patchset, Some(&folder), &decided)?;
    if args.format == Format::Text {
        ui.out(&format!("wrote {}\n", folder.join("patchset.yaml").display()))?;
        ui.out(&report::text::plan(&planned))?;
    }
    let store = Store::new("snapshots");
    if let Some(pin) = head.pin.as_ref().filter(|pin| !store.path(&head.id, pin).exists()) {
        let body = snapshot::render(&planned, &Baseline::read(&new, tree)?, pin);
        let path = store
            .write(&head.id, pin, &body)
            .map_err(|error| CliError::io("cannot write the snapshot", &error))?;
        if args.format == Format::Text {
            ui.out(&format!("its snapshot, to be read: {}\n", path.display()))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// Refuses an id that is none, or that a patchset has already.
fn is_free(catalog: &Catalog, id: &str, folder: &Path) -> Result<(), CliError> {
    let wrong = |title: String| CliError::new(ExitStatus::Usage, title).detail("nothing was written");
    if !is_id(id) {
        return Err(wrong(format!("`{id}` is no name for a patchset"))
            .help("write small letters, digits, `.`, `_` and `-`"));
    }
    let another = "give the new patchset another name with --id, or move that one away";
    if folder.exists() {
        return Err(wrong(format!("{} exists", folder.display())).help(another));
    }
    if catalog.find(id).is_some() {
        return Err(wrong(format!("there is a patchset `{id}` already")).help(another));
    }
    Ok(())
}

/// Edits that the judgement keeps or changes, and that the new patchset would skip for their versions.
fn undone(decided: &[Decided], planned: &Plan) -> Vec<String> {
    let counts = |one: &&Decided| {
        let does = matches!(one.cell.verdict, Verdict::Applies | Verdict::Moved | Verdict::Changed);
        does && matches!(one.decision, Decision::Kept | Decision::Taken { .. }) && one.cell.change.is_some()
    };
    let is_skipped = |id: &&String| {
        planned.edits.iter().any(|edit| edit.id == **id && edit.verdict() == OutcomeKind::Skipped)
    };
    let mut ids: Vec<&String> =
        decided.iter().filter(counts).map(|one| &one.cell.edit).filter(is_skipped).collect();
    ids.dedup();
    ids.into_iter().cloned().collect()
}

/// The patchset, or one that it extends, that is written for this version already.
fn written_for(
    workspace: &Workspace,
    patchset: &Patchset,
    version: &Version,
) -> Result<Option<Patchset>, CliError> {
    let is_for = |one: &Patchset| one.applies_to.as_ref().is_some_and(|range| range.contains(version));
    if is_for(patchset) {
        return Ok(Some(patchset.clone()));
    }
    for id in &patchset.extends {
        let one = workspace.patchset(id)?;
        if is_for(&one) {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

fn decisions(args: &Args) -> Result<Decisions, CliError> {
    let mut decisions = match &args.decisions {
        None => Decisions::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                CliError::new(ExitStatus::Usage, format!("cannot read {}: {error}", path.display()))
            })?;
            serde_yaml::from_str(&text)
                .map_err(|error| CliError::new(ExitStatus::Usage, format!("{}: {error}", path.display())))?
        }
    };
    for (row, number) in &args.accept {
        let number = number.parse().map_err(|_| {
            CliError::new(
                ExitStatus::Usage,
                format!("--accept {row}={number}: {number} is no number of a candidate"),
            )
        })?;
        decisions.accept.insert(row.clone(), number);
    }
    decisions.drop.extend(args.drop.iter().cloned().collect::<BTreeMap<_, _>>());
    Ok(decisions)
}

fn bad_decision(error: BadDecision) -> CliError {
    let title = error.to_string();
    match error {
        BadDecision::NoRow { open, .. } => {
            let mut error = CliError::new(ExitStatus::Usage, title);
            error.details = open.iter().map(|row| format!("to be decided: {row}")).collect();
            error
        }
        BadDecision::NoCandidate { .. } | BadDecision::Both { .. } => CliError::new(ExitStatus::Usage, title),
        BadDecision::ByHand { row, .. } => CliError::new(ExitStatus::Usage, title)
            .help(format!("leave it out with --drop {row}=WHY, and write the edit into the new patchset")),
    }
}

/// Asks for what is open, row by row.
fn ask(ui: &Ui, decided: &[Decided], decisions: &mut Decisions) -> Result<(), CliError> {
    let mut lines = std::io::stdin().lock().lines();
    for one in decided.iter().filter(|one| one.decision == Decision::Open) {
        let row = one.cell.row();
        ui.out(&format!("\n{row}: {}\n", one.cell.verdict.name()))?;
        for detail in report::matrix::details(&one.cell) {
            ui.out(&format!("  {detail}\n"))?;
        }
        loop {
            ui.out(&format!("{} ", prompt(&one.cell)))?;
            let Some(Ok(answer)) = lines.next() else { return Ok(()) };
            let answer = answer.trim();
            if answer == "s" {
                break;
            } else if answer == "q" {
                return Ok(());
            } else if let Some(why) = answer.strip_prefix("d ").map(str::trim).filter(|why| !why.is_empty()) {
                decisions.drop.insert(row.clone(), why.to_owned());
                break;
            } else if let Ok(number) = answer.parse::<usize>()
                && let Some(candidate) = number.checked_sub(1).and_then(|at| one.cell.candidates.get(at))
            {
                if candidate.change.is_some() {
                    decisions.accept.insert(row.clone(), number);
                    break;
                }
                ui.out("this one takes a person to write; `d WHY` leaves the row out\n")?;
            }
        }
    }
    Ok(())
}

fn prompt(cell: &Cell) -> String {
    match cell.candidates.len() {
        0 => "[d WHY: leave it out, s: skip, q: quit]".to_owned(),
        1 => "[1: take it, d WHY: leave it out, s: skip, q: quit]".to_owned(),
        most => format!("[1-{most}: take one, d WHY: leave it out, s: skip, q: quit]"),
    }
}

fn report(
    ui: &Ui,
    args: &Args,
    patchset: &Patchset,
    folder: Option<&Path>,
    decided: &[Decided],
) -> Result<(), CliError> {
    match args.format {
        Format::Json => {
            let folder = folder.map(|folder| folder.display().to_string());
            let value = report::port::json(&patchset.id, &args.to, folder.as_deref(), decided);
            ui.raw(format!("{value:#}\n").as_bytes())
        }
        Format::Text => ui.out(&format!("{} to {}\n{}", patchset.id, args.to, report::port::text(decided))),
    }
}

/// What the new patchset says of itself. `catamount-py2.5` becomes `catamount-py2.7`.
fn head(args: &Args, old: &Patchset, version: &Version, pin: Option<String>) -> Head {
    let series = version.minor();
    let replaced = |text: &str| {
        let old_series = old.pins.last().and_then(|pin| pin.strip_prefix("python-")?.parse::<Version>().ok());
        old_series.map(|old| text.replace(&old.minor(), &series)).filter(|new| new != text)
    };
    let id =
        args.id.clone().or_else(|| replaced(&old.id)).unwrap_or_else(|| format!("{}-py{series}", old.id));
    // A title that names several versions says nothing true with one of them replaced.
    let versions = old.title.split_whitespace().filter(|word| word.parse::<Version>().is_ok()).count();
    let title = replaced(&old.title)
        .filter(|_| versions == 1)
        .unwrap_or_else(|| format!("{} (CPython {series})", old.title));
    let (major, minor) = version.series();
    Head { id, title, applies_to: format!(">={version}, <{major}.{}", minor + 1), pin }
}

/// The text of the patchset.yaml that an edit is written in.
fn text_of(catalog: &Catalog, edit: &Edit) -> Option<String> {
    let origin = catalog.find(&edit.patchset)?;
    String::from_utf8(origin.read("patchset.yaml").ok()?).ok()
}

/// Loads the new patchset from where it does no harm: what cannot be read is a bug, and is not written.
fn try_out(catalog: &Catalog, id: &str, written: &Written) -> Result<Patchset, CliError> {
    let place =
        tempfile::tempdir().map_err(|error| CliError::io("cannot make a temporary folder", &error))?;
    save(&place.path().join(id), written)
        .map_err(|error| CliError::io("cannot write to a temporary folder", &error))?;
    Ok(catalog.with_first(place.path().to_owned()).load(id)?)
}

/// The folder is there whole, or not at all.
fn save_whole(folder: &Path, written: &Written) -> std::io::Result<()> {
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(above)?;
    let place = tempfile::Builder::new().prefix(".pypatch-").tempdir_in(above)?;
    save(place.path(), written)?;
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(place.path(), permissions)?;
    std::fs::rename(place.keep(), folder)
}

fn save(folder: &Path, written: &Written) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let write = |path: PathBuf, bytes: &[u8]| -> std::io::Result<()> {
        if let Some(above) = path.parent() {
            std::fs::create_dir_all(above)?;
        }
        let mut file = std::fs::File::create(path)?;
        file.write_all(bytes)
    };
    for (name, bytes) in &written.files {
        write(folder.join("files").join(name), bytes)?;
    }
    write(folder.join("patchset.yaml"), written.yaml.as_bytes())
}
