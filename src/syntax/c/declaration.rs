//! Functions and their prototypes, outside every body.

use super::CFile;
use super::directive::{Keyword, keyword};
use super::head::{Head, TopLevel, is_attribute_call, is_macro_name, is_statement};
use super::tokens::Tokens;
use crate::syntax::{Doubt, Problem};
use crate::text::Span;

/// The definition of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name. Bytes that are not UTF-8 are replaced; [`name_span`](Function::name_span) has them.
    pub name: String,
    /// The name in its head.
    pub name_span: Span,
    /// From the first token of the declaration through the parameters' closing parenthesis.
    pub signature: Span,
    /// The body with its braces.
    pub body: Span,
    /// Whether the parameters are declared between the parentheses and the body (K&R).
    pub old_style: bool,
    /// Under which conditions the head is compiled, innermost last.
    pub conditions: Vec<String>,
}

impl Function {
    /// From the start of the signature to the end of the body.
    pub fn span(&self) -> Span {
        Span::new(self.signature.start.min(self.body.start), self.body.end)
    }
}

/// The declaration of a function that is defined elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prototype {
    /// Its name.
    pub name: String,
    /// The name in the declaration.
    pub name_span: Span,
}

/// The result of [`declarations`].
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub functions: Vec<Function>,
    pub prototypes: Vec<Prototype>,
    pub problems: Vec<Problem>,
}

/// Finds all definitions and prototypes of `file`.
pub(super) fn declarations(file: &CFile) -> Declarations {
    let top = TopLevel::new(file);
    let mut out = Declarations::default();
    // The declaration being read starts at `from`; no K&R parameters reach back beyond `body_end`.
    let (mut from, mut body_end) = (0, 0);
    for at in 0..top.indices.len() {
        if top.is_directive(at) {
            continue;
        }
        if top.is_mark(at, b";") {
            prototypes(&top, from, at, &mut out);
            from = at + 1;
        } else if top.is_mark(at, b"}") {
            (from, body_end) = (at + 1, at + 1);
        } else if top.is_mark(at, b"{") {
            brace(&top, from, body_end, at, &mut out);
        }
    }
    let bodies: Vec<Span> = out.functions.iter().filter(|f| f.old_style).map(Function::span).collect();
    out.prototypes.retain(|p| !bodies.iter().any(|b| b.contains(p.name_span)));
    out
}

/// Decides what the brace at `at` belongs to.
fn brace(top: &TopLevel, mut from: usize, mut body_end: usize, at: usize, out: &mut Declarations) {
    let file = top.file;
    let Some(close) = file.nesting.partner(top.indices[at]) else { return };
    let body = Span::new(top.start(at), file.end(close));
    let branches = &file.nesting.branches;
    let crosses = branches.at(body.start) != branches.at(file.start(close));
    let mut heads = Vec::new();
    let mut last = at;
    while last > body_end && heads.is_empty() {
        last -= 1;
        if !top.is_directive(last) {
            heads.extend(one_head(top, from, body_end, last));
            break;
        }
        match keyword(top.text(last)).0 {
            Keyword::Endif => {
                let Some(first) = group_start(top, body_end, last) else { break };
                heads = branch_heads(top, first, last, body_end);
                if !heads.is_empty() {
                    let span = Span::new(top.start(first), top.end(last));
                    out.problems.push(Problem::unclear(span, "the branches of this #if begin one function"));
                }
                last = first;
            }
            Keyword::Elif | Keyword::Else => {
                // The head is before the `#if`, and the body of the branch above is between.
                let Some(first) = enclosing_start(top, last) else { break };
                (last, from, body_end) = (first, 0, 0);
            }
            Keyword::If | Keyword::Include | Keyword::Define | Keyword::Other => {}
        }
    }
    if crosses && !heads.is_empty() {
        report_crossing(file, body, out);
    }
    if heads.is_empty() {
        report_unknown(top, at, body, out);
    }
    heads.sort_by_key(|h| h.name);
    heads.dedup_by_key(|h| file.text(h.name));
    let unfinished = heads.iter().find_map(|head| top.head_without_body(body_end, head));
    out.problems.extend(unfinished.map(|span| Problem::new(span, "this head of a function has no body")));
    out.functions.extend(heads.into_iter().map(|head| function(top, head, body)));
}

