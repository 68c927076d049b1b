//! Binary changes as git writes them: compressed, in base 85, as new contents or as a delta.

use std::io::Read;

use flate2::read::ZlibDecoder;

/// The largest contents that are read, in bytes.
const LARGEST: usize = 128 << 20;

const DIGITS: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// The new contents of a binary file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    is_delta: bool,
    bytes: Vec<u8>,
}

impl Binary {
    /// The new contents of a file with the contents `old`.
    ///
    /// # Errors
    /// A message if the delta is for other contents, or damaged.
    pub fn applied(&self, old: &[u8]) -> Result<Vec<u8>, String> {
        if !self.is_delta {
            return Ok(self.bytes.clone());
        }
        delta(old, &self.bytes).ok_or_else(|| "its delta is damaged, or for other contents".to_owned())
    }
}

/// Reads what follows a line `GIT binary patch` at line `at`, from 0, and the line after it.
pub(super) fn parse(lines: &[&[u8]], at: usize) -> Result<(Binary, usize), String> {
    let failed =
        |line: usize, why: &str| format!("the binary change at line {} of the patch {why}", line + 1);
    let (forward, next) = part(lines, at + 1).map_err(|why| failed(at, why))?;
    let forward = forward.ok_or_else(|| failed(at, "has no contents"))?;
    // The change back need not be there.
    let (_, next) = part(lines, next).map_err(|why| failed(at, why))?;
    Ok((forward, next))
}

/// `literal SIZE` or `delta SIZE` and its lines, and the line after them.
fn part(lines: &[&[u8]], at: usize) -> Result<(Option<Binary>, usize), &'static str> {
    let text = |at: usize| lines.get(at).map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let header = text(at).and_then(|line| std::str::from_utf8(line).ok()?.split_once(' '));
    let Some((kind @ ("literal" | "delta"), size)) = header else { return Ok((None, at)) };
    let size: usize = size.trim().parse().map_err(|_| "has an invalid size")?;
    if size > LARGEST {
        return Err("is larger than 128 MiB");
    }
    let mut packed = Vec::new();
    let mut next = at + 1;
    // The blank line at the end may be lost; lines that are lost are found by the size.
    while let Some(line) = text(next) {
        next += 1;
        let Some((length, digits)) = line.split_first() else { break };
        let length = match length {
            b'A'..=b'Z' => length - b'A' + 1,
            b'a'..=b'z' => length - b'a' + 27,
            _ => return Err("has an invalid line"),
        };
        let bytes = base85(digits).filter(|bytes| bytes.len() == usize::from(length).next_multiple_of(4));
        packed.extend_from_slice(&bytes.ok_or("has an invalid line")?[..usize::from(length)]);
    }
    let mut bytes = Vec::new();
    let read = ZlibDecoder::new(&packed[..]).take(size as u64 + 1).read_to_end(&mut bytes);
    if read.is_err() || bytes.len() != size {
        return Err("is damaged");
    }
    Ok((Some(Binary { is_delta: kind == "delta", bytes }), next))
}

fn base85(digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for five in digits.chunks(5) {
        let mut number = 0u32;
        for digit in five {
            let value = DIGITS.iter().position(|known| known == digit)?;
            number = number.checked_mul(85)?.checked_add(value as u32)?;
        }
        bytes.extend(number.to_be_bytes());
    }
    digits.len().is_multiple_of(5).then_some(bytes)
}

/// What a delta of git makes of `old`.
fn delta(old: &[u8], mut delta: &[u8]) -> Option<Vec<u8>> {
    fn byte(from: &mut &[u8]) -> Option<u8> {
        let (first, rest) = from.split_first()?;
        *from = rest;
        Some(*first)
    }
    fn size(from: &mut &[u8]) -> Option<usize> {
        let (mut size, mut shift) = (0usize, 0);
        loop {
            let next = byte(from)?;
            size |= usize::from(next & 0x7f).checked_shl(shift)?;
            shift += 7;
            if next & 0x80 == 0 {
                return Some(size);
            }
        }
    }
    if size(&mut delta)? != old.len() {
        return None;
    }
    let length = size(&mut delta).filter(|length| *length <= LARGEST)?;
    let mut out = Vec::new();
    while !delta.is_empty() && out.len() <= length {
        let code = byte(&mut delta)?;
        if code & 0x80 == 0 {
            let (new, rest) = delta.split_at_checked(usize::from(code)).filter(|_| code > 0)?;
            out.extend_from_slice(new);
            delta = rest;
            continue;
        }
        let mut number = |bits: std::ops::Range<u8>| -> Option<usize> {
            let mut number = 0;
            for (at, bit) in bits.enumerate() {
                if code & (1 << bit) != 0 {
                    number |= usize::from(byte(&mut delta)?) << (8 * at);
                }
            }
            Some(number)
        };
        let from = number(0..4)?;
        let count = number(4..7)?;
        let count = if count == 0 { 0x10000 } else { count };
        out.extend_from_slice(old.get(from..from.checked_add(count)?)?);
    }
    (out.len() == length).then_some(out)
}
