//! A variant of a patch.

use crate::tree::{FileChange, Tree};
use crate::version::Version;

/// A patch for one version.
pub struct Variant<'a> {
    /// The name of the patch.
    pub name: String,
    /// Its contents.
    pub patch: &'a [u8],
    /// The version of its base.
    pub version: Version,
    /// Its base.
    pub tree: &'a dyn Tree,
    /// What the patch makes of it, by path.
    pub changes: Vec<FileChange>,
}
