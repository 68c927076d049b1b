//! Times and modes of files, as receipts and journals write them.

use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// When a file was last written, to the nanosecond: `1158654321.000000000`, seconds since 1970.
///
/// Before 1970 the seconds are negative and the fraction still counts forward, as in `stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mtime {
    seconds: i64,
    nanos: u32,
}

impl Mtime {
    /// `nanos` nanoseconds after `seconds` seconds since 1970; `None` when that is no time that can
    /// be set.
    pub fn new(seconds: i64, nanos: u32) -> Option<Mtime> {
        let mtime = Mtime { seconds, nanos };
        (nanos < 1_000_000_000 && mtime.time().is_some()).then_some(mtime)
    }

    /// The one of `metadata`.
    pub fn of(metadata: &Metadata) -> Mtime {
        Mtime { seconds: metadata.mtime(), nanos: u32::try_from(metadata.mtime_nsec()).unwrap_or(0) }
    }

    /// The same moment; `None` when the system's clock type cannot tell it.
    pub fn time(self) -> Option<SystemTime> {
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

/// A text that is no mtime or no mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what}")]
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

/// The permissions of a file with setuid, setgid and sticky bit, written in octal: `0644`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(u32);

impl Mode {
    /// The lower twelve bits of `mode`.
    pub const fn new(mode: u32) -> Mode {
        Mode(mode & 0o7777)
    }

    /// The one of `metadata`.
    pub fn of(metadata: &Metadata) -> Mode {
        Mode::new(metadata.mode())
    }

    /// Its bits.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Whether the owner may execute the file.
    pub fn executable(self) -> bool {
        self.0 & 0o100 != 0
    }

    /// The same with the execute bits added for everyone who may read, or all of them removed.
    pub fn with_executable(self, executable: bool) -> Mode {
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
            Ok(bits) if bits <= 0o7777 => Ok(Mode(bits)),
            _ => Err(BadStamp { text: text.to_owned(), what: "file mode (octal)" }),
        }
    }
}

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
as_text!(Mtime, Mode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_survive_being_written() {
        for text in ["0.000000000", "1158654321.123456789", "-5.500000000", "-1.999999999"] {
            assert_eq!(text.parse::<Mtime>().unwrap().to_string(), text);
        }
        let late = "-1.500000000".parse::<Mtime>().unwrap().time().unwrap();
        assert_eq!(SystemTime::UNIX_EPOCH.duration_since(late).unwrap(), Duration::from_millis(500));
    }

    #[test]
    fn what_is_no_time_or_mode_is_refused() {
        for text in ["", "1", "1.5", "x.000000000", "1.+00000000", "9223372036854775808.000000000"] {
            assert!(text.parse::<Mtime>().is_err(), "{text}");
        }
        for text in ["", "8", "10000", "rw-"] {
            assert!(text.parse::<Mode>().is_err(), "{text}");
        }
    }

    #[test]
    fn who_may_read_may_execute() {
        assert_eq!(Mode::new(0o640).with_executable(true), Mode::new(0o750));
        assert_eq!(Mode::new(0o4755).with_executable(false), Mode::new(0o4644));
        assert_eq!(Mode::new(0o711).with_executable(true), Mode::new(0o711));
    }
}
