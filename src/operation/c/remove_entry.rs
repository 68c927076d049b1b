//! `c.remove-entry`.

use super::entry::{called, is_separated, list};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::c::{List, ListEntry, ListKind};

arguments! {
    /// `c.remove-entry`: removes an entry from a table such as a `PyMethodDef` array, or from an `enum`, `struct` or initializer.
    ///
    /// It refuses a table that cannot be parsed safely. Where the table has a similar entry instead, the entry is
    /// missing, not already removed.
    ///
    /// ```yaml
    /// file: Modules/posixmodule.c
    /// c.remove-entry: {table: m, entry: getpid}
    /// ```
    /// ```diff
    ///  static PyMethodDef m[] = {
    ///      {"a", f},
    /// -    {"getpid", g},
    ///      {0}
    ///  };
    /// ```
    /// ```yaml
    /// file: Modules/config.c
    /// c.remove-entry: {table: _PyImport_Inittab, entry: xx}
    /// ```
    /// ```diff
    ///  struct _inittab _PyImport_Inittab[] = {
    ///      {"marshal", PyMarshal_Init},
    ///  #ifdef WITH_XX
    /// -    {"xx", initxx},
    ///  #endif
    ///      {0, 0}
    ///  };
    /// ```
    pub struct RemoveEntry {
        /// The name of the array, of another initialized variable, or of the `enum`, `struct` or `union`.
        table: String,
        /// The entry's first string, or first word where it has no string; the name of a field or constant, or the name in the comment
        /// after a value: `0, /* tp_print */`.
        entry: String,
        /// How many entries of that name the table has.
        count: Count,
    }
}

impl Operate for RemoveEntry {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Entry { table: self.table.clone(), entry: self.entry.clone() })
            .within()
            .removes()
    }

    moves_to!(self, Anchor::Entry { table, entry } => (self.table, self.entry) = (table, entry));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        let list = list(site, &self.table)?;
        let entries = called(&list, &self.entry);
        if entries.len() == self.count.0 {
            let mut all: Vec<Rewrite> = entries.iter().map(|entry| Rewrite::remove(entry.span)).collect();
            all.extend(self.comma_before(file, &list, &entries));
            return change_at(entries.iter().map(|entry| entry.span).collect(), all);
        }
        let similar = renamed_entries(file, &list, &self.entry);
        match entries.len() {
            // Without an entry of that name the table is as wanted, unless it has the entry under another name.
            0 if similar.is_empty() => already(list.names[0].start),
            0 => {
                let miss = Miss::new(format!("`{}` has no entry `{}`", self.table, self.entry)).near(similar);
                Err(Miss { at: Some(list.names[0].start), ..miss }.into())
            }
            n => Err(Failure::Ambiguous {
                what: format!(
                    "expected {} entries `{}` in `{}`, found {n}",
                    self.count.0, self.entry, self.table
                ),
                at: entries.iter().map(|entry| entry.code.start).collect(),
                help: Some(format!("write `count: {n}`")),
            }),
        }
    }
}

impl RemoveEntry {
    /// The comma before the last constant of an `enum`, which C89 does not accept without another one after it.
    fn comma_before(&self, file: &ParsedFile, list: &List, removed: &[&ListEntry]) -> Option<Rewrite> {
        let [.., before, last] = &list.entries[..] else { return None };
        let is_bare = list.kind == ListKind::Constants && removed.contains(&last);
        let goes = is_bare && !is_separated(file, list, last) && !removed.contains(&before);
        let at = before.code.end.checked_sub(1).filter(|_| goes && is_separated(file, list, before))?;
        Some(Rewrite::remove(Span::new(at, at + 1)))
    }
}

/// Entries that may be the missing one under another name. Names of one table are often similar (getgroups and
/// setgroups): another string does not count while the file still has the missing entry's function. A macro of
/// Argument Clinic (OS_GETGROUPS_METHODDEF) is the entry itself.
fn renamed_entries(file: &ParsedFile, list: &List, entry: &str) -> Vec<usize> {
    let is_macro = |key: &str| {
        let name = key.strip_suffix("_METHODDEF");
        name.is_some_and(|name| ends_in_word(&name.to_ascii_lowercase(), entry))
    };
    let keys = list.entries.iter().flat_map(|e| e.keys.iter().map(|key| (e.code.start, key.as_str())));
    let macros: Vec<usize> = keys.clone().filter(|(_, key)| is_macro(key)).map(|(at, _)| at).collect();
    let has_function = file.c().functions().iter().any(|f| ends_in_word(&f.name, entry));
    if !macros.is_empty() || has_function {
        return macros;
    }
    nearest(entry, keys.map(|(at, key)| (at, key.into())))
}

/// Whether a name is `word`, or ends in `_word`.
fn ends_in_word(name: &str, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    name.strip_suffix(word.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
}
