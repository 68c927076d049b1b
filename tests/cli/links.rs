//! Symbolic links that edits add and remove, through all commands that know them.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;

use crate::common::TestEnvironment;
use crate::common::release::pinned;

const LINKS: &str = "\
- {id: news, why: The old name., file: Lib/news/link, file.link: {target: ../../Misc/NEWS}}
- {id: no-readme, why: It is in the way., file: README, file.remove: {contains: Misc/NEWS}}
";

fn with(edits: &str) -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    env.patchset("mine", edits);
    env
}

const APPLY: [&str; 4] = ["apply", "--allow-unpinned", "mine", "tree"];

#[test]
fn a_link_is_added_and_removed_and_all_of_it_is_reverted() {
    let env = with(LINKS);
    let time = || fs::symlink_metadata(env.path("tree/README")).unwrap().modified().unwrap();
    let (before, old) = (env.state("tree"), time());
    assert!(env.run(&["apply", "--allow-unpinned", "-n", "mine", "tree"]).ends_with("[exit 0]"));
    assert_eq!(env.state("tree"), before);
    assert!(env.run(&APPLY).ends_with("[exit 0]"));
    assert_eq!(fs::read_link(env.path("tree/Lib/news/link")).unwrap().to_str(), Some("../../Misc/NEWS"));
    assert!(env.path("tree/README").symlink_metadata().is_err());
    assert!(env.run(&["status", "tree"]).ends_with("[exit 0]"));
    assert!(env.stdout(&["plan", "mine", "tree"]).contains("2 edits: 2 already; 0 files"));
    assert!(env.run(&["revert", "tree"]).ends_with("[exit 0]"));
    assert_eq!((env.state("tree"), time()), (before, old));
}

#[test]
fn a_link_is_moved_and_put_back() {
    let env = with("- {id: m, why: w, file: README, file.move: {to: READ.ME, contains: NEWS}}\n");
    let before = env.state("tree");
    env.stdout(&APPLY);
    assert_eq!(fs::read_link(env.path("tree/READ.ME")).unwrap().to_str(), Some("Misc/NEWS"));
    assert!(env.path("tree/README").symlink_metadata().is_err());
    assert!(env.stdout(&["plan", "mine", "tree"]).contains("1 already"));
    env.stdout(&["revert", "tree"]);
    assert_eq!(env.state("tree"), before);
}

#[test]
fn a_removed_link_is_compared_with_that_of_the_release() {
    let env = pinned();
    env.patchset("mine", LINKS);
    let tar =
        Command::new("tar").args(["-xf", "Python-9.9.tgz"]).current_dir(env.path(".")).status().unwrap();
    assert!(tar.success());
    let link = env.path("Python-9.9/README");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("x/Misc/NEWS", &link).unwrap();
    let said = env.run(&["apply", "mine", "Python-9.9"]);
    assert!(said.contains("differs: README") && said.ends_with("[exit 3]"), "{said}");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("Misc/NEWS", &link).unwrap();
    let said = env.run(&["apply", "mine", "Python-9.9"]);
    assert!(said.ends_with("[exit 0]"), "{said}");
}

#[test]
fn another_link_in_its_place_is_drift() {
    let env = with(LINKS);
    env.stdout(&APPLY);
    let link = env.path("tree/Lib/news/link");
    // What it leads to is not compared, the link itself is.
    for replace in [
        |link: &_| std::os::unix::fs::symlink("../../Misc", link),
        |link: &_| fs::write(link, "../../Misc/NEWS"),
    ] {
        fs::remove_file(&link).unwrap();
        replace(&link).unwrap();
        let said = env.run(&["status", "tree"]);
        assert!(said.contains("Lib/news/link: changed since") && said.ends_with("[exit 1]"), "{said}");
        assert!(env.run(&["revert", "tree"]).ends_with("[exit 3]"));
    }
}

