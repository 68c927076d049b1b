//! `makefile.*`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::anchor::as_lines;
use super::answer::{Answer, Miss};
use super::context::Source;
use super::shell::prefix;
use crate::patchset::operation::makefile::{
    AddPrerequisite, AddRule, AppendVariable, PrefixCommand, RemovePrerequisite, ReplacePrerequisite,
    SetVariable,
};
use crate::syntax::makefile::{Rule, Variable, words};
use crate::syntax::shell;
use crate::text::{Rewrite, Span, line_ending, nearest};

/// A prerequisite, in the rule of the target that has it.
struct Found<'a> {
    target: &'a str,
    rule: &'a Rule,
    word: Span,
}

/// The prerequisite `word` of the first of `targets` that has it, or why there is none.
fn prerequisite<'a>(source: &'a Source, targets: &'a [String], word: &str) -> Result<Found<'a>, Absent<'a>> {
    let text = &source.bytes;
    let makefile = source.makefile();
    let mut exists = None;
    for target in targets {
        let mut hits = Vec::new();
        for rule in makefile.rules_of(text, target.as_bytes()) {
            exists.get_or_insert((target.as_str(), rule));
            hits.extend(
                rule.prerequisites.iter().filter(|p| p.of(text) == word.as_bytes()).map(|p| (rule, *p)),
            );
        }
        match hits[..] {
            [] => {}
            [(rule, word)] => return Ok(Found { target, rule, word }),
            _ => return Err(Absent::Twice(hits.iter().map(|(_, span)| span.start).collect())),
        }
    }
    Err(match exists {
        None => Absent::Target,
        Some((target, rule)) => Absent::Word(target, rule),
    })
}

/// As [`prerequisite`], where no other of `targets` has the word: it would be the first that has it once
/// the change is made.
fn only_prerequisite<'a>(
    source: &'a Source,
    targets: &'a [String],
    word: &str,
) -> Result<Found<'a>, Absent<'a>> {
    let found = prerequisite(source, targets, word)?;
    let text = &source.bytes;
    let rules = targets.iter().flat_map(|target| source.makefile().rules_of(text, target.as_bytes()));
    let mut all: Vec<usize> = rules
        .flat_map(|rule| &rule.prerequisites)
        .filter(|p| p.of(text) == word.as_bytes())
        .map(|p| p.start)
        .collect();
    all.sort_unstable();
    all.dedup();
    if all.len() == 1 { Ok(found) } else { Err(Absent::Twice(all)) }
}

enum Absent<'a> {
    /// None of the targets has a rule.
    Target,
    /// This target has a rule without the word.
    Word(&'a str, &'a Rule),
    /// The word stands there more than once.
    Twice(Vec<usize>),
}

impl Absent<'_> {
    fn answer(self, source: &Source, targets: &[String], word: &str) -> Answer {
        match self {
            Absent::Target => no_target(source, targets, Some(word)),
            Absent::Word(target, rule) => {
                let near = users(source, word);
                let others: Vec<String> = near.iter().map(|(target, _)| target.clone()).collect();
                let mut miss = Miss {
                    what: format!("`{target}` exists, but `{word}` is not among its prerequisites"),
                    at: Some(rule.colon.start),
                    near: near.into_iter().map(|(_, at)| (at, String::new())).collect(),
                    help: None,
                };
                if let Some(other) = others.first() {
                    let mut all = targets.to_vec();
                    all.push(other.clone());
                    miss.help =
                        Some(format!("write `target: [{}]`, or limit the edit with `when`", all.join(", ")));
                }
                Answer::Missing(miss)
            }
            Absent::Twice(at) => Answer::Ambiguous {
                what: format!("`{word}` stands {} times among the prerequisites", at.len()),
                at,
                help: None,
            },
        }
    }
}

