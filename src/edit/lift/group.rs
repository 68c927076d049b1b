//! Groups of changed lines: what a lift tries to say by one operation.

use similar::{Algorithm, DiffTag};

use crate::text::{Rewrite, Span, diff_tokens, lines, tokens};

/// The groups of lines in which two texts differ, in order. Each replaces whole lines.
pub(crate) fn groups(before: &[u8], after: &[u8]) -> Vec<Rewrite> {
    let (old, new): (Vec<Span>, Vec<Span>) = (lines(before).collect(), lines(after).collect());
    let text = |spans: &[Span], text| spans.iter().map(|span: &Span| span.of(text)).collect::<Vec<_>>();
    let ops = diff_tokens(Algorithm::Patience, &text(&old, before), &text(&new, after));
    let changed = ops.into_iter().filter(|op| op.tag() != DiffTag::Equal);
    changed
        .map(|op| {
            let (from, to) = (op.old_range(), op.new_range());
            let start = old.get(from.start).map_or(before.len(), |line| line.start);
            let end = if from.is_empty() { start } else { old[from.end - 1].end };
            let with = new[to].iter().flat_map(|line| line.of(after)).copied().collect::<Vec<u8>>();
            Rewrite::replace(Span::new(start, end), with)
        })
        .collect()
}

/// The same insertion or removal of lines at each place where it gives the same text: `a` and a blank line before `b` are
/// also a blank line and `a` after what is above. The group itself is the first.
pub(crate) fn slides(text: &[u8], group: &Rewrite) -> Vec<Rewrite> {
    const MOST: usize = 12;
    let mut all = vec![group.clone()];
    if !group.span.is_empty() && !group.with.is_empty() {
        return all;
    }
    let mut up = group.clone();
    for _ in 0..MOST {
        let [above] = last_lines(text, up.span.start, 1)[..] else { break };
        let line = above.of(text);
        let moved = if up.span.is_empty() { &up.with[..] } else { up.span.of(text) };
        if !moved.ends_with(line) || !line.ends_with(b"\n") {
            break;
        }
        let rotated = [line, &moved[..moved.len() - line.len()]].concat();
        up = match up.span.is_empty() {
            true => Rewrite::insert(above.start, rotated),
            false => Rewrite::remove(Span::new(above.start, up.span.end - line.len())),
        };
        all.push(up.clone());
    }
    let mut down = group.clone();
    for _ in 0..MOST {
        let rest = &text[down.span.end..];
        let Some(line) = lines(rest).next().map(|line| line.of(rest)) else { break };
        let moved = if down.span.is_empty() { &down.with[..] } else { down.span.of(text) };
        if !moved.starts_with(line) || !line.ends_with(b"\n") {
            break;
        }
        let rotated = [&moved[line.len()..], line].concat();
        down = match down.span.is_empty() {
            true => Rewrite::insert(down.span.start + line.len(), rotated),
            false => Rewrite::remove(Span::new(down.span.start + line.len(), down.span.end + line.len())),
        };
        all.push(down.clone());
    }
    all
}

