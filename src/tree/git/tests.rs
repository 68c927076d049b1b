//! Trees of commits.

use std::fs;

use super::*;
use crate::tree::testing::{self, path};
use crate::tree::tree_id;

#[test]
fn a_tag_a_branch_and_a_tree_id_open_the_same_tree() {
    let folder = testing::repository();
    let tree = GitTree::open(folder.path(), "v2.5").unwrap();
    assert_eq!(tree_id(&tree).unwrap(), tree.tree_id());
    for rev in ["v2.5.5", "HEAD", "v2.5^{tree}", &tree.tree_id()] {
        assert_eq!(GitTree::open(folder.path(), rev).unwrap().tree_id(), tree.tree_id(), "{rev}");
    }
    // A bare repository.
    let git = folder.path().join(".git");
    assert_eq!(GitTree::open(git, &tree.tree_id()).unwrap().tree_id(), tree.tree_id());
    assert_eq!(tree.label(), format!("git:{}@v2.5", folder.path().display()));
}

#[test]
fn equal_contents_have_one_id_unless_line_ends_are_converted() {
    let folder = testing::repository();
    fs::write(folder.path().join(".gitattributes"), "*.bat text eol=crlf\n").unwrap();
    for name in ["a.txt", "b.txt", "a.bat"] {
        fs::write(folder.path().join(name), "same\n").unwrap();
    }
    let repository = Repository::open(folder.path()).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    let tree = GitTree::open(folder.path(), &index.write_tree().unwrap().to_string()).unwrap();
    let id = |name: &str| tree.contents_id(&path(name));
    assert_eq!(id("a.txt"), None);
    tree.files().unwrap();
    assert!(id("a.txt").is_some() && id("a.txt") == id("b.txt"));
    assert_ne!(id("a.txt"), id("configure"));
    assert_eq!(id("a.bat"), None);
    assert_eq!(id("nothing"), None);
}

#[test]
fn a_path_is_found_alike_before_and_after_all_are_listed() {
    let folder = testing::repository();
    let [one, other] = [(); 2].map(|()| GitTree::open(folder.path(), "v2.5").unwrap());
    other.files().unwrap();
    for (path, entry) in testing::entries(&other) {
        assert_eq!(one.entry(&path).unwrap(), Some(entry), "{path}");
    }
    for name in ["nothing", "configure/nothing", "Modules/nothing/x"] {
        assert_eq!(one.entry(&path(name)).unwrap(), other.entry(&path(name)).unwrap(), "{name}");
    }
}

#[test]
fn an_unknown_revision_is_reported_with_similar_names() {
    let folder = testing::repository();
    match GitTree::open(folder.path(), "v2.55").map(|tree| tree.tree_id()) {
        Err(TreeError::NoRevision { rev, near, .. }) => {
            assert_eq!((rev.as_str(), near), ("v2.55", vec!["v2.5".to_owned(), "v2.5.5".to_owned()]));
        }
        other => panic!("{other:?}"),
    }
    for rev in ["nothing", "", "HEAD~1", "v2.5:configure:x", "@{-9}"] {
        assert!(GitTree::open(folder.path(), rev).is_err(), "{rev}");
    }
    let unknown = "0000000000000000000000000000000000000001";
    let found = GitTree::open(folder.path(), unknown).map(|tree| tree.tree_id());
    assert!(matches!(found, Err(TreeError::NoRevision { .. })));
}

#[test]
fn a_directory_inside_a_repository_is_not_a_repository() {
    let folder = testing::repository();
    for repo in
        [folder.path().join("Modules"), folder.path().join("nothing"), folder.path().join("configure")]
    {
        let found = GitTree::open(&repo, "HEAD").map(|tree| tree.tree_id());
        assert!(matches!(found, Err(TreeError::NoRepository { .. })), "{found:?}");
    }
}

#[test]
fn a_damaged_object_is_an_error_that_names_the_file() {
    let folder = testing::repository();
    let tree = GitTree::open(folder.path(), "v2.5").unwrap();
    let id = tree.find(&path("Modules/spam.c")).unwrap().unwrap().0.id.to_string();
    let object = folder.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&object).unwrap();
    fs::write(&object, "no object").unwrap();
    match tree.read(&path("Modules/spam.c")) {
        Err(TreeError::Git { what, .. }) => assert!(what.starts_with("Modules/spam.c of git:"), "{what}"),
        other => panic!("{other:?}"),
    }
    assert!(tree.read(&path("configure")).unwrap().is_some());
    assert!(tree_id(&tree).is_err());
}

