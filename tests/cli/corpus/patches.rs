//! Hostile patches, for `import`, `port` and the operation `diff`.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;

use super::{Either, Fate, Read, Refused, Run, Source, Unfit, attack, attack_with, of};
use crate::common::TestEnvironment;

/// A kind: its name, what becomes of it when it is imported and ported, what when it is a `diff` of `configure`, and the patch.
struct Kind {
    name: &'static str,
    fate: Fate,
    as_diff: Fate,
    bytes: fn(&TestEnvironment) -> Vec<u8>,
}

/// Hunks of the file `configure`, which has the lines `#!/bin/sh` and `exit 0`.
fn hunks(text: impl AsRef<[u8]>) -> Vec<u8> {
    [b"--- a/configure\n+++ b/configure\n", text.as_ref()].concat()
}

/// A patch that adds a file, or changes it if it exists.
fn adds(name: &str) -> String {
    format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+hostile\n")
}

fn changes(name: &str) -> String {
    format!("--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-untouched\n+hostile\n")
}

/// A binary change of `configure` with these lines.
fn binary(lines: &str) -> String {
    format!("diff --git a/configure b/configure\nindex 1..2 100644\nGIT binary patch\n{lines}")
}

/// Hunks with changes that fit, one after the other, in a file of so many lines.
fn many(env: &TestEnvironment, count: usize) -> Vec<u8> {
    let (mut file, mut text) = (String::new(), String::new());
    for line in 0..count {
        writeln!(file, "l{line}\nx").unwrap();
        let at = 2 * line + 1;
        writeln!(text, "@@ -{at} +{at} @@\n-l{line}\n+m{line}").unwrap();
    }
    env.write("tree/configure", file);
    hunks(text)
}

/// A directory of the tree that is a link out of it.
fn linked(env: &TestEnvironment) {
    symlink(env.folder().join("outside"), env.path("tree/link")).unwrap();
}

macro_rules! kinds {
    ($($name:literal $fate:expr, $as_diff:expr, $env:pat => $bytes:expr;)*) => {
        &[$(Kind { name: $name, fate: $fate, as_diff: $as_diff, bytes: |$env| Vec::from($bytes) },)*]
    };
}

const HUNK: &str = "@@ -1,2 +1,2 @@\n #!/bin/sh\n-exit 0\n+exit 1\n";