/// The parts of a group whose lines are alike, or are only on one side; nothing if it has no parts.
pub(super) fn parts(text: &[u8], group: &Rewrite) -> Vec<Rewrite> {
    const MOST: usize = 150;
    let at = group.span.start;
    if group.span.is_empty() {
        return pieces(group);
    }
    let old: Vec<Span> =
        lines(group.span.of(text)).map(|line| Span::new(at + line.start, at + line.end)).collect();
    let new: Vec<&[u8]> = lines(&group.with).map(|line| line.of(&group.with)).collect();
    if old.is_empty() || new.is_empty() || old.len() + new.len() < 3 || old.len().max(new.len()) > MOST {
        return Vec::new();
    }
    let words = |line: &[u8]| -> Vec<Vec<u8>> {
        tokens(line, Span::new(0, line.len())).into_iter().map(|word| word.of(line).to_vec()).collect()
    };
    let old_words: Vec<_> = old.iter().map(|line| words(line.of(text))).collect();
    let new_words: Vec<_> = new.iter().map(|line| words(line)).collect();
    // The best pairs of lines, in order.
    let mut best = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let alike = likeness(&old_words[i], &new_words[j]);
            let paired = if alike >= 40 { best[i + 1][j + 1] + alike } else { 0 };
            best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found: Vec<(std::ops::Range<usize>, std::ops::Range<usize>, bool)> = Vec::new();
    while i < old.len() || j < new.len() {
        let here = best[i.min(old.len())][j.min(new.len())];
        let alike = if i < old.len() && j < new.len() { likeness(&old_words[i], &new_words[j]) } else { 0 };
        if alike >= 40 && here == best[i + 1][j + 1] + alike {
            found.push((i..i + 1, j..j + 1, true));
            (i, j) = (i + 1, j + 1);
        } else {
            let is_old = i < old.len() && (j == new.len() || here == best[i + 1][j]);
            match found.last_mut() {
                Some((from, _, false)) if is_old => from.end = i + 1,
                Some((_, to, false)) => to.end = j + 1,
                _ if is_old => found.push((i..i + 1, j..j, false)),
                _ => found.push((i..i, j..j + 1, false)),
            }
            if is_old { i += 1 } else { j += 1 }
        }
    }
    if found.len() < 2 {
        return Vec::new();
    }
    let part = |(from, to, _): (std::ops::Range<usize>, std::ops::Range<usize>, bool)| {
        let start = old.get(from.start).map_or(group.span.end, |line| line.start);
        let end = if from.is_empty() { start } else { old[from.end - 1].end };
        Rewrite::replace(Span::new(start, end), new[to].concat())
    };
    let parts = found.into_iter().map(part);
    parts.filter(|part| part.span.of(text) != &part.with[..]).collect()
}

/// The lines that end at `offset`, the last one first, at most `count`.
pub(super) fn last_lines(text: &[u8], offset: usize, count: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut end = offset;
    while end > 0 && found.len() < count {
        let above = &text[..end - 1];
        let start = memchr::memrchr(b'\n', above).map_or(0, |at| at + 1);
        found.push(Span::new(start, end));
        end = start;
    }
    found
}

/// The parts of an insertion: what begins at its margin, each with the lines below it that are deeper, as entries of a list do.
fn pieces(group: &Rewrite) -> Vec<Rewrite> {
    const MOST: usize = 30;
    let blanks = |line: &[u8]| line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let margin = lines(&group.with).next().map_or(0, |line| blanks(line.of(&group.with)));
    let mut found: Vec<Rewrite> = Vec::new();
    for line in lines(&group.with) {
        let line = line.of(&group.with);
        match found.last_mut() {
            Some(last) if line.trim_ascii().is_empty() || blanks(line) > margin => {
                last.with.extend_from_slice(line);
            }
            _ => found.push(Rewrite::insert(group.span.start, line)),
        }
    }
    if found.len() < 2 || found.len() > MOST { Vec::new() } else { found }
}

/// How much two lines have in common, in percent of their words.
fn likeness(old: &[Vec<u8>], new: &[Vec<u8>]) -> usize {
    if old == new {
        return 100;
    }
    let common = diff_tokens(Algorithm::Myers, old, new);
    let same: usize =
        common.iter().filter(|op| op.tag() == DiffTag::Equal).map(|op| op.old_range().len()).sum();
    (200 * same).checked_div(old.len() + new.len()).unwrap_or(0).min(99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::apply;

    #[test]
    fn each_slide_of_a_group_gives_the_same_text() {
        let before = b"a\n\nb\n\nc\n";
        for after in [&b"a\n\nnew\n\nb\n\nc\n"[..], b"a\n\nc\n"] {
            let [group] = &groups(before, after)[..] else { panic!("one group") };
            let all = slides(before, group);
            assert!(all.len() > 1);
            for slide in all {
                assert_eq!(apply(before, std::slice::from_ref(&slide)).unwrap(), after, "{slide:?}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_group_are_the_lines_that_are_alike() {
        let before = b"x = load(name)\ny = load(other)\n";
        let after = b"x = load(name, 1)\ncount = 0\ny = load(other, 1)\n";
        let [group] = &groups(before, after)[..] else { panic!("one group") };
        let parts = parts(before, group);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[1].with, b"count = 0\n");
        assert_eq!(apply(before, &parts).unwrap(), after);
    }
}
