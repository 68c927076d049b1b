//! What this machine has of a release that is not pinned yet.

use std::path::{Path, PathBuf};

use super::cache::{Cache, Lock, Part};
use super::{Places, Progress, Why, sources};
use crate::contents::if_exists;
use crate::digest::Sha256Digest;
use crate::regular;
use crate::tree::pin::Tarball;
use crate::version::Version;

/// The suffixes of release tarballs, preferred ones first.
const SUFFIXES: [&str; 6] = [".tar.xz", ".tgz", ".tar.gz", ".tar.bz2", ".tar.zst", ".tar"];

/// The git repositories and tarballs that may be a release.
#[derive(Debug, Default)]
pub struct Offer {
    /// Repositories that have its tag, each with the git tree id.
    pub tags: Vec<(PathBuf, String)>,
    /// Files with the names of its tarballs.
    pub tarballs: Vec<PathBuf>,
}

/// Searches `places` for the tag of `version`, and for its tarballs, in them or one level below.
///
/// # Errors
/// The place that cannot be read, and why.
pub fn offers(version: &Version, places: &[PathBuf]) -> Result<Offer, (PathBuf, Why)> {
    let names: Vec<String> = SUFFIXES.iter().map(|suffix| format!("Python-{version}{suffix}")).collect();
    let mut offer = Offer::default();
    for place in places {
        let at = |why| (place.clone(), why);
        if let Some(tree) = sources::tag_tree(place, &format!("v{version}")).map_err(at)? {
            offer.tags.push((place.clone(), tree));
        }
        offer.tarballs.extend(sources::candidates(&names, place).map_err(at)?);
    }
    Ok(offer)
}

/// The address at which upstream has a file of a release.
pub fn upstream_address(version: &Version, file_name: &str) -> String {
    let text = version.to_string();
    // A release candidate is in the directory of its release.
    let folder = text.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or(&text);
    format!("https://www.python.org/ftp/python/{folder}/{file_name}")
}

/// Whether a file has the name of a tarball of this release.
pub fn is_tarball_of(version: &Version, file_name: &str) -> bool {
    SUFFIXES.iter().any(|suffix| file_name == format!("Python-{version}{suffix}"))
}

/// A tarball of which no digest was known, downloaded next to its place in the cache. It is removed unless it is kept.
pub struct Download {
    /// Its address, and the digest of what arrived.
    pub tarball: Tarball,
    cache: Cache,
    part: Part,
    _lock: Lock,
}

impl Download {
    /// Where it is before it is kept.
    pub fn path(&self) -> &Path {
        self.part.path()
    }

    /// Moves it to its place in the cache.
    ///
    /// # Errors
    /// [`Why::Taken`] if the cache has another file of that name, and if it cannot be written.
    pub fn keep(self) -> Result<(), Why> {
        let path = self.cache.path(&self.tarball);
        match if_exists(regular::digest(&path))? {
            Some(digest) if digest != self.tarball.sha256 => Err(Why::Taken { path, digest }),
            Some(_) | None => self.cache.adopt(&self.tarball, self.part.path()).map(|_| ()),
        }
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        // What was kept is not there any more.
        let _ = self.part.discard();
    }
}

/// Downloads a tarball of which no digest is known.
///
/// # Errors
/// If it cannot be downloaded or written.
pub fn download_unpinned(url: &str, places: &Places, progress: &mut dyn Progress) -> Result<Download, Why> {
    let (Some(root), Some(web)) = (&places.cache, &places.web) else { return Err(Why::NoCache) };
    let file_name = url.rsplit('/').next().unwrap_or_default().to_owned();
    let tarball = Tarball { url: Some(url.to_owned()), sha256: Sha256Digest::of(b""), file_name };
    let cache = Cache::new(root);
    let lock = cache.lock(&tarball.file_name, progress)?;
    let part = cache.part(&tarball);
    progress.note(url);
    // What an earlier download left may be of another file, and no digest would show it.
    part.discard()?;
    let mut download = Download { tarball, cache, part, _lock: lock };
    web.download(url, &download.part, progress)?;
    download.tarball.sha256 = regular::digest(download.path())?;
    Ok(download)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Web;
    use crate::fetch::testing::{Recorder, answer, serve};

    #[test]
    fn the_address_of_a_release_is_that_of_upstream() {
        let address =
            |version: &str| upstream_address(&version.parse().unwrap(), &format!("Python-{version}.tar.xz"));
        assert_eq!(address("2.7"), "https://www.python.org/ftp/python/2.7/Python-2.7.tar.xz");
        assert_eq!(address("3.15.0rc1"), "https://www.python.org/ftp/python/3.15.0/Python-3.15.0rc1.tar.xz");
        for pin in crate::tree::pin::PinSet::shipped().own().unwrap() {
            for tarball in &pin.tarballs {
                assert_eq!(tarball.url, Some(upstream_address(&pin.version, &tarball.file_name)));
                assert!(is_tarball_of(&pin.version, &tarball.file_name));
            }
        }
    }

    #[test]
    fn the_digest_of_a_download_is_that_of_what_arrived() {
        let (base, _requests) = serve(vec![answer("200 OK", "", b"a release")]);
        let directory = tempfile::tempdir().unwrap();
        let places = Places {
            cache: Some(directory.path().to_owned()),
            web: Some(Web::loopback(1 << 20)),
            ..Places::default()
        };
        let url = format!("{base}/Python-9.9.tgz");
        let download = download_unpinned(&url, &places, &mut Recorder::default()).unwrap();
        assert_eq!(download.tarball.sha256, Sha256Digest::of(b"a release"));
        assert_eq!(download.tarball.url, Some(url));
        download.keep().unwrap();
        let path = directory.path().join("tarballs/Python-9.9.tgz");
        assert_eq!(std::fs::read(path).unwrap(), b"a release");
    }

    #[test]
    fn a_download_takes_the_place_of_no_other_file_and_is_removed_unless_it_is_kept() {
        let (base, _requests) = serve(vec![answer("200 OK", "", b"evil"), answer("200 OK", "", b"evil")]);
        let directory = tempfile::tempdir().unwrap();
        let places = Places {
            cache: Some(directory.path().to_owned()),
            web: Some(Web::loopback(1 << 20)),
            ..Places::default()
        };
        let tarballs = directory.path().join("tarballs");
        let names = || -> Vec<_> {
            std::fs::read_dir(&tarballs).unwrap().map(|entry| entry.unwrap().file_name()).collect()
        };
        let url = format!("{base}/Python-9.9.tgz");
        let download = || download_unpinned(&url, &places, &mut Recorder::default()).unwrap();
        drop(download());
        assert!(names().is_empty(), "{:?}", names());
        std::fs::write(tarballs.join("Python-9.9.tgz"), "good").unwrap();
        assert!(
            matches!(download().keep(), Err(Why::Taken { digest, .. }) if digest == Sha256Digest::of(b"good"))
        );
        assert_eq!(names(), ["Python-9.9.tgz"]);
        assert_eq!(std::fs::read(tarballs.join("Python-9.9.tgz")).unwrap(), b"good");
    }
}
