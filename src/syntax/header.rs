//! C headers: the include guard.
//!
//! Code outside the guard acts each time the header is included, code inside only the first time.
//! `pyconfig.h` is included before and after the system's headers, so an `#undef` of one of their
//! macros has an effect only outside.

use super::c::{CFile, has_code};
use crate::text::Span;

/// The `#ifndef X`, `#define X`, `#endif` around a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The `#define` line.
    pub define: Span,
    /// The `#endif` line with its comment.
    pub close: Span,
}

/// The include guard of `file`, whose text is `source`, if it has one that opens before all other code. It is the first
/// group, or the first inside groups that hold the whole header (`#ifndef Py_LIMITED_API`).
pub fn find_guard(file: &CFile, source: &[u8]) -> Option<Guard> {
    let groups = file.conditionals();
    let mut before = Span::new(0, groups.first()?.span.start);
    let bare = |span: Span| !has_code(span.of(source));
    for (index, group) in groups.iter().enumerate() {
        let [branch] = &group.branches[..] else { return None };
        let outermost = index == 0 && is_pragma_once(before.of(source));
        if group.parent != index.checked_sub(1) || !(bare(before) || outermost) || group.end.is_empty() {
            return None;
        }
        let name = guarded_name(&branch.condition);
        let define = file.defines().iter().find(|d| d.span.start >= branch.body.start);
        if let Some(define) = define
            .filter(|d| Some(d.name.as_str()) == name && bare(Span::new(branch.body.start, d.span.start)))
        {
            let around = groups[..=index].windows(2);
            let alone = around.into_iter().all(|g| bare(Span::new(g[1].span.end, g[0].end.start)));
            let is_last = alone && file.last_code() <= groups[0].span.end;
            // `#ifndef X`, `#define X 1`, `#endif` and then the header is a default, not a guard.
            return (is_last || !bare(Span::new(define.span.end, group.end.start)))
                .then_some(Guard { define: define.span, close: group.end });
        }
        before = Span::new(branch.body.start, groups.get(index + 1)?.span.start.max(branch.body.start));
    }
    None
}

/// Whether `text` is `#pragma once` and nothing else.
fn is_pragma_once(text: &[u8]) -> bool {
    let file = CFile::parse(text);
    let once = file.find_code(b"#pragma once", Span::new(0, text.len()));
    once.first().is_some_and(|s| {
        s.start == file.first_code() && text[s.end..file.last_code()].trim_ascii().is_empty()
    })
}

/// The macro of `#ifndef X`, `#if !defined(X)` or `#if !defined X`.
fn guarded_name(condition: &str) -> Option<&str> {
    if let Some(name) = condition.strip_prefix("#ifndef ") {
        return Some(name);
    }
    let rest = condition.strip_prefix("#if ")?.trim_start().strip_prefix('!')?.trim_start();
    let name = rest.strip_prefix("defined")?.trim();
    let name = name.strip_prefix('(').and_then(|n| n.strip_suffix(')')).unwrap_or(name).trim();
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text of the guard's `#define` line and of its `#endif` line.
    fn guard(source: &str) -> Option<(String, String)> {
        let text = |span: Span| source[span.start..span.end].to_owned();
        find_guard(&CFile::parse(source.as_bytes()), source.as_bytes())
            .map(|guard| (text(guard.define), text(guard.close)))
    }

    #[test]
    fn every_spelling_of_a_guard_is_read() {
        let spellings = [
            "#ifndef X",
            "#if !defined(X)",
            "# if ! defined X",
            "#if !defined( X ) /* why */",
            "#pragma once\n#ifndef X",
        ];
        for open in spellings {
            let source =
                format!("/* Licence */\n\n{open}\n# define X 1\n\nint a;\n# endif // X\n\n/* end */");
            let (define, close) = guard(&source).unwrap_or_else(|| panic!("{open}"));
            assert_eq!((define.as_str(), close.as_str()), ("# define X 1\n", "# endif // X\n"), "{open}");
        }
    }

    #[test]
    fn a_guard_may_be_inside_a_group_that_holds_the_header() {
        let source = "#ifndef LIMITED\n#ifndef X\n#define X\nint a;\n#endif /* X */\n#endif\n";
        assert_eq!(guard(source), Some(("#define X\n".to_owned(), "#endif /* X */\n".to_owned())));
        assert_eq!(guard(&source.replace("X */\n", "X */\nint b;\n")), guard(source));
        assert_eq!(guard(&source.replace("LIMITED\n", "LIMITED\nint b;\n")), None);
    }

    #[test]
    fn other_groups_at_the_top_are_not_guards() {
        assert_eq!(guard("int a;\n#ifndef X\n#define X\n#endif\n"), None);
        assert_eq!(guard("#ifndef X\n#define X 1\n#endif\nint a;\n"), None);
        assert_eq!(guard("#ifndef X\n#define X\nint a;\n#else\nint b;\n#endif\n"), None);
        assert_eq!(guard("#ifndef X\n#include <a.h>\n#define X\n#endif\n"), None);
        assert_eq!(guard("#ifdef X\n#define X\n#endif\n"), None);
        assert_eq!(guard("#ifndef X\n#define X\nint a;\n"), None);
    }

    #[test]
    fn code_after_the_endif_is_outside_the_guard() {
        let source = "#ifndef X\n#define X\nint a;\n#endif\n#undef/**/A\n#undef B";
        assert_eq!(guard(source), Some(("#define X\n".to_owned(), "#endif\n".to_owned())));
    }

    #[test]
    fn pragma_once_is_not_a_guard() {
        assert_eq!(guard("#pragma once\nint a;\n"), None);
        assert_eq!(guard("int a;\n"), None);
    }

    proptest! {
        #[test]
        fn any_pieces_of_a_header_are_read_without_panic(pieces in proptest::collection::vec(
            prop::sample::select(vec!["#ifndef X\n", "#if !defined(X)\n", "#define X\n", "#endif", "\n", "#pragma once\n", "int a;",
                "/*", "*/", "#else\n", "\u{e9}"]), 0..20)) {
            let source = pieces.concat().into_bytes();
            if let Some(guard) = find_guard(&CFile::parse(&source[..]), &source) {
                for span in [guard.define, guard.close] {
                    prop_assert!(span.end <= source.len());
                }
            }
        }
    }
}
