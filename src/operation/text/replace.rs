//! `text.replace`.

use super::misspelling::{is_word, misspellings};
use super::{named_text, near_lines};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::text::find_tokens;

arguments! {
    /// `text.replace`: replaces literal text.
    ///
    /// It is ambiguous where the text occurs more often than `count`. The new text alone does not prove that the change
    /// was made.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// text.replace: {find: ENABLE_USER_SITE = None, with: ENABLE_USER_SITE = False}
    /// ```
    /// ```diff
    /// -ENABLE_USER_SITE = None
    /// +ENABLE_USER_SITE = False
    /// ```
    /// ```yaml
    /// file: Lib/test/regrtest.py
    /// within: {between: [STDTESTS, NOTTESTS]}
    /// text.replace: {find: test_grammar, with: test_device}
    /// ```
    /// ```diff
    /// -STDTESTS = ['test_grammar']
    /// +STDTESTS = ['test_device']
    ///  NOTTESTS = ['test_grammar']
    /// ```
    pub struct Replace {
        /// The literal text to replace. Whole words, unless it begins or ends with a sign.
        find: String; not_empty,
        /// The new text.
        with: Text,
        /// How many matches the text has.
        count: Count,
    }
}

impl Operate for Replace {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).texts([&self.with]).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Text(find) = anchor else { return false };
        self.find = find;
        true
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(!self.find.is_empty(), "has an empty anchor")?;
        ensure(!texts.get(&self.with).is_empty(), "has an empty `with`: write `text.remove` to remove text")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let bytes = &site.file.bytes;
        let ending = line_ending(bytes);
        let with = with_line_ends(site.texts.get(&self.with), ending);
        let find = with_line_ends(self.find.as_bytes(), ending);
        let found = find_words(bytes, &find, site.scope);
        let mut done = find_words(bytes, &with, site.scope);
        // A replacement that is part of the anchor (`a` for `a b`) does not show a finished change.
        done.retain(|d| !found.iter().any(|f| f.contains(*d) && f != d));
        let what = named_text(&self.find);
        let rewrite = |span| Rewrite::replace(span, with.clone());
        // One word replaced by another leaves no trace of the old one: words that `find` may misspell come first.
        let near = || {
            let is_word = is_word(self.find.as_bytes());
            let similar =
                if is_word { misspellings(bytes, site.scope, &self.find, &with) } else { Vec::new() };
            similar.into_iter().chain(near_lines(site.file, &self.find, &with)).collect()
        };
        // With other blanks the old text may still be there, next to the new one or elsewhere.
        let is_inside = |span: &Span| done.iter().any(|result| result.contains(*span));
        let similar = || find_tokens(bytes, &find, site.scope);
        let is_left = found.is_empty() && similar().iter().any(|span| !is_inside(span));
        let results = results((site.file, site.scope), (&find, &with), &found, done);
        let results = Results { are_proof: results.are_proof && !is_left, ..results };
        match_count(&what, self.count.0, &found, &results, rewrite, near)
    }
}