#[test]
fn the_diff_of_a_link_is_that_of_git() {
    let env = with(LINKS);
    assert_snapshot!(env.stdout(&["diff", "mine", "tree"]), @r"
    diff --git a/Lib/news/link b/Lib/news/link
    new file mode 120000
    --- /dev/null
    +++ b/Lib/news/link
    @@ -0,0 +1 @@
    +../../Misc/NEWS
    \ No newline at end of file
    diff --git a/README b/README
    deleted file mode 120000
    --- a/README
    +++ /dev/null
    @@ -1 +0,0 @@
    -Misc/NEWS
    \ No newline at end of file
    ");
    env.stdout(&["export", "mine", "tree", "--as", "diff", "-o", "out.diff"]);
    let git =
        Command::new("git").args(["apply", "../out.diff"]).current_dir(env.path("tree")).status().unwrap();
    assert!(git.success());
    assert!(env.stdout(&["plan", "mine", "tree"]).contains("2 already"));
}

#[test]
fn an_output_has_the_links() {
    let env = with(LINKS);
    env.stdout(&["export", "mine", "tree", "--as", "tree", "-o", "out"]);
    env.stdout(&["export", "mine", "tree", "--as", "tar", "-o", "out.tar"]);
    assert!(fs::read_link(env.path("out/Lib/news/link")).is_ok());
    for made in ["out", "out.tar"] {
        assert!(env.stdout(&["plan", "mine", made]).contains("2 already"), "{made}");
    }
}

#[test]
fn nothing_is_edited_by_way_of_a_link() {
    let file = "{id: a, why: w, file: Lib/l, file.link: {target: ../Misc/NEWS}}";
    let folder = "{id: a, why: w, file: l, file.link: {target: Misc}}";
    for (link, other) in [
        (file, "file: Lib/l, text.insert: {before: a, text: b}"),
        (folder, "file: l/NEWS, text.insert: {before: a, text: b}"),
        (folder, "file: l/new, file.add: {content: x}"),
        (folder, "file: l/new, file.link: {target: NEWS}"),
    ] {
        for depends in ["", "depends-on: [a], "] {
            let env = with(&format!("- {link}\n- {{id: b, why: w, {depends}{other}}}\n"));
            let before = env.state("tree");
            let said = env.run(&APPLY);
            assert!(said.ends_with("[exit 3]"), "{depends}{other}: {said}");
            assert_eq!(env.state("tree"), before);
        }
        let env = with(&format!("- {link}\n"));
        env.stdout(&APPLY);
        env.patchset("next", &format!("- {{id: b, why: w, {other}}}\n"));
        let said = env.run(&["apply", "--allow-unpinned", "next", "tree"]);
        assert!(said.ends_with("[exit 3]"), "{other}: {said}");
    }
}

#[test]
fn links_that_lead_out_of_a_tree_together_are_refused() {
    let env = with("- {id: a, why: w, file: Lib/a, file.link: {target: b/passwd}}\n");
    std::os::unix::fs::symlink("/etc", env.path("tree/Lib/b")).unwrap();
    let said = env.run(&APPLY);
    assert!(said.contains("`b/passwd` leads out of the tree"), "{said}");
}

#[test]
fn a_directory_in_the_place_of_a_removed_file_is_reverted_one_by_one() {
    let env = TestEnvironment::new();
    env.write("tree/d", "old\n");
    env.write("tree/z", "");
    let before = env.state("tree");
    env.patchset("p", "  - id: a\n    why: w\n    file: d\n    file.remove: {contains: old}\n");
    env.patchset("q", "  - id: b\n    why: w\n    file: d/new\n    file.add: {content: new}\n");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "p", "q", "tree"]), @"
    ------- stderr -------
    note: tree is not a pinned release: it has no version
    error: cannot turn `d` from a file into a directory, or back, in one step
      nothing was written
      help: apply the patchsets one by one: run `pypatch apply` for each
    [exit 3]
    ");
    assert_eq!(env.state("tree"), before);
    for patchset in ["p", "q"] {
        env.stdout(&["apply", "--allow-unpinned", patchset, "tree"]);
    }
    assert_snapshot!(env.run(&["revert", "tree"]), @"
    ------- stderr -------
    error: `d` was a file, and a later patchset made a directory of that name
      nothing was written
      help: revert the patchsets one by one: run `pypatch revert --top` until none is left
    [exit 3]
    ");
    env.stdout(&["revert", "--top", "tree"]);
    env.stdout(&["revert", "--top", "tree"]);
    assert_eq!(env.state("tree"), before);
}
