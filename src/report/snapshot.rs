//! A patchset on a pin, compared with its accepted snapshot.

use std::io::{self, Write};

use anstyle::{Effects, Style};
use similar::{ChangeTag, TextDiff};

use super::Report;
use super::style::{NEW, OLD, SECTION};
use crate::snapshot::SectionChange;

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
    let diff = TextDiff::from_lines(old, new);
    for (i, group) in diff.grouped_ops(context).iter().enumerate() {
        if i > 0 {
            writeln!(out, "{indent}...")?;
        }
        for line in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let (sign, style) = match line.tag() {
                ChangeTag::Equal => (' ', Style::new()),
                ChangeTag::Delete => ('-', OLD),
                ChangeTag::Insert => ('+', NEW),
            };
            write!(out, "{indent}{style}{sign}{style:#}")?;
            for (emphasised, text) in line.iter_strings_lossy() {
                let text = text.trim_end_matches('\n');
                let style = if emphasised { style.effects(Effects::INVERT) } else { style };
                write!(out, "{style}{text}{style:#}")?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        comparison.text(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let inverted = OLD.effects(Effects::INVERT);
        assert!(text.contains(&format!("{inverted}-yod{inverted:#}")), "{text:?}");
        let plain = anstream::adapter::strip_str(&text).to_string();
        let expected =
            "p on python-2.5: changed\npgen-yod\n  -+\t-yod $(PGEN) a b c\n  ++\t-aprun $(PGEN) a b c\n";
        assert_eq!(plain, expected);
    }
}
