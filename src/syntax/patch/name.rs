//! The names that a section has for its file.

/// The names that a section has for its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    old: Option<Name>,
    new: Option<Name>,
    /// The name on a line `Index:`.
    index: Option<Vec<u8>>,
}

/// A name on a line `---` or `+++`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// The name.
    text: Vec<u8>,
    /// Other readings of the line, where it is not clear which blanks are part of the name.
    others: Vec<Vec<u8>>,
    /// Whether the file does not exist: the name is `/dev/null`, or the date is that at which time begins.
    is_absent: bool,
    /// Whether the name itself says so.
    is_null: bool,
}

/// How a section names a file: the smaller, the clearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// 0 for the section's own name, 1 for another reading of its header.
    unclear: usize,
    /// By how many directories the path is shorter or longer than the name without its prefix.
    apart: usize,
}

impl Names {
    /// The name on a line `Index: NAME`.
    pub(super) fn of_index(name: &[u8]) -> Names {
        Names { index: Some(name.trim_ascii().to_vec()), ..Names::default() }
    }

    /// Sets the names to those after `---` and `+++`.
    pub(super) fn set(&mut self, old: &[u8], new: &[u8]) {
        (self.old, self.new) = (Some(Name::parse(old)), Some(Name::parse(new)));
    }

    /// Sets the names to those of a line `diff --git`.
    pub(super) fn set_exactly(&mut self, old: Vec<u8>, new: Vec<u8>) {
        let exact = |text| Name { text, others: Vec::new(), is_absent: false, is_null: false };
        (self.old, self.new) = (Some(exact(old)), Some(exact(new)));
    }

    /// Whether the new file does not exist.
    pub(super) fn new_is_absent(&self) -> bool {
        self.new.as_ref().is_some_and(|name| name.is_absent)
    }

    /// The names of existing files, the new one first.
    fn given(&self) -> impl Iterator<Item = &Name> {
        [&self.new, &self.old].into_iter().flatten().filter(|name| !name.is_null)
    }

    /// The section's own name.
    fn own(&self) -> Option<&[u8]> {
        let mut names = self.given().map(|name| &name.text[..]);
        let (new, old) = (names.next(), names.next());
        // `--- a.c`, `+++ a.c.new`: the new one is a copy next to the file.
        let is_copy = |(new, old): (&[u8], &[u8])| {
            let (new, old) = (components(new), components(old));
            let rest = new.last().zip(old.last()).and_then(|(new, old)| new.strip_prefix(*old));
            rest.is_some_and(|rest| matches!(rest.first(), Some(b'.' | b'~' | b'-' | b'_')))
        };
        let given = if new.zip(old).is_some_and(is_copy) { old } else { new };
        // Older versions of CVS write `---` and `+++` without the directories.
        let is_longer = |index: &[u8], name: &[u8]| {
            components(name).len() == 1 && components(index).last() == components(name).last()
        };
        match (&self.index, given) {
            (Some(index), Some(name)) if is_longer(index, name) => Some(index),
            (Some(index), None) => Some(index),
            (_, given) => given,
        }
    }

    /// Whether both name the same file.
    pub(super) fn agrees_with(&self, other: &Names) -> bool {
        let names = |names: &Names| -> Vec<Vec<u8>> {
            let all = names.given().flat_map(|name| std::iter::once(&name.text).chain(&name.others));
            let all = all.chain(&names.index);
            all.map(|name| components(name).last().map_or_else(Vec::new, |last| last.to_vec())).collect()
        };
        let (one, two) = (names(self), names(other));
        one.iter().any(|name| two.contains(name)) && self.directories_agree(other)
    }

    /// Whether the directories of both names may be the same: one ends as the other does.
    fn directories_agree(&self, other: &Names) -> bool {
        let Some((one, two)) = self.own().zip(other.own()) else { return true };
        let (one, two) = (components(one), components(two));
        let (one, two) = (&one[..one.len().saturating_sub(1)], &two[..two.len().saturating_sub(1)]);
        let common = common_end(one, two);
        // The first directory is a prefix (`a`, `b`) that tools choose.
        common + 1 >= one.len().min(two.len())
    }

    /// How the section names the file `path`; `None` if it does not.
    pub(super) fn rank(&self, path: &str) -> Option<Rank> {
        let path = components(path.as_bytes());
        let own = self.own();
        let apart = |name: &[u8]| {
            let name = components(name);
            let level = name.len().checked_sub(path.len())?;
            (name[level..] == path[..] && self.strips(level)).then(|| level.abs_diff(self.prefix()))
        };
        if let Some(apart) = own.and_then(apart) {
            return Some(Rank { unclear: 0, apart });
        }
        let others = self.given().flat_map(|name| std::iter::once(&name.text).chain(&name.others));
        let apart = others.chain(&self.index).filter_map(|name| apart(name)).min()?;
        Some(Rank { unclear: 1, apart })
    }

