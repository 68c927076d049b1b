//! `text.remove`.

use super::misspelling::{is_word, misspellings};
use super::named_text;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::text::{find_tokens, line_bounds};

arguments! {
    /// `text.remove`: removes literal text, with its whole line if nothing else is on it.
    ///
    /// It is ambiguous where the text occurs more often than `count`. Where similar text is left, the text is missing,
    /// not already removed.
    ///
    /// ```yaml
    /// file: setup.py
    /// text.remove: {find: 'import ssl'}
    /// ```
    /// ```diff
    ///  import os
    /// -import ssl
    ///  import sys
    /// ```
    /// ```yaml
    /// file: README
    /// text.remove: {find: ', and sockets', count: 2}
    /// ```
    /// ```diff
    /// -It has files, and sockets.
    /// -It has threads, and sockets.
    /// +It has files.
    /// +It has threads.
    /// ```
    pub struct Remove {
        /// The literal text to remove. Whole words, unless it begins or ends with a sign.
        find: String; not_empty,
        /// How many matches the text has.
        count: Count,
    }
}

impl Operate for Remove {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within().removes()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Text(find) = anchor else { return false };
        self.find = find;
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let bytes = &site.file.bytes;
        let find = with_line_ends(self.find.as_bytes(), line_ending(bytes));
        let found = find_words(bytes, &find, site.scope);
        let what = named_text(&self.find);
        if !found.is_empty() {
            let rewrite = |span| Rewrite::remove(with_empty_line(bytes, span));
            return match_count(&what, self.count.0, &found, &Results::proof(Vec::new()), rewrite, Vec::new);
        }
        // Removed text leaves no trace. Where text is found that `find` may misspell, it was not removed.
        let similar = if is_word(&find) {
            misspellings(bytes, site.scope, &self.find, &[])
        } else {
            find_tokens(bytes, &find, site.scope).into_iter().map(|span| span.start).take(5).collect()
        };
        if similar.is_empty() {
            return already(site.scope.start);
        }
        let miss = Miss::new(format!("{what} was not found, but similar text was")).near(similar);
        Err(miss.help("copy the text from the file, or add the text around it to `find`").into())
    }
}

/// The span to remove: the match, with the rest of its lines if only blanks are left on them.
fn with_empty_line(text: &[u8], span: Span) -> Span {
    let start = line_bounds(text, span.start).start;
    let ends_line = span.end > span.start && text[span.end - 1] == b'\n';
    let end = if ends_line { span.end } else { line_bounds(text, span.end).end };
    let is_blank = |span: Span| span.of(text).trim_ascii().is_empty();
    if is_blank(Span::new(start, span.start)) && is_blank(Span::new(span.end, end)) {
        Span::new(start, end)
    } else {
        span
    }
}
