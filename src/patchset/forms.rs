//! Values by version, named texts and alternatives, which are replaced by plain values before a change is read.
//!
//! A change that has several forms is written into the tree of the document once for each of them, below [`FORMS`]. So no
//! operation needs to know of versions, named texts or alternatives.

use std::collections::BTreeMap;
use std::mem;

use crate::version::VersionRange;
use crate::yaml::{Node, Position, Value, YamlError};

/// The key of the forms of a change. No patchset can use it: the loader refuses it.
pub(super) const FORMS: &str = "\0forms";

/// The most forms of one change.
const MOST: usize = 64;

/// The keys of an edit, besides those of its only change.
pub(super) const EDIT_KEYS: [&str; 11] = [
    "id",
    "why",
    "upstream",
    "author",
    "date",
    "since",
    "until",
    "depends-on",
    "requires",
    "allow",
    "changes",
];

/// Whether a key of an edit or change has no values by version.
fn is_fixed(key: &str) -> bool {
    EDIT_KEYS.contains(&key) || matches!(key, "when" | "needed-while")
}

/// Whether an argument of an operation names one thing, and may be a list of alternatives. Where a `target` is not here, the operation
/// takes a list of them itself, or makes the target.
pub(super) fn has_alternatives(operation: &str, argument: &str) -> bool {
    match argument {
        "function" | "class" | "method" | "table" => true,
        "target" => operation == "makefile.prefix-command",
        _ => false,
    }
}

/// The named texts of a patchset, and of those that it extends.
#[derive(Debug, Default)]
pub(super) struct NamedTexts(BTreeMap<String, Node>);

impl NamedTexts {
    /// The texts of the patchset `id`. Their files stay there, whoever uses them.
    ///
    /// # Errors
    /// One of them is not a text.
    pub(super) fn of(id: &str, patchset: &Node) -> Result<NamedTexts, YamlError> {
        let mut all = BTreeMap::new();
        if let Some(Node { value: Value::Map(entries), .. }) = patchset.get("texts") {
            for (name, text) in entries {
                check_text(text)?;
                let mut text = text.clone();
                name_patchset(&mut text, id);
                all.insert(name.text().unwrap_or_default().to_owned(), text);
            }
        }
        Ok(NamedTexts(all))
    }

    /// Adds the texts of a patchset that this one extends.
    pub(super) fn inherit(&mut self, other: NamedTexts) {
        for (name, text) in other.0 {
            self.0.entry(name).or_insert(text);
        }
    }

    /// The text `name`, used at `at`.
    fn get(&self, name: &Node, at: Position) -> Result<Node, YamlError> {
        let text = name.text().unwrap_or_default();
        let Some(found) = self.0.get(text) else {
            let near = crate::text::nearest_names(text, self.0.keys().map(String::as_str));
            let near = match near[..] {
                [] => String::new(),
                _ => format!("; near: {}", near.join(", ")),
            };
            return Err(YamlError::new(name.at, format!("`texts` has no text `{text}`{near}")));
        };
        let mut found = found.clone();
        // It may be from another file.
        found.at = at;
        Ok(found)
    }
}

/// Whether any change of a patchset uses a text that `texts` lacks, so that those of the extended patchsets are needed.
pub(super) fn needs_inherited(patchset: &Node, texts: &NamedTexts) -> bool {
    fn uses(node: &Node, texts: &NamedTexts) -> bool {
        match &node.value {
            Value::Map(entries) => {
                let is_named = named(node)
                    .is_some_and(|name| name.text().is_some_and(|name| !texts.0.contains_key(name)));
                is_named || entries.iter().any(|(_, value)| uses(value, texts))
            }
            Value::List(items) => items.iter().any(|item| uses(item, texts)),
            _ => false,
        }
    }
    patchset.get("edits").is_some_and(|edits| uses(edits, texts))
}

/// Checks that a named text is a text, `{from: FILE}`, or a table of these by version.
fn check_text(text: &Node) -> Result<(), YamlError> {
    if let Some(ranges) = table(text)? {
        return ranges.into_iter().try_for_each(|(_, value)| check_text(value));
    }
    match &text.value {
        Value::Text(_) => Ok(()),
        Value::Map(_) if text.get("from").is_some() => Ok(()),
        _ => {
            Err(YamlError::new(text.at, "expected a text, or `{from: FILE}`, or a table of these by version"))
        }
    }
}