    /// Whether `level` leading directories may be left out: one if they are `a` and `b`, otherwise at least those
    /// in which the names of the old and the new file differ.
    fn strips(&self, level: usize) -> bool {
        let (Some(old), Some(new)) = (&self.old, &self.new) else { return true };
        let (old, new) = (components(&old.text), components(&new.text));
        if old.last() != new.last() {
            return true;
        }
        let has_prefix = |name: &[&[u8]]| name.len() > 1 && name[0].len() == 1;
        if has_prefix(&old) && has_prefix(&new) && old[0] != new[0] {
            return level == 1;
        }
        old.len() != new.len() || level >= old.len() - common_end(&old, &new)
    }

    /// How many leading directories of the section's own name are the prefix that a tool gave it, as far as that can be
    /// seen.
    fn prefix(&self) -> usize {
        let own = components(self.own().unwrap_or_default());
        let is_letter = own.len() > 1 && matches!(own[0], b"a" | b"b");
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if !old.is_null && !new.is_null => {
                let (old, new) = (components(&old.text), components(&new.text));
                if old.last() == new.last() && old != new {
                    own.len().saturating_sub(common_end(&old, &new))
                } else {
                    usize::from(is_letter)
                }
            }
            _ => usize::from(is_letter),
        }
    }

    /// Whether one of its names has a `..`.
    pub fn leads_out(&self) -> bool {
        self.given().any(|name| components(&name.text).contains(&&b".."[..]))
    }

    /// Whether its own name is an absolute path.
    pub fn is_absolute(&self) -> bool {
        self.own().is_some_and(|own| own.starts_with(b"/"))
    }

    /// The section's own name without `level` leading directories, which are its prefix unless given; `None` if it has no more.
    pub fn stripped(&self, level: Option<usize>) -> Option<String> {
        let own = self.own()?;
        match level {
            Some(level) => without_slashes(own, level),
            None => joined(components(own).get(self.prefix()..)?),
        }
    }

    /// All names of existing files without `level` leading directories, its own name first: `--- a.c` and `+++ a.c.new`.
    pub fn all_stripped(&self, level: Option<usize>) -> Vec<String> {
        let other = |name: &Name| match level {
            Some(level) => without_slashes(&name.text, level),
            None => {
                let parts = components(&name.text);
                let is_letter = parts.len() > 1 && matches!(parts[0], b"a" | b"b");
                joined(&parts[usize::from(is_letter)..])
            }
        };
        let mut all: Vec<String> = self.stripped(level).into_iter().collect();
        let others: Vec<String> = self.given().filter_map(other).collect();
        all.extend(others.into_iter().filter(|name| Some(name) != self.stripped(level).as_ref()));
        all
    }

    /// The name for messages, without the prefix that git or a tool gave it.
    pub fn display(&self) -> String {
        let Some(own) = self.own().filter(|own| !components(own).is_empty()) else {
            return "a file without a name".to_owned();
        };
        let parts = components(own);
        let parts = &parts[self.prefix().min(parts.len() - 1)..];
        String::from_utf8_lossy(&parts.join(&b'/')).into_owned()
    }

    /// Whether Subversion says that the new file does not exist, which `patch` does not know.
    pub fn is_unclear_removal(&self) -> bool {
        self.new.as_ref().is_some_and(|name| name.others.iter().any(|text| text.ends_with(b"(nonexistent)")))
    }
}

/// A name without the first `level` slashes and what is before them, as `patch -p` counts: `./a` and `/a` have one. `None` if it has
/// fewer.
fn without_slashes(name: &[u8], level: usize) -> Option<String> {
    let mut rest = name;
    for _ in 0..level {
        let slash = rest.iter().position(|b| *b == b'/')?;
        let next = rest[slash..].iter().position(|b| *b != b'/')?;
        rest = &rest[slash + next..];
    }
    joined(&components(rest))
}

fn joined(parts: &[&[u8]]) -> Option<String> {
    if parts.is_empty() { None } else { String::from_utf8(parts.join(&b'/')).ok() }
}

/// The parts of a path, without empty ones and `.`.
fn components(path: &[u8]) -> Vec<&[u8]> {
    path.split(|b| *b == b'/').filter(|part| !part.is_empty() && *part != b".").collect()
}

