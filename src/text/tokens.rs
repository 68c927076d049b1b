//! Text as words and signs, so that blanks, line breaks and comments make no difference.

use super::Span;

/// The words and signs of a text: runs of letters, digits and underscores, and every other byte but blanks by itself.
pub fn tokens(text: &[u8], within: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let start = at;
        at += 1;
        if is_word(text[start]) {
            while at < within.end && is_word(text[at]) {
                at += 1;
            }
        } else if text[start].is_ascii_whitespace() {
            continue;
        }
        found.push(Span::new(start, at));
    }
    found
}

/// The tokens of code, in which blanks between quotes count: the first of a run is a token. A backslash that joins two lines
/// is none.
pub fn code_tokens(code: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut quote, mut escaped, mut last) = (None, None, 0);
    for token in tokens(code, Span::new(0, code.len())) {
        let gap = Span::new(last, token.start);
        last = token.end;
        if memchr::memchr(b'\n', gap.of(code)).is_some() {
            quote = None;
        }
        if quote.is_some() && !gap.is_empty() {
            found.push(Span::new(gap.start, gap.start + 1));
        }
        match code[token.start] {
            b'\\' if code[token.end..].iter().find(|b| **b != b'\r') == Some(&b'\n') => continue,
            _ if escaped == Some(token.start) => {}
            b'\\' => escaped = Some(token.end),
            sign @ (b'"' | b'\'') if quote.is_none() => quote = Some(sign),
            sign if quote == Some(sign) => quote = None,
            _ => {}
        }
        found.push(token);
    }
    found
}

/// Where the tokens of `needle` occur in `text`, with any blanks between them; none for a needle without tokens.
pub fn find_tokens(text: &[u8], needle: &[u8], within: Span) -> Vec<Span> {
    let wanted: Vec<&[u8]> =
        tokens(needle, Span::new(0, needle.len())).iter().map(|t| t.of(needle)).collect();
    // Most texts lack one of the tokens, which is found much faster than all tokens.
    if wanted.is_empty() || wanted.iter().any(|token| memchr::memmem::find(within.of(text), token).is_none())
    {
        return Vec::new();
    }
    let all = tokens(text, within);
    let matches = all.windows(wanted.len()).filter(|w| w.iter().zip(&wanted).all(|(a, b)| a.of(text) == *b));
    matches.map(|window| Span::new(window[0].start, window[window.len() - 1].end)).collect()
}

/// Whether a text has a letter, a digit, an underscore or a byte that is not ASCII.
pub fn has_word(text: &[u8]) -> bool {
    text.iter().any(|b| is_word(*b))
}

/// How comments are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comments {
    /// `/* ... */`, and `//` to the end of the line.
    C,
    /// `#` to the end of the line.
    Hash,
    /// `dnl`, or a `#` that begins a line, to the end of the line.
    M4,
    /// None that are known.
    None,
}

