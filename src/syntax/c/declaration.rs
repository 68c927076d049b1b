//! Functions and their prototypes, outside every body.

use super::CFile;
use super::directive::{Keyword, keyword};
use super::head::{Head, Top, is_attribute_call, is_macro_name, is_statement};
use crate::syntax::Problem;
use crate::text::Span;

/// The definition of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name. Bytes outside UTF-8 are replaced; [`name_span`](Function::name_span) has them.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// From the first token of the declaration through the parameters' closing parenthesis.
    pub signature: Span,
    /// The parameters with their parentheses.
    pub parameters: Span,
    /// The body with its braces.
    pub body: Span,
    /// Whether the parameters are declared between the parentheses and the body (K&R).
    pub old_style: bool,
    /// Whether `#if` variants share parts of it: several heads with one body, or one head with
    /// several bodies. The group in question is a problem of the file.
    pub shared: bool,
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
    /// Where the name stands.
    pub name_span: Span,
    /// From the first token of the declaration through its semicolon.
    pub span: Span,
    /// Under which conditions it is compiled, innermost last.
    pub conditions: Vec<String>,
}

/// What [`declarations`] finds.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub functions: Vec<Function>,
    pub prototypes: Vec<Prototype>,
    pub problems: Vec<Problem>,
}

/// Finds all definitions and prototypes of `file`.
pub(super) fn declarations(file: &CFile) -> Declarations {
    let top = Top::new(file);
    let mut out = Declarations::default();
    // The declaration being read starts at `from`; no K&R parameters reach back beyond `body_end`.
    let (mut from, mut body_end) = (0, 0);
    for at in 0..top.top.len() {
        if top.is_directive(at) {
            continue;
        }
        if top.is(at, b";") {
            prototypes(&top, from, at, &mut out);
            from = at + 1;
        } else if top.is(at, b"}") {
            (from, body_end) = (at + 1, at + 1);
        } else if top.is(at, b"{") {
            brace(&top, from, body_end, at, &mut out);
        }
    }
    let bodies: Vec<Span> = out.functions.iter().filter(|f| f.old_style).map(Function::span).collect();
    out.prototypes.retain(|p| !bodies.iter().any(|b| b.contains(p.name_span)));
    out
}

/// Decides what the outermost brace at `at` belongs to.
fn brace(top: &Top, mut from: usize, mut body_end: usize, at: usize, out: &mut Declarations) {
    let file = top.file;
    let Some(close) = file.nesting.partner(top.top[at]) else { return };
    let body = Span::new(file.start(top.top[at]), file.end(close));
    let places = &file.nesting.places;
    let crosses = places.at(body.start) != places.at(file.start(close));
    let (mut heads, mut shared) = (Vec::new(), crosses);
    let mut last = at;
    while last > body_end && heads.is_empty() {
        last -= 1;
        if !top.is_directive(last) {
            heads.extend(one_head(top, from, body_end, last));
            break;
        }
        let place = places.at(file.start(top.top[last]));
        match keyword(file.text(top.top[last])).0 {
            Keyword::Endif => {
                let Some(first) = group_start(top, body_end, last) else { break };
                heads = branch_heads(top, first, last, body_end);
                shared |= !heads.is_empty();
                if !heads.is_empty() {
                    let span = Span::new(file.start(top.top[first]), file.end(top.top[last]));
                    out.problems.push(Problem::new(span, "the branches of this #if begin one function"));
                }
                last = first;
            }
            Keyword::If | Keyword::Ifdef | Keyword::Ifndef => shared = true,
            Keyword::Elif | Keyword::Else => {
                // The head before the `#if` lies behind the body of the branch above.
                let Some(first) = enclosing_start(top, last, place) else { break };
                (last, shared, from, body_end) = (first, true, 0, 0);
            }
            _ => {}
        }
    }
    if crosses && !heads.is_empty() {
        report_crossing(file, body, out);
    }
    if heads.is_empty() {
        report_unknown(top, at, body, out);
    }
    heads.sort_by_key(|h| h.name);
    heads.dedup_by_key(|h| file.text(h.name).to_vec());
    out.functions.extend(heads.into_iter().map(|head| function(top, head, body, shared)));
}

