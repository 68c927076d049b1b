//! What a `text.*` change wants, whatever its format is.

use serde_json::{Map, Value, json};

use super::Candidate;
use crate::operation::{Operation, Text};
use crate::patchset::Change;
use crate::yaml;

/// What a `text.*` change does with its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edit) enum Kind {
    Replace,
    InsertBefore,
    InsertAfter,
    Remove,
}

/// What a `text.*` change wants.
pub(in crate::edit) struct Wish {
    pub kind: Kind,
    /// The text that it looks for.
    pub find: String,
    /// The text that it brings; empty if it removes.
    pub new: String,
    /// How many matches the anchor has.
    count: usize,
}

impl Wish {
    /// A wish that is met once.
    pub(in crate::edit) fn new(kind: Kind, find: String, new: String) -> Wish {
        Wish { kind, find, new, count: 1 }
    }

    /// Reads a change; `None` if it is not one of text.
    pub(in crate::edit) fn of(change: &Change) -> Option<Wish> {
        let text = |text: &Text| String::from_utf8(change.texts.get(text).to_vec()).ok();
        Some(match &change.operation {
            Operation::TextReplace(one) => Wish {
                kind: Kind::Replace,
                find: one.find.clone(),
                new: text(&one.with)?,
                count: one.count.0,
            },
            Operation::TextRemove(one) => {
                Wish { kind: Kind::Remove, find: one.find.clone(), new: String::new(), count: one.count.0 }
            }
            Operation::TextInsert(one) => {
                let (kind, find) = match (&one.before, &one.after) {
                    (Some(before), _) => (Kind::InsertBefore, before),
                    (None, after) => (Kind::InsertAfter, after.as_ref()?),
                };
                Wish { kind, find: find.clone(), new: text(&one.text)?, count: one.count.0 }
            }
            _ => return None,
        })
    }

    /// `insert`, `replace` or `remove` of the format: `names` are their operations in this order.
    pub(in crate::edit) fn verb(&self, [insert, replace, remove]: [&'static str; 3]) -> Candidate {
        let find = self.find.trim();
        let text = dedented(&self.new);
        match self.kind {
            Kind::Replace => Candidate::new(replace, json!({"find": find, "with": self.new.trim()})),
            Kind::Remove => Candidate::new(remove, json!({"find": find})),
            Kind::InsertBefore => Candidate::new(insert, json!({"before": find, "text": text})),
            Kind::InsertAfter => Candidate::new(insert, json!({"after": find, "text": text})),
        }
    }

    /// The words that it takes and brings.
    pub(in crate::edit) fn difference(&self) -> Difference {
        let (find, new) = (&self.find, &self.new);
        let result = match self.kind {
            Kind::Replace | Kind::Remove => new.clone(),
            Kind::InsertBefore => format!("{new} {find}"),
            Kind::InsertAfter => format!("{find} {new}"),
        };
        Difference::of(find, &result)
    }

    /// The change with the operation of a candidate, if that is valid.
    pub(in crate::edit) fn change(&self, change: &Change, candidate: &Candidate) -> Option<Change> {
        let own = change.within.as_ref().and_then(|within| serde_json::to_value(within).ok());
        let scopes = [candidate.within.clone(), own, None];
        // An operation with a scope of its own takes no other.
        scopes.into_iter().find_map(|within| self.change_within(change, candidate, within))
    }

    fn change_within(&self, change: &Change, candidate: &Candidate, within: Option<Value>) -> Option<Change> {
        let mut map = Map::new();
        map.insert("file".to_owned(), json!(change.file));
        if let Some(within) = within {
            map.insert("within".to_owned(), within);
        }
        let mut arguments = candidate.arguments.clone();
        if self.count > 1 && arguments.get("find").or(arguments.get("from")).is_some() {
            arguments["count"] = json!(self.count);
        }
        map.insert(candidate.operation.to_owned(), arguments);
        let read: Change = yaml::from_json(Value::Object(map)).read().ok()?;
        let (when, needed_while) = (change.when.clone(), change.needed_while.clone());
        let read = Change { when, needed_while, neighbours: change.neighbours.clone(), ..read };
        read.check().is_ok().then_some(read)
    }
}

/// A text without the line ends around it, and without the blanks that all its lines begin with.
fn dedented(text: &str) -> String {
    let text = text.trim_end().trim_start_matches('\n');
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let margin = lines.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let line = |line: &str| line.get(margin..).unwrap_or_default().to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The words that two texts differ in: those that are only in the first, those that are only in the second, and the words
/// before and after them.
pub(in crate::edit) struct Difference {
    pub gone: Vec<String>,
    pub new: Vec<String>,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Difference {
    pub(in crate::edit) fn of(old: &str, new: &str) -> Difference {
        let words = |text: &str| -> Vec<String> {
            text.split_whitespace().filter(|word| *word != "\\").map(str::to_owned).collect()
        };
        let (old, new) = (words(old), words(new));
        let first = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let most = old.len().min(new.len()) - first;
        let last = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
        Difference {
            gone: old[first..old.len() - last].to_vec(),
            new: new[first..new.len() - last].to_vec(),
            before: first.checked_sub(1).map(|at| old[at].clone()),
            after: old.get(old.len() - last).cloned(),
        }
    }
}
