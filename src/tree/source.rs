//! Sources: what a tree is read from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use super::{ArchiveTree, Blobs, DirTree, GitTree, Tree, TreeError};
use crate::digest::Sha256Digest;

/// A source that is not opened yet.
///
/// A text is parsed as the first of these that it can be:
///
/// 1. `git:REPO@REV`: a revision of a git repository. The last `@` separates them, except for the one
///    of `HEAD@{1}`; the revision defaults to `HEAD`.
/// 2. `pin:NAME`: a pin, even if a file or directory has that name.
/// 3. The path of a directory, or of a file, which has to be a tarball.
/// 4. What names a pin ([`super::pin::Selector`]): its name, which has letters, digits, `.`, `_`, `+` and `-`; a version, a series, a
///    pattern, or a range of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceSpec {
    /// A revision of a git repository.
    Git {
        /// The path of the repository.
        repo: PathBuf,
        /// A revision, as `git rev-parse` accepts it.
        rev: String,
    },
    /// A directory.
    Directory(PathBuf),
    /// A tarball.
    Archive(PathBuf),
    /// An upstream release by what names its pin.
    Pin(String),
}

/// A text that is not a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSource {
    /// A path at which nothing is, and that cannot name a pin.
    #[error("no file or directory `{0}`")]
    Missing(String),
    /// Another text that is not a source.
    #[error("invalid source `{text}`: {why}")]
    Invalid {
        /// What was typed.
        text: String,
        /// Why it is not a source.
        why: String,
    },
}

impl FromStr for SourceSpec {
    type Err = BadSource;

    fn from_str(text: &str) -> Result<SourceSpec, BadSource> {
        let bad = |why: &str| BadSource::Invalid { text: text.to_owned(), why: why.to_owned() };
        if let Some(git) = text.strip_prefix("git:") {
            let (repo, rev) = split_revision(git);
            if repo.is_empty() {
                return Err(bad("it names no repository (write `git:REPO@REV`)"));
            }
            if rev.is_empty() {
                return Err(bad("it names no revision after the `@`"));
            }
            return Ok(SourceSpec::Git { repo: repo.into(), rev: rev.to_owned() });
        }
        if let Some(name) = text.strip_prefix("pin:") {
            if may_name_pin(name) {
                return Ok(SourceSpec::Pin(name.to_owned()));
            }
            return Err(bad("the name of a pin has only letters, digits, `.`, `_`, `+` and `-`"));
        }
        let path = Path::new(text);
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => Ok(SourceSpec::Directory(path.to_owned())),
            Ok(metadata) if metadata.is_file() => Ok(SourceSpec::Archive(path.to_owned())),
            Ok(_) => Err(bad("it is a device or a pipe, not a directory or a tarball")),
            Err(_) if may_name_pin(text) => Ok(SourceSpec::Pin(text.to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(BadSource::Missing(text.to_owned()))
            }
            Err(error) => Err(bad(&format!("cannot read it: {error}"))),
        }
    }
}

impl fmt::Display for SourceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceSpec::Git { repo, rev } => write!(f, "git:{}@{rev}", repo.display()),
            SourceSpec::Directory(path) | SourceSpec::Archive(path) => path.display().fmt(f),
            SourceSpec::Pin(name) => f.write_str(name),
        }
    }
}

/// Opens a source that is on this machine.
///
/// # Errors
/// [`TreeError::Pin`] for a pin, which has to be located first. Otherwise the errors of
/// [`DirTree::open`], [`ArchiveTree::open`] and [`GitTree::open`].
pub fn open(source: &SourceSpec) -> Result<Box<dyn Tree>, TreeError> {
    open_as(source, &source.to_string())
}

/// Opens a source that is on this machine under the label `name`: that of a pin is its own name,
/// wherever it was found.
///
/// # Errors
/// As [`open`].
pub fn open_as(source: &SourceSpec, name: &str) -> Result<Box<dyn Tree>, TreeError> {
    open_recalling(source, name, None, None)
}

