//! Applies changes of Modules/Setup that the user asked for, as a patchset that `revert` knows.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::apply::commit;
use crate::cli::{CliError, ExitStatus, Format, Ui, apply, workspace};
use crate::digest::Sha256Digest;
use crate::modules::{EditableSetup, Inventory, inventory};
use crate::patchset::{Build, Edit, Patchset};
use crate::report::Applied;
use crate::software::Software;
use crate::tree::DirTree;
use crate::yaml;

const TITLE: &str = "Given on the command line";

/// An edit of a Setup file that the user asked for: its changes as a patchset has them.
pub(super) struct NewEdit {
    pub(super) id: String,
    pub(super) depends_on: Vec<String>,
    pub(super) changes: Vec<Value>,
}

/// The extension modules of a directory, and the Setup file that users edit.
pub(super) fn editable(ui: &Ui, tree: &Path) -> Result<(Inventory, EditableSetup), CliError> {
    workspace::recover(ui, tree)?;
    let found = inventory(&DirTree::open(tree)?)?;
    let file = found.editable.clone();
    let none = || {
        let title = format!("{} has no Modules/Setup, Setup.dist or Setup.local", tree.display());
        CliError::unfit(title).help("give the source tree of Python, or a build directory of it")
    };
    Ok((found, file.ok_or_else(none)?))
}

/// Applies edits to the tree `root`, as the patchset `id`. Returns whether they changed anything, too.
pub(super) fn apply(
    ui: &Ui,
    root: &Path,
    id: &str,
    edits: Vec<NewEdit>,
    dry_run: bool,
) -> Result<(ExitStatus, bool), CliError> {
    let all: Vec<_> = edits.iter().map(|edit| (&edit.id, &edit.changes)).collect();
    let digest = Sha256Digest::of(json!([id, all]).to_string().as_bytes());
    let edits = edits.into_iter().map(|NewEdit { id: edit, depends_on, changes }| {
        // By the reader of patchsets: that of serde_json would compile every operation once more.
        let read = |change| {
            let invalid = |error| CliError::usage(format!("invalid arguments: {error}"));
            yaml::from_json(change).read().map_err(invalid)
        };
        let changes = changes.into_iter().map(read).collect::<Result<_, CliError>>()?;
        Ok(Edit {
            id: edit,
            why: TITLE.to_owned(),
            upstream: None,
            author: None,
            date: None,
            when: None,
            depends_on,
            requires: Vec::new(),
            changes,
            allow: BTreeMap::new(),
            patchset: id.to_owned(),
            line: 0,
            column: 0,
        })
    });
    let patchset = Patchset {
        id: id.to_owned(),
        title: TITLE.to_owned(),
        software: Software::default(),
        applies_to: None,
        pins: Vec::new(),
        extends: Vec::new(),
        dropped: BTreeMap::new(),
        edits: edits.collect::<Result<_, CliError>>()?,
        build: Build::default(),
        digest,
    };
    let Some(planned) = apply::plan_all(ui, None, &[patchset], &DirTree::open(root)?, &[], dry_run)? else {
        return Ok((ExitStatus::Unfit, false));
    };
    if dry_run {
        ui.line("nothing was written (dry run)")?;
        return Ok((ExitStatus::Done, true));
    }
    let is_change = planned.iter().any(|layer| !layer.changes.is_empty());
    if is_change {
        commit(root, apply::layers(&planned, None, &[]))?;
        ui.changed();
    }
    ui.show(&Applied { planned: &planned, tree: root }, Format::Text)?;
    Ok((ExitStatus::Done, is_change))
}
