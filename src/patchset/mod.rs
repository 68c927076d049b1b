//! What the user wrote: patchsets, as types, and how they are read.

mod build;
mod catalog;
mod change;
mod fact;
mod lint;
mod load;
mod prepared;
mod schema;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Spanned;

pub use build::{Build, Check, PROGRAM_STEPS, Program, ProgramTree, REGENERATE, Regenerate};
pub use catalog::{Catalog, Origin};
pub use change::Change;
pub use fact::{Fact, Requirement};
pub use lint::Lint;
pub(crate) use load::is_id;
pub use load::{Complaint, LoadError};
pub use schema::json_schema;

use crate::digest::Sha256Digest;
use crate::version::VersionRange;

/// A patchset that was read, checked, and joined with the ones it extends.
#[derive(Debug, Clone)]
pub struct Patchset {
    /// Its name, which is also the name of its folder.
    pub id: String,
    /// What it is for, in one line.
    pub title: String,
    /// The versions it is written for; none for a patchset of something that is no CPython.
    pub applies_to: Option<VersionRange>,
    /// The pins it was tried on, and whose snapshots are kept.
    pub pins: Vec<String>,
    /// The patchsets it extends, the nearest first.
    pub extends: Vec<String>,
    /// Edits of those that it leaves out, with the reason.
    pub dropped: BTreeMap<String, String>,
    /// Its edits, those it takes over included, in the order they are done.
    pub edits: Vec<Edit>,
    /// How a patched tree is built and checked.
    pub build: Build,
    /// The digest of everything that was read: patchset.yaml and files/, of the extended ones too.
    pub digest: Sha256Digest,
}

/// One reason to change a tree, and the changes it takes.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Its name, the same in every patchset of a family.
    pub id: String,
    /// Why it is needed.
    pub why: String,
    /// Where upstream discusses it.
    pub upstream: Option<String>,
    /// The versions it is for; all unless given.
    pub when: Option<VersionRange>,
    /// Facts about the tree without which it would have no effect.
    pub requires: Vec<Requirement>,
    /// What it does, at least one.
    pub changes: Vec<Change>,
    /// Lints that it may raise, with the reason why that is right.
    pub allow: BTreeMap<String, String>,
    /// The patchset that says it.
    pub patchset: String,
    /// The line of patchset.yaml it starts on, from 1.
    pub line: usize,
    /// The column of that line, in characters from 1.
    pub column: usize,
}

impl Edit {
    /// Where it is written, for people: `catamount-py2.5/patchset.yaml:12:5`.
    pub fn written_at(&self) -> String {
        format!("{}/patchset.yaml:{}:{}", self.patchset, self.line, self.column)
    }
}

/// The contents of one patchset.yaml, before it is joined with what it extends.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "pypatch patchset, schema 1")]
pub(crate) struct RawPatchset {
    /// The schema of this file: 1.
    #[schemars(with = "u32", range(min = 1, max = 1))]
    schema: Spanned<u32>,
    /// The patchset's name: the name of its folder.
    #[schemars(with = "String", regex(pattern = "^[a-z0-9][a-z0-9._-]*$"))]
    id: Spanned<String>,
    /// What it is for, in one line.
    title: String,
    /// The versions it is written for: `>=2.5, <2.6`.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = schema::RANGE))]
    applies_to: Option<Spanned<String>>,
    /// The upstream releases it was tried on: `python-2.5`.
    #[serde(default)]
    #[schemars(with = "Vec<String>", inner(regex(pattern = schema::PIN)))]
    pins: Vec<Spanned<String>>,
    /// Another patchset, whose edits are taken over. Edits of the same id replace its.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    extends: Option<Spanned<String>>,
    /// Edits of the extended patchset that are left out, each with the reason.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    drop: BTreeMap<String, Spanned<String>>,
    /// The edits.
    #[serde(default)]
    #[schemars(with = "Vec<RawEdit>")]
    edits: Vec<Spanned<RawEdit>>,
    /// How a patched tree is built and checked; joined with that of the extended patchset.
    #[serde(default)]
    #[schemars(with = "Option<Build>")]
    build: Option<Spanned<Build>>,
}

/// One edit of a patchset.yaml: a reason, and either one operation on `file` or a list of `changes`.
#[derive(Debug)]
pub(crate) struct RawEdit {
    id: Spanned<String>,
    why: String,
    upstream: Option<String>,
    since: Option<Spanned<String>>,
    until: Option<Spanned<String>>,
    requires: Vec<Requirement>,
    allow: BTreeMap<String, String>,
    change: Option<Change>,
    changes: Vec<Spanned<Change>>,
}
