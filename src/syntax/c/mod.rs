//! Finds functions, calls, tables and directives in C sources.
//!
//! [`CFile::parse`] reads a file once, without expanding a macro or choosing a variant, and never
//! fails: every `#if` branch is read, and what cannot be trusted is reported as a [`Problem`].
//! Results are [`Span`]s of the bytes given, which may be in any encoding.

mod call;
mod code;
mod condition;
mod declaration;
mod declared;
mod directive;
mod expression;
mod guard;
mod head;
mod label;
mod lexer;
mod list;
mod nesting;
mod precedence;
mod preprocessor;
mod scan;
mod statement;
mod table;
#[cfg(test)]
mod tests;
mod token_range;
mod tokens;
mod unit;

pub(crate) use condition::is_directive;
pub use condition::{Branch, Conditional};
pub use declaration::{Function, Prototype};
pub use declared::Declaration;
pub(crate) use expression::{ConditionParts, condition_parts, is_expression, is_long_expression, operands};
pub use guard::Guard;
pub(crate) use guard::has_empty_condition;
pub use list::{List, ListEntry, ListKind};
pub(crate) use precedence::{
    binds_looser, defined_name, find_operand, is_defined_name, is_operand, needs_brackets, would_be_arguments,
};
pub use preprocessor::{Define, Include};
pub use table::Table;

use std::cell::OnceCell;

use crate::contents::Contents;
use crate::syntax::Problem;
use crate::text::Span;
use lexer::{Lexer, Token, TokenKind};
use nesting::Nesting;
use token_range::TokenRange;
use tokens::Tokens;

/// A parsed C file.
#[derive(Debug)]
pub struct CFile {
    source: Contents,
    nesting: Nesting,
    functions: Vec<Function>,
    prototypes: Vec<Prototype>,
    problems: Vec<Problem>,
    // Read when they are asked for: most edits ask for one of these, or for none.
    all: OnceCell<Vec<Token>>,
    tables: OnceCell<(Vec<Table>, Vec<Problem>)>,
    includes: OnceCell<Vec<Include>>,
    defines: OnceCell<Vec<Define>>,
}

/// Whether `text` has anything but blanks and comments.
pub fn has_code(text: &[u8]) -> bool {
    Lexer::new(text).token().is_some()
}

/// Adds the comments of a part of a source to `found`, but for those in directives. Returns these.
fn comments_in(source: &[u8], part: Span, found: &mut Vec<Span>) -> Vec<Span> {
    let mut directives = Vec::new();
    let mut lexer = Lexer::new(part.of(source));
    while lexer.at() < part.len() {
        let at = part.start + lexer.at();
        let token = lexer.step();
        let end = part.start + lexer.at();
        match token {
            Some(token) if token.kind == TokenKind::Directive => directives.push(Span::new(at, end)),
            None if source[at] == b'/' => {
                found.push(Span::new(at, at + source[at..end].trim_ascii_end().len()));
            }
            Some(_) | None => {}
        }
    }
    directives
}

impl CFile {
    /// Parses `source`. Never fails: see [`problem_in`](CFile::problem_in).
    pub fn parse(source: impl Into<Contents>) -> CFile {
        CFile::of_contents(source.into())
    }

    fn of_contents(source: Contents) -> CFile {
        let read = nesting::read(&source, false);
        CFile::with_nesting(source, read)
    }

    /// The file with its nesting, and the problems of its tokens.
    fn with_nesting(source: Contents, (mut nesting, of_tokens): (Nesting, Vec<Problem>)) -> CFile {
        let problems = std::mem::take(&mut nesting.problems);
        let mut file = CFile {
            source,
            nesting,
            functions: Vec::new(),
            prototypes: Vec::new(),
            problems,
            all: OnceCell::new(),
            tables: OnceCell::new(),
            includes: OnceCell::new(),
            defines: OnceCell::new(),
        };
        let found = declaration::declarations(&file);
        (file.functions, file.prototypes) = (found.functions, found.prototypes);
        // Prose under `#if 0` may have a single apostrophe.
        let of_tokens = of_tokens.into_iter().filter(|p| !file.is_dead(p.span.start));
        let more: Vec<Problem> = of_tokens.chain(found.problems).collect();
        file.problems.extend(more);
        Problem::in_order(&mut file.problems);
        file
    }

    /// Function definitions in order, one for each `#if` variant.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// Declarations of functions outside every body.
    pub fn prototypes(&self) -> &[Prototype] {
        &self.prototypes
    }

    /// Initialised arrays outside every body.
    pub fn tables(&self) -> &[Table] {
        &self.tables.get_or_init(|| table::tables(self)).0
    }

    /// `#include` lines.
    pub fn includes(&self) -> &[Include] {
        self.includes.get_or_init(|| preprocessor::includes(self))
    }

    /// `#define` lines.
    pub fn defines(&self) -> &[Define] {
        self.defines.get_or_init(|| preprocessor::defines(self))
    }

    /// All `#if` groups, in the order of their first lines.
    pub fn conditionals(&self) -> &[Conditional] {
        &self.nesting.groups
    }