#[test]
fn a_submodule_is_neither_a_file_nor_a_directory() {
    let folder = testing::repository();
    let id = {
        let repository = Repository::open(folder.path()).unwrap();
        let commit = repository.head().unwrap().peel_to_commit().unwrap();
        let mut tree = repository.treebuilder(Some(&commit.tree().unwrap())).unwrap();
        tree.insert("module", commit.id(), 0o160_000).unwrap();
        tree.write().unwrap().to_string()
    };
    let tree = GitTree::open(folder.path(), &id).unwrap();
    assert_eq!(tree.entry(&path("module")).unwrap(), Some(Entry::Other(Special::Submodule)));
    assert!(matches!(tree.read(&path("module")), Err(TreeError::NotAFile { .. })));
    assert_eq!(tree.read(&path("module/x")).unwrap(), None);
    assert!(testing::summary(&tree).contains(&("module".to_owned(), Node::Other, false)));
}

/// What `git archive` writes: path, contents, executable bit. `None` without the program.
fn archived(folder: &Path) -> Option<Vec<(String, Vec<u8>, bool)>> {
    let output = std::process::Command::new("git").args(["archive", "HEAD"]).current_dir(folder).output();
    let output = output.ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut archive = tar::Archive::new(&output.stdout[..]);
    let mut files = Vec::new();
    for entry in archive.entries().unwrap().map(Result::unwrap) {
        if entry.header().entry_type() == tar::EntryType::Regular {
            let name = entry.path().unwrap().to_str().unwrap().to_owned();
            let executable = entry.header().mode().unwrap() & 0o100 != 0;
            let mut entry = entry;
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            files.push((name, bytes, executable));
        }
    }
    files.sort();
    Some(files)
}

