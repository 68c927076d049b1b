//! The head of a function: its name and parameters among macros, attributes and K&R parameters.

use super::CFile;
use super::lexer::Token;
use super::tokens::Tokens;
use crate::text::Span;

/// The tokens of a file outside all brackets. A position is an index in this list, where a closing
/// bracket follows its opening one.
pub(super) struct TopLevel<'a> {
    pub file: &'a CFile,
    /// The indices of the tokens in the file.
    pub indices: &'a [usize],
}

/// The head of a function. `first` and `last` are positions in [`TopLevel`], the others are indices of
/// tokens in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub name: usize,
    pub open: usize,
    pub close: usize,
    /// Where the declaration starts.
    pub first: usize,
    /// Its last position before a `{` or `;`, attributes included.
    pub last: usize,
}

impl<'a> Tokens<'a> for TopLevel<'a> {
    fn source(&self) -> &'a [u8] {
        self.file.source()
    }

    #[inline(always)]
    fn token(&self, position: usize) -> Token {
        self.file.token(self.indices[position])
    }
}

impl<'a> TopLevel<'a> {
    pub fn new(file: &'a CFile) -> TopLevel<'a> {
        TopLevel { file, indices: &file.nesting.top }
    }

    /// The head that ends at `last`, looking back no further than `lowest`.
    pub fn head(&self, lowest: usize, last: usize) -> Option<Head> {
        let mut at = last;
        loop {
            while at > lowest && self.is_word(at) && is_attribute(self.text(at)) {
                at -= 1;
            }
            if at < lowest + 2 || !self.is_mark(at, b")") || !self.is_mark(at - 1, b"(") {
                return None;
            }
            if !self.is_word(at - 2) {
                return self.wrapped(lowest, at, last);
            }
            // `DL_EXPORT(void) f(void)` has a macro before the name, `f(void) NOTE(x)` after it.
            let word = self.text(at - 2);
            if is_attribute_call(word) && at >= lowest + 3 {
                at -= 3;
                continue;
            }
            let is_type = at >= lowest + 3 && is_type_keyword(self.text(at - 3));
            if is_statement(word) || is_attribute_call(word) || is_type {
                return None;
            }
            let (open, close) = (self.indices[at - 1], self.indices[at]);
            let first = self.first(lowest, at - 2)?;
            return Some(Head { name: self.indices[at - 2], open, close, first, last });
        }
    }

    /// `(name)(parameters)`, or `(*name(parameters))(parameters of what it returns)`.
    fn wrapped(&self, lowest: usize, at: usize, last: usize) -> Option<Head> {
        if at < lowest + 3 || !self.is_mark(at - 2, b")") || !self.is_mark(at - 3, b"(") {
            return None;
        }
        let (outer_open, outer_close) = (self.indices[at - 3], self.indices[at - 2]);
        let first = self.first(lowest, at - 3)?;
        let inner: Vec<usize> = (outer_open + 1..outer_close).collect();
        match inner[..] {
            [name] if self.file.is_word(name) => {
                Some(Head { name, open: self.indices[at - 1], close: self.indices[at], first, last })
            }
            [star, .., close] if self.file.is_mark(star, b"*") && self.file.is_mark(close, b")") => {
                let open = self.file.nesting.partner(close)?;
                let name = open.checked_sub(1).filter(|n| *n > star && self.file.is_word(*n))?;
                Some(Head { name, open, close, first, last })
            }
            _ => None,
        }
    }

    /// Where the declaration of the name at `name` starts; `None` in an initializer.
    fn first(&self, lowest: usize, name: usize) -> Option<usize> {
        let mut first = name;
        while first > lowest {
            let before = first - 1;
            if self.is_directive(before) || self.is_any_mark(before, b";}") {
                break;
            }
            if self.is_mark(before, b"=") {
                return None;
            }
            if self.begins_after_macro(lowest, first) {
                break;
            }
            first = before;
        }
        // A macro used as a statement, alone on its line and without a semicolon, is not part of the
        // declaration.
        while first + 3 < name
            && self.is_word(first)
            && self.is_mark(first + 1, b"(")
            && self.is_mark(first + 2, b")")
        {
            let next = first + 3;
            let gap = &self.source()[self.end(first + 2)..self.start(next)];
            if is_attribute_call(self.text(first)) || !gap.contains(&b'\n') || !self.is_word(next) {
                break;
            }
            first = next;
        }
        Some(first)
    }

    /// The name and parameters of another head before that of a function, without a body and without a `;`: `int f(int a)` on
    /// the line before `int g(void) {`. After a macro that is all of a declaration, such as `static Name(a)`, no type begins.
    pub fn head_without_body(&self, lowest: usize, head: &Head) -> Option<Span> {
        let is_plain = |at: usize| {
            let word = self.text(at);
            self.is_word(at) && !is_attribute_call(word) && !is_macro_name(word) && !is_statement(word)
        };
        let name = self.indices.partition_point(|index| *index < head.name);
        for next in (lowest + 4..name).rev() {
            if self.is_directive(next) || self.is_any_mark(next, b";}=") {
                return None;
            }
            // `int f(void)`, with `Body(f)` on the next line, has a macro for its body.
            let begins = is_plain(next) && !is_attribute(self.text(next)) && !self.is_mark(next + 1, b"(");
            if !begins || !self.is_mark(next - 1, b")") || !self.is_mark(next - 2, b"(") {
                continue;
            }
            let (other, before) = (next - 3, next - 4);
            let is_type = is_plain(before) && !is_specifier(self.text(before));
            if is_plain(other) && (is_type || self.is_mark(before, b"*")) {
                return Some(Span::new(self.start(other), self.end(next - 1)));
            }
        }
        None
    }

    /// Whether a storage class at `at` follows a macro, such as one that is the whole body of the
    /// function before.
    fn begins_after_macro(&self, lowest: usize, at: usize) -> bool {
        let call = at >= lowest + 3
            && self.is_mark(at - 1, b")")
            && self.is_mark(at - 2, b"(")
            && self.is_word(at - 3);
        call && is_storage_class(self.text(at)) && !is_attribute_call(self.text(at - 3))
    }

    /// The head of a K&R definition whose parameter declarations end with the `;` at `last`.
    pub fn old_style_head(&self, lowest: usize, last: usize) -> Option<Head> {
        let mut at = last;
        while at > lowest {
            at -= 1;
            if self.is_directive(at) || self.is_any_mark(at, b"}=") {
                return None;
            }
            let names =
                self.is_mark(at, b")") && self.is_word(at + 1) && at > lowest && self.is_mark(at - 1, b"(");
            if names && self.is_name_list(self.indices[at - 1], self.indices[at]) {
                return self.head(lowest, at).map(|head| Head { last, ..head });
            }
        }
        None
    }

    fn is_name_list(&self, open: usize, close: usize) -> bool {
        let mut inner = open + 1..close;
        !inner.is_empty() && inner.all(|i| self.file.is_word(i) || self.file.is_mark(i, b","))
    }
}

/// Words such as `Py_NO_INLINE` that may follow a parameter list.
fn is_attribute(word: &[u8]) -> bool {
    matches!(word, b"const" | b"noexcept") || is_macro_name(word)
}

/// Whether a word looks like a macro: in capitals, except for the prefix `Py`.
pub(super) fn is_macro_name(word: &[u8]) -> bool {
    let bare: &[u8] = word.strip_prefix(b"_").unwrap_or(word);
    let bare = bare.strip_prefix(b"Py_").unwrap_or(bare);
    !bare.is_empty() && !bare.iter().any(u8::is_ascii_lowercase)
}

/// Whether the parentheses after this word are those of an attribute, not of parameters.
pub(super) fn is_attribute_call(word: &[u8]) -> bool {
    const KNOWN: [&[u8]; 7] = [
        b"__attribute__",
        b"__attribute",
        b"__declspec",
        b"Py_GCC_ATTRIBUTE",
        b"Py_DEPRECATED",
        b"throw",
        b"__asm__",
    ];
    KNOWN.contains(&word)
        || (is_macro_name(word)
            && [&b"ATTRIBUTE"[..], b"PRINTF", b"_NONNULL"].iter().any(|part| contains(word, part)))
}

pub(super) fn contains(word: &[u8], part: &[u8]) -> bool {
    word.windows(part.len()).any(|window| window == part)
}

fn is_storage_class(word: &[u8]) -> bool {
    matches!(word, b"static" | b"extern")
}

/// Whether a word may be in a declaration without being a type.
fn is_specifier(word: &[u8]) -> bool {
    is_storage_class(word)
        || matches!(word, b"const" | b"volatile" | b"inline" | b"__inline" | b"register" | b"typedef")
}

fn is_type_keyword(word: &[u8]) -> bool {
    matches!(word, b"struct" | b"union" | b"enum")
}

/// Whether a keyword before a parenthesis begins a statement.
pub(super) fn is_statement(word: &[u8]) -> bool {
    matches!(word, b"if" | b"while" | b"for" | b"switch" | b"return" | b"sizeof" | b"do" | b"else")
}
