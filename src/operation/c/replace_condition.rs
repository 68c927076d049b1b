//! `c.replace-condition`.

use super::code::{check_code, named_code, one_line, scope};
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::value::Function as Wanted;
use crate::syntax::c::{condition_parts, is_expression, operands};

/// `c.replace-condition`: adds to the condition of an `#if` or `#elif`, or replaces it. With `around`, the condition may
/// differ between versions: it is that of the code that it guards.
///
/// It refuses code that is under no condition, and needs an expression on one line.
///
/// ```yaml
/// file: Modules/posixmodule.c
/// c.replace-condition: {around: '#include <sys/uio.h>', or: defined(__kestrel__)}
/// ```
/// ```diff
/// -#ifdef HAVE_SYS_UIO_H
/// +#if defined(HAVE_SYS_UIO_H) || defined(__kestrel__)
///  #include <sys/uio.h>
///  #endif
/// ```
/// ```yaml
/// file: Modules/posixmodule.c
/// c.replace-condition: {find: '#elif defined(__sun)', with: defined(__sun) && !defined(__kestrel__)}
/// ```
/// ```diff
///  #if defined(__linux__)
///      n = 1;
/// -#elif defined(__sun)
/// +#elif defined(__sun) && !defined(__kestrel__)
///      n = 2;
///  #endif
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("allOf" = [
    {"oneOf": [{"required": ["around"]}, {"required": ["find"]}]},
    {"oneOf": [{"required": ["or"]}, {"required": ["and"]}, {"required": ["with"]}]}
])))]
pub struct ReplaceCondition {
    /// The function; the whole file unless given.
    pub function: Option<Wanted>,
    /// Code that the condition guards: the innermost `#if` or `#elif` around it is changed.
    pub around: Option<String>,
    /// The directive: `#if defined(A)`, `#elif B`, `#ifdef C`.
    pub find: Option<String>,
    /// An expression that is added with `||`.
    pub or: Option<String>,
    /// An expression that is added with `&&`.
    pub and: Option<String>,
    /// The new expression.
    pub with: Option<String>,
    /// How many conditions match `find`, or how many matches `around` has.
    #[serde(default)]
    pub count: Count,
}

impl ReplaceCondition {
    fn code(&self) -> &str {
        self.around.as_deref().or(self.find.as_deref()).unwrap_or_default()
    }

    /// The expression that is given, and the operator by which it is added.
    fn argument(&self) -> (&str, Option<&'static str>) {
        match (&self.or, &self.and) {
            (Some(or), _) => (or, Some("||")),
            (None, Some(and)) => (and, Some("&&")),
            (None, None) => (self.with.as_deref().unwrap_or_default(), None),
        }
    }

    /// The rewrites of a directive; none if it has what they make.
    fn rewrites(&self, text: &[u8], directive: Span) -> Option<Vec<Rewrite>> {
        let parts = condition_parts(text, directive)?;
        let (own, operator) = self.argument();
        let own = own.trim();
        let (keyword, expression) = (parts.keyword.of(text), parts.expression.of(text));
        // `#ifdef X` cannot take an expression.
        let (before, after) = match keyword {
            b"ifdef" | b"elifdef" => ("defined(", ")"),
            b"ifndef" | b"elifndef" => ("!defined(", ")"),
            _ => ("", ""),
        };
        let old = [before.as_bytes(), expression, after.as_bytes()].concat();
        let tokens = |text| operands(text, b"").concat();
        let is_done = match operator {
            Some(operator) => {
                let known: Vec<_> = operands(&old, operator.as_bytes());
                let is_known = |wanted: &Vec<&[u8]>| known.iter().any(|one| bare(one) == bare(wanted));
                operands(own.as_bytes(), operator.as_bytes()).iter().all(is_known)
            }
            None => tokens(&old) == tokens(own.as_bytes()),
        };
        if is_done {
            return Some(Vec::new());
        }
        let plain_keyword = if keyword.starts_with(b"el") { "elif" } else { "if" };
        let mut all = Vec::new();
        if !before.is_empty() {
            all.push(Rewrite::replace(parts.keyword, plain_keyword));
        }
        let Some(operator) = operator else {
            // `#if(A)` has no blank.
            let blank = if parts.expression.start == parts.keyword.end { " " } else { "" };
            all.push(Rewrite::replace(parts.expression, format!("{blank}{own}")));
            return Some(all);
        };
        // `&&` binds closer than `||`, and both closer than `?`.
        let is_looser = |text: &[u8]| {
            operands(text, b"?").len() > 1 || operator == "&&" && operands(text, b"||").len() > 1
        };
        let (open, close) = if is_looser(&old) { ("(", ")") } else { ("", "") };
        let own = if is_looser(own.as_bytes()) { format!("({own})") } else { own.to_owned() };
        let (first, last) = (format!("{open}{before}"), format!("{after}{close} {operator} {own}"));
        if !first.is_empty() {
            all.push(Rewrite::insert(parts.expression.start, first));
        }
        all.push(Rewrite::insert(parts.expression.end, last));
        Some(all)
    }

