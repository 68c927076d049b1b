//! Hostile patchsets.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use super::{
    Either, Fate, Read, Refused, Run, Source, Unfit, attack, attack_with, is_complete, is_large, of, run,
};
use crate::common::TestEnvironment;
use crate::common::watch::{Look, differences, look};

/// A kind: its name, what becomes of it, and its patchset.yaml after the head.
struct Kind {
    name: &'static str,
    fate: Fate,
    yaml: fn(&TestEnvironment) -> Vec<u8>,
}

/// Lines after `schema`, `id` and `title`.
fn head(text: impl AsRef<[u8]>) -> Vec<u8> {
    [b"schema: 1\nid: mine\ntitle: A test\n", text.as_ref()].concat()
}

/// One edit, without its id and reason.
fn edit(text: impl AsRef<str>) -> Vec<u8> {
    head(format!("edits:\n  - {{id: a, why: w, {}}}\n", text.as_ref()))
}

/// An edit that adds a file, whose name is YAML.
fn add(file: impl AsRef<str>) -> Vec<u8> {
    edit(format!("file: {}, file.add: {{content: hostile}}", file.as_ref()))
}

/// An edit that adds a file with the contents of one of the patchset's `files/`.
fn from(file: &str) -> Vec<u8> {
    edit(format!("file: new, file.add: {{content: {{from: {file}}}}}"))
}

/// A patch as an edit.
fn patch(text: &str) -> Vec<u8> {
    let lines: String = text.lines().map(|line| format!("        {line}\n")).collect();
    head(format!("edits:\n  - id: a\n    why: w\n    file: configure\n    diff:\n      patch: |\n{lines}"))
}

/// A file in the patchset's `files/`, made by a shell script.
fn files(env: &TestEnvironment, script: &str) {
    let folder = env.path("patchsets/mine/files");
    fs::create_dir_all(&folder).unwrap();
    let made = Command::new("sh").args(["-euc", script]).current_dir(folder).status().unwrap();
    assert!(made.success(), "{script}");
}

/// Another patchset, after the head.
fn other(env: &TestEnvironment, id: &str, text: &str) {
    env.yaml(id, format!("schema: 1\nid: {id}\ntitle: A test\n{text}"));
}

macro_rules! kinds {
    ($($name:literal $fate:expr, $env:pat => $yaml:expr;)*) => {
        &[$(Kind { name: $name, fate: $fate, yaml: |$env| Vec::from($yaml) },)*]
    };
}

const R: Fate = Refused(2);

