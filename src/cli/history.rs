//! The history between two sources.

use super::{CliError, Source, Workspace};
use crate::tree::{CommitId, History, SourceSpec, tree_version};

/// The first repository that contains the commits of both ends, and these commits: the repository of an end, or
/// one listed in PYPATCH_SOURCES.
pub(super) fn repository(
    workspace: &Workspace,
    from: &Source,
    to: &Source,
) -> Result<Option<(History, [CommitId; 2])>, CliError> {
    let own = [from, to].into_iter().filter_map(|source| match &source.spec {
        SourceSpec::Git { repo, .. } => Some(repo),
        SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Pin(_) => None,
    });
    for path in own.chain(&workspace.places.sources) {
        // Most of them are directories of tarballs.
        let Ok(history) = History::open(path) else { continue };
        if let (Some(from), Some(to)) = (commit(workspace, &history, from)?, commit(workspace, &history, to)?)
        {
            return Ok(Some((history, [from, to])));
        }
    }
    Ok(None)
}

/// The commit of a source in a repository: of a revision, of a pin's tag, or of the release whose version a
/// directory has.
pub(super) fn commit(
    workspace: &Workspace,
    history: &History,
    source: &Source,
) -> Result<Option<CommitId>, CliError> {
    let pin = match (&source.pin, &source.spec) {
        (_, SourceSpec::Git { repo, rev }) => {
            let own = History::open(repo)?.commit(rev);
            return Ok(own.and_then(|id| history.commit(&id.to_string())));
        }
        (Some(pin), _) => Some(pin.clone()),
        (None, SourceSpec::Directory(_)) => match tree_version(source.tree.as_ref())? {
            Some(version) => workspace.pins.by_version(&version)?,
            None => None,
        },
        (None, SourceSpec::Archive(_) | SourceSpec::Pin(_)) => None,
    };
    Ok(pin.and_then(|pin| history.release(pin.tag.as_deref(), &pin.tree)))
}