/// The head that ends right before a brace, at `last`.
fn one_head(top: &Top, from: usize, body_end: usize, last: usize) -> Option<Head> {
    if top.is(last, b";") {
        return top.old_style_head(body_end, last);
    }
    let lowest =
        (from.min(last)..last).rev().find(|i| top.is_directive(*i)).map_or(from.min(last), |i| i + 1);
    top.head(lowest, last)
}

/// Heads at the ends of the branches of the group from `first` to `last` (its `#endif`).
fn branch_heads(top: &Top, first: usize, last: usize, body_end: usize) -> Vec<Head> {
    let ends = (first + 1..=last).filter(|i| top.is_directive(*i) && !top.is_directive(i - 1));
    ends.filter_map(|end| {
        let from = (first..end).rev().find(|i| top.is_directive(*i) || top.is(*i, b";") || top.is(*i, b"}"));
        let from = from.map_or(first + 1, |i| i + 1).min(end - 1);
        one_head(top, from, body_end.max(first + 1), end - 1)
    })
    .collect()
}

/// The position of the `#if` that the `#endif` at `last` closes.
fn group_start(top: &Top, lowest: usize, last: usize) -> Option<usize> {
    let mut depth = 0;
    (lowest..=last).rev().find(|i| {
        if top.is_directive(*i) {
            match keyword(top.file.text(top.top[*i])).0 {
                Keyword::Endif => depth += 1,
                Keyword::If | Keyword::Ifdef | Keyword::Ifndef => depth -= 1,
                _ => return false,
            }
        }
        depth == 0
    })
}

/// The position of the `#if` of the group whose `#else` or `#elif` stands at `at`.
fn enclosing_start(top: &Top, at: usize, around: Option<u32>) -> Option<usize> {
    (0..at).rev().find(|i| {
        top.is_directive(*i)
            && matches!(keyword(top.file.text(top.top[*i])).0, Keyword::If | Keyword::Ifdef | Keyword::Ifndef)
            && top.file.nesting.places.at(top.file.start(top.top[*i])) == around
    })
}

fn function(top: &Top, head: Head, body: Span, shared: bool) -> Function {
    let file = top.file;
    let name_span = file.span(head.name);
    let parameters = Span::new(file.start(head.open), file.end(head.close));
    let end = if top.is(head.last, b")") {
        file.end(top.top[head.last]).max(parameters.end)
    } else {
        parameters.end
    };
    let start = file.start(top.top[head.first]).min(name_span.start);
    Function {
        name: file.string(name_span),
        name_span,
        signature: Span::new(start, end),
        parameters,
        body,
        old_style: top.is(head.last, b";"),
        shared,
        conditions: file.conditions_of(head.name),
    }
}

/// A body that opens in one branch and closes in another place: the groups it cuts are in doubt.
fn report_crossing(file: &CFile, body: Span, out: &mut Declarations) {
    for offset in [body.start, body.end - 1] {
        let places = &file.nesting.places;
        for place in places.outwards(places.at(offset)) {
            let span = file.nesting.groups[place.group as usize].span;
            if !span.contains(body) {
                out.problems.push(Problem::new(span, "a function begins or ends in a branch of this #if"));
            }
        }
    }
}

/// A brace that begins neither a function nor a type nor an initialiser.
fn report_unknown(top: &Top, at: usize, body: Span, out: &mut Declarations) {
    let before = (0..at).rev().find(|i| !top.is_directive(*i));
    let statement = match before {
        None => true,
        Some(i) if top.is(i, b")") && i >= 2 => top.is_word(i - 2) && is_statement(top.word(i - 2)),
        Some(i) => top.is(i, b";") || (top.is_word(i) && is_statement(top.word(i))),
    };
    if statement {
        out.problems.push(Problem::new(body, "this block belongs to no function"));
    }
}

