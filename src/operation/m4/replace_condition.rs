//! `m4.replace-condition`.

use super::branch::patterns_near;
use super::statements::{Statements, check_code, check_replacement};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::Units;
use crate::syntax::m4::{Dialect, M4File};

arguments! {
    /// `m4.replace-condition`: replaces a pattern of a `case`, or a part of the condition of an `if`, a loop or AS_IF; or adds to it.
    ///
    /// It refuses `and` with a pattern of a `case`.
    ///
    /// ```yaml
    /// file: configure.ac
    /// within: {section: LINKFORSHARED}
    /// m4.replace-condition: {find: 'GNU*', or: 'Kestrel*'}
    /// ```
    /// ```diff
    ///  AC_MSG_CHECKING([LINKFORSHARED])
    ///  case $ac_sys_system in
    /// -  Linux*|GNU*) LINKFORSHARED="-Xlinker";;
    /// +  Linux*|GNU*|Kestrel*) LINKFORSHARED="-Xlinker";;
    ///  esac
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.replace-condition: {find: 'test "$GCC" = "yes"', and: 'test "$host" != kestrel'}
    /// ```
    /// ```diff
    /// -if test "$GCC" = "yes"; then
    /// +if test "$GCC" = "yes" && test "$host" != kestrel; then
    ///    OPT=-O3
    ///  fi
    /// ```
    one_of(with, or, and)
    pub struct ReplaceCondition {
        /// A pattern of a branch: all of its list, or one of it. Or commands of a condition, or a part of one, or all of it with
        /// its keyword: `if test a; then`.
        find: String; not_empty,
        /// What replaces it.
        with: Option<String>,
        /// Patterns that the branch gets, or commands one of which is enough.
        or: Option<String>,
        /// Commands that must succeed, too.
        and: Option<String>,
        /// How many matches it has.
        count: Count,
    }
}

/// What is looked for in conditions.
struct Find<'a> {
    /// The keyword, if all of the condition is given.
    keyword: Option<&'a str>,
    code: &'a str,
}

/// Code without the keywords of its condition.
fn parsed(code: &str) -> Find<'_> {
    let code = code.trim();
    for (keyword, end) in [("if", "then"), ("elif", "then"), ("while", "do"), ("until", "do")] {
        let rest = code.strip_prefix(keyword).filter(|rest| rest.starts_with(char::is_whitespace));
        if let Some(rest) = rest {
            let bare = rest.strip_suffix(end).filter(|rest| rest.ends_with([' ', '\t', '\n', ';']));
            let bare = bare.unwrap_or(rest).trim();
            let bare = bare.strip_suffix(';').unwrap_or(bare).trim();
            return Find { keyword: Some(keyword), code: bare };
        }
    }
    Find { keyword: None, code }
}

