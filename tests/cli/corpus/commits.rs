//! Hostile commits: objects are written as they are, without git's own checks.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use git2::{ObjectType, Oid, Repository};

use super::{Either, Fate, Refused, Run, Source, attack, attack_with, of};
use crate::common::TestEnvironment;

/// A kind: its name, what has to become of it, and how it is made. Returns the revision.
struct Kind {
    name: &'static str,
    fate: Fate,
    make: fn(&Git) -> String,
}

/// A repository with a tree that `gadget` fits.
struct Git {
    folder: PathBuf,
    repository: Repository,
    /// The entries of the tree.
    entries: Vec<u8>,
}

impl Git {
    fn new(env: &TestEnvironment) -> Git {
        let folder = env.path("repo");
        let repository = Repository::init_bare(&folder).unwrap();
        let mut git = Git { folder, repository, entries: Vec::new() };
        git.entries = git.directory(&env.path("tree"));
        git
    }

    /// The entries of a directory on disk.
    fn directory(&self, path: &std::path::Path) -> Vec<u8> {
        let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let one = |file: &PathBuf| {
            let name = file.file_name().unwrap().to_str().unwrap();
            if file.is_symlink() {
                let target = fs::read_link(file).unwrap().into_os_string().into_encoded_bytes();
                entry("120000", name, self.blob(&target))
            } else if file.is_dir() {
                entry("40000", name, self.object(ObjectType::Tree, &self.directory(file)))
            } else {
                entry("100644", name, self.blob(&fs::read(file).unwrap()))
            }
        };
        files.iter().flat_map(one).collect()
    }

    fn object(&self, kind: ObjectType, bytes: &[u8]) -> Oid {
        self.repository.odb().unwrap().write(kind, bytes).unwrap()
    }

    fn blob(&self, bytes: &[u8]) -> Oid {
        self.object(ObjectType::Blob, bytes)
    }

    fn evil(&self) -> Oid {
        self.blob(b"hostile\n")
    }

    /// The tree and more entries.
    fn tree(&self, more: &[Vec<u8>]) -> Oid {
        self.object(ObjectType::Tree, &[&self.entries[..], &more.concat()].concat())
    }

    /// A commit of the tree and more entries.
    fn commit(&self, more: &[Vec<u8>]) -> String {
        self.commit_of(self.tree(more)).to_string()
    }

    fn commit_of(&self, tree: Oid) -> Oid {
        self.raw_commit(&format!("tree {tree}\n{WHO}"))
    }

    fn raw_commit(&self, text: &str) -> Oid {
        self.object(ObjectType::Commit, text.as_bytes())
    }

    /// A file with this name in the tree.
    fn file(&self, name: impl AsRef<[u8]>) -> String {
        self.commit(&[entry("100644", name, self.evil())])
    }

    /// An entry with this mode in the tree.
    fn mode(&self, mode: &str) -> String {
        self.commit(&[entry(mode, "evil", self.evil())])
    }

    fn attributes(&self, text: &str) -> String {
        self.with_attributes(text, &[])
    }

    fn with_attributes(&self, text: &str, more: &[Vec<u8>]) -> String {
        self.attribute_entry(entry("100644", ".gitattributes", self.blob(text.as_bytes())), more)
    }

    /// Entries are sorted, so that the attributes are found.
    fn attribute_entry(&self, attributes: Vec<u8>, more: &[Vec<u8>]) -> String {
        let entries = [attributes, self.entries.clone(), more.concat()].concat();
        self.commit_of(self.object(ObjectType::Tree, &entries)).to_string()
    }

    fn link(&self, target: &[u8]) -> String {
        self.commit(&[entry("120000", "evil", self.blob(target))])
    }

    fn tag(&self, of: Oid, kind: &str) -> Oid {
        let text = format!("object {of}\ntype {kind}\ntag t\ntagger A <a@b> 1158611400 +0000\n\nt\n");
        self.object(ObjectType::Tag, text.as_bytes())
    }

    /// Where the file of an object is.
    fn path(&self, id: Oid) -> PathBuf {
        let id = id.to_string();
        self.folder.join("objects").join(&id[..2]).join(&id[2..])
    }

