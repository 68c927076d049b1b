//! `c.wrap`.

use super::code::{check_between_lines, check_code, function, indented, named_code};
use super::statements::Statements;
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::Units;
use crate::operation::value::Function as Wanted;
use crate::syntax::c::{CFile, is_expression};
use crate::text::{line_bounds, lines};

/// `c.wrap`: puts a function, or whole statements, declarations or entries, under a preprocessor condition or into an `if`.
///
/// It refuses lines that begin and end under different conditions, so that every `#if` keeps its `#endif`.
///
/// ```yaml
/// file: Python/import.c
/// c.wrap: {function: f, condition: '#ifndef MPI', from: a();, otherwise: c();}
/// ```
/// ```diff
///  void f(void)
///  {
/// +#ifndef MPI
///      a();
/// +#else
/// +    c();
/// +#endif
///      b();
///  }
/// ```
/// ```yaml
/// file: Python/import.c
/// within: {function: f}
/// c.wrap: {from: a();, to: b();, if: use_mpi > 0}
/// ```
/// ```diff
///  void f(void)
///  {
/// -    a();
/// -    b();
/// +    if (use_mpi > 0) {
/// +        a();
/// +        b();
/// +    }
///      c();
///  }
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend(
    "dependentRequired" = {"to": ["from"]},
    "oneOf" = [{"required": ["condition"]}, {"required": ["if"]}],
    "anyOf" = [{"required": ["function"]}, {"required": ["from"]}]
)))]
pub struct Wrap {
    /// The function; the scope of `within`, or the whole file, unless given.
    pub function: Option<Wanted>,
    /// The opening directive: `#ifndef WITH_MPI_IMPORT`. `if` is the same.
    #[cfg_attr(test, schemars(regex(pattern = r"^\s*#if")))]
    pub condition: Option<String>,
    /// The opening directive, or the condition of a C `if`: `x > 0`.
    #[serde(rename = "if")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub condition_of_if: Option<String>,
    /// The first code to wrap, with the statement that it begins; the whole function unless given.
    pub from: Option<String>,
    /// The last code to wrap, with the statement or function that it begins.
    pub to: Option<String>,
    /// Whether the comment lines directly above are wrapped, too, and the input of Argument Clinic of a function.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub comment: bool,
    /// Lines for the other case, put after an `#else` or `else`.
    pub otherwise: Option<Text>,
}

impl Operate for Wrap {
    fn describe(&self) -> Description<'_> {
        let (function, code) = (self.function.clone(), self.from.clone());
        Description::new(Anchor::Code { function, code, count: None })
            .label(self.function.as_ref().map_or("", |function| &function.name))
            .texts(&self.otherwise)
            .within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let anchors = [("from", &self.from), ("to", &self.to)];
        check_code(anchors.into_iter().filter_map(|(name, code)| Some((name, code.as_ref()?.as_bytes()))))?;
        ensure(self.to.is_none() || self.from.is_some(), "has `to` without `from`")?;
        ensure(self.function.is_some() || self.from.is_some(), "needs `function` or `from`")?;
        let is_one = self.condition.is_some() != self.condition_of_if.is_some();
        ensure(is_one, "needs either `condition` or `if`")?;
        let is_directive = self.condition.as_ref().is_none_or(|text| text.trim_start().starts_with("#if"));
        ensure(is_directive, "needs a `condition` that starts with `#if`")?;
        let is_valid = self.directive().is_some() || is_expression(self.condition().trim().as_bytes());
        ensure(is_valid, "needs an `if` that starts with `#if`, or is an expression: `x > 0`")?;
        let is_part = self.directive().is_some() || self.from.is_some();
        ensure(is_part, "needs `from`, since a function cannot be in an `if`")
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Code { function, code, .. } = anchor else { return false };
        if function.is_some() != self.function.is_some() || code.is_some() != self.from.is_some() {
            return false;
        }
        (self.function, self.from) = (function, code);
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        // The lines after the `#else` may contain the function, or the code, once more.
        for scope in self.variants(site) {
            for (from, to) in self.pieces(file, scope) {
                if let Some(at) = self.made(site, from, to, scope) {
                    return already(at);
                }
            }
        }
        let scope = match &self.function {
            Some(wanted) => function(site, wanted)?.span(),
            None => site.scope,
        };
        let (from, mut to) = self.piece(file, scope)?;
        let c = file.c();
        if c.conditions_at(from.start) != c.conditions_at(to.start) {
            return refused("the lines to wrap begin and end under different conditions", to.start);
        }
        let lines = self.bounds(file, from, to);
        if let Some(whole) = self.whole(site, lines) {
            // What is wrapped ends with the statement that `to` begins, or without it `from`.
            let last = self.bounds(file, to, to);
            let begins = |unit: Span| unit.start >= last.start && unit.end >= whole.end;
            if whole.start < lines.start || !c.whole_units(last).is_some_and(begins) {
                let (first, last) = (file.location(whole.start).line, file.location(whole.end - 1).line);
                let why = format!("the lines to wrap are part of a statement: wrap lines {first} to {last}");
                return refused(why, lines.start);
            }
            to = whole;
        }
        let lines = self.commented(file, self.bounds(file, from, to));
        check_between_lines(file, lines.start)?;
        check_between_lines(file, lines.end)?;
        if self.directive().is_none() && !c.is_in_function(lines) {
            return refused("an `if` must be in a function", lines.start);
        }
        change_at(vec![Span::at(lines.start), Span::at(lines.end)], self.rewrites(site, lines))
    }
}

