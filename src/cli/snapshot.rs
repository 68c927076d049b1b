//! `pypatch snapshot`

use std::collections::BTreeMap;

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Workspace, snapshot_diff};
use crate::digest::Sha256Digest;
use crate::plan::{Baseline, plan};
use crate::report;
use crate::report::text::counted;
use crate::snapshot::{self, Store};
use crate::tree::TreePath;

/// Compare what patchsets come to on their pins with what was accepted, or accept it.
///
/// Snapshots stand in ./snapshots/PATCHSET/PIN.snap, in the format of insta: `cargo insta review`
/// works on the same files.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show what changed since it was accepted, edit by edit; exits with status 1 when something did.
    Check(Selection),
    /// Accept what the patchsets come to now.
    Accept(Selection),
    /// Show how the changes themselves changed from one accepted snapshot to another, edit by edit; exits
    /// with status 1 when one did.
    ///
    /// What upstream moved is told apart from what an edit does: `moved` are edits that change the same
    /// lines, `upstream` those that do the same to lines that upstream wrote otherwise, `changed` those
    /// that do something else.
    Diff(snapshot_diff::Args),
}

#[derive(Debug, clap::Args)]
struct Selection {
    /// Patchsets by name or pattern, such as `catamount-*`; all of them unless given.
    patchsets: Vec<String>,
    /// Only this pin.
    #[arg(long)]
    pin: Option<String>,
    /// Fail when a pinned release is not at hand, instead of passing over it.
    #[arg(long)]
    require: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (selection, accept) = match &args.action {
        Action::Check(selection) => (selection, false),
        Action::Accept(selection) => (selection, true),
        Action::Diff(args) => return snapshot_diff::run(ui, workspace, args),
    };
    let mut ids = Vec::new();
    if selection.patchsets.is_empty() {
        ids = workspace.catalog.ids()?;
    }
    for pattern in &selection.patchsets {
        ids.extend(super::list::matching(workspace, Some(pattern))?);
    }
    let store = Store::new("snapshots");
    let (mut compared, mut different, mut skipped) = (0, 0, 0);
    for id in ids {
        let patchset = workspace.patchset(&id)?;
        for name in patchset.pins.iter().filter(|pin| selection.pin.as_ref().is_none_or(|only| only == *pin))
        {
            let pin = workspace.pins.get(name)?;
            let what = format!("{} on {name}", patchset.id);
            let Some(tree) = workspace.open_pin_at_hand(&pin)? else {
                skipped += 1;
                ui.out(&format!("{what}: skipped, the release is not at hand (`pypatch fetch {name}`)\n"))?;
                continue;
            };
            compared += 1;
            let baseline = Baseline::read(&patchset, tree.as_ref())?;
            let planned = plan(&patchset, tree.as_ref())?;
            let new = snapshot::render(&planned, &baseline, name);
            let old = store
                .read(&patchset.id, name)
                .map_err(|e| CliError::io(format!("cannot read the snapshot of {what}"), &e))?;
            let changes = snapshot::compare(old.as_deref().unwrap_or(""), &new);
            if changes.is_empty() {
                ui.out(&format!("{what}: as accepted\n"))?;
                continue;
            }
            different += 1;
            let state = if old.is_none() { "not accepted yet" } else { "changed" };
            ui.out(&format!("{what}: {state}\n"))?;
            ui.out(&report::snapshot::changes(&changes))?;
            if accept {
                if !planned.fits() {
                    ui.note(&format!("warning: {what}: it does not fit, and that is what is accepted"));
                }
                let path = store
                    .write(&patchset.id, name, &new)
                    .map_err(|e| CliError::io(format!("cannot accept the snapshot of {what}"), &e))?;
                ui.out(&format!("accepted: {}\n", path.display()))?;
            }
        }
    }
    if let Some(pin) = selection.pin.as_ref().filter(|_| compared + skipped == 0) {
        return Err(CliError::new(ExitStatus::Usage, format!("no patchset of these has the pin `{pin}`"))
            .help("a pin is compared when it is among the patchset's `pins`"));
    }
    ui.note(&format!("{compared} compared, {different} different, {skipped} skipped"));
    if skipped > 0 && selection.require {
        return Err(CliError::new(
            ExitStatus::Source,
            format!("not at hand: {}", counted(skipped, "pinned release")),
        ));
    }
    Ok(if different > 0 && !accept { ExitStatus::Difference } else { ExitStatus::Done })
}

/// The digests of the files that a patchset touches on a pin, from its accepted snapshot.
pub(super) fn before_digests(patchset: &str, pin: &str) -> Option<BTreeMap<TreePath, Option<Sha256Digest>>> {
    let body = Store::new("snapshots").read(patchset, pin).ok().flatten()?;
    Some(snapshot::before_digests(&body))
}

/// What a patchset's edits mean on a pin, from its accepted snapshot.
pub(super) fn baseline(patchset: &str, pin: &str) -> Option<Baseline> {
    let body = Store::new("snapshots").read(patchset, pin).ok().flatten()?;
    snapshot::baseline(&body)
}
