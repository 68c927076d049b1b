//! `bump`: new releases of upstream, taken up by a project in a git work tree.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use git2::{Repository, Signature, Time};
use insta::assert_snapshot;

use super::pins::release;
use crate::common::release::pinned;
use crate::common::{TestEnvironment, skip};

/// The project with the patchset `gadget` for 9.9, which is pinned, in a git work tree; upstream is a bare repository.
fn project() -> TestEnvironment {
    let mut env = pinned();
    env.set("SOURCE_DATE_EPOCH", "1158700000");
    env.write("pypatch.toml", "");
    let mut options = git2::RepositoryInitOptions::new();
    Repository::init_opts(env.path("."), options.initial_head("main").external_template(false)).unwrap();
    commit(&env);
    env
}

/// Commits what the project has.
fn commit(env: &TestEnvironment) {
    let repository = Repository::open(env.path(".")).unwrap();
    let mut index = repository.index().unwrap();
    let paths = ["patchsets", "upstream-pins", "pypatch.toml"];
    index.add_all(paths, git2::IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::new("A", "a@example.org", &Time::new(1_158_611_400, 0)).unwrap();
    let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, "begin", &tree, &parents).unwrap();
}

/// The message and the files of a branch that HEAD does not have.
fn branch(env: &TestEnvironment, name: &str) -> String {
    let repository = Repository::open(env.path(".")).unwrap();
    let of = |name: &str| repository.revparse_single(name).unwrap().peel_to_commit().unwrap();
    let (commit, head) = (of(name), of("HEAD"));
    assert_eq!(commit.parent_ids().collect::<Vec<_>>(), [head.id()]);
    let (old, new) = (head.tree().unwrap(), commit.tree().unwrap());
    let mut out = commit.message().unwrap().to_owned();
    let diff = repository.diff_tree_to_tree(Some(&old), Some(&new), None).unwrap();
    diff.print(git2::DiffFormat::Patch, |_, _, line| {
        if matches!(line.origin(), '+' | '-' | 'F') {
            if line.origin() != 'F' {
                out.push(line.origin());
            }
            let text = String::from_utf8_lossy(line.content());
            out.extend(text.split_inclusive('\n').filter(|line| !line.starts_with("index ")));
        }
        true
    })
    .unwrap();
    out
}

/// Runs pypatch. The time at which a tarball was made is in its digest, and so in that of a commit.
fn run(env: &TestEnvironment, arguments: &[&str]) -> String {
    let text = env.run(arguments);
    match text.split_once(", as ") {
        Some((before, after)) => format!("{before}, as COMMIT{}", &after[40..]),
        None => text,
    }
}

/// The files of the project, without those of git.
fn files(env: &TestEnvironment) -> Vec<(String, Vec<u8>)> {
    let state = env.state(".").into_iter();
    state
        .filter(|(path, _)| !path.starts_with(".git/") && path != ".git")
        .map(|(path, it)| (path, it.2))
        .collect()
}

