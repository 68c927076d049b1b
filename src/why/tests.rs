//! Observations and bisections of trees and histories made here.

use git2::{Oid, Repository, Signature, Time};

use super::observation::observe;
use super::observer::{Observer, PartObserver};
use super::*;
use crate::edit::OutcomeKind;
use crate::edit::testing::{MemoryTree, patchset};
use crate::patchset::Edit;
use crate::tree::{CommitId, History};

fn edit(text: &str) -> Edit {
    patchset(&format!("  - {{id: e, why: Why not., {text}}}\n")).edits.remove(0)
}

fn see(edit: &Edit, files: &[(&str, &str)]) -> Vec<Observation> {
    let tree = MemoryTree::of(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    observe(edit, &part_keys(edit), &tree).unwrap()
}

/// How the only part of an edit sees two texts of a file differ.
fn difference(edit: &Edit, old: &str, new: &str) -> Option<Difference> {
    let [old, new] = [old, new].map(|text| see(edit, &[("f", text)]).remove(0));
    old.difference(&new, false)
}

#[test]
fn a_changed_line_is_its_own_anchor() {
    let replace = edit("file: f, text.replace: {find: one, with: two}");
    assert_eq!(difference(&replace, "a one b\nx\n", "y\na one b\nz\n"), None);
    assert_eq!(difference(&replace, "a one b\n", "a  one b\n"), Some(Difference::Blanks));
    assert_eq!(difference(&replace, "a one b\n", "a one c\n"), Some(Difference::Text));
    assert_eq!(difference(&replace, "a one b\n", "a b\n"), Some(Difference::Outcome));
    // After it is gone, its nearest misses do not matter.
    assert_eq!(difference(&replace, "ones\n", "once\n"), None);
}

#[test]
fn an_insertion_is_anchored_to_one_of_its_neighbours() {
    let insert = edit("file: f, text.insert: {after: one, text: \"new\\n\"}");
    assert_eq!(difference(&insert, "one\ntwo\n", "one\nthree\n"), None);
    assert_eq!(difference(&insert, "one\n\ntwo\n", "zero\none\ntwo\n"), None);
    assert_eq!(difference(&insert, "one x\ntwo\n", "one y\nthree\n"), Some(Difference::Text));
    assert_eq!(difference(&insert, "one\ntwo\n", "two\n"), Some(Difference::Outcome));
}

#[test]
fn the_first_file_that_exists_is_part_of_the_observation() {
    let enable = edit("file: [a, b], setup.enable: {modules: [one, two]}");
    let (old, new) = (see(&enable, &[("a", "#one one.c\n")]), see(&enable, &[("b", "#one one.c\n")]));
    assert_eq!(old[0].difference(&new[0], false), Some(Difference::File));
    assert_eq!(part_keys(&enable)[1].name.as_deref(), Some("two"));
    // If no file exists, every module is missing, not only the first.
    let none = see(&enable, &[("c", "")]);
    assert_eq!(
        none.iter().map(|seen| (seen.outcome, seen.exists)).collect::<Vec<_>>(),
        [(OutcomeKind::Missing, false); 2]
    );
}

#[test]
fn the_parts_of_an_edit_with_several_changes_are_numbered() {
    let two =
        "changes: [{file: f, text.replace: {find: a, with: b}}, {file: g, text.replace: {find: c, with: d}}]";
    let two = edit(two);
    let names: Vec<_> = part_keys(&two).into_iter().map(|key| key.name.unwrap()).collect();
    assert_eq!(names, ["1", "2"]);
    let seen = see(&two, &[("f", "a\n"), ("g", "x\n")]);
    assert_eq!(
        seen.iter().map(|seen| seen.outcome).collect::<Vec<_>>(),
        [OutcomeKind::Change, OutcomeKind::Missing]
    );
    assert_eq!(part_keys(&edit("file: f, text.replace: {find: a, with: b}"))[0].name, None);
}

/// A line of commits, each with one text of the file `f`.
fn line(texts: &[&str]) -> (tempfile::TempDir, History, Vec<CommitId>) {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init_bare(folder.path()).unwrap();
    let mut parent: Option<Oid> = None;
    let mut ids = Vec::new();
    for (minute, text) in (0..).zip(texts) {
        let mut tree = repository.treebuilder(None).unwrap();
        tree.insert("f", repository.blob(text.as_bytes()).unwrap(), 0o100_644).unwrap();
        let tree = repository.find_tree(tree.write().unwrap()).unwrap();
        let who = Signature::new("A", "a@a.test", &Time::new(minute * 60, 0)).unwrap();
        let parents: Vec<_> = parent.iter().map(|id| repository.find_commit(*id).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let id = repository.commit(None, &who, &who, "one more", &tree, &parents).unwrap();
        parent = Some(id);
        ids.push(id.to_string());
    }
    let history = History::open(folder.path()).unwrap();
    let ids = ids.iter().map(|id| history.commit(id).unwrap()).collect();
    (folder, history, ids)
}

/// The indexes of the commits at which the bisection finds a change.
fn found(texts: &[&str]) -> Vec<usize> {
    let replace = edit("file: f, text.replace: {find: one, with: two}");
    let keys = part_keys(&replace);
    let (_folder, history, ids) = line(texts);
    let observer = Observer::new(&replace, &keys);
    let part = PartObserver::new(&observer, 0, &[]);
    let found = part.commits_between(&history, ids[0], ids[ids.len() - 1]).unwrap().unwrap();
    assert!(found.on_old_branch.is_empty());
    found.ahead.iter().map(|id| ids.iter().position(|other| other == id).unwrap()).collect()
}

#[test]
fn every_commit_that_changed_the_observation_is_found() {
    assert_eq!(found(&["one", "x\none", "one\ny", "gone", "gone too"]), [3]);
    assert_eq!(found(&["one", "one", "one b", "one b\nx", "one c", "gone"]), [2, 4, 5]);
    assert_eq!(found(&["one", "one a", "one b", "one"]), [0; 0]);
}

#[test]
fn every_commit_that_is_found_differs_from_its_parent() {
    let texts = ["one", "gone", "one", "gone", "one", "one", "gone"];
    let places = found(&texts);
    assert_eq!(places.len() % 2, 1, "{places:?}");
    for place in places {
        assert_ne!(texts[place], texts[place - 1]);
    }
}

#[test]
fn a_release_that_only_its_own_branch_changed_is_a_side_release() {
    let replace = edit("file: f, text.replace: {find: one, with: two}");
    let keys = part_keys(&replace);
    let (folder, _, ids) = line(&["one", "one\nx", "one\ny"]);
    // A release that branched off the second commit, and lost the anchor there.
    let repository = Repository::open(folder.path()).unwrap();
    let mut tree = repository.treebuilder(None).unwrap();
    tree.insert("f", repository.blob(b"gone").unwrap(), 0o100_644).unwrap();
    let tree = repository.find_tree(tree.write().unwrap()).unwrap();
    let who = Signature::new("A", "a@a.test", &Time::new(600, 0)).unwrap();
    let parent = repository.find_commit(Oid::from_str(&ids[1].to_string()).unwrap()).unwrap();
    let branch = repository.commit(None, &who, &who, "a branch", &tree, &[&parent]).unwrap();
    let history = History::open(folder.path()).unwrap();
    let waypoint = |name: &str, commit| Waypoint {
        name: name.to_owned(),
        tree: Box::new(history.tree(commit).unwrap()),
        commit: Some(commit),
        not_available: Vec::new(),
    };
    let branch = history.commit(&branch.to_string()).unwrap();
    let path = [waypoint("first", ids[0]), waypoint("branch", branch), waypoint("last", ids[2])];
    let trace = trace(&replace, &keys, &path, Some(&history)).unwrap();
    assert_eq!(
        (trace.side_releases, trace.path),
        (vec!["branch".to_owned()], ["first", "branch", "last"].map(str::to_owned).to_vec())
    );
    assert!(trace.steps.is_empty());
}

#[test]
fn an_excerpt_keeps_bytes_that_are_not_utf_8() {
    let replace = edit("file: f, text.replace: {find: one, with: two}");
    let stop = |name: &str, text: &[u8]| {
        let tree = Box::new(MemoryTree::of([("f", text)]));
        Waypoint { name: name.to_owned(), tree, commit: None, not_available: Vec::new() }
    };
    let far = "x\n".repeat(20);
    let old = [b"one M\xfcller\r\n", far.as_bytes(), b"far\n"].concat();
    let new = [b"none M\xfcller\r\n", far.as_bytes(), b"away\n"].concat();
    let trace = trace(&replace, &part_keys(&replace), &[stop("old", &old), stop("new", &new)], None).unwrap();
    let [step] = &trace.steps[..] else { panic!("one step") };
    assert_eq!((step.parts[0].difference, step.commit.is_none()), (Difference::Outcome, true));
    let [excerpt] = &step.excerpts[..] else { panic!("one file") };
    assert_eq!((excerpt.of, excerpt.hunks.len(), excerpt.touches), (2, 1, true));
    assert_eq!(excerpt.head(), "--- a/f\n+++ b/f\n");
    let (hunk, expected) =
        (&excerpt.hunks[0].bytes, b"@@ -1,4 +1,4 @@\n-one M\xfcller\r\n+none M\xfcller\r\n x\n x\n x\n");
    assert_eq!(hunk, expected, "{}", hunk.escape_ascii());
}
