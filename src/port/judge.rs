//! Judges edits on a tree: turns each outcome into a cell, and starts a search for each missing anchor.

use std::borrow::Cow;

use super::cell::{Candidate, Cell, Evidence, Verdict};
use super::chain::{Chains, Shown};
use super::compare::compare;
use super::finding::Finding;
use super::judging::{JudgedPart, Judging};
use super::place::{self, Made};
use super::search;
use super::searched::Searched;
use crate::edit::{AnchorLine, Context, Outcome, chosen, unmet};
use crate::operation::{Anchor, Compared, is_telling};
use crate::patchset::{Change, Edit, Fact, Patchset, Requirement};
use crate::plan::{self, Baseline, RECIPE, only_change, prerequisite_changes};
use crate::text::{Span, find_tokens, tokens};
use crate::tree::{Location, OverlayTree, Tree, TreeError, TreePath, tree_version};
use crate::version::VersionRange;

/// What is said of something that the release has that the patchset was written for, on an older one.
const NOT_YET: &str = "not there yet";

/// A required fact that does not hold, and what that means for the edit.
struct Obstacle<'a> {
    requirement: &'a Requirement,
    place: Location,
    /// True if what the edit changes is gone; false if the change would have no effect.
    is_gone: bool,
}

impl Obstacle<'_> {
    fn reason(&self) -> String {
        format!("`requires` does not hold: {}. {}", self.requirement, self.requirement.why)
    }
}

/// Judges every edit of `patchset` on `tree`. `baseline` has the anchors on the release that the patchset was written
/// for; without it, anchors that are found count as the same. `base` is that release itself, if it is available: files
/// and functions under another name are compared with it. `searched` is what other trees showed; the result is the same
/// without it.
///
/// # Errors
/// If one of the trees cannot be read.
pub fn judge(
    patchset: &Patchset,
    baseline: Option<&Baseline>,
    base: Option<&dyn Tree>,
    tree: &dyn Tree,
    searched: &Searched,
) -> Result<Vec<Cell>, TreeError> {
    let on_base = base.map(|base| plain(patchset, Some(base), base)).transpose()?;
    let patchset = plain(patchset, base, tree)?;
    let patchset = patchset.as_ref();
    let mut judging = Judging::new(patchset, baseline, base, tree, searched)?;
    judging.on_base = on_base.as_deref();
    let chains = Chains::on(&judging, |edit, made| judge_after(&judging, edit, made, None))?;
    let made = chains.made(patchset);
    let mut cells = Vec::new();
    for (index, edit) in patchset.edits.iter().enumerate() {
        match chains.end(index) {
            Some(end) => cells.extend(end.iter().cloned()),
            None => cells.extend(judge_after(&judging, edit, &made, chains.shown(index, patchset).as_ref())?),
        }
    }
    for (name, finding) in search::recipe(&judging)? {
        cells.push(cell(&judging, RECIPE, Some(name), None, finding));
    }
    Ok(cells)
}

/// The patchset with the values and alternatives that it has on `tree`. Where it has no value for that version, it has those
/// of the release that it was written for.
pub(super) fn plain<'a>(
    patchset: &'a Patchset,
    base: Option<&dyn Tree>,
    tree: &dyn Tree,
) -> Result<Cow<'a, Patchset>, TreeError> {
    let old = base.map(tree_version).transpose()?.flatten();
    let context = Context::new(tree, tree_version(tree)?);
    let mut plain = patchset.at(context.version.as_ref(), old.as_ref());
    let has_forms = |change: &Change| !change.forms.is_empty();
    if plain.edits.iter().flat_map(|edit| &edit.changes).any(has_forms) {
        for change in plain.to_mut().edits.iter_mut().flat_map(|edit| &mut edit.changes) {
            if has_forms(change) {
                *change = chosen(&context, change)?;
            }
        }
    }
    Ok(plain)
}

/// Judges an edit, one that depends on others on the result of those, as far as they fit. Those in `made` are made.
fn judge_after(
    judging: &Judging<'_>,
    edit: &Edit,
    made: &[&String],
    shown: Option<&Shown<'_>>,
) -> Result<Vec<Cell>, TreeError> {
    if edit.depends_on.is_empty() {
        return judge_edit(judging, edit, shown);
    }
    let needed = |tree: &dyn Tree, made| prerequisite_changes(judging.patchset, edit, tree, made);
    let on_tree = needed(judging.context.tree, made)?;
    let on_base = judging.base.map(|base| needed(base, &[])).transpose()?.unwrap_or_default();
    let tree = OverlayTree::new(judging.context.tree, &on_tree);
    let base = judging.base.map(|base| OverlayTree::new(base, &on_base));
    let base = base.as_ref().map(|base| base as &dyn Tree);
    let mut after = Judging::new(judging.patchset, judging.baseline, base, &tree, judging.searched)?;
    after.on_base = judging.on_base;
    judge_edit(&after, edit, shown)
}

