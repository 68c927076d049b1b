//! `makefile.replace-prerequisite`.

use super::prerequisite::{NotFound, change_head, only_prerequisite};
use super::reach::{check_all_unreached, check_unreached, reached};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::with_blanks;

arguments! {
    /// `makefile.replace-prerequisite`: replaces one prerequisite by another word.
    ///
    /// Only whole words match, and the word must occur once.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.replace-prerequisite: {target: install, word: altinstall, with: commoninstall}
    /// ```
    /// ```diff
    /// -install: altinstall bininstall
    /// +install: commoninstall bininstall
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.replace-prerequisite: {target: Modules/posixmodule.o, word: $(srcdir)/Modules/posixmodule.c, with: device/posixmodule.c}
    /// ```
    /// ```diff
    /// -Modules/posixmodule.o: $(srcdir)/Modules/posixmodule.c \
    /// +Modules/posixmodule.o: device/posixmodule.c \
    ///  		$(srcdir)/Modules/posixmodule.h
    /// ```
    pub struct ReplacePrerequisite {
        /// The target, or several of which the first that has the prerequisite counts.
        target: OneOrMore,
        /// The prerequisite, as a whole word.
        word: String,
        /// The new word.
        with: String,
    }
}

impl Operate for ReplacePrerequisite {
    fn describe(&self) -> Description<'_> {
        let (targets, word) = (self.target.0.clone(), Some(self.word.clone()));
        Description::new(Anchor::Prerequisite { targets, word })
            .compared(Compared::LogicalLine)
            .label(self.word.clone())
    }

    moves_to!(self, Anchor::Prerequisite { targets, word: Some(word) } =>
        (self.target, self.word) = (OneOrMore(targets), word));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        let text = &file.bytes;
        let is_with = |word: &&Span| word.of(text) == self.with.as_bytes();
        let not_found = match only_prerequisite(file, &self.target.0, &self.word) {
            Ok(found) => {
                check_all_unreached(file, &self.target.0, &found)?;
                check_unreached(file, &self.with, &found)?;
                let rewrite = match found.rule.prerequisites.iter().find(is_with) {
                    Some(_) => Rewrite::remove(with_blanks(text, found.rule.header.start, found.word)),
                    None => Rewrite::replace(found.word, self.with.as_str()),
                };
                return change_head(file, found.rule, vec![rewrite.span], vec![rewrite]);
            }
            Err(not_found) => not_found,
        };
        if let NotFound::Word(target, _) = not_found
            && let mut rules = file.makefile().rules_of(text, target.as_bytes())
            && let Some(with) = rules.find_map(|rule| rule.prerequisites.iter().find(is_with))
            && reached(file, target, &self.word, None).is_none()
        {
            return already(with.start);
        }
        Err(not_found.failure(file, &self.target.0, &self.word))
    }
}
