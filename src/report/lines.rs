//! Lines that differ, with the words that changed.

use std::io::{self, Write};

use anstyle::Effects;
use similar::{Algorithm, ChangeTag, DiffTag, diff_ratio, group_diff_ops};

use super::style::{NEW, OLD, PLAIN, SECTION};
use crate::snapshot::SectionChange;
use crate::text::diff_tokens;

/// The lines in which two texts differ, with `context` unchanged ones around them. The words that changed
/// are emphasised.
pub(super) fn changed_lines<'a>(
    old: &'a str,
    new: &'a str,
    context: usize,
    indent: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = |text: &'a str| text.lines().map(str::as_bytes).collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    for (i, group) in group_diff_ops(diff_tokens(Algorithm::Myers, &old, &new), context).iter().enumerate() {
        if i > 0 {
            writeln!(out, "{indent}...")?;
        }
        for op in group {
            let (before, after) = (words(&old[op.old_range()]), words(&new[op.new_range()]));
            let ops = diff_tokens(Algorithm::Patience, &before, &after);
            let words: Vec<_> = ops.iter().flat_map(|op| op.iter_changes(&before, &after)).collect();
            // Where most words differ, the emphasis would say nothing.
            let alike = diff_ratio(&ops, before.len(), after.len()) >= 0.5;
            let sides = match op.tag() {
                DiffTag::Equal => &[(' ', PLAIN, ChangeTag::Insert)][..],
                DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                    &[('-', OLD, ChangeTag::Insert), ('+', NEW, ChangeTag::Delete)]
                }
            };
            for (sign, style, other) in sides {
                let words: Vec<_> = words.iter().filter(|word| word.tag() != *other).collect();
                for line in words.split_inclusive(|word| word.value() == b"\n") {
                    write!(out, "{indent}{style}{sign}{style:#}")?;
                    for word in &line[..line.len() - 1] {
                        let changed = alike && word.tag() != ChangeTag::Equal;
                        let style = if changed { style.effects(Effects::INVERT) } else { *style };
                        write!(out, "{style}{}{style:#}", String::from_utf8_lossy(word.value()))?;
                    }
                    writeln!(out)?;
                }
            }
        }
    }
    Ok(())
}

/// The words of lines of which some differ, with the side that each is on; `None` if most do, where emphasis would say nothing.
pub(super) fn changed_words<'a>(old: &[&'a [u8]], new: &[&'a [u8]]) -> Option<Vec<(ChangeTag, &'a [u8])>> {
    let (before, after) = (words(old), words(new));
    let ops = diff_tokens(Algorithm::Patience, &before, &after);
    let words = ops.iter().flat_map(|op| op.iter_changes(&before, &after));
    let alike = diff_ratio(&ops, before.len(), after.len()) >= 0.5;
    alike.then(|| words.map(|word| (word.tag(), word.value())).collect())
}

/// The words of lines, the blanks between them, and the line ends.
fn words<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let chunks = |line: &'a [u8]| line.chunk_by(|a, b| a.is_ascii_whitespace() == b.is_ascii_whitespace());
    let words = |line: &&'a [u8]| chunks(line).chain([&b"\n"[..]]);
    lines.iter().flat_map(words).collect()
}

/// A line of the accepted diff begins with `-`, one of the new diff with `+`, in front of the signs of the
/// diffs themselves.
pub(super) fn sections(changes: &[SectionChange], out: &mut dyn Write) -> io::Result<()> {
    for change in changes {
        let (old, new) = (change.old.as_deref().unwrap_or(""), change.new.as_deref().unwrap_or(""));
        let what = match (&change.old, &change.new) {
            (None, _) => " (new)",
            (_, None) => " (gone)",
            _ => "",
        };
        writeln!(out, "{SECTION}{}{what}{SECTION:#}", change.name)?;
        changed_lines(old, new, 2, "  ", out)?;
    }
    Ok(())
}
