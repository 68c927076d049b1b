//! The changes of one file in all variants, and how they are written.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::form::{Form, by_version, item};
use super::hunks::{runs_of, section};
use super::lifted::Lifted;
use super::meaning::Likeness;
use super::slot::{Slot, Text, Texts};
use super::variant::Variant;
use super::versions::{Run, Versions};
use crate::import::{Draft, id_of, written};
use crate::text::{Side, unified};
use crate::tree::{File, FileChange, TreeError, TreePath};

/// How a hunk is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// For each version by itself.
    Own,
    /// Once for the versions whose lines are the same.
    Shared,
    /// As an operation of meaning.
    Lift,
}

/// The changes of a file as they are written, and the patches that they name.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// Items of the list of changes.
    pub items: Vec<String>,
    /// What the patches of these runs have for the file.
    pub patches: BTreeMap<Run, Vec<u8>>,
    /// Files of its own.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A file of all variants.
pub(super) struct LogicalFile<'a> {
    /// The change of each variant that changes it.
    pub changes: Vec<Option<&'a FileChange>>,
    /// Its texts, if each variant changes lines of it and nothing else.
    pub texts: Option<Vec<Option<Text>>>,
    /// What the base of each variant has there.
    pub bases: Vec<Option<Vec<u8>>>,
    /// The groups that belong together.
    pub slots: Vec<Slot>,
    /// The operations of each slot, if it has some.
    pub lifted: Vec<Option<Lifted>>,
}

