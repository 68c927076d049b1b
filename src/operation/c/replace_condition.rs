//! `c.replace-condition`.

use super::code::{check_code, named_code, one_line, scope_with};
use super::condition::Condition;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::value::Function as Wanted;
use crate::syntax::c::{Conditional, condition_parts, is_expression, is_operand};
use crate::text::apply;

/// `c.replace-condition`: adds to the condition of an `#if` or `#elif`, or replaces it or a part of it. With `around`, the
/// condition may differ between versions: it is that of the code that it guards. Brackets are added where the precedence of
/// the operators needs them.
///
/// It refuses code that is under no condition, and needs expressions on one line. `#ifdef X` is `defined(X)`.
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
/// c.replace-condition: {find: defined(__sun), with: defined(__sun) || defined(__kestrel__)}
/// ```
/// ```diff
///  #if defined(__linux__)
///      n = 1;
/// -#elif defined(__sun) && X
/// +#elif (defined(__sun) || defined(__kestrel__)) && X
///      n = 2;
///  #endif
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("allOf" = [
    {"anyOf": [{"required": ["around"]}, {"required": ["find"]}]},
    {"oneOf": [{"required": ["or"]}, {"required": ["and"]}, {"required": ["with"]}]}
])))]
pub struct ReplaceCondition {
    /// The function; the whole file unless given.
    pub function: Option<Wanted>,
    /// Code that the condition guards: the innermost `#if` or `#elif` around it is changed. With `find`, the condition that
    /// has that in the innermost `#if`...`#endif` around it.
    pub around: Option<String>,
    /// A part of a condition: `defined(A)`. Or all of it with its directive: `#if defined(A)`, `#elif B`, `#ifdef C`.
    pub find: Option<String>,
    /// An expression that is added to the whole condition with `||`.
    pub or: Option<String>,
    /// An expression that is added to the whole condition with `&&`.
    pub and: Option<String>,
    /// What replaces `find`; without it, the whole condition.
    pub with: Option<String>,
    /// How many conditions match; with `with`, how many matches `find` has.
    #[serde(default)]
    pub count: Count,
}

/// A part of the condition of a directive.
#[derive(Clone, Copy, PartialEq)]
struct Part {
    directive: Span,
    /// In the expression of the condition.
    part: Span,
    /// In the file.
    place: Span,
}

impl ReplaceCondition {
    fn code(&self) -> &str {
        self.around.as_deref().or(self.find.as_deref()).unwrap_or_default()
    }

    /// The expression that is given, and the operator by which it is added.
    fn argument(&self) -> (&str, Option<&'static str>) {
        match (&self.or, &self.and) {
            (Some(or), _) => (or.trim(), Some("||")),
            (None, Some(and)) => (and.trim(), Some("&&")),
            (None, None) => (self.with.as_deref().unwrap_or_default().trim(), None),
        }
    }

    /// `find`, if it is a part of a condition and not a directive.
    fn part(&self) -> Option<&str> {
        self.find.as_deref().map(str::trim).filter(|find| !find.starts_with('#'))
    }

    /// The rewrites of a directive as a whole; none if it has what they make.
    fn rewrites(&self, text: &[u8], directive: Span) -> Option<Vec<Rewrite>> {
        let condition = Condition::of(text, directive)?;
        let (own, operator) = self.argument();
        Some(match operator {
            Some(operator) => condition.added(own, operator),
            None => condition.replaced(own),
        })
    }

