//! gzip in blocks that are compressed on all cores. The bytes are the same whatever their number.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::num::NonZero;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// The length of a block before it is compressed, in bytes. A block cannot refer to the 32 kB before it, which costs about 1 %.
const BLOCK: usize = 1 << 20;
/// How many blocks are in memory, whatever the number of cores.
const MOST: usize = 8;
/// The header: deflate, without name, time and system, so that equal trees give equal bytes; of the highest level.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];

/// Compresses what is written to it.
pub(super) struct Gzip<W: Write> {
    out: W,
    block: Vec<u8>,
    /// The blocks that are being compressed, in their order.
    pending: VecDeque<Pending>,
    most: usize,
    crc: Crc,
}

/// A block, compressed, and its checksum.
type Compressed = io::Result<(Vec<u8>, Crc)>;

/// A block that is being compressed, or was where the system gave no thread.
enum Pending {
    Running(JoinHandle<Compressed>),
    Done(Compressed),
}

impl<W: Write> Gzip<W> {
    /// Writes to `out`.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub(super) fn new(out: W) -> io::Result<Gzip<W>> {
        Gzip::with_threads(out, thread::available_parallelism().map_or(1, NonZero::get).min(MOST))
    }

    fn with_threads(mut out: W, most: usize) -> io::Result<Gzip<W>> {
        out.write_all(&HEADER)?;
        Ok(Gzip { out, block: Vec::with_capacity(BLOCK), pending: VecDeque::new(), most, crc: Crc::new() })
    }

    /// Compresses what was not yet, and writes the checksum.
    ///
    /// # Errors
    /// When something cannot be written.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.start(FlushCompress::Finish)?;
        while !self.pending.is_empty() {
            self.write_first()?;
        }
        self.out.write_all(&self.crc.sum().to_le_bytes())?;
        self.out.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(self.out)
    }

    /// Starts to compress the block.
    fn start(&mut self, flush: FlushCompress) -> io::Result<()> {
        if self.pending.len() >= self.most {
            self.write_first()?;
        }
        let block = Arc::new(std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK)));
        let shared = Arc::clone(&block);
        self.pending.push_back(match thread::Builder::new().spawn(move || compressed(&shared, flush)) {
            Ok(running) => Pending::Running(running),
            Err(_) => Pending::Done(compressed(&block, flush)),
        });
        Ok(())
    }

    /// Waits for the first block, and writes it.
    fn write_first(&mut self) -> io::Result<()> {
        let Some(first) = self.pending.pop_front() else { return Ok(()) };
        let (bytes, crc) = match first {
            Pending::Running(running) => {
                running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            Pending::Done(done) => done,
        }?;
        self.crc.combine(&crc);
        self.out.write_all(&bytes)
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.start(FlushCompress::Sync)?;
        }
        let count = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    /// Nothing is flushed before the end: that would change the bytes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A block by itself, and its checksum.
fn compressed(block: &[u8], flush: FlushCompress) -> Compressed {
    let mut crc = Crc::new();
    crc.update(block);
    let mut encoder = Compress::new(Compression::best(), false);
    let mut bytes = Vec::with_capacity(block.len() / 2 + 64);
    loop {
        let read = usize::try_from(encoder.total_in()).unwrap_or(block.len());
        bytes.reserve(block.len() / 4 + 64);
        // All was flushed if there is room left.
        let is_done = match encoder.compress_vec(&block[read..], &mut bytes, flush)? {
            Status::StreamEnd => true,
            Status::Ok | Status::BufError => flush != FlushCompress::Finish && bytes.len() < bytes.capacity(),
        };
        if is_done {
            return Ok((bytes, crc));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_bytes_are_those_of_the_input_whatever_the_number_of_threads() {
        let mut noise: u32 = 1;
        let mut any = |length: usize| -> Vec<u8> {
            let mut next = || {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 24) as u8
            };
            (0..length).map(|_| next()).collect()
        };
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7] {
            let (noise, text) =
                (any(length), b"static int spam;\n".repeat(length / 17 + 1)[..length].to_vec());
            for input in [noise, text] {
                let mut all: Vec<Vec<u8>> = Vec::new();
                for (threads, piece) in [(1, 10_000), (2, BLOCK), (5, 777_777)] {
                    let mut gzip = Gzip::with_threads(Vec::new(), threads).unwrap();
                    input.chunks(piece).for_each(|some| gzip.write_all(some).unwrap());
                    all.push(gzip.finish().unwrap());
                }
                assert!(all.iter().all(|one| *one == all[0]), "{length}");
                let mut read = Vec::new();
                flate2::read::GzDecoder::new(&all[0][..]).read_to_end(&mut read).unwrap();
                assert!(read == input, "{length}");
            }
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(Gzip::new(Full(9)).is_err());
        for room in [10, 100, 2000] {
            let mut gzip = Gzip::with_threads(Full(room), 2).unwrap();
            let written = gzip.write_all(&vec![b'x'; 5 * BLOCK]).and_then(|()| gzip.finish().map(drop));
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull, "{room}");
        }
    }
}
