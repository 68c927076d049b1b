//! Carries changes of files to another version: what `git cherry-pick` does for commits, with more ways to say that it is not sure.
//!
//! The old version is known, so each file is merged with three sides. What that says is then questioned: whether
//! the new version has the change already, whether the file moved, and whether the result uses names that vanished or no longer
//! parses. No answer is a guess: what looks off is a proposal for review, with the reason.

mod beside;
mod care;
mod check;
mod defined;
mod file;
mod lineage;
mod locals;
mod modules;
mod moved;
mod names;
mod news;
mod rescue;
mod scope;
mod scopes;
mod substitute;
mod upstream;

pub use care::Care;
pub use check::broken;
pub use lineage::Lineage;
use news::News;
pub(crate) use scopes::Scopes;

use crate::text::named_values;
use crate::tree::{FileChange, Tree, TreeError, TreePath};

named_values! {
    /// What became of the change of a file.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Outcome {
        /// It is made in the new version, at its place.
        Ported = "ported",
        /// The new version has it already.
        Upstream = "upstream",
        /// The new version does not have the file.
        Gone = "gone",
        /// It can be made, but something looks off.
        Review = "review",
        /// It cannot be made without a decision.
        Conflict = "conflict",
    }
}

/// The change of a file, carried.
#[derive(Debug, Clone)]
pub struct Carried {
    /// The file in the old version.
    pub path: TreePath,
    /// The file in the new version, if it has another name there.
    pub moved_to: Option<TreePath>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why: at least one reason unless it is [`Outcome::Ported`] as it was.
    pub reasons: Vec<String>,
    /// Whether the patch adds the file.
    pub is_added: bool,
    /// The share of the 15 lines before and after an edit that the new version has as they were, the least of all edits; of a file that is
    /// gone, the share of its lines that another one has at most; of one that is added, how much that of the new version is like it; 1 for
    /// what else is not merged by lines.
    pub around: f64,
    /// The change of the new version: a proposal if the outcome is [`Outcome::Review`], with markers in a conflict.
    pub change: Option<FileChange>,
}

/// Carries changes from one version to another.
pub struct Carrier<'a> {
    from: &'a dyn Tree,
    to: &'a dyn Tree,
    care: Care,
    lineage: Option<&'a Lineage>,
}

impl<'a> Carrier<'a> {
    /// Carries changes of `from` to `to`.
    pub fn new(from: &'a dyn Tree, to: &'a dyn Tree, care: Care) -> Carrier<'a> {
        Carrier { from, to, care, lineage: None }
    }

    /// Looks into the commits between the two where it is in doubt.
    #[must_use]
    pub fn with_lineage(self, lineage: Option<&'a Lineage>) -> Carrier<'a> {
        Carrier { lineage, ..self }
    }

    /// Carries `changes`, which are those of one patch. `message` is what it says about itself.
    ///
    /// # Errors
    /// If one of the trees cannot be read.
    pub fn carry(&self, changes: &[FileChange], message: &str) -> Result<Vec<Carried>, TreeError> {
        let news = News::new(self.from, self.to, changes, message);
        let mut files = Vec::new();
        for change in changes {
            files.push(file::Carry::begin(self, change)?);
        }
        // Whether a file is upstream is evidence for the others of the same patch.
        let upstream: Vec<bool> =
            files.iter().map(|file| file.is_upstream() && !news::is_news(file.path())).collect();
        let mut carried = Vec::new();
        let mut leaning = Vec::new();
        for (at, file) in files.into_iter().enumerate() {
            let others = upstream.iter().enumerate().any(|(other, is_there)| other != at && *is_there);
            leaning.push(self.care == Care::Careful && file.leans());
            let contrary = file.contrary().filter(|_| self.care == Care::Careful);
            let may_ask = contrary.is_none() && !file.may_be_taken_back();
            let mut file = file.finish(self, others, &news)?;
            if may_ask {
                self.ask_upstream(&mut file, &changes[at]);
            }
            carried.push(file);
        }
        doubt_in_company(&mut carried, &leaning);
        Ok(carried)
    }

    /// Takes a change in doubt as made if a commit of upstream made it, even if others changed it since.
    fn ask_upstream(&self, file: &mut Carried, change: &FileChange) {
        let Some(lineage) = self.lineage.filter(|_| file.outcome >= Outcome::Review) else { return };
        let paths: Vec<TreePath> = std::iter::once(file.path.clone()).chain(file.moved_to.clone()).collect();
        match lineage.made(change, &paths) {
            Ok(Some(why)) => {
                file.reasons.push(why);
                (file.outcome, file.change) = (Outcome::Upstream, None);
            }
            Ok(None) => {}
            // It remains in doubt.
            Err(error) => file.reasons.push(format!("its history cannot be read: {error}")),
        }
    }
}

/// Leaves to a person what was ported and leans on what changed, where too many other files of the patch cannot be carried.
fn doubt_in_company(carried: &mut [Carried], leaning: &[bool]) {
    let is_code = |file: &&Carried| !news::is_news(&file.path);
    let others = carried.iter().filter(is_code).count().saturating_sub(1);
    let open = carried.iter().filter(is_code).filter(|file| file.outcome >= Outcome::Review).count();
    let Some(why) = care::company(open, others) else { return };
    for (file, _) in carried.iter_mut().zip(leaning).filter(|(_, leans)| **leans) {
        if file.outcome == Outcome::Ported {
            file.outcome = Outcome::Review;
            file.reasons.push(why.clone());
        }
    }
}
