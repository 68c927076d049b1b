//! C headers and their templates, such as pyconfig.h.in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// On which side of the include guard's end something is put.
///
/// Include/pyport.h (2.4 to 3.12) includes pyconfig.h a second time, after the system's headers:
/// only lines outside the guard act then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// At the end of the file, behind the guard's `#endif`.
    OutsideGuard,
    /// Just before the guard's `#endif`.
    InsideGuard,
}

/// `header.append`: adds text at the end of a header.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Append {
    /// What is added.
    pub text: Text,
    /// On which side of the include guard's end.
    pub place: Place,
}

/// `header.define`: defines a macro at the end of a header.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Define {
    /// The macro.
    pub name: String,
    /// Its value; empty unless given.
    #[serde(default)]
    pub value: String,
    /// On which side of the include guard's end.
    pub place: Place,
}

/// `header.undef`: undefines macros at the end of a header, in the spelling `#undef/**/X` that
/// config.status leaves alone: it turns a plain `#undef X` of a template into a comment, or into a
/// `#define` where configure decided so.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Undef {
    /// The macros.
    #[schemars(length(min = 1))]
    pub names: Vec<String>,
    /// A comment that is put above them.
    pub comment: Option<String>,
    /// On which side of the include guard's end; outside unless given.
    #[serde(default = "outside")]
    pub place: Place,
}

fn outside() -> Place {
    Place::OutsideGuard
}
