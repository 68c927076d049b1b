//! `c.replace-condition`.

use super::code::{check_code, named_code, one_line, scope_with};
use super::condition::{Condition, KINDS};
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::value::Function as Wanted;
use crate::syntax::c::{
    Conditional, condition_parts, has_empty_condition, is_expression, is_long_expression, is_operand,
};
use crate::text::apply;

/// `c.replace-condition`: adds to the condition of an `#if` or `#elif`, or of an `if`, `while` or `for`; or replaces it or a part
/// of it. With `around`, the condition may differ between versions: it is that of the code that it guards. Brackets are added
/// where the precedence of the operators needs them.
///
/// It refuses code that is under no condition, and to add to a condition of a statement that directives divide. An `#if` needs
/// expressions on one line. `#ifdef X` is `defined(X)`.
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
/// ```yaml
/// file: Modules/socketmodule.c
/// within: {function: sock_close}
/// c.replace-condition: {find: if (res < 0), and: errno != ECONNRESET}
/// ```
/// ```diff
///  static void sock_close(int fd)
///  {
///      int res = close(fd);
/// -    if (res < 0) {
/// +    if (res < 0 && errno != ECONNRESET) {
///          set_error();
///      }
///  }
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
    /// Code that the condition guards: the innermost `#if` or `#elif` around it is changed, or with `of` the innermost statement of
    /// that kind. With `find`, the condition that has that in the innermost `#if`...`#endif` around it.
    pub around: Option<String>,
    /// A part of a condition: `defined(A)`. Or all of it with its directive or keyword: `#if defined(A)`, `#elif B`, `#ifdef C`,
    /// `if (a)`, `else if (b)`, `while (c)`, `for (i = 0; i < n; i++)`.
    pub find: Option<String>,
    /// What the condition is of, if several kinds have `find`, or with `around`: `#if`, `if`, `while` or `for`.
    #[cfg_attr(test, schemars(extend("enum" = ["#if", "if", "while", "for"])))]
    pub of: Option<String>,
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

