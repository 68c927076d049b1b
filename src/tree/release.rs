//! The tag and the tarball of a release, compared.

use std::collections::BTreeSet;

use git2::{ObjectType, Oid};

use super::{ContentsId, Entry, Node, Tree, TreeError, TreePath, keyword_normalized};

/// How the tag and the tarball of a release differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ReleaseDifference {
    /// The files and whole directories that only one of them has.
    pub only: Vec<TreePath>,
    /// The files with other contents, in byte order.
    pub differing: Vec<TreePath>,
}

/// Compares the tree of a tag with the tarball of the release, but for the paths `without` and everything below them. Version-control
/// keywords are ignored, as in `keyword_normalized`, and so are modes and times. Contents of the tag are read only where their ids differ.
///
/// # Errors
/// If one of them cannot be read.
pub fn release_difference(
    tag: &dyn Tree,
    tarball: &dyn Tree,
    without: &[TreePath],
) -> Result<ReleaseDifference, TreeError> {
    let is_compared = |path: &TreePath| {
        !without.iter().any(|top| path == top || path.ancestors().any(|above| above == *top))
    };
    // Listed first, so that ids are known.
    let of_tag = tag.files()?;
    let (mut seen, mut only, mut differing) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    tarball.walk(&mut |entry| {
        let is_link = matches!(entry.node, Node::Symlink(_));
        let bytes = match entry.node {
            Node::File(bytes) => bytes.to_vec(),
            Node::Large(large) => large.read().map_err(TreeError::io(&entry.path))?,
            Node::Symlink(target) => target,
            Node::Directory | Node::Other => return Ok(()),
        };
        let path = entry.path;
        if is_compared(&path) {
            let is_same = match tag.entry(&path)? {
                None => {
                    only.insert(top_without(tag, &path)?);
                    true
                }
                Some(Entry::Symlink) => is_link && tag.link(&path)?.is_some_and(|target| target == bytes),
                Some(Entry::File { .. }) if !is_link => is_same(tag, &path, &bytes)?,
                Some(Entry::File { .. } | Entry::Directory | Entry::Other(_)) => false,
            };
            if !is_same {
                differing.insert(path.clone());
            }
        }
        seen.insert(path);
        Ok(())
    })?;
    for path in of_tag.into_iter().filter(|path| is_compared(path) && !seen.contains(path)) {
        only.insert(top_without(tarball, &path)?);
    }
    Ok(ReleaseDifference { only: only.into_iter().collect(), differing: differing.into_iter().collect() })
}

/// Whether the file of the tag has these contents.
fn is_same(tag: &dyn Tree, path: &TreePath, bytes: &[u8]) -> Result<bool, TreeError> {
    let id = Oid::hash_object(ObjectType::Blob, bytes).ok();
    let id: Option<[u8; 20]> = id.and_then(|id| id.as_bytes().try_into().ok());
    if id.is_some() && tag.contents_id(path) == id.map(ContentsId) {
        return Ok(true);
    }
    let file = tag.read(path)?;
    Ok(file.is_some_and(|file| {
        file.bytes == bytes || keyword_normalized(&file.bytes) == keyword_normalized(bytes)
    }))
}

/// The file `path`, which `tree` does not have, or the topmost directory above it that it does not have, either.
fn top_without(tree: &dyn Tree, path: &TreePath) -> Result<TreePath, TreeError> {
    let mut top = path.clone();
    while let Some(above) = top.parent() {
        if tree.entry(&above)?.is_some() {
            break;
        }
        top = above;
    }
    Ok(top)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::{directory, path, repository};
    use super::super::{DirTree, GitTree};
    use super::*;

    #[test]
    fn what_only_one_has_and_what_differs_is_found() {
        let (tagged, other) = (repository(), directory());
        let tag = GitTree::open(tagged.path(), "v2.5").unwrap();
        let difference = |without: &[&str]| {
            let without: Vec<TreePath> = without.iter().map(|it| path(it)).collect();
            let tarball = DirTree::open(other.path()).unwrap();
            let ReleaseDifference { only, differing } = release_difference(&tag, &tarball, &without).unwrap();
            let text = |paths: &[TreePath]| paths.iter().map(TreePath::as_str).collect::<Vec<_>>().join(" ");
            (text(&only), text(&differing))
        };
        assert_eq!(difference(&[]), (String::new(), String::new()));
        fs::create_dir_all(other.path().join("Doc/build/html")).unwrap();
        fs::write(other.path().join("Doc/build/html/index"), "x").unwrap();
        fs::write(other.path().join("Misc/NEWS"), "other").unwrap();
        fs::remove_file(other.path().join("Modules/spam.c")).unwrap();
        fs::remove_file(other.path().join("Modules/news")).unwrap();
        std::os::unix::fs::symlink("elsewhere", other.path().join("Modules/news")).unwrap();
        assert_eq!(difference(&[]), ("Doc Modules/spam.c".into(), "Misc/NEWS Modules/news".into()));
        assert_eq!(difference(&["Doc/build", "Misc", "Modules"]), (String::new(), String::new()));
    }
}
