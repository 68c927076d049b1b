//! `pypatch snapshot`

use std::collections::BTreeMap;

use super::review::reviewed;
use super::{CliError, ExitStatus, Format, ReportFormat, Ui, Workspace, snapshot_diff, written};
use crate::digest::Sha256Digest;
use crate::plan::{Baseline, plan};
use crate::report::{Comparison, ComparisonState, Comparisons, Written, counted};
use crate::snapshot;
use crate::tree::TreePath;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show what differs from the accepted snapshots, edit by edit, in words; exits with status 1 if anything does.
    ///
    /// What differs is left in a file PIN.snap.new next to the snapshot, for `pypatch review` or `cargo insta review`. If no pinned
    /// release is available, so that nothing was compared, the status is 4.
    Check(CheckArgs),
    /// Accept the present results. One of a patchset that does not fit its pin is not accepted.
    Accept(Selection),
    /// Show how the changes themselves changed from one accepted snapshot to another, edit by edit; exits
    /// with status 1 if one did.
    ///
    /// `moved` edits change the same lines at other line numbers, `upstream` edits have the same effect on
    /// lines that upstream changed, and `changed` edits have another effect.
    Diff(snapshot_diff::Args),
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    #[command(flatten)]
    selection: Selection,
    /// Show how the snapshot differs line by line, a diff of diffs.
    #[arg(long)]
    raw: bool,
    /// Succeed although no pinned release is available.
    #[arg(long, conflicts_with = "require")]
    allow_skipped: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: ReportFormat,
}

