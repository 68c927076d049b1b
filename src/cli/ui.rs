//! All output. Results go to stdout, errors and notes about the work to stderr.

use std::io::{self, Write};

use super::Format;
use super::error::CliError;
use crate::plan::Plan;
use crate::report::{self, Layout, Misfit, Report, render};

/// Where the output of a command goes.
pub(super) struct Ui {
    quiet: bool,
    verbose: bool,
}

impl From<Format> for report::Format {
    fn from(format: Format) -> report::Format {
        match format {
            Format::Text => report::Format::Text,
            Format::Json => report::Format::Json,
        }
    }
}

impl Ui {
    pub(super) fn new(quiet: bool, verbose: bool) -> Ui {
        Ui { quiet, verbose }
    }

    /// Prints a report to stdout.
    pub(super) fn show(
        &self,
        report: &dyn Report,
        format: impl Into<report::Format>,
    ) -> Result<(), CliError> {
        let format = format.into();
        let bytes = self.render(report, format)?;
        match format {
            report::Format::Text => write(&bytes, anstream::stdout()),
            report::Format::Json | report::Format::Html => self.raw(&bytes),
        }
    }

    /// The bytes of a report, with styles.
    pub(super) fn render(&self, report: &dyn Report, format: report::Format) -> Result<Vec<u8>, CliError> {
        // Where stdout is not a terminal, a wide page.
        let width = terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0));
        let layout = Layout { width, verbose: self.verbose };
        render(report, format, layout).ok_or_else(|| CliError::usage("this report does not have that format"))
    }

    /// Prints a line for people to stdout.
    #[expect(clippy::unused_self, reason = "output is the business of a Ui")]
    pub(super) fn line(&self, text: &str) -> Result<(), CliError> {
        write(format!("{text}\n").as_bytes(), anstream::stdout())
    }

    /// Asks a question on stdout.
    #[expect(clippy::unused_self, reason = "output is the business of a Ui")]
    pub(super) fn prompt(&self, text: &str) -> Result<(), CliError> {
        write(format!("{text} ").as_bytes(), anstream::stdout())
    }

    /// Writes bytes that are not text for people to stdout: a diff, a script.
    #[expect(clippy::unused_self, reason = "output is the business of a Ui")]
    pub(super) fn raw(&self, bytes: &[u8]) -> Result<(), CliError> {
        write(bytes, io::stdout())
    }

    /// Prints a line about the work, unless the user wants none.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            to_stderr(format!("{text}\n").as_bytes());
        }
    }

    /// Prints a line for those who want details.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// Whether nothing may be drawn.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints an error.
    pub(super) fn error(&self, error: &CliError) {
        self.show_error(&error.problem);
    }

    /// Prints why a plan does not fit.
    pub(super) fn misfit(&self, plan: &Plan) {
        self.show_error(&Misfit(plan));
    }

    fn show_error(&self, report: &dyn Report) {
        to_stderr(&self.render(report, report::Format::Text).unwrap_or_default());
    }
}

fn write(bytes: &[u8], mut to: impl Write) -> Result<(), CliError> {
    to.write_all(bytes).and_then(|()| to.flush()).map_err(|error| CliError::output(&error))
}

fn to_stderr(bytes: &[u8]) {
    // If stderr is closed, there is no other place to report it.
    let _ = anstream::stderr().write_all(bytes);
}
