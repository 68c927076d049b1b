//! `pypatch port` of patches: a file, a series, a mailbox, a directory of patches, or commits.

use std::path::Path;

use super::super::{CliError, ExitStatus, ReportFormat, Ui, Workspace, output};
use super::patches::{Patches, between, brief, carried, decisions, lineage, read, write};
use super::{Args, answers, series};
use crate::apply::{self, ApplyError};
use crate::carry::{Care, Outcome};
use crate::export;
use crate::rebase::{self, Between, Series, Walk};
use crate::report::CarriedPatches;
use crate::tree::TreePath;

/// Whether `port` is asked to carry patches and not a patchset.
pub(super) fn is_asked(args: &Args) -> bool {
    let Some(name) = args.patchsets.first() else { return true };
    let path = Path::new(name);
    args.from.is_some() || name.starts_with("git:") || path.is_file() || path.join("series").is_file()
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (Some(name), Some(to_name)) = (args.patchsets.first(), &args.to) else {
        return series::resume(ui, workspace, args);
    };
    if let [_, second, ..] = &args.patchsets[..] {
        return Err(CliError::usage(format!(
            "`{second}` follows a patch: several patches are ported as a series"
        ))
        .help("name a directory of patches or a `series` file"));
    }
    let Patches { patches, from: from_name } = read(name, args.from.as_deref())?;
    if let Some(out) = series::output(args, Path::new(name), patches.len()) {
        return series::begin(ui, workspace, args, &from_name, out);
    }
    let (from, to) = (workspace.open(ui, &from_name)?, workspace.open(ui, to_name)?);
    let written = [&args.output, &args.report, &args.brief].into_iter().flatten();
    for path in written {
        output::require_file(workspace, &[], &[&from.spec, &to.spec], path)?;
    }
    let (from_tree, to_tree) = (from.tree.as_ref(), to.tree.as_ref());
    if let Some(out) = &args.output
        && out
            .canonicalize()
            .ok()
            .is_some_and(|out| Path::new(name).canonicalize().is_ok_and(|one| one == out))
    {
        return Err(CliError::usage(format!("{} is the patch that is carried", out.display())));
    }
    let care = if args.careful { Care::Careful } else { Care::Usual };
    let lineage = lineage(workspace, &from, &to)?;
    let series = Series {
        patches: &patches,
        from: from_tree,
        to: to_tree,
        lineage: lineage.as_ref(),
        care,
        fuzz: args.fuzz,
        stop_at: Outcome::Conflict,
    };
    let mut decisions = decisions(args.decisions.as_deref())?;
    let mut walk = carried(ui, &series, &decisions)?;
    if !args.resolve.is_empty() {
        let made = answers::given(&walk, to_tree, &args.resolve, None)?;
        made.into_iter().for_each(|one| decisions.add(one));
        if let Some(path) = args.decisions.as_ref().filter(|_| !args.dry_run) {
            export::file(path, &decisions.written())?;
        }
        walk = carried(ui, &series, &decisions)?;
        answers::note_doubts(ui, &walk, to_tree)?;
    }
    let not_carried: Vec<&str> =
        patches[walk.steps.len()..].iter().map(|one| one.patch.name.as_str()).collect();
    let report =
        CarriedPatches { from: &from_name, to: to_name, patches: &walk.steps, not_carried: &not_carried };
    let diff = diff(&walk, &between(from_tree, to_tree)?);
    let output = args.output.as_ref().filter(|out| *out != Path::new("-"));
    let is_on_stdout = args.in_place.is_none() && output.is_none() && args.format == ReportFormat::Text;
    match (&args.in_place, output) {
        _ if args.dry_run => {}
        (Some(root), _) => {
            apply::change(root, &walk.changes).map_err(|error| unwritten(root, error))?;
            ui.changed();
        }
        (None, Some(_)) if diff.is_empty() => {
            ui.note("note: no patch was written, because nothing is ported");
        }
        (None, Some(path)) => export::file(path, &diff)?,
        (None, None) if is_on_stdout => ui.raw(&diff)?,
        (None, None) => {}
    }
    if let Some(path) = args.report.as_ref().filter(|_| !args.dry_run) {
        write(path, &report, crate::report::Format::Json)?;
    }
    if let Some(path) = args.brief.as_ref().filter(|_| !args.dry_run) {
        brief(path, &walk, to_tree, [&from.spec, &to.spec], [&from_name, to_name])?;
    }
    match is_on_stdout && !args.dry_run {
        true => ui.note_report(&report),
        false => ui.show(&report, args.format)?,
    }
    let open = walk.steps.iter().flat_map(|step| &step.files).any(rebase::StepFile::is_open);
    Ok(if open { ExitStatus::Unfit } else { ExitStatus::Done })
}

/// The error for a tree that cannot be changed.
fn unwritten(root: &Path, error: ApplyError) -> CliError {
    let ApplyError::Changed(paths) = &error else { return error.into() };
    let paths: Vec<&str> = paths.iter().map(TreePath::as_str).collect();
    let title = format!("{} in {} is not the file of --to", paths.join(", "), root.display());
    CliError::unfit(title).detail("nothing was written")
}

/// The patches for the new version, one after the other. Files with a conflict are left out: markers are for a tree.
fn diff(walk: &Walk<'_>, between: &Between) -> Vec<u8> {
    let whole = |mut step: rebase::Step<'_>| {
        let is_whole = |file: &rebase::StepFile| file.is_decided || file.carried.outcome != Outcome::Conflict;
        for file in step.files.iter_mut().filter(|file| !is_whole(file)) {
            file.changes.clear();
        }
        rebase::patch(&step, between)
    };
    walk.steps.iter().cloned().filter_map(whole).flatten().collect()
}
