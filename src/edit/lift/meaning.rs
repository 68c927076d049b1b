//! The operations of one format that may make the change of a group: they say more than its verbs.

use serde_json::{Value, json};

use super::group::{last_lines, slides};
use super::propose::{C, M4, PYTHON, SHELL, Scene, dedented, indentation, scoped, shown};
use crate::edit::suggest::Candidate;
use crate::operation::ParsedFile;
use crate::syntax::python::{Definition, PyFile};
use crate::text::{Rewrite, Span, line_from};

/// The candidates for a group, those that say most first.
pub(super) fn candidates(scene: &Scene<'_>, group: &Rewrite) -> Vec<Candidate> {
    let mut found = Vec::new();
    for slide in slides(&scene.file.bytes, group) {
        let Some(change) = Lines::of(scene.file, &slide) else { continue };
        match scene.verbs.insert {
            verb if verb == PYTHON.insert => of_python(scene, &change, &mut found),
            verb if verb == C.insert => of_c(scene, &change, &mut found),
            verb if verb == M4.insert => of_shell(scene, "m4.add-branch", &change, &mut found),
            verb if verb == SHELL.insert => of_shell(scene, "shell.add-branch", &change, &mut found),
            _ => {}
        }
    }
    found
}

/// A change of lines.
struct Lines {
    span: Span,
    /// The lines that go, and those that come, without the margin that they share, and without blank lines around them.
    old: String,
    new: String,
    /// The margin of the lines that come, or else of those that go.
    margin: usize,
}

impl Lines {
    fn of(file: &ParsedFile, change: &Rewrite) -> Option<Lines> {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(|text| text.replace("\r\n", "\n"));
        let (old, new) = (text(change.span.of(&file.bytes))?, text(&change.with)?);
        let first =
            [&new, &old].into_iter().flat_map(|text| text.lines()).find(|line| !line.trim().is_empty())?;
        let margin = indentation(first.as_bytes());
        let plain = |text: &str| dedented(text).trim_matches('\n').trim_end().to_owned();
        Some(Lines { span: change.span, old: plain(&old), new: plain(&new), margin })
    }
}

fn of_python(scene: &Scene<'_>, change: &Lines, found: &mut Vec<Candidate>) {
    let file = scene.file;
    decorators(file, change, found);
    imports(change, found);
    conditions(scene, change, &PYTHON_CONDITIONS, found);
    match (change.old.is_empty(), change.new.is_empty()) {
        (true, false) => {
            definitions(file, change, found);
            branches(scene, change, found);
            entries(scene, change, found);
        }
        (false, true) => {
            removed_definitions(file, change, found);
            let entry = change.old.trim_end_matches(',');
            scoped(
                scene,
                change.span,
                &Candidate::new("python.remove-entry", json!({"entry": entry})),
                found,
            );
        }
        _ => {}
    }
}

/// Decorators above a definition.
fn decorators(file: &ParsedFile, change: &Lines, found: &mut Vec<Candidate>) {
    let python = file.python();
    let is_decorator = |text: &str| text.is_empty() || text.starts_with('@');
    if !is_decorator(&change.old) || !is_decorator(&change.new) {
        return;
    }
    let below = python.definitions().iter().filter(|one| one.name_span.start >= change.span.end);
    let Some(definition) = below.min_by_key(|one| one.name_span.start) else { return };
    let key = if definition.is_class() { "class" } else { "function" };
    let mut add = |operation, mut arguments: Value| {
        arguments[key] = json!(definition.path);
        found.push(Candidate::new(operation, arguments));
    };
    match (change.old.is_empty(), change.new.is_empty()) {
        (false, false) => {
            add("python.replace-decorator", json!({"decorator": change.old, "with": change.new}));
        }
        (false, true) => add("python.remove-decorator", json!({"decorator": change.old})),
        (true, _) => {
            add("python.add-decorator", json!({"decorator": change.new}));
            add("python.add-decorator", json!({"decorator": change.new, "at": "end"}));
            for (code, lines) in python.decorators(definition) {
                let Some(name) = shown(code.of(&file.bytes)) else { continue };
                if lines.end == change.span.start {
                    add("python.add-decorator", json!({"decorator": change.new, "after": name}));
                } else if lines.start == change.span.start {
                    add("python.add-decorator", json!({"decorator": change.new, "before": name}));
                }
            }
        }
    }
}

