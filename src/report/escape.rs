//! Keeps what comes from outside from controlling a terminal: names, titles, lines of files, messages.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use anstyle::{Effects, Style};

/// What surrounds the escape codes of reports. It differs from run to run, so no text from outside contains it.
static KEY: LazyLock<String> =
    LazyLock::new(|| format!("\u{1b}{:016x}\u{1b}", RandomState::new().build_hasher().finish()));

/// A style that [`printable`] leaves as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(Style);

impl Mark {
    /// A mark for this style.
    pub(super) const fn new(style: Style) -> Mark {
        Mark(style)
    }

    /// This style with other effects.
    pub(super) fn effects(self, effects: Effects) -> Mark {
        Mark(self.0.effects(effects))
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&KEY)?;
        self.0.fmt(f)?;
        f.write_str(&KEY)
    }
}

/// How a line that is wider than the terminal is fitted to it: see [`fitted`](super::fit::fitted).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is broken at blanks, and the lines that follow begin at this column.
    Hang,
    /// The same, for sentences: also broken without a terminal, and on a wide one, where long lines would be hard to read.
    Prose,
    /// It is cut at the edge: what follows may be left out.
    Cut,
}

/// What the marks of [`Fit`] begin with, as no escape code does.
const FIT: u8 = 1;

impl Fit {
    /// The fit that a mark in a text is for; `None` if it is a style.
    pub(super) fn of(mark: &[u8]) -> Option<Fit> {
        match mark {
            [FIT, b'h'] => Some(Fit::Hang),
            [FIT, b'p'] => Some(Fit::Prose),
            [FIT, b'c'] => Some(Fit::Cut),
            _ => None,
        }
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self {
            Fit::Hang => 'h',
            Fit::Prose => 'p',
            Fit::Cut => 'c',
        };
        write!(f, "{}{}{sign}{}", *KEY, char::from(FIT), *KEY)
    }
}

/// A text for people: control characters, except for line ends and tabs, and marks that change the direction of
/// writing are shown as `\x1b` or `\u{202e}`. Other bytes stay, whatever their encoding.
pub(crate) fn printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (i, part) in parts(text).into_iter().enumerate() {
        match i % 2 {
            0 => escape(part, &mut out),
            _ if Fit::of(part).is_some() => {}
            _ => out.extend_from_slice(part),
        }
    }
    out
}

/// The parts of a text: every second one is a mark, without what surrounds it.
pub(super) fn parts(text: &[u8]) -> Vec<&[u8]> {
    split(text, KEY.as_bytes())
}

fn split<'a>(text: &'a [u8], key: &[u8]) -> Vec<&'a [u8]> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for at in memchr::memmem::find_iter(text, key) {
        parts.push(&text[start..at]);
        start = at + key.len();
    }
    parts.push(&text[start..]);
    parts
}

fn escape(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' | '\t' => out.push(c as u8),
                c if c.is_ascii_control() => out.extend(format!("\\x{:02x}", u32::from(c)).bytes()),
                c if c.is_control() || is_direction(c) => {
                    out.extend(format!("\\u{{{:x}}}", u32::from(c)).bytes());
                }
                c => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        for &byte in chunk.invalid() {
            // In an 8-bit encoding these are control characters, too.
            match byte {
                0x80..=0x9f => out.extend(format!("\\x{byte:02x}").bytes()),
                byte => out.push(byte),
            }
        }
    }
}

/// Whether a character changes the direction of writing, or ends a line.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::super::style::ERROR;
    use super::*;

    #[test]
    fn no_control_character_or_direction_mark_is_raw() {
        for (text, expected) in [
            (&b"\x1b]52;c;cm0=\x07"[..], r"\x1b]52;c;cm0=\x07"),
            (b"\x1b[2J\x1b[31m\r\x08\x7f\0", r"\x1b[2J\x1b[31m\x0d\x08\x7f\x00"),
            ("\u{9b}2J\u{85}".as_bytes(), r"\u{9b}2J\u{85}"),
            (b"\x9b2J", r"\x9b2J"),
            (
                "\u{202e}a\u{2066}b\u{200f}c\u{61c}\u{2028}".as_bytes(),
                r"\u{202e}a\u{2066}b\u{200f}c\u{61c}\u{2028}",
            ),
            ("a\tb\nL\u{f6}wis \u{1f40d}".as_bytes(), "a\tb\nL\u{f6}wis \u{1f40d}"),
        ] {
            assert_eq!(String::from_utf8(printable(text)).unwrap(), expected);
        }
        assert_eq!(printable(b"L\xf6wis"), b"L\xf6wis");
    }

    #[test]
    fn the_styles_of_reports_stay_and_those_of_others_do_not() {
        let style = Style::new().bold();
        let title = format!("{style}mine{style:#}");
        let text = format!("{ERROR}error:{ERROR:#} {title}");
        let shown = String::from_utf8(printable(text.as_bytes())).unwrap();
        assert!(shown.ends_with(r" \x1b[1mmine\x1b[0m"), "{shown:?}");
        assert!(shown.starts_with("\x1b["), "{shown:?}");
    }
}
