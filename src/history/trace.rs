//! From an edit and the releases on the way to the steps at which its anchor changed.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::hunk::{Anchor, Excerpt};
use super::search::Eye;
use super::sight::{Kind, PartSight, Slot};
use crate::patchset::{Edit, Fact};
use crate::tree::{Commit, CommitFile, CommitId, History, Tree, TreeError, TreePath};

/// A tree on the way, the first and the last included. It has a tree, a commit, or both.
pub struct Stop {
    /// How it is called: the name of its pin, or what the user typed.
    pub name: String,
    /// The tree, where it is not to be read from the repository.
    pub tree: Option<Box<dyn Tree>>,
    /// Its commit in the repository, if it is known.
    pub commit: Option<CommitId>,
    /// Releases just before it on the way that are not at hand.
    pub absent: Vec<String>,
}

/// How the anchor of an edit changed on the way.
#[derive(Debug)]
pub struct Trace {
    /// The parts that were looked at.
    pub parts: Vec<Slot>,
    /// What they see at the beginning of the way.
    pub from: Vec<PartSight>,
    /// What they see at its end.
    pub to: Vec<PartSight>,
    /// The trees that were compared, the ends included.
    pub way: Vec<String>,
    /// Releases that the repository shows to be off the way, of one part at least: they differ from the
    /// commit at which they branched off, and from what comes after them.
    pub off_the_way: Vec<String>,
    /// What changed, in the order of the way.
    pub steps: Vec<Step>,
}

/// A change of the anchor.
#[derive(Debug)]
pub struct Step {
    /// The last tree of the way without it.
    pub before: String,
    /// The first tree of the way with it.
    pub after: String,
    /// Releases between the two that are not at hand.
    pub absent: Vec<String>,
    /// The commit that made it; `None` where no repository knows.
    pub commit: Option<Commit>,
    /// The files of that commit, all of them.
    pub files: Vec<CommitFile>,
    /// Whether the commit is not on the way, but was made where the older tree had branched off it.
    pub aside: bool,
    /// The parts to which it matters.
    pub parts: Vec<PartStep>,
    /// The hunks that touch the anchor: of the commit, or else of the difference between the two trees.
    pub excerpts: Vec<Excerpt>,
}

/// What a step is to one part.
#[derive(Debug)]
pub struct PartStep {
    /// The part's name, where the edit has several.
    pub name: Option<String>,
    /// What changed.
    pub kind: Kind,
    /// What it saw before.
    pub before: PartSight,
    /// What it sees afterwards.
    pub after: PartSight,
}

/// A stop with what the edit sees there.
struct Seen<'a> {
    stop: &'a Stop,
    sight: Rc<Vec<PartSight>>,
    /// Its commit, unless the tree looks different from it.
    commit: Option<CommitId>,
}

/// Follows the parts `slots` of `edit` along the way, the commits of which are in `history`.
///
/// # Errors
/// When a tree or a commit cannot be read.
pub fn trace(
    edit: &Edit,
    slots: &[Slot],
    way: &[Stop],
    history: Option<&History>,
) -> Result<Trace, TreeError> {
    let eye = Eye::new(edit, slots, history);
    let stops = way.iter().map(|stop| seen(&eye, stop)).collect::<Result<Vec<_>, _>>()?;
    let mut trace = Trace {
        parts: slots.to_vec(),
        from: stops.first().map(|seen| seen.sight.to_vec()).unwrap_or_default(),
        to: stops.last().map(|seen| seen.sight.to_vec()).unwrap_or_default(),
        way: Vec::new(),
        off_the_way: Vec::new(),
        steps: Vec::new(),
    };
    trace.way = stops.iter().map(|seen| seen.stop.name.clone()).collect();
    // The parts to which each commit matters, by the pair of stops it lies between.
    let mut made: BTreeMap<(Pair, Option<Mark>), Vec<usize>> = BTreeMap::new();
    for slot in 0..slots.len() {
        let near = trace.from.get(slot).is_some_and(|sight| sight.outcome == "missing");
        let part = Followed { eye: &eye, slot, near };
        let (kept, off) = part.way(&stops, history)?;
        trace.off_the_way.extend(off.into_iter().map(|at| stops[at].stop.name.clone()));
        for pair in kept.windows(2) {
            let (before, after) = (pair[0], pair[1]);
            for mark in part.between(&stops[before], &stops[after])? {
                made.entry(((after, before), mark)).or_default().push(slot);
            }
        }
    }
    trace.off_the_way.sort();
    trace.off_the_way.dedup();
    for (((after, before), mark), slots) in made {
        let absent = stops[before + 1..=after].iter().flat_map(|seen| seen.stop.absent.clone()).collect();
        let (old, new) = (&stops[before], &stops[after]);
        let near = |slot: usize| trace.from.get(slot).is_some_and(|sight| sight.outcome == "missing");
        let made = match (mark, history) {
            (Some(mark), Some(history)) => committed(&eye, history, &mark, &slots, near)?,
            _ => uncommitted(edit, (old, new), history, &eye, &slots, near)?,
        };
        let names = (old.stop.name.clone(), new.stop.name.clone());
        trace.steps.push(Step { before: names.0, after: names.1, absent, ..made });
    }
    Ok(trace)
}