/// The head that ends right before a brace, at `last`.
fn one_head(top: &TopLevel, from: usize, body_end: usize, last: usize) -> Option<Head> {
    if top.is_mark(last, b";") {
        return top.old_style_head(body_end, last);
    }
    let from = from.min(last);
    let lowest = (from..last).rev().find(|i| top.is_directive(*i)).map_or(from, |i| i + 1);
    top.head(lowest, last)
}

/// The heads at the ends of the branches of the group from `first` to `last`, its `#endif`.
fn branch_heads(top: &TopLevel, first: usize, last: usize, body_end: usize) -> Vec<Head> {
    let ends = (first + 1..=last).filter(|i| top.is_directive(*i) && !top.is_directive(i - 1));
    ends.filter_map(|end| {
        let from = (first..end).rev().find(|i| top.is_directive(*i) || top.is_any_mark(*i, b";}"));
        let from = from.map_or(first + 1, |i| i + 1).min(end - 1);
        one_head(top, from, body_end.max(first + 1), end - 1)
    })
    .collect()
}

/// The position of the `#if` that the `#endif` at `last` closes.
fn group_start(top: &TopLevel, lowest: usize, last: usize) -> Option<usize> {
    let mut depth = 0;
    (lowest..=last).rev().find(|i| {
        let keyword = top.is_directive(*i).then(|| keyword(top.text(*i)).0);
        match keyword {
            Some(Keyword::Endif) => depth += 1,
            Some(Keyword::If) => depth -= 1,
            Some(Keyword::Elif | Keyword::Else | Keyword::Include | Keyword::Define | Keyword::Other)
            | None => {}
        }
        depth == 0
    })
}

/// The position of the `#if` of the group whose `#else` or `#elif` is at `at`.
fn enclosing_start(top: &TopLevel, at: usize) -> Option<usize> {
    let branch = |i: usize| top.file.nesting.branches.at(top.start(i));
    (0..at)
        .rev()
        .find(|i| top.is_directive(*i) && keyword(top.text(*i)).0 == Keyword::If && branch(*i) == branch(at))
}

fn function(top: &TopLevel, head: Head, body: Span) -> Function {
    let file = top.file;
    let name_span = file.span(head.name);
    let parameters_end = file.end(head.close);
    let end =
        if top.is_mark(head.last, b")") { top.end(head.last).max(parameters_end) } else { parameters_end };
    Function {
        name: file.string(name_span),
        name_span,
        signature: Span::new(top.start(head.first).min(name_span.start), end),
        body,
        old_style: top.is_mark(head.last, b";"),
        conditions: file.conditions_at(name_span.start),
    }
}

/// Reports the groups that a body cuts because it opens in one branch and closes in another.
fn report_crossing(file: &CFile, body: Span, out: &mut Declarations) {
    for offset in [body.start, body.end - 1] {
        for branch in file.nesting.branches.branches_at(offset) {
            let span = file.nesting.groups[branch.group as usize].span;
            if !span.contains(body) {
                let what = "a function begins or ends in a branch of this #if";
                // If the branches agree, each of them begins or ends it.
                let disagrees = file.problems.iter().any(|p| p.span == span && p.doubt == Doubt::Branches);
                out.problems.push(if disagrees {
                    Problem::new(span, what)
                } else {
                    Problem::unclear(span, what)
                });
            }
        }
    }
}

/// Reports a brace that begins neither a function nor a type nor an initializer.
fn report_unknown(top: &TopLevel, at: usize, body: Span, out: &mut Declarations) {
    let before = (0..at).rev().find(|i| !top.is_directive(*i));
    let is_statement_at = |i: usize| top.is_word(i) && is_statement(top.text(i));
    let statement = match before {
        None => true,
        Some(i) if top.is_mark(i, b")") && i >= 2 => is_statement_at(i - 2),
        Some(i) => top.is_mark(i, b";") || is_statement_at(i),
    };
    if statement {
        out.problems.push(Problem::new(body, "this block belongs to no function"));
    }
}

