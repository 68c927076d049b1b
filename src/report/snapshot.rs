//! A patchset on a pin, compared with its accepted snapshot.

use std::io::{self, Write};

use super::Report;
use super::lines::sections;
use super::review::ReviewedEdit;
use super::style::SECTION;
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
    /// These edits differ.
    Changed(Vec<ReviewedEdit>),
    /// These sections differ, line by line.
    Raw(Vec<SectionChange>),
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
            ComparisonState::Raw(changes) => ("changed", changes),
            ComparisonState::Changed(edits) => {
                writeln!(out, "changed")?;
                return edits.iter().try_for_each(|edit| {
                    writeln!(out, "{SECTION}{}{SECTION:#}", edit.id)?;
                    edit.details(true, out)
                });
            }
        };
        writeln!(out, "{state}")?;
        sections(changes, out)
    }
}

#[cfg(test)]
mod tests {
    use anstyle::Effects;

    use super::*;
    use crate::report::Format;

    #[test]
    fn only_the_words_that_changed_are_inverted() {
        let change = SectionChange {
            name: "pgen-yod".to_owned(),
            old: Some("+\t-yod $(PGEN) a b c\n".to_owned()),
            new: Some("+\t-aprun $(PGEN) a b c\n".to_owned()),
        };
        let state = ComparisonState::Raw(vec![change]);
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
