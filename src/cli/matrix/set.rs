//! The patchsets of a matrix: one, several in order, a family, or a set of these.

use serde_json::{Value, json};

use super::Args;
use crate::cli::base::InOrder;
use crate::cli::{Base, CliError, Ui, Workspace};
use crate::patchset::Patchset;
use crate::port::Stacked;
use crate::shard::{JobSource, MatrixHead};

/// A patchset that is judged on all sources, or several in order, or the members of a family.
pub(super) struct Judge {
    /// Its name in the matrix.
    id: String,
    /// The patchsets as the user named them, or the members of the family.
    pub names: Vec<String>,
    pub patchsets: Vec<Patchset>,
    /// Whether one of them is chosen for each version.
    pub is_family: bool,
    pub base: Base,
    of_each: Vec<InOrder>,
}

impl Judge {
    pub fn stack(&self) -> Vec<Stacked<'_>> {
        let each = self.patchsets.iter().zip(&self.of_each);
        each.map(|(patchset, one)| Stacked { patchset, baseline: one.baseline.as_ref(), before: &one.before })
            .collect()
    }

    /// All that the result on a source depends on; `None` if that is not known by the ids of trees alone.
    pub fn inputs(&self, source: &JobSource) -> Option<Value> {
        let is_known = self.base.name.is_none() || self.base.is_there() && self.base.tree.is_some();
        source.tree.as_ref().filter(|_| is_known)?;
        Some(json!({
            "command": "matrix", "patchset": self.head(), "base": self.base.tree, "family": self.is_family,
            "source": source,
        }))
    }

    /// As a job and a matrix name it.
    pub fn head(&self) -> MatrixHead {
        MatrixHead {
            patchset: self.id.clone(),
            digests: self.patchsets.iter().map(|one| one.digest.to_string()).collect(),
            base: self.base.name.clone(),
            base_version: self.base.version.clone(),
            base_is_there: self.base.is_there(),
        }
    }
}

/// The patchsets that the user named, in the order of each stack. All of them can be loaded.
pub(super) fn named(workspace: &Workspace, args: &Args) -> Result<Vec<Vec<String>>, CliError> {
    let named = match &args.patchset {
        Some(first) if args.set.is_empty() => {
            vec![[first].into_iter().chain(&args.then).cloned().collect()]
        }
        _ => stacks(workspace, &args.set)?,
    };
    named.iter().try_for_each(|names| workspace.patchsets(names).map(drop))?;
    Ok(named)
}

/// The patchsets of a set: `A,B` is B on the result of A, and a pattern all that it matches.
pub(in crate::cli) fn stacks(workspace: &Workspace, texts: &[String]) -> Result<Vec<Vec<String>>, CliError> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for text in texts {
        let stacks = match text.contains(',') {
            true => vec![text.split(',').map(str::to_owned).collect()],
            false => workspace.matching(std::slice::from_ref(text))?.into_iter().map(|id| vec![id]).collect(),
        };
        found.extend(stacks);
    }
    // A pattern may match one again.
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|stack| seen.insert(stack.clone()));
    Ok(found)
}

/// What is known about patchsets and the release that they were written for.
pub(super) fn judge(
    ui: &Ui,
    workspace: &Workspace,
    args: &Args,
    mut names: Vec<String>,
) -> Result<Judge, CliError> {
    let mut patchsets = workspace.patchsets(&names)?;
    let id = patchsets.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join("+");
    let first = patchsets[0].clone();
    if args.family {
        patchsets = family(workspace, &first)?;
        names = patchsets.iter().map(|member| member.id.clone()).collect();
    }
    if patchsets.is_empty() {
        return Err(CliError::usage("no member of the family has a range of versions"));
    }
    let base = match &args.base {
        Some(source) => Base::of_source(ui, workspace, &first, source)?,
        // Every member is judged inside its own range.
        None if args.family => Base::default(),
        None => Base::of_pins(ui, workspace, &first)?,
    };
    let of_each = match args.family {
        true => {
            let baseline = || InOrder { baseline: base.baseline.clone(), before: Vec::new() };
            patchsets.iter().map(|_| baseline()).collect()
        }
        false => base.of_each(ui, &patchsets)?,
    };
    Ok(Judge { id, names, patchsets, is_family: args.family, base, of_each })
}

/// The patchset that all members of the family extend, and everything that extends it, by name.
fn family(workspace: &Workspace, patchset: &Patchset) -> Result<Vec<Patchset>, CliError> {
    let root = patchset.extends.last().unwrap_or(&patchset.id);
    let mut members = workspace.patchsets(&workspace.catalog.ids()?)?;
    members.retain(|one| (one.id == *root || one.extends.contains(root)) && one.applies_to.is_some());
    Ok(members)
}
