//! The difference between two snapshots, edit by edit.

use super::section::texts;

/// A section of a snapshot (an edit, or the list of files) that differs in another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionChange {
    /// The edit's id, or `files before`.
    pub name: String,
    /// The section in the old snapshot; `None` if it is new.
    pub old: Option<String>,
    /// The section in the new snapshot; `None` if it was removed.
    pub new: Option<String>,
}

/// The sections in which two snapshots differ, in the order of the new one; removed ones come last.
pub fn compare(old: &str, new: &str) -> Vec<SectionChange> {
    let (old, new) = (texts(old), texts(new));
    let find =
        |all: &[(String, String)], name: &str| all.iter().find(|(n, _)| n == name).map(|(_, t)| t.clone());
    let removed = old.iter().filter(|(name, _)| find(&new, name).is_none());
    let names = new.iter().chain(removed).map(|(name, _)| name.clone());
    let all = names.map(|name| SectionChange { old: find(&old, &name), new: find(&new, &name), name });
    all.filter(|change| change.old != change.new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sections_that_differ_are_listed() {
        let old = "t\n\n== a: change\n-x\n\n== b: change\n+y\n\n== c: already\n";
        let new = "t\n\n== a: change\n-x\n\n== b: change\n+z\n\n== d: change\n";
        let names: Vec<_> =
            compare(old, new).into_iter().map(|c| (c.name, c.old.is_some(), c.new.is_some())).collect();
        assert_eq!(names, [("b".into(), true, true), ("d".into(), false, true), ("c".into(), true, false)]);
        assert!(compare(old, old).is_empty());
    }
}
