//! The decompressed tar of a tarball, in an unnamed temporary file.

use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bzip2::bufread::BzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::zstd::{self, ZstdFrames};
use crate::tree::TreeError;

/// What an xz decoder may use, in KiB: `xz -9` takes 65 MiB.
const XZ_MEMORY: u32 = 128 << 10;

/// How many streams a bzip2 file may have. Starting one takes a tenth of a millisecond, even if it is empty; parallel
/// compressors write one for each 900 kB.
const MOST_STREAMS: u32 = 10_000;

/// The streams of a bzip2 file, one after another.
struct Bzip2Streams<R> {
    decoder: Option<BzDecoder<R>>,
    count: u32,
}

impl<R: BufRead> Bzip2Streams<R> {
    fn new(packed: R) -> Bzip2Streams<R> {
        Bzip2Streams { decoder: Some(BzDecoder::new(packed)), count: 1 }
    }
}

impl<R: BufRead> Read for Bzip2Streams<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut packed) = self.decoder.take().map(BzDecoder::into_inner) else { return Ok(0) };
            if packed.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.count += 1;
            if self.count > MOST_STREAMS {
                return Err(io::Error::other(format!("it has more than {MOST_STREAMS} streams")));
            }
            self.decoder = Some(BzDecoder::new(packed));
        }
    }
}

/// A tar in a temporary file that is deleted when it is dropped. A member is read with one seek, and a
/// tarball of 100 MB is not kept in memory.
#[derive(Debug)]
pub(super) struct Spool {
    file: Arc<fs::File>,
    len: u64,
}

impl Spool {
    /// Decompresses a tarball, by the format that its first bytes have. Errors name it `label`.
    pub(super) fn unpack(mut packed: fs::File, label: &str, most: u64) -> Result<Spool, TreeError> {
        let damaged = |why: &str| TreeError::Archive { archive: label.to_owned(), why: why.to_owned() };
        let mut start = Vec::new();
        packed.rewind().map_err(TreeError::io(label))?;
        (&packed).take(512).read_to_end(&mut start).map_err(TreeError::io(label))?;
        packed.rewind().map_err(TreeError::io(label))?;
        let packed = BufReader::with_capacity(1 << 16, packed);
        let decoder: Box<dyn Read> = match &start[..] {
            [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(packed)),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Box::new(Bzip2Streams::new(packed)),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
                Box::new(XzReader::new_mem_limit(packed, true, XZ_MEMORY))
            }
            start if zstd::is_start(start) => {
                Box::new(ZstdFrames::new(packed).map_err(TreeError::io(label))?)
            }
            [b'P', b'K', 3 | 5, ..] => return Err(damaged("it is a zip file, not a tarball")),
            [] => return Err(damaged("it is empty")),
            _ if start.len() == 512 => Box::new(packed),
            _ => return Err(damaged("it is too short for a tarball")),
        };
        Spool::fill(decoder, most, &damaged)
    }

    fn fill(
        mut decoder: Box<dyn Read>,
        most: u64,
        damaged: &dyn Fn(&str) -> TreeError,
    ) -> Result<Spool, TreeError> {
        let failed = |source| TreeError::Scratch { folder: std::env::temp_dir(), source };
        let file = tempfile::tempfile().map_err(failed)?;
        let mut spool = Spool { file: Arc::new(file), len: 0 };
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = match decoder.read(&mut buffer) {
                Ok(0) => return Ok(spool),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(damaged("it is truncated"));
                }
                Err(error) => return Err(damaged(&error.to_string())),
            };
            spool.len += count as u64;
            if spool.len > most {
                return Err(damaged(&format!("it decompresses to more than {most} bytes")));
            }
            (&*spool.file).write_all(&buffer[..count]).map_err(failed)?;
        }
    }

    /// The temporary file.
    pub(super) fn file(&self) -> Arc<fs::File> {
        self.file.clone()
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Fills `buffer` with the bytes from `offset` on.
    pub(super) fn read_into(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    /// `len` bytes from `offset` on, which lie inside the spool.
    pub(super) fn read(&self, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        let mut bytes = vec![0; len];
        self.read_into(&mut bytes, offset)?;
        Ok(bytes)
    }

    /// Adds a file of `size` bytes that are zero except for `parts`, each with its offset in the file, and
    /// the offset and length of its bytes in the spool. Returns where the file begins.
    pub(super) fn add_sparse(&mut self, size: u64, parts: &[(u64, u64, u64)]) -> io::Result<u64> {
        let start = self.len;
        self.file.set_len(start + size)?;
        self.len = start + size;
        for &(at, from, len) in parts {
            self.file.write_all_at(&self.read(from, len)?, start + at)?;
        }
        Ok(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Spool {
        /// A tar in memory.
        pub(in crate::tree::archive) fn of(bytes: &[u8]) -> Spool {
            let mut file = tempfile::tempfile().expect("tests may write temporary files");
            file.write_all(bytes).expect("tests may write temporary files");
            Spool { file: Arc::new(file), len: bytes.len() as u64 }
        }
    }
}
