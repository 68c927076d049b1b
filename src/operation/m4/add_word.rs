//! `m4.add-word`.

use super::words::Holder;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::{Addition, add};

arguments! {
    /// `m4.add-word`: adds a word to a list: an argument of a macro such as AC_CHECK_HEADERS, or the value of a variable of the
    /// shell. It gets a line or a comma where the word next to it has one.
    ///
    /// Where several calls or assignments match, it needs `after` or `before`. It refuses a value that is not one string.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.add-word: {call: AC_CHECK_FUNCS, word: device_open, after: chown}
    /// ```
    /// ```diff
    ///  AC_CHECK_FUNCS([ \
    /// -  alarm chown clock \
    /// +  alarm chown device_open clock \
    ///    fork])
    ///  AC_CHECK_FUNCS([dlopen])
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.add-word: {call: AC_CHECK_DECLS, word: RTLD_DEVICE}
    /// ```
    /// ```diff
    /// -AC_CHECK_DECLS([RTLD_LAZY, RTLD_NOW], [], [], [[#include <dlfcn.h>]])
    /// +AC_CHECK_DECLS([RTLD_LAZY, RTLD_NOW, RTLD_DEVICE], [], [], [[#include <dlfcn.h>]])
    /// ```
    one_of(call, variable)
    pub struct AddWord {
        /// The macro that is called.
        call: Option<String>,
        /// The first argument of the call, or the words that it begins with. The quotes of m4 do not matter.
        first: Option<String>,
        /// The number of the argument that is the list; 1 unless given.
        number: Option<usize>,
        /// The variable.
        variable: Option<String>,
        /// The new word.
        word: String,
        /// The word before which it is put.
        before: Option<String>,
        /// The word after which it is put; at the end unless one of both is given.
        after: Option<String>,
    }
}

impl AddWord {
    fn holder(&self) -> Holder<'_> {
        let AddWord { call, first, number, variable, .. } = self;
        let (call, first, variable) = (call.as_deref(), first.as_deref(), variable.as_deref());
        Holder { call, first, number: *number, variable }
    }
}

impl Operate for AddWord {
    fn describe(&self) -> Description<'_> {
        Description::new(self.holder().anchor()).label(self.word.clone()).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.holder().check(&self.word)?;
        ensure(self.before.is_none() || self.after.is_none(), "needs `before` or `after`, not both")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (holder, word) = (self.holder(), self.word.trim());
        let addition = Addition { word, before: self.before.as_deref(), after: self.after.as_deref() };
        add(&site.file.bytes, &holder.lists(site, word)?, &holder.named(), &addition)
    }
}
