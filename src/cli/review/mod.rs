//! `pypatch review`

mod place;
mod screen;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};

use super::workspace::glob;
use super::{CliError, ExitStatus, Format, Ui, Workspace, snapshot_diff};
use crate::patchset::Patchset;
use crate::report::{Review, ReviewedChange, ReviewedEdit, counted};
use crate::snapshot::{self, Store};
use crate::tree::pin::{PinSet, Selector};
use screen::{Answer, Screen};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to review: patchsets by name or pattern, or PATCHSET@PIN [default: all that waits]. Two accepted snapshots,
    /// as in A@PIN1 B@PIN2, are compared instead.
    names: Vec<String>,
    /// Only this edit.
    #[arg(long, value_name = "ID")]
    edit: Vec<String>,
    /// With two snapshots: show the lines that differ, a diff of diffs.
    #[arg(long)]
    raw: bool,
    /// Accept without asking.
    #[arg(long, conflicts_with = "reject")]
    accept: bool,
    /// Reject without asking: the snapshot stays as it is.
    #[arg(long)]
    reject: bool,
}

/// A result that waits for review.
struct Pending {
    patchset: String,
    pin: String,
    /// The accepted body; empty if nothing was accepted yet.
    old: String,
    new: String,
}

/// A change to decide: the index of its result, and its edit.
struct Change {
    at: usize,
    edit: ReviewedEdit,
}

/// What was decided.
#[derive(Default)]
struct Counts {
    accepted: usize,
    rejected: usize,
    skipped: usize,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    if let [old, new] = &args.names[..]
        && old.contains('@')
        && new.contains('@')
        && !args.accept
        && !args.reject
    {
        let [old, new] = [old, new].map(|name| name.replacen('@', "/", 1));
        let edit = args.edit.first().cloned();
        return snapshot_diff::run(
            ui,
            workspace,
            &snapshot_diff::Args { old, new, edit, raw: args.raw, format: Format::Text },
        );
    }
    let store = workspace.store();
    let mut pending = pending(&workspace.pins, &store, &args.names)?;
    let changes = changes(&pending, &args.edit);
    if changes.is_empty() {
        return nothing(ui, &store, args);
    }
    let mut counts = Counts::default();
    if args.accept || args.reject {
        for change in &changes {
            decide(&store, &mut pending[change.at], &change.edit, args.accept)?;
            ui.changed();
            *if args.accept { &mut counts.accepted } else { &mut counts.rejected } += 1;
        }
    } else if io::stdin().is_terminal() && io::stdout().is_terminal() {
        ask(ui, workspace, &store, &mut pending, &changes, &mut counts)?;
    } else {
        let names = changes.iter().map(|change| {
            let Pending { patchset, pin, .. } = &pending[change.at];
            (patchset.clone(), pin.clone(), change.edit.id.clone())
        });
        ui.show(&Review { changes: &names.collect::<Vec<_>>() }, Format::Text)?;
        let wait = if changes.len() == 1 { "waits" } else { "wait" };
        return Err(CliError::new(
            ExitStatus::Difference,
            format!("{} {wait} for review, and this is not a terminal", counted(changes.len(), "change")),
        )
        .help("run `pypatch review` in a terminal, or one of the commands above"));
    }
    let left = changes.len() - counts.accepted - counts.rejected - counts.skipped;
    let Counts { accepted, rejected, skipped } = counts;
    ui.note(&format!("{accepted} accepted, {rejected} rejected, {skipped} skipped, {left} left"));
    Ok(if skipped + left > 0 { ExitStatus::Difference } else { ExitStatus::Done })
}

/// The results that wait, as far as `names` are for them.
fn pending(pins: &PinSet, store: &Store, names: &[String]) -> Result<Vec<Pending>, CliError> {
    let io = |error: io::Error| CliError::io("cannot read the snapshots", &error);
    let mut wanted = Vec::new();
    for name in names {
        let (patchset, pin) =
            name.split_once('@').map_or((name.as_str(), None), |(one, pin)| (one, Some(pin)));
        let only = match pin {
            Some(pin) => Some((pin, pins.selector(pin)?)),
            None => None,
        };
        wanted.push((glob(patchset)?, only));
    }
    let is_wanted = |patchset: &str, pin: &str| {
        let fits = |(one, only): &(glob::Pattern, Option<(&str, Option<Selector>)>)| {
            let is_pin = |(name, selector): &(&str, Option<Selector>)| {
                *name == pin || selector.as_ref().is_some_and(|selector| selector.matches_name(pin))
            };
            one.matches(patchset) && only.as_ref().is_none_or(is_pin)
        };
        wanted.is_empty() || wanted.iter().any(fits)
    };
    let mut all = Vec::new();
    for (patchset, pin) in store.pending().map_err(io)? {
        if !is_wanted(&patchset, &pin) {
            continue;
        }
        // It may just have been decided by somebody else.
        let Some(new) = store.read_pending(&patchset, &pin).map_err(io)? else { continue };
        let old = store.read(&patchset, &pin).map_err(io)?.unwrap_or_default();
        all.push(Pending { patchset, pin, old, new });
    }
    Ok(all)
}

