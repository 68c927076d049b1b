//! The verdicts of a matrix: a row for each edit, with its parts folded below it.

use std::collections::HashMap;
use std::fmt::Write;

use super::{TO_BE_DECIDED, escape};
use crate::report::summary::{Row, Table, symbol};

/// The tables, their legend, and the texts of the panel.
pub(super) fn tables(tables: &[Table], out: &mut String) {
    legend(out);
    let mut texts = Texts::default();
    tables.iter().for_each(|one| table(one, &mut texts, out));
    // No `<` may end the script.
    let texts = serde_json::json!(texts.all).to_string().replace('<', "\\u003c");
    let _ = writeln!(out, "<script type=\"application/json\" id=\"x\">{texts}</script>");
}

fn table(table: &Table, texts: &mut Texts, out: &mut String) {
    if !table.title.is_empty() {
        let _ = writeln!(out, "<h2>{}</h2>", escape(&table.title));
    }
    out.push_str("<div class=\"t\" tabindex=\"0\" role=\"region\" aria-label=\"verdicts\">\n<table>\n<thead><tr><th scope=\"col\">edit</th>");
    for head in &table.heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(head));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let mut rows = &table.rows[..];
    while let Some(first) = rows.first() {
        let parts = rows.iter().take_while(|row| row.edit == first.edit).count();
        let (own, rest) = rows.split_at(parts);
        rows = rest;
        if own.len() > 1 {
            row(&whole(own), Kind::Whole(own.len()), texts, out);
        }
        let kind = if own.len() > 1 { Kind::Part } else { Kind::Alone };
        own.iter().for_each(|one| row(one, kind, texts, out));
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn legend(out: &mut String) {
    out.push_str("<p class=\"n\">");
    for verdict in crate::port::Verdict::ALL {
        let _ = write!(out, "{} {} &nbsp; ", symbol(Some(verdict)), verdict.name());
    }
    out.push_str("</p>\n");
}

#[derive(Clone, Copy)]
enum Kind {
    /// An edit of one part.
    Alone,
    /// All parts of an edit.
    Whole(usize),
    /// A part of an edit.
    Part,
}

/// The worst verdict of the parts of an edit in each column.
fn whole(parts: &[Row]) -> Row {
    let cells = (0..parts[0].cells.len()).map(|at| {
        let worst = parts.iter().filter_map(|part| part.cells[at].0).max();
        let of = |part: &&Row| part.cells[at].0 == worst;
        let lines = parts.iter().filter(of).filter(|part| !part.cells[at].1.is_empty());
        let lines: Vec<String> = lines.map(|part| format!("{}\n{}", part.name, part.cells[at].1)).collect();
        (worst, lines.join("\n\n"))
    });
    Row { name: parts[0].edit.clone(), edit: parts[0].edit.clone(), cells: cells.collect() }
}

/// Each text of the panel once.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    known: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        let next = self.all.len();
        let number = *self.known.entry(text.to_owned()).or_insert(next);
        if number == next {
            self.all.push(String::from_utf8_lossy(&super::printable(text.as_bytes())).into_owned());
        }
        number
    }
}

fn row(row: &Row, kind: Kind, texts: &mut Texts, out: &mut String) {
    let mut filters: Vec<&str> = Vec::new();
    for verdict in row.cells.iter().filter_map(|(verdict, _)| *verdict) {
        for filter in [Some(verdict.name()), verdict.is_open().then_some(TO_BE_DECIDED)].into_iter().flatten()
        {
            if !filters.contains(&filter) {
                filters.push(filter);
            }
        }
    }
    let (class, edit, name) = match kind {
        Kind::Part => ("e q", &row.edit, &row.name),
        Kind::Alone | Kind::Whole(_) => ("e", &row.edit, &row.name),
    };
    let (edit, name) = (escape(edit), escape(name));
    let _ = write!(
        out,
        "<tr class=\"{class}\" data-e=\"{edit}\" data-v=\"{}\"><th scope=\"row\" data-n=\"{name}\">",
        filters.join(" ")
    );
    match kind {
        Kind::Whole(parts) => {
            let _ =
                write!(out, "<button data-o=\"{edit}\" aria-expanded=\"false\">{name} ({parts})</button>");
        }
        Kind::Alone | Kind::Part => out.push_str(&name),
    }
    out.push_str("</th>");
    for (verdict, text) in &row.cells {
        let (name, sign) = (verdict.map_or("none", |verdict| verdict.name()), symbol(*verdict));
        let color = match verdict {
            Some(verdict) if verdict.is_open() => " open",
            Some(crate::port::Verdict::Applies | crate::port::Verdict::Moved) => " good",
            _ => "",
        };
        match text.is_empty() {
            true => {
                let _ = write!(out, "<td class=\"{name}{color}\">{sign}");
            }
            false => {
                let _ = write!(
                    out,
                    "<td class=\"{name}{color}\"><button data-d={}>{sign}</button>",
                    texts.number(text)
                );
            }
        }
    }
    out.push_str("</tr>\n");
}
