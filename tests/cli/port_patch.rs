//! `port` of patches: from the version that they are for to another one.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// The file that the patch is for.
const OLD: &str =
    "import os\n\n\ndef first():\n    return 1\n\n\ndef second():\n    a = 1\n    b = 2\n    return a + b\n";

/// Adds a statement to `second`.
const PATCH: &str = "--- a/m.py\n+++ b/m.py\n@@ -8,4 +8,5 @@\n def second():\n     a = 1\n     b = 2\n+    log_sum(a, b)\n     return a + b\n";

/// `old` with [`OLD`], `new` with another version of it, and the patch.
fn environment(new: &str) -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("old/m.py", OLD);
    env.write("new/m.py", new);
    env.write("p.patch", PATCH);
    env
}

fn port(env: &TestEnvironment, more: &[&str]) -> String {
    let mut args = vec!["port", "p.patch", "--from", "old", "--to", "new"];
    args.extend(more);
    env.run(&args)
}

#[test]
fn a_dash_is_stdout_where_the_report_is_not() {
    let env = environment(OLD);
    let plain = port(&env, &[]);
    assert!(plain.contains("+    log_sum(a, b)") && plain.ends_with("[exit 0]"), "{plain}");
    assert_eq!(port(&env, &["-o", "-"]), plain);
    assert!(!env.path("-").exists());
}

