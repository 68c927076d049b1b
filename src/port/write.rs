//! A ported patchset as a file: it extends the old one and holds only what differs. What stays of an edit
//! stays as it was written, comments included.

use std::collections::BTreeMap;

use serde_json::Value;

use super::decide::Ported;
use crate::patchset::{Change, Edit, Fact, Patchset, Requirement};

/// The patchset that is written.
#[derive(Debug, Clone)]
pub struct Written {
    /// patchset.yaml.
    pub yaml: String,
    /// The files below `files/` that it needs: the old patchset's, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What a new patchset says of itself.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The versions it is for.
    pub applies_to: String,
    /// The pin that it was tried on, if the source is one.
    pub pin: Option<String>,
}

/// Writes the patchset `head` that extends `old`. `text_of` gives the text of the patchset.yaml that an edit
/// is written in.
pub fn write(
    head: &Head,
    old: &Patchset,
    edits: &[(String, Ported)],
    text_of: &dyn Fn(&Edit) -> Option<String>,
) -> Written {
    let mut yaml =
        format!("schema: 1\nid: {}\ntitle: {}\nextends: {}\n", head.id, scalar(&head.title), old.id);
    yaml.push_str(&format!("applies-to: {}\n", quoted(&head.applies_to)));
    if let Some(pin) = &head.pin {
        yaml.push_str(&format!("pins: [{pin}]\n"));
    }
    let dropped = edits.iter().filter_map(|(id, ported)| match ported {
        Ported::Dropped(why) => Some((id, why)),
        _ => None,
    });
    let drops: Vec<String> = dropped.map(|(id, why)| format!("  {id}: {}\n", folded(why, 4))).collect();
    if !drops.is_empty() {
        yaml.push_str(&format!("\ndrop:\n{}", drops.concat()));
    }
    let mut files = BTreeMap::new();
    let mut blocks = Vec::new();
    for (id, ported) in edits {
        let Ported::Changed(changes) = ported else { continue };
        let Some(edit) = old.edits.iter().find(|edit| edit.id == *id) else { continue };
        for (_, change) in changes {
            // A file of another patchset stays there.
            let own = change.operation.text_files().into_iter().filter(|file| file.of.is_none());
            files
                .extend(own.filter_map(|file| Some((file.name.clone(), change.texts.0.get(&file)?.clone()))));
        }
        blocks.push(block(edit, changes, text_of(edit).as_deref()));
    }
    if !blocks.is_empty() {
        yaml.push_str(&format!("\nedits:\n{}", blocks.join("\n")));
    }
    Written { yaml, files }
}

/// One edit. Its head, and the changes that stay, are copied from where it is written.
fn block(edit: &Edit, changes: &[(usize, Change)], text: Option<&str>) -> String {
    let source = text.map(|text| Source::read(text, edit.line)).unwrap_or_default();
    let mut out = source.lead.clone();
    out.push_str(&format!("  - id: {}\n", edit.id));
    match &source.head {
        Some(head) => out.push_str(head),
        None => out.push_str(&format!("    why: {}\n", folded(&edit.why, 6))),
    }
    let is_list = edit.changes.len() > 1 || source.is_list;
    if is_list {
        out.push_str("    changes:\n");
    }
    for (index, change) in changes {
        let is_same = edit.changes.get(*index) == Some(change);
        match source.changes.get(*index).filter(|_| is_same) {
            Some(text) => out.push_str(text),
            None => out.push_str(&change_yaml(change, is_list)),
        }
    }
    out
}

/// A change that is written anew.
fn change_yaml(change: &Change, in_list: bool) -> String {
    let margin = if in_list { 8 } else { 4 };
    let blanks = " ".repeat(margin);
    let files: Vec<String> = change.file.iter().map(ToString::to_string).collect();
    let mut keys = vec![match &files[..] {
        [one] => format!("file: {}", scalar(one)),
        all => format!("file: [{}]", all.iter().map(|file| scalar(file)).collect::<Vec<_>>().join(", ")),
    }];
    if let Some(when) = &change.when {
        keys.push(format!("when: {}", quoted(&when.to_string())));
    }
    if let Some(need) = &change.needed_while {
        keys.push(format!("needed-while: {}", requirement(need)));
    }
    if let Some(within) = &change.within {
        use crate::operation::Within;
        let value = match within {
            Within::Function(name) => format!("{{function: {}}}", scalar(name)),
            Within::Target(name) => format!("{{target: {}}}", scalar(name)),
            Within::Class(name) => format!("{{class: {}}}", scalar(name)),
            Within::Between(from, to) => format!("{{between: [{}, {}]}}", scalar(from), scalar(to)),
        };
        keys.push(format!("within: {value}"));
    }
    keys.push(format!("{}:{}", change.operation.name(), arguments(&change.operation.arguments(), margin)));
    let mut out = String::new();
    for (at, key) in keys.iter().enumerate() {
        match (in_list, at) {
            (true, 0) => out.push_str(&format!("      - {key}\n")),
            _ => out.push_str(&format!("{blanks}{key}\n")),
        }
    }
    out
}

