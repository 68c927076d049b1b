//! From an edit and a tree to what has to be done: which file, which operation, which answer.

use super::answer::Answer;
use super::context::{Context, Source};
use super::file::Whole;
use super::outcome::{Delta, Near, Outcome, Part, Place};
use super::{anchor, c, diff, fact, file, header, m4, makefile, python, setup, shell, text};
use crate::contents::Contents;
use crate::patchset::{Change, Edit, Operation, Within};
use crate::text::Span;
use crate::tree::{Entry, TreeError, TreePath};

/// What `edit` comes to on the tree of `context`: a part for each of its changes, or for each module
/// of a change that names several.
///
/// # Errors
/// When the tree cannot be read. An edit that does not fit is no error, but an outcome.
pub fn resolve(context: &Context<'_>, edit: &Edit) -> Result<Vec<Part>, TreeError> {
    if let Some(why) = excluded(context, edit.when.as_ref()) {
        return Ok(whole_edit(edit, &Outcome::Skipped { why }));
    }
    if let Some(refusal) = fact::refusal(context, &edit.requires)? {
        // An edit that is done already needs no precondition any more: its own change may have
        // made the fact untrue.
        let parts = resolve_changes(context, edit)?;
        let done = |part: &Part| matches!(part.outcome, Outcome::Already(_) | Outcome::Skipped { .. });
        return Ok(if parts.iter().all(done) { parts } else { whole_edit(edit, &refusal) });
    }
    resolve_changes(context, edit)
}

fn resolve_changes(context: &Context<'_>, edit: &Edit) -> Result<Vec<Part>, TreeError> {
    let mut parts = Vec::new();
    for change in &edit.changes {
        match excluded(context, change.when.as_ref()) {
            Some(why) => parts.push(part(change, &change.file[0], Outcome::Skipped { why })),
            None if let Some(why) = needless(context, change)? => {
                parts.push(part(change, &change.file[0], Outcome::Skipped { why }));
            }
            None => parts.extend(resolve_change(context, change)?),
        }
    }
    Ok(parts)
}

/// Why a range keeps a change away from this tree, if it does.
fn excluded(context: &Context<'_>, when: Option<&crate::version::VersionRange>) -> Option<String> {
    let range = when?;
    match &context.version {
        Some(version) if range.contains(version) => None,
        Some(version) => Some(format!("it is for {range}, and this is {version}")),
        None => Some(format!("it is for {range}, and this tree has no version of CPython")),
    }
}

/// Why there is nothing to do for a change on this tree, if so.
fn needless(context: &Context<'_>, change: &Change) -> Result<Option<String>, TreeError> {
    let Some(need) = &change.needed_while else { return Ok(None) };
    let unmet = fact::unmet(context, need)?;
    Ok(unmet.map(|_| format!("it is needed while {need}, which is not so: {}", need.why)))
}

/// One outcome for an edit as a whole.
fn whole_edit(edit: &Edit, outcome: &Outcome) -> Vec<Part> {
    edit.changes.iter().take(1).map(|change| part(change, &change.file[0], outcome.clone())).collect()
}

fn part(change: &Change, file: &TreePath, outcome: Outcome) -> Part {
    Part { name: None, operation: change.operation.name(), file: file.clone(), outcome, deltas: Vec::new() }
}

