//! A change of an edit: one operation on one file.

#[cfg(test)]
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use glob::{MatchOptions, Pattern};
#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess};
#[cfg(test)]
use serde_json::json;

use super::forms::{EDIT_KEYS, FORMS};
#[cfg(test)]
use super::{Lint, schema};
use super::{RawEdit, Requirement};
use crate::operation::{FileNeed, OneOrMore, Operation, Texts, Within};
use crate::software::Software;
use crate::text::nearest_names;
use crate::tree::TreePath;
use crate::version::{Version, VersionRange};
use crate::yaml::Located;

/// One operation on one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The file, or several of which the first that has the anchor is edited. One with a `*` is a pattern.
    pub file: Vec<TreePath>,
    /// The versions it is for; all if `None`.
    pub when: Option<VersionRange>,
    /// The part of the file it is limited to.
    pub within: Option<Within>,
    /// The change is skipped if this fact does not hold.
    pub needed_while: Option<Requirement>,
    /// The operation.
    pub operation: Operation,
    /// The contents of the files that the operation's texts name.
    pub texts: Texts,
    /// The texts that other changes of the patchset insert into the same files: they may be between its own and its
    /// anchor.
    pub neighbours: Vec<Vec<u8>>,
    /// Its forms, if it has values by version or alternatives; the fields above are those of the first form. Of the forms
    /// for a version, the first whose anchor is found counts.
    pub forms: Vec<Form>,
    /// Changes of the file that it adds, each of the result of those before. They are part of what it adds.
    pub then: Vec<Change>,
}

/// A form of a change that has values by version or alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The versions that all of its values are for; all if `None`.
    pub range: Option<VersionRange>,
    /// The alternatives that it takes, for people: "function `b`".
    pub chosen: Option<String>,
    /// The change.
    pub change: Change,
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Form, D::Error> {
        let (range, chosen, change): (Option<String>, Option<String>, Change) =
            Deserialize::deserialize(deserializer)?;
        let range = range.map(|range| range.parse().map_err(D::Error::custom)).transpose()?;
        Ok(Form { range, chosen, change })
    }
}

impl Change {
    /// The change that an operation makes to a file, on all versions.
    pub fn of(file: TreePath, operation: Operation) -> Change {
        Change {
            file: vec![file],
            when: None,
            within: None,
            needed_while: None,
            operation,
            texts: Texts::default(),
            neighbours: Vec::new(),
            forms: Vec::new(),
            then: Vec::new(),
        }
    }

    /// Each form of the change; itself, if it has only one.
    pub fn each_form(&self) -> impl Iterator<Item = &Change> {
        let own = self.forms.is_empty().then_some(self);
        own.into_iter().chain(self.forms.iter().map(|form| &form.change))
    }

    /// Whether a file is one of its files, by name or by a pattern.
    pub fn may_edit(&self, file: &TreePath) -> bool {
        self.file.iter().any(|own| own == file || is_pattern(own) && pattern_matches(own, file))
    }

    /// The forms for a version; `None` is that of a tree that is not CPython.
    pub fn forms_for(&self, version: Option<&Version>) -> impl Iterator<Item = &Form> {
        self.forms.iter().filter(move |form| {
            form.range.as_ref().is_none_or(|range| version.is_some_and(|version| range.contains(version)))
        })
    }

    /// Makes its ranges of versions ranges of this software.
    pub(super) fn is_of(&mut self, software: Software) {
        let of = |range: &mut Option<VersionRange>| *range = range.take().map(|range| range.of(software));
        of(&mut self.when);
        for form in &mut self.forms {
            of(&mut form.range);
            form.change.is_of(software);
        }
        self.then.iter_mut().for_each(|then| then.is_of(software));
    }

    /// The change without what other changes and files say: what patchset.yaml says of it.
    pub fn as_written(&self) -> Change {
        let form = |form: &Form| Form { change: form.change.as_written(), ..form.clone() };
        Change {
            forms: self.forms.iter().map(form).collect(),
            then: self.then.iter().map(Change::as_written).collect(),
            texts: Texts::default(),
            neighbours: Vec::new(),
            ..self.clone()
        }
    }

