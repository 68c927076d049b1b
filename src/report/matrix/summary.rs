//! A matrix for pull requests, pages and other programs.

use std::collections::BTreeMap;

use super::{details, group_name};
use crate::port::{Cell, Matrix, Verdict};
use crate::report::counted;
use crate::report::summary::{Entry, Group, Level, Row, Summary, Table, Written};

/// The summaries of a set of patchsets, a table for each. Their names are in those of groups and rows.
pub(super) fn summary_of_set(matrices: &[Matrix], written: &Written) -> Summary {
    let sources = matrices.first().map_or(0, |matrix| matrix.columns.len());
    let title = format!("{} on {}", counted(matrices.len(), "patchset"), counted(sources, "source"));
    let mut all = Summary { command: "matrix", title, ..Summary::default() };
    for matrix in matrices {
        let id = &matrix.patchset;
        let mut one = summary(matrix, Some(id), written);
        one.groups.iter_mut().for_each(|group| group.name = format!("{id} on {}", group.name));
        for table in &mut one.tables {
            table.title.clone_from(&one.title);
            for row in &mut table.rows {
                row.name = format!("{id}: {}", row.name);
                row.edit = format!("{id}: {}", row.edit);
            }
        }
        all.groups.append(&mut one.groups);
        all.tables.append(&mut one.tables);
    }
    all
}

/// The verdicts as a table; a group for each range of sources with equal verdicts, with a result for each row. Edits are those of
/// the patchset `owner`, where cells do not name one.
pub(super) fn summary(matrix: &Matrix, owner: Option<&str>, written: &Written) -> Summary {
    let rows = matrix.rows();
    let mut groups: Vec<Group> = Vec::new();
    let mut table = Table::default();
    let mut cells: BTreeMap<&str, Vec<(Option<Verdict>, String)>> = BTreeMap::new();
    let mut edits: BTreeMap<String, String> = BTreeMap::new();
    for range in matrix.folded() {
        let columns = &matrix.columns[range.clone()];
        let name = group_name(columns);
        let own = match &columns[0].cells {
            Ok(own) => own,
            Err(why) => {
                let message = why.clone();
                let verdict = "not read".to_owned();
                let entry = Entry { level: Level::Wrong, verdict, message, ..Entry::default() };
                let total = "not read".to_owned();
                groups.push(Group {
                    name: columns[0].source.clone(),
                    total,
                    entries: vec![entry],
                    files: Vec::new(),
                });
                continue;
            }
        };
        let mut by_row: BTreeMap<String, Vec<&Cell>> = BTreeMap::new();
        for cell in own {
            by_row.entry(cell.row()).or_default().push(cell);
        }
        table.heads.push(name.clone());
        let mut entries = Vec::new();
        for row in &rows {
            let found = by_row.get(row).map(Vec::as_slice).unwrap_or_default();
            let worst = found.iter().max_by_key(|cell| cell.verdict);
            let lines: Vec<String> = found.iter().flat_map(|cell| details(cell)).collect();
            let of = cells.entry(row).or_default();
            of.push((worst.map(|cell| cell.verdict), lines.join("\n")));
            let Some(cell) = worst else { continue };
            let patchset = cell.patchset.as_deref();
            let edit = patchset.map(|id| format!("{id}: {}", cell.edit)).unwrap_or_else(|| cell.edit.clone());
            edits.entry(row.clone()).or_insert(edit);
            entries.push(entry(cell, lines, written.entry(patchset.or(owner), &cell.edit)));
        }
        let open = entries.iter().filter(|entry| entry.level == Level::Open).count();
        let total = format!("{} of {} to be decided", open, counted(entries.len(), "row"));
        groups.push(Group { name, total, entries, files: Vec::new() });
    }
    table.rows = rows
        .iter()
        .map(|name| Row {
            name: name.clone(),
            edit: edits.remove(name).unwrap_or_else(|| name.clone()),
            cells: cells.remove(name.as_str()).unwrap_or_default(),
        })
        .collect();
    let base = matrix.base.as_ref().map(|base| format!(", compared with {base}")).unwrap_or_default();
    let title = format!("{} on {}{base}", matrix.patchset, counted(matrix.columns.len(), "source"));
    Summary { command: "matrix", title, groups, tables: vec![table] }
}

