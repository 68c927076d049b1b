//! Elements as patchsets name them: `ClCompile Include="..\Modules\a.c"`, `ItemDefinitionGroup/Link`, `<Platform>x64</Platform>`.

use crate::operation::parsed::ParsedFile;
use crate::operation::prelude::*;
use crate::syntax::xml::{Element, XmlFile};
use crate::text::distance;

/// An element by its name, attributes and text, and by the elements that it is directly in.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::operation) struct Pattern {
    /// The outermost first; at least one.
    steps: Vec<Step>,
}

/// What is known of one element. Its other attributes do not matter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    name: Vec<u8>,
    pub(super) attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// Its text without the blanks around it.
    pub(super) text: Option<Vec<u8>>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A message that continues the operation's name.
    pub(in crate::operation) fn parse(code: &str) -> Result<Pattern, String> {
        let code = code.trim();
        ensure(!code.is_empty(), "has an empty anchor")?;
        let steps = if code.contains("</") { vec![code] } else { parts(code.trim_matches(['<', '>'])) };
        Ok(Pattern { steps: steps.into_iter().map(Step::parse).collect::<Result<_, _>>()? })
    }

    /// Its innermost element.
    pub(super) fn last_mut(&mut self) -> &mut Step {
        self.steps.last_mut().expect("a pattern has at least one step")
    }

    /// The elements in `scope` that it names.
    pub(in crate::operation) fn find<'a>(&self, file: &'a ParsedFile, scope: Span) -> Vec<&'a Element> {
        let all = file.xml().elements.iter().filter(|element| scope.contains(element.span));
        all.filter(|element| self.matches(file, element)).collect()
    }

    fn matches(&self, file: &ParsedFile, element: &Element) -> bool {
        let mut here = Some(element);
        self.steps.iter().rev().all(|step| {
            let Some(element) = here else { return false };
            here = element.parent.map(|parent| &file.xml().elements[parent]);
            step.matches(&file.bytes, element)
        })
    }

    /// Elements in `scope` that resemble it: those of a similar name, or with attributes or a text that it may misspell.
    pub(in crate::operation) fn misspelled(&self, file: &ParsedFile, scope: Span) -> Vec<usize> {
        let Some(step) = self.steps.last() else { return Vec::new() };
        let wanted = step.shown();
        let shown = |element: &Element| {
            let mut own = step.clone();
            own.name = element.name.of(&file.bytes).to_vec();
            for (name, value) in &mut own.attributes {
                *value = attribute(&file.bytes, element, name).unwrap_or_default().to_vec();
            }
            own.text =
                step.text.is_some().then(|| text_of(&file.bytes, element)).flatten().map(<[u8]>::to_vec);
            own.shown()
        };
        let all = file.xml().elements.iter().filter(|element| scope.contains(element.span));
        let is_near = |element: &&Element| {
            let own = shown(element);
            own.len().abs_diff(wanted.len()) <= 2 && wanted.len() > 3 && distance(&own, &wanted) <= 2
        };
        all.filter(is_near).map(|element| element.span.start).take(5).collect()
    }
}

impl Step {
    fn parse(code: &str) -> Result<Step, String> {
        let tag = if code.contains("</") { code.to_owned() } else { format!("<{code}/>") };
        let text = tag.as_bytes();
        let file = XmlFile::parse(text);
        let [element] = &file.elements[..] else {
            return Err(match file.problem {
                Some(problem) => format!("has an anchor that is not an element, `{code}`: {}", problem.what),
                None => format!("has an anchor that is more than one element: `{code}`"),
            });
        };
        if let Some(problem) = file.problem {
            return Err(format!("has an anchor that is not an element, `{code}`: {}", problem.what));
        }
        let attributes = element.attributes.iter();
        Ok(Step {
            name: element.name.of(text).to_vec(),
            attributes: attributes
                .map(|one| (one.name.of(text).to_vec(), one.value.of(text).to_vec()))
                .collect(),
            text: text_of(text, element).map(<[u8]>::to_vec),
        })
    }

    fn matches(&self, text: &[u8], element: &Element) -> bool {
        element.name.of(text) == self.name
            && self.attributes.iter().all(|(name, value)| attribute(text, element, name) == Some(value))
            && self.text.as_deref().is_none_or(|own| text_of(text, element) == Some(own))
    }

    /// Its start tag and text, for comparisons.
    fn shown(&self) -> String {
        let mut shown = self.name.clone();
        let values = self.attributes.iter().flat_map(|(name, value)| [&name[..], &value[..]]);
        for part in values.chain(self.text.as_deref()) {
            shown.push(b' ');
            shown.extend_from_slice(part);
        }
        String::from_utf8_lossy(&shown).into_owned()
    }
}

/// The steps of a path. A slash in quotes belongs to a value.
fn parts(code: &str) -> Vec<&str> {
    let mut quote = None;
    let is_slash = |sign: char| {
        match (quote, sign) {
            (Some(open), _) if open == sign => quote = None,
            (None, '"' | '\'') => quote = Some(sign),
            (Some(_) | None, _) => {}
        }
        sign == '/' && quote.is_none()
    };
    code.trim_end_matches('/').split(is_slash).collect()
}

fn attribute<'a>(text: &'a [u8], element: &Element, name: &[u8]) -> Option<&'a [u8]> {
    let found = element.attributes.iter().find(|one| one.name.of(text) == name)?;
    Some(found.value.of(text))
}

fn text_of<'a>(text: &'a [u8], element: &Element) -> Option<&'a [u8]> {
    Some(element.content?.of(text).trim_ascii())
}

/// The only element of a scope that `code` names.
pub(super) fn only_element<'a>(site: &Site<'a>, code: &str) -> Result<&'a Element, Failure> {
    let pattern = Pattern::parse(code).map_err(Failure::fault)?;
    let found = pattern.find(site.file, site.scope);
    match found[..] {
        [one] => Ok(one),
        [] => Err(missing(site, code, &pattern).into()),
        _ => Err(Failure::Ambiguous {
            what: format!("expected 1 element {}, found {}", named(code), found.len()),
            at: found.iter().map(|element| element.span.start).collect(),
            help: Some(
                "name more of its attributes, the elements that it is in (`OUTER/INNER`), or a `within`"
                    .to_owned(),
            ),
        }),
    }
}

/// What is said where no element is found.
pub(super) fn missing(site: &Site<'_>, code: &str, pattern: &Pattern) -> Miss {
    let near = pattern.misspelled(site.file, site.scope);
    let near = if near.is_empty() { crate::operation::text::near_lines(site.file, code, &[]) } else { near };
    Miss::new(format!("the element {} was not found", named(code))).near(near)
}

/// Names an element for messages.
pub(super) fn named(code: &str) -> String {
    format!("`{}`", code.trim())
}

/// Refuses a file that is not well-formed.
pub(super) fn require_xml(file: &ParsedFile) -> Result<(), Failure> {
    match &file.xml().problem {
        Some(problem) => Err(Failure::refused(
            format!("the file is not well-formed XML: {}", problem.what),
            problem.span.start,
        )),
        None => Ok(()),
    }
}
