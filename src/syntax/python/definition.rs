//! Classes and functions.

use std::collections::BTreeMap;

use super::PyFile;
use super::lexer::{Line, TokenKind, indentation};
use crate::text::{Span, line_bounds, line_from};

/// A class or function, at any level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    is_class: bool,
    /// The name in its header.
    pub name_span: Span,
    /// The names of the definitions around it and its own, with dots: `UnixCCompiler.link`.
    pub path: String,
    /// Whole lines: from the first decorator, or the header, to the end of the body.
    pub span: Span,
    /// The blanks before the first statement of the body; empty in a one-line suite.
    pub indent: Span,
    /// Whether the body is on the header's line: `class A: pass`.
    pub one_line: bool,
    /// Where code may be appended to the body: after its last statement and the comments that
    /// continue it, before blank lines and comments of what follows.
    pub append_at: usize,
}

impl Definition {
    /// Whether it is a class.
    pub fn is_class(&self) -> bool {
        self.is_class
    }

    /// Whether the byte at `offset` is inside. What begins where the definition ends is below it.
    pub(super) fn has(&self, offset: usize) -> bool {
        self.span.start <= offset && offset < self.span.end
    }
}

impl PyFile {
    /// How often each name is defined without a decorator, by the path of its definition.
    pub fn times_defined(&self) -> BTreeMap<&str, usize> {
        let mut times = BTreeMap::new();
        for one in &self.definitions {
            if !self.source[one.span.start..].trim_ascii_start().starts_with(b"@") {
                *times.entry(one.path.as_str()).or_default() += 1;
            }
        }
        times
    }

    /// Whether two definitions of this name are in the same block: no line between them is less indented.
    pub fn is_repeated(&self, path: &str) -> bool {
        let all: Vec<&Definition> = self.definitions.iter().filter(|one| one.path == path).collect();
        let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        all.windows(2).any(|pair| {
            let own = indent(
                line_from(&self.source, line_bounds(&self.source, pair[1].name_span.start).start)
                    .of(&self.source),
            );
            let between = &self.source[pair[0].span.start..pair[1].span.start];
            // The first piece is the head of the first definition.
            let mut inner = between
                .split(|byte| *byte == b'\n')
                .skip(1)
                .filter(|line| !line.trim_ascii().is_empty() && !line.trim_ascii_start().starts_with(b"#"));
            inner.all(|line| indent(line) >= own)
        })
    }
}

/// What encloses a statement.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Enclosing {
    /// The innermost definition, as an index in [`PyFile::definitions`].
    pub definition: Option<usize>,
    /// Whether it is inside an `if`, a `try` or a function, and so may not run when the module is
    /// imported.
    pub conditional: bool,
}

/// The definition whose header is `line`, before its body is known. It starts at `start`, with its
/// first decorator.
pub(super) fn begin(file: &PyFile, line: &Line, enclosing: &Enclosing, start: usize) -> Option<Definition> {
    let first = line.tokens.start;
    let (is_class, keyword) = match (file.word(first), file.word(first + 1)) {
        (b"class", _) => (true, first),
        (b"def", _) => (false, first),
        (b"async", b"def") if line.tokens.contains(&(first + 1)) => (false, first + 1),
        _ => return None,
    };
    let name = keyword + 1;
    if !line.tokens.contains(&name) || file.tokens[name].kind != TokenKind::Word {
        return None;
    }
    let is_colon = |token: &usize| file.tokens[*token].depth == 0 && file.word(*token) == b":";
    let colon = (name..line.tokens.end).find(is_colon)?;
    let text = String::from_utf8_lossy(file.word(name)).into_owned();
    let path = match enclosing.definition {
        Some(parent) => format!("{}.{text}", file.definitions[parent].path),
        None => text,
    };
    Some(Definition {
        is_class,
        name_span: file.tokens[name].span,
        path,
        span: Span::new(start, line.span.end),
        indent: Span::at(line.span.end),
        one_line: colon + 1 < line.tokens.end,
        append_at: line.span.end,
    })
}

/// The end of the comments that directly follow the last line of a body, which ends at `at`, and are
/// indented at least as deep as it.
pub(super) fn comments_end(source: &[u8], mut at: usize, width: usize) -> usize {
    loop {
        let (text, indent) = indentation(source, at);
        if source.get(text) != Some(&b'#') || indent < width {
            return at;
        }
        at = line_from(source, text).end;
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
        assert_eq!(file.definitions().iter().map(Definition::is_class).filter(|is| *is).count(), 1);
    }

    #[test]
    fn spans_go_from_the_decorator_to_the_last_statement() {
        let source = "@a\n@b(\n 1)\ndef f(x,\n      y):  # why\n    \"\"\"Doc.\"\"\"\n    return (x,\n y)\n    # end\n\n# g\ndef g(): pass\n";
        let file = PyFile::parse(source.as_bytes());
        let f = &file.definitions()[0];
        assert!(text(source, f.span).starts_with("@a\n") && text(source, f.span).ends_with(" y)\n"));
        assert_eq!((text(source, f.name_span), text(source, f.indent)), ("f", "    "));
        assert_eq!(&source[f.append_at..f.append_at + 5], "\n# g\n");
    }

    #[test]
    fn a_one_line_suite_ends_with_its_header() {
        let source = "class A: 'doc'; x = 1\ndef f(): pass";
        let file = PyFile::parse(source.as_bytes());
        let [a, f] = file.definitions() else { panic!("two definitions") };
        assert_eq!(
            (text(source, a.span), a.one_line, a.indent.is_empty()),
            ("class A: 'doc'; x = 1\n", true, true)
        );
        assert_eq!((text(source, f.span), f.append_at), ("def f(): pass", source.len()));
    }

    #[test]
    fn comments_of_the_next_definition_are_not_in_the_body() {
        let source = "class A:\r\n\tdef f(self):\r\n\t\tpass\r\n\r\n\t# g\r\n\tdef g(self):\r\n\t\tpass\r\n# B\r\nclass B: pass\r\n";
        let file = PyFile::parse(source.as_bytes());
        let found = file.find_function("A.f");
        assert!(source[found[0].append_at..].starts_with("\r\n\t# g"));
        assert!(source[file.find_class("A")[0].append_at..].starts_with("# B"));
    }
}
