//! Small shell scripts of a tree, such as Lib/plat-generic/regen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::one;

/// `shell.prefix-command`: puts words before the first word of a script's command.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrefixCommand {
    /// The command's first word, as it stands in the script: `python$EXE`.
    pub command: String,
    /// What is put before it: `yod`.
    pub with: String,
    /// How many places the anchor means.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}
