//! `c.add-entry`.

use super::code::check_code;
use super::entry::{
    as_entry_lines, called, check_entry, for_place, is_same, is_separated, list, new_entry, only_entry,
    sentinel, separator,
};
use super::statements::Statements;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units};
use crate::syntax::c::{List, ListEntry, ListKind};

arguments! {
    /// `c.add-entry`: adds an entry to a table, `enum`, `struct` or initializer. It gets a line of its own if its neighbour has
    /// one, and the commas that it needs.
    ///
    /// It refuses a table that cannot be parsed safely. Where the other entry is not in the table, the place is
    /// missing.
    ///
    /// ```yaml
    /// file: Modules/posixmodule.c
    /// c.add-entry: {table: m, after: getpid, entry: '{"yod", posix_yod}'}
    /// ```
    /// ```diff
    ///  static PyMethodDef m[] = {
    ///      {"getpid", g},
    /// +    {"yod", posix_yod},
    ///      {0}
    ///  };
    /// ```
    /// ```yaml
    /// file: Include/code.h
    /// c.add-entry: {table: kinds, at: end, entry: SPAWN}
    /// ```
    /// ```diff
    ///  enum kinds {
    ///      FORK,
    /// -    EXEC
    /// +    EXEC,
    /// +    SPAWN
    ///  };
    /// ```
    one_of(at, before, after)
    pub struct AddEntry {
        /// The name of the array, of another initialized variable, or of the `enum`, `struct` or `union`.
        table: String,
        /// `start` or `end` of the table; the end is before an entry that only ends it, such as `{NULL, NULL}`.
        at: Option<Edge>,
        /// The entry before which it is put, named as in `c.remove-entry`.
        before: Option<String>,
        /// The entry after which it is put.
        after: Option<String>,
        /// The new entry; a comma or semicolon at its end need not be written.
        entry: Text,
    }
}

impl AddEntry {
    /// The entry next to which the new one is put, and whether it goes after it; `None` for a list without entries.
    fn neighbour<'a>(
        &self,
        file: &ParsedFile,
        list: &'a List,
    ) -> Result<Option<(&'a ListEntry, bool)>, Failure> {
        let named = |key: &str, after| Ok(Some((only_entry(list, &self.table, key)?, after)));
        match (&self.before, &self.after, self.at) {
            (Some(before), ..) => named(before, false),
            (None, Some(after), _) => named(after, true),
            (None, None, Some(Edge::Start)) => Ok(list.entries.first().map(|first| (first, false))),
            (None, None, Some(Edge::End) | None) => match sentinel(file, list) {
                Some(sentinel) => Ok(Some((sentinel, false))),
                None => Ok(list.entries.last().map(|last| (last, true))),
            },
        }
    }

    /// Whether the entry needs a comma of its own. A macro of Argument Clinic brings one.
    fn needs_separator(&self, file: &ParsedFile, list: &List, text: &[u8]) -> bool {
        let is_word = text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let without_comma = |entry: &ListEntry| !is_separated(file, list, entry);
        let others = list.entries.split_last().map_or(&[][..], |(_, others)| others);
        let brings = match list.kind {
            ListKind::Values => text.ends_with(b"_METHODDEF") || others.iter().any(without_comma),
            ListKind::Fields => text.ends_with(b"_HEAD"),
            ListKind::Constants => false,
        };
        !(is_word && brings)
    }
}

impl Operate for AddEntry {
    fn describe(&self) -> Description<'_> {
        let anchor = match self.before.as_ref().or(self.after.as_ref()) {
            Some(entry) => Anchor::Entry { table: self.table.clone(), entry: entry.clone() },
            None => Anchor::Text(self.table.clone()),
        };
        Description::new(anchor).label(self.table.clone()).texts([&self.entry]).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        match (anchor, &mut self.before, &mut self.after) {
            (Anchor::Entry { table, entry }, Some(place), _)
            | (Anchor::Entry { table, entry }, None, Some(place)) => (self.table, *place) = (table, entry),
            (Anchor::Text(table), None, None) => self.table = table,
            (_, _, _) => return false,
        }
        true
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        let AddEntry { table, at, before, after, entry } = self;
        let given = usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
        ensure(given == 1, "needs one of `at`, `before` and `after`")?;
        ensure(!table.trim().is_empty(), "has an empty `table`")?;
        check_code([("entry", texts.get(entry))])
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let list = list(site, &self.table)?;
        let new = new_entry(&list, site.texts.get(&self.entry))?;
        let same = new.keys.iter().flat_map(|key| called(&list, key)).collect::<Vec<_>>();
        if let Some(own) = list.entries.iter().find(|entry| is_same(file, entry, new.text)) {
            return already(own.code.start);
        }
        if let Some(other) = same.first().filter(|other| other.code.len() > 1 && !is_value(new.text)) {
            let why = format!(
                "`{}` has another entry `{}`: write `c.replace-entry` to change it",
                self.table, new.keys[0]
            );
            return refused(why, other.code.start);
        }
        let Some((neighbour, after)) = self.neighbour(file, &list)? else {
            return refused("the list has no entry to write another one like", list.inside.start);
        };
        let is_last =
            after && list.entries.last() == Some(neighbour) && !is_separated(file, &list, neighbour);
        let needs = new.is_separated || self.needs_separator(file, &list, new.text);
        let ending =
            if needs && !(is_last && list.kind != ListKind::Fields) { separator(&list) } else { b"" };
        let own = [new.text, ending, new.comment].concat();
        let has_lines = neighbour.span != neighbour.code || neighbour.span.of(text).ends_with(b"\n");
        let mut all = Vec::new();
        if is_last && needs {
            all.push(Rewrite::insert(neighbour.code.end, separator(&list)));
        }
        if has_lines {
            let lines = as_entry_lines(file, &own, neighbour.code.start);
            let at =
                if after { neighbour.span.end } else { Statements.commented(file, neighbour.span).start };
            all.push(insert_lines(text, at, &lines));
        } else {
            let inline = for_place(file, &own, neighbour.code.start);
            let (at, with) = match after {
                true => (neighbour.code.end, [b" ", &inline[..]].concat()),
                false => (neighbour.code.start, [&inline[..], b" "].concat()),
            };
            match all.pop() {
                // Two insertions at one place are one.
                Some(comma) => all.push(Rewrite::insert(at, [&comma.with[..], &with].concat())),
                None => all.push(Rewrite::insert(at, with)),
            }
        }
        let answer = change_at(vec![neighbour.code], all)?;
        check_entry(site, &self.table, new.text, &answer)?;
        Ok(answer)
    }
}

/// Whether an entry is a value that may be in a list several times, such as a number.
fn is_value(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_digit)
}
