//! Patchsets: their types, and how they are found, parsed and checked.
//!
//! A [`Catalog`] finds and loads a [`Patchset`], which has [`Edit`]s, each with one [`Change`] or more.

mod build;
mod catalog;
mod change;
mod depend;
mod document;
mod edit_text;
mod error;
mod fact;
mod forms;
mod id;
mod lint;
mod load;
mod misplaced;
mod prepared;
mod published;
mod reference;
mod salvage;
#[cfg(test)]
mod schema;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

pub use build::{Build, Check, Program, ProgramTree, Regenerate};
pub(crate) use build::{PROGRAM_STEPS, REGENERATE};
pub use catalog::Catalog;
pub(crate) use catalog::{Origin, is_path};
pub use change::{Change, Form};
pub(crate) use change::{is_pattern, pattern_matches};
pub(crate) use depend::{levels, prerequisites};
pub(crate) use edit_text::EditText;
pub use error::LoadError;
pub use fact::{Fact, Requirement};
pub(crate) use id::{ALLOWED_ID, is_id};
pub use lint::Lint;
pub(crate) use load::introduce_neighbours;
pub use published::json_schema;
pub use reference::{Argument, Example, OperationReference, Reference, ScopeReference};
pub use write::NewPatchset;
pub(crate) use write::{change_yaml, indented, yaml};

use crate::digest::Sha256Digest;
use crate::software::Software;
use crate::version::{Version, VersionRange};
pub use crate::yaml::Complaint;
use crate::yaml::Located;

/// A patchset that is parsed, checked, and joined with the ones it extends: adaptations of a source tree, mostly of
/// CPython, each with its reason. [`Catalog::load`] makes one.
#[derive(Debug, Clone)]
pub struct Patchset {
    /// Its id, which is also the name of its folder.
    pub id: String,
    /// What it is for, in one line.
    pub title: String,
    /// What it is written for.
    pub software: Software,
    /// The versions it is written for; `None` for a tree whose version is unknown.
    pub applies_to: Option<VersionRange>,
    /// The pins it was tested on, for which there are accepted snapshots.
    pub pins: Vec<String>,
    /// The patchsets it extends, the one that it names first.
    pub extends: Vec<String>,
    /// The edits of those that it leaves out, each with the reason.
    pub dropped: BTreeMap<String, String>,
    /// Its edits, including those of the patchsets it extends, in the order in which they are made.
    pub edits: Vec<Edit>,
    /// The recipe that builds and checks a patched tree.
    pub build: Build,
    /// The digest of all its files: patchset.yaml and files/, also of the patchsets it extends.
    pub digest: Sha256Digest,
}

/// One reason to change a tree, and the changes it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Its id, the same in every patchset of a family.
    pub id: String,
    /// Why it is needed.
    pub why: String,
    /// Where upstream discusses it.
    pub upstream: Option<String>,
    /// Who wrote it: `Name <mail>`.
    pub author: Option<String>,
    /// When, as git or a mail writes it.
    pub date: Option<String>,
    /// The versions it is for; `None` for all.
    pub when: Option<VersionRange>,
    /// The edits on whose result it is planned.
    pub depends_on: Vec<String>,
    /// Facts about the tree without which it would have no effect.
    pub requires: Vec<Requirement>,
    /// Its changes, at least one.
    pub changes: Vec<Change>,
    /// The lints that it may raise, each with the reason why that is right.
    pub allow: BTreeMap<String, String>,
    /// The patchset that declares it.
    pub patchset: String,
    /// The line of patchset.yaml where it starts, from 1.
    pub line: usize,
    /// The column of that line, in characters, from 1.
    pub column: usize,
}

impl Patchset {
    /// The patchset with the values for one version. A change that has none for it, and any for `otherwise`, has those.
    pub fn at(&self, version: Option<&Version>, otherwise: Option<&Version>) -> Cow<'_, Patchset> {
        if self.edits.iter().flat_map(|edit| &edit.changes).all(|change| change.forms.is_empty()) {
            return Cow::Borrowed(self);
        }
        let mut own = self.clone();
        for change in own.edits.iter_mut().flat_map(|edit| &mut edit.changes) {
            let has_any = change.forms_for(version).next().is_some();
            *change = change.at(if has_any { version } else { otherwise });
        }
        Cow::Owned(own)
    }

    /// Whether it is written for a version; `None` is that of a tree without a known one.
    pub fn is_for(&self, version: Option<&Version>) -> bool {
        let Some(range) = &self.applies_to else { return true };
        version.is_some_and(|version| range.contains(version))
    }
}

impl Edit {
    /// Makes its ranges of versions ranges of this software.
    fn is_of(&mut self, software: Software) {
        self.when = self.when.take().map(|range| range.of(software));
        self.changes.iter_mut().for_each(|change| change.is_of(software));
    }

    /// Where it is declared, for messages: `catamount-py2.5/patchset.yaml:12:5`.
    pub fn written_at(&self) -> String {
        format!("{}/patchset.yaml:{}:{}", self.patchset, self.line, self.column)
    }

    /// The edit as patchset.yaml says it, wherever it is there.
    pub fn as_written(&self) -> Edit {
        let changes = self.changes.iter().map(Change::as_written).collect();
        Edit { changes, line: 0, column: 0, ..self.clone() }
    }
}

/// The contents of one patchset.yaml, before it is joined with the patchset it extends.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(title = "pypatch patchset, schema 1"))]
pub(crate) struct RawPatchset {
    /// The schema of this file: 1.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 1)))]
    schema: Located<u32>,
    /// The id of the patchset, which is the name of its folder.
    #[cfg_attr(test, schemars(with = "String", regex(pattern = id::PATTERN)))]
    id: Located<String>,
    /// What it is for, in one line.
    title: String,
    /// What it is written for: `python`, `lua` or `tcl` [default: that of the patchset it extends, or python].
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<Software>"))]
    software: Option<Located<Software>>,
    /// The versions it is written for: `>=2.5, <2.6`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>", regex(pattern = schema::RANGE)))]
    applies_to: Option<Located<String>>,
    /// The upstream releases it was tested on: `python-2.5`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>", inner(regex(pattern = schema::PIN))))]
    pins: Vec<Located<String>>,
    /// Another patchset, whose edits this one includes. Edits of the same id replace them.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>", regex(pattern = id::PATTERN)))]
    extends: Option<Located<String>>,
    /// Edits of the extended patchset to leave out, each with the reason.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    drop: BTreeMap<String, Located<String>>,
    /// Texts that several edits use, as `{text: NAME}`; also those of patchsets that extend this one.
    #[serde(default)]
    #[cfg_attr(test, schemars(schema_with = "schema::texts"))]
    #[allow(dead_code, reason = "the texts are put in their places before the types are read")]
    texts: serde::de::IgnoredAny,
    /// The edits.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<RawEdit>"))]
    edits: Vec<Located<RawEdit>>,
    /// How a patched tree is built and checked; joined with that of the extended patchset.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<Build>"))]
    build: Option<Located<Build>>,
}

/// One edit of a patchset.yaml: a reason, and either one operation on `file` or a list of `changes`.
#[derive(Debug)]
pub(crate) struct RawEdit {
    id: Located<String>,
    why: String,
    upstream: Option<String>,
    author: Option<Located<String>>,
    date: Option<Located<String>>,
    since: Option<Located<String>>,
    until: Option<Located<String>>,
    depends_on: Vec<String>,
    requires: Vec<Requirement>,
    allow: BTreeMap<String, String>,
    change: Option<Change>,
    changes: Vec<Located<Change>>,
}
