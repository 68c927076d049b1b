//! Whether the new version has a change already, maybe in another form or place.

use std::collections::{BTreeSet, HashSet};

use super::names::{code, identifiers, word_characters};
use crate::merge::{Kind, Line, Merge, Versions, collapsed};

/// What of a change is in the new version.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// The share of the lines that are new to the file; `None` if it adds none.
    pub lines: Option<f64>,
    /// The share of the classes, functions and macros that it defines.
    pub definitions: Option<f64>,
    /// The share of the names that are new to the file.
    pub names: Option<f64>,
    /// Whether some edit is there, and whether all are.
    pub some: bool,
    pub all: bool,
    /// How many lines it removes everywhere, and how many of them are there.
    pub removed: usize,
    pub left: usize,
    /// How many edits add lines none of which is there.
    pub missing: usize,
}

/// Lines with fewer characters of words say nothing.
pub(super) const SIGNIFICANT: usize = 6;

impl Evidence {
    /// Compares what ours adds with theirs.
    pub fn new(name: &str, versions: &Versions, merge: &Merge) -> Evidence {
        let base: HashSet<usize> = versions.base.iter().map(|line| line.loose).collect();
        let theirs: HashSet<usize> = versions.theirs.iter().map(|line| line.loose).collect();
        let ours: HashSet<usize> = versions.ours.iter().map(|line| line.loose).collect();
        let mut added = Vec::new();
        let mut text = Vec::new();
        let (mut removed, mut left, mut missing) = (0, 0, 0);
        for edit in &merge.edits {
            let before = added.len();
            for line in &versions.ours[edit.ours.clone()] {
                text.extend_from_slice(&line.text);
                text.push(b'\n');
                if word_characters(&line.text) >= SIGNIFICANT && !base.contains(&line.loose) {
                    added.push(line.loose);
                }
            }
            let new = &added[before..];
            missing += usize::from(!new.is_empty() && !new.iter().any(|line| theirs.contains(line)));
            let says =
                |line: &&Line| word_characters(&line.text) >= SIGNIFICANT && !ours.contains(&line.loose);
            for line in versions.base[edit.base.clone()].iter().filter(says) {
                removed += 1;
                left += usize::from(theirs.contains(&line.loose));
            }
        }
        let share = |there: usize, all: usize| (all > 0).then(|| there as f64 / all as f64);
        let lines = share(added.iter().filter(|line| theirs.contains(line)).count(), added.len());
        let (base, theirs) = (Versions::text(&versions.base), Versions::text(&versions.theirs));
        let (old, new) = (definitions(&base), definitions(&theirs));
        let defined: BTreeSet<Vec<u8>> = definitions(&text).difference(&old).cloned().collect();
        let definitions = share(defined.intersection(&new).count(), defined.len());
        let text = code(name, &text).unwrap_or(text);
        let (old, new) = (identifiers(&base), identifiers(&theirs));
        let named: Vec<&[u8]> =
            identifiers(&text).into_iter().filter(|word| word.len() >= 4 && !old.contains(word)).collect();
        let names = share(named.iter().filter(|word| new.contains(*word)).count(), named.len());
        let some = merge.edits.iter().any(|edit| edit.kind == Kind::Already);
        Evidence { lines, definitions, names, some, all: merge.is_already(), removed, left, missing }
    }

    /// Whether the file alone shows that the new version has the change.
    pub fn is_upstream(&self) -> Option<String> {
        if self.all {
            return Some("the new version has each of its edits".to_owned());
        }
        let at_least = |share: Option<f64>, least: f64| share.is_none_or(|share| share >= least);
        let has = |share: Option<f64>, least: f64| share.is_some_and(|share| share >= least);
        let is_there = has(self.lines, 0.7) && at_least(self.definitions, 0.5) && at_least(self.names, 0.7);
        // Nearly every line, and most of what it defines.
        if has(self.lines, 0.9) && has(self.definitions, 0.5) {
            return Some(self.shares());
        }
        let is_witnessed = has(self.definitions, 0.5) || has(self.names, 0.7) || self.some;
        (is_there && is_witnessed).then(|| self.shares())
    }

