//! The formats of reports that people review and other programs read.

use crate::report;

/// The output format of a report on patchsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// For programs; the shape is documented in ARCHITECTURE.md and stable.
    Json,
    /// A page that needs no other files.
    Html,
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
            ReportFormat::Html => report::Format::Html(now()),
            ReportFormat::Markdown => report::Format::Markdown,
            ReportFormat::Github => report::Format::Github,
            ReportFormat::Gitlab => report::Format::Gitlab,
            ReportFormat::Sarif => report::Format::Sarif,
            ReportFormat::Junit => report::Format::Junit,
        }
    }
}

/// The seconds since 1970, or what SOURCE_DATE_EPOCH says instead.
fn now() -> i64 {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<u32>().ok());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    match given {
        Some(seconds) => seconds.into(),
        None => now().map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(0)),
    }
}
