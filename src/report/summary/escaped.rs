//! Texts from outside in formats that have signs of their own: they are shown, and do nothing.

use std::fmt::Write;

use super::super::escape::printable;

/// How many characters of a line are shown.
pub(super) const LONGEST: usize = 400;

/// A text with its control characters escaped, as everywhere in reports.
pub(super) fn shown(text: &str) -> String {
    String::from_utf8_lossy(&printable(text.as_bytes())).into_owned()
}

/// A line, cut if it is long.
pub(super) fn cut(line: &str, most: usize) -> String {
    match line.char_indices().nth(most) {
        None => line.to_owned(),
        Some((at, _)) => format!("{}... ({} more characters)", &line[..at], line[at..].chars().count()),
    }
}

/// A text as one line.
pub(super) fn one_line(text: &str) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), LONGEST)
}

/// A text in Markdown, on one line: no sign of it has a meaning, nobody is mentioned, and nothing becomes a link. A comment of
/// HTML parts what a site would make a link of, and is not seen.
pub(in crate::report) fn markdown(text: &str) -> String {
    const APART: &str = "<!-- -->";
    let text = shown(&one_line(text));
    let mut out = String::with_capacity(text.len());
    for (at, sign) in text.char_indices() {
        let (before, rest) = (&text[..at], &text[at + sign.len_utf8()..]);
        let starts = |with: &str| rest.get(..with.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(with));
        match sign {
            '&' | '<' | '>' | '|' | '$' | '`' => {
                let _ = write!(out, "&#{};", u32::from(sign));
            }
            '\\' | '*' | '_' | '[' | ']' | '~' => out.extend(['\\', sign]),
            '#' => {
                out.push_str("\\#");
                out.push_str(APART);
            }
            '!' if starts("[") => out.push_str("\\!"),
            '!' if rest.starts_with(|c: char| c.is_ascii_digit()) => {
                out.push('!');
                out.push_str(APART);
            }
            '@' => {
                out.push('@');
                out.push_str(APART);
            }
            ':' if rest.starts_with(|c: char| !c.is_whitespace()) => {
                out.push(':');
                out.push_str(APART);
            }
            'w' | 'W' if starts("ww.") => {
                out.push(sign);
                out.push_str(APART);
            }
            '-' if before.to_ascii_lowercase().ends_with("gh") => {
                out.push_str(APART);
                out.push('-');
            }
            sign => out.push(sign),
        }
    }
    out
}

/// A name or code in Markdown.
pub(in crate::report) fn code(text: &str) -> String {
    let line = shown(&one_line(text));
    match line.is_empty() || line.contains(['`', '|']) {
        true if line.is_empty() => String::new(),
        true => format!("<code>{}</code>", markdown(&line)),
        false => format!("`{line}`"),
    }
}

/// A sentence in Markdown, in which names and code are between backticks.
pub(in crate::report) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return markdown(text);
    }
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        // Blanks at the ends count.
        match part.trim() {
            "" => out.push_str(part),
            _ if at % 2 == 1 => out.push_str(&code(part)),
            inner => {
                let (start, end) = (part.starts_with(' '), part.ends_with(' '));
                let blank = |is_blank| if is_blank { " " } else { "" };
                out.push_str(&format!("{}{}{}", blank(start), markdown(inner), blank(end)));
            }
        }
    }
    out
}

/// Lines as they are, in Markdown: the fence is longer than any in them.
pub(in crate::report) fn fenced<'a>(language: &str, lines: impl IntoIterator<Item = &'a str>) -> String {
    let lines: Vec<String> = lines.into_iter().map(|line| cut(&shown(line), LONGEST)).collect();
    let longest = |line: &String| line.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(lines.iter().map(longest).max().unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A text in an element or an attribute of XML.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in shown(text).chars() {
        match sign {
            '&' | '<' | '>' | '"' | '\'' | '\n' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(sign));
            }
            // No text of XML has these, not even as numbers.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            sign => out.push(sign),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_of_markdown_has_a_meaning_in_a_text() {
        for (text, expected) in [
            ("a *b* _c_ ~d~", r"a \*b\* \_c\_ \~d\~"),
            ("<b>&amp;|`x`$y$", "&#60;b&#62;&#38;amp;&#124;&#96;x&#96;&#36;y&#36;"),
            ("![x](y) [z]", r"\!\[x\](y) \[z\]"),
            ("@you", "@<!-- -->you"),
            ("#12 !34 gh-56", r"\#<!-- -->12 !<!-- -->34 gh<!-- -->-56"),
            ("http://a www.b", "http:<!-- -->//a w<!-- -->ww.b"),
            ("one\n\n# two", r"one \#<!-- --> two"),
            ("\u{1b}[31m\u{202e}", r"\\x1b\[31m\\u{202e}"),
        ] {
            assert_eq!(markdown(text), expected);
        }
    }

    #[test]
    fn code_and_fences_cannot_be_left_from_inside() {
        assert_eq!(code("all: *"), "`all: *`");
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(prose("edit `a|b` *is* `c`"), "edit <code>a&#124;b</code> \\*is\\* `c`");
        assert_eq!(prose("a ` b"), "a &#96; b");
        assert_eq!(code("`a`"), "<code>&#96;a&#96;</code>");
        assert_eq!(fenced("", ["a", "````", "</details>"]), "`````\na\n````\n</details>\n`````\n");
        let long = "x".repeat(10_000);
        assert!(fenced("", [long.as_str()]).len() < 500);
    }

    #[test]
    fn a_text_of_xml_has_no_markup_and_no_control_character() {
        assert_eq!(xml("<a b=\"c\">&\n\u{1}\u{ffff}"), "&#60;a b=&#34;c&#34;&#62;&#38;&#10;\\x01\u{fffd}");
    }
}
