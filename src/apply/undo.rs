//! Undoes an unfinished change of a tree.
//!
//! Every step can be repeated, so that a recovery that is killed itself is completed by the next one.

use std::path::Path;

use super::disk::Disk;
use super::error::ApplyError;
use super::inspect;
use super::journal::{Journal, JournalFile};
use super::place::{Found, Place, Places};
use super::stage::Stage;
use super::stamp::{Mode, Mtime};
use crate::tree::TreePath;

/// Undoes the steps of a change that were made so far, from the journal of `stage`, and deletes the stage.
///
/// # Errors
/// [`ApplyError::Torn`], before anything is written, when a file was edited since the change; or any
/// error of the disk. The stage still exists then.
pub(super) fn undo(disk: &Disk<'_>, root: &Path, stage: &Stage) -> Result<(), ApplyError> {
    if let Some(journal) = stage.read_journal()? {
        // All files are examined before the first is restored, so that an edited one changes nothing.
        let files = journal.files.iter().enumerate();
        let steps: Vec<UndoStep> =
            files.map(|(i, file)| undo_step(root, stage, i, file)).collect::<Result<_, _>>()?;
        restore(disk, root, stage, &journal, &steps)?;
    }
    stage.delete(disk, root)
}

/// The step that undoes the change of one file.
#[derive(Clone, Copy)]
enum UndoStep {
    Nothing,
    SetMode(Mode),
    Unlink,
    PutBack,
}

/// Finds the step for `file`, number `i` of the journal. A file must be as before the change or as after it, unless
/// the change did not get to it.
fn undo_step(root: &Path, stage: &Stage, i: usize, file: &JournalFile) -> Result<UndoStep, ApplyError> {
    // What someone else did to a file that is not changed yet is kept, and its path is not even examined.
    if file.in_place.is_none() && file.after.is_some() && exists(&stage.new_at(i))? {
        return Ok(UndoStep::Nothing);
    }
    if file.after.is_none() && !exists(&stage.gone_at(i))? && exists(&stage.old_at(i))? {
        return Ok(UndoStep::Nothing);
    }
    let found = inspect::file_and_contents(&Places::new(root), &file.path)?;
    let old = stage.old_at(i);
    let has_old = exists(&old)?;
    let torn = || {
        let old = has_old.then(|| old.path().to_owned());
        ApplyError::Torn { path: file.path.clone(), old }
    };
    if let Some(after) = file.in_place {
        return match (&file.before, found) {
            (Some(before), Some((found, _))) if found.mode == after => {
                Ok(UndoStep::SetMode(before.mode.with_special_bits_of(found.mode)))
            }
            // Someone else changed its mode, or removed it.
            (Some(_), _) => Ok(UndoStep::Nothing),
            (None, _) => Err(torn()),
        };
    }
    let sha256 = found.map(|(info, bytes)| inspect::digest(info.mode, &bytes));
    match &file.before {
        Some(before) if !has_old => {
            if sha256 == Some(before.sha256) {
                Ok(UndoStep::Nothing)
            } else {
                Err(torn())
            }
        }
        // If both contents are equal the file may be the new one, with another mtime.
        Some(before) if sha256 == Some(before.sha256) && file.after != sha256 => Ok(UndoStep::Nothing),
        Some(_) if sha256.is_none() || sha256 == file.after => Ok(UndoStep::PutBack),
        None if sha256.is_none() => Ok(UndoStep::Nothing),
        None if sha256 == file.after => Ok(UndoStep::Unlink),
        _ => Err(torn()),
    }
}

fn exists(place: &Place) -> Result<bool, ApplyError> {
    let metadata = place.metadata().map_err(ApplyError::io("read metadata of", place.path()))?;
    Ok(metadata.is_some())
}

fn restore(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    journal: &Journal,
    steps: &[UndoStep],
) -> Result<(), ApplyError> {
    for removed in journal.removed.iter().rev() {
        let Some(place) = reachable(root, &removed.path)? else { continue };
        if !exists(&place)? {
            disk.make_dir(&place)?;
            if let Some((made, _)) = inspect::dir(&Places::new(root), &removed.path)? {
                disk.set_mode(&place, removed.mode.with_special_bits_of(made))?;
            }
        }
    }
    for (i, (step, file)) in steps.iter().zip(&journal.files).enumerate() {
        match step {
            UndoStep::Nothing => {}
            UndoStep::SetMode(mode) => disk.set_mode(&Place::of(root, &file.path)?, *mode)?,
            UndoStep::Unlink => disk.unlink(&Place::of(root, &file.path)?)?,
            UndoStep::PutBack => disk.rename(&stage.old_at(i), &Place::of(root, &file.path)?)?,
        }
    }
    for created in journal.created.iter().rev() {
        if unlinked_dir(root, created)?.is_some() {
            disk.remove_dir(&Place::of(root, created)?)?;
        }
    }
    for (path, mtime) in &journal.mtimes {
        if unlinked_dir(root, path)?.is_some_and(|found| found != *mtime) {
            disk.set_dir_mtime(&Place::of(root, path)?, *mtime)?;
        }
    }
    // The caller deletes the journal next, so everything that it restores must be on disk before.
    for (path, _) in &journal.mtimes {
        if unlinked_dir(root, path)?.is_some() {
            disk.sync_dir(&Place::of(root, path)?)?;
        }
    }
    disk.sync_dir(&Place::at(root))
}

/// The place of `path`; `None` if a directory above it does not exist, is a link now or a file.
fn reachable(root: &Path, path: &TreePath) -> Result<Option<Place>, ApplyError> {
    match Place::find(root, path) {
        Ok(Found::Place(place)) => Ok(Some(place)),
        Ok(Found::Missing(_)) | Err(ApplyError::Symlink(_) | ApplyError::WrongType(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The mtime of a directory; `None` if something else is there now, which is not touched.
fn unlinked_dir(root: &Path, path: &TreePath) -> Result<Option<Mtime>, ApplyError> {
    match inspect::dir(&Places::new(root), path) {
        Err(ApplyError::Symlink(_) | ApplyError::WrongType(_)) => Ok(None),
        found => Ok(found?.map(|(_, mtime)| mtime)),
    }
}
