//! The cache of downloaded tarballs, complete and partial.
//!
//! Next to `tarballs/Python-2.5.tgz` are files with a suffix: `.verified` records the size and time
//! of modification at which the tarball had the pinned sha256, `.part` is an unfinished download,
//! and `.lock` keeps two processes from downloading it at once, as long as one does.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Located, Progress, Why};
use crate::contents::if_exists;
use crate::digest::Sha256Digest;
use crate::interrupt::{Listed, Whole};
use crate::regular;
use crate::tree::pin::Tarball;

/// The cache directory of pypatch.
pub(super) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(super) fn new(root: &Path) -> Cache {
        Cache { root: root.to_owned() }
    }

    #[cfg(feature = "apt")]
    /// The directory itself.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a complete tarball.
    pub(super) fn path(&self, tarball: &Tarball) -> PathBuf {
        self.root.join("tarballs").join(&tarball.file_name)
    }

    /// The files of an unfinished download of a tarball.
    pub(super) fn part(&self, tarball: &Tarball) -> Part {
        Part {
            path: with_suffix(&self.path(tarball), "part"),
            validator: with_suffix(&self.path(tarball), "part.validator"),
        }
    }

    /// The tarball, if it is there and has the pinned sha256.
    pub(super) fn look(&self, tarball: &Tarball) -> Result<Option<Located>, Why> {
        let path = self.path(tarball);
        let Some(stamp) = if_exists(stamp(&path, tarball.sha256))? else { return Ok(None) };
        if !regular::read_text(&with_suffix(&path, "verified")).is_ok_and(|earlier| earlier == stamp) {
            check(&path, std::slice::from_ref(tarball))?;
            // Without a stamp it is hashed again next time, nothing worse.
            let _ = fs::write(with_suffix(&path, "verified"), stamp);
        }
        Ok(Some(Located::Tarball { path }))
    }

    /// Keeps others from fetching `what` until what comes back is dropped.
    pub(super) fn lock(&self, what: &str, progress: &mut dyn Progress) -> io::Result<Lock> {
        let directory = self.root.join("tarballs");
        let path = with_suffix(&directory.join(what), "lock");
        // A cache that cannot be written to is the likeliest failure: it must say where it is.
        let named = |path: &Path, error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        };
        fs::create_dir_all(&directory).map_err(|error| named(&directory, error))?;
        loop {
            // The end of the program comes before the file is made, or after it is listed; but it does not wait for another process.
            let mut whole = Whole::begin();
            let opened = File::options().create(true).truncate(false).write(true).open(&path);
            let file = opened.map_err(|error| named(&path, error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    drop(whole);
                    progress.note(&format!("waiting for another process that fetches {what}"));
                    file.lock()?;
                    whole = Whole::begin();
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever held the lock removed the file: another one may be locked by now.
            let number = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
            if if_exists(fs::metadata(&path))?.map(number) == Some(number(file.metadata()?)) {
                let lock = Lock { _listed: Listed::all(&path), path, _file: file };
                drop(whole);
                return Ok(lock);
            }
        }
    }

    /// Moves a fetched file to its place, once it is on the disk and has the pinned sha256.
    /// `file` must be on the file system of the cache.
    pub(super) fn adopt(&self, tarball: &Tarball, file: &Path) -> Result<Located, Why> {
        check(file, std::slice::from_ref(tarball))?;
        File::open(file)?.sync_all()?;
        let path = self.path(tarball);
        fs::create_dir_all(self.root.join("tarballs"))?;
        fs::rename(file, &path)?;
        if let Ok(stamp) = stamp(&path, tarball.sha256) {
            let _ = fs::write(with_suffix(&path, "verified"), stamp);
        }
        let _ = fs::remove_file(&self.part(tarball).validator);
        Ok(Located::Tarball { path })
    }
}

/// Keeps others from fetching the same, with a file that is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
    _listed: Listed,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is locked.
        let _ = fs::remove_file(&self.path);
    }
}

/// A file that is being fetched.
pub(super) struct Part {
    path: PathBuf,
    validator: PathBuf,
}

impl Part {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes are there, and what the server called the file they are of. `None` when
    /// there is nothing to go on from.
    pub(super) fn resumable(&self, url: &str) -> Option<(u64, String)> {
        let size = fs::metadata(&self.path).ok()?.len();
        let text = regular::read_text(&self.validator).ok()?;
        let (of, validator) = text.split_once('\n')?;
        (size > 0 && of == url && !validator.is_empty()).then(|| (size, validator.to_owned()))
    }

    /// Creates the file, or empties it. `validator` is the server's ETag or date of this version, if it sent one.
    pub(super) fn create(&self, url: &str, validator: Option<&str>) -> io::Result<File> {
        // First, so that bytes of another version are never paired with this validator.
        self.discard()?;
        let file = File::create(&self.path)?;
        if let Some(validator) = validator {
            fs::write(&self.validator, format!("{url}\n{validator}"))?;
        }
        Ok(file)
    }

