//! `export`: the patched tree as directory, tarball or diff.

use std::fs;
use std::process::Command;

use crate::common;
use crate::common::TestEnvironment;
use crate::common::tree::contents;
use insta::assert_snapshot;

/// A patched tree to compare an export with: paths, contents, and executable bits.
fn patched(env: &TestEnvironment) -> Vec<(String, u32, Vec<u8>)> {
    common::tree::write(&env.path("expected"));
    env.stdout(&["apply", "--allow-unpinned", "gadget", "expected"]);
    fs::remove_file(env.path("expected/.pypatch-receipt.json")).unwrap();
    summary(env, "expected")
}

pub(crate) fn summary(env: &TestEnvironment, path: &str) -> Vec<(String, u32, Vec<u8>)> {
    let one = |(path, (mode, _, bytes)): (String, (u32, _, Vec<u8>))| (path, mode & 0o111, bytes);
    env.state(path).into_iter().filter(|(path, _)| !path.is_empty()).map(one).collect()
}

#[test]
fn exporting_a_tree_leaves_the_source_unchanged() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "tree", "-o", "out"]), @"[exit 0]");
    assert_eq!(summary(&env, "out"), patched(&env));
    assert_eq!(env.state("tree"), before);
    // Files that the patchset does not touch keep their times.
    let (out, time) = (env.state("out"), |state: &common::tree::TreeState, path: &str| state[path].1);
    for path in ["Lib/compiler.py", "Include/pyport.h"] {
        assert_eq!(time(&out, path), time(&before, path), "{path}");
    }
}

#[test]
fn an_exported_tarball_is_reproducible() {
    let env = TestEnvironment::with_tree();
    for name in ["a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz", "a.tar.zst", "a.tzst"] {
        let output = env.run(&["export", "gadget", "tree", "--as", "tar", "-o", name]);
        assert_eq!(output, "[exit 0]", "{name}");
        assert!(env.run(&["plan", "gadget", name]).contains("7 already; 0 files"), "{name}");
        let first = fs::read(env.path(name)).unwrap();
        env.stdout(&["export", "gadget", "tree", "--as", "tar", "-o", name]);
        assert!(fs::read(env.path(name)).unwrap() == first, "{name}");
    }
    env.stdout(&["export", "gadget", "a.tar", "--as", "tree", "-o", "out"]);
    assert_eq!(summary(&env, "out"), patched(&env));
}

#[test]
fn a_compression_may_be_named() {
    let env = TestEnvironment::with_tree();
    for name in ["tar.gz", "tar.bz2", "tar.xz", "tar.zst"] {
        env.stdout(&["export", "gadget", "tree", "-o", &format!("a.{name}")]);
        env.stdout(&["export", "gadget", "tree", "--as", name, "-o", &format!("b.{name}")]);
        let read = |path: &str| fs::read(env.path(path)).unwrap();
        // The names of the folders in it differ by a byte.
        assert_eq!(read(&format!("a.{name}"))[..4], read(&format!("b.{name}"))[..4], "{name}");
        env.stdout(&["export", "gadget", "tree", "--as", name, "-o", "packed"]);
        assert!(env.run(&["plan", "gadget", "packed"]).contains("7 already; 0 files"), "{name}");
        fs::remove_file(env.path("packed")).unwrap();
        let piped = env.command(&["export", "gadget", "tree", "--as", name, "-o", "-"]).output().unwrap();
        assert!(piped.status.success() && piped.stdout[..4] == read(&format!("a.{name}"))[..4], "{name}");
    }
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "tar.gz", "-o", "c.tar.xz"]), @"
    ------- stderr -------
    error: the name c.tar.xz means another compression than --as
      help: leave out --as, or change the name
    [exit 2]
    ");
}

