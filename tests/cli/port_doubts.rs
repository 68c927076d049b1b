//! What `port` doubts in a patch whose lines have a place in the new version.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// Carries a patch of `file` that adds `line` below the line `below`.
fn port(env: &TestEnvironment, file: &str, below: &str, line: &str) -> String {
    let old = fs::read_to_string(env.path(format!("old/{file}"))).unwrap();
    env.write("old-with-patch", old.replace(below, &format!("{below}{line}")));
    let diff = std::process::Command::new("diff")
        .args(["-u", "--label", &format!("a/{file}"), "--label", &format!("b/{file}")])
        .arg(env.path(format!("old/{file}")))
        .arg(env.path("old-with-patch"))
        .output()
        .unwrap();
    env.write("p.patch", diff.stdout);
    env.run(&["port", "p.patch", "--from", "old", "--to", "new", "-n"])
}

const OLD: &str = "\
import os


def first():
    \"\"\"Uses cc.\"\"\"
    return 1


def second(name):
    cc = compiler()
    flags = name
    run(flags)
    return 2
";

#[test]
fn a_variable_that_the_function_no_longer_has() {
    let env = TestEnvironment::new();
    env.write("old/m.py", OLD);
    env.write("new/m.py", OLD.replace("    cc = compiler()\n", ""));
    assert_snapshot!(port(&env, "m.py", "    run(flags)\n", "    run(cc)\n"), @r"
    p.patch
      review    m.py
                `second` of the new version has no `cc`
    1 file on new: 1 review
    [exit 3]
    ");
    // A keyword, an attribute and a variable of the patch are none.
    for line in ["    run(cc=1)\n", "    run(self.cc)\n", "    cc = 1\n    run(cc)\n"] {
        let result = port(&env, "m.py", "    run(flags)\n", line);
        assert!(result.contains("ported    m.py"), "{line}: {result}");
    }
    // The module has it.
    env.write("new/m.py", OLD.replace("    cc = compiler()\n", "").replace("import os\n", "cc = 1\n"));
    let result = port(&env, "m.py", "    run(flags)\n", "    run(cc)\n");
    assert!(result.contains("ported    m.py"), "{result}");
}

#[test]
fn a_variable_of_c_that_the_function_no_longer_has() {
    let env = TestEnvironment::new();
    let old =
        "int\nfirst(void)\n{\n    char *path = 0;\n    int size = 1;\n    run(size);\n    return 0;\n}\n";
    env.write("old/m.c", old);
    env.write("new/m.c", old.replace("    char *path = 0;\n", ""));
    assert_snapshot!(port(&env, "m.c", "    run(size);\n", "    run(path);\n"), @r"
    p.patch
      review    m.c
                `first` of the new version has no `path`
    1 file on new: 1 review
    [exit 3]
    ");
    let result = port(&env, "m.c", "    run(size);\n", "    run(size + 1);\n");
    assert!(result.contains("ported    m.c"), "{result}");
}

#[test]
fn a_module_that_is_gone() {
    let env = TestEnvironment::new();
    env.write("old/m.py", OLD);
    env.write("old/Modules/threadmodule.c", "");
    env.write("new/m.py", OLD);
    env.write("new/Modules/_threadmodule.c", "");
    assert_snapshot!(port(&env, "m.py", "import os\n", "import thread\n"), @r"
    p.patch
      review    m.py
                the new version has no module `thread`
    1 file on new: 1 review
    [exit 3]
    ");
    // Nobody knows where this one comes from.
    let result = port(&env, "m.py", "import os\n", "import somewhere\n");
    assert!(result.contains("ported    m.py"), "{result}");
}

#[test]
fn a_module_that_became_a_package() {
    let env = TestEnvironment::new();
    env.write("old/Lib/m.py", OLD);
    env.write("new/Lib/m/__init__.py", "from .parts import *\n");
    env.write("new/Lib/m/parts.py", "def unrelated():\n    return None\n");
    assert_snapshot!(port(&env, "Lib/m.py", "import os\n", "import sys\n"), @r"
    p.patch
      conflict  Lib/m.py
                it became the package of Lib/m/__init__.py
                the new file that has most of its lines is Lib/m/__init__.py: 0 %
    1 file on new: 1 conflict
    [exit 3]
    ");
}

#[test]
fn a_name_that_others_define() {
    let env = TestEnvironment::new();
    let old =
        "int\nfirst(void)\n{\n    PyThing_Call(1);\n    int size = 1;\n    run(size);\n    return 0;\n}\n";
    env.write("old/Modules/m.c", old);
    env.write("new/Modules/m.c", old.replace("    PyThing_Call(1);\n", ""));
    let more = |env: &TestEnvironment| port(env, "Modules/m.c", "    run(size);\n", "    PyThing_Call(2);\n");
    assert_snapshot!(more(&env), @r"
    p.patch
      review    Modules/m.c
                the new version no longer has `PyThing_Call`
    1 file on new: 1 review
    [exit 3]
    ");
    env.write("new/Include/thing.h", "int PyThing_Calls(int);\n");
    assert!(more(&env).contains("no longer has `PyThing_Call`"));
    env.write("new/Include/thing.h", "int PyThing_Call(int);\n");
    assert!(more(&env).contains("ported    Modules/m.c"));
}

#[test]
fn a_method_that_would_be_in_a_function() {
    let env = TestEnvironment::new();
    let old =
        "class A:\n    def one(self):\n        self.f(1)\n        self.f(2)\n\n\nclass B(A):\n    b = 1\n";
    env.write("old/m.py", old);
    let helper = "        self.g()\n\n\ndef helper():\n    arr = 1\n    return arr\n";
    // It cannot follow a method that is gone.
    env.write("new/m.py", old.replace("        self.f(2)\n", helper).replace("def one", "def first"));
    let method = "\n    def two(self):\n        self.f(3)\n";
    assert_snapshot!(port(&env, "m.py", "        self.f(2)\n", method), @r"
    p.patch
      review    m.py
                the change is in `helper` instead of `A`
    1 file on new: 1 review
    [exit 3]
    ");
}

#[test]
fn a_function_that_the_new_version_defines_in_another_form() {
    let env = TestEnvironment::new();
    env.write("old/m.py", OLD);
    env.write(
        "new/m.py",
        OLD.replace("def second", "def third(flag=None):\n    return flag\n\n\ndef second"),
    );
    let function = "\n\n@manager\ndef third(flag):\n    yield flag\n";
    assert_snapshot!(port(&env, "m.py", "    return 2\n", function), @r"
    p.patch
      review    m.py
                the new version defines `third`, too
    1 file on new: 1 review
    [exit 3]
    ");
    // Another one is none of it.
    let result = port(&env, "m.py", "    return 2\n", &function.replace("third", "fourth"));
    assert!(result.contains("ported    m.py"), "{result}");
}

#[test]
fn new_code_whose_company_cannot_be_carried() {
    let env = TestEnvironment::new();
    let code: String = (1..=40).map(|at| format!("call({at})\n")).collect();
    let other = ["call(2)\n", "call(4)\n", "call(38)\n"]
        .iter()
        .fold(code.clone(), |text, line| text.replace(line, "other()\n"));
    let new_code = code.replace("call(20)\n", "call(20)\nnew = one(two)\n");
    for (tree, m, n) in
        [("old", &code, "n = 1\n"), ("patched", &new_code, "n = 2\n"), ("new", &other, "n = 3\n")]
    {
        env.write(&format!("{tree}/m.py"), m);
        env.write(&format!("{tree}/n.py"), n);
    }
    let diff = || {
        let mut diff = std::process::Command::new("diff");
        diff.args(["-ru", "old", "patched"]).current_dir(env.path(""));
        env.write("p.patch", diff.output().unwrap().stdout);
    };
    let carry = || env.run(&["port", "p.patch", "--from", "old", "--to", "new", "-n", "--careful"]);
    diff();
    assert_snapshot!(carry(), @r"
    p.patch
      review    m.py
                1 of the other files of the patch cannot be carried, and the code around it changed
      conflict  n.py
                upstream changed the same lines: line 1 of the old version, line 1 of the new one
    2 files on new: 1 review, 1 conflict
    [exit 3]
    ");
    // A change that brings two names does not lean on it.
    env.write("patched/m.py", code.replace("call(20)\n", "call(20)\nnew = one(call)\n"));
    diff();
    assert!(carry().contains("ported    m.py"), "{}", carry());
}

#[test]
fn a_method_that_got_into_another_class_goes_after_the_one_that_it_follows() {
    let env = TestEnvironment::new();
    let old = "class A:\n    def last(self):\n        read(42)\nclass B(A):\n    pass\n";
    env.write("old/m.py", old);
    let other = "class Other:\n    def view(self):\n        return 2\n";
    env.write("new/m.py", old.replace("read(42)\n", &format!("read(43)\n{other}")));
    let result = port(&env, "m.py", "        read(42)\n", "    def new(self):\n        pass\n");
    assert!(result.contains("ported    m.py"), "{result}");
    assert_snapshot!(env.run(&["port", "p.patch", "--from", "old", "--to", "new"]), @r"
    Ported: moved by pypatch 0.1.0
    # m.py: moved

    diff --git a/m.py b/m.py
    --- a/m.py
    +++ b/m.py
    @@ -1,6 +1,8 @@
     class A:
         def last(self):
             read(43)
    +    def new(self):
    +        pass
     class Other:
         def view(self):
             return 2
    ------- stderr -------
    p.patch
      ported    m.py
    1 file on new: 1 ported
    [exit 0]
    ");
}

#[test]
fn what_a_commit_of_upstream_added_is_upstream_though_others_changed_it_since() {
    let env = TestEnvironment::new();
    fs::create_dir(env.path("repo")).unwrap();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(env.path("repo")).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let commit = |text: &str, message: &str| {
        env.write("repo/m.py", text);
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", message]);
        git(&["tag", message]);
    };
    let fixed = OLD.replace("    flags = name\n", "    flags = quoted(name)\n    check_all(flags)\n");
    let since = fixed.replace("flags = quoted(name)\n    check_all(flags)", "flags = Flags(name).checked()");
    git(&["init", "-q"]);
    commit(OLD, "begin");
    commit(&fixed, "fix");
    let id = git(&["rev-parse", "--short=12", "HEAD"]);
    commit(&since, "since");
    git(&["checkout", "-q", "fix"]);
    commit(OLD, "back");
    commit(&since, "back-and-since");
    git(&["checkout", "-q", "begin"]);
    commit(&OLD.replace("    flags = name\n", "    flags = Flags(name).checked()\n"), "other");
    // What is taken back does not leave the file as it was before: others changed it in between.
    git(&["checkout", "-q", "fix"]);
    commit(&format!("import sys\n{fixed}"), "between");
    commit(&format!("import sys\n{OLD}"), "reverted");
    commit(&format!("import sys\n{since}"), "reverted-and-since");
    env.write("new/m.py", &since);
    let diff = std::process::Command::new("git")
        .current_dir(env.path("repo"))
        .args(["diff", "begin", "fix"])
        .output();
    env.write("p.patch", diff.unwrap().stdout);
    let port = |to: &str| {
        env.run(&["port", "p.patch", "--from", "git:repo@begin", "--to", to, "-n"]).replace(&id, "ID")
    };
    assert_snapshot!(port("git:repo@since"), @r"
    p.patch
      upstream  m.py
                upstream changed the same lines: line 11 of the old version, line 11 of the new one
                commit ID added 100 % of the lines that the patch adds: fix
    1 file on git:repo@since: 1 upstream
    [exit 0]
    ");
    // No commit between the two added them, or it was taken back, or the history is not known.
    assert_snapshot!(port("git:repo@other"), @r"
    p.patch
      conflict  m.py
                upstream changed the same lines: line 11 of the old version, line 11 of the new one
    1 file on git:repo@other: 1 conflict
    [exit 3]
    ");
    for to in ["git:repo@back-and-since", "git:repo@reverted-and-since", "new"] {
        let result = port(to);
        assert!(result.contains("conflict  m.py") && !result.contains("commit"), "{to}: {result}");
    }
}
