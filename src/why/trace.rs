//! From an edit and the releases on a path to the steps at which its anchor changed.

use std::collections::BTreeMap;

use super::excerpt::{AnchorLines, Excerpt};
use super::observer::{Observations, Observer, PartObserver};
use super::{Difference, Observation, PartKey};
use crate::edit::OutcomeKind;
use crate::patchset::{Edit, Fact};
use crate::tree::{Commit, CommitFile, CommitId, History, Tree, TreeError, TreePath};

/// A tree on a release path.
pub struct Waypoint {
    /// The name of its pin, or what the user typed.
    pub name: String,
    /// The tree.
    pub tree: Box<dyn Tree>,
    /// Its commit in the repository, if that is known.
    pub commit: Option<CommitId>,
    /// Releases just before it on the path that are not available locally.
    pub not_available: Vec<String>,
}

/// How the anchor of an edit changed along a release path.
#[derive(Debug)]
pub struct Trace {
    /// The parts that were observed.
    pub parts: Vec<PartKey>,
    /// What they see at the beginning of the path.
    pub from: Vec<Observation>,
    /// What they see at its end.
    pub to: Vec<Observation>,
    /// The names of the trees that were compared, both ends included.
    pub path: Vec<String>,
    /// Releases that changed the anchor of a part only on their own branch: they differ from the commit
    /// at which they branched off, and from the release after them. They are left out of the part's path.
    pub side_releases: Vec<String>,
    /// What changed, in the order of the path.
    pub steps: Vec<Step>,
}

/// A change of the anchor.
#[derive(Debug)]
pub struct Step {
    /// The last tree of the path without it.
    pub before: String,
    /// The first tree of the path with it.
    pub after: String,
    /// Releases between the two that are not available locally.
    pub not_available: Vec<String>,
    /// The commit that made it; `None` if it is not known.
    pub commit: Option<StepCommit>,
    /// The parts that it changes.
    pub parts: Vec<PartChange>,
    /// The hunks that touch the anchor, of the commit or else of the diff between the two trees.
    pub excerpts: Vec<Excerpt>,
}

/// The commit that made a step.
#[derive(Debug)]
pub struct StepCommit {
    /// Its id, author, date and subject.
    pub about: Commit,
    /// Every file that it touches.
    pub files: Vec<CommitFile>,
    /// Whether only the older tree has it: it was made after the older tree branched off.
    pub on_old_branch: bool,
}

/// What a step changes for one part.
#[derive(Debug)]
pub struct PartChange {
    /// The part.
    pub key: PartKey,
    /// What changed.
    pub difference: Difference,
    /// The observation before.
    pub before: Observation,
    /// The observation afterwards.
    pub after: Observation,
}

/// A waypoint with what the edit sees there.
struct Stop<'a> {
    waypoint: &'a Waypoint,
    seen: Observations,
    /// Its commit, unless the tree differs from it.
    commit: Option<CommitId>,
}

/// A commit that made a difference, in the order of the report: those on the old branch come first, then
/// by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    ahead: bool,
    time: i64,
    id: CommitId,
}

/// Follows the parts `keys` of `edit` along a path, whose commits are in `history`.
///
/// # Errors
/// When a tree or a commit cannot be read.
pub fn trace(
    edit: &Edit,
    keys: &[PartKey],
    path: &[Waypoint],
    history: Option<&History>,
) -> Result<Trace, TreeError> {
    let observer = Observer::new(edit, keys);
    let stops = path.iter().map(|one| stop(&observer, one, history)).collect::<Result<Vec<_>, _>>()?;
    let seen = |stop: Option<&Stop<'_>>| stop.map(|stop| stop.seen.to_vec()).unwrap_or_default();
    let mut trace = Trace {
        parts: keys.to_vec(),
        from: seen(stops.first()),
        to: seen(stops.last()),
        path: path.iter().map(|one| one.name.clone()).collect(),
        side_releases: Vec::new(),
        steps: Vec::new(),
    };
    let parts: Vec<PartObserver<'_>> =
        (0..keys.len()).map(|part| PartObserver::new(&observer, part, &trace.from)).collect();
    // Which parts a commit changes, by the stops that it lies between. The later stop comes first: steps
    // are ordered by it.
    let mut made: BTreeMap<(usize, usize, Option<Mark>), Vec<&PartObserver<'_>>> = BTreeMap::new();
    for part in &parts {
        let (kept, side) = kept_stops(part, &stops, history)?;
        trace.side_releases.extend(side.into_iter().map(|at| path[at].name.clone()));
        for pair in kept.windows(2) {
            for mark in marks(part, &stops[pair[0]], &stops[pair[1]], history)? {
                made.entry((pair[1], pair[0], mark)).or_default().push(part);
            }
        }
    }
    trace.side_releases.sort();
    trace.side_releases.dedup();
    for ((after, before, mark), parts) in made {
        let (old, new) = (&stops[before], &stops[after]);
        let opened;
        let (commit, seen, trees): (_, [Observations; 2], [&dyn Tree; 2]) = match (mark, history) {
            (Some(Mark { ahead, id, .. }), Some(history)) => {
                let parent = history.parents(id)?.first().copied();
                let parent = parent.expect("a commit that changed something has a parent");
                let (about, files) = (history.about(id)?, history.files(id)?);
                opened = [history.tree(parent)?, history.tree(id)?];
                (
                    Some(StepCommit { about, files, on_old_branch: !ahead }),
                    [observer.commit(history, parent)?, observer.commit(history, id)?],
                    [&opened[0], &opened[1]],
                )
            }
            _ => (
                None,
                [old.seen.clone(), new.seen.clone()],
                [old.waypoint.tree.as_ref(), new.waypoint.tree.as_ref()],
            ),
        };
        let parts: Vec<PartChange> = parts.iter().filter_map(|part| part_change(keys, part, &seen)).collect();
        let not_available = path[before + 1..=after].iter().flat_map(|one| one.not_available.clone());
        trace.steps.push(Step {
            before: old.waypoint.name.clone(),
            after: new.waypoint.name.clone(),
            not_available: not_available.collect(),
            commit,
            excerpts: excerpts(edit, trees, &parts)?,
            parts,
        });
    }
    Ok(trace)
}

