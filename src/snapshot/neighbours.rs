//! The difference of two snapshots of neighbouring versions: how a change itself changed.

use super::effect::{Effect, effects};
use super::section::{FileDiff, Section, sections};

/// What became of an edit, or of what it does to one file, from one snapshot to the other. A later one
/// outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is the same, byte for byte.
    Same,
    /// Only the lines around it, or their numbers, are others: upstream moved.
    Moved,
    /// Upstream wrote the lines otherwise that it touches, or gave the file another name; it does the
    /// same to them.
    Upstream,
    /// It does something else.
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
    /// What became of it.
    pub fate: Fate,
    /// Its verdict in the old snapshot, if it is there.
    pub old_verdict: Option<String>,
    /// Its verdict in the new one.
    pub new_verdict: Option<String>,
    /// The parts whose outcome is another: name, old and new outcome.
    pub parts: Vec<(Option<String>, Option<String>, Option<String>)>,
    /// What it does to each file, those that are the same included.
    pub files: Vec<FileDifference>,
}

/// What an edit does to one file, in two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDifference {
    /// The file in the old snapshot.
    pub old: Option<String>,
    /// The file in the new one.
    pub new: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// The first line of the first hunk in either.
    pub lines: (Option<usize>, Option<usize>),
    /// What only the old diff does.
    pub effects_gone: Vec<Effect>,
    /// What only the new diff does.
    pub effects_new: Vec<Effect>,
    /// The lines that the old and the new diff remove and add, with their signs.
    pub own: (Vec<String>, Vec<String>),
    /// The unchanged lines around them in either.
    pub around: (Vec<String>, Vec<String>),
}

/// The edits of two snapshots, in the order of the new one; those that are gone stand where they were.
pub fn neighbours(old: &str, new: &str) -> Vec<EditDifference> {
    let (old, new) = (sections(old), sections(new));
    let mut all: Vec<EditDifference> = Vec::new();
    let mut told = 0;
    let gone = |section: &Section| !new.iter().any(|other| other.id == section.id);
    for section in &new {
        let place = old.iter().position(|other| other.id == section.id);
        if let Some(place) = place {
            // Those before it that are gone come first.
            while told <= place {
                if gone(&old[told]) {
                    all.push(edit(Some(&old[told]), None));
                }
                told += 1;
            }
        }
        all.push(edit(place.map(|place| &old[place]), Some(section)));
    }
    all.extend(
        old.iter().skip(told).filter(|section| gone(section)).map(|section| edit(Some(section), None)),
    );
    all
}

fn edit(old: Option<&Section>, new: Option<&Section>) -> EditDifference {
    let section = new.or(old);
    let files = match (old, new) {
        (Some(old), Some(new)) => {
            pairs(&old.files, &new.files).into_iter().map(|(a, b)| file(a, b)).collect()
        }
        _ => Vec::new(),
    };
    let parts = match (old, new) {
        (Some(old), Some(new)) => parts(old, new),
        _ => Vec::new(),
    };
    let verdict = |section: Option<&Section>| section.map(|section| section.verdict.clone());
    let fate = match (old, new) {
        (Some(_), None) => Fate::Gone,
        (None, _) => Fate::New,
        (Some(old), Some(new)) => {
            let worst = files.iter().map(|file: &FileDifference| match file.fate {
                Fate::Gone | Fate::New => Fate::Changed,
                fate => fate,
            });
            let other = old.verdict != new.verdict || !parts.is_empty() || old.lints != new.lints;
            worst.chain(other.then_some(Fate::Changed)).max().unwrap_or(Fate::Same)
        }
    };
    EditDifference {
        id: section.map(|section| section.id.clone()).unwrap_or_default(),
        fate,
        old_verdict: verdict(old),
        new_verdict: verdict(new),
        parts,
        files,
    }
}

