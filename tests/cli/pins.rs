//! `pins add`, `pins update` and `pins verify`: pins of a made-up release, from tags and tarballs.

use std::fs;
use std::path::Path;
use std::process::Command;

use git2::{IndexAddOption, Repository, Signature, Time};
use insta::assert_snapshot;

use crate::common::release::{pinned, tarball};
use crate::common::{TestEnvironment, skip};

/// Makes a release of the made-up tree: `edit` changes it, and the repository of the pinned one gets the tag. The tree stays in `releases/`.
pub fn release(env: &TestEnvironment, version: &str, edit: impl FnOnce(&Path)) {
    let root = env.path("releases").join(version);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    crate::common::tree::write(&root);
    let header = format!("#define PY_MAJOR_VERSION 9\n#define PY_VERSION \"{version}\"\n");
    fs::write(root.join("Include/patchlevel.h"), header).unwrap();
    edit(&root);
    let repository = Repository::open(env.path("sources/gadget.git")).unwrap();
    repository.set_workdir(&root, false).unwrap();
    let mut index = git2::Index::new().unwrap();
    repository.set_index(&mut index).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], IndexAddOption::DEFAULT | IndexAddOption::FORCE, None).unwrap();
    let tree = repository.find_tree(index.write_tree_to(&repository).unwrap()).unwrap();
    let who = Signature::new("A", "a@example.org", &Time::new(1_158_611_400, 0)).unwrap();
    let commit = repository.commit(None, &who, &who, version, &tree, &[]).unwrap();
    let commit = repository.find_object(commit, None).unwrap();
    repository.tag_lightweight(&format!("v{version}"), &commit, true).unwrap();
}

/// The pinned release, and in the repository the tag of 9.9.1.
fn with_new_tag() -> TestEnvironment {
    let mut env = pinned();
    release(&env, "9.9.1", |_| {});
    env.set(
        "PYPATCH_SOURCES",
        env.path("sources").display().to_string() + ":" + env.path("sources/gadget.git").to_str().unwrap(),
    );
    env
}

/// Runs pypatch. The time at which a tarball was made is in its digest.
fn run(env: &TestEnvironment, arguments: &[&str]) -> String {
    masked(&env.run(arguments))
}

fn masked(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let hidden = words.map(|word| match word.get(..64) {
        Some(digest) if is_digest(digest) => format!("SHA256{}", &word[64..]),
        _ => word.to_owned(),
    });
    hidden.collect()
}

fn pins(env: &TestEnvironment) -> String {
    fs::read_to_string(env.path("upstream-pins/9.9.yaml")).unwrap()
}

