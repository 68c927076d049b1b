//! The frames of a zstd file, one after another.

use std::error::Error;
use std::io::{self, BufRead, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// How far back a frame may refer, in bytes, which is the memory that decoding it takes. As far as `zstd -d` goes if not asked
/// otherwise; `zstd -19` uses 8 MiB, `zstd --ultra -22` and `zstd --long` this.
const WINDOW: u64 = 128 << 20;

/// Whether a file that starts like this is compressed with zstd: with a frame, or one that is skipped, as pzstd writes it.
pub(super) fn is_start(start: &[u8]) -> bool {
    matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

pub(super) struct ZstdFrames<R> {
    packed: R,
    decoder: FrameDecoder,
    /// How much of the current frame was read, in bytes; `None` between two frames.
    read: Option<u64>,
}

impl<R: BufRead> ZstdFrames<R> {
    pub(super) fn new(packed: R) -> ZstdFrames<R> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        ZstdFrames { packed, decoder, read: None }
    }

    /// Reads the header of the next frame; `false` at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        while !self.packed.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.packed) {
                Ok(()) => {
                    self.read = Some(0);
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    if io::copy(&mut (&mut self.packed).take(length), &mut io::sink())? < length {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(false)
    }

    /// Checks a frame of which `read` bytes were read, which are all.
    fn check(&self, read: u64) -> io::Result<()> {
        let expected = self.decoder.get_checksum_from_data();
        if expected.is_some() && expected != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("a zstd frame has the wrong checksum"));
        }
        // 0 if the header does not say.
        if ![0, read].contains(&self.decoder.content_size()) {
            return Err(io::Error::other("a zstd frame has the wrong length"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(read) = self.read else {
                if self.next_frame()? {
                    continue;
                }
                return Ok(0);
            };
            if self.decoder.can_collect() > 0 {
                let count = self.decoder.read(buffer)?;
                self.read = Some(read + count as u64);
                return Ok(count);
            }
            if self.decoder.is_finished() {
                self.check(read)?;
                self.read = None;
            } else {
                self.decoder
                    .decode_blocks(&mut self.packed, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| failed(&error))?;
            }
        }
    }
}

/// What is wrong, and what helps. The end of the file and an error of the system keep their kind.
fn failed(error: &FrameDecoderError) -> io::Error {
    use FrameDecoderError as Failed;
    let too_far = |bytes: u64| {
        format!(
            "it needs {bytes} bytes of memory, more than {WINDOW}: compress it again with `zstd --long=27` or less"
        )
    };
    io::Error::other(match error {
        Failed::WindowSizeTooBig { requested: bytes, .. }
        | Failed::FrameHeaderError(FrameHeaderError::WindowTooBig { got: bytes }) => too_far(*bytes),
        Failed::DictNotProvided { .. } => {
            "it was compressed with a dictionary: compress it again without one".to_owned()
        }
        Failed::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_)) => {
            "what follows a zstd frame is not one".to_owned()
        }
        _ => {
            let mut cause: Option<&(dyn Error + 'static)> = Some(error);
            while let Some(error) = cause {
                if let Some(error) = error.downcast_ref::<io::Error>() {
                    return error.kind().into();
                }
                cause = error.source();
            }
            format!("zstd: {error}")
        }
    })
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn frame(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    fn decoded(packed: &[u8]) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = ZstdFrames::new(packed).read_to_end(&mut bytes);
        read.map(|_| bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => "cut".to_owned(),
            _ => error.to_string(),
        })
    }

    /// A frame without a checksum: its header after the magic number, and one block that is not compressed.
    fn stored(header: &[u8], block: &[u8]) -> Vec<u8> {
        let size = u32::try_from(block.len() << 3 | 1).unwrap().to_le_bytes();
        [&[0x28, 0xb5, 0x2f, 0xfd], header, &size[..3], block].concat()
    }

    #[test]
    fn frames_are_read_one_after_another_and_what_is_to_be_skipped_is_skipped() {
        let large = b"static int spam;\n".repeat(50_000);
        let skipped = [&[0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
        let all = [&skipped[..], &frame(&large), &frame(b""), &skipped, &skipped, &frame(b"eggs")].concat();
        assert!(is_start(&all) && is_start(&frame(b"")) && !is_start(b"\x4f\x2a\x4d\x18"));
        assert!(decoded(&all).unwrap() == [&large[..], b"eggs"].concat());
        assert_eq!(decoded(&skipped), Ok(Vec::new()));
        assert_eq!(
            decoded(&[frame(b"eggs"), b"more".to_vec()].concat()).unwrap_err(),
            "what follows a zstd frame is not one"
        );
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_cut() {
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
        let text = b"static int spam;\n".repeat(200);
        for whole in [frame(&text), skipped] {
            for cut in 1..whole.len() {
                assert_eq!(decoded(&whole[..cut]), Err("cut".to_owned()), "{cut}");
            }
        }
    }

    #[test]
    fn a_changed_byte_is_found() {
        let text: Vec<u8> = (0..5000u32).map(|i| (i * i % 253) as u8).collect();
        let whole = frame(&text);
        for at in 6..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x11;
            assert!(decoded(&changed).is_err(), "{at}");
        }
        let mut changed = whole;
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(decoded(&changed).unwrap_err(), "a zstd frame has the wrong checksum");
    }

    #[test]
    fn the_header_of_a_frame_is_checked() {
        assert_eq!(decoded(&stored(&[0x20, 4], b"eggs")).unwrap(), b"eggs");
        assert_eq!(decoded(&stored(&[0x20, 5], b"eggs")).unwrap_err(), "a zstd frame has the wrong length");
        // Windows of 128 MiB, of 144, of 2 GiB as `zstd --long=31` has it, and the largest.
        assert_eq!(decoded(&stored(&[0, 17 << 3], b"eggs")).unwrap(), b"eggs");
        for (window, bytes) in
            [(17 << 3 | 1, 150_994_944_u64), (21 << 3, 2_147_483_648), (255, 4_123_168_604_160)]
        {
            let error = decoded(&stored(&[0, window], b"eggs")).unwrap_err();
            assert_eq!(
                error,
                format!(
                    "it needs {bytes} bytes of memory, more than 134217728: compress it again with `zstd --long=27` or less"
                )
            );
        }
        let error = decoded(&stored(&[1, 0, 7], b"eggs")).unwrap_err();
        assert_eq!(error, "it was compressed with a dictionary: compress it again without one");
    }
}
