//! `pypatch snapshot diff`

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Format, Workspace};
use crate::report;
use crate::snapshot::{self, Fate, Store};
use crate::text::nearest;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An accepted snapshot: PATCHSET/PIN, or one of the two when there is only one snapshot of it.
    old: String,
    /// The one to compare it with.
    new: String,
    /// Only this edit.
    #[arg(long, value_name = "ID")]
    edit: Option<String>,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let store = Store::new("snapshots");
    let (old, old_body) = accepted(&store, &args.old)?;
    let (new, new_body) = accepted(&store, &args.new)?;
    let mut edits = snapshot::neighbours(&old_body, &new_body);
    if let Some(id) = &args.edit {
        if !edits.iter().any(|edit| edit.id == *id) {
            let mut error = CliError::new(ExitStatus::Usage, format!("neither snapshot has an edit `{id}`"));
            error.details = edits.iter().map(|edit| edit.id.clone()).collect();
            return Err(error.help("name one of these"));
        }
        edits.retain(|edit| edit.id == *id);
    }
    let dropped = reasons(workspace, &[&new.0, &old.0]);
    let pair = report::neighbours::Pair { old: (&old.0, &old.1), new: (&new.0, &new.1), dropped: &dropped };
    match args.format {
        Format::Json => ui.raw(&super::plan::json_bytes(&report::neighbours::json(&pair, &edits)))?,
        Format::Text => ui.out(&report::neighbours::text(&pair, &edits))?,
    }
    let different = edits.iter().any(|edit| edit.fate != Fate::Same);
    Ok(if different { ExitStatus::Difference } else { ExitStatus::Done })
}

/// Why the patchsets leave edits out. A snapshot may be older than its patchset, or outlive it, and is
/// compared all the same.
fn reasons(workspace: &Workspace, patchsets: &[&str]) -> BTreeMap<String, String> {
    let mut dropped = BTreeMap::new();
    for id in patchsets {
        if let Ok(patchset) = workspace.patchset(id) {
            for (edit, why) in patchset.dropped {
                dropped.entry(edit).or_insert(why);
            }
        }
    }
    dropped
}

/// The snapshot that a text names, and its body.
fn accepted(store: &Store, text: &str) -> Result<((String, String), String), CliError> {
    let io = |error: std::io::Error| CliError::io(format!("cannot read the snapshot `{text}`"), &error);
    let all = store.all().map_err(io)?;
    let fits = |(patchset, pin): &&(String, String)| match text.split_once('/') {
        Some((wanted, name)) => patchset == wanted && pin == name,
        None => patchset == text || pin == text,
    };
    let found: Vec<(String, String)> = all.iter().filter(fits).cloned().collect();
    let names = |snapshots: &[(String, String)]| -> Vec<String> {
        snapshots.iter().map(|(patchset, pin)| format!("{patchset}/{pin}")).collect()
    };
    match &found[..] {
        [one] => {
            let body = store.read(&one.0, &one.1).map_err(io)?;
            let gone = || CliError::new(ExitStatus::Usage, format!("the snapshot `{text}` has just gone"));
            Ok((one.clone(), body.ok_or_else(gone)?.into_owned()))
        }
        [] => {
            let mut error =
                CliError::new(ExitStatus::Usage, format!("there is no accepted snapshot `{text}`"));
            let known = names(&all);
            let spellings = known.iter().zip(&all).flat_map(|(name, (patchset, pin))| {
                [name, patchset, pin].map(|spelling| (name, Cow::from(spelling)))
            });
            let near: BTreeSet<&String> = nearest(text, spellings).into_iter().collect();
            error.details = near.into_iter().map(|name| format!("near: {name}")).collect();
            Err(error.help("`pypatch snapshot accept PATCHSET` makes one of each of its pins"))
        }
        _ => {
            let what = format!("{} accepted snapshots are called `{text}`", found.len());
            let mut error = CliError::new(ExitStatus::Usage, what);
            error.details = names(&found);
            Err(error.help("name one of these"))
        }
    }
}
