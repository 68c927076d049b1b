//! The frames of a zstd file, one after another.

use std::io::{self, BufRead, ErrorKind, Read};

use zstd::stream::read::Decoder;

/// How far back a frame may refer, as a power of two of bytes, which is the memory that decoding it takes. As far as `zstd -d` goes if
/// not asked otherwise; `zstd -19` uses 8 MiB, `zstd --ultra -22` and `zstd --long` this.
const WINDOW_LOG: u32 = 27;

/// Whether a file that starts like this is compressed with zstd: with a frame, or one that is skipped, as pzstd writes it.
pub(super) fn is_start(start: &[u8]) -> bool {
    matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

pub(super) struct ZstdFrames<R: BufRead>(Decoder<'static, R>);

impl<R: BufRead> ZstdFrames<R> {
    /// # Errors
    /// If memory is short.
    pub(super) fn new(packed: R) -> io::Result<ZstdFrames<R>> {
        let mut decoder = Decoder::with_buffer(packed)?;
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(ZstdFrames(decoder))
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(explained)
    }
}

/// What is wrong, and what helps. The end of the file and an error of the system keep their kind.
fn explained(error: io::Error) -> io::Error {
    if error.kind() != ErrorKind::Other {
        return error;
    }
    // The texts of the library.
    let why = match &error.to_string()[..] {
        "Frame requires too much memory for decoding" => format!(
            "it needs more than {} MiB of memory: compress it again with `zstd --long=27` or less",
            1_u64 << (WINDOW_LOG - 20)
        ),
        "Dictionary mismatch" => {
            "it was compressed with a dictionary: compress it again without one".to_owned()
        }
        "Unknown frame descriptor" => "what follows a zstd frame is not one".to_owned(),
        text => format!("zstd: {text}"),
    };
    io::Error::other(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(packed: &[u8]) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = ZstdFrames::new(packed).unwrap().read_to_end(&mut bytes);
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
        assert_eq!(decoded(&changed).unwrap_err(), "zstd: Restored data doesn't match checksum");
    }

    #[test]
    fn the_header_of_a_frame_is_checked() {
        assert_eq!(decoded(&stored(&[0x20, 4], b"eggs")).unwrap(), b"eggs");
        assert_eq!(decoded(&stored(&[0x20, 5], b"eggs")).unwrap_err(), "zstd: Data corruption detected");
        // Windows of 128 MiB, of 144, of 2 GiB as `zstd --long=31` has it, and the largest.
        assert_eq!(decoded(&stored(&[0, 17 << 3], b"eggs")).unwrap(), b"eggs");
        for window in [17 << 3 | 1, 21 << 3, 255] {
            let error = decoded(&stored(&[0, window], b"eggs")).unwrap_err();
            assert_eq!(
                error,
                "it needs more than 128 MiB of memory: compress it again with `zstd --long=27` or less"
            );
        }
        let error = decoded(&stored(&[1, 0, 7], b"eggs")).unwrap_err();
        assert_eq!(error, "it was compressed with a dictionary: compress it again without one");
    }
}