fn judge_edit(judging: &Judging<'_>, edit: &Edit, shown: Option<&Shown<'_>>) -> Result<Vec<Cell>, TreeError> {
    let skipped = |why: String| {
        let finding = Finding::reason(Verdict::Skipped, &why);
        Ok(vec![cell(judging, &edit.id, None, None, finding)])
    };
    if judging.in_range
        && let Some(when) = edit.when.as_ref().filter(|when| !is_for(judging, when))
    {
        return skipped(format!("it is for {when}"));
    }
    let mut cells = Vec::new();
    let mut obstacle = None;
    let mut declared = false;
    for (index, requirement) in edit.requires.iter().enumerate() {
        let row = |name: String, finding| {
            let requirement = Some(index);
            Cell { requirement, ..cell(judging, &edit.id, Some(name), None, finding) }
        };
        if let Fact::Declares(code) = &requirement.fact {
            let finding = search::declaration(judging, requirement, code)?;
            cells.push(row(search::declared_name(code), finding));
            declared = true;
        } else if let Some(place) = unmet(&judging.context, requirement)? {
            if let Some(finding) = search::moved_fact(judging, requirement)? {
                cells.push(row(requirement.file.to_string(), finding));
                continue;
            }
            if obstacle.is_some() {
                continue;
            }
            let is_gone = match &requirement.fact {
                Fact::DefinesFunction(name) => !mentions(judging, &requirement.file, name)?,
                Fact::Exists(exists) => *exists,
                Fact::Contains(_) | Fact::Lacks(_) | Fact::Includes(_) | Fact::Declares(_) => false,
            };
            obstacle = Some(Obstacle { requirement, place, is_gone });
        }
    }
    let active: Vec<usize> =
        (0..edit.changes.len()).filter(|index| is_active(judging, edit, *index)).collect();
    if active.is_empty() {
        return skipped("none of its changes is for this version".to_owned());
    }
    // A file that can be added is judged by the declarations that it implements and uses.
    for index in &active {
        let found = judge_change(judging, edit, *index, active.len() > 1, shown, obstacle.as_ref())?;
        let adds = edit.changes[*index].operation.operate().describe().anchor == Anchor::NewFile;
        let says_nothing = |cell: &Cell| declared && adds && cell.verdict == Verdict::Applies;
        cells.extend(found.into_iter().filter(|cell| !says_nothing(cell)));
    }
    number_equal_rows(&mut cells);
    Ok(cells)
}

fn is_for(judging: &Judging<'_>, when: &VersionRange) -> bool {
    judging.context.version.as_ref().is_some_and(|version| when.contains(version))
}

/// Whether a change is judged here: if its `when` includes the version. Outside the patchset's range, where no alternative
/// for the same file does, also if it includes the release that the patchset was written for.
fn is_active(judging: &Judging<'_>, edit: &Edit, index: usize) -> bool {
    let change = &edit.changes[index];
    let Some(when) = &change.when else {
        return judging.in_range || judging.baseline.is_none_or(|baseline| baseline.has(&edit.id, index));
    };
    if is_for(judging, when) || judging.in_range {
        return is_for(judging, when);
    }
    let is_alternative = |other: &&Change| other.file.iter().any(|file| change.file.contains(file));
    let mut alternatives = edit.changes.iter().filter(is_alternative).filter_map(|other| other.when.as_ref());
    !alternatives.any(|when| is_for(judging, when))
        && judging.baseline.is_some_and(|baseline| baseline.has(&edit.id, index))
}

/// Whether a file contains a word.
fn mentions(judging: &Judging<'_>, file: &TreePath, word: &str) -> Result<bool, TreeError> {
    let Some(bytes) = judging.contents(file)? else { return Ok(false) };
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    Ok(bytes.split(|b| !is_word(b)).any(|one| one == word.as_bytes()))
}

