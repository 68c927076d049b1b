//! `text.insert`.

use super::indent::{Indent, indented, line_of};
use super::{named_text, near_lines};
use crate::operation::neighbours;
use crate::operation::prelude::*;

/// `text.insert`: inserts text before or after a literal anchor.
///
/// It is ambiguous where the anchor occurs more often than `count`.
///
/// ```yaml
/// file: Lib/site.py
/// text.insert: {after: import sys, text: ', os'}
/// ```
/// ```diff
/// -import sys
/// +import sys, os
/// ```
/// ```yaml
/// file: Lib/compileall.py
/// text.insert:
///   before: for path in paths
///   indent: anchor
///   text: |
///     if launched:
///         return
/// ```
/// ```diff
///  def main(paths):
/// +    if launched:
/// +        return
///      for path in paths:
///          compile(path)
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["before"]}, {"required": ["after"]}])))]
pub struct Insert {
    /// The literal text before which it is inserted. Whole words: `all` does not match in `install`.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub before: Option<String>,
    /// The literal text after which it is inserted.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub after: Option<String>,
    /// The text to insert.
    pub text: Text,
    /// `anchor`: the text is whole lines, which go before or after the line of the anchor and are indented as that line.
    /// Without it, the text is inserted as it is.
    pub indent: Option<Indent>,
    /// How many matches the anchor has.
    #[serde(default)]
    pub count: Count,
}

impl Insert {
    fn anchor(&self) -> &str {
        self.before.as_deref().or(self.after.as_deref()).unwrap_or_default()
    }

    /// The answer where whole lines are inserted.
    fn resolve_lines(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let (ending, after) = (line_ending(text), self.after.is_some());
        let line = |span: &Span| line_of(text, *span, after);
        let at = |span: &Span| if after { line(span).end } else { line(span).start };
        let lines = |span: &Span| indented(file, site.texts.get(&self.text), line(span).start);
        let mut found = find_words(text, &with_line_ends(self.anchor().as_bytes(), ending), site.scope);
        // Next to a line the text is inserted once.
        found.dedup_by_key(|span| at(span));
        let is_done = |span: &Span| {
            let (at, own) = (at(span), lines(span));
            let others = site.neighbours.iter();
            let others: Vec<_> = others
                .flat_map(|other| [indented(file, other, line(span).start), with_line_ends(other, ending)])
                .collect();
            if after {
                neighbours::starts_with(&text[at..], &own, &others)
            } else {
                neighbours::ends_with(&text[..at], &own, &others)
            }
        };
        let is_near =
            |span: &Span| within_reach(file, site.texts.get(&self.text), *span, after, site.scope).is_some();
        let done: Vec<Span> = found.iter().copied().filter(|span| is_done(span) || is_near(span)).collect();
        let rewrite = |span: Span| insert_lines(text, at(&span), &lines(&span));
        let near = || near_lines(file, self.anchor(), &[]);
        match_count(&named_text(self.anchor()), self.count.0, &found, &Results::proof(done), rewrite, near)
    }
}

/// What has to be next to an anchor where a text of line ends alone was inserted: every line ends with one, so that it needs
/// one more, unless it is at the start of a line or of the file.
fn beyond_line_end(text: &[u8], ending: &[u8], has_line_end: bool) -> Vec<u8> {
    let is_blank = text.iter().all(|byte| matches!(byte, b'\n' | b'\r'));
    if is_blank && !has_line_end { [ending, text].concat() } else { text.to_vec() }
}

impl Operate for Insert {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.anchor().to_owned())).texts([&self.text]).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Text(text) = anchor else { return false };
        if self.before.is_some() {
            self.before = Some(text);
        } else {
            self.after = Some(text);
        }
        true
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(self.before.is_some() != self.after.is_some(), "needs either `before` or `after`")?;
        ensure(!self.anchor().is_empty(), "has an empty anchor")?;
        ensure(
            self.indent.is_none() || !self.anchor().trim().is_empty(),
            "has `indent: anchor`, and an anchor of blanks only",
        )?;
        ensure(!texts.get(&self.text).is_empty(), "does nothing: its `text` is empty")
    }

    fn inserted(&self) -> Option<&Text> {
        Some(&self.text)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        if self.indent == Some(Indent::Anchor) {
            return self.resolve_lines(site);
        }
        let bytes = &site.file.bytes;
        let ending = line_ending(bytes);
        let text = with_line_ends(site.texts.get(&self.text), ending);
        let (anchor, after) = (self.anchor(), self.after.is_some());
        let needle = with_line_ends(anchor.as_bytes(), ending);
        let found = find_words(bytes, &needle, site.scope);
        let others: Vec<_> = site.neighbours.iter().map(|text| with_line_ends(text, ending)).collect();
        let inserted = |span: &Span| {
            if after {
                let own = beyond_line_end(&text, ending, bytes[..span.end].ends_with(b"\n"));
                neighbours::starts_with(&bytes[span.end..], &own, &others)
            } else {
                let own = beyond_line_end(&text, ending, span.start == text.len());
                neighbours::ends_with(&bytes[..span.start], &own, &others)
            }
        };
        let (mut done, open): (Vec<Span>, Vec<Span>) = found.iter().partition(|span| inserted(span));
        // Together both may be one longer word, in which the anchor is not a word any more.
        let together = if after { [&needle[..], &text].concat() } else { [&text[..], &needle].concat() };
        let joined = find_words(bytes, &together, site.scope).into_iter().map(|span| {
            if after {
                Span::new(span.start, span.end - text.len())
            } else {
                Span::new(span.start + text.len(), span.end)
            }
        });
        done.extend(joined.filter(|span| !found.contains(span)).collect::<Vec<_>>());
        let rewrite = |span: Span| Rewrite::insert(if after { span.end } else { span.start }, text.clone());
        let near = || near_lines(site.file, anchor, &[]);
        let (near_text, open) = open.into_iter().partition::<Vec<Span>, _>(|span| {
            within_reach(site.file, &text, *span, after, site.scope).is_some()
        });
        done.extend(near_text);
        let found = [&open[..], &done].concat();
        match_count(&named_text(anchor), self.count.0, &found, &Results::proof(done), rewrite, near)
    }
}
