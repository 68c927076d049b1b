//! A parsed m4 source: what the parser found, as spans.

use crate::text::{Comments, Span};

/// The language of a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Shell code with m4's quotes, comments and calls of macros.
    #[default]
    M4,
    /// A script that the shell reads: `[` is a command, and `name()` defines a function.
    Shell,
}

impl Dialect {
    /// The language of a file of this name.
    pub fn of_file(name: &str) -> Dialect {
        match Comments::of_file(name) {
            Comments::M4 => Dialect::M4,
            Comments::C | Comments::Hash | Comments::None => Dialect::Shell,
        }
    }

    /// The family of the operations on it.
    pub fn family(self) -> &'static str {
        match self {
            Dialect::M4 => "m4",
            Dialect::Shell => "shell",
        }
    }
}

/// A parsed m4 source or shell script.
#[derive(Debug, Default)]
pub struct M4File {
    pub(super) dialect: Dialect,
    /// What was taken for comments: in here-documents, too.
    pub(super) comments: Vec<Span>,
    /// The source with blanks for its comments.
    pub(super) code: Vec<u8>,
    /// The words and signs of the code.
    pub(super) tokens: Vec<Span>,
    pub(super) parts: Parts,
}

/// What a source consists of. The spans say what is inside what.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub blocks: Vec<Block>,
    pub calls: Vec<Call>,
    pub cases: Vec<Case>,
    pub conditions: Vec<Condition>,
    pub assignments: Vec<Assignment>,
    pub functions: Vec<Function>,
    /// Where statements end, or heads of them: after `then`, or a first argument.
    pub ends: Vec<usize>,
    /// Texts whose lines must not be indented: strings of several lines, and here-documents.
    pub verbatim: Vec<Span>,
}

/// Where statements can be.
#[derive(Debug, Clone)]
pub struct Block {
    /// From the end of what opens it to the beginning of what closes it.
    pub span: Span,
    /// The statements, without the `;` after them.
    pub statements: Vec<Span>,
    /// What it is part of.
    pub kind: BlockKind,
}

/// What a block is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// The file.
    File,
    /// An argument of a macro, without its quotes.
    Argument,
    /// An `if`, a loop or a group, which the shell does not accept without a statement.
    Body,
    /// A branch of a `case`, which may be empty.
    Branch,
}

/// A call of a macro.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its name.
    pub name: Span,
    /// From the name through the closing parenthesis.
    pub span: Span,
    /// The arguments with their quotes, without the blanks around them.
    pub arguments: Vec<Span>,
}

/// How a `case` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `case X in A) ... ;; esac`
    Shell,
    /// `AS_CASE([X], [A], [...])`
    Macro,
}

/// A `case` of the shell, or an `AS_CASE`.
#[derive(Debug, Clone)]
pub struct Case {
    /// All of it.
    pub span: Span,
    /// What the patterns are compared with, without m4's quotes.
    pub subject: Span,
    /// Its branches.
    pub branches: Vec<Branch>,
    /// How it is written.
    pub spelling: Spelling,
}

/// A branch of a [`Case`].
#[derive(Debug, Clone)]
pub struct Branch {
    /// From the pattern, with its quotes, to the end of the body, `;;` included.
    pub span: Span,
    /// The patterns, without m4's quotes; `None` for the default of an `AS_CASE`, which has none.
    pub pattern: Option<Span>,
    /// From the `)` to the `;;`, or the argument without its quotes.
    pub body: Span,
    /// The `;;`.
    pub end: Option<Span>,
}

/// The condition of an `if` or a loop: commands, or an argument of `AS_IF` without its quotes.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    /// Its commands.
    pub span: Span,
}

/// `NAME=value` before or instead of a command.
#[derive(Debug, Clone, Copy)]
pub struct Assignment {
    /// The variable.
    pub name: Span,
    /// The value, as it is written.
    pub value: Span,
}

/// A function of a script: `name() { ... }`.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: Span,
    /// From the name through the closing brace.
    pub span: Span,
    /// What is between its braces.
    pub body: Span,
}

impl M4File {
    /// Its language.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The functions of a script.
    pub fn functions(&self) -> &[Function] {
        &self.parts.functions
    }

    /// The blocks, in the order in which they end.
    pub fn blocks(&self) -> &[Block] {
        &self.parts.blocks
    }

    /// The calls of macros.
    pub fn calls(&self) -> &[Call] {
        &self.parts.calls
    }

    /// Every `case` and `AS_CASE`.
    pub fn cases(&self) -> &[Case] {
        &self.parts.cases
    }

    /// The conditions.
    pub fn conditions(&self) -> &[Condition] {
        &self.parts.conditions
    }

    /// The assignments.
    pub fn assignments(&self) -> &[Assignment] {
        &self.parts.assignments
    }

    /// The source with blanks for its comments.
    pub fn code(&self) -> &[u8] {
        &self.code
    }

    /// The comments of the source, in order, each without its line end. Strings of several lines and here-documents have none.
    pub fn comments(&self) -> Vec<Span> {
        // Commands between backticks may have comments.
        let texts = self.parts.verbatim.iter().filter(|text| self.code[text.start] != b'`');
        let is_in_text = |comment: &Span| texts.clone().any(|text| text.contains(*comment));
        self.comments.iter().copied().filter(|comment| !is_in_text(comment)).collect()
    }

    /// Whether a line that begins at `offset` is inside a string or a here-document.
    pub fn is_verbatim(&self, offset: usize) -> bool {
        self.parts.verbatim.iter().any(|span| span.start < offset && offset < span.end)
    }
}