impl Comments {
    /// How comments are written in a file of this name.
    pub fn of_file(name: &str) -> Comments {
        let stem = name.strip_suffix(".in").unwrap_or(name);
        match stem.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "c" | "h" | "cc" | "cpp" | "m" => Comments::C,
            "ac" | "m4" => Comments::M4,
            "py" | "sh" | "pre" | "mk" | "cfg" | "toml" | "yml" | "yaml" => Comments::Hash,
            _ if stem == "configure" && name.ends_with(".in") => Comments::M4,
            _ if stem.starts_with("Setup") || stem.starts_with("Makefile") || stem == "configure" => {
                Comments::Hash
            }
            _ => Comments::None,
        }
    }

    /// The text with every byte of a comment replaced by a blank; line ends stay.
    pub fn blanked(self, text: &[u8]) -> Vec<u8> {
        let mut out = text.to_vec();
        let (mut at, mut line) = (0, 0);
        let mut quote: Option<u8> = None;
        while at < text.len() {
            let here = text[at];
            let rest = &text[at..];
            if at > 0 && text[at - 1] == b'\n' {
                line = at;
            }
            if let Some(sign) = quote {
                match here {
                    b'\\' => at += 1,
                    b'\n' => quote = None,
                    _ if here == sign => quote = None,
                    _ => {}
                }
                at += 1;
                continue;
            }
            let to_line_end = || at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let before = &text[line..at];
            let starts_line = || before.trim_ascii().is_empty();
            let end = match self {
                Comments::C if rest.starts_with(b"//") => Some(to_line_end()),
                Comments::C if rest.starts_with(b"/*") => {
                    Some(memchr::memmem::find(&rest[2..], b"*/").map_or(text.len(), |end| at + end + 4))
                }
                Comments::Hash if here == b'#' && before.last().is_none_or(u8::is_ascii_whitespace) => {
                    Some(to_line_end())
                }
                Comments::M4 if here == b'#' && starts_line() => Some(to_line_end()),
                Comments::M4
                    if rest.starts_with(b"dnl")
                        && !rest.get(3).is_some_and(|b| is_word(*b))
                        && !before.last().is_some_and(|b| is_word(*b)) =>
                {
                    Some(to_line_end())
                }
                Comments::C | Comments::Hash | Comments::M4 | Comments::None => None,
            };
            match end {
                Some(end) => {
                    out[at..end].iter_mut().filter(|b| !matches!(**b, b'\n' | b'\r')).for_each(|b| *b = b' ');
                    line = line.max(text[..end].iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1));
                    at = end;
                }
                None => {
                    if self == Comments::C && matches!(here, b'"' | b'\'') {
                        quote = Some(here);
                    }
                    at += 1;
                }
            }
        }
        out
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Span {
        Span::new(0, text.len())
    }

    #[test]
    fn tokens_are_found_whatever_the_blanks() {
        let text = b"x = f( a,\n\tb );";
        assert_eq!(find_tokens(text, b"f(a, b)", all(text)), [Span::new(4, 14)]);
        assert!(find_tokens(text, b"f(a)", all(text)).is_empty());
        assert!(find_tokens(b"xf(a)", b"f(a)", Span::new(0, 5)).is_empty());
        assert!(find_tokens(text, b" \n", all(text)).is_empty());
    }

    #[test]
    fn blanks_count_between_quotes() {
        let words = |code: &str| -> Vec<String> {
            let code = code.as_bytes();
            code_tokens(code)
                .iter()
                .map(|token| String::from_utf8_lossy(token.of(code)).into_owned())
                .collect()
        };
        assert_eq!(words("( a ) +\\\n 1"), ["(", "a", ")", "+", "1"]);
        assert_eq!(words("f( '  ', \"\" )"), ["f", "(", "'", " ", "'", ",", "\"", "\"", ")"]);
        assert_eq!(words("'\\\\' + 'a'"), ["'", "\\", "\\", "'", "+", "'", "a", "'"]);
        assert_eq!(words("\"\\\" b\" c"), ["\"", "\\", "\"", " ", "b", "\"", "c"]);
        assert_eq!(words("it's\nb  c"), ["it", "'", "s", "b", "c"]);
    }

    #[test]
    fn each_format_has_its_own_comments() {
        let blanked = |name: &str, text: &str| {
            String::from_utf8(Comments::of_file(name).blanked(text.as_bytes())).unwrap().trim_end().to_owned()
        };
        assert_eq!(blanked("a.c", "a /* b\n*/ \"/*\" // c"), "a     \n   \"/*\"");
        assert_eq!(blanked("a.py", "# a\nb  # c"), "   \nb");
        assert_eq!(blanked("configure.ac", "dnl a\n$# b"), "     \n$# b");
        assert_eq!(blanked("configure.in", "a dnl b"), "a");
        assert_eq!(blanked("pyconfig.h.in", "#undef A /* b */"), "#undef A");
        assert_eq!(blanked("Makefile.pre.in", "a # b"), "a");
    }
}
