//! `pypatch port`

mod answers;
mod decisions;
mod head;
mod patch;
mod patches;
mod propose;
mod series;

pub(super) use propose::{Proposal, Proposed, propose};

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::base::InOrder;
use super::{
    Base, CliError, ExitStatus, Format, ReportFormat, Source, Ui, Workspace, new_patchset, output, written,
};
use crate::carry::Lineage;
use crate::edit::OutcomeKind;
use crate::export;
use crate::patchset::{Edit, NewPatchset, Patchset, is_path};
use crate::plan::{Baseline, Plan, joined, plan};
use crate::port::{self, Decided, Decision, Decisions, Head, Searched, Verdict};
use crate::report::{PortReport, PortReports, Written, counted};
use crate::snapshot;
use crate::software::Software;
use crate::tree::{FileChange, OverlayTree, Tree, tree_version};
use crate::version::Version;

/// What the options that go on with a series do not go with: it was begun with them.
const RESUMED: [&str; 12] = [
    "patchsets",
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

#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Args {
    /// The patchset, or several in the order in which they are applied: each is ported on top of the ported ones before it. Or a patch,
    /// a mailbox, a quilt `series` file, a directory of patches, or commits: git:REPO@COMMIT or git:REPO@A..B.
    #[arg(value_name = "PATCHSET", required_unless_present = "resume")]
    patchsets: Vec<String>,
    /// The source to port it to: a directory, a tarball, a pin, or git:REPO@REV.
    #[arg(long, value_name = "SOURCE", required_unless_present = "resume")]
    to: Option<String>,
    /// The id of the new patchset [default: the old id with the new series, such as catamount-py2.7].
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Take candidate N of a row: `no-sharedmods=1`, `static-modules/collections=1`; of several patchsets with such an edit
    /// `catamount-py2.5:no-sharedmods=1`.
    #[arg(long, value_name = "ROW=N", value_parser = pair)]
    accept: Vec<(String, String)>,
    /// Drop a row, or an edit with all of its rows, with the reason: `pgen-yod=make no longer runs it`.
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
    /// The folder of patchsets that the new one is written to [default: that of the project]; the file of the new patch, or the directory of
    /// the new series.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Write nothing, and print the new patchset.yaml.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: ReportFormat,
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
    let resolved =
        |source: &Option<String>| source.as_ref().map(|source| workspace.resolved(ui, source)).transpose();
    if patch::is_asked(args) {
        let args = &Args { to: resolved(&args.to)?, from: resolved(&args.from)?, ..args.clone() };
        return patch::run(ui, workspace, args);
    }
    let Some(to) = &args.to else { return Ok(ExitStatus::Usage) };
    if let Some(option) = for_patches(args) {
        let names = args.patchsets.join(" and ");
        let what = if args.patchsets.len() == 1 { "is a patchset" } else { "are patchsets" };
        return Err(CliError::usage(format!("{option} is for patches, and {names} {what}"))
            .help("name a file or a directory of patches, and the version that they are for with --from"));
    }
    let patchsets = workspace.patchsets(&args.patchsets)?;
    let workspace = &workspace.of(&patchsets);
    let to = &workspace.resolved(ui, to)?;
    let args = &Args { to: Some(to.clone()), ..args.clone() };
    if patchsets.len() > 1 && args.id.is_some() {
        return Err(CliError::usage("--id names one new patchset, and several are ported")
            .help("leave it out, and rename the new patchsets afterwards"));
    }
    let source = workspace.open(ui, to)?;
    let tree = source.tree.as_ref();
    let version = version_for(patchsets.first().map(|one| one.software).unwrap_or_default(), to, tree)?;
    let edits = written::edits(workspace, &args.patchsets, &patchsets);
    let line = |text: &str| if args.format == ReportFormat::Text { ui.line(text) } else { Ok(()) };
    let mut all: Vec<Ported> = Vec::new();
    let mut changes: Vec<FileChange> = Vec::new();
    let mut bases: Option<(Base, Vec<InOrder>)> = None;
    let mut decisions = decisions::of_each(decisions::read(args)?, &patchsets)?;
    for (at, patchset) in patchsets.iter().enumerate() {
        let under = OverlayTree::new(tree, &changes);
        let under: &dyn Tree = if changes.is_empty() { tree } else { &under };
        let made = if let Some(own) = written_for(workspace, patchset, &version)? {
            let plan = plan(&own, under)?;
            if !plan.fits() {
                show(ui, args, &edits, &all, None)?;
                ui.misfit(&plan, patchsets.len() > 1);
                ui.note(&narrow(&own, &version));
                return Ok(ExitStatus::Unfit);
            }
            let text = format!("{} is written for {}: there is nothing to port", own.id, version.named());
            if patchsets.len() == 1 || args.format == ReportFormat::Text {
                ui.line(&text)?;
            }
            plan.changes
        } else {
            if bases.is_none() {
                let base = match &args.base {
                    Some(source) => Base::of_source(ui, workspace, &patchsets[0], source)?,
                    None => Base::of_pins(ui, workspace, &patchsets[0])?,
                };
                let each = base.of_each(ui, &patchsets)?;
                bases = Some((base, each));
            }
            let Some((base, each)) = &bases else { return Ok(ExitStatus::Usage) };
            let old = base.open()?;
            let old = old.as_deref();
            let lineage = patches::since(ui, workspace, base, &source)?;
            let on_old = old.map(|old| OverlayTree::new(old, &each[at].before));
            let old =
                if each[at].before.is_empty() { old } else { on_old.as_ref().map(|old| old as &dyn Tree) };
            let port = Port {
                name: &args.patchsets[at],
                patchset,
                is_first: at == 0,
                baseline: each[at].baseline.as_ref(),
                old,
                under,
                lineage: lineage.as_ref(),
            };
            match port.run(ui, workspace, args, (&source, &version), &mut decisions[at])? {
                Ok(one) if all.iter().any(|known| known.head.id == one.head.id) => {
                    let title = format!("two of the new patchsets would have the id `{}`", one.head.id);
                    return Err(CliError::usage(title)
                        .detail("nothing was written")
                        .help("port them one after the other, with --id"));
                }
                Ok(one) => {
                    all.push(one);
                    all[all.len() - 1].planned.changes.clone()
                }
                Err(Stop { decided, why }) => {
                    show(ui, args, &edits, &all, Some((&patchset.id, &decided)))?;
                    return match why {
                        Why::Open(error) => Err(error),
                        Why::Misfit(plan) => {
                            ui.misfit(&plan, patchsets.len() > 1);
                            Ok(ExitStatus::Unfit)
                        }
                    };
                }
            }
        };
        changes = joined(&changes.iter().chain(&made).collect::<Vec<_>>());
    }
    if args.dry_run {
        show(ui, args, &edits, &all, None)?;
        for one in &all {
            line(&format!("\n{}", one.written.yaml.trim_end_matches('\n')))?;
        }
        return Ok(ExitStatus::Done);
    }
    let unwritten = |folder: &Path| {
        let title = format!("cannot write {}", folder.display());
        move |error: std::io::Error| CliError::io(title, &error)
    };
    let store = workspace.store();
    let mut prepared = Vec::new();
    for one in &all {
        if let Some((pin, body)) = &one.snapshot {
            prepared.push(store.prepare(&one.head.id, pin, body).map_err(unwritten(&one.folder))?);
        }
        prepared.push(new_patchset::prepare(&one.folder, &one.written).map_err(unwritten(&one.folder))?);
    }
    if let Some(last) = all.last() {
        export::commit(prepared).map_err(unwritten(&last.folder))?;
        ui.changed();
    }
    if args.format != ReportFormat::Text {
        show(ui, args, &edits, &all, None)?;
        return Ok(ExitStatus::Done);
    }
    for one in &all {
        ui.show(&one.report(args, &edits, true), args.format)?;
        line(&format!("wrote {}", one.folder.join("patchset.yaml").display()))?;
        ui.show(&one.planned, Format::Text)?;
        if let Some((pin, _)) = &one.snapshot {
            let path = store.path(&one.head.id, pin);
            line(&format!("wrote its snapshot, to be reviewed: {}", path.display()))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// The version of the tree `to`, which must be one of `software`.
fn version_for(software: Software, to: &str, tree: &dyn Tree) -> Result<Version, CliError> {
    tree_version(tree)?.filter(|version| version.software() == software).ok_or_else(|| {
        CliError::unfit(format!("{to} is not a {} source tree", software.title()))
            .help("a patchset for something else is written by hand")
    })
}

/// Shows what was decided about the patchsets that were ported, and about the one that was not.
fn show(
    ui: &Ui,
    args: &Args,
    edits: &Written,
    all: &[Ported],
    last: Option<(&str, &[Decided])>,
) -> Result<(), CliError> {
    let is_written = !args.dry_run && last.is_none();
    let mut reports: Vec<PortReport<'_>> =
        all.iter().map(|one| one.report(args, edits, is_written)).collect();
    if let Some((patchset, decided)) = last {
        let to = args.to.as_deref().unwrap_or_default();
        reports.push(PortReport { patchset, to, written: None, decided, edits });
    }
    match &reports[..] {
        [one] if args.patchsets.len() == 1 => ui.show(one, args.format),
        [] if args.format == ReportFormat::Text => Ok(()),
        _ => ui.show(&PortReports(reports), args.format),
    }
}

/// A patchset that is to be ported.
struct Port<'a> {
    /// As the user named it.
    name: &'a str,
    patchset: &'a Patchset,
    is_first: bool,
    baseline: Option<&'a Baseline>,
    /// What it was written for, with the patchsets before it.
    old: Option<&'a dyn Tree>,
    /// The version to which it is ported, with the ported patchsets before it.
    under: &'a dyn Tree,
    /// The commits between both, if a repository has them.
    lineage: Option<&'a Lineage>,
}

/// A ported patchset, which is not written yet.
struct Ported {
    /// The old patchset.
    patchset: String,
    head: Head,
    folder: PathBuf,
    written: NewPatchset,
    decided: Vec<Decided>,
    planned: Plan,
    /// The pin and the body of its snapshot.
    snapshot: Option<(String, String)>,
}

impl Ported {
    fn report<'a>(&'a self, args: &'a Args, edits: &'a Written, is_written: bool) -> PortReport<'a> {
        let written = is_written.then(|| self.folder.display().to_string());
        let to = args.to.as_deref().unwrap_or_default();
        PortReport { patchset: &self.patchset, to, written, decided: &self.decided, edits }
    }
}