#[test]
fn zstd_reads_an_exported_tarball_and_pypatch_what_zstd_writes() {
    let env = TestEnvironment::with_tree();
    let mut large = String::new();
    for i in 0..400_000u32 {
        large += &format!("int spam{};\n", i.wrapping_mul(i) % 10_007);
    }
    env.write("tree/Lib/large.c", large);
    for name in ["a.tar", "a.tar.zst"] {
        env.stdout(&["export", "gadget", "tree", "-o", name]);
    }
    let tar = fs::read(env.path("a.tar")).unwrap();
    // From stdin, whose length is not known, and the window then as large as the level has it.
    let zstd = |arguments: &[&str], input: &str| {
        let mut run = Command::new("zstd");
        run.args(arguments).arg("-qc").stdin(fs::File::open(env.path(input)).unwrap());
        let output = run.output();
        let output =
            output.map_err(|error| common::skip("what zstd reads and writes", &error.to_string())).ok()?;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Some(output.stdout)
    };
    let Some(read) = zstd(&["-d"], "a.tar.zst") else { return };
    assert!(tar.len() > 5 << 20 && read == tar);
    let plan = |how: &[&str]| {
        fs::write(env.path("b.tar.zst"), zstd(how, "a.tar").unwrap()).unwrap();
        env.run(&["plan", "gadget", "b.tar.zst"])
    };
    for how in [&["-1"][..], &["-19"], &["--long=27"], &["--no-check", "-3"]] {
        assert!(plan(how).contains("7 already; 0 files"), "{how:?}");
    }
    assert_snapshot!(plan(&["-1", "--long=28"]), @"
    ------- stderr -------
    error: cannot read the archive b.tar.zst: it needs more than 128 MiB of memory: compress it again with `zstd --long=27` or less
    [exit 4]
    ");
}

#[test]
fn git_and_patch_apply_an_exported_diff() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "diff", "-o", "out.diff"]), @"[exit 0]");
    assert_eq!(
        env.stdout(&["export", "gadget", "tree", "--as", "diff"]),
        env.stdout(&["diff", "gadget", "tree"])
    );
    let expected = patched(&env);
    for (program, arguments) in
        [("git", &["apply", "../out.diff"][..]), ("patch", &["-p1", "-s", "-i", "../out.diff"])]
    {
        let tree = format!("by-{program}");
        common::tree::write(&env.path(&tree));
        let mut run = Command::new(program);
        run.args(arguments).current_dir(env.path(&tree)).env("GIT_CEILING_DIRECTORIES", env.path("."));
        match run.output() {
            Err(error) => common::skip(&format!("reading a diff with {program}"), &error.to_string()),
            Ok(output) => {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                let found = summary(&env, &tree);
                // Only git removes empty directories and sets modes.
                let files = |all: &[(String, u32, Vec<u8>)]| {
                    all.iter()
                        .map(|(path, _, bytes)| (path.clone(), bytes.clone()))
                        .filter(|(_, b)| !b.is_empty())
                        .collect::<Vec<_>>()
                };
                assert_eq!(files(&found), files(&expected), "{program}");
            }
        }
    }
}

#[test]
fn exporting_a_tree_does_not_overwrite_an_existing_path() {
    let env = TestEnvironment::with_tree();
    env.write("out/mine", "mine");
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "tree", "-o", "out"]), @"
    ------- stderr -------
    error: out already exists
      help: name a directory that does not exist, or an empty one
    [exit 3]
    ");
    assert_eq!(contents(&env.state("out")).len(), 2);
}

#[test]
fn an_export_needs_an_output_with_a_known_ending() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "tree"]), @"
    ------- stderr -------
    error: this format needs --output OUT
    [exit 2]
    ");
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "tar", "-o", "out.zip"]), @"
    ------- stderr -------
    error: unknown archive suffix: out.zip does not end in .tar, .tar.gz, .tgz, .tar.bz2, .tbz2, .tar.xz, .txz, .tar.zst or .tzst
    [exit 2]
    ");
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "tar", "-o", "nowhere/out.tar"]), @"
    ------- stderr -------
    error: cannot write nowhere/out.tar: its parent directory does not exist
      nothing was written
    [exit 74]
    ");
    assert_snapshot!(env.run(&["export", "gadget", "tree", "--as", "diff", "-o", "nowhere/out.diff"]), @"
    ------- stderr -------
    error: cannot write nowhere/out.diff: its parent directory does not exist
      nothing was written
    [exit 74]
    ");
}

