//! From an edit and a tree to cells: what the engine's outcome means, and what has to be looked for.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::cell::{Candidate, Cell, Spot, Verdict};
use super::look::{self, Look};
use crate::edit::{Context, Outcome, Part, Place, resolve, unmet};
use crate::patchset::{Change, Edit, Fact, Operation, Patchset, Requirement};
use crate::plan::{self, Anchor, Meaning, alone, anchors};
use crate::tree::{Tree, TreeError, TreePath, python_version};

/// The name that the presets of a recipe have in place of an edit's.
pub(super) const RECIPE: &str = plan::RECIPE;

/// What is known while the edits of a patchset are judged on one tree.
pub(super) struct Judging<'a> {
    pub patchset: &'a Patchset,
    pub context: Context<'a>,
    /// The tree that the patchset was written for, if that is at hand.
    pub base: Option<&'a dyn Tree>,
    pub meaning: Option<&'a Meaning>,
    /// Whether the patchset is written for this version.
    pub in_range: bool,
    files: OnceCell<Vec<TreePath>>,
}

/// A required fact that is not so, and what that means for the edit.
struct Obstacle<'a> {
    requirement: &'a Requirement,
    spot: Spot,
    /// What the edit changes is no longer there, rather than that the change would have no effect.
    is_gone: bool,
}

/// Judges every edit of `patchset` on `tree`. `meaning` says what its edits meant on the release that it was
/// written for; without it, anchors that are found are taken for the same. `base` is that release itself,
/// which files and functions under another name are compared with, where it is at hand.
///
/// # Errors
/// When one of the trees cannot be read.
pub fn judge(
    patchset: &Patchset,
    meaning: Option<&Meaning>,
    base: Option<&dyn Tree>,
    tree: &dyn Tree,
) -> Result<Vec<Cell>, TreeError> {
    let context = Context::new(tree, python_version(tree)?);
    let in_range = match (&patchset.applies_to, &context.version) {
        (Some(range), Some(version)) => range.contains(version),
        (range, _) => range.is_none(),
    };
    let judging = Judging { patchset, context, base, meaning, in_range, files: OnceCell::new() };
    let mut cells = Vec::new();
    for edit in &patchset.edits {
        cells.extend(judging.edit(edit)?);
    }
    for (name, look) in look::recipe(&judging)? {
        cells.push(judging.found(RECIPE, Some(name), None, look));
    }
    Ok(cells)
}