/// The places of two stops, the later one first, so that steps are ordered by it.
type Pair = (usize, usize);

/// A commit that made a difference, in the order in which steps are told: those aside come first, then
/// by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    ahead: bool,
    time: i64,
    id: CommitId,
}

/// One part of an edit, on its way.
struct Followed<'a> {
    eye: &'a Eye<'a>,
    slot: usize,
    near: bool,
}

impl Followed<'_> {
    fn differs(&self, a: &[PartSight], b: &[PartSight]) -> bool {
        a[self.slot].differs(&b[self.slot], self.near).is_some()
    }

    /// The stops that lie on the part's way, and those that do not: they look different only because of
    /// what was done on their own branch. A change that the next stop has too was taken over from the
    /// way, and stays.
    fn way(
        &self,
        stops: &[Seen<'_>],
        history: Option<&History>,
    ) -> Result<(Vec<usize>, Vec<usize>), TreeError> {
        let (mut kept, mut off): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let end = stops.last().and_then(|seen| seen.commit);
        for (at, seen) in stops.iter().enumerate() {
            let before = kept.last().map(|before| &stops[*before]);
            let strange = match (history, before, seen.commit, stops.get(at + 1), end) {
                (Some(history), Some(before), Some(commit), Some(next), Some(end))
                    if self.differs(&before.sight, &seen.sight) && self.differs(&seen.sight, &next.sight) =>
                {
                    match history.ancestry(commit, end)? {
                        Some(line) => self.differs(&self.eye.commit(line.fork)?, &seen.sight),
                        None => false,
                    }
                }
                _ => false,
            };
            if strange { off.push(at) } else { kept.push(at) }
        }
        Ok((kept, off))
    }

    /// The commits between two neighbours on the way that made a difference; one `None` when there is a
    /// difference that no commit explains.
    fn between(&self, old: &Seen<'_>, new: &Seen<'_>) -> Result<Vec<Option<Mark>>, TreeError> {
        if !self.differs(&old.sight, &new.sight) {
            return Ok(Vec::new());
        }
        let found = match (old.commit, new.commit) {
            (Some(a), Some(b)) => self.eye.between(self.slot, self.near, a, b)?,
            _ => None,
        };
        let found = found.unwrap_or_default();
        let aside = found.aside.into_iter().map(|id| (false, id));
        let ahead = found.ahead.into_iter().map(|id| (true, id));
        let mut marks = Vec::new();
        for (ahead, id) in aside.chain(ahead) {
            marks.push(Some(Mark { ahead, time: self.eye.time(id)?, id }));
        }
        Ok(if marks.is_empty() { vec![None] } else { marks })
    }
}

fn seen<'a>(eye: &Eye<'_>, stop: &'a Stop) -> Result<Seen<'a>, TreeError> {
    let sight = match (&stop.tree, stop.commit) {
        (Some(tree), _) => eye.tree(tree.as_ref())?,
        (None, Some(commit)) => eye.commit(commit)?,
        (None, None) => Rc::default(),
    };
    let mut commit = stop.commit;
    if let (Some(id), Some(_)) = (stop.commit, &stop.tree) {
        let committed = eye.commit(id)?;
        if sight.iter().zip(committed.iter()).any(|(a, b)| a.differs(b, true).is_some()) {
            commit = None;
        }
    }
    Ok(Seen { stop, sight, commit })
}

