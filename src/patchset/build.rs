//! How a patched tree becomes a program: declared, not hidden in a script.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::tree::TreePath;

/// What has to be done with a patched tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// Files that have to be made anew because what they are made from was edited.
    #[serde(default)]
    pub regenerate: Vec<Regenerate>,
    /// How it is configured.
    #[serde(default)]
    pub configure: Option<Configure>,
}

/// A generated file of the tree that has to be made anew.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Regenerate {
    /// Why.
    pub why: String,
    /// The program, and its other names, of which the first that is installed is meant.
    pub run: Vec<String>,
    /// What it reads.
    #[schemars(with = "Vec<String>", inner(regex(pattern = super::schema::PATH)))]
    pub reads: Vec<TreePath>,
    /// What it writes.
    #[schemars(with = "Vec<String>", inner(regex(pattern = super::schema::PATH)))]
    pub writes: Vec<TreePath>,
}

/// How the tree is configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Configure {
    /// Commands that come first, in the build directory. `$SOURCE` is the patched tree.
    #[serde(default)]
    pub before: Vec<String>,
    /// Environment of configure, cache variables included.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Arguments of configure. `$PREFIX` is where it will be installed.
    #[serde(default)]
    pub arguments: Vec<String>,
}
