//! The difference between two snapshots: how the changes themselves changed.

use super::effect::{Effect, effects};
use super::section::{FileDiff, Section, sections};
use crate::edit::OutcomeKind;

/// How an edit, or what it does to one file, changed from one snapshot to the other, the least important
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is equal, byte for byte.
    Same,
    /// Only the lines around it or their numbers changed: upstream moved.
    Moved,
    /// It has the same effect on lines that upstream changed, or in a file that upstream renamed.
    Upstream,
    /// It has another effect.
    Changed,
    /// It is only in the old snapshot.
    Gone,
    /// It is only in the new snapshot.
    New,
}

impl Fate {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Same => "same",
            Fate::Moved => "moved",
            Fate::Upstream => "upstream",
            Fate::Changed => "changed",
            Fate::Gone => "gone",
            Fate::New => "new",
        }
    }
}

/// An edit in two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditDifference {
    /// The edit.
    pub id: String,
    /// How it changed.
    pub fate: Fate,
    /// Its verdict in the old snapshot; `None` if it is not in it.
    pub old_verdict: Option<OutcomeKind>,
    /// Its verdict in the new one.
    pub new_verdict: Option<OutcomeKind>,
    /// The parts whose outcome changed.
    pub parts: Vec<PartDifference>,
    /// What it does to each file, equal ones included.
    pub files: Vec<FileDifference>,
}

/// A part of an edit whose outcome differs in two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartDifference {
    /// The part's name, if the edit has several.
    pub name: Option<String>,
    /// Its outcome in the old snapshot; `None` if it is not in it.
    pub old: Option<OutcomeKind>,
    /// Its outcome in the new one.
    pub new: Option<OutcomeKind>,
}

/// What an edit does to one file, in two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDifference {
    /// How it changed.
    pub fate: Fate,
    /// The diff in the old snapshot.
    pub old: Option<Side>,
    /// The diff in the new snapshot.
    pub new: Option<Side>,
    /// Effects that only the old diff has.
    pub effects_gone: Vec<Effect>,
    /// Effects that only the new diff has.
    pub effects_new: Vec<Effect>,
}

/// The diff of a file in one of two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The file.
    pub file: String,
    /// The first line of the first hunk.
    pub line: Option<usize>,
    /// The first line of the file before that the diff changes, or that an addition is next to.
    pub changed: Option<usize>,
    /// The removed and added lines, with their signs.
    pub lines: Vec<String>,
    /// The unchanged lines around them.
    pub context: Vec<String>,
}

/// The edits of two snapshots, in the order of the new one; removed ones are where they were in the old one.
pub fn diff(old: &str, new: &str) -> Vec<EditDifference> {
    let (old, new) = (sections(old), sections(new));
    let mut all: Vec<EditDifference> = Vec::new();
    let mut next = 0;
    let removed = |sections: &[Section]| -> Vec<EditDifference> {
        let is_removed = |section: &&Section| !new.iter().any(|other| other.id == section.id);
        sections.iter().filter(is_removed).map(|section| edit(Some(section), None)).collect()
    };
    for section in &new {
        let same = old.iter().position(|other| other.id == section.id);
        if let Some(at) = same.filter(|at| *at >= next) {
            all.extend(removed(&old[next..at]));
            next = at + 1;
        }
        all.push(edit(same.map(|at| &old[at]), Some(section)));
    }
    all.extend(removed(&old[next..]));
    all
}

fn edit(old: Option<&Section>, new: Option<&Section>) -> EditDifference {
    let (fate, parts, files) = match (old, new) {
        (Some(_), None) => (Fate::Gone, Vec::new(), Vec::new()),
        (None, _) => (Fate::New, Vec::new(), Vec::new()),
        (Some(old), Some(new)) => {
            let (parts, files) = (parts(old, new), files(&old.files, &new.files));
            let of_files = files.iter().map(|file| match file.fate {
                Fate::Gone | Fate::New => Fate::Changed,
                fate @ (Fate::Same | Fate::Moved | Fate::Upstream | Fate::Changed) => fate,
            });
            let changed = old.verdict != new.verdict || !parts.is_empty() || old.lints != new.lints;
            let fate = of_files.chain(changed.then_some(Fate::Changed)).max().unwrap_or(Fate::Same);
            (fate, parts, files)
        }
    };
    EditDifference {
        id: new.or(old).map(|section| section.id.clone()).unwrap_or_default(),
        fate,
        old_verdict: old.map(|section| section.verdict),
        new_verdict: new.map(|section| section.verdict),
        parts,
        files,
    }
}

fn parts(old: &Section, new: &Section) -> Vec<PartDifference> {
    let outcome = |section: &Section, name: &Option<String>| {
        section.parts.iter().find(|(other, _)| other == name).map(|(_, outcome)| *outcome)
    };
    let mut all: Vec<PartDifference> = Vec::new();
    for (name, _) in new.parts.iter().chain(&old.parts) {
        let (a, b) = (outcome(old, name), outcome(new, name));
        if a != b && !all.iter().any(|part| part.name == *name) {
            all.push(PartDifference { name: name.clone(), old: a, new: b });
        }
    }
    all
}