    /// The change for one version. It stays as it is if none of its forms is for that version.
    pub fn at(&self, version: Option<&Version>) -> Change {
        let forms: Vec<Form> = self.forms_for(version).cloned().collect();
        let Some(first) = forms.first() else { return self.clone() };
        let (when, needed_while) = (self.when.clone(), self.needed_while.clone());
        let change = Change { when, needed_while, ..first.change.clone() };
        Change { forms: if forms.len() > 1 { forms } else { Vec::new() }, ..change }
    }

    pub(super) fn with_forms(self, forms: Vec<Form>) -> Change {
        Change { forms, ..self }
    }

    /// The change with another operation, and no other form.
    pub fn with_operation(&self, operation: Operation) -> Change {
        Change { operation, forms: Vec::new(), ..self.clone() }
    }

    /// The ranges of versions for which it has values.
    pub fn ranges(&self) -> Vec<String> {
        let mut ranges: Vec<String> =
            self.forms.iter().filter_map(|form| form.range.as_ref()).map(ToString::to_string).collect();
        ranges.dedup();
        ranges
    }

    /// Checks what the types cannot say.
    pub(crate) fn check(&self) -> Result<(), String> {
        let operation = self.operation.operate();
        if self.within.is_some() && !operation.describe().takes_within {
            return Err("has its own scope and accepts no `within`".to_owned());
        }
        if self.operation.needs() == FileNeed::Creates && self.file.len() > 1 {
            return Err("may create its file, so `file` must name exactly one".to_owned());
        }
        if self.operation.needs() != FileNeed::Exists && self.file.iter().any(is_pattern) {
            return Err("may create or remove its file, so `file` must not be a pattern".to_owned());
        }
        for pattern in self.file.iter().filter(|file| is_pattern(file)) {
            if pattern.ancestors().next().is_none_or(|folder| is_pattern(&folder)) {
                return Err(format!("has the pattern `{pattern}` in `file`, which must begin with a folder"));
            }
            Pattern::new(pattern.as_str())
                .map_err(|error| format!("has an invalid pattern `{pattern}`: {error}"))?;
        }
        self.within.as_ref().map_or(Ok(()), Within::check)?;
        for file in &self.file {
            self.within.as_ref().map_or(Ok(()), |within| within.check_in("within", file))?;
            operation.check_in(file)?;
        }
        if !self.then.is_empty() && !matches!(self.operation, Operation::FileAdd(_)) {
            return Err("adds no file, so nothing can be changed by `then`".to_owned());
        }
        operation.check(&self.texts)
    }
}

/// Whether a `file` is a pattern: `Python/*.c`.
pub(crate) fn is_pattern(file: &TreePath) -> bool {
    file.as_str().contains('*')
}

/// Whether a file matches a pattern, in which `*` does not match a `/`.
pub(crate) fn pattern_matches(pattern: &TreePath, file: &TreePath) -> bool {
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
    Pattern::new(pattern.as_str()).is_ok_and(|pattern| pattern.matches_with(file.as_str(), options))
}

/// The keys of a change, while they are read from a map.
#[derive(Default)]
struct ChangeKeys {
    file: Option<Vec<TreePath>>,
    when: Option<VersionRange>,
    within: Option<Within>,
    needed_while: Option<Requirement>,
    operation: Option<Operation>,
    forms: Vec<Form>,
    then: Vec<Then>,
}

/// The keys of a change, besides its operation.
pub(super) const CHANGE_KEYS: [&str; 5] = ["file", "when", "within", "needed-while", "then"];

/// A change of a file that the change above it adds: it has no `file`.
struct Then(ChangeKeys);