/// A fact, with its reason.
fn requirement(requirement: &Requirement) -> String {
    let (name, value) = match &requirement.fact {
        Fact::Exists => ("exists", "true".to_owned()),
        Fact::Absent => ("exists", "false".to_owned()),
        Fact::Contains(text) => ("contains", quoted(text)),
        Fact::Lacks(text) => ("lacks", quoted(text)),
        Fact::Includes(text) => ("includes", quoted(text)),
        Fact::DefinesFunction(text) => ("defines-function", quoted(text)),
        Fact::Declares(text) => ("declares", quoted(text)),
    };
    format!(
        "{{file: {}, {name}: {value}, why: {}}}",
        scalar(requirement.file.as_str()),
        quoted(&requirement.why)
    )
}

/// An operation's arguments: on one line if they fit, with a text of several lines as a block.
fn arguments(arguments: &[(String, Value)], margin: usize) -> String {
    let pairs = arguments.iter().map(|(key, value)| format!("{key}: {}", flow(value)));
    let one_line = format!(" {{{}}}", pairs.collect::<Vec<_>>().join(", "));
    let has_lines = |value: &Value| value.as_str().is_some_and(|text| text.contains('\n'));
    if !arguments.iter().any(|(_, value)| has_lines(value)) && one_line.len() + margin < 90 {
        return one_line;
    }
    let blanks = " ".repeat(margin + 2);
    let mut out = String::new();
    for (key, value) in arguments {
        // A block keeps one line end, and is read with `\n` line ends.
        let is_block = |text: &&str| {
            text.ends_with('\n')
                && !text.ends_with("\n\n")
                && !text.starts_with([' ', '\n'])
                && !text.contains('\r')
        };
        match value.as_str().filter(is_block) {
            Some(text) => {
                out.push_str(&format!("\n{blanks}{key}: |"));
                for line in text.lines() {
                    let line = if line.is_empty() { String::new() } else { format!("{blanks}  {line}") };
                    out.push_str(&format!("\n{line}"));
                }
            }
            None => out.push_str(&format!("\n{blanks}{key}: {}", wrapped(value, margin + 4))),
        }
    }
    out
}