impl<'a> LogicalFile<'a> {
    /// The files that the variants change. One that moved between two versions is one file.
    pub(super) fn all(variants: &'a [Variant<'a>]) -> Result<Vec<LogicalFile<'a>>, TreeError> {
        let mut files: Vec<Vec<Option<&FileChange>>> = Vec::new();
        for (at, variant) in variants.iter().enumerate() {
            for change in &variant.changes {
                let is_it = |file: &&mut Vec<Option<&FileChange>>| {
                    file.iter().flatten().any(|known| known.path == change.path)
                };
                match files.iter_mut().find(is_it) {
                    Some(file) => file[at] = Some(change),
                    None => {
                        let mut file = vec![None; variants.len()];
                        file[at] = Some(change);
                        files.push(file);
                    }
                }
            }
        }
        let mut first = 0;
        while first < files.len() {
            let next = (first + 1..files.len()).find(|other| is_moved(&files[first], &files[*other]));
            match next {
                Some(other) => {
                    let moved = files.remove(other);
                    for (known, change) in files[first].iter_mut().zip(moved) {
                        *known = known.or(change);
                    }
                }
                None => first += 1,
            }
        }
        files.sort_by_key(|file| file.iter().flatten().last().map(|change| change.path.clone()));
        files.into_iter().map(|changes| LogicalFile::of(changes, variants)).collect()
    }

    fn of(
        changes: Vec<Option<&'a FileChange>>,
        variants: &[Variant<'_>],
    ) -> Result<LogicalFile<'a>, TreeError> {
        let is_text = changes.iter().flatten().all(|change| is_text(change));
        let texts: Option<Vec<Option<Text>>> =
            is_text.then(|| changes.iter().map(|change| change.map(Text::of)).collect());
        let mut bases = Vec::new();
        for (at, variant) in variants.iter().enumerate() {
            let nearest = |_: &()| {
                let all = changes.iter().enumerate().filter_map(|(at, change)| Some((at, (*change)?)));
                all.min_by_key(|(other, _)| other.abs_diff(at)).map(|(_, change)| &change.path)
            };
            bases.push(match (changes[at], nearest(&())) {
                (Some(change), _) => change.before.as_ref().map(|file| file.bytes.to_vec()),
                (None, Some(path)) => variant.tree.read(path)?.map(|file| file.bytes.to_vec()),
                (None, None) => None,
            });
        }
        let mut file = LogicalFile { changes, texts, bases, slots: Vec::new(), lifted: Vec::new() };
        file.slots = file.texts().map(|texts| texts.slots()).unwrap_or_default();
        Ok(file)
    }

    pub(super) fn texts(&self) -> Option<Texts<'_>> {
        self.texts.as_ref().map(|texts| Texts { texts, bases: &self.bases })
    }

    /// The variants that change it.
    pub(super) fn present(&self) -> Vec<usize> {
        (0..self.changes.len()).filter(|at| self.changes[*at].is_some()).collect()
    }

    /// Its names, each once.
    pub(super) fn paths(&self) -> Vec<TreePath> {
        let mut paths: Vec<TreePath> = self.changes.iter().flatten().map(|one| one.path.clone()).collect();
        paths.dedup();
        paths
    }

    /// The value of `file` for a run.
    fn file(&self, run: Run, versions: &Versions) -> Value {
        let named = (run.0..=run.1).filter_map(|at| Some(((at, at), json!(self.changes[at]?.path))));
        by_version(&named.collect::<Vec<_>>(), versions)
    }

    /// The changes of the slots, each as its level says; `None` if one cannot be written so.
    pub(super) fn parts(&self, id: &str, versions: &Versions, levels: &[Level]) -> Option<Parts> {
        let texts = self.texts()?;
        let mut parts = Parts::default();
        let mut of_runs: BTreeMap<Run, Vec<usize>> = BTreeMap::new();
        for (number, (slot, level)) in self.slots.iter().zip(levels).enumerate() {
            match (level, self.lifted.get(number).and_then(Option::as_ref)) {
                (Level::Lift, Some(lifted)) => parts.items.extend(lifted.items(versions)),
                (Level::Lift | Level::Shared, _) => {
                    for run in runs_of(&texts, &self.slots, number) {
                        of_runs.entry(run).or_default().push(number);
                    }
                }
                (Level::Own, _) => {
                    for at in slot.present() {
                        of_runs.entry((at, at)).or_default().push(number);
                    }
                }
            }
        }
        let mut sections = BTreeMap::new();
        for (run, own) in of_runs {
            sections.insert(run, section(&texts, &self.slots, &own, run)?);
        }
        self.add(sections, id, versions, &mut parts);
        Some(parts)
    }

    /// The changes of the whole file, each variant by itself.
    pub(super) fn whole(&self, id: &str, versions: &Versions) -> Result<Parts, String> {
        let mut parts = Parts::default();
        if self.texts.is_some() {
            let side = |file: &Option<File>| file.clone().unwrap_or_else(|| File::new(Vec::new(), false));
            let mut sections = BTreeMap::new();
            for at in self.present() {
                let Some(change) = self.changes[at] else { continue };
                let (before, after) = (side(&change.before), side(&change.after));
                let both = [&before, &after].map(|file| Side {
                    bytes: &file.bytes,
                    executable: file.executable,
                    is_link: false,
                });
                let [before, after] = both;
                sections.insert((at, at), unified(change.path.as_str(), Some(before), Some(after)));
            }
            self.add(sections, id, versions, &mut parts);
            return Ok(parts);
        }
        let all = self.present();
        let runs = all.chunk_by(|a, b| {
            let both = self.changes[*a].zip(self.changes[*b]);
            a + 1 == *b && both.is_some_and(|(a, b)| a.path == b.path && is_same_whole(a, b))
        });
        for run in runs {
            let (first, last) = (run[0], run[run.len() - 1]);
            let Some(change) = self.changes[last] else { continue };
            let when = versions.range((first, last));
            let id = format!("{}{}", self.own_name(id), versions.suffix((first, last)));
            let draft = Draft {
                id: &id,
                patch: b"",
                changes: std::slice::from_ref(change),
                renames: &[],
                split: false,
            };
            for unit in written(&draft, &mut |id| id)? {
                let when = when.as_ref().map(|when| format!("when: {}", json!(when)));
                for (path, step) in &unit.steps {
                    let lines = [Some(format!("file: {}", json!(path))), when.clone(), Some(step.clone())];
                    let lines: Vec<String> = lines.into_iter().flatten().collect();
                    parts.items.push(item(&format!("{}\n", lines.join("\n"))));
                }
                parts.files.extend(unit.files);
            }
        }
        Ok(parts)
    }

    /// Adds a `diff` for sections of patches: one for runs that follow each other.
    fn add(&self, sections: BTreeMap<Run, Vec<u8>>, id: &str, versions: &Versions, parts: &mut Parts) {
        let mut tables: Vec<Vec<Run>> = Vec::new();
        for run in sections.keys().rev() {
            let follows = |table: &&mut Vec<Run>| table.first().is_some_and(|first| run.1 + 1 == first.0);
            match tables.iter_mut().find(follows) {
                Some(table) => table.insert(0, *run),
                None => tables.push(vec![*run]),
            }
        }
        tables.sort();
        // The name in a patch is ignored only if it is the only one.
        let is_moved = self.paths().len() > 1;
        let name = |run: Run| {
            let stem = if is_moved { self.own_name(id) } else { id.to_owned() };
            format!("{stem}{}.patch", versions.suffix(run))
        };
        for table in tables {
            let whole = (table[0].0, table[table.len() - 1].1);
            let patches: Vec<(Run, Value)> =
                table.iter().map(|run| (*run, json!({"from": name(*run)}))).collect();
            let form = Form::diff(self.file(whole, versions), by_version(&patches, versions));
            parts.items.push(form.item(versions.range(whole).as_deref()));
        }
        for (run, section) in sections {
            if is_moved {
                parts.files.insert(name(run), section);
            } else {
                parts.patches.insert(run, section);
            }
        }
    }

    /// The name of what belongs to this file alone.
    fn own_name(&self, id: &str) -> String {
        let paths = self.paths();
        format!("{id}.{}", id_of(paths.last().map(TreePath::as_str).unwrap_or_default()))
    }
}

