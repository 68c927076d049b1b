//! Edits that depend on others: `depends-on`, and edits of a file that another edit gives its name.

use std::collections::BTreeMap;

use super::{Change, Edit};
use crate::text::nearest_names;

/// Lets each edit of a file depend on the edit that gives the file that name.
pub(super) fn follow_moves(edits: &mut [Edit]) {
    let names = |edit: &Edit| -> Vec<(String, String)> {
        let forms = edit.changes.iter().flat_map(Change::each_form);
        let names = forms.filter_map(|form| form.operation.operate().new_name());
        names.map(|name| (name.to_owned(), edit.id.clone())).collect()
    };
    let moved: Vec<(String, String)> = edits.iter().flat_map(names).collect();
    for edit in edits {
        for (name, id) in &moved {
            let mut forms = edit.changes.iter().flat_map(Change::each_form);
            let has_file = forms.any(|form| form.file.iter().any(|file| file.as_str() == name));
            if has_file && edit.id != *id && !edit.depends_on.contains(id) {
                edit.depends_on.push(id.clone());
            }
        }
    }
}

/// Checks that each edit depends on edits that exist, and not on itself. Returns what is wrong, each with the edit that says
/// it.
pub(super) fn check<'a>(edits: &'a [Edit], dropped: &BTreeMap<String, String>) -> Vec<(&'a Edit, String)> {
    let mut wrong = Vec::new();
    for edit in edits {
        for id in edit.depends_on.iter().filter(|id| !edits.iter().any(|other| other.id == **id)) {
            let what = match dropped.get(id) {
                Some(why) => format!("`depends-on` names `{id}`, which is dropped: {why}"),
                None => {
                    let near = nearest_names(id, edits.iter().map(|other| other.id.as_str()));
                    let near = match near[..] {
                        [] => String::new(),
                        _ => format!("; near: {}", near.join(", ")),
                    };
                    format!("`depends-on` names an unknown edit `{id}`{near}")
                }
            };
            wrong.push((edit, what));
        }
    }
    if wrong.is_empty()
        && let Err(circle) = levels(edits)
    {
        let first = edits.iter().find(|edit| edit.id == circle[0]).expect("a circle consists of edits");
        wrong.push((first, format!("`depends-on` is circular: {}", circle.join(" -> "))));
    }
    wrong
}

/// For each edit how many edits it depends on in sequence, at most: 0 for one that depends on none. Edits of one level do not
/// depend on each other.
///
/// # Errors
/// The ids of edits that depend on each other in a circle.
pub(crate) fn levels(edits: &[Edit]) -> Result<Vec<usize>, Vec<String>> {
    let index: BTreeMap<&str, usize> =
        edits.iter().enumerate().map(|(index, edit)| (edit.id.as_str(), index)).collect();
    let mut levels: Vec<Option<usize>> = vec![None; edits.len()];
    for start in 0..edits.len() {
        // A stack of its own instead of recursion: a chain may be long.
        let mut path = vec![start];
        while let Some(&at) = path.last() {
            let known = edits[at].depends_on.iter().filter_map(|id| index.get(id.as_str()));
            let open = known.clone().find(|other| levels[**other].is_none());
            match open {
                _ if levels[at].is_some() => {
                    path.pop();
                }
                None => {
                    levels[at] =
                        Some(known.filter_map(|other| levels[*other]).max().map_or(0, |most| most + 1));
                    path.pop();
                }
                Some(other) => {
                    if let Some(begin) = path.iter().position(|one| one == other) {
                        let circle = path[begin..].iter().chain([other]);
                        return Err(circle.map(|one| edits[*one].id.clone()).collect());
                    }
                    path.push(*other);
                }
            }
        }
    }
    Ok(levels.into_iter().map(Option::unwrap_or_default).collect())
}

/// The edits that `edit` depends on, directly and by others, as indices.
pub(crate) fn prerequisites(edits: &[Edit], edit: &Edit) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut open: Vec<&String> = edit.depends_on.iter().collect();
    while let Some(id) = open.pop() {
        let Some(index) = edits.iter().position(|other| other.id == *id) else { continue };
        if !found.contains(&index) {
            found.push(index);
            open.extend(&edits[index].depends_on);
        }
    }
    found.sort_unstable();
    found
}
