//! What a patch makes of a tree, with fuzz, renamed and binary files.

use super::changes::{Target, changed_files};
use super::placing::{Unfit, applied, places};
use super::series::PatchFile;
use crate::syntax::patch::{Effect, Hunk, Patch, Section};
use crate::text::{line_ending, lines};
use crate::tree::{File, FileChange, Tree, TreeError, TreePath, blob_id};

/// A hunk that fits elsewhere than its patch says, or only with fuzz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedHunk {
    /// The file.
    pub file: TreePath,
    /// Its number in the file's section, from 1.
    pub hunk: usize,
    /// How many lines of context do not count.
    pub fuzz: usize,
    /// How many lines it moved.
    pub offset: isize,
}

/// The result of a patch.
#[derive(Debug, Clone, Default)]
pub(super) struct Patched {
    pub changes: Vec<FileChange>,
    /// The files that are renamed: the old name and the new one.
    pub renames: Vec<(TreePath, TreePath)>,
    pub hunks: Vec<MovedHunk>,
}

/// The file or link at `path`.
pub(super) fn contents(tree: &dyn Tree, path: &TreePath) -> Result<Option<File>, TreeError> {
    match tree.link(path)? {
        Some(target) => Ok(Some(File::link(target))),
        None => tree.read(path),
    }
}

/// The changes that a patch makes to `tree`, with no more than `fuzz` lines of context left out; or why it does not fit there.
///
/// # Errors
/// If the tree cannot be read.
pub fn made(
    file: &PatchFile,
    tree: &dyn Tree,
    fuzz: usize,
) -> Result<Result<Vec<FileChange>, String>, TreeError> {
    let patch = match Patch::parse(&file.bytes) {
        Ok(patch) if patch.sections.is_empty() => return Ok(Err("it contains no change".to_owned())),
        Ok(patch) => patch,
        Err(why) => return Ok(Err(why)),
    };
    let targets = match changed_files(&patch, file.strip, tree)? {
        Ok(targets) => targets,
        Err(why) => return Ok(Err(why)),
    };
    let patched = match patched(&patch, &targets, tree)? {
        Ok(patched) => patched,
        Err(unfit) => return Ok(Err(unfit.why)),
    };
    let needed = patched.hunks.iter().find(|hunk| hunk.fuzz > fuzz);
    Ok(match needed {
        Some(MovedHunk { file, hunk, fuzz, .. }) => {
            Err(format!("hunk {hunk} of {file} fits with --fuzz {fuzz}"))
        }
        None => Ok(patched.changes),
    })
}

/// The result of `patch` on `tree`, whose sections are for `targets`, with as little fuzz as it needs; or why it has none.
pub(super) fn patched(
    patch: &Patch,
    targets: &[Target],
    tree: &dyn Tree,
) -> Result<Result<Patched, Unfit>, TreeError> {
    let mut patched = Patched::default();
    let mut files: Vec<(&TreePath, Option<File>)> = Vec::new();
    for (section, Target { path, from }) in patch.sections.iter().zip(targets) {
        let known = files.iter().position(|(known, _)| *known == path);
        let before = match (from, known) {
            // The order of renames and copies does not matter: each is of the file before the patch.
            (Some(from), _) => contents(tree, from)?,
            (None, Some(at)) => files[at].1.clone(),
            (None, None) => contents(tree, path)?,
        };
        if from.is_some() {
            let is_vacated = targets.iter().zip(&patch.sections).any(|(target, section)| {
                target.from.as_ref() == Some(path)
                    && section.moved.as_ref().is_some_and(|moved| !moved.is_copy)
                    || target.path == *path && section.removes()
            });
            if known.is_some() || !is_vacated && tree.entry(path)?.is_some() {
                return Ok(Err(format!("{path} exists already").into()));
            }
        }
        let after = match result(section, path, before, &mut patched.hunks) {
            Ok(after) => after,
            Err(unfit) => return Ok(Err(Unfit { why: format!("{path}: {}", unfit.why), ..unfit })),
        };
        match known {
            Some(at) => files[at].1 = after,
            None => files.push((path, after)),
        }
        if let (Some(from), Some(false)) = (from, section.moved.as_ref().map(|moved| moved.is_copy)) {
            patched.renames.push((from.clone(), path.clone()));
        }
    }
    for (from, _) in &patched.renames {
        if files.iter().all(|(path, _)| *path != from)
            && let Some(Target { from: Some(path), .. }) =
                targets.iter().find(|one| one.from.as_ref() == Some(from))
        {
            files.push((path, None));
        }
    }
    for (path, after) in files {
        let before = contents(tree, path)?;
        if let Some(link) = after.as_ref().filter(|file| file.is_link && before != after)
            && leads_out(path, &link.bytes)
        {
            let target = String::from_utf8_lossy(&link.bytes);
            return Ok(Err(
                format!("{path} would be a symbolic link to `{target}`, outside of the tree").into()
            ));
        }
        if before != after {
            patched.changes.push(FileChange { path: path.clone(), before, after, rewrites: Vec::new() });
        }
    }
    patched.changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Ok(patched))
}

