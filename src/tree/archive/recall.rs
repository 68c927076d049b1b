//! What was read of a tarball, kept for the next time.
//!
//! While somebody writes an edit, the same few files are read again and again, and decoding an .xz of CPython takes a second. A
//! file for each tarball, named by the digest of its bytes, has every path and the contents of the files that were read. It ends
//! with the digest of all that: one that is truncated or damaged is ignored, and written again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::index::Index;
use crate::contents::Contents;
use crate::digest::Sha256Digest;
use crate::regular;
use crate::scratch::{FILE, Scratch};
use crate::tree::TreePath;

/// The smallest tarball of which anything is kept, in bytes.
pub(super) const WORTH: u64 = 1 << 20;
/// How much of the contents is kept, in bytes: a search for what has moved reads all files.
const MOST_BYTES: usize = 16 << 20;
/// How long the file may be, with the paths of a large tree.
const MOST_WITH_PATHS: u64 = 64 << 20;
/// How many tarballs are remembered; then the one that was not used for the longest time is forgotten.
const MOST_TARBALLS: usize = 24;
/// What the file begins with. Another version of pypatch may check more of a tarball.
const FORMAT: &str = concat!("pypatch ", env!("CARGO_PKG_VERSION"), " read 1\n");
/// The digits of a digest.
const DIGITS: usize = 64;

/// What is known of a tarball from earlier, and what is read now.
#[derive(Debug)]
pub(super) struct Recall {
    folder: PathBuf,
    /// The digest of the tarball.
    pub(super) digest: Sha256Digest,
    contents: Mutex<Read>,
}

#[derive(Debug, Default)]
struct Read {
    files: BTreeMap<TreePath, Known>,
    bytes: usize,
    /// Whether there is something to write.
    is_new: bool,
}

#[derive(Debug)]
struct Known {
    contents: Contents,
    /// Whether it was asked for since this was loaded.
    is_used: bool,
}

/// What comes before the contents.
#[derive(Serialize, Deserialize)]
struct Head<I> {
    index: I,
    /// The files whose contents follow, in this order, and their length in bytes.
    files: Vec<(String, usize)>,
}

impl Recall {
    /// Remembers nothing yet of the tarball with this digest, and keeps in `folder` what is read.
    pub(super) fn new(folder: &Path, digest: Sha256Digest) -> Recall {
        let contents = Read { is_new: true, ..Read::default() };
        Recall { folder: folder.to_owned(), digest, contents: Mutex::new(contents) }
    }

