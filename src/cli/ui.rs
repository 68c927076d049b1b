//! All output. Results go to stdout, errors and notes about the work to stderr.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use anstream::adapter::strip_bytes;
use anstream::{AutoStream, ColorChoice};
use terminal_size::terminal_size_of;

use super::pager::Paged;
use super::progress::{Bar, Drawn};
use super::{CliError, ExitStatus, Format};
use crate::plan::Plan;
use crate::report::{self, ColouredDiff, Misfit, Report, printable};

/// Where the output of a command goes.
pub(super) struct Ui {
    /// Whether only results and errors are printed, and nothing is drawn.
    pub quiet: bool,
    /// Whether the user wants details.
    pub verbose: bool,
    /// Whether long output goes through a pager.
    paged: bool,
    /// Whether something was changed on disk that the user asked for.
    changed: AtomicBool,
    /// The line about progress that is drawn now. What is printed is printed above it.
    pub drawn: Drawn,
}

impl From<Format> for report::Format {
    fn from(format: Format) -> report::Format {
        match format {
            Format::Text => report::Format::Text,
            Format::Json => report::Format::Json,
        }
    }
}

#[allow(clippy::unused_self, reason = "output is the business of a Ui")]
impl Ui {
    pub(super) fn new(quiet: bool, verbose: bool) -> Ui {
        Ui { quiet, verbose, paged: true, changed: false.into(), drawn: Drawn::default() }
    }

    /// Another one that writes to the same places, but never through a pager.
    pub(super) fn unpaged(&self) -> Ui {
        Ui { paged: false, drawn: Arc::clone(&self.drawn), ..Ui::new(self.quiet, self.verbose) }
    }

    /// Draws how far a piece of work is, if it takes long; `total` is the number of things that it is done with, if that is known.
    pub(super) fn progress(&self, what: &str, total: Option<usize>) -> Bar {
        Bar::new(self.quiet, &self.drawn, what, total)
    }

