//! `diff` compared with `patch -p1 -F0`: where that makes a file, `diff` makes the same or does not fit.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use crate::edit::testing::{MemoryTree, applied};
use crate::edit::{Context, resolve};
use crate::patchset::Catalog;

/// The file `f` after `patch -p1 -F0`; `None` if that refuses. An error without the program.
fn by_patch(before: Option<&[u8]>, patch: &[u8]) -> std::io::Result<Option<Option<Vec<u8>>>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("f");
    if let Some(before) = before {
        fs::write(&file, before)?;
    }
    let mut child = Command::new("patch")
        .args(["-p1", "-F0", "-N", "--batch", "-s", "-r", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    child.stdin.take().expect("stdin is piped").write_all(patch)?;
    let status = child.wait()?;
    Ok(status.success().then(|| fs::read(&file).ok()))
}

/// The file `f` after `diff`; `None` if that does not fit, or is applied already.
fn by_diff(folder: &Path, before: Option<&[u8]>, patch: &[u8]) -> Option<Option<Vec<u8>>> {
    fs::create_dir_all(folder.join("t/files")).unwrap();
    fs::write(folder.join("t/files/p"), patch).unwrap();
    let text = "schema: 1\nid: t\ntitle: t\nedits:\n  - {id: e, why: w, file: f, diff: {patch: {from: p}}}\n";
    fs::write(folder.join("t/patchset.yaml"), text).unwrap();
    let edit = Catalog::new(vec![folder.to_owned()]).load("t").ok()?.edits.remove(0);
    let tree = MemoryTree::of(before.map(|bytes| ("f", bytes)));
    let parts = resolve(&Context::new(&tree, None), &edit).unwrap();
    if parts.iter().any(|part| part.deltas.is_empty()) {
        return None;
    }
    Some(applied(&tree, &parts).bytes("f").map(<[u8]>::to_vec))
}

/// Asserts that both agree where `patch` makes a file. Returns whether `diff` made it, too.
fn agree(before: Option<&[u8]>, patch: &[u8]) -> bool {
    let Ok(expected) = by_patch(before, patch) else { return true };
    let folder = tempfile::tempdir().unwrap();
    match (expected, by_diff(folder.path(), before, patch)) {
        (Some(expected), Some(found)) => {
            let show = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| bytes.escape_ascii().to_string());
            assert_eq!(show(&found), show(&expected), "{}", patch.escape_ascii());
            true
        }
        (Some(_), None) => false,
        (None, found) => found.is_some(),
    }
}

const PLAIN: &str = "--- a/f\n+++ b/f\n";

