//! `makefile.remove-word`.

use super::list_word::{definitions, find_word, misspelled, only_word};
use crate::operation::prelude::*;

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
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RemoveWord {
    /// The variable's name.
    pub variable: String,
    /// The word.
    pub word: String,
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
        let file = site.file;
        let lists = definitions(site, &self.variable)?;
        if !find_word(file, &lists, &self.word).is_empty() {
            let found = only_word(file, &lists, &self.variable, &self.word)?;
            let rewrite = Rewrite::remove(found.with_blanks(&file.bytes));
            if !found.leaves_the_others(file, &rewrite) {
                return refused("without it the list would continue on the next line", found.word.start);
            }
            return change(vec![rewrite]);
        }
        // A removed word leaves no trace. Where one is found that may be misspelled, it was not removed.
        let near = misspelled(file, &lists, &self.word);
        if near.is_empty() {
            return already(lists[0].name.start);
        }
        let what = format!("`{}` is not a word of `{}`, but a similar one is", self.word, self.variable);
        let mut miss = Miss::new(what).near(near);
        miss.results = vec![lists[0].name.start];
        Err(miss.into())
    }
}