    /// Replaces the file of an object.
    fn overwrite(&self, id: Oid, bytes: &[u8]) {
        let path = self.path(id);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        fs::write(path, bytes).unwrap();
    }

    /// A commit whose file `evil` was damaged.
    fn damaged(&self, bytes: &[u8]) -> String {
        let id = self.blob(b"to be damaged\n");
        let commit = self.commit(&[entry("100644", "evil", id)]);
        self.overwrite(id, bytes);
        commit
    }

    /// A commit of damaged trees.
    fn damaged_tree(&self, bytes: &[u8]) -> String {
        let tree = self.tree(&[entry("100644", "evil", self.evil())]);
        let commit = self.commit_of(tree);
        self.overwrite(tree, bytes);
        commit.to_string()
    }

    fn reference(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

const WHO: &str = "author A <a@b> 1158611400 +0000\ncommitter A <a@b> 1158611400 +0000\n\nhostile\n";

fn entry(mode: &str, name: impl AsRef<[u8]>, id: Oid) -> Vec<u8> {
    [mode.as_bytes(), b" ", name.as_ref(), b"\0", id.as_bytes()].concat()
}

/// An object as it is stored.
fn stored(head: &str, body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(format!("{head}\0").as_bytes()).unwrap();
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn nowhere() -> Oid {
    Oid::from_str("0123456789012345678901234567890123456789").unwrap()
}

macro_rules! kinds {
    ($($name:literal $fate:expr, $git:pat => $make:expr;)*) => {
        &[$(Kind { name: $name, fate: $fate, make: |$git| $make },)*]
    };
}

const R: Fate = Refused(4);

const KINDS: &[Kind] = kinds! {
    // Names.
    "a file named .." Either, g => g.file("..");
    "a directory named .." Either, g => g.commit(&[entry("40000", "..", g.tree(&[]))]);
    "a file named ." Either, g => g.file(".");
    "a file without a name" Either, g => g.file("");
    "a name with a slash" Either, g => g.file("../outside/evil");
    "an absolute name" Either, g => g.file("/tmp/evil");
    "a name with a slash at its end" Either, g => g.file("evil/");
    "a backslash" Either, g => g.file("..\\evil");
    "a line end" Either, g => g.file("a\nb");
    "an escape code" Either, g => g.file("\x1b[2Jevil");
    "a name that is not UTF-8" Either, g => g.file(b"\xff\xfe");
    "a bidirectional mark" Either, g => g.file("\u{202e}gpj.c");
    "a file named .git" Either, g => g.file(".git");
    "a directory named .git" Either, g => g.commit(&[entry("40000", ".git", g.tree(&[]))]);
    "a directory named .GIT" Either, g => g.commit(&[entry("40000", ".GIT", g.tree(&[]))]);
    "the short name of .git" Either, g => g.file("git~1");
    "a .git that HFS+ ignores a part of" Either, g => g.file(".g\u{200c}it");
    "a stream of .git" Either, g => g.file(".git::$INDEX_ALLOCATION");
    "a stage" Either, g => g.commit(&[entry("40000", ".pypatch-stage-1.000000000", g.tree(&[]))]);
    "a receipt" Either, g => g.file(".pypatch-receipt.json");
    "a name of 256 bytes" Either, g => g.file("n".repeat(256));
    "a name of 100,000 bytes" Either, g => g.file("n".repeat(100_000));
    "a file twice" Either, g => g.commit(&[entry("100644", "configure", g.evil())]);
    "a file and a directory with one name" Either, g => g.commit(&[entry("40000", "configure", g.tree(&[]))]);
    "entries in the wrong order" Either, g => g.commit(&[entry("100644", "A", g.evil()), entry("100644", "0", g.evil())]);
    "names that differ in case" Either, g => g.commit(&[entry("100644", "CONFIGURE", g.evil())]);
    "65 directories" Either, g => {
        let deep = (0..65).fold(g.object(ObjectType::Tree, b""), |id, _| g.object(ObjectType::Tree, &entry("40000", "d", id)));
        g.commit(&[entry("40000", "deep", deep)])
    };
    "a bomb of 2^40 files in 40 trees" Either, g => {
        let twice = |id| g.object(ObjectType::Tree, &[entry("40000", "a", id), entry("40000", "b", id)].concat());
        let bomb = (0..40).fold(g.object(ObjectType::Tree, &entry("100644", "f", g.evil())), |id, _| twice(id));
        g.commit(&[entry("40000", "bomb", bomb)])
    };
    "600 names of one file of 8 MiB" Either, g => {
        let big = g.blob(&vec![0; 8 << 20]);
        let many: Vec<Vec<u8>> = (100..700).map(|i| entry("100644", format!("z{i}"), big)).collect();
        g.commit(&many)
    };
    // Modes.
    "a submodule" Either, g => g.commit(&[entry("160000", "evil", nowhere())]);
    "a setuid file" Either, g => g.mode("104755");
    "a file of mode 777" Either, g => g.mode("100777");
    "a file of mode 0" Either, g => g.mode("0");
    "a device" Either, g => g.mode("20644");
    "a pipe" Either, g => g.mode("10644");
    "a socket" Either, g => g.mode("140644");
    "a mode of 60 bits" Either, g => g.mode("77777777777777777777");
    "a mode that is not a number" Either, g => g.mode("rw-r--r--");
    "a mode with zeros before it" Either, g => g.mode("000000100644");
    "a file that is a tree" Either, g => g.commit(&[entry("100644", "evil", g.tree(&[]))]);
    "a directory that is a file" Either, g => g.commit(&[entry("40000", "evil", g.evil())]);
    "a file that is a commit" Either, g => g.commit(&[entry("100644", "evil", g.commit_of(g.tree(&[])))]);
    // Links.
    "a symbolic link out, absolute" Either, g => g.link(b"/etc/passwd");
    "a symbolic link out, relative" Either, g => g.link(b"../../outside");
    "a symbolic link to itself" Either, g => g.link(b"evil");
    "an empty symbolic link" Either, g => g.link(b"");
    "a symbolic link with a NUL" Either, g => g.link(b"Lib\0/../..");
    "a symbolic link of 5,000 bytes" Either, g => g.link(&b"x/".repeat(2500));
    "a symbolic link of 8 MiB" Either, g => g.link(&vec![b'x'; 8 << 20]);
    "a symbolic link that is a tree" Either, g => g.commit(&[entry("120000", "evil", g.tree(&[]))]);
    "a symbolic link in the place of a touched file" Either, g => {
        let at = g.entries.windows(10).position(|w| w == b"configure\0").unwrap();
        let mut entries = g.entries.clone();
        entries[at - 7..at - 1].copy_from_slice(b"120000");
        g.commit_of(g.object(ObjectType::Tree, &entries)).to_string()
    };
    // Objects.
    "a file that is missing" Either, g => g.commit(&[entry("100644", "evil", nowhere())]);
    "a directory that is missing" Either, g => g.commit(&[entry("40000", "evil", nowhere())]);
    "a tree that is missing" R, g => g.commit_of(nowhere()).to_string();
    "a commit that is missing" R, _ => nowhere().to_string();
    "a file with other bytes" Either, g => g.damaged(&stored("blob 14", b"other contents"));
    "a file of another type" Either, g => g.damaged(&stored("tree 14", b"to be damaged\n"));
    "a file that says it is longer" Either, g => g.damaged(&stored("blob 99999999", b"short"));
    "a file that says it is shorter" Either, g => g.damaged(&stored("blob 2", b"to be damaged\n"));
    "a file with a negative length" Either, g => g.damaged(&stored("blob -1", b"x"));
    "a file with a length of 80 bits" Either, g => g.damaged(&stored("blob 999999999999999999999999", b"x"));
    "a file of no type" Either, g => g.damaged(&stored("evil 1", b"x"));
    "a file without a head" Either, g => g.damaged(&stored("", b""));
    "a file of noise" Either, g => g.damaged(&[0x55; 100]);
    "a file of no bytes" Either, g => g.damaged(b"");
    "a file that is cut" Either, g => g.damaged(&stored("blob 14", b"to be damaged\n")[..12]);
    "a large file that is cut" Either, g => {
        let noise: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let file = stored("blob 100000", &noise);
        g.damaged(&file[..file.len() / 2])
    };
    "a touched file that is cut" R, g => {
        let id = g.blob(&fs::read(g.folder.join("../tree/Makefile.pre.in")).unwrap());
        let bytes = fs::read(g.path(id)).unwrap();
        g.overwrite(id, &bytes[..bytes.len() - 9]);
        g.commit(&[])
    };
    "a tree that is cut" R, g => g.damaged_tree(&stored("tree 400", &[b'x'; 400])[..14]);
    "a commit that is cut" R, g => {
        let commit = g.commit_of(g.tree(&[]));
        let bytes = fs::read(g.path(commit)).unwrap();
        g.overwrite(commit, &bytes[..bytes.len() / 2]);
        commit.to_string()
    };
    "a tag that is cut" R, g => {
        let tag = g.tag(g.commit_of(g.tree(&[])), "commit");
        let bytes = fs::read(g.path(tag)).unwrap();
        g.overwrite(tag, &bytes[..bytes.len() - 5]);
        g.reference("refs/tags/v9.9", &format!("{tag}\n"));
        "v9.9".to_owned()
    };
    "a tree of noise" R, g => g.damaged_tree(&[0x55; 100]);
    "a tree that is a file" R, g => g.damaged_tree(&stored("blob 5", b"hello"));
    "a tree without an end of a name" R, g => g.damaged_tree(&stored("tree 11", b"100644 evil"));
    "a tree with half an id" R, g => g.damaged_tree(&stored("tree 17", b"100644 evil\0hello"));
    "a tree without a mode" R, g => g.damaged_tree(&stored("tree 5", b"evil\0"));
    // Commits, tags, references.
    "a commit without a tree" R, g => g.raw_commit(WHO).to_string();
    "a commit of a file" R, g => g.commit_of(g.evil()).to_string();
    "a commit of noise" R, g => g.raw_commit("\u{1}\u{2}").to_string();
    "a commit without an author" Either, g => { let tree = g.tree(&[]); g.raw_commit(&format!("tree {tree}\n\nx\n")).to_string() };
    "a commit of a time that is too large" Either, g => {
        let tree = g.tree(&[]);
        g.raw_commit(&format!("tree {tree}\n{}", WHO.replace("1158611400", "99999999999999999999"))).to_string()
    };
    "a commit before 1970" Either, g => {
        let tree = g.tree(&[]);
        g.raw_commit(&format!("tree {tree}\n{}", WHO.replace("1158611400", "-9999999999"))).to_string()
    };
    "a commit of the last second" Either, g => {
        let tree = g.tree(&[]);
        g.raw_commit(&format!("tree {tree}\n{}", WHO.replace("1158611400", "9223372036854775807"))).to_string()
    };
    "a tag of a file" R, g => g.tag(g.evil(), "blob").to_string();
    "a tag of a commit that says it is of a file" Either, g => g.tag(g.commit_of(g.tree(&[])), "blob").to_string();
    "a tag of a tag of a commit" Either, g => {
        let mut tag = g.tag(g.commit_of(g.tree(&[])), "commit");
        for _ in 0..1000 {
            tag = g.tag(tag, "tag");
        }
        tag.to_string()
    };
    "a tag of itself" R, g => {
        let text = |id: Oid| format!("object {id}\ntype tag\ntag t\ntagger A <a@b> 1 +0000\n\nt\n");
        g.overwrite(nowhere(), &stored(&format!("tag {}", text(nowhere()).len()), text(nowhere()).as_bytes()));
        nowhere().to_string()
    };
    "a tag of a missing object" R, g => g.tag(nowhere(), "commit").to_string();
    "a reference to itself" R, g => { g.reference("refs/tags/v9.9", "ref: refs/tags/v9.9\n"); "v9.9".to_owned() };
    "a reference that leads out" R, g => { g.reference("refs/tags/v9.9", "ref: ../../outside/victim\n"); "v9.9".to_owned() };
    "a reference of noise" R, g => { g.reference("refs/tags/v9.9", "\u{1}\u{2}\n"); "v9.9".to_owned() };
    "a HEAD of noise" R, g => { g.reference("HEAD", "noise\n"); "HEAD".to_owned() };
    "a revision with an escape code" R, _ => "v\x1b[2J".to_owned();
    "a revision with an option" R, _ => "--upload-pack=evil".to_owned();
    "a revision that searches" R, _ => ":/nothing".to_owned();
    // Attributes.
    "attributes that are cut" R, g => {
        let id = g.blob(&b"* text\n".repeat(50));
        let bytes = fs::read(g.path(id)).unwrap();
        g.overwrite(id, &bytes[..bytes.len() - 9]);
        g.attribute_entry(entry("100644", ".gitattributes", id), &[])
    };
    "attributes of 20 MiB" Either, g => g.attributes(&"# x\n".repeat(5 << 20));
    "20,000 attributes" Either, g => g.attributes(&(0..20_000).map(|i| format!("*{i} export-ignore\n")).collect::<String>());
    "an attribute of 600 asterisks" Either, g => {
        let name = entry("100644", "z".repeat(200), g.evil());
        g.with_attributes(&format!("{}b export-ignore\n", "*z".repeat(600)), &[name])
    };
    "an attribute of 60 double asterisks" Either, g => {
        let deep = (0..30).fold(g.tree(&[]), |id, _| g.object(ObjectType::Tree, &entry("40000", "a", id)));
        g.with_attributes(&format!("{}b export-ignore\n", "**/a/".repeat(60)), &[entry("40000", "zz", deep)])
    };
    "attributes that name each other" Either, g => g.attributes("[attr]a b\n[attr]b a\n* a\n");
    "attributes that double 60 times" Either, g => {
        g.attributes(&format!("{}* a0\n", (0..60).map(|i| format!("[attr]a{i} a{0} a{0}\n", i + 1)).collect::<String>()))
    };
    "attributes of noise" Either, g => { let id = g.blob(&[0xff; 3000]); g.attribute_entry(entry("100644", ".gitattributes", id), &[]) };
    "attributes that are a symbolic link" Either, g => {
        let id = g.blob(b"/etc/passwd");
        g.attribute_entry(entry("120000", ".gitattributes", id), &[])
    };
    "attributes that are a tree" Either, g => g.attribute_entry(entry("40000", ".gitattributes", g.tree(&[])), &[]);
    "attributes that leave everything out" Either, g => g.attributes("* export-ignore\n");
    "attributes of a filter" Either, g => g.attributes("* filter=evil ident working-tree-encoding=UTF-16 eol=crlf\n");
    // Repositories.
    "objects of another repository" Either, g => {
        g.reference("objects/info/alternates", "../../outside\n/proc/self\n../objects\n");
        g.commit(&[])
    };
    "a configuration that runs programs" Either, g => {
        g.reference("config", "[core]\n\tbare = true\n\tfsmonitor = touch /tmp/evil\n\tsshCommand = touch /tmp/evil\n");
        g.commit(&[])
    };
    "a configuration that includes" Either, g => { g.reference("config", "[include]\n\tpath = ../../outside/victim\n"); g.commit(&[]) };
    "a configuration of noise" Either, g => { g.reference("config", "[core\n\u{1}\n"); g.commit(&[]) };
};

#[test]
fn a_hostile_commit_touches_nothing_and_leaves_nothing() {
    assert!(KINDS.len() >= 64, "{}", KINDS.len());
    attack_with(
        KINDS,
        |kind| kind.name.to_owned(),
        |kind| {
            let env = TestEnvironment::with_tree();
            fs::create_dir(env.folder().join("outside")).unwrap();
            fs::write(env.folder().join("outside/victim"), "untouched").unwrap();
            let revision = (kind.make)(&Git::new(&env));
            let source = format!("git:{}@{revision}", env.path("repo").display());
            let commands: [Run<'_>; 5] = [
                (&["export", "gadget", &source, "--as", "tree", "-o", "out"], Some("out")),
                (&["plan", "gadget", &source], None),
                (&["diff", "gadget", &source], None),
                (&["export", "gadget", &source, "--as", "tar", "-o", "out.tar"], Some("out.tar")),
                (&["apply", "--allow-unpinned", "gadget", &source, "-o", "applied"], Some("applied")),
            ];
            attack(&env, Source::Commit, kind.fate, &of(kind.name, &commands))
        },
    );
}
