//! The hunks of a diff that touch an anchor.

use std::collections::BTreeSet;

use super::observation::Observation;
use crate::text::{Hunk, hunks};
use crate::tree::TreePath;

/// How many hunks are shown if none touches the anchor.
const MOST: usize = 3;

/// The hunks of one file's diff that touch an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The file before; `None` when it is new.
    pub old: Option<TreePath>,
    /// The file afterwards; `None` when it is gone.
    pub new: Option<TreePath>,
    /// The hunks; none for a file that was added or removed as a whole.
    pub hunks: Vec<Hunk>,
    /// How many hunks the whole diff has.
    pub of: usize,
    /// Whether the hunks touch or mention the anchor; otherwise they are the first ones.
    pub touches: bool,
}

impl Excerpt {
    /// The lines of a diff before the hunks, which name the two files.
    pub fn head(&self) -> String {
        let name = |path: &Option<TreePath>, prefix: &str| match path {
            Some(path) => format!("{prefix}/{path}"),
            None => "/dev/null".to_owned(),
        };
        format!("--- {}\n+++ {}\n", name(&self.old, "a"), name(&self.new, "b"))
    }
}

/// The anchored lines of one file, before and afterwards.
#[derive(Debug, Default)]
pub(super) struct AnchorLines {
    /// Numbers of lines before, from 1.
    old: BTreeSet<usize>,
    /// Numbers of lines afterwards.
    new: BTreeSet<usize>,
    /// Texts of the anchor, used if no hunk touches its lines.
    texts: BTreeSet<String>,
}

impl AnchorLines {
    /// Adds what a part sees before and afterwards.
    pub(super) fn add(&mut self, before: &Observation, after: &Observation) {
        self.old.extend(before.lines.iter().map(|line| line.line));
        self.new.extend(after.lines.iter().map(|line| line.line));
        let lines = before.lines.iter().chain(&after.lines).map(|line| line.text.trim());
        self.texts.extend(lines.filter(|text| text.len() > 3).map(str::to_owned));
    }

    /// Adds texts that the anchor consists of or depends on.
    pub(super) fn add_texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        self.texts.extend(texts.into_iter().map(str::to_owned));
    }

    /// The hunks between two versions of a file that touch the anchor; `None` if the versions are equal.
    pub(super) fn excerpt(
        &self,
        (old_path, old): (&TreePath, Option<&[u8]>),
        (new_path, new): (&TreePath, Option<&[u8]>),
    ) -> Option<Excerpt> {
        let paths = (old.map(|_| old_path.clone()), new.map(|_| new_path.clone()));
        let excerpt = |hunks, of, touches| {
            Some(Excerpt { old: paths.0.clone(), new: paths.1.clone(), hunks, of, touches })
        };
        let (Some(before), Some(after)) = (old, new) else {
            return if old.is_none() && new.is_none() { None } else { excerpt(Vec::new(), 0, true) };
        };
        let all = hunks(before, after);
        let of = all.len();
        if of == 0 {
            return if old_path == new_path { None } else { excerpt(all, 0, true) };
        }
        let tests: [fn(&AnchorLines, &Hunk) -> bool; 2] =
            [AnchorLines::is_touched, AnchorLines::is_mentioned];
        for test in tests {
            let hunks: Vec<Hunk> = all.iter().filter(|hunk| test(self, hunk)).cloned().collect();
            if !hunks.is_empty() {
                return excerpt(hunks, of, true);
            }
        }
        excerpt(all.into_iter().take(MOST).collect(), of, false)
    }

    fn is_touched(&self, hunk: &Hunk) -> bool {
        hunk.removed.iter().any(|line| self.old.contains(line))
            || hunk.added.iter().any(|line| self.new.contains(line))
    }

    /// Whether a changed line contains a text of the anchor.
    fn is_mentioned(&self, hunk: &Hunk) -> bool {
        let mut changed = hunk
            .bytes
            .split(|byte| *byte == b'\n')
            .skip(1)
            .filter(|line| line.starts_with(b"-") || line.starts_with(b"+"));
        changed.any(|line| {
            let line = String::from_utf8_lossy(line);
            self.texts.iter().any(|text| line.contains(text.as_str()))
        })
    }
}