/// Pairs of files with the same name; then a new name is the old file with the same effects, or the only one.
fn files(old: &[FileDiff], new: &[FileDiff]) -> Vec<FileDifference> {
    fn named<'a>(files: &'a [FileDiff], path: &str) -> Option<&'a FileDiff> {
        files.iter().find(|file| file.path == path)
    }
    let mut left: Vec<&FileDiff> = old.iter().filter(|file| named(new, &file.path).is_none()).collect();
    let new_names = new.iter().filter(|file| named(old, &file.path).is_none()).count();
    let mut all = Vec::new();
    for one in new {
        let renamed = || {
            let same_effects = left.iter().position(|other| effects(other) == effects(one));
            same_effects.or((left.len() == 1 && new_names == 1).then_some(0))
        };
        let before = match named(old, &one.path) {
            Some(before) => Some(before),
            None => renamed().map(|at| left.remove(at)),
        };
        all.push(file(before, Some(one)));
    }
    all.extend(left.into_iter().map(|before| file(Some(before), None)));
    all
}

fn file(old: Option<&FileDiff>, new: Option<&FileDiff>) -> FileDifference {
    let none = FileDiff::default();
    let (a, b) = (old.unwrap_or(&none), new.unwrap_or(&none));
    let (was, is) = (effects(a), effects(b));
    let only = |these: &[Effect], those: &[Effect]| {
        let mut those = those.to_vec();
        let mut only = these.to_vec();
        // Each effect cancels only one: five times the same, and then four times, is a difference.
        only.retain(|effect| match those.iter().position(|other| other == effect) {
            Some(at) => {
                those.remove(at);
                false
            }
            None => true,
        });
        only
    };
    let fate = match (old, new) {
        (Some(_), None) => Fate::Gone,
        (None, _) => Fate::New,
        _ if a == b => Fate::Same,
        _ if a.path == b.path && a.own() == b.own() && a.head == b.head => Fate::Moved,
        _ if was == is => Fate::Upstream,
        _ => Fate::Changed,
    };
    let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
    let side = |file: &FileDiff| Side {
        file: file.path.clone(),
        line: file.starts.first().copied(),
        changed: file.changed(),
        lines: owned(file.own()),
        context: owned(file.context()),
    };
    FileDifference {
        fate,
        old: old.map(side),
        new: new.map(side),
        effects_gone: only(&was, &is),
        effects_new: only(&is, &was),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body with the diff of one file for each edit.
    fn body(edits: &[(&str, &str, &str)]) -> String {
        let mut body = "p on q\n".to_owned();
        for (id, path, hunk) in edits {
            body.push_str(&format!(
                "\n== {id}: change\ndiff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{hunk}\n"
            ));
        }
        body
    }

    fn fates(old: &str, new: &str) -> Vec<(String, &'static str)> {
        diff(old, new).into_iter().map(|edit| (edit.id, edit.fate.name())).collect()
    }

    #[test]
    fn what_upstream_moved_differs_from_what_the_edit_does() {
        let old = body(&[
            ("same", "f", "@@ -1 +1 @@\n-a b\n+a"),
            ("numbers", "f", "@@ -1 +1 @@\n-a b\n+a"),
            ("context", "f", "@@ -1,2 +1,2 @@\n x\n-a b\n+a"),
            ("line", "f", "@@ -1 +1 @@\n-all: a b\n+all: a"),
            ("file", "configure.in", "@@ -1 +1 @@\n-a b\n+a"),
            ("effect", "f", "@@ -1 +1 @@\n-a b\n+a"),
            ("leaves", "f", "@@ -1 +1 @@\n-a b\n+a"),
        ]);
        let new = body(&[
            ("same", "f", "@@ -1 +1 @@\n-a b\n+a"),
            ("numbers", "f", "@@ -7 +7 @@\n-a b\n+a"),
            ("context", "f", "@@ -1,2 +1,2 @@\n y\n-a b\n+a"),
            ("line", "f", "@@ -1 +1 @@\n-build_all: a b c\n+build_all: a c"),
            ("file", "configure.ac", "@@ -1 +1 @@\n-a b\n+a"),
            ("effect", "f", "@@ -1 +1 @@\n-a b\n+a c"),
            ("comes", "f", "@@ -1 +1 @@\n-a b\n+a"),
        ]);
        let found = fates(&old, &new);
        let found: Vec<(&str, &str)> = found.iter().map(|(id, fate)| (id.as_str(), *fate)).collect();
        assert_eq!(
            found,
            [
                ("same", "same"),
                ("numbers", "moved"),
                ("context", "moved"),
                ("line", "upstream"),
                ("file", "upstream"),
                ("effect", "changed"),
                ("comes", "new"),
                ("leaves", "gone"),
            ]
        );
    }

    #[test]
    fn a_removed_edit_is_listed_where_it_was() {
        let hunk = "@@ -1 +1 @@\n-a b\n+a";
        let old = body(&[("a", "f", hunk), ("b", "f", hunk), ("c", "f", hunk)]);
        let new = body(&[("a", "f", hunk), ("c", "f", hunk)]);
        let ids: Vec<String> = fates(&old, &new).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["a", "b", "c"]);
    }

    #[test]
    fn a_changed_outcome_of_a_part_is_a_difference() {
        let old = "t\n\n== m: change\none: change\ntwo: change\n";
        let new = "t\n\n== m: change\none: already, Setup:9\nthree: change\n";
        let [edit] = &diff(old, new)[..] else { panic!("one") };
        let part = |name: &str, old, new| PartDifference { name: Some(name.to_owned()), old, new };
        let (change, already) = (Some(OutcomeKind::Change), Some(OutcomeKind::Already));
        assert_eq!(
            edit.parts,
            [part("one", change, already), part("three", None, change), part("two", change, None)]
        );
        assert_eq!(edit.fate, Fate::Changed);
        // The line number depends on upstream only.
        let moved = "t\n\n== m: change\none: already, Setup:10\nthree: change\n";
        assert_eq!(diff(new, moved)[0].fate, Fate::Same);
    }
}
