//! The made-up tree as a pinned release: a tarball, a git repository, and the pin of both.

use std::fs;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use git2::{IndexAddOption, Repository, Signature, Time};

use super::{TestEnvironment, tree};

/// A tarball of a tree, below `Python-9.9/`.
pub fn tarball(root: &Path, out: &Path) {
    let mut tar = tar::Builder::new(gzip(out));
    tar.follow_symlinks(false);
    tar.mode(tar::HeaderMode::Complete);
    tar.append_dir_all("Python-9.9", root).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
}

/// A tarball with one member of any name, which may be a link.
pub fn hostile(out: &Path, name: &str, link: Option<&str>) {
    let mut header = tar::Header::new_gnu();
    // The crate refuses to write such names.
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(0);
    if let Some(link) = link {
        header.set_entry_type(tar::EntryType::Symlink);
        header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link.as_bytes());
    }
    header.set_cksum();
    let mut tar = tar::Builder::new(gzip(out));
    tar.append(&header, std::io::empty()).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
}

fn gzip(out: &Path) -> GzEncoder<fs::File> {
    GzEncoder::new(fs::File::create(out).unwrap(), Compression::fast())
}

/// Makes a repository of the tree `root` with the tag `v9.9`; returns the id of its tree.
pub fn repository(root: &Path, repository: &Path) -> String {
    let repository = Repository::init_bare(repository).unwrap();
    repository.set_workdir(root, false).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], IndexAddOption::DEFAULT | IndexAddOption::FORCE, None).unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::new("A", "a@example.org", &Time::new(1_158_611_400, 0)).unwrap();
    let commit = repository.commit(Some("HEAD"), &who, &who, "9.9", &tree, &[]).unwrap();
    repository.tag_lightweight("v9.9", &repository.find_object(commit, None).unwrap(), false).unwrap();
    tree.id().to_string()
}

/// An environment in which the made-up tree is the pinned release python-9.9, available from a git repository
/// (`sources/gadget.git`).
pub fn pinned() -> TestEnvironment {
    let mut env = TestEnvironment::with_tree();
    fs::create_dir(env.path("sources")).unwrap();
    let id = repository(&env.path("tree"), &env.path("sources/gadget.git"));
    fs::remove_dir_all(env.path("tree")).unwrap();
    tree::write(&env.path("tree"));
    tarball(&env.path("tree"), &env.path("Python-9.9.tgz"));
    pin(&env, &id, &sha256(&env.path("Python-9.9.tgz")));
    let sources = env.path("sources/gadget.git").display().to_string();
    env.set("PYPATCH_SOURCES", sources);
    env
}

/// Pins the release python-9.9 in upstream-pins/. Its address does not exist.
pub fn pin(env: &TestEnvironment, tree: &str, sha256: &str) {
    let url = "https://releases.invalid/Python-9.9.tgz";
    let release = format!(
        "- version: \"9.9\"\n    tag: v9.9\n    tree: \"{tree}\"\n    tarballs: [{{url: {url}, sha256: \"{sha256}\"}}]"
    );
    env.write("upstream-pins/9.9.yaml", format!("schema: 1\nreleases:\n  {release}\n"));
}

/// The SHA-256 of a file in hexadecimal digits.
pub fn sha256(path: &Path) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}
