//! What a stage or a receipt may not do that pypatch did not write: an archive or another user may have put it there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::commit::commit_copy;
use super::error::ApplyError;
use super::recover::{Recovered, recover};
use super::revert;
use super::revert::RevertScope;
use super::testing::{change, one, seen, tree};
use super::{RECEIPT, commit};
use crate::text::Rewrite;

const STAGE: &str = ".pypatch-stage-1.000000000";

/// A stage with this journal in the tree `root`.
fn forge(root: &Path, journal: &str) {
    fs::create_dir(root.join(STAGE)).unwrap();
    fs::write(root.join(STAGE).join("journal.json"), journal).unwrap();
}

fn journal(files: &str, created: &str, removed: &str, mtimes: &str) -> String {
    format!(
        r#"{{"schema":2,"files":[{files}],"created":[{created}],"removed":[{removed}],"mtimes":[{mtimes}]}}"#
    )
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Recovers `root`, which must be an error that leaves everything as it is.
fn refused(root: &Path) -> ApplyError {
    let before = seen(root);
    let error = recover(root).unwrap_err();
    assert_eq!(seen(root), before, "{error}");
    error
}

#[test]
fn a_stage_that_is_a_link_is_refused() {
    for name in [STAGE, ".pypatch-done-1.000000000"] {
        let (dir, outside) = (tree(), tree());
        let before = seen(outside.path());
        for target in [outside.path(), Path::new("Lib"), Path::new("README"), Path::new("nowhere")] {
            symlink(target, dir.path().join(name)).unwrap();
            let error = recover(dir.path()).unwrap_err();
            assert!(matches!(error, ApplyError::ForeignStage { .. }), "{error}");
            let changes = [change(dir.path(), "README", vec![Rewrite::insert(0, "x")])];
            commit(dir.path(), one("one", &changes)).unwrap_err();
            assert!(dir.path().join(name).is_symlink());
            fs::remove_file(dir.path().join(name)).unwrap();
        }
        assert_eq!(seen(outside.path()), before);
        assert_eq!(fs::read(dir.path().join("README")).unwrap(), b"untouched");
    }
}

#[test]
fn a_stage_with_other_files_than_ours_is_refused() {
    for name in ["thesis.tex", "x.new", ".old", "1.newer", "journal.json.new", "0.old/"] {
        for stage in [STAGE, ".pypatch-done-1.000000000"] {
            let dir = tree();
            fs::create_dir(dir.path().join(stage)).unwrap();
            let path = dir.path().join(stage).join(name.trim_end_matches('/'));
            if name.ends_with('/') {
                fs::create_dir(path).unwrap();
            } else {
                fs::write(path, "x").unwrap();
            }
            let error = refused(dir.path());
            assert!(matches!(error, ApplyError::ForeignStage { .. }), "{error}");
        }
    }
}

#[test]
fn a_journal_that_is_not_a_small_file_is_refused_without_waiting() {
    for kind in 0..3 {
        let dir = tree();
        fs::create_dir(dir.path().join(STAGE)).unwrap();
        let path = dir.path().join(STAGE).join("journal.json");
        match kind {
            0 => mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap(),
            1 => symlink("/dev/zero", &path).unwrap(),
            _ => fs::File::create(&path).unwrap().set_len(1 << 40).unwrap(),
        }
        let error = recover(dir.path()).unwrap_err();
        assert!(
            matches!(error, ApplyError::ForeignStage { .. } | ApplyError::TooLarge { .. }),
            "{kind}: {error}"
        );
    }
}

#[test]
fn no_path_of_a_journal_leads_out_of_the_tree() {
    let file = |path: &str, before: &str, after: &str| {
        format!(r#"{{"path":"{path}","before":{before},"after":{after},"in_place":null}}"#)
    };
    let zeros = format!(r#""{}""#, "0".repeat(64));
    let before = format!(r#"{{"sha256":{zeros},"mode":"0644"}}"#);
    for journal in [
        journal("", r#""link/victim""#, "", ""),
        journal("", r#""../outside/victim""#, "", ""),
        journal("", r#""link""#, "", ""),
        journal("", "", r#"{"path":"link/new","mode":"0777"}"#, ""),
        journal(&file("link/new", &before, "null"), "", "", ""),
        journal(&file("link/victim/file", "null", &zeros), "", "", ""),
        journal(&file(".git/hooks/pre-commit", "null", &zeros), "", "", ""),
        journal(&file("/etc/passwd", "null", &zeros), "", "", ""),
    ] {
        let (dir, outside) = (tree(), tree());
        fs::create_dir(outside.path().join("victim")).unwrap();
        symlink(outside.path(), dir.path().join("link")).unwrap();
        let untouched = seen(outside.path());
        forge(dir.path(), &journal);
        let before = seen(&dir.path().join("Lib"));
        // A directory that cannot be reached is left out, every other path of the kind is an error.
        let _ = recover(dir.path());
        assert_eq!(seen(outside.path()), untouched, "{journal}");
        assert_eq!(seen(&dir.path().join("Lib")), before, "{journal}");
        assert!(dir.path().join("link").is_symlink());
    }
}

#[test]
fn a_link_of_a_stage_is_not_followed() {
    let file = |path: &str, mode: &str| {
        let zeros = "0".repeat(64);
        let before = format!(r#"{{"sha256":"{zeros}","mode":"{mode}"}}"#);
        format!(r#"{{"path":"{path}","before":{before},"after":null,"in_place":null}}"#)
    };
    for (path, mode) in [("new", "0644"), ("new", "120000"), ("README", "120000"), ("link/new", "120000")] {
        let (dir, outside) = (tree(), tree());
        let untouched = seen(outside.path());
        symlink(outside.path(), dir.path().join("link")).unwrap();
        forge(dir.path(), &journal(&file(path, mode), "", "", ""));
        for name in ["0.old", "0.gone"] {
            symlink(outside.path().join("README"), dir.path().join(STAGE).join(name)).unwrap();
        }
        let _ = recover(dir.path());
        assert_eq!(seen(outside.path()), untouched, "{path} {mode}");
        assert_eq!(fs::read(dir.path().join("README")).unwrap(), b"untouched");
    }
    // The journal itself is none.
    let dir = tree();
    fs::create_dir(dir.path().join(STAGE)).unwrap();
    symlink("../README", dir.path().join(STAGE).join("journal.json")).unwrap();
    assert!(matches!(refused(dir.path()), ApplyError::ForeignStage { .. }));
}

#[test]
fn an_mtime_of_a_journal_is_not_set_through_a_link() {
    let (dir, outside) = (tree(), tree());
    let untouched = seen(outside.path());
    symlink(outside.path(), dir.path().join("link")).unwrap();
    forge(dir.path(), &journal("", "", "", r#"["link","7.000000000"],["link/Lib","7.000000000"]"#));
    recover(dir.path()).unwrap();
    assert_eq!(seen(outside.path()), untouched);
}

#[test]
fn a_journal_gives_no_setuid_setgid_or_sticky_bit() {
    let dir = tree();
    let sha256 = crate::digest::Sha256Digest::of(b"untouched");
    let file = |path: &str| {
        format!(
            r#"{{"path":"{path}","before":{{"sha256":"{sha256}","mode":"7755"}},"after":"{sha256}","in_place":"0600"}}"#
        )
    };
    forge(dir.path(), &journal(&file("README"), "", r#"{"path":"made","mode":"7777"}"#, ""));
    assert_eq!(recover(dir.path()).unwrap(), Recovered::RolledBack);
    assert_eq!(mode(&dir.path().join("README")), 0o755);
    assert_eq!(mode(&dir.path().join("made")), 0o777);
}

#[test]
fn a_receipt_gives_no_setuid_setgid_or_sticky_bit() {
    let dir = tree();
    let changes = [
        change(dir.path(), "README", vec![Rewrite::insert(0, "x")]),
        super::testing::set_executable(dir.path(), "install-sh", true),
    ];
    commit(dir.path(), one("one", &changes)).unwrap();
    let path = dir.path().join(RECEIPT);
    let mut receipt: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for file in receipt["layers"][0]["files"].as_array_mut().unwrap() {
        file["before"]["mode"] = "7755".into();
    }
    fs::write(&path, receipt.to_string()).unwrap();
    revert(dir.path(), RevertScope::All, false).unwrap();
    assert_eq!(mode(&dir.path().join("README")), 0o755);
    assert_eq!(mode(&dir.path().join("install-sh")), 0o755);
}

#[test]
fn a_copy_that_was_just_written_is_not_recovered() {
    let dir = tree();
    forge(dir.path(), &journal("", r#""Lib/empty""#, "", ""));
    fs::create_dir(dir.path().join("Lib/empty")).unwrap();
    let changes = [change(dir.path(), "README", vec![Rewrite::insert(0, "x")])];
    commit_copy(dir.path(), one("one", &changes)).unwrap();
    assert!(dir.path().join("Lib/empty").is_dir());
    assert!(dir.path().join(STAGE).is_dir());
}
