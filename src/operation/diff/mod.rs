//! `diff`: the sections of a patch for a file, matched only where they fit exactly.

mod fit;
mod heading;
mod parsed;
mod sections;

use super::arguments::arguments;
use super::prelude::*;
use crate::contents::Contents;
use crate::operation::FileNeed;
use crate::syntax::patch::{Effect, Section};
use parsed::parsed;

arguments! {
    /// `diff`: applies what a patch has for the file, as `patch` does without fuzz. A hunk fits if all its context and
    /// removed lines are there, byte for byte: at the line that it names, or else at the only such line within 200 lines,
    /// or in the whole file if it is below the heading that the hunk names after `@@`. A hunk with less context before its
    /// changes is at the start of the file if it names the first line, one with less context after them at the end. A file that
    /// the patch adds is added, and one that it removes is removed.
    ///
    /// It refuses to add a file where a different one of that name exists. A hunk that fits nowhere is missing:
    /// fuzz is not allowed.
    ///
    /// ```yaml
    /// file: setup.py
    /// diff: {patch: "--- a/setup.py\n+++ b/setup.py\n@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n+b = 3\n"}
    /// ```
    /// ```diff
    ///  a = 1
    /// -b = 2
    /// +b = 3
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// diff:
    ///   patch: |
    ///     --- a/Makefile.pre.in
    ///     +++ b/Makefile.pre.in
    ///     @@ -9,3 +9,4 @@
    ///      install: altinstall
    ///     +install: device
    ///      clean:
    ///      distclean:
    /// ```
    /// ```diff
    ///  all: python
    ///  install: altinstall
    /// +install: device
    ///  clean:
    ///  distclean:
    /// ```
    pub struct Diff {
        /// The patch: of one file, whose name in it is ignored, or of several, among them the file of this change.
        patch: Text,
        /// How many lines a hunk may have moved at most, wherever else it may match.
        max_offset: Option<usize>,
    }
}

impl Operate for Diff {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Hunks { max_offset: self.max_offset }).texts([&self.patch])
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        match parsed(&texts.contents(&self.patch)).as_ref() {
            Ok(patch) if patch.sections.is_empty() => Err("has a patch without a hunk".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("has a damaged patch: {error}")),
        }
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Hunks { max_offset } = anchor else { return false };
        self.max_offset = max_offset;
        true
    }

    fn need(&self, texts: &Texts, file: &str) -> Option<FileNeed> {
        let patch = parsed(&texts.contents(&self.patch));
        let patch = patch.as_ref().as_ref().ok()?;
        let effect = patch.sections_for(file).first().map(|section| section.effect);
        match effect? {
            Effect::Adds => Some(FileNeed::Creates),
            Effect::Removes => Some(FileNeed::MayBeAbsent),
            Effect::Changes | Effect::Moves | Effect::Binary => None,
        }
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let patch = parsed(&site.texts.contents(&self.patch));
        let patch = patch.as_ref().as_ref().map_err(|why| Failure::fault(why.clone()))?;
        let path = site.file.path.as_str();
        let sections = patch.sections_for(path);
        if sections.is_empty() {
            let names: Vec<String> = patch.sections.iter().map(|section| section.names.display()).collect();
            return Err(Failure::fault(format!(
                "the patch has no section for {path}: it is for {}",
                names.join(", ")
            )));
        }
        sections::apply(site.file, site.exists, &sections, self.max_offset)
    }
}

/// The files of a patch for which none of `taken` is.
pub(crate) fn untaken(patch: &Contents, taken: &[&str]) -> Vec<String> {
    let patch = parsed(patch);
    let Ok(patch) = patch.as_ref() else { return Vec::new() };
    let taken: Vec<*const Section> =
        taken.iter().flat_map(|path| patch.sections_for(path)).map(std::ptr::from_ref).collect();
    let left = patch.sections.iter().filter(|section| !taken.contains(&std::ptr::from_ref(*section)));
    let mut names: Vec<String> = left.map(|section| section.names.display()).collect();
    names.dedup();
    names
}
