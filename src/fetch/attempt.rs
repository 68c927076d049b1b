//! What was tried to get at a release, and why it did not help.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::apt_error::AptError;
use crate::digest::Sha256Digest;

/// Where a release can come from, in the order in which it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A directory of tarballs or a git repository that the user named.
    Sources,
    /// The same, named by a file.
    Listed(&'static str),
    /// What was fetched earlier.
    Cache,
    /// Upstream's address.
    Upstream,
    /// The distribution's source package.
    Distribution,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Origin::Sources => "PYPATCH_SOURCES",
            Origin::Listed(file) => file,
            Origin::Cache => "cache",
            Origin::Upstream => "upstream",
            Origin::Distribution => "apt-get source",
        })
    }
}

/// A place that was tried without success.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {place}: {why}")]
pub struct Attempt {
    /// Which kind of place.
    pub origin: Origin,
    /// The file, repository or address.
    pub place: String,
    /// Why it did not help.
    pub why: Why,
}

impl Attempt {
    /// What trying a place gave. If it failed, the attempt is added to `rejected`.
    pub(super) fn record<T>(
        rejected: &mut Vec<Attempt>,
        (origin, place): (Origin, impl fmt::Display),
        result: Result<T, Why>,
    ) -> Option<T> {
        let reject = |why| rejected.push(Attempt { origin, place: place.to_string(), why });
        result.map_err(reject).ok()
    }
}

/// Why a place did not help.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// A directory or repository that does not exist.
    #[error("does not exist")]
    Missing,
    /// It is there and holds nothing of the release.
    #[error("has neither a tarball nor a tag of it")]
    NothingThere,
    /// A tarball of the right name with other bytes.
    #[error("has the sha256 {0}, and that is not pinned")]
    WrongHash(Sha256Digest),
    /// The cache has another file of that name.
    #[error("{} has the sha256 {digest}, and is not replaced: remove it if it is not upstream's", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
        /// Its digest.
        digest: Sha256Digest,
    },
    /// A release tag on another tree.
    #[error("its tag {tag} has the tree {actual}, and that is not pinned")]
    WrongTree {
        /// The tag.
        tag: String,
        /// The git tree id it leads to.
        actual: String,
    },
    /// No sha256 is known for any tarball of the release.
    #[error("no sha256 of a tarball is pinned, only the git tree id")]
    NoTarballPinned,
    /// The source package is not known.
    #[error("no source package of a distribution is pinned")]
    NoPackagePinned,
    /// No directory for downloads is known.
    #[error("nowhere to download to: neither XDG_CACHE_HOME nor HOME is an absolute path")]
    NoCache,
    /// A path whose name cannot be searched, because it is not UTF-8.
    #[error("its name is not UTF-8")]
    NotUtf8,
    /// The file system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It looks like a git repository and cannot be opened.
    #[error("{0}")]
    NotARepository(String),
    /// The repository cannot be read.
    #[error("{}", .0.message())]
    Git(#[from] git2::Error),
    /// The server answered with something else than the file.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The server sent another part of the file than the one asked for.
    #[error("the server answered `{0}` when asked for the rest of the file")]
    WrongRange(String),
    /// The server could not be reached, or the connection broke.
    #[error("{0}")]
    Connection(#[source] Box<ureq::Error>),
    /// The transfer ended early.
    #[error("the transfer broke off after {got} of {total} bytes")]
    Truncated {
        /// Bytes that arrived.
        got: u64,
        /// Bytes that were promised.
        total: u64,
    },
    /// More bytes than a release can have.
    #[error("is larger than {0} bytes")]
    TooLarge(u64),
    /// `apt-get` did not help.
    #[error("{0}")]
    Apt(#[from] AptError),
}

impl Why {
    /// Whether the place just does not have it. Everything else deserves a warning.
    pub fn is_absence(&self) -> bool {
        matches!(self, Why::NothingThere | Why::NoTarballPinned | Why::NoPackagePinned)
    }

    /// Whether the release was not downloaded because the cache is missing or cannot be written to.
    pub fn is_without_cache(&self) -> bool {
        let refused = [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem];
        match self {
            Why::NoCache => true,
            Why::Io(error) => refused.contains(&error.kind()),
            _ => false,
        }
    }

    /// Whether the release was there, and the disk had no space for it.
    pub fn is_full_disk(&self) -> bool {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge];
        matches!(self, Why::Io(error) if full.contains(&error.kind()))
    }
}

/// No place has the release.
#[derive(Debug, thiserror::Error)]
#[error("no source found for `{pin}`")]
pub struct FetchError {
    /// The name of the pin.
    pub pin: String,
    /// Everything that was tried, in that order.
    pub attempts: Vec<Attempt>,
}
