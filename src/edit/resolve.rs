//! From an edit and a tree to parts: which file, which scope, which outcome.

use std::rc::Rc;

use super::added::with_then;
use super::context::Context;
use super::fact::{excluded, needless, refusal};
use super::in_file::{in_file, part};
use super::outcome::{Near, Outcome, Part};
use crate::contents::Contents;
use crate::operation::{FileNeed, ParsedFile};
use crate::patchset::{Change, Edit, Form, is_pattern, pattern_matches};
use crate::text::nearest;
use crate::tree::{Entry, Location, TreeError, TreePath};
use crate::version::VersionRange;

/// Resolves `edit` on the tree of `context`: a part for each of its changes, or for each module of a change on several.
///
/// # Errors
/// If the tree cannot be read. An edit that does not fit is an outcome, not an error.
pub fn resolve(context: &Context<'_>, edit: &Edit) -> Result<Vec<Part>, TreeError> {
    if let Some(why) = excluded(context, edit.when.as_ref()) {
        return Ok(whole_edit(edit, Outcome::Skipped { why }));
    }
    let parts = resolve_changes(context, edit)?;
    // An edit that is already made needs no precondition any more: its own change may have made the fact untrue.
    let is_done = |part: &Part| matches!(part.outcome, Outcome::Already(_) | Outcome::Skipped { .. });
    if parts.iter().all(is_done) {
        return Ok(parts);
    }
    Ok(match refusal(context, &edit.requires)? {
        Some(refusal) => whole_edit(edit, refusal),
        None => parts,
    })
}

fn resolve_changes(context: &Context<'_>, edit: &Edit) -> Result<Vec<Part>, TreeError> {
    let mut parts = Vec::new();
    for (index, change) in edit.changes.iter().enumerate() {
        let skipped = match excluded(context, change.when.as_ref()) {
            None => needless(context, change)?,
            why => why,
        };
        match skipped {
            Some(why) => parts.push(part(index, change, &change.file[0], Outcome::Skipped { why })),
            None if change.forms.is_empty() => parts.extend(resolve_change(context, index, change)?),
            None => parts.extend(resolve_forms(context, index, change)?),
        }
    }
    Ok(parts)
}

/// One outcome for an edit as a whole.
fn whole_edit(edit: &Edit, outcome: Outcome) -> Vec<Part> {
    let first = edit.changes.first();
    first.map(|change| part(0, change, &change.file[0], outcome)).into_iter().collect()
}

/// A form of a change, and its parts.
type Resolved<'a> = (&'a Form, Vec<Part>);

/// The first form of a change for this version whose anchor is found, or else the first for this version.
fn first_form<'a>(
    context: &Context<'_>,
    index: usize,
    change: &'a Change,
) -> Result<Option<Resolved<'a>>, TreeError> {
    let mut first_miss = None;
    for form in change.forms_for(context.version.as_ref()) {
        let mut parts = resolve_change(context, index, &form.change)?;
        if !parts.iter().any(is_miss) {
            parts.iter_mut().for_each(|part| part.chosen.clone_from(&form.chosen));
            return Ok(Some((form, parts)));
        }
        match &mut first_miss {
            None => first_miss = Some((form, parts)),
            Some((_, parts)) => parts.iter_mut().for_each(|part| add_alternative(part, form)),
        }
    }
    Ok(first_miss)
}

/// Adds to a missing anchor that an alternative is missing, too.
fn add_alternative(part: &mut Part, form: &Form) {
    if let (Outcome::Missing { what, .. }, Some(chosen)) = (&mut part.outcome, &form.chosen) {
        what.push_str(&format!("; nor does {chosen} fit"));
    }
}

/// The change with the values and alternatives that it has on this tree. It stays as it is if it has no value for this
/// version.
///
/// # Errors
/// If the tree cannot be read.
pub fn chosen(context: &Context<'_>, change: &Change) -> Result<Change, TreeError> {
    let (when, needed_while) = (change.when.clone(), change.needed_while.clone());
    Ok(match first_form(context, 0, change)? {
        Some((form, _)) => Change { when, needed_while, ..form.change.clone() },
        None => change.clone(),
    })
}

