//! A ported patchset as a file: it extends the old one and has only what differs.

use std::collections::BTreeMap;

use super::decide::Ported;
use crate::patchset::{
    Build, Change, Edit, EditText, NewPatchset, Patchset, Program, Requirement, change_yaml, indented, yaml,
};

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
    build: &Build,
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
        Ported::Same | Ported::Changed { .. } => None,
    });
    let drops: String = dropped.map(|pair| indented(&yaml(&BTreeMap::from([pair])), 2)).collect();
    if !drops.is_empty() {
        text.push_str(&format!("\ndrop:\n{drops}"));
    }
    let mut files = BTreeMap::new();
    let mut blocks = Vec::new();
    for (id, ported) in edits {
        let Ported::Changed { changes, requires } = ported else { continue };
        let Some(edit) = old.edits.iter().find(|edit| edit.id == *id) else { continue };
        for (_, change) in changes {
            // A file of another patchset stays there.
            let own = change.operation.text_files().into_iter().filter(|file| file.of.is_none());
            files.extend(
                own.filter_map(|file| Some((file.name.clone(), change.texts.0.get(&file)?.to_vec()))),
            );
        }
        blocks.push(block(edit, (changes, requires), text_of(edit).as_deref()));
    }
    if !blocks.is_empty() {
        text.push_str(&format!("\nedits:\n{}", blocks.join("\n")));
    }
    text.push_str(&recipe(&old.build, build));
    NewPatchset { yaml: text, files }
}

/// What of a recipe is not inherited: all of `regenerate`, and the programs that differ.
fn recipe(old: &Build, new: &Build) -> String {
    let programs: Vec<&Program> =
        new.programs.iter().filter(|program| !old.programs.contains(program)).collect();
    let mut text = String::new();
    if new.regenerate != old.regenerate {
        text.push_str(&indented(&yaml(&BTreeMap::from([("regenerate", &new.regenerate)])), 2));
    }
    if !programs.is_empty() {
        text.push_str(&indented(&yaml(&BTreeMap::from([("programs", programs)])), 2));
    }
    if text.is_empty() { text } else { format!("\nbuild:\n{text}") }
}

/// The head of an edit, with the files that the facts which it requires are in now.
fn with_files(head: &str, old: &[Requirement], new: &[Requirement]) -> String {
    let mut pairs = old.iter().zip(new);
    let mut is_inside = false;
    let mut out = String::new();
    for line in head.split_inclusive('\n') {
        let key = line.trim_start().trim_start_matches("- ");
        is_inside |= key.starts_with("requires:");
        let is_file = is_inside && key.starts_with("file:");
        match is_file.then(|| pairs.next()).flatten() {
            Some((old, new)) => out.push_str(&line.replacen(old.file.as_str(), new.file.as_str(), 1)),
            None => out.push_str(line),
        }
    }
    out
}

/// One edit. Its head, and the changes that stay, are copied from its text.
fn block(
    edit: &Edit,
    (changes, requires): (&[(usize, Change)], &[Requirement]),
    text: Option<&str>,
) -> String {
    let old = text.map(|text| EditText::read(text, edit.line)).unwrap_or_default();
    let mut out = old.lead.clone();
    out.push_str(&format!("  - id: {}\n", edit.id));
    match &old.head {
        Some(head) => out.push_str(&with_files(head, &edit.requires, requires)),
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
