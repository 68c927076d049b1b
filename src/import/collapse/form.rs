//! Changes as YAML, with values by version where variants differ.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use serde_yaml::FlowMap;

use super::versions::{Run, Versions};
use crate::patchset::{Change, indented, yaml};

/// A change whose values may be tables by version.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Form {
    pub file: Value,
    within: Option<Value>,
    pub operation: &'static str,
    arguments: Vec<(String, Value)>,
}

impl Form {
    pub(super) fn of(change: &Change) -> Form {
        let value = |within| serde_json::to_value(within).unwrap_or_default();
        Form {
            file: json!(change.file[0]),
            within: change.within.as_ref().map(value),
            operation: change.operation.name(),
            arguments: change.operation.arguments(),
        }
    }

    /// A `diff` with the patch `patch`.
    pub(super) fn diff(file: Value, patch: Value) -> Form {
        Form { file, within: None, operation: "diff", arguments: vec![("patch".to_owned(), patch)] }
    }

    /// One change for all runs; `None` if they are not one operation with the same arguments.
    pub(super) fn merged(forms: &[(Run, Form)], versions: &Versions) -> Option<Form> {
        let (_, first) = forms.first()?;
        let keys = |form: &Form| form.arguments.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        let is_same = |(_, form): &(Run, Form)| {
            form.operation == first.operation
                && keys(form) == keys(first)
                && form.within.is_some() == first.within.is_some()
        };
        if !forms.iter().all(is_same) {
            return None;
        }
        let merged = |value: &dyn Fn(&Form) -> Value| {
            by_version(&forms.iter().map(|(run, form)| (*run, value(form))).collect::<Vec<_>>(), versions)
        };
        let arguments = first.arguments.iter().enumerate();
        Some(Form {
            file: merged(&|form| form.file.clone()),
            within: first.within.as_ref().map(|_| merged(&|form| form.within.clone().unwrap_or_default())),
            operation: first.operation,
            arguments: arguments
                .map(|(at, (key, _))| (key.clone(), merged(&|form| form.arguments[at].1.clone())))
                .collect(),
        })
    }

    /// The change as an item of a list, for versions in `when`.
    pub(super) fn item(&self, when: Option<&str>) -> String {
        item(&yaml(&FormYaml { form: self, when }))
    }
}

/// An item of a list of changes.
pub(super) fn item(change: &str) -> String {
    indented(change, 8).replacen("        ", "      - ", 1)
}

/// A value, or a table of those of the runs if they differ.
pub(super) fn by_version(values: &[(Run, Value)], versions: &Versions) -> Value {
    let mut table: Vec<(Run, &Value)> = Vec::new();
    for (run, value) in values {
        match table.last_mut() {
            Some((last, known)) if *known == value && last.1 + 1 == run.0 => last.1 = run.1,
            _ => table.push((*run, value)),
        }
    }
    match table[..] {
        [(_, value)] => value.clone(),
        _ => {
            let entry = |(run, value): (Run, &Value)| {
                // A table of several runs has none for all variants.
                (versions.range(run).unwrap_or_default(), value.clone())
            };
            Value::Object(table.into_iter().map(entry).collect::<Map<_, _>>())
        }
    }
}

struct FormYaml<'a> {
    form: &'a Form,
    when: Option<&'a str>,
}

impl Serialize for FormYaml<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Form { file, within, operation, arguments } = self.form;
        let mut map = serializer.serialize_map(None)?;
        match file {
            Value::Object(_) => map.serialize_entry("file", &FlowMap(file))?,
            _ => map.serialize_entry("file", file)?,
        }
        if let Some(when) = self.when {
            map.serialize_entry("when", when)?;
        }
        if let Some(within) = within {
            map.serialize_entry("within", &FlowMap(within))?;
        }
        let arguments = Arguments(arguments);
        // Short arguments are on one line, as people write them.
        let is_short =
            serde_json::to_string(&arguments).is_ok_and(|json| json.len() < 90 && !json.contains("\\n"));
        match is_short {
            true => map.serialize_entry(operation, &FlowMap(arguments))?,
            false => map.serialize_entry(operation, &arguments)?,
        }
        map.end()
    }
}

/// The arguments of an operation, in their order.
struct Arguments<'a>(&'a [(String, Value)]);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
