//! Carries the change of one file.

use super::check::{Sides, idiom, syntax};
use super::news::News;
use super::upstream::Evidence;
use super::{
    Care, Carried, Carrier, Outcome, care, defined, locals, modules, moved, rescue, scope, substitute,
};
use crate::merge::{Algorithm, Kind, Merge, Versions};
use crate::text::Rewrite;
use crate::tree::{File, FileChange, TreeError, TreePath};

/// The change of a file, and what is known before the other files of its patch are.
pub(super) enum Carry<'a> {
    /// Nothing more is to be found out.
    Known(Carried),
    /// The file is in both versions.
    Merge(Box<Merging<'a>>),
}

/// The three sides of a file.
pub(super) struct Merging<'a> {
    change: &'a FileChange,
    /// The old file, and the same with the change.
    base: &'a File,
    ours: &'a File,
    /// The file of the new version.
    path: TreePath,
    theirs: File,
    versions: Versions,
    merge: Merge,
    evidence: Evidence,
    /// The share of the old file's lines that the new one has, if it has another name.
    contained: Option<f64>,
    /// Why the file of the new version may be the wrong one.
    doubt: Option<String>,
    is_upstream: Option<String>,
    reasons: Vec<String>,
}

impl<'a> Carry<'a> {
    /// Begins with what the file alone shows.
    pub fn begin(carrier: &Carrier<'_>, change: &'a FileChange) -> Result<Carry<'a>, TreeError> {
        let there = carrier.to.file_or_link(&change.path)?;
        let known = |outcome: Outcome, reason: String, change_there: Option<FileChange>| {
            Ok(Carry::Known(Carried {
                path: change.path.clone(),
                moved_to: None,
                outcome,
                reasons: if reason.is_empty() { Vec::new() } else { vec![reason] },
                is_added: change.before.is_none(),
                around: 1.0,
                change: change_there,
            }))
        };
        match (&change.before, &change.after) {
            (None, Some(new)) => match there {
                None => known(Outcome::Ported, String::new(), Some(change.clone())),
                Some(file) if file.bytes == new.bytes => {
                    known(Outcome::Upstream, "the new version has the same file".to_owned(), None)
                }
                Some(file) => {
                    let similar = moved::dice(&file.bytes, &new.bytes);
                    let reason =
                        format!("the new version has such a file: {:.0} % the same", similar * 100.0);
                    if similar >= 0.5 {
                        return known(Outcome::Upstream, reason, None);
                    }
                    let proposal = whole(&change.path, Some(file), Some(new.clone()));
                    Ok(match known(Outcome::Review, reason, Some(proposal))? {
                        Carry::Known(carried) => Carry::Known(Carried { around: similar, ..carried }),
                        merge => merge,
                    })
                }
            },
            (Some(old), None) => match there {
                None => {
                    known(Outcome::Upstream, "the new version does not have the file either".to_owned(), None)
                }
                Some(file) => {
                    let similar = moved::dice(&old.bytes, &file.bytes);
                    let gone = whole(&change.path, Some(file), None);
                    if similar >= 0.95 {
                        return known(Outcome::Ported, String::new(), Some(gone));
                    }
                    let reason = format!(
                        "the patch removes a file that is another now: {:.0} % the same",
                        similar * 100.0
                    );
                    known(Outcome::Review, reason, Some(gone))
                }
            },
            (Some(base), Some(ours)) => Carry::both(carrier, change, base, ours, there),
            (None, None) => known(Outcome::Upstream, "nothing is changed".to_owned(), None),
        }
    }

    fn both(
        carrier: &Carrier<'_>,
        change: &'a FileChange,
        base: &'a File,
        ours: &'a File,
        there: Option<File>,
    ) -> Result<Carry<'a>, TreeError> {
        let (path, file, reason, contained) = match there {
            Some(file) => (change.path.clone(), file, None, None),
            None => match moved::successor(&change.path, &base.bytes, carrier.from, carrier.to)? {
                Ok(found) => {
                    let executable = carrier.to.read(&found.path)?.is_some_and(|file| file.executable);
                    let percent = found.contained * 100.0;
                    let reason = format!("{} has {percent:.0} % of its lines", found.path);
                    (found.path, File::new(found.bytes, executable), Some(reason), Some(found.contained))
                }
                Err(moved::NotFound { why, contained }) => {
                    // The lines of a module that became a package are in its files.
                    let package = moved::package(&change.path, carrier.from, carrier.to)?;
                    let outcome = if package.is_some() { Outcome::Conflict } else { Outcome::Gone };
                    let package = package.map(|path| format!("it became the package of {path}"));
                    return Ok(Carry::Known(Carried {
                        path: change.path.clone(),
                        moved_to: None,
                        outcome,
                        reasons: package.into_iter().chain([why]).collect(),
                        is_added: false,
                        around: contained,
                        change: None,
                    }));
                }
            },
        };
        if base.is_link || ours.is_link || file.is_link || is_binary(&base.bytes) || is_binary(&ours.bytes) {
            return Ok(Carry::Known(as_a_whole(change, base, ours, file)));
        }
        if base.bytes == ours.bytes {
            return Ok(Carry::Known(mode(change, ours, path, file)));
        }
        let versions = Versions::new(&base.bytes, &ours.bytes, &file.bytes);
        let merge = Merge::new(&versions, Algorithm::Histogram);
        let evidence = Evidence::new(change.path.file_name(), &versions, &merge);
        let edits = merge.edits.iter().map(|edit| edit.base.clone());
        let doubt = (path != change.path && !moved::is_near_there(&versions, edits))
            .then(|| "the lines around the change are not in that file".to_owned());
        Ok(Carry::Merge(Box::new(Merging {
            change,
            base,
            ours,
            path,
            theirs: file,
            contained,
            doubt,
            is_upstream: evidence.is_upstream(),
            reasons: Vec::from_iter(reason),
            versions,
            merge,
            evidence,
        })))
    }

    /// The file.
    pub fn path(&self) -> &TreePath {
        match self {
            Carry::Known(carried) => &carried.path,
            Carry::Merge(merging) => &merging.change.path,
        }
    }

    /// Whether the file alone shows that the new version has the change.
    pub fn is_upstream(&self) -> bool {
        match self {
            Carry::Known(carried) => carried.outcome == Outcome::Upstream,
            Carry::Merge(merging) => merging.is_upstream.is_some(),
        }
    }

    /// What speaks against that the new version has the change.
    pub fn contrary(&self) -> Option<&'static str> {
        match self {
            Carry::Known(_) => None,
            Carry::Merge(merging) => merging.evidence.contrary(),
        }
    }

    /// Whether upstream may have taken back what a commit made.
    pub fn may_be_taken_back(&self) -> bool {
        matches!(self, Carry::Merge(merging) if merging.evidence.may_be_taken_back())
    }

    /// Whether it matters to the file that the others of its patch fit.
    pub fn leans(&self) -> bool {
        matches!(self, Carry::Merge(merging) if care::leans(&merging.merge, &merging.versions))
    }

    /// The result, with what the other files of the patch and the news show.
    pub fn finish(self, carrier: &Carrier<'_>, others: bool, news: &News<'_>) -> Result<Carried, TreeError> {
        match self {
            Carry::Known(mut carried) => {
                if carried.outcome == Outcome::Review
                    && others
                    && carried.is_added
                    && carried.around >= moved::RELATED
                {
                    carried.reasons.push("the new version has another file of the patch, too".to_owned());
                    (carried.outcome, carried.change) = (Outcome::Upstream, None);
                }
                Ok(carried)
            }
            Carry::Merge(merging) => {
                let contained = merging.contained;
                let carried = merging.finish(carrier, others, news)?;
                Ok(match contained {
                    Some(share) if share < moved::CERTAIN && carried.outcome >= Outcome::Review => {
                        without_place(carried)
                    }
                    _ => carried,
                })
            }
        }
    }
}