    /// What is known of the tarball with this digest; `None` if nothing is.
    pub(super) fn load(folder: &Path, digest: Sha256Digest) -> Option<(Recall, Index)> {
        let recall = Recall { contents: Mutex::default(), ..Recall::new(folder, digest) };
        let bytes = regular::read(&recall.path(), MOST_WITH_PATHS).ok()?;
        let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(DIGITS)?)?;
        if Sha256Digest::of(bytes).to_string().as_bytes() != sum {
            return None;
        }
        let rest = bytes.strip_prefix(FORMAT.as_bytes())?;
        let (head, mut rest) = rest.split_at(memchr::memchr(b'\n', rest)?);
        let head: Head<Index> = serde_json::from_slice(head).ok()?;
        rest = &rest[1..];
        let mut read = recall.lock();
        for (path, len) in head.files {
            let (contents, more) = rest.split_at_checked(len)?;
            let known = Known { contents: contents.into(), is_used: false };
            read.files.insert(path.parse().ok()?, known);
            (read.bytes, rest) = (read.bytes + len, more);
        }
        drop(read);
        // The order in which they are forgotten; where it cannot be set, they are forgotten earlier.
        let _ = File::open(recall.path()).and_then(|file| file.set_modified(SystemTime::now()));
        Some((recall, head.index))
    }

    /// The contents of a file, if they were read before.
    pub(super) fn get(&self, path: &TreePath) -> Option<Contents> {
        let mut read = self.lock();
        let known = read.files.get_mut(path)?;
        known.is_used = true;
        Some(known.contents.clone())
    }

    /// Remembers the contents of a file. If there is too much, what was not asked for since it was loaded goes.
    pub(super) fn put(&self, path: &TreePath, contents: &Contents) {
        let mut read = self.lock();
        if read.files.contains_key(path) {
            return;
        }
        if read.bytes + contents.len() > MOST_BYTES {
            read.files.retain(|_, known| known.is_used);
            read.bytes = read.files.values().map(|known| known.contents.len()).sum();
        }
        if read.bytes + contents.len() <= MOST_BYTES {
            read.files.insert(path.clone(), Known { contents: contents.clone(), is_used: true });
            read.bytes += contents.len();
            read.is_new = true;
        }
    }

    /// Writes what is known, with the paths of `index`, if that is more than before.
    ///
    /// # Errors
    /// If it cannot be written. Nothing depends on it.
    pub(super) fn save(&self, index: &Index) -> io::Result<()> {
        let read = self.lock();
        if !read.is_new {
            return Ok(());
        }
        let files = read.files.iter().map(|(path, known)| (path.to_string(), known.contents.len()));
        let head = serde_json::to_vec(&Head { index, files: files.collect() })?;
        let mut bytes = [FORMAT.as_bytes(), &head, b"\n"].concat();
        read.files.values().for_each(|known| bytes.extend_from_slice(&known.contents));
        let sum = Sha256Digest::of(&bytes).to_string();
        bytes.extend_from_slice(sum.as_bytes());
        if bytes.len() as u64 > MOST_WITH_PATHS {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let scratch = Scratch::new(&self.folder)?;
        // Others may not be allowed to read the tarball.
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(scratch.join(FILE))?;
        file.write_all(&bytes)?;
        fs::rename(scratch.join(FILE), self.path())?;
        forget(&self.folder)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(self.digest.to_string())
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes what was not used for the longest time, if there is too much.
fn forget(folder: &Path) -> io::Result<()> {
    let is_own =
        |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.parse::<Sha256Digest>().is_ok());
    let mut known: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)?.flatten().filter(|entry| is_own(&entry.file_name())) {
        known.push((entry.metadata()?.modified()?, entry.path()));
    }
    known.sort();
    let most = known.len().saturating_sub(MOST_TARBALLS);
    known.into_iter().take(most).try_for_each(|(_, path)| fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::super::ArchiveTree;
    use super::*;
    use crate::tree::testing::{self, path};
    use crate::tree::{Tree, TreeError};

    /// A tarball that is large enough, and the folder for what is read of it.
    fn tarball() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (file, reads) = (folder.path().join("Python-2.5.tar"), folder.path().join("cache/read"));
        // Zeros after the end of a tar belong to it.
        let mut bytes = testing::tarball();
        bytes.resize(WORTH as usize, 0);
        fs::write(&file, bytes).unwrap();
        (folder, file, reads)
    }

    fn kept(reads: &Path) -> Vec<PathBuf> {
        fs::read_dir(reads).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    impl ArchiveTree {
        fn is_decoded(&self) -> bool {
            self.spool.get().is_some()
        }
    }

    #[test]
    fn what_was_read_is_known_without_the_tarball() {
        let (_folder, file, reads) = tarball();
        let plain = ArchiveTree::open(&file).unwrap();
        let (first, second) = (path("Modules/spam.c"), path("configure"));
        let open = || ArchiveTree::open_recalling(&file, Some(&reads), None).unwrap();
        let tree = open();
        assert_eq!(tree.read(&first).unwrap(), plain.read(&first).unwrap());
        drop(tree);
        let [one] = &kept(&reads)[..] else { panic!("one file") };
        let before = fs::read(one).unwrap();
        let tree = open();
        assert!(!tree.is_decoded());
        assert_eq!(tree.files().unwrap(), plain.files().unwrap());
        for path in plain.files().unwrap() {
            assert_eq!(tree.entry(&path).unwrap(), plain.entry(&path).unwrap(), "{path}");
        }
        assert_eq!(tree.read(&first).unwrap(), plain.read(&first).unwrap());
        assert_eq!(tree.link(&first).unwrap(), None);
        assert!(!tree.is_decoded());
        drop(tree);
        assert_eq!(fs::read(one).unwrap(), before);
        // What was not read is, and is known then.
        let tree = open();
        assert_eq!(tree.read(&second).unwrap(), plain.read(&second).unwrap());
        assert!(tree.is_decoded());
        assert_eq!(crate::tree::tree_id(&tree).unwrap(), crate::tree::tree_id(&plain).unwrap());
        drop(tree);
        let tree = open();
        assert_eq!(tree.read(&second).unwrap(), plain.read(&second).unwrap());
        assert!(!tree.is_decoded());
        assert_eq!(kept(&reads).len(), 1);
    }

    #[test]
    fn what_is_torn_is_not_believed_and_written_again() {
        let (_folder, file, reads) = tarball();
        let read = || {
            let tree = ArchiveTree::open_recalling(&file, Some(&reads), None).unwrap();
            let was_decoded = tree.is_decoded();
            (tree.read(&path("Modules/spam.c")).unwrap().unwrap().bytes, was_decoded)
        };
        let (expected, _) = read();
        let one = kept(&reads).remove(0);
        let whole = fs::read(&one).unwrap();
        let swapped = |from: &str, to: &str| {
            let text = String::from_utf8_lossy(&whole).replacen(from, to, 1);
            assert_ne!(text.as_bytes(), whole);
            text.into_bytes()
        };
        for damaged in [
            Vec::new(),
            whole[..whole.len() - 1].to_vec(),
            whole[..DIGITS].to_vec(),
            swapped("pypatch", "pipatch"),
            swapped("spam", "spum"),
            // Of another version.
            {
                let (bytes, _) = whole.split_at(whole.len() - DIGITS);
                let other = [b"pypatch 9", &bytes[9..]].concat();
                let sum = Sha256Digest::of(&other).to_string();
                [other, sum.into_bytes()].concat()
            },
        ] {
            fs::write(&one, damaged).unwrap();
            assert_eq!(read(), (expected.clone(), true));
            assert_eq!(fs::read(&one).unwrap(), whole);
            assert_eq!(read(), (expected.clone(), false));
        }
    }

    #[test]
    fn another_tarball_has_its_own_and_one_that_changes_meanwhile_is_an_error() {
        let (_folder, file, reads) = tarball();
        let spam = path("Modules/spam.c");
        drop(ArchiveTree::open_recalling(&file, Some(&reads), None).unwrap());
        let tree = ArchiveTree::open_recalling(&file, Some(&reads), None).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        bytes.resize(bytes.len() + 512, 0);
        fs::write(&file, bytes).unwrap();
        let error = tree.read(&spam).unwrap_err();
        assert!(matches!(&error, TreeError::Archive { why, .. } if why.contains("changed")), "{error}");
        drop(tree);
        // Nor does the digest count that the tarball had before.
        fs::write(&file, [fs::read(&file).unwrap(), vec![0; 512]].concat()).unwrap();
        drop(ArchiveTree::open_recalling(&file, Some(&reads), Some(Sha256Digest::of(b""))).unwrap());
        let now = regular::digest(&file).unwrap();
        assert!(reads.join(now.to_string()).exists() && kept(&reads).len() == 2);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_error_and_a_small_tarball_is_not_kept() {
        let (folder, file, _) = tarball();
        let blocked = folder.path().join("blocked");
        fs::write(&blocked, "").unwrap();
        let tree = ArchiveTree::open_recalling(&file, Some(&blocked.join("read")), None).unwrap();
        assert!(tree.read(&path("configure")).unwrap().is_some());
        drop(tree);
        let reads = folder.path().join("reads");
        fs::write(&file, testing::tarball()).unwrap();
        drop(ArchiveTree::open_recalling(&file, Some(&reads), None).unwrap());
        assert!(!reads.exists());
    }

    #[test]
    fn if_there_is_too_much_what_was_not_asked_for_goes() {
        let folder = tempfile::tempdir().unwrap();
        let digest = Sha256Digest::of(b"");
        let (index, part) = (Index::default(), Contents::from(vec![b'x'; MOST_BYTES / 4]));
        let names = |recall: &Recall| {
            recall.lock().files.keys().map(TreePath::to_string).collect::<Vec<_>>().join(" ")
        };
        let recall = Recall::new(folder.path(), digest);
        ["a", "b", "c", "d", "e"].iter().for_each(|name| recall.put(&path(name), &part));
        assert_eq!(names(&recall), "a b c d");
        recall.save(&index).unwrap();
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(recall.path()).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let (recall, _) = Recall::load(folder.path(), digest).unwrap();
        assert!(recall.get(&path("b")).is_some() && recall.get(&path("e")).is_none());
        recall.put(&path("e"), &part);
        assert_eq!(names(&recall), "b e");
        recall.put(&path("f"), &Contents::from(vec![b'x'; MOST_BYTES]));
        assert_eq!(names(&recall), "b e");
    }

    #[test]
    fn the_oldest_are_forgotten_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "").unwrap();
        for number in 0..MOST_TARBALLS + 3 {
            let name = Sha256Digest::of(number.to_string().as_bytes()).to_string();
            fs::write(folder.path().join(&name), "").unwrap();
            let age = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            File::options().write(true).open(folder.path().join(name)).unwrap().set_modified(age).unwrap();
        }
        forget(folder.path()).unwrap();
        let oldest =
            |number: usize| folder.path().join(Sha256Digest::of(number.to_string().as_bytes()).to_string());
        assert_eq!(kept(folder.path()).len(), MOST_TARBALLS + 1);
        assert!(!oldest(2).exists() && oldest(3).exists() && folder.path().join("mine").exists());
    }
}
