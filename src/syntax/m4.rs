//! Finds macro definitions and calls in m4 sources: aclocal.m4, configure.in, configure.ac.

use crate::text::Span;

/// A macro call with parentheses: `AC_DEFINE(X, [1], [text])`, also `m4_define([NAME], [body])`.
#[derive(Debug, Clone)]
pub struct Call {
    /// The macro's name.
    pub name: Span,
    /// What stands between the commas, without leading blanks, quotes included.
    pub arguments: Vec<Span>,
    /// From the name through the closing parenthesis.
    pub span: Span,
}

/// A definition of a macro.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The macro that is defined.
    pub name: Span,
    /// The definition, from `m4_define` through its closing parenthesis.
    pub span: Span,
}

/// Why a text is no well-formed m4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where the quote or parenthesis stands that has no partner.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}

const DEFINING: [&[u8]; 7] =
    [b"m4_define", b"m4_defun", b"AC_DEFUN", b"AC_DEFUN_ONCE", b"AU_DEFUN", b"define", b"m4_copy"];

/// The calls of `text` that stand in no quotes and no comment, and those inside quotes as well, in
/// the order of their names.
pub fn calls(text: &[u8]) -> Vec<Call> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        at = match text[at] {
            b'd' if is_dnl(text, at) => behind_line(text, at),
            b'#' => behind_line(text, at),
            b if is_name_byte(b) && (at == 0 || !is_name_byte(text[at - 1])) => {
                let end = at + text[at..].iter().take_while(|b| is_name_byte(**b)).count();
                if text.get(end) == Some(&b'(')
                    && let Some((arguments, close)) = arguments(text, end)
                {
                    found.push(Call { name: Span::new(at, end), arguments, span: Span::new(at, close) });
                }
                end
            }
            _ => at + 1,
        };
    }
    found
}

/// The macros that `text` defines, whichever macro defines them.
pub fn definitions(text: &[u8]) -> Vec<Definition> {
    calls(text)
        .into_iter()
        .filter(|call| DEFINING.contains(&call.name.of(text)))
        .filter_map(|call| {
            let first = call.arguments.first()?;
            Some(Definition { name: unquoted(text, *first), span: call.span })
        })
        .collect()
}

/// The first unbalanced quote or parenthesis of `text`. m4 itself accepts many of them, and gives a
/// configure that the shell refuses.
pub fn problem(text: &[u8]) -> Option<Problem> {
    let mut quotes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            // Inside quotes m4 knows no comments: their brackets count.
            b'd' if quotes.is_empty() && is_dnl(text, at) => {
                at = behind_line(text, at);
                continue;
            }
            b'#' if quotes.is_empty() => {
                at = behind_line(text, at);
                continue;
            }
            b'[' => quotes.push(at),
            b']' if quotes.pop().is_none() => {
                return Some(Problem { at, what: "`]` closes no quote" });
            }
            _ => {}
        }
        at += 1;
    }
    if let Some(at) = quotes.pop() {
        return Some(Problem { at, what: "`[` opens a quote that nothing closes" });
    }
    // The parentheses of autoconf's macros; those of shell code are the shell's.
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'#' || is_dnl(text, at) {
            at = behind_line(text, at);
        } else if is_name_byte(text[at]) && (at == 0 || !is_name_byte(text[at - 1])) {
            let end = at + text[at..].iter().take_while(|b| is_name_byte(**b)).count();
            if is_autoconf_macro(&text[at..end])
                && text.get(end) == Some(&b'(')
                && arguments(text, end).is_none()
            {
                return Some(Problem { at: end, what: "`(` opens a list of arguments that nothing closes" });
            }
            at = end;
        } else {
            at += 1;
        }
    }
    None
}

fn is_autoconf_macro(name: &[u8]) -> bool {
    const PREFIXES: [&[u8]; 7] = [b"m4_", b"AC_", b"_AC_", b"AS_", b"_AS_", b"AU_", b"AH_"];
    name == b"define" || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// `[NAME]` without its quotes.
fn unquoted(text: &[u8], span: Span) -> Span {
    let bytes = span.of(text);
    if bytes.len() >= 2 && bytes.starts_with(b"[") && bytes.ends_with(b"]") {
        Span::new(span.start + 1, span.end - 1)
    } else {
        span
    }
}

/// The arguments of the list that opens at `open`, and the offset behind its end.
fn arguments(text: &[u8], open: usize) -> Option<(Vec<Span>, usize)> {
    let mut found = Vec::new();
    let (mut depth, mut quotes) = (0usize, 0usize);
    let mut start = skip_space(text, open + 1);
    let mut at = open;
    while at < text.len() {
        match text[at] {
            b'd' if quotes == 0 && is_dnl(text, at) => {
                at = behind_line(text, at);
                continue;
            }
            b'[' => quotes += 1,
            b']' => quotes = quotes.checked_sub(1)?,
            b'(' if quotes == 0 => depth += 1,
            b')' if quotes == 0 => {
                depth -= 1;
                if depth == 0 {
                    found.push(Span::new(start.min(at), at));
                    return Some((found, at + 1));
                }
            }
            b',' if quotes == 0 && depth == 1 => {
                found.push(Span::new(start.min(at), at));
                start = skip_space(text, at + 1);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn skip_space(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|b| b.is_ascii_whitespace()).count()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether the comment word `dnl` stands at `at`. It is a word of its own, or follows `[]`.
fn is_dnl(text: &[u8], at: usize) -> bool {
    text[at..].starts_with(b"dnl")
        && !text.get(at + 3).is_some_and(|b| is_name_byte(*b))
        && (at == 0 || !is_name_byte(text[at - 1]))
}

fn behind_line(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |i| at + i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_found_by_the_macro_they_define() {
        let text = b"dnl m4_define([NO])\n# define([NO])\nm4_define([A],\n[x(,)])dnl\nAC_DEFUN([B], [y])\nA_B(1, [2,3])\n";
        let names: Vec<_> = definitions(text).iter().map(|d| d.name.of(text).to_vec()).collect();
        assert_eq!(names, [b"A".to_vec(), b"B".to_vec()]);
        let call = calls(text).pop().unwrap();
        assert_eq!(call.arguments.iter().map(|a| a.of(text)).collect::<Vec<_>>(), [&b"1"[..], b"[2,3]"]);
    }

    #[test]
    fn the_papers_unbalanced_listing_is_a_problem() {
        let text = b"m4_define([_AC_RUN_IFELSE],\n[m4_ifvaln([$1], [AC_LANG_CONFTEST([$1]])dnl\n])\n";
        assert!(problem(text).is_some());
        assert_eq!(problem(b"m4_define([A],\n[m4_ifvaln([$1], [B([$1])])dnl\n])\n"), None);
    }

    #[test]
    fn a_list_without_an_end_is_a_problem() {
        assert_eq!(problem(b"m4_define([A], [b]\n").map(|p| p.at), Some(9));
    }
}