/// Whether a link may lead out of the tree: it does not have as many `..` before names as its folder is deep at most.
fn leads_out(link: &TreePath, target: &[u8]) -> bool {
    let names: Vec<&[u8]> = target.split(|byte| *byte == b'/').collect();
    let ups = names.iter().take_while(|name| **name == b"..").count();
    // A `..` after a name leads elsewhere if the name is that of a link.
    let is_plain = names[ups..].iter().all(|name| !matches!(*name, b"" | b"." | b".."));
    !is_plain || ups > link.as_str().matches('/').count()
}

/// The file after a section.
fn result(
    section: &Section,
    path: &TreePath,
    before: Option<File>,
    moved: &mut Vec<MovedHunk>,
) -> Result<Option<File>, Unfit> {
    let whole =
        |side: fn(&Hunk) -> Vec<&[u8]>| section.hunks.iter().flat_map(side).collect::<Vec<_>>().concat();
    let mode = section.modes.1.as_deref();
    let is_link = |mode: &Option<String>| mode.as_deref() == Some("120000");
    if [&section.modes.0, &section.modes.1].into_iter().flatten().any(|mode| mode.starts_with("16")) {
        return Err("it is a submodule".into());
    }
    let kind = |bytes: Vec<u8>, old: Option<&File>| File {
        bytes: bytes.into(),
        executable: mode.map_or_else(|| old.is_some_and(|old| old.executable), |mode| mode == "100755"),
        is_link: if mode.is_some() { is_link(&section.modes.1) } else { old.is_some_and(|old| old.is_link) },
    };
    if section.adds() && before.as_ref().is_some_and(|file| !file.bytes.is_empty()) {
        return Err("the patch adds the file, and another file of that name exists".into());
    }
    if let Some(binary) = &section.binary {
        let old = before.as_ref().map_or(&[][..], |file| &file.bytes);
        let has_id = |bytes: &[u8], id: &str| blob_id(bytes).is_some_and(|own| own.starts_with(id));
        if before.is_some() && !has_id(old, &section.ids.0) {
            return Err(format!(
                "the binary change is for other contents than the file has (git's id {})",
                section.ids.0
            )
            .into());
        }
        if section.removes() {
            return Ok(None);
        }
        let new = binary.applied(old)?;
        if !has_id(&new, &section.ids.1) {
            return Err("the binary change gives other contents than it says".into());
        }
        return Ok(Some(kind(new, before.as_ref())));
    }
    match (section.effect, before) {
        (Effect::Binary, _) => {
            Err("the patch says that the binary file differs, and does not have its contents".into())
        }
        (Effect::Adds, before) => Ok(Some(kind(whole(Hunk::new_lines), before.as_ref()))),
        (_, None) => Err("the file does not exist".into()),
        (Effect::Removes, Some(file)) if *file.bytes == whole(Hunk::old_lines)[..] => Ok(None),
        (Effect::Removes, Some(_)) => {
            Err("the patch removes the file, and has only a part of its lines".into())
        }
        (Effect::Changes | Effect::Moves, Some(file)) => {
            let bytes = if section.hunks.is_empty() {
                file.bytes.to_vec()
            } else {
                text(section, path, &file.bytes, moved)?
            };
            Ok(Some(kind(bytes, Some(&file))))
        }
    }
}

/// The text of a file after the hunks of a section.
fn text(
    section: &Section,
    path: &TreePath,
    bytes: &[u8],
    moved: &mut Vec<MovedHunk>,
) -> Result<Vec<u8>, Unfit> {
    if let [hunk] = &section.hunks[..]
        && hunk.new_lines().is_empty()
        && hunk.old_lines().concat() == bytes
    {
        return Ok(Vec::new());
    }
    let all: Vec<&[u8]> = lines(bytes).map(|line| line.of(bytes)).collect();
    let mut hunks = section.hunks.clone();
    let mut placed = places(&all, &hunks);
    // A patch that was written with `\n` gets the line ends of the file, if it does not fit as it is.
    if placed.is_err() && line_ending(bytes) == b"\r\n" {
        for (_, line) in hunks.iter_mut().flat_map(|hunk| &mut hunk.lines) {
            if line.ends_with(b"\n") && !line.ends_with(b"\r\n") {
                line.truncate(line.len() - 1);
                line.extend_from_slice(b"\r\n");
            }
        }
        placed = places(&all, &hunks);
    }
    let placed = placed?;
    for (hunk, place) in hunks.iter().zip(&placed) {
        if place.fuzz > 0 || place.offset != 0 {
            let file = path.clone();
            moved.push(MovedHunk { file, hunk: hunk.number, fuzz: place.fuzz, offset: place.offset });
        }
    }
    Ok(applied(&all, &hunks, &placed))
}
