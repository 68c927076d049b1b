//! How the branches of a `case` are written.

use super::statements::Statements;
use crate::operation::lines::{indentation, leading_blanks};
use crate::operation::parsed::ParsedFile;
use crate::operation::prelude::*;
use crate::operation::unit::{Units, with_comments};
use crate::syntax::m4::{Branch, Case, M4File, Spelling};
use crate::text::{line_bounds, line_from};

/// Where patterns are that resemble one that was not found.
pub(super) fn patterns_near(m4: &M4File, wanted: &str, scope: Span) -> Vec<usize> {
    let cases = m4.cases().iter().filter(|case| scope.contains(case.span));
    let patterns = cases.flat_map(|case| case.branches.iter().filter_map(|branch| branch.pattern));
    let named = patterns.map(|pattern| (pattern.start, String::from_utf8_lossy(pattern.of(m4.code()))));
    nearest(wanted, named)
}

/// How a branch next to `neighbour` is written.
pub(super) struct Layout<'a> {
    file: &'a ParsedFile,
    case: &'a Case,
    neighbour: &'a Branch,
}

impl<'a> Layout<'a> {
    pub fn new(file: &'a ParsedFile, case: &'a Case, neighbour: &'a Branch) -> Layout<'a> {
        Layout { file, case, neighbour }
    }

    /// What adds a branch before or after the neighbour.
    pub fn add(&self, pattern: &str, text: &[u8], after: bool) -> Vec<Rewrite> {
        match self.case.spelling {
            Spelling::Shell => self.add_to_shell(pattern, text, after),
            Spelling::Macro => self.add_to_macro(pattern, text, after),
        }
    }

    fn text(&self) -> &'a [u8] {
        &self.file.bytes
    }

    /// Whether the neighbour begins its line.
    fn begins_line(&self) -> bool {
        let start = self.neighbour.span.start;
        Span::new(line_bounds(self.text(), start).start, start).of(self.text()).trim_ascii().is_empty()
    }

    /// The line of the neighbour, above its comments.
    fn line_before(&self) -> usize {
        let line = line_bounds(self.text(), self.neighbour.span.start).start;
        with_comments(&Statements, self.file, Span::new(line, self.neighbour.span.end)).start
    }

