//! A matrix as a table.

use std::io::{self, Write};
use std::ops::Range;

use super::{MatrixReport, details, group_name};
use crate::port::{Matrix, Verdict};
use crate::report::list::column;
use crate::report::style;

/// A column is as wide as the longest verdict and two blanks.
const CELL: usize = 10;

/// A table in as many blocks as the width of the terminal requires. Neighbouring columns that are equal are
/// shown as one. The details of cells follow if the user wants them, or if there is only one column.
pub(super) fn text(report: &MatrixReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let matrix = report.matrix;
    match &matrix.base {
        Some(base) => writeln!(out, "{}, anchors compared with {base}", matrix.patchset)?,
        None => writeln!(out, "{}", matrix.patchset)?,
    }
    let rows = matrix.rows();
    let groups: Vec<_> =
        matrix.folded().into_iter().filter(|group| matrix.columns[group.start].cells.is_ok()).collect();
    let label = column(rows.iter().map(String::len));
    let names: Vec<String> = groups.iter().map(|group| group_name(&matrix.columns[group.clone()])).collect();
    let cell = column(names.iter().map(|name| name.len() + 2)).max(CELL);
    let per_block = (report.width.saturating_sub(label + 2) / cell).max(1);
    for (block, names) in groups.chunks(per_block).zip(names.chunks(per_block)) {
        let heads: String = names.iter().map(|name| format!("{name:cell$}")).collect();
        writeln!(out, "\n{:label$}  {}", "", heads.trim_end())?;
        for row in &rows {
            let cells = block.iter().map(|group| {
                let verdict = matrix.columns[group.start].verdict(row);
                let name = verdict.map_or("", Verdict::name);
                let style = verdict.map_or(style::PLAIN, style::verdict);
                format!("{style}{name}{style:#}{}", " ".repeat(cell - name.len()))
            });
            let line = format!("{row:label$}  {}", cells.collect::<String>());
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    for column in &matrix.columns {
        if let Err(why) = &column.cells {
            writeln!(out, "\n{}: {why}", column.source)?;
        }
    }
    if report.verbose || groups.len() == 1 {
        groups.iter().try_for_each(|group| group_details(matrix, group, out))?;
    }
    writeln!(out, "\n{}", summary(matrix))
}

/// The cells of a group's first column, except those that simply apply.
fn group_details(matrix: &Matrix, group: &Range<usize>, out: &mut dyn Write) -> io::Result<()> {
    let Ok(cells) = &matrix.columns[group.start].cells else { return Ok(()) };
    let name = group_name(&matrix.columns[group.clone()]);
    for cell in cells.iter().filter(|cell| cell.verdict != Verdict::Applies) {
        let style = style::verdict(cell.verdict);
        writeln!(out, "\n{} on {name}: {style}{}{style:#}", cell.row(), cell.verdict.name())?;
        for line in details(cell) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

fn summary(matrix: &Matrix) -> String {
    let count = |verdict| matrix.cells().filter(|cell| cell.verdict == verdict).count();
    let counts = Verdict::ALL.into_iter().map(|verdict| (count(verdict), verdict.name()));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    let open = match matrix.cells().filter(|cell| cell.verdict.is_open()).count() {
        0 => String::new(),
        open => format!("; {open} to be decided (`-v` lists the candidates)"),
    };
    let (cells, sources) = (matrix.cells().count(), matrix.columns.len());
    format!("{cells} cells on {sources} sources: {}{open}", counts.join(", "))
}
