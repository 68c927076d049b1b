//! `m4.override`.

use super::check_definitions;
use crate::operation::prelude::*;
use crate::syntax::m4;

/// `m4.override`: replaces the definition of a macro in the file.
///
/// It does not fit where the file does not define the macro exactly once.
///
/// ```yaml
/// file: aclocal.m4
/// m4.override: {macro: RUN, text: 'AC_DEFUN([RUN], [yod ./$1])'}
/// ```
/// ```diff
/// -AC_DEFUN([RUN], [./$1])
/// +AC_DEFUN([RUN], [yod ./$1])
/// ```
/// ```yaml
/// file: configure.ac
/// m4.override:
///   macro: PY_CHECK
///   text: |
///     AC_DEFUN([PY_CHECK], [
///       $1=yes
///     ])
/// ```
/// ```diff
///  AC_INIT
/// -AC_DEFUN([PY_CHECK],
/// -  [AC_RUN_IFELSE([$2], [$1=yes], [$1=no])])
/// +AC_DEFUN([PY_CHECK], [
/// +  $1=yes
/// +])
///  PY_CHECK([x], [y])
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// The macro whose definition is replaced.
    #[serde(rename = "macro")]
    pub name: String,
    /// The new definition.
    pub text: Text,
}

impl Operate for Override {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Macro(self.name.clone())).compared(Compared::Value).texts([&self.text])
    }

    moves_to!(self, Anchor::Macro(name) => self.name = name);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let old = &site.file.bytes;
        let text = as_lines(site.texts.get(&self.text), line_ending(old));
        check_definitions(&text, std::slice::from_ref(&self.name))?;
        let all = m4::definitions(old);
        let names = all.iter().map(|d| (d.span.start, String::from_utf8_lossy(d.name.of(old))));
        let none = format!("no definition of `{}` was found", self.name);
        let defined = |n| format!("`{}` is defined {n} times", self.name);
        let one = match only(&self.name, names, none, defined) {
            Ok(index) => &all[index],
            Err(Failure::Missing(miss)) => return Err(miss.help("`m4.define` adds a definition").into()),
            Err(failure) => return Err(failure),
        };
        let text = text.trim_ascii_end();
        if covers(old, text, one.span) {
            already(one.span.start)
        } else {
            change(vec![Rewrite::replace(one.span, text)])
        }
    }
}