fn resolve_change(context: &Context<'_>, change: &Change) -> Result<Vec<Part>, TreeError> {
    let mut found = None;
    for path in &change.file {
        match context.source(path) {
            Ok(None) => {}
            Ok(Some(source)) => {
                found = Some(source);
                break;
            }
            Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => {
                let why = "a symbolic link or a directory stands there, which is never edited".to_owned();
                let place = Some(Place::whole(path));
                return Ok(vec![part(change, path, Outcome::Refused { why, place })]);
            }
            Err(error) => return Err(error),
        }
    }
    if found.is_none()
        && matches!(change.operation, Operation::FileAdd(_) | Operation::M4Define(_))
        && let Some(outcome) = in_the_way(context, &change.file[0])?
    {
        return Ok(vec![part(change, &change.file[0], outcome)]);
    }
    let path = found.as_ref().map_or(&change.file[0], |source| &source.path);
    let existing = found.as_deref();
    match &change.operation {
        Operation::FileAdd(op) => Ok(vec![whole(change, path, existing, file::add(existing, change, op))]),
        Operation::FileRemove(op) => Ok(vec![whole(change, path, existing, file::remove(existing, op))]),
        Operation::M4Define(op) => {
            let empty = Source::new(path.clone(), Contents::default(), false);
            let source = existing.unwrap_or(&empty);
            Ok(vec![answered(change, source, None, m4::define(source, change, op))])
        }
        _ => match existing {
            None => Ok(vec![part(change, path, no_file(context, change)?)]),
            Some(source) => Ok(in_file(source, change)),
        },
    }
}

/// The refusal to create a file below something that is no directory.
fn in_the_way(context: &Context<'_>, path: &TreePath) -> Result<Option<Outcome>, TreeError> {
    for above in path.ancestors() {
        match context.tree.entry(&above)? {
            Some(Entry::Directory) => {}
            None => break,
            Some(_) => {
                let why = format!("`{above}` is no directory, so nothing can be created below it");
                return Ok(Some(Outcome::Refused { why, place: Some(Place::whole(&above)) }));
            }
        }
    }
    Ok(None)
}

/// The outcome of a change none of whose files exists.
fn no_file(context: &Context<'_>, change: &Change) -> Result<Outcome, TreeError> {
    let names: Vec<String> = change.file.iter().map(|file| format!("`{file}`")).collect();
    let files = context.tree.files()?;
    let is_named_so = |file: &TreePath| change.file.iter().any(|one| one.file_name() == file.file_name());
    let named_so = files.iter().filter(|file| is_named_so(file));
    let candidates = files.iter().enumerate().map(|(i, file)| (i, file.as_str().into()));
    let similar = crate::text::nearest(change.file[0].as_str(), candidates);
    let mut near: Vec<Near> = Vec::new();
    for file in named_so.chain(similar.iter().map(|i| &files[*i])) {
        if near.len() < 5 && !near.iter().any(|known| known.place.file == *file) {
            let place = Place::whole(file);
            near.push(Near { place, why: "a file of a similar name".to_owned() });
        }
    }
    Ok(Outcome::Missing {
        what: format!("there is no {}", names.join(" and no ")),
        place: None,
        near,
        help: None,
    })
}

/// A part from an operation on a whole file.
fn whole(change: &Change, path: &TreePath, existing: Option<&Source>, whole: Whole) -> Part {
    match whole {
        Ok(delta) => {
            let place = Place::whole(path);
            Part { deltas: vec![delta], ..part(change, path, Outcome::Change(vec![place])) }
        }
        Err(answer) => match existing {
            Some(source) => answered(change, source, None, answer),
            None => part(change, path, Outcome::Already(Vec::new())),
        },
    }
}

/// A part from an answer about a file.
fn answered(change: &Change, source: &Source, name: Option<&str>, answer: Answer) -> Part {
    let outcome = answer.outcome(source);
    let deltas = match answer {
        Answer::Change(rewrites) => rewrites.into_iter().map(Delta::Rewrite).collect(),
        _ => Vec::new(),
    };
    Part { name: name.map(str::to_owned), deltas, ..part(change, &source.path, outcome) }
}

