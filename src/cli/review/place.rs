//! Where an edit changes the files of a pin, for people.

use std::collections::BTreeMap;

use super::Workspace;
use crate::lift::first_sign;
use crate::operation::{ParsedFile, Within};
use crate::report::ReviewedEdit;
use crate::text::lines;
use crate::tree::{Tree, TreePath};

/// The pins that were opened.
pub(super) struct Places<'a> {
    workspace: &'a Workspace,
    trees: BTreeMap<String, Option<Box<dyn Tree>>>,
}

impl Places<'_> {
    pub(super) fn new(workspace: &Workspace) -> Places<'_> {
        Places { workspace, trees: BTreeMap::new() }
    }

    /// The file, the line and what encloses it, for each file that an edit changes: `Makefile.pre.in:404, target all`. Without
    /// the release only the file and the line.
    pub(super) fn of(&mut self, pin: &str, edit: &ReviewedEdit) -> Vec<String> {
        let sides = edit.difference.iter().flat_map(|edit| &edit.files).filter_map(|file| file.new.as_ref());
        let found: Vec<(String, usize)> = sides
            .filter_map(|side| Some((side.file.clone(), side.changed.filter(|line| *line > 0)?)))
            .collect();
        found
            .into_iter()
            .map(|(file, line)| {
                let around = self.around(pin, &file, line);
                format!("{file}:{line}{}", around.map(|around| format!(", {around}")).unwrap_or_default())
            })
            .collect()
    }

    /// What encloses a line of a file of a pin.
    fn around(&mut self, pin: &str, file: &str, line: usize) -> Option<String> {
        let workspace = self.workspace;
        let open = || workspace.open_local(&workspace.pins.get(pin).ok()?).ok().flatten();
        let tree = self.trees.entry(pin.to_owned()).or_insert_with(open).as_ref()?;
        let path: TreePath = file.parse().ok()?;
        let found = tree.read(&path).ok()??;
        let at = first_sign(&found.bytes, lines(&found.bytes).nth(line.checked_sub(1)?)?);
        let parsed = ParsedFile::new(path, found.bytes, found.executable);
        Within::all_around(&parsed, at).first().map(ToString::to_string)
    }
}