/// The changes of the results, as far as `edits` names them.
fn changes(pending: &[Pending], edits: &[String]) -> Vec<Change> {
    let mut all = Vec::new();
    for (at, one) in pending.iter().enumerate() {
        let reviewed = reviewed(&one.old, &one.new).into_iter();
        let wanted = reviewed.filter(|edit| edits.is_empty() || edits.contains(&edit.id));
        all.extend(wanted.map(|edit| Change { at, edit }));
    }
    all
}

/// The edits in which two snapshots differ.
pub(super) fn reviewed(old: &str, new: &str) -> Vec<ReviewedEdit> {
    let (mut differences, mut sections) = (snapshot::diff(old, new), snapshot::compare(old, new));
    let of_edit = |id: String| {
        let difference =
            differences.iter().position(|one| one.id == id).map(|at| differences.swap_remove(at));
        let section = match sections.iter().position(|one| one.name == id) {
            Some(at) => sections.swap_remove(at),
            None => snapshot::SectionChange { name: id.clone(), old: None, new: None },
        };
        ReviewedEdit { id, difference, section }
    };
    snapshot::differing(old, new).into_iter().map(of_edit).collect()
}

fn nothing(ui: &Ui, store: &Store, args: &Args) -> Result<ExitStatus, CliError> {
    let all = store.pending().map_err(|error| CliError::io("cannot read the snapshots", &error))?;
    if !all.is_empty() && (!args.names.is_empty() || !args.edit.is_empty()) {
        let names = all.iter().map(|(patchset, pin)| format!("{patchset}@{pin}"));
        return Err(CliError::usage("none of the changes that wait for review is meant")
            .details(names)
            .help("name one of these, or none for all of them"));
    }
    ui.note("nothing waits for review: `pypatch snapshot check` finds what differs");
    Ok(ExitStatus::Done)
}

/// Accepts or rejects the change of one edit, in the files.
fn decide(store: &Store, one: &mut Pending, edit: &ReviewedEdit, accept: bool) -> Result<(), CliError> {
    let Pending { patchset, pin, old, new } = one;
    if accept
        && let Some(verdict) = edit.difference.as_ref().and_then(|edit| edit.new_verdict)
        && verdict.is_failure()
    {
        return Err(CliError::unfit(format!(
            "edit `{}` of {patchset} does not fit {pin}, and is not accepted",
            edit.id
        ))
        .help(format!(
            "`pypatch plan {patchset} {pin}` says why; repair the edit, then run `pypatch snapshot check`"
        )));
    }
    let io =
        |error: io::Error| CliError::io(format!("cannot write the snapshot of {patchset} on {pin}"), &error);
    if accept {
        let body = snapshot::choose(old, new, &BTreeSet::from([edit.id.clone()]));
        // What waits stays until nothing differs from it.
        store.accept(patchset, pin, &body).map_err(io)?;
        *old = body;
    } else {
        let all = snapshot::differing(old, new).into_iter().filter(|id| *id != edit.id);
        *new = snapshot::choose(old, new, &all.collect());
    }
    let is_left = !snapshot::differing(old, new).is_empty();
    store.set_pending(patchset, pin, is_left.then_some(new.as_str())).map_err(io)
}

/// Asks for each change at the terminal.
fn ask(
    ui: &Ui,
    workspace: &Workspace,
    store: &Store,
    pending: &mut [Pending],
    changes: &[Change],
    counts: &mut Counts,
) -> Result<(), CliError> {
    let screen = Screen::open().map_err(|error| CliError::io("cannot use the terminal", &error))?;
    let mut places = place::Places::new(workspace);
    let mut patchset: Option<Patchset> = None;
    let mut for_all = None;
    for (number, change) in changes.iter().enumerate() {
        let one = &mut pending[change.at];
        if patchset.as_ref().is_none_or(|known| known.id != one.patchset) {
            // A snapshot may outlive its patchset.
            patchset = workspace.patchset(&one.patchset).ok();
        }
        let edits = patchset.iter().flat_map(|patchset| &patchset.edits);
        let why = edits.into_iter().find(|edit| edit.id == change.edit.id).map(|edit| edit.why.as_str());
        let answer = match for_all {
            Some(answer) => answer,
            None => {
                let places = places.of(&one.pin, &change.edit);
                let mut shown = ReviewedChange {
                    patchset: &one.patchset,
                    pin: &one.pin,
                    number: (number + 1, changes.len()),
                    why,
                    places: &places,
                    edit: &change.edit,
                    whole_why: false,
                    whole_section: false,
                };
                screen.ask(&mut shown).map_err(|error| CliError::io("cannot use the terminal", &error))?
            }
        };
        for_all = answer.for_all();
        match answer {
            Answer::Accept | Answer::AcceptAll => {
                decide(store, one, &change.edit, true)?;
                counts.accepted += 1;
                ui.changed();
            }
            Answer::Reject | Answer::RejectAll => {
                decide(store, one, &change.edit, false)?;
                counts.rejected += 1;
                ui.changed();
            }
            Answer::Skip | Answer::SkipAll => counts.skipped += 1,
            Answer::Quit => break,
        }
    }
    Ok(())
}
