//! `m4.replace`.

use super::statements::{Statements, check_replacement};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Replacement, replace};
use crate::syntax::m4::Dialect;

arguments! {
    /// `m4.replace`: replaces code: statements and macro calls, or a part of one.
    ///
    /// The old and the new code must open and close as many quotes and parentheses.
    ///
    /// ```yaml
    /// file: configure.ac
    /// within: {section: LDSHARED}
    /// m4.replace: {find: '-shared', with: '-shared -nostart'}
    /// ```
    /// ```diff
    ///  AC_MSG_CHECKING([LDSHARED])
    /// -LDSHARED="ld -shared"
    /// +LDSHARED="ld -shared -nostart"
    ///  AC_MSG_RESULT([$LDSHARED])
    ///  CCSHARED="-shared"
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.replace: {find: 'AC_CHECK_HEADERS([sys/uio.h])', with: 'AC_CHECK_HEADERS([sys/uio.h device.h])'}
    /// ```
    /// ```diff
    /// -AC_CHECK_HEADERS(
    /// -  sys/uio.h)  dnl vectors
    /// +AC_CHECK_HEADERS([sys/uio.h device.h])  dnl vectors
    ///  AC_OUTPUT
    /// ```
    pub struct Replace {
        /// The code to replace. Blanks, line breaks and comments between its tokens do not matter, and m4's quotes only if the code
        /// occurs with them.
        find: String; not_empty,
        /// The new code.
        with: Text,
        /// How many matches the code has.
        count: Count,
    }
}

impl Replace {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, texts: &Texts, dialect: Dialect) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")?;
        let with = texts.get(&self.with);
        let family = dialect.family();
        let empty = format!("has an empty `with`: write `{family}.remove` to remove statements");
        ensure(!with.trim_ascii().is_empty(), &empty)?;
        check_replacement(&self.find, with, dialect)
    }
}

impl Operate for Replace {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).texts([&self.with]).within()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        replace(&Statements, site, &Replacement { find: &self.find, with: &self.with, count: self.count.0 })
    }
}