/// A list that is too long for a line goes on below.
fn wrapped(value: &Value, margin: usize) -> String {
    let (Value::Array(items), text) = (value, flow(value)) else { return flow(value) };
    if text.len() + margin < 100 {
        return text;
    }
    let mut out = String::from("[");
    let mut width = margin;
    for (at, item) in items.iter().enumerate() {
        let item = format!("{}{}", flow(item), if at + 1 < items.len() { ", " } else { "]" });
        if width + item.len() > 100 {
            out = format!("{}\n{}", out.trim_end(), " ".repeat(margin));
            width = margin;
        }
        width += item.len();
        out.push_str(&item);
    }
    out
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(keys) => {
            let mut keys: Vec<(&String, &Value)> = keys.iter().collect();
            keys.sort_by_key(|(key, _)| *key != "name");
            let keys = keys.into_iter().map(|(key, value)| format!("{key}: {}", flow(value)));
            format!("{{{}}}", keys.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A string as YAML: plain where nothing in it means anything there.
fn scalar(text: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "_./$()@+ -".contains(sign);
    let first = text.chars().next();
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = first.is_some_and(|sign| sign.is_ascii_alphabetic() || "_./$".contains(sign))
        && text.chars().all(plain)
        && text.trim() == text
        && !words.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// JSON's strings are YAML's, too.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A sentence, on several lines where it is long.
fn folded(text: &str, margin: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let safe = !text.contains(": ") && !text.contains(" #") && scalar_starts(&text);
    if text.len() + margin < 90 {
        return if safe { text } else { quoted(&text) };
    }
    let blanks = " ".repeat(margin);
    let mut out = String::from(">-");
    let mut width = usize::MAX;
    for word in text.split(' ') {
        if width.saturating_add(word.len() + 1) > 108 {
            out.push_str(&format!("\n{blanks}{word}"));
            width = margin + word.len();
        } else {
            out.push_str(&format!(" {word}"));
            width += word.len() + 1;
        }
    }
    out
}

fn scalar_starts(text: &str) -> bool {
    text.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && !text.contains(['{', '}', '[', ']'])
}

/// The lines of an edit as it is written.
#[derive(Debug, Default)]
struct Source {
    /// Comments right above it.
    lead: String,
    /// Its lines before the first change, without that of the id.
    head: Option<String>,
    /// Its changes, by number; of an edit with one operation, its lines.
    changes: Vec<String>,
    /// Whether they are a list.
    is_list: bool,
}

impl Source {
    /// Reads the edit that begins on `line`, from 1. What is not written in the usual way, a key a line, gives
    /// nothing to copy.
    fn read(text: &str, line: usize) -> Source {
        let lines: Vec<&str> = text.lines().collect();
        let Some(first) = line.checked_sub(1).filter(|at| *at < lines.len()) else {
            return Source::default();
        };
        let margin = indentation(lines[first]);
        if !lines[first].trim_start().starts_with("- id:") {
            return Source::default();
        }
        let is_comment = |line: &str| line.trim_start().starts_with('#');
        let mut above = first;
        while above > 0 && is_comment(lines[above - 1]) && indentation(lines[above - 1]) == margin {
            above -= 1;
        }
        let own = |line: &&&str| line.trim().is_empty() || indentation(line) > margin;
        let mut body: Vec<&str> = lines[first + 1..].iter().take_while(own).copied().collect();
        while body.last().is_some_and(|line| line.trim().is_empty()) {
            body.pop();
        }
        let lead: String =
            lines[above..first].iter().map(|line| format!("  {}\n", line.trim_start())).collect();
        let keys = segments(&body, margin + 2);
        let is_head = |key: &str| ["why", "upstream", "since", "until", "requires", "allow"].contains(&key);
        let mut source = Source { lead, head: Some(String::new()), ..Source::default() };
        let mut own_change = String::new();
        for (key, text) in keys {
            if is_head(&key) {
                source.head.get_or_insert_default().push_str(&text);
            } else if key == "changes" {
                source.is_list = true;
                let items: Vec<&str> = text.lines().skip_while(|line| is_comment(line)).skip(1).collect();
                source.changes = list_items(&items);
            } else {
                own_change.push_str(&text);
            }
        }
        if !source.is_list {
            source.changes = vec![own_change];
        }
        source
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The keys of a map whose lines begin at `margin`, each with its lines and the comments above it.
fn segments(body: &[&str], margin: usize) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut pending = String::new();
    for line in body {
        let at_margin = indentation(line) == margin && !line.trim().is_empty();
        if at_margin && line.trim_start().starts_with('#') {
            pending.push_str(&format!("{line}\n"));
        } else if at_margin {
            let key = line.trim_start().split(':').next().unwrap_or("").to_owned();
            found.push((key, format!("{}{line}\n", std::mem::take(&mut pending))));
        } else if let Some((_, text)) = found.last_mut() {
            text.push_str(&format!("{}{line}\n", std::mem::take(&mut pending)));
        }
    }
    found
}

/// The items of a list, each with the comments above it.
fn list_items(lines: &[&str]) -> Vec<String> {
    let Some(margin) =
        lines.iter().find(|line| line.trim_start().starts_with("- ")).map(|line| indentation(line))
    else {
        return Vec::new();
    };
    let mut items: Vec<String> = Vec::new();
    let mut pending = String::new();
    for line in lines {
        let at_margin = indentation(line) == margin;
        if at_margin && line.trim_start().starts_with('#') {
            pending.push_str(&format!("{line}\n"));
        } else if at_margin && line.trim_start().starts_with("- ") {
            items.push(format!("{}{line}\n", std::mem::take(&mut pending)));
        } else if let Some(item) = items.last_mut() {
            item.push_str(&format!("{}{line}\n", std::mem::take(&mut pending)));
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_copied_with_its_comments() {
        let text = "edits:\n  # Of the Makefile.\n  - id: a\n    why: >-\n      Because\n      of it.\n    # two\n    changes:\n      \
                    # the first\n      - file: x\n        file.mode: {executable: true}\n      - file: y\n        file.mode: {executable: true}\n\n  - id: b\n";
        let source = Source::read(text, 3);
        assert_eq!(source.lead, "  # Of the Makefile.\n");
        assert_eq!(source.head.as_deref(), Some("    why: >-\n      Because\n      of it.\n"));
        assert_eq!(
            source.changes[0],
            "      # the first\n      - file: x\n        file.mode: {executable: true}\n"
        );
        assert_eq!(source.changes.len(), 2);
    }

    #[test]
    fn strings_are_plain_where_they_may_be() {
        assert_eq!(scalar("$(PGEN)"), "$(PGEN)");
        assert_eq!(scalar("on"), "\"on\"");
        assert_eq!(scalar("#ifdef X"), "\"#ifdef X\"");
        assert_eq!(scalar("a: b"), "\"a: b\"");
    }
}
