//! Errors.

use std::io::{self, Write};

use super::Report;
use super::excerpt::Excerpt;
use super::style::{ERROR, HELP};
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
            writeln!(out, "{ERROR}error:{ERROR:#} {}", self.title)?;
        }
        for one in &self.mistakes {
            writeln!(out, "{ERROR}error:{ERROR:#} {}", one.what)?;
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
            writeln!(out, "  {line}")?;
        }
        match &self.help {
            Some(help) => writeln!(out, "  {HELP}help:{HELP:#} {help}"),
            None => Ok(()),
        }
    }
}