/// Names the patchset in `{from: FILE}`.
fn name_patchset(text: &mut Node, id: &str) {
    let Value::Map(entries) = &mut text.value else { return };
    let has = |entries: &[(Node, Node)], key: &str| entries.iter().any(|(name, _)| name.text() == Some(key));
    if has(entries, "from") && !has(entries, "of") {
        entries.push((Node::text_at(text.at, "of"), Node::text_at(text.at, id)));
        return;
    }
    entries.iter_mut().for_each(|(_, value)| name_patchset(value, id));
}

/// Replaces the named texts, values by version and alternatives of every change of a patchset.
///
/// # Errors
/// A table is not one, or a text does not exist.
pub(super) fn expand(patchset: &mut Node, texts: &NamedTexts) -> Result<(), YamlError> {
    let Some(Node { value: Value::List(edits), .. }) = patchset.get_mut("edits") else { return Ok(()) };
    edits.iter_mut().try_for_each(|edit| expand_edit(edit, texts))
}

/// As [`expand`], for one edit.
pub(super) fn expand_edit(edit: &mut Node, texts: &NamedTexts) -> Result<(), YamlError> {
    expand_change(edit, texts)?;
    match edit.get_mut("changes") {
        Some(Node { value: Value::List(changes), .. }) => {
            changes.iter_mut().try_for_each(|change| expand_change(change, texts))
        }
        _ => Ok(()),
    }
}

/// A form that is not finished.
struct Open {
    entries: Vec<(Node, Node)>,
    range: Option<VersionRange>,
    chosen: Vec<String>,
}

/// A value that is given several times.
struct Fork {
    /// The indices of the map entries that lead to it.
    path: Vec<usize>,
    ways: Vec<Way>,
}

/// One of the values of a fork.
struct Way {
    range: Option<VersionRange>,
    chosen: Option<String>,
    value: Node,
}

fn expand_change(change: &mut Node, texts: &NamedTexts) -> Result<(), YamlError> {
    let at = change.at;
    let Value::Map(entries) = &mut change.value else { return Ok(()) };
    if let Some((key, _)) = entries.iter().find(|(key, _)| key.text() == Some(FORMS)) {
        return Err(YamlError::new(key.at, "unknown key or operation"));
    }
    let paths: Vec<Vec<usize>> = values(entries).into_iter().map(|(path, _, _)| path).collect();
    paths.iter().try_for_each(|path| replace_names(at_path(entries, path), texts))?;
    if find_fork(entries)?.is_none() {
        return Ok(());
    }
    let (own, fixed) =
        mem::take(entries).into_iter().partition(|(key, _)| key.text().is_some_and(|key| !is_fixed(key)));
    *entries = fixed;
    let mut open = vec![Open { entries: own, range: None, chosen: Vec::new() }];
    let mut forms = Vec::new();
    // The first is taken from the end, so that the forms keep the order of the alternatives.
    while let Some(one) = open.pop() {
        let Some(Fork { path, ways }) = find_fork(&one.entries)? else {
            forms.push(one);
            continue;
        };
        for way in ways.into_iter().rev() {
            let range = match (&one.range, way.range) {
                (None, range) => range,
                (Some(range), None) => Some(range.clone()),
                (Some(range), Some(other)) => match range.intersection(&other) {
                    Some(both) => Some(both),
                    None => continue,
                },
            };
            let mut entries = one.entries.clone();
            *at_path(&mut entries, &path) = way.value;
            open.push(Open {
                entries,
                range,
                chosen: one.chosen.iter().cloned().chain(way.chosen).collect(),
            });
        }
        if open.len() + forms.len() > MOST {
            return Err(YamlError::new(
                at,
                format!("the change has more than {MOST} forms: split it, and use `when`"),
            ));
        }
    }
    // The prepared form of a patchset does not keep the order of a table.
    forms.sort_by_key(|form| form.range.as_ref().map(ToString::to_string));
    let forms = forms.into_iter().map(|form| form_node(at, form)).collect();
    entries.push((Node::text_at(at, FORMS), Node { at, value: Value::List(forms) }));
    Ok(())
}

fn form_node(at: Position, form: Open) -> Node {
    let text = |text: Option<String>| match text {
        Some(text) => Node::text_at(at, text),
        None => Node { at, value: Value::Nothing },
    };
    let chosen = (!form.chosen.is_empty()).then(|| form.chosen.join(", "));
    let parts = vec![
        text(form.range.map(|range| range.to_string())),
        text(chosen),
        Node { at, value: Value::Map(form.entries) },
    ];
    Node { at, value: Value::List(parts) }
}