/// The rules that have `word` as a prerequisite: their first target, and where the word stands.
fn users(source: &Source, word: &str) -> Vec<(String, usize)> {
    let text = &source.bytes;
    let rules = source.makefile().rules.iter().filter(|rule| rule.targets[0].of(text) != b".PHONY");
    rules
        .filter_map(|rule| {
            let hit = rule.prerequisites.iter().find(|p| p.of(text) == word.as_bytes())?;
            Some((lossy(rule.targets[0].of(text)).into_owned(), hit.start))
        })
        .collect()
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn no_target(source: &Source, targets: &[String], word: Option<&str>) -> Answer {
    let text = &source.bytes;
    let names = source
        .makefile()
        .rules
        .iter()
        .flat_map(|rule| rule.targets.iter().map(|t| (t.start, lossy(t.of(text)))));
    let mut near: Vec<(usize, String)> = word
        .map(|word| users(source, word).into_iter().map(|(_, at)| (at, String::new())).collect())
        .unwrap_or_default();
    near.extend(nearest(&targets[0], names).into_iter().map(|at| (at, String::new())));
    near.truncate(5);
    Answer::Missing(Miss { what: format!("no rule makes {}", quoted(targets)), near, ..Miss::default() })
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

pub(super) fn remove_prerequisite(source: &Source, op: &RemovePrerequisite) -> Answer {
    match only_prerequisite(source, &op.target.0, &op.word) {
        Ok(found) => still_reached(source, found.target, &found).unwrap_or_else(|| {
            Answer::Change(vec![Rewrite::remove(with_blanks(source, found.rule, found.word))])
        }),
        Err(Absent::Word(target, rule)) if reached(source, target, &op.word, None).is_none() => {
            Answer::Already(vec![rule.colon.start])
        }
        Err(absent) => absent.answer(source, &op.target.0, &op.word),
    }
}

/// The refusal to take a prerequisite away that make would still come to from `start`.
fn still_reached(source: &Source, start: &str, found: &Found<'_>) -> Option<Answer> {
    let word = lossy(found.word.of(&source.bytes));
    let through = reached(source, start, &word, Some(found.word))?;
    let why = format!(
        "`{}` would still come to `{word}` through `{}`",
        found.target,
        lossy(through.of(&source.bytes))
    );
    Some(Answer::refused(why, through.start))
}

/// What make would come through last on its way from `target` to `word` by prerequisites, other than
/// the one at `except`. A variable stands for all its values, and a substitution of configure may stand for any rule.
fn reached(source: &Source, target: &str, word: &str, except: Option<Span>) -> Option<Span> {
    let text = &source.bytes;
    let makefile = source.makefile();
    let is_word = |span: &Span| span.of(text) == word.as_bytes() && Some(*span) != except;
    let mut rules: HashMap<&[u8], Vec<&Rule>> = HashMap::with_capacity(makefile.rules.len());
    for rule in &makefile.rules {
        for target in &rule.targets {
            rules.entry(target.of(text)).or_default().push(rule);
        }
    }
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut open: Vec<&[u8]> = vec![target.as_bytes()];
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        for rule in rules.get(name).into_iter().flatten() {
            if rule.prerequisites.iter().any(is_word) {
                return rule.targets.iter().copied().find(|target| target.of(text) == name);
            }
            open.extend(rule.prerequisites.iter().map(|p| p.of(text)));
            for substitution in rule.prerequisites.iter().filter(|p| stands_for_targets(p.of(text))) {
                let any = makefile.rules.iter().filter(|rule| rule.targets[0].of(text) != b".PHONY");
                if any.flat_map(|rule| &rule.prerequisites).any(is_word) {
                    return Some(*substitution);
                }
            }
        }
        for variable in reference(name).into_iter().flat_map(|name| makefile.variables_of(text, name)) {
            let values = words(text, variable.value);
            if values.iter().any(is_word) {
                return Some(variable.name);
            }
            open.extend(values.iter().map(|value| value.of(text)));
        }
    }
    None
}

/// Whether a word is a substitution of configure that stands for targets, by the names that CPython
/// gives them: `@DEF_MAKE_ALL_RULE@`, `@INSTALLTARGETS@`, `@FRAMEWORKINSTALLFIRST@`. `@THREADHEADERS@` is
/// none.
fn stands_for_targets(word: &[u8]) -> bool {
    let name = word.strip_prefix(b"@").and_then(|word| word.strip_suffix(b"@"));
    let endings: [&[u8]; 4] = [b"RULE", b"TARGETS", b"FIRST", b"LAST"];
    name.is_some_and(|name| endings.iter().any(|ending| name.ends_with(ending)))
}

/// The variable that a whole word refers to: `$(NAME)` or `${NAME}`.
fn reference(word: &[u8]) -> Option<&[u8]> {
    let inner = |open: &[u8], close: &[u8]| word.strip_prefix(open)?.strip_suffix(close);
    inner(b"$(", b")").or_else(|| inner(b"${", b"}"))
}

/// A prerequisite with the blanks that go when it goes: those before it, or, where it stands first
/// on a continuation line, those behind it, or that whole line when it stands there alone.
fn with_blanks(source: &Source, rule: &Rule, word: Span) -> Span {
    let text = &source.bytes;
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let before = text[..word.start].iter().rev().take_while(|b| blank(b)).count();
    let after = text[word.end..].iter().take_while(|b| blank(b)).count();
    let line_start = word.start - before;
    let first_on_line = line_start > rule.header.start && text[line_start - 1] == b'\n';
    if !first_on_line {
        return Span::new(line_start, word.end);
    }
    let rest = &text[word.end + after..];
    let continued = rest.starts_with(b"\\\n") || rest.starts_with(b"\\\r\n");
    let ends = rest.is_empty() || rest.starts_with(b"\n") || rest.starts_with(b"\r\n");
    if continued {
        // Alone on a line in the middle: the line goes.
        let end = word.end + after + rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1);
        Span::new(line_start, end)
    } else if ends {
        // Alone on the last line: the backslash above goes as well.
        let mut start = line_start - 1;
        if start > 0 && text[start - 1] == b'\r' {
            start -= 1;
        }
        start -= 1;
        while start > 0 && blank(&text[start - 1]) {
            start -= 1;
        }
        Span::new(start, word.end)
    } else {
        Span::new(word.start, word.end + after)
    }
}

