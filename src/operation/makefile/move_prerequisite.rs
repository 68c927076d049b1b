//! `makefile.move-prerequisite`.

use super::prerequisite::{change_head, only_prerequisite};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::with_blanks;

arguments! {
    /// `makefile.move-prerequisite`: moves a prerequisite before or after another one of the same rule. A serial make builds
    /// them in their order.
    ///
    /// It does not fit where the rule lacks one of the two words.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.move-prerequisite: {target: install, word: libainstall, before: libinstall}
    /// ```
    /// ```diff
    /// -install: libinstall libainstall
    /// +install: libainstall libinstall
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.move-prerequisite: {target: all, word: gdbhooks, after: sharedmods}
    /// ```
    /// ```diff
    /// -all: gdbhooks oldsharedmods sharedmods docs
    /// +all: oldsharedmods sharedmods gdbhooks docs
    /// ```
    one_of(before, after)
    pub struct MovePrerequisite {
        /// The target, or several of which the first that has the prerequisite counts.
        target: OneOrMore,
        /// The prerequisite, as a whole word.
        word: String,
        /// The prerequisite before which it is put.
        before: Option<String>,
        /// The prerequisite after which it is put.
        after: Option<String>,
    }
}

impl MovePrerequisite {
    fn other(&self) -> &str {
        self.before.as_deref().or(self.after.as_deref()).unwrap_or_default()
    }
}

impl Operate for MovePrerequisite {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Prerequisite {
            targets: self.target.0.clone(),
            word: Some(self.word.clone()),
        })
        .label(self.word.clone())
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        if self.before.is_some() == self.after.is_some() {
            return Err("needs either `before` or `after`".to_owned());
        }
        if self.word == self.other() {
            return Err("does nothing: it moves a word next to itself".to_owned());
        }
        Ok(())
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Prerequisite { targets, word: Some(word) } = anchor else { return false };
        (self.target, self.word) = (OneOrMore(targets), word);
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, targets) = (site.file, &self.target.0);
        let find = |word: &str| {
            only_prerequisite(file, targets, word).map_err(|error| error.failure(file, targets, word))
        };
        let (word, other) = (find(&self.word)?, find(self.other())?);
        if !std::ptr::eq(word.rule, other.rule) {
            let why = format!(
                "`{}` and `{}` are in different rules, whose order make chooses",
                self.word,
                self.other()
            );
            return refused(why, word.word.start);
        }
        let is_before = word.word.start < other.word.start;
        if is_before == self.before.is_some() {
            return already(word.word.start);
        }
        let text = &file.bytes;
        let (low, high) = (word.word.start.min(other.word.start), word.word.start.max(other.word.start));
        if word.rule.prerequisites.iter().any(|p| p.of(text) == b"|" && p.start > low && p.start < high) {
            let why = "a `|` is between both: what follows it does not make the target out of date";
            return refused(why, word.word.start);
        }
        let insert = match self.before {
            Some(_) => Rewrite::insert(other.word.start, format!("{} ", self.word)),
            None => Rewrite::insert(other.word.end, format!(" {}", self.word)),
        };
        let removed = with_blanks(text, word.rule.header.start, word.word);
        change_head(file, word.rule, vec![word.word], vec![insert, Rewrite::remove(removed)])
    }
}
