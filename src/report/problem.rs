//! Errors.

use std::io::{self, Write};

use super::Report;
use super::style::{ERROR, HELP};

/// Something that is wrong, and what the user can do about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub title: String,
    /// Where, and what was found instead; a line each.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Report for Problem {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{ERROR}error:{ERROR:#} {}", self.title)?;
        for line in &self.details {
            writeln!(out, "  {line}")?;
        }
        match &self.help {
            Some(help) => writeln!(out, "  {HELP}help:{HELP:#} {help}"),
            None => Ok(()),
        }
    }
}
