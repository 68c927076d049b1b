//! Lists of words with semicolons between them: texts of elements, and values of attributes.

use super::pattern::{Pattern, missing, named, require_xml};
use crate::operation::prelude::*;
use crate::operation::word_list::{Separator, WordList};
use crate::syntax::xml::Element;

/// What has a list of words.
pub(super) struct Holder<'a> {
    pub element: &'a str,
    pub attribute: Option<&'a str>,
}

impl Holder<'_> {
    /// Its name for messages.
    pub fn named(&self) -> String {
        let attribute = self.attribute.map_or(String::new(), |name| format!("`{name}` of "));
        format!("{attribute}{}", named(self.element))
    }

    /// Checks what the types cannot say.
    pub fn check(&self, words: &str) -> Result<(), String> {
        Pattern::parse(self.element)?;
        let own = Pattern::parse(&format!("<x>{words}</x>"));
        ensure(!words.trim().is_empty(), "has an empty `word` or `with`")?;
        ensure(
            own.is_ok() && !words.contains('\n'),
            "needs words in one line, with `&lt;` and `&amp;` as in XML",
        )
    }

    /// Its lists in the scope; at least one.
    pub fn lists(&self, site: &Site<'_>) -> Result<Vec<WordList>, Failure> {
        require_xml(site.file)?;
        let text = &site.file.bytes;
        let pattern = Pattern::parse(self.element).map_err(Failure::fault)?;
        let found = pattern.find(site.file, site.scope);
        let Some(first) = found.first() else { return Err(missing(site, self.element, &pattern).into()) };
        let inside = |element: &&Element| match self.attribute {
            Some(name) => {
                let mut own = element.attributes.iter();
                own.find(|one| one.name.of(text) == name.as_bytes()).map(|one| (one.name, one.value))
            }
            None => element.content.map(|content| (element.name, content)),
        };
        let lists: Vec<WordList> = found
            .iter()
            .filter_map(inside)
            .filter(|(_, inside)| !inside.of(text).contains(&b'<'))
            .map(|(name, inside)| WordList {
                name,
                inside,
                words: words(text, inside),
                separator: Separator::Semicolons,
                around_first: ("", ""),
                quotes: None,
            })
            .collect();
        if lists.is_empty() {
            return Err(Miss::new(format!("{} has no list of words", self.named()))
                .near([first.span.start])
                .into());
        }
        Ok(lists)
    }
}

/// What is between semicolons, without the blanks around it.
fn words(text: &[u8], inside: Span) -> Vec<Span> {
    let mut start = inside.start;
    let mut found = Vec::new();
    for end in memchr::memchr_iter(b';', inside.of(text)).map(|at| inside.start + at).chain([inside.end]) {
        let word = Span::new(start, end).of(text);
        let from = start + word.len() - word.trim_ascii_start().len();
        // The semicolon of a reference ends no word.
        let is_reference = memchr::memrchr(b'&', word).is_some_and(|at| {
            end < inside.end && word[at + 1..].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#')
        });
        if is_reference {
            continue;
        }
        if !word.trim_ascii().is_empty() {
            found.push(Span::new(from, from + word.trim_ascii().len()));
        }
        start = end + 1;
    }
    found
}

/// The word of the only list before which another one is put at its end: the values that the list inherits, as a rule the last.
pub(super) fn inherited(text: &[u8], lists: &[WordList]) -> Option<String> {
    let [list] = lists else { return None };
    let last = list.words.last()?.of(text);
    last.starts_with(b"%(").then(|| String::from_utf8_lossy(last).into_owned())
}