    /// Prints above the line that is drawn.
    fn above<T>(&self, print: impl FnOnce() -> T) -> T {
        let drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match drawn {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Writes to stdout.
    fn print<W: Write, T>(
        &self,
        mut out: W,
        write: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> Result<T, CliError> {
        let result = self.above(|| write(&mut out).and_then(|result| out.flush().map(|()| result)));
        result.map_err(|error| CliError::output(&error))
    }

    /// Writes a report to stderr. If that is closed, it cannot be reported anywhere.
    fn say(&self, report: &dyn Report) {
        let mut text = Vec::new();
        let _ = report.write_text(width_of(io::stderr()), &mut text);
        let _ = self.above(|| anstream::stderr().write_all(&text));
    }

    /// Remembers that a change was made. If writing fails from now on, it is not as if nothing had happened.
    pub(super) fn changed(&self) {
        self.changed.store(true, Ordering::Relaxed);
    }

    /// The error of the whole command: one of writing has another status if a change was made before.
    pub(super) fn after_change(&self, error: CliError) -> CliError {
        if error.status != ExitStatus::Io || !self.changed.load(Ordering::Relaxed) {
            return error;
        }
        CliError { status: ExitStatus::Incomplete, ..error }.detail("the change itself was made")
    }

    /// Prints a report to stdout.
    pub(super) fn show(
        &self,
        report: &dyn Report,
        format: impl Into<report::Format>,
    ) -> Result<(), CliError> {
        let format = format.into();
        // JSON and HTML may contain escape codes of their own.
        let is_written = match format {
            report::Format::Text => {
                let mut text = Vec::new();
                report.write_text(self.width(), &mut text).map_err(|error| CliError::output(&error))?;
                self.styled(&text)?;
                Ok(true)
            }
            report::Format::Json
            | report::Format::Html(_)
            | report::Format::Markdown
            | report::Format::Github
            | report::Format::Gitlab
            | report::Format::Sarif
            | report::Format::Junit => self.print(io::stdout(), |out| report.write(format, out)),
        }?;
        if format == report::Format::Github {
            add_to_step_summary(report)?;
        }
        if is_written { Ok(()) } else { Err(CliError::usage("this report does not have that format")) }
    }

    /// Writes a text with styles to stdout: through a pager if that is a terminal and the text is longer.
    fn styled(&self, text: &[u8]) -> Result<(), CliError> {
        if self.paged && io::stdout().is_terminal() {
            let height =
                terminal_size_of(io::stdout()).map_or(usize::MAX, |(_, height)| usize::from(height.0));
            let lines = text.iter().filter(|byte| **byte == b'\n').count();
            if let Some(pager) = Paged::of(lines, height) {
                let with_styles = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
                let plain = if with_styles { text.to_vec() } else { strip_bytes(text).into_vec() };
                if pager.show(&plain).map_err(|error| CliError::output(&error))? {
                    return Ok(());
                }
            }
        }
        self.print(anstream::stdout(), |out| out.write_all(text))
    }

    /// Writes a diff to stdout: in colours and for people to read on a terminal, and byte by byte elsewhere.
    pub(super) fn diff(&self, diff: &[u8]) -> Result<(), CliError> {
        if AutoStream::choice(&io::stdout()) == ColorChoice::Never && !io::stdout().is_terminal() {
            return self.raw(diff);
        }
        self.show(&ColouredDiff(diff), report::Format::Text)
    }

    /// How many columns the terminal has; `None` if stdout is not a terminal.
    pub(super) fn width(&self) -> Option<usize> {
        width_of(io::stdout())
    }

    /// Prints a line for people to stdout.
    pub(super) fn line(&self, text: &str) -> Result<(), CliError> {
        self.print(anstream::stdout(), |out| {
            out.write_all(&printable(text.as_bytes()))?;
            out.write_all(b"\n")
        })
    }

    /// Asks a question on stdout.
    pub(super) fn prompt(&self, text: &str) -> Result<(), CliError> {
        self.print(anstream::stdout(), |out| {
            out.write_all(&printable(text.as_bytes()))?;
            out.write_all(b" ")
        })
    }

    /// Writes bytes that are not text for people to stdout: a diff, a script. On a terminal they are only looked at.
    pub(super) fn raw(&self, bytes: &[u8]) -> Result<(), CliError> {
        match io::stdout().is_terminal() {
            true => self.print(io::stdout(), |out| out.write_all(&printable(bytes))),
            false => self.print(io::stdout(), |out| out.write_all(bytes)),
        }
    }

    /// Prints a line about the work, unless the user wants none.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            let text = report::note(text, width_of(io::stderr()));
            let _ = self.above(|| anstream::stderr().write_all(&text));
        }
    }

    /// Prints a report about the work, unless the user wants none.
    pub(super) fn note_report(&self, report: &dyn Report) {
        if !self.quiet {
            self.say(report);
        }
    }

    /// Prints a line for those who want details.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// Prints an error.
    pub(super) fn error(&self, error: &CliError) {
        self.say(&error.problem);
    }

    /// Prints why a plan does not fit, which may be one of several.
    pub(super) fn misfit(&self, plan: &Plan, in_series: bool) {
        self.say(&Misfit { plan, in_series });
    }
}

/// How many columns a terminal has; `None` if it is none.
fn width_of(stream: impl AsFd + IsTerminal) -> Option<usize> {
    let size = if stream.is_terminal() { terminal_size_of(stream) } else { None };
    size.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0)
}

/// Adds the Markdown of a report to the page of a step of GitHub Actions, if it runs there.
fn add_to_step_summary(report: &dyn Report) -> Result<(), CliError> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
    let written = file.and_then(|mut file| report.write(report::Format::Markdown, &mut file));
    let title = || format!("cannot write the step summary {}", path.display());
    written.map(|_| ()).map_err(|error| CliError::io(title(), &error))
}
