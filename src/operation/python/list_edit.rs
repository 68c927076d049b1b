//! Edits of arguments, parameters and base classes.

use super::definition::definition_in;
use super::items::{List, Match, answer, removed, replacement};
use super::statements::require_statements;
use crate::operation::prelude::*;
use crate::operation::value::Edge;
use crate::syntax::python::{Call, Definition, Items, PyFile};

/// What is done to a list.
#[derive(Clone, Copy)]
pub(super) enum ListEdit<'a> {
    Add { new: &'a str, before: Option<&'a str>, after: Option<&'a str>, at: Option<Edge> },
    Replace { item: &'a str, with: &'a str },
    Remove { item: &'a str },
}

/// What the items of a list are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Argument,
    Parameter,
    Base,
}

impl Kind {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Kind::Argument => "argument",
            Kind::Parameter => "parameter",
            Kind::Base => "base class",
        }
    }

    /// The name by which an item must be the only one; empty for a positional argument or a class.
    fn name(self, new: &str) -> String {
        let is_word = |sign: &char| sign.is_alphanumeric() || *sign == '_';
        match self {
            Kind::Argument | Kind::Base => {
                let call = format!("f({new})");
                PyFile::parse(call.as_bytes()).first_keyword().unwrap_or_default()
            }
            Kind::Parameter => new.trim().trim_start_matches('*').chars().take_while(is_word).collect(),
        }
    }

    fn find(self, python: &PyFile, list: &Items, wanted: &str) -> Vec<usize> {
        let wanted = wanted.trim().as_bytes();
        match self {
            Kind::Argument | Kind::Base => python.named_items(list, wanted),
            Kind::Parameter => python.named_parameters(list, wanted),
        }
    }
}

