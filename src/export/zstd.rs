//! zstd in frames that are compressed on all cores. The bytes are the same whatever their number.

use std::io::{self, Write};

use ruzstd::decoding::FrameDecoder;
use ruzstd::encoding::{CompressionLevel, FrameCompressor, compress_to_vec};

use super::blocks::Blocks;
use super::matches::Matches;

/// How much is in a frame, in bytes, and its window: a frame cannot refer to the one before it.
const FRAME: usize = 4 << 20;

/// Compresses what is written to it.
pub(super) struct Zstd<W: Write> {
    out: W,
    frames: Blocks<Vec<u8>>,
}

impl<W: Write> Zstd<W> {
    /// Writes to `out`.
    pub(super) fn new(out: W) -> Zstd<W> {
        Zstd { out, frames: Blocks::new(FRAME, |block, _| Ok(frame(block))) }
    }

    /// Compresses what was not yet.
    ///
    /// # Errors
    /// When something cannot be written.
    pub(super) fn finish(self) -> io::Result<W> {
        let Zstd { mut out, frames } = self;
        for frame in frames.finish() {
            out.write_all(&frame?)?;
        }
        Ok(out)
    }
}

impl<W: Write> Write for Zstd<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (count, done) = self.frames.add(bytes)?;
        if let Some(frame) = done {
            self.out.write_all(&frame)?;
        }
        Ok(count)
    }

    /// Nothing is flushed before the end: that would change the bytes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A frame with these bytes, and their checksum.
fn frame(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = FrameCompressor::new_with_matcher(Matches::new(FRAME), CompressionLevel::Fastest);
    encoder.set_source(bytes);
    encoder.set_drain(Vec::with_capacity(bytes.len() / 2 + 64));
    encoder.compress();
    checked(encoder.take_drain().unwrap_or_default(), bytes)
}

/// `frame`, or one that is not compressed if that has other bytes: the encoder is young, and a tarball that nothing can read is
/// found out too late. Reading it takes a twentieth of the time that writing it took.
fn checked(frame: Vec<u8>, bytes: &[u8]) -> Vec<u8> {
    let mut read = Vec::with_capacity(bytes.len());
    match FrameDecoder::new().decode_all_to_vec(&frame, &mut read) {
        Ok(()) if read == bytes => frame,
        _ => compress_to_vec(bytes, CompressionLevel::Uncompressed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(frames: &[u8], len: usize) -> Vec<u8> {
        let mut read = Vec::with_capacity(len);
        FrameDecoder::new().decode_all_to_vec(frames, &mut read).unwrap();
        read
    }

    #[test]
    fn the_bytes_are_those_of_the_input_whatever_the_number_of_threads() {
        let line = |i: usize| format!("static int spam{};\n", i * i % 977).into_bytes();
        let text: Vec<u8> = (0..).flat_map(line).take(2 * FRAME + 7).collect();
        for length in [0, 1, 100, FRAME - 1, FRAME, FRAME + 1, text.len()] {
            let mut all: Vec<Vec<u8>> = Vec::new();
            for (threads, piece) in [(1, 10_000), (2, FRAME), (5, 777_777)] {
                let mut zstd = Zstd::new(Vec::new());
                zstd.frames = zstd.frames.with_threads(threads);
                text[..length].chunks(piece).for_each(|some| zstd.write_all(some).unwrap());
                all.push(zstd.finish().unwrap());
            }
            assert!(all.iter().all(|one| *one == all[0]), "{length}");
            assert!(read(&all[0], length) == text[..length], "{length}");
            assert!(all[0].len() < (length / 10).max(150), "{length}: {}", all[0].len());
        }
    }

    #[test]
    fn a_frame_that_does_not_have_the_bytes_is_stored() {
        let (good, bytes) = (frame(b"static int spam;\n"), b"static int eggs;\n");
        assert_eq!(checked(good.clone(), b"static int spam;\n"), good);
        for wrong in [good, b"no frame".to_vec(), Vec::new()] {
            assert_eq!(read(&checked(wrong, bytes), 17), bytes);
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(
            Zstd::new(Full).finish().err().map(|error| error.kind()),
            Some(io::ErrorKind::StorageFull)
        );
    }
}
