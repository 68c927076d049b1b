//! `c.remove-entry`.

use crate::operation::prelude::*;
use crate::syntax::c::Table;

/// `c.remove-entry`: removes an entry from a table such as a `PyMethodDef` array.
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
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RemoveEntry {
    /// The array's name.
    pub table: String,
    /// The entry's first string, or first word where it has no string.
    pub entry: String,
    /// How many entries of that name the table has.
    #[serde(default)]
    pub count: Count,
}

impl Operate for RemoveEntry {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Entry { table: self.table.clone(), entry: self.entry.clone() }).removes()
    }

    moves_to!(self, Anchor::Entry { table, entry } => (self.table, self.entry) = (table, entry));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        let tables = file.c().tables();
        let names = tables.iter().map(|t| (t.name_span.start, t.name.as_str().into()));
        let none = format!("no table is called `{}`", self.table);
        let called = |n| format!("{n} tables are called `{}`", self.table);
        let table = &tables[only(&self.table, names, none, called)?];
        if let Some(problem) = file.c().problem_in(table.span) {
            return Err(Failure::doubtful(&format!("`{}`", self.table), problem));
        }
        let entries: Vec<_> = table.entries.iter().filter(|entry| entry.key == self.entry).collect();
        if entries.len() == self.count.0 {
            return change(entries.iter().map(|entry| Rewrite::remove(entry.span)).collect());
        }
        let similar = renamed_entries(file, table, &self.entry);
        match entries.len() {
            // Without an entry of that name the table is as wanted, unless it has the entry under another name.
            0 if similar.is_empty() => already(table.name_span.start),
            0 => {
                let miss = Miss::new(format!("`{}` has no entry `{}`", self.table, self.entry)).near(similar);
                Err(Miss { at: Some(table.name_span.start), ..miss }.into())
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

/// Entries that may be the missing one under another name. Names of one table are often similar (getgroups and
/// setgroups): another string does not count while the file still has the missing entry's function. A macro of
/// Argument Clinic (OS_GETGROUPS_METHODDEF) is the entry itself.
fn renamed_entries(file: &ParsedFile, table: &Table, entry: &str) -> Vec<usize> {
    let is_macro = |key: &str| {
        let name = key.strip_suffix("_METHODDEF");
        name.is_some_and(|name| ends_in_word(&name.to_ascii_lowercase(), entry))
    };
    let macros: Vec<usize> =
        table.entries.iter().filter(|e| is_macro(&e.key)).map(|e| e.code.start).collect();
    let has_function = file.c().functions().iter().any(|f| ends_in_word(&f.name, entry));
    if !macros.is_empty() || has_function {
        return macros;
    }
    nearest(entry, table.entries.iter().map(|e| (e.code.start, e.key.as_str().into())))
}

/// Whether a name is `word`, or ends in `_word`.
fn ends_in_word(name: &str, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    name.strip_suffix(word.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
}
