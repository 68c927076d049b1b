//! Looks for a release in a place the user named.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, Repository};
use glob::Pattern;

use super::cache::check;
use super::{Attempt, Located, Origin, Why};
use crate::tree::pin::Pin;
use crate::tree::{TreeError, is_like_repository, open_repository};

/// The release in `place`: a tarball, a directory with tarballs (in it or one level below, as
/// upstream's own directories are), or a git repository.
pub(super) fn search(pin: &Pin, place: &Path, rejected: &mut Vec<Attempt>) -> Option<Located> {
    let before = rejected.len();
    let here = || (Origin::Sources, place.display());
    let candidates = Attempt::record(rejected, here(), candidates(&names(pin), place)).unwrap_or_default();
    let tarball = candidates
        .iter()
        .find_map(|file| Attempt::record(rejected, (Origin::Sources, file.display()), verified(pin, file)));
    let found = tarball.or_else(|| Attempt::record(rejected, here(), in_git(pin, place))?);
    if found.is_none() && rejected.len() == before {
        return Attempt::record(rejected, here(), Err(Why::NothingThere));
    }
    found
}

/// The files of `place` whose names fit, or `place` itself when it is such a file.
pub(super) fn candidates(names: &[String], place: &Path) -> Result<Vec<PathBuf>, Why> {
    match fs::metadata(place) {
        Ok(metadata) if metadata.is_dir() => tarballs(names, place),
        Ok(_) => {
            let name = place.file_name().and_then(|name| name.to_str()).ok_or(Why::NotUtf8)?;
            let fits = |pattern: &String| Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(name));
            Ok(if names.iter().any(fits) { vec![place.to_owned()] } else { Vec::new() })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Why::Missing),
        Err(error) => Err(error.into()),
    }
}

/// The files of a directory whose names fit.
fn tarballs(names: &[String], directory: &Path) -> Result<Vec<PathBuf>, Why> {
    let directory = Pattern::escape(directory.to_str().ok_or(Why::NotUtf8)?);
    let mut files = Vec::new();
    for name in names {
        for pattern in [format!("{directory}/{name}"), format!("{directory}/*/{name}")] {
            let found = glob::glob(&pattern).expect("names are plain and the directory is escaped");
            // A directory that cannot be read is one where nothing is found.
            files.extend(found.flatten().filter(|path| path.is_file()));
        }
    }
    Ok(files)
}

/// Patterns of the names that a tarball of the release has, upstream's first, then Debian's.
pub(super) fn names(pin: &Pin) -> Vec<String> {
    let version = &pin.version;
    let source = match &pin.debian {
        Some(debian) => debian.source.clone(),
        None => format!("{}{}", version.software(), version.minor()),
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
        names.push(format!("?{}-{version}.t*", &version.software().name()[1..]));
    }
    names.push(format!("{source}_{version}.orig.tar.*[z2]"));
    names
}

/// The tarball, if its sha256 is pinned.
fn verified(pin: &Pin, file: &Path) -> Result<Located, Why> {
    if pin.tarballs.is_empty() {
        return Err(Why::NoTarballPinned);
    }
    check(file, &pin.tarballs)?;
    Ok(Located::Tarball { path: file.to_owned() })
}

/// The repository at `place`; `None` if nothing there looks like one. One of another user is opened, too.
fn repository(place: &Path) -> Result<Option<Repository>, Why> {
    match open_repository(place) {
        Ok(repository) => Ok(Some(repository)),
        Err(_) if !is_like_repository(place) => Ok(None),
        Err(TreeError::NoRepository { why, .. }) => Err(Why::NotARepository(why)),
        Err(error) => Err(Why::NotARepository(error.to_string())),
    }
}

