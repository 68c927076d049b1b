//! The elements of XML as units.

use super::pattern::Pattern;
use crate::operation::lines::{common_indentation, indentation, leading_blanks};
use crate::operation::parsed::ParsedFile;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units};
use crate::text::{find_tokens, line_bounds, lines};

/// Elements. Those that others are put next to are found by name and attributes; code that is replaced, by its tokens.
pub(super) enum Elements {
    ByName,
    ByTokens,
}

impl Units for Elements {
    fn noun(&self) -> &'static str {
        "element"
    }

    fn find(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        match (self, Pattern::parse(&String::from_utf8_lossy(code))) {
            (Elements::ByName, Ok(pattern)) => {
                pattern.find(file, scope).into_iter().map(|element| element.span).collect()
            }
            (Elements::ByName, Err(_)) | (Elements::ByTokens, _) => find_tokens(&file.bytes, code, scope),
        }
    }

    fn whole(&self, file: &ParsedFile, span: Span) -> Option<Span> {
        let xml = file.xml();
        let own = |index: usize| {
            let mut children = xml.children(index).filter(|child| child.span.overlaps(span));
            let first = children.next()?;
            Some(Span::new(first.span.start, children.next_back().unwrap_or(first).span.end))
        };
        let unit = match xml.around(span) {
            Some(index) => own(index).unwrap_or(xml.elements[index].span),
            None => xml.elements.first().map(|root| root.span).filter(|root| root.contains(span))?,
        };
        Some(whole_lines(&file.bytes, unit))
    }

    fn ends(&self, file: &ParsedFile, offset: usize) -> bool {
        file.xml().elements.iter().any(|element| element.span.end == offset || element.head.end == offset)
    }

    fn commented(&self, file: &ParsedFile, unit: Span) -> Span {
        let text = &file.bytes;
        let mut start = unit.start;
        while start > 0 && text[start - 1] == b'\n' {
            let above = line_bounds(text, start - 1);
            let end = above.start + above.of(text).trim_ascii_end().len();
            let Some(comment) = file.xml().comments.iter().find(|comment| comment.end == end) else { break };
            let line = line_bounds(text, comment.start).start;
            if !text[line..comment.start].trim_ascii().is_empty() {
                break;
            }
            start = line;
        }
        Span::new(start, unit.end)
    }

    fn unit_at(&self, file: &ParsedFile, scope: Span, edge: Edge) -> Option<Span> {
        let mut children = file.xml().children(container(file, scope)?);
        let child = match edge {
            Edge::Start => children.next(),
            Edge::End => children.next_back(),
        };
        Some(whole_lines(&file.bytes, child?.span))
    }

    fn edge(&self, site: &Site<'_>, _edge: Edge) -> Option<(usize, Vec<u8>)> {
        let text = &site.file.bytes;
        let xml = site.file.xml();
        let element = &xml.elements[container(site.file, site.scope)?];
        let content = element.content?;
        let line = line_bounds(text, content.end);
        let is_empty = content.of(text).trim_ascii().is_empty() && line.start > content.start;
        // An empty element has no example of a child: one step more than its own, as it has one more than its parent.
        let own = indentation(text, element.span.start);
        let outer = element.parent.map(|parent| indentation(text, xml.elements[parent].span.start));
        let step = outer.and_then(|outer| own.strip_prefix(outer)).filter(|step| !step.is_empty());
        is_empty.then(|| (line.start, [own, step.unwrap_or(b"  ")].concat()))
    }

    fn indented(&self, file: &ParsedFile, text: &[u8], margin: &[u8]) -> Vec<u8> {
        let common = common_indentation(text);
        let mut out = Vec::new();
        for line in lines(text.trim_ascii_end()) {
            let line = line.of(text).trim_ascii_end();
            let line = line.strip_prefix(&common[..]).unwrap_or(line);
            if !line.is_empty() {
                // Two blanks are a step; in a file with tabs, a tab is.
                let steps = if margin.starts_with(b"\t") { leading_blanks(line).len() / 2 } else { 0 };
                let steps = if line.starts_with(b"\t") { 0 } else { steps };
                out.extend_from_slice(margin);
                out.extend(std::iter::repeat_n(b'\t', steps));
                out.extend_from_slice(&line[2 * steps..]);
            }
            out.extend_from_slice(line_ending(&file.bytes));
        }
        out
    }

    fn is_comment(&self, line: &[u8]) -> bool {
        line.starts_with(b"<!--") && line.ends_with(b"-->")
    }
}

/// The element that a scope is; the root for a whole file.
fn container(file: &ParsedFile, scope: Span) -> Option<usize> {
    let elements = &file.xml().elements;
    let own = elements.iter().position(|element| element.span == scope);
    own.or_else(|| (scope == file.span() && !elements.is_empty()).then_some(0))
}

/// A span with its lines, where nothing else is on them.
fn whole_lines(text: &[u8], span: Span) -> Span {
    let is_blank = |b: &&u8| matches!(**b, b' ' | b'\t');
    let start = span.start - text[..span.start].iter().rev().take_while(is_blank).count();
    if start > 0 && text[start - 1] != b'\n' {
        return span;
    }
    let blanks = text[span.end..].iter().take_while(is_blank).count();
    let line_end = match &text[span.end + blanks..] {
        [] => Some(0),
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    };
    Span::new(start, line_end.map_or(span.end, |end| span.end + blanks + end))
}
