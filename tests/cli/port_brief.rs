//! `port --brief`, and `port` of commits.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

fn text(env: &TestEnvironment, path: &str) -> String {
    fs::read_to_string(env.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn a_brief_says_what_is_known() {
    let env = TestEnvironment::new();
    let old = "def first():\n    return 1\n\n\ndef second():\n    a = 1\n    return a\n";
    env.write("old/m.py", old);
    env.write("new/m.py", old.replace("a = 1", "a = 100"));
    env.write(
        "p.patch",
        "Two is better.\n\n--- a/m.py\n+++ b/m.py\n@@ -5,3 +5,3 @@\n def second():\n-    a = 1\n+    a = 2\n     return a\n",
    );
    let port = |brief: &str| env.run(&["port", "p.patch", "--from", "old", "--to", "new", "--brief", brief]);
    assert_snapshot!(port("b.md"), @r"
    ------- stderr -------
    p.patch
      conflict  m.py
                upstream changed the same lines: line 6 of the old version, line 6 of the new one
    1 file on new: 1 conflict
    [exit 3]
    ");
    assert_snapshot!(text(&env, "b.md"), @r"
    # To be decided: old to new

    ## p.patch: m.py (conflict)

    - upstream changed the same lines: line 6 of the old version, line 6 of the new one

    ### What the patch is for

    ```text
    Two is better.
    ```

    ### Its change of the old version

    ```diff
    diff --git a/m.py b/m.py
    --- a/m.py
    +++ b/m.py
    @@ -3,5 +3,5 @@
     
     
     def second():
    -    a = 1
    +    a = 2
         return a
    ```

    ### The old version, `second`, from line 5

    ```python
    def second():
        a = 1
        return a
    ```

    ### The new version, `second`, from line 5

    ```python
    def second():
        a = 100
        return a
    ```

    ### What is proposed for m.py

    ```diff
    diff --git a/m.py b/m.py
    --- a/m.py
    +++ b/m.py
    @@ -3,5 +3,11 @@
     
     
     def second():
    +<<<<<<< new version
         a = 100
    +||||||| old version
    +    a = 1
    +=======
    +    a = 2
    +>>>>>>> patch
         return a
    ```

    ### Commits of upstream between the two

    Not known: give --from and --to as git:REPO@REV to see the commits between them.

    ## What is checked in an answer

    - no marker of the conflict is left
    - Python, C, Makefiles, m4 and the other formats that pypatch reads still parse, if they did before
    - nothing is defined twice in one block of Python; brackets and conditionals of C are in pairs

    An answer is the whole file or a patch for the new version: `pypatch port ... --resolve PATH=FILE`, or `--resolve PATCH`.
    ");
    port("b.json");
    let brief: serde_json::Value = serde_json::from_str(&text(&env, "b.json")).unwrap();
    assert_eq!(brief["files"][0]["new"][0]["text"], "def second():\n    a = 100\n    return a\n");
    assert_eq!(brief["files"][0]["outcome"], "conflict");
}

#[test]
fn a_commit_is_carried_to_another_branch() {
    let env = TestEnvironment::new();
    let old = "def first():\n    return 1\n\n\ndef second():\n    a = 1\n    return a\n";
    let repository = env.path("repo");
    fs::create_dir(&repository).unwrap();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(&repository).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let commit = |text: &str, message: &str| {
        env.write("repo/m.py", text);
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", message]);
    };
    git(&["init", "-q"]);
    commit(old, "Begin");
    git(&["branch", "stable"]);
    commit(&old.replace("return a", "return a + 1"), "Add one to a\n\nIt was too small.");
    commit(&old.replace("a = 1", "a = 2").replace("return a", "return a + 1"), "Set a to 2");
    git(&["tag", "fix"]);
    git(&["checkout", "-q", "stable"]);
    commit(&old.replace("a = 1", "a = 3"), "Set a to 3");
    assert_snapshot!(env.run(&["port", "git:repo@fix~1", "--to", "git:repo@stable", "-n"]), @r"
    0001-Add one to a
      ported    m.py
    1 file on git:repo@stable: 1 ported
    [exit 0]
    ");
    let result = env.run(&["port", "git:repo@fix", "--to", "git:repo@stable", "--brief", "b.json"]);
    assert!(result.contains("conflict  m.py"), "{result}");
    let brief: serde_json::Value = serde_json::from_str(&text(&env, "b.json")).unwrap();
    let commits = brief["files"][0]["commits"].as_array().unwrap();
    let subjects: Vec<_> = commits
        .iter()
        .map(|one| (one["subject"].as_str().unwrap(), one["near"].as_bool().unwrap()))
        .collect();
    assert_eq!(subjects, [("Set a to 3", false)]);
    assert_snapshot!(env.run(&["port", "git:repo@nothing", "--to", "git:repo@stable"]), @r"
    ------- stderr -------
    error: cannot take `git:repo@nothing`: the repository has no commit `nothing`
    [exit 2]
    ");
}
