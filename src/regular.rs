//! Reads regular files, and refuses everything else before it is opened: a pipe would wait for a writer, and
//! opening a device may do something.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::digest::Sha256Digest;

/// The largest file of a source, in bytes.
pub(crate) const LARGEST_FILE: u64 = 512 << 20;

/// The largest patchset, pin, snapshot, file of decisions or journal, in bytes.
pub(crate) const LARGEST_DOCUMENT: u64 = 16 << 20;

/// Opens the regular file at `path`, or the one that a link at `path` leads to.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    require(&fs::metadata(path)?)?;
    open_now(path, OFlags::empty()).map(|(file, _)| file)
}

/// Opens the regular file at `path`, but no link.
pub(crate) fn open_unlinked(path: &Path) -> io::Result<File> {
    require(&fs::symlink_metadata(path)?)?;
    open_now(path, OFlags::NOFOLLOW).map(|(file, _)| file)
}

/// Opens what was a regular file just now.
fn open_now(path: &Path, flags: OFlags) -> io::Result<(File, Metadata)> {
    // Something else may be there by now, so this does not wait, and what was opened is checked again.
    let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let metadata = file.metadata()?;
    require(&metadata)?;
    Ok((file, metadata))
}

/// The contents of the regular file at `path`, which has at most `most` bytes.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    require(&fs::metadata(path)?)?;
    let (file, metadata) = open_now(path, OFlags::empty())?;
    contents_of(&file, &metadata, most)
}

/// The contents of the file at `path`, of which `metadata` was read without following a link.
pub(crate) fn read_unlinked(path: &Path, metadata: &Metadata, most: u64) -> io::Result<Vec<u8>> {
    require(metadata)?;
    let (file, metadata) = open_now(path, OFlags::NOFOLLOW)?;
    contents_of(&file, &metadata, most)
}

/// The text in the regular file at `path`, which has at most [`LARGEST_DOCUMENT`] bytes.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read(path, LARGEST_DOCUMENT)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

/// The contents of an open file, which has at most `most` bytes.
pub(crate) fn contents(file: &File, most: u64) -> io::Result<Vec<u8>> {
    contents_of(file, &file.metadata()?, most)
}

/// The contents of an open regular file, which has at most `most` bytes.
pub(crate) fn regular_contents(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    require(&metadata)?;
    contents_of(file, &metadata, most)
}

fn contents_of(mut file: &File, metadata: &Metadata, most: u64) -> io::Result<Vec<u8>> {
    let len = metadata.len();
    require_len(len, most)?;
    // In one go: `read_to_end` begins with 8 KiB.
    let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
    let mut read = 0;
    while read < bytes.len() {
        match file.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(read);
    // The file may grow while it is read, and the length of some files in /proc is 0.
    let rest = most.saturating_add(1).saturating_sub(read as u64);
    Read::take(&mut file, rest).read_to_end(&mut bytes)?;
    require_len(bytes.len() as u64, most)?;
    Ok(bytes)
}

/// Refuses a length over `most`.
pub(crate) fn require_len(len: u64, most: u64) -> io::Result<()> {
    if len <= most {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {most} bytes")))
}

/// Refuses what is not a regular file.
pub(crate) fn require(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(ErrorKind::IsADirectory.into())
    } else {
        Err(io::Error::other("it is a link, a pipe, a socket or a device, not a regular file"))
    }
}

/// The digest of a file.
///
/// # Errors
/// If it cannot be opened as [`open`] does it, or read.
pub fn digest(path: &Path) -> io::Result<Sha256Digest> {
    Sha256Digest::of_reader(open(path)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn pipes_sockets_and_devices_are_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, socket, link) =
            (folder.path().join("pipe"), folder.path().join("socket"), folder.path().join("link"));
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let _listener = UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        for path in [&pipe, &socket, &link, Path::new("/dev/zero")] {
            let error = read(path, 10).unwrap_err().to_string();
            assert!(error.contains("not a regular file"), "{}: {error}", path.display());
        }
        assert_eq!(read(folder.path(), 10).unwrap_err().kind(), ErrorKind::IsADirectory);
        assert_eq!(read(Path::new("no such file"), 10).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_file_over_the_limit_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(read(&path, 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(read(&path, LARGEST_FILE).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
