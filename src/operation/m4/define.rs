//! `m4.define`.

use super::check_definitions;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::m4;

arguments! {
    /// `m4.define`: defines macros at the end of an m4 file, which is created if it does not exist. The file must not
    /// define them already.
    ///
    /// It refuses a file that defines one of the macros already, in another way.
    ///
    /// ```yaml
    /// file: aclocal.m4
    /// m4.define: {macros: YOD, text: 'm4_define([YOD], [yod $1])'}
    /// ```
    /// ```diff
    /// +m4_define([YOD], [yod $1])
    /// ```
    /// ```yaml
    /// file: aclocal.m4
    /// m4.define: {macros: [DEVICE_CC, DEVICE_LD], text: "AC_DEFUN([DEVICE_CC], [CC=dcc])\nAC_DEFUN([DEVICE_LD], [LD=dld])"}
    /// ```
    /// ```diff
    /// +AC_DEFUN([DEVICE_CC], [CC=dcc])
    /// +AC_DEFUN([DEVICE_LD], [LD=dld])
    /// ```
    pub struct Define {
        /// The macros that the text defines: each must be defined in it.
        macros: OneOrMore,
        /// The definitions.
        text: Text,
    }
}

impl Operate for Define {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::End).compared(Compared::Existence).texts([&self.text])
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let old = &site.file.bytes;
        let ending = line_ending(old);
        let text = as_lines(site.texts.get(&self.text), ending);
        check_definitions(&text, &self.macros.0)?;
        if let Some(at) = find_lines(old, &text) {
            return already(at);
        }
        let existing = m4::definitions(old);
        let is_own = |d: &&m4::Definition| self.macros.0.iter().any(|name| d.name.of(old) == name.as_bytes());
        if let Some(existing) = existing.iter().find(is_own) {
            let name = String::from_utf8_lossy(existing.name.of(old)).into_owned();
            let why = format!("`{name}` is already defined here: `m4.override` replaces it");
            return refused(why, existing.span.start);
        }
        let blank = if old.is_empty() { &b""[..] } else { ending };
        change(vec![insert_lines(old, old.len(), &[blank, &text].concat())])
    }
}
