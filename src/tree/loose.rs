//! Loose objects of a git repository that are cut short: libgit2 reads them forever.

use std::fs::File;
use std::io;

use flate2::read::ZlibDecoder;
use git2::{Error, ErrorClass, ErrorCode, ObjectType, Oid, Repository};

use crate::regular::LARGEST_FILE;

/// Checks that the file of a loose object has an end. An object in a pack, or one that does not exist, is left to
/// libgit2, which knows how long it has to be.
///
/// # Errors
/// If it is cut short, damaged or too large.
pub(super) fn require_end(repository: &Repository, id: Oid) -> Result<(), Error> {
    let name = id.to_string();
    let Ok(file) = File::open(repository.commondir().join("objects").join(&name[..2]).join(&name[2..]))
    else {
        return Ok(());
    };
    let damaged = |why: String| {
        let message = format!("the object {name} is damaged: {why}");
        Error::new(ErrorCode::GenericError, ErrorClass::Zlib, message)
    };
    // Its header is at most 32 bytes long.
    let most = LARGEST_FILE + 32;
    let mut decoder = io::Read::take(ZlibDecoder::new(file), most + 1);
    let bytes = io::copy(&mut decoder, &mut io::sink()).map_err(|error| damaged(error.to_string()))?;
    if bytes > most { Err(damaged("it is too large".to_owned())) } else { Ok(()) }
}

/// Checks the object that a revision names, and what a tag or a commit leads to. A revision that is more than a name or an
/// id, such as `HEAD~2`, is not checked.
///
/// # Errors
/// As [`require_end`], or if an object cannot be read.
pub(super) fn require_ends(repository: &Repository, rev: &str) -> Result<(), Error> {
    let named = || repository.resolve_reference_from_short_name(rev).ok()?.resolve().ok()?.target();
    let id = if rev.len() == 40 { Oid::from_str(rev).ok() } else { None };
    let Some(mut id) = id.or_else(named) else { return Ok(()) };
    loop {
        require_end(repository, id)?;
        let Ok(object) = repository.find_object(id, None) else { return Ok(()) };
        id = match (object.kind(), object.as_tag(), object.as_commit()) {
            (Some(ObjectType::Tag), Some(tag), _) => tag.target_id(),
            (Some(ObjectType::Commit), _, Some(commit)) => commit.tree_id(),
            _ => return Ok(()),
        };
    }
}
