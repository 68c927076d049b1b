//! Classes and functions.

use super::PyFile;
use super::block::Enclosing;
use super::lexer::{Kind, Line, indentation, line_end};
use crate::text::Span;

/// What a [`Definition`] defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefinitionKind {
    /// A `class`.
    Class,
    /// A `def`, method or not.
    Function,
    /// An `async def`.
    AsyncFunction,
}

/// A class or function, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Class or function.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The names of the definitions around it and its own, with dots: `UnixCCompiler.link`.
    pub path: String,
    /// Index in [`PyFile::definitions`] of the definition around it.
    pub parent: Option<usize>,
    /// Whole lines: from the first decorator, or the header, to the end of the body.
    pub span: Span,
    /// The decorators, each with its whole lines.
    pub decorators: Vec<Span>,
    /// From `class`, `def` or `async` through the colon.
    pub header: Span,
    /// The body: from the start of the first statement's line to the end of the last one's. In a
    /// one-line suite it starts behind the colon's blanks. Empty when there is none.
    pub body: Span,
    /// The blanks before the first statement of the body; empty in a one-line suite.
    pub indent: Span,
    /// Whether the body stands on the header's line: `class A: pass`.
    pub one_line: bool,
    /// The docstring with its quotes.
    pub docstring: Option<Span>,
    /// Whether it stands under an `if`, `try` or loop inside the definition (or module) around it.
    pub conditional: bool,
    /// Where something may be put at the end of the body: behind its last statement and the
    /// comments that go on with it, before blank lines and comments of what follows.
    pub append_at: usize,
}

impl Definition {
    /// Whether it is a class.
    pub fn is_class(&self) -> bool {
        self.kind == DefinitionKind::Class
    }
}

/// The definition whose header is `line`, still without the end of its body.
pub(super) fn begin(
    file: &PyFile,
    line: &Line,
    enclosing: &Enclosing,
    decorators: Vec<Span>,
) -> Option<Definition> {
    let first = line.tokens.start;
    let (kind, keyword) = match (file.word(first), file.word(first + 1)) {
        (b"class", _) => (DefinitionKind::Class, first),
        (b"def", _) => (DefinitionKind::Function, first),
        (b"async", b"def") if line.tokens.contains(&(first + 1)) => {
            (DefinitionKind::AsyncFunction, first + 1)
        }
        _ => return None,
    };
    let name = keyword + 1;
    if !line.tokens.contains(&name) || file.tokens[name].kind != Kind::Word {
        return None;
    }
    let outside = |token: usize| file.tokens[token].depth == 0 && file.word(token) == b":";
    let colon = (name..line.tokens.end).find(|t| outside(*t))?;
    let name_span = file.tokens[name].span;
    let text = String::from_utf8_lossy(name_span.of(&file.source)).into_owned();
    let path = match enclosing.definition {
        Some(parent) => format!("{}.{text}", file.definitions[parent].path),
        None => text.clone(),
    };
    let one_line = colon + 1 < line.tokens.end;
    let body = if one_line {
        Span::new(file.tokens[colon + 1].span.start, line.span.end)
    } else {
        Span::at(line.span.end)
    };
    let docstring = one_line.then(|| docstring(file, colon + 1, line.tokens.end)).flatten();
    Some(Definition {
        kind,
        name: text,
        name_span,
        path,
        parent: enclosing.definition,
        span: Span::new(decorators.first().map_or(line.span.start, |d| d.start), line.span.end),
        decorators,
        header: Span::new(file.tokens[first].span.start, file.tokens[colon].span.end),
        body,
        indent: Span::at(body.start),
        one_line,
        docstring,
        conditional: enclosing.conditional,
        append_at: body.end,
    })
}

