//! `c.insert`.

use super::code::{
    body_indentation, check_between_lines, check_code, check_head, function, indented, margin, named_code,
    one_line, scope_with,
};
use super::statements::Statements;
use crate::operation::lines::indentation;
use crate::operation::neighbours;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::comment::says_at;
use crate::operation::unit::{Edge, Insertion, Units, insert};
use crate::operation::value::Function as Wanted;
use crate::syntax::c::{CFile, Function};
use crate::text::line_bounds;

/// `c.insert`: inserts lines before or after code, or at the start or end of a function, `#if` branch, `struct`, `enum`, table or
/// file.
///
/// It refuses a function whose braces or conditionals are not balanced, and a place at which a comment or string
/// runs over the line end.
///
/// ```yaml
/// file: Python/import.c
/// c.insert: {function: init, after: open();, text: broadcast();}
/// ```
/// ```diff
///  int init(void)
///  {
///      open();
/// +    broadcast();
///      return 0;
///  }
/// ```
/// ```yaml
/// file: Python/import.c
/// c.insert: {before: open();, below-comment: false, text: broadcast();}
/// ```
/// ```diff
///  int init(void)
///  {
/// +    broadcast();
///      /* Now the file. */
///      open();
///      return 0;
///  }
/// ```
/// ```yaml
/// file: Python/import.c
/// within: {function: init, if: '#ifdef MPI'}
/// c.insert: {at: end, text: broadcast();}
/// ```
/// ```diff
///  int init(void)
///  {
///  #ifdef MPI
///      open();
/// +    broadcast();
///  #endif
///      return 0;
///  }
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend(
    "oneOf" = [{"required": ["at"]}, {"required": ["before"]}, {"required": ["after"]}],
    "if" = {"properties": {"at": {"const": "entry"}}, "required": ["at"]},
    "then" = {"required": ["function"]}
)))]
pub struct Insert {
    /// The function; the scope of `within`, or the whole file, unless given.
    pub function: Option<Wanted>,
    /// `start` or `end` of the function or scope; `entry` is the start of a function.
    pub at: Option<At>,
    /// Code before whose line the lines are inserted.
    pub before: Option<String>,
    /// Code after whose line the lines are inserted.
    pub after: Option<String>,
    /// Whether they are inserted below the comment above `before`, as they are unless given; `false` is above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below_comment: Option<bool>,
    /// The lines.
    pub text: Text,
    /// How many matches the anchor has.
    #[serde(default)]
    pub count: Count,
}

/// A place in a function that needs no anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// After the opening brace of a function.
    Entry,
    /// Before everything else in the scope.
    Start,
    /// After everything else in the scope.
    End,
}

impl Insert {
    fn code(&self) -> Option<&String> {
        self.before.as_ref().or(self.after.as_ref())
    }
}

