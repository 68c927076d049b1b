//! Templates of headers that autoheader writes, such as pyconfig.h.in: comments and `#undef` lines in alphabetical order, which
//! config.status completes.

use crate::text::{Span, lines};

/// An `#undef` of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The macro.
    pub name: Span,
    /// Its lines, with those of the comment above it.
    pub span: Span,
}

/// What a template undefines.
#[derive(Debug, Default)]
pub struct Template {
    /// The lines `#undef NAME`, in their order.
    pub entries: Vec<Entry>,
    /// The macros of other lines: `# undef NAME` under a condition.
    pub others: Vec<Span>,
}

impl Template {
    /// Parses `text`. Never fails.
    pub fn parse(text: &[u8]) -> Template {
        let mut found = Template::default();
        let (mut depth, mut of_entries) = (0usize, None);
        // Whether a comment is open, where it begins unless that is after code, and the comment that ended above the line.
        let (mut is_inside, mut begins, mut above) = (false, None, None);
        for line in lines(text) {
            let code = line.of(text);
            if !is_inside {
                begins = code.starts_with(b"/*").then_some(line.start);
            }
            let was_inside = is_inside;
            is_inside = is_open(code, was_inside);
            if was_inside || begins.is_some() {
                above = begins;
                // A comment after an entry is part of it, to its end.
                match found.entries.last_mut() {
                    Some(last) if begins.is_none() && last.span.end == line.start => last.span.end = line.end,
                    _ => {}
                }
                continue;
            }
            let comment = above.take();
            let Some((name, rest)) = directive(text, line) else { continue };
            match name {
                b"undef" if rest.is_empty() => {}
                b"if" | b"ifdef" | b"ifndef" => depth += 1,
                b"endif" => depth = depth.saturating_sub(1),
                b"undef" if code.starts_with(b"#undef") && *of_entries.get_or_insert(depth) == depth => {
                    let span = Span::new(comment.unwrap_or(line.start), line.end);
                    found.entries.push(Entry { name: rest, span });
                }
                b"undef" => found.others.push(rest),
                _ => {}
            }
        }
        found
    }
}

/// Whether a comment is open at the end of a line.
fn is_open(line: &[u8], mut is_inside: bool) -> bool {
    let mut rest = line;
    loop {
        let sign: &[u8] = if is_inside { b"*/" } else { b"/*" };
        let Some(at) = memchr::memmem::find(rest, sign) else { return is_inside };
        rest = &rest[at + 2..];
        is_inside = !is_inside;
    }
}

/// The name of a directive and the word after it.
fn directive(text: &[u8], line: Span) -> Option<(&[u8], Span)> {
    let code = line.of(text).trim_ascii_start().strip_prefix(b"#")?.trim_ascii_start();
    let word = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let name = &code[..word(code)];
    let rest = code[name.len()..].trim_ascii_start();
    let start = line.end - rest.len();
    Some((name, Span::new(start, start + word(rest))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_the_comments_above_them() {
        let text = b"/* a */\n#ifndef X_H\n#define X_H\n/* b\n#undef NO\n */\n#undef A\n\n/* c */ /* d\n*/\n#ifndef _B\n# undef _B\n#endif\n#undef C /* e */\n#if X\n#undef D\n#endif\n#endif";
        let template = Template::parse(text);
        let show = |span: Span| String::from_utf8_lossy(span.of(text)).into_owned();
        let entries: Vec<_> = template.entries.iter().map(|one| (show(one.name), show(one.span))).collect();
        let expected = [("A", "/* b\n#undef NO\n */\n#undef A\n"), ("C", "#undef C /* e */\n")];
        assert_eq!(entries, expected.map(|(name, span)| (name.to_owned(), span.to_owned())));
        assert_eq!(template.others.iter().map(|name| show(*name)).collect::<Vec<_>>(), ["_B", "D"]);
    }

    #[test]
    fn a_comment_that_begins_after_code_is_not_of_the_next_entry() {
        let text = b"#undef A /* a\n of A */\n#undef /* none */\n#undef B\n";
        let template = Template::parse(text);
        let spans: Vec<_> = template.entries.iter().map(|one| one.span.of(text)).collect();
        assert_eq!(spans, [&b"#undef A /* a\n of A */\n"[..], b"#undef B\n"]);
    }
}
