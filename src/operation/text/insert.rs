//! `text.insert`.

use super::{named_text, near_lines};
use crate::operation::neighbours;
use crate::operation::prelude::*;

/// `text.insert`: inserts text before or after a literal anchor.
///
/// ```yaml
/// file: Lib/site.py
/// text.insert: {after: import sys, text: ', os'}
/// ```
/// ```diff
/// -import sys
/// +import sys, os
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [{"required": ["before"]}, {"required": ["after"]}]))]
pub struct Insert {
    /// The literal text before which it is inserted. Whole words: `all` does not match in `install`.
    #[schemars(length(min = 1))]
    pub before: Option<String>,
    /// The literal text after which it is inserted.
    #[schemars(length(min = 1))]
    pub after: Option<String>,
    /// The text to insert.
    pub text: Text,
    /// How many matches the anchor has.
    #[serde(default)]
    pub count: Count,
}

impl Insert {
    fn anchor(&self) -> &str {
        self.before.as_deref().or(self.after.as_deref()).unwrap_or_default()
    }
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
        ensure(!texts.get(&self.text).is_empty(), "does nothing: its `text` is empty")
    }

    fn inserted(&self) -> Option<&Text> {
        Some(&self.text)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let bytes = &site.file.bytes;
        let ending = line_ending(bytes);
        let text = with_line_ends(site.texts.get(&self.text), ending);
        let (anchor, after) = (self.anchor(), self.after.is_some());
        let needle = with_line_ends(anchor.as_bytes(), ending);
        let found = find_words(bytes, &needle, site.scope);
        let others: Vec<_> = site.neighbours.iter().map(|text| with_line_ends(text, ending)).collect();
        let inserted = |span: &Span| {
            if after {
                neighbours::starts_with(&bytes[span.end..], &text, &others)
            } else {
                neighbours::ends_with(&bytes[..span.start], &text, &others)
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
