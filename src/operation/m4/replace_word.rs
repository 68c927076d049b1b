//! `m4.replace-word`.

use super::words::{Holder, check_words};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::replace;

arguments! {
    /// `m4.replace-word`: replaces a word of a list by one or more others: of an argument of a macro such as AC_CHECK_HEADERS, or
    /// of the value of a variable of the shell.
    ///
    /// Only whole words match. Where several calls or assignments have the word, name one by `first` or `within`.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.replace-word: {call: AC_CONFIG_FILES, word: Modules/ld_so_aix, with: Modules/ld_so_device}
    /// ```
    /// ```diff
    ///  AC_CONFIG_FILES([Makefile.pre Misc/python.pc])
    /// -AC_CONFIG_FILES([Modules/ld_so_aix], [chmod +x Modules/ld_so_aix])
    /// +AC_CONFIG_FILES([Modules/ld_so_device], [chmod +x Modules/ld_so_aix])
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.replace-word: {variable: SRCDIRS, word: Modules/expat, with: Modules/device Modules/vendor}
    /// ```
    /// ```diff
    /// -SRCDIRS="Parser Modules Modules/expat Objects"
    /// +SRCDIRS="Parser Modules Modules/device Modules/vendor Objects"
    /// ```
    one_of(call, variable)
    pub struct ReplaceWord {
        /// The macro that is called.
        call: Option<String>,
        /// The first argument of the call, or the words that it begins with. The quotes of m4 do not matter.
        first: Option<String>,
        /// The number of the argument that is the list; 1 unless given.
        number: Option<usize>,
        /// The variable.
        variable: Option<String>,
        /// The word.
        word: String,
        /// The new word, or several, separated as those of the list are.
        with: String,
    }
}

impl ReplaceWord {
    fn holder(&self) -> Holder<'_> {
        let ReplaceWord { call, first, number, variable, .. } = self;
        let (call, first, variable) = (call.as_deref(), first.as_deref(), variable.as_deref());
        Holder { call, first, number: *number, variable }
    }
}

impl Operate for ReplaceWord {
    fn describe(&self) -> Description<'_> {
        Description::new(self.holder().anchor()).label(self.word.clone()).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.holder().check(&self.word)?;
        ensure(!self.with.trim().is_empty(), "has an empty `with`: write `m4.remove-word` to remove a word")?;
        check_words(&self.with)?;
        let mut with = self.with.split(|c: char| c == ',' || c.is_ascii_whitespace());
        ensure(
            !with.any(|word| word == self.word.trim()),
            "keeps the word: write `m4.add-word` to add others",
        )
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (holder, word) = (self.holder(), self.word.trim());
        replace(&site.file.bytes, &holder.lists(site, word)?, &holder.named(), word, &self.with)
    }
}
