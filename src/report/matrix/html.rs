//! A matrix as one page without scripts or other files.

use horrorshow::helper::doctype;
use horrorshow::{Raw, Template, html};

use super::{details, group_name};
use crate::port::{Matrix, Verdict};

const STYLE: &str = "
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: 2px 6px; text-align: left; vertical-align: top; white-space: nowrap; }
thead th { position: sticky; top: 0; background: #eee; }
tbody th { position: sticky; left: 0; background: #eee; font-weight: normal; }
details pre { white-space: pre-wrap; max-width: 40em; margin: 4px 0; font-size: 12px; }
.applies { background: #dff5df; } .moved { background: #d9eefa; } .changed { background: #fdf2c8; }
.refused, .lost { background: #f9d4d4; } .already, .skipped, .obsolete { color: #777; }
";

/// The page: a row for each part of an edit, a column for each group of adjacent sources with equal verdicts. Each
/// verdict unfolds to what was seen and the candidates.
pub fn page(matrix: &Matrix) -> String {
    let mut groups = matrix.folded();
    groups.retain(|group| matrix.columns[group.start].cells.is_ok());
    let count = |verdict| matrix.cells().filter(|cell| cell.verdict == verdict).count();
    let counts = Verdict::ALL.into_iter().map(|verdict| (verdict.name(), count(verdict)));
    let page = html! {
        : doctype::HTML;
        html(lang="en") {
            meta(charset="utf-8");
            title: &matrix.patchset;
            style: Raw(STYLE);
            h1: &matrix.patchset;
            @ if let Some(base) = &matrix.base {
                p { : "Anchors are compared with those of "; : base; : "."; }
            }
            p {
                @ for (verdict, count) in counts.filter(|(_, count)| *count > 0) {
                    span(class=verdict) { : count; : " "; : verdict; }
                    : " ";
                }
            }
            table {
                thead {
                    tr {
                        th;
                        @ for group in &groups { th: group_name(&matrix.columns[group.clone()]); }
                    }
                }
                tbody {
                    @ for row in matrix.rows() {
                        tr {
                            th: &row;
                            @ for group in &groups { : cell(matrix, &row, group.start); }
                        }
                    }
                }
            }
            @ for column in &matrix.columns {
                @ if let Err(error) = &column.cells {
                    p(class="lost") { : &column.source; : ": "; : error; }
                }
            }
        }
    };
    page.into_string().expect("a page consists of strings, which can always be written")
}

/// The cell of a row in the column number `column`.
fn cell(matrix: &Matrix, row: &str, column: usize) -> impl horrorshow::RenderOnce {
    let column = &matrix.columns[column];
    let verdict = column.verdict(row).map_or("", Verdict::name);
    let cells = column.cells.iter().flatten().filter(|cell| cell.row() == row);
    let details = cells.flat_map(details).collect::<Vec<_>>().join("\n");
    horrorshow::owned_html! {
        td(class=verdict) {
            @ if details.is_empty() {
                : verdict;
            } else {
                details { summary: verdict; pre: details; }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::{Candidate, Cell, Column};
    use crate::tree::Location;

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
        };
        let cell = Cell {
            patchset: Some(hostile("mine")),
            edit: hostile("edit"),
            part: Some(hostile("part")),
            change: None,
            source: hostile("source"),
            version: None,
            verdict: Verdict::Changed,
            places: vec![place],
            candidates: vec![candidate],
            reason: Some(hostile("reason")),
            evidence: None,
            has_anchor: true,
            gone_since: None,
        };
        let columns = vec![column("column", Ok(vec![cell])), column("broken", Err(hostile("error")))];
        let page = page(&Matrix { patchset: hostile("id"), base: Some(hostile("base")), columns });
        for name in
            ["id", "base", "column", "mine", "broken", "error", "edit", "part", "reason", "text", "why"]
        {
            assert!(page.contains(&format!("&lt;{name}&gt;&amp;&quot;")), "{name}: {page}");
            assert!(!page.contains(&format!("<{name}>")), "{name}: {page}");
        }
        assert!(page.contains("&lt;file&gt;&amp;:1"), "{page}");
    }
}
