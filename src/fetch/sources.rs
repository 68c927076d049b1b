//! Looks for a release in a place the user named.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, Repository};
use glob::Pattern;

use super::Located;
use super::attempt::{Attempt, Origin, Why};
use super::cache::check;
use crate::tree::pin::Pin;

/// The release in `place`: a tarball, a directory with tarballs (in it or one level below, as
/// upstream's own directories are), or a git repository.
pub(super) fn search(pin: &Pin, place: &Path, rejected: &mut Vec<Attempt>) -> Option<Located> {
    let before = rejected.len();
    let mut reject = |place: &Path, why| {
        rejected.push(Attempt { origin: Origin::Sources, place: place.display().to_string(), why });
    };
    let candidates = match candidates(pin, place) {
        Ok(candidates) => candidates,
        Err(why) => {
            reject(place, why);
            Vec::new()
        }
    };
    for file in candidates {
        match verified(pin, &file) {
            Ok(located) => return Some(located),
            Err(why) => reject(&file, why),
        }
    }
    match in_git(pin, place) {
        Ok(Some(located)) => return Some(located),
        Ok(None) => {}
        Err(why) => reject(place, why),
    }
    if rejected.len() == before {
        rejected.push(Attempt {
            origin: Origin::Sources,
            place: place.display().to_string(),
            why: Why::NothingThere,
        });
    }
    None
}

/// The files of `place` whose names fit, or `place` itself when it is such a file.
fn candidates(pin: &Pin, place: &Path) -> Result<Vec<PathBuf>, Why> {
    match fs::metadata(place) {
        Ok(metadata) if metadata.is_dir() => tarballs(pin, place),
        Ok(_) => {
            let name = place.file_name().and_then(|name| name.to_str()).ok_or(Why::NotUtf8)?;
            let fits = |pattern: &String| Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(name));
            Ok(if names(pin).iter().any(fits) { vec![place.to_owned()] } else { Vec::new() })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Why::Missing),
        Err(error) => Err(error.into()),
    }
}

/// The files of a directory whose names fit.
fn tarballs(pin: &Pin, directory: &Path) -> Result<Vec<PathBuf>, Why> {
    let directory = Pattern::escape(directory.to_str().ok_or(Why::NotUtf8)?);
    let mut files = Vec::new();
    for name in names(pin) {
        for pattern in [format!("{directory}/{name}"), format!("{directory}/*/{name}")] {
            let found = glob::glob(&pattern).expect("names are plain and the directory is escaped");
            // A directory that cannot be read is one where nothing is found.
            files.extend(found.flatten().filter(|path| path.is_file()));
        }
    }
    Ok(files)
}

/// Patterns of the names that a tarball of the release has, upstream's first, then Debian's.
fn names(pin: &Pin) -> Vec<String> {
    let version = &pin.version;
    let source = match &pin.debian {
        Some(debian) => debian.source.clone(),
        None => format!("python{}", version.minor()),
    };
    let mut names: Vec<String> = Vec::new();
    for tarball in &pin.tarballs {
        names.push(tarball.file_name.clone());
        if let Some(stem) = tarball.file_name.strip_suffix(".tgz") {
            names.push(format!("{stem}.tar.gz"));
        }
    }
    if pin.tarballs.is_empty() {
        // It cannot be verified, and whoever put it there should learn that.
        names.push(format!("Python-{version}.t*"));
    }
    names.push(format!("{source}_{version}.orig.tar.*[z2]"));
    names
}

/// The tarball, if its sha256 is pinned.
fn verified(pin: &Pin, file: &Path) -> Result<Located, Why> {
    if pin.tarballs.is_empty() {
        return Err(Why::NoTarballPinned);
    }
    let sha256 = check(file, &pin.tarballs)?;
    Ok(Located::Tarball { path: file.to_owned(), sha256 })
}

/// The repository, if its release tag has the pinned tree, or if it has that tree and no such tag.
fn in_git(pin: &Pin, place: &Path) -> Result<Option<Located>, Why> {
    let absent = |error: &git2::Error| error.code() == ErrorCode::NotFound;
    let repository = match Repository::open(place) {
        Ok(repository) => repository,
        Err(error) if absent(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let found = match repository.find_reference(&format!("refs/tags/{}", pin.tag)) {
        Ok(tag) => {
            let actual = tag.peel_to_tree()?.id().to_string();
            if actual != pin.tree {
                return Err(Why::WrongTree { tag: pin.tag.clone(), actual, pinned: pin.tree.clone() });
            }
            true
        }
        Err(error) if absent(&error) => repository.find_tree(Oid::from_str(&pin.tree)?).is_ok(),
        Err(error) => return Err(error.into()),
    };
    Ok(found.then(|| Located::Git { repository: place.to_owned(), tree: pin.tree.clone() }))
}
