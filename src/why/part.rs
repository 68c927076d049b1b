//! The parts of an edit that are observed one by one.

use crate::patchset::Edit;

/// One of the changes of an edit, or one module of a change that names several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartKey {
    /// The index of its change in the edit.
    pub change: usize,
    /// The module, for a change that has a part for each.
    pub module: Option<String>,
    /// Its name in reports: the module, or the number of the change from 1; `None` for the only part of
    /// an edit.
    pub name: Option<String>,
}

/// The parts of an edit, in its order.
pub fn part_keys(edit: &Edit) -> Vec<PartKey> {
    let mut all = Vec::new();
    for (change, one) in edit.changes.iter().enumerate() {
        let mut modules: Vec<String> = Vec::new();
        for module in one.each_form().flat_map(|form| form.operation.operate().modules()) {
            if !modules.contains(&module.name) {
                modules.push(module.name.clone());
            }
        }
        if modules.is_empty() {
            let name = (edit.changes.len() > 1).then(|| (change + 1).to_string());
            all.push(PartKey { change, module: None, name });
        }
        for module in modules {
            all.push(PartKey { change, module: Some(module.clone()), name: Some(module) });
        }
    }
    all
}
