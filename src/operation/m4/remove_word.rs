//! `m4.remove-word`.

use super::words::Holder;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::remove;

arguments! {
    /// `m4.remove-word`: removes a word from a list: from an argument of a macro such as AC_CHECK_HEADERS, or from the value of a
    /// variable of the shell; with its line if it has one of its own.
    ///
    /// Only whole words match. Where a similar word is left, the word is missing, not already removed.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.remove-word: {call: AC_CHECK_HEADERS, word: stropts.h}
    /// ```
    /// ```diff
    ///  AC_CHECK_HEADERS(asm/types.h conio.h \
    /// -signal.h stropts.h termios.h)
    /// +signal.h termios.h)
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.remove-word: {variable: LIBS, word: -lnsl}
    /// ```
    /// ```diff
    /// -LIBS="-lsocket -lnsl $LIBS"
    /// +LIBS="-lsocket $LIBS"
    /// ```
    one_of(call, variable)
    pub struct RemoveWord {
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
    }
}

impl RemoveWord {
    fn holder(&self) -> Holder<'_> {
        let RemoveWord { call, first, number, variable, .. } = self;
        let (call, first, variable) = (call.as_deref(), first.as_deref(), variable.as_deref());
        Holder { call, first, number: *number, variable }
    }
}

impl Operate for RemoveWord {
    fn describe(&self) -> Description<'_> {
        Description::new(self.holder().anchor()).label(self.word.clone()).within().removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.holder().check(&self.word)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (holder, word) = (self.holder(), self.word.trim());
        remove(&site.file.bytes, &holder.lists(site, word)?, &holder.named(), word)
    }
}
