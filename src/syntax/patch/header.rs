//! The headers of sections, before their `---` and `+++` lines.

use super::name::{Names, unquoted};
use super::section::{Effect, Section};

/// A section whose hunks were not reached yet.
pub(super) struct Open {
    pub section: Section,
    /// Whether only header lines of git were read since `diff --git`.
    pub is_adjacent: bool,
}

impl Open {
    /// The header that a line begins: that of git, of Subversion and CVS, or of Perforce.
    pub(super) fn begin(line: &[u8]) -> Option<Open> {
        if let Some(names) = line.strip_prefix(b"diff --git ") {
            let section = Section { names: Names::of_git(names), ..Section::default() };
            return Some(Open { section, is_adjacent: true });
        }
        let name = line.strip_prefix(b"Index: ").or_else(|| {
            let name = line.strip_prefix(b"==== ")?.strip_suffix(b" ====")?;
            name.split(|b| *b == b'#').next().filter(|depot| depot.len() < name.len())
        })?;
        let section = Section { names: Names::of_index(name), ..Section::default() };
        Some(Open { section, is_adjacent: false })
    }

    /// Whether the lines `--- OLD` and `+++ NEW` belong to this section. Another file's belong to a section of their own.
    pub(super) fn goes_on_with(&self, old: &[u8], new: &[u8]) -> bool {
        let mut names = Names::default();
        names.set(old, new);
        self.section.names.agrees_with(&names) || self.is_adjacent && !self.has_content()
    }

    /// Whether the header alone says what to do with the file.
    fn has_content(&self) -> bool {
        self.section.effect != Effect::Changes || self.section.modes != (None, None)
    }

    /// The section, if it says anything without hunks.
    pub(super) fn close(self) -> Option<Section> {
        self.has_content().then_some(self.section)
    }
}

/// Reads one of the lines that git writes after `diff --git`; false if it is another line.
pub(super) fn git_line(line: &[u8], section: &mut Section) -> bool {
    let mode = |start: &str| {
        let mode = line.strip_prefix(start.as_bytes())?;
        Some(String::from_utf8_lossy(mode.trim_ascii()).into_owned())
    };
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word.as_bytes()));
    if let Some(old) = mode("old mode ") {
        section.modes.0 = Some(old);
    } else if let Some(new) = mode("new mode ") {
        section.modes.1 = Some(new);
    } else if let Some(new) = mode("new file mode ") {
        section.modes.1 = Some(new);
        section.effect = Effect::Adds;
    } else if let Some(old) = mode("deleted file mode ") {
        section.modes.0 = Some(old);
        section.effect = Effect::Removes;
    } else if starts(&["rename from ", "rename to ", "rename old ", "rename new ", "copy from ", "copy to "])
    {
        section.effect = Effect::Moves;
        let mut words = line.splitn(3, |b| *b == b' ');
        let (verb, end, name) = (words.next(), words.next(), words.next().unwrap_or_default());
        let name = unquoted(name).map_or_else(|| name.to_vec(), |(name, _)| name);
        let moved = section.moved.get_or_insert_default();
        moved.is_copy = verb == Some(b"copy");
        if matches!(end, Some(b"from" | b"old")) {
            moved.from = name;
        } else {
            moved.to = name;
        }
    } else if let Some(ids) = line.strip_prefix(b"index ") {
        let ids = String::from_utf8_lossy(ids);
        if let Some((old, new)) = ids.split(' ').next().and_then(|ids| ids.split_once("..")) {
            section.ids = (old.to_owned(), new.to_owned());
        }
    } else if starts(&["Binary files ", "GIT binary patch"]) {
        section.effect = Effect::Binary;
    } else if !starts(&["similarity index ", "dissimilarity index "]) {
        return false;
    }
    true
}

impl Names {
    /// The names of a line `diff --git OLD NEW`.
    fn of_git(line: &[u8]) -> Names {
        let mut names = Names::default();
        if let Some((old, rest)) = unquoted(line) {
            let rest = rest.trim_ascii();
            let new = unquoted(rest).map_or_else(|| rest.to_vec(), |(new, _)| new);
            names.set_exactly(old, new);
            return names;
        }
        if line.ends_with(b"\"")
            && let Some(at) = line.windows(2).position(|pair| pair == b" \"")
            && let Some((new, _)) = unquoted(&line[at + 1..])
        {
            names.set_exactly(line[..at].to_vec(), new);
            return names;
        }
        // Names with blanks are not quoted. Below their first directories both are the same, or the header of a
        // renamed file names them again.
        let below = |name: &[u8]| name.iter().position(|b| *b == b'/').map(|at| name[at..].to_vec());
        let blanks = (0..line.len()).filter(|at| line[*at] == b' ');
        let mut halves = blanks.map(|at| (&line[..at], &line[at + 1..]));
        let same =
            halves.clone().find(|(old, new)| old == new || below(old).is_some() && below(old) == below(new));
        if let Some((old, new)) = same.or_else(|| halves.next_back()) {
            names.set_exactly(old.to_vec(), new.to_vec());
        }
        names
    }
}
