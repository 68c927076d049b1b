//! A matrix for a terminal.

use anstyle::{AnsiColor, Style};

use super::{details, group_name};
use crate::port::{Matrix, Verdict};

/// A column is as wide as the longest verdict and two blanks.
const CELL: usize = 10;

/// A table, in as many blocks as `width` columns of a terminal need; neighbouring columns that are equal
/// are one. Cells that somebody has to decide are told below it, with their candidates, when `all` is asked
/// for or there is one column only.
pub fn text(matrix: &Matrix, width: usize, all: bool) -> String {
    let mut out = matrix.patchset.clone();
    if let Some(base) = &matrix.base {
        out.push_str(&format!(", anchors compared with {base}"));
    }
    out.push('\n');
    let rows = matrix.rows();
    let groups: Vec<_> =
        matrix.folded().into_iter().filter(|group| matrix.columns[group.start].cells.is_ok()).collect();
    let label = rows.iter().map(String::len).max().unwrap_or(0);
    let names: Vec<String> = groups.iter().map(|group| group_name(&matrix.columns[group.clone()])).collect();
    let cell = names.iter().map(|name| name.len() + 2).max().unwrap_or(CELL).max(CELL);
    let per_block = (width.saturating_sub(label + 2) / cell).max(1);
    for block in (0..groups.len()).collect::<Vec<_>>().chunks(per_block) {
        out.push('\n');
        let heads: String = block.iter().map(|at| format!("{:cell$}", names[*at])).collect();
        out.push_str(&format!("{:label$}  {}\n", "", heads.trim_end()));
        for row in &rows {
            let cells = block.iter().map(|at| {
                let verdict = matrix.columns[groups[*at].start].verdict(row);
                let name = verdict.map_or("", Verdict::name);
                let style = verdict.map_or_else(Style::new, style);
                format!("{style}{name}{style:#}{}", " ".repeat(cell - name.len()))
            });
            let line = format!("{row:label$}  {}", cells.collect::<String>());
            out.push_str(&format!("{}\n", line.trim_end()));
        }
    }
    for column in &matrix.columns {
        if let Err(why) = &column.cells {
            out.push_str(&format!("\n{}: {why}\n", column.source));
        }
    }
    let open = matrix.cells().filter(|cell| cell.verdict.is_open()).count();
    if all || groups.len() == 1 {
        for group in &groups {
            told(&mut out, matrix, group);
        }
    }
    out.push_str(&format!("\n{}\n", summary(matrix, open)));
    out
}

/// The cells of a group's first column that say more than that the edit applies.
fn told(out: &mut String, matrix: &Matrix, group: &std::ops::Range<usize>) {
    let Ok(cells) = &matrix.columns[group.start].cells else { return };
    let name = group_name(&matrix.columns[group.clone()]);
    for cell in cells.iter().filter(|cell| cell.verdict != Verdict::Applies) {
        let style = style(cell.verdict);
        out.push_str(&format!("\n{} on {name}: {style}{}{style:#}\n", cell.row(), cell.verdict.name()));
        for line in details(cell) {
            out.push_str(&format!("  {line}\n"));
        }
    }
}

fn summary(matrix: &Matrix, open: usize) -> String {
    let counts = Verdict::ALL.into_iter().filter_map(|verdict| {
        let count = matrix.cells().filter(|cell| cell.verdict == verdict).count();
        (count > 0).then(|| format!("{count} {}", verdict.name()))
    });
    let mut text = format!(
        "{} cells on {} sources: {}",
        matrix.cells().count(),
        matrix.columns.len(),
        counts.collect::<Vec<_>>().join(", ")
    );
    if open > 0 {
        text.push_str(&format!("; {open} to be decided (`-v` names the candidates)"));
    }
    text
}

fn style(verdict: Verdict) -> Style {
    let color = match verdict {
        Verdict::Applies => AnsiColor::Green,
        Verdict::Already | Verdict::Skipped | Verdict::Obsolete => AnsiColor::BrightBlack,
        Verdict::Moved => AnsiColor::Cyan,
        Verdict::Changed => AnsiColor::Yellow,
        Verdict::Refused | Verdict::Lost => AnsiColor::Red,
    };
    color.on_default()
}
