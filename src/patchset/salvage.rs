//! Reads what can be read of a patchset.yaml with mistakes, and says what all of them are.
//!
//! The types stop at their first mistake. So each edit is read by itself, and where it cannot be read, its schema says what is
//! wrong; the others are checked as if they were alone.

use super::document::named_texts;
use super::forms::{NamedTexts, expand, expand_edit};
use super::misplaced::misplaced;
use super::{Catalog, Origin, RawEdit, RawPatchset, json_schema};
use crate::yaml::{self, Node, Position, Value, YamlError};

/// How many keys of a patchset may have mistakes.
const MOST: usize = 16;

/// The patchset without what is wrong in it, if anything is left, and all that is wrong.
pub(super) fn read(
    catalog: &Catalog,
    origin: &Origin,
    bytes: &[u8],
) -> (Option<RawPatchset>, Vec<YamlError>) {
    let mut document = match yaml::parse(bytes) {
        Ok(document) => document,
        Err(error) => return (None, vec![error]),
    };
    let schema = json_schema();
    let misplaced = misplaced(&document);
    if !matches!(document.value, Value::Map(_)) {
        return (None, yaml::mistakes(&schema, &schema, "a patchset", &document));
    }
    // A misplaced key is explained better by where it belongs.
    let explained = |error: YamlError| {
        let same = misplaced.iter().find(|one| one.position() == error.position());
        same.cloned().unwrap_or(error)
    };
    let texts = named_texts(catalog, origin.id(), &document);
    let mut wrong: Vec<YamlError> = Vec::new();
    let mut kept = Vec::new();
    let edits = match document.get_mut("edits") {
        Some(Node { value: Value::List(edits), .. }) => std::mem::take(edits),
        _ => Vec::new(),
    };
    for edit in edits {
        match edit_alone(&edit, texts.as_ref().ok()) {
            Ok(()) => kept.push(edit),
            Err(error) => {
                let name = match edit.get("id").and_then(Node::text) {
                    Some(id) => format!("edit `{id}`"),
                    None => "the edit".to_owned(),
                };
                let mut found = yaml::mistakes(&schema, &schema["$defs"]["Edit"], &name, &edit);
                if found.is_empty() {
                    found.push(error);
                }
                wrong.extend(found.into_iter().map(explained));
            }
        }
    }
    let mut found = match document.clone().read::<RawPatchset>() {
        Ok(_) => Vec::new(),
        Err(error) => {
            let found = yaml::mistakes(&schema, &schema, "the patchset", &document);
            if found.is_empty() { vec![error] } else { found }
        }
    };
    for _ in 0..MOST {
        found.iter().for_each(|error| remove(&mut document, error.position()));
        complete(&mut document, origin.id());
        wrong.extend(found.drain(..).map(explained));
        match document.clone().read::<RawPatchset>() {
            Ok(_) => break,
            Err(error) => found.push(error),
        }
    }
    let texts = match texts {
        Ok(texts) => texts,
        Err(error) => {
            wrong.push(error);
            return (None, wrong);
        }
    };
    if let Value::Map(entries) = &mut document.value {
        entries.retain(|(key, _)| key.text() != Some("edits"));
        let at = kept.first().map_or(Position::UNKNOWN, |edit| edit.at);
        entries.push((Node::text_at(at, "edits"), Node { at, value: Value::List(kept) }));
    }
    let read = expand(&mut document, &texts).ok().and_then(|()| document.read().ok());
    (read, wrong)
}

/// Reads an edit by itself. Where the texts of the patchset are not known, an edit is not checked.
fn edit_alone(edit: &Node, texts: Option<&NamedTexts>) -> Result<(), YamlError> {
    let Some(texts) = texts else { return Ok(()) };
    let mut edit = edit.clone();
    expand_edit(&mut edit, texts)?;
    edit.read::<RawEdit>().map(|_| ())
}

/// Removes the key that a mistake is about.
fn remove(document: &mut Node, at: Position) {
    let Value::Map(entries) = &mut document.value else { return };
    let is_before = |(key, _): &(Node, Node)| (key.at.line, key.at.column) <= (at.line, at.column);
    if let Some(index) = entries.iter().rposition(is_before) {
        entries.remove(index);
    }
}

/// Adds the keys that a patchset must have, so that the rest can be checked.
fn complete(document: &mut Node, id: &str) {
    let at = document.at;
    let keys = [
        ("schema", Value::Unsigned(1)),
        ("id", Value::Text(id.to_owned())),
        ("title", Value::Text(String::new())),
    ];
    for (key, value) in keys {
        if document.get(key).is_none()
            && let Value::Map(entries) = &mut document.value
        {
            entries.insert(0, (Node::text_at(at, key), Node { at, value }));
        }
    }
}
