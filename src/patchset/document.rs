//! Reads a patchset.yaml as a tree, before its types are read.

use super::forms::{NamedTexts, needs_inherited};
use super::{Catalog, Origin, prepared};
use crate::yaml::{self, Node, YamlError};

/// Which text of a shipped patchset is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The JSON that build.rs made of it.
    Prepared,
    /// The YAML, which has the position of each value.
    Written,
}

/// The line and column of each edit, from 1.
pub(super) type Places = Vec<(usize, usize)>;

/// A patchset.yaml as a tree, and the positions of its edits if the tree has none.
pub(super) fn document(
    form: Form,
    origin: &Origin,
    bytes: &[u8],
) -> Result<(Node, Option<Places>), YamlError> {
    let prepared = match (form, origin) {
        (Form::Prepared, Origin::Shipped { id }) => prepared::read(id),
        _ => None,
    };
    Ok(match prepared {
        Some(prepared) => (prepared.patchset, Some(prepared.places)),
        None => (yaml::parse(bytes)?, None),
    })
}

/// The texts that a patchset names, and those of the patchsets that it extends, if it uses any of them.
pub(super) fn named_texts(catalog: &Catalog, id: &str, patchset: &Node) -> Result<NamedTexts, YamlError> {
    let mut texts = NamedTexts::of(id, patchset)?;
    let mut extends = patchset.get("extends").and_then(Node::text).map(str::to_owned);
    let mut seen = Vec::new();
    while needs_inherited(patchset, &texts)
        && let Some(id) = extends.take()
        && !seen.contains(&id)
    {
        // What is wrong with the other patchset is reported when that is loaded.
        let Ok(origin) = catalog.named(&id) else { break };
        let Ok(Ok((other, _))) =
            origin.read("patchset.yaml").map(|bytes| document(Form::Written, &origin, &bytes))
        else {
            break;
        };
        texts.inherit(NamedTexts::of(&id, &other).unwrap_or_default());
        extends = other.get("extends").and_then(Node::text).map(str::to_owned);
        seen.push(id);
    }
    Ok(texts)
}