/// An import of one line: its module, and the names that it imports from it, if it does.
fn import_of(code: &str) -> Option<(&str, Option<Vec<&str>>)> {
    if code.contains(['\n', '(', '\\', ';', '#']) {
        return None;
    }
    match code.strip_prefix("import ") {
        Some(module) => (!module.contains(',')).then(|| (module.trim(), None)),
        None => {
            let (module, names) = code.strip_prefix("from ")?.split_once(" import ")?;
            Some((module.trim(), Some(names.split(',').map(str::trim).collect())))
        }
    }
}

fn imports(change: &Lines, found: &mut Vec<Candidate>) {
    let (old, new) = (import_of(&change.old), import_of(&change.new));
    let mut add = |operation, arguments: Value| found.push(Candidate::new(operation, arguments));
    match (old, new) {
        (None, Some((module, names))) if change.old.is_empty() => match names.as_deref() {
            None => add("python.add-import", json!({"module": module})),
            Some([name]) => add("python.add-import", json!({"module": module, "name": name})),
            Some(_) => {}
        },
        (Some((module, names)), None) if change.new.is_empty() => match names.as_deref() {
            Some([name]) => add("python.remove-import", json!({"module": module, "name": name})),
            _ => add("python.remove-import", json!({"module": module})),
        },
        (Some((module, Some(old))), Some((same, Some(new)))) if module == same => {
            let gone: Vec<&&str> = old.iter().filter(|name| !new.contains(name)).collect();
            let more: Vec<&&str> = new.iter().filter(|name| !old.contains(name)).collect();
            match (&gone[..], &more[..]) {
                ([], [name]) => add("python.add-import", json!({"module": module, "name": name})),
                ([name], []) => add("python.remove-import", json!({"module": module, "name": name})),
                ([name], [with]) => {
                    add("python.replace-import", json!({"module": module, "name": name, "with": with}));
                }
                _ => {}
            }
        }
        (Some((old, None)), Some((new, None))) => {
            add("python.replace-import", json!({"module": old, "with": new}));
        }
        _ => {}
    }
}

/// The only function or class that code defines, if it is nothing else but that.
fn only_definition(code: &str) -> Option<(String, bool)> {
    let python = PyFile::parse(code.as_bytes());
    let mut outer = python.definitions().iter().filter(|one| !one.path.contains('.'));
    let (one, None) = (outer.next()?, outer.next()) else { return None };
    let is_all = code[..one.span.start].trim().is_empty() && code[one.span.end..].trim().is_empty();
    is_all.then(|| (one.path.clone(), one.is_class()))
}

/// A definition in a class or a module.
fn definitions(file: &ParsedFile, change: &Lines, found: &mut Vec<Candidate>) {
    let Some((name, is_class)) = only_definition(&change.new) else { return };
    let code = format!("{}\n", change.new);
    let (text, python) = (&file.bytes[..], file.python());
    let margin = |one: &Definition| indentation(line_from(text, line_start(text, one.span.start)).of(text));
    let is_near = |one: &&Definition| one.span.end <= change.span.start && margin(one) == change.margin;
    let above = python.definitions().iter().filter(is_near).max_by_key(|one| one.span.end);
    let (class, after) = match above.map(|one| one.path.rsplit_once('.')) {
        Some(Some((class, own))) => (Some(class), Some(own)),
        Some(None) => (None, above.map(|one| one.path.as_str())),
        None => (python.class_at(change.span.start.saturating_sub(1)).map(|one| one.path.as_str()), None),
    };
    let (operation, mut arguments) = match (class, is_class) {
        (Some(class), false) if change.margin > 0 => {
            ("python.add-method", json!({"class": class, "method": name, "code": code}))
        }
        (None, false) if change.margin == 0 => {
            ("python.add-function", json!({"function": name, "code": code}))
        }
        (None, true) if change.margin == 0 => ("python.add-class", json!({"class": name, "code": code})),
        _ => return,
    };
    if let Some(after) = after {
        let mut next = arguments.clone();
        next["after"] = json!(after);
        found.push(Candidate::new(operation, next));
    }
    if operation == "python.add-method"
        && let Some(below) = python.definitions().iter().find(|one| one.span.start >= change.span.end)
        && let Some((_, own)) = below.path.rsplit_once('.')
    {
        let mut next = arguments.clone();
        next["before"] = json!(own);
        found.push(Candidate::new(operation, next));
    }
    found.push(Candidate::new(operation, arguments.take()));
}

fn line_start(text: &[u8], offset: usize) -> usize {
    crate::text::line_bounds(text, offset).start
}

