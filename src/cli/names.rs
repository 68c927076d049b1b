//! What the user named and pypatch does not know: near names, and arguments in the other order.

use super::{CliError, Workspace};
use crate::patchset::Patchset;
use crate::text::{nearest_names, shell_word};
use crate::tree::SourceSpec;

/// The error for an edit that none of `patchsets` has.
pub(super) fn unknown_edit(patchsets: &[Patchset], id: &str) -> CliError {
    let names: Vec<String> = patchsets.iter().map(|patchset| format!("`{}`", patchset.id)).collect();
    let edits: Vec<&str> =
        patchsets.iter().flat_map(|patchset| &patchset.edits).map(|edit| edit.id.as_str()).collect();
    if let [patchset] = patchsets
        && let Some(why) = patchset.dropped.get(id)
    {
        let error = no_edit(&names.join(" and "), id, &[])
            .detail(format!("it drops the edit of `{}`: {why}", patchset.extends.join("`, `")));
        return match patchset.extends.first() {
            Some(base) => error.help(format!("the edit is in `{base}`: run `pypatch show {base} {id}`")),
            None => error,
        };
    }
    let list = patchsets.first().map_or("PATCHSET", |patchset| patchset.id.as_str());
    no_edit(&names.join(" and "), id, &edits).help(format!("run `pypatch show {list}` for a list"))
}

/// The error for an edit that `owner` does not have, whose edits are `edits`.
pub(super) fn no_edit(owner: &str, id: &str, edits: &[&str]) -> CliError {
    CliError::usage(format!("{owner} has no edit `{id}`")).near(&nearest_names(id, edits.iter().copied()))
}

/// Refuses a source before the patchsets, if that is clear: something named as a patchset is a source, and something named as a source
/// is a patchset.
pub(super) fn require_order(
    workspace: &Workspace,
    patchsets: &[String],
    sources: &[String],
) -> Result<(), CliError> {
    let is_patchset = |text: &str| workspace.catalog.find(text).is_some();
    let is_source = |text: &str| match text.parse::<SourceSpec>() {
        Ok(SourceSpec::Pin(name)) => workspace.pins.select(&name).is_ok(),
        Ok(SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Git { .. }) => true,
        Err(_) => false,
    };
    let Some(source) = patchsets.iter().find(|text| !is_patchset(text)).filter(|text| is_source(text)) else {
        return Ok(());
    };
    let is_other = |text: &&String| is_patchset(text) && (text.contains('/') || !is_source(text));
    let Some(patchset) = sources.iter().rfind(is_other) else { return Ok(()) };
    Err(CliError::usage(format!(
        "`{patchset}` is a patchset, and `{source}` a source: the patchset comes first"
    ))
    .help(format!("write `{}`", moved(source, patchset))))
}

/// The error for `PATCHSET EDIT` in the other order, if it is that.
pub(super) fn swapped_edit(workspace: &Workspace, patchset: &str, edit: &str) -> Option<CliError> {
    if workspace.catalog.find(patchset).is_some() {
        return None;
    }
    let other = workspace.catalog.find(edit).and_then(|_| workspace.patchset(edit).ok())?;
    other.edits.iter().any(|one| one.id == patchset).then(|| {
        CliError::usage(format!(
            "`{edit}` is a patchset, and `{patchset}` an edit of it: the patchset comes first"
        ))
        .help(format!("write `{}`", moved(patchset, edit)))
    })
}

/// The command that the user typed, with `argument` after `after`.
fn moved(argument: &str, after: &str) -> String {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let first = words.iter().position(|word| word == argument);
    if let Some(first) = first
        && let Some(last) = words.iter().rposition(|word| word == after).filter(|last| first < *last)
    {
        let word = words.remove(first);
        words.insert(last, word);
    }
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    format!("pypatch {}", words.join(" "))
}
