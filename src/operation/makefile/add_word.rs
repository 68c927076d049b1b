//! `makefile.add-word`.

use super::list_word::{checked, definitions, lists};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::{Addition, add};
use crate::syntax::makefile::{is_open, words};

arguments! {
    /// `makefile.add-word`: adds a word to the list that a variable holds: on a line of its own, if the word next to it has one.
    ///
    /// It refuses a value that ends in a `\`, a `$` or a reference that is not closed. A variable that is defined
    /// several times needs `after` or `before`.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.add-word: {variable: TESTSUBDIRS, word: test/test_mpi, after: test/test_import}
    /// ```
    /// ```diff
    ///  TESTSUBDIRS=	idlelib/idle_test \
    ///  		test/test_import \
    /// +		test/test_mpi \
    ///  		test/test_zipfile
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.add-word: {variable: PY_CFLAGS, word: -fno-plt}
    /// ```
    /// ```diff
    /// -PY_CFLAGS=	$(OPT) $(CFLAGS)
    /// +PY_CFLAGS=	$(OPT) $(CFLAGS) -fno-plt
    ///  PY_LDFLAGS=	$(LDFLAGS)
    /// ```
    pub struct AddWord {
        /// The variable's name.
        variable: String,
        /// The new word.
        word: String,
        /// The word before which it is put.
        before: Option<String>,
        /// The word after which it is put; at the end unless one of both is given.
        after: Option<String>,
    }
}

impl Operate for AddWord {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Variable(self.variable.clone())).label(self.word.clone()).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_word(&self.word)?;
        ensure(self.before.is_none() || self.after.is_none(), "needs `before` or `after`, not both")
    }

    moves_to!(self, Anchor::Variable(name) => self.variable = name);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let lists = lists(site, &self.variable)?;
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        let addition = Addition { word: &self.word, before, after };
        let answer = add(text, &lists, &format!("`{}`", self.variable), &addition)?;
        let is_change = matches!(answer, Resolution::Change { .. });
        if let ([list], true, None) = (&definitions(site, &self.variable)?[..], is_change, before.or(after))
            && is_open(list.value.of(text))
        {
            let why = format!(
                "the value of `{}` ends in a `\\`, a `$` or a reference that is not closed",
                self.variable
            );
            return refused(why, list.value.start);
        }
        checked(site.file, &lists, answer, |all| all.push(self.word.as_bytes().to_vec()))
    }
}

/// Checks that an argument is one word.
pub(super) fn check_word(word: &str) -> Result<(), String> {
    let text = word.as_bytes();
    let all = words(text, Span::new(0, text.len()));
    let is_one = matches!(all[..], [one] if one == Span::new(0, text.len())) && !word.contains('#');
    ensure(is_one && !is_open(text) && !word.ends_with('\\'), "needs a `word` that is one word")
}
