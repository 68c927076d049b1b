//! `header.undef`.

use super::guard::insert_at_guard;
use crate::operation::anchor::Side;
use crate::operation::prelude::*;

/// `header.undef`: undefines macros at the end of a header, in the spelling `#undef/**/X` that config.status leaves
/// alone: it turns a plain `#undef X` of a template into a comment, or into a `#define` where configure decided so.
///
/// It does not fit a header without an include guard around all of its code. Inside the guard of a template it
/// would have no effect, which is a lint.
///
/// ```yaml
/// file: pyconfig.h.in
/// header.undef: {names: [TMP_MAX], comment: Too large.}
/// ```
/// ```diff
///  #ifndef P_H
///  #define P_H
///  int a;
///  #endif
/// +/* Too large. */
/// +#undef/**/TMP_MAX
/// ```
/// ```yaml
/// file: pyconfig.h.in
/// header.undef: {names: [HAVE_FORK, HAVE_PTY_H]}
/// ```
/// ```diff
///  #ifndef Py_PYCONFIG_H
///  #define Py_PYCONFIG_H
///  #undef HAVE_FORK
///  #endif /*Py_PYCONFIG_H*/
/// +#undef/**/HAVE_FORK
/// +#undef/**/HAVE_PTY_H
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Undef {
    /// The macros.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub names: Vec<String>,
    /// A comment to put above them.
    pub comment: Option<String>,
    /// On which side of the end of the include guard; outside unless given.
    #[serde(default = "outside")]
    pub place: Side,
}

fn outside() -> Side {
    Side::OutsideGuard
}

impl Operate for Undef {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Guard(self.place)).label("undef".to_owned())
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.names.is_empty(), "names no macro")
    }

    moves_to!(self, Anchor::Guard(side) => self.place = side);

    fn undefines(&self) -> &[String] {
        &self.names
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let comment = self.comment.iter().map(|comment| format!("/* {} */\n", comment.trim()));
        let names = self.names.iter().map(|name| format!("#undef/**/{name}\n"));
        let lines: String = comment.chain(names).collect();
        insert_at_guard(site.file, lines.as_bytes(), self.place)
    }
}
