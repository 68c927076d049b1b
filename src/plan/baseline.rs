//! The anchors of a patchset on the release that it was written for.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::base_hunk::BaseHunk;
use super::levels::prerequisite_changes;
use super::preset::{configure_source, presets, questions};
use crate::edit::{AnchorLine, Context, Outcome, Overwritten, overwritten, resolve};
use crate::patchset::{Edit, Patchset};
use crate::tree::{OverlayTree, Tree, TreeError, tree_version};

/// Takes the place of an edit's name in the rows for the variables that a recipe presets.
pub const RECIPE: &str = "recipe";

/// The anchors of a patchset on the release that it was written for. They are compared with those on other versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The lines of each anchor by edit, number of the change from 0, and part. A change whose `when` excludes the
    /// release is omitted.
    changes: BTreeMap<(String, usize), BTreeMap<Option<String>, Vec<AnchorLine>>>,
    /// What each edit does there.
    hunks: BTreeMap<String, Vec<BaseHunk>>,
    /// What the parts overwrite there whose text is compared, by edit, number of the change, and part. A snapshot has
    /// none of it.
    overwritten: BTreeMap<(String, usize, Option<String>), Vec<Overwritten>>,
}

impl Baseline {
    /// Computes the anchors of `patchset` on `tree`, the release it was written for.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub fn read(patchset: &Patchset, tree: &dyn Tree) -> Result<Baseline, TreeError> {
        let context = Context::new(tree, tree_version(tree)?);
        let (mut changes, mut hunks, mut all_overwritten) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for edit in &patchset.edits {
            let needed = prerequisite_changes(patchset, edit, tree, &[])?;
            let after = OverlayTree::new(tree, &needed);
            let context = Context::after(&context, &needed, &after);
            let mut own = Vec::new();
            for index in 0..edit.changes.len() {
                let parts = resolve(&context, &only_change(edit, index))?;
                if parts.iter().all(|part| matches!(part.outcome, Outcome::Skipped { .. })) {
                    continue;
                }
                let mut by_part = BTreeMap::new();
                for part in parts {
                    let text = context.file_or_link(&part.file)?.map(|file| file.bytes).unwrap_or_default();
                    let lines = part.anchor_lines(&text);
                    own.extend(BaseHunk::of_part(index, &part, &text));
                    let pieces = overwritten(&context, &part, edit.changes[index].operation.family())?;
                    all_overwritten.insert((edit.id.clone(), index, part.name.clone()), pieces);
                    by_part.insert(part.name, lines);
                }
                changes.insert((edit.id.clone(), index), by_part);
            }
            hunks.insert(edit.id.clone(), own);
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
        Ok(Baseline { changes, hunks, overwritten: all_overwritten })
    }

    /// The lines that a part is anchored to.
    pub fn anchors(&self, edit: &str, change: usize, part: Option<&str>) -> &[AnchorLine] {
        let change = self.changes.get(&(edit.to_owned(), change));
        change.and_then(|parts| parts.get(&part.map(str::to_owned))).map_or(&[], Vec::as_slice)
    }

    /// Whether the versions of a change include that release.
    pub fn has(&self, edit: &str, change: usize) -> bool {
        self.changes.contains_key(&(edit.to_owned(), change))
    }

    /// What an edit does on that release.
    pub fn hunks(&self, edit: &str) -> &[BaseHunk] {
        self.hunks.get(edit).map_or(&[], Vec::as_slice)
    }

    /// What a part overwrites on that release, if its operation compares that and the release is available.
    pub fn overwritten(&self, edit: &str, change: usize, part: Option<&str>) -> &[Overwritten] {
        let key = (edit.to_owned(), change, part.map(str::to_owned));
        self.overwritten.get(&key).map_or(&[], Vec::as_slice)
    }

    /// With what each edit does, as a snapshot has it.
    pub fn with_hunks(self, hunks: BTreeMap<String, Vec<BaseHunk>>) -> Baseline {
        Baseline { hunks, ..self }
    }

    /// Renders it for snapshots: a line for each part, followed by an indented line for each anchor. Bytes that are not
    /// printable ASCII are escaped.
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

    /// Parses the result of [`to_text`](Baseline::to_text); other lines are ignored.
    pub fn from_text(text: &str) -> Baseline {
        let mut baseline = Baseline::default();
        let mut part: Option<&mut Vec<AnchorLine>> = None;
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
                let parts = baseline.changes.entry((edit.to_owned(), change)).or_default();
                part = Some(parts.entry(name).or_default());
            }
        }
        baseline
    }
}

fn read_anchor(line: &str) -> Option<AnchorLine> {
    let (place, text) = line.split_once(": ")?;
    let (file, number) = place.rsplit_once(':')?;
    let text = unescaped(text);
    Some(AnchorLine { file: file.parse().ok()?, line: number.parse().ok()?, around: text.clone(), text })
}

/// Reverses `escape_ascii`.
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

/// `edit` with only one of its changes, and without the facts that it requires, which are judged separately.
pub(crate) fn only_change(edit: &Edit, index: usize) -> Edit {
    let changes = vec![edit.changes[index].clone()];
    Edit { changes, requires: Vec::new(), ..edit.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_read_back_as_written() {
        let anchor = |line, text: &[u8], around: &[u8]| AnchorLine {
            file: "Makefile.pre.in".parse().unwrap(),
            line,
            text: text.to_vec(),
            around: around.to_vec(),
        };
        let mut baseline = Baseline::default();
        let parts = BTreeMap::from([(None, vec![anchor(7, b"a:\tb\\ \xe9\n", b"a:\tb\\ \xe9\n")])]);
        baseline.changes.insert(("one".to_owned(), 0), parts);
        let parts = BTreeMap::from([
            (Some("x".to_owned()), vec![anchor(1, b"'a' \\\n", b"'a' \\\n\tb\n"), anchor(9, b"c", b"c")]),
            (Some("y".to_owned()), Vec::new()),
        ]);
        baseline.changes.insert(("two".to_owned(), 3), parts);
        assert_eq!(Baseline::from_text(&baseline.to_text()), baseline);
    }
}
