//! Hunks that were taken over from a patch.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// `diff`: applies the hunks of a patch. A hunk fits where all its context and removed lines stand,
/// byte for byte: at the place it names, or else at the only such place within `max-offset` lines.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Diff {
    /// The patch: of one file, whose name in it is not looked at, or of several, one of them the
    /// file of this change.
    pub patch: Text,
    /// How many lines a hunk may have moved.
    #[serde(default = "max_offset")]
    pub max_offset: usize,
}

fn max_offset() -> usize {
    200
}