/// The parts of a step.
fn parts(
    eye: &Eye<'_>,
    (a, b): (&[PartSight], &[PartSight]),
    slots: &[usize],
    near: impl Fn(usize) -> bool,
) -> Vec<PartStep> {
    let part = |slot: &usize| {
        let (before, after) = (a[*slot].clone(), b[*slot].clone());
        let kind = before.differs(&after, near(*slot))?;
        Some(PartStep { name: eye.slots[*slot].name.clone(), kind, before, after })
    };
    slots.iter().filter_map(part).collect()
}

const NOTHING: Step = Step {
    before: String::new(),
    after: String::new(),
    absent: Vec::new(),
    commit: None,
    files: Vec::new(),
    aside: false,
    parts: Vec::new(),
    excerpts: Vec::new(),
};

/// What a commit did to some parts.
fn committed(
    eye: &Eye<'_>,
    history: &History,
    mark: &Mark,
    slots: &[usize],
    near: impl Fn(usize) -> bool,
) -> Result<Step, TreeError> {
    let id = mark.id;
    let (commit, files) = (Some(history.about(id)?), history.files(id)?);
    let step = Step { commit, files, aside: !mark.ahead, ..NOTHING };
    // The first commit of all has no parent, and nothing to be compared with.
    let Some(parent) = history.parents(id)?.first().copied() else { return Ok(step) };
    let parts = parts(eye, (&eye.commit(parent)?, &eye.commit(id)?), slots, near);
    let excerpts = excerpts(eye.edit, &history.tree(parent)?, &history.tree(id)?, &parts)?;
    Ok(Step { parts, excerpts, ..step })
}

/// What differs between two stops where no commit is known.
fn uncommitted(
    edit: &Edit,
    (old, new): (&Seen<'_>, &Seen<'_>),
    history: Option<&History>,
    eye: &Eye<'_>,
    slots: &[usize],
    near: impl Fn(usize) -> bool,
) -> Result<Step, TreeError> {
    let parts = parts(eye, (&old.sight, &new.sight), slots, near);
    let (before, after) = (tree(old.stop, history)?, tree(new.stop, history)?);
    let excerpts = match (before.get(), after.get()) {
        (Some(before), Some(after)) => excerpts(edit, before, after, &parts)?,
        _ => Vec::new(),
    };
    Ok(Step { parts, excerpts, ..NOTHING })
}

/// A tree of a stop, its own or out of the repository.
enum Opened<'a> {
    Own(&'a dyn Tree),
    Committed(Box<dyn Tree>),
    Nothing,
}

impl Opened<'_> {
    fn get(&self) -> Option<&dyn Tree> {
        match self {
            Opened::Own(tree) => Some(*tree),
            Opened::Committed(tree) => Some(tree.as_ref()),
            Opened::Nothing => None,
        }
    }
}

fn tree<'a>(stop: &'a Stop, history: Option<&History>) -> Result<Opened<'a>, TreeError> {
    Ok(match (&stop.tree, stop.commit, history) {
        (Some(tree), _, _) => Opened::Own(tree.as_ref()),
        (None, Some(commit), Some(history)) => Opened::Committed(Box::new(history.tree(commit)?)),
        _ => Opened::Nothing,
    })
}

/// The hunks between two trees that touch the anchors of some parts.
fn excerpts(
    edit: &Edit,
    old: &dyn Tree,
    new: &dyn Tree,
    parts: &[PartStep],
) -> Result<Vec<Excerpt>, TreeError> {
    let mut anchors: BTreeMap<(TreePath, TreePath), Anchor> = BTreeMap::new();
    for part in parts {
        let files = (part.before.file.clone(), part.after.file.clone());
        anchors.entry(files).or_default().add(&part.before, &part.after);
    }
    if parts.iter().any(|part| [&part.before, &part.after].iter().any(|sight| sight.outcome == "refused")) {
        for requirement in &edit.requires {
            let files = (requirement.file.clone(), requirement.file.clone());
            let anchor = anchors.entry(files).or_default();
            match &requirement.fact {
                Fact::Contains(text)
                | Fact::Lacks(text)
                | Fact::Includes(text)
                | Fact::DefinesFunction(text) => {
                    anchor.add_text(text);
                }
                _ => {}
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
