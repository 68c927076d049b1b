//! What a review shows: how the change that an edit makes differs from the accepted one.

use std::io::{self, Write};

use super::lines::changed_lines;
use super::snapshot_diff::{Shown, described, diff_lines, edit_details};
use super::style::{HELP, NEW, OLD, TITLE};
use super::{Report, counted};
use crate::snapshot::{EditDifference, Effect, Fate, SectionChange};
use crate::text::shell_word;

/// How many effects are listed on one side.
const MOST: usize = 5;
/// How long an effect may be to be listed.
const LONGEST: usize = 100;

/// An edit whose result differs from the accepted one.
pub struct ReviewedEdit {
    /// The edit, or what else of a snapshot differs.
    pub id: String,
    /// How the edit differs; `None` if only what surrounds it does.
    pub difference: Option<EditDifference>,
    /// Its section in both snapshots.
    pub section: SectionChange,
}

impl ReviewedEdit {
    /// How it differs: the effects in words unless they were shown before, then the lines.
    pub(super) fn details(&self, words: bool, out: &mut dyn Write) -> io::Result<()> {
        let (old, new) = (&self.section.old, &self.section.new);
        match &self.difference {
            Some(edit) if !matches!(edit.fate, Fate::New | Fate::Gone | Fate::Same) => {
                if let (Some(old), Some(new)) = (edit.old_verdict, edit.new_verdict)
                    && old != new
                {
                    writeln!(out, "  {old} -> {new}")?;
                }
                edit_details(edit, Shown { effects: words, context: false }, out)
            }
            Some(edit) if edit.fate == Fate::Same => writeln!(out, "  only the anchored lines differ"),
            _ => changed_lines(old.as_deref().unwrap_or(""), new.as_deref().unwrap_or(""), 0, "  ", out),
        }
    }

    /// What it did and does, in a few words each.
    pub(super) fn summary(&self) -> [String; 2] {
        let [was, is] = [&self.section.old, &self.section.new].map(Option::is_some);
        let verdicts = self.difference.as_ref().map(|edit| [edit.old_verdict, edit.new_verdict]);
        let verdict = |side: usize, exists: bool| match verdicts.as_ref().and_then(|all| all[side]) {
            Some(verdict) => verdict.to_string(),
            None if exists => "other".to_owned(),
            None => "not there".to_owned(),
        };
        let sides = [verdict(0, was), verdict(1, is)];
        let Some(edit) = self.difference.as_ref().filter(|edit| edit.fate == Fate::Changed) else {
            return match self.difference.as_ref().map(|edit| edit.fate) {
                Some(Fate::Moved) => {
                    [sides[0].clone(), format!("{}, the same lines at another place", sides[1])]
                }
                Some(Fate::Upstream) => {
                    [sides[0].clone(), format!("{}, the same effect on other lines", sides[1])]
                }
                Some(Fate::Same) => [sides[0].clone(), format!("{}, anchored to other lines", sides[1])],
                _ => sides,
            };
        };
        let effects = [
            edit.files.iter().flat_map(|file| &file.effects_gone).collect::<Vec<_>>(),
            edit.files.iter().flat_map(|file| &file.effects_new).collect::<Vec<_>>(),
        ];
        let changes = edit.old_verdict != edit.new_verdict;
        let mut sides = sides.into_iter().zip(effects).map(|(verdict, effects)| {
            let effects = listed(effects);
            match effects.is_empty() {
                true => verdict,
                false if changes => format!("{verdict}: {effects}"),
                false => effects,
            }
        });
        [(); 2].map(|()| sides.next().unwrap_or_default())
    }
}

/// The effects in words, as far as that is readable.
fn listed(effects: Vec<&Effect>) -> String {
    let effects = described(effects);
    let is_short = |effect: &&str| effect.len() <= LONGEST;
    let short: Vec<&str> = effects.iter().map(String::as_str).filter(is_short).take(MOST).collect();
    match effects.len() - short.len() {
        0 => short.join(", "),
        all if short.is_empty() => counted(all, "change"),
        more => format!("{}, and {more} more", short.join(", ")),
    }
}

/// One change, as it is shown for a decision.
pub struct ReviewedChange<'a> {
    /// The patchset.
    pub patchset: &'a str,
    /// The pin.
    pub pin: &'a str,
    /// Its number, from 1, and that of the last one.
    pub number: (usize, usize),
    /// Why the edit exists.
    pub why: Option<&'a str>,
    /// Where the edit changes the pin's files: file, line, and what encloses it.
    pub places: &'a [String],
    /// The edit.
    pub edit: &'a ReviewedEdit,
    /// Whether all of `why` is shown.
    pub whole_why: bool,
    /// Whether the section is shown as it will be in the snapshot.
    pub whole_section: bool,
}

impl Report for ReviewedChange<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let (number, last) = self.number;
        writeln!(out, "{TITLE}{} on {}{TITLE:#}   change {number} of {last}", self.patchset, self.pin)?;
        let why = self.why.unwrap_or("");
        let first = why.lines().next().unwrap_or("");
        writeln!(out, "{TITLE}{}{TITLE:#}   {first}", self.edit.id)?;
        if self.whole_why {
            writeln!(out)?;
            why.lines().try_for_each(|line| writeln!(out, "  {line}"))?;
        }
        let [before, now] = self.edit.summary();
        writeln!(out, "\n  {OLD}before{OLD:#}  {before}\n  {NEW}now{NEW:#}     {now}\n")?;
        for place in self.places {
            writeln!(out, "  {HELP}{place}{HELP:#}")?;
        }
        if self.whole_section {
            let section = self.edit.section.new.as_deref().unwrap_or("");
            return diff_lines(&section.lines().collect::<Vec<_>>(), "  ", out);
        }
        self.edit.details(false, out)
    }
}

/// What waits for review, for those who cannot be asked.
pub struct Review<'a> {
    /// The patchset, the pin and the edit of each change.
    pub changes: &'a [(String, String, String)],
}

impl Report for Review<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (patchset, pin, edit) in self.changes {
            writeln!(out, "{patchset} on {pin}: {TITLE}{edit}{TITLE:#}")?;
            for verb in ["accept", "reject"] {
                writeln!(out, "  pypatch review {patchset}@{pin} --edit {} --{verb}", shell_word(edit))?;
            }
        }
        Ok(())
    }
}
