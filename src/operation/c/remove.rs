//! `c.remove`.

use super::code::check_code;
use super::statements::Statements;
use crate::operation::prelude::*;
use crate::operation::unit::{Removal, remove_found, runs};

/// `c.remove`: removes whole statements, declarations, functions, or `#if` groups.
///
/// It refuses a part of a statement or entry, and an edit that leaves brackets or `#if`s unbalanced. Where similar code is
/// left, the code is missing, not already removed.
///
/// ```yaml
/// file: Modules/posixmodule.c
/// within: {function: init}
/// c.remove: {find: 'if (setup() < 0)'}
/// ```
/// ```diff
///  int init(void)
///  {
///      open();
/// -    if (setup() < 0)
/// -        return -1;
///      return 0;
///  }
/// ```
/// ```yaml
/// file: Modules/posixmodule.c
/// c.remove: {from: '#ifdef HAVE_FORK', to: int b;, comment: true}
/// ```
/// ```diff
///  int x;
/// -/* The child. */
/// -#ifdef HAVE_FORK
/// -int a;
/// -#endif
/// -int b;
///  int c;
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend(
    "oneOf" = [{"required": ["find"]}, {"required": ["from", "to"]}],
    "dependentRequired" = {"to": ["from"]}
)))]
pub struct Remove {
    /// The code to remove; of a block its head is enough: `if (x) {`, `#ifdef X`, the head of a function.
    pub find: Option<String>,
    /// The first code to remove.
    pub from: Option<String>,
    /// The last code to remove.
    pub to: Option<String>,
    /// Whether the comment lines directly above are removed, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub comment: bool,
    /// How many matches the code has.
    #[serde(default)]
    pub count: Count,
}

impl Remove {
    fn first(&self) -> &str {
        self.find.as_deref().or(self.from.as_deref()).unwrap_or_default()
    }
}

impl Operate for Remove {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.first().to_owned())).within().removes()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let (Anchor::Text(code), Some(place)) = (anchor, self.find.as_mut().or(self.from.as_mut())) else {
            return false;
        };
        *place = code;
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let is_range = self.from.is_some() && self.to.is_some();
        let is_half = self.from.is_some() != self.to.is_some();
        ensure(self.find.is_some() != is_range && !is_half, "needs either `find`, or `from` and `to`")?;
        let anchors = [("find", &self.find), ("from", &self.from), ("to", &self.to)];
        check_code(anchors.into_iter().filter_map(|(name, code)| Some((name, code.as_ref()?.as_bytes()))))
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let runs = runs(&Statements, site.file, self.first(), self.to.as_deref(), site.scope);
        let found: Vec<Span> = runs.into_iter().collect::<Result<_, _>>()?;
        let removal = Removal { find: self.first(), comment: self.comment, count: self.count.0 };
        remove_found(&Statements, site, &removal, &found)
    }
}
