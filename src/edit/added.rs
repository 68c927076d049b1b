//! What a change adds whose `then` changes the added file.

use super::context::Context;
use super::fact::excluded;
use super::in_file::in_file;
use super::outcome::{Outcome, Part};
use crate::operation::file::Add;
use crate::operation::{Operation, ParsedFile, Text};
use crate::patchset::Change;
use crate::text::{Rewrite, apply};

/// The change with its `then` made to the contents that it adds: `change` itself without one.
///
/// # Errors
/// The outcome of the first change below `then` that does not fit, or changes nothing.
pub(super) fn with_then(context: &Context<'_>, change: &Change) -> Result<Option<Change>, Box<Outcome>> {
    let Operation::FileAdd(add) = &change.operation else { return Ok(None) };
    if change.then.is_empty() {
        return Ok(None);
    }
    let mut bytes = change.texts.get(&add.content).to_vec();
    for (number, then) in change.then.iter().enumerate() {
        if excluded(context, then.when.as_ref()).is_some() {
            continue;
        }
        let file = ParsedFile::new(then.file[0].clone(), bytes.as_slice().into(), add.executable);
        let parts = in_file(number, then, &file, true, None);
        let unfit = parts.iter().find(|part| !matches!(part.outcome, Outcome::Change(_)));
        if let Some(part) = unfit {
            return Err(of_then(number, then, part.outcome.clone()));
        }
        bytes = applied(&bytes, &parts).map_err(|why| of_then(number, then, refused(why)))?;
    }
    let mut whole = Change { then: Vec::new(), ..change.clone() };
    match &add.content {
        Text::From(file) => drop(whole.texts.0.insert(file.clone(), bytes.into())),
        Text::Inline(_) => {
            // A patchset is UTF-8, and so is all that is written into its texts.
            let content = Text::Inline(String::from_utf8_lossy(&bytes).into_owned());
            whole.operation = Operation::FileAdd(Add { content, ..add.clone() });
        }
    }
    Ok(Some(whole))
}

fn applied(bytes: &[u8], parts: &[Part]) -> Result<Vec<u8>, &'static str> {
    let deltas = parts.iter().flat_map(|part| &part.deltas);
    let rewrites: Option<Vec<Rewrite>> = deltas.map(|delta| delta.as_rewrite().cloned()).collect();
    let rewrites = rewrites.ok_or("it changes no line: `file.add` says the name and the mode of the file")?;
    apply(bytes, &rewrites).map_err(|_| "two of its changes overlap")
}

fn refused(why: &str) -> Outcome {
    Outcome::Refused { why: why.to_owned(), place: None }
}

/// The outcome of a change below `then`, which says that it is one.
fn of_then(number: usize, then: &Change, outcome: Outcome) -> Box<Outcome> {
    let of = format!("`then`, number {} ({})", number + 1, then.operation.name());
    Box::new(match outcome {
        Outcome::Missing { what, place, near, help, results } => {
            Outcome::Missing { what: format!("{of}: {what}"), place, near, help, results }
        }
        Outcome::Ambiguous { what, places, help } => {
            Outcome::Ambiguous { what: format!("{of}: {what}"), places, help }
        }
        Outcome::Refused { why, place } => Outcome::Refused { why: format!("{of}: {why}"), place },
        Outcome::Already(_) | Outcome::Change(_) | Outcome::Skipped { .. } => {
            refused(&format!("{of}: it changes nothing of the file that is added"))
        }
    })
}
