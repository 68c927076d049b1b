//! `makefile.remove`.

use super::lines::Lines;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Removal, remove};

arguments! {
    /// `makefile.remove`: removes whole commands with their continuation lines, variables, rules or conditionals.
    ///
    /// It refuses a part of a line. Where similar lines are left, the code is missing, not already removed.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// within: {target: clinic}
    /// makefile.remove: {find: $(PYTHON_FOR_REGEN) generate_global_objects.py}
    /// ```
    /// ```diff
    ///  clinic: check-clean-src
    ///  	$(PYTHON_FOR_REGEN) clinic.py --make
    /// -	@$(PYTHON_FOR_REGEN) generate_global_objects.py
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove: {find: 'gdbhooks:', comment: true}
    /// ```
    /// ```diff
    ///  all: python
    ///
    /// -# Hooks of the debugger.
    /// -gdbhooks: python
    /// -	cp Tools/gdb/libpython.py python-gdb.py
    /// -
    ///  clean:
    ///  	rm -f core
    /// ```
    pub struct Remove {
        /// The lines to remove. Of a command, make's `@` and `-` may be left out; of a rule, the targets with their colon are
        /// enough, and of a conditional its first line.
        find: String; not_empty,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
        /// How many matches the code has.
        count: Count,
    }
}

impl Operate for Remove {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        remove(&Lines, site, &Removal { find: &self.find, comment: self.comment, count: self.count.0 })
    }
}