impl Merging<'_> {
    fn name(&self) -> &str {
        self.change.path.file_name()
    }

    /// The bytes of the old file, the same with the change, and the new file.
    fn sides(&self) -> [&[u8]; 3] {
        [&self.base.bytes, &self.ours.bytes, &self.theirs.bytes]
    }

    fn finish(self, carrier: &Carrier<'_>, others: bool, news: &News<'_>) -> Result<Carried, TreeError> {
        let care = carrier.care;
        let Merging { versions, evidence, .. } = &self;
        let mut merge = self.merge.clone();
        let upstream = |why: String| match evidence.contrary().filter(|_| care == Care::Careful) {
            Some(but) => self.review(versions, &self.merge, format!("{why}, but {but}")),
            None => self.carried(Outcome::Upstream, why, None),
        };
        if let Some(why) = &self.is_upstream {
            return Ok(upstream(why.clone()));
        }
        let again = defined::again(self.name(), versions, &merge, self.sides());
        let is_defined = again.as_ref().is_some_and(|again| again.is_all);
        if evidence.may_be_upstream() || is_defined {
            let witness = if evidence.may_be_upstream() && evidence.has_definitions() {
                Some("all that it defines".to_owned())
            } else if others {
                Some("the other files of the patch".to_owned())
            } else {
                news.issue()?.map(|issue| format!("issue {issue} in its news"))
            };
            if let Some(witness) = witness {
                return Ok(upstream(format!("{}; it has {witness}", evidence.shares())));
            }
        }
        if evidence.is_partly_upstream() {
            return Ok(self.review(versions, &merge, format!("partly upstream: {}", evidence.shares())));
        }
        let agrees = |merge: &Merge| {
            let result = merge.lines(versions);
            // Of three ways to compare the versions, two must place the change alike; with more care all three.
            let is_same = |other| Merge::new(versions, other).lines(versions) == result;
            let (myers, patience) = (is_same(Algorithm::Myers), is_same(Algorithm::Patience));
            if care == Care::Usual { myers || patience } else { myers && patience }
        };
        let is_placed = |merge: &Merge| merge.edits.iter().all(|edit| edit.kind.is_safe());
        if !is_placed(&merge) || !agrees(&merge) {
            match rescue::rescued(self.name(), versions, &merge, self.sides(), is_placed(&merge)) {
                Some(rescued) => merge = rescued,
                None if merge.edits.iter().any(|edit| edit.kind == Kind::Conflict) => {
                    return Ok(self.conflict(versions, &merge));
                }
                None if !is_placed(&merge) => {
                    let why = "upstream changed the same lines, and the merge is uncertain".to_owned();
                    return Ok(self.review(versions, &merge, why));
                }
                None => {
                    let why = "other ways to compare the versions place the change elsewhere".to_owned();
                    return Ok(self.review(versions, &merge, why));
                }
            }
        }
        self.questioned(merge, true, again.as_ref(), carrier)
    }

    /// The result of a merge all of whose edits have a place, unless something looks off. If an edit is in another function than it was,
    /// it `may_move` to its own.
    fn questioned(
        &self,
        mut merge: Merge,
        may_move: bool,
        again: Option<&defined::Again>,
        carrier: &Carrier<'_>,
    ) -> Result<Carried, TreeError> {
        let (care, versions) = (carrier.care, &self.versions);
        if let Some(doubt) = &self.doubt {
            return Ok(self.review(versions, &merge, doubt.clone()));
        }
        if let Some(again) = again {
            let why = format!("the new version defines {}, too", again.shown());
            return Ok(self.review(versions, &merge, why));
        }
        let mut substituted = Vec::new();
        let mut gone = Vec::new();
        for name in substitute::vanished(self.name(), versions, &merge, care == Care::Careful) {
            if !modules::defines(self.name(), &name, &merge, carrier.to)? {
                gone.push(name);
            }
        }
        if !gone.is_empty() {
            let shown = |names: &[Vec<u8>]| {
                let names: Vec<String> =
                    names.iter().map(|name| format!("`{}`", String::from_utf8_lossy(name))).collect();
                names.join(", ")
            };
            match substitute::learned(&gone, versions, &merge) {
                Some(names) => {
                    merge = substitute::replaced(&merge, versions, &names);
                    for (old, new) in &names {
                        let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
                        substituted.push(format!("`{old}` is `{new}` now"));
                    }
                }
                None => {
                    let why = format!("the new version no longer has {}", shown(&gone));
                    return Ok(self.review(versions, &merge, why));
                }
            }
        }
        let result = versions.bytes(&merge.lines(versions));
        let sides = Sides {
            base: &self.base.bytes,
            ours: &self.ours.bytes,
            theirs: &self.theirs.bytes,
            result: &result,
        };
        let left = scope::changed(self.name(), versions, &merge, &sides);
        if left.is_some()
            && may_move
            && let Some(moved) = rescue::rescued(self.name(), versions, &merge, self.sides(), true)
        {
            let carried = self.questioned(moved, false, again, carrier)?;
            if carried.outcome == Outcome::Ported {
                return Ok(carried);
            }
        }
        let why = syntax(&self.path, &sides)
            .or(left)
            .or_else(|| locals::undefined(self.name(), &merge, &sides))
            .or_else(|| idiom(self.name(), versions, &merge, &sides))
            .or_else(|| (care == Care::Careful).then(|| care::doubt(&merge, versions)).flatten());
        let why = match why {
            Some(why) => Some(why),
            None => modules::missing(self.name(), versions, &merge, carrier.from, carrier.to)?,
        };
        if let Some(why) = why {
            return Ok(self.review(versions, &merge, why));
        }
        let mut carried = self.carried(Outcome::Ported, String::new(), Some(result));
        carried.reasons.extend(substituted);
        Ok(carried)
    }

    fn review(&self, versions: &Versions, merge: &Merge, why: String) -> Carried {
        if merge.edits.iter().any(|edit| edit.kind == Kind::Conflict) {
            let mut carried = self.conflict(versions, merge);
            carried.reasons.push(why);
            return carried;
        }
        self.carried(Outcome::Review, why, Some(versions.bytes(&merge.lines(versions))))
    }

    fn conflict(&self, versions: &Versions, merge: &Merge) -> Carried {
        let lines: Vec<String> = merge
            .edits
            .iter()
            .filter(|edit| edit.kind == Kind::Conflict)
            .map(|edit| {
                format!(
                    "line {} of the old version, line {} of the new one",
                    edit.base.start + 1,
                    edit.theirs.start + 1
                )
            })
            .collect();
        let why = format!("upstream changed the same lines: {}", lines.join("; "));
        self.carried(Outcome::Conflict, why, Some(versions.bytes(&merge.lines_with_markers(versions))))
    }

    fn carried(&self, outcome: Outcome, reason: String, result: Option<Vec<u8>>) -> Carried {
        let mut reasons = self.reasons.clone();
        reasons.extend(Some(reason).filter(|reason| !reason.is_empty()));
        let executable = match self.base.executable == self.ours.executable {
            true => self.theirs.executable,
            false => self.ours.executable,
        };
        let before = self.theirs.clone();
        let change = result
            .map(|bytes| whole(&self.path, Some(before), Some(File::new(bytes, executable))))
            .filter(|change| change.before != change.after);
        Carried {
            path: self.change.path.clone(),
            moved_to: Some(self.path.clone()).filter(|path| *path != self.change.path),
            outcome,
            reasons,
            is_added: false,
            around: care::around(&self.merge, &self.versions),
            change,
        }
    }
}

