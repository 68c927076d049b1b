//! `lift`: hunks become operations of meaning that give the same bytes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::common::{TestEnvironment, skip};
use insta::assert_snapshot;

/// A tree, and a patchset with a comment whose edit changes three files by one patch.
fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("tree/Lib/load.py", "import os\n\n\nclass Loader:\n    def find(self, name):\n        path = search(name)\n        return path\n\n    def close(self):\n        self.file.close()\n");
    env.write("tree/Makefile", "OBJS = main.o load.o\n\nall: $(OBJS)\n\tcc -o all $(OBJS)\n");
    env.write("tree/notes", "one\ntwo\n");
    env.write("tree/readme", "two\n");
    env.write(
        "patchsets/mine/files/device.patch",
        "--- a/Lib/load.py\n+++ b/Lib/load.py\n@@ -4,6 +4,7 @@\n class Loader:\n     def find(self, name):\n         path = search(name)\n+        path = device(path)\n         return path\n \n     def close(self):\n\
         --- a/Makefile\n+++ b/Makefile\n@@ -1,4 +1,4 @@\n-OBJS = main.o load.o\n+OBJS = main.o load.o device.o\n \n all: $(OBJS)\n \tcc -o all $(OBJS)\n\
         --- a/notes\n+++ b/notes\n@@ -1,2 +1,2 @@\n-one\n+1\n two\n",
    );
    env.yaml(
        "mine",
        "schema: 1\nid: mine\ntitle: Mine # a comment\nedits:\n  - id: device\n    why: >-\n      It is\n      needed.\n    changes:\n      \
         - file: Lib/load.py\n        diff: {patch: {from: device.patch}}\n      - file: Makefile\n        diff: {patch: {from: device.patch}}\n      \
         # Not code.\n      - file: notes\n        diff: {patch: {from: device.patch}}\n\n  - id: other   # stays\n    why: It is.\n    \
         file: readme\n    text.replace: {find: two, with: '2'}\n",
    );
    env
}