impl Wrap {
    fn condition(&self) -> &str {
        self.condition.as_deref().or(self.condition_of_if.as_deref()).unwrap_or_default()
    }

    /// The opening directive; `None` for the condition of an `if`.
    fn directive(&self) -> Option<&str> {
        Some(self.condition().trim_end()).filter(|text| text.trim_start().starts_with("#if"))
    }

    /// The lines before and after the wrapped ones, whose indentation is `margin`.
    fn frame(&self, site: &Site<'_>, margin: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let ending = line_ending(&site.file.bytes);
        let otherwise = self.otherwise.as_ref().map(|text| site.texts.get(text));
        let line = |text: &str| [margin, text.as_bytes(), ending].concat();
        let Some(directive) = self.directive() else {
            let mut closing = line("}");
            if let Some(otherwise) = otherwise {
                let inner = [margin, step(margin)].concat();
                closing.extend([line("else {"), indented(otherwise, &inner, ending), line("}")].concat());
            }
            return (line(&format!("if ({}) {{", self.condition().trim())), closing);
        };
        let mut closing = Vec::new();
        if let Some(otherwise) = otherwise {
            closing.extend(as_lines(b"#else", ending));
            closing.extend(indented(otherwise, margin, ending));
        }
        closing.extend(as_lines(b"#endif", ending));
        (as_lines(directive.as_bytes(), ending), closing)
    }

    fn rewrites(&self, site: &Site<'_>, wrapped: Span) -> Vec<Rewrite> {
        let text = &site.file.bytes;
        let margin = indentation(text, wrapped.start);
        let (opening, closing) = self.frame(site, margin);
        if self.directive().is_some() {
            let opening = Rewrite::insert(wrapped.start, opening);
            return vec![opening, insert_lines(text, wrapped.end, &closing)];
        }
        let step = step(margin);
        let mut all = vec![Rewrite::insert(wrapped.start, [&opening[..], step].concat())];
        for line in lines(wrapped.of(text)).skip(1) {
            let at = wrapped.start + line.start;
            let own = line.of(wrapped.of(text)).trim_ascii();
            let is_spliced = text[..at].trim_ascii_end().ends_with(b"\\");
            if !own.is_empty() && !own.starts_with(b"#") && !is_spliced {
                all.push(Rewrite::insert(at, step));
            }
        }
        all.push(insert_lines(text, wrapped.end, &closing));
        all
    }

    /// Where a piece is wrapped already.
    fn made(&self, site: &Site<'_>, from: Span, to: Span, scope: Span) -> Option<usize> {
        let (file, text) = (site.file, &site.file.bytes);
        let lines = self.bounds(file, from, to);
        let start = self.commented(file, lines).start;
        let margin = indentation(text, from.start);
        let outer = match self.directive() {
            Some(_) => margin,
            None => margin.strip_suffix(step(margin))?,
        };
        let (opening, closing) = self.frame(site, outer);
        if !text[..start].ends_with(&opening) {
            return None;
        }
        // Whole units are whole lines, also at the end of the scope.
        let scope = self.bounds(file, scope, scope);
        let whole = self.whole(site, lines).filter(|whole| scope.contains(*whole));
        // A statement without an end seems to go on after the `#else`.
        let last = whole.map_or(lines.end, |whole| self.bounds(file, from, whole).end.max(lines.end));
        let mut ends = (lines.end..=last).filter(|at| *at == lines.end || text[at - 1] == b'\n');
        ends.any(|end| text[end..].starts_with(&closing)).then_some(lines.start)
    }

