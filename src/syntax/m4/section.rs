//! Finds sections, which are what configure does between `checking for X...` and its result; cases, branches and calls.

use super::file::{Block, Branch, Call, Case, M4File};
use super::shell::trimmed;
use crate::text::{Span, find_tokens, tokens};

impl M4File {
    /// The sections in `outer` whose label is `name`, or else has it: from the AC_MSG_CHECKING or AC_CACHE_CHECK with that label
    /// through its last AC_MSG_RESULT, or up to the next section if it has none.
    pub fn sections(&self, name: &str, outer: Span) -> Vec<Span> {
        let labelled = |wanted: &dyn Fn(Span) -> bool| -> Vec<Span> {
            let starts = self.calls().iter().filter(|call| is_start(&self.code, call));
            let starts = starts.filter(|call| outer.contains(call.span));
            let mut found: Vec<Span> = starts
                .filter(|call| call.arguments.first().is_some_and(|label| wanted(self.unquoted(*label))))
                .filter_map(|call| self.section(call))
                .filter(|section| outer.contains(*section))
                .collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let exact = labelled(&|label| self.is(label, name.as_bytes()));
        if !exact.is_empty() {
            return exact;
        }
        labelled(&|label| {
            let text = label.of(&self.code);
            !find_tokens(text, name.as_bytes(), Span::new(0, text.len())).is_empty()
        })
    }

    /// The label, without quotes, of the last section that begins before a span and has it.
    pub fn section_at(&self, span: Span) -> Option<Span> {
        let starts = self.calls().iter().filter(|call| call.span.start <= span.start);
        let starts = starts.filter(|call| is_start(&self.code, call));
        let around = starts.filter(|call| self.section(call).is_some_and(|section| section.contains(span)));
        let label = around.max_by_key(|call| call.span.start)?.arguments.first()?;
        Some(self.unquoted(*label))
    }

    /// Every `case` and `AS_CASE` of `subject` in `outer`. Double quotes around the subject do not matter.
    pub fn find_cases(&self, subject: &str, outer: Span) -> Vec<&Case> {
        let subject = without_double_quotes(subject.trim().as_bytes());
        let is_called = |case: &Span| {
            let own = without_double_quotes(case.of(&self.code).trim_ascii());
            words(own).eq(words(subject))
        };
        let cases = self.cases().iter().filter(|case| outer.contains(case.span));
        cases.filter(|case| is_called(&self.unquoted(case.subject))).collect()
    }

    /// The branches in `outer` that have `pattern`, alone or in a list, with their cases. In a case only its own ones.
    pub fn find_branches(&self, pattern: &str, outer: Span) -> Vec<(&Case, &Branch)> {
        let is_own = |case: &&Case| outer.contains(case.span);
        let whole = self.cases().iter().find(|case| case.span == outer);
        let cases: Vec<&Case> = match whole {
            Some(case) => vec![case],
            None => self.cases().iter().filter(is_own).collect(),
        };
        let all = cases.into_iter().flat_map(|case| case.branches.iter().map(move |branch| (case, branch)));
        all.filter(|(_, branch)| self.has_pattern(branch, pattern)).collect()
    }

    /// Whether a branch has `pattern`, alone or in a list. The default of an `AS_CASE` is `*`.
    fn has_pattern(&self, branch: &Branch, pattern: &str) -> bool {
        let Some(own) = branch.pattern else { return pattern.trim() == "*" };
        self.is(own, pattern.as_bytes())
            || self.alternatives(own).into_iter().any(|one| self.is(one, pattern.as_bytes()))
    }

    /// The patterns of a list `A|B`.
    pub fn alternatives(&self, list: Span) -> Vec<Span> {
        let bars = memchr::memchr_iter(b'|', list.of(&self.code)).map(|at| list.start + at);
        let mut start = list.start;
        let mut found = Vec::new();
        for end in bars.chain([list.end]) {
            found.push(trimmed(&self.code, Span::new(start, end)));
            start = end + 1;
        }
        found
    }

    /// The calls of a macro in `outer`: with this first argument if one is given, or else with one that begins with it.
    pub fn find_calls(&self, name: &str, first: Option<&str>, outer: Span) -> Vec<&Call> {
        let is_called = |call: &&Call| call.name.of(&self.code) == name.trim().as_bytes();
        let calls = self.calls().iter().filter(|call| outer.contains(call.span)).filter(is_called);
        let Some(first) = first else { return calls.collect() };
        let with = |wanted: &dyn Fn(Span) -> bool| -> Vec<&Call> {
            let has = |call: &&Call| call.arguments.first().is_some_and(|own| wanted(*own));
            calls.clone().filter(has).collect()
        };
        let exact = with(&|own| self.is(own, first.as_bytes()));
        if !exact.is_empty() {
            return exact;
        }
        with(&|own| {
            let own = self.unquoted(own);
            let mut own = words(own.of(&self.code));
            words(first.as_bytes()).filter(|word| *word != b"[").all(|word| own.next() == Some(word))
        })
    }

    /// The section that begins with `start`.
    fn section(&self, start: &Call) -> Option<Span> {
        let (block, first) = self.statements(start.span)?;
        let Block { statements, .. } = block;
        let from = statements.iter().position(|statement| statement.start == first.start)?;
        let has = |statement: &Span, is_wanted: &dyn Fn(&Call) -> bool| {
            self.calls().iter().any(|call| statement.contains(call.span) && is_wanted(call))
        };
        let is_next = |statement: &Span| has(statement, &|call| is_start(&self.code, call));
        let next = statements[from + 1..].iter().position(is_next);
        let all = &statements[from..next.map_or(statements.len(), |next| from + 1 + next)];
        let is_result = |call: &Call| call.name.of(&self.code) == b"AC_MSG_RESULT";
        let last = match all.iter().rposition(|statement| has(statement, &is_result)) {
            // The label and the result may be in one statement, as in AC_ARG_WITH.
            Some(last) if last > 0 || !is_whole(&self.code, start) => all[last],
            _ => *all.last()?,
        };
        Some(Span::new(first.start, last.end))
    }
}

fn is_start(code: &[u8], call: &Call) -> bool {
    matches!(call.name.of(code), b"AC_MSG_CHECKING") || is_whole(code, call)
}

/// Whether a macro prints the result itself.
fn is_whole(code: &[u8], call: &Call) -> bool {
    matches!(call.name.of(code), b"AC_CACHE_CHECK" | b"AC_CACHE_VAL")
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    tokens(text, Span::new(0, text.len())).into_iter().map(|token| token.of(text))
}

fn without_double_quotes(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text)
}
