//! The formats of reports that people review and other programs read.

use crate::report;

/// The output format of a report on patchsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ReportFormat {
    /// For people.
    Text,
    /// For programs; the shape is documented in ARCHITECTURE.md and stable.
    Json,
    /// For a pull request: the results in a table, with the details and diffs folded.
    Markdown,
    /// Annotations of GitHub Actions; the Markdown is added to the file that GITHUB_STEP_SUMMARY names.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML: a test case for each edit.
    Junit,
}

impl From<ReportFormat> for report::Format {
    fn from(format: ReportFormat) -> report::Format {
        match format {
            ReportFormat::Text => report::Format::Text,
            ReportFormat::Json => report::Format::Json,
            ReportFormat::Markdown => report::Format::Markdown,
            ReportFormat::Github => report::Format::Github,
            ReportFormat::Gitlab => report::Format::Gitlab,
            ReportFormat::Sarif => report::Format::Sarif,
            ReportFormat::Junit => report::Format::Junit,
        }
    }
}
