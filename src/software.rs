//! The programs whose releases pypatch knows: CPython, and other scripting systems.
//!
//! What differs between them is one row of a table: their names, and where a source tree has its version.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// A program whose releases have versions and may be pinned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Software {
    /// CPython, which a version without a name is of.
    #[default]
    Python,
    /// Lua.
    Lua,
    /// Tcl.
    Tcl,
}

/// What is known of a program.
struct Row {
    name: &'static str,
    title: &'static str,
    file: &'static str,
    macros: &'static [&'static str],
}

impl Software {
    /// All of them, in the order in which a tree is compared with them.
    pub const ALL: [Software; 3] = [Software::Python, Software::Lua, Software::Tcl];

    const fn row(self) -> Row {
        match self {
            Software::Python => Row {
                name: "python",
                title: "CPython",
                file: "Include/patchlevel.h",
                macros: &["PY_VERSION"],
            },
            Software::Lua => Row {
                name: "lua",
                title: "Lua",
                file: "src/lua.h",
                macros: &["LUA_VERSION_MAJOR", "LUA_VERSION_MINOR", "LUA_VERSION_RELEASE"],
            },
            Software::Tcl => {
                Row { name: "tcl", title: "Tcl", file: "generic/tcl.h", macros: &["TCL_PATCH_LEVEL"] }
            }
        }
    }

    /// Its name in the names of pins and in patchset.yaml: `python`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Its name for people: `CPython`.
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// The file of its source tree that has its version.
    pub const fn version_file(self) -> &'static str {
        self.row().file
    }

    /// The macros in that file whose values, with dots between them, are its version.
    pub const fn version_macros(self) -> &'static [&'static str] {
        self.row().macros
    }
}

impl fmt::Display for Software {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Software {
    type Err = ();

    fn from_str(name: &str) -> Result<Software, ()> {
        Software::ALL.into_iter().find(|one| one.name() == name).ok_or(())
    }
}
