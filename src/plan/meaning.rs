//! What the edits of a patchset meant on the tree that it was written for.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::anchor::{Anchor, anchors};
use super::preset::{configure_source, presets, questions};
use crate::edit::{Context, Outcome, resolve};
use crate::patchset::{Edit, Patchset};
use crate::tree::{Tree, TreeError};

/// The name that what a recipe presets has in place of an edit's.
pub const RECIPE: &str = "recipe";

/// The anchors of a patchset on the tree that it was written for, for comparison with those on another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    /// By edit, number of the change from 0, and part: the lines it is anchored to. A change that is not for
    /// the tree's version is left out.
    changes: BTreeMap<(String, usize), BTreeMap<Option<String>, Vec<Anchor>>>,
}

impl Meaning {
    /// Reads what `patchset` means on the tree of `context`, on which it should fit.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn read(patchset: &Patchset, tree: &dyn Tree) -> Result<Meaning, TreeError> {
        let context = Context::new(tree, crate::tree::python_version(tree)?);
        let mut changes = BTreeMap::new();
        for edit in &patchset.edits {
            for (index, change) in edit.changes.iter().enumerate() {
                let parts = resolve(&context, &alone(edit, index))?;
                if parts.iter().all(|part| matches!(part.outcome, Outcome::Skipped { .. })) {
                    continue;
                }
                let mut by_part = BTreeMap::new();
                for part in parts {
                    let text = context.file(&part.file)?.map(|file| file.bytes).unwrap_or_default();
                    by_part.insert(part.name.clone(), anchors(change, &part, &text));
                }
                changes.insert((edit.id.clone(), index), by_part);
            }
        }
        let mut asked = BTreeMap::new();
        if let Some((path, text)) = configure_source(tree)? {
            for name in presets(&patchset.build) {
                let found = questions(&path, &text, &name);
                if !found.is_empty() {
                    asked.insert(Some(name), found);
                }
            }
        }
        if !asked.is_empty() {
            changes.insert((RECIPE.to_owned(), 0), asked);
        }
        Ok(Meaning { changes })
    }

    /// The lines that a part is anchored to there.
    pub fn anchors(&self, edit: &str, change: usize, part: Option<&str>) -> &[Anchor] {
        let change = self.changes.get(&(edit.to_owned(), change));
        change.and_then(|parts| parts.get(&part.map(str::to_owned))).map_or(&[], Vec::as_slice)
    }

    /// Whether a change is done there at all.
    pub fn has(&self, edit: &str, change: usize) -> bool {
        self.changes.contains_key(&(edit.to_owned(), change))
    }

    /// As text, to be kept with what was accepted: a line a part, and below it a line for each anchor, bytes
    /// that are no printable ASCII escaped.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for ((edit, change), parts) in &self.changes {
            for (part, anchors) in parts {
                let part = part.as_ref().map(|part| format!("/{part}")).unwrap_or_default();
                let _ = writeln!(out, "{edit}#{change}{part}");
                for anchor in anchors {
                    let _ =
                        writeln!(out, "  {}:{}: {}", anchor.file, anchor.line, anchor.text.escape_ascii());
                    if anchor.around != anchor.text {
                        let _ = writeln!(out, "    {}", anchor.around.escape_ascii());
                    }
                }
            }
        }
        out
    }

    /// Reads what [`to_text`](Meaning::to_text) has written; lines that are none of its are passed over.
    pub fn from_text(text: &str) -> Meaning {
        let mut meaning = Meaning::default();
        let mut part: Option<&mut Vec<Anchor>> = None;
        for line in text.lines() {
            if let Some(around) = line.strip_prefix("    ") {
                if let Some(anchor) = part.as_mut().and_then(|anchors| anchors.last_mut()) {
                    anchor.around = unescaped(around);
                }
            } else if let Some(anchor) = line.strip_prefix("  ") {
                if let (Some(anchor), Some(anchors)) = (read_anchor(anchor), &mut part) {
                    anchors.push(anchor);
                }
            } else if let Some((edit, rest)) = line.split_once('#') {
                let (change, name) = match rest.split_once('/') {
                    Some((change, name)) => (change, Some(name.to_owned())),
                    None => (rest, None),
                };
                let Ok(change) = change.parse() else { continue };
                let parts = meaning.changes.entry((edit.to_owned(), change)).or_default();
                part = Some(parts.entry(name).or_default());
            }
        }
        meaning
    }
}

fn read_anchor(line: &str) -> Option<Anchor> {
    let (place, text) = line.split_once(": ")?;
    let (file, number) = place.rsplit_once(':')?;
    let text = unescaped(text);
    Some(Anchor { file: file.parse().ok()?, line: number.parse().ok()?, around: text.clone(), text })
}

/// Takes back what `escape_ascii` does.
fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next() {
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b'x') => {
                let digits: String = bytes.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&digits, 16).unwrap_or(b'?')
            }
            Some(other) => other,
            None => break,
        });
    }
    out
}

/// `edit` with one of its changes only, and without the facts that it requires: they are judged apart.
pub(crate) fn alone(edit: &Edit, index: usize) -> Edit {
    let changes = vec![edit.changes[index].clone()];
    Edit { changes, requires: Vec::new(), ..edit.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let anchor = |line, text: &[u8], around: &[u8]| Anchor {
            file: "Makefile.pre.in".parse().unwrap(),
            line,
            text: text.to_vec(),
            around: around.to_vec(),
        };
        let mut meaning = Meaning::default();
        let parts = BTreeMap::from([(None, vec![anchor(7, b"a:\tb\\ \xe9\n", b"a:\tb\\ \xe9\n")])]);
        meaning.changes.insert(("one".to_owned(), 0), parts);
        let parts = BTreeMap::from([
            (Some("x".to_owned()), vec![anchor(1, b"'a' \\\n", b"'a' \\\n\tb\n"), anchor(9, b"c", b"c")]),
            (Some("y".to_owned()), Vec::new()),
        ]);
        meaning.changes.insert(("two".to_owned(), 3), parts);
        assert_eq!(Meaning::from_text(&meaning.to_text()), meaning);
    }
}
