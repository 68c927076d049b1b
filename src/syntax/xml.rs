//! XML: elements and attributes as spans. Nothing is decoded: names, values and texts are compared as they are written.
//!
//! A library would take more of the shipped binary than the family may: of those that say where attributes are, quick-xml takes
//! 34 kB and roxmltree 53 kB.

use memchr::memmem;

use super::Problem;
use crate::text::Span;

/// The endings of names of XML files in a tree.
const ENDINGS: [&str; 11] = [
    "vcxproj", "filters", "vcproj", "props", "targets", "proj", "wixproj", "wxs", "wxl", "plist", "manifest",
];

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Span,
    /// Its value, without the quotes.
    pub value: Span,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// All of it.
    pub span: Span,
    /// Its start tag.
    pub head: Span,
    /// Its name.
    pub name: Span,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// What is between its tags; `None` if it has only one.
    pub content: Option<Span>,
    /// The element around it, by its number.
    pub parent: Option<usize>,
}

impl Element {
    /// Where another attribute can be put.
    pub fn end_of_attributes(&self) -> usize {
        self.attributes.last().map_or(self.name.end, |last| last.value.end + 1)
    }
}

/// The elements of a file, in the order of their start tags.
#[derive(Debug, Clone, Default)]
pub struct XmlFile {
    /// The elements.
    pub elements: Vec<Element>,
    /// The comments.
    pub comments: Vec<Span>,
    /// Why it is not well-formed.
    pub problem: Option<Problem>,
}

/// Whether a file of this name is XML.
pub fn is_xml(name: &str) -> bool {
    let name = name.strip_suffix(".in").unwrap_or(name);
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

impl XmlFile {
    /// Parses a file.
    pub fn parse(text: &[u8]) -> XmlFile {
        let mut file = XmlFile::default();
        file.problem = file.read(text).err();
        file
    }

    fn read(&mut self, text: &[u8]) -> Result<(), Problem> {
        let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let (mut at, mut open, mut has_doctype) = (start, Vec::new(), false);
        while at < text.len() {
            let rest = &text[at..];
            if rest.starts_with(b"<!--") {
                let span = closed(text, at, b"<!--", b"-->")?;
                let inside = Span::new(span.start + 4, span.end - 3).of(text);
                if memmem::find(inside, b"--").is_some() || inside.ends_with(b"-") {
                    return Err(Problem::new(span, "this comment has two hyphens inside"));
                }
                self.comments.push(span);
                at = span.end;
            } else if rest.starts_with(b"<?") {
                let span = closed(text, at, b"<?", b"?>")?;
                let is_declaration = rest.starts_with(b"<?xml") && rest[5].is_ascii_whitespace();
                if is_declaration && at > start {
                    return Err(Problem::new(span, "this declaration must be the start of the file"));
                }
                at = span.end;
            } else if rest.starts_with(b"<![CDATA[") && !open.is_empty() {
                at = closed(text, at, b"<![CDATA[", b"]]>")?.end;
            } else if rest.starts_with(b"<!DOCTYPE") && self.elements.is_empty() {
                at = end_of_doctype(text, at)?;
                has_doctype = true;
            } else if rest.starts_with(b"</") {
                let span = closed(text, at, b"</", b">")?;
                let name = Span::new(span.start + 2, span.end - 1).of(text).trim_ascii_end();
                let Some(index) = open.pop() else { return Err(Problem::new(span, "this tag ends nothing")) };
                let element: &mut Element = &mut self.elements[index];
                if element.name.of(text) != name {
                    let what = format!("this is not the end of `{}`", lossy(element.name.of(text)));
                    return Err(Problem::new(span, what));
                }
                element.content = Some(Span::new(element.head.end, span.start));
                element.span = Span::new(element.span.start, span.end);
                at = span.end;
            } else if rest.starts_with(b"<") {
                let mut element = start_tag(text, at, has_doctype)?;
                if open.is_empty() && !self.elements.is_empty() {
                    return Err(Problem::new(element.head, "this is a second element without one around it"));
                }
                element.parent = open.last().copied();
                at = element.head.end;
                if !element.head.of(text).ends_with(b"/>") {
                    open.push(self.elements.len());
                }
                self.elements.push(element);
            } else {
                let span = Span::new(at, at + memchr::memchr(b'<', rest).unwrap_or(rest.len()));
                if open.is_empty() && !span.of(text).trim_ascii().is_empty() {
                    return Err(Problem::new(span, "this text has no element around it"));
                }
                check_references(text, span, has_doctype)?;
                at = span.end;
            }
        }
        match (open.last(), self.elements.first()) {
            (Some(index), _) => Err(Problem::new(self.elements[*index].head, "this element is never closed")),
            (None, None) => Err(Problem::new(Span::at(start), "an element is missing")),
            (None, Some(_)) => Ok(()),
        }
    }

    /// The elements directly in another one, by the number of that.
    pub fn children(&self, index: usize) -> impl DoubleEndedIterator<Item = &Element> {
        self.elements.iter().filter(move |element| element.parent == Some(index))
    }

    /// The innermost element whose content a span is in.
    pub fn around(&self, span: Span) -> Option<usize> {
        let holds = |element: &Element| element.content.is_some_and(|content| content.contains(span));
        self.elements.iter().rposition(holds)
    }
}

/// What begins at `at` with `opening`, to the first `closing`.
fn closed(text: &[u8], at: usize, opening: &[u8], closing: &[u8]) -> Result<Span, Problem> {
    let inside = at + opening.len();
    let Some(end) = memmem::find(&text[inside..], closing) else {
        return Err(Problem::new(
            Span::new(at, inside),
            format!("`{}` is missing after this", lossy(closing)),
        ));
    };
    Ok(Span::new(at, inside + end + closing.len()))
}

fn end_of_doctype(text: &[u8], at: usize) -> Result<usize, Problem> {
    let (mut quote, mut is_inside) = (None, false);
    for (index, byte) in text.iter().enumerate().skip(at) {
        match (quote, byte) {
            (Some(sign), _) if sign == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'[') => is_inside = true,
            (None, b']') => is_inside = false,
            (None, b'>') if !is_inside => return Ok(index + 1),
            (None, _) => {}
        }
    }
    Err(Problem::new(Span::at(at), "this document type is never closed"))
}