    /// The branches of the case, the neighbour first.
    fn examples(&self) -> impl Iterator<Item = &'a Branch> {
        let others = self.case.branches.iter().filter(|branch| branch.span != self.neighbour.span);
        [self.neighbour].into_iter().chain(others)
    }

    fn is_one_line(&self, branch: &Branch) -> bool {
        !branch.span.of(self.text()).contains(&b'\n')
    }

    /// The first line of code of a body.
    fn body_margin(&self, branch: &Branch) -> Option<Vec<u8>> {
        let code = branch.body.of(self.file.m4().code());
        let first = code.len() - code.trim_ascii_start().len();
        (first < code.len() && code[..first].contains(&b'\n'))
            .then(|| indentation(self.text(), branch.body.start + first).to_vec())
    }

    /// The indentation of statements in a branch that has several lines.
    fn inner_margin(&self) -> Vec<u8> {
        let margin = indentation(self.text(), self.neighbour.span.start);
        let known = self.examples().find_map(|branch| self.body_margin(branch));
        let step: &[u8] = if margin.starts_with(b"\t") { b"\t" } else { b"  " };
        known.unwrap_or_else(|| [margin, step].concat())
    }

    /// What separates a pattern from statements in its line: what the neighbour has, or as many blanks as put the
    /// statements at the column of the neighbour's.
    fn gap(&self, pattern: &str, gap: &[u8], old: &[u8]) -> Vec<u8> {
        let blanks = gap.iter().rev().skip_while(|b| **b == b'[').take_while(|b| **b == b' ').count();
        if blanks <= 1 || gap.contains(&b'\n') {
            return gap.to_vec();
        }
        let (before, after) = gap.split_at(gap.iter().position(|b| *b == b' ').unwrap_or(0));
        let width = (old.len() + blanks).saturating_sub(pattern.len()).max(1);
        [before, &b" ".repeat(width)[..], after.trim_ascii_start()].concat()
    }

    fn add_to_shell(&self, pattern: &str, text: &[u8], after: bool) -> Vec<Rewrite> {
        let (file, branch) = (self.text(), self.neighbour);
        let ending = line_ending(file);
        if !self.begins_line() {
            let one = Statements.indented(self.file, text, b"");
            let one = [pattern.as_bytes(), b") ", one.trim_ascii_end(), b";;"].concat();
            if !after {
                return vec![Rewrite::insert(branch.span.start, [&one[..], b" "].concat())];
            }
            let supplied: &[u8] = if branch.end.is_none() { b";; " } else { b" " };
            return vec![Rewrite::replace(self.last_sign(), [supplied, &one].concat())];
        }
        let lines = self.shell_lines(pattern, text);
        if !after {
            return vec![insert_lines(file, self.line_before(), &lines)];
        }
        match branch.end {
            Some(end) if self.ends_line(end.end) => {
                vec![insert_lines(file, line_from(file, end.end).end, &lines)]
            }
            Some(end) => vec![Rewrite::insert(end.end, [ending, lines.trim_ascii_end()].concat())],
            None => {
                let supplied = [&self.terminator()[..], ending, lines.trim_ascii_end()].concat();
                vec![Rewrite::replace(self.last_sign(), supplied)]
            }
        }
    }

    /// Where a missing `;;` is put: at the end of the neighbour, in place of its `;`.
    fn last_sign(&self) -> Span {
        let Branch { span, end, .. } = self.neighbour;
        let has_sign = end.is_none() && span.of(self.text()).ends_with(b";");
        Span::new(span.end - usize::from(has_sign), span.end)
    }

    /// Whether no code follows in the line.
    fn ends_line(&self, at: usize) -> bool {
        line_from(self.file.m4().code(), at).of(self.file.m4().code()).trim_ascii().is_empty()
    }

    /// The `;;` with what is before it, as another branch of several lines has it.
    fn terminator(&self) -> Vec<u8> {
        let ended = |branch: &&Branch| branch.end.is_some() && !self.is_one_line(branch);
        let example =
            self.examples().find(ended).or_else(|| self.examples().find(|branch| branch.end.is_some()));
        let Some((branch, end)) = example.and_then(|branch| branch.end.map(|end| (branch, end))) else {
            return b" ;;".to_vec();
        };
        let body = branch.body.of(self.text());
        let blanks = &body[body.trim_ascii_end().len()..];
        if blanks.contains(&b'\n') {
            let margin = indentation(self.text(), end.start);
            [line_ending(self.text()), margin, b";;"].concat()
        } else {
            [blanks, b";;"].concat()
        }
    }

    /// A branch as whole lines.
    fn shell_lines(&self, pattern: &str, text: &[u8]) -> Vec<u8> {
        let (file, branch) = (self.text(), self.neighbour);
        let margin = indentation(file, branch.span.start);
        let ending = line_ending(file);
        let is_short = !text.trim_ascii().contains(&b'\n');
        let head = [margin, pattern.as_bytes(), b")"].concat();
        let body = branch.body.of(file);
        if is_short && (self.is_one_line(branch) || text.trim_ascii().is_empty()) {
            let blanks = leading_blanks(body);
            let old = branch.pattern.map_or(&b""[..], |pattern| pattern.of(file));
            let gap =
                if body.trim_ascii().is_empty() { b" ".to_vec() } else { self.gap(pattern, blanks, old) };
            let trailing = &body[body.trim_ascii_end().len()..];
            let trailing = if branch.end.is_some() && !trailing.contains(&b'\n') { trailing } else { b" " };
            let trailing = if text.trim_ascii().is_empty() { b"" } else { trailing };
            return [&head[..], &gap, text.trim_ascii(), trailing, b";;", ending].concat();
        }
        let lines = Statements.indented(self.file, text, &self.inner_margin());
        [&head[..], ending, lines.trim_ascii_end(), &self.terminator(), ending].concat()
    }

    fn add_to_macro(&self, pattern: &str, text: &[u8], after: bool) -> Vec<Rewrite> {
        let (file, branch) = (self.text(), self.neighbour);
        let code = self.file.m4().code();
        let own = self.macro_arguments(pattern, text);
        let margin = indentation(file, branch.span.start);
        let ending = line_ending(file);
        let space = if self.begins_line() { [ending, margin].concat() } else { b" ".to_vec() };
        let line = [margin, &own, b",", ending].concat();
        if !after {
            return if self.begins_line() {
                vec![insert_lines(file, self.line_before(), &line)]
            } else {
                vec![Rewrite::insert(branch.span.start, [&own[..], b", "].concat())]
            };
        }
        let comma = code[branch.span.end..].iter().position(|b| !b.is_ascii_whitespace());
        let comma = comma.map(|at| branch.span.end + at).filter(|at| code[*at] == b',');
        match comma {
            // A comment after the comma belongs to the branch before it.
            Some(comma) if self.ends_line(comma + 1) && self.begins_line() => {
                vec![insert_lines(file, line_from(file, comma).end, &line)]
            }
            _ => vec![Rewrite::insert(branch.span.end, [b",", &space[..], &own].concat())],
        }
    }

    /// What is removed with the neighbour: its lines, or its part of a line.
    pub fn removed(&self, comment: bool) -> Span {
        let code = self.file.m4().code();
        let span = self.neighbour.span;
        let before = if comment { self.line_before() } else { line_bounds(self.text(), span.start).start };
        let comma = code[span.end..].iter().position(|b| !b.is_ascii_whitespace());
        let comma = comma.map(|at| span.end + at).filter(|at| code[*at] == b',');
        let end = match (self.case.spelling, comma) {
            (Spelling::Macro, Some(comma)) => comma + 1,
            (Spelling::Macro, None) => {
                // The comma before the last branch goes with it.
                let others = self.case.branches.iter().filter(|branch| branch.span.end < span.start);
                let last = others.map(|branch| branch.span.end).max();
                return Span::new(last.unwrap_or(span.start), span.end);
            }
            (Spelling::Shell, _) => span.end,
        };
        if self.begins_line() && self.ends_line(end) {
            return Span::new(before, line_from(self.text(), end).end);
        }
        let blanks = leading_blanks(&self.text()[end..]).len();
        Span::new(span.start, end + blanks)
    }

    /// The two arguments of a branch.
    fn macro_arguments(&self, pattern: &str, text: &[u8]) -> Vec<u8> {
        let file = self.text();
        let margin = indentation(file, self.neighbour.span.start);
        let between = |branch: &'a Branch| {
            let old = branch.pattern?;
            let gap = Span::new(old.end, branch.body.start).of(file);
            let is_quoted = gap.starts_with(b"]") && gap.ends_with(b"[");
            is_quoted.then(|| self.gap(pattern, gap, old.of(file)))
        };
        let gap = self.examples().find_map(between).unwrap_or_else(|| b"], [".to_vec());
        let is_short = !text.trim_ascii().contains(&b'\n');
        let has_lines = self.neighbour.body.of(file).contains(&b'\n');
        let body = if is_short && !has_lines {
            text.trim_ascii().to_vec()
        } else {
            let lines = Statements.indented(self.file, text, &self.inner_margin());
            [line_ending(file), &lines, margin].concat()
        };
        [b"[", pattern.as_bytes(), &gap, &body, b"]"].concat()
    }
}