#[test]
fn every_patch_that_the_program_applies_has_the_same_result() {
    for (before, patch) in [
        ("a\nb\nc\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"),
        // Wrong line numbers, an offset that the second hunk has as well, hunks that touch.
        ("x\nx\na\nb\nc\n", "--- a/f\n+++ b/f\n@@ -9,3 +9,3 @@\n a\n-b\n+B\n c\n"),
        (
            "1\n2\na\nb\nc\n6\nx\ny\nx\ny\nz\n",
            "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -7,3 +7,3 @@\n x\n-y\n+Y\n z\n",
        ),
        (
            "a\nb\nc\nd\ne\n",
            "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -3,3 +3,3 @@\n c\n-d\n+D\n e\n",
        ),
        // Missing newlines at the end of the file, a lone CR, a NUL.
        ("a\nb", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n"),
        ("a\nb\n", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"),
        ("a\rA\nb\0\n", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\rA\n-b\0\n+c\r\0\n"),
        // Blanks at the beginning of lines that are lost, and lines that are lost at the end.
        ("a\n\n\tb\nc\n", "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n a\n\n\tb\n-c\n+d\n"),
        ("a\nb\n\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n"),
        ("a\nb\n", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+B"),
        // CRLF in the headers as well.
        ("a\nb\n", "--- a/f\r\n+++ b/f\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+B\r\n"),
        ("a\r\nb\r\n", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+B\r\n"),
        // Names.
        (
            "a\n",
            "Index: f\n=====\n--- x/f    2020-01-01 10:00:00 +0100\n+++ y/f   Mon Jan  6 10:00:00 2020\n@@ -1 +1 @@\n-a\n+b\n",
        ),
        (
            "a\n",
            "From x\n---\n f | 2 +-\n\ndiff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n-- \n2.39\n",
        ),
        // Two sections for one file.
        (
            "a\nb\n",
            "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-B\n+c\n",
        ),
        // All lines are removed, with and without the file.
        ("a\n", "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n"),
        ("a\n", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"),
        ("a\n", "--- a/f\n+++ b/f\t1970-01-01 00:00:00.000000000 +0000\n@@ -1 +0,0 @@\n-a\n"),
        ("", "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"),
    ] {
        assert!(agree(Some(before.as_bytes()), patch.as_bytes()), "{patch}");
    }
    for patch in [
        "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n",
        "--- a/f\t1970-01-01 00:00:00.000000000 +0000\n+++ b/f\t2020-01-01 00:00:00.000000000 +0000\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n",
        "--- /dev/null\r\n+++ b/f\r\n@@ -0,0 +1 @@\r\n+a\r\n",
        "diff --git a/f b/f\nnew file mode 100644\nindex 0000000..e69de29\n",
    ] {
        assert!(agree(None, patch.as_bytes()), "{patch}");
    }
}

/// Few different lines, so that hunks match in several places.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("}"), Just(""), Just("\tx")].prop_map(|line| format!("{line}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn a_random_patch_has_the_result_of_the_program_or_none(
        old in proptest::collection::vec(line(), 1..12),
        edits in proptest::collection::vec((0usize..12, 0usize..3, proptest::collection::vec(line(), 0..3)), 1..3),
        above in proptest::collection::vec(line(), 0..5),
        below in proptest::collection::vec(line(), 0..5),
        shift in 1usize..9,
    ) {
        let mut new = old.clone();
        for (at, removed, added) in edits {
            let at = at.min(new.len());
            let end = (at + removed).min(new.len());
            new.splice(at..end, added);
        }
        let hunks = crate::text::hunks(old.concat().as_bytes(), new.concat().as_bytes());
        let mut patch = PLAIN.as_bytes().to_vec();
        for hunk in hunks {
            // The first line that a hunk names is changed by hand.
            let text = String::from_utf8(hunk.bytes).unwrap();
            let (start, rest) = text.strip_prefix("@@ -").unwrap().split_at(text[4..].find([',', ' ']).unwrap());
            let start: usize = start.parse().unwrap();
            let moved = if start == 0 { 0 } else { start + shift - 1 };
            patch.extend(format!("@@ -{moved}{rest}").into_bytes());
        }
        let before = [above, old, below].concat().concat();
        agree(Some(before.as_bytes()), &patch);
    }
}

#[test]
fn git_accepts_the_patches_that_are_written_for_unusual_lines() {
    let sides: [(&[u8], &[u8]); 6] = [
        (b"one\rone-b\ntwo\nthree\n", b"one\rone-b\nTWO\nthree\n"),
        (b"a\rb\rc", b"a\rB\rc"),
        (b"a\r\nb\n", b"a\r\nB\r\n"),
        (b"a\0b\nc\n", b"a\0b\nC\n"),
        (b"a\nb", b"a\nb\n"),
        (b"\r\r\n\r", b"\r\r\n"),
    ];
    for (before, after) in sides {
        let side = |bytes| Some(crate::text::Side { bytes, executable: false, is_link: false });
        let patch = crate::text::unified("f", side(before), side(after));
        assert!(agree(Some(before), &patch), "{}", patch.escape_ascii());
        let Ok(found) = by_patch(Some(before), &patch) else { return };
        assert_eq!(found, Some(Some(after.to_vec())), "{}", patch.escape_ascii());
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("f"), before).unwrap();
        fs::write(folder.path().join("p"), &patch).unwrap();
        let Ok(git) = Command::new("git").args(["apply", "p"]).current_dir(folder.path()).status() else {
            return;
        };
        assert!(git.success(), "git apply refuses {}", patch.escape_ascii());
        assert_eq!(fs::read(folder.path().join("f")).unwrap(), after);
    }
}
