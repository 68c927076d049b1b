//! A matrix as a page that needs nothing else.

use askama::Template;

use super::{details, group_name};
use crate::port::{Matrix, Verdict};

/// One cell of the page.
struct Box {
    verdict: &'static str,
    details: Vec<String>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>{{ patchset }}</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: 2px 6px; text-align: left; vertical-align: top; white-space: nowrap; }
thead th { position: sticky; top: 0; background: #eee; }
tbody th { position: sticky; left: 0; background: #eee; font-weight: normal; }
details pre { white-space: pre-wrap; max-width: 40em; margin: 4px 0; font-size: 12px; }
.applies { background: #dff5df; } .moved { background: #d9eefa; } .changed { background: #fdf2c8; }
.refused, .lost { background: #f9d4d4; } .already, .skipped, .obsolete { color: #777; }
</style>
<h1>{{ patchset }}</h1>
{% if let Some(base) = base %}<p>Anchors are compared with those of {{ base }}.</p>{% endif %}
<p>{% for (verdict, count) in counts %}<span class="{{ verdict }}">{{ count }} {{ verdict }}</span> {% endfor %}</p>
<table>
<thead><tr><th></th>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for (row, boxes) in rows %}<tr><th>{{ row }}</th>
{%- for one in boxes %}<td class="{{ one.verdict }}">
{%- if one.details.is_empty() %}{{ one.verdict }}{% else %}<details><summary>{{ one.verdict }}</summary><pre>
{%- for line in one.details %}{{ line }}
{% endfor %}</pre></details>{% endif %}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table>
{% for (source, why) in errors %}<p class="lost">{{ source }}: {{ why }}</p>
{% endfor %}</html>
"#
)]
struct Page {
    patchset: String,
    base: Option<String>,
    counts: Vec<(&'static str, usize)>,
    names: Vec<String>,
    rows: Vec<(String, Vec<Box>)>,
    errors: Vec<(String, String)>,
}

/// The matrix as a page: a row a part of an edit, a column a group of neighbouring sources that are equal.
/// The details and the candidates open on a click.
pub fn html(matrix: &Matrix) -> String {
    let groups: Vec<_> =
        matrix.folded().into_iter().filter(|group| matrix.columns[group.start].cells.is_ok()).collect();
    let one = |row: &str, at: usize| {
        let column = &matrix.columns[at];
        let verdict = column.verdict(row);
        let cells = column.cells.iter().flatten().filter(|cell| cell.row() == row);
        Box { verdict: verdict.map_or("", Verdict::name), details: cells.flat_map(details).collect() }
    };
    let rows = matrix.rows().into_iter().map(|row| {
        let boxes = groups.iter().map(|group| one(&row, group.start)).collect();
        (row, boxes)
    });
    let counts = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict.name(), matrix.cells().filter(|cell| cell.verdict == verdict).count()));
    let errors = matrix
        .columns
        .iter()
        .filter_map(|column| Some((column.source.clone(), column.cells.as_ref().err()?.clone())));
    let page = Page {
        patchset: matrix.patchset.clone(),
        base: matrix.base.clone(),
        counts: counts.filter(|(_, count)| *count > 0).collect(),
        names: groups.iter().map(|group| group_name(&matrix.columns[group.clone()])).collect(),
        rows: rows.collect(),
        errors: errors.collect(),
    };
    page.render().expect("a page is made of strings, which can always be written")
}