/// As [`open_as`]. What is read of a tarball is kept in the folder `reads`, if that is given, and taken from there the next time.
/// `known` is the digest of a tarball that was just hashed.
///
/// # Errors
/// As [`open`].
pub fn open_recalling(
    source: &SourceSpec,
    name: &str,
    reads: Option<&Path>,
    known: Option<Sha256Digest>,
) -> Result<Box<dyn Tree>, TreeError> {
    Ok(match source {
        SourceSpec::Git { repo, rev } => Box::new(GitTree::open(repo, rev)?.labelled(name)),
        SourceSpec::Directory(path) => Box::new(DirTree::open(path)?.labelled(name)),
        SourceSpec::Archive(path) => {
            Box::new(ArchiveTree::open_recalling(path, reads, known)?.labelled(name))
        }
        SourceSpec::Pin(name) => return Err(TreeError::Pin(name.clone())),
    })
}

/// Opens one of several sources as [`open_as`] does. The blobs that another one opened with `blobs` has read are not read
/// again.
///
/// # Errors
/// As [`open`].
pub fn open_sharing(source: &SourceSpec, name: &str, blobs: &Arc<Blobs>) -> Result<Box<dyn Tree>, TreeError> {
    match source {
        SourceSpec::Git { repo, rev } => {
            Ok(Box::new(GitTree::open(repo, rev)?.labelled(name).sharing(blobs)))
        }
        SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Pin(_) => open_as(source, name),
    }
}

fn split_revision(git: &str) -> (&str, &str) {
    let at = git.rmatch_indices('@').map(|(at, _)| at).find(|&at| !git[at + 1..].starts_with('{'));
    at.map_or((git, "HEAD"), |at| (&git[..at], &git[at + 1..]))
}

/// Whether a text may be what names a pin: a name or a version, a range, or a pattern.
fn may_name_pin(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    text.starts_with(['<', '>', '=', '!'])
        || !text.contains('/') && text.contains(['*', '?', '['])
        || text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(repo: &str, rev: &str) -> SourceSpec {
        SourceSpec::Git { repo: repo.into(), rev: rev.to_owned() }
    }

    #[test]
    fn a_git_source_is_split_at_its_last_at_sign() {
        for (text, spec) in [
            ("git:cpython@v2.5", git("cpython", "v2.5")),
            ("git:cpython", git("cpython", "HEAD")),
            ("git:/srv/me@work/cpython@origin/main", git("/srv/me@work/cpython", "origin/main")),
            ("git:cpython@HEAD@{1}", git("cpython", "HEAD@{1}")),
            ("git:cpython@v2.5^{tree}", git("cpython", "v2.5^{tree}")),
        ] {
            assert_eq!(text.parse(), Ok(spec), "{text}");
        }
        for text in ["git:", "git:@v2.5", "git:cpython@"] {
            assert!(text.parse::<SourceSpec>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_that_exists_precedes_a_pin_of_the_same_name() {
        let folder = tempfile::tempdir().unwrap();
        let tarball = folder.path().join("python-2.5");
        std::fs::write(&tarball, "").unwrap();
        let text = tarball.to_str().unwrap();
        assert_eq!(text.parse(), Ok(SourceSpec::Archive(tarball.clone())));
        let directory = folder.path().to_owned();
        assert_eq!(directory.to_str().unwrap().parse(), Ok(SourceSpec::Directory(directory)));
        // The crate's own directory is where tests run.
        assert_eq!("src".parse(), Ok(SourceSpec::Directory("src".into())));
        assert_eq!("pin:src".parse(), Ok(SourceSpec::Pin("src".to_owned())));
        assert_eq!("python-2.5".parse(), Ok(SourceSpec::Pin("python-2.5".to_owned())));
        assert!(matches!(open(&SourceSpec::Pin("python-2.5".to_owned())), Err(TreeError::Pin(_))));
    }

    #[test]
    fn an_invalid_source_is_reported_with_the_reason() {
        let error = "./no/such place".parse::<SourceSpec>().unwrap_err();
        insta::assert_snapshot!(error, @"no file or directory `./no/such place`");
        for text in ["2.7.18", "3.1[2-4].*", ">=3.12, <3.14"] {
            assert_eq!(text.parse(), Ok(SourceSpec::Pin(text.to_owned())));
        }
        assert_eq!("a/b*".parse::<SourceSpec>(), Err(BadSource::Missing("a/b*".to_owned())));
        assert!("pin:a/b".parse::<SourceSpec>().is_err());
        assert!("/dev/null".parse::<SourceSpec>().is_err());
    }
}
