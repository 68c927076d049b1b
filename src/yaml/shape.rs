//! What is wrong with a document by its schema: every mistake, in the words of the file's own language.
//!
//! The types read a document and stop at their first mistake. Where they do, the schema says what all of them are.

use serde_json::Value as Json;

use super::{Node, Position, Value, YamlError};
use crate::text::{listed, nearest_names};

/// How many names a message lists.
const MOST: usize = 8;

/// The mistakes of a node, which is called `name`. `root` has the definitions that `schema` refers to.
pub(crate) fn mistakes(root: &Json, schema: &Json, name: &str, node: &Node) -> Vec<YamlError> {
    let mut found = Vec::new();
    Shape { root }.check(schema, name, node, &mut found);
    found
}

/// The map of a list, by the name of the list and its own: edit `a`.
fn item_name(list: &str, item: &Node) -> String {
    let one = match list {
        "edits" => "edit",
        "changes" => "change",
        "checks" => "check",
        "programs" => "program",
        "releases" => "release",
        "tarballs" => "tarball",
        _ => return format!("an entry of `{list}`"),
    };
    let id = ["id", "version"].iter().find_map(|key| item.get(key)?.text());
    match (id, one) {
        (Some(id), _) => format!("{one} `{id}`"),
        (None, "edit") => "the edit".to_owned(),
        (None, _) => format!("the {one}"),
    }
}

/// What a value is, and what it would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Flag,
    List,
    Map,
    Nothing,
}

impl Type {
    fn of(node: &Node) -> Type {
        match node.value {
            Value::Nothing => Type::Nothing,
            Value::Bool(_) => Type::Flag,
            Value::Unsigned(_) | Value::Signed(_) | Value::Float(_) => Type::Number,
            Value::Text(_) => Type::Text,
            Value::List(_) => Type::List,
            Value::Map(_) => Type::Map,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Type::Text => "a text",
            Type::Number => "a number",
            Type::Flag => "`true` or `false`",
            Type::List => "a list",
            Type::Map => "a map",
            Type::Nothing => "nothing",
        }
    }
}

struct Shape<'a> {
    root: &'a Json,
}

