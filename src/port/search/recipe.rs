//! Judges the variables that a recipe presets: whether this version's configure reads them.

use std::collections::BTreeSet;

use super::elsewhere::if_gone;
use super::likeness::likeness;
use crate::edit::{AnchorLine, normalized};
use crate::plan::RECIPE;
use crate::plan::preset::{configure_source, plain, presets, questions, variables};
use crate::port::cell::Verdict;
use crate::port::finding::{Finding, candidate};
use crate::port::judging::Judging;
use crate::text::lines;
use crate::tree::{Location, TreeError, TreePath};

/// The test of another variable counts as the old one if at least this share of the words that follow is the same, without
/// the names of the variables.
const SAME: f64 = 0.5;

/// A finding for each variable that the recipe presets and that configure reads in the release it was written for.
pub(in crate::port) fn recipe(judging: &Judging<'_>) -> Result<Vec<(String, Finding)>, TreeError> {
    let Some((path, text)) = configure_source(judging.context.tree)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
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
        (likeness(&old_block, &block), candidate(path, text, &[span.start], &why, None))
    });
    Finding::ranked(ranked.filter(|(like, _)| *like >= SAME).collect(), Verdict::Obsolete, &what)
}
