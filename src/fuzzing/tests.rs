//! The inputs of `fuzz/seeds`, changed at random, and all of `fuzz/findings`, which did not hold once.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::{TARGETS, is_whole_m4};

/// The files of a target below `fuzz/`.
fn inputs(folder: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder).join(target);
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

#[test]
fn every_seed_and_every_earlier_finding_holds() {
    for (name, holds) in TARGETS {
        assert!(!inputs("seeds", name).is_empty(), "fuzz/seeds/{name} is empty");
        for (path, bytes) in inputs("seeds", name).into_iter().chain(inputs("findings", name)) {
            eprintln!("{}", path.display());
            holds(&bytes);
        }
    }
}

#[test]
fn an_edit_has_to_recognise_its_result_in_a_configure_ac_as_people_write_it() {
    for whole in [
        &b"A([b c], [a=1])\ndnl a note\nif test \"x$a\" = x; then\n  a=1\nelse\n  b='$(a) b'\nfi\n"[..],
        b"case $a in\n  b*|c) a=1 ;;\n  *)\n    B([x],\n      [y])\n    ;;\nesac\n",
    ] {
        assert!(is_whole_m4(whole), "{}", String::from_utf8_lossy(whole));
    }
    for other in [
        &b"A=b case x in&&\n a)  b\n"[..],
        b"A=1 && b\n",
        b"A | \n",
        b"A([x]\n",
        b"if x; then\n a)\nfi\n",
        b"case x in\n",
        b"a=\"b\n",
    ] {
        assert!(!is_whole_m4(other), "{}", String::from_utf8_lossy(other));
    }
}

#[test]
fn every_function_is_a_target_of_the_fuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let target = fs::read_to_string(folder.join(format!("targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("pypatch::fuzzing::{name}(")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}

/// A change of an input.
#[derive(Debug, Clone)]
enum Change {
    /// Other bytes at a place.
    Put(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    /// A part again at another place.
    Copy(prop::sample::Index, usize, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), prop::collection::vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Change::Put(at, bytes)),
        (index(), 1..20usize).prop_map(|(at, len)| Change::Remove(at, len)),
        (index(), 1..40usize, index()).prop_map(|(from, len, to)| Change::Copy(from, len, to)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        let len = bytes.len();
        let within = |at: usize, n: usize| at..(at + n).min(len);
        match change {
            Change::Put(at, new) => {
                let at = at.index(len + 1);
                bytes.splice(at..at, new);
            }
            Change::Remove(at, n) => drop(bytes.drain(within(at.index(len + 1), n))),
            Change::Copy(from, n, to) => {
                let part = bytes[within(from.index(len + 1), n)].to_vec();
                let to = to.index(len + 1);
                bytes.splice(to..to, part);
            }
        }
    }
    bytes
}

/// Bytes, shown as text.
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Tries `target` on changed seeds; the same ones in every run, and `PROPTEST_CASES` tries more of them.
fn try_changed(target: &str) {
    let (_, holds) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let seeds: Vec<Vec<u8>> = inputs("seeds", target).into_iter().map(|(_, bytes)| bytes).collect();
    let config = Config { rng_seed: RngSeed::Fixed(25), failure_persistence: None, ..Config::default() };
    let input = (prop::sample::select(seeds), prop::collection::vec(change(), 0..6))
        .prop_map(|(seed, changes)| Input(changed(seed, changes)));
    let tried = TestRunner::new(config).run(&input, |input| {
        holds(&input.0);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{target}: {error}"));
}

#[test]
fn any_archive_is_refused_or_stays_inside() {
    try_changed("archive");
}

#[test]
fn any_c_file_is_edited_reversibly() {
    try_changed("c");
}

#[test]
fn any_journal_is_refused_or_recovered_inside() {
    try_changed("journal");
}

#[test]
fn any_makefile_is_edited_reversibly() {
    try_changed("makefile");
}

#[test]
fn any_patch_is_applied_completely_or_not_at_all() {
    try_changed("patch");
}

#[test]
fn any_patch_is_imported_alike_with_and_without_fuzz() {
    try_changed("import");
}

#[test]
fn any_three_versions_are_merged() {
    try_changed("merge");
}

#[test]
fn any_message_is_read() {
    try_changed("message");
}

#[test]
fn any_patchset_is_loaded_or_has_complaints() {
    try_changed("patchset");
}

#[test]
fn any_python_file_is_edited_reversibly() {
    try_changed("python");
}

#[test]
fn any_receipt_is_refused_or_reverted_inside() {
    try_changed("receipt");
}

#[test]
fn any_setup_shell_m4_xml_or_text_is_edited_reversibly() {
    try_changed("small");
}

#[test]
fn any_snapshot_is_compared() {
    try_changed("snapshot");
}
