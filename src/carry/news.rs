//! The numbers of issues, which the news of a version name.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::tree::{FileChange, Tree, TreeError, TreePath};

/// The issues that a patch names, and whether the news of the new version alone do, too.
pub(super) struct News<'a> {
    from: &'a dyn Tree,
    to: &'a dyn Tree,
    issues: BTreeSet<String>,
    found: OnceCell<Option<String>>,
}

/// Whether a file is for people who read what is new.
pub(super) fn is_news(path: &TreePath) -> bool {
    let path = path.as_str();
    path.starts_with("Misc/NEWS")
        || path == "Misc/HISTORY"
        || path == "Misc/ACKS"
        || path.starts_with("Doc/whatsnew/")
}

impl<'a> News<'a> {
    pub fn new(from: &'a dyn Tree, to: &'a dyn Tree, changes: &[FileChange], message: &str) -> News<'a> {
        let mut issues = named(message.as_bytes());
        for change in changes {
            issues.extend(named(change.path.as_str().as_bytes()));
            let Some(after) = &change.after else { continue };
            let before = change.before.as_ref().map_or(BTreeSet::new(), |file| named(&file.bytes));
            if change.rewrites.is_empty() {
                issues.extend(named(&after.bytes).difference(&before).cloned());
            }
            for rewrite in &change.rewrites {
                issues.extend(named(&rewrite.with).difference(&before).cloned());
            }
        }
        News { from, to, issues, found: OnceCell::new() }
    }

    /// An issue of the patch that is in the news of the new version and not in those of the old one.
    pub fn issue(&self) -> Result<Option<&str>, TreeError> {
        if self.found.get().is_none() {
            let found = self.search()?;
            let _ = self.found.set(found);
        }
        Ok(self.found.get().and_then(Option::as_deref))
    }

    fn search(&self) -> Result<Option<String>, TreeError> {
        if self.issues.is_empty() {
            return Ok(None);
        }
        let (old, new) = (self.names_in(self.from)?, self.names_in(self.to)?);
        Ok(self.issues.iter().find(|issue| new.contains(*issue) && !old.contains(*issue)).cloned())
    }

    /// The issues of the patch that the news of a tree name.
    fn names_in(&self, tree: &dyn Tree) -> Result<BTreeSet<String>, TreeError> {
        let mut all = BTreeSet::new();
        for path in tree.files()? {
            if path.as_str().starts_with("Misc/NEWS") {
                all.extend(named(path.as_str().as_bytes()));
                if let Ok(Some(file)) = tree.read(&path) {
                    all.extend(named(&file.bytes));
                }
            }
        }
        Ok(all)
    }
}

/// What is before the number of an issue.
const MARKS: [&[u8]; 8] =
    [b"gh-", b"bpo-", b"gh-issue: ", b"gh-issue-", b"bpo: ", b"issue #", b"issue", b"issue "];
const LONGEST_MARK: usize = 10;

/// The issues that a text names: `gh-103848`, `bpo-36742`, `Issue #1234`, `CVE-2019-9636`.
fn named(text: &[u8]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end =
            text[at..].iter().position(|byte| !byte.is_ascii_digit()).map_or(text.len(), |len| at + len);
        let before = text[at.saturating_sub(LONGEST_MARK)..at].to_ascii_lowercase();
        let digits = String::from_utf8_lossy(&text[at..end]).into_owned();
        if before.ends_with(b"cve-") && end - at == 4 && text.get(end) == Some(&b'-') {
            let rest = text[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let number = String::from_utf8_lossy(&text[end + 1..end + 1 + rest]).into_owned();
            all.insert(format!("CVE-{digits}-{number}"));
            at = end + 1 + rest;
            continue;
        }
        if end - at >= 4 && MARKS.iter().any(|mark| before.ends_with(mark)) {
            all.insert(digits);
        }
        at = end;
    }
    all
}
