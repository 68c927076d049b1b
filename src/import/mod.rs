//! Takes patches into a patchset: an edit for each patch, which makes the changes that the patch makes.
//!
//! The patches are applied one after the other, as quilt does it, and each edit is tried on the tree without the others: it
//! depends on those without which the result would be another one.

mod changes;
mod collapse;
mod commits;
mod message;
mod order;
mod patched;
mod placing;
mod series;
mod transfer;
mod unit;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;
use serde_yaml::{FlowSeq, LitStr};

use crate::patchset::{NewPatchset, indented, yaml};
use crate::software::Software;
use crate::tree::{TreeError, TreePath};
use crate::version::Version;

pub use collapse::{Absence, Collapsed, CollapsedHunk, Likeness, Unlike, Variant, collapse};
pub use commits::read_commits;
pub use message::Message;
pub use order::{Applied, Options, Taken, apply, record};
pub use patched::{MovedHunk, made};
pub use series::{PatchFile, read, without_suffix};
pub use unit::{Draft, Unit, written};

/// Why patches cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file or directory cannot be read.
    #[error("cannot read {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// Nothing in it is a patch.
    #[error("{} contains no patch", .0.display())]
    NoPatch(PathBuf),
    /// A range of commits cannot be taken.
    #[error("cannot take `{range}`: {why}")]
    Range {
        /// The range.
        range: String,
        /// Why not.
        why: String,
    },
    /// A repository cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A line of a `series` file cannot be read.
    #[error("{}:{line}: {why}", .path.display())]
    Series {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// A patch that becomes an edit.
#[derive(Debug, Clone)]
pub struct ImportedPatch {
    /// The patch.
    pub patch: PatchFile,
    /// The id of the edit.
    pub id: String,
    /// What its text above the first file says.
    pub message: Message,
}

/// A patch that cannot become an edit.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The patch.
    pub patch: String,
    /// Why not.
    pub why: String,
}

/// Gives each patch an id and the name of a file, none of them twice.
pub fn named(patches: Vec<PatchFile>) -> Vec<ImportedPatch> {
    let mut ids = BTreeSet::new();
    let mut once = |name: String| {
        let mut id = name.clone();
        let mut number = 2;
        while !ids.insert(id.clone()) {
            id = format!("{name}-{number}");
            number += 1;
        }
        id
    };
    patches
        .into_iter()
        .map(|patch| {
            let mut message = Message::read(&patch.bytes);
            if message.why.is_empty() {
                message.why = format!("{} does not say why.", patch.name);
            }
            let id = once(id_of(patch.stem()));
            ImportedPatch { patch, id, message }
        })
        .collect()
}

/// The id for a patch of that name: `0012-Fix_Foo` becomes `fix-foo`.
pub fn id_of(name: &str) -> String {
    let number = name.len() - name.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
    let rest = name[number..].trim_start_matches(['-', '_', '.']);
    // `0012`, `2to3`: the digits are all it has, or a part of the first word.
    let is_number = rest.len() < name.len() - number && !rest.is_empty();
    let name = if is_number && number > 0 { rest } else { name };
    let word = |sign: char| {
        if sign.is_ascii_alphanumeric() || sign == '.' { sign.to_ascii_lowercase() } else { '-' }
    };
    let mut id = String::new();
    for sign in name.chars().map(word) {
        if sign != '-' || !id.ends_with('-') && !id.is_empty() {
            id.push(sign);
        }
        if id.len() == 90 {
            break;
        }
    }
    let id = id.trim_matches(['-', '.']);
    if id.is_empty() || id == "recipe" { "patch".to_owned() } else { id.to_owned() }
}

/// The head of the new patchset.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The pins that are the bases.
    pub pins: Vec<String>,
    /// The versions that it is for, if they are known.
    pub applies_to: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct HeadYaml<'a> {
    schema: u32,
    id: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    software: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applies_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pins: Option<FlowSeq<&'a [String]>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct EditYaml<'a> {
    id: &'a str,
    why: LitStr<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<FlowSeq<&'a [String]>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    allow: BTreeMap<String, String>,
}

