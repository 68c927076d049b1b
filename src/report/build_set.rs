//! The builds of a set: a row for each patchset on a source with a toolchain.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::{array, column, counted};
use super::style::{ERROR, HANG, TITLE};
use super::summary::{Entry, Group, Level, Summary};
use super::{Report, fit};
use crate::shard::{BuildEnd, BuildJob, BuildResult};

/// The builds of a set.
pub(crate) struct BuildSet<'a> {
    /// What is built.
    pub job: &'a BuildJob,
    /// What became of each cell, in their order.
    pub results: &'a [BuildResult],
}

/// The kinds of steps, by the end of their names.
const KINDS: [&str; 4] = ["regenerate", "configure", "make", "install"];

/// A row of the table.
struct Row<'a> {
    patchset: &'a str,
    source: &'a str,
    toolchain: &'a str,
    result: &'a BuildResult,
}

impl BuildSet<'_> {
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.results.iter().enumerate().map(|(number, result)| {
            let (patchset, source, toolchain) = self.job.cell(number);
            Row {
                patchset: &self.job.patchsets[patchset].patchset,
                source: &self.job.sources[source].name,
                toolchain: &self.job.toolchains[toolchain].name,
                result,
            }
        })
    }

    /// The head and the rows of the table as texts.
    fn table(&self) -> Vec<Vec<String>> {
        let heads = ["patchset", "source", "toolchain", "result"].into_iter().chain(KINDS).chain(["checks"]);
        let rows = self.rows().map(|row| {
            let names = [row.patchset, row.source, row.toolchain].map(str::to_owned);
            let times = KINDS.iter().map(|kind| took(row.result, kind));
            let held = row.result.checks.iter().filter(|check| check.failure.is_none()).count();
            let checks = match row.result.checks.len() {
                0 => String::new(),
                all => format!("{held} of {all}"),
            };
            names.into_iter().chain([build_end(row.result)]).chain(times).chain([checks]).collect()
        });
        [heads.map(str::to_owned).collect()].into_iter().chain(rows).collect()
    }

    fn total(&self) -> String {
        let built = self.results.iter().filter(|result| result.end == BuildEnd::Built).count();
        format!("{built} of {} succeeded", counted(self.results.len(), "build"))
    }
}

/// How long all steps of a kind took: `2.5 s`; `before` if an earlier build did them, and nothing if none is done.
fn took(result: &BuildResult, kind: &str) -> String {
    let mut steps = result.steps.iter().filter(|one| one.step.rsplit('/').next() == Some(kind)).peekable();
    if steps.peek().is_none() {
        return String::new();
    }
    match steps.map(|one| one.milliseconds).collect::<Option<Vec<u64>>>() {
        Some(times) => super::seconds(std::time::Duration::from_millis(times.iter().sum())),
        None => "before".to_owned(),
    }
}

/// How a build ended, in a few words.
pub(crate) fn build_end(result: &BuildResult) -> String {
    match (result.end, &result.failed_step) {
        (BuildEnd::Built, _) => "built".to_owned(),
        (BuildEnd::Unfit, _) => "does not fit".to_owned(),
        (BuildEnd::Unread, _) => "not read".to_owned(),
        (BuildEnd::Failed, Some(step)) if result.steps.last().is_some_and(|last| last.step == *step) => {
            format!("checks of {step} failed")
        }
        (BuildEnd::Failed, step) => format!("{} failed", step.as_deref().unwrap_or("a step")),
    }
}

impl Report for BuildSet<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let table = self.table();
        let width = |at: usize| column(table.iter().map(|row| fit::columns(row[at].as_bytes())));
        let widths: Vec<usize> = (0..table[0].len()).map(width).collect();
        for row in &table {
            let cells = row.iter().zip(&widths).map(|(text, width)| {
                format!("{text}{}", " ".repeat((width + 2).saturating_sub(fit::columns(text.as_bytes()))))
            });
            writeln!(out, "{}", cells.collect::<String>().trim_end())?;
        }
        for row in self.rows().filter(|row| row.result.end != BuildEnd::Built) {
            let (end, name) =
                (build_end(row.result), format!("{} on {} with {}", row.patchset, row.source, row.toolchain));
            writeln!(out, "\n{TITLE}{name}{TITLE:#}: {ERROR}{end}{ERROR:#}")?;
            row.result.why.iter().try_for_each(|line| writeln!(out, "  {HANG}{line}"))?;
        }
        writeln!(out, "\n{}", self.total())
    }

    fn json(&self) -> Option<Value> {
        let BuildJob { patchsets, sources, toolchains, .. } = self.job;
        let row = |row: Row<'_>| {
            let mut value = json!(row.result);
            value["patchset"] = json!(row.patchset);
            value["source"] = json!(row.source);
            value["toolchain"] = json!(row.toolchain);
            value
        };
        Some(json!({
            "schema": 1, "patchsets": patchsets, "sources": sources, "toolchains": toolchains,
            "builds": array(self.rows(), row),
        }))
    }

    fn markdown(&self) -> Option<String> {
        let mut page = format!("### {}\n\n", self.total());
        for (number, row) in self.table().iter().enumerate() {
            page += &super::summary::table_row(row);
            if number == 0 {
                page += &format!("|{}\n", "---|".repeat(row.len()));
            }
        }
        for row in self.rows().filter(|row| row.result.end != BuildEnd::Built) {
            let name = format!("{} on {} with {}", row.patchset, row.source, row.toolchain);
            let head = format!("{name}: {}", build_end(row.result));
            page += &super::summary::folded(&head, &row.result.why);
        }
        Some(page)
    }

    fn summary(&self) -> Option<Summary> {
        let group = |row: Row<'_>| {
            let entry = Entry {
                edit: row.toolchain.to_owned(),
                level: if row.result.end == BuildEnd::Built { Level::Good } else { Level::Wrong },
                verdict: build_end(row.result),
                message: if row.result.end == BuildEnd::Built {
                    String::new()
                } else {
                    build_end(row.result)
                },
                details: row.result.why.clone(),
                ..Entry::default()
            };
            let name = format!("{} on {} with {}", row.patchset, row.source, row.toolchain);
            Group { name, total: build_end(row.result), entries: vec![entry], files: Vec::new() }
        };
        let groups = self.rows().map(group).collect();
        Some(Summary { command: "build", title: self.total(), groups, tables: Vec::new() })
    }
}
