//! Markdown for a pull request.

use super::escaped::{code, cut, fenced, markdown as text, one_line, prose, xml};
use super::{Entry, FileDiff, Group, Level, Summary, Table, symbol};
use crate::port::Verdict;
use crate::report::counted;

/// How many characters of diffs and details are shown: a comment of GitHub has at most 65,536 characters.
const MOST: usize = 40_000;
/// How many characters of a reason are in a table.
const REASON: usize = 120;
/// How many rows a table has.
const ROWS: usize = 200;
/// A table of more columns than that is not read in a pull request.
const COLUMNS: usize = 30;

/// The page: what needs attention and what was planned, with the diffs folded.
pub(in crate::report) fn markdown(summary: &Summary) -> String {
    let (mut out, mut left) = (Vec::new(), MOST);
    let is_quiet =
        |group: &Group| !shows_all(summary) && group.entries.iter().all(|entry| entry.level == Level::Good);
    let quiet = summary.groups.iter().filter(|group| is_quiet(group)).count();
    if !summary.tables.is_empty() {
        out.push(format!("### {}\n", text(&summary.title)));
    }
    for shown in &summary.tables {
        if !shown.title.is_empty() {
            out.push(format!("#### {}\n", text(&shown.title)));
        }
        out.push(table(shown));
    }
    for group in summary.groups.iter().filter(|group| !is_quiet(group)) {
        out.push(format!("### {}: {}\n", text(&group.name), text(&group.total)));
        out.extend(group_lines(summary, group, &mut left));
    }
    if quiet > 0 {
        let all = summary.groups.len() == quiet;
        let what = match summary.command {
            "snapshot check" => format!("{} as accepted", counted(quiet, "snapshot")),
            "check" => format!("{} without errors", counted(quiet, "patchset")),
            _ => format!("{} where every edit fits", counted(quiet, "source")),
        };
        let mut names: Vec<String> =
            summary.groups.iter().filter(|group| is_quiet(group)).map(|group| text(&group.name)).collect();
        let more = names.len().saturating_sub(ROWS);
        names.truncate(ROWS);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let head = if all { format!("### {what}\n\n") } else { String::new() };
        let what = if all { "which".to_owned() } else { what };
        out.push(format!("{head}<details><summary>{what}</summary>\n\n{}\n\n</details>\n", names.join(", ")));
    }
    out.push(format!("<sub>pypatch {}</sub>\n", env!("CARGO_PKG_VERSION")));
    out.join("\n")
}

/// Whether the results that are right are of interest, too.
fn shows_all(summary: &Summary) -> bool {
    matches!(summary.command, "plan" | "port")
}

fn group_lines(summary: &Summary, group: &Group, left: &mut usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut entries: Vec<&Entry> = group.entries.iter().collect();
    // What needs attention comes first, in the order of the patchset.
    entries.sort_by_key(|entry| match entry.level {
        Level::Wrong => 0,
        Level::Open => 1,
        Level::Good => 2,
        Level::Skipped => 3,
    });
    let good = entries.iter().filter(|entry| entry.level == Level::Good).count();
    if !shows_all(summary) {
        entries.retain(|entry| entry.level != Level::Good);
    }
    let has_sides = entries.iter().any(|entry| entry.sides.is_some());
    if !entries.is_empty() {
        let mut rows = match has_sides {
            true => "| edit | before | now |\n|---|---|---|\n".to_owned(),
            false => "| result | edit | where | what |\n|---|---|---|---|\n".to_owned(),
        };
        for entry in entries.iter().take(ROWS) {
            rows.push_str(&match &entry.sides {
                Some([before, now]) => {
                    format!("| {} | {} | {} |\n", code(&entry.edit), prose(before), prose(now))
                }
                None if has_sides => {
                    format!("| {} | | {}: {} |\n", code(&entry.edit), text(&entry.verdict), what(entry))
                }
                None => format!(
                    "| {}{} | {} | {} | {} |\n",
                    sign(entry.level),
                    text(&entry.verdict),
                    code(&entry.edit),
                    code(&cut(&entry.places, REASON)),
                    what(entry)
                ),
            });
        }
        out.push(rows);
        if entries.len() > ROWS {
            out.push(format!("{} more\n", entries.len() - ROWS));
        }
    }
    let mut unseen = 0;
    for entry in entries.iter().filter(|entry| !entry.details.is_empty() || entry.help.is_some()) {
        let lines: Vec<String> = entry
            .details
            .iter()
            .cloned()
            .chain(entry.help.iter().map(|help| format!("help: {help}")))
            .collect();
        let head = if entry.message.is_empty() { &entry.edit } else { &entry.message };
        let language = if entry.sides.is_some() { "diff" } else { "" };
        match fold(&folded_head(head), language, lines.iter().flat_map(|line| line.lines()), left) {
            Some(folded) => out.push(folded),
            None => unseen += 1,
        }
    }
    if unseen > 0 {
        out.push(format!("The details of {} are left out.\n", counted(unseen, "edit")));
    }
    out.extend(diffs(&group.files, left));
    if good > 0 && !shows_all(summary) {
        let accepted = if summary.command == "snapshot check" { "as accepted" } else { "without errors" };
        out.push(format!("{} {accepted}.\n", counted(good, "edit")));
    }
    out
}

