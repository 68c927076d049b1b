//! `python.replace-entry`.

use super::entries::Literals;
use super::items::{check_item, replacement};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.replace-entry`: replaces an entry of the literal of a dict, list, tuple or set, or the value of a key.
    ///
    /// It does not fit where the entry occurs several times: `within` or `count` says which.
    ///
    /// ```yaml
    /// file: Lib/sysconfig.py
    /// within: {variable: _INSTALL_SCHEMES, entry: "'posix_home'"}
    /// python.replace-entry: {key: "'scripts'", with: "'{base}/tools'"}
    /// ```
    /// ```diff
    ///  _INSTALL_SCHEMES = {
    ///      'posix_prefix': {'scripts': '{base}/bin'},
    /// -    'posix_home': {'scripts': '{base}/bin'},
    /// +    'posix_home': {'scripts': '{base}/tools'},
    ///  }
    /// ```
    /// ```yaml
    /// file: Lib/platform.py
    /// python.replace-entry: {entry: "'redhat'", with: "'red hat'"}
    /// ```
    /// ```diff
    ///  _supported_dists = (
    /// -    'SuSE', 'redhat', 'centos')
    /// +    'SuSE', 'red hat', 'centos')
    /// ```
    one_of(entry, key)
    pub struct ReplaceEntry {
        /// The entry: all of it, or its key.
        entry: Option<String>,
        /// The key of a dict whose value is replaced.
        key: Option<String>,
        /// The new entry, or the new value.
        with: String,
        /// How many entries match.
        count: Count,
    }
}

impl ReplaceEntry {
    fn wanted(&self) -> &str {
        self.entry.as_ref().or(self.key.as_ref()).map_or("", |wanted| wanted.trim())
    }
}

impl Operate for ReplaceEntry {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.wanted().to_owned())).compared(Compared::Value).within()
    }

    moves_to!(self, Anchor::Text(text) => *self.entry.as_mut().or(self.key.as_mut()).expect("one is given") = text);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(self.entry.is_some() != self.key.is_some(), "needs either `entry` or `key`")?;
        ensure(!self.wanted().is_empty(), "has an empty anchor")?;
        check_item(&self.with, "`with`")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let literals = Literals::of(site)?;
        let python = literals.python();
        let with = self.with.trim();
        let part = |place| {
            let item = literals.item(place);
            if self.key.is_some() { item.value } else { item.span }
        };
        let mut found = literals.find(self.wanted());
        found.retain(|place| self.key.is_none() || literals.item(*place).key.is_some());
        let found: Vec<Span> = found.into_iter().map(part).collect();
        // The value of a key shows that it was replaced; another entry only if it has text of the old one.
        let is_done = |span: &Span| python.is_code(*span, with.as_bytes());
        let results = if self.key.is_some() {
            Results::proof(found.iter().copied().filter(is_done).collect())
        } else {
            let at = literals.find(with).into_iter().map(part).filter(is_done).collect();
            results((site.file, site.scope), (self.wanted().as_bytes(), with.as_bytes()), &found, at)
        };
        let replace = |span: Span| replacement(&site.file.bytes, span, with);
        let what = format!("the entry `{}`", self.wanted());
        match_count(&what, self.count.0, &found, &results, replace, || literals.near(self.wanted()))
    }
}