/// Whether a change is one of lines.
fn is_text(change: &FileChange) -> bool {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return false };
    before.executable == after.executable
        && !before.is_link
        && !after.is_link
        && !before.bytes.contains(&0)
        && !after.bytes.contains(&0)
        && !before.bytes.is_empty()
        && !after.bytes.is_empty()
}

/// Whether two changes of whole files may be written as one.
pub(super) fn is_same_whole(a: &FileChange, b: &FileChange) -> bool {
    a.after == b.after && (a.before == b.before || is_mode_only(a) && is_mode_only(b))
}

fn is_mode_only(change: &FileChange) -> bool {
    let both = change.before.as_ref().zip(change.after.as_ref());
    both.is_some_and(|(before, after)| before.bytes == after.bytes && before.is_link == after.is_link)
}

/// How alike two changes of whole files are.
pub(super) fn likeness_of_whole(a: &FileChange, b: &FileChange) -> Likeness {
    let mode = |change: &FileChange| change.after.as_ref().map(|file| file.executable);
    if is_same_whole(a, b)
        || a.after.is_none() && b.after.is_none()
        || is_mode_only(a) && is_mode_only(b) && mode(a) == mode(b)
    {
        Likeness::Same
    } else if a.after == b.after {
        Likeness::SameResult
    } else {
        Likeness::Differs
    }
}

/// Whether the variants that change two files are others, and most of what they change is the same.
fn is_moved(file: &[Option<&FileChange>], other: &[Option<&FileChange>]) -> bool {
    if file.iter().zip(other).any(|(a, b)| a.is_some() && b.is_some()) {
        return false;
    }
    let change = |file: &[Option<&FileChange>]| file.iter().flatten().last().copied().cloned();
    let Some((a, b)) = change(file).zip(change(other)) else { return false };
    if !is_text(&a) || !is_text(&b) {
        return a.after.is_some() && a.before.is_none() && b.before.is_none() && a.after == b.after;
    }
    let texts = [Some(Text::of(&a)), Some(Text::of(&b))];
    let bases = [None, None];
    let texts = Texts { texts: &texts, bases: &bases };
    let slots = texts.slots();
    let both: Vec<&Slot> = slots.iter().filter(|slot| slot.present().len() == 2).collect();
    let is_same = |slot: &&&Slot| texts.lines(slot, 0) == texts.lines(slot, 1);
    2 * both.iter().filter(is_same).count() > slots.len()
}
