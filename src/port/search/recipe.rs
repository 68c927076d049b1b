//! Judges a recipe: whether this version's configure reads the variables that it presets, and has the files that it
//! names.

use std::collections::BTreeSet;

use super::elsewhere::if_gone;
use super::file as search_file;
use super::likeness::likeness;
use crate::edit::{AnchorLine, normalized};
use crate::patchset::Regenerate;
use crate::plan::RECIPE;
use crate::plan::preset::{configure_source, plain, presets, questions, variables};
use crate::port::cell::{Candidate, Verdict};
use crate::port::finding::{Finding, candidate};
use crate::port::judging::Judging;
use crate::text::lines;
use crate::tree::{Location, TreeError, TreePath};

/// The test of another variable counts as the old one if at least this share of the words that follow is the same, without
/// the names of the variables.
const SAME: f64 = 0.5;

/// A finding for each variable that the recipe presets and that configure reads in the release it was written for, and
/// for each file from which another one is regenerated and which is only in that release.
pub(in crate::port) fn recipe(judging: &Judging<'_>) -> Result<Vec<(String, Finding)>, TreeError> {
    let mut found = missing_files(judging)?;
    let Some((path, text)) = configure_source(judging.context.tree)? else { return Ok(found) };
    for name in presets(&judging.patchset.build) {
        let before = judging.baseline.map_or(&[][..], |baseline| baseline.anchors(RECIPE, 0, Some(&name)));
        let now = questions(&path, &text, &name);
        if before.is_empty() && (judging.baseline.is_some() || now.is_empty()) {
            // autoconf itself reads variables such as LDFLAGS.
            continue;
        }
        let finding = preset(judging, &name, before, &now, &path, &text);
        found.push((name.clone(), if_gone(judging, &path, vec![name.clone()], finding)?));
    }
    Ok(found)
}

fn missing_files(judging: &Judging<'_>) -> Result<Vec<(String, Finding)>, TreeError> {
    let mut found: Vec<(String, Finding)> = Vec::new();
    if judging.in_range {
        return Ok(found);
    }
    for Regenerate { reads, .. } in &judging.patchset.build.regenerate {
        for file in reads {
            let is_known = found.iter().any(|(known, _)| *known == file.as_str());
            if is_known || judging.contents(file)?.is_some() || judging.base_bytes(file)?.is_none() {
                continue;
            }
            let gone = || Finding::reason(Verdict::Obsolete, &format!("the file {file} does not exist"));
            let finding = match configure_source(judging.context.tree)? {
                Some((now, _)) if is_configure_source(file) => search_file::known_as(judging, file, &now)?,
                _ => search_file::moved_file(judging, file)?.unwrap_or_else(gone),
            };
            // The recipe may name both.
            let is_named = |candidate: &Candidate| {
                candidate.instead.as_ref().is_some_and(|path| reads.iter().any(|read| read.as_str() == path))
            };
            if !finding.candidates.iter().any(is_named) {
                found.push((file.to_string(), finding));
            }
        }
    }
    Ok(found)
}

/// Whether autoconf makes configure from the file: it had another name before 2.7.4 and 3.3.
fn is_configure_source(file: &TreePath) -> bool {
    matches!(file.as_str(), "configure.in" | "configure.ac")
}

fn preset(
    judging: &Judging<'_>,
    name: &str,
    before: &[AnchorLine],
    now: &[AnchorLine],
    path: &TreePath,
    text: &[u8],
) -> Finding {
    let places: Vec<Location> = now.iter().map(AnchorLine::location).collect();
    if let Some(last) = now.last() {
        let plain_line = |anchor: &AnchorLine| plain(&String::from_utf8_lossy(&anchor.text));
        let lines = |anchors: &[AnchorLine]| anchors.iter().map(plain_line).collect::<BTreeSet<_>>();
        if judging.in_range || before.is_empty() || lines(before) == lines(now) {
            let moved = before.first().is_some_and(|old| old.file != last.file) && !judging.in_range;
            let verdict = if moved { Verdict::Moved } else { Verdict::Applies };
            return Finding::at(verdict, &places);
        }
        let why = format!("configure still asks for `{name}`, in other lines: the same preset works");
        let mut found = candidate(&last.file, text, &[], &why, None);
        found.places.clone_from(&places);
        found.text = String::from_utf8_lossy(now[0].text.trim_ascii_end()).into_owned();
        found = found.replacing(name.to_owned());
        return Finding { places, ..Finding::candidates(vec![found], Verdict::Lost, &why) };
    }
    let what = format!("configure does not ask for `{name}`: a preset is ignored silently");
    let Some(old) = before.last() else { return Finding::reason(Verdict::Obsolete, &what) };
    let old_block = normalized(&old.around);
    let ranked = variables(text).into_iter().map(|(variable, span)| {
        let last = lines(&text[span.start..]).nth(12);
        let end = last.map_or(text.len(), |line| span.start + line.end);
        let block = normalized(&text[span.start..end]).replace(&variable, name);
        let why = format!("`{variable}` replaces `{name}`: preset that");
        (likeness(&old_block, &block), candidate(path, text, &[span.start], &why, None).replacing(variable))
    });
    Finding::ranked(ranked.filter(|(like, _)| *like >= SAME).collect(), Verdict::Obsolete, &what)
}