impl<'de> Deserialize<'de> for Then {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Then, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Then;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a change of the added file: one operation")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Then, A::Error> {
                let mut keys = ChangeKeys::default();
                while let Some(key) = map.next_key::<String>()? {
                    if matches!(key.as_str(), "file" | "needed-while" | "then") {
                        return Err(A::Error::custom(format!("a change below `then` has no `{key}`")));
                    }
                    if !keys.take(&key, &mut map)? {
                        return Err(unknown(&key, &["when", "within"]));
                    }
                }
                Ok(Then(keys))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

impl ChangeKeys {
    /// Reads the value of `key` from `map`; false if it is not a key of a change.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "file" => self.file = Some(map.next_value::<Files>()?.0),
            "when" => self.when = Some(map.next_value::<Range>()?.0),
            "within" => self.within = Some(map.next_value()?),
            "needed-while" => self.needed_while = Some(map.next_value()?),
            "then" => self.then = map.next_value()?,
            FORMS => self.forms = map.next_value()?,
            name => match Operation::read(name, map)? {
                None => return Ok(false),
                Some(second) => {
                    if let Some(first) = &self.operation {
                        return Err(A::Error::custom(format!(
                            "expected one operation, found `{}` and `{}`: write two entries under `changes`",
                            first.name(),
                            second.name()
                        )));
                    }
                    self.operation = Some(second);
                }
            },
        }
        Ok(true)
    }

    /// The change, if an operation was given.
    fn finish<E: Error>(self) -> Result<Option<Change>, E> {
        if let Some(first) = self.forms.first() {
            let first = first.change.clone();
            let (when, needed_while, forms) = (self.when, self.needed_while, self.forms);
            return Ok(Some(Change { when, needed_while, forms, ..first }));
        }
        let Some(operation) = self.operation else {
            let stray = self.file.is_some() || self.within.is_some() || self.needed_while.is_some();
            return if stray {
                Err(E::custom("the change has no operation (example: `text.replace`)"))
            } else {
                Ok(None)
            };
        };
        let file = self.file.ok_or_else(|| {
            E::custom(format!("`{}` needs `file`, which each change of a list has itself", operation.name()))
        })?;
        let (when, within, needed_while) = (self.when, self.within, self.needed_while);
        let of_added = |then: Then| {
            let change = ChangeKeys { file: Some(file.clone()), ..then.0 }.finish()?;
            change.ok_or_else(|| E::custom("a change below `then` has no operation"))
        };
        let then = self.then.into_iter().map(of_added).collect::<Result<_, E>>()?;
        Ok(Some(Change {
            file,
            when,
            within,
            needed_while,
            operation,
            texts: Texts::default(),
            neighbours: Vec::new(),
            forms: Vec::new(),
            then,
        }))
    }
}

/// The value of `file`. A type of its own, so that an error is reported at the position of the value.
struct Files(Vec<TreePath>);

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Files, D::Error> {
        let names = OneOrMore::deserialize(deserializer)?;
        names.0.iter().map(|name| name.parse().map_err(D::Error::custom)).collect::<Result<_, _>>().map(Files)
    }
}

/// The value of `when`.
struct Range(VersionRange);

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Range, D::Error> {
        String::deserialize(deserializer)?.parse().map(Range).map_err(D::Error::custom)
    }
}

fn unknown<E: Error>(key: &str, known: &[&str]) -> E {
    let near = nearest_names(key, known.iter().chain(Operation::NAMES).copied());
    let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
    E::custom(format!("unknown key or operation `{key}`{near}"))
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Change, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Change;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a change: `file` and one operation")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Change, A::Error> {
                let mut keys = ChangeKeys::default();
                while let Some(key) = map.next_key::<String>()? {
                    if !keys.take(&key, &mut map)? {
                        return Err(unknown(&key, &CHANGE_KEYS));
                    }
                }
                keys.finish()?.ok_or_else(|| A::Error::custom("the change has no operation"))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

impl<'de> Deserialize<'de> for RawEdit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawEdit, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = RawEdit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an edit: `id`, `why` and an operation on `file`, or `changes`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawEdit, A::Error> {
                let mut keys = ChangeKeys::default();
                let (mut id, mut why, mut upstream) = (None, None, None);
                let (mut author, mut date) = (None, None);
                let (mut since, mut until) = (None, None);
                let (mut depends_on, mut requires, mut allow) = (Vec::new(), Vec::new(), BTreeMap::new());
                let mut changes: Vec<Located<Change>> = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "id" => id = Some(map.next_value()?),
                        "why" => why = Some(map.next_value::<String>()?),
                        "upstream" => upstream = Some(map.next_value()?),
                        "author" => author = Some(map.next_value()?),
                        "date" => date = Some(map.next_value()?),
                        "since" => since = Some(map.next_value()?),
                        "until" => until = Some(map.next_value()?),
                        "depends-on" => depends_on = map.next_value()?,
                        "requires" => requires = map.next_value()?,
                        "allow" => allow = map.next_value()?,
                        "changes" => changes = map.next_value()?,
                        other => {
                            if !keys.take(other, &mut map)? {
                                let known: Vec<&str> =
                                    EDIT_KEYS.iter().chain(&CHANGE_KEYS).copied().collect();
                                return Err(unknown(other, &known));
                            }
                        }
                    }
                }
                let id: Located<String> = id.ok_or_else(|| A::Error::custom("the edit has no `id`"))?;
                let named = |what: &str| A::Error::custom(format!("edit `{}` {what}", id.value));
                let why = why.filter(|why| !why.trim().is_empty()).ok_or_else(|| named("has no `why`"))?;
                if keys.when.is_some() && !changes.is_empty() {
                    let what =
                        "has `when` and `changes`: put `when` into the changes, or use `since` and `until`";
                    return Err(named(what));
                }
                let change = keys.finish()?;
                match (&change, changes.is_empty()) {
                    (None, true) => Err(named("has neither an operation nor `changes`")),
                    (Some(_), false) => {
                        Err(named("has an operation and `changes`: move the operation into the list"))
                    }
                    _ => Ok(RawEdit {
                        id,
                        why,
                        upstream,
                        author,
                        date,
                        since,
                        until,
                        depends_on,
                        requires,
                        allow,
                        change,
                        changes,
                    }),
                }
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

