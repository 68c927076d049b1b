//! `makefile.remove-prerequisite`.

use super::prerequisite::{NotFound, change_head, only_prerequisite};
use super::reach::{check_all_unreached, reached};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::with_blanks;

arguments! {
    /// `makefile.remove-prerequisite`: removes a word from a rule's prerequisites.
    ///
    /// Only whole words match: `sharedmods` does not match in `oldsharedmods`.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove-prerequisite: {target: all, word: sharedmods}
    /// ```
    /// ```diff
    /// -all: $(BUILDPYTHON) oldsharedmods sharedmods
    /// +all: $(BUILDPYTHON) oldsharedmods
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove-prerequisite: {target: [build_all, all], word: gdbhooks}
    /// ```
    /// ```diff
    ///  all:	@DEF_MAKE_ALL_RULE@
    ///  build_all:	$(BUILDPYTHON) \
    /// -		sharedmods \
    /// -		gdbhooks
    /// +		sharedmods
    /// ```
    pub struct RemovePrerequisite {
        /// The target, or several of which the first that has the prerequisite counts.
        target: OneOrMore,
        /// The prerequisite, as a whole word.
        word: String,
    }
}

impl Operate for RemovePrerequisite {
    fn describe(&self) -> Description<'_> {
        let (targets, word) = (self.target.0.clone(), Some(self.word.clone()));
        Description::new(Anchor::Prerequisite { targets, word })
            .compared(Compared::LogicalLine)
            .label(self.word.clone())
            .removes()
    }

    moves_to!(self, Anchor::Prerequisite { targets, word: Some(word) } =>
        (self.target, self.word) = (OneOrMore(targets), word));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        match only_prerequisite(file, &self.target.0, &self.word) {
            Ok(found) => {
                check_all_unreached(file, &self.target.0, &found)?;
                let removed = with_blanks(&file.bytes, found.rule.header.start, found.word);
                change_head(file, found.rule, vec![removed], vec![Rewrite::remove(removed)])
            }
            Err(NotFound::Word(target, rule)) if reached(file, target, &self.word, None).is_none() => {
                already(rule.colon.start)
            }
            Err(not_found) => Err(not_found.failure(file, &self.target.0, &self.word)),
        }
    }
}
