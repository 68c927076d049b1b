//! A change as YAML, and a patchset to be written.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_yaml::{FlowMap, FlowSeq};

use super::Change;

/// A patchset to be written.
#[derive(Debug, Clone)]
pub struct NewPatchset {
    /// patchset.yaml.
    pub yaml: String,
    /// The files below `files/` that it needs, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A change as YAML, as people write it. Of a change with several forms, the first.
pub(crate) fn change_yaml(change: &Change) -> String {
    yaml(&ChangeYaml { change, is_then: false })
}

/// A value as YAML.
pub(crate) fn yaml(value: &impl Serialize) -> String {
    serde_yaml::to_string(value).expect("maps of texts and numbers are valid YAML")
}

/// Lines indented by that many blanks, except blank lines.
pub(crate) fn indented(text: &str, blanks: usize) -> String {
    let indent = " ".repeat(blanks);
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") };
    text.lines().map(line).collect()
}

/// A change, with its keys in the order in which people write them.
struct ChangeYaml<'a> {
    change: &'a Change,
    /// Whether it is below `then`: its file is that of the change above.
    is_then: bool,
}

impl Serialize for ChangeYaml<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let change = self.change;
        let mut map = serializer.serialize_map(None)?;
        match &change.file[..] {
            _ if self.is_then => {}
            [one] => map.serialize_entry("file", one)?,
            several => map.serialize_entry("file", &FlowSeq(several))?,
        }
        if let Some(when) = &change.when {
            map.serialize_entry("when", &when.to_string())?;
        }
        if let Some(need) = &change.needed_while {
            map.serialize_entry("needed-while", &FlowMap(need))?;
        }
        if let Some(within) = &change.within {
            map.serialize_entry("within", &FlowMap(within))?;
        }
        let arguments = Arguments(change.operation.arguments());
        // Short arguments are on one line, as people write them.
        let is_short =
            serde_json::to_string(&arguments).is_ok_and(|json| json.len() < 90 && !json.contains("\\n"));
        match is_short {
            true => map.serialize_entry(change.operation.name(), &FlowMap(arguments))?,
            false => map.serialize_entry(change.operation.name(), &arguments)?,
        }
        if !change.then.is_empty() {
            let then = change.then.iter().map(|change| ChangeYaml { change, is_then: true });
            map.serialize_entry("then", &then.collect::<Vec<_>>())?;
        }
        map.end()
    }
}

/// The arguments of an operation, in their order.
struct Arguments(Vec<(String, Value)>);

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, Argument(value))))
    }
}

/// An argument, whose name comes first if it has one.
struct Argument<'a>(&'a Value);

impl Serialize for Argument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Argument)),
            Value::Object(keys) => {
                let mut keys: Vec<_> = keys.iter().map(|(key, value)| (key, Argument(value))).collect();
                keys.sort_by_key(|(key, _)| *key != "name");
                serializer.collect_map(keys)
            }
            other => other.serialize(serializer),
        }
    }
}
