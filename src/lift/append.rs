//! Writes a new edit at the end of a patchset.yaml. Everything else in it stays as it is, byte for byte.

use serde_json::json;

use crate::patchset::{Change, EditText, Patchset, change_yaml, indented, yaml};

/// An edit as an item of the list `edits`, its first line indented by `margin` blanks.
pub fn edit_yaml(id: &str, why: &str, changes: &[Change], margin: usize) -> String {
    let mut body = yaml(&json!({"why": why}));
    match changes {
        [one] => body.push_str(&change_yaml(one)),
        several => {
            body.push_str("changes:\n");
            for change in several {
                body.push_str(&indented(&change_yaml(change), 4).replacen("    ", "  - ", 1));
            }
        }
    }
    format!("{0}- id: {id}\n{1}", " ".repeat(margin), indented(&body, margin + 2))
}

/// The text of the patchset.yaml of `patchset` with another edit at the end of its own; `None` if it is not clear where that is.
pub fn appended(text: &str, patchset: &Patchset, id: &str, why: &str, changes: &[Change]) -> Option<String> {
    Some(with_line_ends_of(text, with_edit(text, patchset, id, why, changes)?))
}

/// `new`, an edited `old`, with CRLF line ends if all of `old` have them.
pub(super) fn with_line_ends_of(old: &str, new: String) -> String {
    let is_crlf = |line: &str| line.ends_with("\r\n");
    let mut lines = old.split_inclusive('\n').filter(|line| line.ends_with('\n')).peekable();
    if lines.peek().is_none() || !lines.all(is_crlf) {
        return new;
    }
    let ended = |line: &str| match line.strip_suffix('\n') {
        Some(rest) if !rest.ends_with('\r') => format!("{rest}\r\n"),
        Some(_) | None => line.to_owned(),
    };
    new.split_inclusive('\n').map(ended).collect()
}

fn with_edit(text: &str, patchset: &Patchset, id: &str, why: &str, changes: &[Change]) -> Option<String> {
    let own = patchset.edits.iter().filter(|edit| edit.patchset == patchset.id);
    let Some(last) = own.max_by_key(|edit| edit.line) else {
        return in_empty_list(text, &edit_yaml(id, why, changes, 2));
    };
    let old = EditText::read(text, last.line);
    old.head.as_ref()?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let end = last.line + old.lines;
    let (before, after) = (lines[..end].concat(), lines[end..].concat());
    let end_of_line = if before.ends_with('\n') { "" } else { "\n" };
    // As between the edits before it.
    let above = (last.line - 1).saturating_sub(old.lead.lines().count());
    let is_spaced = above > 0 && lines[above - 1].trim().is_empty();
    let blank = if is_spaced { "\n" } else { "" };
    Some(format!("{before}{end_of_line}{blank}{}{after}", edit_yaml(id, why, changes, old.margin)))
}

/// The text with an edit in place of the empty list that `edits` is, or at the end if it has no `edits`.
fn in_empty_list(text: &str, edit: &str) -> Option<String> {
    if !text.lines().any(|line| line.starts_with("edits")) {
        let end_of_line = if text.ends_with('\n') { "" } else { "\n" };
        return Some(format!("{text}{end_of_line}\nedits:\n{edit}"));
    }
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_empty = |line: &&str| {
        line.strip_prefix("edits:").is_some_and(|rest| matches!(rest.trim(), "" | "[]" | "null" | "~"))
    };
    let at = lines.iter().position(is_empty)?;
    let new = format!("edits:\n{edit}");
    lines[at] = &new;
    Some(lines.concat())
}
