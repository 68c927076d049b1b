//! A patchset on a pin, compared with its accepted snapshot.

use std::io::{self, Write};

use anstyle::Effects;
use similar::{Algorithm, ChangeTag, DiffTag, diff_ratio, group_diff_ops};

use super::Report;
use super::style::{NEW, OLD, PLAIN, SECTION};
use crate::snapshot::SectionChange;
use crate::text::diff_tokens;

/// A patchset on one of its pins.
pub struct Comparison<'a> {
    /// The patchset.
    pub patchset: &'a str,
    /// The pin.
    pub pin: &'a str,
    /// What the comparison found.
    pub state: ComparisonState,
}

/// How the result of a patchset on a pin compares with the accepted snapshot.
pub enum ComparisonState {
    /// The release is not available locally.
    NotAvailable,
    /// It is equal.
    AsAccepted,
    /// Nothing was accepted yet; these are the sections of the new snapshot.
    New(Vec<SectionChange>),
    /// These sections differ.
    Changed(Vec<SectionChange>),
}

impl Report for Comparison<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let (patchset, pin) = (self.patchset, self.pin);
        write!(out, "{patchset} on {pin}: ")?;
        let (state, changes): (_, &[SectionChange]) = match &self.state {
            ComparisonState::NotAvailable => {
                return writeln!(out, "skipped, the release is not available (run `pypatch fetch {pin}`)");
            }
            ComparisonState::AsAccepted => ("as accepted", &[]),
            ComparisonState::New(changes) => ("not accepted yet", changes),
            ComparisonState::Changed(changes) => ("changed", changes),
        };
        writeln!(out, "{state}")?;
        sections(changes, out)
    }
}

/// A line of the accepted diff begins with `-`, one of the new diff with `+`, in front of the signs of the
/// diffs themselves.
fn sections(changes: &[SectionChange], out: &mut dyn Write) -> io::Result<()> {
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

/// The lines in which two texts differ, with `context` unchanged ones around them. The words that changed
/// are emphasised.
pub(super) fn changed_lines(
    old: &str,
    new: &str,
    context: usize,
    indent: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
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

/// The words of lines, the blanks between them, and the line ends.
fn words<'a>(lines: &[&'a str]) -> Vec<&'a [u8]> {
    let chunks =
        |line: &'a str| line.as_bytes().chunk_by(|a, b| a.is_ascii_whitespace() == b.is_ascii_whitespace());
    let words = |line: &&'a str| chunks(line).chain([&b"\n"[..]]);
    lines.iter().flat_map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Format;

    #[test]
    fn only_the_words_that_changed_are_inverted() {
        let change = SectionChange {
            name: "pgen-yod".to_owned(),
            old: Some("+\t-yod $(PGEN) a b c\n".to_owned()),
            new: Some("+\t-aprun $(PGEN) a b c\n".to_owned()),
        };
        let state = ComparisonState::Changed(vec![change]);
        let comparison = Comparison { patchset: "p", pin: "python-2.5", state };
        let mut text = Vec::new();
        comparison.write(Format::Text, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let inverted = anstyle::AnsiColor::Red.on_default().effects(Effects::INVERT);
        assert!(text.contains(&format!("{inverted}-yod{inverted:#}")), "{text:?}");
        let plain = anstream::adapter::strip_str(&text).to_string();
        let expected =
            "p on python-2.5: changed\npgen-yod\n  -+\t-yod $(PGEN) a b c\n  ++\t-aprun $(PGEN) a b c\n";
        assert_eq!(plain, expected);
    }
}
