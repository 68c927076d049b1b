//! Makes one edit of the variants of a patch, each of which is for its own version.
//!
//! The lines that the variants change are paired (`slot.rs`), and compared (`meaning.rs`). A pair is written as an operation of
//! meaning (`lifted.rs`), as one hunk with the context that the versions share (`hunks.rs`), or with values by version. The edit is then
//! planned on the base of each variant, and has to give the bytes that the variant gives.

mod file;
mod form;
mod hunks;
mod lifted;
mod meaning;
mod slot;
mod variant;
mod versions;

use std::collections::BTreeMap;

use super::order::{Load, why_unfit};
use super::{Edited, Head, Message, Unit, allowed, beginning, edit_text};
use crate::edit::Context;
use crate::patchset::NewPatchset;
use crate::plan::{Plan, plan};
use crate::tree::{FileChange, TreeError, TreePath};
use file::{Level, LogicalFile, Parts, is_same_whole, likeness_of_whole};
use hunks::{runs_of, shared_runs};
use versions::Versions;

pub use meaning::Likeness;
pub use slot::Absence;
pub use variant::Variant;

/// A hunk of the variants.
#[derive(Debug, Clone)]
pub struct CollapsedHunk {
    /// Its file, or the names of it if it moved.
    pub files: Vec<TreePath>,
    /// Where the versions of each variant that has it begin, and its line there; `None` for a whole file.
    pub lines: Vec<(String, Option<usize>)>,
    /// The operations that it became.
    pub operations: Vec<&'static str>,
    /// Whether it is written only once for all versions that have it.
    pub is_shared: bool,
    /// Whether two patches that are not the same mean the same here.
    pub is_alike: bool,
    /// How alike it is in versions that follow each other, if it is not the same.
    pub unlike: Vec<Unlike>,
    /// Why the others lack it.
    pub absent: Vec<(String, Absence)>,
}

/// How alike a hunk of two versions is.
#[derive(Debug, Clone)]
pub struct Unlike {
    /// The two versions.
    pub versions: [String; 2],
    /// What they have in common.
    pub likeness: Likeness,
    /// The first line of what each adds, or removes if it adds nothing, that the other does not.
    pub lines: [Option<String>; 2],
}

impl CollapsedHunk {
    /// Whether the variants mean something else here.
    pub fn differs(&self) -> bool {
        self.unlike.iter().any(|one| one.likeness == Likeness::Differs)
            || self.absent.iter().any(|(_, why)| *why == Absence::Differs)
    }
}

/// One edit for all variants.
#[derive(Debug)]
pub struct Collapsed {
    /// The patchset that has it.
    pub new: NewPatchset,
    /// Its hunks.
    pub hunks: Vec<CollapsedHunk>,
    /// The lints that it raises, by name, and what each says.
    pub lints: BTreeMap<String, String>,
}

/// Makes one edit of `variants`, which are in the order of their versions; or says which file of which version would not be the
/// same. `with_operations` says whether hunks become operations of meaning.
///
/// # Errors
/// If a tree cannot be read.
pub fn collapse(
    head: &Head,
    message: &Message,
    variants: &[Variant<'_>],
    with_operations: bool,
    load: Load<'_>,
) -> Result<Result<Collapsed, String>, TreeError> {
    let versions = Versions::of(&variants.iter().map(|one| &one.version).collect::<Vec<_>>());
    let collapsing = Collapsing { head, message, variants, versions: &versions, load };
    let contexts: Vec<Context<'_>> =
        variants.iter().map(|one| Context::new(one.tree, Some(one.version.clone()))).collect();
    let (mut all, mut hunks) = (Vec::new(), Vec::new());
    for mut file in LogicalFile::all(variants)? {
        if with_operations && let Some(texts) = file.texts() {
            let mut found = Vec::new();
            for (number, slot) in file.slots.iter().enumerate() {
                let present = versions::runs(&slot.present()).len();
                let is_same = shared_runs(&texts, slot).len() == present;
                let lifted = lifted::lifted(&texts, slot, is_same, &contexts, &versions)?;
                // Values by version say less than the same lines.
                let mut lifted = lifted.filter(|lifted| lifted.is_shared || !is_same);
                if lifted.is_none() && is_same && runs_of(&texts, &file.slots, number).len() > present {
                    lifted = lifted::plain(&texts, slot, &contexts, &versions)?;
                }
                found.push(lifted);
            }
            file.lifted = found;
        }
        let (parts, levels) = match collapsing.settled(&file)? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        hunks.extend(collapsing.hunks(&file, &levels));
        all.push(parts);
    }
    let parts: Vec<&Parts> = all.iter().collect();
    let (new, lints) = match collapsing.tried(&parts, None)? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    Ok(Ok(Collapsed { new, hunks, lints }))
}

type Tried = Result<(NewPatchset, BTreeMap<String, String>), String>;

struct Collapsing<'a> {
    head: &'a Head,
    message: &'a Message,
    variants: &'a [Variant<'a>],
    versions: &'a Versions,
    load: Load<'a>,
}