/// The parts of a change to a file that exists.
fn in_file(source: &Source, change: &Change) -> Vec<Part> {
    let within = match scope(source, change.within.as_ref()) {
        Ok(span) => span,
        Err(answer) => return vec![answered(change, source, None, *answer)],
    };
    let modules =
        |modules: &[crate::patchset::operation::setup::Module],
         answer: fn(&Source, &crate::patchset::operation::setup::Module) -> Answer| {
            modules.iter().map(|m| answered(change, source, Some(&m.name), answer(source, m))).collect()
        };
    let answer = match &change.operation {
        Operation::SetupEnable(op) => return modules(&op.modules, setup::enable),
        Operation::SetupDisable(op) => return modules(&op.modules, setup::disable),
        Operation::FileMode(op) => {
            return vec![whole(change, &source.path, Some(source), file::mode(source, op))];
        }
        Operation::TextInsert(op) => text::insert(source, within, change, op),
        Operation::TextReplace(op) => text::replace(source, within, change, op),
        Operation::MakefileRemovePrerequisite(op) => makefile::remove_prerequisite(source, op),
        Operation::MakefileAddPrerequisite(op) => makefile::add_prerequisite(source, op),
        Operation::MakefileReplacePrerequisite(op) => makefile::replace_prerequisite(source, op),
        Operation::MakefilePrefixCommand(op) => makefile::prefix_command(source, op),
        Operation::MakefileSetVariable(op) => makefile::set_variable(source, op),
        Operation::MakefileAppendVariable(op) => makefile::append_variable(source, op),
        Operation::MakefileAddRule(op) => makefile::add_rule(source, op),
        Operation::ShellPrefixCommand(op) => shell::prefix_command(source, within, op),
        Operation::SetupAdd(op) => setup::add(source, op),
        Operation::SetupSet(op) => setup::set(source, op),
        Operation::HeaderAppend(op) => header::append(source, change, op),
        Operation::HeaderDefine(op) => header::define(source, op),
        Operation::HeaderUndef(op) => header::undef(source, op),
        Operation::CInsert(op) => c::insert(source, change, op),
        Operation::CReplace(op) => c::replace(source, change, op),
        Operation::CReplaceFunction(op) => c::replace_function(source, change, op),
        Operation::CWrap(op) => c::wrap(source, change, op),
        Operation::CRemoveEntry(op) => c::remove_entry(source, op),
        Operation::CAddInclude(op) => c::add_include(source, op),
        Operation::CRedirectCall(op) => c::redirect_call(source, op),
        Operation::PythonAddMethod(op) => python::add_method(source, change, op),
        Operation::PythonReplaceMethod(op) => python::replace_method(source, change, op),
        Operation::PythonAddFunction(op) => python::add_function(source, change, op),
        Operation::PythonReplaceFunction(op) => python::replace_function(source, change, op),
        Operation::M4Override(op) => m4::override_macro(source, change, op),
        Operation::Diff(op) => diff::apply(source, change, op),
        Operation::FileAdd(_) | Operation::FileRemove(_) | Operation::M4Define(_) => {
            unreachable!("these may act on no file, and are resolved before one is chosen")
        }
    };
    vec![answered(change, source, None, answer)]
}

/// The span that `within` names in a file; the whole file without it.
fn scope(source: &Source, within: Option<&Within>) -> Result<Span, Box<Answer>> {
    let text = &source.bytes;
    let all = Span::new(0, text.len());
    let Some(within) = within else { return Ok(all) };
    let spans: Vec<Span> = match within {
        Within::Function(name) => c::function_spans(source, name),
        Within::Class(name) => python::class_spans(source, name),
        Within::Target(name) => source.makefile().rules_of(text, name.as_bytes()).map(|r| r.span).collect(),
        Within::Between(from, to) => {
            let starts = anchor::find_words(text, from.as_bytes(), all);
            let pairs = starts.iter().filter_map(|start| {
                let rest = Span::new(start.end, text.len());
                let end = anchor::find_words(text, to.as_bytes(), rest).first().copied()?;
                Some(Span::new(start.end, end.start))
            });
            pairs.collect()
        }
    };
    match spans[..] {
        [one] => Ok(one),
        [] => Err(Box::new(Answer::missing(format!("there is no {within}")))),
        _ => Err(Box::new(Answer::Ambiguous {
            what: format!("{within}: {} of them", spans.len()),
            at: spans.iter().map(|span| span.start).collect(),
            help: None,
        })),
    }
}
