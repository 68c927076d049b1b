//! Comments of m4 (`dnl`) and of the shell (`#`).

use super::shell::{document_end, heredoc_word, is_name_byte, string_end};
use crate::text::{Span, lines};

/// An m4 source without its comments, blank lines and blanks at the end of lines.
pub fn without_comments(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (line, comment) in comments(text) {
        let code = text[line.start..comment].trim_ascii_end();
        if !code.is_empty() {
            out.extend_from_slice(code);
            out.push(b'\n');
        }
    }
    out
}

/// An m4 source with a blank for every byte of a comment; line ends stay.
pub(super) fn blanked(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    for (line, comment) in comments(text) {
        out[comment..line.end].iter_mut().filter(|b| !matches!(**b, b'\n' | b'\r')).for_each(|b| *b = b' ');
    }
    out
}

/// A shell script with a blank for every byte of a comment; line ends stay. Strings and here-documents have none.
pub(super) fn blanked_in_script(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let mut documents: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let begins_word = at == 0 || b" \t\r\n;&|()`".contains(&text[at - 1]);
        at = match text[at] {
            b'\\' => at + 2,
            b'"' | b'\'' => string_end(text, at, text.len()).unwrap_or(at + 1),
            b'#' if begins_word => {
                let length = text[at..].iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count();
                out[at..at + length].fill(b' ');
                at + length
            }
            b'<' if text[at..].starts_with(b"<<") => {
                documents.extend(heredoc_word(&text[at + 2..]));
                at + 2
            }
            b'\n' => documents.drain(..).fold(at + 1, |at, word| document_end(text, at, text.len(), &word)),
            _ => at + 1,
        };
    }
    out
}

/// The comments of a shell script, in order, each without its line end.
pub fn comments_in_script(text: &[u8]) -> Vec<Span> {
    between(text, &blanked_in_script(text))
}

/// What is blank in `code` only, line by line: the comments of a text.
pub(super) fn between(text: &[u8], code: &[u8]) -> Vec<Span> {
    let comment = |line: Span| {
        let start = line.start + line.of(text).iter().zip(line.of(code)).position(|(a, b)| a != b)?;
        Some(Span::new(start, start + text[start..line.end].trim_ascii_end().len()))
    };
    lines(text).filter_map(comment).collect()
}

/// The lines of a text, each with the offset where its comment begins: its end if it has none.
fn comments(text: &[u8]) -> Vec<(Span, usize)> {
    let mut found: Vec<(Span, usize)> = Vec::new();
    // Lines like `# define it` next to comments are comments; alone they are C.
    let mut doubtful: Vec<usize> = Vec::new();
    let mut after_comment = false;
    for line in lines(text) {
        let code = line.of(text).trim_ascii();
        if code.starts_with(b"# ") && is_directive(&code[1..]) {
            doubtful.push(found.len());
            found.push((line, line.end));
            continue;
        }
        let comment = line.start + comment_start(line.of(text));
        let is_comment = code.starts_with(b"#") && text[line.start..comment].trim_ascii().is_empty();
        if is_comment || after_comment {
            for index in doubtful.drain(..) {
                found[index].1 = found[index].0.start;
            }
        }
        doubtful.clear();
        after_comment = is_comment;
        found.push((line, comment));
    }
    if after_comment {
        for index in doubtful {
            found[index].1 = found[index].0.start;
        }
    }
    found
}

/// Where the comment of a line begins; the length of the line if it has none.
fn comment_start(line: &[u8]) -> usize {
    // Inside quotes that begin in the line a `#` does not begin a comment.
    let (mut quote, mut depth) = (None, 0usize);
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            b'd' if is_comment(line, at) => return at,
            b'#' if quote.is_none() && depth == 0 && is_comment_of_shell(line, at) => return at,
            b'\\' => at += 1,
            sign @ (b'"' | b'\'' | b'`') => match quote {
                None => quote = Some(sign),
                Some(open) if open == sign => quote = None,
                Some(_) => {}
            },
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    line.len()
}

/// Whether the `#` at `at` begins a comment of the shell, outside of quotes.
fn is_comment_of_shell(line: &[u8], at: usize) -> bool {
    let rest = &line[at + 1..];
    let blank_before = at == 0 || matches!(line[at - 1], b' ' | b'\t');
    let is_first = line[..at].trim_ascii().is_empty();
    // `#(` balances the parenthesis after a pattern.
    let is_text = rest
        .first()
        .is_none_or(|b| b.is_ascii_whitespace() || *b == b'#' || is_first && b.is_ascii_alphanumeric())
        || rest.trim_ascii() == b"(";
    blank_before && is_text && !is_directive(rest)
}

/// Whether a line after its `#` is a directive of the C preprocessor.
fn is_directive(rest: &[u8]) -> bool {
    const NAMES: [&[u8]; 12] = [
        b"include", b"define", b"undef", b"if", b"ifdef", b"ifndef", b"elif", b"else", b"endif", b"error",
        b"pragma", b"line",
    ];
    let word = rest.trim_ascii_start();
    let length = word.iter().take_while(|b| is_name_byte(**b)).count();
    NAMES.contains(&&word[..length])
}

/// Whether a comment starts at `at`: a `#`, or the word `dnl`, which may follow `[]`.
pub(super) fn is_comment(text: &[u8], at: usize) -> bool {
    let is_word =
        || !text.get(at + 3).is_some_and(|b| is_name_byte(*b)) && (at == 0 || !is_name_byte(text[at - 1]));
    text[at] == b'#' || (text[at..].starts_with(b"dnl") && is_word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_comments_is_what_m4_and_the_shell_run() {
        let text = b"dnl a\nA([b]) dnl c\n# d\n## e\n\nx=1 # f  \n  #include <g.h>\n# include <h.h>\ny=\"# i\"\n$# j\n #k\n";
        let code = b"A([b])\nx=1\n  #include <g.h>\n# include <h.h>\ny=\"# i\"\n$# j\n";
        assert_eq!(without_comments(text).escape_ascii().to_string(), code.escape_ascii().to_string());
        let blank = blanked(text);
        assert_eq!(blank.len(), text.len());
        assert_eq!(without_comments(&blank), code);
        let prose = b"x\n# define it,\n# as it\n# defines\n# include\ny\n# define z\n";
        assert_eq!(without_comments(prose), b"x\ny\n# define z\n");
    }
}
