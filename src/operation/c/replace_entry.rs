//! `c.replace-entry`.

use super::code::check_code;
use super::entry::{called, check_entry, for_place, is_same, list, new_entry, no_entry, separator};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `c.replace-entry`: replaces an entry of a table, `enum`, `struct` or initializer. Its comma stays.
    ///
    /// It refuses a table that cannot be parsed safely. Several entries of the name need `count`.
    ///
    /// ```yaml
    /// file: Objects/fileobject.c
    /// c.replace-entry: {table: PyFile_Type, entry: tp_dealloc, with: '(destructor)yod_dealloc'}
    /// ```
    /// ```diff
    ///  PyTypeObject PyFile_Type = {
    ///      "file",
    /// -    (destructor)file_dealloc,   /* tp_dealloc */
    /// +    (destructor)yod_dealloc,   /* tp_dealloc */
    ///      0,                          /* tp_print */
    ///  };
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// c.replace-entry: {table: _PyImport_Filetab, entry: .py, with: '{".py", "r", PY_SOURCE}'}
    /// ```
    /// ```diff
    ///  struct filedescr _PyImport_Filetab[] = {
    /// -    {".py", "U", PY_SOURCE},
    /// +    {".py", "r", PY_SOURCE},
    ///      {".pyc", "rb", PY_COMPILED},
    ///      {0, 0}
    ///  };
    /// ```
    pub struct ReplaceEntry {
        /// The name of the array, of another initialized variable, or of the `enum`, `struct` or `union`.
        table: String,
        /// The entry, named as in `c.remove-entry`.
        entry: String,
        /// The new entry; a comma or semicolon at its end need not be written.
        with: Text,
        /// How many entries of that name the table has.
        count: Count,
    }
}

impl Operate for ReplaceEntry {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Entry { table: self.table.clone(), entry: self.entry.clone() })
            .compared(Compared::Value)
            .label(format!("{}.{}", self.table, self.entry))
            .texts([&self.with])
            .within()
    }

    moves_to!(self, Anchor::Entry { table, entry } => (self.table, self.entry) = (table, entry));

    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_code([("with", texts.get(&self.with))])
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let list = list(site, &self.table)?;
        let new = new_entry(&list, site.texts.get(&self.with))?;
        let found: Vec<Span> = called(&list, &self.entry).iter().map(|entry| entry.code).collect();
        // The new entry is at the place of the old one if it has its name, or the old one is gone.
        let is_own = |key: &String| *key == self.entry;
        let done = list.entries.iter().filter(|entry| is_same(file, entry, new.text));
        let done = done.filter(|entry| found.is_empty() || entry.keys.iter().any(is_own));
        let done: Vec<Span> = done.map(|entry| entry.code).collect();
        let rewrite = |code: Span| {
            let bare = code.of(text).strip_suffix(separator(&list)).unwrap_or(code.of(text));
            // A comment goes after the comma.
            let (old, separator) = match new.comment {
                [] => (bare.trim_ascii_end(), &b""[..]),
                _ => (code.of(text), &code.of(text)[bare.len()..]),
            };
            let own = [new.text, separator, new.comment].concat();
            Rewrite::replace(Span::new(code.start, code.start + old.len()), for_place(file, &own, code.start))
        };
        let what = format!("the entry `{}` of `{}`", self.entry, self.table);
        let near = || no_entry(&list, &self.table, &self.entry).near.into_iter().map(|(at, _)| at).collect();
        let answer = match_count(&what, self.count.0, &found, &Results::proof(done), rewrite, near)?;
        check_entry(site, &self.table, new.text, &answer)?;
        Ok(answer)
    }
}
