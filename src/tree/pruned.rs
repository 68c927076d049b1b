//! A tree without some of its paths.

use super::{ContentsId, Entry, File, Tree, TreeError, TreePath, WalkEntry};

/// A release without the paths that only its tag or only its tarball has, so that both are the same tree.
///
/// Upstream's release script writes Misc/NEWS from the snippets in Misc/NEWS.d and leaves out .github and the like,
/// which no `.gitattributes` says (`export` in release.py of python/release-tools).
pub struct PrunedTree {
    tree: Box<dyn Tree>,
    without: Vec<TreePath>,
    /// Whether the paths exist, but may not be read.
    refuses: bool,
}

impl PrunedTree {
    /// `tree` without the paths `without` and everything below them.
    pub fn new(tree: Box<dyn Tree>, without: Vec<TreePath>) -> PrunedTree {
        PrunedTree { tree, without, refuses: false }
    }

    /// `tree`, of which the paths `without` and everything below them are not copied. To look one up is an error: nobody knows
    /// whether an edit would fit it. They are among [`Tree::files`], so that a pattern finds them.
    pub fn refusing(tree: Box<dyn Tree>, without: Vec<TreePath>) -> PrunedTree {
        PrunedTree { tree, without, refuses: true }
    }

    /// Whether `path` can be read.
    fn check(&self, path: &TreePath) -> Result<bool, TreeError> {
        match self.has(path) {
            false if self.refuses => Err(TreeError::LeftOut(path.clone())),
            has => Ok(has),
        }
    }

    fn has(&self, path: &TreePath) -> bool {
        !self.without.iter().any(|top| {
            path.as_str()
                .strip_prefix(top.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl Tree for PrunedTree {
    fn label(&self) -> &str {
        self.tree.label()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        if self.check(path)? { self.tree.entry(path) } else { Ok(None) }
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        if self.check(path)? { self.tree.read(path) } else { Ok(None) }
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        if self.check(path)? { self.tree.link(path) } else { Ok(None) }
    }

    fn contents_id(&self, path: &TreePath) -> Option<ContentsId> {
        if self.has(path) { self.tree.contents_id(path) } else { None }
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        let mut files = self.tree.files()?;
        files.retain(|path| self.refuses || self.has(path));
        Ok(files)
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        self.walk_except(&mut |_| false, visit)
    }

    fn walk_except(
        &self,
        leaves_out: &mut dyn FnMut(&TreePath) -> bool,
        visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        self.tree.walk_except(&mut |path| !self.has(path) || leaves_out(path), visit)
    }
}

#[cfg(test)]
mod tests {
    use super::super::DirTree;
    use super::super::testing::{directory, path};
    use super::*;

    #[test]
    fn a_pruned_path_and_all_below_it_are_not_there() {
        let folder = directory();
        let whole = DirTree::open(folder.path()).unwrap();
        let (all, mut walked) = (whole.files().unwrap(), Vec::new());
        let news = path("Misc/NEWS");
        let tree = PrunedTree::new(Box::new(whole), vec![news.clone(), path("Misc/NEW"), path("Modules")]);

        let kept: Vec<_> =
            all.into_iter().filter(|it| *it != news && !it.as_str().starts_with("Modules/")).collect();
        assert!(kept.contains(&path("Modules-x")));
        assert_eq!(tree.files().unwrap(), kept);
        tree.walk(&mut |entry| {
            walked.push(entry.path);
            Ok(())
        })
        .unwrap();
        assert!(
            walked.contains(&path("Misc")) && !walked.contains(&news) && !walked.contains(&path("Modules"))
        );
        for gone in [news, path("Modules"), path("Modules/spam.c")] {
            assert_eq!(tree.entry(&gone).unwrap(), None);
            assert_eq!(tree.read(&gone).unwrap(), None);
        }
    }

    #[test]
    fn a_path_that_is_left_out_cannot_be_looked_up() {
        let folder = directory();
        let whole = || Box::new(DirTree::open(folder.path()).unwrap());
        let files = whole().files().unwrap();
        let tree = PrunedTree::refusing(whole(), vec![path("Modules")]);
        let mut walked = Vec::new();
        tree.walk(&mut |entry| {
            walked.push(entry.path);
            Ok(())
        })
        .unwrap();
        assert!(walked.contains(&path("Modules-x")) && !walked.contains(&path("Modules/spam.c")));
        assert_eq!(tree.files().unwrap(), files);
        for gone in [path("Modules"), path("Modules/spam.c"), path("Modules/none")] {
            assert!(matches!(tree.entry(&gone), Err(TreeError::LeftOut(it)) if it == gone));
            assert!(matches!(tree.read(&gone), Err(TreeError::LeftOut(it)) if it == gone));
        }
        assert!(tree.read(&path("configure")).unwrap().is_some());
    }
}
