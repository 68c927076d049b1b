//! Writes lifted edits into the text of their patchset.yaml. Everything else in it stays as it is, byte for byte.

use super::append::with_line_ends_of;
use super::{LiftedEdit, Origin};
use crate::patchset::{EditText, change_yaml, indented};

/// The text of patchset.yaml with lifted edits; `None` if one of them is not written with one key per line.
pub fn rewritten(text: &str, edits: &[LiftedEdit]) -> Option<String> {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut edits: Vec<&LiftedEdit> = edits.iter().collect();
    // From the last one, so that the lines of the others stay where they are.
    edits.sort_by_key(|one| std::cmp::Reverse(one.edit.line));
    for one in edits {
        let first = one.edit.line.checked_sub(1)?;
        let old = EditText::read(text, one.edit.line);
        let head = old.head.as_ref()?;
        let margin = " ".repeat(old.margin);
        let mut new = format!("{head}{margin}  changes:\n");
        for (change, origin) in one.edit.changes.iter().zip(&one.origins) {
            let own = |at: &usize| old.changes.get(*at).filter(|_| old.is_list);
            let kept = match origin {
                Origin::Kept(at) if !old.is_list => old.changes.get(*at).map(|text| as_item(text, &old)),
                Origin::Kept(at) => own(at).cloned(),
                Origin::Patch(at, name) => own(at).and_then(|text| with_patch(text, name, one.rest_name()?)),
                Origin::First(at) => {
                    // What a comment says of the change, it says of its operations.
                    let is_comment = |line: &&str| line.trim_start().starts_with('#');
                    let lead = own(at).map(|text| text.split_inclusive('\n').take_while(is_comment));
                    new.extend(lead.into_iter().flatten());
                    None
                }
                Origin::Further => None,
            };
            match kept {
                Some(text) => new.push_str(&text),
                None => {
                    let change = indented(&change_yaml(change), old.items + 2);
                    let item = format!("{}- ", " ".repeat(old.items));
                    new.push_str(&change.replacen(&" ".repeat(old.items + 2), &item, 1));
                }
            }
        }
        lines.splice(first + 1..first + 1 + old.lines, [new]);
    }
    Some(with_line_ends_of(text, lines.concat()))
}

/// The only change of an edit as the first item of a list.
fn as_item(text: &str, old: &EditText) -> String {
    let indent = " ".repeat((old.items + 2).saturating_sub(old.margin + 2));
    let is_first = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let first = text.split_inclusive('\n').position(|line| is_first(&line));
    let mut out = String::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if Some(at) == first {
            out.push_str(&format!("{}- {}", " ".repeat(old.items), line.trim_start()));
        } else if first.is_some_and(|first| at < first) {
            out.push_str(&format!("{}{}", " ".repeat(old.items), line.trim_start()));
        } else if line.trim().is_empty() {
            out.push_str(line);
        } else {
            out.push_str(&format!("{indent}{line}"));
        }
    }
    out
}

/// The text of a change with the name of another patch; `None` if it is not clear where the name is.
fn with_patch(text: &str, old: &str, new: &str) -> Option<String> {
    let mut places = text.match_indices(old).filter(|(at, _)| text[..*at].trim_end().ends_with("from:"));
    let ((at, _), None) = (places.next()?, places.next()) else { return None };
    Some([&text[..at], new, &text[at + old.len()..]].concat())
}
