//! A matrix as a table.

use std::io::{self, Write};
use std::ops::Range;

use console::truncate_str;

use super::{MatrixReport, details, group_ends, group_name};
use crate::port::{Matrix, Verdict};
use crate::report::fit::columns;
use crate::report::list::{column, counted};
use crate::report::style::{self, HANG, TITLE};

/// A column is as wide as the longest verdict and two blanks.
const CELL: usize = 10;
/// How wide a table is that is not on a terminal.
const WIDTH: usize = 120;

/// Neighbouring columns that are equal and so are shown as one.
type Group = Range<usize>;

/// A table in as many blocks as the width of the terminal requires. Neighbouring columns that are equal are
/// shown as one. On a terminal that is too narrow for the words of all columns, verdicts are signs, and parts of an edit that
/// agree have one row. The details of cells follow if the user wants them, or if there is only one column.
pub(super) fn text(report: &MatrixReport<'_>, matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    match &matrix.base {
        Some(base) => writeln!(out, "{TITLE}{}{TITLE:#}, anchors compared with {base}", matrix.patchset)?,
        None => writeln!(out, "{TITLE}{}{TITLE:#}", matrix.patchset)?,
    }
    let groups: Vec<Group> =
        matrix.folded().into_iter().filter(|group| matrix.columns[group.start].cells.is_ok()).collect();
    let rows = matrix.rows().into_iter().map(|row| (row.clone(), row)).collect();
    let in_words = Table {
        matrix,
        rows,
        heads: groups.iter().map(|group| vec![group_name(&matrix.columns[group.clone()])]).collect(),
        least: CELL,
        cell: Verdict::name,
    };
    match report.width {
        Some(width) if in_words.width() > width => {
            let in_signs = Table {
                rows: folded_rows(matrix, &groups, width / 2),
                heads: groups.iter().map(|group| group_ends(&matrix.columns[group.clone()])).collect(),
                least: 0,
                cell: sign,
                ..in_words
            };
            in_signs.write(&groups, width, out)?;
            legend(matrix, out)?;
        }
        width => in_words.write(&groups, width.unwrap_or(WIDTH), out)?,
    }
    for column in &matrix.columns {
        if let Err(why) = &column.cells {
            writeln!(out, "\n{}: {HANG}{why}", column.source)?;
        }
    }
    if report.verbose || groups.len() == 1 {
        groups.iter().try_for_each(|group| group_details(matrix, group, out))?;
    }
    writeln!(out, "\n{HANG}{}", summary(matrix))
}

/// A row for each part of an edit, a column for each group of versions.
struct Table<'a> {
    matrix: &'a Matrix,
    /// The label of each row, and the row of the matrix.
    rows: Vec<(String, String)>,
    /// The lines of the head of each column.
    heads: Vec<Vec<String>>,
    /// How wide a column is at least.
    least: usize,
    /// What is written in a cell.
    cell: fn(Verdict) -> &'static str,
}

impl Table<'_> {
    fn label(&self) -> usize {
        column(self.rows.iter().map(|(label, _)| columns(label.as_bytes())))
    }

    fn column(&self) -> usize {
        column(self.heads.iter().flatten().map(|head| head.len() + 2)).max(self.least)
    }

    /// How wide it is if it has one block.
    fn width(&self) -> usize {
        self.label() + 2 + self.heads.len() * self.column()
    }

    fn write(&self, groups: &[Group], width: usize, out: &mut dyn Write) -> io::Result<()> {
        let (label, cell) = (self.label(), self.column());
        let per_block = (width.saturating_sub(label + 2) / cell).max(1);
        for (block, heads) in groups.chunks(per_block).zip(self.heads.chunks(per_block)) {
            writeln!(out)?;
            for line in 0..heads.iter().map(Vec::len).max().unwrap_or(0) {
                let line =
                    |head: &Vec<String>| format!("{:cell$}", head.get(line).map_or("", String::as_str));
                writeln!(out, "{:label$}  {}", "", heads.iter().map(line).collect::<String>().trim_end())?;
            }
            for (name, row) in &self.rows {
                let cells = block.iter().map(|group| {
                    let verdict = self.matrix.columns[group.start].verdict(row);
                    let text = verdict.map_or("", self.cell);
                    let style = verdict.map_or(style::PLAIN, style::verdict);
                    format!("{style}{text}{style:#}{}", " ".repeat(cell - text.chars().count()))
                });
                let blanks = label.saturating_sub(columns(name.as_bytes()));
                let line = format!("{name}{:blanks$}  {}", "", cells.collect::<String>());
                writeln!(out, "{}", line.trim_end())?;
            }
        }
        Ok(())
    }
}

