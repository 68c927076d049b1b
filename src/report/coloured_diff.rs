//! A diff in colours, as git shows it.

use std::io::{self, Write};

use super::Report;
use super::style::{LOCATION, NEW, OLD, PLAIN, TITLE};

/// A diff of files.
pub struct ColouredDiff<'a>(pub &'a [u8]);

impl Report for ColouredDiff<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut is_hunk = false;
        for line in self.0.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b"diff --git ") {
                is_hunk = false;
            }
            let style = match line.first() {
                Some(b'@') => {
                    is_hunk = true;
                    LOCATION
                }
                _ if !is_hunk => TITLE,
                Some(b'+') => NEW,
                Some(b'-') => OLD,
                _ => PLAIN,
            };
            let (text, end) = line.split_at(line.len() - usize::from(line.ends_with(b"\n")));
            write!(out, "{style}")?;
            out.write_all(text)?;
            write!(out, "{style:#}")?;
            out.write_all(end)?;
        }
        Ok(())
    }
}
