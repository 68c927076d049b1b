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
mod preprocessor;
mod statement;
mod table;

pub use call::Call;
pub use code::pattern_problem;
pub use condition::{Branch, Conditional};
pub use declaration::{Function, Prototype};
pub use preprocessor::{Define, Include, Undef};
pub use table::{Entry, Table};

use std::cell::OnceCell;

use crate::syntax::Problem;
use crate::text::Span;
use lexer::{Kind, Token};
use nesting::Nesting;

/// A C source, read.
#[derive(Debug)]
pub struct CFile {
    source: Vec<u8>,
    tokens: Vec<Token>,
    nesting: Nesting,
    functions: Vec<Function>,
    prototypes: Vec<Prototype>,
    // Read when they are asked for: most edits ask for one kind, or for none.
    tables: OnceCell<(Vec<Table>, Vec<Problem>)>,
    includes: OnceCell<Vec<Include>>,
    defines: OnceCell<Vec<Define>>,
    undefs: OnceCell<Vec<Undef>>,
    problems: Vec<Problem>,
}

impl CFile {
    /// Reads `source`. Never fails: see [`problem_in`](CFile::problem_in).
    pub fn parse(source: &[u8]) -> CFile {
        let lexed = lexer::lex(source);
        let mut nesting = nesting::nest(source, &lexed.tokens);
        let mut problems = std::mem::take(&mut nesting.problems);
        let mut file = CFile {
            source: source.to_vec(),
            tokens: lexed.tokens,
            nesting,
            functions: Vec::new(),
            prototypes: Vec::new(),
            tables: OnceCell::new(),
            includes: OnceCell::new(),
            defines: OnceCell::new(),
            undefs: OnceCell::new(),
            problems: Vec::new(),
        };
        // Prose under `#if 0` may hold a lone apostrophe.
        problems.extend(lexed.problems.into_iter().filter(|p| !file.is_dead(p.span.start)));
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
        self.tokens.first().map_or(self.source.len(), |t| t.start())
    }

    /// The end of the last token that is code or a directive; 0 in a file without any.
    pub fn last_code(&self) -> usize {
        self.tokens.last().map_or(0, |t| t.end())
    }

    /// Whether lines may be put in at `offset`: no token, comment or spliced line runs over it.
    pub fn is_between_lines(&self, offset: usize) -> bool {
        let next = self.tokens.partition_point(|token| token.start() < offset);
        let mut at = match next.checked_sub(1).map(|last| self.tokens[last].end()) {
            Some(end) if end > offset => return false,
            Some(end) => end,
            None => 0,
        };
        let mut ignored = Vec::new();
        while at < offset {
            at = match &self.source[at..] {
                [b'/', b'*' | b'/', ..] => lexer::comment_end(&self.source, at, &mut ignored),
                [b'\\', ..] => at + lexer::splice(&self.source, at).max(1),
                _ => at + 1,
            };
            if at == offset && offset >= 2 && self.source[..offset].trim_ascii_end().ends_with(b"\\") {
                return false;
            }
        }
        at == offset
    }

    fn is_dead(&self, offset: usize) -> bool {
        let places = &self.nesting.places;
        places.outwards(places.at(offset)).any(|p| {
            let branches = &self.nesting.groups[p.group as usize].branches;
            matches!(branches[p.branch as usize].condition.as_str(), "#if 0" | "#elif 0")
        })
    }

    fn text(&self, token: usize) -> &[u8] {
        self.tokens[token].span().of(&self.source)
    }

    fn is_mark(&self, token: usize, mark: &[u8]) -> bool {
        self.tokens[token].kind == Kind::Mark && self.text(token) == mark
    }

    fn is_word(&self, token: usize) -> bool {
        self.tokens[token].kind == Kind::Word
    }

    fn is_directive(&self, token: usize) -> bool {
        self.tokens[token].kind == Kind::Directive
    }

    fn start(&self, token: usize) -> usize {
        self.tokens[token].start()
    }

    fn end(&self, token: usize) -> usize {
        self.tokens[token].end()
    }

    fn conditions_of(&self, token: usize) -> Vec<String> {
        self.conditions_at(self.start(token))
    }

    fn string(&self, span: Span) -> String {
        String::from_utf8_lossy(span.of(&self.source)).into_owned()
    }

    /// Indices of the tokens that lie wholly in `span`.
    fn tokens_in(&self, span: Span) -> std::ops::Range<usize> {
        let first = self.tokens.partition_point(|t| t.start() < span.start);
        let behind = self.tokens.partition_point(|t| t.end() <= span.end);
        first..behind.max(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every span a file gives out.
    fn spans(file: &CFile) -> Vec<Span> {
        let mut all: Vec<Span> = Vec::new();
        for f in file.functions() {
            all.extend([f.name_span, f.signature, f.parameters, f.body]);
        }
        all.extend(file.prototypes().iter().flat_map(|p| [p.name_span, p.span]));
        for t in file.tables() {
            all.extend([t.name_span, t.span, t.body]);
            all.extend(t.entries.iter().flat_map(|e| [e.span, e.code]));
        }
        all.extend(file.includes().iter().map(|i| i.span));
        all.extend(file.defines().iter().flat_map(|d| [d.span, d.name_span]));
        all.extend(file.undefs().iter().flat_map(|u| [u.span, u.name_span]));
        for c in file.conditionals() {
            all.extend([c.span, c.end]);
            all.extend(c.branches.iter().flat_map(|b| [b.directive, b.body]));
        }
        all.extend(file.problems().iter().map(|p| p.span));
        let whole = Span::new(0, file.source.len());
        all.extend(file.calls("f", whole).iter().flat_map(|c| [c.callee, c.arguments]));
        all.extend(file.find_code(b"f", whole));
        all
    }

    #[test]
    fn latin_1_crlf_and_a_missing_last_line_end_are_read() {
        let source = b"/* \xe9 */\r\nint\r\nf(void)\r\n{\r\n\treturn 1;\r\n}";
        let file = CFile::parse(source);
        assert_eq!(file.functions()[0].signature.of(source), b"int\r\nf(void)");
        assert_eq!(file.functions()[0].body.end, source.len());
        assert!(file.problems().is_empty());
    }

    #[test]
    fn prose_under_if_0_is_no_problem() {
        let file = CFile::parse(b"#if 0\nthis doesn't count\n#endif\nint f(void) { return 'a;\n }\n");
        assert_eq!(file.problems()[0].what, "this literal is not closed on its line");
        assert!(file.problem_in(Span::new(0, 30)).is_none());
        assert!(CFile::parse(b"#if 0\nthis doesn't count\n#endif\n").problems().is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(source in proptest::collection::vec(any::<u8>(), 0..200)) {
            for span in spans(&CFile::parse(&source)) {
                prop_assert!(span.end <= source.len());
            }
        }

        #[test]
        fn any_pieces_of_c_are_read_without_panic(pieces in proptest::collection::vec(
            prop::sample::select(vec!["f", "int ", "(", ")", "{", "}", "[", "]", ";", ",", "=", "\"a\"", "'", "\n", "\r\n",
                "#if A\n", "#if 0\n", "#else\n", "#elif B\n", "#endif\n", "#define X(a) \\\n", "#undef/**/X", "\n#include <a>\n",
                "/*", "*/", "//", "\\", "*", "extern \"C\" {", "static ", "f(int a)\n", "f(a) int a;"]), 0..40)) {
            let source = pieces.concat().into_bytes();
            for span in spans(&CFile::parse(&source)) {
                prop_assert!(span.end <= source.len());
            }
        }
    }
}
