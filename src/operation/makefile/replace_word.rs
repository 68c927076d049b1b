//! `makefile.replace-word`.

use super::list_word::{checked, lists};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::replace;
use crate::syntax::makefile::words;

arguments! {
    /// `makefile.replace-word`: replaces a word of the list that a variable holds by one or more others.
    ///
    /// Only whole words match. Where the variable is not defined, the word is missing.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.replace-word: {variable: PYTHON_OBJS, word: Python/dynload_shlib.o, with: Python/dynload_stub.o}
    /// ```
    /// ```diff
    ///  PYTHON_OBJS= \
    /// -		Python/dynload_shlib.o \
    /// +		Python/dynload_stub.o \
    ///  		Python/errors.o
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.replace-word: {variable: DESTDIRS, word: $(LIBDIR), with: $(DEVICEDIR) $(DEVICELIB)}
    /// ```
    /// ```diff
    /// -DESTDIRS=	$(exec_prefix) $(LIBDIR) $(BINLIBDEST)
    /// +DESTDIRS=	$(exec_prefix) $(DEVICEDIR) $(DEVICELIB) $(BINLIBDEST)
    /// ```
    pub struct ReplaceWord {
        /// The variable's name.
        variable: String,
        /// The word.
        word: String,
        /// The new word, or several.
        with: String,
    }
}

impl ReplaceWord {
    fn new_words(&self) -> impl Iterator<Item = &str> {
        self.with.split_ascii_whitespace()
    }
}

impl Operate for ReplaceWord {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Variable(self.variable.clone())).label(self.word.clone()).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.word.trim().is_empty(), "has an empty `word`")?;
        ensure(
            !self.with.trim().is_empty(),
            "has an empty `with`: write `makefile.remove-word` to remove a word",
        )?;
        ensure(!self.with.contains(['\n', '#']), "needs a `with` of words on one line")?;
        let keeps = self.new_words().any(|word| word == self.word);
        ensure(!keeps, "keeps the word: write `makefile.add-word` to add others")
    }

    moves_to!(self, Anchor::Variable(name) => self.variable = name);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let named = format!("`{}`", self.variable);
        let lists = lists(site, &self.variable)?;
        let answer = replace(&site.file.bytes, &lists, &named, &self.word, &self.with)?;
        let with = self.with.as_bytes();
        checked(site.file, &lists, answer, |all| {
            all.retain(|word| word != self.word.as_bytes());
            for word in words(with, Span::new(0, with.len())) {
                let word = word.of(with);
                // One that the list has already is not added.
                if !all.iter().any(|known| known == word) {
                    all.push(word.to_vec());
                }
            }
        })
    }
}