fn parts(old: &Section, new: &Section) -> Vec<(Option<String>, Option<String>, Option<String>)> {
    let outcome = |section: &Section, name: &Option<String>| {
        section.parts.iter().find(|(other, _)| other == name).map(|(_, outcome)| outcome.clone())
    };
    let mut names: Vec<&Option<String>> = new.parts.iter().map(|(name, _)| name).collect();
    names.extend(old.parts.iter().map(|(name, _)| name));
    let mut all = Vec::new();
    for name in names {
        let (a, b) = (outcome(old, name), outcome(new, name));
        if a != b && !all.iter().any(|(known, _, _)| known == name) {
            all.push((name.clone(), a, b));
        }
    }
    all
}

/// Files of the same name, then those that can only be the same one under another name.
fn pairs<'a>(old: &'a [FileDiff], new: &'a [FileDiff]) -> Vec<(Option<&'a FileDiff>, Option<&'a FileDiff>)> {
    let named = |files: &'a [FileDiff], path: &str| files.iter().find(|file| file.path == path);
    let mut left: Vec<&FileDiff> = old.iter().filter(|file| named(new, &file.path).is_none()).collect();
    let strangers = new.iter().filter(|file| named(old, &file.path).is_none()).count();
    let mut all = Vec::new();
    for file in new {
        let same = named(old, &file.path).or_else(|| {
            let does_the_same = left.iter().position(|other| effects(other) == effects(file));
            let only = (left.len() == 1 && strangers == 1).then_some(0);
            does_the_same.or(only).map(|place| left.remove(place))
        });
        all.push((same, Some(file)));
    }
    all.extend(left.into_iter().map(|file| (Some(file), None)));
    all
}

fn file(old: Option<&FileDiff>, new: Option<&FileDiff>) -> FileDifference {
    let none = FileDiff::default();
    let (a, b) = (old.unwrap_or(&none), new.unwrap_or(&none));
    let (was, is) = (effects(a), effects(b));
    let only = |these: &[Effect], those: &[Effect]| {
        let mut those = those.to_vec();
        let mut only = these.to_vec();
        // One for one: what is done five times and then four is a difference.
        only.retain(|effect| match those.iter().position(|other| other == effect) {
            Some(place) => {
                those.remove(place);
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
    let text = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect::<Vec<_>>();
    FileDifference {
        old: old.map(|file| file.path.clone()),
        new: new.map(|file| file.path.clone()),
        fate,
        lines: (a.starts.first().copied(), b.starts.first().copied()),
        effects_gone: only(&was, &is),
        effects_new: only(&is, &was),
        own: (text(a.own()), text(b.own())),
        around: (text(a.around()), text(b.around())),
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
        neighbours(old, new).into_iter().map(|edit| (edit.id, edit.fate.name())).collect()
    }

    #[test]
    fn what_upstream_moved_is_told_apart_from_what_the_edit_does() {
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
        let told = fates(&old, &new);
        let told: Vec<(&str, &str)> = told.iter().map(|(id, fate)| (id.as_str(), *fate)).collect();
        assert_eq!(
            told,
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
    fn what_is_gone_stands_where_it_was() {
        let hunk = "@@ -1 +1 @@\n-a b\n+a";
        let old = body(&[("a", "f", hunk), ("b", "f", hunk), ("c", "f", hunk)]);
        let new = body(&[("a", "f", hunk), ("c", "f", hunk)]);
        let ids: Vec<String> = fates(&old, &new).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["a", "b", "c"]);
    }

    #[test]
    fn an_outcome_of_a_part_counts() {
        let old = "t\n\n== m: change\none: change\ntwo: change\n";
        let new = "t\n\n== m: change\none: already, Setup:9\nthree: change\n";
        let [edit] = &neighbours(old, new)[..] else { panic!("one") };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            edit.parts,
            [
                (text("one"), text("change"), text("already")),
                (text("three"), None, text("change")),
                (text("two"), text("change"), None),
            ]
        );
        assert_eq!(edit.fate, Fate::Changed);
        // Where it stands is upstream's business.
        let moved = "t\n\n== m: change\none: already, Setup:10\nthree: change\n";
        assert_eq!(neighbours(new, moved)[0].fate, Fate::Same);
    }
}
