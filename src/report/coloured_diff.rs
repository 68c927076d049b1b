//! A diff in colours, as git shows it, with the words that changed.

use std::io::{self, Write};

use anstyle::Effects;
use similar::ChangeTag;

use super::Report;
use super::lines::changed_words;
use super::style::{LOCATION, NEW, OLD, PLAIN, TITLE};

/// In a longer run of lines that changed, words are not compared.
const LONGEST: usize = 200;

/// A diff of files.
pub struct ColouredDiff<'a>(pub &'a [u8]);

impl Report for ColouredDiff<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut is_hunk = false;
        let lines: Vec<&[u8]> = self.0.split_inclusive(|byte| *byte == b'\n').collect();
        let mut rest = &lines[..];
        while let [line, after @ ..] = rest {
            if line.starts_with(b"diff --git ") {
                is_hunk = false;
            }
            let style = match line.first() {
                Some(b'@') => {
                    is_hunk = true;
                    LOCATION
                }
                _ if !is_hunk => TITLE,
                Some(b'-') => {
                    rest = changed(rest, out)?;
                    continue;
                }
                Some(b'+') => NEW,
                _ => PLAIN,
            };
            let (text, end) = line.split_at(line.len() - usize::from(line.ends_with(b"\n")));
            write!(out, "{style}")?;
            out.write_all(text)?;
            write!(out, "{style:#}")?;
            out.write_all(end)?;
            rest = after;
        }
        Ok(())
    }
}

/// Writes the removed lines that a diff begins with, and the added ones that follow, and returns the rest.
fn changed<'a, 'b>(lines: &'b [&'a [u8]], out: &mut dyn Write) -> io::Result<&'b [&'a [u8]]> {
    let run = |lines: &[&[u8]], sign: &[u8]| lines.iter().take_while(|line| line.starts_with(sign)).count();
    let (removed, rest) = lines.split_at(run(lines, b"-"));
    let (added, rest) = rest.split_at(run(rest, b"+"));
    let inner = |lines: &[&'a [u8]]| -> Vec<&'a [u8]> {
        lines.iter().map(|line| line[1..].strip_suffix(b"\n").unwrap_or(&line[1..])).collect()
    };
    let words = match removed.len().max(added.len()) {
        // Where all lines are of one side, no word is of both.
        ..=LONGEST if !added.is_empty() => changed_words(&inner(removed), &inner(added)),
        _ => None,
    };
    for (side, sign, style, other) in
        [(removed, "-", OLD, ChangeTag::Insert), (added, "+", NEW, ChangeTag::Delete)]
    {
        let Some(words) = &words else {
            for line in inner(side) {
                write!(out, "{style}{sign}")?;
                out.write_all(line)?;
                writeln!(out, "{style:#}")?;
            }
            continue;
        };
        let words: Vec<_> = words.iter().filter(|(tag, _)| *tag != other).collect();
        for line in words.split_inclusive(|(_, word)| *word == b"\n") {
            write!(out, "{style}{sign}{style:#}")?;
            for (tag, word) in &line[..line.len() - 1] {
                let style = if *tag == ChangeTag::Equal { style } else { style.effects(Effects::INVERT) };
                write!(out, "{style}")?;
                out.write_all(word)?;
                write!(out, "{style:#}")?;
            }
            writeln!(out)?;
        }
    }
    Ok(rest)
}
