//! `c.wrap`.

use super::code::{check_between_lines, check_code, function, indented, named_code};
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::value::Function as Wanted;
use crate::syntax::c::Function;
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
    /// The first code to wrap; the whole function unless given.
    pub from: Option<String>,
    /// The last code to wrap; `from` alone unless given.
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
        for (from, to) in variants.flat_map(|variant| self.pieces(file, variant)) {
            let (start, end) = bounds(from, to);
            if text[..start].ends_with(&opening) && text[end..].starts_with(&closing(from)) {
                return already(start);
            }
        }
        let (from, to) = self.piece(file, function(file, &self.function)?)?;
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
