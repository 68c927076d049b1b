//! The examples in the documentation of each operation.

use serde_json::Value;

use crate::edit::testing::{on, without};
use crate::operation::{FileNeed, Operation};
use crate::patchset::{Reference, json_schema};

/// A change, its file, and the file's text before and after.
struct Example {
    file: String,
    change: String,
    before: String,
    after: String,
}

/// The examples of an operation, from its documentation.
fn examples(reference: &Reference, name: &str) -> Vec<Example> {
    let one = reference.operations.iter().find(|one| one.name == name).unwrap();
    let found = one.examples.iter().map(|example| {
        let side = |sign: char| -> String {
            let lines = example.diff.lines().filter(|line| line.starts_with([' ', sign]));
            lines.map(|line| format!("{}\n", &line[1..])).collect()
        };
        Example {
            file: example.file.clone(),
            change: example.change.clone(),
            before: side('-'),
            after: side('+'),
        }
    });
    let found: Vec<Example> = found.collect();
    assert!(found.len() >= 2, "`{name}` has {} examples in its doc comment: write two", found.len());
    found
}

fn operation_schema<'a>(schema: &'a Value, name: &str) -> &'a Value {
    &schema["$defs"]["Change"]["properties"][name]
}

#[test]
fn the_examples_of_every_operation_do_what_they_show() {
    let reference = Reference::new();
    for (name, need) in Operation::NAMES.iter().zip(Operation::NEEDS) {
        for Example { file, change, before, after } in examples(&reference, name) {
            let mut case = if *need == FileNeed::Creates { without(&file) } else { on(&file, &before) };
            if change.contains("executable: false") {
                case.tree.files.values_mut().for_each(|file| file.executable = true);
            }
            match *name {
                "file.link" | "file.mode" | "file.move" | "file.remove" => {
                    assert_eq!(case.outcome(&change).name(), "change");
                }
                _ => assert_eq!(case.changed(&change), after, "{name}"),
            }
        }
    }
}

#[test]
fn every_text_of_an_operation_is_described() {
    let (schema, reference) = (json_schema(), Reference::new());
    for name in Operation::NAMES {
        let Example { file, change, before, .. } = examples(&reference, name).remove(0);
        let is_text = |property: &&Value| property.to_string().contains("#/$defs/Text\"");
        let properties = operation_schema(&schema, name)["properties"].as_object();
        let texts = properties.map_or(0, |properties| properties.values().filter(is_text).count());
        let edit = on(&file, &before).edit(&change);
        // `describe` lists the texts that are read from files: one that it forgot would stay empty.
        assert_eq!(edit.changes[0].operation.operate().describe().texts.len(), texts, "{name}");
    }
}

#[test]
fn an_operation_that_is_made_where_nothing_is_says_that_it_removes() {
    let reference = Reference::new();
    for name in Operation::NAMES {
        let Example { file, change, .. } = examples(&reference, name).remove(0);
        let case = on(&file, "\n");
        let removes = case.edit(&change).changes[0].operation.operate().describe().removes;
        // A chain of edits is not recognised by one that leaves nothing.
        assert!(removes || case.outcome(&change).name() != "already", "{name}");
    }
}

#[test]
fn an_operation_moved_to_its_own_anchor_stays_the_same() {
    let reference = Reference::new();
    for name in Operation::NAMES {
        let Example { file, change, before, .. } = examples(&reference, name).remove(0);
        let operation = on(&file, &before).edit(&change).changes.remove(0).operation;
        if let Some(moved) = operation.with_anchor(operation.operate().describe().anchor) {
            assert_eq!(moved, operation, "{name}");
        }
    }
}