    /// The directives around the matches of `around`: those of the innermost conditions, or of the innermost chains if the
    /// condition is named, too.
    fn guards(&self, file: &ParsedFile, around: &str, within: Span) -> Result<Vec<Span>, Failure> {
        let found = file.c().find_anchor(around.as_bytes(), within);
        let what = named_code(around, self.function.as_ref());
        if found.is_empty() {
            return Err(Miss::new(format!("{what} was not found"))
                .near(near_lines(file, around, &[]))
                .into());
        }
        let mut all: Vec<Span> = Vec::new();
        for code in found {
            let guards =
                |group: &&Conditional| group.branches.iter().any(|branch| branch.body.contains(code));
            let none = || Failure::refused(format!("{what} is under no condition"), code.start);
            let group = file.c().conditionals().iter().rfind(guards).ok_or_else(none)?;
            if self.find.is_some() {
                all.extend(group.branches.iter().map(|branch| branch.directive));
                continue;
            }
            let branch = group.branches.iter().find(|branch| branch.body.contains(code)).ok_or_else(none)?;
            if condition_parts(&file.bytes, branch.directive).is_none() {
                let why =
                    format!("{what} is under `{}`, which has no condition of its own", branch.condition);
                return Err(Failure::refused(why, branch.directive.start));
            }
            all.push(branch.directive);
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// Which of the directives `find` is, or becomes: a finished change has another directive.
    fn named(&self, text: &[u8], directives: Vec<Span>, find: &str) -> Vec<Span> {
        let find = format!("{}\n", find.trim());
        let rewrites = self.rewrites(find.as_bytes(), Span::new(0, find.len())).unwrap_or_default();
        let result = apply(find.as_bytes(), &rewrites).unwrap_or_default();
        let tokens = |text: &[u8], directive: Span| Condition::of(text, directive).map(|it| it.tokens());
        let wanted = [find.as_bytes(), &result].map(|code| tokens(code, Span::new(0, code.len())));
        let is_wanted = |one: &Span| {
            let own = tokens(text, *one);
            own.is_some() && wanted.contains(&own)
        };
        directives.into_iter().filter(is_wanted).collect()
    }

    /// Replaces a part of conditions.
    fn replaced(&self, site: &Site<'_>, directives: &[Span], find: &str, with: &str) -> Answer {
        let text = &site.file.bytes;
        let found = parts(text, directives, find);
        let mut done = parts(text, directives, with);
        let is_in = |inner: &Part, outer: &Part| {
            inner.directive == outer.directive && outer.part.contains(inner.part)
        };
        done.retain(|done| !found.iter().any(|found| found.part != done.part && is_in(done, found)));
        let mut open = found.clone();
        open.retain(|found| !done.iter().any(|done| is_in(found, done)));
        // In the chain around the code, another condition is the result.
        let are_proof = self.around.is_some() || shows_place(find, with);
        let places = |all: &[Part]| all.iter().map(|one| one.place).collect::<Vec<_>>();
        let results = Results { at: places(&done), are_proof };
        let near = || near_lines(site.file, find, &[]);
        // Which parts match; the rewrites of one of them may be several.
        let mark = |span: Span| Rewrite::insert(span.start, "");
        let what = format!("the condition {}", self.named_condition());
        let answer = match_count(&what, self.count.0, &places(&found), &results, mark, near)?;
        if let Resolution::Already(at) = answer {
            return Ok(Resolution::Already(at));
        }
        let mut rewrites = Vec::new();
        for directive in directives {
            let Some(condition) = Condition::of(text, *directive) else { continue };
            let own: Vec<Part> = open.iter().filter(|one| one.directive == *directive).copied().collect();
            let is_name = |one: &&Part| condition.is_defined_name(one.part);
            if let Some(name) = own.iter().find(is_name).filter(|_| !is_name_alone(with)) {
                let why = format!("`{find}` is the name in `defined({find})`: write `find: defined({find})`");
                return refused(why, name.place.start);
            }
            let own: Vec<Span> = own.iter().map(|one| one.part).collect();
            if !own.is_empty() {
                rewrites.extend(condition.replaced_parts(&own, with));
            }
        }
        change_at(places(&open), rewrites)
    }

    fn named_condition(&self) -> String {
        match (&self.around, &self.find) {
            (Some(around), None) => format!("around `{}`", one_line(around)),
            (Some(around), Some(find)) => format!("`{}` around `{}`", one_line(find), one_line(around)),
            (None, _) => format!("`{}`", one_line(self.code())),
        }
    }
}

/// Where conditions have an operand.
fn parts(text: &[u8], directives: &[Span], operand: &str) -> Vec<Part> {
    let of = |directive: Span| {
        let condition = Condition::of(text, directive);
        let all = condition.into_iter().flat_map(|condition| {
            let at = |part: Span| Part { directive, part, place: condition.place(part) };
            condition.find(operand).into_iter().map(at).collect::<Vec<_>>()
        });
        all.collect::<Vec<_>>()
    };
    directives.iter().copied().flat_map(of).collect()
}

fn is_name_alone(code: &str) -> bool {
    code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a new condition shows which one it replaced: `defined` alone is in many.
fn shows_place(find: &str, with: &str) -> bool {
    let names = |text: &str| text.replace("defined", "");
    proves(names(find).as_bytes(), names(with).as_bytes())
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
        ensure(self.around.is_some() || self.find.is_some(), "needs `around` or `find`")?;
        let around = self.around.as_deref().map(|around| ("around", around.as_bytes()));
        check_code(around.into_iter().chain(self.find.as_deref().map(|find| ("find", find.as_bytes()))))?;
        let is_condition = self.find.as_ref().is_none_or(|find| {
            let line = format!("{}\n", find.trim());
            condition_parts(line.as_bytes(), Span::new(0, line.len())).is_some() && line.starts_with('#')
                || is_expression(find.trim().as_bytes()) && is_operand(find.as_bytes())
        });
        let what = "needs a `find` that is a part of a condition, or a directive with one: `#if defined(A)`";
        ensure(is_condition, what)?;
        let given = [&self.or, &self.and, &self.with].into_iter().filter(|given| given.is_some()).count();
        ensure(given == 1, "needs one of `or`, `and` and `with`")?;
        let (own, operator) = self.argument();
        ensure(is_expression(own.as_bytes()), "needs an expression on one line, without `#`: `defined(A)`")?;
        let is_same = operator.is_none() && self.part() == Some(own);
        ensure(!is_same, "does nothing: `find` and `with` are the same")
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
        let around: Vec<&[u8]> = self.around.iter().map(String::as_bytes).collect();
        let within = scope_with(site, self.function.as_ref(), &around)?;
        let all = match &self.around {
            Some(around) => self.guards(file, around, within)?,
            None => {
                let branches = file.c().conditionals().iter().flat_map(|group| &group.branches);
                branches.map(|branch| branch.directive).filter(|one| within.contains(*one)).collect()
            }
        };
        let found = match (&self.find, self.part(), self.argument()) {
            (_, Some(part), (with, None)) => return self.replaced(site, &all, part, with),
            (_, Some(part), _) => {
                let mut found: Vec<Span> =
                    parts(text, &all, part).into_iter().map(|it| it.directive).collect();
                found.dedup();
                found
            }
            (Some(find), None, _) => self.named(text, all, find),
            (None, None, _) => all,
        };
        let what = format!("the condition {}", self.named_condition());
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
