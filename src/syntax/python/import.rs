//! Import statements, and calls of `__import__` with a literal.

use super::PyFile;
use super::block::Enclosing;
use super::lexer::Kind;
use super::literal::content;
use crate::text::Span;

/// How something is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// `import a.b as c, d`
    Import,
    /// `from .a import b as c`
    From,
    /// `__import__("a")`
    Call,
}

/// An import, anywhere in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// How.
    pub kind: ImportKind,
    /// The statement or the call.
    pub span: Span,
    /// The number of leading dots; 0 means absolute (in Python 2, perhaps a sibling).
    pub level: usize,
    /// What stands between `from` and `import`, without the dots; the argument of a call. Empty
    /// for `import`, whose names are the modules.
    pub module: String,
    /// The names imported; `*` stands for all.
    pub names: Vec<ImportedName>,
    /// Whether an `if` stands around it.
    pub in_if: bool,
    /// Whether a `try` (or its `except`) stands around it.
    pub in_try: bool,
    /// Whether it runs only when a function is called.
    pub in_function: bool,
}

/// One name of an [`Import`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedName {
    /// The name, dots included.
    pub name: String,
    /// What follows `as`.
    pub alias: Option<String>,
    /// The name and its alias.
    pub span: Span,
}

impl Import {
    /// Whether it may not run when the module is imported.
    pub fn is_conditional(&self) -> bool {
        self.in_if || self.in_try || self.in_function
    }

    /// The modules named, without the names taken from them.
    pub fn modules(&self) -> Vec<&str> {
        match self.kind {
            ImportKind::Import => self.names.iter().map(|n| n.name.as_str()).collect(),
            ImportKind::From | ImportKind::Call => vec![&self.module],
        }
    }
}

/// All imports of `file`; `around` says for each line what stands around it.
pub(super) fn imports(file: &PyFile, around: &[(Enclosing, Enclosing)]) -> Vec<Import> {
    let mut found = Vec::new();
    for (line, (outer, inner)) in file.lines.iter().zip(around) {
        let mut enclosing = outer;
        for token in line.tokens.clone() {
            let depth = file.tokens[token].depth;
            let word = file.word(token);
            if word == b"__import__" {
                found.extend(call(file, token, line.tokens.end, enclosing));
                continue;
            }
            if depth > 0 {
                continue;
            }
            let starts = token == line.tokens.start || matches!(file.word(token - 1), b";" | b":");
            match word {
                b"import" if starts => found.push(statement(file, token, line.tokens.end, enclosing)),
                b"from" if starts => found.push(statement(file, token, line.tokens.end, enclosing)),
                b":" => enclosing = inner,
                _ => {}
            }
        }
    }
    found
}

fn empty(kind: ImportKind, span: Span, enclosing: &Enclosing) -> Import {
    let Enclosing { in_if, in_try, in_function, .. } = *enclosing;
    Import { kind, span, level: 0, module: String::new(), names: Vec::new(), in_if, in_try, in_function }
}

/// The import statement at `first`; its line's tokens end at `end`.
fn statement(file: &PyFile, first: usize, end: usize, enclosing: &Enclosing) -> Import {
    let end = (first..end).find(|t| file.tokens[*t].depth == 0 && file.word(*t) == b";").unwrap_or(end);
    let span = Span::new(file.tokens[first].span.start, file.tokens[end - 1].span.end);
    let mut import = empty(ImportKind::Import, span, enclosing);
    let mut at = first + 1;
    if file.word(first) == b"from" {
        import.kind = ImportKind::From;
        while at < end && file.word(at) == b"." {
            import.level += 1;
            at += 1;
        }
        while at < end && file.word(at) != b"import" {
            import.module.push_str(&String::from_utf8_lossy(file.word(at)));
            at += 1;
        }
        at += 1;
    }
    let names = (at..end).filter(|t| !matches!(file.word(*t), b"(" | b")"));
    let names: Vec<usize> = names.collect();
    import.names = names.split(|t| file.word(*t) == b",").filter_map(|part| name(file, part)).collect();
    import
}

/// One name from its tokens; `None` behind a trailing comma.
fn name(file: &PyFile, tokens: &[usize]) -> Option<ImportedName> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    let text = |tokens: &[usize]| -> String {
        tokens.iter().map(|t| String::from_utf8_lossy(file.word(*t)).into_owned()).collect()
    };
    let span = Span::new(file.tokens[*first].span.start, file.tokens[*last].span.end);
    let split = tokens.iter().position(|t| file.word(*t) == b"as");
    let name = text(&tokens[..split.unwrap_or(tokens.len())]);
    Some(ImportedName { name, alias: split.map(|at| text(&tokens[at + 1..])), span })
}

/// The call of `__import__` at `token`, if its argument is a literal.
fn call(file: &PyFile, token: usize, end: usize, enclosing: &Enclosing) -> Option<Import> {
    let literal = token + 2;
    if literal >= end || file.word(token + 1) != b"(" || file.tokens[literal].kind != Kind::Text {
        return None;
    }
    let depth = file.tokens[token + 1].depth;
    let close = (literal..end).find(|t| file.tokens[*t].depth == depth && file.word(*t) == b")")?;
    let span = Span::new(file.tokens[token].span.start, file.tokens[close].span.end);
    let module = String::from_utf8_lossy(content(file.word(literal))).into_owned();
    Some(Import { module, ..empty(ImportKind::Call, span, enclosing) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `span: level module [names]` of every import.
    fn imports(source: &str) -> Vec<String> {
        let file = PyFile::parse(source.as_bytes());
        let line = |i: &Import| {
            let names: Vec<String> =
                i.names.iter().map(|n| format!("{}/{}", n.name, n.alias.as_deref().unwrap_or(""))).collect();
            format!("{} {} [{}]", i.level, i.module, names.join(" "))
        };
        file.imports().iter().map(line).collect()
    }

    #[test]
    fn every_form_of_import_is_read() {
        let source = "import a.b as c, d; import e\nfrom .x import (y, # z\n  w as v,)\nfrom ... import *\nfrom a . b import c\n\
                      m = __import__('q.r', {}) or x.__import__(n)\n";
        assert_eq!(
            imports(source),
            ["0  [a.b/c d/]", "0  [e/]", "1 x [y/ w/v]", "3  [*/]", "0 a.b [c/]", "0 q.r []"]
        );
    }

    #[test]
    fn words_that_look_like_imports_are_none() {
        assert!(
            imports("def f():\n  yield from x\n  raise a from b\nimportant = 1 # import a\n'import b'\n")
                .is_empty()
        );
    }

    #[test]
    fn an_import_knows_what_it_depends_on() {
        let source = "import a\ntry: import b\nexcept ImportError: import c\nif x:\n  pass\nelse:\n  import d\n\
                      class A:\n  import e\n  def f(self):\n    if y: import g\nfor i in x:\n  pass\nelse:\n  import h\n";
        let file = PyFile::parse(source.as_bytes());
        let flags: Vec<_> = file
            .imports()
            .iter()
            .map(|i| (i.names[0].name.as_str(), i.in_if, i.in_try, i.in_function))
            .collect();
        assert_eq!(
            flags,
            [
                ("a", false, false, false),
                ("b", false, true, false),
                ("c", false, true, false),
                ("d", true, false, false),
                ("e", false, false, false),
                ("g", true, false, true),
                ("h", false, false, false)
            ]
        );
    }
}
