//! Gets at the bytes of a pinned release.
//!
//! Origins are asked in a fixed order: the places the user named, the cache, upstream's address,
//! the distribution's source package. None of them is trusted: a tarball counts when its sha256
//! is pinned, a git tag when its tree id is. Places that were tried without success are returned
//! as [`Attempt`]s, with the result or in the error.
//!
//! This is the only network code. It starts `apt-get`, and the programs that check signatures.

#[cfg_attr(not(feature = "apt"), path = "without_apt.rs")]
mod apt;
mod apt_error;
mod attempt;
mod cache;
mod http;
mod offer;
mod progress;
mod signature;
mod sources;
mod verify;

use std::env;
use std::path::{Path, PathBuf};

pub use apt::Apt;
pub use apt_error::AptError;
pub use attempt::{Attempt, FetchError, Origin, Why};
pub use http::Web;
pub use offer::{Download, Offer, download_unpinned, is_tarball_of, offers, upstream_address};
pub use progress::Progress;
pub use signature::{Identity, Signed, signatures};
pub use sources::tag_tree;
pub use verify::{Verified, verify};

use crate::digest::Sha256Digest;
use crate::tree::pin::{Pin, Tarball};
use crate::tree::{self, SourceSpec, Tree, TreeError};
use cache::Cache;

/// Where releases are looked for. Data, so that nothing below reads the environment.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Directories with tarballs, tarballs, and git repositories with release tags.
    pub sources: Vec<PathBuf>,
    /// Where downloads are kept; without it nothing is downloaded.
    pub cache: Option<PathBuf>,
    /// How to reach upstream; `None` stays off the network.
    pub web: Option<Web>,
    /// How to reach the distribution; `None` does not ask it.
    pub apt: Option<Apt>,
}

impl Places {
    /// The places of this machine and user: `PYPATCH_SOURCES`, `XDG_CACHE_HOME` or `~/.cache`,
    /// upstream over https, and the system's `apt-get`.
    pub fn from_env() -> Places {
        let sources = env::var_os("PYPATCH_SOURCES").unwrap_or_default();
        let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
        Places {
            sources: env::split_paths(&sources).filter(|path| !path.as_os_str().is_empty()).collect(),
            cache: cache.map(|cache| cache.join("pypatch")),
            web: Some(Web::upstream()),
            apt: Apt::of_system(),
        }
    }

    /// Opens a source under the label `name`. What is read of a tarball is kept in the cache.
    ///
    /// # Errors
    /// As [`tree::open_as`].
    pub fn open(&self, source: &SourceSpec, name: &str) -> Result<Box<dyn Tree>, TreeError> {
        self.open_known(source, name, None)
    }

    /// As [`Places::open`], where `known` is the digest of a tarball that was just hashed.
    ///
    /// # Errors
    /// As [`tree::open_as`].
    pub fn open_known(
        &self,
        source: &SourceSpec,
        name: &str,
        known: Option<Sha256Digest>,
    ) -> Result<Box<dyn Tree>, TreeError> {
        let reads = self.cache.as_ref().map(|cache| cache.join("read"));
        tree::open_recalling(source, name, reads.as_deref(), known)
    }
}

/// A release on this machine, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// A tarball with a pinned sha256.
    Tarball {
        /// The file.
        path: PathBuf,
    },
    /// A git repository that has the pinned tree.
    Git {
        /// The repository, bare or with a work tree.
        repository: PathBuf,
        /// The git tree id, 40 hexadecimal digits.
        tree: String,
    },
}

impl Located {
    /// The file or the repository.
    pub fn path(&self) -> &Path {
        match self {
            Located::Tarball { path } => path,
            Located::Git { repository, .. } => repository,
        }
    }

    /// The source that it is.
    pub fn source(&self) -> SourceSpec {
        match self {
            Located::Tarball { path } => SourceSpec::Archive(path.clone()),
            Located::Git { repository, tree } => {
                SourceSpec::Git { repo: repository.clone(), rev: tree.clone() }
            }
        }
    }
}

/// The result of a search.
#[derive(Debug, Default)]
pub struct Lookup {
    /// The release, when it was found.
    pub located: Option<Located>,
    /// The places that did not help: wrong hashes, unreadable places, and those that do not have it.
    pub rejected: Vec<Attempt>,
}

/// A release, and the places that were tried before it was found.
#[derive(Debug)]
pub struct Obtained {
    /// Where it is.
    pub located: Located,
    /// The places that were tried before it.
    pub rejected: Vec<Attempt>,
}

