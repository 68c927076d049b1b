//! Turns values into text, JSON and HTML. The only code that renders; it decides and prints nothing.
//!
//! A command builds a value, and [`render`] writes it in the format that the user asked for. There is a
//! file for each report; a new format is a [`Format`] and a method of [`Report`].

mod apply;
mod build;
mod locations;
mod matrix;
mod patchset;
mod plan;
mod port;
mod problem;
mod setup;
mod snapshot;
mod snapshot_diff;
mod style;
mod text;
mod why;

use std::fmt;

use serde_json::Value;

pub use apply::{Applied, Reverted, TreeStatus, state_name};
pub use build::{Built, StepResult, seconds};
pub use matrix::details;
pub use patchset::{PatchsetList, Valid};
pub use plan::Misfit;
pub use port::PortReport;
pub use problem::Problem;
pub use setup::ProgramAnalysis;
pub use snapshot::{Comparison, ComparisonState};
pub use snapshot_diff::SnapshotDiff;
pub use text::{Text, counted};
pub use why::WhyReport;

/// A value that is shown to the user.
pub trait Report {
    /// Writes it for people. Styles are ANSI escape codes; who prints the text removes them where the
    /// output is not a terminal.
    fn text(&self, out: &mut Text) -> fmt::Result;

    /// The value for programs, in the shape that ARCHITECTURE.md documents; `None` if it has none.
    fn json(&self) -> Option<Value> {
        None
    }

    /// A page that needs no other files; `None` if there is none.
    fn html(&self) -> Option<String> {
        None
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A page for a browser.
    Html,
}

/// What a text is written for.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// How many characters fit in a line.
    pub width: usize,
    /// Whether the user wants details.
    pub verbose: bool,
}

/// The report in a format; `None` if it does not have that format. Not always UTF-8: reports quote files.
pub fn render(report: &dyn Report, format: Format, layout: Layout) -> Option<Vec<u8>> {
    match format {
        Format::Text => {
            let mut text = Text::new(layout);
            report.text(&mut text).expect("writing to memory does not fail");
            Some(text.into_bytes())
        }
        Format::Json => report.json().map(|value| format!("{value:#}\n").into_bytes()),
        Format::Html => report.html().map(String::into_bytes),
    }
}
