//! Outputs: the old file or the new one, nothing left over, and never what the command reads.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::TestEnvironment;
use crate::common::release::pinned;

/// Runs a shell command in the folder of the environment, for at most 20 seconds.
fn sh(env: &TestEnvironment, script: &str) -> Output {
    let mut command = Command::new("timeout");
    command.args(["20", "sh", "-c", script]).current_dir(env.path(".")).stdin(Stdio::null());
    command.env("HOME", env.path("home")).env("XDG_CACHE_HOME", env.path("home/cache"));
    command
        .env("PYPATCH", env!("CARGO_BIN_EXE_pypatch"))
        .env("PYPATCH_SOURCES", env.path("sources/gadget.git"));
    command.env("TMPDIR", env.path(".")).output().unwrap()
}

fn text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}[{:?}]", text(&output.stdout), text(&output.stderr), output.status.code())
}

/// A release with a pin, and a patchset for the version before it, which `port` carries over.
fn release() -> TestEnvironment {
    let env = pinned();
    let text = "schema: 1\nid: early\ntitle: A hook\napplies-to: \">=9.8, <9.9\"\nedits:\n  - {id: hook, why: w, file: hook.txt, file.add: {content: \"hi\"}}\n";
    env.yaml("early", text);
    env
}

/// The commands that write a file or a small directory, and what they write.
const OUTPUTS: [(&str, &str); 6] = [
    ("export gadget tree --as diff -o out", "out"),
    ("export gadget tree --as tar -o out.tar", "out.tar"),
    ("export gadget tree --as tar -o out.tgz", "out.tgz"),
    ("matrix gadget tree --base tree --format html -o out", "out"),
    ("snapshot accept gadget", "snapshots/gadget/python-9.9.snap"),
    ("port early --to python-9.9 --id late", "patchsets/late/patchset.yaml"),
];

/// The names in the folders that outputs are written to.
fn names(env: &TestEnvironment) -> Vec<String> {
    let mut all = Vec::new();
    for folder in [".", "patchsets", "snapshots", "snapshots/gadget", "snapshots/late"] {
        let entries = fs::read_dir(env.path(folder)).into_iter().flatten();
        all.extend(entries.map(|it| format!("{folder}/{}", it.unwrap().file_name().display())));
    }
    all.sort();
    all
}

#[test]
fn a_file_that_cannot_be_written_stays_as_it_was() {
    for (command, out) in OUTPUTS {
        let env = release();
        let is_new = command.starts_with("port");
        if !is_new {
            env.write(out, "the old one");
        }
        let before = names(&env);
        // The size of files is limited to nothing.
        let output = sh(&env, &format!("trap '' XFSZ; ulimit -f 0; $PYPATCH -q --offline {command}"));
        assert_eq!(output.status.code(), Some(74), "{command}: {}", text(&output));
        assert_eq!(names(&env), before, "{command}");
        if !is_new {
            assert_eq!(fs::read_to_string(env.path(out)).unwrap(), "the old one", "{command}");
        }
        let output = sh(&env, &format!("$PYPATCH -q --offline {command}"));
        assert_eq!(output.status.code(), Some(0), "{command}: {}", text(&output));
        assert!(fs::metadata(env.path(out)).unwrap().len() > 20, "{command}");
    }
}

#[test]
fn a_port_that_cannot_be_reported_is_complete() {
    let env = release();
    let output = sh(&env, "$PYPATCH --offline port early --to python-9.9 --id late > /dev/full");
    assert_eq!(output.status.code(), Some(6), "{}", text(&output));
    assert!(env.path("patchsets/late/patchset.yaml").exists());
    assert!(env.path("snapshots/late/python-9.9.snap").exists());
    // Without a place for the patchset, no snapshot is written either.
    let env = release();
    env.write("patchsets-new", "a file");
    let output = sh(&env, "$PYPATCH --offline port early --to python-9.9 --id late -o patchsets-new");
    assert_eq!(output.status.code(), Some(74), "{}", text(&output));
    assert!(!env.path("snapshots/late").exists());
}

#[test]
fn a_port_removes_what_a_killed_one_left() {
    let env = release();
    // Killed after the snapshot was moved to its place, and before the patchset was.
    for (folder, content) in
        [("snapshots/late", None), ("patchsets", Some("tree/patchset.yaml")), ("patchsets", Some("file"))]
    {
        let left = env.path(folder).join(format!(".pypatch-new-{:06}", content.map_or(0, str::len)));
        fs::create_dir_all(&left).unwrap();
        fs::set_permissions(&left, fs::Permissions::from_mode(0o700)).unwrap();
        if let Some(content) = content {
            fs::create_dir_all(left.join(content).parent().unwrap()).unwrap();
            fs::write(left.join(content), "half").unwrap();
        }
    }
    env.write("snapshots/late/python-9.9.snap", "of the killed one");
    let output = sh(&env, "$PYPATCH --offline port early --to python-9.9 --id late");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(names(&env).iter().all(|name| !name.contains(".pypatch-new-")), "{:?}", names(&env));
    assert!(env.path("patchsets/late/patchset.yaml").exists());
}

