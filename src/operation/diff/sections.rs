//! Applies the sections that a patch has for a file, one after the other.

use std::borrow::Cow;

use super::fit::{Fit, Fitted, Unfit};
use crate::operation::lines::with_line_ends;
use crate::operation::prelude::*;
use crate::syntax::patch::{Effect, Hunk, Section, Sign};
use crate::text::{diff_tokens, lines};

/// A file, or none.
type State = Option<(Vec<u8>, bool)>;

/// The answer of applying `sections` to a file that exists or not.
pub(super) fn apply(
    file: &ParsedFile,
    exists: bool,
    sections: &[&Section],
    max_offset: Option<usize>,
) -> Answer {
    sections.iter().try_for_each(|section| refusal(section))?;
    let before: State = exists.then(|| (file.bytes.to_vec(), file.executable));
    // A patch that was written with `\n` gets the line ends of the file, if it does not fit as it is.
    let ending = line_ending(&file.bytes);
    let mut result = Err(Failure::fault("the patch has no hunk"));
    for ending in if ending == b"\n" { vec![ending] } else { vec![b"\n", ending] } {
        let sections: Vec<Cow<'_, Section>> =
            sections.iter().map(|section| with_endings(section, ending)).collect();
        let sequence = Sequence { file, max_offset, sections: &sections };
        result = sequence.answer(&before);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// What `diff` does not do.
fn refusal(section: &Section) -> Result<(), Failure> {
    let why = match section.effect {
        Effect::Moves => {
            "the patch renames or copies the file, which `diff` does not do: write `file.add` and `file.remove`"
        }
        Effect::Binary => "the patch is binary: write `file.add`",
        Effect::Changes
            if section.names.is_unclear_removal()
                && section.hunks.iter().all(|hunk| hunk.new_lines().is_empty()) =>
        {
            "the patch removes the file in a way that only Subversion reads: write `file.remove`"
        }
        Effect::Adds | Effect::Removes | Effect::Changes => {
            let is_link = |mode: &Option<String>| mode.as_ref().is_some_and(|mode| !mode.starts_with("100"));
            if !is_link(&section.modes.0) && !is_link(&section.modes.1) {
                return Ok(());
            }
            "the patch is for a symbolic link or a submodule, which is never edited"
        }
    };
    Err(Failure::fault(why))
}

/// `section` with the line ends of the file, and without the `\r` that `patch` ignores.
fn with_endings<'a>(section: &'a Section, ending: &[u8]) -> Cow<'a, Section> {
    if ending == b"\n" {
        return Cow::Borrowed(section);
    }
    let mut section = section.clone();
    for (_, line) in section.hunks.iter_mut().flat_map(|hunk| &mut hunk.lines) {
        *line = with_line_ends(line, ending);
    }
    Cow::Owned(section)
}

struct Sequence<'a> {
    file: &'a ParsedFile,
    max_offset: Option<usize>,
    sections: &'a [Cow<'a, Section>],
}