pub(super) fn replace_prerequisite(source: &Source, op: &ReplacePrerequisite) -> Answer {
    let text = &source.bytes;
    match only_prerequisite(source, &op.target.0, &op.word) {
        Ok(found) => {
            let refused =
                [found.target, &op.with].iter().find_map(|start| still_reached(source, start, &found));
            if let Some(refused) = refused {
                return refused;
            }
            let there = found.rule.prerequisites.iter().any(|p| p.of(text) == op.with.as_bytes());
            let span = if there { with_blanks(source, found.rule, found.word) } else { found.word };
            Answer::Change(vec![Rewrite::replace(span, if there { "" } else { &op.with })])
        }
        Err(Absent::Word(target, rule)) => {
            let rules = source.makefile().rules_of(text, target.as_bytes());
            let with = rules.flat_map(|rule| &rule.prerequisites).find(|p| p.of(text) == op.with.as_bytes());
            match with {
                Some(with) if reached(source, target, &op.word, None).is_none() => {
                    Answer::Already(vec![with.start])
                }
                _ => Absent::Word(target, rule).answer(source, &op.target.0, &op.word),
            }
        }
        Err(absent) => absent.answer(source, &op.target.0, &op.word),
    }
}

pub(super) fn add_prerequisite(source: &Source, op: &AddPrerequisite) -> Answer {
    let text = &source.bytes;
    let makefile = source.makefile();
    let rules_of = |target: &str| -> Vec<&Rule> {
        makefile.rules.iter().filter(|r| r.targets.iter().any(|t| t.of(text) == target.as_bytes())).collect()
    };
    let there = |rules: &[&Rule]| {
        let mut all = rules.iter().flat_map(|rule| &rule.prerequisites);
        all.find(|p| p.of(text) == op.word.as_bytes()).map(|p| Answer::Already(vec![p.start]))
    };
    let Some(target) = op.target.0.iter().find(|target| !rules_of(target).is_empty()) else {
        return no_target(source, &op.target.0, None);
    };
    if let Some(after) = &op.after {
        return match prerequisite(source, &op.target.0, after) {
            Ok(found) => there(&rules_of(found.target)).unwrap_or_else(|| {
                Answer::Change(vec![Rewrite::insert(found.word.end, format!(" {}", op.word))])
            }),
            Err(absent) => {
                there(&rules_of(target)).unwrap_or_else(|| absent.answer(source, &op.target.0, after))
            }
        };
    }
    let rules = rules_of(target);
    if let Some(already) = there(&rules) {
        return already;
    }
    let [rule] = rules[..] else {
        return Answer::Ambiguous {
            what: format!("{} rules make `{target}`", rules.len()),
            at: rules.iter().map(|rule| rule.span.start).collect(),
            help: Some("name with `after` the prerequisite behind which it goes".to_owned()),
        };
    };
    // What stands behind a `|` does not make the target old.
    let last = rule.prerequisites.iter().take_while(|p| p.of(text) != b"|").last();
    let end = last.map_or(rule.colon.end, |word| word.end);
    let blank = if text.get(end) == Some(&b'|') { " " } else { "" };
    Answer::Change(vec![Rewrite::insert(end, format!(" {}{blank}", op.word))])
}