fn stop<'a>(
    observer: &Observer<'_>,
    waypoint: &'a Waypoint,
    history: Option<&History>,
) -> Result<Stop<'a>, TreeError> {
    let mut stop = Stop { waypoint, seen: observer.tree(waypoint.tree.as_ref())?, commit: None };
    if let (Some(commit), Some(history)) = (waypoint.commit, history) {
        let committed = observer.commit(history, commit)?;
        let is_same = stop.seen.iter().zip(committed.iter()).all(|(a, b)| a.difference(b, true).is_none());
        stop.commit = Some(commit).filter(|_| is_same);
    }
    Ok(stop)
}

/// The stops that a part's path goes through, and those that it leaves out because the anchor was changed
/// only on the branch of that release. A change that the next stop has, too, was backported and is kept.
fn kept_stops(
    part: &PartObserver<'_>,
    stops: &[Stop<'_>],
    history: Option<&History>,
) -> Result<(Vec<usize>, Vec<usize>), TreeError> {
    let (mut kept, mut side): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let end = stops.last().and_then(|stop| stop.commit);
    for (at, stop) in stops.iter().enumerate() {
        let before = kept.last().map(|before| &stops[*before]);
        let only_on_its_branch = match (history, before, stop.commit, stops.get(at + 1), end) {
            (Some(history), Some(before), Some(commit), Some(next), Some(end))
                if part.differs(&before.seen, &stop.seen) && part.differs(&stop.seen, &next.seen) =>
            {
                match history.ancestry(commit, end)? {
                    Some(line) => part.differs(&part.commit(history, line.fork)?, &stop.seen),
                    None => false,
                }
            }
            _ => false,
        };
        if only_on_its_branch { side.push(at) } else { kept.push(at) }
    }
    Ok((kept, side))
}

/// The commits between two neighbours on the path that made a difference; one `None` if there is a
/// difference that no commit explains.
fn marks(
    part: &PartObserver<'_>,
    old: &Stop<'_>,
    new: &Stop<'_>,
    history: Option<&History>,
) -> Result<Vec<Option<Mark>>, TreeError> {
    if !part.differs(&old.seen, &new.seen) {
        return Ok(Vec::new());
    }
    let (Some(a), Some(b), Some(history)) = (old.commit, new.commit, history) else { return Ok(vec![None]) };
    let found = part.commits_between(history, a, b)?.unwrap_or_default();
    let on_old_branch = found.on_old_branch.into_iter().map(|id| (false, id));
    let ahead = found.ahead.into_iter().map(|id| (true, id));
    let marks = on_old_branch
        .chain(ahead)
        .map(|(ahead, id)| Ok(Some(Mark { ahead, time: history.about(id)?.time, id })))
        .collect::<Result<Vec<_>, TreeError>>()?;
    Ok(if marks.is_empty() { vec![None] } else { marks })
}

/// How a part differs before and after a step.
fn part_change(
    keys: &[PartKey],
    observer: &PartObserver<'_>,
    [before, after]: &[Observations; 2],
) -> Option<PartChange> {
    let (difference, part) = (observer.difference(before, after)?, observer.part);
    let (before, after) = (before[part].clone(), after[part].clone());
    Some(PartChange { key: keys[part].clone(), difference, before, after })
}

/// The hunks between two trees that touch the anchors of some parts.
fn excerpts(
    edit: &Edit,
    [old, new]: [&dyn Tree; 2],
    parts: &[PartChange],
) -> Result<Vec<Excerpt>, TreeError> {
    let mut anchors: BTreeMap<(TreePath, TreePath), AnchorLines> = BTreeMap::new();
    for part in parts {
        let files = (part.before.file.clone(), part.after.file.clone());
        let anchor = anchors.entry(files).or_default();
        anchor.add(&part.before, &part.after);
        if part.before.reason.is_some() || part.after.reason.is_some() {
            let operation = edit.changes[part.key.change].operation.operate();
            match &part.key.module {
                Some(module) => anchor.add_texts([module.as_str()]),
                None => anchor.add_texts(operation.describe().anchor.words()),
            }
        }
    }
    let is_refused = |seen: &Observation| seen.outcome == OutcomeKind::Refused;
    if parts.iter().any(|part| is_refused(&part.before) || is_refused(&part.after)) {
        for requirement in &edit.requires {
            let files = (requirement.file.clone(), requirement.file.clone());
            let anchor = anchors.entry(files).or_default();
            match &requirement.fact {
                Fact::Contains(text)
                | Fact::Lacks(text)
                | Fact::Includes(text)
                | Fact::DefinesFunction(text) => anchor.add_texts([text.as_str()]),
                Fact::Exists(_) | Fact::Declares(_) => {}
            }
        }
    }
    let read = |tree: &dyn Tree, path: &TreePath| match tree.read(path) {
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => Ok(None),
        file => Ok::<_, TreeError>(file?.map(|file| file.bytes)),
    };
    let mut found = Vec::new();
    for ((before, after), anchor) in &anchors {
        let (a, b) = (read(old, before)?, read(new, after)?);
        found.extend(anchor.excerpt((before, a.as_deref()), (after, b.as_deref())));
    }
    Ok(found)
}
