//! `port` of a patchset: what carrying the lines of an edit says to its anchors.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// A class of version 3.8.1 in `old`, the same as `new` says in 3.9.1, and the edit `e` for the first.
fn loaders(new: &str, changes: &str) -> TestEnvironment {
    let env = TestEnvironment::new();
    for (tree, version, text) in [("old", "3.8.1", LOADER), ("new", "3.9.1", new)] {
        env.write(&format!("{tree}/Include/patchlevel.h"), format!("#define PY_VERSION \"{version}\"\n"));
        env.write(&format!("{tree}/Lib/load.py"), text);
    }
    let edit = format!("  - id: e\n    why: Only what is allowed is loaded.\n    changes:\n{changes}");
    env.yaml("mine", format!("schema: 1\nid: mine\ntitle: Mine\napplies-to: '>=3.8, <3.9'\nedits:\n{edit}"));
    env
}

const LOADER: &str = "\
import os


def report_path(path):
    print(path)


class Loader:
    def find(self, name):
        path = search(name)
        return path

    def close(self):
        report_path(self)
        self.file.close()
";

const PORT_LOADER: [&str; 8] = ["port", "mine", "--base", "old", "--to", "new", "--id", "mine-py3.9"];

#[test]
fn an_edit_that_is_upstream_in_another_form_is_dropped() {
    let new = LOADER
        .replace("import os\n", "import os\nimport sys\nfrom guard import allowed\n")
        .replace(
            "search(name)\n",
            "search(name, sys.path)\n        if not allowed(path):\n            raise LoadError(path)\n",
        )
        .replace("return path\n", "return self.kept(path)\n");
    let changes = "      \
        - file: Lib/load.py\n        python.insert: {after: import os, text: from guard import allowed}\n      \
        - file: Lib/load.py\n        within: {function: Loader.find}\n        \
          python.replace: {find: return path, with: \"if not allowed(path):\\n    raise LoadError(path)\\nreturn path\"}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("upstream has its lines at their place"), "{shown}");
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    // With other lines than the edit, and in another place.
    let new = LOADER.replace(
        "path = search(name)\n        return path\n",
        "return self.first(p for p in search(name) if self.allowed(p))\n",
    ) + "\n    def allowed(self, path):\n        if self.knows(path):\n            return True\n        if self.is_strict:\n            \
           raise LoadError(path)\n        return False\n";
    let changes = "      \
        - file: Lib/load.py\n        python.add-method:\n          class: Loader\n          method: allowed\n          code: |\n            \
          def allowed(self, path):\n                if path in self.known:\n                    return True\n                \
              if self.is_strict:\n                    raise LoadError(path)\n                return False\n      \
        - file: Lib/load.py\n        within: {function: Loader.find}\n        \
          python.replace: {find: return path, with: return path if self.allowed(path) else None}\n";
    let shown = loaders(&new, changes).run(&PORT_LOADER);
    assert!(shown.contains("upstream has it: Lib/load.py: the new version has 71 % of the lines"), "{shown}");
    assert!(shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_edit_that_applies_elsewhere_than_its_lines_go_is_carried_by_its_lines() {
    // The anchor is a line of another method now; those next to the inserted one are where they were.
    let new = LOADER
        .replace("        path = search(name)\n", "")
        .replace("        report_path(self)\n", "        report_path(self)\n        path = search(name)\n");
    let changes =
        "      - file: Lib/load.py\n        python.insert: {after: path = search(name), text: note(path)}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    let why = "it gives another file from line 10 on; its lines are carried as those of a patch";
    assert!(shown.contains(why) && shown.ends_with("[exit 0]"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(
        diff.contains("\n     def find(self, name):\n+        note(path)\n         return path\n"),
        "{diff}"
    );
    // Where the whole function moved, both agree.
    let close = "    def close(self):\n        report_path(self)\n        self.file.close()\n";
    let find = "    def find(self, name):\n        path = search(name)\n        return path\n";
    let moved = LOADER.replace(&format!("{find}\n{close}"), &format!("{close}\n{find}"));
    assert_ne!(moved, LOADER);
    let shown = loaders(&moved, changes).run(&PORT_LOADER);
    assert!(shown.contains("1 of 1 stay as they are") && shown.ends_with("[exit 0]"), "{shown}");
    // Where it changes more than its lines on the old version, its meaning is not given up for them.
    let new = LOADER.replace(
        "        path = search(name)\n",
        "        path = self.default\n        path = search(name)\n",
    );
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.rename: {from: path, to: found, count: all}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    let why = "Lib/load.py: carried as the lines of a patch, it gives another file from line";
    assert!(shown.contains(why) && shown.ends_with("[exit 3]"), "{shown}");
    let shown = env.run(&[&PORT_LOADER[..], &["--accept", "e=1"]].concat());
    assert!(shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_edit_whose_anchors_are_missing_is_carried_by_its_lines() {
    // Another name of the function, and of the line that the first edit follows.
    let new = LOADER
        .replace("def find(self, name):", "def look(self, name):")
        .replace("import os\n", "import sys\n");
    let changes = "      \
        - file: Lib/load.py\n        python.insert: {after: import os, text: from guard import allowed}\n      \
        - file: Lib/load.py\n        within: {function: Loader.find}\n        \
          python.replace: {find: return path, with: \"return path if allowed(path) else None\"}\n      \
        - file: Lib/load.py\n        within: {function: Loader.close}\n        \
          python.replace: {find: self.file.close(), with: \"self.file.close()\\nself.file = None\"}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    let yaml = fs::read_to_string(env.path("patchsets/mine-py3.9/patchset.yaml")).unwrap();
    // One change, and what it makes.
    assert_eq!(yaml.matches("diff:").count(), 1, "{yaml}");
    let want = new
        .replace("import sys\n", "import sys\nfrom guard import allowed\n")
        .replace("return path\n", "return path if allowed(path) else None\n")
        .replace("self.file.close()\n", "self.file.close()\n        self.file = None\n");
    env.stdout(&["export", "mine-py3.9", "new", "--as", "tree", "-o", "out"]);
    assert_eq!(fs::read_to_string(env.path("out/Lib/load.py")).unwrap(), want);
    // It makes operations of it again.
    assert!(env.run(&["lift", "mine-py3.9", "--base", "new"]).ends_with("[exit 0]"));
    env.stdout(&["export", "mine-py3.9", "new", "--as", "tree", "-o", "again"]);
    assert_eq!(fs::read_to_string(env.path("again/Lib/load.py")).unwrap(), want);
    // Where what it changes is there more often, it may mean all.
    let twice =
        new.replace("        self.file.close()\n", "        self.file.close()\n        self.file.close()\n");
    let shown = loaders(&twice, changes).run(&PORT_LOADER);
    assert!(shown.contains("expected 1 match") && shown.ends_with("[exit 3]"), "{shown}");
    // Where upstream changed the same lines, a person has to decide.
    let new = new.replace("return path\n", "return os.path.abspath(path) or name\n");
    let shown = loaders(&new, changes).run(&PORT_LOADER);
    assert!(shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn rows_that_one_diff_replaces_are_decided_together() {
    let new = LOADER
        .replace("def find(self, name):", "def look(self, name):")
        .replace("import os\n", "import sys\n");
    let changes = "      \
        - file: Lib/load.py\n        python.insert: {after: import os, text: from guard import allowed}\n      \
        - file: Lib/load.py\n        within: {function: Loader.close}\n        \
          python.replace: {find: self.file.close(), with: \"self.file.close()\\nself.file = None\"}\n";
    let env = loaders(&new, changes);
    let with = |more: &[&str]| env.run(&[&PORT_LOADER[..], more].concat());
    assert_snapshot!(with(&["-n", "--drop", "e/load.py:python.replace=of no use"]), @"
    ------- stderr -------
    error: `e/load.py:python.replace` was carried together with `e/load.py:python.insert`, which is not decided
      help: one `diff` takes the place of both: decide about each, as by --accept e/load.py:python.insert=2 or --drop e/load.py:python.insert=WHY, or drop the whole edit by its name
    [exit 2]
    ");
    let shown =
        with(&["--drop", "e/load.py:python.insert=of no use", "--accept", "e/load.py:python.replace=2"]);
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(diff.contains("\n+        self.file = None\n") && !diff.contains("+from guard"), "{diff}");
}

#[test]
fn each_file_of_an_edit_is_questioned_by_itself() {
    // In the first file the function has another name; in the second the anchor is in another one.
    let look = LOADER.replace("def find(self, name):", "def look(self, name):");
    let moved = LOADER
        .replace("        path = search(name)\n", "")
        .replace("        report_path(self)\n", "        report_path(self)\n        path = search(name)\n");
    let change = |file: &str| {
        format!(
            "      - file: Lib/{file}\n        python.insert: {{after: path = search(name), text: note(path)}}\n"
        )
    };
    let scoped = change("load.py")
        .replace("        python", "        within: {function: Loader.find}\n        python");
    let env = loaders(&look, &format!("{scoped}{}", change("more.py")));
    env.write("old/Lib/more.py", LOADER);
    env.write("new/Lib/more.py", moved);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("its lines, carried, give the same"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(
        diff.contains("\n     def find(self, name):\n+        note(path)\n         return path\n"),
        "{diff}"
    );
}

#[test]
fn lines_do_not_take_the_place_of_what_means_more() {
    // The new version uses the name once more, and has another value.
    let new = LOADER
        .replace("def find(self, name):", "def look(self, name):")
        .replace("        path = search(name)\n", "        path = search(name)\n        print(path)\n");
    let rename = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                  python.rename: {from: path, to: found, count: all}\n";
    let value = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                 python.insert: {after: path = search(name), text: {\"<3.9\": note(path), \">=3.9\": note_more(path)}}\n";
    for changes in [rename, value] {
        let shown = loaders(&new, changes).run(&PORT_LOADER);
        assert!(shown.contains("open     e  changed") && shown.ends_with("[exit 3]"), "{shown}");
    }
}

#[test]
fn an_edit_is_not_dropped_because_a_name_of_its_anchor_is_gone() {
    // No file has `old_clock` any more, nor a line like that; those around it are there.
    let code = "int\ntee(int y)\n{\n    int x;\n    x = old_clock(y);\n    return x;\n}\n";
    let changes = "      - file: Modules/tee.c\n        c.insert: {function: tee, before: x = old_clock(y);, text: hook();}\n";
    let env = loaders(LOADER, changes);
    env.write("old/Modules/tee.c", code);
    env.write("new/Modules/tee.c", code.replace("x = old_clock(y)", "set_deadline(3)"));
    assert!(env.run(&["matrix", "mine", "new", "--base", "old"]).contains("obsolete"));
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("moved    e") && shown.ends_with("[exit 0]"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(diff.contains("\n     int x;\n+    hook();\n     set_deadline(3);\n"), "{diff}");
}

#[test]
fn lines_that_exclude_each_other_are_left_to_a_person() {
    let new = LOADER.replace("import os\n", "import sys\n");
    let env = loaders(
        &new,
        "      - file: Lib/load.py\n        python.insert: {after: import os, text: import one}\n",
    );
    let second = "  - id: f\n    why: It is another one.\n    file: Lib/load.py\n    python.insert: {after: import os, text: import two}\n";
    let yaml = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    env.write("patchsets/mine/patchset.yaml", yaml + second);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("open     e  changed") && shown.contains("open     f  changed"), "{shown}");
    assert!(shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn a_candidate_that_gives_what_the_lines_give_is_taken() {
    // The function has another name.
    let new = LOADER.replace("def find(self, name):", "def look(self, name):");
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.insert: {after: path = search(name), text: note(path)}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("; its lines, carried, give the same") && shown.ends_with("[exit 0]"), "{shown}");
    let yaml = fs::read_to_string(env.path("patchsets/mine-py3.9/patchset.yaml")).unwrap();
    assert!(yaml.contains("Loader.look") && !yaml.contains("diff:"), "{yaml}");
}

#[test]
fn an_edit_of_a_file_that_has_another_name_goes_there() {
    let patch = |line: &str| {
        format!(
            "--- a/Lib/load.py\n+++ b/Lib/load.py\n@@ -11,3 +11,4 @@\n         path = search(name)\n+        {line}\n         return path\n \n"
        )
    };
    let changes = "      - {file: Lib/load.py, diff: {patch: {from: note.patch}}}\n";
    let with = |new: &str, line: &str| {
        let env = loaders(new, changes);
        fs::rename(env.path("new/Lib/load.py"), env.path("new/Lib/loader.py")).unwrap();
        env.write("patchsets/mine/files/note.patch", patch(line));
        env
    };
    let env = with(LOADER, "note(path)");
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("moved    e") && shown.ends_with("[exit 0]"), "{shown}");
    assert!(env.stdout(&["diff", "mine-py3.9", "new"]).contains("+++ b/Lib/loader.py\n"));
    // It uses what is gone: where it would go is said, and nothing is dropped.
    let new = LOADER
        .replace("def report_path(path):\n    print(path)\n\n\n", "")
        .replace("report_path(self)", "pass");
    let shown = with(&new, "report_path(path)").run(&PORT_LOADER);
    assert!(shown.contains("open     e") && shown.contains("Lib/loader.py has 7"), "{shown}");
    assert!(shown.contains("no longer has `report_path`") && shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn a_patch_in_a_patchset_is_carried_as_it_would_be_by_itself() {
    // Upstream added the same lines, and the patch would fit once more.
    let method = "    def allowed(self, path):\n        return path in self.known_to_this_loader\n\n";
    let new = LOADER.replace("class Loader:\n", &format!("class Loader:\n{method}"));
    let changes = "      - {file: Lib/load.py, diff: {patch: {from: allowed.patch}}}\n";
    let env = loaders(&new, changes);
    env.write(
        "patchsets/mine/files/allowed.patch",
        "--- a/Lib/load.py\n+++ b/Lib/load.py\n@@ -13,5 +13,8 @@\n         return path\n \n+    def allowed(self, path):\n\
         +        return path in self.known_to_this_loader\n+\n     def close(self):\n         report_path(self)\n         self.file.close()\n",
    );
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("dropped  e  upstream has it") && shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_anchor_that_is_found_is_enough_where_upstream_changed_the_same_lines() {
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.replace: {find: \"path = search(name)\\nreturn path\", with: return found(name)}\n";
    let new = LOADER.replace("        return path\n", "        # It is not kept.\n        return path\n");
    let shown = loaders(&new, changes).run(&PORT_LOADER);
    assert!(shown.contains("1 of 1 stay as they are") && shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_edit_of_a_file_that_is_gone_ends_there() {
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.insert: {after: path = search(name), text: note(path)}\n";
    let env = loaders(LOADER, changes);
    fs::remove_file(env.path("new/Lib/load.py")).unwrap();
    // Its words are elsewhere, and not its lines.
    env.write("new/Lib/other.py", "# A class that can search for a path by name.\nclass Loader:\n    pass\n");
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("dropped  e") && shown.ends_with("[exit 0]"), "{shown}");
    // The function is in another file: a person has to decide.
    env.write(
        "new/Lib/other.py",
        "class Loader:\n    def find(self, name):\n        path = search(name)\n        return None\n",
    );
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("Lib/other.py:3") && shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn an_edit_that_applies_and_uses_what_is_gone_is_left_to_a_person() {
    let new = LOADER
        .replace("def report_path(path):\n    print(path)\n\n\n", "")
        .replace("        report_path(self)\n", "");
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.insert: {after: path = search(name), text: report_path(path)}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("Lib/load.py: the new version no longer has `report_path`"), "{shown}");
    assert!(shown.ends_with("[exit 3]"), "{shown}");
    let shown = env.run(&[&PORT_LOADER[..], &["--accept", "e=1"]].concat());
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    // What the new version has is used.
    let env = loaders(&LOADER.replace("import os\n", "import os\nimport sys\n"), changes);
    assert!(env.run(&PORT_LOADER).ends_with("[exit 0]"));
}