pub(super) fn prefix_command(source: &Source, op: &PrefixCommand) -> Answer {
    let text = &source.bytes;
    let makefile = source.makefile();
    let rules: Vec<&Rule> = match &op.target {
        Some(target) => makefile.rules_of(text, target.as_bytes()).collect(),
        None => makefile.rules.iter().collect(),
    };
    if let Some(target) = &op.target
        && rules.is_empty()
    {
        return no_target(source, std::slice::from_ref(target), None);
    }
    let commands = |line: &Span| {
        // make's own signs before the first command of a recipe line.
        let signs =
            line.of(text).iter().take_while(|b| matches!(b, b' ' | b'\t' | b'-' | b'@' | b'+')).count();
        shell::commands(text, Span::new(line.start + signs, line.end))
    };
    let lines = || rules.iter().flat_map(|rule| &rule.recipe);
    let place = match &op.target {
        Some(target) => format!("the recipe of `{target}`"),
        None => "the recipes".to_owned(),
    };
    let prefix = |commands: &[_]| prefix(source, commands, &op.command, &op.with, op.count, &place);
    // Where all is well, only the lines that hold the command have a say in it.
    let command = memchr::memmem::Finder::new(&op.command);
    let holding = lines().filter(|line| command.find(line.of(text)).is_some());
    let answer = prefix(&holding.flat_map(commands).collect::<Vec<_>>());
    if matches!(answer, Answer::Change(_) | Answer::Already(_)) {
        return answer;
    }
    match prefix(&lines().flat_map(commands).collect::<Vec<_>>()) {
        Answer::Missing(mut miss) if miss.near.is_empty() => {
            // The command may run in another rule, or have another name here.
            let elsewhere = makefile.rules.iter().flat_map(|rule| &rule.recipe);
            let uses = elsewhere.filter(|line| {
                line.of(text).windows(op.command.len()).any(|window| window == op.command.as_bytes())
            });
            miss.near = uses.map(|line| (line.start, String::new())).take(5).collect();
            Answer::Missing(miss)
        }
        answer => answer,
    }
}

