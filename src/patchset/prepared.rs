//! The shipped patchsets, parsed when this program was built.
//!
//! build.rs turns their YAML into JSON, which is parsed in a tenth of the time: the YAML of one patchset would
//! take a tenth of the time of an `apply`. JSON has no positions for error messages, so a patchset with a
//! mistake is read again from its YAML.

use serde::Deserialize;

use super::RawPatchset;
use crate::shipped::PREPARED_PATCHSETS;
use crate::yaml;

/// A patchset in which only edits have a position.
#[derive(Debug, Deserialize)]
pub(super) struct Prepared {
    /// The line and column of each edit, from 1.
    pub places: Vec<(usize, usize)>,
    /// The contents of patchset.yaml.
    pub patchset: RawPatchset,
}

/// The shipped patchset `id`; `None` when there is none, or its JSON cannot be parsed.
pub(super) fn read(id: &str) -> Option<Prepared> {
    let json = serde_json::from_slice(&PREPARED_PATCHSETS.get(id)?).ok()?;
    let prepared: Prepared = yaml::read_prepared(json).ok()?;
    // The two are zipped, so an edit without a position would be lost.
    (prepared.places.len() == prepared.patchset.edits.len()).then_some(prepared)
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use super::super::load::{Form, load_as};
    use super::*;

    #[test]
    fn a_prepared_patchset_equals_its_yaml() {
        let catalog = Catalog::new(Vec::new());
        let ids = catalog.ids().unwrap();
        assert!(ids.len() > 10, "{ids:?}");
        for id in ids {
            let prepared = read(&id).unwrap_or_else(|| panic!("{id} is not prepared"));
            assert_eq!(prepared.places.len(), prepared.patchset.edits.len(), "{id}");
            let as_text = |form| format!("{:#?}", load_as(form, &catalog, &id).unwrap());
            let (prepared, written) = (as_text(Form::Prepared), as_text(Form::Written));
            assert_eq!(prepared, written, "{id}");
        }
    }
}
