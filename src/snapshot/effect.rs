//! What a diff does to the words of the lines it touches, whatever these lines are.
//!
//! `all: a b c` to `all: a c` and `build_all: a b d c` to `build_all: a d c` have the same effect: the word
//! `b` goes. That tells what an edit does apart from what upstream wrote around it.

use std::fmt;

use similar::{DiffTag, capture_diff_slices};

use super::section::FileDiff;

/// One thing that a diff does to words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// The words it takes away.
    pub removed: String,
    /// The words it puts there.
    pub added: String,
    /// The name beside them, for signs that say nothing by themselves: the hash sign before a module.
    pub beside: Option<String>,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.removed.as_str(), self.added.as_str()) {
            (removed, "") => write!(f, "takes away `{removed}`")?,
            ("", added) => write!(f, "adds `{added}`")?,
            (removed, added) => write!(f, "writes `{added}` for `{removed}`")?,
        }
        match &self.beside {
            Some(name) => write!(f, " at `{name}`"),
            None => Ok(()),
        }
    }
}

/// What a diff of one file does, in its order.
pub(super) fn effects(file: &FileDiff) -> Vec<Effect> {
    let mut all: Vec<Effect> = file
        .head
        .iter()
        .map(|head| Effect { removed: String::new(), added: head.clone(), beside: None })
        .collect();
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

/// The effects of some lines that become others.
fn of_lines(removed: &[&str], added: &[&str]) -> Vec<Effect> {
    let whole = |line: &&str| line.trim().to_owned();
    let lines = |lines: &[&str]| lines.iter().map(whole).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    if added.is_empty() {
        let effect = |line| Effect { removed: line, added: String::new(), beside: None };
        return lines(removed).into_iter().map(effect).collect();
    }
    if removed.is_empty() {
        let effect = |line| Effect { removed: String::new(), added: line, beside: None };
        return lines(added).into_iter().map(effect).collect();
    }
    let old: Vec<&str> = removed.iter().flat_map(|line| words(line)).collect();
    let new: Vec<&str> = added.iter().flat_map(|line| words(line)).collect();
    let mut all = Vec::new();
    for op in capture_diff_slices(similar::Algorithm::Myers, &old, &new) {
        if op.tag() == DiffTag::Equal {
            continue;
        }
        let (from, to) = (&old[op.old_range()], &new[op.new_range()]);
        let named = from.iter().chain(to).any(|word| is_name(word));
        let beside = || {
            let (before, behind) = old.split_at(op.old_range().end);
            let name = behind.iter().chain(before.iter().rev()).find(|word| is_name(word));
            name.map(|name| (*name).to_owned())
        };
        all.push(Effect {
            removed: from.join(" "),
            added: to.join(" "),
            beside: if named { None } else { beside() },
        });
    }
    all
}

/// Names and numbers as words, every other sign by itself, no blanks.
fn words(line: &str) -> Vec<&str> {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut all = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = match part_of_name(first) {
            true => rest.find(|c| !part_of_name(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, behind) = rest.split_at(end);
        if !first.is_whitespace() {
            all.push(word);
        }
        rest = behind;
    }
    all
}

fn is_name(word: &str) -> bool {
    word.chars().any(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Vec<String> {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        effects(&FileDiff { lines, ..FileDiff::default() }).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_words_count_and_not_the_line_they_stand_in() {
        assert_eq!(told(&["-all: a b", "+all: a"]), ["takes away `b`"]);
        assert_eq!(told(&["-build_all: x a b c", "+build_all: x a c"]), ["takes away `b`"]);
        assert_eq!(told(&["-\t-$(PGEN) x", "+\t-yod $(PGEN) x"]), ["adds `yod`"]);
        assert_eq!(told(&["-\t\t@$(PGEN) y", "+\t\t@yod $(PGEN) y"]), ["adds `yod`"]);
    }

    #[test]
    fn a_sign_is_told_with_its_name() {
        let enabled = ["-#one one.c", "-#two two.c", "+one one.c", "+two two.c"];
        assert_eq!(told(&enabled), ["takes away `#` at `one`", "takes away `#` at `two`"]);
    }

    #[test]
    fn whole_lines_are_told_line_by_line() {
        assert_eq!(
            told(&[" x", "+#undef A", "+", "+#undef B", " y"]),
            ["adds `#undef A`", "adds `#undef B`"]
        );
        assert_eq!(told(&["-a", " x", "-b"]), ["takes away `a`", "takes away `b`"]);
    }
}
