//! Where the edits of patchsets are written, for annotations.

use std::path::{Component, Path, PathBuf};

use super::Workspace;
use crate::patchset::{Catalog, Patchset, is_path};
use crate::report::{Written, WrittenEdit};

/// The edits of patchsets. `names` are the patchsets as the user named them.
pub(super) fn edits(workspace: &Workspace, names: &[String], patchsets: &[Patchset]) -> Written {
    let mut all = Vec::new();
    for (name, patchset) in names.iter().zip(patchsets) {
        // One that was named by its path may extend one in the folder next to it.
        let catalog = match is_path(name) {
            true => workspace.catalog.with_first(Path::new(name).join("..")),
            false => workspace.catalog.clone(),
        };
        let file_of = |id: &str| if id == patchset.id { file(&catalog, name) } else { file(&catalog, id) };
        let at = (file_of(&patchset.id), 1);
        let (edit, why) = (String::new(), patchset.title.clone());
        all.push(WrittenEdit { patchset: patchset.id.clone(), edit, why, at });
        for edit in &patchset.edits {
            let (id, why) = (edit.id.clone(), edit.why.clone());
            let at = (file_of(&edit.patchset), edit.line);
            all.push(WrittenEdit { patchset: patchset.id.clone(), edit: id, why, at });
        }
    }
    Written(all)
}

/// The patchset.yaml of a patchset as a file of the repository in which pypatch runs; of a shipped one, as pypatch's repository
/// names it.
pub(super) fn file(catalog: &Catalog, name: &str) -> String {
    match catalog.folder(name) {
        Some(folder) => from_here(&folder.join("patchset.yaml")),
        None => format!("patchsets/{name}/patchset.yaml"),
    }
}

/// A path without detours, relative to the current directory if it is below that.
fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let mut whole = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => whole.push(part),
        }
    }
    whole.strip_prefix(&here).unwrap_or(&whole).display().to_string()
}