fn sign(level: Level) -> &'static str {
    match level {
        Level::Good | Level::Skipped => "",
        Level::Open => "❔ ",
        Level::Wrong => "❌ ",
    }
}

fn what(entry: &Entry) -> String {
    prose(&cut(&one_line(first_sentence(entry.what())), REASON))
}

/// The first sentence of a reason.
pub(in crate::report) fn first_sentence(why: &str) -> &str {
    let ends = [why.find(". ").map(|at| at + 1), why.find("\n\n"), why.find(".\n").map(|at| at + 1)];
    why[..ends.into_iter().flatten().min().unwrap_or(why.len())].trim()
}

/// The head of what can be unfolded, which is HTML.
fn folded_head(head: &str) -> String {
    xml(&one_line(head)).replace('@', "@<!-- -->")
}

/// A row of a table of texts.
pub(in crate::report) fn table_row(cells: &[String]) -> String {
    format!("| {} |\n", cells.iter().map(|cell| text(cell)).collect::<Vec<_>>().join(" | "))
}

/// Lines of a log that are shown when a reader asks for them.
pub(in crate::report) fn folded(head: &str, lines: &[String]) -> String {
    let block = fenced("", lines.iter().map(String::as_str));
    format!("\n<details><summary>{}</summary>\n\n{block}\n</details>\n", folded_head(head))
}

/// Lines that are shown when a reader asks for them, if they still have room.
fn fold<'a>(
    head: &str,
    language: &str,
    lines: impl IntoIterator<Item = &'a str>,
    left: &mut usize,
) -> Option<String> {
    let block = fenced(language, lines);
    *left = left.checked_sub(block.len())?;
    Some(format!("<details><summary>{head}</summary>\n\n{block}\n</details>\n"))
}

fn diffs(files: &[FileDiff], left: &mut usize) -> Vec<String> {
    if files.is_empty() {
        return Vec::new();
    }
    let (added, removed): (usize, usize) =
        (files.iter().map(|file| file.added).sum(), files.iter().map(|file| file.removed).sum());
    let mut out = vec![format!(
        "<details><summary>Diff of the patched tree ({}, +{added} -{removed})</summary>\n",
        counted(files.len(), "file")
    )];
    let mut stat = "| file | added | removed |\n|---|---:|---:|\n".to_owned();
    for file in files.iter().take(ROWS) {
        stat.push_str(&format!("| {} | {} | {} |\n", code(&file.file), file.added, file.removed));
    }
    out.push(stat);
    let mut unseen = 0;
    for file in files {
        let block = fenced("diff", file.diff.lines());
        match left.checked_sub(block.len()) {
            Some(rest) => {
                *left = rest;
                out.push(block);
            }
            None => unseen += 1,
        }
    }
    if unseen > 0 {
        out.push(format!("The diffs of {} are too long to be shown here.\n", counted(unseen, "file")));
    }
    out.push("</details>\n".to_owned());
    out
}

/// Verdicts as a table, with their legend.
fn table(table: &Table) -> String {
    let shown = table.heads.len().min(COLUMNS);
    let heads: String = table.heads[..shown].iter().map(|head| format!(" {} |", text(head))).collect();
    let mut out = format!("| |{heads}\n|---|{}\n", "---|".repeat(shown));
    for row in table.rows.iter().take(ROWS) {
        let cells = row.cells.iter().take(shown);
        let cells: String = cells.map(|(verdict, _)| format!(" {} |", symbol(*verdict))).collect();
        out.push_str(&format!("| {} |{cells}\n", code(&row.name)));
    }
    let (columns, rows) = (table.heads.len() - shown, table.rows.len().saturating_sub(ROWS));
    let legend = Verdict::ALL.map(|verdict| format!("{} {}", symbol(Some(verdict)), verdict.name()));
    out.push_str(&format!("\n{}\n", legend.join(", ")));
    if columns + rows > 0 {
        out.push_str(&format!("\n{columns} more columns and {rows} more rows are not shown.\n"));
    }
    out
}