/// Resolves a change with values by version or alternatives.
fn resolve_forms(context: &Context<'_>, index: usize, change: &Change) -> Result<Vec<Part>, TreeError> {
    if let Some((_, parts)) = first_form(context, index, change)? {
        return Ok(parts);
    }
    let ranges: Vec<String> = change.ranges().iter().map(|range| format!("`{range}`")).collect();
    let ranges = ranges.join(", ");
    let here = match &context.version {
        Some(version) => version.to_string(),
        None => {
            let range = change.forms.iter().find_map(|form| form.range.as_ref());
            let software = range.map(VersionRange::software).unwrap_or_default();
            format!("not a {} source tree", software.title())
        }
    };
    let why = format!(
        "its values are for {ranges}, and this is {here}: add a value for it, or exclude the version by `when`"
    );
    Ok(vec![part(index, change, &change.file[0], Outcome::Refused { why, place: None })])
}

/// Resolves a change in the first of its files that has the anchor.
pub(super) fn resolve_change(
    context: &Context<'_>,
    index: usize,
    change: &Change,
) -> Result<Vec<Part>, TreeError> {
    let whole = match with_then(context, change) {
        Ok(whole) => whole,
        Err(outcome) => return Ok(vec![part(index, change, &change.file[0], *outcome)]),
    };
    let change = whole.as_ref().unwrap_or(change);
    let mut first_miss = None;
    for path in &change.file {
        let found = match is_pattern(path) {
            true => in_matching(context, index, change, path)?,
            false => in_existing(context, index, change, path)?,
        };
        match found {
            Some(parts) if !parts.iter().any(is_miss) => return Ok(parts),
            found => first_miss = first_miss.or(found),
        }
    }
    match first_miss {
        Some(parts) => Ok(parts),
        None => without_file(context, index, change),
    }
}

/// Whether another file or alternative is tried. Where the new text is, it may be that of this change.
fn is_miss(part: &Part) -> bool {
    matches!(&part.outcome, Outcome::Missing { results, .. } if results.is_empty())
}

/// The parts of a change in a file; `None` if it does not exist.
fn in_existing(
    context: &Context<'_>,
    index: usize,
    change: &Change,
    path: &TreePath,
) -> Result<Option<Vec<Part>>, TreeError> {
    match context.parsed(path) {
        Ok(None) => Ok(None),
        Ok(Some(file)) => Ok(Some(match target(context, change)? {
            Ok(target) => in_file(index, change, &file, true, target.as_deref()),
            Err(refusal) => vec![part(index, change, path, refusal)],
        })),
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => {
            if let Some(file) = link(context, change, path)? {
                let to = match target(context, change)? {
                    Ok(to) => to,
                    Err(refusal) => return Ok(Some(vec![part(index, change, path, refusal)])),
                };
                let operation = change.operation.operate();
                let refusal =
                    match (operation.new_name().and_then(|to| to.parse().ok()), operation.link_target()) {
                        (Some(new), _) => outside(context, &new, &String::from_utf8_lossy(&file.bytes))?,
                        // Links that the same patchset adds may lead to each other.
                        (None, Some(target)) => outside(context, path, target)?,
                        (None, None) => None,
                    };
                return Ok(Some(match refusal {
                    Some(refusal) => vec![part(index, change, path, refusal)],
                    None => in_file(index, change, &file, true, to.as_deref()),
                }));
            }
            let why = format!("this is {}, which is never edited", title(context, path)?);
            let place = Some(Location::whole(path));
            Ok(Some(vec![part(index, change, path, Outcome::Refused { why, place })]))
        }
        Err(error) => Err(error),
    }
}