    /// The conditions under which the byte at `offset` is compiled, innermost last. `#else` is
    /// the negation of the branches before it.
    pub fn conditions_at(&self, offset: usize) -> Vec<String> {
        self.nesting.branches.conditions_at(offset, &self.nesting.groups)
    }

    /// Everything in the file that cannot be trusted, in order, except for problems of entries of
    /// tables.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The reason why nothing may be edited in `span`, if there is one.
    pub fn problem_in(&self, span: Span) -> Option<&Problem> {
        let of_tables = || &self.tables.get_or_init(|| table::tables(self)).1;
        let touches = |p: &&Problem| p.touches(span);
        self.problems.iter().find(touches).or_else(|| of_tables().iter().find(touches))
    }

    /// The bytes of a span.
    pub fn source_of(&self, span: Span) -> &[u8] {
        span.of(&self.source)
    }

    /// The `#if` that has no `#endif`, or the `#elif`, `#else` or `#endif` that belongs to no `#if`.
    pub fn unbalanced(&self) -> Option<Span> {
        let mut open = Vec::new();
        for token in (0..self.nesting.tokens.len()).filter(|token| self.is_directive(*token)) {
            match directive::keyword(self.text(token)).0 {
                directive::Keyword::If => open.push(self.span(token)),
                directive::Keyword::Endif if open.pop().is_none() => return Some(self.span(token)),
                directive::Keyword::Elif | directive::Keyword::Else if open.is_empty() => {
                    return Some(self.span(token));
                }
                _ => {}
            }
        }
        open.pop()
    }

    /// The start of the first token: after a license comment, before the first line of code or
    /// directive. The end of the file if there is none.
    pub fn first_code(&self) -> usize {
        self.nesting.tokens.first().map_or(self.source.len(), |t| t.start())
    }

    /// The end of the last token; 0 if there is none.
    pub fn last_code(&self) -> usize {
        let last = self.nesting.tokens.last().map_or(0, |t| t.end());
        // If a brace is never closed, more tokens follow the last bracket.
        let rest = self.tokens_in(Span::new(last, self.source.len()));
        rest.tokens.last().map_or(last, |t| t.end())
    }

    /// Whether lines may be inserted at `offset`: no token, comment or spliced line runs over it.
    pub fn is_between_lines(&self, offset: usize) -> bool {
        let Some(mut lexer) = self.lexer_before(offset) else { return false };
        while lexer.at() < offset {
            let token = lexer.step();
            let spliced = || self.source[..offset].trim_ascii_end().ends_with(b"\\");
            if token.is_none() && lexer.at() == offset && spliced() {
                return false;
            }
        }
        lexer.at() == offset
    }

    /// The comment that ends before `offset` with nothing but blanks between, and after the token before it.
    pub fn comment_before(&self, offset: usize) -> Option<Span> {
        let mut lexer = self.lexer_before(offset)?;
        let mut last = None;
        while lexer.at() < offset {
            let start = lexer.at();
            if lexer.step().is_some() {
                last = None;
            } else if self.source[start] == b'/' {
                last = Some(Span::new(start, lexer.at()));
            }
        }
        let blanks = |comment: &Span| self.source[comment.end..offset].trim_ascii().is_empty();
        last.filter(|comment| comment.end <= offset).filter(blanks)
    }

    /// The comments, in order; those of directives, too. A `//` comment is without its line end.
    pub fn comments(&self) -> Vec<Span> {
        let mut found = Vec::new();
        let directives = comments_in(&self.source, Span::new(0, self.source.len()), &mut found);
        for directive in directives {
            comments_in(&self.source, Span::new(directive.start + 1, directive.end), &mut found);
        }
        found.sort_unstable();
        found
    }

    fn is_dead(&self, offset: usize) -> bool {
        self.nesting.branches.branches_at(offset).any(|b| {
            let branches = &self.nesting.groups[b.group as usize].branches;
            matches!(branches[b.branch as usize].condition.as_str(), "#if 0" | "#elif 0")
        })
    }

    fn string(&self, span: Span) -> String {
        String::from_utf8_lossy(span.of(&self.source)).into_owned()
    }

    /// The tokens that lie wholly in `span`, those inside braces included.
    fn tokens_in(&self, span: Span) -> TokenRange<'_> {
        TokenRange::new(self, span)
    }

    /// A lexer at or before `offset`, between two tokens; `None` if a known token runs over `offset`.
    fn lexer_before(&self, offset: usize) -> Option<Lexer<'_>> {
        let tokens = &self.nesting.tokens;
        match tokens.partition_point(|token| token.start() < offset).checked_sub(1) {
            None => Some(Lexer::new(&self.source)),
            Some(last) if tokens[last].end() > offset => None,
            Some(last) => Some(Lexer::after(&self.source, tokens[last])),
        }
    }
}

/// The tokens of [`Nesting::tokens`].
impl<'a> Tokens<'a> for &'a CFile {
    fn source(&self) -> &'a [u8] {
        &self.source
    }

    #[inline(always)]
    fn token(&self, index: usize) -> Token {
        self.nesting.tokens[index]
    }
}