/// Looks for a release on this machine: in the places the user named, then in the cache.
/// No network. A file of the right name with the wrong hash is rejected and reported.
pub fn locate(pin: &Pin, places: &Places) -> Lookup {
    let mut rejected = Vec::new();
    let mut own = places.sources.iter();
    let found = own.find_map(|place| sources::search(pin, place, &mut rejected));
    let located = found.or_else(|| {
        let cache = Cache::new(places.cache.as_ref()?);
        pin.tarballs.iter().find_map(|tarball| {
            let path = cache.path(tarball);
            Attempt::record(&mut rejected, (Origin::Cache, path.display()), cache.look(tarball))?
        })
    });
    Lookup { located, rejected }
}

/// Opens a release that is on this machine, under the name of its pin; `None` if it is not there.
/// No network.
///
/// # Errors
/// When it was found and cannot be read.
pub fn open_local(pin: &Pin, places: &Places) -> Result<Option<Box<dyn Tree>>, TreeError> {
    let Some(located) = locate(pin, places).located else { return Ok(None) };
    Ok(Some(pin.prune(places.open(&located.source(), &pin.name)?)))
}

/// Gets a release: from this machine if it is there, else from upstream, else from the
/// distribution. What is downloaded is kept in the cache.
///
/// # Errors
/// When no origin has it; the error lists every origin and why it did not help.
pub fn obtain(pin: &Pin, places: &Places, progress: &mut dyn Progress) -> Result<Obtained, FetchError> {
    let Lookup { mut located, mut rejected } = locate(pin, places);
    if located.is_none() {
        located = match &places.cache {
            Some(directory) => download(pin, &Cache::new(directory), places, progress, &mut rejected),
            None => Attempt::record(&mut rejected, (Origin::Cache, &pin.name), Err(Why::NoCache)),
        };
    }
    match located {
        Some(located) => Ok(Obtained { located, rejected }),
        None => Err(FetchError { pin: pin.name.clone(), attempts: rejected }),
    }
}

/// Asks the origins beyond this machine.
fn download(
    pin: &Pin,
    cache: &Cache,
    places: &Places,
    progress: &mut dyn Progress,
    rejected: &mut Vec<Attempt>,
) -> Option<Located> {
    if pin.tarballs.is_empty() {
        return Attempt::record(rejected, (Origin::Upstream, &pin.name), Err(Why::NoTarballPinned));
    }
    if let Some(web) = &places.web {
        let addresses = pin.tarballs.iter().filter_map(|tarball| Some((tarball, tarball.url.as_ref()?)));
        for (tarball, url) in addresses {
            progress.note(url);
            let fetched = from_upstream((tarball, url), cache, web, progress);
            // A server that cannot be reached has no second tarball either.
            let unreachable = matches!(fetched, Err(Why::Connection(_)));
            let located = Attempt::record(rejected, (Origin::Upstream, url), fetched);
            if located.is_some() {
                return located;
            }
            if unreachable {
                break;
            }
        }
    }
    let apt = places.apt.as_ref()?;
    let Some(debian) = &pin.debian else {
        return Attempt::record(rejected, (Origin::Distribution, &pin.name), Err(Why::NoPackagePinned));
    };
    progress.note(&format!("apt-get source {} ({})", debian.source, debian.suite));
    let place = format!("{} of {}", debian.source, debian.suite);
    let fetched = apt.fetch(debian, &pin.tarballs, cache, progress);
    Attempt::record(rejected, (Origin::Distribution, place), fetched)
}

/// Downloads a tarball while no other process does, and moves it into the cache.
fn from_upstream(
    (tarball, url): (&Tarball, &str),
    cache: &Cache,
    web: &Web,
    progress: &mut dyn Progress,
) -> Result<Located, Why> {
    let _lock = cache.lock(&tarball.file_name, progress)?;
    // Whoever held the lock may have fetched it.
    if let Ok(Some(located)) = cache.look(tarball) {
        return Ok(located);
    }
    let part = cache.part(tarball);
    let resumed = web.download(url, &part, progress)?;
    match cache.adopt(tarball, part.path()) {
        Err(Why::WrongHash { .. }) if resumed => {
            part.discard()?;
            web.download(url, &part, progress)?;
            cache.adopt(tarball, part.path()).or_else(|why| part.discard().map_err(Why::from).and(Err(why)))
        }
        Err(why @ Why::WrongHash { .. }) => {
            part.discard()?;
            Err(why)
        }
        other => other,
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
