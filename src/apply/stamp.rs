//! Mtimes and modes of files, as receipts and journals write them.

use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::text::serde_as_text;

/// The time of the last write to a file, in seconds since 1970 and nanoseconds: `1158654321.000000000`.
///
/// Before 1970 the seconds are negative and the nanoseconds still count forward, as in `stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mtime {
    seconds: i64,
    nanos: u32,
}

impl Mtime {
    /// The time `seconds` after 1970 plus `nanos`; `None` when the system cannot represent it.
    pub(crate) fn new(seconds: i64, nanos: u32) -> Option<Mtime> {
        let mtime = Mtime { seconds, nanos };
        (nanos < 1_000_000_000 && mtime.time().is_some()).then_some(mtime)
    }

    /// The mtime of a file.
    pub(crate) fn of(metadata: &Metadata) -> Mtime {
        Mtime::of_parts((metadata.mtime(), metadata.mtime_nsec()))
    }

    /// The mtime of a file, whose nanoseconds are less than a second.
    pub(crate) fn of_parts((seconds, nanos): (i64, i64)) -> Mtime {
        Mtime { seconds, nanos: u32::try_from(nanos).unwrap_or(0) }
    }

    /// Seconds since 1970, and nanoseconds.
    pub(crate) fn parts(self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }

    /// The same time as a [`SystemTime`]; `None` when that cannot represent it.
    pub(crate) fn time(self) -> Option<SystemTime> {
        let seconds = Duration::from_secs(self.seconds.unsigned_abs());
        let whole = if self.seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(seconds)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(seconds)
        };
        whole?.checked_add(Duration::from_nanos(self.nanos.into()))
    }
}

impl fmt::Display for Mtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanos)
    }
}

/// A text that cannot be parsed as an mtime or a mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {what} `{text}`")]
pub struct BadStamp {
    text: String,
    what: &'static str,
}

impl FromStr for Mtime {
    type Err = BadStamp;

    fn from_str(text: &str) -> Result<Mtime, BadStamp> {
        let parsed = || {
            let (seconds, nanos) = text.split_once('.')?;
            let digits = nanos.len() == 9 && nanos.bytes().all(|b| b.is_ascii_digit());
            let mtime = Mtime::new(seconds.parse().ok()?, nanos.parse().ok()?);
            mtime.filter(|_| digits)
        };
        parsed().ok_or_else(|| BadStamp { text: text.to_owned(), what: "time (seconds.nanoseconds)" })
    }
}

/// The permissions of a file with its setuid, setgid and sticky bit, written in octal: `0644`. That of a symbolic link is
/// `Mode::LINK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(u32);

impl Mode {
    /// The mode of every symbolic link, as git writes it.
    pub(crate) const LINK: Mode = Mode(0o120_000);

    /// The lower twelve bits of `mode`.
    pub(crate) const fn new(mode: u32) -> Mode {
        Mode(mode & 0o7777)
    }

    /// The mode of a file.
    pub(crate) fn of(metadata: &Metadata) -> Mode {
        Mode::new(metadata.mode())
    }

    /// Whether it is that of a symbolic link.
    pub(crate) fn is_link(self) -> bool {
        self == Mode::LINK
    }

    /// The mode as a number.
    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    /// This mode with the setuid, setgid and sticky bits of `mode`. A journal or receipt gives none: it may not
    /// have been written by pypatch.
    pub(super) fn with_special_bits_of(self, mode: Mode) -> Mode {
        if self.is_link() { self } else { Mode(self.0 & 0o777 | mode.0 & 0o7000) }
    }

    /// Whether the owner may execute the file.
    pub(crate) fn executable(self) -> bool {
        self.0 & 0o100 != 0
    }

    /// This mode with execute bits for everyone who may read, or without any execute bits.
    pub(crate) fn with_executable(self, executable: bool) -> Mode {
        match (executable, self.executable()) {
            (true, false) => Mode(self.0 | 0o100 | (self.0 & 0o444) >> 2),
            (false, true) => Mode(self.0 & !0o111),
            _ => self,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl FromStr for Mode {
    type Err = BadStamp;

    fn from_str(text: &str) -> Result<Mode, BadStamp> {
        match u32::from_str_radix(text, 8) {
            Ok(bits) if bits <= 0o7777 || Mode(bits).is_link() => Ok(Mode(bits)),
            _ => Err(BadStamp { text: text.to_owned(), what: "file mode (octal)" }),
        }
    }
}

serde_as_text!(Mtime, Mode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_are_written_and_parsed_unchanged() {
        for text in ["0.000000000", "1158654321.123456789", "-5.500000000", "-1.999999999"] {
            assert_eq!(text.parse::<Mtime>().unwrap().to_string(), text);
        }
        let late = "-1.500000000".parse::<Mtime>().unwrap().time().unwrap();
        assert_eq!(SystemTime::UNIX_EPOCH.duration_since(late).unwrap(), Duration::from_millis(500));
    }

    #[test]
    fn invalid_times_and_modes_are_errors() {
        for text in ["", "1", "1.5", "x.000000000", "1.+00000000", "9223372036854775808.000000000"] {
            assert!(text.parse::<Mtime>().is_err(), "{text}");
        }
        for text in ["", "8", "10000", "rw-"] {
            assert!(text.parse::<Mode>().is_err(), "{text}");
        }
    }

    #[test]
    fn everyone_who_may_read_gets_the_execute_bit() {
        assert_eq!(Mode::new(0o640).with_executable(true), Mode::new(0o750));
        assert_eq!(Mode::new(0o4755).with_executable(false), Mode::new(0o4644));
        assert_eq!(Mode::new(0o711).with_executable(true), Mode::new(0o711));
    }
}
