//! `m4.insert`.

use super::statements::{Statements, check_code};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, check_insertion, insert, inserting};
use crate::syntax::m4::Dialect;

arguments! {
    /// `m4.insert`: inserts macro calls or statements of the shell before or after one, or at the start or end of a section, branch
    /// or file.
    ///
    /// It needs a text in which every quote and parenthesis is closed, and never inserts inside a statement.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.insert: {after: 'AC_SUBST([LIBPL])', text: 'AC_SUBST([DEMO])'}
    /// ```
    /// ```diff
    ///  # the folder of the library
    ///  AC_SUBST(LIBPL)
    /// +AC_SUBST([DEMO])
    ///  if test -z "$LIBPL"; then
    ///    LIBPL=x
    ///  fi
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// within: {section: DYNLOADFILE}
    /// m4.insert: {at: end, text: 'DYNLOADFILE="dynload_stub.o"'}
    /// ```
    /// ```diff
    ///  AC_MSG_CHECKING([DYNLOADFILE])
    ///  if test -z "$DYNLOADFILE"; then
    ///    DYNLOADFILE="dynload_shlib.o"
    ///  fi
    ///  AC_MSG_RESULT([$DYNLOADFILE])
    /// +DYNLOADFILE="dynload_stub.o"
    /// ```
    one_of(at, before, after)
    pub struct Insert {
        /// `start` or `end` of the section, branch or file.
        at: Option<Edge>,
        /// Code before whose statement they are inserted, above the comment lines that belong to it. The quotes of m4 matter only
        /// if the code occurs with them.
        before: Option<String>,
        /// Code after whose statement they are inserted: after the whole `if ... fi` or macro call, if it is the head of one.
        after: Option<String>,
        /// Whether they are inserted below the comment lines above `before`, rather than above these. Unless given, only comments are.
        below_comment: Option<bool>,
        /// The macro calls or statements, indented as if they were at column 0.
        text: Text,
        /// How many matches the anchor has.
        count: Count,
    }
}

impl Insert {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, texts: &Texts, dialect: Dialect) -> Result<(), String> {
        check_insertion(&self.insertion(), texts)?;
        check_code(texts.get(&self.text), dialect)
    }
}

inserting! { Insert {
    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        insert(&Statements, site, &self.insertion())
    }
}}