impl Judging<'_> {
    /// All files of the tree, listed when they are asked for.
    pub(super) fn files(&self) -> Result<&[TreePath], TreeError> {
        if let Some(known) = self.files.get() {
            return Ok(known);
        }
        let files = self.context.tree.files()?;
        Ok(self.files.get_or_init(|| files))
    }

    pub(super) fn bytes(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        match self.context.file(path) {
            Ok(file) => Ok(file.map(|file| file.bytes.to_vec())),
            Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file of the tree that the patchset was written for.
    pub(super) fn base_bytes(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        let Some(base) = self.base else { return Ok(None) };
        Ok(base.read(path)?.map(|file| file.bytes.to_vec()))
    }

    /// The lines that a part is anchored to on the release that the patchset was written for, each with those that
    /// backslashes join to it.
    pub(super) fn old_lines(&self, edit: &Edit, index: usize, part: &Part) -> Vec<String> {
        let meaning = self.meaning;
        let anchors =
            meaning.map_or(&[][..], |meaning| meaning.anchors(&edit.id, index, part.name.as_deref()));
        anchors.iter().map(|anchor| plan::squeezed(&anchor.around)).collect()
    }

    /// What a change comes to here, whatever versions it is written for where the patchset is not.
    pub(super) fn resolve(&self, edit: &Edit, change: &Change) -> Result<Vec<Part>, TreeError> {
        let mut one = Edit { changes: vec![change.clone()], requires: Vec::new(), ..edit.clone() };
        if !self.in_range {
            one.when = None;
            one.changes[0].when = None;
        }
        resolve(&self.context, &one)
    }

    fn edit(&self, edit: &Edit) -> Result<Vec<Cell>, TreeError> {
        let mut cells = Vec::new();
        let mut obstacle = None;
        if self.in_range && edit.when.as_ref().is_some_and(|when| !self.is_for(when)) {
            let why = edit.when.as_ref().map(|when| format!("it is for {when}"));
            return Ok(vec![self.cell(&edit.id, None, None, Verdict::Skipped, why)]);
        }
        for requirement in &edit.requires {
            if let Fact::Declares(code) = &requirement.fact {
                let look = look::declaration(self, requirement, code)?;
                let name = look::declared_name(code);
                cells.push(self.found(&edit.id, Some(name), None, look));
            } else if obstacle.is_none()
                && let Some(place) = unmet(&self.context, requirement)?
            {
                let is_gone = match &requirement.fact {
                    Fact::DefinesFunction(name) => !self.mentions(&requirement.file, name)?,
                    Fact::Exists => true,
                    _ => false,
                };
                obstacle = Some(Obstacle { requirement, spot: spot(&place), is_gone });
            }
        }
        let active: Vec<usize> =
            (0..edit.changes.len()).filter(|index| self.is_active(edit, *index)).collect();
        if active.is_empty() {
            return Ok(vec![self.cell(
                &edit.id,
                None,
                None,
                Verdict::Skipped,
                Some("none of its changes is for this version".to_owned()),
            )]);
        }
        // Of a file that is added, what it implements and uses says all, if it can be added at all.
        let declared = !cells.is_empty();
        for index in &active {
            let found = self.change(edit, *index, active.len() > 1, obstacle.as_ref())?;
            let adds = matches!(edit.changes[*index].operation, Operation::FileAdd(_));
            cells.extend(
                found.into_iter().filter(|cell| !(declared && adds && cell.verdict == Verdict::Applies)),
            );
        }
        told_apart(&mut cells);
        Ok(cells)
    }

    fn is_for(&self, when: &crate::version::VersionRange) -> bool {
        self.context.version.as_ref().is_some_and(|version| when.contains(version))
    }

    /// Whether a change counts here: inside the patchset's range by its own versions, outside by whether it
    /// was done on the tree that the patchset was written for.
    fn is_active(&self, edit: &Edit, index: usize) -> bool {
        let change = &edit.changes[index];
        if self.in_range {
            return change.when.as_ref().is_none_or(|when| self.is_for(when));
        }
        match self.meaning {
            Some(meaning) => meaning.has(&edit.id, index),
            None => change.when.is_none(),
        }
    }

    /// Whether a file holds a word at all.
    fn mentions(&self, file: &TreePath, word: &str) -> Result<bool, TreeError> {
        let Some(bytes) = self.bytes(file)? else { return Ok(false) };
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        Ok(bytes.split(|b| !is_word(b)).any(|one| one == word.as_bytes()))
    }

    fn change(
        &self,
        edit: &Edit,
        index: usize,
        one_of_several: bool,
        obstacle: Option<&Obstacle<'_>>,
    ) -> Result<Vec<Cell>, TreeError> {
        let change = &edit.changes[index];
        let name =
            |part: &Part| part.name.clone().or_else(|| one_of_several.then(|| subject(change)).flatten());
        if let Some(need) = &change.needed_while
            && unmet(&self.context, need)?.is_some()
        {
            let why = format!("it is needed while {need}, which is no longer so: {}", need.why);
            let part = one_of_several.then(|| subject(change)).flatten();
            return Ok(vec![self.cell(&edit.id, part, Some(index), Verdict::Already, Some(why))]);
        }
        let mut cells = Vec::new();
        for part in self.resolve(edit, change)? {
            let mut look = match obstacle {
                Some(obstacle) if obstacle.is_gone => Look {
                    verdict: Verdict::Obsolete,
                    places: vec![obstacle.spot.clone()],
                    candidates: Vec::new(),
                    reason: Some(not_so(obstacle.requirement)),
                },
                _ => self.part(edit, index, &part)?,
            };
            if let Some(obstacle) = obstacle.filter(|one| !one.is_gone)
                && matches!(look.verdict, Verdict::Applies | Verdict::Moved | Verdict::Changed)
            {
                look = look::without_effect(self, edit, change)?;
                look.places.insert(0, obstacle.spot.clone());
                look.reason = Some(not_so(obstacle.requirement));
            }
            cells.push(self.found(&edit.id, name(&part), Some(index), look));
        }
        Ok(cells)
    }

    /// What becomes of one part, its preconditions aside.
    fn part(&self, edit: &Edit, index: usize, part: &Part) -> Result<Look, TreeError> {
        let change = &edit.changes[index];
        if let Operation::SetupEnable(_) | Operation::SetupDisable(_) = &change.operation
            && let Some(look) = look::setup(self, edit, change, part)?
        {
            return Ok(look);
        }
        match &part.outcome {
            Outcome::Change(places) => {
                let lints = plan::lints(
                    &self.context,
                    self.patchset,
                    &alone(edit, index),
                    std::slice::from_ref(part),
                )?;
                let traps =
                    lints.into_iter().filter(|hit| hit.allowed.is_none() && hit.lint.is_of_the_tree());
                if let Some(hit) = traps.into_iter().next() {
                    let text = self.bytes(&part.file)?.unwrap_or_default();
                    let at: Vec<Place> = anchors(change, part, &text).iter().map(place_of).collect();
                    return Ok(look::trapped(change, if at.is_empty() { places } else { &at }, &hit.message));
                }
                self.compared(edit, index, part, places)
            }
            Outcome::Already(places) => Ok(Look::at(Verdict::Already, places)),
            Outcome::Skipped { why } => Ok(Look::reason(Verdict::Skipped, why)),
            Outcome::Refused { why, place } => {
                let places: Vec<Place> = place.iter().cloned().collect();
                Ok(Look { reason: Some(why.clone()), ..Look::at(Verdict::Refused, &places) })
            }
            Outcome::Missing { .. } | Outcome::Ambiguous { .. } => look::look(self, edit, index, part),
        }
    }

    /// A part that fits: do its lines say what they said on the tree that the patchset was written for?
    pub(super) fn compared(
        &self,
        edit: &Edit,
        index: usize,
        part: &Part,
        places: &[Place],
    ) -> Result<Look, TreeError> {
        let change = &edit.changes[index];
        let Some(meaning) = self.meaning.filter(|_| !self.in_range) else {
            return Ok(Look::at(Verdict::Applies, places));
        };
        let before = meaning.anchors(&edit.id, index, part.name.as_deref());
        let text = self.bytes(&part.file)?.unwrap_or_default();
        let now = anchors(change, part, &text);
        if let Operation::M4Define(_) = &change.operation {
            if before.is_empty() && !now.is_empty() {
                let why = format!("the tree ships its own {}: the macros are appended to it", part.file);
                return Ok(look::same_place(change, places, &why));
            }
            return Ok(Look::at(Verdict::Applies, places));
        }
        let lines =
            |anchors: &[Anchor]| -> BTreeSet<String> { anchors.iter().map(Anchor::squeezed).collect() };
        if before.is_empty() || now.is_empty() || lines(before) == lines(&now) {
            let bytes = |anchors: &[Anchor]| -> Vec<Vec<u8>> {
                anchors.iter().map(|anchor| anchor.text.clone()).collect()
            };
            let elsewhere = before.first().zip(now.first()).is_some_and(|(a, b)| a.file != b.file);
            let verdict =
                if elsewhere && bytes(before) == bytes(&now) { Verdict::Moved } else { Verdict::Applies };
            return Ok(Look::at(verdict, places));
        }
        let old = lines(before).into_iter().find(|line| !lines(&now).contains(line)).unwrap_or_default();
        let why = format!("the line was `{old}`");
        Ok(look::same_place(change, &now.iter().map(place_of).collect::<Vec<_>>(), &why))
    }

    fn cell(
        &self,
        edit: &str,
        part: Option<String>,
        change: Option<usize>,
        verdict: Verdict,
        reason: Option<String>,
    ) -> Cell {
        Cell {
            edit: edit.to_owned(),
            part,
            change,
            source: self.context.tree.label().to_owned(),
            version: self.context.version.clone(),
            verdict,
            places: Vec::new(),
            candidates: Vec::new(),
            reason,
        }
    }

    fn found(&self, edit: &str, part: Option<String>, change: Option<usize>, look: Look) -> Cell {
        let Look { verdict, places, candidates, reason } = look;
        let candidates: Vec<Candidate> =
            candidates.into_iter().filter(|one| !one.places.is_empty()).collect();
        Cell { places, candidates, ..self.cell(edit, part, change, verdict, reason) }
    }
}

/// Gives rows of an edit that would have one name a number: a decision is about one of them.
fn told_apart(cells: &mut [Cell]) {
    for at in 1..cells.len() {
        let row = cells[at].row();
        let before = cells[..at].iter().filter(|cell| cell.row() == row).count();
        if before > 0 {
            let part = cells[at].part.clone().unwrap_or_default();
            let numbered = (before + 1..).map(|number| format!("{part}#{number}"));
            let is_free = |part: &String| !cells[..at].iter().any(|cell| cell.part.as_ref() == Some(part));
            cells[at].part = numbered.into_iter().find(is_free);
        }
    }
}

fn not_so(requirement: &Requirement) -> String {
    format!("it requires that {requirement}, which is not so: {}", requirement.why)
}

/// An anchor as a place of the engine: its first line.
fn place_of(anchor: &Anchor) -> Place {
    let first = anchor.text.split(|b| *b == b'\n').next().unwrap_or_default();
    Place { file: anchor.file.clone(), line: anchor.line, text: String::from_utf8_lossy(first).into_owned() }
}

/// The place of an anchor, as a spot.
pub(super) fn spot_of(anchor: &Anchor) -> Spot {
    Spot { file: anchor.file.clone(), line: anchor.line }
}

/// A place of the engine, as a spot.
pub(super) fn spot(place: &Place) -> Spot {
    Spot { file: place.file.clone(), line: place.line }
}

/// What tells one change of an edit from its others.
fn subject(change: &Change) -> Option<String> {
    let file = change.file[0].file_name();
    let of = |what: &str| Some(format!("{file}:{what}"));
    match &change.operation {
        Operation::HeaderUndef(op) => match &op.names[..] {
            [name] => Some(name.clone()),
            _ => of("undef"),
        },
        Operation::MakefileRemovePrerequisite(op) => of(&op.word),
        Operation::MakefileAddPrerequisite(op) => of(&op.word),
        Operation::MakefileReplacePrerequisite(op) => of(&op.word),
        Operation::MakefilePrefixCommand(op) => of(op.target.as_deref().unwrap_or(&op.command)),
        Operation::CRedirectCall(op) => of(&format!("{}.{}", op.function.name, op.from)),
        Operation::CReplace(op) => {
            let word = op.find.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next();
            let function = op.function.as_ref().map_or("", |function| &function.name);
            of(&format!("{function}.{}", word.unwrap_or_default()))
        }
        Operation::CInsert(op) => of(op.function.as_ref().map_or("", |function| &function.name)),
        Operation::CReplaceFunction(op) => of(&op.function.name),
        Operation::CWrap(op) => of(&op.function.name),
        Operation::CAddInclude(_) => of("include"),
        Operation::PythonAddMethod(op) => of(&op.method),
        other => of(other.name()),
    }
}