/// The tree that a tag of a repository leads to; `None` if it has no such tag, or is not a repository.
///
/// # Errors
/// If it looks like a repository and cannot be read.
pub fn tag_tree(place: &Path, tag: &str) -> Result<Option<String>, Why> {
    let Some(repository) = repository(place)? else { return Ok(None) };
    let tree = repository.find_reference(&format!("refs/tags/{tag}")).and_then(|found| found.peel_to_tree());
    match tree.map(|tree| tree.id().to_string()) {
        Ok(tree) => Ok(Some(tree)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The repository, if its release tag has the pinned tree, or if it has that tree and no such tag.
pub(super) fn in_git(pin: &Pin, place: &Path) -> Result<Option<Located>, Why> {
    let absent = |error: &git2::Error| error.code() == ErrorCode::NotFound;
    let Some(repository) = repository(place)? else { return Ok(None) };
    let tag = pin.tag.as_ref().map(|tag| (tag, repository.find_reference(&format!("refs/tags/{tag}"))));
    let found = match tag {
        Some((tag, Ok(found))) => {
            let actual = found.peel_to_tree()?.id().to_string();
            if actual != pin.tree {
                return Err(Why::WrongTree { tag: tag.clone(), actual });
            }
            true
        }
        Some((_, Err(error))) if !absent(&error) => return Err(error.into()),
        _ => repository.find_tree(Oid::from_str(&pin.tree)?).is_ok(),
    };
    Ok(found.then(|| Located::Git { repository: place.to_owned(), tree: pin.tree.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::testing::pin;
    use crate::tree::pin::Debian;
    use git2::{Signature, Time};

    /// A repository with one commit of one file and the tag `v2.5`, and the id of its tree.
    fn made(path: &Path, bare: bool) -> String {
        let repository = if bare { Repository::init_bare(path) } else { Repository::init(path) }.unwrap();
        let blob = repository.blob(b"all:\n").unwrap();
        let mut builder = repository.treebuilder(None).unwrap();
        builder.insert("Makefile", blob, 0o100_644).unwrap();
        let tree = repository.find_tree(builder.write().unwrap()).unwrap();
        let who = Signature::new("a", "a@a.test", &Time::new(0, 0)).unwrap();
        let commit = repository.commit(None, &who, &who, "2.5", &tree, &[]).unwrap();
        let commit = repository.find_object(commit, None).unwrap();
        repository.tag("v2.5", &commit, &who, "an annotated tag", false).unwrap();
        tree.id().to_string()
    }

    fn search_one(pin: &Pin, place: &Path) -> (Option<Located>, Vec<Attempt>) {
        let mut rejected = Vec::new();
        (search(pin, place, &mut rejected), rejected)
    }

    #[test]
    fn a_tarball_is_found_in_a_directory_and_one_level_below() {
        let pin = pin("https://a.test", b"good");
        for name in ["Python-2.5.tgz", "Python-2.5.tar.gz", "2.5/Python-2.5.tgz", "python2.5_2.5.orig.tar.gz"]
        {
            let directory = tempfile::tempdir().unwrap();
            // Characters that mean something in a pattern are plain in a directory.
            let place = directory.path().join("a[b]*");
            fs::create_dir_all(place.join("2.5")).unwrap();
            fs::write(place.join(name), "good").unwrap();
            let (located, rejected) = search_one(&pin, &place);
            assert_eq!(located.unwrap().path(), place.join(name));
            assert!(rejected.is_empty());
        }
    }

    #[test]
    fn a_place_may_be_the_tarball_itself() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("Python-2.5.tgz");
        fs::write(&file, "good").unwrap();
        assert!(search_one(&pin("https://a.test", b"good"), &file).0.is_some());
        let other = directory.path().join("Python-2.6.tgz");
        fs::rename(&file, &other).unwrap();
        let (located, rejected) = search_one(&pin("https://a.test", b"good"), &other);
        assert!(located.is_none() && rejected[0].why.is_absence(), "{rejected:?}");
    }

    #[test]
    fn the_name_of_the_source_package_is_known() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("python2.5_2.5.orig.tar.xz.asc"), "a signature").unwrap();
        fs::write(directory.path().join("snake_2.5.orig.tar.xz"), "good").unwrap();
        let debian = Debian { suite: "sid".to_owned(), source: "snake".to_owned() };
        let pin = Pin { debian: Some(debian), ..pin("https://a.test", b"good") };
        assert!(search_one(&pin, directory.path()).0.is_some());
    }

    #[test]
    fn a_tarball_with_the_wrong_hash_is_reported_and_skipped() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("Python-2.5.tgz"), "evil").unwrap();
        fs::write(directory.path().join("python2.5_2.5.orig.tar.gz"), "good").unwrap();
        let (located, rejected) = search_one(&pin("https://a.test", b"good"), directory.path());
        assert!(located.unwrap().path().ends_with("python2.5_2.5.orig.tar.gz"));
        assert!(matches!(&rejected[..], [Attempt { why: Why::WrongHash { .. }, .. }]), "{rejected:?}");
    }

    #[test]
    fn a_tarball_of_a_release_without_a_pinned_sha256_is_told() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("Python-2.5.tar.xz"), "who knows").unwrap();
        let pin = Pin { tarballs: Vec::new(), ..pin("https://a.test", b"") };
        let (located, rejected) = search_one(&pin, directory.path());
        assert!(located.is_none());
        assert!(matches!(&rejected[..], [Attempt { why: Why::NoTarballPinned, .. }]), "{rejected:?}");
    }

    #[test]
    fn a_release_tag_counts_when_its_tree_is_pinned() {
        for bare in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let tree = made(directory.path(), bare);
            let good = Pin { tree: tree.clone(), ..pin("https://a.test", b"") };
            let expected = Located::Git { repository: directory.path().to_owned(), tree: tree.clone() };
            assert_eq!(search_one(&good, directory.path()).0, Some(expected));

            let moved = pin("https://a.test", b"");
            let (located, rejected) = search_one(&moved, directory.path());
            assert!(located.is_none());
            match &rejected[..] {
                [Attempt { why: Why::WrongTree { actual, .. }, .. }] => assert_eq!(*actual, tree),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_pinned_tree_needs_no_tag() {
        let directory = tempfile::tempdir().unwrap();
        let tree = made(directory.path(), true);
        let untagged = Pin { tag: Some("v2.5.9".to_owned()), ..pin("https://a.test", b"") };
        let (located, rejected) = search_one(&untagged, directory.path());
        assert!(located.is_none() && rejected[0].why.is_absence(), "{rejected:?}");
        assert!(search_one(&Pin { tree, ..untagged }, directory.path()).0.is_some());
    }

    #[test]
    fn the_repository_around_a_directory_is_not_searched() {
        let directory = tempfile::tempdir().unwrap();
        let tree = made(directory.path(), false);
        let below = directory.path().join("below");
        fs::create_dir(&below).unwrap();
        assert!(search_one(&Pin { tree, ..pin("https://a.test", b"") }, &below).0.is_none());
    }

    #[test]
    fn a_damaged_repository_is_an_error_and_not_one_without_the_tag() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(tag_tree(directory.path(), "v2.5"), Ok(None)));
        let tree = made(directory.path(), true);
        assert_eq!(tag_tree(directory.path(), "v2.5").unwrap(), Some(tree));
        assert!(matches!(tag_tree(directory.path(), "v2.6"), Ok(None)));
        fs::remove_file(directory.path().join("HEAD")).unwrap();
        assert!(matches!(tag_tree(directory.path(), "v2.5"), Err(Why::NotARepository(_))));
    }

    #[test]
    fn a_place_that_does_not_exist_is_reported() {
        let directory = tempfile::tempdir().unwrap();
        let (_, rejected) = search_one(&pin("https://a.test", b""), &directory.path().join("gone"));
        assert!(matches!(&rejected[..], [Attempt { why: Why::Missing, .. }]), "{rejected:?}");
    }
}
