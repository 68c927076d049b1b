//! A large file that is read piece by piece.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// The length from which a file that is only copied is not read into memory, in bytes.
pub(super) const LARGE: u64 = 8 << 20;

/// A part of an open file that is the contents of a file of a tree.
#[derive(Debug, Clone)]
pub struct LargeFile {
    file: Arc<File>,
    offset: u64,
    len: u64,
}

impl LargeFile {
    /// The `len` bytes of `file` from `offset` on.
    pub(super) fn new(file: Arc<File>, offset: u64, len: u64) -> LargeFile {
        LargeFile { file, offset, len }
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.len
    }

    /// Reads it from the start. If it became shorter, the end is an error.
    pub fn reader(&self) -> impl Read {
        BufReader::with_capacity(1 << 18, Reader { large: self.clone(), at: 0 })
    }

    /// All of it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.len).map_err(io::Error::other)?);
        self.reader().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Two values are equal if they read the same place.
impl PartialEq for LargeFile {
    fn eq(&self, other: &LargeFile) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && (self.offset, self.len) == (other.offset, other.len)
    }
}

impl Eq for LargeFile {}

struct Reader {
    large: LargeFile,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.large.len - self.at;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.large.file.read_at(&mut buffer[..most], self.large.offset + self.at)?;
        if count == 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "it became shorter while it was read"));
        }
        self.at += count as u64;
        Ok(count)
    }
}
