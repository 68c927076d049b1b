//! Comments of m4 (`dnl`) and of the shell (`#`).

use super::shell::{document_end, heredoc_word, is_name_byte, string_end, trimmed, unbalanced};
use crate::text::{Span, line_from, lines};

/// An m4 source without its comments, blank lines and blanks at the end of lines.
pub fn without_comments(text: &[u8]) -> Vec<u8> {
    let mut comments = comments(text).into_iter().peekable();
    let (mut out, mut at) = (Vec::new(), 0);
    for line in lines(text) {
        let mut code = Vec::new();
        while let Some(comment) = comments.next_if(|comment| comment.start < line.end) {
            code.extend_from_slice(&text[at..comment.start]);
            at = comment.end;
        }
        code.extend_from_slice(&text[at..line.end]);
        at = line.end;
        let code = code.trim_ascii_end();
        if !code.is_empty() {
            out.extend_from_slice(code);
            out.push(b'\n');
        }
    }
    out
}

/// A text with a blank for every byte of these comments.
pub(super) fn blanked(text: &[u8], comments: &[Span]) -> Vec<u8> {
    let mut out = text.to_vec();
    comments.iter().for_each(|comment| out[comment.start..comment.end].fill(b' '));
    out
}

/// The comments of a shell script, in order, each without its line end. Strings and here-documents have none.
pub fn comments_in_script(text: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut documents: Vec<Vec<u8>> = Vec::new();
    let mut is_substituted = false;
    let mut at = 0;
    while at < text.len() {
        let begins_word = at == 0 || b" \t\r\n;&|()`".contains(&text[at - 1]);
        at = match text[at] {
            b'\\' => at + 2,
            b'"' | b'\'' => string_end(text, at, text.len()).unwrap_or(at + 1),
            b'`' => {
                is_substituted = !is_substituted;
                at + 1
            }
            b'#' if begins_word => {
                let line = &text[at..line_from(text, at).end];
                // The shell finds the end of a command in backticks before it reads the command.
                let length = if is_substituted { backtick(line) } else { line.len() };
                let own = line[..length].trim_ascii_end();
                found.push(Span::new(at, at + own.len()));
                at + own.len()
            }
            b'<' if text[at..].starts_with(b"<<") => {
                documents.extend(heredoc_word(&text[at + 2..]));
                at + 2
            }
            b'\n' => documents.drain(..).fold(at + 1, |at, word| document_end(text, at, text.len(), &word)),
            _ => at + 1,
        };
    }
    found
}

/// Where the first backtick is; the length of the line if it has none.
fn backtick(line: &[u8]) -> usize {
    let mut at = 0;
    while at < line.len() && line[at] != b'`' {
        at += if line[at] == b'\\' { 2 } else { 1 };
    }
    at.min(line.len())
}

/// The comments of an m4 source, in order, each without its line end. Lines of here-documents that look like comments are among them.
pub(super) fn comments(text: &[u8]) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    // Lines like `# define it` next to comments are comments; alone they are C.
    let mut doubtful: Vec<Span> = Vec::new();
    let mut after_comment = false;
    let mut reader = Reader::default();
    for line in lines(text) {
        let code = trimmed(text, line);
        let is_doubtful = code.of(text).starts_with(b"# ")
            && is_directive(&text[code.start + 1..code.end])
            && reader.string_end <= line.start;
        let level = reader.level;
        let own = reader.line(text, line, is_doubtful);
        if is_doubtful {
            let end = comment_end(text, code, level).0;
            doubtful.push(trimmed(text, Span::new(code.start, end)));
            continue;
        }
        let is_comment = own.first().is_some_and(|own| own.start == code.start && text[own.start] == b'#');
        if is_comment || after_comment {
            found.append(&mut doubtful);
        }
        doubtful.clear();
        after_comment = is_comment;
        found.extend(own);
    }
    if after_comment {
        found.append(&mut doubtful);
    }
    found
}