/// An element by its start tag.
fn start_tag(text: &[u8], at: usize, has_doctype: bool) -> Result<Element, Problem> {
    let blanks = |at: usize| at + text[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let name = name_at(text, at + 1)?;
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut end = name.end;
    loop {
        let next = blanks(end);
        let is_end = match &text[next..] {
            [b'>', ..] => Some(next + 1),
            [b'/', b'>', ..] => Some(next + 2),
            [] => return Err(Problem::new(Span::at(at), "this tag is never closed")),
            _ => None,
        };
        if let Some(end) = is_end {
            let head = Span::new(at, end);
            return Ok(Element { span: head, head, name, attributes, content: None, parent: None });
        }
        let name = name_at(text, next)?;
        let equals = blanks(name.end);
        let quote = blanks(equals + usize::from(text.get(equals) == Some(&b'=')));
        let sign = text.get(quote).copied().filter(|b| quote > equals && matches!(b, b'"' | b'\''));
        let length = sign.and_then(|sign| memchr::memchr(sign, &text[quote + 1..]));
        let Some(length) = length.filter(|_| next > end) else {
            let what = "this is not an attribute: a blank, and a name with `=` and a value in quotes";
            return Err(Problem::new(name, what));
        };
        let value = Span::new(quote + 1, quote + 1 + length);
        if value.of(text).contains(&b'<') {
            return Err(Problem::new(value, "this value has a `<` that is not written `&lt;`"));
        }
        check_references(text, value, has_doctype)?;
        if attributes.iter().any(|other| other.name.of(text) == name.of(text)) {
            return Err(Problem::new(name, "the element has this attribute twice"));
        }
        attributes.push(Attribute { name, value });
        end = value.end + 1;
    }
}

fn name_at(text: &[u8], at: usize) -> Result<Span, Problem> {
    let is_sign = |b: &u8| b.is_ascii_alphanumeric() || b"_:.-".contains(b) || !b.is_ascii();
    let length = text[at..].iter().take_while(|b| is_sign(b)).count();
    if length == 0 || text[at].is_ascii_digit() || b".-".contains(&text[at]) {
        return Err(Problem::new(Span::at(at), "a name is missing here"));
    }
    Ok(Span::new(at, at + length))
}

/// Checks that each `&` begins a reference: to a character, or to an entity that needs no definition.
fn check_references(text: &[u8], span: Span, has_doctype: bool) -> Result<(), Problem> {
    for at in memchr::memchr_iter(b'&', span.of(text)) {
        let rest = &span.of(text)[at + 1..];
        let name = &rest[..memchr::memchr(b';', rest).unwrap_or(0)];
        let is_known = matches!(name, b"amp" | b"lt" | b"gt" | b"quot" | b"apos" | [b'#', _, ..]);
        let is_declared = has_doctype && name_at(name, 0).is_ok_and(|all| all.len() == name.len());
        if !is_known && !is_declared {
            return Err(Problem::new(Span::at(span.start + at), "this `&` is not written `&amp;`"));
        }
    }
    Ok(())
}

fn lossy(text: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<(usize, String)> {
        XmlFile::parse(text.as_bytes()).problem.map(|problem| (problem.span.start, problem.what))
    }

    #[test]
    fn elements_have_the_spans_of_their_bytes() {
        let text =
            b"\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n<A\tb = 'x>' c=\"\xe4\">\r\n  <!-- <Z> --><B/>t</A>\r\n";
        let file = XmlFile::parse(text);
        assert_eq!(file.problem, None);
        let [a, b] = &file.elements[..] else { panic!("{file:?}") };
        assert_eq!(a.span.of(text), &text[26..text.len() - 2]);
        assert_eq!(a.attributes.iter().map(|one| one.name.of(text)).collect::<Vec<_>>(), [b"b", b"c"]);
        assert_eq!(a.attributes[0].value.of(text), b"x>");
        assert_eq!(a.attributes[1].value.of(text), b"\xe4");
        assert_eq!((b.span.of(text), b.content, b.parent), (&b"<B/>"[..], None, Some(0)));
        assert_eq!(a.content.unwrap().of(text), b"\r\n  <!-- <Z> --><B/>t");
        assert_eq!(file.comments[0].of(text), b"<!-- <Z> -->");
    }

    #[test]
    fn what_is_not_well_formed_is_found() {
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>x",
            "<a b=c/>",
            "<a b='1' b='2'/>",
            "<a b='1'c='2'/>",
            "<a b='<'/>",
            "<a b='&'/>",
            "<a b='&x;'/>",
            "<a>&x;</a>",
            "<a>& b</a>",
            "<a><!-- -- --></a>",
            "<a b/>",
            "<1/>",
            "<a><?xml version='1.0'?></a>",
            "<a",
            "<a b='1",
            "<a/>&lt;",
            "<a><!b></a>",
            "<a><!-- x",
            "<!DOCTYPE a",
            "<![CDATA[x]]><a/>",
        ] {
            assert!(problem(text).is_some(), "{text}");
        }
        assert_eq!(problem("<a>\n<b>\n</a>\n").unwrap().0, 8);
        assert_eq!(problem("<a>\n<b>\n"), Some((4, "this element is never closed".to_owned())));
    }

    #[test]
    fn references_and_document_types_are_accepted() {
        let text = "<!DOCTYPE plist PUBLIC \"-//A//B\" \"http://c\">\n<plist a='&quot;&#10;'>&amp;&#x41;<![CDATA[<&]]></plist>\n";
        assert_eq!(problem(text), None);
        assert!(
            is_xml("a.vcxproj.filters")
                && is_xml("Info.plist.in")
                && !is_xml("pcbuild.sln")
                && !is_xml("plist")
        );
    }
}
