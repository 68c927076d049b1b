//! `makefile.append-variable`.

use super::variable::{separated, variable};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::makefile::{is_open, words};

arguments! {
    /// `makefile.append-variable`: adds words at the end of a variable's value.
    ///
    /// It refuses a value that ends in a `\`, a `$` or a reference that is not closed.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.append-variable: {name: LIBS, value: -lmpi}
    /// ```
    /// ```diff
    /// -LIBS=	-lm
    /// +LIBS=	-lm -lmpi
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.append-variable: {name: OBJS, value: device.o dma.o}
    /// ```
    /// ```diff
    ///  OBJS=	a.o \
    /// -	b.o
    /// +	b.o device.o dma.o
    ///  all: $(OBJS)
    /// ```
    pub struct AppendVariable {
        /// The variable's name.
        name: String,
        /// What is added.
        value: String,
    }
}

impl Operate for AppendVariable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Variable(self.name.clone())).compared(Compared::LogicalLine)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.value.trim().is_empty(), "does nothing: its `value` is empty")
    }

    moves_to!(self, Anchor::Variable(name) => self.name = name);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let variable = variable(site.file, &self.name)?;
        let present: Vec<&[u8]> = words(text, variable.value).into_iter().map(|word| word.of(text)).collect();
        let wanted: Vec<&[u8]> = self.value.split_ascii_whitespace().map(str::as_bytes).collect();
        if present.ends_with(&wanted) {
            return already(variable.name.start);
        }
        let value = self.value.trim();
        let with = if variable.value.is_empty() {
            separated(site.file, variable, value)
        } else {
            format!(" {value}")
        };
        if is_open(variable.value.of(text)) {
            let why = format!(
                "the value of `{}` ends in a `\\`, a `$` or a reference that is not closed",
                self.name
            );
            return refused(why, variable.value.start);
        }
        change(vec![Rewrite::insert(variable.value.end, with)])
    }
}