/// How many parts at the end of both paths are the same.
fn common_end(one: &[&[u8]], two: &[&[u8]]) -> usize {
    one.iter().rev().zip(two.iter().rev()).take_while(|(a, b)| a == b).count()
}

impl Name {
    /// Parses what follows `--- ` or `+++ `: a name, and often a date after a tab or blanks.
    fn parse(line: &[u8]) -> Name {
        let line = line.trim_ascii();
        if let Some((text, date)) = unquoted(line) {
            let is_null = is_null(&text);
            return Name { text, others: Vec::new(), is_absent: is_null || is_epoch(date), is_null };
        }
        // A name may have a tab, too: then another one is before the date.
        let mut tabs = (0..line.len()).filter(|at| line[*at] == b'\t');
        let first = tabs.clone().next().unwrap_or(line.len());
        let tab = tabs.find(|at| looks_like_date(&line[*at..])).unwrap_or(first);
        let cuts: Vec<usize> =
            (1..tab).filter(|at| is_blank(line[*at]) && !is_blank(line[*at - 1])).collect();
        let date_at = cuts.iter().copied().find(|at| looks_like_date(&line[*at..]));
        let end = date_at.unwrap_or(tab);
        let text = line[..end].trim_ascii_end().to_vec();
        let others = cuts.iter().copied().chain([tab, line.len()]).filter(|at| *at != end);
        let others: Vec<Vec<u8>> = others.map(|at| line[..at].trim_ascii_end().to_vec()).collect();
        // `/dev/null` is followed by a date in every form.
        let first = &line[..cuts.first().copied().unwrap_or(tab)];
        let is_null = is_null(first);
        Name { text, others, is_absent: is_null || is_epoch(&line[end..]), is_null }
    }
}

/// Whether a name is that of no file, in any spelling.
fn is_null(name: &[u8]) -> bool {
    components(name).ends_with(&[b"dev", b"null"]) || name.eq_ignore_ascii_case(b"nul")
}

/// The text in double quotes that a line begins with, as git and C write it, and the rest of the line.
pub(super) fn unquoted(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = line.strip_prefix(b"\"")?;
    let mut text = Vec::new();
    loop {
        match *rest {
            [b'"', ref after @ ..] => return Some((text, after)),
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ref after @ ..] => {
                text.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = after;
            }
            [b'\\', escaped, ref after @ ..] => {
                text.push(match escaped {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    other => other,
                });
                rest = after;
            }
            [byte, ref after @ ..] => {
                text.push(byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Whether a text begins with a date or a revision: of diff (`2020-10-05 20:37:58`, `Mon Oct  5 20:37:58 2020`),
/// Subversion (`(revision 3)`), CVS (`5 Oct 2020`, `1.5`).
fn looks_like_date(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    let mut words = text.split_ascii_whitespace();
    let Some(first) = words.next() else { return false };
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let is_month = |word: &str| word.get(..3).is_some_and(|start| MONTHS.contains(&start));
    let is_time = |word: &str| {
        let parts: Vec<&str> = word.split(':').collect();
        parts.len() >= 2 && parts.iter().all(|part| part.split('.').all(is_number))
    };
    let first = first.trim_end_matches([',', '.']);
    if first.starts_with('(')
        || DAYS.contains(&first) && words.clone().any(|word| word.contains(|c: char| c.is_ascii_digit()))
    {
        return true;
    }
    let date = first.split('t').next().unwrap_or(first);
    let parts: Vec<&str> = date.split(['-', '/', '.', ':']).collect();
    if parts.len() > 1 && parts.iter().all(|part| is_number(part) || is_month(part)) {
        return true;
    }
    let next = words.next().unwrap_or_default();
    if is_number(first) && is_month(next) || is_month(first) && is_number(next.trim_end_matches(',')) {
        return true;
    }
    // Words of other languages, with a time and a year: `Mo 5. Okt 20:37:58 2020`.
    let rest: Vec<&str> = text.split_ascii_whitespace().collect();
    let has_year = rest.iter().any(|word| word.len() == 4 && is_number(word));
    has_year && rest.len() >= 3 && rest.len() <= 7 && rest.iter().any(|word| is_time(word))
}

/// Whether a date is the one at which time begins, in any time zone: how diff writes that a file does not exist.
fn is_epoch(date: &[u8]) -> bool {
    let date = String::from_utf8_lossy(date).to_ascii_lowercase();
    let words: Vec<&str> = date.split_ascii_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let starts = |start: &str| words.first().is_some_and(|word| word.starts_with(start));
    starts("1970-01-01")
        || starts("1969-12-31")
        || starts("1970/01/01")
        || has("1970") && has("jan") && (has("1") || has("01"))
        || has("1969") && has("dec") && has("31")
}