    /// Lines with the comments above them that are wrapped, too.
    fn commented(&self, file: &ParsedFile, lines: Span) -> Span {
        if !self.comment {
            return lines;
        }
        let unit = Statements.commented(file, lines);
        let is_clinic = |comment: &Span| comment.of(&file.bytes).starts_with(b"/*[clinic input]");
        // Blank lines are between it and the function.
        let clinic = file.c().comment_before(unit.start).filter(is_clinic);
        let start = clinic.map_or(unit.start, |comment| line_bounds(&file.bytes, comment.start).start);
        Span::new(start, unit.end)
    }

    /// The lines from one match to another.
    fn bounds(&self, file: &ParsedFile, from: Span, to: Span) -> Span {
        let (start, end) = (from.start, to.end.saturating_sub(1).max(from.start));
        Span::new(line_bounds(&file.bytes, start).start, line_bounds(&file.bytes, end).end)
    }

    /// The whole statements that lines are part of; `None` if the lines are whole statements themselves, or the lines for the
    /// other case open and close the same brackets.
    fn whole(&self, site: &Site<'_>, lines: Span) -> Option<Span> {
        let c = site.file.c();
        self.from.as_ref()?;
        let brackets = |tokens: Vec<&[u8]>| -> isize {
            let sign = |token: &&[u8]| match *token {
                b"{" | b"(" => 1,
                b"}" | b")" => -1,
                _ => 0,
            };
            tokens.iter().map(sign).sum()
        };
        if let Some(otherwise) = &self.otherwise {
            let other = CFile::parse(site.texts.get(otherwise));
            let all = Span::new(0, site.texts.get(otherwise).len());
            let own = brackets(c.tokens_of(lines));
            if own != 0 && own == brackets(other.tokens_of(all)) {
                return None;
            }
        }
        let whole = c.whole_units(lines)?;
        (whole.start < lines.start || whole.end > lines.end).then_some(whole)
    }

    /// The functions of the name, or the scope.
    fn variants(&self, site: &Site<'_>) -> Vec<Span> {
        let Some(wanted) = &self.function else { return vec![site.scope] };
        let named = site.file.c().functions().iter().filter(|f| f.name == wanted.name);
        named.map(crate::syntax::c::Function::span).filter(|span| site.scope.contains(*span)).collect()
    }

    /// All pieces of a scope that the arguments match: from each match of the first code to the next one of the last.
    fn pieces(&self, file: &ParsedFile, scope: Span) -> Vec<(Span, Span)> {
        let Some(from) = &self.from else { return vec![(scope, scope)] };
        let c = file.c();
        let starts = c.find_code(from.as_bytes(), scope);
        let pairs = starts.into_iter().filter_map(|from| match &self.to {
            None => Some((from, from)),
            Some(to) => {
                let rest = Span::new(from.start, scope.end);
                Some((from, *c.find_code(to.as_bytes(), rest).first()?))
            }
        });
        pairs.collect()
    }

    /// The only piece of a scope that the arguments match.
    fn piece(&self, file: &ParsedFile, scope: Span) -> Result<(Span, Span), Failure> {
        let Some(from) = &self.from else { return Ok((scope, scope)) };
        let from = self.only_match(file, from, scope)?;
        match &self.to {
            None => Ok((from, from)),
            Some(to) => {
                let rest = Span::new(from.start, scope.end);
                Ok((from, self.only_match(file, to, rest)?))
            }
        }
    }

    fn only_match(&self, file: &ParsedFile, code: &str, within: Span) -> Result<Span, Failure> {
        let found = file.c().find_code(code.as_bytes(), within);
        let what = named_code(code, self.function.as_ref());
        match found[..] {
            [one] => Ok(one),
            [] => Err(Miss::new(format!("{what} was not found")).near(near_lines(file, code, &[])).into()),
            _ => Err(Failure::Ambiguous {
                what: format!("expected 1 match of {what}, found {}", found.len()),
                at: found.iter().map(|span| span.start).collect(),
                help: Some("name more of the code around it".to_owned()),
            }),
        }
    }
}

/// The blanks of one more level of indentation.
fn step(margin: &[u8]) -> &'static [u8] {
    if margin.starts_with(b"\t") { b"\t" } else { b"    " }
}