#[test]
fn a_folder_with_a_name_that_cannot_be_an_id_is_skipped() {
    let env = release();
    for name in [".pypatch-AbCdEf", ".pypatch-new-AbCdEf", "gadget~", "Old Gadget", ".hidden"] {
        env.write(&format!("patchsets/{name}/patchset.yaml"), "schema:");
        env.write(&format!("patchsets/.pypatch-new-AbCdE1/{name}/patchset.yaml"), "schema:");
    }
    for command in ["list", "check early", "snapshot check early"] {
        let output = sh(&env, &format!("$PYPATCH --offline {command}"));
        assert_eq!(output.status.code(), Some(0), "{command}: {}", text(&output));
    }
}

#[test]
fn new_files_have_the_mode_of_the_umask_replaced_ones_keep_theirs() {
    for (command, out) in OUTPUTS {
        for (umask, mode) in [("077", 0o600), ("002", 0o664), ("022", 0o644)] {
            let env = release();
            let output = sh(&env, &format!("umask {umask}; $PYPATCH -q --offline {command}"));
            assert_eq!(output.status.code(), Some(0), "{command}: {}", text(&output));
            let metadata = fs::metadata(env.path(out)).unwrap();
            assert_eq!(metadata.mode() & 0o7777, mode, "{command} with umask {umask}");
            let folder = fs::metadata(env.path(out).parent().unwrap()).unwrap();
            if command.starts_with("port") || command.starts_with("snapshot") {
                assert_eq!(
                    folder.mode() & 0o777,
                    0o777 & !u32::from_str_radix(umask, 8).unwrap(),
                    "{command}"
                );
                continue;
            }
            fs::set_permissions(env.path(out), fs::Permissions::from_mode(0o640)).unwrap();
            sh(&env, &format!("umask {umask}; $PYPATCH -q --offline {command}"));
            assert_eq!(fs::metadata(env.path(out)).unwrap().mode() & 0o7777, 0o640, "{command}");
        }
    }
}

#[test]
fn an_output_follows_links_and_a_snapshot_refuses_them() {
    let env = release();
    env.write("real/out", "the old one");
    for (link, target) in [("link", "real/out"), ("free", "real/new")] {
        symlink(target, env.path(link)).unwrap();
        let output = sh(&env, &format!("$PYPATCH export gadget tree --as diff -o {link}"));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(env.path(link).is_symlink());
        assert!(fs::read_to_string(env.path(target)).unwrap().starts_with("diff --git"), "{target}");
    }
    env.write("mine", "mine");
    fs::create_dir_all(env.path("snapshots/gadget")).unwrap();
    symlink("../../mine", env.path("snapshots/gadget/python-9.9.snap")).unwrap();
    let output = sh(&env, "$PYPATCH --offline snapshot accept gadget");
    assert!(text(&output).contains("it is a link") && output.status.code() == Some(74), "{}", text(&output));
    assert_eq!(fs::read_to_string(env.path("mine")).unwrap(), "mine");
    symlink("nowhere", env.path("patchsets/late")).unwrap();
    let output = sh(&env, "$PYPATCH --offline port early --to python-9.9 --id late");
    assert!(text(&output).contains("exists already"), "{}", text(&output));
}

#[test]
fn pipes_and_open_files_are_written_into() {
    let env = release();
    let script = "mkfifo pipe.tgz; tar tzf pipe.tgz > list & $PYPATCH export gadget tree --as tar -o pipe.tgz && wait && test -p pipe.tgz && grep -c . list
        $PYPATCH export gadget tree --as tar -o /dev/stdout | tar tf - | head -n 1
        { echo first; $PYPATCH export gadget tree --as diff -o /dev/stdout; echo last; } > all; head -n 1 all; tail -n 1 all; grep -c '^diff' all
        { $PYPATCH matrix gadget tree --base tree -o /dev/fd/3 2>&1; } 3>> all; tail -n 1 all
        $PYPATCH export gadget tree --as diff -o /dev/full; echo $?
        $PYPATCH export gadget tree --as diff -o tree/; echo $?";
    let output = text(&sh(&env, script));
    let lines: Vec<&str> = output.lines().collect();
    assert!(lines[0].parse::<u32>().unwrap() > 10, "{output}");
    assert_eq!(lines[1..5], ["gadget/Include/", "first", "last", "6"], "{output}");
    assert!(lines[5].contains("applies"), "{output}");
    assert_eq!((lines[6], lines[7]), ("74", "74"), "{output}");
    assert!(output.contains("cannot write tree/: it is a directory"), "{output}");
}