/// Where a comment at the start of `rest`, the rest of a line, ends inside of `level` quotes of m4, and how many more it opens. m4 counts
/// brackets there, and finds the end of an argument before the shell reads the comment in it.
fn comment_end(text: &[u8], rest: Span, level: usize) -> (usize, usize) {
    let mut opened = 0usize;
    for at in (rest.start..rest.end).filter(|_| level > 0) {
        match text[at] {
            b'[' => opened += 1,
            b']' if opened == 0 => return (at, 0),
            b']' => opened -= 1,
            _ => {}
        }
    }
    (rest.end, opened)
}

/// Reads the lines of an m4 source, and knows what is open at the beginning of each.
#[derive(Default)]
struct Reader {
    /// How many of m4's quotes are.
    level: usize,
    /// Where the string ends that a line above began.
    string_end: usize,
    /// Where the here-documents end that a line above began.
    documents_end: usize,
}

impl Reader {
    /// The comments of the next line.
    fn line(&mut self, text: &[u8], line: Span, is_doubtful: bool) -> Vec<Span> {
        let mut found = Vec::new();
        // Inside quotes that begin in the line a `#` does not begin a comment.
        let (mut quote, mut depth) = (None, 0usize);
        let mut documents = Vec::new();
        // Outside of its quotes, m4 does not count what is after a `#`.
        let mut counts = true;
        let mut at = line.start;
        while at < line.end {
            let is_code = at >= self.string_end;
            let is_comment = match text[at] {
                b'd' => is_comment(text, at),
                b'#' if is_code && quote.is_none() && depth == 0 => {
                    is_comment_of_shell(line.of(text), at - line.start)
                }
                _ => false,
            };
            if is_comment {
                let (end, opened) = comment_end(text, Span::new(at, line.end), self.level);
                self.level += opened;
                found.push(Span::new(at, at + text[at..end].trim_ascii_end().len()));
                at = end;
                continue;
            }
            match text[at] {
                b'#' if self.level == 0 => counts = false,
                b'\\' if is_code => at += 1,
                sign @ (b'"' | b'\'' | b'`') if is_code => match quote {
                    None => quote = Some((sign, at)),
                    Some((open, _)) if open == sign => quote = None,
                    Some(_) => {}
                },
                b'<' if is_code && quote.is_none() && text[at..].starts_with(b"<<") => {
                    documents.extend(heredoc_word(&text[at + 2..line.end]));
                    at += 1;
                }
                b'[' => {
                    depth += 1;
                    self.level += usize::from(counts);
                }
                b']' => {
                    depth = depth.saturating_sub(1);
                    self.level = self.level.saturating_sub(usize::from(counts));
                }
                _ => {}
            }
            at += 1;
        }
        if line.start < self.documents_end || is_doubtful {
            return found;
        }
        let end = documents.iter().fold(line.end, |at, word| document_end(text, at, text.len(), word));
        self.documents_end = end;
        let string = quote.and_then(|(sign, open)| (sign != b'`').then(|| long_string(text, open))?);
        self.string_end = string.unwrap_or(self.string_end);
        found
    }
}

/// The end of the string of several lines that opens at `open`. An apostrophe in prose opens none: it is after a letter, or the
/// argument that it is in ends before the next one.
fn long_string(text: &[u8], open: usize) -> Option<usize> {
    let is_prose = open > 0 && is_name_byte(text[open - 1]);
    let end = string_end(text, open, text.len()).filter(|_| !is_prose)?;
    (unbalanced(&text[open..end]).0 == 0).then_some(end)
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
        let blank = blanked(text, &comments(text));
        assert_eq!(blank.len(), text.len());
        assert_eq!(without_comments(&blank), code);
        let prose = b"x\n# define it,\n# as it\n# defines\n# include\ny\n# define z\n";
        assert_eq!(without_comments(prose), b"x\ny\n# define z\n");
    }
}
