//! Finds definitions of macros, and what configure checks for.

use super::comment::is_comment;
use super::shell::is_name_byte;
use crate::syntax::Problem;
use crate::text::{Span, line_from};

/// The definition of a macro.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The name of the macro.
    pub name: Span,
    /// From `m4_define` through the closing parenthesis.
    pub span: Span,
}

/// How deep the quotes and parentheses of an argument may be nested. Without a limit, a text of calls that nothing
/// closes would be read to its end for each of them.
const DEEPEST: usize = 200;

const DEFINING: [&[u8]; 7] =
    [b"m4_define", b"m4_defun", b"AC_DEFUN", b"AC_DEFUN_ONCE", b"AU_DEFUN", b"define", b"m4_copy"];

/// The macros that `text` defines, whichever macro defines them, in the order of their definitions.
pub fn definitions(text: &[u8]) -> Vec<Definition> {
    calls(text)
        .filter(|name| DEFINING.contains(&name.of(text)))
        .filter_map(|call| {
            let (first, end) = arguments(text, call.end)?;
            Some(Definition { name: unquoted(text, first), span: Span::new(call.start, end) })
        })
        .collect()
}

/// The first unbalanced quote or parenthesis of `text`. m4 itself accepts many of them, and makes a
/// configure that the shell refuses.
pub fn problem(text: &[u8]) -> Option<Problem> {
    let mut quotes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            // Inside quotes m4 has no comments: brackets count there.
            b'#' | b'd' if quotes.is_empty() && is_comment(text, at) => {
                at = line_from(text, at).end;
                continue;
            }
            b'[' => quotes.push(at),
            b']' if quotes.pop().is_none() => {
                return Some(Problem::new(Span::at(at), "`]` closes no quote"));
            }
            _ => {}
        }
        at += 1;
    }
    if let Some(at) = quotes.pop() {
        return Some(Problem::new(Span::at(at), "`[` opens a quote that nothing closes"));
    }
    // Only the parentheses of autoconf's macros count; those of shell code are the shell's.
    let mut of_autoconf = calls(text).filter(|name| is_autoconf_macro(name.of(text)));
    let open = of_autoconf.find(|name| arguments(text, name.end).is_none())?;
    Some(Problem::new(Span::at(open.end), "`(` opens a list of arguments that nothing closes"))
}

/// The names before a parenthesis, inside quotes too but not in comments.
fn calls(text: &[u8]) -> impl Iterator<Item = Span> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at;
            if is_comment(text, at) {
                at = line_from(text, at).end;
            } else if is_name_byte(text[at]) && (at == 0 || !is_name_byte(text[at - 1])) {
                at += text[at..].iter().take_while(|b| is_name_byte(**b)).count();
                if text.get(at) == Some(&b'(') {
                    return Some(Span::new(start, at));
                }
            } else {
                at += 1;
            }
        }
        None
    })
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

