//! `c.wrap`.

use super::code::{check_between_lines, check_code, function, indented, named_code};
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::value::Function as Wanted;
use crate::syntax::c::{CFile, Function};
use crate::text::line_bounds;

/// `c.wrap`: puts a function, or the lines from one piece of code to another inside it, under a preprocessor condition.
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
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("dependentRequired" = {"to": ["from"]}))]
pub struct Wrap {
    /// The function.
    pub function: Wanted,
    /// The opening directive: `#ifndef WITH_MPI_IMPORT`.
    #[schemars(regex(pattern = r"^\s*#if"))]
    pub condition: String,
    /// The first code to wrap, with the statement that it begins; the whole function unless given.
    pub from: Option<String>,
    /// The last code to wrap.
    pub to: Option<String>,
    /// Lines for the other case, put after an `#else`.
    pub otherwise: Option<Text>,
}

impl Operate for Wrap {
    fn describe(&self) -> Description<'_> {
        let (function, code) = (Some(self.function.clone()), self.from.clone());
        Description::new(Anchor::Code { function, code, count: None })
            .label(self.function.name.clone())
            .texts(&self.otherwise)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let anchors = [("from", &self.from), ("to", &self.to)];
        check_code(anchors.into_iter().filter_map(|(name, code)| Some((name, code.as_ref()?.as_bytes()))))?;
        ensure(self.to.is_none() || self.from.is_some(), "has `to` without `from`")?;
        let is_condition = self.condition.trim_start().starts_with("#if");
        ensure(is_condition, "needs a `condition` that starts with `#if`")
    }

    moves_to!(self, Anchor::Code { function: Some(function), code, .. } =>
        (self.function, self.from) = (function, code));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let ending = line_ending(text);
        let bounds = |from: Span, to: Span| {
            (line_bounds(text, from.start).start, line_bounds(text, to.end.saturating_sub(1)).end)
        };
        let opening = as_lines(self.condition.trim_end().as_bytes(), ending);
        let closing = |from: Span| {
            let mut closing = Vec::new();
            if let Some(otherwise) = &self.otherwise {
                closing.extend(as_lines(b"#else", ending));
                closing.extend(indented(site.texts.get(otherwise), indentation(text, from.start), ending));
            }
            closing.extend(as_lines(b"#endif", ending));
            closing
        };
        // The lines after the `#else` may contain the function, or the code, once more.
        let variants = file.c().functions().iter().filter(|f| f.name == self.function.name);
        let pieces = variants
            .flat_map(|variant| self.pieces(file, variant).into_iter().map(move |piece| (variant, piece)));
        for (variant, (from, to)) in pieces {
            let (start, end) = bounds(from, to);
            let whole = self.whole(site, variant, Span::new(start, end));
            // A statement without an end seems to go on after the `#else`.
            let last = whole.map_or(end, |whole| bounds(from, whole).1);
            let closing = closing(from);
            let mut ends = (end..=last).filter(|at| *at == end || text[at - 1] == b'\n');
            if text[..start].ends_with(&opening) && ends.any(|end| text[end..].starts_with(&closing)) {
                return already(start);
            }
        }
        let function = function(file, &self.function)?;
        let (from, mut to) = self.piece(file, function)?;
        let (start, end) = bounds(from, to);
        if let Some(whole) = self.whole(site, function, Span::new(start, end)) {
            // Without `to`, the statement that `from` begins is wrapped.
            if self.to.is_some() || whole.start < start {
                let (first, last) = (file.location(whole.start).line, file.location(whole.end - 1).line);
                let why = format!("the lines to wrap are part of a statement: wrap lines {first} to {last}");
                return refused(why, start);
            }
            to = whole;
        }
        let (start, end) = bounds(from, to);
        check_between_lines(file, start)?;
        check_between_lines(file, end)?;
        let c = file.c();
        if c.conditions_at(from.start) != c.conditions_at(to.start) {
            return refused("the lines to wrap begin and end under different conditions", to.start);
        }
        change(vec![Rewrite::insert(start, opening), insert_lines(text, end, &closing(from))])
    }
}

impl Wrap {
    /// The whole statements that lines of a function are part of; `None` if the lines are whole statements themselves, or
    /// the lines for the other case open and close the same brackets.
    fn whole(&self, site: &Site<'_>, function: &Function, lines: Span) -> Option<Span> {
        let (c, text) = (site.file.c(), &site.file.bytes);
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
        let whole = c.whole_statements(lines, function.body)?;
        let end = line_bounds(text, whole.end - 1).end;
        (line_bounds(text, whole.start).start < lines.start || end > lines.end).then_some(whole)
    }

    /// All pieces of a function that the arguments match: from each match of the first code to the next one of the last.
    fn pieces(&self, file: &ParsedFile, function: &Function) -> Vec<(Span, Span)> {
        let Some(from) = &self.from else { return vec![(function.span(), function.span())] };
        let c = file.c();
        let starts = c.find_code(from.as_bytes(), function.body);
        let pairs = starts.into_iter().filter_map(|from| match &self.to {
            None => Some((from, from)),
            Some(to) => {
                let rest = Span::new(from.start, function.body.end);
                Some((from, *c.find_code(to.as_bytes(), rest).first()?))
            }
        });
        pairs.collect()
    }

    /// The only piece of a function that the arguments match.
    fn piece(&self, file: &ParsedFile, function: &Function) -> Result<(Span, Span), Failure> {
        let Some(from) = &self.from else { return Ok((function.span(), function.span())) };
        let from = self.only_match(file, from, function.body)?;
        match &self.to {
            None => Ok((from, from)),
            Some(to) => {
                let rest = Span::new(from.start, function.body.end);
                Ok((from, self.only_match(file, to, rest)?))
            }
        }
    }

    fn only_match(&self, file: &ParsedFile, code: &str, within: Span) -> Result<Span, Failure> {
        let found = file.c().find_code(code.as_bytes(), within);
        let what = named_code(code, Some(&self.function));
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
