//! Finds classes, functions and imports in Python sources, of Python 2 and 3 alike.
//!
//! Like the C parser it reads tokens and lines, not a grammar: a file of any version, in any
//! encoding that extends ASCII, is read, and what cannot be trusted is reported as a [`Problem`].

mod block;
mod call;
mod clause;
mod condition;
mod definition;
mod import;
mod lexer;
mod list;
mod literal;
mod simple;
mod statement;

pub use call::Call;
pub use clause::Clause;
pub use condition::{Binding, Condition};
pub use definition::Definition;
pub use import::{Import, ImportKind};
pub use list::{Item, Items};
pub use simple::{Assignment, ImportStatement};

pub(crate) use condition::{binding, inside_brackets, is_expression, needs_brackets, operands};

use crate::contents::Contents;
use crate::syntax::Problem;
use crate::text::{Span, line_from};
use lexer::{Line, Token};

/// A parsed Python file.
#[derive(Debug)]
pub struct PyFile {
    source: Contents,
    tokens: Vec<Token>,
    lines: Vec<Line>,
    definitions: Vec<Definition>,
    imports: Vec<Import>,
    problems: Vec<Problem>,
}

impl PyFile {
    /// Parses `source`. Never fails: see [`problem_in`](PyFile::problem_in).
    pub fn parse(source: impl Into<Contents>) -> PyFile {
        PyFile::of_contents(source.into())
    }

    fn of_contents(source: Contents) -> PyFile {
        let lexed = lexer::lex(&source);
        let mut file = PyFile {
            source,
            tokens: lexed.tokens,
            lines: lexed.lines,
            definitions: Vec::new(),
            imports: Vec::new(),
            problems: lexed.problems,
        };
        let enclosing_of = block::walk(&mut file);
        file.imports = import::imports(&file, &enclosing_of);
        Problem::in_order(&mut file.problems);
        file
    }

    /// All classes and functions, in the order of their headers.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The classes of a path such as `Outer.Inner`; several if an `if` has variants of it.
    pub fn find_class(&self, path: &str) -> Vec<&Definition> {
        self.definitions.iter().filter(|d| d.is_class() && d.path == path).collect()
    }

    /// The innermost class around an offset.
    pub fn class_at(&self, offset: usize) -> Option<&Definition> {
        let around = |d: &&Definition| d.is_class() && d.has(offset);
        self.definitions.iter().filter(around).min_by_key(|d| d.span.len())
    }

    /// The innermost function around an offset.
    pub fn function_at(&self, offset: usize) -> Option<&Definition> {
        let around = |d: &&Definition| !d.is_class() && d.has(offset);
        self.definitions.iter().filter(around).min_by_key(|d| d.span.len())
    }

    /// The functions of a path such as `main` or `UnixCCompiler.link_shared_object`.
    pub fn find_function(&self, path: &str) -> Vec<&Definition> {
        self.definitions.iter().filter(|d| !d.is_class() && d.path == path).collect()
    }

    /// All imports, in order.
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// Whether `offset` lies inside a token: a line that begins there continues a string, and its
    /// blanks are part of it.
    pub fn is_inside_token(&self, offset: usize) -> bool {
        let next = self.tokens.partition_point(|token| token.span.start < offset);
        next > 0 && self.tokens[next - 1].span.end > offset
    }

    /// The comments, in order, each without its line end.
    pub fn comments(&self) -> Vec<Span> {
        let mut found = Vec::new();
        let mut at = 0;
        let ends = self.tokens.iter().map(|token| token.span).chain([Span::at(self.source.len())]);
        for token in ends {
            // Between tokens are only blanks, line ends and comments.
            while let Some(sign) = self.source.get(at..token.start).and_then(|gap| memchr::memchr(b'#', gap))
            {
                let start = at + sign;
                at = line_from(&self.source, start).end;
                found.push(Span::new(start, start + self.source[start..at].trim_ascii_end().len()));
            }
            at = at.max(token.end);
        }
        found
    }

    /// Everything in the file that cannot be trusted, in order.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The reason why nothing may be edited in `span`, if there is one.
    pub fn problem_in(&self, span: Span) -> Option<&Problem> {
        self.problems.iter().find(|p| p.touches(span))
    }

    /// The text of a token; empty after the last.
    fn word(&self, token: usize) -> &[u8] {
        self.tokens.get(token).map_or(b"", |t| t.span.of(&self.source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::syntax::spans::of_python;

    #[test]
    fn a_file_has_classes_functions_and_imports() {
        let source = b"class A(B):\n    x = 1\n\n    def f(self):\n        print 'old'\n\n\nimport c\n";
        let file = PyFile::parse(source);
        let class = file.find_class("A")[0];
        assert_eq!(class.indent.of(source), b"    ");
        assert_eq!(&source[class.append_at..], b"\n\nimport c\n");
        assert_eq!(file.find_function("A.f")[0].name_span.of(source), b"f");
        assert_eq!(file.imports()[0].modules(), ["c"]);
    }

    #[test]
    fn a_byte_order_mark_is_not_indentation() {
        let file = PyFile::parse(b"\xef\xbb\xbfdef f(): pass\n");
        assert!(file.problems().is_empty());
        assert_eq!(file.find_function("f").len(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(source in proptest::collection::vec(any::<u8>(), 0..200)) {
            for span in of_python(&PyFile::parse(&source)) {
                prop_assert!(span.end <= source.len());
            }
        }

        #[test]
        fn any_pieces_of_python_are_read_without_panic(pieces in proptest::collection::vec(
            prop::sample::select(vec!["class A", "def f", "async ", "(", ")", ":", "\n", "\r\n", "  ", "\t", "@x\n", "f'", "'", "'''",
                "\"", "{", "}", "import a", "from . import ", "__import__('x')", "as", ",", ";", "#", "\\", "else:", "try:", "x"]), 0..40)) {
            let source = pieces.concat().into_bytes();
            for span in of_python(&PyFile::parse(&source)) {
                prop_assert!(span.end <= source.len());
            }
        }
    }
}
