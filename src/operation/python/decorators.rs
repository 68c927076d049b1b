//! The decorators of functions and classes.

use super::definition::definition_in;
use super::items::{Match, answer, removed};
use super::statements::require_statements;
use crate::operation::lines::leading_blanks;
use crate::operation::prelude::*;
use crate::operation::value::Edge;
use crate::syntax::python::{Definition, PyFile, is_expression};
use crate::text::line_bounds;

/// What is done to the decorators of a definition.
#[derive(Clone, Copy)]
pub(super) enum DecoratorEdit<'a> {
    Add { new: &'a str, before: Option<&'a str>, after: Option<&'a str>, at: Option<Edge> },
    Replace { old: &'a str, with: &'a str },
    Remove { old: &'a str },
}

/// A function, method or class by name.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub class: Option<&'a String>,
    pub function: Option<&'a String>,
}

impl Target<'_> {
    fn path(&self) -> String {
        let parts: Vec<&str> =
            [self.class, self.function].into_iter().flatten().map(|name| name.trim()).collect();
        parts.join(".")
    }

    pub(super) fn anchor(&self) -> Anchor {
        Anchor::Definition(Some(self.path()))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        ensure(self.class.is_some() || self.function.is_some(), "needs a `class`, a `function` or both")?;
        ensure(!self.path().starts_with('.') && !self.path().ends_with('.'), "has an empty name")
    }

    fn find<'a>(&self, site: &Site<'a>) -> Result<&'a Definition, Failure> {
        require_statements(site.file)?;
        let is_class = self.function.is_none();
        let kind = if is_class { "class" } else { "function" };
        definition_in(site, |it| it.is_class() == is_class, &self.path(), kind)
    }
}

impl DecoratorEdit<'_> {
    pub(super) fn check(&self) -> Result<(), String> {
        let (new, old) = match *self {
            DecoratorEdit::Add { new, before, after, at } => {
                let given =
                    usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
                ensure(given <= 1, "needs only one of `before`, `after` and `at`")?;
                (Some(new), before.or(after))
            }
            DecoratorEdit::Replace { old, with } => (Some(with), Some(old)),
            DecoratorEdit::Remove { old } => (None, Some(old)),
        };
        ensure(old.is_none_or(|old| !old.trim().trim_start_matches('@').is_empty()), "has an empty anchor")?;
        let is_one = |new: &str| {
            let code = format!("{}\ndef f(): pass\n", with_sign(new));
            let file = PyFile::parse(code.as_bytes());
            let all = file.definitions().first().map_or(0, |it| file.decorators(it).len());
            let is_one = all == 1 && file.definitions().len() == 1 && file.problems().is_empty();
            is_one && is_expression(&with_sign(new).as_bytes()[1..])
        };
        ensure(new.is_none_or(is_one), "needs one decorator: `@support.requires_demo()`")
    }

    pub(super) fn resolve(&self, site: &Site<'_>, target: Target<'_>) -> Answer {
        let found = target.find(site)?;
        let (python, text) = (site.file.python(), &site.file.bytes[..]);
        let all = python.decorators(found);
        let ending = line_ending(text);
        let named = |wanted: &str| -> Vec<(Span, Span)> {
            let is_named = |it: &&(Span, Span)| python.is_decorator(it.0, wanted.trim().as_bytes());
            all.iter().filter(is_named).copied().collect()
        };
        let has = |new: &str| all.iter().any(|it| python.is_code(it.0, with_sign(new).as_bytes()));
        let near = |wanted: &str| {
            let names = all.iter().map(|it| (it.0.start, String::from_utf8_lossy(it.0.of(text))));
            nearest(&with_sign(wanted), names)
        };
        let what = |wanted: &str| format!("the decorator `{}` of `{}`", with_sign(wanted), target.path());
        let one = |wanted: &str, edit: &dyn Fn((Span, Span)) -> Vec<Rewrite>| {
            let matches =
                named(wanted).into_iter().map(|it| Match { at: it.0, rewrites: edit(it) }).collect();
            answer(&what(wanted), Count(1), matches, &|| near(wanted))
        };
        let name = found.name_span;
        match *self {
            DecoratorEdit::Add { new, .. } if has(new) => already(name.start),
            DecoratorEdit::Add { new, before, after, at } => {
                let header = line_bounds(text, name.start).start;
                let margin = leading_blanks(&text[header..]);
                let line = [margin, &with_line_ends(with_sign(new).as_bytes(), ending), ending].concat();
                let insert = |at: usize| vec![insert_lines(text, at, &line)];
                match (before, after, at) {
                    (Some(before), _, _) => one(before, &|it| insert(it.1.start)),
                    (None, Some(after), _) => one(after, &|it| insert(it.1.end)),
                    (None, None, Some(Edge::End)) => {
                        let end = all.last().map_or(found.span.start, |it| it.1.end);
                        change_at(vec![name], insert(end))
                    }
                    (None, None, Some(Edge::Start) | None) => change_at(vec![name], insert(found.span.start)),
                }
            }
            DecoratorEdit::Replace { old, with } => {
                let is_done = has(with) && (named(old).is_empty() || named(old).len() == named(with).len());
                let done = named(with).into_iter().map(|it| it.0).collect();
                let place = (site.file, Span::new(found.span.start, name.start));
                if is_done && results(place, (old.as_bytes(), with.as_bytes()), &[], done).are_proof {
                    return already(name.start);
                }
                let new = with_line_ends(with_sign(with).as_bytes(), ending);
                match one(old, &|it| vec![Rewrite::replace(it.0, new.clone())]) {
                    Err(Failure::Missing(mut miss)) if has(with) => {
                        miss.results = vec![name.start];
                        Err(miss.into())
                    }
                    other => other,
                }
            }
            DecoratorEdit::Remove { old } if named(old).is_empty() => {
                removed(&what(old), near(old), name.start)
            }
            DecoratorEdit::Remove { old } => one(old, &|it| vec![Rewrite::remove(it.1)]),
        }
    }
}

/// A decorator with its `@`.
fn with_sign(decorator: &str) -> String {
    format!("@{}", decorator.trim().trim_start_matches('@'))
}
