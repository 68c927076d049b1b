//! Checks that a written patchset is as decided.

use super::decide::Ported;
use crate::contents::Contents;
use crate::operation::Texts;
use crate::patchset::{Change, Edit, Patchset};

/// The edits of `new`, loaded from the written files, that differ from the decisions about those of `old`. [`write`] copies
/// parts of a patchset.yaml as text, so its result has to be checked.
///
/// [`write`]: super::write()
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
    let (changes, requires): (Vec<&Change>, _) = match ported {
        Ported::Changed { changes, requires } => {
            (changes.iter().map(|(_, change)| change).collect(), requires)
        }
        Ported::Same | Ported::Dropped(_) => (was.changes.iter().collect(), &was.requires),
    };
    let same = |one: &Change, other: &Change| {
        let bare =
            |change: &Change| Change { texts: Texts::default(), neighbours: Vec::new(), ..change.clone() };
        let texts = |change: &Change| -> Vec<Option<Contents>> {
            change.operation.text_files().iter().map(|file| change.texts.0.get(file).cloned()).collect()
        };
        bare(one) == bare(other) && texts(one) == texts(other)
    };
    (&was.when, requires, &was.allow) == (&is.when, &is.requires, &is.allow)
        && was.depends_on == is.depends_on
        && (&was.upstream, &was.why) == (&is.upstream, &is.why)
        && (&was.author, &was.date) == (&is.author, &is.date)
        && changes.len() == is.changes.len()
        && changes.iter().zip(&is.changes).all(|(one, other)| same(one, other))
}