/// The schema properties of the keys and operations of a change. What else a value may be is added when the schema is read.
#[cfg(test)]
fn change_properties(generator: &mut SchemaGenerator) -> serde_json::Value {
    let mut properties = json!({
        "file": schema::files(),
        "when": {
            "type": "string", "pattern": schema::RANGE, "description": "The versions it is for (example: `>=2.7`).",
        },
        "within": generator.subschema_for::<Within>(),
        "needed-while": generator.subschema_for::<Requirement>(),
        "then": {
            "type": "array",
            "description": "Changes of the file that `file.add` adds, without `file`. They are part of what it adds.",
            "items": {"type": "object"},
        },
    });
    for (name, schema) in Operation::schemas(generator) {
        properties[name] = schema.to_value();
    }
    properties
}

#[cfg(test)]
impl JsonSchema for Change {
    fn schema_name() -> Cow<'static, str> {
        "Change".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let properties = change_properties(generator);
        schemars::json_schema!({
            "description": "One operation on one file.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false
        })
    }
}

#[cfg(test)]
impl JsonSchema for RawEdit {
    fn schema_name() -> Cow<'static, str> {
        "Edit".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let version = |what: &str| json!({"type": "string", "pattern": schema::VERSION, "description": what});
        let own = json!({
            "id": {
                "type": "string",
                "pattern": "^[a-z0-9][a-z0-9._-]{0,99}$",
                "description": "Its name. Patchsets of a family use the same name for the same edit.",
            },
            "why": {"type": "string", "pattern": r"\S", "description": "Why it is needed."},
            "upstream": {"type": "string", "description": "Where upstream discusses the problem."},
            "author": {"type": "string", "pattern": r"^\S.*$", "description": "Who wrote it (example: `A B <a@example.org>`)."},
            "date": {
                "type": "string",
                "pattern": "[0-9]",
                "description": "When it was written, as git or a mail has it (examples: `2025-07-01`, `Tue, 1 Jul 2025 10:00:00 +0200`).",
            },
            "since": version("The first version it is for."),
            "until": version("The first version after those it is for."),
            "depends-on": {
                "type": "array",
                "items": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,99}$"},
                "description": "The edits on whose result it is planned, by id; also those of the extended patchset.",
            },
            "requires": generator.subschema_for::<Vec<Requirement>>(),
            "allow": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "propertyNames": {"enum": Lint::ALL.map(Lint::name)},
                "description": "Lints that it may raise, each with the reason for allowing it.",
            },
            "changes": generator.subschema_for::<Vec<Change>>(),
        });
        schemars::json_schema!({
            "description": "One reason, and one operation on `file` or a list of `changes`.",
            "type": "object",
            "properties": own,
            "required": ["id", "why"],
            "additionalProperties": false
        })
    }
}
