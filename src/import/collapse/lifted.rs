//! Operations of meaning that do in each version what its variant does.

use serde_json::{Map, json};

use super::form::Form;
use super::slot::{Slot, Texts};
use super::versions::{Run, Versions, runs};
use crate::edit::{Context, gives, lift};
use crate::patchset::Change;
use crate::text::{apply, lines};
use crate::tree::{File, TreeError, TreePath};
use crate::yaml;

/// The most lines by which a plain change is found.
const MOST_LINES: usize = 3;

/// The operations of a slot, for each run of versions that has it.
#[derive(Debug, Clone)]
pub(super) struct Lifted {
    runs: Vec<(Run, Vec<Form>)>,
    /// Whether the operations are the same in all versions, values and all.
    pub is_shared: bool,
}

impl Lifted {
    /// The names of its operations.
    pub(super) fn operations(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> =
            self.runs.iter().flat_map(|(_, forms)| forms.iter().map(|form| form.operation)).collect();
        names.dedup();
        names
    }

    pub(super) fn items(&self, versions: &Versions) -> Vec<String> {
        let of_run = |(run, forms): &(Run, Vec<Form>)| {
            let when = versions.range(*run);
            forms.iter().map(|form| form.item(when.as_deref())).collect::<Vec<_>>()
        };
        self.runs.iter().flat_map(of_run).collect()
    }
}

/// A slot in one version.
struct Site<'a> {
    variant: usize,
    context: &'a Context<'a>,
    path: TreePath,
    wanted: Vec<u8>,
}

impl Site<'_> {
    /// The changes for the path of this version.
    fn own(&self, changes: &[Change]) -> Vec<Change> {
        changes.iter().map(|change| Change { file: vec![self.path.clone()], ..change.clone() }).collect()
    }

    /// What its hunk is lifted to.
    fn lifted(&self) -> Result<Option<Vec<Change>>, TreeError> {
        let file = self.context.parsed(&self.path)?;
        let after = File::new(self.wanted.clone(), file.is_some_and(|file| file.executable));
        let hunks = lift(self.context, &self.path, &after)?.unwrap_or_default();
        let changes: Option<Vec<Vec<Change>>> = hunks.into_iter().map(|hunk| hunk.changes).collect();
        Ok(changes.map(|all| all.concat()).filter(|all| !all.is_empty()))
    }

    fn takes(&self, changes: &[Change]) -> Result<bool, TreeError> {
        gives(self.context, &self.path, &self.own(changes), &self.wanted)
    }
}

/// The operations of a slot, if it has one form in all versions that follow each other; if its lines are not the same in all of them
/// (`is_same`), perhaps with other values.
///
/// # Errors
/// If a tree cannot be read.
pub(super) fn lifted(
    texts: &Texts<'_>,
    slot: &Slot,
    is_same: bool,
    contexts: &[Context<'_>],
    versions: &Versions,
) -> Result<Option<Lifted>, TreeError> {
    let Some(sites) = sites(texts, slot, contexts) else { return Ok(None) };
    // The newest first: what was found in any version may be what all of them take.
    let mut candidates: Vec<Vec<Change>> = Vec::new();
    for site in sites.iter().rev() {
        let mut is_taken = false;
        for known in &candidates {
            is_taken = is_taken || site.takes(known)?;
        }
        if !is_taken {
            match site.lifted()? {
                Some(changes) => candidates.push(changes),
                None => return Ok(None),
            }
        }
        if candidates.len() > 1 && is_same {
            return Ok(None);
        }
    }
    let mut found = Vec::new();
    let mut is_shared = true;
    for (first, last) in runs(&slot.present()) {
        let own: Vec<&Site<'_>> =
            sites.iter().filter(|site| (first..=last).contains(&site.variant)).collect();
        let Some(pieces) = pieces(&own, &candidates)? else { return Ok(None) };
        is_shared &= pieces.len() == 1;
        let count = pieces[0].1.len();
        if pieces.iter().any(|(_, changes)| changes.len() != count) {
            return Ok(None);
        }
        let mut forms = Vec::new();
        for at in 0..count {
            let mut of_piece: Vec<(Run, Form)> = Vec::new();
            for (run, changes) in &pieces {
                for site in own.iter().filter(|site| (run.0..=run.1).contains(&site.variant)) {
                    let change = &site.own(changes)[at];
                    of_piece.push(((site.variant, site.variant), Form::of(change)));
                }
            }
            let Some(form) = Form::merged(&of_piece, versions) else { return Ok(None) };
            forms.push(form);
        }
        found.push(((first, last), forms));
    }
    Ok(Some(Lifted { runs: found, is_shared }))
}

/// The slot in each version that has it.
fn sites<'a>(texts: &Texts<'_>, slot: &Slot, contexts: &'a [Context<'a>]) -> Option<Vec<Site<'a>>> {
    let mut sites = Vec::new();
    for variant in slot.present() {
        let (text, group) = (texts.texts[variant].as_ref()?, slot.at[variant].as_ref()?);
        let wanted = apply(&text.before, std::slice::from_ref(group)).ok()?;
        sites.push(Site { variant, context: &contexts[variant], path: text.path.clone(), wanted });
    }
    Some(sites)
}

