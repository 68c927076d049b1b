//! The shipped patchsets on real releases of CPython, from PYPATCH_SOURCES or the cache. A test skips a missing release
//! and says so; it fails if PYPATCH_REQUIRE_PINS names the release.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../common/mod.rs"]
mod common;

mod ci;
mod family;
mod git_archive;
mod matrix;
mod other_systems;
mod patchsets;
mod port;
mod readme;
mod screens;
mod tag_and_tarball;
mod versions;
mod why;

#[test]
fn a_skipped_test_names_at_most_two_of_the_missing_releases() {
    let text = |wanted, missing: &[&str]| common::pins::missing_text(wanted, missing).unwrap_or_default();
    assert_eq!(text(4, &[]), "");
    assert_eq!(
        text(1, &["python-2.5"]),
        "python-2.5 is not available locally (run `pypatch fetch python-2.5`, or set PYPATCH_SOURCES)"
    );
    assert_eq!(
        text(2, &["python-2.5"]),
        "1 of 2 releases is not available locally: python-2.5 (set PYPATCH_SOURCES)"
    );
    assert_eq!(
        text(2, &["python-2.4", "python-2.5"]),
        "2 of 2 releases are not available locally: python-2.4 and python-2.5 (set PYPATCH_SOURCES)"
    );
    assert_eq!(
        text(248, &["python-2.4", "python-2.4.1", "python-2.4.2"]),
        "3 of 248 releases are not available locally, such as python-2.4 and python-2.4.1 (set PYPATCH_SOURCES)"
    );
}
