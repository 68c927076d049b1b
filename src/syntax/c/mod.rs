//! Finds functions, calls, tables and directives in C sources.
//!
//! [`CFile::parse`] reads a file once, without expanding a macro or choosing a variant, and never
//! fails: every `#if` branch is read, and what cannot be trusted is a [`Problem`] with its place.
//! Everything is a [`Span`] of the bytes given, which may be in any encoding.
//!
//! ```
//! use pypatch::syntax::c::CFile;
//!
//! let source = b"#ifdef A\nint\nf(int x)\n{\n\treturn g(x, 1); /* g() */\n}\n#endif\n";
//! let file = CFile::parse(source);
//! let f = &file.functions()[0];
//! assert_eq!((f.name.as_str(), f.signature.of(source)), ("f", &b"int\nf(int x)"[..]));
//! assert_eq!(f.conditions, ["#ifdef A"]);
//! assert_eq!(file.calls("g", f.body)[0].arguments.of(source), b"(x, 1)");
//! assert_eq!(file.find_code(b"return g(x,1);", f.body).len(), 1);
//! ```

mod call;
mod code;
mod condition;
mod declaration;
mod directive;
mod head;
mod lexer;
mod nesting;
mod pieces;
mod preprocessor;
mod statement;
mod stretch;
mod table;
#[cfg(test)]
mod tests;

pub use call::Call;
pub use code::pattern_problem;
pub use condition::{Branch, Conditional};
pub use declaration::{Function, Prototype};
pub use preprocessor::{Define, Include, Undef};
pub use table::{Entry, Table};

use std::cell::OnceCell;

use crate::contents::Contents;
use crate::syntax::Problem;
use crate::text::Span;
use lexer::{Kind, Lexer, Token};
use nesting::Nesting;
use stretch::Stretch;

/// A C source, read.
#[derive(Debug)]
pub struct CFile {
    source: Contents,
    nesting: Nesting,
    functions: Vec<Function>,
    prototypes: Vec<Prototype>,
    /// All tokens, once something asks for them.
    all: OnceCell<Vec<Token>>,
    // Read when they are asked for: most edits ask for one kind, or for none.
    tables: OnceCell<(Vec<Table>, Vec<Problem>)>,
    includes: OnceCell<Vec<Include>>,
    defines: OnceCell<Vec<Define>>,
    undefs: OnceCell<Vec<Undef>>,
    problems: Vec<Problem>,
}

/// Whether anything but blanks and comments stands in `text`.
pub fn has_code(text: &[u8]) -> bool {
    Lexer::new(text).token().is_some()
}

impl CFile {
    /// Reads `source`. Never fails: see [`problem_in`](CFile::problem_in).
    pub fn parse(source: impl Into<Contents>) -> CFile {
        let source = source.into();
        let read = nesting::read(&source, false);
        CFile::of(source, read)
    }

    /// The file whose tokens and problems of tokens are given.
    fn of(source: Contents, (mut nesting, of_tokens): (Nesting, Vec<Problem>)) -> CFile {
        let mut problems = std::mem::take(&mut nesting.problems);
        let mut file = CFile {
            source,
            nesting,
            functions: Vec::new(),
            prototypes: Vec::new(),
            all: OnceCell::new(),
            tables: OnceCell::new(),
            includes: OnceCell::new(),
            defines: OnceCell::new(),
            undefs: OnceCell::new(),
            problems: Vec::new(),
        };
        // Prose under `#if 0` may hold a lone apostrophe.
        problems.extend(of_tokens.into_iter().filter(|p| !file.is_dead(p.span.start)));
        let found = declaration::declarations(&file);
        problems.extend(found.problems);
        (file.functions, file.prototypes) = (found.functions, found.prototypes);
        problems.sort_by_key(|p| p.span);
        file.problems = problems;
        file
    }

    /// Function definitions in the order of the file, one for each `#if` variant.
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

    /// `#undef` lines.
    pub fn undefs(&self) -> &[Undef] {
        self.undefs.get_or_init(|| preprocessor::undefs(self))
    }