impl ListEdit<'_> {
    /// The item that is looked for in the list.
    fn item(&self) -> Option<&str> {
        match self {
            ListEdit::Add { before, after, .. } => before.or(*after),
            ListEdit::Replace { item, .. } | ListEdit::Remove { item } => Some(item),
        }
    }

    /// The rewrites of a list; none if it is as wanted, and `None` if it lacks the item that is looked for.
    ///
    /// # Errors
    /// The list has the item several times, or cannot have another one.
    fn rewrites(&self, site: &Site<'_>, list: &Items, kind: Kind) -> Result<Option<Vec<Rewrite>>, Failure> {
        let (python, text) = (site.file.python(), &site.file.bytes);
        let edited = List { text, list, is_tuple: false };
        let only = |wanted: &str| match kind.find(python, list, wanted)[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            ref several => {
                let what = format!("there are {} {}s `{}`", several.len(), kind.noun(), wanted.trim());
                Err(Failure::ambiguous(what, several.iter().map(|index| list.items[*index].span.start)))
            }
        };
        let has =
            |wanted: &str| list.items.iter().any(|item| python.is_code(item.span, wanted.trim().as_bytes()));
        match *self {
            ListEdit::Add { new, before, after, at } => {
                if has(new) {
                    return Ok(Some(Vec::new()));
                }
                if python.is_generator(list) {
                    let why = "the only argument is a generator, which needs brackets of its own first";
                    return Err(Failure::refused(why, list.inside.start));
                }
                let name = kind.name(new);
                if let Some(other) = only(&name)?.filter(|_| !name.is_empty()) {
                    let why = format!("there is a {} `{name}`: replace it", kind.noun());
                    return Err(Failure::refused(why, list.items[other].span.start));
                }
                let index = match (before, after, at) {
                    (Some(before), _, _) => only(before)?,
                    (None, Some(after), _) => only(after)?.map(|index| index + 1),
                    (None, None, Some(Edge::Start)) => Some(0),
                    (None, None, Some(Edge::End)) => Some(list.items.len()),
                    (None, None, None) => Some(python.place_of_argument(list, new)),
                };
                Ok(index.map(|index| edited.insert(index, new)))
            }
            ListEdit::Replace { item, with } => {
                let with = with.trim();
                match only(item)? {
                    Some(index) if python.is_code(list.items[index].span, with.as_bytes()) => {
                        Ok(Some(Vec::new()))
                    }
                    Some(index) => Ok(Some(vec![replacement(text, list.items[index].span, with)])),
                    None => {
                        let spans = list.items.iter().map(|item| item.span);
                        let done = spans.filter(|span| python.is_code(*span, with.as_bytes())).collect();
                        let change = (item.as_bytes(), with.as_bytes());
                        let results = results((site.file, list.inside), change, &[], done);
                        Ok(results.are_proof.then(Vec::new))
                    }
                }
            }
            ListEdit::Remove { item } => Ok(only(item)?.map(|index| {
                match kind {
                    // `class A(B):` becomes `class A:`.
                    Kind::Base if list.items.len() == 1 => vec![Rewrite::remove(list.span())],
                    Kind::Base | Kind::Parameter | Kind::Argument => edited.remove(index, false),
                }
            })),
        }
    }

    /// The items that resemble the one that is looked for.
    fn near(&self, text: &[u8], lists: &[&Items]) -> Vec<usize> {
        let items = lists.iter().flat_map(|list| &list.items);
        let names = items.map(|item| {
            let name = item.key.unwrap_or(item.span);
            (name.start, String::from_utf8_lossy(name.of(text)))
        });
        self.item().map_or(Vec::new(), |item| nearest(item.trim(), names))
    }

    /// Checks that what is put into a list is one item.
    pub(super) fn check(&self, kind: Kind) -> Result<(), String> {
        let is_empty = self.item().is_some_and(|item| item.trim().is_empty());
        ensure(!is_empty, "has an empty anchor")?;
        let new = match self {
            ListEdit::Add { new, before, after, at } => {
                let given =
                    usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
                ensure(given <= 1, "needs only one of `before`, `after` and `at`")?;
                new
            }
            ListEdit::Replace { with, .. } => with,
            ListEdit::Remove { .. } => return Ok(()),
        };
        let text = format!("f({})", new.trim());
        let file = PyFile::parse(text.as_bytes());
        let calls = file.calls(b"f", Span::new(0, text.len()));
        let is_one = calls.first().is_some_and(|call| {
            call.span.end == text.len()
                && call.arguments.items.len() == 1
                && call.arguments.items[0].comma.is_none()
        });
        ensure(is_one && file.problems().is_empty(), &format!("needs one {}, without a comma", kind.noun()))
    }

    /// Edits the arguments of the calls of `name`, whose first argument is `first` if that is given.
    pub(super) fn of_calls(&self, site: &Site<'_>, name: &str, first: Option<&str>, count: Count) -> Answer {
        require_statements(site.file)?;
        let python = site.file.python();
        let named = python.calls(name.trim().as_bytes(), site.scope);
        let has_first =
            |call: &&Call| first.is_none_or(|first| python.has_first(call, first.trim().as_bytes()));
        let calls: Vec<&Call> = named.iter().filter(has_first).collect();
        let mut what = named_call(name, first);
        let mut matches = Vec::new();
        for call in &calls {
            if let Some(rewrites) = self.rewrites(site, &call.arguments, Kind::Argument)? {
                matches.push(Match { at: call.span, rewrites });
            }
        }
        let text = &site.file.bytes[..];
        let lists: Vec<&Items> = calls.iter().map(|call| &call.arguments).collect();
        if let Some(item) = self.item().filter(|_| !calls.is_empty()) {
            what = format!("the argument `{}` of {what}", item.trim());
            if matches.is_empty() && matches!(self, ListEdit::Remove { .. }) {
                return removed(&what, self.near(text, &lists), calls[0].span.start);
            }
        }
        let near = || {
            if !calls.is_empty() {
                return self.near(text, &lists);
            }
            let firsts = named.iter().filter_map(|call| call.arguments.items.first());
            let lossy = |span: Span| (span.start, String::from_utf8_lossy(span.of(text)));
            let mut near = nearest(first.unwrap_or_default(), firsts.map(|item| lossy(item.span)));
            near.extend(crate::operation::text::near_lines(site.file, &format!("{name}("), &[]));
            near
        };
        let made = if matches.is_empty() { self.made(python, &lists) } else { Vec::new() };
        Self::with_results(answer(&what, count, matches, &near), &made, count)
    }

    /// The lists that have what an item is replaced by: it may have been replaced there.
    fn made(&self, python: &PyFile, lists: &[&Items]) -> Vec<usize> {
        let ListEdit::Replace { with, .. } = self else { return Vec::new() };
        let has =
            |list: &&&Items| list.items.iter().any(|item| python.is_code(item.span, with.trim().as_bytes()));
        lists.iter().filter(has).map(|list| list.inside.start).collect()
    }

    /// The answer, where these places may be those of a finished change.
    fn with_results(answer: Answer, made: &[usize], count: Count) -> Answer {
        match answer {
            Err(Failure::Missing(miss)) if made.len() >= count.0 => {
                Err(Failure::Missing(Miss { results: made.to_vec(), ..miss }))
            }
            other => other,
        }
    }

    /// Edits the parameters of a function, or the base classes of a class.
    pub(super) fn of_definition(&self, site: &Site<'_>, path: &str, kind: Kind) -> Answer {
        require_statements(site.file)?;
        let is_class = kind == Kind::Base;
        let noun = if is_class { "class" } else { "function" };
        let found: &Definition = definition_in(site, |it| it.is_class() == is_class, path, noun)?;
        let python = site.file.python();
        let name = found.name_span;
        let what = || match self.item() {
            Some(item) => format!("the {} `{}` of `{path}`", kind.noun(), item.trim()),
            None => format!("the {noun} `{path}`"),
        };
        let Some(list) = python.parameters(found) else {
            return match self {
                ListEdit::Add { new, before: None, after: None, .. } => {
                    let end = python.end_of_name(found);
                    change_at(vec![name], vec![Rewrite::insert(end, format!("({})", new.trim()))])
                }
                ListEdit::Remove { .. } => already(name.start),
                ListEdit::Add { .. } | ListEdit::Replace { .. } => {
                    Err(Miss::new(format!("{} was not found", what())).into())
                }
            };
        };
        let near = || self.near(&site.file.bytes, &[&list]);
        match self.rewrites(site, &list, kind)? {
            Some(rewrites) => answer(&what(), Count(1), vec![Match { at: name, rewrites }], &near),
            None if matches!(self, ListEdit::Remove { .. }) => removed(&what(), near(), name.start),
            None => {
                let miss = Miss::new(format!("{} was not found", what())).near(near());
                Self::with_results(Err(miss.into()), &self.made(python, &[&list]), Count(1))
            }
        }
    }
}

/// A call, for messages.
fn named_call(name: &str, first: Option<&str>) -> String {
    match first {
        Some(first) => format!("the call `{}({}`", name.trim(), first.trim()),
        None => format!("the call of `{}`", name.trim()),
    }
}

/// Checks the name of a function that is called, or of one that is defined.
pub(super) fn check_name(name: &str, noun: &str) -> Result<(), String> {
    let is_name = !name.trim().is_empty()
        && name.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b) || b >= 0x80);
    ensure(is_name, &format!("needs the name of a {noun}"))
}

/// What a call is found by, in the reports.
pub(super) fn call_anchor(name: &str, first: Option<&String>) -> Anchor {
    Anchor::Text(first.map_or_else(|| name.to_owned(), |first| format!("{name}({first}")))
}