/// Adds the prototypes of the declaration from `from` to the `;` at `end`.
fn prototypes(top: &Top, from: usize, end: usize, out: &mut Declarations) {
    let file = top.file;
    let from = (from..end).rev().find(|i| top.is_directive(*i)).map_or(from, |i| i + 1);
    let words = (from..end).filter(|i| top.is_word(*i)).map(|i| top.word(i));
    if (from..end).any(|i| top.is(i, b"=") || top.is(i, b"{")) || words.into_iter().any(|w| w == b"typedef") {
        return;
    }
    for name in from + 1..end {
        let followed = name + 3 <= end && top.is(name + 1, b"(") && top.is(name + 2, b")");
        if !followed
            || !top.is_word(name)
            || is_attribute_call(top.word(name))
            || is_statement(top.word(name))
        {
            continue;
        }
        let behind = name + 3;
        let ends = behind == end
            || top.is(behind, b",")
            || (top.is_word(behind) && ends_with_attributes(top, behind, end));
        if ends {
            // `int f OF((int));` wraps the parameters for compilers that know none.
            let wraps = file.is_mark(top.top[name + 1] + 1, b"(") && top.is_word(name - 1) && name - 1 > from;
            let name = if wraps && is_macro_name(top.word(name)) { name - 1 } else { name };
            let name_span = file.span(top.top[name]);
            out.prototypes.push(Prototype {
                name: file.string(name_span),
                name_span,
                span: Span::new(file.start(top.top[from]), file.end(top.top[end])),
                conditions: file.conditions_of(top.top[name]),
            });
        }
    }
}

/// Whether nothing but attributes stands between `from` and the `;` at `end`.
fn ends_with_attributes(top: &Top, from: usize, end: usize) -> bool {
    (from..end).all(|i| !top.is_word(i) || is_attribute_call(top.word(i)) || is_macro_name(top.word(i)))
        && !(from..end).any(|i| top.is(i, b"*"))
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
    fn a_macro_used_as_a_statement_is_no_part_of_the_next_signature() {
        let source = "SLOT1(a, b)\n\nSLOT2(c)\nstatic int *\nf(void)\n{ }\n";
        assert_eq!(signatures(source), ["f: static int *\nf(void)"]);
        let source = "static int\nf(void)\nBody(f)\n\nstatic int\ng(void)\n{ }\n";
        assert_eq!(signatures(source), ["g: static int\ng(void)"]);
    }

    #[test]
    fn old_style_definitions_are_found_and_their_parameters_are_no_prototypes() {
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
    fn types_initialisers_and_variables_are_no_functions() {
        let source = "struct a { int f(int); };\nenum b { C };\nint x[] = { f(1) };\nT y = (T) { 1 };\nstatic int (*fp)(int);\n\
                      typedef int (*t)(int);\ntypedef struct\n#if A\n__attribute__((packed))\n#endif\n{ int a; } u;\n\
                      typedef struct ALIGN(8) { int a; } v;\nint z = f(1);\nMACRO(q);\n";
        let file = CFile::parse(source.as_bytes());
        assert!(file.functions().is_empty() && file.prototypes().is_empty() && file.problems().is_empty());
    }

    #[test]
    fn variants_of_one_function_are_told_apart_by_their_conditions() {
        let source = "static int f(char *);\n#if A\nstatic int\nf(char *b)\n{ a }\n#elif B\nstatic int\nf(b)\nchar *b;\n{ b }\n#endif\n";
        let file = CFile::parse(source.as_bytes());
        let conditions: Vec<_> = file.functions().iter().map(|f| f.conditions.clone()).collect();
        assert_eq!(
            conditions,
            [vec!["#if A".to_string()], vec!["#if !(A)".to_string(), "#if B".to_string()]]
        );
        assert_eq!(file.prototypes().len(), 1);
        assert!(file.problems().is_empty() && file.functions().iter().all(|f| !f.shared));
    }

    #[test]
    fn heads_in_variants_with_one_body_are_a_problem_around_the_heads() {
        let source = "#ifdef A\nint f(int a)\n#else\nint g(int b)\n#endif\n{ x }\nint h(void) { }\n";
        assert_eq!(signatures(source), ["f: int f(int a)", "g: int g(int b)", "h: int h(void)"]);
        let file = CFile::parse(source.as_bytes());
        assert!(file.functions()[0].shared && !file.functions()[2].shared);
        assert_eq!(file.functions()[0].body, file.functions()[1].body);
        assert!(file.problem_in(file.functions()[0].signature).is_some());
        assert!(file.problem_in(file.functions()[0].body).is_none());
    }

    #[test]
    fn one_head_with_bodies_in_variants_is_shared() {
        let source = "int f(int a)\n#ifdef A\n{ x }\n#else\n{ y }\n#endif\n";
        let file = CFile::parse(source.as_bytes());
        assert_eq!(signatures(source), ["f: int f(int a)"; 2]);
        assert!(file.functions().iter().all(|f| f.shared));
    }

    #[test]
    fn an_attribute_under_if_behind_the_head_hides_nothing() {
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
