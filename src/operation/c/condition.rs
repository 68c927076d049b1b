//! The condition of a directive or a statement as an expression, and its rewrites.

use super::code::in_place;
use crate::operation::prelude::*;
use crate::syntax::c::{
    CFile, ConditionParts, Guard, binds_looser, condition_parts, defined_name, find_operand, is_defined_name,
    needs_brackets, operands, would_be_arguments,
};
use crate::text::{apply, line_bounds};

/// The condition of an `#if`, `#ifdef` or `#elif`, or of an `if`, `while` or `for`.
pub(super) struct Condition<'a> {
    /// The directive, or the head of the statement.
    pub whole: Span,
    /// What it is the condition of, as an argument names it: `#if`, `if`, `while`, `for`.
    pub kind: &'static str,
    /// Whether it is that of an `else if`.
    pub follows_else: bool,
    source: &'a [u8],
    parts: ConditionParts,
    keyword: &'a [u8],
    /// What an `#ifdef` has that is not written: `defined(`.
    before: &'static str,
    after: &'static str,
    /// Its expression; that of `#ifdef X` is `defined(X)`.
    expression: Vec<u8>,
}

/// What a condition of each kind is the condition of.
pub(super) const KINDS: [&str; 4] = ["#if", "if", "while", "for"];

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
        let (whole, kind) = (directive, KINDS[0]);
        let follows_else = false;
        Some(Condition { whole, kind, follows_else, source, parts, keyword, before, after, expression })
    }

    /// The condition that a text is all of: a directive, or the head of a statement.
    pub fn written(text: &'a [u8]) -> Option<Condition<'a>> {
        let all = Span::new(0, text.len());
        if text.trim_ascii_start().starts_with(b"#") {
            return Condition::of(text, all);
        }
        let guard = CFile::parse(text).guards(all).into_iter().next()?;
        let before = text[..guard.head.start].trim_ascii();
        let after = text[guard.head.end..].trim_ascii();
        let is_all = matches!(before, b"" | b"else") && matches!(after, b"" | b"{");
        is_all.then(|| Condition::of_statement(text, &guard))
    }

    /// The condition of a statement.
    pub fn of_statement(source: &'a [u8], guard: &Guard) -> Condition<'a> {
        let keyword = guard.parts.keyword.of(source);
        let kind = KINDS.into_iter().find(|kind| kind.as_bytes() == keyword).unwrap_or(KINDS[1]);
        Condition {
            whole: guard.head,
            kind,
            follows_else: guard.follows_else,
            source,
            parts: guard.parts,
            keyword,
            before: "",
            after: "",
            expression: guard.parts.expression.of(source).to_vec(),
        }
    }

    pub fn is_directive(&self) -> bool {
        self.kind == KINDS[0]
    }

    /// Its expression as it is written.
    pub fn expression(&self) -> &'a [u8] {
        self.parts.expression.of(self.source)
    }

    /// Whether directives divide it, so that it differs between configurations.
    pub fn is_divided(&self) -> bool {
        !self.is_directive() && operands(&self.expression, b"").concat().iter().any(|it| it.starts_with(b"#"))
    }

    /// Its tokens as they are written, with the keyword of a directive, or all of the head of a statement.
    pub fn tokens(&self) -> Vec<&'a [u8]> {
        match self.is_directive() {
            true => [vec![self.keyword], operands(self.expression(), b"").concat()].concat(),
            false => operands(self.whole.of(self.source), b"").concat(),
        }
    }

    /// The tokens of the head of a statement around its condition.
    pub fn frame(&self) -> [Vec<&'a [u8]>; 2] {
        let (own, whole) = (self.parts.expression, self.whole);
        let around = [Span::new(whole.start, own.start), Span::new(own.end, whole.end)];
        around.map(|part| operands(part.of(self.source), b"").concat())
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

    /// Whether `with` would be several arguments of a call in the place of a part of its expression.
    pub fn would_be_arguments(&self, part: Span, with: &str) -> bool {
        would_be_arguments(&self.expression, part, with.as_bytes())
    }

    /// Code for a place in it: lines after the first are indented as far as the first.
    fn laid_out(&self, code: &str, at: usize) -> Vec<u8> {
        if !code.contains('\n') {
            return code.as_bytes().to_vec();
        }
        let line = Span::new(line_bounds(self.source, at).start, at).of(self.source);
        let is_first_byte = |b: &&u8| **b & 0xc0 != 0x80;
        let blank = |b: &u8| if *b == b'\t' { b'\t' } else { b' ' };
        let margin: Vec<u8> = line.iter().filter(is_first_byte).map(blank).collect();
        in_place(code.as_bytes(), &margin, line_ending(self.source))
    }

    /// The rewrites that add an expression; none if it has that already.
    pub fn added(&self, own: &str, operator: &str) -> Vec<Rewrite> {
        let known: Vec<_> = operands(&self.expression, operator.as_bytes());
        let is_known = |wanted: &Vec<&[u8]>| known.iter().any(|one| bare(one) == bare(wanted));
        if operands(own.as_bytes(), operator.as_bytes()).iter().all(is_known) {
            return Vec::new();
        }
        // `&&` binds closer than `||`, and both closer than `?` and `=`.
        let is_looser = |text: &[u8]| binds_looser(text, operator);
        let (open, close) = if is_looser(&self.expression) { ("(", ")") } else { ("", "") };
        let own = if is_looser(own.as_bytes()) { format!("({own})") } else { own.to_owned() };
        let first = format!("{open}{}", self.before);
        let mut last = format!("{}{close} {operator} ", self.after).into_bytes();
        last.extend(self.laid_out(&own, self.parts.expression.start));
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
        let own = self.laid_out(own, self.parts.expression.start);
        // `#if(A)` has no blank.
        let is_tight = self.parts.expression.start == self.parts.keyword.end;
        let blank: &[u8] = if is_tight { b" " } else { b"" };
        all.push(Rewrite::replace(self.parts.expression, [blank, &own].concat()));
        all
    }

    /// The rewrites that replace parts of it.
    pub fn replaced_parts(&self, parts: &[Span], with: &str) -> Vec<Rewrite> {
        let replace = |part: &Span| {
            let is_loose = needs_brackets(&self.expression, *part, with.as_bytes());
            let with = if is_loose { format!("({with})") } else { with.to_owned() };
            Rewrite::replace(*part, self.laid_out(&with, self.place(*part).start))
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