/// The file is gone: the one that has some of its lines is not one that the change fits.
fn without_place(carried: Carried) -> Carried {
    Carried { moved_to: None, outcome: Outcome::Gone, change: None, ..carried }
}

/// The change of nothing but the mode of a file.
fn mode(change: &FileChange, ours: &File, path: TreePath, there: File) -> Carried {
    let is_there = there.executable == ours.executable;
    let new = File::new(there.bytes.clone(), ours.executable);
    let carried = (!is_there).then(|| whole(&path, Some(there), Some(new)));
    Carried {
        path: change.path.clone(),
        moved_to: Some(path).filter(|path| *path != change.path),
        outcome: if is_there { Outcome::Upstream } else { Outcome::Ported },
        reasons: if is_there { vec!["the new version has this mode".to_owned()] } else { Vec::new() },
        is_added: false,
        around: 1.0,
        change: carried,
    }
}

fn is_binary(bytes: &[u8]) -> bool {
    bytes.contains(&0)
}

/// The change of a link, or of a file that is not text: it fits where the old file is.
fn as_a_whole(change: &FileChange, base: &File, ours: &File, there: File) -> Carried {
    let (outcome, reason) = if there == *ours {
        (Outcome::Upstream, "the new version has the same file".to_owned())
    } else if there.bytes == base.bytes && there.is_link == base.is_link {
        (Outcome::Ported, String::new())
    } else {
        (Outcome::Conflict, "it is not text, and upstream changed it".to_owned())
    };
    let carried =
        matches!(outcome, Outcome::Ported).then(|| whole(&change.path, Some(there), Some(ours.clone())));
    Carried {
        path: change.path.clone(),
        moved_to: None,
        outcome,
        reasons: if reason.is_empty() { Vec::new() } else { vec![reason] },
        is_added: false,
        around: 1.0,
        change: carried,
    }
}

/// The change of a file as a whole.
fn whole(path: &TreePath, before: Option<File>, after: Option<File>) -> FileChange {
    let rewrites = match (&before, &after) {
        (Some(old), Some(new)) if old.bytes != new.bytes => {
            vec![Rewrite::replace(crate::text::Span::new(0, old.bytes.len()), new.bytes.to_vec())]
        }
        _ => Vec::new(),
    };
    FileChange { path: path.clone(), before, after, rewrites }
}
