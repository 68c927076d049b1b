//! `why`: which release and which commit changed the anchor of an edit, on a history made here.

use crate::common::TestEnvironment;
use git2::{IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use insta::assert_snapshot;

/// Writes commits one minute apart, so that their ids are always the same.
struct Writer {
    repository: Repository,
    files: Vec<(&'static str, String)>,
    minute: i64,
}

impl Writer {
    fn set(&mut self, path: &'static str, text: &str) {
        self.files.retain(|(known, _)| *known != path);
        self.files.push((path, text.to_owned()));
    }

    fn commit(&mut self, subject: &str, parents: &[Oid]) -> Oid {
        let mut index = self.repository.index().unwrap();
        index.clear().unwrap();
        for (path, text) in &self.files {
            let entry = IndexEntry {
                ctime: IndexTime::new(0, 0),
                mtime: IndexTime::new(0, 0),
                dev: 0,
                ino: 0,
                mode: 0o100_644,
                uid: 0,
                gid: 0,
                file_size: 0,
                id: Oid::from_bytes(&[0; 20]).unwrap(),
                flags: 0,
                flags_extended: 0,
                path: path.as_bytes().to_vec(),
            };
            index.add_frombuffer(&entry, text.as_bytes()).unwrap();
        }
        let tree = self.repository.find_tree(index.write_tree().unwrap()).unwrap();
        self.minute += 1;
        let when = Time::new(1_158_611_400 + self.minute * 60, 120);
        let who = Signature::new("A. Uthor", "a@example.org", &when).unwrap();
        let parents: Vec<_> = parents.iter().map(|id| self.repository.find_commit(*id).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let message = format!("{subject}\n\nAt length.\n");
        self.repository.commit(None, &who, &who, &message, &tree, &parents).unwrap()
    }

    /// A commit that is a release, with its tag.
    fn release(&mut self, env: &TestEnvironment, version: &str, parents: &[Oid]) -> Oid {
        self.set("Include/patchlevel.h", &format!("#define PY_VERSION \"{version}\"\n"));
        let id = self.commit(&format!("This is {version}"), parents);
        let commit = self.repository.find_commit(id).unwrap();
        self.repository.tag_lightweight(&format!("v{version}"), commit.as_object(), false).unwrap();
        let series: Vec<&str> = version.split('.').take(2).collect();
        let file = format!("upstream-pins/{}.yaml", series.join("."));
        let known = std::fs::read_to_string(env.path(&file)).unwrap_or("schema: 1\nreleases:\n".to_owned());
        let tree = commit.tree_id();
        env.write(
            &file,
            format!("{known}  - {{version: \"{version}\", tag: v{version}, tree: {tree}, tarballs: []}}\n"),
        );
        id
    }
}

const PATCHSET: &str = "\
- {id: no-sharedmods, why: None here., file: Makefile.pre.in, makefile.remove-prerequisite: {target: all, word: sharedmods}}
- {id: static, why: Linked., file: [Modules/Setup.dist, Modules/Setup], setup.enable: {modules: [one, two]}}
- {id: configured, why: Otherwise., file: configure.in, text.replace: {find: AC_ONE, with: AC_TWO}}
";

const MAKEFILE: &str = "# M\u{fc}ller's\nall:\tprog sharedmods\n\nprog:\n\tcc -o prog\n";

/// Releases 9.1 to 9.3.1. The path from 9.1 to 9.2 goes through a merge; 9.1.1 is a maintenance release.
fn history() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.patchset("gadget", PATCHSET);
    let place = env.path("gadget.git");
    let repository = Repository::init_bare(&place).unwrap();
    let mut to = Writer { repository, files: Vec::new(), minute: 0 };
    to.set("Makefile.pre.in", MAKEFILE);
    to.set(
        "Modules/Setup.dist",
        "# Which modules there are, and what they are made of.\n#one one.c\n#two two.c\n",
    );
    to.set("configure.in", "AC_INIT\nAC_ONE\nAC_OUTPUT\n");
    let first = to.release(&env, "9.1", &[]);

    to.set("Makefile.pre.in", &MAKEFILE.replace("prog sharedmods", "prog other sharedmods"));
    to.release(&env, "9.1.1", &[first]);

    to.set("Makefile.pre.in", MAKEFILE);
    to.set("README", "Read me.\n");
    let second = to.commit("Something else", &[first]);
    let split = MAKEFILE.replace("all:\tprog", "all:\tbuild_all\nbuild_all:\tprog");
    to.set("Makefile.pre.in", &split);
    let branch = to.commit("Split all", &[second]);
    to.set("Makefile.pre.in", MAKEFILE);
    to.set("README", "Do read me.\n");
    let third = to.commit("Something else again", &[second]);
    to.set("Makefile.pre.in", &split);
    let merge = to.commit("Merge the branch", &[third, branch]);
    let second_release = to.release(&env, "9.2", &[merge]);

    let setup = to.files.iter().find(|(path, _)| *path == "Modules/Setup.dist").unwrap().1.clone();
    to.files.retain(|(path, _)| *path != "Modules/Setup.dist");
    to.set("Modules/Setup", &setup);
    let renamed = to.commit("Rename Setup.dist", &[second_release]);
    to.files.retain(|(path, _)| *path != "configure.in");
    let gone = to.commit("Nothing is configured any more", &[renamed]);
    let third_release = to.release(&env, "9.3", &[gone]);
    to.set("Modules/Setup", &setup.replace("#one one.c", "#one\tone.c"));
    let blanks = to.commit("Blanks", &[third_release]);
    to.release(&env, "9.3.1", &[blanks]);
    env.set("PYPATCH_SOURCES", place.display().to_string());
    env
}

#[test]
fn a_commit_is_found_through_a_merge() {
    let env = history();
    assert_snapshot!(env.run(&["why", "gadget", "no-sharedmods", "--from", "python-9.1", "--to", "python-9.3.1"]), @"
    no-sharedmods of gadget from python-9.1 to python-9.3.1
    change -> missing

    between python-9.1 and python-9.2
      change -> missing
        - Makefile.pre.in:2  all:	prog sharedmods
        + missing: `all` exists, but `sharedmods` is not among its prerequisites
        + near Makefile.pre.in:3  build_all:	prog sharedmods
      commit 2303b1db9ff133672e30d550cd585fcff3984d98
      2006-09-18 22:34 +0200, A. Uthor
      Split all
      Makefile.pre.in
    --- a/Makefile.pre.in
    +++ b/Makefile.pre.in
    @@ -1,5 +1,6 @@
     # Müller's
    -all:	prog sharedmods
    +all:	build_all
    +build_all:	prog sharedmods
     
     prog:
     	cc -o prog
    [exit 0]
    ");
}

#[test]
fn a_renamed_file_and_changed_blanks_are_separate_steps() {
    let env = history();
    assert_snapshot!(env.run(&["why", "gadget/static", "--part", "one", "--from", "python-9.1", "--to", "python-9.3.1"]), @"
    static of gadget from python-9.1 to python-9.3.1
    change -> change

    between python-9.2 and python-9.3
      one: Modules/Setup.dist -> Modules/Setup
        - Modules/Setup.dist:2  #one one.c
        + Modules/Setup:2  #one one.c
      commit 66f2dc5077e2b31be7ac034ca4c97f1f37573991
      2006-09-18 22:38 +0200, A. Uthor
      Rename Setup.dist
      Modules/Setup.dist renamed to Modules/Setup

    between python-9.3 and python-9.3.1
      one: change, anchored to a line with different blanks
        - Modules/Setup:2  #one one.c
        + Modules/Setup:2  #one	one.c
      commit a69c76b61acbead3efd7fdebfb5c22246842fac2
      2006-09-18 22:41 +0200, A. Uthor
      Blanks
      Modules/Setup
    --- a/Modules/Setup
    +++ b/Modules/Setup
    @@ -1,3 +1,3 @@
     # Which modules there are, and what they are made of.
    -#one one.c
    +#one	one.c
     #two two.c
    [exit 0]
    ");
}

#[test]
fn the_commit_that_removed_the_file_is_named() {
    let env = history();
    assert_snapshot!(env.run(&["why", "configured", "--from", "git:gadget.git@v9.2", "--to", "git:gadget.git@v9.3.1"]), @"
    configured of gadget from git:gadget.git@v9.2 to git:gadget.git@v9.3.1
    change -> missing

    between git:gadget.git@v9.2 and python-9.3
      change -> missing
        - configure.in:2  AC_ONE
        + missing: the file `configure.in` does not exist
      commit 4a0fd628666f856847b15a2e1735dae0b6f1a8f7
      2006-09-18 22:39 +0200, A. Uthor
      Nothing is configured any more
      configure.in removed
    [exit 0]
    ");
}

#[test]
fn an_anchor_that_did_not_change_is_not_a_failure() {
    let env = history();
    assert_snapshot!(env.run(&["why", "gadget", "no-sharedmods", "--from", "python-9.2", "--to", "python-9.3.1"]), @"
    no-sharedmods of gadget from python-9.2 to python-9.3.1
    its anchor did not change: missing at both ends
    [exit 0]
    ");
}

#[test]
fn a_change_of_a_maintenance_release_is_marked() {
    let env = history();
    let output = env.run(&[
        "why",
        "gadget/no-sharedmods",
        "--from",
        "python-9.1.1",
        "--to",
        "python-9.2",
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(output.strip_suffix("[exit 0]").unwrap()).unwrap();
    let steps = json["steps"].as_array().unwrap();
    let output: Vec<_> =
        steps.iter().map(|step| (&step["commit"]["subject"], &step["commit"]["on_old_branch"])).collect();
    assert_eq!(output, [(&"This is 9.1.1".into(), &true.into()), (&"Split all".into(), &false.into())]);
    assert_eq!(json["path"], serde_json::json!(["python-9.1.1", "python-9.2"]));
}

#[test]
fn without_a_repository_the_available_releases_are_compared() {
    let mut env = history();
    env.patchset("nothing", "- {id: extra, why: To have a tree., file: extra, file.add: {content: x}}");
    for version in ["9.1", "9.3.1"] {
        let tree = format!("git:gadget.git@v{version}");
        env.stdout(&["export", "nothing", &tree, "--as", "tree", "-o", version]);
    }
    env.set("PYPATCH_SOURCES", "");
    assert_snapshot!(env.run(&["why", "gadget", "no-sharedmods", "--from", "./9.1", "--to", "./9.3.1"]), @"
    no-sharedmods of gadget from ./9.1 to ./9.3.1
    change -> missing

    between ./9.1 and ./9.3.1 (python-9.2 to python-9.3 in between are not available: 2 releases)
      change -> missing
        - Makefile.pre.in:2  all:	prog sharedmods
        + missing: `all` exists, but `sharedmods` is not among its prerequisites
        + near Makefile.pre.in:3  build_all:	prog sharedmods
    --- a/Makefile.pre.in
    +++ b/Makefile.pre.in
    @@ -1,5 +1,6 @@
     # Müller's
    -all:	prog sharedmods
    +all:	build_all
    +build_all:	prog sharedmods
     
     prog:
     	cc -o prog

    note: no git repository contains both ends, so releases are compared in the order of their versions and no commit is named; set PYPATCH_SOURCES to a git repository that has both
    [exit 0]
    ");
}

#[test]
fn json() {
    let env = history();
    let output =
        env.stdout(&["why", "static", "--from", "python-9.2", "--to", "python-9.3", "--format", "json"]);
    assert_snapshot!(env.without_temporary_paths(&output), @r##"
    {
      "changed": true,
      "edit": "static",
      "from": {
        "parts": [
          {
            "exists": true,
            "file": "Modules/Setup.dist",
            "lines": [
              {
                "line": 2,
                "text": "#one one.c"
              }
            ],
            "part": "one",
            "reason": null,
            "verdict": "change"
          },
          {
            "exists": true,
            "file": "Modules/Setup.dist",
            "lines": [
              {
                "line": 3,
                "text": "#two two.c"
              }
            ],
            "part": "two",
            "reason": null,
            "verdict": "change"
          }
        ],
        "source": "python-9.2"
      },
      "patchset": "gadget",
      "path": [
        "python-9.2",
        "python-9.3"
      ],
      "repository": "$WORK/gadget.git",
      "schema": 1,
      "side_releases": [],
      "steps": [
        {
          "after": "python-9.3",
          "before": "python-9.2",
          "commit": {
            "author": "A. Uthor",
            "date": "2006-09-18 22:38 +0200",
            "files": [
              {
                "new": "Modules/Setup",
                "old": "Modules/Setup.dist"
              }
            ],
            "id": "66f2dc5077e2b31be7ac034ca4c97f1f37573991",
            "on_old_branch": false,
            "subject": "Rename Setup.dist"
          },
          "diffs": [
            {
              "hunks": [],
              "hunks_in_all": 0,
              "new": "Modules/Setup",
              "old": "Modules/Setup.dist",
              "touches_anchor": true
            }
          ],
          "not_available": [],
          "parts": [
            {
              "after": {
                "exists": true,
                "file": "Modules/Setup",
                "lines": [
                  {
                    "line": 2,
                    "text": "#one one.c"
                  }
                ],
                "reason": null,
                "verdict": "change"
              },
              "before": {
                "exists": true,
                "file": "Modules/Setup.dist",
                "lines": [
                  {
                    "line": 2,
                    "text": "#one one.c"
                  }
                ],
                "reason": null,
                "verdict": "change"
              },
              "kind": "file",
              "part": "one"
            },
            {
              "after": {
                "exists": true,
                "file": "Modules/Setup",
                "lines": [
                  {
                    "line": 3,
                    "text": "#two two.c"
                  }
                ],
                "reason": null,
                "verdict": "change"
              },
              "before": {
                "exists": true,
                "file": "Modules/Setup.dist",
                "lines": [
                  {
                    "line": 3,
                    "text": "#two two.c"
                  }
                ],
                "reason": null,
                "verdict": "change"
              },
              "kind": "file",
              "part": "two"
            }
          ]
        }
      ],
      "to": {
        "parts": [
          {
            "exists": true,
            "file": "Modules/Setup",
            "lines": [
              {
                "line": 2,
                "text": "#one one.c"
              }
            ],
            "part": "one",
            "reason": null,
            "verdict": "change"
          },
          {
            "exists": true,
            "file": "Modules/Setup",
            "lines": [
              {
                "line": 3,
                "text": "#two two.c"
              }
            ],
            "part": "two",
            "reason": null,
            "verdict": "change"
          }
        ],
        "source": "python-9.3"
      }
    }
    "##);
}

#[test]
fn a_wrong_edit_part_or_order_is_an_error_with_help() {
    let env = history();
    env.patchset("other", "- {id: static, why: Not the same., file: extra, file.add: {content: x}}");
    let between = ["--from", "python-9.1", "--to", "python-9.2"];
    let run = |words: &[&str]| env.run(&[&["why"], words, &between[..]].concat());
    assert_snapshot!(run(&["static"]), @"
    ------- stderr -------
    error: 2 patchsets have an edit `static`
      gadget/static
      other/static
      help: use one of these
    [exit 2]
    ");
    assert_snapshot!(run(&["gadget", "no-sharedmod"]), @"
    ------- stderr -------
    error: `gadget` has no edit `no-sharedmod`
      near: no-sharedmods
      help: run `pypatch show gadget` for a list
    [exit 2]
    ");
    assert_snapshot!(run(&["configure"]), @"
    ------- stderr -------
    error: no patchset has an edit `configure`
      near: configured
      near: configure-yod
      help: run `pypatch list` for the patchsets, and `pypatch show PATCHSET` for their edits
    [exit 2]
    ");
    assert_snapshot!(run(&["gadget", "static", "--part", "three"]), @"
    ------- stderr -------
    error: the edit `static` has no part `three`
      one: setup.enable in Modules/Setup.dist
      two: setup.enable in Modules/Setup.dist
      help: use one of these
    [exit 2]
    ");
    assert_snapshot!(env.run(&["why", "configured", "--from", "python-9.2", "--to", "python-9.1"]), @"
    ------- stderr -------
    error: --from is CPython 9.2, which is newer than CPython 9.1
      help: swap them: --from python-9.1 --to python-9.2
    [exit 2]
    ");
}