/// The first argument, quotes included, of the list that opens at `open`, and the offset after the
/// list; `None` if nothing closes it.
fn arguments(text: &[u8], open: usize) -> Option<(Span, usize)> {
    let mut first = None;
    let (mut depth, mut quotes) = (0usize, 0usize);
    let start = open + 1 + text[open + 1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let mut at = open;
    while at < text.len() {
        match text[at] {
            b'd' if quotes == 0 && is_comment(text, at) => {
                at = line_from(text, at).end;
                continue;
            }
            b'[' | b'(' if depth + quotes > DEEPEST => return None,
            b'[' => quotes += 1,
            b']' => quotes = quotes.checked_sub(1)?,
            b'(' if quotes == 0 => depth += 1,
            b')' if quotes == 0 => {
                depth -= 1;
                if depth == 0 {
                    return Some((first.unwrap_or(Span::new(start.min(at), at)), at + 1));
                }
            }
            b',' if quotes == 0 && depth == 1 && first.is_none() => {
                first = Some(Span::new(start.min(at), at));
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether `text` makes configure define `name`: by `AC_DEFINE([NAME]...)` or `#define NAME`, or by a check whose result has
/// that name, as `AC_CHECK_FUNCS([getpid])` has `HAVE_GETPID`.
pub fn checks_for(text: &[u8], name: &str) -> bool {
    let results = |word: &[u8]| {
        let word = String::from_utf8_lossy(word).trim().to_ascii_uppercase();
        let word: String = word
            .chars()
            .map(|sign| match sign {
                '*' => 'P',
                sign if sign.is_ascii_alphanumeric() => sign,
                _ => '_',
            })
            .collect();
        ["HAVE_", "HAVE_DECL_", "HAVE_LIB", "SIZEOF_", "ALIGNOF_"].map(|start| format!("{start}{word}"))
    };
    let is_defined_by = |call: Span| -> bool {
        let Some((first, end)) = arguments(text, call.end) else { return false };
        let macro_name = String::from_utf8_lossy(call.of(text));
        let first = unquoted(text, first).of(text).trim_ascii();
        if macro_name.contains("DEFINE") || macro_name.starts_with("AH_") {
            return first == name.as_bytes();
        }
        let all = &text[call.end..end];
        let is_end = |b: &u8| matches!(b, b',' | b'(' | b')' | b'[' | b']' | b'\n');
        let items = all.split(is_end).chain(all.split(|b| is_end(b) || b.is_ascii_whitespace()));
        let is_check = macro_name.contains("CHECK") || macro_name.contains("REPLACE_FUNCS");
        is_check
            && items.filter(|item| !item.is_empty()).any(|item| results(item).iter().any(|one| one == name))
    };
    defines(text, name) || calls(text).any(is_defined_by)
}

/// Whether `text` has `#define NAME` or `#undef NAME` anywhere in a line, as configure prints it.
pub fn defines(text: &[u8], name: &str) -> bool {
    memchr::memmem::find_iter(text, name.as_bytes()).any(|at| {
        let is_word = !text.get(at + name.len()).is_some_and(|b| is_name_byte(*b));
        let before = text[..at].trim_ascii_end();
        is_word
            && before.len() < at
            && before.ends_with(b"define")
            && before[..before.len() - 6].trim_ascii_end().ends_with(b"#")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_found_by_the_macro_they_define() {
        let text = b"dnl m4_define([NO])\n# define([NO])\nm4_define([A],\n[x(,)])dnl\nAC_DEFUN([B], [y])\nA_B(1, [2,3])\n";
        let names: Vec<_> = definitions(text).iter().map(|d| d.name.of(text).to_vec()).collect();
        assert_eq!(names, [b"A".to_vec(), b"B".to_vec()]);
        let call = calls(text).last().unwrap();
        let (first, end) = arguments(text, call.end).unwrap();
        assert_eq!((first.of(text), &text[end..]), (&b"1"[..], &b"\n"[..]));
    }

    #[test]
    fn the_result_of_a_check_has_the_name_of_what_it_checks() {
        let text = b"AC_DEFINE([A_X], 1)\nAC_CHECK_FUNCS([ \\\n  getpid sigaction])\nAC_CHECK_HEADERS(sys/un.h)\nAC_CHECK_MEMBERS([struct passwd.pw_gecos, struct stat.x])\nAC_CHECK_SIZEOF(void *, 4)\nAH_TEMPLATE([T], [x])\nprintf '%s' '#define IN_SH 1'\ndnl AC_DEFINE(NO)\n";
        for name in [
            "A_X",
            "HAVE_GETPID",
            "HAVE_SIGACTION",
            "HAVE_SYS_UN_H",
            "HAVE_STRUCT_PASSWD_PW_GECOS",
            "SIZEOF_VOID_P",
            "T",
            "IN_SH",
        ] {
            assert!(checks_for(text, name), "{name}");
        }
        for name in ["A", "HAVE_GETP", "NO", "GETPID", "HAVE_PASSWD"] {
            assert!(!checks_for(text, name), "{name}");
        }
    }

    #[test]
    fn the_papers_unbalanced_listing_is_a_problem() {
        let text = b"m4_define([_AC_RUN_IFELSE],\n[m4_ifvaln([$1], [AC_LANG_CONFTEST([$1]])dnl\n])\n";
        assert!(problem(text).is_some());
        assert_eq!(problem(b"m4_define([A],\n[m4_ifvaln([$1], [B([$1])])dnl\n])\n"), None);
    }

    #[test]
    fn calls_that_nothing_closes_are_read_in_linear_time() {
        let text = [&b"AC_DEFUN(".repeat(200_000)[..], b"\nAC_DEFUN([A], [b])\n"].concat();
        let start = std::time::Instant::now();
        assert_eq!(definitions(&text).len(), 1);
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }

    #[test]
    fn a_list_without_an_end_is_a_problem() {
        assert_eq!(problem(b"m4_define([A], [b]\n").map(|p| p.span), Some(Span::at(9)));
    }
}
