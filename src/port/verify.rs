//! Whether a patchset that was written is what was decided.

use super::decide::Ported;
use crate::patchset::{Change, Edit, Patchset};

/// The edits of `new`, which was read back, that are not what was decided about those of `old`. What people
/// write in a patchset.yaml is copied as text, so that it is compared with what was meant.
pub fn not_as_decided(old: &Patchset, new: &Patchset, edits: &[(String, Ported)]) -> Vec<String> {
    let find = |patchset: &'_ Patchset, id: &str| patchset.edits.iter().position(|edit| edit.id == id);
    let mut wrong = Vec::new();
    for (id, ported) in edits {
        let (was, is) = (find(old, id), find(new, id));
        let same = match (ported, was, is) {
            (Ported::Dropped(_), _, is) => is.is_none(),
            (_, Some(was), Some(is)) => is_as_decided(&old.edits[was], &new.edits[is], ported),
            _ => false,
        };
        if !same {
            wrong.push(id.clone());
        }
    }
    wrong
}

fn is_as_decided(was: &Edit, is: &Edit, ported: &Ported) -> bool {
    let head = |edit: &Edit| {
        (
            edit.when.clone(),
            edit.requires.clone(),
            edit.allow.clone(),
            edit.upstream.clone(),
            edit.why.clone(),
        )
    };
    let changes: Vec<&Change> = match ported {
        Ported::Changed(changes) => changes.iter().map(|(_, change)| change).collect(),
        _ => was.changes.iter().collect(),
    };
    let same = |one: &Change, other: &Change| {
        let bare = |change: &Change| Change { texts: Default::default(), ..change.clone() };
        let texts = |change: &Change| {
            let used = change.texts.iter().filter(|(file, _)| {
                let value = change.operation.value().to_string();
                value.contains(&format!("\"from\":{}", serde_json::Value::from(file.name.as_str())))
            });
            used.map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>()
        };
        bare(one) == bare(other) && texts(one) == texts(other)
    };
    head(was) == head(is)
        && changes.len() == is.changes.len()
        && changes.iter().zip(&is.changes).all(|(one, other)| same(one, other))
}