fn entry(cell: &Cell, details: Vec<String>, written: Entry) -> Entry {
    let level = match cell.verdict {
        verdict if verdict.is_open() => Level::Open,
        Verdict::Skipped => Level::Skipped,
        _ => Level::Good,
    };
    let is_open = level == Level::Open;
    Entry {
        edit: cell.row(),
        level,
        verdict: cell.verdict.name().to_owned(),
        reason: cell.explanation().unwrap_or_default(),
        details: if is_open { details } else { Vec::new() },
        ..written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::{Candidate, Column};
    use crate::report::{Format, MatrixReport, Report};
    use crate::tree::Location;

    fn page(matrix: &Matrix) -> String {
        let matrices = std::slice::from_ref(matrix);
        let report = MatrixReport { matrices, written: &Written::default(), width: None, verbose: false };
        let mut page = Vec::new();
        assert!(report.write(Format::Html(0), &mut page).unwrap());
        String::from_utf8(page).unwrap()
    }

    fn cell(edit: &str, part: &str, verdict: Verdict) -> Cell {
        Cell {
            patchset: None,
            edit: edit.to_owned(),
            part: Some(part.to_owned()),
            change: None,
            requirement: None,
            source: String::new(),
            version: None,
            verdict,
            places: Vec::new(),
            candidates: Vec::new(),
            reason: Some(format!("the reason for {edit} and {part}, which is a sentence of usual length")),
            evidence: None,
            has_anchor: true,
            by_lines: false,
            gone_since: None,
        }
    }

    /// Markup that would break out of text and out of an attribute, with a name to recognise it.
    fn hostile(name: &str) -> String {
        format!("<{name}>&\"")
    }

    fn column(source: &str, cells: Result<Vec<Cell>, String>) -> Column {
        Column { source: hostile(source), version: None, patchset: hostile("patchset"), cells }
    }

    #[test]
    fn everything_that_the_page_shows_is_escaped() {
        let place = Location { file: "<file>&".parse().unwrap(), line: 1, text: hostile("line") };
        let candidate = Candidate {
            places: vec![place.clone()],
            text: hostile("text"),
            why: hostile("why"),
            change: None,
            instead: None,
            can_be_taken: false,
        };
        let mut cell = cell(&hostile("edit"), &hostile("part"), Verdict::Changed);
        cell.patchset = Some(hostile("mine"));
        cell.places = vec![place];
        cell.candidates = vec![candidate];
        cell.reason = Some(hostile("reason"));
        let columns = vec![column("column", Ok(vec![cell])), column("broken", Err(hostile("error")))];
        let page = page(&Matrix { patchset: hostile("id"), base: Some(hostile("base")), columns });
        for name in ["id", "base", "column", "mine", "broken", "error", "edit", "part"] {
            assert!(page.contains(&format!("&lt;{name}&gt;&amp;&quot;")), "{name}: {page}");
        }
        for name in ["reason", "text", "why"] {
            assert!(page.contains(&format!("\\u003c{name}>&\\\"")), "{name}: {page}");
        }
        for name in
            ["id", "base", "column", "mine", "broken", "error", "edit", "part", "reason", "text", "why"]
        {
            assert!(!page.contains(&format!("<{name}>")), "{name}: {page}");
        }
        assert!(page.contains("\\u003cfile>&:1"), "{page}");
    }

    #[test]
    fn a_page_of_a_family_on_all_releases_is_below_2_mib() {
        let verdicts = [Verdict::Applies, Verdict::Changed, Verdict::Moved, Verdict::Lost];
        let columns = (0..248).map(|at| {
            let one = |row: usize| {
                cell(&format!("edit-{}", row / 3), &format!("part-{row}"), verdicts[(row * at + at) % 4])
            };
            Column {
                source: format!("python-3.{at}"),
                version: None,
                patchset: "p".to_owned(),
                cells: Ok((0..60).map(one).collect()),
            }
        });
        let page = page(&Matrix { patchset: "p".to_owned(), base: None, columns: columns.collect() });
        assert!(page.len() < 2 << 20, "{}", page.len());
        // The parts of an edit are below it.
        assert_eq!(page.matches("<tr class=\"e q\"").count(), 60);
        assert_eq!(page.matches("aria-expanded").count() - 1, 20);
    }
}
