//! Places edits one by one where the diff of the versions misleads: by the lines around them, or by the definition that they follow.

use std::ops::Range;

use super::beside;
use super::scopes::Outline;
use crate::merge::{Algorithm, Edit, Kind, Line, Merge, Placed, Versions, as_around, edits, only};

/// How many lines of context a place needs on either side.
const CONTEXT: usize = 3;
/// How many of all of them must say something.
const SIGNIFICANT: usize = 3;

/// The merge with each uncertain edit at the only place that it can have, if there is such a place for each; with `all`, each edit is
/// uncertain. `sides` are the bytes of the old file, the same with the change, and the new file.
pub(super) fn rescued(
    name: &str,
    versions: &Versions,
    merge: &Merge,
    sides: [&[u8]; 3],
    all: bool,
) -> Option<Merge> {
    let is_open = |edit: &Placed| edit.kind != Kind::Already && (all || !edit.kind.is_safe());
    // What the merge joined, because upstream changed what is between, is placed edit by edit.
    let raw = edits(&versions.base, &versions.ours, Algorithm::Histogram);
    let is_part = |edit: &Edit, of: &Placed| {
        is_within(&edit.base, &of.base) && is_within(&edit.other, &of.ours) && is_open(of)
    };
    let open: Vec<&Edit> =
        raw.iter().filter(|edit| merge.edits.iter().any(|one| is_part(edit, one))).collect();
    let mut placed: Vec<Placed> = merge.edits.iter().filter(|edit| !is_open(edit)).cloned().collect();
    let outlines = sides.map(|bytes| Outline::of(name, bytes));
    for edit in &open {
        let found = verbatim(versions, edit).or_else(|| beside::sibling(versions, edit, &outlines))?;
        placed.push(found);
    }
    placed.sort_by_key(|edit| (edit.theirs.start, edit.theirs.end));
    let in_order = placed.windows(2).all(|pair| pair[0].theirs.end <= pair[1].theirs.start);
    (in_order && !open.is_empty()).then(|| Merge { edits: placed, theirs: merge.theirs.clone() })
}

fn is_within(one: &Range<usize>, two: &Range<usize>) -> bool {
    two.start <= one.start && one.end <= two.end
}

/// An edit at the only place that has its lines with all of its context, whatever the indentation.
fn verbatim(versions: &Versions, edit: &Edit) -> Option<Placed> {
    if edit.other.is_empty()
        && let Some(place) = removed(versions, &versions.base[edit.base.clone()])
    {
        return Some(edit.placed(place, Vec::new(), Kind::Reindent));
    }
    let around = edit.base.start.checked_sub(CONTEXT)?..edit.base.end + CONTEXT;
    let block = versions.base.get(around)?;
    let says = |line: &&Line| line.text.trim_ascii().len() >= 4;
    if block.iter().filter(says).count() < SIGNIFICANT || only(&versions.base, block).is_none() {
        return None;
    }
    let place = only(&versions.theirs, block)?;
    let lines = &versions.ours[edit.other.clone()];
    let with = as_around(versions, lines, block, &versions.theirs[place.clone()])?;
    Some(edit.placed(place.start + CONTEXT..place.end - CONTEXT, with, Kind::Touch))
}

/// The only place of lines that are removed, whatever their blanks: they need no context.
fn removed(versions: &Versions, lines: &[Line]) -> Option<Range<usize>> {
    let says = |line: &&Line| line.text.trim_ascii().len() >= 4;
    if lines.iter().filter(says).count() < 2
        || lines.iter().filter(|line| !line.is_blank()).count() < SIGNIFICANT
    {
        return None;
    }
    only(&versions.base, lines)?;
    only(&versions.theirs, lines)
}

#[cfg(test)]
mod tests {
    use super::rescued;
    use crate::merge::{Algorithm, Merge, Versions};

    /// The result, and whether the merge alone has a place for everything.
    fn carried(name: &str, base: &str, ours: &str, theirs: &str) -> (bool, Option<String>) {
        let versions = Versions::new(base.as_bytes(), ours.as_bytes(), &theirs.as_bytes().to_vec().into());
        let merge = Merge::new(&versions, Algorithm::Histogram);
        let is_safe = merge.edits.iter().all(|edit| edit.kind.is_safe());
        let sides = [base.as_bytes(), ours.as_bytes(), theirs.as_bytes()];
        let found = rescued(name, &versions, &merge, sides, is_safe);
        (is_safe, found.map(|merge| String::from_utf8(versions.bytes(&merge.lines(&versions))).unwrap()))
    }

    const BLOCK: &str =
        "dnl The version.\nif found\nthen\n    version=old\n    tag=old\nelse\n    version=none\nfi\n";

    fn numbered(word: &str) -> String {
        (1..20).map(|at| format!("{word} {at}\n")).collect()
    }

    #[test]
    fn an_edit_is_placed_by_its_own_context_whatever_changed_around_what_moved() {
        let base = format!("{}{BLOCK}old end\n", numbered("line"));
        let theirs = format!("{BLOCK}{}new end\n", numbered("line"));
        let new = |text: &str| text.replace("version=old\n    tag=old", "version=new\n    tag=new");
        assert_eq!(carried("configure.ac", &base, &new(&base), &theirs), (false, Some(new(&theirs))));
        // It is there twice.
        let twice = format!("{theirs}{BLOCK}");
        assert_eq!(carried("configure.ac", &base, &new(&base), &twice).1, None);
    }
}