/// A patchset that cannot be ported yet.
struct Stop {
    decided: Vec<Decided>,
    why: Why,
}

enum Why {
    /// A person has to decide.
    Open(CliError),
    /// It would not fit.
    Misfit(Box<Plan>),
}

impl Port<'_> {
    fn run(
        &self,
        ui: &Ui,
        workspace: &Workspace,
        args: &Args,
        to: (&Source, &Version),
        decisions: &mut Decisions,
    ) -> Result<Result<Ported, Stop>, CliError> {
        let given = decisions.clone();
        match self.attempt(ui, workspace, args, to, true, decisions)? {
            // Lines that were carried one by one exclude each other, or need an edit that was carried, too: a person decides again.
            Err(Stop { decided, why: Why::Misfit(_) }) if decided.iter().any(|one| one.cell.by_lines) => {
                *decisions = given;
                self.attempt(ui, workspace, args, to, false, decisions)
            }
            ended => Ok(ended),
        }
    }

    fn attempt(
        &self,
        ui: &Ui,
        workspace: &Workspace,
        args: &Args,
        (source, version): (&Source, &Version),
        by_lines: bool,
        decisions: &mut Decisions,
    ) -> Result<Result<Ported, Stop>, CliError> {
        let Port { patchset, old, under, .. } = *self;
        let bar = ui.progress(&format!("judging {}", patchset.id), None);
        let mut cells = port::judge(patchset, self.baseline, old, under, &Searched::default())?;
        if let Some(old) = old {
            port::question(patchset, (old, under), self.lineage, by_lines, &mut cells)?;
        }
        drop(bar);
        let mut decided = port::decide(&cells, decisions)?;
        if args.format == ReportFormat::Text
            && std::io::stdin().is_terminal()
            && std::io::stdout().is_terminal()
        {
            decisions::ask(ui, &decided, decisions)?;
            decided = port::decide(&cells, decisions)?;
        }
        if let Some(error) = undecided(&decided) {
            return Ok(Err(Stop { decided, why: Why::Open(error) }));
        }
        // A patchset that was named by its path may extend one in the folder next to it.
        let catalog = match is_path(self.name) {
            true => workspace.catalog.with_first(Path::new(self.name).join("..")),
            false => workspace.catalog.clone(),
        };
        let mut head = head::head(args, patchset, version, source.pin.as_ref().map(|pin| pin.name.clone()));
        let folder = workspace.output(args.output.as_deref())?.join(&head.id);
        new_patchset::require_free(&catalog, &head.id, &folder)?;
        output::require_new_directory(workspace, &[&source.spec], &folder)?;
        // The new patchset is for one version.
        let base_version = old.map(tree_version).transpose()?.flatten();
        let plain = patchset.at(Some(version), base_version.as_ref());
        let edits = port::ported(&plain, &decided);
        let text_of = |edit: &Edit| {
            let origin = catalog.find(&edit.patchset)?;
            String::from_utf8(origin.read("patchset.yaml").ok()?).ok()
        };
        let build = port::ported_build(&plain.build, &decided);
        let mut written = port::write(&head, &plain, &edits, &build, &text_of);
        let mut new = new_patchset::load_from_temporary(&catalog, &head.id, &written)?;
        let tree = source.tree.as_ref();
        let mut alone = None;
        if !self.is_first && head.pin.is_some() {
            alone = Some(plan(&new, tree)?).filter(Plan::fits);
            if alone.is_none() {
                // It fits the release only on top of the patchsets before it, and a pin is of a patchset by itself.
                head.pin = None;
                written = port::write(&head, &plain, &edits, &build, &text_of);
                new = new_patchset::load_from_temporary(&catalog, &head.id, &written)?;
            }
        }
        let refused = |title: &str, ids: &[String], help: &str| {
            let edits = ids.iter().map(|id| format!("edit: {id}"));
            Err(CliError::unfit(title).details(edits).detail("nothing was written").help(help))
        };
        let mut wrong = port::not_as_decided(&plain, &new.at(Some(version), base_version.as_ref()), &edits);
        if (&new.build.regenerate, &new.build.programs) != (&build.regenerate, &build.programs) {
            wrong.push("of the recipe".to_owned());
        }
        if !wrong.is_empty() {
            let help =
                "write these edits in the usual form, one key per line and `id` first, or port them by hand";
            return refused("the new patchset would not be what was decided", &wrong, help);
        }
        let planned = plan(&new, under)?;
        if !planned.fits() {
            return Ok(Err(Stop { decided, why: Why::Misfit(Box::new(planned)) }));
        }
        let skipped = skipped_by_version(&decided, &planned);
        if !skipped.is_empty() {
            let title = format!("edits that fit would be skipped on {}", version.named());
            return refused(
                &title,
                &skipped,
                "widen their `when`, `since` or `until`, or drop them with --drop",
            );
        }
        let snapshot = match &head.pin {
            // If it was accepted before, whoever runs `snapshot check` sees how it differs.
            Some(pin) if !workspace.store().is_taken(&head.id, pin) => {
                let on_pin = alone.as_ref().unwrap_or(&planned);
                Some((pin.clone(), snapshot::render(on_pin, &Baseline::read(&new, tree)?, pin)))
            }
            Some(_) | None => None,
        };
        let patchset = patchset.id.clone();
        Ok(Ok(Ported { patchset, head, folder, written, decided, planned, snapshot }))
    }
}

/// The help for a patchset whose range has the version, and that does not fit it.
fn narrow(own: &Patchset, version: &Version) -> String {
    let range = own.applies_to.as_ref().map(ToString::to_string).unwrap_or_default();
    format!(
        "help: `applies-to: {range}` of {} includes {}: narrow it and port again, or correct the edit",
        own.id,
        version.named()
    )
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
