//! Merges lines that both sides changed.

use super::align::{SIMILAR, align};
use super::{Kind, Line, Versions, tokens};
use crate::text::has_word;

/// The merge of the lines `base` that are `ours` and `theirs`.
pub(super) fn merge(versions: &Versions, base: &[Line], ours: &[Line], theirs: &[Line]) -> (Kind, Vec<Line>) {
    let is_same = |one: &[Line], two: &[Line]| {
        one.len() == two.len() && one.iter().zip(two).all(|(a, b)| a.loose == b.loose)
    };
    if is_same(ours, theirs) || contains_new(base, ours, theirs) {
        return (Kind::Already, Vec::new());
    }
    if let Some(lines) = reindented(versions, base, ours, theirs) {
        return (Kind::Reindent, lines);
    }
    let by_lines = by_lines(versions, base, ours, theirs);
    let by_tokens = by_tokens(versions, base, ours, theirs);
    match (by_lines, by_tokens) {
        (Some(one), Some(two)) if one == two && one == theirs => (Kind::Already, Vec::new()),
        (Some(one), Some(two)) if one == two => (Kind::Merged, one),
        (Some(one), _) if one == theirs => (Kind::Already, Vec::new()),
        (Some(one), _) | (None, Some(one)) => (Kind::Weak, one),
        (None, None) => (Kind::Conflict, Vec::new()),
    }
}

/// Whether theirs has what ours added, one line after the other, and not what ours removed.
fn contains_new(base: &[Line], ours: &[Line], theirs: &[Line]) -> bool {
    let is_in = |lines: &[Line], one: &Line| lines.iter().any(|line| line.loose == one.loose);
    let added = ours.iter().any(|line| !is_in(base, line) && has_word(&line.text));
    added
        && theirs
            .windows(ours.len().max(1))
            .any(|part| part.len() == ours.len() && part.iter().zip(ours).all(|(a, b)| a.loose == b.loose))
}

/// Ours with the indentation that theirs has, if that is all that theirs changed.
fn reindented(versions: &Versions, base: &[Line], ours: &[Line], theirs: &[Line]) -> Option<Vec<Line>> {
    if base.len() != theirs.len() || base.is_empty() {
        return None;
    }
    let mut shift: Option<(Vec<u8>, Vec<u8>)> = None;
    for (old, new) in base.iter().zip(theirs) {
        if old.is_blank() && new.is_blank() {
            continue;
        }
        if old.loose != new.loose {
            return None;
        }
        let (from, to) = (&old.text[..old.indent()], &new.text[..new.indent()]);
        if old.text[old.indent()..] != new.text[new.indent()..] {
            return None;
        }
        // The blanks that both end with stay.
        let common = from.iter().rev().zip(to.iter().rev()).take_while(|(a, b)| a == b).count();
        let one = (from[..from.len() - common].to_vec(), to[..to.len() - common].to_vec());
        match &shift {
            Some(known) if *known != one => return None,
            Some(_) => {}
            None => shift = Some(one),
        }
    }
    let (from, to) = shift?;
    let shifted = |line: &Line| {
        if line.is_blank() {
            return Some(line.clone());
        }
        let rest = line.text.strip_prefix(&from[..])?;
        Some(versions.line(&[&to[..], rest].concat()))
    };
    ours.iter().map(shifted).collect()
}

/// The merge line by line: each line of the base is found on both sides, and merged by words if both changed it.
fn by_lines(versions: &Versions, base: &[Line], ours: &[Line], theirs: &[Line]) -> Option<Vec<Line>> {
    let mine = align(base, ours, SIMILAR)?;
    let other = align(base, theirs, SIMILAR)?;
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    for at in 0..=base.len() {
        let end = at == base.len();
        // What each side has before this line.
        let next =
            |pairs: &[Option<usize>], len: usize| pairs[at..].iter().flatten().next().copied().unwrap_or(len);
        let is_here = |pairs: &[Option<usize>]| end || pairs[at].is_some();
        let upto = |pairs: &[Option<usize>], len: usize, from: usize| {
            if is_here(pairs) { next(pairs, len) } else { from }
        };
        let (a, b) = (upto(&mine, ours.len(), i), upto(&other, theirs.len(), j));
        let (new, their_new) = (&ours[i..a], &theirs[j..b]);
        (i, j) = (a, b);
        match (new.is_empty(), their_new.is_empty()) {
            (true, _) => out.extend_from_slice(their_new),
            (_, true) => out.extend_from_slice(new),
            _ if new == their_new => out.extend_from_slice(new),
            _ => return None,
        }
        if end {
            break;
        }
        let (line, a, b) = (&base[at], mine[at].map(|a| &ours[a]), other[at].map(|b| &theirs[b]));
        i += usize::from(a.is_some());
        j += usize::from(b.is_some());
        match (a, b) {
            (None, None) => {}
            (None, Some(one)) | (Some(one), None) if one.id == line.id => {}
            (None, Some(_)) | (Some(_), None) => return None,
            (Some(a), Some(b)) if a.id == line.id || a.id == b.id => out.push(b.clone()),
            (Some(a), Some(b)) if b.id == line.id => out.push(a.clone()),
            (Some(a), Some(b)) => out.push(versions.line(&tokens::merge(&line.text, &a.text, &b.text)?)),
        }
    }
    Some(out)
}

fn by_tokens(versions: &Versions, base: &[Line], ours: &[Line], theirs: &[Line]) -> Option<Vec<Line>> {
    let merged = tokens::merge(&Versions::text(base), &Versions::text(ours), &Versions::text(theirs))?;
    let lines = crate::text::lines(&merged).map(|span| {
        let line = span.of(&merged);
        versions.line(line.strip_suffix(b"\n").unwrap_or(line))
    });
    Some(lines.collect())
}
