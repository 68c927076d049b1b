//! Differences between snapshots, with the words that changed.

use anstyle::{AnsiColor, Effects, Style};
use similar::{ChangeTag, TextDiff};

use crate::snapshot::SectionChange;

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const HEAD: Style = AnsiColor::Cyan.on_default().bold();

/// The sections in which two snapshots differ. A line of the accepted diff begins with `-`, one of
/// the new diff with `+`, in front of the signs of the diffs themselves; words that changed stand out.
pub fn changes(changes: &[SectionChange]) -> String {
    let mut out = String::new();
    for change in changes {
        let (old, new) = (change.old.as_deref().unwrap_or(""), change.new.as_deref().unwrap_or(""));
        let what = match (&change.old, &change.new) {
            (None, _) => " (new)",
            (_, None) => " (gone)",
            _ => "",
        };
        out.push_str(&format!("{HEAD}{}{what}{HEAD:#}\n", change.name));
        out.push_str(&lines(old, new, 2, "  "));
    }
    out
}

/// The lines in which two texts differ, with `context` unchanged ones around them; the words that
/// changed stand out.
pub(super) fn lines(old: &str, new: &str, context: usize, indent: &str) -> String {
    let mut out = String::new();
    let diff = TextDiff::from_lines(old, new);
    for (i, group) in diff.grouped_ops(context).iter().enumerate() {
        if i > 0 {
            out.push_str(&format!("{indent}...\n"));
        }
        for line in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let (sign, style) = match line.tag() {
                ChangeTag::Equal => (' ', Style::new()),
                ChangeTag::Delete => ('-', OLD),
                ChangeTag::Insert => ('+', NEW),
            };
            out.push_str(&format!("{indent}{style}{sign}{style:#}"));
            for (emphasised, text) in line.iter_strings_lossy() {
                let text = text.trim_end_matches('\n');
                let style = if emphasised { style.effects(Effects::INVERT) } else { style };
                out.push_str(&format!("{style}{text}{style:#}"));
            }
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_changed_stands_out() {
        let change = SectionChange {
            name: "pgen-yod".to_owned(),
            old: Some("+\t-yod $(PGEN) a b c\n".to_owned()),
            new: Some("+\t-aprun $(PGEN) a b c\n".to_owned()),
        };
        let text = changes(&[change]);
        let inverted = OLD.effects(Effects::INVERT);
        assert!(text.contains(&format!("{inverted}yod{inverted:#}")), "{text:?}");
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, "pgen-yod\n  -+\t-yod $(PGEN) a b c\n  ++\t-aprun $(PGEN) a b c\n");
    }
}
