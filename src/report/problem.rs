//! Errors.

use std::io::{self, Write};

use super::Report;
use super::excerpt::Excerpt;
use super::style::{ERROR, HANG, HELP};
use crate::patchset::Complaint;

/// Something that is wrong, and what the user can do about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub title: String,
    /// The mistakes in a file, which are shown instead of the title.
    pub mistakes: Vec<Complaint>,
    /// Where, and what was found instead; a line each.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Report for Problem {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.mistakes.is_empty() {
            writeln!(out, "{ERROR}error:{ERROR:#} {HANG}{}", self.title)?;
        }
        for one in &self.mistakes {
            writeln!(out, "{ERROR}error:{ERROR:#} {HANG}{}", one.what)?;
            Excerpt(one).write(out)?;
            if self.mistakes.len() > 1 {
                writeln!(out)?;
            }
        }
        if let [first, .., last] = &self.mistakes[..] {
            let place = if first.file == last.file { first.file.as_str() } else { "these files" };
            writeln!(out, "{} errors in {place}", self.mistakes.len())?;
        }
        for line in &self.details {
            // The lines that follow begin below what is named: `near: PLACE  TEXT`.
            let head =
                ["near: ", "here: "].into_iter().find(|head| line.starts_with(head)).unwrap_or_default();
            writeln!(out, "  {head}{HANG}{}", &line[head.len()..])?;
        }
        match &self.help {
            Some(help) => writeln!(out, "  {HELP}help:{HELP:#} {HANG}{help}"),
            None => Ok(()),
        }
    }
}
