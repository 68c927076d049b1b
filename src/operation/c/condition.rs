//! The condition of a directive as an expression, and its rewrites.

use crate::operation::prelude::*;
use crate::syntax::c::{
    ConditionParts, condition_parts, defined_name, find_operand, is_defined_name, needs_brackets, operands,
};
use crate::text::apply;

/// The condition of an `#if`, `#ifdef` or `#elif`.
pub(super) struct Condition<'a> {
    parts: ConditionParts,
    keyword: &'a [u8],
    /// What an `#ifdef` has that is not written: `defined(`.
    before: &'static str,
    after: &'static str,
    /// Its expression; that of `#ifdef X` is `defined(X)`.
    expression: Vec<u8>,
}

impl<'a> Condition<'a> {
    /// The condition of a directive; `None` if it has none, as `#else`.
    pub fn of(source: &'a [u8], directive: Span) -> Option<Condition<'a>> {
        let parts = condition_parts(source, directive)?;
        let keyword = parts.keyword.of(source);
        let (before, after) = match keyword {
            b"ifdef" | b"elifdef" => ("defined(", ")"),
            b"ifndef" | b"elifndef" => ("!defined(", ")"),
            _ => ("", ""),
        };
        let expression = [before.as_bytes(), parts.expression.of(source), after.as_bytes()].concat();
        Some(Condition { parts, keyword, before, after, expression })
    }

    /// Its keyword, and its tokens as they are written.
    pub fn tokens(&self) -> Vec<Vec<u8>> {
        let written = &self.expression[self.before.len()..self.expression.len() - self.after.len()];
        let all = operands(written, b"").concat();
        [self.keyword].into_iter().chain(all).map(<[u8]>::to_vec).collect()
    }

    /// Where it has `operand`, as offsets of its expression.
    pub fn find(&self, operand: &str) -> Vec<Span> {
        find_operand(&self.expression, operand.as_bytes())
    }

    /// Where a part of its expression is in the file.
    pub fn place(&self, part: Span) -> Span {
        let own = self.parts.expression;
        if self.before.is_empty() { Span::new(own.start + part.start, own.start + part.end) } else { own }
    }

    /// Whether a part of its expression is the name in `defined(NAME)`.
    pub fn is_defined_name(&self, part: Span) -> bool {
        is_defined_name(&self.expression, part)
    }

    /// The rewrites that add an expression; none if it has that already.
    pub fn added(&self, own: &str, operator: &str) -> Vec<Rewrite> {
        let known: Vec<_> = operands(&self.expression, operator.as_bytes());
        let is_known = |wanted: &Vec<&[u8]>| known.iter().any(|one| bare(one) == bare(wanted));
        if operands(own.as_bytes(), operator.as_bytes()).iter().all(is_known) {
            return Vec::new();
        }
        // `&&` binds closer than `||`, and both closer than `?`.
        let is_looser = |text: &[u8]| {
            operands(text, b"?").len() > 1 || operator == "&&" && operands(text, b"||").len() > 1
        };
        let (open, close) = if is_looser(&self.expression) { ("(", ")") } else { ("", "") };
        let own = if is_looser(own.as_bytes()) { format!("({own})") } else { own.to_owned() };
        let first = format!("{open}{}", self.before);
        let last = format!("{}{close} {operator} {own}", self.after);
        let mut all = self.plain_keyword();
        if !first.is_empty() {
            all.push(Rewrite::insert(self.parts.expression.start, first));
        }
        all.push(Rewrite::insert(self.parts.expression.end, last));
        all
    }

    /// The rewrites that replace it as a whole; none if it is `own` already.
    pub fn replaced(&self, own: &str) -> Vec<Rewrite> {
        let tokens = |text| operands(text, b"").concat();
        if tokens(&self.expression) == tokens(own.as_bytes()) {
            return Vec::new();
        }
        let mut all = self.plain_keyword();
        // `#if(A)` has no blank.
        let blank = if self.parts.expression.start == self.parts.keyword.end { " " } else { "" };
        all.push(Rewrite::replace(self.parts.expression, format!("{blank}{own}")));
        all
    }

    /// The rewrites that replace parts of it.
    pub fn replaced_parts(&self, parts: &[Span], with: &str) -> Vec<Rewrite> {
        let replace = |part: &Span| {
            let is_loose = needs_brackets(&self.expression, *part, with.as_bytes());
            Rewrite::replace(*part, if is_loose { format!("({with})") } else { with.to_owned() })
        };
        let own: Vec<Rewrite> = parts.iter().map(replace).collect();
        if self.before.is_empty() {
            let placed = |rewrite: Rewrite| Rewrite { span: self.place(rewrite.span), ..rewrite };
            return own.into_iter().map(placed).collect();
        }
        let result = apply(&self.expression, &own).unwrap_or_default();
        // `#ifdef` stays where it can say the result.
        let rest = if self.before.starts_with('!') { result.strip_prefix(b"!") } else { Some(&result[..]) };
        match rest.and_then(defined_name) {
            Some(name) => vec![Rewrite::replace(self.parts.expression, name)],
            None => {
                let mut all = self.plain_keyword();
                all.push(Rewrite::replace(self.parts.expression, result));
                all
            }
        }
    }

    /// The rewrite of a keyword that cannot take an expression, as `#ifdef`.
    fn plain_keyword(&self) -> Vec<Rewrite> {
        if self.before.is_empty() {
            return Vec::new();
        }
        let plain = if self.keyword.starts_with(b"el") { "elif" } else { "if" };
        vec![Rewrite::replace(self.parts.keyword, plain)]
    }
}

/// The tokens of an operand without the brackets around it.
fn bare<'a, 't>(operand: &'a [&'t [u8]]) -> &'a [&'t [u8]] {
    let [first, inner @ .., last] = operand else { return operand };
    if *first != b"(" || *last != b")" {
        return operand;
    }
    let mut depth = 0i32;
    let stays_inside = inner.iter().all(|token| {
        depth += i32::from(*token == b"(") - i32::from(*token == b")");
        depth >= 0
    });
    if stays_inside { bare(inner) } else { operand }
}
