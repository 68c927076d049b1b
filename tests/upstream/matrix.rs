//! The matrix of catamount-py2.5 agrees with what people read from the real trees (tests/truth/catamount-py2.5.tsv).
//!
//! The anchors to compare with come from the accepted snapshot of the release that the patchset was written for, and
//! from that release, too, if it is available locally.

use std::collections::BTreeMap;

use pypatch::patchset::Catalog;
use pypatch::plan::Baseline;
use pypatch::port::{Cell, Searched, Verdict, judge};
use pypatch::snapshot::{self, Store};
use pypatch::tree::{Location, TreePath};

use crate::common::pins;

const PATCHSET: &str = "catamount-py2.5";
const BASE: &str = "python-2.5";

/// A line of the table: the verdict on a row, and the lines or files of the anchor.
struct Truth {
    row: String,
    verdict: String,
    places: Vec<String>,
}

/// The table by version.
fn truth() -> BTreeMap<String, Vec<Truth>> {
    let mut all: BTreeMap<String, Vec<Truth>> = BTreeMap::new();
    for line in include_str!("../truth/catamount-py2.5.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, edit, part, version, verdict, places] = fields[..] else { panic!("{line}") };
        let row = if part.is_empty() { edit.to_owned() } else { format!("{edit}/{part}") };
        let places = places.split(' ').filter(|place| !place.is_empty()).map(str::to_owned).collect();
        all.entry(version.to_owned()).or_default().push(Truth { row, verdict: verdict.to_owned(), places });
    }
    all
}

/// Where the cells of one version disagree with the table. Without the release that the patchset was written for, a cell
/// is open where only its contents show that something is obsolete.
fn disagreements(cells: &[Cell], truth: &[Truth], has_base: bool) -> Vec<String> {
    let mut found = Vec::new();
    for one in truth {
        let Some(cell) = cells.iter().find(|cell| cell.row() == one.row) else {
            found.push(format!("{}: no cell", one.row));
            continue;
        };
        let reason = cell.reason.as_deref().unwrap_or_default();
        let is_open = !has_base && cell.verdict.is_open() && reason.contains("(give --base)");
        if one.verdict == "obsolete" && is_open {
            continue;
        }
        if cell.verdict.name() != one.verdict {
            found.push(format!("{}: {} for {} ({reason})", one.row, cell.verdict.name(), one.verdict));
            continue;
        }
        // The anchor that people found must be the first candidate.
        let places: Vec<&Location> = match cell.candidates.first() {
            Some(first) => first.places.iter().collect(),
            None => cell.places.iter().collect(),
        };
        let is_known = |found: &&Location| {
            let (file, place) = (found.file.to_string(), format!("{}:{}", found.file, found.line));
            one.places.iter().any(|known| *known == place || *known == file)
        };
        if !one.places.is_empty() && !places.iter().any(is_known) {
            found.push(format!("{}: {places:?} is none of {:?}", one.row, one.places));
        }
    }
    found
}

