//! Tests of C files as a whole.

use super::lexer::TokenKind;
use super::*;
use proptest::prelude::*;

use crate::syntax::spans::of_c;

#[test]
fn latin_1_crlf_and_a_missing_last_line_end_are_read() {
    let source = b"/* \xe9 */\r\nint\r\nf(void)\r\n{\r\n\treturn 1;\r\n}";
    let file = CFile::parse(source);
    assert_eq!(file.functions()[0].signature.of(source), b"int\r\nf(void)");
    assert_eq!(file.functions()[0].body.end, source.len());
    assert!(file.problems().is_empty());
}

#[test]
fn prose_under_if_0_is_not_a_problem() {
    let file = CFile::parse(b"#if 0\nthis doesn't count\n#endif\nint f(void) { return 'a;\n }\n");
    assert_eq!(file.problems()[0].what, "this literal is not closed on its line");
    assert!(file.problem_in(Span::new(0, 30)).is_none());
    assert!(CFile::parse(b"#if 0\nthis doesn't count\n#endif\n").problems().is_empty());
}

/// Pieces of C, in any order.
fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    #[rustfmt::skip]
    let pieces = vec![
        "f", "int ", "(", ")", "{", "}", "[", "]", ";", ",", "=", "\"a\"", "'", "\n", "\r\n", "#if A\n", "#if 0\n",
        "#else\n", "#elif B\n", "#endif\n", "#define X(a) \\\n", "#undef/**/X", "\n#include <a>\n", "/*", "*/", "//",
        "\\", "*", "extern \"C\" {", "static ", "f(int a)\n", "f(a) int a;", "{\n", "}\n", " /* ( */ #", "'('", "1.5e+'",
    ];
    proptest::collection::vec(prop::sample::select(pieces), 0..40)
}

/// Checks that a file has the same contents as if all of its tokens were read at once.
fn equals_file_read_at_once(source: &[u8]) {
    let whole = CFile::with_nesting(source.into(), nesting::read(source, true));
    let file = CFile::parse(source);
    assert_eq!(file.functions(), whole.functions());
    assert_eq!(file.prototypes(), whole.prototypes());
    assert_eq!(file.tables(), whole.tables());
    assert_eq!(file.problems(), whole.problems());
    assert_eq!(file.conditionals(), whole.conditionals());
    assert_eq!(file.includes(), whole.includes());
    assert_eq!((file.first_code(), file.last_code()), (whole.first_code(), whole.last_code()));
    for offset in 0..=source.len().min(300) {
        assert_eq!(file.is_between_lines(offset), whole.is_between_lines(offset), "{offset}");
    }
    // Wherever a range begins, it has the tokens that lie in it.
    let all: Vec<_> = lexer::lex(source).0.iter().map(|token| (token.kind, token.span())).collect();
    let n = source.len();
    for span in [Span::new(0, n), Span::new(n / 3, n), Span::new(n / 2, n / 2 + n / 4)] {
        let inside: Vec<_> = all.iter().filter(|(_, token)| span.contains(*token)).copied().collect();
        let range: Vec<_> = file.tokens_in(span).tokens.iter().map(|t| (t.kind, t.span())).collect();
        assert_eq!(range, inside);
    }
    let body = file.functions().first().map_or(Span::new(0, n), |function| function.body);
    for name in ["f", "int", "fopen", "PyErr_SetString"] {
        assert_eq!(file.calls(name, body), whole.calls(name, body));
        assert_eq!(file.calls(name, Span::new(0, n)), whole.calls(name, Span::new(0, n)));
    }
    // A search of the part that may have the pattern finds what a search of all tokens finds.
    let text = |(kind, span): &(TokenKind, Span)| (*kind, span.of(source).to_vec());
    for words in all.windows(3).step_by(7.max(n / 500)) {
        let pattern = &source[words[0].1.start..words[2].1.end];
        let pieces: Vec<_> =
            lexer::lex(pattern).0.iter().map(|t| (t.kind, t.span().of(pattern).to_vec())).collect();
        let same = pieces.iter().cloned().eq(words.iter().map(text));
        if !same
            || !lexer::lex(pattern).1.is_empty()
            || pieces.iter().any(|(kind, _)| *kind == TokenKind::Directive)
        {
            continue;
        }
        let (mut expected, mut at) = (Vec::new(), 0);
        while at + 3 <= all.len() {
            if all[at..at + 3].iter().map(text).eq(pieces.iter().cloned()) {
                expected.push(Span::new(all[at].1.start, all[at + 2].1.end));
                at += 2;
            }
            at += 1;
        }
        assert_eq!(file.find_code(pattern, Span::new(0, n)), expected);
    }
}

#[test]
fn a_linkage_brace_inside_braces_is_read_as_any_other() {
    equals_file_read_at_once(b"{\n#if A\n]int extern \"C\" {\n\n#endif\n");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(source in proptest::collection::vec(any::<u8>(), 0..200)) {
        for span in of_c(&CFile::parse(&source[..]), source.len()) {
            prop_assert!(span.end <= source.len());
        }
    }

    #[test]
    fn any_pieces_of_c_are_read_without_panic(pieces in pieces()) {
        let source = pieces.concat().into_bytes();
        for span in of_c(&CFile::parse(&source[..]), source.len()) {
            prop_assert!(span.end <= source.len());
        }
    }

    #[test]
    fn tokens_skipped_inside_braces_change_nothing(pieces in pieces()) {
        equals_file_read_at_once(&pieces.concat().into_bytes());
    }
}