fn removed_definitions(file: &ParsedFile, change: &Lines, found: &mut Vec<Candidate>) {
    if only_definition(&change.old).is_none() {
        return;
    }
    let inside = |one: &&Definition| change.span.contains(one.span) && !one.is_class();
    let Some(one) = file.python().definitions().iter().find(inside) else { return };
    for comment in [false, true] {
        let (operation, mut arguments) = match one.path.rsplit_once('.') {
            Some((class, method)) => ("python.remove-method", json!({"class": class, "method": method})),
            None => ("python.remove-function", json!({"function": one.path})),
        };
        if comment {
            arguments["comment"] = json!(true);
        }
        found.push(Candidate::new(operation, arguments));
    }
}

/// A branch of an `if` or a `try`.
fn branches(scene: &Scene<'_>, change: &Lines, found: &mut Vec<Candidate>) {
    let file = scene.file;
    let Some((head, block)) = change.new.split_once('\n') else { return };
    let Some(head) = head.trim_end().strip_suffix(':') else { return };
    let mut arguments = json!({"text": dedented(block)});
    if let Some(condition) = head.strip_prefix("elif ") {
        arguments["condition"] = json!(condition.trim());
    } else if let Some(exception) = head.strip_prefix("except ") {
        arguments["except"] = json!(exception.trim());
    } else if head != "else" {
        return;
    }
    let (text, python) = (&file.bytes[..], file.python());
    for chain in python.chains(file.span()) {
        for clause in &chain {
            let side = match clause {
                clause if clause.end == change.span.start => "after",
                clause if clause.start == change.span.start => "before",
                _ => continue,
            };
            let code = Span::new(clause.keyword.start, clause.head.end.max(clause.keyword.end));
            let Some(name) = shown(code.of(text)) else { continue };
            let mut arguments = arguments.clone();
            arguments[side] = json!(name);
            scoped(scene, clause.keyword, &Candidate::new("python.add-branch", arguments), found);
        }
    }
}

/// How the conditions of a language are written.
struct Conditions {
    operation: &'static str,
    /// What is before a condition and after it; what is after it is not a part of the name.
    frames: &'static [(&'static str, &'static str)],
    and: &'static str,
    or: &'static str,
}

const PYTHON_CONDITIONS: Conditions = Conditions {
    operation: "python.replace-condition",
    frames: &[("if ", ":"), ("elif ", ":"), ("while ", ":")],
    and: " and ",
    or: " or ",
};

const C_CONDITIONS: Conditions = Conditions {
    operation: "c.replace-condition",
    frames: &[
        ("if (", ")"),
        ("else if (", ")"),
        ("} else if (", ")"),
        ("while (", ")"),
        ("#if ", ""),
        ("#elif ", ""),
    ],
    and: " && ",
    or: " || ",
};

/// A condition that is added to.
fn conditions(scene: &Scene<'_>, change: &Lines, how: &Conditions, found: &mut Vec<Candidate>) {
    for (before, after) in how.frames {
        let inside = |text: &str| -> Option<String> {
            let text = text.strip_suffix(" {").filter(|_| *after == ")").unwrap_or(text);
            Some(text.strip_prefix(before)?.strip_suffix(after)?.to_owned())
        };
        let (Some(old), Some(new)) = (inside(&change.old), inside(&change.new)) else { continue };
        let find = format!("{}{old}{after}", before.trim_start_matches("} "));
        for (key, operator) in [("and", how.and), ("or", how.or)] {
            // Brackets that the operator needs are added.
            let plain = old.strip_prefix('(').and_then(|old| old.strip_suffix(')'));
            let more = [Some(old.as_str()), plain]
                .into_iter()
                .flatten()
                .flat_map(|old| [format!("{old}{operator}"), format!("({old}){operator}")])
                .find_map(|start| new.strip_prefix(&start));
            if let Some(more) = more {
                for more in [Some(more), more.strip_prefix('(').and_then(|more| more.strip_suffix(')'))] {
                    let Some(more) = more else { continue };
                    scoped(
                        scene,
                        change.span,
                        &Candidate::new(how.operation, json!({"find": find, key: more})),
                        found,
                    );
                }
            }
        }
    }
}

