//! The shipped patchsets, read when this program was built.
//!
//! Reading the YAML of one takes a tenth of an `apply`, most of it to find out what its words mean; the same as JSON takes a tenth
//! of that. Complaints need the places of all words, so that whatever goes wrong is left to the YAML.

use serde::Deserialize;

use super::RawPatchset;

/// What build.rs made of patchsets/: the name and the contents of each.
static PREPARED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/patchsets.rs"));

/// A patchset whose words have no places, but for its edits.
#[derive(Debug, Deserialize)]
pub(super) struct Prepared {
    /// Line and column of each edit, from 1.
    pub places: Vec<(usize, usize)>,
    /// What patchset.yaml says.
    pub patchset: RawPatchset,
}

/// The shipped patchset of that name; none that cannot be read so.
pub(super) fn read(id: &str) -> Option<Prepared> {
    let (_, json) = PREPARED.iter().find(|(name, _)| *name == id)?;
    let prepared: Prepared = serde_json::from_str(json).ok()?;
    // An edit without a place would be passed over.
    (prepared.places.len() == prepared.patchset.edits.len()).then_some(prepared)
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use super::super::load::{Form, load_as};
    use super::*;

    #[test]
    fn what_was_prepared_says_what_the_yaml_says() {
        let catalog = Catalog::new(Vec::new());
        let ids = catalog.ids().unwrap();
        assert!(ids.len() > 10, "{ids:?}");
        for id in ids {
            let prepared = read(&id).unwrap_or_else(|| panic!("{id} was not prepared"));
            assert_eq!(prepared.places.len(), prepared.patchset.edits.len(), "{id}");
            let as_text = |form| format!("{:#?}", load_as(form, &catalog, &id).unwrap());
            let (prepared, written) = (as_text(Form::Prepared), as_text(Form::Written));
            assert!(
                prepared == written,
                "{id}: {}",
                similar::TextDiff::from_lines(&written, &prepared).unified_diff()
            );
        }
    }
}
