//! Writes a single file, which appears when it is complete.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::ExportError;

/// Writes `bytes` to the file `out`, completely or not at all. If `out` is in /dev, or exists and is not a regular
/// file, for example a pipe, the bytes are written into it directly.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn file(out: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let write = || match out.metadata() {
        // A regular file that the shell has open cannot be replaced.
        _ if out.starts_with("/dev") || out.starts_with("/proc") => fs::write(out, bytes),
        Ok(metadata) if !metadata.is_file() => fs::write(out, bytes),
        _ => replace(out, bytes),
    };
    write().map_err(|source| ExportError::Io { path: out.to_owned(), source })
}

/// Writes `bytes` to the regular file `out`, completely or not at all.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn replace(out: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary(out)?;
    file.as_file_mut().write_all(bytes)?;
    finish(file, out)
}

/// A hidden file next to `out`, which is deleted unless it is finished.
pub(super) fn temporary(out: &Path) -> io::Result<NamedTempFile> {
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The error itself would name the hidden file, which the user does not know.
    // The umask takes its share of these permissions.
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    let file = tempfile::Builder::new().prefix(".pypatch-").permissions(permissions).tempfile_in(folder);
    file.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other("its folder does not exist"),
        kind => kind.into(),
    })
}

/// Renames a temporary file to `out`.
pub(super) fn finish(file: NamedTempFile, out: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(out).map_err(|error| error.error)?;
    Ok(())
}