impl Collapsing<'_> {
    /// The changes of a file that give the bytes of all variants, and the level of each of its slots; or why there are none.
    fn settled(&self, file: &LogicalFile<'_>) -> Result<Result<(Parts, Vec<Level>), String>, TreeError> {
        let paths = file.paths();
        let id = &self.head.id;
        let takes = |levels: &[Level]| -> Result<Option<Parts>, TreeError> {
            let Some(parts) = file.parts(id, self.versions, levels) else { return Ok(None) };
            Ok(self.tried(&[&parts], Some(&paths))?.is_ok().then_some(parts))
        };
        let all = |level: Level| vec![level; file.slots.len()];
        if file.texts.is_some() {
            let best: Vec<Level> = file
                .slots
                .iter()
                .enumerate()
                .map(|(at, _)| match file.lifted.get(at) {
                    Some(Some(_)) => Level::Lift,
                    _ => Level::Shared,
                })
                .collect();
            if let Some(parts) = takes(&best)? {
                return Ok(Ok((parts, best)));
            }
            for level in [Level::Shared, Level::Own] {
                let mut levels = all(level);
                let Some(mut parts) = takes(&levels)? else { continue };
                // One after the other, and each that goes with those before it.
                for at in 0..levels.len() {
                    let mut level = best[at];
                    while level > levels[at] {
                        let mut better = levels.clone();
                        better[at] = level;
                        match takes(&better)? {
                            Some(found) => (parts, levels) = (found, better),
                            None if level == Level::Lift => level = Level::Shared,
                            None => break,
                        }
                    }
                }
                return Ok(Ok((parts, levels)));
            }
        }
        let whole = match file.whole(id, self.versions) {
            Ok(whole) => whole,
            Err(why) => return Ok(Err(why)),
        };
        Ok(self.tried(&[&whole], Some(&paths))?.map(|_| (whole, all(Level::Own))))
    }

    /// The patchset with these changes, if it gives the bytes of all variants; `only` these files count.
    fn tried(&self, parts: &[&Parts], only: Option<&[TreePath]>) -> Result<Tried, TreeError> {
        let mut lints = BTreeMap::new();
        let mut new = self.written(parts, &lints);
        let mut patchset = match (self.load)(&new) {
            Ok(patchset) => patchset,
            Err(why) => return Ok(Err(why)),
        };
        for variant in self.variants {
            let planned = plan(&patchset, variant.tree)?;
            let raised = planned.edits.iter().flat_map(|edit| &edit.lints);
            lints.extend(raised.map(|hit| (hit.lint.name().to_owned(), hit.message.clone())));
        }
        if !lints.is_empty() {
            new = self.written(parts, &lints);
            for edit in &mut patchset.edits {
                edit.allow = allowed(&lints);
            }
        }
        for variant in self.variants {
            let planned = plan(&patchset, variant.tree)?;
            if let Some(why) = wrong(&planned, variant, only) {
                return Ok(Err(format!("{}, on {}: {why}", variant.name, variant.version.named())));
            }
        }
        Ok(Ok((new, lints)))
    }

    fn written(&self, parts: &[&Parts], lints: &BTreeMap<String, String>) -> NewPatchset {
        let items: Vec<&String> = parts.iter().flat_map(|parts| &parts.items).collect();
        let changes = match items[..] {
            // An edit has no `when`.
            [one] if !one.contains("\n        when:") => one
                .replacen("      - ", "        ", 1)
                .lines()
                .map(|line| format!("{}\n", &line[4.min(line.len())..]))
                .collect(),
            _ => format!("    changes:\n{}", items.into_iter().map(String::as_str).collect::<String>()),
        };
        let unit = Unit { id: self.head.id.clone(), ..Unit::default() };
        let edited = Edited { unit: &unit, message: self.message, depends_on: &[], lints };
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for parts in parts {
            files.extend(parts.files.clone());
            for (run, section) in &parts.patches {
                let name = format!("{}{}.patch", self.head.id, self.versions.suffix(*run));
                files.entry(name).or_default().extend_from_slice(section);
            }
        }
        NewPatchset { yaml: beginning(self.head) + &edit_text(&edited, &changes), files }
    }

    /// What became of the hunks of a file.
    fn hunks(&self, file: &LogicalFile<'_>, levels: &[Level]) -> Vec<CollapsedHunk> {
        let name = |variant: usize| self.versions.bound(variant).to_owned();
        let Some(texts) = file.texts() else { return vec![self.whole(file)] };
        let mut hunks = Vec::new();
        for (at, (slot, level)) in file.slots.iter().zip(levels).enumerate() {
            let lifted = file.lifted.get(at).and_then(Option::as_ref).filter(|_| *level == Level::Lift);
            let line = |variant: usize| {
                let group = slot.at[variant].as_ref()?;
                Some(texts.text(variant).line(group))
            };
            let present = slot.present();
            let same_runs = runs_of(&texts, &file.slots, at).len() == versions::runs(&present).len();
            let is_shared = match lifted {
                Some(lifted) => lifted.is_shared,
                None => present.len() == 1 || *level != Level::Own && same_runs,
            };
            let pairs = texts.likeness(slot);
            let is_alike = pairs.iter().any(|(a, b, like)| {
                let is_proved = lifted.is_some_and(|lifted| lifted.is_shared);
                self.are_two(*a, *b) && (is_proved || *like != Likeness::Differs)
            });
            let unlike = pairs.into_iter().filter(|(_, _, like)| *like != Likeness::Same);
            // One operation, with one set of values, is the proof.
            let unlike = unlike.filter(|_| lifted.is_none_or(|lifted| !lifted.is_shared));
            let unlike = unlike.map(|(a, b, likeness)| Unlike {
                versions: [name(a), name(b)],
                lines: slot::difference(texts.lines(slot, a), texts.lines(slot, b)),
                likeness,
            });
            hunks.push(CollapsedHunk {
                files: file.paths(),
                lines: present.iter().map(|at| (name(*at), line(*at))).collect(),
                operations: lifted.map_or_else(|| vec!["diff"], lifted::Lifted::operations),
                is_shared,
                is_alike,
                unlike: unlike.collect(),
                absent: texts.absences(slot).into_iter().map(|(at, why)| (name(at), why)).collect(),
            });
        }
        hunks
    }

    /// Whether two variants are two patches, and not one for several versions.
    fn are_two(&self, a: usize, b: usize) -> bool {
        self.variants[a].patch != self.variants[b].patch
    }

    /// What became of a file that is not changed line by line.
    fn whole(&self, file: &LogicalFile<'_>) -> CollapsedHunk {
        let name = |variant: usize| self.versions.bound(variant).to_owned();
        let present = file.present();
        let pairs = present.windows(2).filter_map(|pair| {
            let (a, b) = (file.changes[pair[0]]?, file.changes[pair[1]]?);
            Some((pair, likeness_of_whole(a, b)))
        });
        let pairs: Vec<(&[usize], Likeness)> = pairs.collect();
        let is_alike = pairs
            .iter()
            .any(|(pair, likeness)| self.are_two(pair[0], pair[1]) && *likeness != Likeness::Differs);
        let unlike: Vec<Unlike> = pairs
            .into_iter()
            .filter(|(_, likeness)| *likeness != Likeness::Same)
            .map(|(pair, likeness)| Unlike {
                versions: [name(pair[0]), name(pair[1])],
                likeness,
                lines: [None, None],
            })
            .collect();
        let change = present.first().and_then(|at| file.changes[*at]);
        let adds = change.is_some_and(|change| change.before.is_none());
        let absent = (0..file.changes.len()).filter(|at| !present.contains(at)).map(|at| {
            let after = change.and_then(|change| change.after.as_ref()).map(|file| &file.bytes[..]);
            let why = match &file.bases[at] {
                None if !adds => Absence::NotNeeded,
                Some(base) if adds && after == Some(&base[..]) => Absence::Already,
                _ => Absence::Differs,
            };
            (name(at), why)
        });
        CollapsedHunk {
            files: file.paths(),
            lines: present.iter().map(|at| (name(*at), None)).collect(),
            operations: vec!["diff"],
            is_shared: present.windows(2).all(|pair| {
                let both = file.changes[pair[0]].zip(file.changes[pair[1]]);
                both.is_some_and(|(a, b)| a.path == b.path && is_same_whole(a, b))
            }),
            is_alike,
            absent: absent.collect(),
            unlike,
        }
    }
}

/// Why a plan does not give what a variant gives.
fn wrong(planned: &Plan, variant: &Variant<'_>, only: Option<&[TreePath]>) -> Option<String> {
    let counts = |change: &&FileChange| only.is_none_or(|only| only.contains(&change.path));
    let wanted: Vec<&FileChange> = variant.changes.iter().filter(counts).collect();
    if !planned.fits() {
        return Some(why_unfit(planned));
    }
    let given = |path: &TreePath| planned.changes.iter().find(|change| change.path == *path);
    let differs = |change: &&&FileChange| given(&change.path).is_none_or(|own| own.after != change.after);
    if let Some(change) = wanted.iter().find(differs) {
        return Some(format!("the edit would not give the bytes of {} that the patch gives", change.path));
    }
    let is_known = |change: &&FileChange| wanted.iter().any(|one| one.path == change.path);
    let more = planned.changes.iter().find(|change| !is_known(change));
    more.map(|change| format!("the edit would change {}, too", change.path))
}
