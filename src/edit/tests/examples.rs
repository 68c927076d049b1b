//! The example in the documentation of each operation.

use serde_json::Value;

use crate::edit::testing::{on, without};
use crate::operation::{FileNeed, Operation};
use crate::patchset::json_schema;

/// A change, its file, and the file's text before and after.
struct Example {
    file: String,
    change: String,
    before: String,
    after: String,
}

/// Reads the examples of an operation from its description in the schema, which is its documentation.
fn examples(schema: &Value, name: &str) -> Vec<Example> {
    let description = operation_schema(schema, name)["description"].as_str().unwrap_or_default();
    let found: Vec<Example> = description.split("```yaml\n").skip(1).map(example).collect();
    assert!(!found.is_empty(), "`{name}` has no example");
    found
}

/// An example, from the line after its opening fence on.
fn example(text: &str) -> Example {
    let mut all = text.lines();
    let yaml: Vec<&str> = all.by_ref().take_while(|line| *line != "```").collect();
    let diff: Vec<&str> =
        all.skip_while(|line| *line != "```diff").skip(1).take_while(|line| *line != "```").collect();
    let file = yaml.first().and_then(|line| line.strip_prefix("file: ")).expect("it begins with a file");
    let side = |sign: char| -> String {
        let lines = diff.iter().filter(|line| line.starts_with([' ', sign]));
        lines.map(|line| format!("{}\n", &line[1..])).collect()
    };
    Example { file: file.to_owned(), change: yaml[1..].join("\n"), before: side('-'), after: side('+') }
}

fn operation_schema<'a>(schema: &'a Value, name: &str) -> &'a Value {
    &schema["$defs"]["Change"]["properties"][name]
}

#[test]
fn the_examples_of_every_operation_do_what_they_show() {
    let schema = json_schema();
    for (name, need) in Operation::NAMES.iter().zip(Operation::NEEDS) {
        for Example { file, change, before, after } in examples(&schema, name) {
            let case = if *need == FileNeed::Creates { without(&file) } else { on(&file, &before) };
            match *name {
                "file.mode" | "file.remove" => assert_eq!(case.outcome(&change).name(), "change"),
                _ => assert_eq!(case.changed(&change), after, "{name}"),
            }
        }
    }
}

#[test]
fn every_text_of_an_operation_is_described() {
    let schema = json_schema();
    for name in Operation::NAMES {
        let Example { file, change, before, .. } = examples(&schema, name).remove(0);
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
    let schema = json_schema();
    for name in Operation::NAMES {
        let Example { file, change, .. } = examples(&schema, name).remove(0);
        let case = on(&file, "\n");
        let removes = case.edit(&change).changes[0].operation.operate().describe().removes;
        // A chain of edits is not recognised by one that leaves nothing.
        assert!(removes || case.outcome(&change).name() != "already", "{name}");
    }
}

#[test]
fn an_operation_moved_to_its_own_anchor_stays_the_same() {
    let schema = json_schema();
    for name in Operation::NAMES {
        let Example { file, change, before, .. } = examples(&schema, name).remove(0);
        let operation = on(&file, &before).edit(&change).changes.remove(0).operation;
        if let Some(moved) = operation.with_anchor(operation.operate().describe().anchor) {
            assert_eq!(moved, operation, "{name}");
        }
    }
}
