//! The release tags of a git repository.

use std::path::Path;

use super::TreeError;
use super::git::git_error;
use super::repository::open_repository;
use crate::version::Version;

/// A release tag, such as `v2.5.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseTag {
    /// The tag's name.
    pub name: String,
    /// The version that it tags.
    pub version: Version,
}

/// The release tags of `repository`, in the order of their versions: every final release, and for a
/// series without one its newest alpha, beta or candidate.
///
/// # Errors
/// If it is not a repository, or cannot be read.
pub fn release_tags(repository: &Path) -> Result<Vec<ReleaseTag>, TreeError> {
    let opened = open_repository(repository)?;
    let names = opened
        .tag_names(Some("v*"))
        .map_err(|error| git_error(&format!("git:{}", repository.display()), &error))?;
    let mut tags: Vec<ReleaseTag> = names
        .iter()
        .filter_map(|name| name.ok().flatten())
        .filter_map(|name| {
            let version = name.strip_prefix('v')?.parse().ok()?;
            Some(ReleaseTag { name: name.to_owned(), version })
        })
        .collect();
    tags.sort_by(|a, b| a.version.cmp(&b.version));
    let in_series = |one: &ReleaseTag, other: &ReleaseTag| one.version.series() == other.version.series();
    let is_newest = |one: &&ReleaseTag| {
        let mut series = tags.iter().filter(|tag| in_series(one, tag));
        series.clone().all(|tag| tag.version.is_prerelease()) && series.next_back() == Some(*one)
    };
    let counts = |tag: &&ReleaseTag| !tag.version.is_prerelease() || is_newest(tag);
    Ok(tags.iter().filter(counts).cloned().collect())
}

#[cfg(test)]
mod tests {
    use git2::Repository;

    use super::*;
    use crate::tree::testing;

    #[test]
    fn every_final_release_counts_and_a_candidate_if_there_is_none() {
        let folder = testing::repository();
        let repository = Repository::open(folder.path()).unwrap();
        let head = repository.revparse_single("HEAD").unwrap();
        for name in ["v2.5c1", "v3.15.0a1", "v3.15.0rc1", "v2.10", "version-1", "v2.5.1-fork"] {
            repository.tag_lightweight(name, &head, false).unwrap();
        }
        let names: Vec<String> =
            release_tags(folder.path()).unwrap().into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["v2.5", "v2.5.5", "v2.10", "v3.15.0rc1"]);
        assert!(matches!(release_tags(&folder.path().join("Modules")), Err(TreeError::NoRepository { .. })));
    }
}