#[test]
fn a_patchset_that_does_not_fit_is_not_exported() {
    let env = TestEnvironment::with_tree();
    env.edit("tree/Include/patchlevel.h", "9.9", "9.8");
    for (format, out) in [("tree", "out"), ("tar", "out.tar"), ("diff", "out.diff")] {
        let output = env.run(&["export", "gadget", "tree", "--as", format, "-o", out]);
        assert!(output.ends_with("[exit 3]"), "{output}");
        assert!(!env.path(out).exists());
    }
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let env = TestEnvironment::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = env.stdout(&["completions", shell]);
        assert!(script.contains("revert") && script.contains("allow-unpinned"), "{shell}");
    }
    assert!(env.run(&["completions", "cmd.exe"]).ends_with("[exit 2]"));
    let manual = env.stdout(&["man"]);
    assert!(manual.contains(".TH pypatch 1"), "{manual}");
    assert!(env.stdout(&["man", "setup", "list"]).contains(".TH pypatch-setup-list 1"));
    assert!(env.run(&["man", "setup", "nothing"]).contains("unknown command `setup nothing`"));
    assert!(env.stdout(&["--help"]).contains("Usage: pypatch "));
    assert!(env.stdout(&["--version"]).starts_with("pypatch "));
    assert!(env.run(&[]).ends_with("[exit 2]"));
    assert!(env.run(&["aply"]).contains("apply"));
}

/// What bash completes, with the script of `pypatch completions` and the words of a command line.
fn completed(env: &TestEnvironment, words: &[&str]) -> Vec<String> {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pypatch")).parent().unwrap();
    let script = "eval \"$(pypatch completions bash)\"; COMP_WORDS=(pypatch \"$@\"); COMP_CWORD=$#; \
         $(complete -p pypatch | sed 's/.*-F \\([^ ]*\\) .*/\\1/') pypatch \"${COMP_WORDS[COMP_CWORD]}\" \
         \"${COMP_WORDS[COMP_CWORD-1]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = env.process("/bin/bash".as_ref());
    bash.env("PATH", format!("{}:/usr/bin:/bin", program.display()));
    let output = bash.args(["-c", script, "bash"]).args(words).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_names_of_patchsets_edits_pins_and_versions() {
    if !std::path::Path::new("/bin/bash").exists() {
        return crate::common::skip("completion by bash", "bash is not installed");
    }
    let env = TestEnvironment::with_tree();
    assert_eq!(completed(&env, &["plan", "gad"]), ["gadget"]);
    assert_eq!(completed(&env, &["plan", "gadget", "python-2.7.18"]), ["python-2.7.18"]);
    assert_eq!(completed(&env, &["fetch", "2.7.18"]), ["2.7.18"]);
    assert_eq!(completed(&env, &["plan", "catamount-lua5.4", "5.4.4"]), ["5.4.4"]);
    assert_eq!(completed(&env, &["plan", "catamount-lua5.4", "lua-5.4.4"]), ["lua-5.4.4"]);
    assert!(completed(&env, &["fetch", "5.4.4"]).concat().is_empty());
    assert_eq!(completed(&env, &["diff", "gadget", "tree", "--edit", "no-"]), ["no-sharedmods", "no-news"]);
    assert_eq!(completed(&env, &["show", "gadget", "load"]), ["loader"]);
    // Options and commands as before.
    assert_eq!(completed(&env, &["diff", "--exi"]), ["--exit-code"]);
    assert_eq!(completed(&env, &["rever"]), ["revert"]);
}

#[test]
fn an_output_inside_the_source_is_refused() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    for args in [
        &["export", "gadget", "tree", "--as", "tree", "--output", "tree/inner"][..],
        &["export", "gadget", "tree", "--as", "tar", "--output", "tree/Misc/out.tar"],
        &["apply", "gadget", "tree", "--allow-unpinned", "--output", "tree/inner"],
    ] {
        let output = env.run(args);
        assert!(output.contains("is inside the source") && output.ends_with("[exit 2]"), "{output}");
    }
    assert_eq!(env.state("tree"), before);
}
