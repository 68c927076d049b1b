//! m4 sources that autoconf reads: aclocal.m4, configure.ac.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OneOrMore, Text};

/// `m4.define`: defines macros at the end of an m4 file, which is created where it does not exist.
/// The file must not define them already.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Define {
    /// The macros that the text defines: all of them are looked for in it.
    pub macros: OneOrMore,
    /// The definitions.
    pub text: Text,
}

/// `m4.override`: replaces the definition of a macro in the file.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// The macro whose definition is replaced.
    #[serde(rename = "macro")]
    pub name: String,
    /// The new definition.
    pub text: Text,
}