#[test]
fn an_output_replaces_nothing_that_pypatch_reads() {
    let mut env = release();
    env.set("PATH", "/usr/bin:/bin");
    env.write("patchsets/gadget/files/text", "a text");
    env.write("snapshots/gadget/python-9.9.snap", "accepted");
    env.write("source.tar", "");
    env.stdout(&["export", "gadget", "tree", "--as", "tar", "-o", "source.tar"]);
    let pin = fs::read_dir(env.path("upstream-pins")).unwrap().next().unwrap().unwrap().path();
    for (name, to) in [
        ("pin", pin.as_path()),
        ("hard", &env.path("tree/Makefile.pre.in")),
        ("hard-archive", &env.path("source.tar")),
        ("hard-patchset", &env.path("patchsets/gadget/patchset.yaml")),
    ] {
        fs::hard_link(to, env.path(name)).unwrap();
    }
    fs::create_dir(env.path("d")).unwrap();
    for (name, to) in
        [("d/tree", "../tree"), ("soft", "d/tree/configure"), ("new", "tree/new"), ("t.tar", "source.tar")]
    {
        symlink(to, env.path(name)).unwrap();
    }
    let pin = pin.strip_prefix(env.path(".").canonicalize().unwrap()).unwrap().display().to_string();
    let before = env.state(".");
    for (source, out) in [
        ("tree", "tree/Makefile.pre.in"),
        ("tree", "tree/new"),
        ("tree", "d/../tree/Lib/new"),
        ("tree", "d/tree/new"),
        ("d/tree", "tree/new"),
        ("tree", "soft"),
        ("tree", "new"),
        ("tree", "hard"),
        ("source.tar", "source.tar"),
        ("source.tar", "./d/../source.tar"),
        ("source.tar", "t.tar"),
        ("source.tar", "hard-archive"),
        ("tree", "patchsets/gadget/patchset.yaml"),
        ("tree", "patchsets/early/patchset.yaml"),
        ("tree", "patchsets/gadget/files/text"),
        ("tree", "hard-patchset"),
        ("tree", "pin"),
        ("tree", &pin),
        ("tree", "snapshots/gadget/python-9.9.snap"),
        ("tree", "Python-9.9.tgz"),
        ("python-9.9", "Python-9.9.tgz"),
        ("python-9.9", "sources/gadget.git/new"),
    ] {
        for command in ["export gadget SOURCE --as diff", "matrix gadget SOURCE --base tree"] {
            let command = format!("$PYPATCH --offline {} -o {out}", command.replace("SOURCE", source));
            let output = sh(&env, &command);
            assert_eq!(output.status.code(), Some(2), "{command}: {}", text(&output));
            assert!(text(&output).contains("nothing was written"), "{command}: {}", text(&output));
            assert!(env.state(".") == before, "{command}");
        }
    }
    for command in [
        "export gadget tree --as tar -o tree/x.tar",
        "export gadget tree --as tree -o d/tree/x",
        "apply gadget tree --allow-unpinned -o d/tree/x",
        "port early --to tree --id late -o tree/patchsets",
        "port early --to tree --id late -o d/tree/new/patchsets",
    ] {
        let output = sh(&env, &format!("$PYPATCH --offline {command}"));
        assert!(text(&output).contains("is inside the source"), "{command}: {}", text(&output));
        assert!(env.state(".") == before, "{command}");
    }
    // A work tree is not what a commit is read from, but its repository is.
    sh(&env, "cd tree && git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm 1");
    let output = sh(&env, "$PYPATCH export gadget git:tree --as diff -o tree/out.diff");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let output = sh(&env, "$PYPATCH export gadget git:tree --as diff -o tree/.git/HEAD");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(Path::new(&env.path("tree/out.diff")).exists());
}

#[test]
fn a_dash_is_stdout() {
    let env = release();
    let run = |command: &str| sh(&env, &format!("\"$PYPATCH\" {command}"));
    for command in ["export gadget tree --as diff", "matrix gadget tree --base tree --format json"] {
        let (plain, dash) = (run(command), run(&format!("{command} -o -")));
        assert!(plain.status.success() && !plain.stdout.is_empty(), "{command}: {}", text(&plain));
        assert_eq!(text(&dash), text(&plain), "{command}");
    }
    let result = run("matrix gadget tree --base tree --result - -q");
    assert!(serde_json::from_slice::<serde_json::Value>(&result.stdout).is_ok(), "{}", text(&result));
    for command in [
        "export gadget tree --as tree",
        "export gadget tree --as quilt",
        "apply gadget tree",
        "port early --to python-9.9 --id late",
    ] {
        let refused = run(&format!("{command} -o -"));
        assert_eq!(refused.status.code(), Some(2), "{command}: {}", text(&refused));
        assert!(
            text(&refused).contains("`-` is stdout, and this output is a directory"),
            "{}",
            text(&refused)
        );
    }
    assert!(!env.path("-").exists());
}
