//! Python sources, of Python 2 and 3. Code is written from column 0 and indented as its place needs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// `python.add-method`: adds a method at the end of a class.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddMethod {
    /// The class.
    pub class: String,
    /// The method's name; the code must define it.
    pub method: String,
    /// Its definition.
    pub code: Text,
}

/// `python.replace-method`: replaces a method of a class.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplaceMethod {
    /// The class.
    pub class: String,
    /// The method's name; the code must define it.
    pub method: String,
    /// Its new definition.
    pub code: Text,
}

/// `python.add-function`: adds a function to a module.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddFunction {
    /// The function's name; the code must define it.
    pub function: String,
    /// Its definition.
    pub code: Text,
    /// The function or class behind which it is put; at the end of the file unless given.
    pub after: Option<String>,
}

/// `python.replace-function`: replaces a function of a module.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplaceFunction {
    /// The function's name; the code must define it.
    pub function: String,
    /// Its new definition.
    pub code: Text,
}