/// The keys that may have several values, each with the value: `file`, `within` and what is in it, the arguments of an
/// operation. The path of a value has the indices of the map entries that lead to it.
fn values(entries: &[(Node, Node)]) -> Vec<(Vec<usize>, &str, &Node)> {
    let mut all = Vec::new();
    for (index, (key, value)) in entries.iter().enumerate() {
        let Some(top) = key.text().filter(|key| !is_fixed(key)) else { continue };
        let is_whole = matches!(top, "file" | "within");
        if is_whole {
            all.push((vec![index], top, value));
        }
        // The arguments of an operation are not a named text, though one may have only the argument `text`.
        if top != "file"
            && !(is_whole && (is_table(value) || named(value).is_some()))
            && let Value::Map(inner) = &value.value
        {
            let inner = inner.iter().enumerate();
            for (at, key, value) in inner.filter_map(|(at, (key, value))| Some((at, key.text()?, value))) {
                all.push((vec![index, at], key, value));
                // The scope that something is moved into.
                if let Value::Map(scope) = &value.value
                    && key == "into"
                    && !(is_table(value) || named(value).is_some())
                {
                    let scope = scope.iter().enumerate();
                    all.extend(
                        scope.filter_map(|(i, (key, value))| Some((vec![index, at, i], key.text()?, value))),
                    );
                }
            }
        }
    }
    all
}

/// Replaces `{text: NAME}`, also inside a table.
fn replace_names(node: &mut Node, texts: &NamedTexts) -> Result<(), YamlError> {
    if let Some(name) = named(node) {
        *node = texts.get(name, node.at)?;
    } else if is_table(node)
        && let Value::Map(entries) = &mut node.value
    {
        entries.iter_mut().try_for_each(|(_, value)| replace_names(value, texts))?;
    }
    Ok(())
}

/// The name in `{text: NAME}`.
fn named(node: &Node) -> Option<&Node> {
    match &node.value {
        Value::Map(entries) if entries.len() == 1 => node.get("text").filter(|name| name.text().is_some()),
        _ => None,
    }
}

fn is_range(key: &Node) -> bool {
    key.text().is_some_and(|key| key.starts_with(['<', '>', '=', '!']))
}

/// Whether a node is a table by version, perhaps an invalid one.
fn is_table(node: &Node) -> bool {
    matches!(&node.value, Value::Map(entries) if entries.iter().any(|(key, _)| is_range(key)))
}

/// The entries of a table by version; `None` for another node.
fn table(node: &Node) -> Result<Option<Vec<(VersionRange, &Node)>>, YamlError> {
    let Value::Map(entries) = &node.value else { return Ok(None) };
    if !is_table(node) {
        return Ok(None);
    }
    let mut ranges: Vec<(VersionRange, &Node)> = Vec::new();
    for (key, value) in entries {
        let text = key.text().unwrap_or_default();
        if !is_range(key) {
            let what = format!("`{text}` is not a range of versions, and other keys of this table are");
            return Err(YamlError::new(key.at, what));
        }
        let range: VersionRange = text.parse().map_err(|error| YamlError::new(key.at, format!("{error}")))?;
        if let Some((other, _)) = ranges.iter().find(|(other, _)| other.intersection(&range).is_some()) {
            let what =
                format!("`{other}` and `{range}` overlap: the values of a table are for different versions");
            return Err(YamlError::new(key.at, what));
        }
        ranges.push((range, value));
    }
    Ok(Some(ranges))
}

/// The first value that is given several times.
fn find_fork(entries: &[(Node, Node)]) -> Result<Option<Fork>, YamlError> {
    for (path, key, value) in values(entries) {
        if let Some(ranges) = table(value)? {
            let way = |(range, value): (VersionRange, &Node)| Way {
                range: Some(range),
                chosen: None,
                value: value.clone(),
            };
            return Ok(Some(Fork { path, ways: ranges.into_iter().map(way).collect() }));
        }
        let top = entries[path[0]].0.text().unwrap_or_default();
        let is_scope = (top == "within" || path.len() == 3) && key != "between";
        if let Value::List(items) = &value.value
            && (is_scope || has_alternatives(top, key))
            && !items.is_empty()
        {
            let way = |item: &Node| {
                let shown = item.get("name").unwrap_or(item).text().unwrap_or_default();
                Way { range: None, chosen: Some(format!("{key} `{shown}`")), value: item.clone() }
            };
            return Ok(Some(Fork { path, ways: items.iter().map(way).collect() }));
        }
    }
    Ok(None)
}

/// The value to which a path leads.
fn at_path<'a>(entries: &'a mut [(Node, Node)], path: &[usize]) -> &'a mut Node {
    let (first, rest) = path.split_first().expect("a path leads below the change");
    let mut node = &mut entries[*first].1;
    for index in rest {
        let Value::Map(entries) = &mut node.value else { unreachable!("a path leads through maps") };
        node = &mut entries[*index].1;
    }
    node
}
