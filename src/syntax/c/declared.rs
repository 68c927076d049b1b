//! Declarations outside of functions, by the names that they declare.

use super::CFile;
use super::list::declared_names;
use super::table::whole_lines;
use super::tokens::Tokens;
use super::unit::Reading;
use crate::text::Span;

/// A declaration: a prototype, a variable, a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The names that it declares.
    pub names: Vec<String>,
    /// Its whole lines with their remarks, if no other code is on them.
    pub span: Span,
}

impl CFile {
    /// The declarations in `within` that are outside of functions and end with a `;`.
    pub fn declarations(&self, within: Span) -> Vec<Declaration> {
        let all = Reading::new(self, Span::new(0, self.source.len()));
        let mut found = Vec::new();
        let mut first = 0;
        for token in 0..all.code.len() {
            if all.unfinished[token].is_none() && all.is_declaration_level(token) {
                first = token;
            }
            if !all.code.is_mark(token, b";") || !all.is_declaration_level(token) {
                continue;
            }
            let span = all.span(first.min(token), token);
            // The parameters of an old-style definition are declared in its head.
            let is_head = self.functions().iter().any(|function| function.span().overlaps(span));
            if within.contains(span) && !is_head {
                let names = declared_names(&all, first, token);
                found.push(Declaration { names, span: whole_lines(self, span) });
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_have_their_names() {
        let source = "#include <a.h>\nint f(int a);\nextern char *b[2], c;\nstatic PyObject *\ng(void);\nint d = 1;\nint h(void) { int i; }\nint o(n) int n; { }\n\
                      struct s { int j; } k;\nstruct t;\nextern \"C\" {\ntypedef int (*p)(int l);\n}\nPyAPI_FUNC(int) m(void);\n#if A\nT q;\n#endif\n";
        let file = CFile::parse(source.as_bytes());
        let names: Vec<String> = file
            .declarations(Span::new(0, source.len()))
            .into_iter()
            .map(|one| one.names.join(" "))
            .collect();
        assert_eq!(names, ["f", "b c", "g", "d", "k", "t", "p", "m", "q"]);
    }
}