const KINDS: &[Kind] = kinds! {
    "a sound patch" Read, Read, _ => hunks(HUNK);
    // Paths. A `diff` is for the file that its edit names.
    "a path above the tree" Unfit, Either, _ => adds("../outside/evil");
    "a change above the tree" Unfit, Either, _ => changes("../outside/victim");
    "a path above the tree, from inside" Unfit, Either, _ => adds("Lib/../../outside/evil");
    "an absolute path" Unfit, Either, env => adds("x").replace("b/x", &env.folder().join("outside/evil").display().to_string());
    "an absolute path of a change" Unfit, Either, env => changes("x").replace("b/x", &env.folder().join("outside/victim").display().to_string()).replace("a/x", "/x");
    "a path through a symbolic link" Unfit, Either, env => { linked(env); adds("link/evil") };
    "a change through a symbolic link" Unfit, Either, env => { linked(env); changes("link/victim") };
    "a change of a symbolic link" Unfit, Either, env => { linked(env); changes("link") };
    "the configuration of git" Unfit, Either, _ => adds(".git/config");
    "the configuration of git in capitals" Unfit, Either, _ => adds("Lib/.GIT/config");
    "a receipt" Unfit, Either, _ => adds(".pypatch-receipt.json");
    "a quoted path with a NUL" Unfit, Either, _ => adds("x").replace("b/x", "\"b/\\000x\"");
    "a quoted path with a line end" Unfit, Either, _ => adds("x").replace("b/x", "\"b/x\\ny\"");
    "a path with a NUL" Unfit, Either, _ => adds("a\0b");
    "an empty path" Either, Either, _ => adds("");
    "a path of 100,000 bytes" Unfit, Either, _ => adds(&"d/".repeat(50_000));
    "a rename out of the tree" Unfit, Unfit, _ => "diff --git a/configure b/x\nrename from configure\nrename to ../outside/evil\n";
    "a rename from outside" Unfit, Either, _ => "diff --git a/x b/evil\nrename from ../outside/victim\nrename to evil\n";
    "a copy from outside" Unfit, Either, env => format!("diff --git a/x b/evil\ncopy from {}\ncopy to evil\n", env.folder().join("outside/victim").display());
    "a link out of the tree" Unfit, Either, _ => "diff --git a/evil b/evil\nnew file mode 120000\n--- /dev/null\n+++ b/evil\n@@ -0,0 +1 @@\n+../outside\n\\ No newline at end of file\n";
    "a submodule" Unfit, Either, _ => "diff --git a/evil b/evil\nnew file mode 160000\n--- /dev/null\n+++ b/evil\n@@ -0,0 +1 @@\n+Subproject commit 0\n";
    // Headers.
    "a header without a hunk" Unfit, Unfit, _ => hunks("");
    "a header of git alone" Unfit, Unfit, _ => "diff --git a/configure b/configure\n";
    "a hunk without a header" Unfit, Unfit, _ => HUNK;
    "two headers before a hunk" Either, Either, _ => hunks(hunks(HUNK));
    "an empty file" Unfit, Unfit, _ => "";
    "noise" Unfit, Unfit, _ => (0..=255).cycle().take(10_000).collect::<Vec<u8>>();
    "a mode that is not a number" Either, Either, _ => "diff --git a/configure b/configure\nold mode 100644\nnew mode rwx\n";
    "a setuid mode" Either, Either, _ => "diff --git a/configure b/configure\nold mode 100644\nnew mode 104755\n";
    // Numbers.
    "a line over 64 bits" Unfit, Unfit, _ => hunks("@@ -99999999999999999999 +1 @@\n-exit 0\n+exit 1\n");
    "the last line of 64 bits" Unfit, Unfit, _ => hunks("@@ -18446744073709551615 +1 @@\n-exit 0\n+exit 1\n");
    "the last line of 32 bits" Either, Either, _ => hunks("@@ -4294967295 +4294967295 @@\n-exit 0\n+exit 1\n");
    "a negative line" Unfit, Unfit, _ => hunks("@@ --2,1 +-2,1 @@\n-exit 0\n+exit 1\n");
    "a count over 64 bits" Unfit, Unfit, _ => hunks("@@ -1,99999999999999999999 +1 @@\n-exit 0\n+exit 1\n");
    "a count that is too large" Unfit, Unfit, _ => hunks("@@ -1,4000000000 +1,4000000000 @@\n-exit 0\n+exit 1\n");
    "a count that is too small" Unfit, Unfit, _ => hunks("@@ -2,0 +2,0 @@\n-exit 0\n+exit 1\n");
    "counts of zero" Unfit, Unfit, _ => hunks("@@ -0,0 +0,0 @@\n");
    "a line before the first" Either, Either, _ => hunks("@@ -0 +0 @@\n-#!/bin/sh\n+exit 1\n");
    // Hunks.
    "two hunks that contradict each other" Unfit, Unfit, _ => hunks("@@ -2 +2 @@\n-exit 0\n+exit 1\n@@ -2 +2 @@\n-exit 0\n+exit 2\n");
    "two sections that contradict each other" Unfit, Unfit, _ => [hunks(HUNK), hunks(HUNK.replace("exit 1", "exit 2"))].concat();
    "hunks in the wrong order" Unfit, Unfit, _ => hunks("@@ -2 +2 @@\n-exit 0\n+exit 1\n@@ -1 +1 @@\n-#!/bin/sh\n+#!/bin/false\n");
    "a file that is added and exists" Unfit, Unfit, _ => adds("configure");
    "a file that is removed with other lines" Unfit, Unfit, _ => "--- a/configure\n+++ /dev/null\n@@ -1 +0,0 @@\n-untouched\n";
    "a NUL in a hunk" Unfit, Unfit, _ => hunks(b"@@ -2 +2 @@\n-exit\0 0\n+exit 1\n");
    "a NUL in a header" Unfit, Unfit, _ => hunks(b"@@ -2\0 +2 @@\n-exit 0\n+exit 1\n");
    "a hunk without an end" Unfit, Unfit, _ => hunks("@@ -1,9 +1,9 @@\n #!/bin/sh\n");
    "a line of 8 MiB" Unfit, Unfit, _ => hunks(format!("@@ -2 +2 @@\n-{}\n+exit 1\n", "x".repeat(8 << 20)));
    "900,000 hunks" Unfit, Unfit, _ => hunks("@@ -2 +2 @@\n-a\n+b\n".repeat(900_000));
    "100,000 hunks that contradict each other" Unfit, Unfit, _ => hunks("@@ -2 +2 @@\n-exit 0\n+exit 1\n".repeat(100_000));
    "100,000 hunks that fit" Unfit, Unfit, env => many(env, 100_000);
    "20,000 sections" Unfit, Unfit, _ => (0..20_000).fold(String::new(), |text, at| text + &changes(&format!("f{at}")));
    "more than 16 MiB" Refused(4), Unfit, _ => hunks("@@ -2 +2 @@\n-a\n+b\n".repeat(1_000_000));
    // Binary changes.
    "a digit that is not one of base 85" Unfit, Unfit, _ => binary("literal 1\nIcmZPo00 310RR91\n\n");
    "a line of base 85 that is cut off" Unfit, Unfit, _ => binary("literal 1\nIcmZPo0003\n\n");
    "a number of base 85 that is too large" Unfit, Unfit, _ => binary("literal 1\nD~~~~~\n\n");
    "a length that is not the right one" Unfit, Unfit, _ => binary("literal 2\nIcmZPo000310RR91\n\n");
    "a length that is too large" Unfit, Unfit, _ => binary("literal 99999999999\nIcmZPo000310RR91\n\n");
    "a length over 64 bits" Unfit, Unfit, _ => binary("literal 99999999999999999999\nIcmZPo000310RR91\n\n");
    "a delta of nothing" Unfit, Unfit, _ => binary("delta 1\nIcmZPo000310RR91\n\n");
    "a binary change for other contents" Unfit, Unfit, _ => binary("literal 1\nIcmZPo000310RR91\n\nliteral 0\nHcmV?d00001\n\n");
    "a binary change without an end" Unfit, Unfit, _ => binary("literal 1\n");
    "a binary file that differs" Unfit, Unfit, _ => "diff --git a/configure b/configure\nBinary files a/configure and b/configure differ\n";
    // 127 MiB of zeros in 130 kB, with a size that says 1.
    "a bomb of zeros" Unfit, Unfit, _ => binary(&bomb(1));
};

