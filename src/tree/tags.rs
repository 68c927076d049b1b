//! The release tags of a git repository.

use std::path::Path;

use super::TreeError;
use super::git::{git_error, open_repository};
use crate::version::Version;

/// A release tag, and the version it names: `v2.5.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseTag {
    /// The tag's name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

/// The tags of `repository` that CPython names its releases by, in the order of versions: every final release,
/// and for a series without one its newest alpha, beta or candidate.
///
/// # Errors
/// When it is no repository, or cannot be read.
pub fn release_tags(repository: &Path) -> Result<Vec<ReleaseTag>, TreeError> {
    let opened = open_repository(repository)?;
    let names = opened
        .tag_names(Some("v*"))
        .map_err(|error| git_error(&format!("git:{}", repository.display()), &error))?;
    let mut tags: Vec<ReleaseTag> = names
        .iter()
        .filter_map(|name| name.ok().flatten())
        .filter_map(|name| {
            let version = name.strip_prefix('v')?.parse::<Version>().ok()?;
            Some(ReleaseTag { name: name.to_owned(), version })
        })
        .collect();
    tags.sort_by(|a, b| a.version.cmp(&b.version));
    let has_final =
        |series| tags.iter().any(|tag| tag.version.series() == series && !tag.version.is_prerelease());
    let newest = |one: &ReleaseTag| {
        tags.iter().rfind(|tag| tag.version.series() == one.version.series()).is_some_and(|last| last == one)
    };
    Ok(tags
        .iter()
        .filter(|tag| !tag.version.is_prerelease() || (!has_final(tag.version.series()) && newest(tag)))
        .cloned()
        .collect())
}

#[cfg(test)]
mod tests {
    use git2::Repository;

    use super::*;
    use crate::tree::testing;

    #[test]
    fn every_final_release_counts_and_a_candidate_where_there_is_none() {
        let place = testing::repository();
        let repository = Repository::open(place.path()).unwrap();
        let head = repository.revparse_single("HEAD").unwrap();
        for name in ["v2.5c1", "v3.15.0a1", "v3.15.0rc1", "v2.10", "version-1", "v2.5.1-fork"] {
            repository.tag_lightweight(name, &head, false).unwrap();
        }
        let names: Vec<String> =
            release_tags(place.path()).unwrap().into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["v2.5", "v2.5.5", "v2.10", "v3.15.0rc1"]);
        assert!(matches!(release_tags(&place.path().join("Modules")), Err(TreeError::NoRepository { .. })));
    }
}
