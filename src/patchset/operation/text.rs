//! Plain text: the last resort, where no format's own operation fits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Text, one};

/// `text.insert`: inserts text before or after a literal anchor.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [{"required": ["before"]}, {"required": ["after"]}]))]
pub struct Insert {
    /// The literal text before which it is inserted. Whole words: `all` is not inside `install`.
    #[schemars(length(min = 1))]
    pub before: Option<String>,
    /// The literal text behind which it is inserted.
    #[schemars(length(min = 1))]
    pub after: Option<String>,
    /// What is inserted.
    pub text: Text,
    /// How many places the anchor means.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}

/// `text.replace`: replaces literal text.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Replace {
    /// The literal text that is replaced. Whole words, unless it begins or ends with a sign.
    #[schemars(length(min = 1))]
    pub find: String,
    /// What stands there afterwards.
    pub with: Text,
    /// How many places the anchor means.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}
