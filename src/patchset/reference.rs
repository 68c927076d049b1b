//! The reference of the edit language, from the published schema: its descriptions are the doc comments of the types.

use serde_json::Value;

use super::{Change, json_schema};
use crate::operation::Operation;
use crate::yaml;

/// What an operation does, and how it is written.
#[derive(Debug, Clone)]
pub struct OperationReference {
    /// Its name.
    pub name: &'static str,
    /// The format that it edits.
    pub family: crate::operation::Family,
    /// What it does, as a sentence without a subject.
    pub summary: String,
    /// What it refuses.
    pub limits: String,
    /// Whether `within` limits it to a part of the file.
    pub takes_within: bool,
    /// Its arguments, those that are required first.
    pub arguments: Vec<Argument>,
    /// Which arguments exclude or need each other: "One of `before` and `after` is needed."
    pub rules: Vec<String>,
    /// Examples of it, which are tested.
    pub examples: Vec<Example>,
}

/// An argument of an operation.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// What it may be: "text or {from, of}".
    pub form: String,
    /// Whether it must be given.
    pub is_required: bool,
    /// What it is for.
    pub help: String,
}

/// An example: a change, and what it does to its file.
#[derive(Debug, Clone)]
pub struct Example {
    /// The change as YAML, without the line of its `file`.
    pub change: String,
    /// Its file.
    pub file: String,
    /// The whole file before and after, as a diff without headers.
    pub diff: String,
}

/// A scope of `within`.
#[derive(Debug, Clone)]
pub struct ScopeReference {
    /// Its name.
    pub name: String,
    /// What it is.
    pub help: String,
}

/// The operations in the order of their formats and names, and the scopes of `within` in alphabetical order.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The operations.
    pub operations: Vec<OperationReference>,
    /// The scopes of `within`.
    pub scopes: Vec<ScopeReference>,
}

impl Reference {
    /// Reads the reference from the schema.
    pub fn new() -> Reference {
        let schema = json_schema();
        let definitions = &schema["$defs"];
        let of =
            |name: &'static str| operation(name, &definitions["Change"]["properties"][name], definitions);
        let mut operations: Vec<OperationReference> = Operation::NAMES.iter().map(|name| of(name)).collect();
        operations.sort_by_key(|one| (one.family.name(), one.name));
        let scopes = properties(&definitions["Within"])
            .map(|(name, schema)| ScopeReference { name: name.clone(), help: description(schema) });
        Reference { operations, scopes: scopes.collect() }
    }
}

impl Default for Reference {
    fn default() -> Reference {
        Reference::new()
    }
}

fn operation(name: &'static str, schema: &Value, definitions: &Value) -> OperationReference {
    let text = schema["description"].as_str().unwrap_or_default();
    let mut parts = text.split("```yaml\n");
    let prose = parts.next().unwrap_or_default();
    let examples: Vec<Example> = parts.filter_map(example).collect();
    let change = examples.first().and_then(|example| {
        let text = format!("file: {}\n{}", example.file, example.change);
        yaml::read::<Change>(text.as_bytes()).ok()
    });
    let change = change.expect("every operation has an example, which is tested");
    let mut paragraphs = prose.trim().split("\n\n").map(one_line);
    let summary = paragraphs.next().unwrap_or_default();
    let summary = summary.strip_prefix(&format!("`{name}`: ")).unwrap_or(&summary).to_owned();
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let argument = |(name, schema): (&String, &Value)| Argument {
        name: name.clone(),
        form: form(schema["anyOf"].get(0).unwrap_or(schema), definitions),
        is_required: required.contains(&name.as_str()),
        help: description(schema),
    };
    let mut arguments: Vec<Argument> = properties(schema).map(argument).collect();
    arguments.sort_by_key(|argument| !argument.is_required);
    OperationReference {
        name,
        family: change.operation.family(),
        summary,
        limits: paragraphs.collect::<Vec<_>>().join(" "),
        takes_within: change.operation.operate().describe().takes_within,
        arguments,
        rules: rules(schema),
        examples,
    }
}

/// Which arguments exclude or need each other.
fn rules(schema: &Value) -> Vec<String> {
    let all = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
    let one_of = all.filter_map(|rule| rule["oneOf"].as_array()).map(|either| {
        let names = either.iter().filter_map(|one| one["required"].get(0)?.as_str());
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let (last, others) = names.split_last().expect("an alternative names an argument");
        format!("Exactly one of {} and {last} is needed.", others.join(", "))
    });
    let needs = schema["dependentRequired"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, needed)| Some(format!("`{name}` needs `{}`.", needed.get(0)?.as_str()?)));
    one_of.chain(needs).collect()
}

/// An example, from the line after its opening fence on.
fn example(text: &str) -> Option<Example> {
    let (yaml, rest) = text.split_once("```\n")?;
    let (file, change) = yaml.strip_prefix("file: ")?.split_once('\n')?;
    let (diff, _) = rest.split_once("```diff\n")?.1.split_once("```")?;
    Some(Example { file: file.to_owned(), change: change.to_owned(), diff: diff.to_owned() })
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

fn description(schema: &Value) -> String {
    one_line(schema["description"].as_str().unwrap_or_default())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a value of a schema may be, in words.
fn form(schema: &Value, definitions: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return form(&definitions[name], definitions);
    }
    if let Some(value) = schema["const"].as_str() {
        return format!("`{value}`");
    }
    if let Some(either) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let forms = either.iter().filter(|one| one["type"] != "null").map(|one| form(one, definitions));
        return forms.collect::<Vec<_>>().join(" or ");
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0)?.as_str());
    match kind {
        Some("string") => "text".to_owned(),
        Some("integer") => "number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => format!("list of {}", form(&schema["items"], definitions)),
        Some("object") => {
            let keys: Vec<&str> = properties(schema).map(|(name, _)| name.as_str()).collect();
            format!("{{{}}}", keys.join(", "))
        }
        Some(_) | None => "value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_says_what_it_does_and_what_it_refuses() {
        for one in Reference::new().operations {
            assert!(!one.summary.is_empty() && !one.summary.starts_with('`'), "{one:?}");
            assert!(
                !one.limits.is_empty(),
                "the doc comment of `{}` has no second paragraph: say what it refuses",
                one.name
            );
            assert!(one.arguments.iter().all(|argument| !argument.help.is_empty()), "{one:?}");
            assert!(one.arguments.iter().all(|argument| !argument.form.contains("value")), "{one:?}");
        }
    }
}
