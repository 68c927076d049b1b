//! `m4.override`.

use super::check_definitions;
use crate::operation::prelude::*;
use crate::syntax::m4;

/// `m4.override`: replaces the definition of a macro in the file.
///
/// ```yaml
/// file: aclocal.m4
/// m4.override: {macro: RUN, text: 'AC_DEFUN([RUN], [yod ./$1])'}
/// ```
/// ```diff
/// -AC_DEFUN([RUN], [./$1])
/// +AC_DEFUN([RUN], [yod ./$1])
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
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
        Description::new(Anchor::Macro(self.name.clone()), Compared::Nothing).texts([&self.text])
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Macro(name) = anchor else { return false };
        self.name = name;
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let old = &site.file.bytes;
        let text = as_lines(site.texts.get(&self.text), line_ending(old));
        check_definitions(&text, std::slice::from_ref(&self.name))?;
        let all = m4::definitions(old);
        let found: Vec<_> = all.iter().filter(|d| d.name.of(old) == self.name.as_bytes()).collect();
        let defined = |n| format!("`{}` is defined {n} times", self.name);
        let one = only(
            &found,
            |d| d.span.start,
            defined,
            || {
                let names = all.iter().map(|d| (d.span.start, String::from_utf8_lossy(d.name.of(old))));
                Miss::new(format!("no definition of `{}` was found", self.name))
                    .near(nearest(&self.name, names))
                    .help("`m4.define` adds a definition")
            },
        )?;
        let text = text.trim_ascii_end();
        if covers(old, text, one.span) {
            already(one.span.start)
        } else {
            change(vec![Rewrite::replace(one.span, text)])
        }
    }
}
