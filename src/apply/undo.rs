//! Brings a tree back to where an unfinished change found it.
//!
//! Every step may be repeated: what kills one recovery leaves work for the next.

use std::path::Path;

use super::disk::Disk;
use super::error::ApplyError;
use super::journal::{Journal, JournalFile};
use super::place::{self, Dir};
use super::stage::Stage;
use crate::digest::Sha256Digest;

/// Undoes what the change of `stage` has done so far, and deletes the stage.
///
/// # Errors
/// [`ApplyError::Torn`], before anything is done, when a file was edited since; else whatever the
/// disk says. The stage is still there then.
pub(super) fn undo(disk: &Disk<'_>, root: &Path, stage: &Stage) -> Result<(), ApplyError> {
    if let Some(journal) = stage.read_journal()? {
        let found = (0..).zip(&journal.files);
        let needed: Vec<(usize, Needed)> = found
            .map(|(i, file)| Ok((i, needed(root, stage, i, file)?)))
            .collect::<Result<_, ApplyError>>()?;
        restore(disk, root, stage, &journal, &needed)?;
    }
    stage.delete(disk, root)
}

/// What undoing the change of one file comes to.
#[derive(Clone, Copy)]
enum Needed {
    Nothing,
    Mode,
    Unlink,
    PutBack,
}

fn needed(root: &Path, stage: &Stage, i: usize, file: &JournalFile) -> Result<Needed, ApplyError> {
    let found = place::file(root, &file.path)?;
    let old = stage.old_at(i);
    let has_old = std::fs::symlink_metadata(&old).is_ok();
    let torn = || ApplyError::Torn { path: file.path.clone(), old: has_old.then(|| old.clone()) };
    let sha256 = match found {
        Some(_) => Some(Sha256Digest::of(&place::read(root, &file.path)?)),
        None => None,
    };
    match &file.before {
        Some(before) if file.in_place => match found {
            Some(found) if found.mode != before.mode => Ok(Needed::Mode),
            Some(_) => Ok(Needed::Nothing),
            None => Err(torn()),
        },
        Some(before) if !has_old => {
            if sha256 == Some(before.sha256) {
                Ok(Needed::Nothing)
            } else {
                Err(torn())
            }
        }
        // Equal contents may still be the new file, with another mtime.
        Some(before) if sha256 == Some(before.sha256) && file.after != sha256 => Ok(Needed::Nothing),
        Some(_) if sha256.is_none() || sha256 == file.after => Ok(Needed::PutBack),
        None if sha256.is_none() => Ok(Needed::Nothing),
        None if sha256 == file.after => Ok(Needed::Unlink),
        _ => Err(torn()),
    }
}

fn restore(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    journal: &Journal,
    needed: &[(usize, Needed)],
) -> Result<(), ApplyError> {
    for removed in journal.removed.iter().rev() {
        if place::dir(root, &Dir::Below(removed.path.clone()))?.is_none() {
            disk.make_dir(&removed.path.below(root))?;
            disk.set_mode(&removed.path.below(root), removed.mode)?;
        }
    }
    for (i, needed) in needed {
        let file = &journal.files[*i];
        let path = file.path.below(root);
        match (needed, &file.before) {
            (Needed::Mode, Some(before)) => disk.set_mode(&path, before.mode)?,
            (Needed::PutBack, _) => disk.rename(&stage.old_at(*i), &path)?,
            (Needed::Unlink, _) => disk.unlink(&path)?,
            (Needed::Mode, None) | (Needed::Nothing, _) => {}
        }
    }
    for created in journal.created.iter().rev() {
        disk.remove_dir(&created.below(root))?;
    }
    for (path, mtime) in &journal.mtimes {
        if place::dir(root, &Dir::Below(path.clone()))?.is_some_and(|(_, found)| found != *mtime) {
            disk.set_dir_mtime(&path.below(root), *mtime)?;
        }
    }
    // The journal goes next: what it led back to must be on the disk before.
    for (path, _) in &journal.mtimes {
        if place::dir(root, &Dir::Below(path.clone()))?.is_some() {
            disk.sync_dir(&path.below(root))?;
        }
    }
    disk.sync_dir(root)
}
