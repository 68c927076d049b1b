//! Operations on Makefiles for a change of text.

use serde_json::json;

use super::wish::{Difference, Kind};
use super::{Candidate, Place};
use crate::syntax::makefile::{Rule, Variable};
use crate::text::{Rewrite, Span, apply};

const VERBS: [&str; 3] = ["makefile.insert", "makefile.replace", "makefile.remove"];

pub(super) fn candidates(place: &Place<'_>) -> Vec<Candidate> {
    let (makefile, text) = (place.file.makefile(), &place.file.bytes);
    let shown = |span: Span| String::from_utf8_lossy(span.of(text)).into_owned();
    let mut found = Vec::new();
    if let Some(offset) = place.offset() {
        let at = Span::at(offset);
        if let Some(rule) = makefile.rules.iter().find(|rule| rule.header.contains(at)) {
            prerequisites(&shown(rule.targets[0]), &difference(place, rule.header), &mut found);
        }
        if let Some(variable) = makefile.variables.iter().find(|variable| around(variable).contains(at)) {
            of_variable(place, variable, &shown(variable.name), &mut found);
        }
        let has_line = |rule: &&Rule| rule.recipe.iter().any(|line| line.contains(at));
        if let Some(rule) = makefile.rules.iter().find(has_line) {
            let target = shown(rule.targets[0]);
            prefix(place, &target, &mut found);
            found.push(place.wish.verb(VERBS).within(json!({"target": target})));
        }
    }
    by_text(place, &mut found);
    found.push(place.wish.verb(VERBS));
    found
}

/// The candidates for a text that names a rule or a variable itself, or a word of a rule that is elsewhere.
fn by_text(place: &Place<'_>, found: &mut Vec<Candidate>) {
    let wish = place.wish;
    let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
    if let (Some((name, old)), Some((same, new))) = (wish.find.split_once('='), wish.new.split_once('='))
        && name.trim_end() == same.trim_end()
        && is_name(name.trim())
    {
        let difference = Difference::of(old, new);
        words(name.trim(), &difference, found);
        found
            .push(Candidate::new("makefile.set-variable", json!({"name": name.trim(), "value": new.trim()})));
    } else if let (Some((target, old)), Some((same, new))) =
        (wish.find.split_once(':'), wish.new.split_once(':'))
        && target == same
        && is_name(target.trim())
    {
        prerequisites(target.trim(), &Difference::of(old, new), found);
    }
    // The rules that have the word that goes.
    let difference = wish.difference();
    if let ([word], true) = (&difference.gone[..], place.rewrites.is_empty()) {
        let (makefile, text) = (place.file.makefile(), &place.file.bytes);
        let has_word = |rule: &&Rule| rule.prerequisites.iter().any(|one| one.of(text) == word.as_bytes());
        for rule in makefile.rules.iter().filter(has_word) {
            let target = String::from_utf8_lossy(rule.targets[0].of(text)).into_owned();
            prerequisites(&target, &difference, found);
        }
    }
}

fn prerequisites(target: &str, difference: &Difference, found: &mut Vec<Candidate>) {
    match (&difference.gone[..], &difference.new[..]) {
        ([word], []) => {
            let arguments = json!({"target": target, "word": word});
            found.push(Candidate::new("makefile.remove-prerequisite", arguments));
        }
        ([], [word]) => {
            found.push(Candidate::new("makefile.add-prerequisite", json!({"target": target, "word": word})));
            if let Some(after) = &difference.before {
                let arguments = json!({"target": target, "word": word, "after": after});
                found.push(Candidate::new("makefile.add-prerequisite", arguments));
            }
        }
        ([word], [with]) => {
            let arguments = json!({"target": target, "word": word, "with": with});
            found.push(Candidate::new("makefile.replace-prerequisite", arguments));
        }
        _ => {}
    }
}

fn of_variable(place: &Place<'_>, variable: &Variable, name: &str, found: &mut Vec<Candidate>) {
    let difference = difference(place, variable.value);
    words(name, &difference, found);
    let new = after(place, variable.value);
    if !place.rewrites.is_empty() && !new.contains('\n') {
        found.push(Candidate::new("makefile.set-variable", json!({"name": name, "value": new.trim()})));
    }
}

fn words(name: &str, difference: &Difference, found: &mut Vec<Candidate>) {
    match (&difference.gone[..], &difference.new[..]) {
        ([word], []) => {
            found.push(Candidate::new("makefile.remove-word", json!({"variable": name, "word": word})));
        }
        ([], [word]) => {
            found.push(Candidate::new("makefile.add-word", json!({"variable": name, "word": word})));
            for (side, other) in [("after", &difference.before), ("before", &difference.after)] {
                let arguments = json!({"variable": name, "word": word, side: other});
                found.push(Candidate::new("makefile.add-word", arguments));
            }
        }
        // A whole value is set.
        ([word], new) if !new.is_empty() && (difference.before.is_some() || difference.after.is_some()) => {
            let arguments = json!({"variable": name, "word": word, "with": new.join(" ")});
            found.push(Candidate::new("makefile.replace-word", arguments));
        }
        _ => {}
    }
}

/// Words that are put before a command.
fn prefix(place: &Place<'_>, target: &str, found: &mut Vec<Candidate>) {
    let wish = place.wish;
    let with = match wish.kind {
        Kind::Replace => wish.new.trim().strip_suffix(wish.find.trim()),
        Kind::InsertBefore => Some(wish.new.as_str()),
        Kind::InsertAfter | Kind::Remove => None,
    };
    let command = wish.find.split_whitespace().next().map(|word| word.trim_start_matches(['-', '@']));
    if let (Some(with), Some(command)) = (with.map(str::trim).filter(|with| !with.is_empty()), command) {
        let with = with.trim_start_matches(['-', '@']);
        let arguments = json!({"target": target, "command": command, "with": with});
        found.push(Candidate::new("makefile.prefix-command", arguments));
    }
}

/// A variable with its value.
fn around(variable: &Variable) -> Span {
    Span::new(variable.name.start, variable.value.end)
}

/// The text of a span after the change.
fn after(place: &Place<'_>, span: Span) -> String {
    let inside = |rewrite: &&&Rewrite| span.contains(rewrite.span);
    let moved = |rewrite: &&Rewrite| {
        let at = Span::new(rewrite.span.start - span.start, rewrite.span.end - span.start);
        Rewrite::replace(at, rewrite.with.clone())
    };
    let rewrites: Vec<Rewrite> = place.rewrites.iter().filter(inside).map(moved).collect();
    let bytes = apply(span.of(&place.file.bytes), &rewrites).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn difference(place: &Place<'_>, span: Span) -> Difference {
    if place.rewrites.is_empty() {
        return place.wish.difference();
    }
    Difference::of(&String::from_utf8_lossy(span.of(&place.file.bytes)), &after(place, span))
}