#[test]
fn a_patch_is_carried_to_where_its_lines_are_now() {
    // Lines next to the inserted one changed: `patch` would need fuzz.
    let new =
        OLD.replace("return a + b", "return sum((a, b))").replace("import os\n", "import os\nimport sys\n");
    let env = environment(&new);
    assert_snapshot!(port(&env, &["-o", "q.patch"]), @r"
    p.patch
      ported    m.py
    1 file on new: 1 ported
    [exit 0]
    ");
    assert_snapshot!(fs::read_to_string(env.path("q.patch")).unwrap(), @r"
    Ported: moved by pypatch 0.1.0
    # m.py: moved

    diff --git a/m.py b/m.py
    --- a/m.py
    +++ b/m.py
    @@ -9,4 +9,5 @@
     def second():
         a = 1
         b = 2
    +    log_sum(a, b)
         return sum((a, b))
    ");
    assert_eq!(fs::read_to_string(env.path("new/m.py")).unwrap(), new, "only the patch is written");
}

#[test]
fn a_tree_is_changed_in_place_and_nothing_else_in_it() {
    let env = environment(&OLD.replace("import os\n", "import os\nimport sys\n"));
    env.write("new/other", "x\r\ny");
    assert_snapshot!(port(&env, &["--in-place", "new", "--report", "r.json"]), @r"
    p.patch
      ported    m.py
    1 file on new: 1 ported
    [exit 0]
    ");
    let result = fs::read_to_string(env.path("new/m.py")).unwrap();
    assert_eq!(
        result,
        OLD.replace("import os\n", "import os\nimport sys\n")
            .replace("    b = 2\n", "    b = 2\n    log_sum(a, b)\n")
    );
    assert_eq!(fs::read(env.path("new/other")).unwrap(), b"x\r\ny");
    let mut names: Vec<_> = fs::read_dir(env.path("new"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["m.py", "other"]);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(env.path("r.json")).unwrap()).unwrap();
    assert_eq!(report["files"]["m.py"], "applied");
    assert_eq!(report["patches"][0]["files"][0]["outcome"], "ported");
}

#[test]
fn a_tree_that_is_not_the_new_version_is_refused() {
    let env = environment(OLD);
    env.write("tree/m.py", "other = 1\n");
    assert_snapshot!(port(&env, &["--in-place", "tree"]), @r"
    ------- stderr -------
    error: m.py in tree is not the file of --to
      nothing was written
    [exit 3]
    ");
    assert_eq!(fs::read_to_string(env.path("tree/m.py")).unwrap(), "other = 1\n");
}

#[test]
fn what_the_new_version_has_already_is_not_made_again() {
    // In another place, and with other blanks.
    let new = OLD
        .replace("    a = 1\n", "    a = 1\n    log_sum(a,  b)\n")
        .replace("    b = 2\n", "    b = 2\n    print(a)\n");
    let env = environment(&new);
    assert_snapshot!(port(&env, &["-n"]), @r"
    p.patch
      upstream  m.py
                the new version has 100 % of the lines that it adds, 100 % of the names that it brings
    1 file on new: 1 upstream
    [exit 0]
    ");
}

#[test]
fn a_file_that_moved_is_found_by_its_lines() {
    let env = environment(OLD);
    fs::remove_file(env.path("new/m.py")).unwrap();
    env.write("new/package/m.py", format!("{OLD}\n\ndef third():\n    return 3\n"));
    env.write("new/package/other.py", "import os\n\n\ndef unrelated():\n    return None\n");
    // A file of few lines needs more of them.
    assert_snapshot!(port(&env, &["-n"]), @r"
    p.patch
      ported    m.py -> package/m.py
                package/m.py has 100 % of its lines
    1 file on new: 1 ported
    [exit 0]
    ");
    port(&env, &["-o", "q.patch", "--report", "r.json"]);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(env.path("r.json")).unwrap()).unwrap();
    assert_eq!(report["files"], serde_json::json!({"m.py": "applied", "package/m.py": "applied"}));
    fs::remove_file(env.path("new/package/m.py")).unwrap();
    assert_snapshot!(port(&env, &["-n"]), @r"
    p.patch
      gone      m.py
                the new file that has most of its lines is package/other.py: 20 %
    1 file on new: 1 gone
    [exit 3]
    ");
}

#[test]
fn a_name_that_vanished_is_replaced_if_the_new_version_shows_how() {
    let old = "a = get_Count(1)\nb = get_Count(2)\nc = 3\nd = 4\ne = 5\nf = 6\n";
    let env = TestEnvironment::new();
    env.write("old/m.py", old);
    env.write("new/m.py", old.replace("get_Count", "getcount"));
    env.write(
        "p.patch",
        "--- a/m.py\n+++ b/m.py\n@@ -4,3 +4,4 @@\n d = 4\n e = 5\n+g = get_Count(7)\n f = 6\n",
    );
    // The patch is on stdout, the report on stderr.
    assert_snapshot!(port(&env, &[]), @r"
    Ported: adapted by pypatch 0.1.0
    # m.py: adapted
    #   -+g = get_Count(7)
    #   ++g = getcount(7)

    diff --git a/m.py b/m.py
    --- a/m.py
    +++ b/m.py
    @@ -3,4 +3,5 @@
     c = 3
     d = 4
     e = 5
    +g = getcount(7)
     f = 6
    ------- stderr -------
    p.patch
      ported    m.py
                `get_Count` is `getcount` now
    1 file on new: 1 ported
    [exit 0]
    ");
    env.write("new/m.py", "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n");
    assert_snapshot!(port(&env, &["-n"]), @r"
    p.patch
      review    m.py
                the new version no longer has `get_Count`
    1 file on new: 1 review
    [exit 3]
    ");
}

#[test]
fn lines_that_are_removed_may_have_moved() {
    let env = TestEnvironment::new();
    let block = "if test \"$cross_compiling\" = yes; then\n\tRUNSHARED=\nfi\n\n";
    let old = format!("one\ntwo\nthree\n\n{block}four\nfive\nsix\n");
    env.write("old/configure.ac", &old);
    // They are indented differently, too, and between other lines.
    let moved = block.replace('\t', "  ");
    env.write("new/configure.ac", format!("one\ntwo\n3\n\n4\nfive\nsix\n\n{moved}seven\n"));
    env.write(
        "p.patch",
        format!(
            "--- a/configure.ac\n+++ b/configure.ac\n@@ -3,8 +3,4 @@\n three\n \n-{}\n four\n five\n",
            block.trim_end_matches('\n').replace('\n', "\n-") + "\n-"
        ),
    );
    let shown = port(&env, &["--in-place", "new"]);
    assert!(shown.contains("ported    configure.ac"), "{shown}");
    let result = fs::read_to_string(env.path("new/configure.ac")).unwrap();
    assert_eq!(result, "one\ntwo\n3\n\n4\nfive\nsix\n\nseven\n");
    // Lines that occur twice have no certain place.
    env.write("new/configure.ac", format!("one\ntwo\n3\n\n4\nfive\nsix\n\n{moved}{moved}seven\n"));
    let shown = port(&env, &["-n"]);
    assert!(shown.contains("conflict  configure.ac"), "{shown}");
}

#[test]
fn a_conflict_has_markers_with_all_three_sides() {
    let env = environment(&OLD.replace("return 1", "yield from range(9)"));
    env.write(
        "p.patch",
        "--- a/m.py\n+++ b/m.py\n@@ -4,3 +4,3 @@\n def first():\n-    return 1\n+    raise StopIteration\n \n",
    );
    assert_snapshot!(port(&env, &["--in-place", "new"]), @r"
    p.patch
      conflict  m.py
                upstream changed the same lines: line 5 of the old version, line 5 of the new one
    1 file on new: 1 conflict
    [exit 3]
    ");
    let result = fs::read_to_string(env.path("new/m.py")).unwrap();
    let marked = "<<<<<<< new version\n    yield from range(9)\n||||||| old version\n    return 1\n=======\n    raise StopIteration\n>>>>>>> patch\n";
    assert!(result.contains(&format!("def first():\n{marked}\n\ndef second")), "{result}");
}

#[test]
fn a_patch_needs_the_version_that_it_is_for() {
    let env = environment(OLD);
    assert_snapshot!(env.run(&["port", "p.patch", "--to", "new"]), @r"
    ------- stderr -------
    error: p.patch is a patch: the version that it is for is not known
      help: give it with --from SOURCE
    [exit 2]
    ");
    env.write("old/m.py", "other = 1\n");
    assert_snapshot!(port(&env, &[]), @r"
    ------- stderr -------
    error: p.patch does not fit the version of --from
      m.py: hunk 1 (line 3 of the patch) does not fit with any fuzz
      nothing was written
    [exit 3]
    ");
}

#[test]
fn each_patch_of_a_series_is_carried_on_top_of_those_before() {
    let env = environment(&OLD.replace("import os\n", "import os\nimport sys\n"));
    env.write("series/1.patch", PATCH);
    env.write(
        "series/2.patch",
        "--- a/m.py\n+++ b/m.py\n@@ -10,3 +10,4 @@\n     b = 2\n     log_sum(a, b)\n+    log_sum(b, a)\n     return a + b\n",
    );
    env.write("series/series", "1.patch\n2.patch\n");
    let shown = env.run(&["port", "series", "--from", "old", "--to", "new", "--in-place", "new"]);
    assert_snapshot!(shown, @r"
    1.patch
      ported    m.py
    2.patch
      ported    m.py
    2 files on new: 2 ported
    [exit 0]
    ");
    let result = fs::read_to_string(env.path("new/m.py")).unwrap();
    assert!(result.contains("    log_sum(a, b)\n    log_sum(b, a)\n    return a + b\n"), "{result}");
}

#[test]
fn a_series_ends_at_a_conflict() {
    let new = OLD.replace("return 1", "yield from range(9)");
    let env = environment(&new);
    let conflict = "--- a/m.py\n+++ b/m.py\n@@ -4,3 +4,3 @@\n def first():\n-    return 1\n+    raise StopIteration\n \n";
    env.write("series/1.patch", conflict);
    env.write("series/2.patch", PATCH);
    env.write("series/series", "1.patch\n2.patch\n");
    let shown = env.run(&["port", "series", "--from", "old", "--to", "new", "-o", "out.patch"]);
    assert_snapshot!(shown, @r"
    1.patch
      conflict  m.py
                upstream changed the same lines: line 5 of the old version, line 5 of the new one
    not carried yet: 2.patch
    1 file on new: 1 conflict
    ------- stderr -------
    note: no patch was written, because nothing is ported
    [exit 3]
    ");
    assert!(!env.path("out.patch").exists(), "what has a conflict is not in a patch");
    // Nor is the patch itself replaced.
    env.write("one.patch", conflict);
    let shown = env.run(&["port", "one.patch", "--from", "old", "--to", "new", "-o", "./one.patch"]);
    assert!(shown.ends_with("[exit 2]"), "{shown}");
    assert_eq!(fs::read_to_string(env.path("one.patch")).unwrap(), conflict);
}

#[test]
fn a_mode_is_carried() {
    let env = environment(&OLD.replace("import os\n", "import sys\n"));
    env.write("p.patch", "diff --git a/m.py b/m.py\nold mode 100644\nnew mode 100755\n");
    let shown = port(&env, &["--in-place", "new"]);
    assert!(shown.contains("ported    m.py"), "{shown}");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(env.path("new/m.py")).unwrap().permissions());
    assert_eq!(mode & 0o100, 0o100);
    let shown = port(&env, &["-n"]);
    assert!(shown.contains("the new version has this mode"), "{shown}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let env = environment(OLD);
    let shown = port(&env, &["-n", "--in-place", "new", "--report", "r.json"]);
    assert!(shown.ends_with("[exit 0]\n") || shown.ends_with("[exit 0]"), "{shown}");
    port(&env, &["-n", "-o", "q.patch"]);
    assert_eq!(fs::read_to_string(env.path("new/m.py")).unwrap(), OLD);
    assert!(!env.path("r.json").exists() && !env.path("q.patch").exists());
}

#[test]
fn a_file_below_a_link_to_elsewhere_is_not_written() {
    let env = TestEnvironment::new();
    for version in ["old", "new"] {
        env.write(&format!("{version}/sub/m.py"), OLD);
    }
    env.write("p.patch", PATCH.replace("m.py", "sub/m.py"));
    env.write("elsewhere/m.py", OLD);
    fs::create_dir(env.path("tree")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", env.path("tree/sub")).unwrap();
    let shown = port(&env, &["--in-place", "tree"]);
    assert!(shown.contains("[exit 3]") || shown.contains("[exit 4]"), "{shown}");
    assert_eq!(fs::read_to_string(env.path("elsewhere/m.py")).unwrap(), OLD);
}

#[test]
fn options_of_a_patchset_and_of_a_patch_do_not_go_together() {
    let env = environment(OLD);
    assert!(port(&env, &["--drop", "a=b"]).contains("[exit 2]"));
    assert!(env.run(&["port", "mine", "--to", "new", "--careful"]).contains("[exit 2]"));
}

#[test]
fn a_result_is_not_written_into_what_it_was_read_from() {
    let env = environment(OLD);
    assert!(port(&env, &["-o", "new/q.patch"]).contains("is inside the source"));
    assert!(!env.path("new/q.patch").exists());
}