#[test]
fn a_release_that_fits_is_pinned_on_a_branch_and_the_work_tree_stays() {
    let env = project();
    assert_snapshot!(run(&env, &["bump"]), @r"
    no new release
    [exit 0]
    ");
    release(&env, "9.9.1", |_| {});
    let before = files(&env);
    assert_snapshot!(run(&env, &["bump", "--dry-run"]), @r"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    gadget on python-9.9.1: applies (9 rows)
      add python-9.9.1 to `pins` of gadget, then run `pypatch snapshot accept gadget --pin python-9.9.1`
    would write upstream-pins/9.9.yaml
    nothing was written (dry run)
    [exit 0]
    ");
    assert!(Repository::open(env.path(".")).unwrap().revparse_single("pypatch-bump").is_err());
    assert_snapshot!(run(&env, &["bump"]), @r"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    gadget on python-9.9.1: applies (9 rows)
      add python-9.9.1 to `pins` of gadget, then run `pypatch snapshot accept gadget --pin python-9.9.1`
    wrote upstream-pins/9.9.yaml
    to the branch pypatch-bump, as COMMIT; the work tree is as it was
    [exit 0]
    ");
    assert_eq!(files(&env), before);
    let repository = Repository::open(env.path(".")).unwrap();
    assert_eq!(repository.head().unwrap().shorthand().unwrap(), "main");
    assert_snapshot!(branch(&env, "pypatch-bump"), @r#"
    pins: python-9.9.1

    gadget on python-9.9.1: applies (9 rows)
    diff --git a/upstream-pins/9.9.yaml b/upstream-pins/9.9.yaml
    --- a/upstream-pins/9.9.yaml
    +++ b/upstream-pins/9.9.yaml
    +  - version: "9.9.1"
    +    tag: v9.9.1
    +    tree: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    +    tarballs: []
    "#);
    // Again: it is there already. With another release, it has to be moved.
    let first = repository.refname_to_id("refs/heads/pypatch-bump").unwrap();
    env.stdout(&["bump"]);
    assert_eq!(repository.refname_to_id("refs/heads/pypatch-bump").unwrap(), first);
    release(&env, "9.9.2", |_| {});
    assert_snapshot!(run(&env, &["bump"]).lines().skip_while(|line| !line.starts_with("---")).collect::<Vec<_>>().join("\n"), @r"
    ------- stderr -------
    error: the branch pypatch-bump already exists
      nothing was written
      help: give another name with --branch, or --force to move it
    [exit 3]
    ");
    assert_eq!(repository.refname_to_id("refs/heads/pypatch-bump").unwrap(), first);
    env.stdout(&["bump", "--force"]);
    assert_ne!(repository.refname_to_id("refs/heads/pypatch-bump").unwrap(), first);
}

#[test]
fn a_patchset_is_ported_to_a_series_that_it_is_not_for() {
    let env = project();
    // Upstream made one edit, and another is not needed any more.
    release(&env, "9.10.0", |root| {
        let makefile = fs::read_to_string(root.join("Makefile.pre.in")).unwrap();
        fs::write(root.join("Makefile.pre.in"), makefile.replace("\t\tsharedmods docs\n", "\t\tdocs\n"))
            .unwrap();
    });
    release(&env, "9.10.1", |_| {});
    assert_snapshot!(run(&env, &["bump", ">=9.10", "--branch", "next", "--summary", "summary.md"]), @r"
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 195bd77fd6073d1ac1fbe0ccf15bffa1ec1e5839
    python-9.10.1
      v9.10.1 of $WORK/sources/gadget.git: tree b86815ea6c24f09faffe56e93c5eb249b551aaf5
    gadget on python-9.10.0: ported to gadget-py9.10
      review gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10`
    gadget-py9.10 on python-9.10.1: was just ported, and its range has this release, too
      run `pypatch plan gadget-py9.10 python-9.10.1`
    wrote upstream-pins/9.10.yaml
    wrote patchsets/gadget-py9.10/patchset.yaml
    to the branch next, as COMMIT; the work tree is as it was
    [exit 0]
    ");
    assert_snapshot!(branch(&env, "next"), @r#"
    pins: 2 new releases

    gadget on python-9.10.0: ported to gadget-py9.10
    gadget-py9.10 on python-9.10.1: was just ported, and its range has this release, too
    diff --git a/patchsets/gadget-py9.10/patchset.yaml b/patchsets/gadget-py9.10/patchset.yaml
    new file mode 100644
    --- /dev/null
    +++ b/patchsets/gadget-py9.10/patchset.yaml
    +schema: 1
    +id: gadget-py9.10
    +title: Gadgets without shared modules (CPython 9.10)
    +extends: gadget
    +applies-to: ">=9.10.0, <9.11"
    +pins: [python-9.10.0]
    +
    +edits:
    +  - id: static-modules
    +    why: Nothing can be loaded later.
    +    file: [Modules/Setup.dist, Modules/Setup]
    +    setup.enable: {modules: [two, three]}
    diff --git a/upstream-pins/9.10.yaml b/upstream-pins/9.10.yaml
    new file mode 100644
    --- /dev/null
    +++ b/upstream-pins/9.10.yaml
    +# CPython 9.10. `tree` is the git tree id of the release tag, which is the same in every mirror of the repository.
    +schema: 1
    +# Only the tags have these, or only the tarballs, as of 3.15.
    +exclude: [.azure-pipelines, .gitattributes, .github, .gitignore, Misc/NEWS, Misc/NEWS.d, Misc/mypy]
    +releases:
    +  - version: "9.10.0"
    +    tag: v9.10.0
    +    tree: 195bd77fd6073d1ac1fbe0ccf15bffa1ec1e5839
    +    tarballs: []
    +  - version: "9.10.1"
    +    tag: v9.10.1
    +    tree: b86815ea6c24f09faffe56e93c5eb249b551aaf5
    +    tarballs: []
    "#);
    assert_snapshot!(env.without_temporary_paths(&fs::read_to_string(env.path("summary.md")).unwrap()), @r"
    ## New releases: `python-9.10.0`, `python-9.10.1`

    - `python-9.10.0`
      - v9.10.0 of $WORK/sources/gadget.git: tree 195bd77fd6073d1ac1fbe0ccf15bffa1ec1e5839
    - `python-9.10.1`
      - v9.10.1 of $WORK/sources/gadget.git: tree b86815ea6c24f09faffe56e93c5eb249b551aaf5

    ### To be reviewed

    - `gadget` on `python-9.10.0`: ported to gadget-py9.10; review gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10`
    - `gadget-py9.10` on `python-9.10.1`: was just ported, and its range has this release, too; run `pypatch plan gadget-py9.10 python-9.10.1`

    ### Already there, or gone

    - `no-sharedmods` of `gadget` on `python-9.10.0`, already
    - `no-news` of `gadget` on `python-9.10.0`, already

    No snapshot was accepted, and no candidate taken.
    ");
    // What is proposed fits.
    let repository = Repository::open(env.path(".")).unwrap();
    let commit = repository.revparse_single("next").unwrap();
    repository.checkout_tree(&commit, Some(git2::build::CheckoutBuilder::new().force())).unwrap();
    assert_snapshot!(run(&env, &["plan", "gadget-py9.10", "python-9.10.0"]), @r"
    gadget-py9.10 on python-9.10.0 (CPython 9.10.0)
      already   no-sharedmods   Makefile.pre.in:7
      change    run-gen         Makefile.pre.in:14,15
      change    static-modules  Modules/Setup.dist:9,10,11
      change    open-elsewhere  Modules/one.c:9
      change    loader          Modules/gadget/loader.c
      already   no-news
      change    configure-runs  configure
    7 edits: 2 already, 5 change; 5 files
    ------- stderr -------
    warning: edit `no-sharedmods` changes nothing on python-9.10.0, which the patchset is written for: check its anchor (gadget/patchset.yaml:8:5)
    warning: edit `no-news` changes nothing on python-9.10.0, which the patchset is written for: check its anchor (gadget/patchset.yaml:33:5)
    [exit 0]
    ");
}

#[test]
fn what_a_person_has_to_decide_is_a_status_and_a_brief() {
    let env = project();
    release(&env, "9.9.1", |root| {
        let makefile = fs::read_to_string(root.join("Makefile.pre.in")).unwrap();
        fs::write(root.join("Makefile.pre.in"), makefile.replace("-$(GEN) tables.txt", "cat tables.txt"))
            .unwrap();
    });
    release(&env, "9.10.0", |root| {
        let one = fs::read_to_string(root.join("Makefile.pre.in")).unwrap();
        fs::write(root.join("Makefile.pre.in"), one.replace("-$(GEN) tables.txt", "cat tables.txt")).unwrap();
    });
    env.patchset("other", "- {id: a, why: A., file: configure, text.replace: {find: exit 0, with: exit 1}}");
    commit(&env);
    assert_snapshot!(run(&env, &["bump", ">=9.9", "--summary", "summary.md"]), @r"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree 2fb274e785302760a9b8c909ac5569e07ffc9e2b
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 4546cea7f15fe8a6a4e789c419af957bd9e27159
    gadget on python-9.9.1: does not fit, though its range has the release: 1 row to be decided
      run-gen: changed
        expected 2 matches of the command `$(GEN)` in the recipes, found 1
        1. Makefile.pre.in:15  @$(GEN) more.txt
           `$(GEN)` runs in 1 places here, not in 2
      narrow `applies-to` of gadget, then run `pypatch port gadget --to python-9.9.1`
    gadget on python-9.10.0: 1 row to be decided
      run-gen: changed
        expected 2 matches of the command `$(GEN)` in the recipes, found 1
        1. Makefile.pre.in:15  @$(GEN) more.txt
           `$(GEN)` runs in 1 places here, not in 2
      run `pypatch port gadget --to python-9.10.0`
    not for these releases: other
    wrote upstream-pins/9.9.yaml
    wrote upstream-pins/9.10.yaml
    to the branch pypatch-bump, as COMMIT; the work tree is as it was
    [exit 3]
    ");
    assert_snapshot!(env.without_temporary_paths(&fs::read_to_string(env.path("summary.md")).unwrap()), @r"
    ## New releases: `python-9.9.1`, `python-9.10.0`

    - `python-9.9.1`
      - v9.9.1 of $WORK/sources/gadget.git: tree 2fb274e785302760a9b8c909ac5569e07ffc9e2b
    - `python-9.10.0`
      - v9.10.0 of $WORK/sources/gadget.git: tree 4546cea7f15fe8a6a4e789c419af957bd9e27159

    ### To be decided

    - [ ] `gadget` on `python-9.9.1`: does not fit, though its range has the release: 1 row to be decided

    ```text
    run-gen: changed
      expected 2 matches of the command `$(GEN)` in the recipes, found 1
      1. Makefile.pre.in:15  @$(GEN) more.txt
         `$(GEN)` runs in 1 places here, not in 2
    narrow `applies-to` of gadget, then run `pypatch port gadget --to python-9.9.1`
    ```

    - [ ] `gadget` on `python-9.10.0`: 1 row to be decided

    ```text
    run-gen: changed
      expected 2 matches of the command `$(GEN)` in the recipes, found 1
      1. Makefile.pre.in:15  @$(GEN) more.txt
         `$(GEN)` runs in 1 places here, not in 2
    run `pypatch port gadget --to python-9.10.0`
    ```

    ### Already there, or gone

    - `no-news` of `gadget` on `python-9.10.0`, already

    Not for these releases: `other`

    No snapshot was accepted, and no candidate taken.
    ");
    assert_snapshot!(branch(&env, "pypatch-bump"), @r#"
    pins: 2 new releases

    gadget on python-9.9.1: does not fit, though its range has the release: 1 row to be decided
    gadget on python-9.10.0: 1 row to be decided
    diff --git a/upstream-pins/9.10.yaml b/upstream-pins/9.10.yaml
    new file mode 100644
    --- /dev/null
    +++ b/upstream-pins/9.10.yaml
    +# CPython 9.10. `tree` is the git tree id of the release tag, which is the same in every mirror of the repository.
    +schema: 1
    +# Only the tags have these, or only the tarballs, as of 3.15.
    +exclude: [.azure-pipelines, .gitattributes, .github, .gitignore, Misc/NEWS, Misc/NEWS.d, Misc/mypy]
    +releases:
    +  - version: "9.10.0"
    +    tag: v9.10.0
    +    tree: 4546cea7f15fe8a6a4e789c419af957bd9e27159
    +    tarballs: []
    diff --git a/upstream-pins/9.9.yaml b/upstream-pins/9.9.yaml
    --- a/upstream-pins/9.9.yaml
    +++ b/upstream-pins/9.9.yaml
    +  - version: "9.9.1"
    +    tag: v9.9.1
    +    tree: 2fb274e785302760a9b8c909ac5569e07ffc9e2b
    +    tarballs: []
    "#);
}

#[test]
fn files_are_written_in_place_if_that_is_asked_or_no_repository_has_them() {
    let env = project();
    release(&env, "9.10.0", |_| {});
    env.stdout(&["bump", "9.10.0", "--in-place"]);
    assert!(env.path("upstream-pins/9.10.yaml").exists());
    assert!(env.path("patchsets/gadget-py9.10/patchset.yaml").exists());
    let env = pinned();
    release(&env, "9.9.1", |_| {});
    assert_snapshot!(run(&env, &["bump"]), @r"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    gadget on python-9.9.1: applies (9 rows)
      add python-9.9.1 to `pins` of gadget, then run `pypatch snapshot accept gadget --pin python-9.9.1`
    wrote upstream-pins/9.9.yaml
    [exit 0]
    ");
    assert!(fs::read_to_string(env.path("upstream-pins/9.9.yaml")).unwrap().contains("9.9.1"));
}

#[test]
fn what_would_be_lost_or_mixed_is_refused() {
    let env = project();
    release(&env, "9.9.1", |_| {});
    let fails = |arguments: &[&str]| {
        let before = files(&env);
        let text = run(&env, &[&["bump"], arguments].concat());
        assert_eq!(files(&env), before);
        assert!(Repository::open(env.path(".")).unwrap().revparse_single("pypatch-bump").is_err());
        text
    };
    assert_snapshot!(fails(&["--branch", "main"]), @r"
    ------- stderr -------
    error: cannot write the branch main of $WORK/: it is checked out
      nothing was written
    [exit 74]
    ");
    assert_snapshot!(fails(&["--branch", "a..b"]), @r"
    ------- stderr -------
    error: cannot write the branch a..b of $WORK/: it is not a valid name of a branch
      nothing was written
    [exit 74]
    ");
    assert_snapshot!(fails(&["--repository", "nowhere"]), @r"
    ------- stderr -------
    error: --repository: nowhere is not a directory
    [exit 4]
    ");
    assert_snapshot!(fails(&["3.x"]), @r"
    ------- stderr -------
    error: `3.x` is not a version, a series, a pattern or a range
    [exit 2]
    ");
    fs::write(
        env.path("upstream-pins/9.9.yaml"),
        fs::read_to_string(env.path("upstream-pins/9.9.yaml")).unwrap() + "# mine\n",
    )
    .unwrap();
    assert_snapshot!(fails(&[]), @r"
    ------- stderr -------
    error: upstream-pins/9.9.yaml has changes that are not committed
      nothing was written
      help: commit them first, or write into the work tree with --in-place
    [exit 3]
    ");
    // Nor are patchsets judged that the branch would not have.
    let env = project();
    release(&env, "9.9.1", |_| {});
    let id = fs::read_dir(env.path("patchsets")).unwrap().next().unwrap().unwrap().file_name();
    let patchset = format!("patchsets/{}/patchset.yaml", id.display());
    let text = fs::read_to_string(env.path(&patchset)).unwrap();
    env.write(&patchset, text + "# mine\n");
    let said = env.run(&["bump"]);
    assert!(said.contains(&format!("{patchset} has changes that are not committed")), "{said}");
    for name in ["HEAD", "-x", "refs/heads/x"] {
        let said = env.run(&["bump", &format!("--branch={name}")]);
        assert!(said.contains("it is not a valid name of a branch"), "{said}");
    }
}

/// The commands of a step of the workflow for GitHub.
fn step(name: &str) -> String {
    let text = include_str!("../../templates/github-bump.yml");
    let workflow: serde_json::Value = serde_yaml::from_str(text).unwrap();
    let steps = workflow["jobs"]["bump"]["steps"].as_array().unwrap();
    let found = steps.iter().find(|step| step["name"] == name).unwrap();
    found["run"].as_str().unwrap().to_owned()
}

#[test]
fn the_workflow_for_github_pushes_the_branch_and_opens_a_pull_request() {
    if Command::new("git").arg("--version").output().is_err() {
        skip("the_workflow_for_github", "git is not installed");
        return;
    }
    let mut env = project();
    release(&env, "9.9.1", |_| {});
    // The project is below the folder that gets what is fetched, as on a runner.
    let upstream = env.path("sources/gadget.git").display().to_string();
    Repository::init_bare(env.path("../remote.git")).unwrap();
    let remote = env.path("../remote.git").display().to_string();
    Repository::open(env.path(".")).unwrap().remote("origin", &remote).unwrap();
    env.write("../bin/gh", "#!/bin/sh\nprintf '%s\\n' \"gh $*\" >>../calls\n[ \"$2\" = create ] || exit 1\n");
    fs::set_permissions(env.path("../bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink(env!("CARGO_BIN_EXE_pypatch"), env.path("../bin/pypatch")).unwrap();
    env.set("PYPATCH_SOURCES", "");
    env.set("PATH", env.path("../bin").display().to_string() + ":/usr/local/bin:/usr/bin:/bin");
    env.set("CPYTHON", format!("file://{upstream}"));
    env.set("SERIES", "9.9 9.10");
    let run = |name: &str| {
        let outcome = env.process(OsStr::new("/bin/sh")).args(["-e", "-c", &step(name)]).output().unwrap();
        assert!(outcome.status.success(), "{}", env.transcript(&outcome));
        String::from_utf8(outcome.stdout).unwrap()
    };
    run("Fetch the release tags");
    assert!(run("Take up new releases").contains("gadget on python-9.9.1: applies"));
    let pushed = Repository::open(&remote).unwrap();
    let commit = pushed.revparse_single("pypatch-bump").unwrap().peel_to_commit().unwrap();
    assert_eq!(commit.summary().unwrap().unwrap(), "pins: python-9.9.1");
    assert!(
        fs::read_to_string(env.path("../summary.md"))
            .unwrap()
            .contains("`gadget` on `python-9.9.1`: applies")
    );
    assert_snapshot!(fs::read_to_string(env.path("../calls")).unwrap(), @r"
    gh pr edit pypatch-bump --body-file ../summary.md
    gh pr create --head pypatch-bump --title New releases of CPython --body-file ../summary.md
    ");
    // The next day nothing is new but what is on the branch.
    run("Take up new releases");
    assert_eq!(pushed.refname_to_id("refs/heads/pypatch-bump").unwrap(), commit.id());
}

#[test]
fn the_template_for_gitlab_runs_what_the_workflow_runs() {
    let text = include_str!("../../templates/bump.yml");
    let (_, jobs) = text.split_once("---\n").unwrap();
    let jobs: serde_json::Value = serde_yaml::from_str(jobs).unwrap();
    let script = jobs["pypatch-bump"]["script"].as_array().unwrap();
    assert_eq!(script[0].as_str().unwrap(), step("Fetch the release tags"));
    let bump = |text: &str| text.lines().find(|line| line.starts_with("pypatch bump")).unwrap().to_owned();
    let own = bump(script[1].as_str().unwrap());
    assert_eq!(own.replace(" summary.md", " ../summary.md"), bump(&step("Take up new releases")));
}

#[test]
fn each_variant_is_judged_and_ported_and_two_of_one_name_are_not_mixed() {
    let env = project();
    let head = "applies-to: \">=9.9, <9.10\"\npins: [python-9.9]\nextends: gadget\n";
    for (id, edit) in [("loud", "exit 1"), ("quiet", "exit 2")] {
        env.yaml(
            id,
            format!("schema: 1\nid: {id}\ntitle: A variant\n{head}edits:\n- id: {id}\n  why: x\n  file: configure\n  text.replace: {{find: exit 0, with: {edit}}}\n"),
        );
    }
    env.yaml("any", "schema: 1\nid: any\ntitle: Of all versions\npins: [python-9.9]\nedits:\n- {id: any, why: x, file: configure, text.replace: {find: exit 0, with: exit 3}}\n");
    commit(&env);
    release(&env, "9.9.1", |_| {});
    release(&env, "9.10.0", |_| {});
    assert_snapshot!(run(&env, &["bump", ">=9.9"]), @r"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 6fbd07c8c158b76a001f13c224a1110e46c1dabb
    any on python-9.9.1: applies (1 row)
      add python-9.9.1 to `pins` of any, then run `pypatch snapshot accept any --pin python-9.9.1`
    any on python-9.10.0: applies (1 row)
      add python-9.10.0 to `pins` of any, then run `pypatch snapshot accept any --pin python-9.10.0`
    gadget on python-9.9.1: applies (9 rows)
      add python-9.9.1 to `pins` of gadget, then run `pypatch snapshot accept gadget --pin python-9.9.1`
    loud on python-9.9.1: applies (10 rows)
      add python-9.9.1 to `pins` of loud, then run `pypatch snapshot accept loud --pin python-9.9.1`
    quiet on python-9.9.1: applies (10 rows)
      add python-9.9.1 to `pins` of quiet, then run `pypatch snapshot accept quiet --pin python-9.9.1`
    gadget on python-9.10.0: ported to gadget-py9.10
      review gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10`
    loud on python-9.10.0: ported to loud-py9.10
      review loud-py9.10, then run `pypatch snapshot accept loud-py9.10`
    quiet on python-9.10.0: ported to quiet-py9.10
      review quiet-py9.10, then run `pypatch snapshot accept quiet-py9.10`
    wrote upstream-pins/9.9.yaml
    wrote upstream-pins/9.10.yaml
    wrote patchsets/gadget-py9.10/patchset.yaml
    wrote patchsets/loud-py9.10/patchset.yaml
    wrote patchsets/quiet-py9.10/patchset.yaml
    to the branch pypatch-bump, as COMMIT; the work tree is as it was
    [exit 0]
    ");
}

/// The Makefile of the made-up tree, with which one edit of `gadget` does not fit.
fn unfit(root: &Path) {
    let makefile = fs::read_to_string(root.join("Makefile.pre.in")).unwrap();
    fs::write(root.join("Makefile.pre.in"), makefile.replace("-$(GEN) tables.txt", "cat tables.txt"))
        .unwrap();
}

#[test]
fn a_candidate_that_is_pinned_does_not_hide_that_its_release_is_not_ported() {
    let env = project();
    release(&env, "9.10.0rc1", |_| {});
    env.stdout(&["pins", "update", "9.10.0rc1"]);
    release(&env, "9.10.0", |_| {});
    assert_snapshot!(run(&env, &["bump", ">=9.9", "--in-place"]), @"
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 6fbd07c8c158b76a001f13c224a1110e46c1dabb
    gadget on python-9.10.0: ported to gadget-py9.10
      review gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10`
    wrote upstream-pins/9.10.yaml
    wrote patchsets/gadget-py9.10/patchset.yaml
    [exit 0]
    ");
    // It is continued from now on.
    release(&env, "9.10.1", |_| {});
    assert_snapshot!(run(&env, &["bump", ">=9.9", "--in-place"]), @"
    python-9.10.1
      v9.10.1 of $WORK/sources/gadget.git: tree b86815ea6c24f09faffe56e93c5eb249b551aaf5
    gadget-py9.10 on python-9.10.1: applies (8 rows)
      add python-9.10.1 to `pins` of gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10 --pin python-9.10.1`
    not for these releases: gadget
    wrote upstream-pins/9.10.yaml
    [exit 0]
    ");
}

#[test]
fn what_was_not_ported_to_a_release_is_named_again_for_later_ones() {
    let env = project();
    release(&env, "9.10.0", unfit);
    release(&env, "9.10.1", unfit);
    assert_snapshot!(run(&env, &["bump", ">=9.9", "--in-place"]), @"
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 4546cea7f15fe8a6a4e789c419af957bd9e27159
    python-9.10.1
      v9.10.1 of $WORK/sources/gadget.git: tree 087489ddb49798fa10bf4bc4daade00bf9088bdd
    gadget on python-9.10.0: 1 row to be decided
      run-gen: changed
        expected 2 matches of the command `$(GEN)` in the recipes, found 1
        1. Makefile.pre.in:15  @$(GEN) more.txt
           `$(GEN)` runs in 1 places here, not in 2
      run `pypatch port gadget --to python-9.10.0`
    gadget on python-9.10.1: is not ported to python-9.10.0 yet, which comes before
      run `pypatch port gadget --to python-9.10.0` first, or `--to python-9.10.1` to pass over it
    wrote upstream-pins/9.10.yaml
    [exit 3]
    ");
    // The pins are merged, and nothing else.
    release(&env, "9.10.2", |_| {});
    release(&env, "9.11.0", |_| {});
    assert_snapshot!(run(&env, &["bump", "9.11.0", "--dry-run"]), @"
    python-9.11.0
      v9.11.0 of $WORK/sources/gadget.git: tree d3ee0e0c06703d582d9f9565f339526402972e02
    gadget on python-9.11.0: is not ported to python-9.10.0 yet, which comes before
      run `pypatch port gadget --to python-9.10.0` first, or `--to python-9.11.0` to pass over it
    would write upstream-pins/9.11.yaml
    nothing was written (dry run)
    [exit 3]
    ");
    assert_snapshot!(run(&env, &["bump", ">=9.9", "--dry-run"]), @"
    python-9.10.2
      v9.10.2 of $WORK/sources/gadget.git: tree e44be6d5dd3ce724b8ccfa061c56240371a87f9f
    python-9.11.0
      v9.11.0 of $WORK/sources/gadget.git: tree d3ee0e0c06703d582d9f9565f339526402972e02
    gadget on python-9.10.2: ported to gadget-py9.10
      review gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10`
    gadget on python-9.11.0: ported to gadget-py9.11
      review gadget-py9.11, then run `pypatch snapshot accept gadget-py9.11`
    would write upstream-pins/9.10.yaml
    would write upstream-pins/9.11.yaml
    would write patchsets/gadget-py9.10/patchset.yaml
    would write patchsets/gadget-py9.11/patchset.yaml
    nothing was written (dry run)
    [exit 0]
    ");
}

#[test]
fn a_variant_is_not_continued_by_what_extends_another_one() {
    let env = project();
    let variant = |id: &str, extends: &str, range: &str| {
        let edit =
            format!("{{id: {id}, why: x, file: configure, text.replace: {{find: exit 0, with: exit 1}}}}");
        let edits =
            if extends == "gadget" && id == "loud" { format!("\n- {edit}") } else { " []".to_owned() };
        env.yaml(id, format!("schema: 1\nid: {id}\ntitle: A variant\napplies-to: \"{range}\"\npins: [python-9.9]\nextends: {extends}\nedits:{edits}\n"));
    };
    variant("loud", "gadget", ">=9.9, <9.10");
    variant("gadget-py9.10", "gadget", ">=9.10, <9.11");
    release(&env, "9.10.0", |_| {});
    assert_snapshot!(run(&env, &["bump", ">=9.9", "--dry-run"]), @"
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 6fbd07c8c158b76a001f13c224a1110e46c1dabb
    gadget-py9.10 on python-9.10.0: applies (9 rows)
      add python-9.10.0 to `pins` of gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10 --pin python-9.10.0`
    loud on python-9.10.0: ported to loud-py9.10
      review loud-py9.10, then run `pypatch snapshot accept loud-py9.10`
    not for these releases: gadget
    would write upstream-pins/9.10.yaml
    would write patchsets/loud-py9.10/patchset.yaml
    nothing was written (dry run)
    [exit 0]
    ");
    variant("loud-py9.10", "loud", ">=9.10, <9.11");
    assert_snapshot!(run(&env, &["bump", ">=9.9", "--dry-run"]), @"
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 6fbd07c8c158b76a001f13c224a1110e46c1dabb
    gadget-py9.10 on python-9.10.0: applies (9 rows)
      add python-9.10.0 to `pins` of gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10 --pin python-9.10.0`
    loud-py9.10 on python-9.10.0: applies (10 rows)
      add python-9.10.0 to `pins` of loud-py9.10, then run `pypatch snapshot accept loud-py9.10 --pin python-9.10.0`
    not for these releases: gadget, loud
    would write upstream-pins/9.10.yaml
    nothing was written (dry run)
    [exit 0]
    ");
}

#[test]
fn a_directory_that_is_named_like_a_pin_is_not_what_is_judged() {
    let env = project();
    release(&env, "9.9.1", |_| {});
    release(&env, "9.10.0", |_| {});
    for name in ["python-9.9.1", "python-9.10.0"] {
        env.write(&format!("{name}/Include/patchlevel.h"), "#define PY_VERSION \"9.9.1\"\n");
    }
    assert_snapshot!(run(&env, &["bump", ">=9.9"]), @"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 6fbd07c8c158b76a001f13c224a1110e46c1dabb
    gadget on python-9.9.1: applies (9 rows)
      add python-9.9.1 to `pins` of gadget, then run `pypatch snapshot accept gadget --pin python-9.9.1`
    gadget on python-9.10.0: ported to gadget-py9.10
      review gadget-py9.10, then run `pypatch snapshot accept gadget-py9.10`
    wrote upstream-pins/9.9.yaml
    wrote upstream-pins/9.10.yaml
    wrote patchsets/gadget-py9.10/patchset.yaml
    to the branch pypatch-bump, as COMMIT; the work tree is as it was
    [exit 0]
    ");
}

#[test]
fn a_row_of_the_recipe_that_stops_no_port_stops_no_bump() {
    let env = project();
    let configure = |name: &'static str| {
        move |root: &Path| {
            let text = format!(
                "AC_INIT(configure)\nif test -z \"${name}\"\nthen\n\t{name}=.sl\nfi\nAC_OUTPUT(Makefile)\n"
            );
            fs::write(root.join("configure.in"), text).unwrap();
        }
    };
    release(&env, "9.9.1", configure("SO"));
    env.stdout(&["pins", "update"]);
    env.yaml("recipe", "schema: 1\nid: recipe\ntitle: A recipe\napplies-to: \">=9.9, <9.10\"\npins: [python-9.9.1]\nedits: []\nbuild:\n  launcher: run\n  programs:\n    - {id: gadget, why: x, configure: [--prefix=$PREFIX, SO=.a]}\n");
    release(&env, "9.9.2", configure("SHLIB_SUFFIX"));
    assert_snapshot!(env.run(&["matrix", "recipe", "git:sources/gadget.git@v9.9.2"]), @r#"
    recipe, anchors compared with python-9.9.1

               9.9.2
    recipe/SO  changed

    recipe/SO on 9.9.2: changed
      configure does not ask for `SO`: a preset is ignored silently
      1. configure.in:2  if test -z "$SHLIB_SUFFIX"
         `SHLIB_SUFFIX` replaces `SO`: preset that

    1 cell on 1 source: 1 changed; 1 to be decided (`-v` lists the candidates)
    [exit 0]
    "#);
    assert_snapshot!(run(&env, &["bump", "--dry-run"]), @"
    python-9.9.2
      v9.9.2 of $WORK/sources/gadget.git: tree cc3d7b1eb3744e537b1fe17ff4ef0ed5484665f2
    gadget on python-9.9.2: applies (9 rows)
      add python-9.9.2 to `pins` of gadget, then run `pypatch snapshot accept gadget --pin python-9.9.2`
    recipe on python-9.9.2: applies (1 row; by hand: recipe/SO)
      add python-9.9.2 to `pins` of recipe, then run `pypatch snapshot accept recipe --pin python-9.9.2`
    would write upstream-pins/9.9.yaml
    nothing was written (dry run)
    [exit 0]
    ");
}

#[test]
fn the_text_for_a_pull_request_replaces_no_file_that_is_read() {
    let env = project();
    release(&env, "9.9.1", |_| {});
    let before = files(&env);
    for (path, what) in [
        ("upstream-pins/9.9.yaml", "is a file of pins"),
        ("patchsets/gadget/patchset.yaml", "is a file of a patchset"),
        ("sources/gadget.git/HEAD", "is inside the source"),
    ] {
        let text = run(&env, &["bump", "--summary", path]);
        assert!(text.contains(&format!("{path} {what}")) && text.ends_with("[exit 2]"), "{text}");
    }
    assert_eq!(files(&env), before);
    assert!(Repository::open(env.path(".")).unwrap().revparse_single("pypatch-bump").is_err());
}