#[test]
fn a_release_is_pinned_by_its_tag_and_its_tarballs() {
    let env = with_new_tag();
    let before = pins(&env);
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1", "--dry-run"]), @r#"
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    upstream-pins/9.9.yaml:
      - version: "9.9.1"
        tag: v9.9.1
        tree: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
        tarballs: []
    nothing was written (dry run)
    [exit 0]
    "#);
    assert_eq!(pins(&env), before);
    // The tarball has what a script added, and lacks what belongs to a service.
    let root = env.path("releases/9.9.1");
    fs::create_dir_all(root.join("Doc/build")).unwrap();
    fs::write(root.join("Doc/build/index"), "made").unwrap();
    fs::remove_file(root.join("Include/pyport.h")).unwrap();
    tarball(&root, &env.path("sources/Python-9.9.1.tgz"));
    assert_snapshot!(run(&env, &["pins", "add", "python-9.9.1"]), @"
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
      $WORK/sources/Python-9.9.1.tgz: sha256 SHA256; its files are those of the tag; only one of them has Doc, Include/pyport.h
    added python-9.9.1 to upstream-pins/9.9.yaml
    [exit 0]
    ");
    let after = pins(&env);
    assert_snapshot!(masked(after.strip_prefix(&before).unwrap()), @r#"
    - version: "9.9.1"
      tag: v9.9.1
      tree: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
      exclude: [Doc, Include/pyport.h]
      tarballs:
        - url: https://www.python.org/ftp/python/9.9.1/Python-9.9.1.tgz
          sha256: SHA256
    "#);
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1"]), @"
    python-9.9.1 is pinned already, with the same hashes
    [exit 0]
    ");
    assert_eq!(pins(&env), after);
    assert_snapshot!(run(&env, &["pins", "9.9"]), @"
    python-9.9        Python-9.9.tgz            $WORK/sources/gadget.git
    python-9.9.1      Python-9.9.1.tgz          $WORK/sources/Python-9.9.1.tgz
    [exit 0]
    ");
}

#[test]
fn a_tarball_that_comes_later_is_added_to_its_pin() {
    let env = with_new_tag();
    env.stdout(&["pins", "add", "9.9.1"]);
    fs::create_dir(env.path("elsewhere")).unwrap();
    tarball(&env.path("releases/9.9.1"), &env.path("elsewhere/gadget.tgz"));
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1", "--from", "elsewhere/gadget.tgz"]), @"
    ------- stderr -------
    error: elsewhere/gadget.tgz is not named like a tarball of 9.9.1
      help: give its address with --url
    [exit 2]
    ");
    let from = ["pins", "add", "9.9.1", "--from", "elsewhere/gadget.tgz", "--url"];
    assert_snapshot!(run(&env, &[&from[..], &["https://a.invalid/9.9.1/Python-9.9.1.tgz"]].concat()), @"
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
      elsewhere/gadget.tgz: sha256 SHA256; its files are those of the tag
    added tarballs of python-9.9.1 to upstream-pins/9.9.yaml
    [exit 0]
    ");
    assert_snapshot!(masked(&pins(&env)), @r#"
    schema: 1
    releases:
      - version: "9.9"
        tag: v9.9
        tree: "e3f1e7dc3612a5ca79aa6341a9bd851eeee6213a"
        tarballs: [{url: https://releases.invalid/Python-9.9.tgz, sha256: "SHA256"}]
      - version: "9.9.1"
        tag: v9.9.1
        tree: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
        tarballs:
          - url: https://a.invalid/9.9.1/Python-9.9.1.tgz
            sha256: SHA256
    "#);
}

#[test]
fn parts_that_are_not_of_one_release_are_refused() {
    let env = with_new_tag();
    let before = pins(&env);
    // Another file than the tag's.
    fs::write(env.path("releases/9.9.1/configure"), "exit 1\n").unwrap();
    tarball(&env.path("releases/9.9.1"), &env.path("Python-9.9.1.tgz"));
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1", "--from", "Python-9.9.1.tgz"]), @"
    ------- stderr -------
    error: Python-9.9.1.tgz is not the release of the tag v9.9.1
      differs: configure
      nothing was written
      help: find out which of them is upstream's, and leave the other one out of the sources
    [exit 4]
    ");
    // Another version.
    fs::copy(env.path("Python-9.9.tgz"), env.path("Python-9.9.1.tgz")).unwrap();
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1", "--from", "Python-9.9.1.tgz"]), @"
    ------- stderr -------
    error: Python-9.9.1.tgz is CPython 9.9, not 9.9.1
      nothing was written
      help: a pin is of a release as upstream made it: name another one, or correct the source
    [exit 4]
    ");
    // Another tree, and none.
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1", "--tree", &"a".repeat(40)]), @"
    ------- stderr -------
    error: v9.9.1 has several trees
      --tree: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      v9.9.1 of $WORK/sources/gadget.git: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
      nothing was written
      help: find out which of them is upstream's, and name only that one
    [exit 4]
    ");
    assert_snapshot!(run(&env, &["pins", "add", "9.9.2"]), @"
    ------- stderr -------
    error: no repository has the tag v9.9.2
      nothing was written
      help: a pin has the git tree id of the tag: set PYPATCH_SOURCES to a clone of CPython, or give --from REPO or --tree ID
    [exit 4]
    ");
    assert_snapshot!(run(&env, &["pins", "add", "9.9.2+"]), @"
    ------- stderr -------
    error: `9.9.2+` is not the version of a release
      help: write 3.13.16 or 3.15.0rc1
    [exit 2]
    ");
    assert_snapshot!(run(&env, &["--offline", "pins", "add", "9.9.1", "--from", "https://a.invalid/Python-9.9.1.tgz"]), @"
    ------- stderr -------
    error: --offline: https://a.invalid/Python-9.9.1.tgz was not asked
    [exit 4]
    ");
    assert_eq!(pins(&env), before);
}

#[test]
fn a_release_that_changed_after_it_was_pinned_is_an_error() {
    let env = with_new_tag();
    tarball(&env.path("releases/9.9.1"), &env.path("sources/Python-9.9.1.tgz"));
    env.stdout(&["pins", "add", "9.9.1"]);
    let before = pins(&env);
    fs::remove_file(env.path("sources/Python-9.9.1.tgz")).unwrap();
    release(&env, "9.9.1", |root| fs::write(root.join("configure"), "exit 2\n").unwrap());
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1"]), @"
    ------- stderr -------
    error: python-9.9.1 is pinned with another tree id
      pinned: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
      found: 14fe63f3db1c84c682ab3390e99cb69c60664496
      nothing was written
      help: a release never changes: find out which of them is upstream's
    [exit 4]
    ");
    release(&env, "9.9.1", |_| {});
    fs::create_dir_all(env.path("releases/9.9.1/Doc")).unwrap();
    fs::write(env.path("releases/9.9.1/Doc/new"), "").unwrap();
    tarball(&env.path("releases/9.9.1"), &env.path("sources/Python-9.9.1.tgz"));
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1"]), @"
    ------- stderr -------
    error: python-9.9.1 is pinned with another sha256 of Python-9.9.1.tgz
      pinned: SHA256
      found: SHA256
      nothing was written
      help: a release never changes: find out which of them is upstream's
    [exit 4]
    ");
    assert_eq!(pins(&env), before);
}

#[test]
fn a_candidate_of_a_new_series_gets_a_new_file() {
    let env = with_new_tag();
    release(&env, "9.10.0rc1", |_| {});
    assert_snapshot!(run(&env, &["--pins-dir", "upstream-pins", "pins", "add", "9.10.0rc1"]), @"
      v9.10.0rc1 of $WORK/sources/gadget.git: tree d8e4dfea1e9652b588091ce7e0541208f3814edd
    added python-9.10.0rc1 to upstream-pins/9.10.yaml
    [exit 0]
    ");
    assert_snapshot!(fs::read_to_string(env.path("upstream-pins/9.10.yaml")).unwrap(), @r#"
    # CPython 9.10. `tree` is the git tree id of the release tag, which is the same in every mirror of the repository.
    schema: 1
    # Only the tags have these, or only the tarballs, as of 3.15.
    exclude: [.azure-pipelines, .gitattributes, .github, .gitignore, Misc/NEWS, Misc/NEWS.d, Misc/mypy]
    releases:
      - version: "9.10.0rc1"
        tag: v9.10.0rc1
        tree: d8e4dfea1e9652b588091ce7e0541208f3814edd
        tarballs: []
    "#);
    assert!(env.stdout(&["pins", "9.10"]).starts_with("python-9.10.0rc1  tree only "));
}

#[test]
fn update_pins_what_the_repositories_have_and_no_pin() {
    let env = with_new_tag();
    for version in ["9.9.2rc1", "9.9.10", "9.10.0a1", "9.10.0b1"] {
        release(&env, version, |_| {});
    }
    assert_snapshot!(run(&env, &["pins", "update", "--dry-run"]), @r#"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    python-9.9.10
      v9.9.10 of $WORK/sources/gadget.git: tree 07cb66e57d87c5c8c9eed778221e3a1a1851aa1e
    upstream-pins/9.9.yaml:
      - version: "9.9.1"
        tag: v9.9.1
        tree: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
        tarballs: []
      - version: "9.9.10"
        tag: v9.9.10
        tree: 07cb66e57d87c5c8c9eed778221e3a1a1851aa1e
        tarballs: []
    nothing was written (dry run)
    [exit 0]
    "#);
    assert_snapshot!(run(&env, &["pins", "update"]), @"
    python-9.9.1
      v9.9.1 of $WORK/sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    python-9.9.10
      v9.9.10 of $WORK/sources/gadget.git: tree 07cb66e57d87c5c8c9eed778221e3a1a1851aa1e
    added 2 pins to upstream-pins/9.9.yaml
    [exit 0]
    ");
    assert_snapshot!(run(&env, &["pins", "update"]), @"
    no new release
    [exit 0]
    ");
    assert_snapshot!(run(&env, &["pins", "update", ">=9.10"]), @"
    python-9.10.0b1
      v9.10.0b1 of $WORK/sources/gadget.git: tree 6396a36e9fbac025adeb505ba826372b146df014
    added 1 pin to upstream-pins/9.10.yaml
    [exit 0]
    ");
    assert_snapshot!(run(&env, &["pins", "update", "9.9.2rc1"]), @"
    python-9.9.2rc1
      v9.9.2rc1 of $WORK/sources/gadget.git: tree 7a5ef64b9a529b7e8b0b689be79857fe4be815fa
    added 1 pin to upstream-pins/9.9.yaml
    [exit 0]
    ");
    assert_snapshot!(env.without_temporary_paths(&env.stdout(&["pins", "9.*"])), @"
    python-9.9        Python-9.9.tgz            $WORK/sources/gadget.git
    python-9.9.1      tree only                 $WORK/sources/gadget.git
    python-9.9.2rc1   tree only                 $WORK/sources/gadget.git
    python-9.9.10     tree only                 $WORK/sources/gadget.git
    python-9.10.0b1   tree only                 $WORK/sources/gadget.git
    ");
    // A tag of another version, as a mistake of whoever mirrors has it.
    release(&env, "9.9.11", |root| {
        fs::write(root.join("Include/patchlevel.h"), "#define PY_VERSION \"9.9.10+\"\n").unwrap();
    });
    assert_snapshot!(run(&env, &["pins", "update"]), @"
    ------- stderr -------
    error: v9.9.11 of $WORK/sources/gadget.git is CPython 9.9.10+, not 9.9.11
      nothing was written
      help: a pin is of a release as upstream made it: name another one, or correct the source
    [exit 4]
    ");
}

#[test]
fn verify_compares_every_tarball_and_tag() {
    let mut env = with_new_tag();
    env.stdout(&["pins", "add", "9.9.1"]);
    fs::copy(env.path("Python-9.9.tgz"), env.path("sources/Python-9.9.tgz")).unwrap();
    assert_snapshot!(run(&env, &["pins", "verify", "9.9"]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9.1      verified      tag v9.9.1 of $WORK/sources/gadget.git
    2 pins: 2 verified, 0 not available, 0 wrong
    [exit 0]
    ");
    fs::write(env.path("sources/Python-9.9.tgz"), "evil").unwrap();
    release(&env, "9.9.1", |root| fs::write(root.join("configure"), "exit 2\n").unwrap());
    assert_snapshot!(run(&env, &["pins", "verify", "9.9"]), @"
    python-9.9        WRONG         $WORK/sources/Python-9.9.tgz: has the sha256 SHA256, and that is not pinned
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9.1      WRONG         tag v9.9.1 of $WORK/sources/gadget.git: its tag v9.9.1 has the tree 14fe63f3db1c84c682ab3390e99cb69c60664496, and that is not pinned
    2 pins: 0 verified, 0 not available, 2 wrong
    [exit 4]
    ");
    let json: serde_json::Value = serde_json::from_slice(
        &env.command(&["pins", "verify", "9.9.1", "--format", "json"]).output().unwrap().stdout,
    )
    .unwrap();
    assert_eq!(json["pins"][0]["checks"][0]["result"], "wrong");
    env.set("PYPATCH_SOURCES", "");
    assert_snapshot!(run(&env, &["pins", "verify", "9.9.1"]), @"
    python-9.9.1      not available
    1 pin: 0 verified, 1 not available, 0 wrong
    [exit 0]
    ");
}

/// Runs gpg with a folder of keys of its own; `None` if it is not installed.
fn gpg(env: &TestEnvironment, arguments: &[&str]) -> Option<String> {
    let home = env.path("keys");
    let output = Command::new("gpg")
        .args(["--batch", "--no-tty", "--quiet", "--homedir"])
        .arg(&home)
        .args(["--passphrase", "", "--pinentry-mode", "loopback"])
        .args(arguments)
        .current_dir(env.path("."))
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn an_openpgp_signature_is_checked_by_gpg() {
    let mut env = with_new_tag();
    fs::create_dir(env.path("keys")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(env.path("keys"), mode).unwrap();
    if gpg(&env, &["--quick-gen-key", "Release Manager <rm@example.org>", "ed25519", "sign", "never"])
        .is_none()
    {
        skip("an_openpgp_signature_is_checked_by_gpg", "gpg is not installed");
        return;
    }
    fs::copy(env.path("Python-9.9.tgz"), env.path("sources/Python-9.9.tgz")).unwrap();
    gpg(&env, &["--armor", "--detach-sign", "sources/Python-9.9.tgz"]).unwrap();
    gpg(&env, &["--output", "keyring.gpg", "--export"]).unwrap();
    let verified = |env: &TestEnvironment, more: &[&str]| {
        let all = run(env, &[&["pins", "verify", "python-9.9"], more].concat());
        // The id of a key that was just made.
        let is_id = |word: &str| word.len() >= 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let words = all.split_inclusive([' ', ')', '\n']);
        let hidden = words.map(|word| {
            let end = word.len() - 1;
            if is_id(&word[..end]) { format!("KEY{}", &word[end..]) } else { word.to_owned() }
        });
        hidden.collect::<String>()
    };
    // The PATH is empty.
    assert_snapshot!(verified(&env, &[]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        not checked   $WORK/sources/Python-9.9.tgz.asc: gpg is not on the PATH
    1 pin: 1 verified, 0 not available, 0 wrong
    [exit 0]
    ");
    env.set("PATH", "/usr/local/bin:/usr/bin:/bin");
    assert_snapshot!(verified(&env, &["--keyring", "keyring.gpg"]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        signed        $WORK/sources/Python-9.9.tgz.asc: by Release Manager <rm@example.org> (key KEY)
    1 pin: 1 verified, 0 not available, 0 wrong
    [exit 0]
    ");
    env.set("GNUPGHOME", env.path("keys").display().to_string());
    assert_snapshot!(verified(&env, &[]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        signed        $WORK/sources/Python-9.9.tgz.asc: by Release Manager <rm@example.org> (key KEY)
    1 pin: 1 verified, 0 not available, 0 wrong
    [exit 0]
    ");
    // A signature of something else.
    fs::write(env.path("other"), "other").unwrap();
    gpg(&env, &["--armor", "--yes", "--output", "sources/Python-9.9.tgz.asc", "--detach-sign", "other"])
        .unwrap();
    assert_snapshot!(verified(&env, &[]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        WRONG         $WORK/sources/Python-9.9.tgz.asc: it is not a signature of this file, by Release Manager <rm@example.org>
    1 pin: 0 verified, 0 not available, 1 wrong
    [exit 4]
    ");
    // Nobody's key, and what is not a signature.
    fs::write(env.path("empty.gpg"), "").unwrap();
    assert_snapshot!(verified(&env, &["--keyring", "empty.gpg"]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        not checked   $WORK/sources/Python-9.9.tgz.asc: the key KEY is not in the keyring; import it with `gpg --import`, or give --keyring
    1 pin: 1 verified, 0 not available, 0 wrong
    [exit 0]
    ");
    fs::write(env.path("sources/Python-9.9.tgz.asc"), "x").unwrap();
    assert_snapshot!(verified(&env, &[]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        WRONG         $WORK/sources/Python-9.9.tgz.asc: gpg cannot read it
    1 pin: 0 verified, 0 not available, 1 wrong
    [exit 4]
    ");
    let _ =
        Command::new("gpgconf").args(["--homedir"]).arg(env.path("keys")).args(["--kill", "all"]).output();
}

#[test]
fn a_sigstore_bundle_is_checked_by_a_program_on_the_path() {
    let mut env = with_new_tag();
    fs::copy(env.path("Python-9.9.tgz"), env.path("sources/Python-9.9.tgz")).unwrap();
    fs::write(env.path("sources/Python-9.9.tgz.sigstore"), "{}").unwrap();
    assert_snapshot!(run(&env, &["pins", "verify", "python-9.9"]), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        not checked   $WORK/sources/Python-9.9.tgz.sigstore: give --identity and --issuer of who has to have signed
    1 pin: 1 verified, 0 not available, 0 wrong
    [exit 0]
    ");
    let who = [
        "pins",
        "verify",
        "python-9.9",
        "--identity",
        "rm@example.org",
        "--issuer",
        "https://id.example.org",
    ];
    assert_snapshot!(run(&env, &who), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        not checked   $WORK/sources/Python-9.9.tgz.sigstore: sigstore is not on the PATH; cosign is not on the PATH
    1 pin: 1 verified, 0 not available, 0 wrong
    [exit 0]
    ");
    // What it is called with, and what it says.
    env.write(
        "bin/sigstore",
        "#!/bin/sh\necho \"$@\" >arguments\necho 'FAIL: not this identity' >&2\nexit 1\n",
    );
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(env.path("bin/sigstore"), mode).unwrap();
    env.set("PATH", env.path("bin").display().to_string() + ":/usr/bin:/bin");
    assert_snapshot!(run(&env, &who), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        WRONG         $WORK/sources/Python-9.9.tgz.sigstore: FAIL: not this identity
    1 pin: 0 verified, 0 not available, 1 wrong
    [exit 4]
    ");
    assert_snapshot!(env.without_temporary_paths(&fs::read_to_string(env.path("arguments")).unwrap()), @"verify identity --bundle $WORK/sources/Python-9.9.tgz.sigstore --cert-identity rm@example.org --cert-oidc-issuer https://id.example.org $WORK/sources/Python-9.9.tgz");
    env.write("bin/sigstore", "#!/bin/sh\n");
    assert_snapshot!(run(&env, &who), @"
    python-9.9        verified      $WORK/sources/Python-9.9.tgz
    python-9.9        verified      tag v9.9 of $WORK/sources/gadget.git
    python-9.9        signed        $WORK/sources/Python-9.9.tgz.sigstore: by rm@example.org (https://id.example.org)
    1 pin: 1 verified, 0 not available, 0 wrong
    [exit 0]
    ");
}

#[test]
fn a_release_is_also_named_as_a_pin_and_one_of_other_software_is_refused() {
    let env = with_new_tag();
    release(&env, "9.10.0a3", |_| {});
    release(&env, "9.10.0rc1", |_| {});
    assert_snapshot!(run(&env, &["pins", "update", "python-9.10.0a3"]), @"
    python-9.10.0a3
      v9.10.0a3 of $WORK/sources/gadget.git: tree d6a85ae68b95b5d2cce33f7ec00e07e7bcdbebe2
    added 1 pin to upstream-pins/9.10.yaml
    [exit 0]
    ");
    for arguments in
        [&["pins", "update", "lua-5.4.9"][..], &["pins", "add", "lua-5.4.9"], &["bump", "lua-5.4.9"]]
    {
        assert_eq!(
            run(&env, arguments),
            "------- stderr -------\nerror: lua-5.4.9 is a release of Lua\n  help: releases of other software than CPython are pinned by hand: see docs/other-systems.md\n[exit 2]"
        );
    }
}

#[test]
fn a_pin_has_the_name_of_the_tag_that_it_was_made_from() {
    let env = with_new_tag();
    let mirror = Repository::open(env.path("sources/gadget.git")).unwrap();
    let commit = mirror.revparse_single("v9.9.1").unwrap();
    mirror.tag_lightweight("release-9.9.1", &commit, false).unwrap();
    let named = ["pins", "add", "9.9.1", "--dry-run", "--from", "git:sources/gadget.git@release-9.9.1"];
    // The sources have upstream's name, too.
    assert!(run(&env, &named).contains("    tag: v9.9.1\n"));
    mirror.find_reference("refs/tags/v9.9.1").unwrap().delete().unwrap();
    assert_snapshot!(run(&env, &named), @r#"
      release-9.9.1 of sources/gadget.git: tree b4ca6fccbe9298d10208c718cf0aa92a08d3d657
    upstream-pins/9.9.yaml:
      - version: "9.9.1"
        tag: release-9.9.1
        tree: b4ca6fccbe9298d10208c718cf0aa92a08d3d657
        tarballs: []
    nothing was written (dry run)
    [exit 0]
    "#);
    let id = commit.id().to_string();
    let unnamed = format!("git:sources/gadget.git@{id}");
    assert_snapshot!(run(&env, &["pins", "add", "9.9.1", "--from", &unnamed]).replace(&id, "COMMIT"), @"
    ------- stderr -------
    error: sources/gadget.git is not a git repository with the tag COMMIT
      help: a pin has the name and the tree of a tag
    [exit 4]
    ");
}

#[test]
fn an_address_that_belongs_to_no_named_file_is_refused() {
    let env = with_new_tag();
    tarball(&env.path("releases/9.9.1"), &env.path("sources/Python-9.9.1.tgz"));
    let url = ["pins", "add", "9.9.1", "--url", "https://a.invalid/Python-9.9.1.tgz"];
    assert_snapshot!(run(&env, &url), @"
    ------- stderr -------
    error: --url is the address of one tarball that --from names, and 0 are named
      help: name the file with --from, and leave --url out otherwise
    [exit 2]
    ");
    let both = [&url[..], &["--from", "https://b.invalid/Python-9.9.1.tgz"]].concat();
    assert_eq!(run(&env, &both), run(&env, &url));
}

#[test]
fn a_candidate_in_a_repository_that_is_behind_is_not_pinned() {
    let mut env = with_new_tag();
    release(&env, "9.10.0rc1", |_| {});
    let copied =
        Command::new("cp").arg("-r").args([env.path("sources/gadget.git"), env.path("stale.git")]).status();
    assert!(copied.unwrap().success());
    release(&env, "9.10.0rc2", |_| {});
    let both =
        env.path("stale.git").display().to_string() + ":" + env.path("sources/gadget.git").to_str().unwrap();
    env.set("PYPATCH_SOURCES", both);
    assert!(run(&env, &["pins", "update", "9.10", "--dry-run"]).starts_with("python-9.10.0rc2\n"));
    release(&env, "9.10.0", |_| {});
    assert_snapshot!(run(&env, &["pins", "update", "9.10"]), @"
    python-9.10.0
      v9.10.0 of $WORK/sources/gadget.git: tree 6fbd07c8c158b76a001f13c224a1110e46c1dabb
    added 1 pin to upstream-pins/9.10.yaml
    [exit 0]
    ");
    // Only the pins know of the release.
    env.set("PYPATCH_SOURCES", env.path("stale.git").display().to_string());
    assert_snapshot!(run(&env, &["pins", "update", "9.10"]), @"
    no new release
    [exit 0]
    ");
    fs::remove_file(env.path("stale.git/HEAD")).unwrap();
    assert_snapshot!(run(&env, &["pins", "update", "9.10"]), @"
    ------- stderr -------
    error: $WORK/stale.git is not a git repository
    [exit 4]
    ");
}
