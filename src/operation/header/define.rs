//! `header.define`.

use super::guard::insert_at_guard;
use crate::operation::anchor::Side;
use crate::operation::prelude::*;

/// `header.define`: defines a macro at the end of a header.
///
/// It does not fit a header without an include guard around all of its code.
///
/// ```yaml
/// file: pyconfig.h.in
/// header.define: {name: REDSTORM, value: '1', place: outside-guard}
/// ```
/// ```diff
///  #ifndef P_H
///  #define P_H
///  int a;
///  #endif
/// +#define REDSTORM 1
/// ```
/// ```yaml
/// file: Include/pyport.h
/// header.define: {name: DEVICE, place: inside-guard}
/// ```
/// ```diff
///  #ifndef Py_PYPORT_H
///  #define Py_PYPORT_H
///  int a;
/// +#define DEVICE
///  #endif /* Py_PYPORT_H */
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Define {
    /// The macro.
    pub name: String,
    /// Its value; empty unless given.
    #[serde(default)]
    pub value: String,
    /// On which side of the end of the include guard.
    pub place: Side,
}

impl Operate for Define {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Guard(self.place))
    }

    moves_to!(self, Anchor::Guard(side) => self.place = side);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let line = format!("#define {} {}", self.name, self.value);
        insert_at_guard(site.file, line.trim_end().as_bytes(), self.place)
    }
}