#[derive(Debug, clap::Args)]
struct Selection {
    /// Patchsets by name or pattern, such as `catamount-*` [default: all].
    patchsets: Vec<String>,
    /// Only this pin, or those of a series (3.14), a pattern ('3.1?.*') or a range ('>=3.12').
    #[arg(long)]
    pin: Option<String>,
    /// Fail if a pinned release is not available locally, instead of skipping it.
    #[arg(long)]
    require: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (selection, check) = match &args.action {
        Action::Check(check) => (&check.selection, Some(check)),
        Action::Accept(selection) => (selection, None),
        Action::Diff(args) => return snapshot_diff::run(ui, workspace, args),
    };
    let store = workspace.store();
    let (mut compared, mut different, mut waiting, mut skipped, mut unfit) = (0, 0, 0, 0, 0);
    let only = match &selection.pin {
        Some(text) => workspace.pins.selector(text)?,
        None => None,
    };
    let format = check.map_or(ReportFormat::Text, |check| check.format);
    let (mut all, mut edits) = (Vec::new(), Written::default());
    let bar = ui.progress("", None);
    for id in workspace.matching(&selection.patchsets)? {
        let patchset = workspace.patchset(&id)?;
        if format != ReportFormat::Text {
            edits.0.extend(
                written::edits(workspace, std::slice::from_ref(&id), std::slice::from_ref(&patchset)).0,
            );
        }
        let is_selected = |pin: &&String| match &selection.pin {
            None => true,
            Some(text) => text == *pin || only.as_ref().is_some_and(|only| only.matches_name(pin)),
        };
        let selected: Vec<&String> = patchset.pins.iter().filter(is_selected).collect();
        bar.begin(&format!("comparing {} on", patchset.id), Some(selected.len()), None);
        for pin in selected {
            bar.with(pin);
            let mut show = |state| {
                bar.one_done();
                let edits = patchset.edits.iter().map(|edit| edit.id.clone()).collect();
                let one = Comparison { patchset: patchset.id.clone(), pin: pin.clone(), edits, state };
                match format {
                    // Each takes a while.
                    ReportFormat::Text => ui.show(&one, Format::Text),
                    _ => {
                        all.push(one);
                        Ok(())
                    }
                }
            };
            let Some(tree) = workspace.open_local(&workspace.pins.get(pin)?)? else {
                skipped += 1;
                show(ComparisonState::NotAvailable)?;
                continue;
            };
            compared += 1;
            let what = format!("the snapshot of {} on {pin}", patchset.id);
            let io = |verb: &str| {
                let title = format!("cannot {verb} {what}");
                move |error: std::io::Error| CliError::io(title, &error)
            };
            let planned = plan(&patchset, tree.as_ref())?;
            let new = snapshot::render(&planned, &Baseline::read(&patchset, tree.as_ref())?, pin);
            let old = store.read(&patchset.id, pin).map_err(io("read"))?;
            let changes = snapshot::compare(old.as_deref().unwrap_or(""), &new);
            if changes.is_empty() {
                // What waited for review was undone.
                if let Err(error) = store.set_pending(&patchset.id, pin, None) {
                    let path = store.pending_path(&patchset.id, pin);
                    ui.note(&format!("warning: cannot remove {}: {error}", path.display()));
                }
                show(ComparisonState::AsAccepted)?;
                continue;
            }
            different += 1;
            show(match &old {
                None => ComparisonState::New(changes),
                Some(_) if check.is_some_and(|check| check.raw) => ComparisonState::Raw(changes),
                Some(old) => ComparisonState::Changed(reviewed(old, &new)),
            })?;
            if check.is_some() {
                if let Err(error) = store.set_pending(&patchset.id, pin, Some(&new)) {
                    // Whoever only looks may have no right to write.
                    let path = store.pending_path(&patchset.id, pin);
                    ui.note(&format!("warning: cannot write {}: {error}", path.display()));
                } else {
                    waiting += 1;
                }
            } else if !planned.fits() {
                unfit += 1;
                ui.misfit(&planned, false);
            } else {
                let path = store.write(&patchset.id, pin, &new).map_err(io("accept"))?;
                ui.changed();
                ui.line(&format!("accepted: {}", path.display()))?;
            }
        }
    }
    drop(bar);
    if let Some(pin) = selection.pin.as_ref().filter(|_| compared + skipped == 0) {
        return Err(CliError::usage(format!("none of these patchsets has the pin `{pin}`"))
            .help("only the pins that a patchset lists under `pins` are compared"));
    }
    if format != ReportFormat::Text {
        ui.show(&Comparisons { all: &all, written: &edits }, format)?;
    }
    ui.note(&format!("{compared} compared, {different} different, {skipped} skipped"));
    if unfit > 0 {
        return Err(CliError::unfit(format!("not accepted: {}", counted(unfit, "result")))
            .detail("a patchset that does not fit its pin has no result to accept")
            .help("repair the edits, or limit them with `when`"));
    }
    let is_idle = check.is_some_and(|check| !check.allow_skipped) && compared == 0;
    if skipped > 0 && (selection.require || is_idle) {
        return Err(CliError::source(format!("not available: {}", counted(skipped, "pinned release"))).help(
            if selection.require {
                "`pypatch fetch` gets them"
            } else {
                "`pypatch fetch` gets them; with --allow-skipped this is not an error"
            },
        ));
    }
    if waiting > 0 {
        ui.note("`pypatch review` decides about each");
    }
    Ok(if different > 0 && check.is_some() { ExitStatus::Difference } else { ExitStatus::Done })
}

/// The digests of the files that a patchset touches on a pin, from its accepted snapshot.
pub(super) fn before_digests(
    workspace: &Workspace,
    patchset: &str,
    pin: &str,
) -> Option<BTreeMap<TreePath, Option<Sha256Digest>>> {
    let head = workspace.store().read_head(patchset, pin).ok().flatten()?;
    Some(snapshot::before_digests(&head))
}

/// The anchors of a patchset's edits on a pin, from its accepted snapshot.
pub(super) fn baseline(workspace: &Workspace, patchset: &str, pin: &str) -> Option<Baseline> {
    let body = workspace.store().read(patchset, pin).ok().flatten()?;
    snapshot::baseline(&body)
}
