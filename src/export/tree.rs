//! Writes a tree as a directory.

use std::path::Path;

use super::{ExportError, for_each_entry};
use crate::apply::TreeWriter;
use crate::tree::Tree;

/// Writes `tree` to the directory `out`, which must not exist or be empty; all of it or nothing.
/// Modes and mtimes are those of the source: make compares mtimes, and must not take generated files for
/// older than their sources.
///
/// # Errors
/// When the tree cannot be read or the directory cannot be written.
pub fn tree(tree: &dyn Tree, out: &Path) -> Result<(), ExportError> {
    Ok(write(tree, out)?.finish()?)
}

/// Writes `tree` as [`tree()`] does, but leaves it in the hidden directory next to `out`.
///
/// # Errors
/// As for [`tree()`].
pub(crate) fn write(tree: &dyn Tree, out: &Path) -> Result<TreeWriter, ExportError> {
    let mut writer = TreeWriter::new(out)?;
    for_each_entry(tree, |entry| Ok(writer.add(entry)?))?;
    writer.set_dir_metadata()?;
    Ok(writer)
}