impl<'a> Shape<'a> {
    /// The schema that another one refers to.
    fn resolved(&self, schema: &'a Json) -> &'a Json {
        let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        name.map_or(schema, |name| &self.root["$defs"][name])
    }

    /// The alternatives of a value; itself if it has none. Alternatives that only say which keys belong together are for the types.
    fn alternatives(&self, schema: &'a Json) -> Vec<&'a Json> {
        let schema = self.resolved(schema);
        let all = ["anyOf", "oneOf"].iter().find_map(|key| schema[*key].as_array());
        match all {
            Some(all) if schema["properties"].is_null() => {
                all.iter().flat_map(|one| self.alternatives(one)).collect()
            }
            _ => vec![schema],
        }
    }

    fn types(schema: &Json) -> Vec<Type> {
        let one = |name: &Json| {
            Some(match name.as_str()? {
                "string" => Type::Text,
                "integer" | "number" => Type::Number,
                "boolean" => Type::Flag,
                "array" => Type::List,
                "object" => Type::Map,
                "null" => Type::Nothing,
                _ => return None,
            })
        };
        match &schema["type"] {
            Json::Array(all) => all.iter().filter_map(one).collect(),
            name => one(name).into_iter().collect(),
        }
    }

    /// Whether a map may be meant by a schema: the form of a value has other keys than a table by version.
    fn may_be(schema: &Json, node: &Node) -> bool {
        let Value::Map(entries) = &node.value else { return true };
        let is_range = |key: &str| key.starts_with(['<', '>', '=', '!']);
        let has = |is: &dyn Fn(&str) -> bool| entries.iter().any(|(key, _)| key.text().is_some_and(is));
        match (&schema["propertyNames"]["pattern"], &schema["properties"]) {
            (Json::String(_), _) => has(&is_range),
            (_, Json::Object(known)) => {
                !has(&is_range) && (has(&|key| known.contains_key(key)) || known.len() > 3)
            }
            _ => true,
        }
    }

    fn check(&self, schema: &'a Json, name: &str, node: &Node, found: &mut Vec<YamlError>) {
        let all = self.alternatives(schema);
        let own = Type::of(node);
        let fits = |one: &&&Json| {
            let types = Shape::types(one);
            (types.is_empty() || types.contains(&own)) && Shape::may_be(one, node)
        };
        let mut fitting: Vec<&Json> = all.iter().filter(fits).copied().collect();
        let takes = |one: &&Json, wanted| Shape::types(one).contains(&wanted);
        if fitting.is_empty() && own == Type::Map && !all.iter().any(|one| takes(one, Type::Text)) {
            // No key is right, but nothing else than a map would be.
            fitting.extend(all.iter().find(|one| takes(one, own) && one["properties"].is_object()));
        }
        let tried = fitting.iter().map(|one| {
            let mut found = Vec::new();
            self.check_as(one, name, node, &mut found);
            found
        });
        match tried.min_by_key(Vec::len) {
            // Constants of which none is right.
            Some(wrong) if wrong.is_empty() => {}
            Some(_) if fitting.len() > 1 && fitting.iter().all(|one| one["const"].is_string()) => {
                found.push(not_one_of(
                    name,
                    node,
                    &fitting.iter().filter_map(|one| one["const"].as_str()).collect::<Vec<_>>(),
                ));
            }
            Some(wrong) => found.extend(wrong),
            None => found.push(self.wrong_type(&all, name, node)),
        }
    }

    /// Checks a node against a schema that has no alternatives, and whose type is right.
    fn check_as(&self, schema: &'a Json, name: &str, node: &Node, found: &mut Vec<YamlError>) {
        match &node.value {
            Value::Text(text) => {
                if let Some(only) = schema["const"].as_str()
                    && only != text
                {
                    found.push(not_one_of(name, node, &[only]));
                }
                if let Some(all) = schema["enum"].as_array()
                    && !all.iter().any(|one| one.as_str() == Some(text))
                {
                    found.push(not_one_of(
                        name,
                        node,
                        &all.iter().filter_map(Json::as_str).collect::<Vec<_>>(),
                    ));
                }
            }
            Value::List(items) => {
                let list = name.trim_matches('`');
                for item in items {
                    if schema["items"].is_object() {
                        let name = match item.value {
                            Value::Map(_) => item_name(list, item),
                            _ => format!("each entry of `{list}`"),
                        };
                        self.check(&schema["items"], &name, item, found);
                    }
                }
            }
            Value::Map(entries) => self.check_map(schema, name, node.at, entries, found),
            Value::Nothing | Value::Bool(_) | Value::Unsigned(_) | Value::Signed(_) | Value::Float(_) => {}
        }
    }

    fn check_map(
        &self,
        schema: &'a Json,
        name: &str,
        at: Position,
        entries: &[(Node, Node)],
        found: &mut Vec<YamlError>,
    ) {
        let known = schema["properties"].as_object();
        let names: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let mut is_misspelt = false;
        for (key, value) in entries {
            let Some(text) = key.text() else {
                found.push(YamlError::new(key.at, "a key is a text").label("put it in quotes"));
                continue;
            };
            let own = known.and_then(|known| known.get(text));
            let below = match (own, &schema["additionalProperties"]) {
                (Some(own), _) => own,
                (None, other @ Json::Object(_)) => other,
                (None, Json::Bool(false)) => {
                    is_misspelt = true;
                    found.push(unknown_key(name, key, text, &names));
                    continue;
                }
                (None, _) => continue,
            };
            self.check(below, &format!("`{text}`"), value, found);
        }
        let required = schema["required"].as_array();
        for key in required.into_iter().flatten().filter_map(Json::as_str) {
            // The key may be the one that is misspelt.
            let is_there = entries.iter().any(|(name, _)| name.text() == Some(key));
            let is_near = || {
                let unknown =
                    entries.iter().filter_map(|(name, _)| name.text()).filter(|name| !names.contains(name));
                is_misspelt && !nearest_names(key, unknown).is_empty()
            };
            if !is_there && !is_near() {
                found.push(
                    YamlError::new(at, format!("{name} has no `{key}`"))
                        .label(format!("`{key}` is missing here")),
                );
            }
        }
    }

    fn wrong_type(&self, all: &[&'a Json], name: &str, node: &Node) -> YamlError {
        let mut types: Vec<Type> = Vec::new();
        // The forms that any value may have are not what people want here.
        let is_form = |one: &&&Json| {
            let is_named = one["properties"]
                .as_object()
                .is_some_and(|known| known.len() == 1 && known.contains_key("text"));
            one["propertyNames"]["pattern"].is_string() || is_named
        };
        for one in all.iter().filter(|one| !is_form(one)).flat_map(|one| Shape::types(one)) {
            if one != Type::Nothing && !types.contains(&one) {
                types.push(one);
            }
        }
        // The other forms of a value are maps, too.
        if types.len() > 1 && types.contains(&Type::Text) {
            types.retain(|one| *one != Type::Map);
        }
        let of = |wanted: Type| {
            all.iter().copied().find(|one| Shape::types(one).contains(&wanted)).unwrap_or(&Json::Null)
        };
        let words: Vec<&str> = types.iter().map(|one| one.in_words()).collect();
        let what = match (node.is_empty(), words.join(" or ")) {
            (true, words) => format!("{name} has no value: it is {words}"),
            (false, words) => format!("{name} is {words}"),
        };
        let is_key = name.starts_with('`');
        let key = name.trim_matches('`');
        let written = |value: String| {
            if is_key { format!("write `{key}: {value}`") } else { format!("write `{value}`") }
        };
        let scalar = node.scalar();
        let label = match (types.first(), &scalar) {
            (Some(Type::Text), Some(scalar)) => written(format!("\"{scalar}\"")),
            (Some(Type::List), Some(scalar)) => written(format!("[{scalar}]")),
            (Some(Type::List), None) => match node.value {
                Value::Map(_) => "write `- ` before each entry".to_owned(),
                _ => String::new(),
            },
            (Some(Type::Number), _) => match of(Type::Number)["minimum"].as_u64() {
                Some(least) if of(Type::Number)["maximum"].as_u64() == Some(least) => {
                    written(least.to_string())
                }
                _ => "write a number".to_owned(),
            },
            (Some(Type::Flag), _) => written("true".to_owned()),
            (Some(Type::Map), _) => {
                let schema = of(Type::Map);
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
                let mut keys: Vec<&str> = required.collect();
                if keys.is_empty() {
                    keys.push(if schema["properties"].is_object() { "KEY" } else { "NAME" });
                }
                let keys: Vec<String> = keys.iter().map(|key| format!("{key}: ...")).collect();
                written(format!("{{{}}}", keys.join(", ")))
            }
            (Some(Type::Text | Type::Nothing) | None, _) => match &node.value {
                Value::List(items) if items.len() == 1 => match items[0].scalar() {
                    Some(scalar) => written(scalar),
                    None => String::new(),
                },
                Value::List(_) => "write one of them".to_owned(),
                _ => String::new(),
            },
        };
        YamlError::new(node.at, what).label(label)
    }
}

impl Node {
    fn is_empty(&self) -> bool {
        matches!(self.value, Value::Nothing)
    }

    /// A value on one line as it would be written.
    fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Unsigned(number) => Some(number.to_string()),
            Value::Signed(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Text(text) if text.len() <= 40 && !text.contains(['\n', '"', '\\']) => Some(text.clone()),
            Value::Text(_) | Value::Nothing | Value::List(_) | Value::Map(_) => None,
        }
    }
}

fn not_one_of(name: &str, node: &Node, known: &[&str]) -> YamlError {
    let text = node.text().unwrap_or_default();
    let near = nearest_names(text, known.iter().copied());
    let label = match near.first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => String::new(),
    };
    YamlError::new(node.at, format!("{name} is {}", listed(known))).label(label)
}

/// The mistake of a key that the map `of` does not have.
fn unknown_key(of: &str, key: &Node, text: &str, known: &[&str]) -> YamlError {
    let is_dotted = |name: &&str| name.contains('.');
    let has_operations = known.iter().any(is_dotted);
    let what = match () {
        () if has_operations && is_dotted(&text) => format!("unknown operation `{text}`"),
        // The arguments of an operation.
        () if is_dotted(&of.trim_matches('`')) || of == "`diff`" => format!("{of} has no argument `{text}`"),
        () => format!("unknown key `{text}`"),
    };
    let alike = known.iter().copied().filter(|name| !has_operations || is_dotted(name) == is_dotted(&text));
    let near = nearest_names(text, alike);
    let label = match near.is_empty() {
        false => format!("did you mean {}?", listed(&near.iter().map(String::as_str).collect::<Vec<_>>())),
        true if known.len() <= MOST => format!("{of} has {}", listed(known).replace(" or ", " and ")),
        true => String::new(),
    };
    YamlError::new(key.at, what).label(label)
}
