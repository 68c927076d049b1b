//! gzip in blocks that are compressed on all cores. The bytes are the same whatever their number.

use std::io::{self, Write};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use super::blocks::Blocks;

/// The length of a block before it is compressed, in bytes. A block cannot refer to the 32 kB before it, which costs about 1 %.
const BLOCK: usize = 1 << 20;
/// The header: deflate, without name, time and system, so that equal trees give equal bytes; of the highest level.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];

/// Compresses what is written to it.
pub(super) struct Gzip<W: Write> {
    out: W,
    blocks: Blocks<Compressed>,
    crc: Crc,
}

/// A block, compressed, and its checksum.
type Compressed = (Vec<u8>, Crc);

impl<W: Write> Gzip<W> {
    /// Writes to `out`.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub(super) fn new(out: W) -> io::Result<Gzip<W>> {
        Gzip::with(out, Blocks::new(BLOCK, compressed))
    }

    fn with(mut out: W, blocks: Blocks<Compressed>) -> io::Result<Gzip<W>> {
        out.write_all(&HEADER)?;
        Ok(Gzip { out, blocks, crc: Crc::new() })
    }

    /// Compresses what was not yet, and writes the checksum.
    ///
    /// # Errors
    /// When something cannot be written.
    pub(super) fn finish(self) -> io::Result<W> {
        let Gzip { mut out, blocks, mut crc } = self;
        for block in blocks.finish() {
            put(&mut out, &mut crc, &block?)?;
        }
        out.write_all(&crc.sum().to_le_bytes())?;
        out.write_all(&crc.amount().to_le_bytes())?;
        Ok(out)
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (count, done) = self.blocks.add(bytes)?;
        if let Some(block) = done {
            put(&mut self.out, &mut self.crc, &block)?;
        }
        Ok(count)
    }

    /// Nothing is flushed before the end: that would change the bytes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn put(out: &mut impl Write, crc: &mut Crc, (bytes, of_block): &Compressed) -> io::Result<()> {
    crc.combine(of_block);
    out.write_all(bytes)
}

/// A block by itself, and its checksum.
fn compressed(block: &[u8], is_last: bool) -> io::Result<Compressed> {
    let flush = if is_last { FlushCompress::Finish } else { FlushCompress::Sync };
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
                    let mut gzip =
                        Gzip::with(Vec::new(), Blocks::new(BLOCK, compressed).with_threads(threads)).unwrap();
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
            let mut gzip = Gzip::with(Full(room), Blocks::new(BLOCK, compressed).with_threads(2)).unwrap();
            let written = gzip.write_all(&vec![b'x'; 5 * BLOCK]).and_then(|()| gzip.finish().map(drop));
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull, "{room}");
        }
    }
}
