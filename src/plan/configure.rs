//! What a patchset does to configure and the files that it is generated from.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use memchr::memmem;

use crate::edit::{Context, Outcome, Part};
use crate::operation::Delta;
use crate::syntax::m4;
use crate::text::{Rewrite, Span, apply, line_bounds};
use crate::tree::{FileChange, TreeError, TreePath};

/// The files that configure is generated from.
pub(super) const SOURCES: [&str; 3] = ["configure.in", "configure.ac", "aclocal.m4"];

/// The parts of all edits, on the tree that they are planned on.
pub(super) struct Whole<'a> {
    pub context: &'a Context<'a>,
    parts: &'a [&'a Part],
    changes: &'a [FileChange],
    has_own_setup: OnceCell<bool>,
}

impl<'a> Whole<'a> {
    /// `changes` are those of all edits together.
    pub fn new(context: &'a Context<'a>, parts: &'a [&'a Part], changes: &'a [FileChange]) -> Whole<'a> {
        Whole { context, parts, changes, has_own_setup: OnceCell::new() }
    }

    /// Whether the tree has Modules/Setup, which configure makes elsewhere. Each module that an edit links asks.
    pub fn has_own_setup(&self) -> Result<bool, TreeError> {
        if let Some(known) = self.has_own_setup.get() {
            return Ok(*known);
        }
        let found = self.context.tree.entry(&path("Modules/Setup"))?.is_some();
        Ok(*self.has_own_setup.get_or_init(|| found))
    }

    /// Whether an edit changes the text of configure itself, or has changed it already.
    pub fn changes_configure(&self) -> bool {
        let is_text = |delta: &Delta| matches!(delta, Delta::Rewrite(_) | Delta::Add { .. });
        self.parts.iter().any(|part| {
            let is_done = matches!(part.outcome, Outcome::Already(_)) && part.operation != "file.mode";
            part.file.as_str() == "configure" && (is_done || part.deltas.iter().any(is_text))
        })
    }

    /// Whether configure will define `name`: its sources check for it or define it, after all edits.
    fn checks_for(&self, name: &str) -> Result<bool, TreeError> {
        let in_list = |part: &&Part| part.file.file_name().ends_with(".m4");
        let others = self.parts.iter().copied().filter(in_list).map(|part| part.file.clone());
        let paths = ["configure.ac", "configure.in", "configure"].map(path);
        for path in paths.into_iter().chain(others) {
            if m4::checks_for(&self.after(&path)?, name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The text of a file after all edits; empty if it does not exist. The offsets of an edit's own rewrites are those of the file
    /// after the edits that it depends on.
    fn after(&self, path: &TreePath) -> Result<Vec<u8>, TreeError> {
        match self.changes.iter().find(|change| change.path == *path) {
            Some(change) => Ok(change.after.as_ref().map_or_else(Vec::new, |file| file.bytes.to_vec())),
            None => after(self.context, path, []),
        }
    }

    /// Whether the part adds a plain `#undef` to a template of config.status that stays an `#undef`, or that was there
    /// before: one that is new in the template, and that configure checks for, is what autoheader writes.
    pub fn adds_unchecked_undef(&self, part: &Part) -> Result<bool, TreeError> {
        let adds = part.deltas.iter().any(|delta| match delta {
            Delta::Rewrite(rewrite) => has_undef(&rewrite.with),
            Delta::Add { .. } => true,
            Delta::Link { .. } | Delta::Remove | Delta::Move { .. } | Delta::Mode { .. } => false,
        });
        if !adds {
            return Ok(false);
        }
        let before = after(self.context, &part.file, [])?;
        let after = after(self.context, &part.file, &part.deltas)?;
        let old = plain_undefs(&before);
        for (name, count) in plain_undefs(&after) {
            let old_count = old.get(&name).copied().unwrap_or(0);
            let is_known = || old_count > 0 || m4::defines(&before, &name);
            if count > old_count && (is_known() || !self.checks_for(&name)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a part changes only comments and blank lines of an m4 source.
pub(super) fn changes_only_comments(context: &Context<'_>, part: &Part) -> Result<bool, TreeError> {
    let before = after(context, &part.file, [])?;
    let after = after(context, &part.file, &part.deltas)?;
    Ok(m4::without_comments(&before) == m4::without_comments(&after))
}

pub(super) fn path(text: &str) -> TreePath {
    text.parse().expect("a literal path is valid")
}

/// Whether a new text may add a plain `#undef`. The word with a comment after it, as `header.undef` writes it, is none. A text
/// that ends within a line may become one where it is inserted.
fn has_undef(text: &[u8]) -> bool {
    let is_plain = |at: usize| matches!(text.get(at + b"undef".len()), None | Some(b' ' | b'\t'));
    !text.ends_with(b"\n") || memmem::find_iter(text, b"undef").any(is_plain)
}

/// The text of a file after some deltas.
fn after<'a>(
    context: &Context<'_>,
    path: &TreePath,
    deltas: impl IntoIterator<Item = &'a Delta>,
) -> Result<Vec<u8>, TreeError> {
    let mut text = match context.file(path) {
        Ok(file) => file.map(|file| file.bytes.to_vec()).unwrap_or_default(),
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut rewrites: Vec<Rewrite> = Vec::new();
    for delta in deltas {
        match delta {
            Delta::Rewrite(rewrite) => rewrites.push(rewrite.clone()),
            Delta::Add { bytes, .. } => text = bytes.to_vec(),
            Delta::Link { .. } | Delta::Remove | Delta::Move { .. } => text.clear(),
            Delta::Mode { .. } => {}
        }
    }
    // Rewrites that collide are reported as a conflict.
    Ok(apply(&text, &rewrites).unwrap_or(text))
}

/// The names of `#undef NAME`, as config.status looks for it: with a blank after the word. Each with its number.
fn plain_undefs(text: &[u8]) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    // A template has thousands of lines, so only those with the word are read.
    for at in memmem::find_iter(text, b"undef") {
        let line = line_bounds(text, at);
        let is_directive = Span::new(line.start, at).of(text).trim_ascii() == b"#";
        let rest = Span::new(at + b"undef".len(), line.end).of(text);
        if is_directive && rest.first().is_some_and(|b| matches!(b, b' ' | b'\t')) {
            let name = rest.trim_ascii_start();
            let end = name.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            *names.entry(String::from_utf8_lossy(&name[..end]).into_owned()).or_default() += 1;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_undef_that_config_status_rewrites_is_plain() {
        let names = |text: &str| plain_undefs(text.as_bytes()).into_keys().collect::<Vec<_>>();
        assert_eq!(names("x\n# undef FOO\n#undef\tBAR /* x */\n"), ["BAR", "FOO"]);
        assert_eq!(names("#undef \nFOO\n"), [""]);
        assert!(has_undef(b"x\n#undef FOO\n") && has_undef(b"undef\tFOO\n") && has_undef(b"#und"));
        assert!(!has_undef(b"#undef/**/FOO\n") && !has_undef(b"#define FOO\n"));
        assert_eq!(names("#undef/**/FOO\n/* #undef */\n").len(), 0);
    }
}