fn judge_change(
    judging: &Judging<'_>,
    edit: &Edit,
    index: usize,
    one_of_several: bool,
    shown: Option<&Shown<'_>>,
    obstacle: Option<&Obstacle<'_>>,
) -> Result<Vec<Cell>, TreeError> {
    let change = &edit.changes[index];
    let label = || one_of_several.then(|| row_label(change));
    if let Some(need) = &change.needed_while
        && unmet(&judging.context, need)?.is_some()
    {
        let why = format!("`needed-while` no longer holds: {need}. {}", need.why);
        let evidence = Evidence {
            no_files: judging
                .contents(&need.file)?
                .is_none()
                .then(|| need.file.clone())
                .into_iter()
                .collect(),
            names: need.names(),
            among: need.file.to_string(),
            except: Vec::new(),
        };
        let finding = Finding {
            evidence: Some(evidence),
            has_anchor: false,
            ..Finding::reason(Verdict::Already, &why)
        };
        return Ok(vec![cell(judging, &edit.id, label(), Some(index), finding)]);
    }
    let mut cells = Vec::new();
    for part in judging.resolve(edit, change)? {
        if let (Some(shown), false) = (shown, matches!(part.outcome, Outcome::Skipped { .. })) {
            let reason = Some(format!("shown by `{}`, which depends on it and is made", shown.by.id));
            let finding = Finding { reason, ..Finding::at(Verdict::Already, &shown.places_in(&part.file)) };
            cells.push(cell(judging, &edit.id, part.name.or_else(label), Some(index), finding));
            continue;
        }
        let mut finding = match obstacle {
            Some(obstacle) if obstacle.is_gone => {
                let gone = Finding {
                    reason: Some(obstacle.reason()),
                    ..Finding::at(Verdict::Obsolete, std::slice::from_ref(&obstacle.place))
                };
                search::if_gone(judging, &obstacle.requirement.file, obstacle.requirement.names(), gone)?
            }
            _ => judge_part(JudgedPart { judging, edit, index, change, part: &part })?,
        };
        if let Some(obstacle) = obstacle.filter(|one| !one.is_gone)
            && matches!(finding.verdict, Verdict::Applies | Verdict::Moved | Verdict::Changed)
        {
            finding = search::without_effect(judging, edit, change)?;
            finding.places.insert(0, obstacle.place.clone());
            finding.reason = Some(obstacle.reason());
        }
        cells.push(cell(judging, &edit.id, part.name.or_else(label), Some(index), finding));
    }
    Ok(cells)
}

/// Judges one part, without the facts that its edit requires.
fn judge_part(judged: JudgedPart<'_>) -> Result<Finding, TreeError> {
    let JudgedPart { judging, edit, index, change, part } = judged;
    if let Anchor::Modules { modules, enable } = judged.anchor()
        && let Some(finding) = search::module(judged, &modules, enable)?
    {
        return Ok(finding);
    }
    let made = match part.outcome {
        Outcome::Change(_) | Outcome::Already(_) | Outcome::Missing { .. } => place::made(judged)?,
        Outcome::Skipped { .. } | Outcome::Ambiguous { .. } | Outcome::Refused { .. } => Made::Unknown,
    };
    if let (Made::At(places), false) = (&made, matches!(part.outcome, Outcome::Already(_))) {
        return Ok(Finding::at(Verdict::Already, places));
    }
    match &part.outcome {
        Outcome::Change(places) if made == Made::Elsewhere => {
            let text = "what it removes is no longer between the lines around it, but here: upstream may have moved it";
            Ok(Finding::same_place(change, places, text))
        }
        Outcome::Change(places) => {
            let parts = std::slice::from_ref(part);
            let edit = only_change(edit, index);
            let lints = plan::lints(&judging.context, judging.patchset, &edit, parts, &[part], &[])?;
            let hit = lints.into_iter().find(|hit| hit.allowed.is_none() && hit.lint.depends_on_version());
            let Some(hit) = hit else {
                let file = judging.parsed(&part.file)?;
                return match file.and_then(|file| plan::label_there(&file, part)) {
                    Some(place) => Ok(Finding::label_there(place)),
                    None => compare(judged, places),
                };
            };
            let at: Vec<Location> = judged.lines_now()?.iter().map(AnchorLine::location).collect();
            Ok(search::trapped(change, if at.is_empty() { places } else { &at }, &hit.message))
        }
        Outcome::Already(places)
            if !part.compared.has_lines() && made == Made::No && !is_made_by_name(&judged, places) =>
        {
            let mut finding = search::search(judged)?;
            let text = "the text that it would leave is in the file, but not where the edit is made";
            finding.reason = Some(text.to_owned());
            Ok(finding)
        }
        Outcome::Already(places)
            if judging.baseline.is_none() && !judging.in_range && inserts_little(change) =>
        {
            let text = "the inserted text is next to its anchor, but so short that it may be there for another reason";
            Ok(Finding::same_place(change, places, text))
        }
        Outcome::Already(_) if !judging.in_range && is_removal_of_file(judged)? => {
            // Upstream may have renamed it, or put it into another file, which is to stay: a person has to decide.
            let renamed = search::gone(judged)?;
            let is_found = !renamed.candidates.is_empty();
            let decided = Finding::at(Verdict::Already, &[]);
            Ok(if is_found { Finding { verdict: Verdict::Changed, ..renamed } } else { decided })
        }
        Outcome::Already(places) => {
            Ok(search::substituted(judged, places)?.unwrap_or_else(|| Finding::at(Verdict::Already, places)))
        }
        Outcome::Skipped { why } => Ok(Finding::reason(Verdict::Skipped, why)),
        Outcome::Refused { why, place } => {
            Ok(Finding { reason: Some(why.clone()), ..Finding::at(Verdict::Refused, place.as_slice()) })
        }
        Outcome::Missing { .. } | Outcome::Ambiguous { .. } => search::search(judged),
    }
}

