//! The diff of a file: side by side, or unified by the style of the page alone.

use std::fmt::Write;

use similar::{Algorithm, ChangeTag, diff_ratio};

use super::{cut, escape};
use crate::report::summary::FileDiff;
use crate::text::diff_tokens;

/// How many lines of a file are shown.
const MOST: usize = 5_000;

pub(super) fn file_diff(file: &FileDiff, out: &mut String) {
    let _ = writeln!(
        out,
        "<div class=\"d\"><h3>{} <span class=\"n\">+{} \u{2212}{}</span></h3>",
        escape(&file.file),
        file.added,
        file.removed
    );
    let mut lines = file.diff.lines().take(MOST).peekable();
    let (mut old, mut new) = (0, 0);
    let mut in_hunk = false;
    while let Some(line) = lines.next() {
        match line.as_bytes().first() {
            Some(b'@') => {
                in_hunk = true;
                (old, new) = numbers(line);
                let _ = writeln!(out, "<div class=\"h\">{}</div>", escape(&cut(line)));
            }
            Some(b'-' | b'+') if in_hunk => {
                let (mut was, mut is) = (Vec::new(), Vec::new());
                let mut next = Some(line);
                while let Some(line) = next {
                    match line.strip_prefix('-') {
                        Some(text) => was.push(cut(text)),
                        None => is.push(cut(&line[1..])),
                    }
                    next = lines.next_if(|line| line.starts_with(['-', '+']));
                }
                changed(&was, &is, (&mut old, &mut new), out);
            }
            Some(b' ') if in_hunk => {
                let text = escape(&cut(&line[1..]));
                let _ = writeln!(
                    out,
                    "<div class=\"r c\"><i>{old}</i><span>{text}</span><i>{new}</i><span>{text}</span></div>"
                );
                (old, new) = (old + 1, new + 1);
            }
            // The names of the file and of the sides are in the head.
            _ if !in_hunk && ["diff ", "--- ", "+++ "].iter().any(|start| line.starts_with(start)) => {}
            _ => {
                let _ = writeln!(out, "<div class=\"h\">{}</div>", escape(&cut(line)));
            }
        }
    }
    if file.diff.lines().count() > MOST {
        out.push_str("<div class=\"h\">the rest is not shown</div>\n");
    }
    out.push_str("</div>\n");
}

/// The first lines of a hunk: `@@ -5,7 +6,8 @@`.
fn numbers(line: &str) -> (usize, usize) {
    let number = |sign: char| {
        let digits = line.split(' ').find_map(|word| word.strip_prefix(sign)).unwrap_or_default();
        digits.split(',').next().unwrap_or_default().parse().unwrap_or(0)
    };
    (number('-'), number('+'))
}

/// Lines that were replaced, next to each other.
fn changed(was: &[String], is: &[String], (old, new): (&mut usize, &mut usize), out: &mut String) {
    for at in 0..was.len().max(is.len()) {
        let (left, right) = match (was.get(at), is.get(at)) {
            (Some(was), Some(is)) => words(was, is),
            (was, is) => (
                was.map(|line| escape(line)).unwrap_or_default(),
                is.map(|line| escape(line)).unwrap_or_default(),
            ),
        };
        out.push_str("<div class=\"r\">");
        for (line, text, tag, number) in
            [(was.get(at), left, 's', &mut *old), (is.get(at), right, 'u', &mut *new)]
        {
            match line {
                Some(_) => {
                    let _ = write!(out, "<i>{number}</i><{tag}>{text}</{tag}>");
                    *number += 1;
                }
                None => out.push_str("<i class=\"z\"></i><span class=\"z\"></span>"),
            }
        }
        out.push_str("</div>\n");
    }
}

/// Both lines, with the words marked that only one has, unless hardly any is in both.
fn words(was: &str, is: &str) -> (String, String) {
    let (before, after) = (split(was), split(is));
    let ops = diff_tokens(Algorithm::Patience, &before, &after);
    if diff_ratio(&ops, before.len(), after.len()) < 0.5 {
        return (escape(was), escape(is));
    }
    let (mut left, mut right) = (String::new(), String::new());
    for change in ops.iter().flat_map(|op| op.iter_changes(&before, &after)) {
        let text = escape(&String::from_utf8_lossy(change.value()));
        match change.tag() {
            ChangeTag::Equal => {
                left.push_str(&text);
                right.push_str(&text);
            }
            ChangeTag::Delete => left.push_str(&format!("<b>{text}</b>")),
            ChangeTag::Insert => right.push_str(&format!("<b>{text}</b>")),
        }
    }
    (left, right)
}

fn split(line: &str) -> Vec<&[u8]> {
    line.as_bytes().chunk_by(|a, b| a.is_ascii_whitespace() == b.is_ascii_whitespace()).collect()
}
