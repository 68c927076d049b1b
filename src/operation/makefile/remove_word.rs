//! `makefile.remove-word`.

use super::list_word::{checked, lists};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::remove;

arguments! {
    /// `makefile.remove-word`: removes a word from the list that a variable holds, with its line if it has one of its own.
    ///
    /// Only whole words match. Where the variable is not defined, the word is missing.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove-word: {variable: LIBSUBDIRS, word: lib2to3}
    /// ```
    /// ```diff
    ///  LIBSUBDIRS=	json \
    /// -		lib2to3 \
    ///  		logging
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove-word: {variable: SCRIPTS, word: $(srcdir)/Tools/scripts/2to3}
    /// ```
    /// ```diff
    /// -SCRIPTS= $(srcdir)/Tools/scripts/pydoc $(srcdir)/Tools/scripts/2to3
    /// +SCRIPTS= $(srcdir)/Tools/scripts/pydoc
    /// ```
    pub struct RemoveWord {
        /// The variable's name.
        variable: String,
        /// The word.
        word: String,
    }
}

impl Operate for RemoveWord {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Variable(self.variable.clone())).label(self.word.clone()).within().removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.word.trim().is_empty(), "has an empty `word`")
    }

    moves_to!(self, Anchor::Variable(name) => self.variable = name);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let lists = lists(site, &self.variable)?;
        let answer = remove(&site.file.bytes, &lists, &format!("`{}`", self.variable), &self.word)?;
        checked(site.file, &lists, answer, |all| all.retain(|word| word != self.word.as_bytes()))
    }
}