/// An edit with what it says besides its changes.
#[derive(Debug, Clone, Copy)]
pub struct Edited<'a> {
    /// Its id and changes.
    pub unit: &'a Unit,
    /// What it is for.
    pub message: &'a Message,
    /// The edits that it depends on.
    pub depends_on: &'a [String],
    /// The lints that it raises, by name.
    pub lints: &'a BTreeMap<String, String>,
}

impl<'a> Edited<'a> {
    /// An edit that was tried.
    pub fn of(taken: &'a Taken, message: &'a Message) -> Edited<'a> {
        Edited { unit: &taken.unit, message, depends_on: &taken.depends_on, lints: &taken.lints }
    }
}

/// The key `allow` of an edit that raises lints.
fn allowed(lints: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    lints.keys().map(|lint| (lint.clone(), "the patch was imported as it is".to_owned())).collect()
}

/// The patchset in which each patch is an edit.
pub fn write(head: &Head, patches: &[Edited<'_>]) -> NewPatchset {
    let mut text = beginning(head);
    let blocks = patches.iter().map(|edited| edit_text(edited, &changes(&edited.unit.steps)));
    text.push_str(&blocks.collect::<Vec<_>>().join("\n"));
    let files = patches.iter().flat_map(|edited| edited.unit.files.clone()).collect();
    NewPatchset { yaml: text, files }
}

/// What is above the first edit.
fn beginning(head: &Head) -> String {
    let software = head.pins.first().and_then(|pin| Version::of_pin(pin)).map(|version| version.software());
    let top = HeadYaml {
        schema: 1,
        id: &head.id,
        title: &head.title,
        software: software.filter(|one| *one != Software::default()).map(Software::name),
        applies_to: head.applies_to.as_deref(),
        pins: (!head.pins.is_empty()).then_some(FlowSeq(&head.pins)),
    };
    yaml(&top) + "\nedits:\n"
}

/// An edit with these changes.
fn edit_text(edited: &Edited<'_>, changes: &str) -> String {
    let Edited { unit, message, depends_on, lints } = edited;
    let edit = EditYaml {
        id: &unit.id,
        why: LitStr(&message.why),
        upstream: message.upstream.as_deref(),
        author: message.author.as_deref(),
        date: message.date.as_deref(),
        depends_on: (!depends_on.is_empty()).then_some(FlowSeq(*depends_on)),
        allow: allowed(lints),
    };
    indented(&yaml(&edit), 4).replacen("    ", "  - ", 1) + changes
}

/// The changes of an edit, as people write them.
fn changes(steps: &[(TreePath, String)]) -> String {
    let name = |path: &TreePath| yaml(&path.as_str());
    if let [(path, step)] = steps {
        return format!("    file: {}    {step}\n", name(path));
    }
    let each = steps.iter().map(|(path, step)| format!("      - file: {}        {step}\n", name(path)));
    format!("    changes:\n{}", each.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{PatchFile, id_of, named};

    #[test]
    fn no_two_patches_have_one_id() {
        let patch = |name: &str| PatchFile { name: name.to_owned(), strip: None, bytes: Vec::new() };
        let all = named(["a.patch", "x/A.diff", "a-2.patch", "01-a.patch"].map(patch).to_vec());
        assert_eq!(all.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "a-2", "a-2-2", "a-3"]);
    }

    #[test]
    fn an_id_is_made_of_the_name_of_a_patch() {
        for (name, id) in [
            ("0012-Fix_Foo", "fix-foo"),
            ("2to3", "2to3"),
            ("0012", "0012"),
            ("CVE-2019-9636--urlsplit", "cve-2019-9636-urlsplit"),
            ("02-disable-modules.v2", "disable-modules.v2"),
            ("--", "patch"),
            ("recipe", "patch"),
        ] {
            assert_eq!(id_of(name), id, "{name}");
        }
    }
}