#[test]
fn lift_shows_what_it_would_write() {
    let env = environment();
    let before = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    assert_snapshot!(env.run(&["lift", "mine", "--base", "tree"]), @r"
    diff --git a/patchset.yaml b/patchset.yaml
    --- a/patchset.yaml
    +++ b/patchset.yaml
    @@ -8,12 +8,13 @@
           needed.
         changes:
           - file: Lib/load.py
    -        diff: {patch: {from: device.patch}}
    +        within: {function: Loader.find}
    +        python.insert: {after: path = search(name), text: path = device(path)}
           - file: Makefile
    -        diff: {patch: {from: device.patch}}
    +        makefile.add-word: {variable: OBJS, word: device.o}
           # Not code.
           - file: notes
    -        diff: {patch: {from: device.patch}}
    +        diff: {patch: {from: device.rest.patch}}
     
       - id: other   # stays
         why: It is.
      device  Lib/load.py: 1 of 1 hunk lifted
      device  Makefile: 1 of 1 hunk lifted
      device  notes: 0 of 1 hunk lifted
    mine: 2 of 3 hunks of 1 edit lifted
    ------- stderr -------
    nothing was written: --lift=all takes all proposals, --lift=ask asks
    [exit 0]
    ");
    assert_eq!(fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(), before);
    assert!(!env.path("patchsets/mine/files/device.rest.patch").exists());
}

#[test]
fn a_lifted_patchset_gives_the_same_tree() {
    let env = environment();
    let diff = env.run(&["diff", "mine", "tree"]);
    assert!(diff.contains("+        path = device(path)"), "{diff}");
    assert_snapshot!(env.run(&["lift", "mine", "device", "--base", "tree", "--lift=all"]), @r"
      device  Lib/load.py: 1 of 1 hunk lifted
      device  Makefile: 1 of 1 hunk lifted
      device  notes: 0 of 1 hunk lifted
    mine: 2 of 3 hunks of 1 edit lifted
    wrote patchsets/mine/patchset.yaml
    [exit 0]
    ");
    assert_eq!(env.run(&["diff", "mine", "tree"]), diff);
    let rest = fs::read_to_string(env.path("patchsets/mine/files/device.rest.patch")).unwrap();
    assert!(rest.contains("b/notes") && !rest.contains("b/Makefile"), "{rest}");
    assert!(!env.path("patchsets/mine/files/device.patch").exists());
    let written = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    assert!(written.starts_with("schema: 1\nid: mine\ntitle: Mine # a comment\n"), "{written}");
    assert!(written.contains("  - id: other   # stays\n"), "{written}");
}

#[test]
fn a_patchset_with_crlf_line_ends_keeps_them() {
    let env = environment();
    let path = env.path("patchsets/mine/patchset.yaml");
    let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
    fs::write(&path, text).unwrap();
    let output = env.run(&["lift", "mine", "--base", "tree", "--lift=all"]).to_string();
    assert!(output.contains("2 of 3 hunks of 1 edit lifted") && output.ends_with("[exit 0]"), "{output}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("makefile.add-word"), "{text}");
    assert!(text.split_inclusive('\n').all(|line| line.ends_with("\r\n")), "{text:?}");
}

#[test]
fn what_does_not_fit_another_version_is_not_lifted() {
    let env = environment();
    env.write("newer/Lib/load.py", "class Other:\n    pass\n");
    env.write("newer/Makefile", "OBJS = main.o load.o\n\nall: $(OBJS)\n\tcc -o all $(OBJS)\n");
    env.write("newer/notes", "one\ntwo\n");
    assert_snapshot!(env.run(&["lift", "mine", "device", "--base", "tree", "--check", "newer"]), @r"
    diff --git a/patchset.yaml b/patchset.yaml
    --- a/patchset.yaml
    +++ b/patchset.yaml
    @@ -8,12 +8,12 @@
           needed.
         changes:
           - file: Lib/load.py
    -        diff: {patch: {from: device.patch}}
    +        diff: {patch: {from: device.rest.patch}}
           - file: Makefile
    -        diff: {patch: {from: device.patch}}
    +        makefile.add-word: {variable: OBJS, word: device.o}
           # Not code.
           - file: notes
    -        diff: {patch: {from: device.patch}}
    +        diff: {patch: {from: device.rest.patch}}
     
       - id: other   # stays
         why: It is.
      device  Lib/load.py: 0 of 1 hunk lifted
      device  Makefile: 1 of 1 hunk lifted
      device  notes: 0 of 1 hunk lifted
    mine: 1 of 3 hunks of 1 edit lifted
    ------- stderr -------
    nothing was written: --lift=all takes all proposals, --lift=ask asks
    [exit 0]
    ");
}

#[test]
fn import_lifts_what_it_takes() {
    let env = environment();
    let patch = fs::read(env.path("patchsets/mine/files/device.patch")).unwrap();
    env.write("device.patch", patch);
    assert_snapshot!(env.run(&["import", "device.patch", "--base", "tree", "--lift=all"]), @r"
      device  3 files
    device on tree: 1 of 1 patch taken, 3 files changed
    wrote patchsets/device/patchset.yaml
    ------- stderr -------
      device  Lib/load.py: 1 of 1 hunk lifted
      device  Makefile: 1 of 1 hunk lifted
      device  notes: 0 of 1 hunk lifted
    device: 2 of 3 hunks of 1 edit lifted
    [exit 0]
    ");
    let written = fs::read_to_string(env.path("patchsets/device/patchset.yaml")).unwrap();
    assert_snapshot!(written, @r"
    schema: 1
    id: device
    title: Patches of device

    edits:
      - id: device
        why: |-
          device.patch does not say why.
        changes:
          - file: Lib/load.py
            within: {function: Loader.find}
            python.insert: {after: path = search(name), text: path = device(path)}
          - file: Makefile
            makefile.add-word: {variable: OBJS, word: device.o}
          - file: notes
            diff: {patch: {from: device.rest.patch}}
    ");
    let diff = |id: &str| env.run(&["diff", id, "tree", "--edit", "device"]);
    assert_eq!(diff("device"), diff("mine"));
    assert!(!env.path("patchsets/device/files/device.patch").exists());
}

#[test]
fn an_edit_that_is_not_there_is_an_error() {
    let env = environment();
    assert_snapshot!(env.run(&["lift", "mine", "devise", "--base", "tree"]), @r"
    ------- stderr -------
    error: `mine` has no edit `devise` of its own
      near: device
      help: run `pypatch show mine` for a list
    [exit 2]
    ");
}

#[test]
fn each_edit_is_asked_about_at_a_terminal() {
    let script = Path::new("/usr/bin/script");
    if !script.exists() {
        return skip("lift --lift=ask", "script(1), which gives a program a terminal, is not installed");
    }
    let env = environment();
    env.write("patchsets/mine/files/close.patch", "--- a/Lib/load.py\n+++ b/Lib/load.py\n@@ -8,3 +8,4 @@\n \n     def close(self):\n         self.file.close()\n+        log(self)\n");
    let mut yaml = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    yaml.push_str(
        "  - id: close\n    why: It is.\n    file: Lib/load.py\n    diff: {patch: {from: close.patch}}\n",
    );
    env.yaml("mine", &yaml);
    let ask = |answers: &str| {
        let program = env!("CARGO_BIN_EXE_pypatch");
        let command = format!("{program} lift mine --base tree --lift=ask --color=never");
        let mut command_line = env.process(script.as_os_str());
        command_line.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
        let mut child = command_line.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", env.transcript(&output));
        env.transcript(&output).replace("\r\n", "\n")
    };
    let shown = ask("n\ny\n");
    assert!(shown.contains("device: [y: take it, n: leave it] "), "{shown}");
    assert!(shown.contains("+        makefile.add-word: {variable: OBJS, word: device.o}\n"), "{shown}");
    assert!(shown.contains("mine: 1 of 1 hunk of 1 edit lifted\n"), "{shown}");
    let written = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    assert!(written.contains("within: {function: Loader.close}\n"), "{written}");
    assert!(written.contains("diff: {patch: {from: device.patch}}\n"), "{written}");
    // Neither an end of the answers nor another word takes anything.
    let before = env.state("patchsets");
    ask("yes\n");
    assert_eq!(env.state("patchsets"), before);
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let env = environment();
    let before = env.state("patchsets");
    assert_snapshot!(env.run(&["lift", "mine", "--base", "tree", "--lift=ask"]), @r"
    ------- stderr -------
    error: --lift=ask asks at the terminal, and standard input is not one
      help: write --lift=all to take all proposals, or name the edits
    [exit 2]
    ");
    assert_eq!(env.state("patchsets"), before);
}
