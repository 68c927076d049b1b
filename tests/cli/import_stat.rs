//! `import --stat`, and which file of a tree a patch is for.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

const PATCH: &str = "From: A <a@b.org>
Subject: Four files

diff --git a/src/main.c b/src/main.c
index 1..2 100644
--- a/src/main.c
+++ b/src/main.c
@@ -1,3 +1,4 @@
 int main(void) {
+    open();
     run();
 }
diff --git a/old.sh b/run.sh
old mode 100644
new mode 100755
similarity index 90%
rename from old.sh
rename to run.sh
diff --git a/x.png b/x.png
new file mode 100644
index 000..111
GIT binary patch
literal 1
IcmZPo000310RR91

diff --git a/gone b/gone
deleted file mode 100755
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x
";

#[test]
fn what_patches_say_is_shown_without_a_base() {
    let env = TestEnvironment::new();
    env.write("a.patch", PATCH);
    env.write("b.patch", "--- ./README.orig\n+++ ./README\n@@ -1 +1 @@\n-old\n+new\n");
    assert_snapshot!(env.run(&["import", "--stat", "a.patch", "b.patch"]), @"
    a.patch
      +1 -0      src/main.c
      +0 -0      run.sh, rename of old.sh, mode 100644 to 100755
      binary     x.png, add
      +0 -1      gone, remove, mode 100755
    b.patch
      +1 -1      README
    [exit 0]
    ");
    env.write("cut.patch", "--- a\n+++ a\n@@ -1,9 +1 @@\n-old\n");
    env.write("text.patch", "Nothing.\n");
    assert_snapshot!(env.run(&["import", "--stat", "--format", "json", "cut.patch", "b.patch", "text.patch"]), @r#"
    {
      "patches": [
        {
          "files": [
            {
              "added": 1,
              "binary": false,
              "does": "change",
              "file": "README",
              "from": null,
              "new_mode": null,
              "old_mode": null,
              "removed": 1
            }
          ],
          "patch": "b.patch"
        }
      ],
      "schema": 1
    }
    ------- stderr -------
    error: 2 patches cannot be read
      cut.patch: hunk 1 (line 3 of the patch) is cut off: its header says 9 old and 1 new lines, and the patch ends before
      text.patch: it contains no change
    [exit 3]
    "#);
    let output = env.run(&["import", "a.patch"]);
    assert!(output.contains("--base <SOURCE>") && output.ends_with("[exit 2]"), "{output}");
}

#[test]
fn of_two_names_the_file_that_exists_is_changed() {
    let env = TestEnvironment::new();
    for (at, names) in [
        ("README", "README.new"),
        ("README.old", "README"),
        ("./README", "./README"),
        ("/README", "/README"),
        ("x/README", "/tmp/k3Vw9"),
        ("../README", "./README"),
    ]
    .into_iter()
    .enumerate()
    {
        let (old, new) = names;
        env.write(&format!("{at}/tree/README"), "old\n");
        env.write(&format!("{at}/p.patch"), format!("--- {old}\n+++ {new}\n@@ -1 +1 @@\n-old\n+new\n"));
        let (patch, tree) = (format!("{at}/p.patch"), format!("{at}/tree"));
        let folder = format!("{at}/patchsets");
        let output = env.run(&["import", &patch, "--base", &tree, "--id", "mine", "-o", &folder]);
        if old.contains("..") {
            assert!(output.contains("it leads out of the tree"), "{output}");
            continue;
        }
        assert!(output.ends_with("[exit 0]"), "{old} {new}: {output}");
        let written = fs::read_to_string(env.path(format!("{folder}/mine/patchset.yaml"))).unwrap();
        assert!(written.contains("file: README\n"), "{old} {new}: {written}");
    }
}