impl Operate for Insert {
    fn describe(&self) -> Description<'_> {
        let (function, code, count) = (self.function.clone(), self.code().cloned(), Some(self.count.0));
        Description::new(Anchor::Code { function, code, count })
            .label(self.function.as_ref().map_or("", |function| &function.name))
            .texts([&self.text])
            .within()
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(!texts.get(&self.text).trim_ascii().is_empty(), "does nothing: its `text` is empty")?;
        let anchors = [("before", &self.before), ("after", &self.after)];
        check_code(anchors.into_iter().filter_map(|(name, code)| Some((name, code.as_ref()?.as_bytes()))))?;
        let given = [self.at.is_some(), self.before.is_some(), self.after.is_some()];
        let number = given.iter().filter(|given| **given).count();
        ensure(number == 1, "needs one of `at`, `before` and `after`")?;
        let is_stray = self.below_comment.is_some() && self.before.is_none();
        ensure(!is_stray, "has `below-comment` without `before`")?;
        ensure(self.at != Some(At::Entry) || self.function.is_some(), "has `at: entry` without `function`")
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Code { function, code, count } = anchor else { return false };
        let Some(count) = count.filter(|_| code.is_some() == self.code().is_some()) else { return false };
        (self.function, self.count) = (function, Count(count));
        if self.before.is_some() {
            self.before = code;
        } else {
            self.after = code;
        }
        true
    }

    fn inserted(&self) -> Option<&Text> {
        Some(&self.text)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let lines = site.texts.get(&self.text);
        let codes: Vec<&[u8]> = self.code().into_iter().map(String::as_bytes).collect();
        let scope = scope_with(site, self.function.as_ref(), &codes)?;
        let at_edge = |edge: Edge| {
            let own = Site { scope, ..*site };
            let (text, count) = (&self.text, self.count.0);
            insert(
                &Statements,
                &own,
                &Insertion { before: None, after: None, at: Some(edge), below_comment: None, text, count },
            )
        };
        match (self.at, &self.function) {
            (Some(At::Entry), Some(wanted)) => return insert_at_entry(site, function(site, wanted)?, lines),
            (Some(At::Entry | At::Start), _) => return at_edge(Edge::Start),
            (Some(At::End), _) => return at_edge(Edge::End),
            (None, _) => {}
        }
        let code = self.code().expect("it was checked that there is an anchor");
        let after = self.after.is_some();
        let found = file.c().find_anchor(code.as_bytes(), scope);
        let commented = |span: &Span| {
            let line = Span::at(line_bounds(text, span.start).start);
            Span::new(Statements.commented(file, line).start, line.start)
        };
        let at = |span: &Span| match (after, self.below_comment) {
            (true, _) => line_bounds(text, span.end.saturating_sub(1).max(span.start)).end,
            (false, Some(false)) => commented(span).start,
            (false, None | Some(true)) => line_bounds(text, span.start).start,
        };
        found.iter().try_for_each(|span| check_between_lines(file, at(span)))?;
        let margin = |span: &Span| {
            let owner = after.then(|| owner_of_body(file, *span)).flatten();
            owner.map_or_else(|| margin(text, *span, scope), |owner| indentation(text, owner))
        };
        let lines = |span: &Span| indented(lines, margin(span), line_ending(text));
        let found = neighbours::outside_own_text(found, |span| {
            let (at, own) = (at(&span), lines(&span));
            if after {
                text[at..].starts_with(&own).then(|| Span::new(at, at + own.len()))
            } else {
                text[..at].ends_with(&own).then(|| Span::new(at - own.len(), at))
            }
        });
        let is_done = |span: &Span| {
            let (at, own) = (at(span), lines(span));
            let others = others(site, margin(span));
            if after {
                neighbours::starts_with(&text[at..], &own, &others)
            } else {
                neighbours::ends_with(&text[..at], &own, &others)
            }
        };
        let is_near = |span: &Span| {
            let place = if after { Span::at(at(span)) } else { commented(span) };
            let text = site.texts.get(&self.text);
            within_reach(file, text, *span, after, scope).is_some() || says_at(&Statements, file, text, place)
        };
        let done: Vec<Span> = found.iter().copied().filter(|span| is_done(span) || is_near(span)).collect();
        let rewrite = |span: Span| insert_lines(text, at(&span), &lines(&span));
        // Of too many matches none is changed.
        let new = found.iter().filter(|span| found.len() <= self.count.0 && !done.contains(span));
        new.clone().try_for_each(|span| check_not_split(file, site.texts.get(&self.text), at(span)))?;
        new.copied().try_for_each(|span| check_head(file, &rewrite(span)))?;
        let what = named_code(code, self.function.as_ref());
        match_count(&what, self.count.0, &found, &Results::proof(done), rewrite, || {
            near_lines(file, code, &[])
        })
    }
}

/// Where the `if` or loop begins that runs the code at `span` without braces, on a line above it. What is inserted after the code
/// is after that whole statement.
fn owner_of_body(file: &ParsedFile, span: Span) -> Option<usize> {
    let line = line_bounds(&file.bytes, span.start);
    let above = file.bytes[..line.start].trim_ascii_end();
    let may_be_head = above.ends_with(b")") || above.ends_with(b"else") || above.ends_with(b"*/");
    may_be_head.then(|| file.c().unbraced_owner(span)).flatten().filter(|owner| *owner < line.start)
}

/// Checks that a statement is not put between the parts of another one, such as an `if` and what depends on it.
fn check_not_split(file: &ParsedFile, lines: &[u8], at: usize) -> Result<(), Failure> {
    let text = CFile::parse(lines);
    let tokens = text.tokens_of(Span::new(0, lines.len()));
    let is_statement = tokens.iter().rfind(|token| !token.starts_with(b"#"));
    if !is_statement.is_some_and(|last| matches!(*last, b";" | b"}")) {
        return Ok(());
    }
    let Some(part) = file.c().split_at(at) else { return Ok(()) };
    let shown = String::from_utf8_lossy(part.of(&file.bytes)).into_owned();
    let line = file.location(at).line;
    let why = format!(
        "line {line} is in the middle of a statement, after or before its `{}`: name the whole statement, or its first or last code",
        one_line(&shown)
    );
    Err(Failure::refused(why, part.start))
}

/// The texts that other changes insert, at the same indentation or as they are.
fn others(site: &Site<'_>, margin: &[u8]) -> Vec<Vec<u8>> {
    let ending = line_ending(&site.file.bytes);
    let all = site.neighbours.iter();
    all.flat_map(|text| [indented(text, margin, ending), with_line_ends(text, ending)]).collect()
}

fn insert_at_entry(site: &Site<'_>, function: &Function, lines: &[u8]) -> Answer {
    let (file, text) = (site.file, &site.file.bytes);
    let at = line_bounds(text, function.body.start).end.min(function.body.end);
    if text[function.body.start + 1..at].trim_ascii().iter().any(|b| *b != b'\r') && at == function.body.end {
        let why = format!("the body of `{}` is on one line", function.name);
        return refused(why, function.body.start);
    }
    check_between_lines(file, at)?;
    let margin = body_indentation(text, at, function.body.end);
    let with = indented(lines, &margin, line_ending(text));
    if neighbours::starts_with(&text[at..], &with, &others(site, &margin)) {
        already(at)
    } else {
        change(vec![Rewrite::insert(at, with)])
    }
}