/// Adds the prototypes of the declaration from `from` to the `;` at `end`.
fn prototypes(top: &TopLevel, from: usize, end: usize, out: &mut Declarations) {
    let file = top.file;
    let from = (from..end).rev().find(|i| top.is_directive(*i)).map_or(from, |i| i + 1);
    let other = |i: usize| top.is_any_mark(i, b"={") || (top.is_word(i) && top.text(i) == b"typedef");
    if (from..end).any(other) {
        return;
    }
    for name in from + 1..end {
        let followed = name + 3 <= end && top.is_mark(name + 1, b"(") && top.is_mark(name + 2, b")");
        if !followed
            || !top.is_word(name)
            || is_attribute_call(top.text(name))
            || is_statement(top.text(name))
        {
            continue;
        }
        let after = name + 3;
        let ends = after == end
            || top.is_mark(after, b",")
            || (top.is_word(after) && ends_with_attributes(top, after, end));
        if ends {
            // `int f OF((int));` wraps the parameters for compilers without prototypes.
            let wraps =
                file.is_mark(top.indices[name + 1] + 1, b"(") && top.is_word(name - 1) && name - 1 > from;
            let name_span = top.span(if wraps && is_macro_name(top.text(name)) { name - 1 } else { name });
            out.prototypes.push(Prototype { name: file.string(name_span), name_span });
        }
    }
}

/// Whether only attributes are between `from` and the `;` at `end`.
fn ends_with_attributes(top: &TopLevel, from: usize, end: usize) -> bool {
    (from..end).all(|i| match top.is_word(i) {
        true => is_attribute_call(top.text(i)) || is_macro_name(top.text(i)),
        false => !top.is_mark(i, b"*"),
    })
}

#[cfg(test)]
mod tests {
    use crate::syntax::c::CFile;
    use crate::text::Span;

    /// `name: signature` of every function.
    fn signatures(source: &str) -> Vec<String> {
        let file = CFile::parse(source.as_bytes());
        let text = |s: Span| source[s.start..s.end].to_string();
        file.functions().iter().map(|f| format!("{}: {}", f.name, text(f.signature))).collect()
    }

    #[test]
    fn macros_and_comments_before_the_name_belong_to_the_signature() {
        let source = "int x;\nPyMODINIT_FUNC\ninit_a(void)\n{ }\nDL_EXPORT(void) init_b(void) { }\nPy_LOCAL(int)\nc(int a) { }\n\
                      static PyObject * /* comment */\nd(int (*cb)(int)) { }\nint e(void) Py_GCC_ATTRIBUTE((x)) { }\n";
        assert_eq!(
            signatures(source),
            [
                "init_a: PyMODINIT_FUNC\ninit_a(void)",
                "init_b: DL_EXPORT(void) init_b(void)",
                "c: Py_LOCAL(int)\nc(int a)",
                "d: static PyObject * /* comment */\nd(int (*cb)(int))",
                "e: int e(void) Py_GCC_ATTRIBUTE((x))",
            ]
        );
    }

    #[test]
    fn a_macro_used_as_a_statement_is_not_in_the_next_signature() {
        let source = "SLOT1(a, b)\n\nSLOT2(c)\nstatic int *\nf(void)\n{ }\n";
        assert_eq!(signatures(source), ["f: static int *\nf(void)"]);
        let source = "static int\nf(void)\nBody(f)\n\nstatic int\ng(void)\n{ }\n";
        assert_eq!(signatures(source), ["g: static int\ng(void)"]);
    }

    #[test]
    fn the_parameters_of_an_old_style_definition_are_not_prototypes() {
        let source = "int g(int a);\nstatic int\nf(buf, cb)\n  char *buf;\n  int (*cb)();\n{\n}\n";
        assert_eq!(signatures(source), ["f: static int\nf(buf, cb)"]);
        let file = CFile::parse(source.as_bytes());
        assert!(file.functions()[0].old_style);
        assert_eq!(file.prototypes().iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["g"]);
    }

    #[test]
    fn functions_that_return_function_pointers_have_the_inner_name() {
        assert_eq!(signatures("static void (*f(int a))(int) { }"), ["f: static void (*f(int a))(int)"]);
        assert_eq!(signatures("int (f)(int a) { }"), ["f: int (f)(int a)"]);
    }

    #[test]
    fn types_initializers_and_variables_are_not_functions() {
        let source = "struct a { int f(int); };\nenum b { C };\nint x[] = { f(1) };\nT y = (T) { 1 };\nstatic int (*fp)(int);\n\
                      typedef int (*t)(int);\ntypedef struct\n#if A\n__attribute__((packed))\n#endif\n{ int a; } u;\n\
                      typedef struct ALIGN(8) { int a; } v;\nint z = f(1);\nMACRO(q);\n";
        let file = CFile::parse(source.as_bytes());
        assert!(file.functions().is_empty() && file.prototypes().is_empty() && file.problems().is_empty());
    }