/// A part of a condition.
#[derive(Clone, Copy, PartialEq)]
struct Part {
    /// The index of the condition.
    condition: usize,
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
            (None, None) => {
                let with = self.with.as_deref().unwrap_or_default().trim();
                // It may have the keyword of a statement, as `find` does.
                let written = Condition::written(with.as_bytes()).filter(|it| !it.is_directive());
                let own = written.and_then(|it| std::str::from_utf8(it.expression()).ok());
                (own.unwrap_or(with), None)
            }
        }
    }

    /// Whether `around` names a directive.
    fn is_of_directive(&self) -> bool {
        self.of.as_ref().is_none_or(|of| of == KINDS[0])
    }

    /// `find` on a line of its own.
    fn find_line(&self) -> Option<String> {
        self.find.as_deref().map(|find| format!("{}\n", find.trim()))
    }

    /// `find`, if it is a part of a condition, and neither a directive nor the head of a statement.
    fn part(&self) -> Option<&str> {
        let line = self.find_line()?;
        let is_part = !line.starts_with('#') && Condition::written(line.as_bytes()).is_none();
        self.find.as_deref().map(str::trim).filter(|_| is_part)
    }

    /// The rewrites of a condition as a whole; none if it has what they make.
    fn rewrites(&self, condition: &Condition<'_>) -> Vec<Rewrite> {
        let (own, operator) = self.argument();
        match operator {
            Some(operator) => condition.added(own, operator),
            None => condition.replaced(own),
        }
    }

    /// The conditions that may be changed, in order.
    fn conditions<'a>(&self, file: &'a ParsedFile, scope: Span) -> Vec<Condition<'a>> {
        let text = &file.bytes;
        let (find, of) = (self.find.as_deref().unwrap_or_default().trim(), self.of.as_deref());
        let is_directive = find.starts_with('#');
        let is_head = !is_directive && self.part().is_none();
        let mut all = Vec::new();
        if !is_head && of.is_none_or(|of| of == KINDS[0]) {
            let branches = file.c().conditionals().iter().flat_map(|group| &group.branches);
            let directives = branches.map(|branch| branch.directive).filter(|one| scope.contains(*one));
            all.extend(directives.filter_map(|directive| Condition::of(text, directive)));
        }
        if !is_directive && of != Some(KINDS[0]) {
            let guards = file.c().guards(scope);
            let own = guards.iter().map(|guard| Condition::of_statement(text, guard));
            all.extend(own.filter(|one| of.is_none_or(|of| of == one.kind)));
        }
        all.sort_by_key(|one| one.whole.start);
        all
    }

    /// The conditions around the matches of `around`: those of the innermost directives, or of the innermost chains if the
    /// condition is named, too.
    fn guards<'a>(
        &self,
        file: &'a ParsedFile,
        around: &str,
        within: Span,
    ) -> Result<Vec<Condition<'a>>, Failure> {
        let found = file.c().find_anchor(around.as_bytes(), within);
        let what = named_code(around, self.function.as_ref());
        if found.is_empty() {
            return Err(Miss::new(format!("{what} was not found"))
                .near(near_lines(file, around, &[]))
                .into());
        }
        if let Some(kind) = self.of.as_deref().filter(|of| *of != KINDS[0]) {
            return self.statements_around(file, &found, &what, kind);
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
        Ok(all.into_iter().filter_map(|directive| Condition::of(&file.bytes, directive)).collect())
    }

    /// The conditions of the innermost statements of a kind around some code.
    fn statements_around<'a>(
        &self,
        file: &'a ParsedFile,
        found: &[Span],
        what: &str,
        kind: &str,
    ) -> Result<Vec<Condition<'a>>, Failure> {
        let mut all: Vec<Condition<'a>> = Vec::new();
        for code in found {
            let none = || Failure::refused(format!("{what} is in no `{kind}`"), code.start);
            let (guard, is_else) = file.c().guard_around(*code, kind.as_bytes()).ok_or_else(none)?;
            if is_else {
                let why = format!("{what} is in an `else`, which has no condition of its own");
                return Err(Failure::refused(why, code.start));
            }
            if guard.parts.expression.is_empty() {
                let why = format!("{what} is in a `{kind}` without a condition: use `c.replace`");
                return Err(Failure::refused(why, guard.head.start));
            }
            let condition = Condition::of_statement(&file.bytes, &guard);
            if all.iter().all(|known| known.whole != condition.whole) {
                all.push(condition);
            }
        }
        Ok(all)
    }

    /// Which of the conditions `find` is all of, or what it becomes: a finished change has another condition.
    fn named(&self, all: &[Condition<'_>], find: &str) -> Vec<usize> {
        let Some(wanted) = Condition::written(find.as_bytes()) else { return Vec::new() };
        let result = apply(find.as_bytes(), &self.rewrites(&wanted)).unwrap_or_default();
        let done = Condition::written(&result);
        let is_else = find.trim_start().starts_with("else");
        let is_wanted = |index: &usize| {
            let one = &all[*index];
            let is_same = |wanted: &Condition<'_>| {
                one.is_directive() == wanted.is_directive() && one.tokens() == wanted.tokens()
            };
            (one.follows_else || !is_else) && (is_same(&wanted) || done.as_ref().is_some_and(is_same))
        };
        (0..all.len()).filter(is_wanted).collect()
    }

    /// Checks that a condition that is found can be changed.
    fn check_found(&self, condition: &Condition<'_>, is_whole: bool) -> Result<(), Failure> {
        let at = condition.whole.start;
        if is_whole && condition.is_divided() {
            let why = "directives divide the condition: replace a part of it, with `find` and `with`";
            return Err(Failure::refused(why, at));
        }
        if condition.is_directive() && !is_expression(self.argument().0.as_bytes()) {
            return Err(Failure::refused("an `#if` needs an expression on one line, without `#`", at));
        }
        Ok(())
    }

    /// The answer if several kinds of conditions match: how to choose one.
    fn chosen(&self, answer: Answer, all: &[Condition<'_>]) -> Answer {
        let Err(Failure::Ambiguous { what, at, help }) = answer else { return answer };
        let is_found = |one: &&Condition<'_>| at.iter().any(|at| one.whole.contains(Span::at(*at)));
        let kinds: Vec<&str> =
            KINDS.into_iter().filter(|kind| all.iter().filter(is_found).any(|it| it.kind == *kind)).collect();
        let help = match kinds[..] {
            [first, second, ..] => Some(format!("write `of: '{first}'` or `of: {second}`")),
            _ => help,
        };
        Err(Failure::Ambiguous { what, at, help })
    }

    /// Replaces a part of conditions.
    fn replaced(&self, site: &Site<'_>, all: &[Condition<'_>], find: &str, with: &str) -> Answer {
        let found = parts(all, find);
        let mut done = parts(all, with);
        let is_in = |inner: &Part, outer: &Part| {
            inner.condition == outer.condition && outer.part.contains(inner.part)
        };
        done.retain(|done| !found.iter().any(|found| found.part != done.part && is_in(done, found)));
        let mut open = found.clone();
        open.retain(|found| !done.iter().any(|done| is_in(found, done)));
        // In the chain around the code, another condition is the result.
        let places = |all: &[Part]| all.iter().map(|one| one.place).collect::<Vec<_>>();
        let (old, new) = (find.as_bytes(), with.as_bytes());
        let results = match self.around {
            Some(_) => Results::proof(places(&done)),
            None => results((site.file, site.scope), (old, new), &places(&found), places(&done)),
        };
        let near = || self.near(site.file, all, find);
        // Which parts match; the rewrites of one of them may be several.
        let mark = |span: Span| Rewrite::insert(span.start, "");
        let what = format!("the condition {}", self.named_condition());
        let answer = match_count(&what, self.count.0, &places(&found), &results, mark, near);
        if let Resolution::Already(at) = self.chosen(answer, all)? {
            return Ok(Resolution::Already(at));
        }
        let mut rewrites = Vec::new();
        for (index, condition) in all.iter().enumerate() {
            let own: Vec<Part> = open.iter().filter(|one| one.condition == index).copied().collect();
            if own.is_empty() {
                continue;
            }
            self.check_found(condition, false)?;
            let is_name = |one: &&Part| condition.is_defined_name(one.part);
            if let Some(name) = own.iter().find(is_name).filter(|_| !is_name_alone(with)) {
                let why = format!("`{find}` is the name in `defined({find})`: write `find: defined({find})`");
                return refused(why, name.place.start);
            }
            if let Some(part) = own.iter().find(|one| condition.would_be_arguments(one.part, with)) {
                let why = format!(
                    "`{with}` would be several arguments there: write it in brackets, or use `c.replace-argument`"
                );
                return refused(why, part.place.start);
            }
            let own: Vec<Span> = own.iter().map(|one| one.part).collect();
            rewrites.extend(condition.replaced_parts(&own, with));
        }
        change_at(places(&open), rewrites)
    }

    /// The lines and conditions that resemble the missing one.
    fn near(&self, file: &ParsedFile, all: &[Condition<'_>], code: &str) -> Vec<usize> {
        let mut near = near_lines(file, code, &[]);
        let named = all.iter().map(|it| (it.whole.start, String::from_utf8_lossy(it.expression())));
        near.extend(nearest(code, named));
        near
    }

    fn named_condition(&self) -> String {
        match (&self.around, &self.find) {
            (Some(around), None) => format!("around `{}`", one_line(around)),
            (Some(around), Some(find)) => format!("`{}` around `{}`", one_line(find), one_line(around)),
            (None, _) => format!("`{}`", one_line(self.code())),
        }
    }

    /// Checks `find` and what is given for it.
    fn check_find(&self, find: &str) -> Result<(), String> {
        let is_part = is_long_expression(find.as_bytes()) && is_operand(find.as_bytes());
        let line = format!("{find}\n");
        let with = self.with.as_deref().unwrap_or_default().trim();
        let with = Condition::written(with.as_bytes()).filter(|with| !with.is_directive());
        let keyword = "has a `with` whose keyword is not that of `find`: write the condition alone";
        let Some(written) = Condition::written(line.as_bytes()) else {
            let what = "needs a `find` that is a part of a condition, or all of one with its directive or keyword: \
                        `#if defined(A)`, `if (a)`";
            ensure(
                !has_empty_condition(find.as_bytes()),
                "has a `find` without a condition: use `c.replace`",
            )?;
            ensure(is_part && !find.starts_with('#'), what)?;
            return ensure(with.is_none(), keyword);
        };
        let is_of_kind = self.of.as_ref().is_none_or(|of| *of == written.kind);
        ensure(is_of_kind, "has a `find` that is not a condition of `of`")?;
        let is_around = self.around.is_none() || written.is_directive() == self.is_of_directive();
        ensure(is_around, "has an `around`, which names an `#if` unless `of` is given")?;
        let is_same = with.is_none_or(|with| !written.is_directive() && with.frame() == written.frame());
        ensure(is_same, keyword)
    }
}

