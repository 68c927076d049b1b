//! `pypatch snapshot diff`

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::report::SnapshotDiff;
use crate::snapshot::{self, Store};
use crate::text::{nearest, nearest_names};
use crate::tree::pin::PinSet;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An accepted snapshot: PATCHSET/PIN, or only one of the two if there is only one snapshot of it.
    pub old: String,
    /// The snapshot to compare it with.
    pub new: String,
    /// Show only this edit.
    #[arg(long, value_name = "ID")]
    pub edit: Option<String>,
    /// Show the snapshots' lines that differ, a diff of diffs.
    #[arg(long)]
    pub raw: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    pub format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let store = workspace.store();
    let (old, old_body) = accepted(&workspace.pins, &store, &args.old)?;
    let (new, new_body) = accepted(&workspace.pins, &store, &args.new)?;
    let mut edits = snapshot::diff(&old_body, &new_body);
    if let Some(id) = &args.edit {
        let ids: Vec<String> = edits.iter().map(|edit| edit.id.clone()).collect();
        edits.retain(|edit| edit.id == *id);
        if edits.is_empty() {
            let near = nearest_names(id, ids.iter().map(String::as_str));
            return Err(CliError::usage(format!("neither snapshot has an edit `{id}`"))
                .near(&near)
                .help(format!("run `pypatch show {}` for a list", old.0)));
        }
    }
    let report = SnapshotDiff {
        old: (&old.0, &old.1),
        new: (&new.0, &new.1),
        dropped: dropped(workspace, [&old.0, &new.0]),
        edits,
        raw: args.raw.then(|| snapshot::compare(&old_body, &new_body)),
    };
    ui.show(&report, args.format)?;
    Ok(if report.is_different() { ExitStatus::Difference } else { ExitStatus::Done })
}

/// The edits that the patchsets drop, with the reasons; those of the last one win.
fn dropped(workspace: &Workspace, patchsets: [&String; 2]) -> BTreeMap<String, String> {
    // A snapshot may be older than its patchset, or outlive it, and is compared anyway.
    patchsets
        .into_iter()
        .flat_map(|id| workspace.patchset(id))
        .flat_map(|patchset| patchset.dropped)
        .collect()
}

/// The snapshot that the user named, and its body.
fn accepted(pins: &PinSet, store: &Store, text: &str) -> Result<((String, String), String), CliError> {
    let io = |error: std::io::Error| CliError::io(format!("cannot read the snapshot `{text}`"), &error);
    let all = store.all().map_err(io)?;
    // The pin may be a version or a series.
    let (wanted, name) = text.split_once('/').map_or((None, text), |(wanted, name)| (Some(wanted), name));
    let selector = pins.selector(name)?;
    let is_pin = |pin: &str| pin == name || selector.as_ref().is_some_and(|one| one.matches_name(pin));
    let is_meant = |(patchset, pin): &&(String, String)| match wanted {
        Some(wanted) => patchset == wanted && is_pin(pin),
        None => patchset == text || is_pin(pin),
    };
    let names: Vec<String> = all.iter().map(|(patchset, pin)| format!("{patchset}/{pin}")).collect();
    let found: Vec<&(String, String)> = all.iter().filter(is_meant).collect();
    match &found[..] {
        [one] => {
            let body = store.read(&one.0, &one.1).map_err(io)?;
            let gone = || CliError::usage(format!("the snapshot `{text}` was just removed"));
            Ok(((*one).clone(), body.ok_or_else(gone)?))
        }
        [] => {
            let spellings = names.iter().zip(&all).flat_map(|(name, (patchset, pin))| {
                [name, patchset, pin].map(|spelling| (name, Cow::from(spelling)))
            });
            let near: BTreeSet<&String> = nearest(text, spellings).into_iter().collect();
            Err(CliError::usage(format!("no accepted snapshot is named `{text}`"))
                .near(&near.into_iter().cloned().collect::<Vec<_>>())
                .help("run `pypatch snapshot accept PATCHSET` to make snapshots for all of its pins"))
        }
        several => {
            let title = format!("{} accepted snapshots have the name `{text}`", several.len());
            let names = several.iter().map(|(patchset, pin)| format!("{patchset}/{pin}"));
            Err(CliError::usage(title).details(names).help("use one of these"))
        }
    }
}
