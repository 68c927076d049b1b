//! Keys of a patchset.yaml that are known, but at another level: `count` next to its operation, `within` inside it.

use super::change::CHANGE_KEYS;
use super::forms::EDIT_KEYS;
use super::json_schema;
use super::reference::{OperationReference, Reference};
use crate::operation::Operation;
use crate::yaml::{Node, Value, YamlError};

/// Every misplaced key of a patchset, with where to write it.
pub(super) fn misplaced(patchset: &Node) -> Vec<YamlError> {
    let reference = Reference::new();
    let schema = json_schema();
    let keys = &schema["properties"];
    let mut search = Search { reference: &reference, keys, found: Vec::new() };
    search.map(patchset, &mut vec![Level { kind: Kind::Patchset, key: "", map: patchset }]);
    search.found
}

/// What the keys of a map are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind<'a> {
    Patchset,
    Edit,
    Change,
    Arguments(&'a str),
    Within,
    Other,
}

/// A map on the way to a key, and the key that leads to it.
#[derive(Clone, Copy)]
struct Level<'a> {
    kind: Kind<'a>,
    key: &'a str,
    map: &'a Node,
}

impl Level<'_> {
    /// Whether it is an edit with `changes`, which has no keys of a change itself. What is wrong with an operation or `when` next to
    /// `changes` has its own message.
    fn is_listed(&self) -> bool {
        let has = |name: &str| self.map.get(name).is_some();
        self.kind == Kind::Edit && has("changes") && !Operation::NAMES.iter().any(|name| has(name))
    }

    /// What each of its keys is.
    fn key_kind(&self) -> String {
        match self.kind {
            Kind::Patchset => "a key of the patchset".to_owned(),
            Kind::Edit if self.is_listed() => "a key of an edit with `changes`".to_owned(),
            Kind::Edit => "a key of an edit".to_owned(),
            Kind::Change => "a key of a change".to_owned(),
            Kind::Arguments(operation) => format!("an argument of `{operation}`"),
            Kind::Within => "a scope of `within`".to_owned(),
            Kind::Other => "known here".to_owned(),
        }
    }
}

struct Search<'a> {
    reference: &'a Reference,
    /// The keys of a patchset, in its schema.
    keys: &'a serde_json::Value,
    found: Vec<YamlError>,
}

impl<'a> Search<'a> {
    /// Looks at the keys of a map, which is the last of `levels`, and of the maps in it.
    fn map(&mut self, node: &'a Node, levels: &mut Vec<Level<'a>>) {
        let Some(kind) = levels.last().map(|level| level.kind) else { return };
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.map(item, levels)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    let Some(name) = key.text() else { continue };
                    // A table by version, or a named text.
                    let is_range = name.starts_with(['<', '>', '=', '!']);
                    if is_range || kind == Kind::Within && name == "text" && entries.len() == 1 {
                        self.map(value, levels);
                        continue;
                    }
                    if let Some(last) = levels.last_mut() {
                        last.map = node;
                    }
                    if !self.is_known(levels, levels.len() - 1, name)
                        && let Some(place) = self.place(levels, name)
                    {
                        let what = format!("`{name}` is not {}", levels[levels.len() - 1].key_kind());
                        self.found.push(YamlError::new(key.at, what).label(format!("write it {place}")));
                    }
                    levels.push(Level { kind: kind.below(name), key: name, map: value });
                    self.map(value, levels);
                    levels.pop();
                }
            }
            Value::Nothing
            | Value::Bool(_)
            | Value::Unsigned(_)
            | Value::Signed(_)
            | Value::Float(_)
            | Value::Text(_) => {}
        }
    }

    fn operation(&self, name: &str) -> Option<&'a OperationReference> {
        self.reference.operations.iter().find(|operation| operation.name == name)
    }

    fn has_argument(&self, operation: &str, name: &str) -> bool {
        self.operation(operation).is_some_and(|one| one.arguments.iter().any(|one| one.name == name))
    }

    fn is_scope(&self, name: &str) -> bool {
        self.reference.scopes.iter().any(|scope| scope.name == name)
    }

    /// Whether the map at `levels[index]` may have a key.
    fn is_known(&self, levels: &[Level<'a>], index: usize, name: &str) -> bool {
        match levels[index].kind {
            Kind::Patchset => self.keys.get(name).is_some(),
            Kind::Edit if levels[index].is_listed() => {
                is_of_edit(name) && (name == "when" || !CHANGE_KEYS.contains(&name))
            }
            Kind::Edit => is_of_edit(name),
            Kind::Change => CHANGE_KEYS.contains(&name) || Operation::NAMES.contains(&name),
            Kind::Arguments(operation) => self.has_argument(operation, name),
            Kind::Within => self.is_scope(name),
            // Its keys are not known here.
            Kind::Other => true,
        }
    }

    /// Where a key may be written that the last of `levels` does not have.
    fn place(&self, levels: &[Level<'a>], name: &str) -> Option<String> {
        let last = levels.len() - 1;
        // The innermost change around it.
        let change = levels.iter().rev().find(|level| matches!(level.kind, Kind::Edit | Kind::Change));
        let own = |one: &&OperationReference| change.is_some_and(|change| change.map.get(one.name).is_some());
        let operations = self.reference.operations.iter().filter(own);
        let takes_within = operations.clone().any(|one| one.takes_within);
        let is_above = |outer: &usize| {
            let may_be_there = name != "within" || takes_within;
            levels[*outer].kind != Kind::Other && may_be_there && self.is_known(levels, *outer, name)
        };
        if let Some(outer) = (0..last).rev().find(is_above) {
            return Some(format!("next to `{}`", levels[outer + 1].key));
        }
        let of_operation = operations.clone().find(|one| self.has_argument(one.name, name));
        match levels[last].kind {
            Kind::Edit if CHANGE_KEYS.contains(&name) => Some("inside each change of `changes`".to_owned()),
            Kind::Edit | Kind::Change | Kind::Within if of_operation.is_some() => {
                of_operation.map(|one| format!("inside `{}`", one.name))
            }
            Kind::Edit | Kind::Change if takes_within && self.is_scope(name) => {
                Some("inside `within`".to_owned())
            }
            Kind::Arguments(operation) if takes_within && self.is_scope(name) => {
                Some(format!("inside `within`, next to `{operation}`"))
            }
            Kind::Patchset if is_of_edit(name) => Some("inside an edit of `edits`".to_owned()),
            Kind::Patchset | Kind::Edit | Kind::Change | Kind::Arguments(_) | Kind::Within | Kind::Other => {
                None
            }
        }
    }
}

impl Kind<'_> {
    /// What the keys below a key are.
    fn below<'a>(self, key: &'a str) -> Kind<'a> {
        match (self, key) {
            (Kind::Patchset, "edits") => Kind::Edit,
            (Kind::Edit, "changes") | (Kind::Edit | Kind::Change, "then") => Kind::Change,
            (Kind::Edit | Kind::Change, "within") => Kind::Within,
            (Kind::Edit | Kind::Change, name) if Operation::NAMES.contains(&name) => Kind::Arguments(name),
            (Kind::Patchset | Kind::Edit | Kind::Change | Kind::Arguments(_) | Kind::Within, _)
            | (Kind::Other, _) => Kind::Other,
        }
    }
}

/// Whether a key is of an edit, or of a change, which an edit may be itself.
fn is_of_edit(name: &str) -> bool {
    EDIT_KEYS.contains(&name) || CHANGE_KEYS.contains(&name) || Operation::NAMES.contains(&name)
}
