//! Writes the steps from a tree to another as patches: a series of quilt, a mailbox, a directory of patches.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::ExportError;
use super::output::{commit, prepare_directory};
use super::step::StepPatch;
use crate::date::Date;

/// Writes a directory `out` with the patches and their `series`, as quilt keeps them.
///
/// # Errors
/// When it cannot be written, or exists.
pub fn quilt(out: &Path, steps: &[StepPatch<'_>]) -> Result<(), ExportError> {
    let mut series = Vec::new();
    let mut files = Vec::new();
    for step in steps {
        let name = format!("{}.patch", step.name);
        let _ = writeln!(series, "{name}");
        files.push((PathBuf::from(name), step.quilt()));
    }
    files.push((PathBuf::from("series"), series));
    directory(out, &files)
}

/// Writes a directory `out` with a mail for each patch, numbered, as `git format-patch` does. `default_date` is that of a patch without
/// a date.
///
/// # Errors
/// When it cannot be written, or exists.
pub fn numbered(out: &Path, steps: &[StepPatch<'_>], default_date: Option<Date>) -> Result<(), ExportError> {
    let mails = steps.iter().enumerate().map(|(at, step)| {
        let name = format!("{:04}-{}.patch", at + 1, step.name);
        (PathBuf::from(name), step.mail((at + 1, steps.len()), default_date, false))
    });
    directory(out, &mails.collect::<Vec<_>>())
}

/// The mailbox that `git am` reads.
pub fn mailbox(steps: &[StepPatch<'_>], default_date: Option<Date>) -> Vec<u8> {
    let mails = steps.iter().enumerate();
    mails.flat_map(|(at, step)| step.mail((at + 1, steps.len()), default_date, true)).collect()
}

fn directory(out: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), ExportError> {
    let failed = |source| ExportError::Io { path: out.to_owned(), source };
    let files: Vec<(PathBuf, &[u8])> = files.iter().map(|(path, bytes)| (path.clone(), &bytes[..])).collect();
    prepare_directory(out, &files).and_then(|prepared| commit(vec![prepared])).map_err(failed)
}
