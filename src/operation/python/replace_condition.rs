//! `python.replace-condition`.

use super::items::{Match, answer, replacement};
use super::statements::require_statements;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::syntax::python::{
    Binding, Condition, PyFile, binding, inside_brackets, is_expression, needs_brackets, operands,
};
use crate::text::apply;

arguments! {
    /// `python.replace-condition`: adds to the condition of an `if`, `elif` or `while`, or of an expression with `if`, or
    /// replaces a part of it. Brackets are added where the precedence of the operators needs them.
    ///
    /// It does not fit where `find` is outside of every condition, and needs an expression as `with`, `or` and `and`.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// within: {function: getuserbase}
    /// python.replace-condition: {find: os.name == "nt", or: sys.platform == "kestrel"}
    /// ```
    /// ```diff
    ///  def getuserbase():
    /// -    if os.name == "nt":
    /// +    if os.name == "nt" or sys.platform == "kestrel":
    ///          return None
    /// ```
    /// ```yaml
    /// file: Lib/site.py
    /// python.replace-condition: {find: 'if x or y:', and: not z}
    /// ```
    /// ```diff
    /// -if x or y:
    /// +if (x or y) and not z:
    ///      f()
    /// ```
    one_of(with, or, and)
    pub struct ReplaceCondition {
        /// A part of the condition, or all of it with its keyword: `if a:`.
        find: String,
        /// What replaces `find`.
        with: Option<String>,
        /// An expression that is added to the whole condition with `or`.
        or: Option<String>,
        /// An expression that is added to the whole condition with `and`.
        and: Option<String>,
        /// How many conditions match; with `with`, how many matches `find` has.
        count: Count,
    }
}

/// What is looked for.
struct Find<'a> {
    /// The keyword, if all of the condition is given.
    keyword: Option<&'a str>,
    code: &'a str,
}

/// `find` without its keyword and colon.
fn parsed(find: &str) -> Find<'_> {
    let find = find.trim();
    for keyword in ["if", "elif", "while"] {
        let rest = find.strip_prefix(keyword).filter(|rest| rest.starts_with([' ', '\t', '(']));
        if let Some(rest) = rest {
            let code = rest.trim_end_matches(':').trim();
            return Find { keyword: Some(keyword), code };
        }
    }
    Find { keyword: None, code: find }
}

