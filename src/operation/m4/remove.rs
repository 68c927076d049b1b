//! `m4.remove`.

use super::statements::{Statements, check_not_emptied};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Removal, Units, remove};
use crate::syntax::m4::Dialect;

arguments! {
    /// `m4.remove`: removes whole statements: macro calls with all their arguments, `if ... fi`, `case ... esac`, assignments.
    ///
    /// It refuses a part of a statement. Where similar code is left, the code is missing, not already removed.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.remove: {find: 'if test "$with_demo" = yes; then', comment: true}
    /// ```
    /// ```diff
    ///  AC_SUBST([DEMO])
    /// -# the demo
    /// -if test "$with_demo" = yes; then
    /// -  DEMO=
    /// -fi
    ///  AC_OUTPUT
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.remove: {find: 'AC_CHECK_LIB([dl]'}
    /// ```
    /// ```diff
    ///  AC_CHECK_LIB([intl], [textdomain])
    /// -AC_CHECK_LIB([dl], [dlopen],
    /// -  [LIBS="-ldl $LIBS"])
    ///  AC_OUTPUT
    /// ```
    pub struct Remove {
        /// The statements to remove; of an `if`, a loop or a `case` its head is enough, of a macro call its name and first arguments.
        find: String; not_empty,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
        /// How many matches the code has.
        count: Count,
    }
}

impl Remove {
    /// Checks what the types cannot say of code in a language.
    pub fn check_as(&self, _texts: &Texts, _dialect: Dialect) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")
    }
}

impl Operate for Remove {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        self.check_as(texts, Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let found = Statements.find(site.file, self.find.as_bytes(), site.scope);
        // Which of several is meant is not known.
        if found.len() <= self.count.0 {
            found.iter().try_for_each(|span| check_not_emptied(site.file, *span))?;
        }
        remove(&Statements, site, &Removal { find: &self.find, comment: self.comment, count: self.count.0 })
    }
}
