//! Compares everything on this machine that should be a release with its pin.

use std::path::{Path, PathBuf};

use super::cache::{Cache, check};
use super::{Places, Why, sources};
use crate::tree::pin::Pin;

/// A tarball or a tag that should be a release, and whether it is.
#[derive(Debug)]
pub struct Verified {
    /// The file, or the repository.
    pub place: PathBuf,
    /// Whether it is a tarball; otherwise a tag.
    pub is_tarball: bool,
    /// Why it is not, or cannot be read.
    pub result: Result<(), Why>,
}

impl Verified {
    /// Whether it was compared with a hash, and has another.
    pub fn is_wrong(&self) -> bool {
        matches!(self.result, Err(Why::WrongHash(_) | Why::WrongTree { .. }))
    }

    /// Whether no hash is pinned that it could be compared with.
    pub fn is_unpinned(&self) -> bool {
        matches!(self.result, Err(Why::NoTarballPinned))
    }
}

/// All tarballs with a name of the release and all tags of it, in the sources and the cache. Every tarball is hashed, whatever is known
/// of it from before.
pub fn verify(pin: &Pin, places: &Places) -> Vec<Verified> {
    let mut all = Vec::new();
    let tarball = |place: PathBuf| {
        let result = match pin.tarballs.is_empty() {
            true => Err(Why::NoTarballPinned),
            false => check(&place, &pin.tarballs),
        };
        Verified { place, is_tarball: true, result }
    };
    let failed =
        |place: &Path, why| Verified { place: place.to_owned(), is_tarball: false, result: Err(why) };
    for place in &places.sources {
        match sources::candidates(&sources::names(pin), place) {
            Ok(files) => all.extend(files.into_iter().map(tarball)),
            Err(why) => all.push(failed(place, why)),
        }
        match sources::in_git(pin, place) {
            Ok(None) => {}
            Ok(Some(_)) => all.push(Verified { place: place.clone(), is_tarball: false, result: Ok(()) }),
            Err(why) => all.push(failed(place, why)),
        }
    }
    if let Some(root) = &places.cache {
        let files = pin.tarballs.iter().map(|tarball| Cache::new(root).path(tarball));
        all.extend(files.filter(|file| file.exists()).map(tarball));
    }
    all
}