#[test]
fn every_cell_agrees_with_the_truth_table() {
    let patchset = Catalog::default().load(PATCHSET).unwrap();
    let body = Store::new("snapshots").read(PATCHSET, BASE).unwrap().unwrap();
    let accepted = snapshot::baseline(&body).unwrap();
    let base = pins::open(BASE);
    let (truth, mut missing, mut wrong) = (truth(), Vec::new(), Vec::new());
    // One for all: the cells do not depend on what was searched before.
    let known = Searched::default();
    for (version, truth) in &truth {
        let pin = format!("python-{version}");
        let Some(tree) = pins::open(&pin) else {
            missing.push(pin);
            continue;
        };
        let cells = judge(&patchset, Some(&accepted), None, tree.as_ref(), &known).unwrap();
        wrong.extend(disagreements(&cells, truth, false).into_iter().map(|what| format!("{version} {what}")));
        if let Some(base) = &base {
            let baseline = Baseline::read(&patchset, base.as_ref()).unwrap();
            let cells =
                judge(&patchset, Some(&baseline), Some(base.as_ref()), tree.as_ref(), &known).unwrap();
            let found = disagreements(&cells, truth, true).into_iter();
            wrong.extend(found.map(|what| format!("{version} (with the release) {what}")));
        }
    }
    pins::report_missing("verdicts of a matrix", truth.len(), &missing);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The text without comments and, in C, strings, found by simpler means than those of the program: by line.
fn plain_code(path: &str, text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).into_owned();
    let is_c = path.ends_with(".c") || path.ends_with(".h");
    let (mut out, mut rest) = (String::new(), text.as_str());
    while let Some((before, after)) = rest.split_once("/*").filter(|_| is_c) {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let code_of = |line: &str| match is_c {
        true => line.split('"').step_by(2).collect::<Vec<_>>().join(" "),
        false => line.split('#').next().unwrap_or_default().to_owned(),
    };
    out.lines().map(code_of).collect::<Vec<_>>().join("\n")
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}

#[test]
fn a_plain_search_confirms_the_evidence_of_each_cell() {
    let patchset = Catalog::default().load(PATCHSET).unwrap();
    let names =
        ["python-2.5", "python-2.7.18", "python-3.2.6", "python-3.6.15", "python-3.9.2", "python-3.13.5"];
    let Some([base, trees @ ..]) = pins::need("evidence of a matrix", names) else { return };
    let baseline = Baseline::read(&patchset, base.as_ref()).unwrap();
    let (mut searched, known) = (0, Searched::default());
    for tree in trees {
        let files = tree.files().unwrap();
        let read =
            |path: &TreePath| String::from_utf8_lossy(&tree.read(path).unwrap().unwrap().bytes).into_owned();
        for cell in judge(&patchset, Some(&baseline), Some(base.as_ref()), tree.as_ref(), &known).unwrap() {
            let row = format!("{} on {}", cell.row(), tree.label());
            match (&cell.evidence, cell.verdict) {
                (None, Verdict::Obsolete) => panic!("{row} has no evidence"),
                (None, Verdict::Already) => {
                    let place = cell.places.first().unwrap_or_else(|| panic!("{row} has no place"));
                    let line =
                        read(&place.file).lines().nth(place.line.max(1) - 1).unwrap_or_default().to_owned();
                    assert_eq!(line.trim_end(), place.text.trim_end(), "{row}");
                    searched += 1;
                }
                (Some(evidence), _) => {
                    assert!(evidence.no_files.iter().all(|file| tree.read(file).unwrap().is_none()), "{row}");
                    let endings: Vec<&str> = evidence.among.split(' ').collect();
                    let is_among = |path: &&TreePath| {
                        let (path, name) = (path.as_str(), path.file_name());
                        let fits = |pattern: &&str| {
                            let glob = glob::Pattern::new(pattern).unwrap();
                            *pattern == path || glob.matches(name)
                        };
                        let mut folders = path.split('/').rev().skip(1);
                        endings.iter().any(fits)
                            && !folders.any(|folder| evidence.except.iter().any(|one| one == folder))
                    };
                    for path in files.iter().filter(is_among) {
                        let code = plain_code(path.as_str(), read(path).as_bytes());
                        for name in &evidence.names {
                            assert!(!has_word(&code, name), "{row}: {path} has {name}");
                        }
                    }
                    searched += 1;
                }
                (None, _) => {}
            }
        }
    }
    assert!(searched > 60, "{searched}");
}

#[test]
fn cells_do_not_depend_on_the_trees_that_were_judged_before() {
    let patchset = Catalog::default().load(PATCHSET).unwrap();
    let names = ["python-2.5", "python-2.6", "python-2.6.9", "python-2.7.18"];
    let Some([base, trees @ ..]) = pins::need("a matrix of neighbours", names) else { return };
    let baseline = Baseline::read(&patchset, base.as_ref()).unwrap();
    let known = Searched::default();
    for tree in trees {
        let cells = |searched| {
            judge(&patchset, Some(&baseline), Some(base.as_ref()), tree.as_ref(), searched).unwrap()
        };
        let fresh = Searched::default();
        assert_eq!(cells(&known), cells(&fresh), "{}", tree.label());
        assert_eq!(cells(&known), cells(&known), "{}", tree.label());
    }
}
