//! Pinned releases of CPython: where a test gets one, and what it says when one is missing.

use std::env;

use pypatch::fetch::{Located, Places};
use pypatch::tree::Tree;
use pypatch::tree::pin::{Pin, PinSet};

use super::skip;

/// A shipped pin.
pub fn pin(name: &str) -> Pin {
    PinSet::shipped().get(name).unwrap()
}

/// Where a release is on this machine: among PYPATCH_SOURCES or in the cache.
pub fn locate(name: &str) -> Option<Located> {
    pypatch::fetch::locate(&pin(name), &Places::from_env()).located
}

/// Opens a release if it is available locally.
pub fn open(name: &str) -> Option<Box<dyn Tree>> {
    pypatch::fetch::open_local(&pin(name), &Places::from_env()).unwrap()
}

/// Opens the releases that `test` needs, or reports which are missing.
pub fn need<const N: usize>(test: &str, names: [&str; N]) -> Option<[Box<dyn Tree>; N]> {
    let trees = names.map(open);
    let missing: Vec<&str> =
        names.iter().zip(&trees).filter(|(_, tree)| tree.is_none()).map(|(name, _)| *name).collect();
    report_missing(test, N, &missing);
    missing.is_empty().then(|| trees.map(Option::unwrap))
}

/// Prints that `test` skipped the `missing` ones of so many releases, if there are any.
///
/// # Panics
/// If PYPATCH_REQUIRE_PINS, a list of names separated by blanks, names one of them.
pub fn report_missing(test: &str, wanted: usize, missing: &[impl AsRef<str>]) {
    let missing: Vec<&str> = missing.iter().map(AsRef::as_ref).collect();
    let required = env::var("PYPATCH_REQUIRE_PINS").unwrap_or_default();
    if let Some(why) = missing_text(wanted, &missing) {
        skip(test, &why);
    }
    let absent: Vec<&str> = required.split_whitespace().filter(|name| missing.contains(name)).collect();
    assert!(absent.is_empty(), "PYPATCH_REQUIRE_PINS names {absent:?}, not available locally ({test})");
}

/// How many releases are missing, and two of them.
pub fn missing_text(wanted: usize, missing: &[&str]) -> Option<String> {
    match missing {
        [] => None,
        [only] if wanted == 1 => Some(format!(
            "{only} is not available locally (run `pypatch fetch {only}`, or set PYPATCH_SOURCES)"
        )),
        [only] => {
            Some(format!("1 of {wanted} releases is not available locally: {only} (set PYPATCH_SOURCES)"))
        }
        [first, second, ..] => {
            let count = missing.len();
            let list = if count == 2 { ": " } else { ", such as " };
            Some(format!(
                "{count} of {wanted} releases are not available locally{list}{first} and {second} (set PYPATCH_SOURCES)"
            ))
        }
    }
}