    /// The directives of the innermost conditions around the matches of `around`.
    fn guards(&self, file: &ParsedFile, around: &str, within: Span) -> Result<Vec<Span>, Failure> {
        let found = file.c().find_code(around.as_bytes(), within);
        let what = named_code(around, self.function.as_ref());
        if found.is_empty() {
            return Err(Miss::new(format!("{what} was not found"))
                .near(near_lines(file, around, &[]))
                .into());
        }
        let guard = |code: &Span| {
            let mut branches = file.c().conditionals().iter().flat_map(|group| &group.branches);
            let innermost = branches.rfind(|branch| branch.body.contains(*code));
            let none = || Failure::refused(format!("{what} is under no condition"), code.start);
            let branch = innermost.ok_or_else(none)?;
            if condition_parts(&file.bytes, branch.directive).is_none() {
                let why =
                    format!("{what} is under `{}`, which has no condition of its own", branch.condition);
                return Err(Failure::refused(why, branch.directive.start));
            }
            Ok(branch.directive)
        };
        let mut all: Vec<Span> = found.iter().map(guard).collect::<Result<_, _>>()?;
        all.dedup();
        Ok(all)
    }
}

impl Operate for ReplaceCondition {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Code {
            function: self.function.clone(),
            code: Some(self.code().to_owned()),
            count: Some(self.count.0),
        })
        .label(one_line(self.code()))
        .within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(self.around.is_some() != self.find.is_some(), "needs either `around` or `find`")?;
        let anchor = if self.around.is_some() { "around" } else { "find" };
        check_code([(anchor, self.code().as_bytes())])?;
        let is_directive = self.find.as_ref().is_none_or(|find| {
            let find = format!("{}\n", find.trim());
            condition_parts(find.as_bytes(), Span::new(0, find.len())).is_some() && find.starts_with('#')
        });
        ensure(is_directive, "needs a `find` that is a directive with a condition: `#if defined(A)`")?;
        let given = [&self.or, &self.and, &self.with].into_iter().filter(|given| given.is_some()).count();
        ensure(given == 1, "needs one of `or`, `and` and `with`")?;
        let is_valid = is_expression(self.argument().0.trim().as_bytes());
        ensure(is_valid, "needs an expression on one line, without `#`: `defined(A)`")
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Code { function, code: Some(code), count: Some(count) } = anchor else { return false };
        (self.function, self.count) = (function, Count(count));
        match (&mut self.around, &mut self.find) {
            (Some(own), _) | (None, Some(own)) => *own = code,
            (None, None) => return false,
        }
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let within = scope(site, self.function.as_ref())?;
        let found = match (&self.around, &self.find) {
            (Some(around), _) => self.guards(file, around, within)?,
            (None, find) => {
                // A finished change has another directive: what `find` becomes.
                let find = format!("{}\n", find.as_deref().unwrap_or_default().trim());
                let rewrites = self.rewrites(find.as_bytes(), Span::new(0, find.len())).unwrap_or_default();
                let result = crate::text::apply(find.as_bytes(), &rewrites).unwrap_or_default();
                let tokens = |text: &[u8], directive: Span| {
                    let parts = condition_parts(text, directive)?;
                    let all = operands(parts.expression.of(text), b"").concat();
                    let all = [parts.keyword.of(text)].into_iter().chain(all).map(<[u8]>::to_vec);
                    Some(all.collect::<Vec<_>>())
                };
                let branches = |code: &[u8]| {
                    let wanted = tokens(code, Span::new(0, code.len()));
                    let all = file.c().conditionals().iter().flat_map(|group| &group.branches);
                    let all = all.map(|branch| branch.directive).filter(|one| within.contains(*one));
                    all.filter(|one| wanted.is_some() && tokens(text, *one) == wanted).collect::<Vec<_>>()
                };
                let mut all = branches(find.as_bytes());
                if result != find.as_bytes() {
                    all.extend(branches(&result));
                }
                all
            }
        };
        let what = format!("the condition {}", named_condition(self));
        let is_done = |span: &Span| self.rewrites(text, *span).is_some_and(|all| all.is_empty());
        let done: Vec<Span> = found.iter().copied().filter(is_done).collect();
        // Which conditions match; the rewrites of one of them are several.
        let answer = match_count(
            &what,
            self.count.0,
            &found,
            &Results::proof(done.clone()),
            |span| Rewrite::insert(span.start, ""),
            || near_lines(file, self.code(), &[]),
        )?;
        match answer {
            Resolution::Already(at) => Ok(Resolution::Already(at)),
            Resolution::Change { .. } => {
                let open: Vec<Span> = found.into_iter().filter(|span| !done.contains(span)).collect();
                let rewrites = open.iter().flat_map(|span| self.rewrites(text, *span).unwrap_or_default());
                change_at(open.clone(), rewrites.collect())
            }
        }
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

fn named_condition(operation: &ReplaceCondition) -> String {
    match &operation.around {
        Some(around) => format!("around `{}`", one_line(around)),
        None => format!("`{}`", one_line(operation.code())),
    }
}
