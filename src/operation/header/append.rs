//! `header.append`.

use super::guard::insert_at_guard;
use crate::operation::anchor::Side;
use crate::operation::prelude::*;

/// `header.append`: adds text at the end of a header.
///
/// It does not fit a header without an include guard around all of its code.
///
/// ```yaml
/// file: Include/redstorm.h
/// header.append: {place: inside-guard, text: int b;}
/// ```
/// ```diff
///  #ifndef R_H
///  #define R_H
///  int a;
/// +int b;
///  #endif
/// ```
/// ```yaml
/// file: pyconfig.h.in
/// header.append: {place: outside-guard, text: '#include "device.h"'}
/// ```
/// ```diff
///  #ifndef Py_PYCONFIG_H
///  #define Py_PYCONFIG_H
///  #undef HAVE_FORK
///  #endif
/// +#include "device.h"
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Append {
    /// On which side of the end of the include guard.
    pub place: Side,
    /// The text to add.
    pub text: Text,
}

impl Operate for Append {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Guard(self.place)).texts([&self.text])
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(!texts.get(&self.text).trim_ascii().is_empty(), "does nothing: its `text` is empty")
    }

    moves_to!(self, Anchor::Guard(side) => self.place = side);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        insert_at_guard(site.file, site.texts.get(&self.text), self.place)
    }
}