    /// Whether the file shows it if something else does, too.
    pub fn may_be_upstream(&self) -> bool {
        self.lines.is_some_and(|share| share >= 0.5)
    }

    /// What speaks against it, though most of it is there.
    pub fn contrary(&self) -> Option<&'static str> {
        match self {
            Evidence { all: true, .. } => None,
            Evidence { left: 1.., .. } => Some("it still has lines that the patch removes"),
            Evidence { missing: 2.., .. } => Some("it has nothing of some of the edits"),
            _ => None,
        }
    }

    /// Whether a commit that once made it may have been taken back since: what it removes is there again, or, if it removes nothing,
    /// nothing is left of what it adds.
    pub fn may_be_taken_back(&self) -> bool {
        self.left > 0 || self.removed == 0 && self.lines.is_none_or(|share| share == 0.0)
    }

    /// Whether all that it defines is there.
    pub fn has_definitions(&self) -> bool {
        self.definitions.is_some_and(|share| share >= 1.0)
    }

    /// Whether a part of it is there.
    pub fn is_partly_upstream(&self) -> bool {
        self.some || self.may_be_upstream() && self.names.is_some_and(|share| share >= 0.5)
    }

    /// What is there, in words.
    pub fn shares(&self) -> String {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let mut parts = Vec::new();
        if let Some(share) = self.lines {
            parts.push(format!("{} of the lines that it adds", percent(share)));
        }
        if let Some(share) = self.definitions {
            parts.push(format!("{} of what it defines", percent(share)));
        }
        if let Some(share) = self.names {
            parts.push(format!("{} of the names that it brings", percent(share)));
        }
        if parts.is_empty() {
            "the new version has some of its edits".to_owned()
        } else {
            format!("the new version has {}", parts.join(", "))
        }
    }
}

/// The classes, functions and macros that a text defines.
fn definitions(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::new();
    for line in text.split(|byte| *byte == b'\n') {
        let line = collapsed(line);
        let rest = [&b"def "[..], b"class ", b"async def ", b"#define ", b"# define "]
            .iter()
            .find_map(|word| line.strip_prefix(*word));
        let Some(rest) = rest else { continue };
        let len = rest.iter().take_while(|byte| super::names::is_word(**byte)).count();
        if len > 0 {
            all.insert(rest[..len].to_vec());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::Evidence;
    use crate::merge::{Algorithm, Merge, Versions};

    fn evidence(base: &str, ours: &str, theirs: &str) -> Evidence {
        let versions = Versions::new(base.as_bytes(), ours.as_bytes(), &theirs.as_bytes().to_vec().into());
        Evidence::new("m.py", &versions, &Merge::new(&versions, Algorithm::Histogram))
    }

    #[test]
    fn lines_that_should_be_gone_speak_against_it() {
        let (base, ours) = ("start()\nold_call(first)\nend()\n", "start()\nnew_call(second)\nend()\n");
        let theirs = "start()\nold_call(first)\nend()\nmore()\nnew_call(second)\n";
        let found = evidence(base, ours, theirs);
        assert_eq!((found.lines, found.left, found.all), (Some(1.0), 1, false));
        assert_eq!(found.contrary(), Some("it still has lines that the patch removes"));
        let found = evidence(base, ours, ours);
        assert_eq!((found.left, found.all, found.contrary()), (0, true, None));
    }

    #[test]
    fn edits_of_which_nothing_is_there_speak_against_it() {
        let base = "start()\nmiddle()\nend()\n";
        let ours = "start()\none_call()\nmiddle()\ntwo_calls()\nend()\nthree_calls()\n";
        let found = evidence(base, ours, "start()\none_call()\nmiddle()\nend()\n");
        assert_eq!((found.missing, found.contrary().is_some()), (2, true));
        let found = evidence(base, ours, "start()\none_call()\nmiddle()\ntwo_calls()\nend()\n");
        assert_eq!((found.missing, found.contrary()), (1, None));
    }
}