impl ReplaceCondition {
    /// The expression that is given, and the operator by which it is added.
    fn argument(&self) -> (&str, Option<(&'static str, Binding)>) {
        match (&self.or, &self.and, &self.with) {
            (Some(or), _, _) => (or.trim(), Some(("or", Binding::Or))),
            (None, Some(and), _) => (and.trim(), Some(("and", Binding::And))),
            (None, None, with) => (with.as_ref().map_or("", |with| parsed(with).code), None),
        }
    }

    /// The rewrites that add to an expression, which begins at `start`; none if it has what they add.
    fn added(&self, expression: &[u8], start: usize) -> Vec<Rewrite> {
        let (own, Some((operator, level))) = self.argument() else { return Vec::new() };
        let wanted = operands(own.as_bytes(), operator.as_bytes());
        let has_all = |text: &[u8]| {
            let known = operands(text, operator.as_bytes());
            wanted.iter().all(|operand| known.contains(operand))
        };
        let inner = inside_brackets(expression);
        if has_all(expression) || inner.is_some_and(|inner| has_all(inner.of(expression))) {
            return Vec::new();
        }
        // A condition that has brackets for its lines, or the same operator inside them, is continued there.
        let continues = |inner: &Span| {
            let text = inner.of(expression);
            let is_list = operands(text, operator.as_bytes()).len() > 1;
            binding(text) >= level && (is_list || text.contains(&b'\n'))
        };
        let target = inner.filter(continues).unwrap_or(Span::new(0, expression.len()));
        let at = |offset: usize| start + offset;
        let (open, close) = if binding(target.of(expression)) < level { ("(", ")") } else { ("", "") };
        let own = if binding(own.as_bytes()) < level { format!("({own})") } else { own.to_owned() };
        let mut all = Vec::new();
        if !open.is_empty() {
            all.push(Rewrite::insert(at(target.start), open));
        }
        all.push(Rewrite::insert(at(target.end), format!("{close} {operator} {own}")));
        all
    }

    fn named(&self) -> String {
        format!("the condition `{}`", self.find.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The conditions that `find` is all of, or is in.
    fn conditions(&self, python: &PyFile, text: &[u8], scope: Span) -> Vec<Condition> {
        let all = python.conditions(scope);
        let find = parsed(&self.find);
        if let Some(keyword) = find.keyword {
            // A finished change has another condition: what `find` becomes.
            let code = find.code.as_bytes();
            let result = apply(code, &self.added(code, 0)).unwrap_or_default();
            let is_own = |one: &&Condition| {
                one.keyword.of(text) == keyword.as_bytes()
                    && (python.is_code(one.expression, code) || python.is_code(one.expression, &result))
            };
            return all.iter().filter(is_own).copied().collect();
        }
        let mut found: Vec<Condition> = Vec::new();
        for span in python.find_code(find.code.as_bytes(), scope) {
            let around = all.iter().filter(|one| one.expression.contains(span));
            found.extend(around.min_by_key(|one| one.expression.len()));
        }
        found.dedup();
        found
    }

    /// The answer for a part of a condition that is replaced.
    fn replaced(&self, site: &Site<'_>, with: &str) -> Answer {
        let (python, text) = (site.file.python(), &site.file.bytes);
        let conditions = python.conditions(site.scope);
        let find = parsed(&self.find);
        let places = |code: &str| -> Vec<Span> {
            let mut all = python.find_code(code.as_bytes(), site.scope);
            all.retain(|span| {
                conditions.iter().any(|one| match find.keyword {
                    Some(keyword) => one.expression == *span && one.keyword.of(text) == keyword.as_bytes(),
                    None => one.expression.contains(*span),
                })
            });
            all
        };
        let found = places(find.code);
        let mut done = places(with);
        done.retain(|done| !found.iter().any(|found| found.contains(*done) && found != done));
        let results = results((site.file, site.scope), (find.code.as_bytes(), with.as_bytes()), &found, done);
        let replace = |span: Span| {
            let around = conditions.iter().filter(|one| one.expression.contains(span));
            let around = around.min_by_key(|one| one.expression.len()).map_or(span, |one| one.expression);
            let part = Span::new(span.start - around.start, span.end - around.start);
            let is_loose = needs_brackets(around.of(text), part, with.as_bytes());
            let with = if is_loose { format!("({with})") } else { with.to_owned() };
            replacement(text, span, &with)
        };
        let near = || near_lines(site.file, &self.find, &[]);
        match_count(&self.named(), self.count.0, &found, &results, replace, near)
    }
}

impl Operate for ReplaceCondition {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!parsed(&self.find).code.is_empty(), "has an empty anchor")?;
        let given = [&self.with, &self.or, &self.and].into_iter().flatten().count();
        ensure(given == 1, "needs one of `with`, `or` and `and`")?;
        let is_valid = is_expression(self.argument().0.as_bytes());
        ensure(is_valid, "needs an expression: `sys.platform == \"kestrel\"`")?;
        let keyword = self.with.as_ref().and_then(|with| parsed(with).keyword);
        let is_same = keyword.is_none_or(|own| parsed(&self.find).keyword == Some(own));
        ensure(is_same, "has a keyword in `with` that `find` has not")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        let (own, operator) = self.argument();
        if operator.is_none() {
            return self.replaced(site, own);
        }
        let (python, text) = (site.file.python(), &site.file.bytes);
        let matches = self.conditions(python, text, site.scope).into_iter().map(|one| Match {
            at: one.expression,
            rewrites: self.added(one.expression.of(text), one.expression.start),
        });
        let near = || near_lines(site.file, &self.find, &[]);
        answer(&self.named(), self.count, matches.collect(), &near)
    }
}
