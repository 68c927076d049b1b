//! What a diff does to the words of the lines that it changes, whatever else is in these lines.
//!
//! `all: a b c` to `all: a c` and `build_all: a b d c` to `build_all: a d c` have the same effect: `b` is
//! removed. This separates what an edit does from what upstream wrote around it.

use std::fmt;

use similar::{Algorithm, DiffTag};

use super::section::FileDiff;
use crate::text::diff_tokens;

/// One thing that a diff does to words.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// The removed words.
    pub removed: String,
    /// The added words.
    pub added: String,
    /// The name next to them, if they contain no name themselves: the module after a `#`.
    pub near: Option<String>,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.removed.as_str(), self.added.as_str()) {
            (removed, "") => write!(f, "removes `{removed}`")?,
            ("", added) => write!(f, "adds `{added}`")?,
            (removed, added) => write!(f, "replaces `{removed}` by `{added}`")?,
        }
        match &self.near {
            Some(name) => write!(f, " at `{name}`"),
            None => Ok(()),
        }
    }
}

/// The effects of the diff of one file, in its order.
pub(super) fn effects(file: &FileDiff) -> Vec<Effect> {
    let head = |head: &String| Effect { added: head.clone(), ..Effect::default() };
    let mut all: Vec<Effect> = file.head.iter().map(head).collect();
    let (mut removed, mut added): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for line in file.lines.iter().map(String::as_str).chain([" "]) {
        if let Some(line) = line.strip_prefix('-') {
            if !added.is_empty() {
                all.extend(of_lines(&removed, &added));
                (removed, added) = (Vec::new(), Vec::new());
            }
            removed.push(line);
        } else if let Some(line) = line.strip_prefix('+') {
            added.push(line);
        } else if line.starts_with(' ') {
            all.extend(of_lines(&removed, &added));
            (removed, added) = (Vec::new(), Vec::new());
        }
    }
    all
}

/// The effects of replacing some lines by others.
fn of_lines(removed: &[&str], added: &[&str]) -> Vec<Effect> {
    if removed.is_empty() || added.is_empty() {
        let own = |line: &str| line.trim().to_owned();
        let whole = |removed, added| Effect { removed: own(removed), added: own(added), near: None };
        let lines =
            removed.iter().map(|line| whole(line, "")).chain(added.iter().map(|line| whole("", line)));
        return lines.filter(|effect| *effect != Effect::default()).collect();
    }
    let old: Vec<&str> = removed.iter().flat_map(|line| words(line)).collect();
    let new: Vec<&str> = added.iter().flat_map(|line| words(line)).collect();
    let mut all = Vec::new();
    for op in diff_tokens(Algorithm::Myers, &old, &new) {
        if op.tag() == DiffTag::Equal {
            continue;
        }
        let (from, to) = (&old[op.old_range()], &new[op.new_range()]);
        let named = from.iter().chain(to).any(|word| is_name(word));
        let (before, after) = old.split_at(op.old_range().end);
        let near = after.iter().chain(before.iter().rev()).find(|word| !named && is_name(word));
        all.push(Effect {
            removed: from.join(" "),
            added: to.join(" "),
            near: near.map(|name| (*name).to_owned()),
        });
    }
    all
}

/// Names and numbers as words, every other character by itself, without blanks.
fn words(line: &str) -> Vec<&str> {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut all = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = match part_of_name(first) {
            true => rest.find(|c| !part_of_name(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        if !first.is_whitespace() {
            all.push(word);
        }
        rest = after;
    }
    all
}

fn is_name(word: &str) -> bool {
    word.chars().any(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(lines: &[&str]) -> Vec<String> {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        effects(&FileDiff { lines, ..FileDiff::default() }).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_effect_is_about_words_not_lines() {
        assert_eq!(described(&["-all: a b", "+all: a"]), ["removes `b`"]);
        assert_eq!(described(&["-build_all: x a b c", "+build_all: x a c"]), ["removes `b`"]);
        assert_eq!(described(&["-\t-$(PGEN) x", "+\t-yod $(PGEN) x"]), ["adds `yod`"]);
        assert_eq!(described(&["-\t\t@$(PGEN) y", "+\t\t@yod $(PGEN) y"]), ["adds `yod`"]);
    }

    #[test]
    fn a_character_is_described_with_the_name_next_to_it() {
        let enabled = ["-#one one.c", "-#two two.c", "+one one.c", "+two two.c"];
        assert_eq!(described(&enabled), ["removes `#` at `one`", "removes `#` at `two`"]);
    }

    #[test]
    fn added_and_removed_lines_are_described_one_by_one() {
        assert_eq!(
            described(&[" x", "+#undef A", "+", "+#undef B", " y"]),
            ["adds `#undef A`", "adds `#undef B`"]
        );
        assert_eq!(described(&["-a", " x", "-b"]), ["removes `a`", "removes `b`"]);
    }
}
