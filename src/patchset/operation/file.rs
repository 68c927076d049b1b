//! Whole files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// `file.add`: adds a file. A different file of that name in the tree is never replaced.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Add {
    /// Its contents.
    pub content: Text,
    /// Whether it may be executed.
    #[serde(default)]
    pub executable: bool,
}

/// `file.remove`: removes a file.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Remove {
    /// A text that the file must hold: it tells the file that is meant from one that only has its
    /// name.
    pub contains: String,
}

/// `file.mode`: makes a file executable, or not.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mode {
    /// Whether it may be executed.
    pub executable: bool,
}
