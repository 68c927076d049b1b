//! Statements of the shell and calls of macros as units.

use super::joined::is_joined;
use crate::operation::lines::common_indentation;
use crate::operation::parsed::ParsedFile;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units};
use crate::syntax::m4::{self, BlockKind, Dialect};
use crate::text::{LineIndex, line_bounds, lines};

/// Statements of the shell, each of which may be the call of a macro.
pub(in crate::operation) struct Statements;

impl Units for Statements {
    fn find(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        let found = file.m4().find_code(code, scope);
        if found.is_empty() { file.m4().find_unquoted(code, scope) } else { found }
    }

    fn find_result(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        file.m4().find_code(code, scope)
    }

    fn whole(&self, file: &ParsedFile, span: Span) -> Option<Span> {
        let (_, statements) = file.m4().statements(span)?;
        Some(file.m4().whole_lines(statements))
    }

    fn ends(&self, file: &ParsedFile, offset: usize) -> bool {
        file.m4().ends_at(offset)
    }

    fn unit_at(&self, file: &ParsedFile, scope: Span, edge: Edge) -> Option<Span> {
        // What is at the end of a `case` or a call as a whole is not a statement.
        let is_case = file.m4().cases().iter().any(|case| case.span == scope);
        if is_case || file.m4().calls().iter().any(|call| call.span == scope) {
            return None;
        }
        let inside = body(file, scope);
        let blocks = file.m4().blocks().iter().filter(|block| inside.contains(block.span));
        let outermost = blocks.max_by_key(|block| block.span.len());
        // A section consists of statements of the block around it.
        let around = file.m4().blocks().iter().filter(|block| block.span.contains(inside));
        let around = around.min_by_key(|block| block.span.len());
        let is_own = |statement: &&Span| inside.contains(**statement);
        let is_whole = outermost.is_some_and(|block| block.span == inside);
        let block = if is_whole { outermost? } else { around? };
        let mut statements = block.statements.iter().filter(is_own);
        let statement = match edge {
            Edge::Start => statements.next(),
            Edge::End => statements.next_back(),
        };
        Some(file.m4().whole_lines(*statement?))
    }

    fn edge(&self, site: &Site<'_>, _edge: Edge) -> Option<(usize, Vec<u8>)> {
        let (file, scope) = (site.file, site.scope);
        // Without a statement, lines go above the `;;` of an empty branch, if it has a line of its own.
        let end = body(file, scope).end;
        let line = line_bounds(&file.bytes, end);
        let margin = &file.bytes[line.start..end];
        let is_own = margin.iter().all(|b| matches!(b, b' ' | b'\t')) && line.start >= scope.start;
        (is_own || file.bytes.is_empty()).then(|| (line.start, margin.to_vec()))
    }

    fn indented(&self, file: &ParsedFile, text: &[u8], margin: &[u8]) -> Vec<u8> {
        let text = text.trim_ascii_end();
        let parsed = file.m4().parse_like(text);
        let common = common_indentation(text);
        let mut out = Vec::new();
        for line in lines(text) {
            let is_verbatim = parsed.is_verbatim(line.start);
            let code = line.of(text);
            let own = code.strip_prefix(&common[..]).filter(|_| !is_verbatim).unwrap_or(code);
            let own = own.strip_suffix(b"\n").unwrap_or(own);
            if is_verbatim {
                out.extend_from_slice(own);
            } else if !own.trim_ascii().is_empty() {
                out.extend_from_slice(margin);
                out.extend_from_slice(&with_tabs(own, margin));
            }
            out.extend_from_slice(line_ending(&file.bytes));
        }
        out
    }

    fn comments(&self, file: &ParsedFile) -> Vec<Span> {
        file.m4().comments()
    }

    fn keeps_blanks(&self, file: &ParsedFile, line: Span) -> bool {
        file.m4().is_verbatim(line.start)
    }

    fn check_move(
        &self,
        file: &ParsedFile,
        unit: Span,
        _insertion: &Rewrite,
        _margin: &[u8],
    ) -> Result<(), Failure> {
        if is_joined(file, unit.end) {
            let why = "its last line ends in `dnl`, with which m4 joins the line below to it: another one would be joined";
            return Err(Failure::refused(why, unit.start));
        }
        check_not_emptied(file, unit)
    }

    fn is_comment(&self, line: &[u8]) -> bool {
        // The line that names the program of a script.
        if line.starts_with(b"#!") {
            return false;
        }
        let is_directive = m4::without_comments(line).starts_with(b"#");
        line.starts_with(b"#") && !is_directive || line == b"dnl" || line.starts_with(b"dnl ")
    }
}

/// Checks that a body is not left empty without a unit, which the shell does not accept.
pub(super) fn check_not_emptied(file: &ParsedFile, unit: Span) -> Result<(), Failure> {
    let is_emptied = file.m4().statements(unit).is_some_and(|(block, removed)| {
        block.kind == BlockKind::Body && block.statements.iter().all(|one| removed.contains(*one))
    });
    if !is_emptied {
        return Ok(());
    }
    let why = "these are all statements of an `if` or a loop, which the shell does not accept without one: remove it as a \
               whole, or replace them by `:`";
    Err(Failure::refused(why, unit.start))
}

/// The body of a scope that is a branch or a function; otherwise the scope.
fn body(file: &ParsedFile, scope: Span) -> Span {
    let m4 = file.m4();
    let mut branches = m4.cases().iter().flat_map(|case| &case.branches);
    let branch = branches.find(|branch| branch.span == scope).map(|branch| branch.body);
    let mut functions = m4.functions().iter();
    let function = || functions.find(|function| function.span == scope).map(|function| function.body);
    branch.or_else(function).unwrap_or(scope)
}

/// A line whose indentation of four blanks a step becomes tabs next to code that is indented with tabs.
fn with_tabs(line: &[u8], margin: &[u8]) -> Vec<u8> {
    let steps = line.iter().take_while(|b| **b == b' ').count() / 4;
    let steps = if margin.starts_with(b"\t") { steps } else { 0 };
    [&b"\t".repeat(steps)[..], &line[steps * 4..]].concat()
}

/// Checks a text of a patchset that becomes code. m4 accepts an unbalanced quote and makes a configure of it that the shell
/// rejects.
pub(super) fn check_code(text: &[u8], dialect: Dialect) -> Result<(), String> {
    if dialect == Dialect::Shell {
        return ensure(m4::is_closed(text), "has code with a string that nothing closes");
    }
    if let Some(problem) = m4::problem(text) {
        let at = LineIndex::new(text).position(problem.span.start);
        return Err(format!(
            "has code with an error in line {}, column {}: {}",
            at.line, at.column, problem.what
        ));
    }
    ensure(
        m4::unbalanced(text) == (0, 0),
        "has a bracket in a comment that nothing closes: m4 counts it where the comment is in an argument of a macro",
    )
}

/// Checks that code can replace other code without another number of open brackets, or of open strings in a script.
pub(super) fn check_replacement(find: &str, with: &[u8], dialect: Dialect) -> Result<(), String> {
    if dialect == Dialect::Shell {
        let closes_alike = m4::is_closed(find.as_bytes()) == m4::is_closed(with);
        return ensure(
            closes_alike,
            "has a string that is open in one of `find` and its replacement, and closed in the other",
        );
    }
    ensure(
        m4::unbalanced(find.as_bytes()) == m4::unbalanced(with),
        "changes how many `[` and `]` are open: both texts must open and close as many",
    )
}
