//! `python.remove-entry`.

use super::entries::Literals;
use super::items::{Match, answer, removed};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-entry`: removes an entry of the literal of a dict, list, tuple or set, with its comma and its line.
    ///
    /// Where the literal has a similar entry instead, the entry is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/platform.py
    /// within: {variable: _supported_dists}
    /// python.remove-entry: {entry: "'mandrake'"}
    /// ```
    /// ```diff
    ///  _supported_dists = (
    ///      'SuSE', 'debian', 'fedora', 'redhat', 'centos',
    /// -    'mandrake', 'mandriva', 'rocks')
    /// +    'mandriva', 'rocks')
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// within: {variable: NAMES}
    /// python.remove-entry: {entry: "'c'"}
    /// ```
    /// ```diff
    ///  NAMES = [
    ///      'a',
    /// -    'b',
    /// -    'c'
    /// +    'b'
    ///  ]
    /// ```
    pub struct RemoveEntry {
        /// The entry: all of it, or its key.
        entry: String,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
        /// How many entries match.
        count: Count,
    }
}

impl Operate for RemoveEntry {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.entry.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(entry) => self.entry = entry);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.entry.trim().is_empty(), "has an empty anchor")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let literals = Literals::of(site)?;
        let what = format!("the entry `{}`", self.entry.trim());
        let found = literals.find(&self.entry);
        if found.is_empty() {
            return removed(&what, literals.near(&self.entry), site.scope.start);
        }
        let one = |place: (usize, usize)| Match {
            at: literals.item(place).span,
            rewrites: literals.list(place.0).remove(place.1, self.comment),
        };
        answer(&what, self.count, found.into_iter().map(one).collect(), &Vec::new)
    }
}
