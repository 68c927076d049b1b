//! `makefile.set-variable`.

use super::variable::{separated, variable};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `makefile.set-variable`: gives a variable another value.
    ///
    /// It does not fit where the variable is not defined, and is ambiguous where it is defined several times.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.set-variable: {name: SHLIB_EXT, value: .a}
    /// ```
    /// ```diff
    /// -SHLIB_EXT=	.so
    /// +SHLIB_EXT=	.a
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.set-variable:
    ///   name: PGEN
    ///   value: {"<2.6": yod Parser/pgen, ">=2.6": ./pgen}
    /// ```
    /// ```diff
    /// -PGEN=		Parser/pgen$(EXE)
    /// +PGEN=		yod Parser/pgen
    ///  AR=		@AR@
    /// ```
    pub struct SetVariable {
        /// The variable's name.
        name: String,
        /// Its new value.
        value: String,
    }
}

impl Operate for SetVariable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Variable(self.name.clone())).compared(Compared::LogicalLine)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.name.trim().is_empty(), "names no variable")
    }

    moves_to!(self, Anchor::Variable(name) => self.name = name);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let variable = variable(site.file, &self.name)?;
        let value = self.value.trim();
        if variable.value.of(&site.file.bytes) == value.as_bytes() {
            return already(variable.name.start);
        }
        change(vec![Rewrite::replace(variable.value, separated(site.file, variable, value))])
    }
}
