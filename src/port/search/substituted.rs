//! Words that configure puts into a list of a Makefile, where the list has `@NAME@`.

use crate::operation::{Anchor, Family, find_words};
use crate::port::cell::Verdict;
use crate::port::finding::{Finding, candidate};
use crate::port::judging::JudgedPart;
use crate::text::{Comments, lines};
use crate::tree::{Location, TreeError, TreePath};

/// Where configure substitutes the word that a part removes from a list which these places show: it is not in the Makefile, but
/// is not removed.
pub(in crate::port) fn substituted(
    judged: JudgedPart<'_>,
    places: &[Location],
) -> Result<Option<Finding>, TreeError> {
    let operation = judged.change.operation.operate();
    let description = operation.describe();
    if judged.change.operation.family() != Family::Makefile || !description.removes {
        return Ok(None);
    }
    let word = match (&description.anchor, &description.label) {
        (Anchor::Prerequisite { word: Some(word), .. }, _) => word.as_str(),
        (Anchor::Variable(_), Some(label)) => label.as_ref(),
        _ => return Ok(None),
    };
    let text = judged.judging.contents(&judged.part.file)?.unwrap_or_default();
    let mut listed = Vec::new();
    for place in places {
        for line in lines(&text).skip(place.line.saturating_sub(1)) {
            let line = line.of(&text).trim_ascii_end();
            listed.extend(substitutions(line));
            if !line.ends_with(b"\\") {
                break;
            }
        }
    }
    if listed.is_empty() {
        return Ok(None);
    }
    for path in ["configure.ac", "configure.in"].map(TreePath::own) {
        let Some(bytes) = judged.judging.contents(&path)? else { continue };
        let code = Comments::of_file(path.file_name()).blanked(&bytes);
        for line in lines(&code) {
            let assigned = |name: &&&[u8]| {
                let rest = line.of(&code).trim_ascii_start().strip_prefix(**name);
                rest.is_some_and(|rest| rest.starts_with(b"="))
            };
            if let Some(name) = listed.iter().find(assigned)
                && let [first, ..] = find_words(&code, word.as_bytes(), line)[..]
            {
                let why = format!("configure substitutes `{word}` in `@{}@`", String::from_utf8_lossy(name));
                let found = candidate(&path, &bytes, &[first.start], &why, None);
                let finding = Finding::candidates(vec![found], Verdict::Changed, &why);
                return Ok(Some(Finding { places: places.to_vec(), ..finding }));
            }
        }
    }
    Ok(None)
}

/// The names between two `@` in a line.
fn substitutions(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_name =
        |part: &&[u8]| !part.is_empty() && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    line.split(|b| *b == b'@').skip(1).filter(is_name)
}
