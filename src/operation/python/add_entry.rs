//! `python.add-entry`.

use super::entries::Literals;
use super::items::{Match, answer, check_item, check_position};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Edge;
use crate::syntax::python::PyFile;

arguments! {
    /// `python.add-entry`: adds an entry to the literal of a dict, list, tuple or set: to the one that `within` names, or to
    /// the one that has the entry next to which it is put. It gets a line of its own if its neighbours have one.
    ///
    /// It refuses a key that the dict has with another value. Without `before` and `after`, the scope must have one
    /// literal that is not inside another one.
    ///
    /// ```yaml
    /// file: Lib/sysconfig.py
    /// within: {variable: _INSTALL_SCHEMES, entry: "'posix_home'"}
    /// python.add-entry: {entry: "'data': '{base}'", after: "'scripts'"}
    /// ```
    /// ```diff
    ///  _INSTALL_SCHEMES = {
    ///      'posix_prefix': {'scripts': '{base}/bin'},
    ///      'posix_home': {
    /// -        'scripts': '{base}/bin'
    /// +        'scripts': '{base}/bin',
    /// +        'data': '{base}'
    ///      },
    ///  }
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.add-entry: {entry: "'kestrel'", after: "'darwin'"}
    /// ```
    /// ```diff
    /// -if sys.platform in ('linux2', 'darwin'):
    /// +if sys.platform in ('linux2', 'darwin', 'kestrel'):
    ///      use_it()
    /// ```
    pub struct AddEntry {
        /// The entry, without a comma; of a dict with its key.
        entry: String,
        /// The entry before which it is put: all of it, or its key.
        before: Option<String>,
        /// The entry after which it is put.
        after: Option<String>,
        /// `start` or `end` of the literal; the end unless given.
        at: Option<Edge>,
        /// How many literals have the entry next to which it is put.
        count: Count,
    }
}

impl AddEntry {
    /// The key of the new entry, if it has one.
    fn key(&self) -> Option<String> {
        let text = format!("{{{}}}", self.entry.trim());
        let list = PyFile::parse(text.as_bytes()).literal(Span::new(0, text.len()))?;
        let key = list.items.first()?.key?;
        Some(String::from_utf8_lossy(key.of(text.as_bytes())).into_owned())
    }
}

impl Operate for AddEntry {
    fn describe(&self) -> Description<'_> {
        let other = self.before.as_ref().or(self.after.as_ref());
        let anchor = other.map_or(Anchor::File, |other| Anchor::Text(other.clone()));
        Description::new(anchor).label(&self.entry).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        crate::operation::unit::set_anchor(&mut self.before, &mut self.after, anchor)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_item(&self.entry, "`entry`")?;
        check_position(self.before.as_ref(), self.after.as_ref(), self.at)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let literals = Literals::of(site)?;
        let places: Vec<(usize, usize)> = match (&self.before, &self.after) {
            (Some(before), _) => literals.find(before),
            (None, Some(after)) => {
                literals.find(after).into_iter().map(|(list, index)| (list, index + 1)).collect()
            }
            (None, None) => {
                let list = literals.outermost()?;
                let end = literals.all[list].items.len();
                vec![(list, if self.at == Some(Edge::Start) { 0 } else { end })]
            }
        };
        let python = literals.python();
        let key = self.key();
        let mut matches = Vec::new();
        for (literal, index) in places {
            let list = &literals.all[literal];
            let neighbour = if self.after.is_some() { index.checked_sub(1) } else { Some(index) };
            let at = neighbour.and_then(|index| list.items.get(index)).map_or(list.span(), |item| item.span);
            let entry = self.entry.trim().as_bytes();
            let is_made = list.items.iter().any(|item| python.is_code(item.span, entry));
            let same_key =
                key.as_ref().filter(|_| !is_made).map(|key| python.named_items(list, key.as_bytes()));
            if let Some([other, ..]) = same_key.as_deref() {
                let why = "there is an entry with this key: `python.replace-entry` replaces it";
                return refused(why, list.items[*other].span.start);
            }
            let rewrites =
                if is_made { Vec::new() } else { literals.list(literal).insert(index, &self.entry) };
            matches.push(Match { at, rewrites });
        }
        let other = self.before.as_ref().or(self.after.as_ref()).map_or("", |other| other.trim());
        answer(&format!("the entry `{other}`"), self.count, matches, &|| literals.near(other))
    }
}