/// The docstring that is the statement of the tokens from `first` on, before `end`.
pub(super) fn docstring(file: &PyFile, first: usize, end: usize) -> Option<Span> {
    let texts = (first..end).take_while(|t| file.tokens[*t].kind == Kind::Text).count();
    let behind = first + texts;
    let ends = behind == end || file.word(behind) == b";";
    let is_prefix = |b: &&u8| b.is_ascii_alphabetic();
    let prefixes =
        |token: usize| file.word(token).iter().take_while(is_prefix).any(|b| b"fFtTbB".contains(b));
    let formatted = || (first..behind).any(prefixes);
    (texts > 0 && ends && !formatted())
        .then(|| Span::new(file.tokens[first].span.start, file.tokens[behind - 1].span.end))
}

/// Behind the comments that follow a body's last line at once and are indented as deep as it.
pub(super) fn behind_comments(source: &[u8], mut at: usize, width: usize) -> usize {
    loop {
        let (text, indent) = indentation(source, at);
        if source.get(text) != Some(&b'#') || indent < width {
            return at;
        }
        at = line_end(source, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        let file = PyFile::parse(source.as_bytes());
        assert!(file.problems().is_empty(), "{:?}", file.problems());
        file.definitions().iter().map(|d| d.path.clone()).collect()
    }

    fn text(source: &str, span: Span) -> &str {
        &source[span.start..span.end]
    }

    #[test]
    fn definitions_are_found_at_every_level() {
        let source = "if a:\n  class A(B):\n    @x\n    def f(self, b={1: 2}):\n      def g(): pass\n      return g\n    async def h(self):\n\
                      \n      pass\nelse:\n  def i(): return 1\nasync = 1\ndef j[T: int](x: T) -> X[1:2]:\n\tpass\n";
        assert_eq!(paths(source), ["A", "A.f", "A.f.g", "A.h", "i", "j"]);
        let file = PyFile::parse(source.as_bytes());
        let conditional: Vec<bool> = file.definitions().iter().map(|d| d.conditional).collect();
        assert_eq!(conditional, [true, false, false, false, true, false]);
    }

    #[test]
    fn spans_go_from_the_decorator_to_the_last_statement() {
        let source = "@a\n@b(\n 1)\ndef f(x,\n      y):  # why\n    \"\"\"Doc.\"\"\"\n    return (x,\n y)\n    # end\n\n# g\ndef g(): pass\n";
        let file = PyFile::parse(source.as_bytes());
        let f = &file.definitions()[0];
        assert!(text(source, f.span).starts_with("@a\n") && text(source, f.span).ends_with(" y)\n"));
        assert_eq!(text(source, f.decorators[1]), "@b(\n 1)\n");
        assert_eq!(text(source, f.header), "def f(x,\n      y):");
        assert!(text(source, f.body).starts_with("    \"\"\"Doc"));
        assert_eq!(text(source, f.indent), "    ");
        assert_eq!(f.docstring.map(|d| text(source, d)), Some("\"\"\"Doc.\"\"\""));
        assert_eq!(&source[f.append_at..f.append_at + 5], "\n# g\n");
    }

    #[test]
    fn a_one_line_suite_has_its_body_on_the_header() {
        let source = "class A: 'doc'; x = 1\ndef f(): pass";
        let file = PyFile::parse(source.as_bytes());
        let [a, f] = file.definitions() else { panic!("two definitions") };
        assert_eq!((text(source, a.body), a.one_line), ("'doc'; x = 1\n", true));
        assert_eq!(a.docstring.map(|d| text(source, d)), Some("'doc'"));
        assert_eq!((text(source, f.body), f.append_at), ("pass", source.len()));
    }

    #[test]
    fn comments_of_what_follows_are_not_the_bodys() {
        let source = "class A:\r\n\tdef f(self):\r\n\t\tpass\r\n\r\n\t# g\r\n\tdef g(self):\r\n\t\tpass\r\n# B\r\nclass B: pass\r\n";
        let file = PyFile::parse(source.as_bytes());
        let found = file.find_function("A.f");
        assert!(source[found[0].append_at..].starts_with("\r\n\t# g"));
        assert!(source[file.find_class("A")[0].append_at..].starts_with("# B"));
    }
}
