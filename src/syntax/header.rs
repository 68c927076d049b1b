//! C headers: the include guard, and the places inside and outside it.
//!
//! What stands outside the guard acts at every inclusion of the header, what stands inside only at
//! the first. `pyconfig.h` is included before and after the system's headers, so an `#undef` of
//! one of their macros has an effect only outside.
//!
//! ```
//! use pypatch::syntax::header::Header;
//!
//! let source = b"#ifndef Py_A_H\n#define Py_A_H\nint a(void);\n#endif /* Py_A_H */\n#undef/**/B\n";
//! let header = Header::parse(source);
//! let guard = header.guard().unwrap();
//! assert_eq!((guard.name.as_str(), guard.is_last), ("Py_A_H", false));
//! assert_eq!(guard.close.of(source), b"#endif /* Py_A_H */\n");
//! let undef = &header.file().undefs()[0];
//! assert!(undef.hidden && header.is_outside(undef.span.start));
//! ```

use super::c::{CFile, has_code};
use crate::contents::Contents;
use crate::text::Span;

/// A C header, read.
#[derive(Debug)]
pub struct Header {
    length: usize,
    file: CFile,
    guard: Option<Guard>,
}

/// The `#ifndef X`, `#define X`, `#endif` around a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The macro that guards.
    pub name: String,
    /// Where it stands in the `#define`.
    pub name_span: Span,
    /// The `#ifndef` or `#if !defined` line.
    pub open: Span,
    /// The `#define` line.
    pub define: Span,
    /// What is guarded: the lines between the `#define` and the `#endif`. Its end is the place
    /// just inside the guard's end.
    pub inside: Span,
    /// The `#endif` line with its comment.
    pub close: Span,
    /// Whether nothing but comments follows the `#endif`.
    pub is_last: bool,
}

impl Header {
    /// Reads `source`. Never fails; problems are those of [`file`](Header::file).
    pub fn parse(source: impl Into<Contents>) -> Header {
        let source = source.into();
        let file = CFile::parse(&source);
        let guard = find_guard(&file, &source);
        Header { length: source.len(), file, guard }
    }

    /// The header as C.
    pub fn file(&self) -> &CFile {
        &self.file
    }

    /// The include guard, if the header has one that opens before all other code.
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    /// Whether what stands at `offset` acts at every inclusion: it stands outside the guard, if
    /// there is one. Nothing does under `#pragma once`.
    pub fn is_outside(&self, offset: usize) -> bool {
        let guarded = |guard: &Guard| guard.open.start <= offset && offset < guard.close.end;
        !self.has_pragma_once() && !self.guard.as_ref().is_some_and(guarded)
    }

    /// The end of the file when that is a place outside the guard, where code acts at every
    /// inclusion. The last line may lack its end.
    pub fn outside_end(&self) -> Option<usize> {
        self.is_outside(self.length).then_some(self.length)
    }

    /// Whether the header says `#pragma once`.
    pub fn has_pragma_once(&self) -> bool {
        let whole = Span::new(0, self.length);
        !self.file.find_code(b"#pragma once", whole).is_empty()
    }
}

/// The guard is the first group, or the first inside groups that hold the whole header
/// (`#ifndef Py_LIMITED_API`).
fn find_guard(file: &CFile, source: &[u8]) -> Option<Guard> {
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
            let inside = Span::new(define.span.end, group.end.start);
            let around = groups[..=index].windows(2);
            let alone = around.into_iter().all(|g| bare(Span::new(g[1].span.end, g[0].end.start)));
            let is_last = alone && file.last_code() <= groups[0].span.end;
            // `#ifndef X`, `#define X 1`, `#endif` and then the header: a default, no guard.
            return (is_last || !bare(inside)).then(|| Guard {
                name: define.name.clone(),
                name_span: define.name_span,
                open: branch.directive,
                define: define.span,
                inside,
                close: group.end,
                is_last,
            });
        }
        before = Span::new(branch.body.start, groups.get(index + 1)?.span.start.max(branch.body.start));
    }
    None
}

/// Whether `#pragma once` is all there is.
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

    fn guard(source: &str) -> Option<Guard> {
        Header::parse(source.as_bytes()).guard().cloned()
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
            let guard = guard(&source).unwrap_or_else(|| panic!("{open}"));
            assert_eq!((guard.name.as_str(), guard.is_last), ("X", true), "{open}");
            assert_eq!(guard.inside.of(source.as_bytes()), b"\nint a;\n");
            assert_eq!(guard.close.of(source.as_bytes()), b"# endif // X\n");
            assert_eq!(guard.name_span.of(source.as_bytes()), b"X");
        }
    }

    #[test]
    fn a_guard_may_stand_inside_a_group_that_holds_the_header() {
        let source = "#ifndef LIMITED\n#ifndef X\n#define X\nint a;\n#endif /* X */\n#endif\n";
        let found = guard(source).unwrap();
        assert_eq!((found.name.as_str(), found.is_last), ("X", true));
        assert!(!guard(&source.replace("X */\n", "X */\nint b;\n")).unwrap().is_last);
        assert_eq!(guard(&source.replace("LIMITED\n", "LIMITED\nint b;\n")), None);
    }

    #[test]
    fn other_groups_at_the_top_are_no_guards() {
        assert_eq!(guard("int a;\n#ifndef X\n#define X\n#endif\n"), None);
        assert_eq!(guard("#ifndef X\n#define X 1\n#endif\nint a;\n"), None);
        assert_eq!(guard("#ifndef X\n#define X\nint a;\n#else\nint b;\n#endif\n"), None);
        assert_eq!(guard("#ifndef X\n#include <a.h>\n#define X\n#endif\n"), None);
        assert_eq!(guard("#ifdef X\n#define X\n#endif\n"), None);
        assert_eq!(guard("#ifndef X\n#define X\nint a;\n"), None);
    }

    #[test]
    fn code_behind_the_endif_is_outside() {
        let source = "#ifndef X\n#define X\nint a;\n#endif\n#undef/**/A\n#undef B";
        let header = Header::parse(source.as_bytes());
        assert!(!header.guard().unwrap().is_last);
        let seen: Vec<_> = header
            .file()
            .undefs()
            .iter()
            .map(|u| (u.name.as_str(), u.hidden, header.is_outside(u.span.start)))
            .collect();
        assert_eq!(seen, [("A", true, true), ("B", false, true)]);
        assert!(!header.is_outside(source.find("int").unwrap()));
        assert_eq!(header.outside_end(), Some(source.len()));
    }

    #[test]
    fn under_pragma_once_nothing_is_outside() {
        assert_eq!(Header::parse(b"#pragma once\nint a;\n").outside_end(), None);
        assert_eq!(Header::parse(b"int a;\n").outside_end(), Some(7));
    }

    proptest! {
        #[test]
        fn any_pieces_of_a_header_are_read_without_panic(pieces in proptest::collection::vec(
            prop::sample::select(vec!["#ifndef X\n", "#if !defined(X)\n", "#define X\n", "#endif", "\n", "#pragma once\n", "int a;",
                "/*", "*/", "#else\n", "\u{e9}"]), 0..20)) {
            let source = pieces.concat().into_bytes();
            if let Some(guard) = Header::parse(&source[..]).guard() {
                for span in [guard.name_span, guard.open, guard.define, guard.inside, guard.close] {
                    prop_assert!(span.end <= source.len());
                }
            }
        }
    }
}