fn variable<'a>(source: &'a Source, name: &'a str) -> Result<&'a Variable, Answer> {
    let found: Vec<&Variable> = source.makefile().variables_of(&source.bytes, name.as_bytes()).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let names = source.makefile().variables.iter();
            let names = names.map(|v| (v.name.start, lossy(v.name.of(&source.bytes))));
            Err(Answer::Missing(Miss {
                what: format!("no variable is called `{name}`"),
                near: nearest(name, names).into_iter().map(|at| (at, String::new())).collect(),
                ..Miss::default()
            }))
        }
        _ => Err(Answer::Ambiguous {
            what: format!("`{name}` is defined {} times", found.len()),
            at: found.iter().map(|v| v.name.start).collect(),
            help: None,
        }),
    }
}

pub(super) fn set_variable(source: &Source, op: &SetVariable) -> Answer {
    let variable = match variable(source, &op.name) {
        Ok(variable) => variable,
        Err(answer) => return answer,
    };
    let value = op.value.trim();
    if variable.value.of(&source.bytes) == value.as_bytes() {
        return Answer::Already(vec![variable.name.start]);
    }
    Answer::Change(vec![Rewrite::replace(variable.value, beside(source, variable, value))])
}

/// A value for an empty variable, with the blanks that keep it apart from what stands beside it.
fn beside(source: &Source, variable: &Variable, value: &str) -> String {
    let empty = variable.value.is_empty();
    let before = if empty && variable.value.start == variable.operator.end { "\t" } else { "" };
    let comment = source.bytes.get(variable.value.end) == Some(&b'#');
    let after = if empty && comment && !value.is_empty() { " " } else { "" };
    format!("{before}{value}{after}")
}

pub(super) fn append_variable(source: &Source, op: &AppendVariable) -> Answer {
    let variable = match variable(source, &op.name) {
        Ok(variable) => variable,
        Err(answer) => return answer,
    };
    let text_of = |span: &Span| span.of(&source.bytes);
    let there = words(&source.bytes, variable.value);
    let wanted: Vec<&[u8]> = op.value.split_ascii_whitespace().map(str::as_bytes).collect();
    if there.iter().map(text_of).collect::<Vec<_>>().ends_with(&wanted) {
        return Answer::Already(vec![variable.name.start]);
    }
    let value = op.value.trim();
    let with = if variable.value.is_empty() { beside(source, variable, value) } else { format!(" {value}") };
    Answer::Change(vec![Rewrite::insert(variable.value.end, with)])
}

pub(super) fn add_rule(source: &Source, op: &AddRule) -> Answer {
    let text = &source.bytes;
    let ending = line_ending(text);
    let mut rule = format!("{}:", op.target);
    for prerequisite in &op.prerequisites {
        rule.push_str(&format!(" {prerequisite}"));
    }
    rule.push('\n');
    for command in &op.recipe {
        rule.push_str(&format!("\t{}\n", command.replace('\n', "\n\t")));
    }
    let rule = as_lines(rule.as_bytes(), ending);
    if source.makefile().continues {
        return Answer::refused("the last line is continued, and would take the new one in", text.len());
    }
    if let Some(existing) = source.makefile().rules_of(text, op.target.as_bytes()).next() {
        return if existing.span.of(text) == rule {
            Answer::Already(vec![existing.span.start])
        } else {
            Answer::refused(format!("another rule makes `{}`", op.target), existing.span.start)
        };
    }
    let at = match &op.after {
        None => text.len(),
        Some(after) => match source.makefile().rules_of(text, after.as_bytes()).last() {
            Some(rule) => rule.span.end,
            None => return no_target(source, std::slice::from_ref(after), None),
        },
    };
    let mut with = Vec::new();
    if !text[..at].is_empty() && !text[..at].ends_with(b"\n") {
        with.extend_from_slice(ending);
    }
    with.extend_from_slice(ending);
    with.extend_from_slice(&rule);
    Answer::Change(vec![Rewrite::insert(at, with)])
}
