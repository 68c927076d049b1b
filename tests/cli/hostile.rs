//! Input that was made to do harm: pipes, names, escape codes, sizes; and outputs that cannot be written.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::common::TestEnvironment;

/// Runs a shell command in the folder of the environment, for at most 20 seconds.
fn sh(env: &TestEnvironment, script: &str) -> Output {
    Command::new("timeout")
        .args(["20", "sh", "-c", script])
        .current_dir(env.path("."))
        .env("HOME", env.path("home"))
        .env("PYPATCH", env!("CARGO_BIN_EXE_pypatch"))
        .env_remove("PYPATCH_SOURCES")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn status(env: &TestEnvironment, script: &str) -> (i32, String) {
    let output = sh(env, script);
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_change_that_cannot_be_reported_has_its_own_status() {
    let env = TestEnvironment::with_tree();
    let before = fs::read(env.path("tree/Makefile.pre.in")).unwrap();
    let (code, stderr) = status(&env, "$PYPATCH apply --allow-unpinned gadget tree > /dev/full");
    assert!(code == 6 && stderr.contains("the change itself was made"), "{code} {stderr}");
    assert_ne!(fs::read(env.path("tree/Makefile.pre.in")).unwrap(), before);
    // Nothing is changed by these.
    for command in ["apply --allow-unpinned gadget tree", "status tree", "revert -n tree", "list"] {
        assert_eq!(status(&env, &format!("$PYPATCH {command} > /dev/full")).0, 74, "{command}");
    }
    assert_eq!(status(&env, "$PYPATCH revert tree > /dev/full").0, 6);
    assert_eq!(fs::read(env.path("tree/Makefile.pre.in")).unwrap(), before);
    let copy = "$PYPATCH apply --allow-unpinned gadget tree -o out > /dev/full";
    assert_eq!(status(&env, copy).0, 6);
    assert!(env.path("out/Makefile.pre.in").exists());
}

#[test]
fn no_command_waits_for_a_pipe() {
    let env = TestEnvironment::with_tree();
    let text = "schema: 1\nid: mine\ntitle: t\nedits:\n  - {id: a, why: b, file: n, file.add: {content: {from: s}}}\n";
    fs::create_dir_all(env.path("patchsets/mine/files")).unwrap();
    fs::write(env.path("patchsets/mine/patchset.yaml"), text).unwrap();
    for (pipe, command, expected) in [
        ("patchsets/mine/files/s", "check mine", 2),
        ("tree.tar", "plan gadget tree.tar", 4),
        ("upstream-pins/2.5.yaml", "pins python-2.5", 2),
        ("decisions", "port catamount-py2.5 --to tree --id new --decisions decisions -n", 2),
        ("tree/.pypatch-receipt.json", "status tree", 3),
        ("tree/.pypatch-stage-1.000000000", "status tree", 3),
        ("tree/Include/patchlevel.h", "plan gadget tree", 4),
        ("fifo", "status fifo", 4),
    ] {
        let script =
            format!("mkdir -p $(dirname {pipe}); rm -f {pipe}; mkfifo {pipe}; $PYPATCH --offline {command}");
        let (code, stderr) = status(&env, &script);
        assert_eq!(code, expected, "{command}: {stderr}");
        fs::remove_file(env.path(pipe)).unwrap();
    }
}

#[test]
fn what_comes_from_outside_does_not_control_the_terminal() {
    let env = TestEnvironment::with_tree();
    let folder = env.path("patchsets/evil");
    fs::create_dir_all(&folder).unwrap();
    let text = "schema: 1\nid: evil\ntitle: \"\\e]52;c;cm0=\\a\\e[31m\\e[2J\\u202e\\x9b\"\n";
    fs::write(folder.join("patchset.yaml"), text).unwrap();
    for color in ["always", "never"] {
        let output =
            sh(&env, &format!("$PYPATCH --color {color} list evil; $PYPATCH --color {color} show evil"));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains(r"\x1b]52;c;cm0=\x07\x1b[31m\x1b[2J\u{202e}\u{9b}"), "{stdout:?}");
        // The title is bold, and the name of its file dim: these styles are pypatch's own.
        let stdout =
            ["\x1b[1m", "\x1b[90m", "\x1b[0m"].iter().fold(stdout, |text, own| text.replace(own, ""));
        assert!(!stdout.contains(['\x1b', '\x07', '\u{202e}', '\u{9b}']), "{stdout:?}");
    }
    let name = "git:repo@v\u{1b}[2J";
    let (_, stderr) = status(&env, &format!("$PYPATCH --color always plan gadget '{name}'"));
    assert!(!stderr.contains("\u{1b}[2J"), "{stderr:?}");
}

#[test]
fn long_names_are_shown_without_a_panic() {
    let env = TestEnvironment::with_tree();
    let long = "i".repeat(70_000);
    let setup = env.path("tree/Modules/Setup.dist");
    fs::create_dir_all(setup.parent().unwrap()).unwrap();
    fs::write(&setup, format!("{long} x.c\nshort y.c\n")).unwrap();
    assert_eq!(status(&env, "$PYPATCH setup list tree"), (0, String::new()));
    let text = format!(
        "schema: 1\nid: mine\ntitle: t\nedits:\n  - {{id: {long}, why: w, file: n, file.add: {{content: x}}}}\n"
    );
    fs::create_dir_all(env.path("patchsets/mine")).unwrap();
    fs::write(env.path("patchsets/mine/patchset.yaml"), text).unwrap();
    let (code, stderr) = status(&env, "$PYPATCH plan mine tree");
    assert!(code == 2 && stderr.contains("at most 100"), "{code} {}", stderr.len());
}

#[test]
fn names_of_git_are_refused_in_patchsets_and_archives() {
    let env = TestEnvironment::with_tree();
    for file in [
        ".git/hooks/pre-commit",
        "Lib/.GIT/config",
        "git~1",
        "'.git::$INDEX_ALLOCATION'",
        "\".g\\u200cit/x\"",
    ] {
        let text = format!(
            "schema: 1\nid: mine\ntitle: t\nedits:\n  - {{id: a, why: w, file: {file}, file.add: {{content: x}}}}\n"
        );
        fs::create_dir_all(env.path("patchsets/mine")).unwrap();
        fs::write(env.path("patchsets/mine/patchset.yaml"), text).unwrap();
        let (code, stderr) = status(&env, "$PYPATCH apply --allow-unpinned mine tree");
        assert!(code == 2 && stderr.contains("git uses that name for itself"), "{file}: {code} {stderr}");
    }
    for name in [".git", ".Git", ".pypatch-stage-1.000000000", "Lib/git~1"] {
        let script = format!(
            "rm -rf t; cp -a tree t; mkdir -p t/{name}; touch t/{name}/x; tar cf t.tar t; $PYPATCH plan gadget t.tar"
        );
        let (code, stderr) = status(&env, &script);
        assert!(code == 4 && stderr.contains("uses that name for itself"), "{name}: {code} {stderr}");
    }
}

#[test]
fn a_patchset_names_others_by_id_only() {
    let env = TestEnvironment::with_tree();
    let write = |id: &str, rest: &str| {
        fs::create_dir_all(env.path(format!("{id}/files"))).unwrap();
        let name = id.rsplit('/').next().unwrap();
        let text = format!("schema: 1\nid: {name}\ntitle: t\n{rest}");
        fs::write(env.path(format!("{id}/patchset.yaml")), text).unwrap();
    };
    write("home/private", "");
    fs::write(env.path("home/private/files/a"), "secret").unwrap();
    let absolute = env.path("home/private").display().to_string();
    for path in [absolute.as_str(), "home/private", "../home/private", ".."] {
        write("patchsets/one", &format!("extends: {path}\n"));
        let (code, stderr) = status(&env, "$PYPATCH diff one tree");
        let not_an_id = format!("`extends` names `{path}`, which is not an id");
        assert!(code == 2 && stderr.contains(&not_an_id), "{path} {stderr}");
        let of = format!(
            "edits:\n  - {{id: x, why: w, file: n, file.add: {{content: {{from: a, of: {path}}}}}}}\n"
        );
        write("patchsets/one", &of);
        let (code, stderr) = status(&env, "$PYPATCH diff one tree");
        let not_an_id = format!("`of` names `{path}`, which is not an id");
        assert!(code == 2 && stderr.contains(&not_an_id), "{path} {stderr}");
    }
}

#[test]
fn a_link_to_a_patchset_elsewhere_cannot_be_named_by_another() {
    let env = TestEnvironment::with_tree();
    env.write("home/private/files/a", "secret");
    env.write("home/private/patchset.yaml", "schema: 1\nid: private\ntitle: t\n");
    env.yaml("one", "schema: 1\nid: one\ntitle: t\nextends: private\n");
    env.yaml(
        "two",
        "schema: 1\nid: two\ntitle: t\nedits:\n  - {id: x, why: w, file: n, file.add: {content: {from: a, of: private}}}\n",
    );
    std::os::unix::fs::symlink("../home/private", env.path("patchsets/private")).unwrap();
    for (id, key) in [("one", "extends"), ("two", "of")] {
        let (code, stderr) = status(&env, &format!("$PYPATCH diff {id} tree"));
        assert!(code == 2 && stderr.contains("leads out of its folder"), "{stderr}");
        assert!(stderr.contains(&format!("`{key}` names `private`, but patchsets/private")), "{stderr}");
    }
    // The user may name it.
    assert_eq!(status(&env, "$PYPATCH check private && $PYPATCH check patchsets/private").0, 0);
}

#[test]
fn a_launcher_is_a_plain_file_name() {
    let env = TestEnvironment::with_tree();
    let refused = ["../../x", "/bin/x", "a b", "$(id)", "a;b", "..", "-x", "", "a'b", "stub-launcher"];
    let taken = ["yod", "mpirun-3.1", "srun_x", "_a"];
    for (names, expected) in [(&refused[..], 2), (&taken[..], 0)] {
        for name in names {
            env.yaml("one", format!("schema: 1\nid: one\ntitle: t\nbuild:\n  launcher: \"{name}\"\n"));
            let (code, stderr) = status(&env, "$PYPATCH check one");
            assert_eq!(code, expected, "{name}: {stderr}");
            assert_eq!(stderr.contains("invalid launcher"), expected == 2, "{name}: {stderr}");
        }
    }
}

#[test]
fn the_names_of_a_recipe_are_no_shell_code_or_path() {
    let env = TestEnvironment::with_tree();
    let program = |id: &str, rest: &str| format!("programs: [{{id: '{id}', why: w, {rest}}}]");
    let files = |pattern: &str| {
        let check = format!("{{id: c, why: w, after: p/install, files: {{'{pattern}': 1}}}}");
        format!("{}, checks: [{check}]", program("p", ""))
    };
    let refused = [
        (program("../x", ""), "invalid program id `../x`"),
        (program("logs", ""), "`build` has a directory of that name"),
        (program("p", "environment: {'A;id': x}"), "invalid environment variable `A;id`"),
        (program("p", "environment: {1A: x}"), "invalid environment variable `1A`"),
        (files("$(touch ran)"), "invalid pattern `$(touch ran)`"),
        (files("a;touch ran"), "invalid pattern `a;touch ran`"),
    ];
    let taken = [program("log", "environment: {_A1: x}"), files("$PREFIX/**/[a-c]?.py")];
    let check = |build: &str| {
        env.yaml("one", format!("schema: 1\nid: one\ntitle: t\nbuild: {{{build}}}\n"));
        status(&env, "$PYPATCH check one")
    };
    for (build, message) in refused {
        let (code, stderr) = check(&build);
        assert!(code == 2 && stderr.contains(message), "{build}: {code} {stderr}");
    }
    for build in taken {
        assert_eq!(check(&build), (0, String::new()), "{build}");
    }
}

#[test]
fn a_hidden_folder_of_patchsets_is_not_listed() {
    let env = TestEnvironment::with_tree();
    fs::create_dir_all(env.path("patchsets/.pypatch-abcdef")).unwrap();
    fs::write(env.path("patchsets/.pypatch-abcdef/patchset.yaml"), "half").unwrap();
    assert_eq!(status(&env, "$PYPATCH list"), (0, String::new()));
}

#[test]
fn an_output_never_replaces_a_file_of_an_input() {
    let env = TestEnvironment::with_tree();
    let before = fs::read(env.path("tree/Makefile.pre.in")).unwrap();
    status(&env, "ln -s tree link; mkdir sub; tar cf t.tar tree; ln t.tar hard.tar");
    for (out, format) in [
        ("tree/Makefile.pre.in", "diff"),
        ("tree/new", "diff"),
        ("link/Makefile.pre.in", "diff"),
        ("sub/../tree/Makefile.pre.in", "diff"),
        ("patchsets/gadget/patchset.yaml", "diff"),
        ("tree/x.tar", "tar"),
    ] {
        let command = format!("$PYPATCH export gadget tree --as {format} -o {out}");
        assert_eq!(status(&env, &command).0, 2, "{out}");
    }
    for out in ["t.tar", "hard.tar", "sub/../t.tar"] {
        assert_eq!(status(&env, &format!("$PYPATCH export gadget t.tar --as tar -o {out}")).0, 2, "{out}");
    }
    assert_eq!(status(&env, "$PYPATCH matrix gadget tree -o patchsets/gadget/patchset.yaml").0, 2);
    assert_eq!(fs::read(env.path("tree/Makefile.pre.in")).unwrap(), before);
    let diff = "$PYPATCH export gadget tree --as diff -o /dev/stdout > o && test -s o && test ! -L o";
    assert_eq!(status(&env, diff).0, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn outputs_are_whole_and_have_the_mode_of_the_umask() {
    let env = TestEnvironment::with_tree();
    let commands = ["export gadget tree --as diff -o out", "matrix gadget tree -o out"];
    for command in commands {
        // A limit on the size of files is as good as a full disk: SIGXFSZ is ignored, and writing fails.
        let full = format!("echo old > out; trap '' XFSZ; ulimit -f 0; $PYPATCH {command}");
        assert_eq!(status(&env, &full).0, 74, "{command}");
        assert_eq!(fs::read_to_string(env.path("out")).unwrap(), "old\n", "{command}");
        let mode = format!("rm -f out; umask 077; $PYPATCH {command}; test \"$(stat -c %a out)\" = 600");
        assert_eq!(status(&env, &mode).0, 0, "{command}");
    }
    let left = "test -z \"$(ls -A | grep '^[.]pypatch')\"";
    assert_eq!(status(&env, left).0, 0);
}
