//! What a recipe presets for configure, and whether this version's configure asks for it.

use std::collections::BTreeSet;

use super::super::cell::Verdict;
use super::super::judge::{Judging, RECIPE};
use super::{Look, candidate, likeness};
use crate::plan::preset::{configure_source, plain, presets, questions, variables};
use crate::plan::{Anchor, squeezed};
use crate::text::Span;
use crate::tree::{TreeError, TreePath};

/// A question for another name is taken for the old one when at least this much of what follows it is the
/// same, the names aside.
const SAME: f64 = 0.5;

/// A look for each name that the recipe presets and the release that it was written for asks for.
pub(in super::super) fn recipe(judging: &Judging<'_>) -> Result<Vec<(String, Look)>, TreeError> {
    let Some((path, text)) = configure_source(judging.context.tree)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for name in presets(&judging.patchset.build) {
        let before = judging.meaning.map_or(&[][..], |meaning| meaning.anchors(RECIPE, 0, Some(&name)));
        let now = questions(&path, &text, &name);
        if before.is_empty() && (judging.meaning.is_some() || now.is_empty()) {
            // LDFLAGS and the like are autoconf's own.
            continue;
        }
        found.push((name.clone(), preset(judging, &name, before, &now, &path, &text)));
    }
    Ok(found)
}

fn preset(
    judging: &Judging<'_>,
    name: &str,
    before: &[Anchor],
    now: &[Anchor],
    path: &TreePath,
    text: &[u8],
) -> Look {
    let spots = |anchors: &[Anchor]| anchors.iter().map(super::super::judge::spot_of).collect::<Vec<_>>();
    if let Some(last) = now.last() {
        let lines = |anchors: &[Anchor]| {
            anchors
                .iter()
                .map(|anchor| plain(&String::from_utf8_lossy(&anchor.text)))
                .collect::<BTreeSet<_>>()
        };
        if judging.in_range || before.is_empty() || lines(before) == lines(now) {
            let moved = before.first().is_some_and(|old| old.file != last.file) && !judging.in_range;
            let verdict = if moved { Verdict::Moved } else { Verdict::Applies };
            return Look { places: spots(now), ..Look::bare(verdict) };
        }
        let why = format!("`{name}` is still asked for, by other lines: the same preset works");
        let mut found = candidate(&last.file, text, &[], &why, None);
        found.places = spots(now);
        found.text = String::from_utf8_lossy(now[0].text.trim_ascii_end()).into_owned();
        return Look { places: spots(now), ..Look::candidates(vec![found], Verdict::Lost, &why) };
    }
    let what = format!("configure does not ask for `{name}`: a preset is ignored silently");
    let Some(old) = before.last() else { return Look::reason(Verdict::Obsolete, &what) };
    let old_block = squeezed(&old.around);
    let mut ranked: Vec<(f64, String, Span)> = variables(text)
        .into_iter()
        .map(|(variable, span)| {
            let end = crate::text::lines(&text[span.start..])
                .nth(12)
                .map_or(text.len(), |line| span.start + line.end);
            let block = squeezed(&text[span.start..end]).replace(&variable, name);
            (likeness(&old_block, &block), variable, span)
        })
        .filter(|(like, ..)| *like >= SAME)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let candidates = ranked.into_iter().map(|(_, variable, span)| {
        let why = format!("`{variable}` took the place of `{name}`: preset that");
        candidate(path, text, &[span.start], &why, None)
    });
    Look::candidates(candidates.collect(), Verdict::Obsolete, &what)
}