/// What is at `path`, where no regular file is.
fn title(context: &Context<'_>, path: &TreePath) -> Result<&'static str, TreeError> {
    match context.tree.entry(path) {
        Ok(entry) => Ok(entry.map_or("not a regular file", |entry| entry.title())),
        Err(TreeError::Symlink { .. }) => Ok("below a symbolic link"),
        Err(error) => Err(error),
    }
}

/// The symbolic link at `path`, if the operation may be given one.
fn link(context: &Context<'_>, change: &Change, path: &TreePath) -> Result<Option<ParsedFile>, TreeError> {
    let takes_links = change.operation.operate().takes_links();
    let target = match takes_links.then(|| context.tree.link(path)) {
        // It is below a link.
        None | Some(Err(TreeError::Symlink { .. })) => None,
        Some(found) => found?,
    };
    Ok(target.map(|target| {
        let mut file = ParsedFile::new(path.clone(), target.into(), false);
        file.is_link = true;
        file
    }))
}

/// The file that has the new name already that a change gives its file; a refusal if no file can have that name.
fn target(
    context: &Context<'_>,
    change: &Change,
) -> Result<Result<Option<Rc<ParsedFile>>, Outcome>, TreeError> {
    let to = change.operation.operate().new_name().and_then(|to| to.parse::<TreePath>().ok());
    let Some(to) = to else { return Ok(Ok(None)) };
    if let Some(refusal) = in_the_way(context, &to)? {
        return Ok(Err(refusal));
    }
    match context.parsed(&to) {
        Ok(file) => Ok(Ok(file)),
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => {
            if let Some(link) = link(context, change, &to)? {
                return Ok(Ok(Some(Rc::new(link))));
            }
            let why = format!("`{to}` is {}, which is never replaced", title(context, &to)?);
            Ok(Err(Outcome::Refused { why, place: Some(Location::whole(&to)) }))
        }
        Err(error) => Err(error),
    }
}

/// The parts of a change in the only file that matches a pattern and has the anchor; `None` if no file matches.
fn in_matching(
    context: &Context<'_>,
    index: usize,
    change: &Change,
    pattern: &TreePath,
) -> Result<Option<Vec<Part>>, TreeError> {
    let files = context.tree.files()?;
    let matching: Vec<&TreePath> = files.iter().filter(|file| pattern_matches(pattern, file)).collect();
    let (mut found, mut miss): (Vec<Vec<Part>>, Option<Vec<Part>>) = Default::default();
    for path in &matching {
        match in_existing(context, index, change, path)? {
            Some(parts) if !parts.iter().any(is_miss) => found.push(parts),
            // The one with near misses says most.
            Some(parts) if miss.as_ref().is_none_or(|miss| !has_near(miss) && has_near(&parts)) => {
                miss = Some(parts);
            }
            Some(_) | None => {}
        }
    }
    if found.len() > 1 {
        let places = found.iter().map(|parts| Location::whole(&parts[0].file)).collect();
        let what = format!("{} files that match `{pattern}` have the anchor", found.len());
        let help = Some("name the file, or a list of files in the order of preference".to_owned());
        return Ok(Some(vec![part(index, change, pattern, Outcome::Ambiguous { what, places, help })]));
    }
    for part in miss.iter_mut().flatten() {
        if let Outcome::Missing { what, .. } = &mut part.outcome {
            *what =
                format!("none of the {} files that match `{pattern}` has the anchor: {what}", matching.len());
        }
    }
    Ok(found.pop().or(miss))
}

fn has_near(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(&part.outcome, Outcome::Missing { near, .. } if !near.is_empty()))
}