/// A change of plain text that does in all versions what the slot does, whose lines are the same in all of them: lines are inserted
/// after or before those that all versions have there, or replaced with those above.
///
/// # Errors
/// If a tree cannot be read.
pub(super) fn plain(
    texts: &Texts<'_>,
    slot: &Slot,
    contexts: &[Context<'_>],
    versions: &Versions,
) -> Result<Option<Lifted>, TreeError> {
    let Some(sites) = sites(texts, slot, contexts) else { return Ok(None) };
    let Some(last) = sites.last() else { return Ok(None) };
    let (Some(text), Some(group)) = (&texts.texts[last.variant], &slot.at[last.variant]) else {
        return Ok(None);
    };
    let (above, below) = text.before.split_at(group.span.start);
    let (old, below) = below.split_at(group.span.len());
    for count in (0..=MOST_LINES).rev() {
        let start = lines(above).count().saturating_sub(count);
        let above: Vec<u8> = lines(above).skip(start).flat_map(|line| line.of(above).to_vec()).collect();
        let below: Vec<u8> = lines(below).take(count).flat_map(|line| line.of(below).to_vec()).collect();
        let texts = [&above[..], &below, old, &group.with].map(|text| std::str::from_utf8(text).ok());
        let [Some(above), Some(below), Some(old), Some(new)] = texts else { return Ok(None) };
        let proposals = match (old.is_empty(), count) {
            (true, 0) => Vec::new(),
            (true, _) => {
                let after = json!({"after": above, "text": new});
                vec![("text.insert", after), ("text.insert", json!({"before": below, "text": new}))]
            }
            (false, _) => {
                let (find, with) = ([above, old].concat(), [above, new].concat());
                vec![("text.replace", json!({"find": find, "with": with}))]
            }
        };
        for (operation, arguments) in proposals {
            let mut map = Map::new();
            map.insert("file".to_owned(), json!(last.path));
            map.insert(operation.to_owned(), arguments);
            let Ok(change) = yaml::from_json(map.into()).read::<Change>() else { continue };
            if change.check().is_err() {
                continue;
            }
            let changes = vec![change];
            let mut is_taken = true;
            for site in &sites {
                is_taken = is_taken && site.takes(&changes)?;
            }
            if is_taken {
                let of_run = |run: Run| {
                    let own = sites.iter().filter(|site| (run.0..=run.1).contains(&site.variant));
                    let forms: Vec<(Run, Form)> = own
                        .map(|site| ((site.variant, site.variant), Form::of(&site.own(&changes)[0])))
                        .collect();
                    Some((run, vec![Form::merged(&forms, versions)?]))
                };
                let found: Option<Vec<_>> = runs(&slot.present()).into_iter().map(of_run).collect();
                return Ok(found.map(|runs| Lifted { runs, is_shared: true }));
            }
        }
    }
    Ok(None)
}

/// A run of versions, and the changes that all of them take.
type Piece<'a> = (Run, &'a Vec<Change>);

/// The longest runs of sites that take the same changes, from the first; `None` if one takes none of them.
fn pieces<'a>(
    sites: &[&Site<'_>],
    candidates: &'a [Vec<Change>],
) -> Result<Option<Vec<Piece<'a>>>, TreeError> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < sites.len() {
        let mut best: Option<(usize, &Vec<Change>)> = None;
        for candidate in candidates {
            let mut end = at;
            while end < sites.len() && sites[end].takes(candidate)? {
                end += 1;
            }
            if end > at && best.is_none_or(|(known, _)| end > known) {
                best = Some((end, candidate));
            }
        }
        let Some((end, candidate)) = best else { return Ok(None) };
        found.push(((sites[at].variant, sites[end - 1].variant), candidate));
        at = end;
    }
    Ok(Some(found))
}