/// Where conditions have an operand.
fn parts(all: &[Condition<'_>], operand: &str) -> Vec<Part> {
    let of = |(index, condition): (usize, &Condition<'_>)| {
        let at = |part: Span| Part { condition: index, part, place: condition.place(part) };
        condition.find(operand).into_iter().map(at).collect::<Vec<_>>()
    };
    all.iter().enumerate().flat_map(of).collect()
}

fn is_name_alone(code: &str) -> bool {
    code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl Operate for ReplaceCondition {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Code {
            function: self.function.clone(),
            code: Some(self.code().to_owned()),
            count: Some(self.count.0),
        })
        .compared(if self.find.is_none() && self.with.is_some() {
            Compared::Value
        } else {
            Compared::Nothing
        })
        .label(one_line(self.code()))
        .within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(self.around.is_some() || self.find.is_some(), "needs `around` or `find`")?;
        let around = self.around.as_deref().map(|around| ("around", around.as_bytes()));
        check_code(around.into_iter().chain(self.find.as_deref().map(|find| ("find", find.as_bytes()))))?;
        let is_kind = self.of.as_ref().is_none_or(|of| KINDS.contains(&of.as_str()));
        ensure(is_kind, "has an `of` that is not `#if`, `if`, `while` or `for`")?;
        let given = [&self.or, &self.and, &self.with].into_iter().filter(|given| given.is_some()).count();
        ensure(given == 1, "needs one of `or`, `and` and `with`")?;
        self.find.as_deref().map_or(Ok(()), |find| self.check_find(find.trim()))?;
        let (own, operator) = self.argument();
        let is_directive = self.around.is_some() && self.is_of_directive()
            || self.find.as_ref().is_some_and(|it| it.trim().starts_with('#'));
        let is_valid = if is_directive { is_expression } else { is_long_expression };
        let place = if is_directive { " on one line, without `#`: `defined(A)`" } else { ": `a > 0`" };
        let is_valid = is_valid(own.as_bytes()) && is_operand(own.as_bytes());
        ensure(is_valid, &format!("needs an expression{place}"))?;
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
        let file = site.file;
        let around: Vec<&[u8]> = self.around.iter().map(String::as_bytes).collect();
        let within = scope_with(site, self.function.as_ref(), &around)?;
        let all = match &self.around {
            Some(around) => self.guards(file, around, within)?,
            None => self.conditions(file, within),
        };
        let found: Vec<usize> = match (self.find_line(), self.part(), self.argument()) {
            (_, Some(part), (with, None)) => return self.replaced(site, &all, part, with),
            (_, Some(part), _) => {
                let mut found: Vec<usize> = parts(&all, part).into_iter().map(|it| it.condition).collect();
                found.dedup();
                found
            }
            (Some(find), None, _) => self.named(&all, &find),
            (None, None, _) => (0..all.len()).collect(),
        };
        let what = format!("the condition {}", self.named_condition());
        let is_done = |index: &usize| self.rewrites(&all[*index]).is_empty();
        let (done, open): (Vec<usize>, Vec<usize>) = found.iter().copied().partition(is_done);
        let places = |found: &[usize]| found.iter().map(|index| all[*index].whole).collect::<Vec<_>>();
        // Which conditions match; the rewrites of one of them are several.
        let answer = match_count(
            &what,
            self.count.0,
            &places(&found),
            &Results::proof(places(&done)),
            |span| Rewrite::insert(span.start, ""),
            || self.near(file, &all, self.code()),
        );
        match self.chosen(answer, &all)? {
            Resolution::Already(at) => Ok(Resolution::Already(at)),
            Resolution::Change { .. } => {
                let open: Vec<&Condition<'_>> = open.into_iter().map(|index| &all[index]).collect();
                open.iter().try_for_each(|condition| self.check_found(condition, true))?;
                let rewrites = open.iter().flat_map(|condition| self.rewrites(condition)).collect();
                change_at(open.iter().map(|condition| condition.whole).collect(), rewrites)
            }
        }
    }
}