/// The outcome of a change none of whose files exists.
fn without_file(context: &Context<'_>, index: usize, change: &Change) -> Result<Vec<Part>, TreeError> {
    let first = &change.file[0];
    let need = || {
        let of_text = change.operation.operate().need(&change.texts, first.as_str());
        of_text.unwrap_or(change.operation.needs())
    };
    let failure = match need() {
        FileNeed::MayBeAbsent => None,
        FileNeed::Creates => match (in_the_way(context, first)?, change.operation.operate().link_target()) {
            (None, Some(target)) => outside(context, first, target)?,
            (refusal, _) => refusal,
        },
        FileNeed::Exists => Some(no_file(context, change)?),
    };
    if let Some(failure) = failure {
        return Ok(vec![part(index, change, first, failure)]);
    }
    let absent = ParsedFile::new(first.clone(), Contents::default(), false);
    Ok(match target(context, change)? {
        Ok(target) => in_file(index, change, &absent, false, target.as_deref()),
        Err(refusal) => vec![part(index, change, first, refusal)],
    })
}

/// The refusal to create a file below something that is not a directory.
fn in_the_way(context: &Context<'_>, path: &TreePath) -> Result<Option<Outcome>, TreeError> {
    for above in path.ancestors() {
        match context.tree.entry(&above)? {
            Some(Entry::Directory) => {}
            None => break,
            Some(_) => {
                let why = format!("`{above}` is not a directory, so nothing can be created below it");
                return Ok(Some(Outcome::Refused { why, place: Some(Location::whole(&above)) }));
            }
        }
    }
    Ok(None)
}

/// The refusal of a link that would lead out of the tree, or to itself, by itself or by a link that it leads to.
fn outside(context: &Context<'_>, link: &TreePath, target: &str) -> Result<Option<Outcome>, TreeError> {
    let refused = |why: String| Ok(Some(Outcome::Refused { why, place: Some(Location::whole(link)) }));
    let leads_out = || refused(format!("`{target}` leads out of the tree"));
    if target.starts_with('/') {
        return leads_out();
    }
    // As many as Linux follows.
    let mut left = 40;
    let mut at: Vec<String> = link.as_str().split('/').map(str::to_owned).collect();
    at.pop();
    let mut names: Vec<String> = target.rsplit('/').map(str::to_owned).collect();
    while let Some(name) = names.pop() {
        match &name[..] {
            ".." if at.pop().is_none() => return leads_out(),
            ".." | "" | "." => continue,
            _ => at.push(name),
        }
        let Ok(path) = at.join("/").parse::<TreePath>() else { return leads_out() };
        let circle = || refused(format!("`{target}` leads in a circle"));
        if path == *link {
            return circle();
        }
        let Some(further) = context.tree.link(&path)? else { continue };
        at.pop();
        left -= 1;
        if left == 0 {
            return circle();
        }
        let further = String::from_utf8_lossy(&further).into_owned();
        if further.starts_with('/') {
            return leads_out();
        }
        names.extend(further.rsplit('/').map(str::to_owned));
    }
    Ok(None)
}

/// The outcome of a change none of whose files exists.
fn no_file(context: &Context<'_>, change: &Change) -> Result<Outcome, TreeError> {
    let names: Vec<String> = change.file.iter().map(|file| format!("`{file}`")).collect();
    let files = context.names()?;
    let has_name = |file: &TreePath| change.file.iter().any(|one| one.file_name() == file.file_name());
    let same_name = files.iter().filter(|file| has_name(file));
    let candidates = files.iter().enumerate().map(|(i, file)| (i, file.as_str().into()));
    let similar = nearest(change.file[0].as_str(), candidates);
    let mut near: Vec<Near> = Vec::new();
    for file in same_name.chain(similar.iter().map(|i| &files[*i])) {
        if near.len() < 5 && !near.iter().any(|known| known.place.file == *file) {
            near.push(Near { place: Location::whole(file), why: "a file of a similar name".to_owned() });
        }
    }
    let what = match &names[..] {
        [one] if is_pattern(&change.file[0]) => format!("no file matches {one}"),
        [one] => format!("the file {one} does not exist"),
        several => format!("none of the files {} exists", several.join(", ")),
    };
    Ok(Outcome::Missing { what, place: None, near, help: None, results: Vec::new() })
}