/// Zeros, compressed and in base 85, which say that they are `size` bytes.
fn bomb(size: usize) -> String {
    const DIGITS: &[u8; 85] =
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![0; 127 << 20]).unwrap();
    let mut text = format!("literal {size}\n");
    for line in packed.finish().unwrap().chunks(52) {
        let length = line.len() as u8;
        text.push(char::from(if length <= 26 { b'A' + length - 1 } else { b'a' + length - 27 }));
        for four in line.chunks(4) {
            let mut bytes = [0; 4];
            bytes[..four.len()].copy_from_slice(four);
            let mut number = u32::from_be_bytes(bytes) as usize;
            let mut digits = [0; 5];
            for digit in digits.iter_mut().rev() {
                *digit = DIGITS[number % 85];
                number /= 85;
            }
            text.push_str(std::str::from_utf8(&digits).unwrap());
        }
        text.push('\n');
    }
    text + "\n"
}

#[test]
fn a_hostile_patch_touches_nothing_and_leaves_nothing() {
    assert!(KINDS.len() >= 63, "{}", KINDS.len());
    attack_with(KINDS, |kind| kind.name.to_owned(), try_kind);
}

fn try_kind(kind: &Kind) -> Vec<String> {
    let env = TestEnvironment::with_tree();
    fs::create_dir(env.folder().join("outside")).unwrap();
    fs::write(env.folder().join("outside/victim"), "untouched\n").unwrap();
    let bytes = (kind.bytes)(&env);
    env.write("p.patch", &bytes);
    env.write("patchsets/mine/files/p.patch", &bytes);
    env.patchset("mine", "- {id: a, why: w, file: configure, diff: {patch: {from: p.patch}}}\n");
    let commands: [Run<'_>; 3] = [
        (&["import", "p.patch", "--base", "tree", "--id", "new", "-o", "imported"], Some("imported")),
        (&["port", "p.patch", "--from", "tree", "--to", "tree", "-o", "ported.patch"], Some("ported.patch")),
        (
            &["import", "p.patch", "--base", "tree", "--id", "new", "--fuzz", "3", "--split", "-o", "split"],
            Some("split"),
        ),
    ];
    // Links that were put into the tree are copied as they are.
    let mut findings = attack(&env, Source::Commit, kind.fate, &of(kind.name, &commands));
    let commands: [Run<'_>; 2] = [
        (&["plan", "mine", "tree"], None),
        (&["apply", "--allow-unpinned", "mine", "tree", "-o", "applied"], Some("applied")),
    ];
    findings.extend(attack(&env, Source::Commit, kind.as_diff, &of(kind.name, &commands)));
    findings
}