    /// Opens the file to go on at its end.
    pub(super) fn append(&self) -> io::Result<File> {
        File::options().append(true).open(&self.path)
    }

    /// Forgets what was fetched.
    pub(super) fn discard(&self) -> io::Result<()> {
        for file in [&self.validator, &self.path] {
            if_exists(fs::remove_file(file))?;
        }
        Ok(())
    }
}

/// Checks that the file has a pinned digest.
pub(super) fn check(path: &Path, tarballs: &[Tarball]) -> Result<(), Why> {
    let actual = regular::digest(path)?;
    let is_pinned = tarballs.iter().any(|tarball| tarball.sha256 == actual);
    if is_pinned { Ok(()) } else { Err(Why::WrongHash(actual)) }
}

/// The content of the `.verified` file: digest, size and time of modification.
fn stamp(path: &Path, sha256: Sha256Digest) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    Ok(format!("{sha256} {} {modified}\n", metadata.len()))
}

/// `path` with `.suffix` appended to its file name.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::testing::{Recorder, listing, tarball};
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    impl Part {
        pub(in crate::fetch) fn at(path: PathBuf) -> Part {
            Part { validator: with_suffix(&path, "validator"), path }
        }
    }

    fn cache() -> (tempfile::TempDir, Cache, Tarball) {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path());
        fs::create_dir(directory.path().join("tarballs")).unwrap();
        (directory, cache, tarball("https://a.test/f.tgz", b"good"))
    }

    #[test]
    fn a_tarball_is_adopted_only_with_the_pinned_sha256() {
        let (_directory, cache, tarball) = cache();
        let part = cache.part(&tarball);
        fs::write(part.path(), "evil").unwrap();
        assert!(matches!(cache.adopt(&tarball, part.path()), Err(Why::WrongHash { .. })));
        assert_eq!(cache.look(&tarball).unwrap(), None);
        fs::write(part.path(), "good").unwrap();
        cache.adopt(&tarball, part.path()).unwrap();
        assert!(cache.look(&tarball).unwrap().is_some());
        assert_eq!(listing(&cache.root.join("tarballs")), ["f.tgz", "f.tgz.verified"]);
    }

    #[test]
    fn a_tarball_that_changed_after_it_was_verified_is_hashed_again() {
        let (_directory, cache, tarball) = cache();
        fs::write(cache.path(&tarball), "good").unwrap();
        assert!(cache.look(&tarball).unwrap().is_some());
        fs::write(cache.path(&tarball), "evil").unwrap();
        let later = fs::metadata(cache.path(&tarball)).unwrap().modified().unwrap() + Duration::from_secs(1);
        File::options().write(true).open(cache.path(&tarball)).unwrap().set_modified(later).unwrap();
        assert!(matches!(cache.look(&tarball), Err(Why::WrongHash { .. })));
    }

    #[test]
    fn a_stamp_of_another_digest_vouches_for_nothing() {
        let (_directory, cache, tarball) = cache();
        fs::write(cache.path(&tarball), "good").unwrap();
        cache.look(&tarball).unwrap();
        let repinned = Tarball { sha256: Sha256Digest::of(b"other"), ..tarball };
        assert!(matches!(cache.look(&repinned), Err(Why::WrongHash { .. })));
    }

    #[test]
    fn a_directory_in_the_place_of_a_tarball_is_an_error() {
        let (_directory, cache, tarball) = cache();
        fs::create_dir(cache.path(&tarball)).unwrap();
        assert!(matches!(cache.look(&tarball), Err(Why::Io(_))));
    }

    #[test]
    fn a_cache_that_cannot_be_written_to_says_where_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Cache::new(&file).lock("f.tgz", &mut Recorder::default()).unwrap_err();
        assert!(error.to_string().starts_with(&file.display().to_string()), "{error}");
    }

    #[test]
    fn the_second_to_fetch_waits_for_the_first_and_says_so() {
        let (directory, cache, _) = cache();
        let first = cache.lock("f.tgz", &mut Recorder::default()).unwrap();
        let (sender, done) = channel();
        let root = directory.path().to_owned();
        thread::spawn(move || {
            let mut recorder = Recorder::default();
            let lock = Cache::new(&root).lock("f.tgz", &mut recorder);
            sender.send((lock.is_ok(), recorder.notes)).unwrap();
        });
        assert!(done.recv_timeout(Duration::from_millis(100)).is_err());
        drop(first);
        let (locked, notes) = done.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(locked);
        assert_eq!(notes, ["waiting for another process that fetches f.tgz"]);
    }
}
