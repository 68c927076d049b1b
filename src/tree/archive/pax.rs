//! The extended headers of POSIX tars: long names, and sizes and times that do not fit an octal field.

use crate::tree::Mtime;

/// The fields of an extended header that are used. They describe the next member.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) linkpath: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) mtime: Option<Mtime>,
    /// Whether it is a sparse file in one of GNU's POSIX formats.
    pub(super) sparse: bool,
}

impl Pax {
    /// Parses records of the form `LENGTH KEY=VALUE\n`, where the length includes itself and the line
    /// end. A value may contain line ends.
    pub(super) fn parse(mut bytes: &[u8]) -> Result<Pax, &'static str> {
        let mut pax = Pax::default();
        while !bytes.is_empty() {
            let (key, value, rest) = record(bytes).ok_or("an extended header is malformed")?;
            bytes = rest;
            let number = || std::str::from_utf8(value).ok();
            match key {
                b"path" => pax.path = Some(value.to_owned()),
                b"linkpath" => pax.linkpath = Some(value.to_owned()),
                b"size" => {
                    let size = number().and_then(|text| text.parse().ok());
                    pax.size = Some(size.ok_or("the size in an extended header is not a number")?);
                }
                b"mtime" => pax.mtime = number().and_then(mtime),
                _ if key.starts_with(b"GNU.sparse.") => pax.sparse = true,
                _ => {}
            }
        }
        Ok(pax)
    }
}

/// The key and value of the first record, and the rest.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|&b| b == b' ')?;
    let len: usize = std::str::from_utf8(&bytes[..space]).ok()?.parse().ok()?;
    let (record, rest) = bytes.split_at_checked(len)?;
    let record = record.strip_suffix(b"\n")?.get(space + 1..)?;
    let equals = record.iter().position(|&b| b == b'=')?;
    Some((&record[..equals], &record[equals + 1..], rest))
}

/// `1158611400.25` as seconds and nanoseconds; digits after the ninth are dropped.
fn mtime(text: &str) -> Option<Mtime> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let nanoseconds: u32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    match (whole.starts_with('-'), nanoseconds) {
        // -1.25 is 0.75 after -2.
        (true, 1..) => Some((seconds.checked_sub(1)?, 1_000_000_000 - nanoseconds)),
        _ => Some((seconds, nanoseconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_contain_a_line_end_and_an_equals_sign() {
        let pax = Pax::parse(b"12 path=a=b\n20 SCHILY.xattr.u=a\n21 mtime=1158611400.5\n");
        assert_eq!(pax, Err("an extended header is malformed"), "the second length is wrong");
        let pax = Pax::parse(b"12 path=a=b\n20 SCHILY.xattr=a\nb\n22 mtime=1158611400.5\n").unwrap();
        assert_eq!(pax.path.as_deref(), Some(&b"a=b"[..]));
        assert_eq!(pax.mtime, Some((1_158_611_400, 500_000_000)));
    }

    #[test]
    fn times_before_1970_are_valid_and_malformed_ones_are_not() {
        assert_eq!(mtime("-1.25"), Some((-2, 750_000_000)));
        assert_eq!(mtime("-3"), Some((-3, 0)));
        assert_eq!(mtime("7.1234567891"), Some((7, 123_456_789)));
        assert_eq!(mtime("soon"), None);
        assert_eq!(mtime("1.x"), None);
    }
}
