//! Applies changes of Modules/Setup that the user asked for, as a patchset that `revert` knows.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::apply::commit;
use crate::cli::{CliError, ExitStatus, Format, Ui, apply, workspace};
use crate::digest::Sha256Digest;
use crate::modules::inventory;
use crate::patchset::{Build, Edit, Patchset};
use crate::report::Applied;
use crate::tree::{DirTree, TreePath};
use crate::yaml;

const TITLE: &str = "Given on the command line";

/// The Setup file of a directory that users edit.
pub(super) fn editable(ui: &Ui, tree: &Path) -> Result<TreePath, CliError> {
    workspace::recover(ui, tree)?;
    inventory(&DirTree::open(tree)?)?.editable.ok_or_else(|| {
        CliError::unfit(format!("{} has neither Modules/Setup nor Modules/Setup.dist", tree.display()))
    })
}

/// Applies operations on a Setup file to the tree `root`: for each the id of its edit, its name, and its
/// arguments. Returns whether there was anything to do, too.
pub(super) fn apply(
    ui: &Ui,
    root: &Path,
    id: &str,
    file: &TreePath,
    operations: Vec<(String, String, Value)>,
    dry_run: bool,
) -> Result<(ExitStatus, bool), CliError> {
    let digest = Sha256Digest::of(json!([id, file, operations]).to_string().as_bytes());
    let edits = operations.into_iter().map(|(edit, operation, arguments)| {
        // By the reader of patchsets: that of serde_json would compile every operation once more.
        let change = yaml::from_json(json!({"file": file, operation: arguments}))
            .read()
            .map_err(|error| CliError::usage(format!("invalid arguments: {error}")))?;
        Ok(Edit {
            id: edit,
            why: TITLE.to_owned(),
            upstream: None,
            author: None,
            date: None,
            when: None,
            depends_on: Vec::new(),
            requires: Vec::new(),
            changes: vec![change],
            allow: BTreeMap::new(),
            patchset: id.to_owned(),
            line: 0,
            column: 0,
        })
    });
    let patchset = Patchset {
        id: id.to_owned(),
        title: TITLE.to_owned(),
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
        commit(root, apply::layers(&planned, None))?;
        ui.changed();
    }
    ui.show(&Applied { planned: &planned, tree: root }, Format::Text)?;
    Ok((ExitStatus::Done, is_change))
}