    /// All `#if` groups, in the order of their first lines.
    pub fn conditionals(&self) -> &[Conditional] {
        &self.nesting.groups
    }

    /// The conditions under which the byte at `offset` is compiled, innermost last. `#else` is
    /// the negation of the branches before it.
    pub fn conditions_at(&self, offset: usize) -> Vec<String> {
        let places = &self.nesting.places;
        places.conditions(&self.nesting.groups, places.at(offset), None)
    }

    /// Everything in the file that cannot be trusted, in the order of places, but for what is only
    /// wrong with an entry of a table.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Why nothing may be edited in `span`, if so.
    pub fn problem_in(&self, span: Span) -> Option<&Problem> {
        let of_tables = || &self.tables.get_or_init(|| table::tables(self)).1;
        let touches = |p: &&Problem| p.touches(span);
        self.problems.iter().find(touches).or_else(|| of_tables().iter().find(touches))
    }

    /// Where the first token is: behind a licence comment, before the first line of code or
    /// directive. The end of a file without any.
    pub fn first_code(&self) -> usize {
        self.nesting.tokens.first().map_or(self.source.len(), |t| t.start())
    }

    /// The end of the last token that is code or a directive; 0 in a file without any.
    pub fn last_code(&self) -> usize {
        let last = self.nesting.tokens.last().map_or(0, |t| t.end());
        // Where a brace is never closed there is more behind the last bracket.
        let rest = self.stretch(Span::new(last, self.source.len()));
        rest.tokens.last().map_or(last, |t| t.end())
    }

    /// Whether lines may be put in at `offset`: no token, comment or spliced line runs over it.
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

    fn is_dead(&self, offset: usize) -> bool {
        let places = &self.nesting.places;
        places.outwards(places.at(offset)).any(|p| {
            let branches = &self.nesting.groups[p.group as usize].branches;
            matches!(branches[p.branch as usize].condition.as_str(), "#if 0" | "#elif 0")
        })
    }

    fn text(&self, token: usize) -> &[u8] {
        self.span(token).of(&self.source)
    }

    fn is_mark(&self, token: usize, mark: &[u8]) -> bool {
        let token = self.nesting.tokens[token];
        // Most marks are another byte, which is told without a call.
        token.kind == Kind::Mark
            && self.source[token.start()] == mark[0]
            && token.span().of(&self.source) == mark
    }

    fn is_bracket(&self, token: usize) -> bool {
        let is = |bracket: &u8| self.is_mark(token, std::slice::from_ref(bracket));
        b"()[]{}".iter().any(is)
    }

    fn is_word(&self, token: usize) -> bool {
        self.nesting.tokens[token].kind == Kind::Word
    }

    fn is_directive(&self, token: usize) -> bool {
        self.nesting.tokens[token].kind == Kind::Directive
    }

    fn span(&self, token: usize) -> Span {
        self.nesting.tokens[token].span()
    }

    fn start(&self, token: usize) -> usize {
        self.nesting.tokens[token].start()
    }

    fn end(&self, token: usize) -> usize {
        self.nesting.tokens[token].end()
    }

    fn conditions_of(&self, token: usize) -> Vec<String> {
        self.conditions_at(self.start(token))
    }

    fn string(&self, span: Span) -> String {
        String::from_utf8_lossy(span.of(&self.source)).into_owned()
    }

    /// The tokens that lie wholly in `span`, those inside braces too.
    fn stretch(&self, span: Span) -> Stretch<'_> {
        Stretch::new(self, span)
    }

    /// A lexer that has come to a place at or before `offset`, between two tokens; `None` when a token
    /// that is known runs over it.
    fn lexer_before(&self, offset: usize) -> Option<Lexer<'_>> {
        let tokens = &self.nesting.tokens;
        match tokens.partition_point(|token| token.start() < offset).checked_sub(1) {
            None => Some(Lexer::new(&self.source)),
            Some(last) if tokens[last].end() > offset => None,
            Some(last) => Some(Lexer::behind(&self.source, tokens[last])),
        }
    }
}