#[test]
fn the_files_are_those_that_git_archive_writes() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init(folder.path()).unwrap();
    let attributes = "\
[attr]dos text eol=crlf
*.bat dos
*.bat2 -crlf eol=crlf
auto/* text=auto eol=crlf
/only-top export-ignore
secret export-ignore
dir/ export-ignore
*.bin binary eol=crlf
\"with blank.txt\" dos
sub/**/deep.txt dos
kept.bat !text !eol
lf/*.bat eol=lf
";
    let files: [(&str, &[u8]); 19] = [
        (".gitattributes", attributes.as_bytes()),
        ("sub/.gitattributes", b"*.txt dos\na.txt -text\n*.bat export-ignore\n/x/* export-ignore\n"),
        ("a.bat", b"one\ntwo\r\nthree"),
        ("a.bat2", b"one\n"),
        ("auto/text", b"one\ntwo\n"),
        ("auto/mixed", b"one\r\ntwo\n"),
        ("auto/binary", b"one\0\n"),
        ("auto/lone", b"one\rtwo\n"),
        ("only-top", b"x"),
        ("sub/only-top", b"x\n"),
        ("sub/secret/y", b"x\n"),
        ("sub/dir/y", b"x\n"),
        ("sub/a.txt", b"x\n"),
        ("sub/b.txt", b"x\n"),
        ("sub/x/y", b"x\n"),
        ("sub/c.bat", b"x\n"),
        ("with blank.txt", b"x\n"),
        ("sub/p/q/deep.txt", b"x\n"),
        ("kept.bat", b"x\n"),
    ];
    for (name, bytes) in files.into_iter().chain([("lf/a.bat", &b"x\n"[..]), ("a.bin", b"x\n")]) {
        testing::write(&folder.path().join(name), bytes, name == "a.bat");
    }
    let mut index = repository.index().unwrap();
    // The bytes are committed as they are.
    repository.config().unwrap().set_bool("core.autocrlf", false).unwrap();
    for entry in testing::entries(&crate::tree::DirTree::open(folder.path()).unwrap()) {
        let (path, Entry::File { executable }) = entry else { continue };
        let bytes = fs::read(folder.path().join(path.as_str())).unwrap();
        let entry = git2::IndexEntry {
            ctime: git2::IndexTime::new(0, 0),
            mtime: git2::IndexTime::new(0, 0),
            dev: 0,
            ino: 0,
            mode: if executable { 0o100_755 } else { 0o100_644 },
            uid: 0,
            gid: 0,
            file_size: 0,
            id: repository.blob(&bytes).unwrap(),
            flags: 0,
            flags_extended: 0,
            path: path.as_str().into(),
        };
        index.add(&entry).unwrap();
    }
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let author = git2::Signature::new("A", "a@example.org", &git2::Time::new(0, 0)).unwrap();
    repository.commit(Some("HEAD"), &author, &author, "m", &tree, &[]).unwrap();
    let Some(expected) = archived(folder.path()) else { return };
    let tree = GitTree::open(folder.path(), "HEAD").unwrap();
    let walked = testing::summary(&tree).into_iter().filter_map(|(path, node, executable)| match node {
        Node::File(bytes) => Some((path, bytes.to_vec(), executable)),
        _ => None,
    });
    assert_eq!(walked.collect::<Vec<_>>(), expected);
    for (name, bytes, executable) in &expected {
        let read = tree.read(&path(name)).unwrap().unwrap();
        assert_eq!((&read.bytes[..], read.executable), (&bytes[..], *executable), "{name}");
    }
    let names: Vec<String> = tree.files().unwrap().iter().map(ToString::to_string).collect();
    assert!(names.iter().eq(expected.iter().map(|(name, ..)| name)), "{names:?}");
    assert_eq!(tree.entry(&path("sub/dir")).unwrap(), None);
    assert_eq!(tree.read(&path("sub/dir/y")).unwrap(), None);
}

#[test]
fn several_threads_may_read_at_once() {
    let folder = testing::repository();
    let tree = GitTree::open(folder.path(), "v2.5").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (name, bytes, _) in testing::FILES {
                    assert_eq!(&tree.read(&path(name)).unwrap().unwrap().bytes, bytes);
                }
            });
        }
    });
}

/// A commit with one file that has this name, at the top or in a directory.
fn tree_with(repository: &Repository, name: &str, below: Option<&str>) -> String {
    let blob = repository.blob(b"x").unwrap();
    // The builder refuses such names, so the object is written by hand.
    let object = |mode: &str, name: &str, id: Oid| {
        let bytes = [mode.as_bytes(), b" ", name.as_bytes(), b"\0", id.as_bytes()].concat();
        repository.odb().unwrap().write(ObjectType::Tree, &bytes).unwrap()
    };
    let inner = object("100755", name, blob);
    below.map_or(inner, |above| object("40000", above, inner)).to_string()
}

#[test]
fn names_of_git_and_pypatch_are_refused_in_commits() {
    let folder = testing::repository();
    let repository = Repository::open(folder.path()).unwrap();
    for name in
        [".git", ".Git", "git~1", ".g\u{200c}it", ".git::$INDEX_ALLOCATION", ".pypatch-stage-1.000000000"]
    {
        for below in [None, Some("Lib")] {
            let id = tree_with(&repository, name, below);
            let tree = GitTree::open(folder.path(), &id).unwrap();
            let error = tree.walk(&mut |_| Ok(())).unwrap_err();
            assert!(matches!(error, TreeError::Hostile { .. }), "{name}: {error}");
        }
    }
}

#[test]
fn a_tree_that_multiplies_itself_is_refused() {
    let folder = testing::repository();
    let repository = Repository::open(folder.path()).unwrap();
    let mut tree = repository.treebuilder(None).unwrap();
    for i in 0..10 {
        tree.insert(format!("f{i}"), repository.blob(b"x").unwrap(), 0o100_644).unwrap();
    }
    let mut id = tree.write().unwrap();
    for _ in 0..9 {
        let mut tree = repository.treebuilder(None).unwrap();
        for i in 0..10 {
            tree.insert(format!("d{i}"), id, 0o040_000).unwrap();
        }
        id = tree.write().unwrap();
    }
    let tree = GitTree::open(folder.path(), &id.to_string()).unwrap();
    assert!(matches!(tree.walk(&mut |_| Ok(())), Err(TreeError::Limit { .. })));
    assert!(matches!(tree.files(), Err(TreeError::Limit { .. })));
}

#[test]
fn a_pipe_in_a_repository_is_refused_without_waiting() {
    let fifo = |path: &Path| {
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    };
    for place in ["objects/ab/0123456789", "refs/tags/v9", "packed-refs", "objects/pack/x.idx"] {
        let folder = testing::repository();
        let path = folder.path().join(".git").join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fifo(&path);
        let found = GitTree::open(folder.path(), "HEAD").map(|tree| tree.tree_id());
        assert!(matches!(found, Err(TreeError::NoRepository { .. })), "{place}: {found:?}");
    }
    // Objects may also be in a repository that this one borrows from.
    let (folder, other) = (testing::repository(), testing::repository());
    let objects = other.path().join(".git/objects");
    fifo(&objects.join("pipe"));
    let alternates = folder.path().join(".git/objects/info/alternates");
    fs::write(alternates, format!("{}\n", objects.display())).unwrap();
    assert!(GitTree::open(folder.path(), "HEAD").is_err());
}
