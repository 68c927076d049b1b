//! The shipped patchsets, parsed when this program was built.
//!
//! build.rs turns their YAML into JSON, which is parsed in a tenth of the time: the YAML of one patchset would
//! take a tenth of the time of an `apply`. JSON has no positions for error messages, so a patchset with a
//! mistake is read again from its YAML.

use crate::shipped::PREPARED_PATCHSETS;
use crate::yaml::{self, Node, Value};

/// A patchset in which only edits have a position.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The line and column of each edit, from 1.
    pub places: Vec<(usize, usize)>,
    /// The document.
    pub patchset: Node,
}

/// The shipped patchset `id`; `None` when there is none, or its JSON cannot be parsed.
pub(super) fn read(id: &str) -> Option<Prepared> {
    let document = yaml::parse_json(&PREPARED_PATCHSETS.get(id)?).ok()?;
    let (patchset, places): (Node, Vec<(usize, usize)>) = match document.value {
        Value::List(parts) => {
            let [patchset, places] = <[Node; 2]>::try_from(parts).ok()?;
            (patchset, places.read().ok()?)
        }
        _ => return None,
    };
    let is_complete = match patchset.get("edits") {
        // The two are zipped, so an edit without a position would be lost.
        Some(Node { value: Value::List(edits), .. }) => edits.len() == places.len(),
        Some(_) => false,
        None => places.is_empty(),
    };
    is_complete.then_some(Prepared { places, patchset })
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use super::super::document::Form;
    use super::super::load::load_as;
    use super::*;

    #[test]
    fn a_prepared_patchset_equals_its_yaml() {
        let catalog = Catalog::new(Vec::new());
        let ids = catalog.ids().unwrap();
        assert!(ids.len() > 10, "{ids:?}");
        for id in ids {
            assert!(read(&id).is_some(), "{id} is not prepared");
            let as_text = |form| format!("{:#?}", load_as(form, &catalog, &id).unwrap());
            let (prepared, written) = (as_text(Form::Prepared), as_text(Form::Written));
            assert_eq!(prepared, written, "{id}");
        }
    }
}