/// An entry of a literal.
fn entries(scene: &Scene<'_>, change: &Lines, found: &mut Vec<Candidate>) {
    let file = scene.file;
    let (text, python, at) = (&file.bytes[..], file.python(), change.span.start);
    let above = last_lines(text, at, 1).first().map(|line| line.of(text).trim_ascii());
    if !change.new.ends_with(',') && !above.is_some_and(|line| line.ends_with(b",") || line.ends_with(b"[")) {
        return;
    }
    let entry = change.new.trim_end_matches(',');
    let scope = python.function_at(at).or_else(|| python.class_at(at)).map_or(file.span(), |one| one.span);
    let around = python.literals(scope).into_iter().filter(|list| list.inside.contains(Span::at(at)));
    let Some(list) = around.min_by_key(|list| list.inside.len()) else { return };
    let above = list.items.iter().rev().find(|item| item.span.end <= at).map(|item| ("after", item));
    let below = list.items.iter().find(|item| item.span.start >= at).map(|item| ("before", item));
    for (side, item) in above.into_iter().chain(below) {
        let whole = (item.key.unwrap_or(item.span)).of(text);
        let Some(name) = shown(whole).filter(|name| name.lines().count() <= 3) else { continue };
        let arguments = json!({"entry": entry, side: name});
        scoped(scene, item.span, &Candidate::new("python.add-entry", arguments), found);
    }
}

fn of_c(scene: &Scene<'_>, change: &Lines, found: &mut Vec<Candidate>) {
    let file = scene.file;
    conditions(scene, change, &C_CONDITIONS, found);
    if !change.old.is_empty() || change.new.is_empty() {
        return;
    }
    let (c, at) = (file.c(), change.span.start);
    // A name in the line above or below.
    let is_above = |span: Span| span.end <= at && file.bytes[span.end..at].trim_ascii().is_empty();
    let is_below = |span: Span| span.start >= at && file.bytes[at..span.start].trim_ascii().is_empty();
    let side = |span: Span| match span {
        span if is_above(span) => Some("after"),
        span if is_below(span) => Some("before"),
        _ => None,
    };
    let is_line = !change.new.contains('\n');
    if let Some(include) = change.new.strip_prefix("#include ").filter(|_| is_line) {
        for one in c.includes() {
            if let Some(side) = side(one.span) {
                let arguments = json!({"include": include.trim(), side: one.path});
                found.push(Candidate::new("c.add-include", arguments));
            }
        }
    }
    if let Some(macro_) = change.new.strip_prefix("#define ").filter(|_| is_line) {
        let end =
            macro_.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(macro_.len());
        let end =
            if macro_[end..].starts_with('(') { macro_.find(')').map_or(end, |at| at + 1) } else { end };
        let (name, value) = (&macro_[..end], macro_[end..].trim());
        for one in c.defines() {
            if let Some(side) = side(one.span) {
                let mut arguments = json!({"name": name, side: one.name});
                if !value.is_empty() {
                    arguments["value"] = json!(value);
                }
                scoped(scene, one.span, &Candidate::new("c.add-macro", arguments), found);
            }
        }
    }
    for table in c.tables().iter().filter(|table| table.span.contains(Span::at(at))) {
        let entry = change.new.trim_end_matches(',');
        for one in &table.entries {
            if let Some(side) = side(one.span) {
                let arguments = json!({"table": table.name, "entry": entry, side: one.key});
                found.push(Candidate::new("c.add-entry", arguments));
            }
        }
    }
}

/// A branch of a `case`.
fn of_shell(scene: &Scene<'_>, operation: &'static str, change: &Lines, found: &mut Vec<Candidate>) {
    let file = scene.file;
    let Some(branch) = change.new.trim_end().strip_suffix(";;").filter(|_| change.old.is_empty()) else {
        return;
    };
    let Some((pattern, statements)) = pattern_of(branch) else { return };
    let statements = dedented(statements.trim_matches('\n'));
    let (text, span) = (&file.bytes[..], change.span);
    let below = line_from(text, span.end);
    let above = last_lines(text, span.start, 40);
    let name = |line: &Span| Some(pattern_of(std::str::from_utf8(line.of(text)).ok()?)?.0.to_owned());
    let after = above.iter().find_map(|line| Some(("after", *line, name(line)?)));
    let before = name(&below).map(|name| ("before", below, name));
    for (side, line, other) in before.into_iter().chain(after) {
        let arguments = json!({"pattern": pattern, "text": statements.trim_end(), side: other});
        scoped(scene, line, &Candidate::new(operation, arguments), found);
    }
}

/// The patterns with which a branch of a `case` begins, and what follows them.
fn pattern_of(branch: &str) -> Option<(&str, &str)> {
    let (pattern, rest) = branch.split_once(')')?;
    let pattern = pattern.trim().trim_start_matches('(').trim();
    let is_pattern = !pattern.is_empty() && !pattern.contains(['(', '\n', '$', ';', '`', ',']);
    is_pattern.then_some((pattern, rest))
}