/// Whether a part removes a whole file, which the tree lacks and the release that the patchset was written for has.
fn is_removal_of_file(judged: JudgedPart<'_>) -> Result<bool, TreeError> {
    let JudgedPart { judging, change, part, .. } = judged;
    let removes = judged.anchor() == Anchor::File && change.operation.operate().describe().removes;
    Ok(removes && judging.contents(&part.file)?.is_none() && judging.base_bytes(&part.file)?.is_some())
}

/// Whether a change inserts a text that says nothing about its place: blank lines, signs, words like `fi`, or a
/// single word.
fn inserts_little(change: &Change) -> bool {
    let Some(inserted) = change.operation.operate().inserted() else { return false };
    let text = change.texts.get(inserted);
    let words = tokens(text, Span::new(0, text.len()));
    words.len() <= 1 || !words.iter().any(|word| is_telling(word.of(text)))
}

/// Whether a name shows that a part is made, as these lines do, wherever it is: that of a function, method or class, or of a
/// value.
fn is_made_by_name(judged: &JudgedPart<'_>, places: &[Location]) -> bool {
    let anchor = judged.anchor();
    if matches!(anchor, Anchor::Definition(Some(_)) | Anchor::Code { function: Some(_), code: None, .. }) {
        return true;
    }
    let (Anchor::Text(name) | Anchor::Entry { entry: name, .. }) = anchor else { return false };
    let has_name = |place: &Location| {
        let text = place.text.as_bytes();
        !find_tokens(text, name.as_bytes(), Span::new(0, text.len())).is_empty()
    };
    judged.part.compared == Compared::Value && places.iter().all(has_name)
}

fn cell(
    judging: &Judging<'_>,
    edit: &str,
    part: Option<String>,
    change: Option<usize>,
    finding: Finding,
) -> Cell {
    let Finding { verdict, places, candidates, reason, evidence, has_anchor } = finding;
    let mut candidates: Vec<Candidate> = candidates;
    candidates.retain(|one| !one.places.is_empty());
    for one in &mut candidates {
        one.can_be_taken = one.change.is_some() || one.instead.is_some();
    }
    let reason = match reason {
        Some(reason) if verdict == Verdict::Obsolete && judging.is_older() => {
            Some(format!("{NOT_YET}: {reason}"))
        }
        reason => reason,
    };
    Cell {
        patchset: None,
        edit: edit.to_owned(),
        part,
        change,
        requirement: None,
        source: judging.context.tree.label().to_owned(),
        version: judging.context.version.clone(),
        verdict,
        places,
        candidates,
        reason,
        evidence,
        has_anchor,
        by_lines: false,
        gone_since: None,
    }
}

/// Numbers the rows of an edit that have the same name, so that a decision can name one of them.
fn number_equal_rows(cells: &mut [Cell]) {
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

/// The name of a change in the rows of its edit: the macro that it undefines, or its file and label.
fn row_label(change: &Change) -> String {
    let operation = change.operation.operate();
    if let [name] = operation.undefines() {
        return name.clone();
    }
    let label = operation.describe().label;
    let label = label.as_deref().unwrap_or(change.operation.name());
    format!("{}:{label}", change.file[0].file_name())
}
