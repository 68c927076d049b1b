//! A ported patchset as a file: it extends the old one and has only what differs.

use std::collections::BTreeMap;

use super::decide::Ported;
use crate::patchset::{Change, Edit, EditText, NewPatchset, Patchset, change_yaml, indented, yaml};

/// The head of a new patchset.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The versions it is for.
    pub applies_to: String,
    /// The pin that it was tried on, if the source is one.
    pub pin: Option<String>,
}

/// Writes the patchset `head` that extends `old`. `text_of` gives the text of the patchset.yaml that has an edit.
pub fn write(
    head: &Head,
    old: &Patchset,
    edits: &[(String, Ported)],
    text_of: &dyn Fn(&Edit) -> Option<String>,
) -> NewPatchset {
    let pairs =
        [("id", &head.id), ("title", &head.title), ("extends", &old.id), ("applies-to", &head.applies_to)];
    let mut text = String::from("schema: 1\n");
    text.extend(pairs.map(|(key, value)| yaml(&BTreeMap::from([(key, value)]))));
    if let Some(pin) = &head.pin {
        text.push_str(&format!("pins: [{pin}]\n"));
    }
    let dropped = edits.iter().filter_map(|(id, ported)| match ported {
        Ported::Dropped(why) => Some((id, why)),
        Ported::Same | Ported::Changed(_) => None,
    });
    let drops: String = dropped.map(|pair| indented(&yaml(&BTreeMap::from([pair])), 2)).collect();
    if !drops.is_empty() {
        text.push_str(&format!("\ndrop:\n{drops}"));
    }
    let mut files = BTreeMap::new();
    let mut blocks = Vec::new();
    for (id, ported) in edits {
        let Ported::Changed(changes) = ported else { continue };
        let Some(edit) = old.edits.iter().find(|edit| edit.id == *id) else { continue };
        for (_, change) in changes {
            // A file of another patchset stays there.
            let own = change.operation.text_files().into_iter().filter(|file| file.of.is_none());
            files.extend(
                own.filter_map(|file| Some((file.name.clone(), change.texts.0.get(&file)?.to_vec()))),
            );
        }
        blocks.push(block(edit, changes, text_of(edit).as_deref()));
    }
    if !blocks.is_empty() {
        text.push_str(&format!("\nedits:\n{}", blocks.join("\n")));
    }
    NewPatchset { yaml: text, files }
}

/// One edit. Its head, and the changes that stay, are copied from its text.
fn block(edit: &Edit, changes: &[(usize, Change)], text: Option<&str>) -> String {
    let old = text.map(|text| EditText::read(text, edit.line)).unwrap_or_default();
    let mut out = old.lead.clone();
    out.push_str(&format!("  - id: {}\n", edit.id));
    match &old.head {
        Some(head) => out.push_str(head),
        None => out.push_str(&indented(&yaml(&BTreeMap::from([("why", &edit.why)])), 4)),
    }
    let is_list = edit.changes.len() > 1 || old.is_list;
    if is_list {
        out.push_str("    changes:\n");
    }
    for (index, change) in changes {
        let is_same = edit.changes.get(*index) == Some(change);
        match old.changes.get(*index).filter(|_| is_same) {
            Some(text) => out.push_str(text),
            None if is_list => {
                let change = indented(&change_yaml(change), 8);
                out.push_str(&change.replacen("        ", "      - ", 1));
            }
            None => out.push_str(&indented(&change_yaml(change), 4)),
        }
    }
    out
}
