//! Turns values into text, JSON, HTML, Markdown and the formats of other programs. The only code that writes reports; it decides nothing.
//!
//! A command builds a value, and [`Report`] writes it in the format that the user asked for. There is a file
//! for each report; a new format is a [`Format`] and a method of [`Report`].

mod annotated;
mod apply;
mod brief;
mod build;
mod build_set;
mod bump;
mod carry;
mod collapse;
mod coloured_diff;
mod diffstat;
mod escape;
mod excerpt;
mod explain;
mod fit;
mod graph;
mod html;
mod import;
mod jobs;
mod lift;
mod lines;
mod list;
mod matrix;
mod patch_stats;
mod patchset;
mod pins;
mod plan;
mod planned;
mod port;
mod problem;
mod proposal;
mod record;
mod review;
mod schema;
mod setup;
mod snapshot;
mod snapshot_diff;
mod style;
mod suggest;
mod summary;
mod verified;
mod why;

use std::io::{self, Write};

use serde_json::Value;

pub(crate) use annotated::{Annotated, AnnotatedLine};
pub(crate) use apply::{Applied, Reverted, TreeStatus, state_name};
pub(crate) use brief::Brief;
pub(crate) use build::{Built, Commands, StepResult, seconds};
pub(crate) use build_set::{BuildSet, build_end};
pub(crate) use bump::{Bump, BumpOutcome, BumpResult, BumpState};
pub(crate) use carry::CarriedPatches;
pub(crate) use collapse::{CollapsedEdit, unlike};
pub(crate) use coloured_diff::ColouredDiff;
pub(crate) use diffstat::DiffStat;
pub(crate) use escape::printable;
pub(crate) use explain::{Explained, Overview, Scopes};
pub(crate) use fit::note;
pub(crate) use graph::{Graph, GraphForm};
pub(crate) use import::{Imported, patches};
pub(crate) use jobs::{Jobs, System};
pub(crate) use lift::LiftedEdits;
pub(crate) use list::counted;
use list::{array, column};
pub(crate) use matrix::{MatrixReport, details};
pub(crate) use patch_stats::PatchStats;
pub(crate) use patchset::{CheckedPatchsets, PatchsetList, Shown, Valid};
pub(crate) use pins::PinList;
pub(crate) use plan::Misfit;
pub(crate) use planned::PlanReport;
pub(crate) use port::{PortReport, PortReports};
pub(crate) use problem::Problem;
pub(crate) use proposal::{Proposed, Removals};
pub(crate) use record::Recorded;
pub(crate) use review::{Review, ReviewedChange, ReviewedEdit};
pub(crate) use schema::json_schema;
pub(crate) use setup::ProgramAnalysis;
pub(crate) use snapshot::{Comparison, ComparisonState, Comparisons};
pub(crate) use snapshot_diff::SnapshotDiff;
pub(crate) use suggest::{Suggested, Suggestions};
use summary::Summary;
pub(crate) use summary::{Written, WrittenEdit, plain_lines};
pub(crate) use verified::{VerifiedPin, VerifiedPins};
pub(crate) use why::WhyReport;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A page for a browser, made so many seconds after 1970 began.
    Html(i64),
    /// A page of a repository, or a text for a pull request.
    Markdown,
    /// Workflow commands of GitHub Actions.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit's XML.
    Junit,
}

/// A value that is shown to the user.
pub trait Report {
    /// Writes it for people, before control characters are escaped: see [`Report::write`]. Styles are ANSI escape codes.
    /// Files are quoted byte by byte, in any encoding.
    fn text(&self, out: &mut dyn Write) -> io::Result<()>;

    /// The value for programs, in the shape that ARCHITECTURE.md documents; `None` if it has none.
    fn json(&self) -> Option<Value> {
        None
    }

    /// A page in Markdown; `None` if it has none.
    fn markdown(&self) -> Option<String> {
        None
    }

    /// The results edit by edit, from which the formats for pull requests and other programs are made; `None` if it has none.
    fn summary(&self) -> Option<Summary> {
        None
    }

    /// Writes it in a format; returns whether it has that format. Control characters in a text or a page, except for
    /// those of styles, are escaped, as JSON escapes them itself. `out` removes the styles if it is not a terminal.
    fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<bool> {
        let text = match format {
            Format::Text => {
                self.write_text(None, out)?;
                return Ok(true);
            }
            Format::Json => self.json().map(|value| format!("{value:#}\n").into_bytes()),
            Format::Html(seconds) => {
                self.summary().map(|all| printable(html::page(&all, seconds).as_bytes()))
            }
            Format::Markdown => {
                let page = self.markdown().or_else(|| self.summary().map(|all| summary::markdown(&all)));
                page.map(|page| printable(page.as_bytes()))
            }
            Format::Github => self.summary().map(|all| summary::github(&all).into_bytes()),
            Format::Gitlab => self.summary().map(|all| format!("{:#}\n", summary::gitlab(&all)).into_bytes()),
            Format::Sarif => self.summary().map(|all| format!("{:#}\n", summary::sarif(&all)).into_bytes()),
            Format::Junit => self.summary().map(|all| summary::junit(&all).into_bytes()),
        };
        out.write_all(text.as_deref().unwrap_or_default())?;
        Ok(text.is_some())
    }

    /// Writes it for people, on a terminal of so many columns, or in lines of any length.
    fn write_text(&self, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        self.text(&mut text)?;
        out.write_all(&fit::fitted(&text, width))
    }
}