/// A verdict in one column.
fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Already => "✓",
        Verdict::Skipped => "·",
        Verdict::Obsolete => "○",
        Verdict::Applies => "●",
        Verdict::Moved => "→",
        Verdict::Changed => "◆",
        Verdict::Refused => "✗",
        Verdict::Lost => "?",
    }
}

/// What the signs of a table mean.
fn legend(matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    let verdicts = Verdict::ALL.into_iter().filter(|one| matrix.cells().any(|cell| cell.verdict == *one));
    let words = verdicts.map(|verdict| {
        let style = style::verdict(verdict);
        format!("{style}{}{style:#} {}", sign(verdict), verdict.name())
    });
    writeln!(out, "\n{HANG}{}", words.collect::<Vec<_>>().join("  "))
}

/// The rows of a matrix; parts of an edit with the same verdicts everywhere have one. Labels are cut at `most` columns.
fn folded_rows(matrix: &Matrix, groups: &[Group], most: usize) -> Vec<(String, String)> {
    let rows = matrix.rows();
    let edit = |row: &str| row.split('/').next().unwrap_or(row).to_owned();
    let verdicts = |row: &str| -> Vec<Option<Verdict>> {
        groups.iter().map(|group| matrix.columns[group.start].verdict(row)).collect()
    };
    let mut folded: Vec<(String, Vec<Option<Verdict>>, usize)> = Vec::new();
    for row in &rows {
        let found = verdicts(row);
        match folded.iter_mut().find(|(first, known, _)| edit(first) == edit(row) && *known == found) {
            Some((.., count)) => *count += 1,
            None => folded.push((row.clone(), found, 1)),
        }
    }
    let label = |(row, _, count): &(String, Vec<Option<Verdict>>, usize)| {
        let all = rows.iter().filter(|one| edit(one) == edit(row)).count();
        let text = match *count {
            1 => row.clone(),
            count if count == all => format!("{} ({count})", edit(row)),
            count => format!("{row} +{}", count - 1),
        };
        (shortened(text, most), row.clone())
    };
    folded.iter().map(label).collect()
}

/// A label of at most so many columns: its beginning and its end, which differ from those of others.
fn shortened(label: String, most: usize) -> String {
    if columns(label.as_bytes()) <= most {
        return label;
    }
    let end = label.chars().count().saturating_sub(most / 2);
    let end: String = label.chars().skip(end).collect();
    truncate_str(&label, most - columns(end.as_bytes()).min(most), "…").into_owned() + &end
}

/// The cells of a group's first column, except those that simply apply.
fn group_details(matrix: &Matrix, group: &Range<usize>, out: &mut dyn Write) -> io::Result<()> {
    let Ok(cells) = &matrix.columns[group.start].cells else { return Ok(()) };
    let name = group_name(&matrix.columns[group.clone()]);
    for cell in cells.iter().filter(|cell| cell.verdict != Verdict::Applies) {
        let style = style::verdict(cell.verdict);
        writeln!(out, "\n{} on {name}: {style}{}{style:#}", cell.row(), cell.verdict.name())?;
        for line in details(cell) {
            writeln!(out, "  {HANG}{line}")?;
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
    format!("{} on {}: {}{open}", counted(cells, "cell"), counted(sources, "source"), counts.join(", "))
}
