//! Undoes an unfinished change of a tree.
//!
//! Every step can be repeated, so that a recovery that is killed itself is completed by the next one.

use std::path::Path;

use super::disk::Disk;
use super::error::ApplyError;
use super::inspect;
use super::journal::{Journal, JournalFile};
use super::stage::Stage;
use super::stamp::Mode;
use crate::digest::Sha256Digest;

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

/// Finds the step for `file`, number `i` of the journal. A file must be as before the change or as after it.
fn undo_step(root: &Path, stage: &Stage, i: usize, file: &JournalFile) -> Result<UndoStep, ApplyError> {
    let found = inspect::file(root, &file.path)?;
    let old = stage.old_at(i);
    let has_old = std::fs::symlink_metadata(&old).is_ok();
    let torn = || ApplyError::Torn { path: file.path.clone(), old: has_old.then(|| old.clone()) };
    let sha256 = match found {
        Some(_) => Some(Sha256Digest::of(&inspect::read(root, &file.path)?)),
        None => None,
    };
    match &file.before {
        Some(before) if file.in_place => match found {
            Some(found) if found.mode != before.mode => Ok(UndoStep::SetMode(before.mode)),
            Some(_) => Ok(UndoStep::Nothing),
            None => Err(torn()),
        },
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

fn restore(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    journal: &Journal,
    steps: &[UndoStep],
) -> Result<(), ApplyError> {
    for removed in journal.removed.iter().rev() {
        if inspect::dir(root, &removed.path)?.is_none() {
            disk.make_dir(&removed.path.below(root))?;
            disk.set_mode(&removed.path.below(root), removed.mode)?;
        }
    }
    for (i, (step, file)) in steps.iter().zip(&journal.files).enumerate() {
        let path = file.path.below(root);
        match step {
            UndoStep::Nothing => {}
            UndoStep::SetMode(mode) => disk.set_mode(&path, *mode)?,
            UndoStep::Unlink => disk.unlink(&path)?,
            UndoStep::PutBack => disk.rename(&stage.old_at(i), &path)?,
        }
    }
    for created in journal.created.iter().rev() {
        disk.remove_dir(&created.below(root))?;
    }
    for (path, mtime) in &journal.mtimes {
        if inspect::dir(root, path)?.is_some_and(|(_, found)| found != *mtime) {
            disk.set_dir_mtime(&path.below(root), *mtime)?;
        }
    }
    // The caller deletes the journal next, so everything that it restores must be on disk before.
    for (path, _) in &journal.mtimes {
        if inspect::dir(root, path)?.is_some() {
            disk.sync_dir(&path.below(root))?;
        }
    }
    disk.sync_dir(root)
}
