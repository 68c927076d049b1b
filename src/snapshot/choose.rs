//! A snapshot in which some edits are as in another one: what a review leaves when only some changes are accepted.

use std::collections::{BTreeMap, BTreeSet};

use super::section::{path_of, texts};

/// The edits in which two bodies differ, in the order of the new one; removed ones come last. Where no edit differs and
/// the bodies do, it is [`REST`].
pub fn differing(old: &str, new: &str) -> Vec<String> {
    let (old_pieces, new_pieces) = (Pieces::of(old), Pieces::of(new));
    let removed = old_pieces.edits.iter().filter(|(id, _)| !new_pieces.has(id));
    let ids = new_pieces.edits.iter().chain(removed).map(|(id, _)| id.clone());
    let mut ids: Vec<String> = ids.filter(|id| old_pieces.edit(id) != new_pieces.edit(id)).collect();
    if ids.is_empty() && trimmed(old) != trimmed(new) {
        ids.push(REST.to_owned());
    }
    ids
}

/// What is not part of an edit: the title, and the digests of the files before.
pub const REST: &str = "(files before)";

/// The old body with the edits `ids` as they are in the new one. All that differ give the new body, none the old one.
pub fn choose(old: &str, new: &str, ids: &BTreeSet<String>) -> String {
    let differing = differing(old, new);
    if differing.iter().all(|id| ids.contains(id)) {
        return new.to_owned();
    }
    if !differing.iter().any(|id| ids.contains(id)) {
        return old.to_owned();
    }
    let (old, new) = (Pieces::of(old), Pieces::of(new));
    let is_new = |id: &str| !differing.iter().any(|other| other == id) || ids.contains(id);
    let mut edits: Vec<(String, String)> =
        new.edits.iter().filter(|(id, _)| is_new(id) || old.has(id)).cloned().collect();
    for (id, text) in &mut edits {
        if !is_new(id)
            && let Some(was) = old.text(id)
        {
            *text = was.to_owned();
        }
    }
    // An edit that stays though the new body lacks it comes after the one that it followed.
    for (at, (id, text)) in old.edits.iter().enumerate() {
        if new.has(id) || is_new(id) {
            continue;
        }
        let before =
            old.edits[..at].iter().rev().find_map(|(id, _)| edits.iter().position(|one| one.0 == *id));
        edits.insert(before.map_or(0, |before| before + 1), (id.clone(), text.clone()));
    }
    let mut anchors: Vec<(String, String)> = Vec::new();
    for (id, _) in &edits {
        let from = if is_new(id) { &new } else { &old };
        anchors.extend(from.anchors.iter().filter(|(group, _)| edit_of(group) == id).cloned());
    }
    anchors.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
    let touched: BTreeSet<&str> =
        edits.iter().flat_map(|(_, text)| text.lines().filter_map(path_of)).collect();
    let mut files: BTreeMap<&String, &String> = old.files.iter().collect();
    files.extend(&new.files);
    files.retain(|path, _| touched.contains(path.as_str()));
    Pieces {
        title: new.title.clone(),
        files: files.into_iter().map(|(path, line)| (path.clone(), line.clone())).collect(),
        edits,
        anchors,
    }
    .body()
}

/// A body in its pieces.
struct Pieces {
    title: String,
    /// The line of each file, by its path.
    files: BTreeMap<String, String>,
    edits: Vec<(String, String)>,
    /// The anchored lines of each change, by its name `EDIT#NUMBER/PART`.
    anchors: Vec<(String, String)>,
}

impl Pieces {
    fn of(body: &str) -> Pieces {
        let mut pieces =
            Pieces { title: String::new(), files: BTreeMap::new(), edits: Vec::new(), anchors: Vec::new() };
        for (number, (name, text)) in texts(body).into_iter().enumerate() {
            let lines = || text.lines().skip(1);
            match name.as_str() {
                _ if number == 0 => pieces.title = text,
                "files before" => {
                    let lines = lines().filter_map(|line| {
                        Some((line.split_once("  ")?.1.trim().to_owned(), line.to_owned()))
                    });
                    pieces.files = lines.collect();
                }
                "anchors" => {
                    for line in lines() {
                        match pieces.anchors.last_mut() {
                            Some((_, text)) if line.starts_with(' ') => {
                                text.push_str(line);
                                text.push('\n');
                            }
                            _ => pieces.anchors.push((line.to_owned(), String::new())),
                        }
                    }
                }
                _ => pieces.edits.push((name, text)),
            }
        }
        pieces
    }

    fn has(&self, id: &str) -> bool {
        self.text(id).is_some()
    }

