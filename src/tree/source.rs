//! What a user types to name a source.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{ArchiveTree, DirTree, GitTree, NamedTree, Tree, TreeError};

/// A source, as it was named and not yet opened.
///
/// A text is read as the first of these that it can be:
///
/// 1. `git:REPO@REV`: a revision of a git repository. The last `@` counts that is not the one of
///    `HEAD@{1}`; without one it is `HEAD`.
/// 2. `pin:NAME`: a pin, also where a file or directory has that name.
/// 3. The path of a directory or of any other file, which is taken for a tarball.
/// 4. A pin's name, if it could be one: letters, digits, `.`, `_`, `+` and `-`, no `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceSpec {
    /// A revision of a git repository.
    Git {
        /// Where the repository lies.
        repo: PathBuf,
        /// A revision, as `git rev-parse` takes it.
        rev: String,
    },
    /// A directory.
    Directory(PathBuf),
    /// A tarball.
    Archive(PathBuf),
    /// An upstream release by the name of its pin.
    Pin(String),
}

/// A text that names no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no source: {why}")]
pub struct BadSource {
    /// What was typed.
    pub text: String,
    /// What was tried.
    pub why: String,
}

impl FromStr for SourceSpec {
    type Err = BadSource;

    fn from_str(text: &str) -> Result<SourceSpec, BadSource> {
        let bad = |why: &str| BadSource { text: text.to_owned(), why: why.to_owned() };
        if let Some(git) = text.strip_prefix("git:") {
            let (repo, rev) = split_revision(git);
            if repo.is_empty() {
                return Err(bad("no repository is named, as in `git:REPO@REV`"));
            }
            if rev.is_empty() {
                return Err(bad("no revision is named after the `@`"));
            }
            return Ok(SourceSpec::Git { repo: repo.into(), rev: rev.to_owned() });
        }
        if let Some(name) = text.strip_prefix("pin:") {
            return match is_pin_name(name) {
                true => Ok(SourceSpec::Pin(name.to_owned())),
                false => Err(bad("that is no name a pin could have")),
            };
        }
        let path = Path::new(text);
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => Ok(SourceSpec::Directory(path.to_owned())),
            Ok(metadata) if metadata.is_file() => Ok(SourceSpec::Archive(path.to_owned())),
            Ok(_) => Err(bad("it is a device or a pipe, not a directory or a tarball")),
            Err(_) if is_pin_name(text) => Ok(SourceSpec::Pin(text.to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(bad(
                "there is no file or directory of that name, it does not begin with `git:`, and no pin has such a name",
            )),
            Err(error) => Err(bad(&format!("it cannot be looked at ({error})"))),
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
/// [`TreeError::Pin`] for a pin: where its tarball lies is not known here. Otherwise what
/// [`DirTree::open`], [`ArchiveTree::open`] and [`GitTree::open`] fail with.
pub fn open(source: &SourceSpec) -> Result<Box<dyn Tree>, TreeError> {
    Ok(match source {
        SourceSpec::Git { repo, rev } => Box::new(GitTree::open(repo, rev)?),
        SourceSpec::Directory(path) => Box::new(DirTree::open(path)?),
        SourceSpec::Archive(path) => Box::new(ArchiveTree::open(path)?),
        SourceSpec::Pin(name) => return Err(TreeError::Pin(name.clone())),
    })
}

/// Opens a source that is on this machine, and calls it `name`: a pin is called by its own name,
/// wherever the bytes are kept.
///
/// # Errors
/// As [`open`].
pub fn open_as(source: &SourceSpec, name: &str) -> Result<Box<dyn Tree>, TreeError> {
    Ok(Box::new(NamedTree::new(name, open(source)?)))
}

fn split_revision(git: &str) -> (&str, &str) {
    let at = git.rmatch_indices('@').map(|(at, _)| at).find(|&at| !git[at + 1..].starts_with('{'));
    at.map_or((git, "HEAD"), |at| (&git[..at], &git[at + 1..]))
}

fn is_pin_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c))
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
    fn a_path_that_exists_comes_before_a_pin_of_the_same_name() {
        let place = tempfile::tempdir().unwrap();
        let tarball = place.path().join("python-2.5");
        std::fs::write(&tarball, "").unwrap();
        let text = tarball.to_str().unwrap();
        assert_eq!(text.parse(), Ok(SourceSpec::Archive(tarball.clone())));
        let directory = place.path().to_owned();
        assert_eq!(directory.to_str().unwrap().parse(), Ok(SourceSpec::Directory(directory)));
        // The crate's own directory is where tests run.
        assert_eq!("src".parse(), Ok(SourceSpec::Directory("src".into())));
        assert_eq!("pin:src".parse(), Ok(SourceSpec::Pin("src".to_owned())));
        assert_eq!("python-2.5".parse(), Ok(SourceSpec::Pin("python-2.5".to_owned())));
        assert!(matches!(open(&SourceSpec::Pin("python-2.5".to_owned())), Err(TreeError::Pin(_))));
    }

    #[test]
    fn what_can_be_nothing_of_that_is_told_what_was_tried() {
        let error = "./no/such place".parse::<SourceSpec>().unwrap_err();
        insta::assert_snapshot!(error, @"`./no/such place` is no source: there is no file or directory of that name, it does not begin with `git:`, and no pin has such a name");
        assert!("pin:a/b".parse::<SourceSpec>().is_err());
        assert!("/dev/null".parse::<SourceSpec>().is_err());
    }
}
