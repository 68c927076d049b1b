//! Import statements, and calls of `__import__` with a literal.

use super::PyFile;
use super::definition::Enclosing;
use super::lexer::TokenKind;
use super::literal::content;

/// The form of an import.
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
    /// Its form.
    pub kind: ImportKind,
    /// The number of leading dots; 0 is absolute (in Python 2, perhaps a sibling).
    pub level: usize,
    /// The module between `from` and `import`, without the dots, or the argument of a call. Empty
    /// for `import`, whose names are the modules.
    pub module: String,
    /// The names imported, dots included but without aliases; `*` is all of them.
    pub names: Vec<String>,
    /// Whether it may not run when the module is imported: an `if`, a `try` or a function is around it.
    pub conditional: bool,
}

impl Import {
    /// The modules named, without the names taken from them.
    pub fn modules(&self) -> Vec<&str> {
        match self.kind {
            ImportKind::Import => self.names.iter().map(String::as_str).collect(),
            ImportKind::From | ImportKind::Call => vec![&self.module],
        }
    }
}

/// All imports of `file`; `enclosing_of` is the result of [`walk`](super::block::walk).
pub(super) fn imports(file: &PyFile, enclosing_of: &[(Enclosing, Enclosing)]) -> Vec<Import> {
    let mut found = Vec::new();
    for (line, (outer, inner)) in file.lines.iter().zip(enclosing_of) {
        let mut conditional = outer.conditional;
        for token in line.tokens.clone() {
            let word = file.word(token);
            if word == b"__import__" {
                found.extend(call(file, token, line.tokens.end, conditional));
                continue;
            }
            if file.tokens[token].depth > 0 {
                continue;
            }
            let starts = token == line.tokens.start || matches!(file.word(token - 1), b";" | b":");
            match word {
                b"import" | b"from" if starts => {
                    found.push(statement(file, token, line.tokens.end, conditional));
                }
                b":" => conditional = inner.conditional,
                _ => {}
            }
        }
    }
    found
}

/// The import statement at `first`; its line's tokens end at `end`.
fn statement(file: &PyFile, first: usize, end: usize, conditional: bool) -> Import {
    let end = (first..end).find(|t| file.tokens[*t].depth == 0 && file.word(*t) == b";").unwrap_or(end);
    let text = |tokens: &[usize]| -> String {
        tokens.iter().map(|t| String::from_utf8_lossy(file.word(*t)).into_owned()).collect()
    };
    let mut kind = ImportKind::Import;
    let (mut level, mut module) = (0, String::new());
    let mut at = first + 1;
    if file.word(first) == b"from" {
        kind = ImportKind::From;
        level = (at..end).take_while(|t| file.word(*t) == b".").count();
        let words: Vec<usize> = (at + level..end).take_while(|t| file.word(*t) != b"import").collect();
        module = text(&words);
        at += level + words.len() + 1;
    }
    let tokens: Vec<usize> = (at..end).filter(|t| !matches!(file.word(*t), b"(" | b")")).collect();
    let names = tokens
        .split(|t| file.word(*t) == b",")
        .map(|part| text(part.split(|t| file.word(*t) == b"as").next().unwrap_or(part)))
        // Nothing follows a trailing comma.
        .filter(|name| !name.is_empty())
        .collect();
    Import { kind, level, module, names, conditional }
}

/// The call of `__import__` at `token`, if its argument is a literal.
fn call(file: &PyFile, token: usize, end: usize, conditional: bool) -> Option<Import> {
    let literal = token + 2;
    if literal >= end || file.word(token + 1) != b"(" || file.tokens[literal].kind != TokenKind::Text {
        return None;
    }
    let module = String::from_utf8_lossy(content(file.word(literal))).into_owned();
    Some(Import { kind: ImportKind::Call, level: 0, module, names: Vec::new(), conditional })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `level module [names]` of every import.
    fn imports(source: &str) -> Vec<String> {
        let file = PyFile::parse(source.as_bytes());
        let line = |i: &Import| format!("{} {} [{}]", i.level, i.module, i.names.join(" "));
        file.imports().iter().map(line).collect()
    }

    #[test]
    fn every_form_of_import_is_read() {
        let source = "import a.b as c, d; import e\nfrom .x import (y, # z\n  w as v,)\nfrom ... import *\nfrom a . b import c\n\
                      m = __import__('q.r', {}) or x.__import__(n)\n";
        assert_eq!(imports(source), ["0  [a.b d]", "0  [e]", "1 x [y w]", "3  [*]", "0 a.b [c]", "0 q.r []"]);
    }

    #[test]
    fn words_that_look_like_imports_are_none() {
        assert!(
            imports("def f():\n  yield from x\n  raise a from b\nimportant = 1 # import a\n'import b'\n")
                .is_empty()
        );
    }

    #[test]
    fn an_import_in_an_if_a_try_or_a_function_is_conditional() {
        let source = "import a\ntry: import b\nexcept ImportError: import c\nif x:\n  pass\nelse:\n  import d\n\
                      class A:\n  import e\n  def f(self):\n    if y: import g\nfor i in x:\n  pass\nelse:\n  import h\n";
        let file = PyFile::parse(source.as_bytes());
        let conditional: Vec<_> =
            file.imports().iter().filter(|i| i.conditional).map(|i| i.names[0].as_str()).collect();
        assert_eq!(conditional, ["b", "c", "d", "g"]);
        assert_eq!(file.imports().len(), 7);
    }
}