    #[test]
    fn variants_of_a_function_have_their_conditions() {
        let source = "static int f(char *);\n#if A\nstatic int\nf(char *b)\n{ a }\n#elif B\nstatic int\nf(b)\nchar *b;\n{ b }\n#endif\n";
        let file = CFile::parse(source.as_bytes());
        let conditions: Vec<_> = file.functions().iter().map(|f| f.conditions.clone()).collect();
        assert_eq!(
            conditions,
            [vec!["#if A".to_string()], vec!["#if !(A)".to_string(), "#if B".to_string()]]
        );
        assert_eq!(file.prototypes().len(), 1);
        assert!(file.problems().is_empty());
    }

    #[test]
    fn a_head_without_a_body_is_damage() {
        let damage = |source: &str| {
            let file = CFile::parse(source.as_bytes());
            file.problems().iter().map(|p| source[p.span.start..p.span.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(damage("int x;\nint\nf(char *n)\nint f(void) { }\n"), ["f(char *n)"]);
        assert_eq!(damage("int x;\nkind\nf(char *n)\n\nkind *\nf(void) { }\n"), ["f(char *n)"]);
        assert_eq!(damage("int x;\nint *f(char *n)\nstatic int\ng(void) { }\n"), ["f(char *n)"]);
        for sound in [
            "static PyAPI_FUNC(int) f(void) { }",
            "extern DL_EXPORT(int) Py_NO_INLINE f(void) { }",
            "static Py_LOCAL(PyObject *) *\nf(void) { }",
            "static int f(void)\nBody(f)\n\nstatic int\ng(void) { }",
            "SLOT1(a, b)\n\nSLOT2(c)\nstatic int *f(void) { }",
            "inline Name(a) static int f(void) { }",
            "static int Py_DEPRECATED(3.1) f(void) { }",
            "static __declspec(dllexport) int f(void) { }",
            "static int f(a)\n  int a;\n{ }",
            "static Name(a) int f(void) { }",
        ] {
            assert!(damage(sound).is_empty(), "{sound}");
        }
    }

    #[test]
    fn the_branches_around_several_heads_of_one_body_are_a_problem() {
        let source = "#ifdef A\nint f(int a)\n#else\nint g(int b)\n#endif\n{ x }\nint h(void) { }\n";
        assert_eq!(signatures(source), ["f: int f(int a)", "g: int g(int b)", "h: int h(void)"]);
        let file = CFile::parse(source.as_bytes());
        assert_eq!(file.functions()[0].body, file.functions()[1].body);
        assert!(file.problem_in(file.functions()[0].signature).is_some());
        assert!(file.problem_in(file.functions()[0].body).is_none());
    }

    #[test]
    fn one_head_with_bodies_in_variants_is_a_function_for_each() {
        let source = "int f(int a)\n#ifdef A\n{ x }\n#else\n{ y }\n#endif\n";
        let file = CFile::parse(source.as_bytes());
        assert_eq!(signatures(source), ["f: int f(int a)"; 2]);
        let bodies: Vec<_> = file.functions().iter().map(|f| f.body.of(source.as_bytes())).collect();
        assert_eq!(bodies, [b"{ x }", b"{ y }"]);
    }

    #[test]
    fn an_attribute_in_an_if_group_may_follow_the_head() {
        assert_eq!(signatures("int f(int a)\n#ifdef G\n  ATTR\n#endif\n{ x }\n"), ["f: int f(int a)"]);
    }

    #[test]
    fn prototypes_may_have_macros_attributes_and_lists() {
        let source = "PyAPI_FUNC(int) a(void);\nint b(void), *c(int);\nextern int d() Py_DEPRECATED(3);\nint e(void) NOTE;\nint f OF((int a));\n";
        let file = CFile::parse(source.as_bytes());
        assert_eq!(
            file.prototypes().iter().map(|p| p.name.as_str()).collect::<Vec<_>>(),
            ["a", "b", "c", "d", "e", "f"]
        );
    }

    #[test]
    fn a_block_outside_every_function_is_a_problem() {
        let file = CFile::parse(b"int f(void) { } }\nif (x) { y; }\n");
        assert_eq!(file.problems().len(), 2);
    }
}
