//! Operations on C, Python and m4 for a change of text.

use serde_json::json;

use super::wish::Kind;
use super::{Candidate, Place};
use crate::syntax::c::Function;
use crate::text::Span;

pub(super) fn of_c(place: &Place<'_>) -> Vec<Candidate> {
    let (file, wish) = (place.file.c(), place.wish);
    let mut found = Vec::new();
    let at = place.offset().map(Span::at);
    let contains = |span: Span| at.is_some_and(|at| span.contains(at));
    let include = |text: &str| text.trim().strip_prefix("#include").map(|name| name.trim().to_owned());
    if let (Kind::InsertAfter, Some(after), Some(new)) = (wish.kind, include(&wish.find), include(&wish.new))
    {
        let after = after.trim_matches(['"', '<', '>']);
        found.push(Candidate::new("c.add-include", json!({"include": new, "after": after})));
    }
    if wish.kind == Kind::Remove {
        for table in file.tables().iter().filter(|table| contains(table.span)) {
            for entry in table.entries.iter().filter(|entry| contains(entry.span)) {
                let arguments = json!({"table": table.name, "entry": entry.key});
                found.push(Candidate::new("c.remove-entry", arguments));
            }
        }
    }
    let function = file.functions().iter().find(|function| contains(Function::span(function)));
    let function = function.map(|function| function.name.clone());
    let called = |text: &str| text.trim().trim_end_matches('(').to_owned();
    let is_name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let (from, to) = (called(&wish.find), called(&wish.new));
    if let (Kind::Replace, Some(function), true) = (wish.kind, &function, is_name(&from) && is_name(&to)) {
        let arguments = json!({"function": function, "from": from, "to": to});
        found.push(Candidate::new("c.redirect-call", arguments));
    }
    let verb = || wish.verb(["c.insert", "c.replace", "c.remove"]);
    if let Some(function) = function {
        let mut candidate = verb();
        match wish.kind {
            Kind::Remove => candidate = candidate.within(json!({"function": function})),
            Kind::Replace | Kind::InsertBefore | Kind::InsertAfter => {
                candidate.arguments["function"] = json!(function);
            }
        }
        found.push(candidate);
    }
    found.push(verb());
    found
}

pub(super) fn of_python(place: &Place<'_>) -> Vec<Candidate> {
    let python = place.file.python();
    let verb = || place.wish.verb(["python.insert", "python.replace", "python.remove"]);
    let mut found = Vec::new();
    if let Some(offset) = place.offset() {
        // What is before a definition is not in it.
        let function = python.function_at(offset).filter(|one| one.span.start < offset);
        let class = python.class_at(offset).filter(|one| one.span.start < offset);
        let function = function.map(|one| json!({"function": one.path}));
        let class = class.map(|one| json!({"class": one.path}));
        found.extend(function.or(class).map(|scope| verb().within(scope)));
    }
    found.push(verb());
    found
}

pub(super) fn of_m4(place: &Place<'_>) -> Vec<Candidate> {
    let wish = place.wish;
    let mut found = Vec::new();
    if let (Kind::Replace, Some((name, _)), Some((same, value))) =
        (wish.kind, wish.find.split_once('='), wish.new.split_once('='))
        && name == same
    {
        let arguments = json!({"name": name.trim(), "value": value.trim()});
        found.push(Candidate::new("m4.set-variable", arguments));
    }
    found.push(wish.verb(["m4.insert", "m4.replace", "m4.remove"]));
    found
}
