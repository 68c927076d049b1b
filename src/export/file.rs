//! Writes one file that appears when it is complete.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::ExportError;

/// Writes `bytes` to the file `out`, whole or not at all. What is no regular file, such as a pipe,
/// is written to as it is.
///
/// # Errors
/// When it cannot be written.
pub fn file(out: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let write = || {
        if out.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return fs::write(out, bytes);
        }
        let mut file = temporary(out)?;
        file.as_file_mut().write_all(bytes)?;
        finish(file, out)
    };
    write().map_err(|source| ExportError::Io { path: out.to_owned(), source })
}

/// A hidden file beside `out`, which is gone again unless it is finished.
pub(super) fn temporary(out: &Path) -> io::Result<NamedTempFile> {
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The whole of the error would name a file that nobody asked for.
    tempfile::Builder::new().prefix(".pypatch-").tempfile_in(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other("its folder does not exist"),
        kind => kind.into(),
    })
}

/// Puts a temporary file in its place.
pub(super) fn finish(file: NamedTempFile, out: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.persist(out).map_err(|error| error.error)?;
    Ok(())
}
