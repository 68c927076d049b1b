//! A page for a browser, which needs no other files and no network.
//!
//! Its style and its script are static. What comes from outside is escaped by [`escape`], and the script only sets it as text.

mod diff;
mod matrix;

use std::fmt::Write;

use self::diff::file_diff;
use self::matrix::tables;
use super::escape::printable;
use super::summary::{Entry, Group, Level, Summary};
use crate::date::Date;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page; `seconds` since 1970 is when it was made.
pub(super) fn page(summary: &Summary, seconds: i64) -> String {
    let title = escape(&summary.title);
    let day = Date { seconds, zone: 0 }.day();
    let clock = seconds.rem_euclid(24 * 60 * 60) / 60;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <p>pypatch {} {}, {day} {:02}:{:02} UTC. <span id=\"n\" role=\"status\"></span></p>\n",
        summary.command,
        env!("CARGO_PKG_VERSION"),
        clock / 60,
        clock % 60,
    );
    controls(summary, &mut out);
    out.push_str("</header>\n<main>\n");
    match &summary.tables[..] {
        shown @ [_, ..] => {
            tables(shown, &mut out);
            for (group, entry) in summary.entries().filter(|(_, entry)| entry.edit.is_empty()) {
                let _ = writeln!(
                    out,
                    "<p class=\"wrong\">{}: {}</p>",
                    escape(&group.name),
                    escape(&entry.message)
                );
            }
        }
        [] => {
            let is_alone = summary.groups.len() == 1;
            summary.groups.iter().for_each(|group| section(group, is_alone, &mut out));
            out.push_str("<script type=\"application/json\" id=\"x\">[]</script>\n");
        }
    }
    out.push_str(
        "</main>\n<aside id=\"p\" role=\"region\" aria-label=\"details\" hidden><button id=\"z\" aria-label=\"close (Escape)\">\u{d7}</button><h2></h2><pre></pre></aside>\n",
    );
    let _ = write!(out, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

/// The search, and the totals, which filter.
fn controls(summary: &Summary, out: &mut String) {
    out.push_str("<div role=\"toolbar\" aria-label=\"what is shown\">\n<input type=\"search\" id=\"q\" aria-label=\"search (/)\" placeholder=\"search (/)\">\n");
    let mut totals: Vec<(&str, usize)> = Vec::new();
    let (mut all, mut open) = (0, 0);
    for (_, entry) in summary.entries() {
        all += 1;
        open += usize::from(entry.level >= Level::Open);
        match totals.iter_mut().find(|(name, _)| *name == entry.verdict) {
            Some((_, count)) => *count += 1,
            None => totals.push((&entry.verdict, 1)),
        }
    }
    let mut button = |filter: &str, name: &str, count: usize| {
        let _ = writeln!(
            out,
            "<button data-f=\"{}\" aria-pressed=\"false\">{} {count}</button>",
            escape(filter),
            escape(name)
        );
    };
    button("", "all", all);
    if open > 0 {
        button(TO_BE_DECIDED, "to be decided (d)", open);
    }
    for (name, count) in totals {
        button(&word(name), name, count);
    }
    if summary.tables.is_empty() {
        out.push_str("<button id=\"u\" aria-pressed=\"false\">unified (u)</button>\n");
    }
    out.push_str("</div>\n");
}

/// The filter for what a person has to look at.
const TO_BE_DECIDED: &str = "to-be-decided";

fn section(group: &Group, is_alone: bool, out: &mut String) {
    let _ =
        writeln!(out, "<section class=\"g\">\n<h2>{}: {}</h2>", escape(&group.name), escape(&group.total));
    let has_own = group.entries.iter().any(|entry| !entry.files.is_empty());
    for one in &group.entries {
        entry(one, is_alone, out);
    }
    if !has_own {
        group.files.iter().for_each(|file| file_diff(file, out));
    }
    out.push_str("</section>\n");
}

fn entry(entry: &Entry, is_alone: bool, out: &mut String) {
    let is_open =
        entry.level >= Level::Open || (is_alone && entry.level == Level::Good && !entry.files.is_empty());
    let filter = if entry.level >= Level::Open {
        format!("{} {TO_BE_DECIDED}", word(&entry.verdict))
    } else {
        word(&entry.verdict)
    };
    let (class, sign) = level(entry.level);
    let _ = writeln!(
        out,
        "<details class=\"e\" data-v=\"{}\"{}><summary><span class=\"v {class}\">{sign} {}</span> <b>{}</b> <span class=\"p\">{}</span></summary><div>",
        escape(&filter),
        if is_open { " open" } else { "" },
        escape(&entry.verdict),
        escape(&entry.edit),
        escape(&entry.places)
    );
    let mut paragraph = |class: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "<p class=\"{class}\">{}</p>", escape(text));
        }
    };
    paragraph("", &entry.why);
    paragraph(class, &entry.message);
    if let Some([before, now]) = &entry.sides {
        paragraph("", &format!("before: {before}"));
        paragraph("", &format!("now: {now}"));
    }
    if !entry.details.is_empty() {
        out.push_str("<pre>");
        for line in &entry.details {
            let _ = writeln!(out, "{}", escape(&cut(line)));
        }
        out.push_str("</pre>\n");
    }
    if let Some(help) = &entry.help {
        let _ = writeln!(out, "<pre>help: {}</pre>", escape(help));
    }
    if let Some((file, line)) = &entry.written {
        let _ = writeln!(out, "<p class=\"n\">{}:{line}</p>", escape(file));
    }
    entry.files.iter().for_each(|file| file_diff(file, out));
    out.push_str("</div></details>\n");
}

fn level(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Good => ("good", "\u{25cf}"),
        Level::Skipped => ("skipped", "\u{b7}"),
        Level::Open => ("open", "\u{25c6}"),
        Level::Wrong => ("wrong", "\u{2715}"),
    }
}

/// A verdict as one word, for a filter.
fn word(verdict: &str) -> String {
    verdict.replace(' ', "-")
}

/// A long line is cut: a browser takes long to wrap it.
fn cut(line: &str) -> String {
    const LONGEST: usize = 2_000;
    match line.char_indices().nth(LONGEST) {
        None => line.to_owned(),
        Some((at, _)) => format!("{}... ({} more characters)", &line[..at], line[at..].chars().count()),
    }
}

/// A text in an element or an attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in String::from_utf8_lossy(&printable(text.as_bytes())).chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            sign => out.push(sign),
        }
    }
    out
}
