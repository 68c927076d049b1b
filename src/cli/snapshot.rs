//! `pypatch snapshot`

use std::collections::BTreeMap;

use super::{CliError, ExitStatus, Format, Ui, Workspace, snapshot_diff};
use crate::digest::Sha256Digest;
use crate::plan::{Baseline, plan};
use crate::report::{Comparison, ComparisonState, counted};
use crate::snapshot::{self, Store};
use crate::tree::TreePath;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show what differs from the accepted snapshots, edit by edit; exits with status 1 if anything does.
    Check(Selection),
    /// Accept the present results.
    Accept(Selection),
    /// Show how the changes themselves changed from one accepted snapshot to another, edit by edit; exits
    /// with status 1 if one did.
    ///
    /// `moved` edits change the same lines at other line numbers, `upstream` edits have the same effect on
    /// lines that upstream changed, and `changed` edits have another effect.
    Diff(snapshot_diff::Args),
}

#[derive(Debug, clap::Args)]
struct Selection {
    /// Patchsets by name or pattern, such as `catamount-*` [default: all].
    patchsets: Vec<String>,
    /// Only this pin.
    #[arg(long)]
    pin: Option<String>,
    /// Fail if a pinned release is not available locally, instead of skipping it.
    #[arg(long)]
    require: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (selection, accept) = match &args.action {
        Action::Check(selection) => (selection, false),
        Action::Accept(selection) => (selection, true),
        Action::Diff(args) => return snapshot_diff::run(ui, workspace, args),
    };
    let store = Store::new("snapshots");
    let (mut compared, mut different, mut skipped) = (0, 0, 0);
    for id in workspace.matching(&selection.patchsets)? {
        let patchset = workspace.patchset(&id)?;
        let is_selected = |pin: &&String| selection.pin.as_ref().is_none_or(|only| only == *pin);
        for pin in patchset.pins.iter().filter(is_selected) {
            let show = |state| ui.show(&Comparison { patchset: &patchset.id, pin, state }, Format::Text);
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
                show(ComparisonState::AsAccepted)?;
                continue;
            }
            different += 1;
            show(match old {
                None => ComparisonState::New(changes),
                Some(_) => ComparisonState::Changed(changes),
            })?;
            if accept {
                if !planned.fits() {
                    ui.note(&format!("warning: {} does not fit {pin}, and this is accepted", patchset.id));
                }
                let path = store.write(&patchset.id, pin, &new).map_err(io("accept"))?;
                ui.changed();
                ui.line(&format!("accepted: {}", path.display()))?;
            }
        }
    }
    if let Some(pin) = selection.pin.as_ref().filter(|_| compared + skipped == 0) {
        return Err(CliError::usage(format!("none of these patchsets has the pin `{pin}`"))
            .help("only the pins that a patchset lists under `pins` are compared"));
    }
    ui.note(&format!("{compared} compared, {different} different, {skipped} skipped"));
    if skipped > 0 && selection.require {
        return Err(CliError::source(format!("not available: {}", counted(skipped, "pinned release"))));
    }
    Ok(if different > 0 && !accept { ExitStatus::Difference } else { ExitStatus::Done })
}

/// The digests of the files that a patchset touches on a pin, from its accepted snapshot.
pub(super) fn before_digests(patchset: &str, pin: &str) -> Option<BTreeMap<TreePath, Option<Sha256Digest>>> {
    let head = Store::new("snapshots").read_head(patchset, pin).ok().flatten()?;
    Some(snapshot::before_digests(&head))
}

/// The anchors of a patchset's edits on a pin, from its accepted snapshot.
pub(super) fn baseline(patchset: &str, pin: &str) -> Option<Baseline> {
    let body = Store::new("snapshots").read(patchset, pin).ok().flatten()?;
    snapshot::baseline(&body)
}