/// What a match becomes.
#[derive(Clone, Copy)]
enum Become<'a> {
    With(&'a str),
    Or(&'a str),
    And(&'a str),
}

impl ReplaceCondition {
    fn becomes(&self) -> Become<'_> {
        match (&self.with, &self.or, &self.and) {
            (Some(with), _, _) => Become::With(parsed(with).code),
            (None, Some(or), _) => Become::Or(or.trim()),
            (None, None, and) => Become::And(and.as_deref().unwrap_or_default().trim()),
        }
    }

    fn named(&self) -> String {
        format!("the condition `{}`", self.find.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The answer for the lists of patterns that have it.
    fn in_patterns(&self, site: &Site<'_>, lists: &[Span]) -> Answer {
        let (file, m4) = (site.file, site.file.m4());
        let one = |list: Span| {
            let mut alternatives = m4.alternatives(list).into_iter();
            let is_all = m4.is(list, self.find.as_bytes());
            if is_all {
                list
            } else {
                alternatives.find(|one| m4.is(*one, self.find.as_bytes())).unwrap_or(list)
            }
        };
        let has = |list: &Span, pattern: &str| {
            m4.is(*list, pattern.as_bytes())
                || m4.alternatives(*list).iter().any(|one| m4.is(*one, pattern.as_bytes()))
        };
        let name = self.named();
        match self.becomes() {
            Become::And(_) => refused("a pattern cannot have an `and`", lists[0].start),
            Become::Or(or) => {
                let is_done = |list: &&Span| or.split('|').all(|pattern| has(list, pattern)) || has(list, or);
                let done = lists.iter().filter(is_done).copied().collect();
                let add = |list: Span| {
                    let bar = if memchr::memmem::find(list.of(&file.bytes), b" | ").is_some() {
                        " | "
                    } else {
                        "|"
                    };
                    Rewrite::insert(list.end, format!("{bar}{or}"))
                };
                match_count(&name, self.count.0, lists, &Results::proof(done), add, Vec::new)
            }
            Become::With(with) => {
                // A list that still has the pattern is finished only if the new patterns have it, too.
                let keeps = with.split('|').any(|pattern| pattern.trim() == self.find.trim());
                let is_done = |list: &&Span| keeps && with.split('|').all(|pattern| has(list, pattern));
                let done = lists.iter().filter(is_done).copied().collect();
                let results = Results { at: done, are_proof: keeps };
                let replace = |list: Span| Rewrite::replace(one(list), with);
                match_count(&name, self.count.0, lists, &results, replace, Vec::new)
            }
        }
    }

    /// The answer for conditions.
    fn in_conditions(&self, site: &Site<'_>) -> Answer {
        let (file, m4) = (site.file, site.file.m4());
        let around = |span: &Span| {
            let all = m4.conditions().iter().map(|condition| condition.span);
            all.filter(|condition| condition.contains(*span)).min_by_key(|condition| condition.len())
        };
        let find = parsed(&self.find);
        // A whole condition begins with its code; one that was added to, goes on after it.
        let is_added = |condition: Span| match self.becomes() {
            Become::With(_) => false,
            Become::Or(text) | Become::And(text) => !m4.find_code(text.as_bytes(), condition).is_empty(),
        };
        let is_own = |span: Span, condition: Span| {
            find.keyword.is_none_or(|keyword| {
                m4.code()[..condition.start].trim_ascii_end().ends_with(keyword.as_bytes())
                    && span.start == condition.start
                    && (span.end == condition.end || is_added(condition))
            })
        };
        let mut matches = Statements.find(file, find.code.as_bytes(), site.scope);
        matches.retain(|span| around(span).is_some_and(|condition| is_own(*span, condition)));
        let near = || {
            let mut near = patterns_near(m4, &self.find, site.scope);
            near.extend(near_lines(file, &self.find, &[]));
            near
        };
        let (operator, other, text) = match self.becomes() {
            Become::With(with) => {
                let mut done = Statements.find_result(file, with.as_bytes(), site.scope);
                done.retain(|span| around(span).is_some() || self.is_pattern(m4, *span));
                done.retain(|d| !matches.iter().any(|m| m.contains(*d) && m != d));
                let results =
                    results((file, site.scope), (find.code.as_bytes(), with.as_bytes()), &matches, done);
                let replace = |span: Span| Rewrite::replace(span, with);
                return match_count(&self.named(), self.count.0, &matches, &results, replace, near);
            }
            Become::Or(text) => ("||", "&&", text),
            Become::And(text) => ("&&", "||", text),
        };
        let mut conditions: Vec<Span> = matches.iter().filter_map(around).collect();
        conditions.dedup();
        let has_several = |condition: &&Span| {
            let parsed = m4.parse_like(condition.of(&file.bytes));
            parsed.blocks().last().is_some_and(|block| block.statements.len() > 1)
        };
        if let Some(condition) = conditions.iter().find(has_several) {
            let why = "the condition has several commands, of which the last one counts: write `with`";
            return refused(why, condition.start);
        }
        let is_done = |condition: &&Span| !m4.find_code(text.as_bytes(), **condition).is_empty();
        let done = conditions.iter().filter(is_done).copied().collect();
        // Both operators have the same precedence in the shell.
        let text = if text.contains(other) { format!("{{ {text}; }}") } else { text.to_owned() };
        let add = |condition: Span| Rewrite::insert(condition.end, format!(" {operator} {text}"));
        match_count(&self.named(), self.count.0, &conditions, &Results::proof(done), add, near)
    }

    /// Whether a span is part of the patterns of a branch.
    fn is_pattern(&self, m4: &M4File, span: Span) -> bool {
        let mut branches = m4.cases().iter().flat_map(|case| &case.branches);
        branches.any(|branch| branch.pattern.is_some_and(|pattern| pattern.contains(span)))
    }
}

impl ReplaceCondition {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, _texts: &Texts, dialect: Dialect) -> Result<(), String> {
        ensure(!parsed(&self.find).code.is_empty(), "has an empty anchor")?;
        let given = [&self.with, &self.or, &self.and].into_iter().flatten();
        ensure(given.clone().count() == 1, "needs one of `with`, `or` and `and`")?;
        ensure(given.clone().all(|text| !text.trim().is_empty()), "has an empty condition")?;
        let keyword = self.with.as_ref().and_then(|with| parsed(with).keyword);
        let is_same = keyword.is_none_or(|own| parsed(&self.find).keyword == Some(own));
        ensure(is_same, "has a keyword in `with` that `find` has not")?;
        match &self.with {
            Some(with) => check_replacement(&self.find, with.as_bytes(), dialect),
            None => given.into_iter().try_for_each(|text| check_code(text.as_bytes(), dialect)),
        }
    }
}

impl Operate for ReplaceCondition {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let m4 = site.file.m4();
        let mut found = m4.find_branches(&self.find, site.scope);
        if let Become::Or(or) = self.becomes() {
            // What a whole list becomes.
            found.extend(m4.find_branches(&format!("{}|{or}", self.find.trim()), site.scope));
        }
        let mut lists: Vec<Span> = found.iter().filter_map(|(_, branch)| branch.pattern).collect();
        lists.sort_unstable();
        lists.dedup();
        if lists.is_empty() { self.in_conditions(site) } else { self.in_patterns(site, &lists) }
    }
}