const KINDS: &[Kind] = kinds! {
    // Paths.
    "an absolute path" R, env => add(env.folder().join("outside/evil").display().to_string());
    "a path above the tree" R, _ => add("../outside/evil");
    "a path above the tree, from inside" R, _ => add("Lib/../../outside/evil");
    "a path that ends in .." R, _ => add("Lib/..");
    "the path ." R, _ => add("'.'");
    "the path .." R, _ => add("'..'");
    "an empty path" R, _ => add("''");
    "an empty component" R, _ => add("Lib//evil");
    "a component ." R, _ => add("./evil");
    "a slash at the end" R, _ => add("evil/");
    "a backslash" R, _ => add("'..\\evil'");
    "a NUL" R, _ => add("\"evil\\0x\"");
    "a line end" R, _ => add("\"evil\\nx\"");
    "an escape code" Either, _ => add("\"\\e[2Jevil\"");
    "a bidirectional mark" Either, _ => add("\"\\u202egpj.c\"");
    "a home directory" Either, _ => add("'~/evil'");
    "a variable" Either, _ => add("'$HOME/evil'");
    "a drive" Either, _ => add("'C:evil'");
    "a hook of git" R, _ => add(".git/hooks/pre-commit");
    "a .git in capitals" R, _ => add(".GIT/config");
    "a .git further down" R, _ => add("Lib/.git/config");
    "the short name of .git" R, _ => add("git~1/config");
    "a stream of .git" R, _ => add("'.git::$INDEX_ALLOCATION/x'");
    "a .git that HFS+ ignores a part of" R, _ => add("\".g\\u200cit/x\"");
    "a .git with dots after it" R, _ => add("'.git. ./x'");
    "the receipt" R, _ => add(".pypatch-receipt.json");
    "the receipt in capitals" R, _ => add(".PYPATCH-RECEIPT.json");
    "a stage" R, _ => add(".pypatch-stage-1.000000000/journal.json");
    "a stage further down" R, _ => add("Lib/.pypatch-stage-1.000000000/x");
    "a component of 256 bytes" R, _ => add("n".repeat(256));
    "a path of 1025 bytes" R, _ => add(format!("{}n", "nnnnnnnn/".repeat(114)));
    "65 components" R, _ => add(format!("{}n", "d/".repeat(64)));
    "a path that differs in case" Either, _ => add("CONFIGURE");
    "a path through a file" Refused(3), _ => add("configure/evil");
    "a path that is a directory" Refused(3), _ => add("Lib");
    "a path through a symbolic link to a file" Refused(3), _ => add("README/evil");
    "a path through a symbolic link out" Refused(3), env => { symlink("../outside", env.path("tree/out")).unwrap(); add("out/evil") };
    "a path through an absolute link out" Refused(3), env => { symlink(env.folder().join("outside"), env.path("tree/out")).unwrap(); add("out/evil") };
    "a path through a chain of links" Refused(3), env => {
        symlink("b", env.path("tree/a")).unwrap();
        symlink("../outside", env.path("tree/b")).unwrap();
        add("a/evil")
    };
    "a path that is a symbolic link out" Refused(3), env => { symlink("../outside/victim", env.path("tree/out")).unwrap(); edit("file: out, text.replace: {find: untouched, with: x}") };
    "a path that is a dangling link" Refused(3), env => { symlink("nowhere", env.path("tree/out")).unwrap(); add("out") };
    "a removal through a link" Refused(3), env => { symlink("../outside", env.path("tree/out")).unwrap(); edit("file: out/victim, file.remove: {contains: untouched}") };
    "a removal of a directory" Refused(3), _ => edit("file: Lib, file.remove: {contains: x}");
    "a mode through a link" Refused(3), env => { symlink("../outside", env.path("tree/out")).unwrap(); edit("file: out/victim, file.mode: {executable: true}") };
    "a path that is a pipe" Refused(3), env => { files(env, "mkfifo ../../../tree/pipe"); edit("file: pipe, text.replace: {find: a, with: b}") };
    "a path through a pipe" Refused(3), env => { files(env, "mkfifo ../../../tree/pipe"); add("pipe/evil") };
    "a new file where a pipe is" Refused(3), env => { files(env, "mkfifo ../../../tree/pipe"); add("pipe") };
    "a thousand paths" Either, _ => add(format!("[{}]", "x, ".repeat(1000)));
    "a list of no path" R, _ => add("[]");
    "a path that is a number" R, _ => add("7");
    "a path that is a map" R, _ => add("{a: b}");
    "a glob" Either, _ => edit("file: '*', text.replace: {find: a, with: b}");
    // Texts from files.
    "a text that leads out" R, env => { files(env, "echo x > x"); from("../../../outside/victim") };
    "a text with an absolute path" R, env => from(&env.folder().join("outside/victim").display().to_string());
    "a text above the patchset" R, env => { files(env, "echo x > ../y"); from("../y") };
    "a text that is a link out" R, env => { files(env, "ln -s ../../../../outside/victim x"); from("x") };
    "a text that is an absolute link" R, env => { files(env, "ln -s /etc/passwd x"); from("x") };
    "a text below a link out" R, env => { files(env, "ln -s ../../../../outside d"); from("d/victim") };
    "a text that is a link to a link out" R, env => { files(env, "ln -s ../../../../outside/victim y; ln -s y x"); from("x") };
    "a text that is a link to itself" R, env => { files(env, "ln -s x x"); from("x") };
    "a text that is a pipe" R, env => { files(env, "mkfifo x"); from("x") };
    "a text that is a device" R, env => { files(env, "ln -s /dev/zero x"); from("x") };
    "a text that is a directory" R, env => { files(env, "mkdir x"); from("x") };
    "a text that does not exist" R, _ => from("x");
    "a text that may not be read" Either, env => { files(env, "echo x > x; chmod 0 x"); from("x") };
    "a text of 17 MiB" R, env => { files(env, "truncate -s 17M x"); from("x") };
    "a text of 1 TiB" R, env => { files(env, "truncate -s 1T x"); from("x") };
    "a text of a stage" R, env => { files(env, "echo x > x"); from(".pypatch-x") };
    "a folder of texts that is a link out" R, env => {
        fs::create_dir_all(env.path("patchsets/mine")).unwrap();
        symlink("../../../outside", env.path("patchsets/mine/files")).unwrap();
        from("victim")
    };
    "a text of an absolute patchset" R, _ => edit("file: new, file.add: {content: {from: x, of: /etc}}");
    "a text of a patchset that leads out" R, _ => edit("file: new, file.add: {content: {from: x, of: ../../outside}}");
    "a text of an unknown patchset" R, _ => edit("file: new, file.add: {content: {from: x, of: nowhere}}");
    "a text that is binary" Either, env => { files(env, "head -c 1000 /dev/urandom > x"); from("x") };
    // YAML.
    "no byte" R, _ => "";
    "a NUL in YAML" R, _ => head("edits: \0\n");
    "noise" R, _ => (0..=255).collect::<Vec<u8>>();
    "not UTF-8" R, _ => head(b"pins: [\xff]\n");
    "UTF-16" R, _ => [b"\xff\xfe".to_vec(), "schema: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    "a byte order mark" Either, _ => [b"\xef\xbb\xbf".to_vec(), head("")].concat();
    "a bomb of aliases" R, _ => {
        let level = |i: u32| format!("x{i}: &x{i} [{}]\n", format!("*x{}, ", i.saturating_sub(1)).repeat(9));
        head(format!("x0: &x0 [a]\n{}", (1..30).map(level).collect::<String>()))
    };
    "a bomb of aliases in a reason" R, _ => head(format!("edits:\n  - {{id: a, why: &a [{}], x: [{}]}}\n", "b,".repeat(100), "*a,".repeat(2000)));
    "an alias of itself" R, _ => head("edits: &a [*a]\n");
    "an unknown alias" R, _ => head("edits: *nowhere\n");
    "a merge of itself" R, _ => head("build: &a {<<: *a}\n");
    "a merge loop" R, _ => head("x: &a {<<: *b}\ny: &b {<<: *a}\n");
    "a merge" Either, _ => head("edits:\n  - &a {id: a, why: w, file: f, file.add: {content: x}}\n  - {<<: *a, id: b}\n");
    "nesting of 10,000 lists" R, _ => head(format!("edits: {}{}\n", "[".repeat(10_000), "]".repeat(10_000)));
    "nesting of 100,000 open lists" R, _ => head(format!("edits: {}", "[".repeat(100_000)));
    "nesting of 10,000 maps" R, _ => head(format!("edits: {}", "{a: ".repeat(10_000)));
    "nesting by indentation" R, _ => head((0..2000).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>());
    "a tag of a program" R, _ => head("edits: !!python/object/apply:os.system ['touch /tmp/evil']\n");
    "a tag" R, _ => head("edits: !evil [a]\n");
    "a binary tag" Either, _ => "schema: 1\nid: !!binary bWluZQ==\ntitle: t\n";
    "a key twice" R, _ => head("title: again\n");
    "an edit's key twice" R, _ => edit("why: again, file: f, file.add: {content: x}");
    "an unknown key" R, _ => head("evil: true\n");
    "two documents" Either, _ => head("---\nschema: 2\n");
    "a directive" Either, _ => [b"%YAML 9.9\n---\n".to_vec(), head("")].concat();
    "a list at the top" R, _ => "- schema: 1\n";
    "a text at the top" R, _ => "hello\n";
    "a scalar of 1 MiB" Either, _ => head(format!("applies-to: '{}'\n", ">=2.5, ".repeat(150_000)));
    "a title of 1 MiB" Read, _ => format!("schema: 1\nid: mine\ntitle: {}\n", "t".repeat(1 << 20));
    "a file of 17 MiB" R, _ => head(format!("# {}\n", "x".repeat(17 << 20)));
    "60,000 edits" R, _ => head(format!("edits:\n{}", (0..60_000).map(|i| format!("- {{id: e{i}}}\n")).collect::<String>()));
    "60,000 keys" R, _ => head(format!("drop:\n{}", (0..60_000).map(|i| format!("  e{i}: w\n")).collect::<String>()));
    "a tab as indentation" R, _ => head("edits:\n\t- {id: a}\n");
    "an open quote" R, _ => head("edits: \"\n");
    "an invalid escape" R, _ => head("edits: [\"\\q\"]\n");
    "a lone surrogate" R, _ => add("\"\\ud800\"");
    "a complex key" R, _ => head("? [a, b]\n: c\n");
    "a null" Either, _ => head("edits: ~\n");
    // Numbers and kinds of values.
    "schema 2" R, _ => "schema: 2\nid: mine\ntitle: t\n";
    "schema 2^70" R, _ => "schema: 1180591620717411303424\nid: mine\ntitle: t\n";
    "schema -1" R, _ => "schema: -1\nid: mine\ntitle: t\n";
    "schema 1.0" R, _ => "schema: 1.0\nid: mine\ntitle: t\n";
    "schema not a number" R, _ => "schema: .nan\nid: mine\ntitle: t\n";
    "a count of 2^70" R, _ => edit("file: configure, text.replace: {find: exit, with: x, count: 1180591620717411303424}");
    "a count of 2^63" Either, _ => edit("file: configure, text.replace: {find: exit, with: x, count: 9223372036854775807}");
    "a count of 0" Either, _ => edit("file: configure, text.replace: {find: exit, with: x, count: 0}");
    "a count of -1" R, _ => edit("file: configure, text.replace: {find: exit, with: x, count: -1}");
    "a count that is a text" R, _ => edit("file: configure, text.replace: {find: exit, with: x, count: many}");
    "a text that is a number" R, _ => edit("file: configure, text.replace: {find: 0, with: 1}");
    "an empty search" R, _ => edit("file: configure, text.replace: {find: '', with: x}");
    "a search of 1 MiB" Either, _ => edit(format!("file: configure, text.replace: {{find: '{}', with: x}}", "x".repeat(1 << 20)));
    "a replacement of 1 MiB" Either, _ => edit(format!("file: configure, text.replace: {{find: 'exit 0', with: '{}'}}", "x".repeat(1 << 20)));
    "a replacement with a NUL" Either, _ => edit("file: configure, text.replace: {find: 'exit 0', with: \"\\0\"}");
    "a replacement by itself" Either, _ => edit("file: configure, text.replace: {find: exit 0, with: exit 0}");
    "a replacement that grows" Either, _ => edit("file: configure, text.replace: {find: exit, with: exit exit}");
    "a mode that is a number" R, _ => edit("file: configure, file.mode: {executable: 4755}");
    "a version that is a bomb" R, _ => head("applies-to: '>=99999999999999999999'\n");
    "a pin that leads out" R, _ => head("pins: [../../outside/victim]\n");
    "a pin with an escape code" R, _ => head("pins: [\"python-\\e[2J\"]\n");
    // Ids.
    "another id" R, _ => "schema: 1\nid: other\ntitle: t\n";
    "an id that leads out" R, _ => "schema: 1\nid: ../mine\ntitle: t\n";
    "an id with an escape code" R, _ => "schema: 1\nid: \"\\e[2J\"\ntitle: t\n";
    "no id" R, _ => "schema: 1\ntitle: t\n";
    "an edit's id that leads out" R, _ => head("edits:\n  - {id: ../x, why: w, file: f, file.add: {content: x}}\n");
    "an edit's id with an escape code" R, _ => head("edits:\n  - {id: \"\\e[2J\", why: w, file: f, file.add: {content: x}}\n");
    "an edit's id of 101 bytes" R, _ => head(format!("edits:\n  - {{id: {}, why: w, file: f, file.add: {{content: x}}}}\n", "i".repeat(101)));
    "an edit's id of 70,000 bytes" R, _ => head(format!("edits:\n  - {{id: {}, why: w, file: f, file.add: {{content: x}}}}\n", "i".repeat(70_000)));
    "an empty id of an edit" R, _ => head("edits:\n  - {id: '', why: w, file: f, file.add: {content: x}}\n");
    "the reserved id" R, _ => head("edits:\n  - {id: recipe, why: w, file: f, file.add: {content: x}}\n");
    "two edits with one id" R, _ => head("edits:\n  - &a {id: a, why: w, file: f, file.add: {content: x}}\n  - *a\n");
    "a title with an escape code" Read, _ => "schema: 1\nid: mine\ntitle: \"\\e]52;c;cm0=\\a\\e[2J\\u202e\"\n";
    // Other patchsets.
    "it extends itself" R, _ => head("extends: mine\n");
    "it extends one that extends it" R, env => { other(env, "two", "extends: mine\n"); head("extends: two\n") };
    "a loop of three" R, env => { other(env, "two", "extends: three\n"); other(env, "three", "extends: two\n"); head("extends: two\n") };
    "it extends an absolute path" R, env => head(format!("extends: {}\n", env.folder().join("outside").display()));
    "it extends a path that leads out" R, _ => head("extends: ../../outside\n");
    "it extends its own path" R, _ => head("extends: ./mine\n");
    "it extends nothing known" R, _ => head("extends: nowhere\n");
    "it extends an empty name" R, _ => head("extends: ''\n");
    "it extends an invalid one" R, env => { other(env, "two", "evil: true\n"); head("extends: two\n") };
    "it extends 300 others" Either, env => {
        (0..300).for_each(|i| other(env, &format!("p{i}"), &format!("extends: p{}\n", i + 1)));
        other(env, "p300", "");
        head("extends: p0\n")
    };
    "it drops what is not there" R, env => { other(env, "two", ""); head("extends: two\ndrop: {x: why}\n") };
    "patchset.yaml is a link out" Either, env => {
        fs::create_dir_all(env.path("patchsets/mine")).unwrap();
        fs::write(env.folder().join("outside/patchset.yaml"), head("")).unwrap();
        symlink("../../../outside/patchset.yaml", env.path("patchsets/mine/patchset.yaml")).unwrap();
        ""
    };
    "patchset.yaml is a device" R, env => {
        fs::create_dir_all(env.path("patchsets/mine")).unwrap();
        symlink("/dev/zero", env.path("patchsets/mine/patchset.yaml")).unwrap();
        ""
    };
    "patchset.yaml is a directory" R, env => { fs::create_dir_all(env.path("patchsets/mine/patchset.yaml")).unwrap(); "" };
    // Recipes: only `build` runs anything.
    "a launcher that is a path" Either, _ => head("build: {launcher: ../../outside/evil}\n");
    "a launcher that is a command" Either, _ => head("build: {launcher: 'touch /tmp/evil; x'}\n");
    "a command" Either, env => head(format!(
        "build:\n  regenerate:\n    - {{why: w, run: ['touch {}/evil'], reads: [configure], writes: [new]}}\n", env.folder().join("outside").display()
    ));
    "a recipe that writes above the tree" R, _ => head("build:\n  regenerate:\n    - {why: w, run: [x], reads: [configure], writes: [../outside/evil]}\n");
    "a program's id that leads out" Either, _ => head("build:\n  programs:\n    - {id: ../../outside, why: w}\n");
    // Patches.
    "a patch of another file" Unfit, _ => patch("--- a/evil\n+++ b/evil\n@@ -1 +1 @@\n-a\n+b\n");
    "a patch that leads out" Unfit, _ => patch("--- a/../outside/victim\n+++ b/../outside/victim\n@@ -1 +1 @@\n-untouched\n+b\n");
    "a patch with an absolute path" Unfit, _ => patch("--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n");
    "a patch with a rename" Unfit, _ => patch("diff --git a/configure b/evil\nrename from configure\nrename to evil\n");
    "a patch with a mode" Unfit, _ => patch("diff --git a/configure b/configure\nold mode 100644\nnew mode 104755\n");
    "a patch of a symbolic link" Unfit, _ => patch("diff --git a/configure b/configure\nnew file mode 120000\n--- /dev/null\n+++ b/configure\n@@ -0,0 +1 @@\n+/etc/passwd\n");
    "a binary patch" Unfit, _ => patch("diff --git a/configure b/configure\nGIT binary patch\nliteral 1\nIcmZPo000310RR91\n");
    "a patch of huge numbers" Either, _ => patch("--- a/configure\n+++ b/configure\n@@ -99999999999999999999,1 +1,1 @@\n-exit 0\n+exit 1\n");
    "a patch of counts that are wrong" Either, _ => patch("--- a/configure\n+++ b/configure\n@@ -1,999999999 +1,999999999 @@\n-exit 0\n+exit 1\n");
    "a patch of 20,000 hunks" Either, _ => patch(&format!("--- a/configure\n+++ b/configure\n{}", "@@ -2 +2 @@\n-exit 0\n+exit 1\n".repeat(20_000)));
    "a patch without a hunk" Unfit, _ => patch("--- a/configure\n+++ b/configure\n");
    "a patch of noise" Unfit, _ => patch("@@ @@ @@\n-\n+\n");
    "an empty patch" Unfit, _ => patch("\n");
    // Anchors that take time.
    "an anchor of nested parentheses" Either, _ => edit(format!("file: Modules/one.c, c.redirect-call: {{function: one_open, from: '{}', to: x}}", "(".repeat(10_000)));
    "a command of 10,000 words" Either, _ => edit(format!("file: Makefile.pre.in, makefile.prefix-command: {{command: '{}', with: run}}", "a ".repeat(10_000)));
    "a target with a line end" Either, _ => edit("file: Makefile.pre.in, makefile.remove-prerequisite: {target: \"all\\nx\", word: docs}");
    "a variable with a shell command" Either, _ => edit("file: Makefile.pre.in, makefile.set-variable: {name: PROG, value: '$(shell touch /tmp/evil)'}");
    "1,000 modules" Either, _ => edit(format!("file: Modules/Setup.dist, setup.enable: {{modules: [{}]}}", (0..1_000).map(|i| format!("m{i},")).collect::<String>()));
};

#[test]
fn a_hostile_patchset_touches_nothing_and_leaves_nothing() {
    assert!(KINDS.len() >= 154, "{}", KINDS.len());
    attack_with(KINDS, |kind| kind.name.to_owned(), try_kind);
}

fn try_kind(kind: &Kind) -> Vec<String> {
    let env = TestEnvironment::with_tree();
    fs::create_dir(env.folder().join("outside")).unwrap();
    fs::write(env.folder().join("outside/victim"), "untouched").unwrap();
    let yaml = (kind.yaml)(&env);
    if fs::symlink_metadata(env.path("patchsets/mine/patchset.yaml")).is_err() {
        env.yaml("mine", yaml);
    }
    fs::set_permissions(env.path("tree/configure"), fs::Permissions::from_mode(0o644)).unwrap();
    // A patchset that does not fit is a valid patchset.
    let of_patchset = match kind.fate {
        Refused(3) => Read,
        Unfit => Either,
        Refused(_) | Read | Either => kind.fate,
    };
    let reading: [Run<'_>; 2] = [(&["check", "mine"], None), (&["show", "mine"], None)];
    let mut findings = attack(&env, Source::Patchset, of_patchset, &of(kind.name, &reading));
    let commands: [Run<'_>; 4] = [
        (&["plan", "mine", "tree"], None),
        (&["export", "mine", "tree", "--as", "diff", "-o", "out.diff"], Some("out.diff")),
        (&["export", "mine", "tree", "--as", "tree", "-o", "out"], None),
        (&["apply", "--allow-unpinned", "mine", "tree", "-o", "applied"], None),
    ];
    let commands: Vec<Run<'_>> = commands
        .into_iter()
        .map(|(arguments, output)| {
            let is_tree = output.is_none() && arguments.contains(&"-o");
            (arguments, if is_tree { arguments.last().copied() } else { output })
        })
        .collect();
    // Links that were put into the tree are copied as they are.
    findings.extend(attack(&env, Source::Commit, kind.fate, &of(kind.name, &commands)));
    if is_complete() || !is_large(kind.name) {
        findings.extend(apply_and_revert(&env));
    }
    findings
}

/// A change of the tree itself is undone by `revert`; what is refused changes nothing.
fn apply_and_revert(env: &TestEnvironment) -> Vec<String> {
    let mut findings = Vec::new();
    let before = look(&env.folder());
    let applied = run(env, &["apply", "--allow-unpinned", "mine", "tree"]);
    let after = look(&env.folder());
    let touched = differences(&before, &after);
    if applied.status.success() {
        let outside = touched.iter().filter(|path| !path.starts_with("work/tree")).collect::<Vec<_>>();
        if !outside.is_empty() {
            findings.push(format!("apply touched {outside:?}"));
        }
        let has_receipt = env.path("tree/.pypatch-receipt.json").exists();
        if has_receipt && !run(env, &["revert", "tree"]).status.success() {
            findings.push("revert failed".to_owned());
        }
        let now = look(&env.folder());
        let mut reverted = differences(&before, &now);
        // Files that are written again are as new as that.
        let contents = |look: &Look, path: &str| look.get(path).map(|it| (it.mode, it.contents.clone()));
        reverted.retain(|path| contents(&before, path) != contents(&now, path));
        if !reverted.is_empty() {
            findings.push(format!("revert left {reverted:?}"));
        }
    } else if !touched.is_empty() {
        findings.push(format!("a refused apply touched {touched:?}"));
    }
    findings
}
