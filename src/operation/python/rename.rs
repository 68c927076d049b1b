//! `python.rename`.

use super::statements::require_statements;
use crate::operation::Times;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.rename`: replaces a name by another one, in code; strings and comments stay.
    ///
    /// It does not fit where the name occurs another number of times, or with `count: all` never. An attribute of the name is the name, too.
    ///
    /// ```yaml
    /// file: Lib/platform.py
    /// python.rename: {from: DEV_NULL, to: os.devnull, count: 2}
    /// ```
    /// ```diff
    /// -f = open(DEV_NULL)  # DEV_NULL
    /// -g = DEV_NULL
    /// +f = open(os.devnull)  # DEV_NULL
    /// +g = os.devnull
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// within: {function: load}
    /// python.rename: {from: buffer, to: data, count: all}
    /// ```
    /// ```diff
    ///  buffer = ''
    ///  def load():
    /// -    buffer = read()
    /// -    return parse(buffer)
    /// +    data = read()
    /// +    return parse(data)
    /// ```
    pub struct Rename {
        /// The name, which may have dots.
        from: String,
        /// The new name.
        to: String,
        /// How many times the name occurs, or `all`.
        count: Times,
    }
}

impl Operate for Rename {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.from.clone())).within()
    }

    moves_to!(self, Anchor::Text(from) => self.from = from);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let is_name = |name: &str| {
            let is_word = |word: &str| {
                !word.is_empty()
                    && !word.starts_with(|sign: char| sign.is_ascii_digit())
                    && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80)
            };
            name.trim().split('.').all(is_word)
        };
        ensure(is_name(&self.from) && is_name(&self.to), "needs names as `from` and `to`")?;
        ensure(self.from.trim() != self.to.trim(), "does nothing: both names are the same")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        let (python, text) = (site.file.python(), &site.file.bytes);
        let (from, to) = (self.from.trim().as_bytes(), self.to.trim());
        let mut done = python.find_code(to.as_bytes(), site.scope);
        let mut found = python.find_code(from, site.scope);
        // `os.devnull` has the name `devnull`, and the other way round.
        found.retain(|span| !done.iter().any(|done| done.contains(*span)));
        done.retain(|done| !found.iter().any(|found| found.contains(*done)));
        if !found.is_empty() {
            // The new name may have been used elsewhere before.
            done.clear();
        }
        let results = Results { at: done, are_proof: false };
        let near = || {
            let words = crate::text::tokens(text, site.scope).into_iter();
            nearest(self.from.trim(), words.map(|word| (word.start, String::from_utf8_lossy(word.of(text)))))
        };
        let rename = |span: Span| Rewrite::replace(span, to);
        let count = self.count.of(found.len());
        match_count(&format!("the name `{}`", self.from.trim()), count, &found, &results, rename, near)
    }
}