impl Sequence<'_> {
    fn answer(&self, before: &State) -> Answer {
        // The first section need not fit the result of the last one, so the end is recognised from there.
        if let [_, _, ..] = self.sections
            && self.is_undone(before)
        {
            return already(0);
        }
        let mut state = before.clone();
        let mut rewrites = Vec::new();
        let mut shown = Vec::new();
        for section in self.sections {
            let (after, done) = self.applied(section, &state, &mut rewrites, true)?;
            shown.extend(done);
            state = after;
        }
        let deltas = match (before, state) {
            (before, state) if *before == state => return Ok(Resolution::Already(shown)),
            (None, Some((bytes, executable))) => vec![Delta::Add { bytes: bytes.into(), executable }],
            (_, None) => vec![Delta::Remove],
            (Some((old, was_executable)), Some((new, executable))) => {
                if self.sections.len() > 1 {
                    rewrites = rewrites_between(old, &new);
                }
                let mode = (*was_executable != executable).then_some(Delta::Mode { executable });
                let anchors = rewrites.iter().map(|rewrite| rewrite.span).collect();
                let deltas = rewrites.into_iter().map(Delta::Rewrite).chain(mode).collect();
                return Ok(Resolution::Change { deltas, anchors });
            }
        };
        Ok(Resolution::Change { deltas, anchors: Vec::new() })
    }

    /// Whether all sections can be undone, the last one first: they are applied already.
    fn is_undone(&self, after: &State) -> bool {
        let mut state = after.clone();
        for section in self.sections.iter().rev() {
            let effect = match section.effect {
                Effect::Adds => Effect::Removes,
                Effect::Removes => Effect::Adds,
                other @ (Effect::Changes | Effect::Moves | Effect::Binary) => other,
            };
            let hunks = section.hunks.iter().map(Hunk::reversed).collect();
            let modes = (section.modes.1.clone(), section.modes.0.clone());
            let reversed = Section { effect, hunks, modes, ..Section::clone(section) };
            match self.applied(&reversed, &state, &mut Vec::new(), false) {
                Ok((before, _)) => state = before,
                Err(_) => return false,
            }
        }
        true
    }

    /// The file after one section, and the offsets that show what was already there. The rewrites of its hunks are added
    /// to `rewrites`.
    fn applied(
        &self,
        section: &Section,
        state: &State,
        rewrites: &mut Vec<Rewrite>,
        accepts_done: bool,
    ) -> Result<(State, Vec<usize>), Failure> {
        let places = |bytes: &[u8]| {
            let all = split(bytes);
            let fit = Fit { lines: &all, max_offset: self.max_offset, accepts_done };
            fit.places(&section.hunks).map_err(|unfit| self.failure(unfit, &all))
        };
        let mode = |mode: &Option<String>| mode.as_ref().map(|mode| mode == "100755");
        let whole =
            |side: fn(&Hunk) -> Vec<&[u8]>| section.hunks.iter().flat_map(side).collect::<Vec<_>>().concat();
        match (section.effect, state) {
            (Effect::Adds, None) => {
                Ok((Some((whole(Hunk::new_lines), mode(&section.modes.1) == Some(true))), Vec::new()))
            }
            (Effect::Adds, Some((bytes, executable))) => {
                let new = whole(Hunk::new_lines);
                if !bytes.is_empty() && *bytes != new {
                    return Err(Failure::Refused {
                        why: "the patch adds the file, and another file of that name exists".to_owned(),
                        at: Some(0),
                    });
                }
                if bytes.is_empty() && !new.is_empty() {
                    rewrites.push(Rewrite::insert(0, new.clone()));
                }
                Ok((Some((new, mode(&section.modes.1).unwrap_or(*executable))), vec![0]))
            }
            (Effect::Removes, None) => Ok((None, Vec::new())),
            (Effect::Removes, Some((bytes, _))) => {
                if *bytes == whole(Hunk::old_lines) {
                    return Ok((None, Vec::new()));
                }
                places(bytes)?;
                let what = "the patch removes the file, and has only a part of its lines";
                Err(Miss::new(what).help("to remove the whole file, write `file.remove`").into())
            }
            (_, None) => Err(Miss::new(format!("the file `{}` does not exist", self.file.path)).into()),
            (Effect::Changes | Effect::Moves | Effect::Binary, Some((bytes, executable))) => {
                if section.hunks.is_empty() && section.modes == (None, None) {
                    return Err(Failure::fault("the patch has no hunk"));
                }
                let executable = mode(&section.modes.1).unwrap_or(*executable);
                // All lines are removed, and the file stays.
                if let [hunk] = &section.hunks[..]
                    && hunk.new_lines().is_empty()
                    && (bytes.is_empty() || hunk.old_lines().concat() == *bytes)
                {
                    if !bytes.is_empty() {
                        rewrites.push(Rewrite::remove(Span::new(0, bytes.len())));
                    }
                    return Ok((Some((Vec::new(), executable)), vec![0]));
                }
                if let Some(hunk) = section
                    .hunks
                    .iter()
                    .find(|hunk| hunk.old_lines().is_empty() || hunk.new_lines().is_empty())
                {
                    return Err(Failure::fault(format!(
                        "hunk {} (line {} of the patch) has no line to match: give it context",
                        hunk.number, hunk.line
                    )));
                }
                let fitted = places(bytes)?;
                let (own, shown) = rewrites_of(&section.hunks, &fitted, bytes);
                let after = crate::text::apply(bytes, &own)
                    .map_err(|_| Failure::fault("two hunks of the patch change the same lines"))?;
                rewrites.extend(own);
                Ok((Some((after, executable)), shown))
            }
        }
    }

    /// A failure with offsets instead of lines.
    fn failure(&self, unfit: Unfit, all: &[&[u8]]) -> Failure {
        let offset = |line: usize| {
            let at: usize = all.iter().take(line).map(|line| line.len()).sum();
            at.min(self.file.bytes.len())
        };
        if unfit.matches.is_empty() {
            let near = unfit.near.into_iter().map(|(line, why)| (offset(line), why)).collect();
            return Miss { what: unfit.what, near, help: unfit.help, ..Miss::default() }.into();
        }
        let at = unfit.matches.iter().map(|line| offset(*line)).collect();
        Failure::Ambiguous { what: unfit.what, at, help: unfit.help }
    }
}

fn split(bytes: &[u8]) -> Vec<&[u8]> {
    lines(bytes).map(|line| line.of(bytes)).collect()
}

/// The rewrites of hunks at their places, one for each run of changed lines, so that context stays free for other edits;
/// and the offsets of hunks that are applied already.
fn rewrites_of(hunks: &[Hunk], fitted: &[Fitted], bytes: &[u8]) -> (Vec<Rewrite>, Vec<usize>) {
    let starts: Vec<usize> = lines(bytes).map(|line| line.start).chain([bytes.len()]).collect();
    let (mut rewrites, mut shown) = (Vec::new(), Vec::new());
    for (hunk, place) in hunks.iter().zip(fitted) {
        if place.is_done {
            shown.push(starts[place.at]);
            continue;
        }
        let mut at = place.at;
        for run in hunk.lines.chunk_by(|(a, _), (b, _)| (*a == Sign::Context) == (*b == Sign::Context)) {
            let old = run.iter().filter(|(sign, _)| *sign != Sign::New).count();
            if run[0].0 != Sign::Context {
                let new = run.iter().filter(|(sign, _)| *sign == Sign::New);
                let with = new.map(|(_, line)| &line[..]).collect::<Vec<_>>().concat();
                rewrites.push(Rewrite::replace(Span::new(starts[at], starts[at + old]), with));
            }
            at += old;
        }
    }
    (rewrites, shown)
}

/// The rewrites that turn one text into another, line by line.
fn rewrites_between(old: &[u8], new: &[u8]) -> Vec<Rewrite> {
    let starts: Vec<usize> = lines(old).map(|line| line.start).chain([old.len()]).collect();
    let (old, new) = (split(old), split(new));
    diff_tokens(similar::Algorithm::Myers, &old, &new)
        .into_iter()
        .filter(|op| op.tag() != similar::DiffTag::Equal)
        .map(|op| {
            let old = op.old_range();
            Rewrite::replace(Span::new(starts[old.start], starts[old.end]), new[op.new_range()].concat())
        })
        .collect()
}
