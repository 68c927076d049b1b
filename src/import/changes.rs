//! Which files a patch changes, by their paths in the tree.

use crate::syntax::patch::{Effect, Patch, Section};
use crate::tree::{Entry, Tree, TreeError, TreePath};

/// How many leading directories are tried where nothing says how many belong to the names.
const MOST_LEVELS: usize = 5;

/// The file that a section is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Its path.
    pub path: TreePath,
    /// That of the file that is renamed or copied to it.
    pub from: Option<TreePath>,
}

/// The files that the sections of `patch` change in `tree`, or why it cannot be taken. `strip` is the level of `patch -p`, if it is known; otherwise
/// the one at which the files exist is taken.
pub(super) fn changed_files(
    patch: &Patch,
    strip: Option<usize>,
    tree: &dyn Tree,
) -> Result<Result<Vec<Target>, String>, TreeError> {
    for section in &patch.sections {
        if section.effect == Effect::Binary && section.binary.is_none() {
            let name = section.names.display();
            return Ok(Err(format!(
                "it says that the binary file {name} differs, and does not have its contents"
            )));
        }
    }
    // Where some part of a name is left out, the rest may look harmless.
    if let Some(section) = patch.sections.iter().find(|section| section.names.leads_out()) {
        return Ok(Err(format!("it leads out of the tree: {}", section.names.display())));
    }
    let levels: Vec<Option<usize>> = match strip {
        Some(level) => vec![Some(level)],
        None => std::iter::once(None).chain((0..MOST_LEVELS).map(Some)).collect(),
    };
    let is_absolute = |section: &&Section| section.adds() && section.names.is_absolute();
    if strip.is_none()
        && let Some(section) = patch.sections.iter().find(is_absolute)
    {
        let why = "has an absolute name, so it is not known where in the tree it belongs: give -p";
        return Ok(Err(format!("{} {why}", section.names.display())));
    }
    let mut first = None;
    for level in levels {
        let found = match at_level(patch, level, tree) {
            // Nothing is changed through a link: this patch cannot be taken, and others can.
            Err(error @ (TreeError::Symlink { .. } | TreeError::NotAFile { .. })) => {
                return Ok(Err(error.to_string()));
            }
            found => found?,
        };
        match found {
            Ok(paths) => return Ok(Ok(paths)),
            Err(Unfit::Level(why)) => first = first.or(Some(why)),
            // With fewer directories the rest may look harmless.
            Err(Unfit::Name(why)) => return Ok(Err(why)),
        }
    }
    Ok(Err(first.unwrap_or_else(|| "it has no section".to_owned())))
}

/// Why the names do not fit at a level.
enum Unfit {
    /// They may at another one.
    Level(String),
    /// One of them is refused at any.
    Name(String),
}

/// The files if the names have `level` directories more, and all that must exist do.
fn at_level(
    patch: &Patch,
    level: Option<usize>,
    tree: &dyn Tree,
) -> Result<Result<Vec<Target>, Unfit>, TreeError> {
    let mut targets: Vec<Target> = Vec::new();
    // A later section may change what an earlier one adds.
    let mut added: Vec<TreePath> = Vec::new();
    for section in &patch.sections {
        let Some(name) = name_in(section, level, &added, tree)? else {
            let why = format!("{} has no name at that level of -p", section.names.display());
            return Ok(Err(Unfit::Level(why)));
        };
        let parsed = |name: String| {
            name.parse::<TreePath>().map_err(|error| Unfit::Name(format!("it has an {error}")))
        };
        let (path, from) = match (parsed(name), section.source(level).map(parsed).transpose()) {
            (Ok(path), Ok(from)) => (path, from),
            (Err(unfit), _) | (_, Err(unfit)) => return Ok(Err(unfit)),
        };
        let existing = if section.adds() { None } else { Some(from.as_ref().unwrap_or(&path)) };
        if let Some(existing) = existing
            && !added.contains(existing)
            && !is_there(section, existing, tree)?
        {
            return Ok(Err(Unfit::Level(format!("{existing} does not exist"))));
        }
        if section.adds() || from.is_some() {
            // Nothing is added by way of a link.
            tree.entry(&path)?;
            added.push(path.clone());
        }
        targets.push(Target { path, from });
    }
    Ok(Ok(targets))
}

/// The path of a section's file: of several names, as `patch` does, that of a file that exists, the shortest if there are more.
fn name_in(
    section: &Section,
    level: Option<usize>,
    added: &[TreePath],
    tree: &dyn Tree,
) -> Result<Option<String>, TreeError> {
    let mut names = section.paths(level);
    let own = names.first().cloned();
    if names.len() > 1 && !section.adds() {
        names.sort_by_key(|name| {
            let base = name.len() - name.rfind('/').map_or(0, |at| at + 1);
            (name.matches('/').count(), base, name.len())
        });
        for name in names {
            if let Ok(path) = name.parse()
                && (added.contains(&path) || is_there(section, &path, tree)?)
            {
                return Ok(Some(name));
            }
        }
    }
    Ok(own)
}

fn is_there(section: &Section, path: &TreePath, tree: &dyn Tree) -> Result<bool, TreeError> {
    let entry = tree.entry(path)?;
    // A link is refused with a reason when the edit is planned.
    Ok(matches!(entry, Some(Entry::File { .. } | Entry::Symlink))
        || section.hunks.is_empty() && entry.is_some())
}