    fn text(&self, id: &str) -> Option<&str> {
        self.edits.iter().find(|(other, _)| other == id).map(|(_, text)| text.as_str())
    }

    /// All that belongs to an edit.
    fn edit(&self, id: &str) -> (Option<&str>, Vec<&(String, String)>) {
        (self.text(id), self.anchors.iter().filter(|(group, _)| edit_of(group) == id).collect())
    }

    /// The body, as `render` writes it.
    fn body(&self) -> String {
        let mut out = format!("{}\n\n== files before\n", self.title);
        for line in self.files.values() {
            out.push_str(line);
            out.push('\n');
        }
        for (_, text) in &self.edits {
            out.push_str(&format!("\n{text}\n"));
        }
        out.push_str("\n== anchors\n");
        for (group, lines) in &self.anchors {
            out.push_str(&format!("{group}\n{lines}"));
        }
        out
    }
}

/// The order of the groups of anchors: by edit, number of the change, and part.
fn order(group: &str) -> (&str, usize, &str) {
    let (edit, change) = group.split_once('#').unwrap_or((group, ""));
    let (number, part) = change.split_once('/').unwrap_or((change, ""));
    (edit, number.parse().unwrap_or_default(), part)
}

/// The edit of a group of anchors.
fn edit_of(group: &str) -> &str {
    group.split('#').next().unwrap_or(group)
}

fn trimmed(body: &str) -> &str {
    body.trim_end_matches('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Store;

    fn body(edits: &[(&str, &str, &str)]) -> String {
        let mut out = "p on q\n\n== files before\n".to_owned();
        let files: BTreeSet<&str> = edits.iter().map(|(_, file, _)| *file).collect();
        files.iter().for_each(|file| out.push_str(&format!("{:64}  {file}\n", "absent")));
        for (id, file, line) in edits {
            let head = format!("\n== {id}: change\ndiff --git a/{file} b/{file}\n");
            out.push_str(&format!("{head}--- a/{file}\n+++ b/{file}\n@@ -1 +1 @@\n-x\n+{line}\n"));
        }
        out.push_str("\n== anchors\n");
        edits.iter().for_each(|(id, file, line)| out.push_str(&format!("{id}#0\n  {file}:1: {line}\n")));
        out
    }

    fn chosen(old: &str, new: &str, ids: &[&str]) -> String {
        choose(old, new, &ids.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn accepted_edits_are_new_and_all_others_old() {
        let old = body(&[("a", "f", "1"), ("b", "g", "1"), ("gone", "h", "1"), ("same", "f", "0")]);
        let new = body(&[("a", "f", "2"), ("b", "i", "2"), ("same", "f", "0"), ("z", "k", "1")]);
        assert_eq!(differing(&old, &new), ["a", "b", "z", "gone"]);
        let only_a = body(&[("a", "f", "2"), ("b", "g", "1"), ("gone", "h", "1"), ("same", "f", "0")]);
        assert_eq!(chosen(&old, &new, &["a"]), only_a);
        let two = body(&[("a", "f", "1"), ("b", "i", "2"), ("same", "f", "0")]);
        assert_eq!(chosen(&old, &new, &["b", "gone"]), two);
        let added = body(&[
            ("a", "f", "1"),
            ("b", "g", "1"),
            ("gone", "h", "1"),
            ("same", "f", "0"),
            ("z", "k", "1"),
        ]);
        assert_eq!(chosen(&old, &new, &["z"]), added);
        assert_eq!(chosen(&old, &new, &[]), old);
        assert_eq!(chosen(&old, &new, &["a", "b", "z", "gone"]), new);
        // One after the other, in any order, gives the same as all at once.
        let mut step = old.clone();
        for id in ["z", "gone", "a", "b"] {
            step = chosen(&step, &new, &[id]);
        }
        assert_eq!(step, new);
    }

    #[test]
    fn a_difference_that_belongs_to_no_edit_is_one_too() {
        let old = body(&[("a", "f", "1")]);
        let new = old.replace("p on q", "p on q, CPython 2.5");
        assert_eq!(differing(&old, &new), [REST]);
        assert_eq!(chosen(&old, &new, &[REST]), new);
        assert_eq!(chosen(&old, &new, &[]), old);
    }

    #[test]
    fn the_pieces_of_every_shipped_snapshot_give_it_back() {
        let store = Store::new("no such folder");
        let all = store.all().unwrap();
        assert!(all.len() > 10);
        for (patchset, pin) in all {
            let body = store.read(&patchset, &pin).unwrap().unwrap();
            assert_eq!(trimmed(&Pieces::of(&body).body()), trimmed(&body), "{patchset} on {pin}");
        }
    }
}
