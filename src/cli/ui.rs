//! All output. Results go to stdout, everything said about the work to stderr.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::error::CliError;

pub(super) const RED: Style = AnsiColor::Red.on_default().bold();
pub(super) const CYAN: Style = AnsiColor::Cyan.on_default();

/// Where a command's output goes.
pub(super) struct Ui {
    quiet: bool,
    verbose: bool,
}

impl Ui {
    pub(super) fn new(quiet: bool, verbose: bool) -> Ui {
        Ui { quiet, verbose }
    }

    /// A result: text that ends with a line end.
    pub(super) fn out(&self, text: &str) -> Result<(), CliError> {
        self.write(text.as_bytes(), anstream::stdout())
    }

    /// A result for people that quotes files of any encoding.
    pub(super) fn out_bytes(&self, bytes: &[u8]) -> Result<(), CliError> {
        self.write(bytes, anstream::stdout())
    }

    /// A result that is not text for people: a diff, JSON.
    pub(super) fn raw(&self, bytes: &[u8]) -> Result<(), CliError> {
        self.write(bytes, io::stdout())
    }

    #[expect(clippy::unused_self, reason = "output is the business of a Ui")]
    fn write(&self, bytes: &[u8], mut to: impl Write) -> Result<(), CliError> {
        to.write_all(bytes).and_then(|()| to.flush()).map_err(|error| CliError::output(&error))
    }

    /// A line about the work, unless the user wants none.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.stderr(text);
        }
    }

    /// A line for those who want to know more.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose && !self.quiet {
            self.stderr(text);
        }
    }

    /// Whether the user wants to know more.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// How many characters a line of the terminal takes; what a page takes where there is none.
    #[expect(clippy::unused_self, reason = "output is the business of a Ui")]
    pub(super) fn width(&self) -> usize {
        terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0))
    }

    /// Whether anything may be drawn.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// What went wrong: a title, lines of detail, help.
    pub(super) fn error(&self, error: &CliError) {
        let mut text = format!("{RED}error:{RED:#} {}", error.title);
        for line in &error.details {
            text.push_str(&format!("\n  {line}"));
        }
        if let Some(help) = &error.help {
            text.push_str(&format!("\n  {CYAN}help:{CYAN:#} {help}"));
        }
        self.stderr(&text);
    }

    /// Errors that a report has rendered: `error:` and `help:` begin a line.
    pub(super) fn failure(&self, report: &str) {
        let mut text = String::new();
        for line in report.lines() {
            let line = match (line.strip_prefix("error:"), line.strip_prefix("  help:")) {
                (Some(rest), _) => format!("{RED}error:{RED:#}{rest}"),
                (_, Some(rest)) => format!("  {CYAN}help:{CYAN:#}{rest}"),
                _ => line.to_owned(),
            };
            text.push_str(&line);
            text.push('\n');
        }
        self.stderr(text.trim_end());
    }

    #[expect(clippy::unused_self, reason = "output is the business of a Ui")]
    fn stderr(&self, text: &str) {
        // Nothing can be done about a closed stderr.
        let _ = writeln!(anstream::stderr(), "{text}");
    }
}
