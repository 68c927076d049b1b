//! What operations attach to, as data: the engine reports it, and a port searches for it in other versions.

use super::value::{Function, Module};

/// What an operation attaches to in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// A file that the operation adds.
    NewFile,
    /// The file as a whole.
    File,
    /// The places of the hunks of a patch.
    Hunks {
        /// How many lines they may have moved; `None` for what is usual.
        max_offset: Option<usize>,
    },
    /// The end of the file.
    End,
    /// The end of a header's include guard.
    Guard(Side),
    /// A literal text.
    Text(String),
    /// A rule of a Makefile, by its target; `None` for the end of the file.
    Rule(Option<String>),
    /// A prerequisite of a Makefile rule.
    Prerequisite {
        /// The rule's target, or several of which the first that has the prerequisite counts.
        targets: Vec<String>,
        /// The prerequisite; `None` for the end of the list.
        word: Option<String>,
    },
    /// The first word of a command.
    Command {
        /// The word.
        command: String,
        /// The target whose recipe has the command; `None` for any.
        target: Option<String>,
        /// Whether the command is in a recipe of a Makefile rather than in a script.
        in_recipe: bool,
        /// How many commands match.
        count: usize,
    },
    /// A variable, by its name.
    Variable(String),
    /// Lines of modules in Modules/Setup.
    Modules {
        /// The modules, each a part of its own.
        modules: Vec<Module>,
        /// Whether they are to be linked statically, rather than left out.
        enable: bool,
    },
    /// The line of one module in Modules/Setup.
    ModuleLine(String),
    /// An `#include`, by the included file.
    Include(String),
    /// A C function, or code in it.
    Code {
        /// The function; `None` for the whole file.
        function: Option<Function>,
        /// The code; `None` for the function itself.
        code: Option<String>,
        /// How many matches the code has; `None` where it must be unique.
        count: Option<usize>,
    },
    /// Calls of a function.
    Call {
        /// The calling function.
        function: Function,
        /// The called function.
        callee: String,
        /// How many calls match.
        count: usize,
    },
    /// An entry of a C table.
    Entry {
        /// The array's name.
        table: String,
        /// The entry's first string, or first word where it has no string.
        entry: String,
    },
    /// A Python class, method or function, by its dotted name; `None` for the end of the module.
    Definition(Option<String>),
    /// The definition of an m4 macro.
    Macro(String),
}

impl Anchor {
    /// The names and texts that it consists of.
    pub fn words(&self) -> Vec<&str> {
        fn all<'a>(words: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
            words.into_iter().map(String::as_str).collect()
        }
        match self {
            Anchor::NewFile | Anchor::File | Anchor::Hunks { .. } | Anchor::End | Anchor::Guard(_) => {
                Vec::new()
            }
            Anchor::Text(word)
            | Anchor::Variable(word)
            | Anchor::ModuleLine(word)
            | Anchor::Include(word)
            | Anchor::Macro(word) => all([word]),
            Anchor::Rule(word) | Anchor::Definition(word) => all(word),
            Anchor::Prerequisite { targets, word } => all(targets.iter().chain(word)),
            Anchor::Command { command, target, .. } => all([command].into_iter().chain(target)),
            Anchor::Modules { modules, .. } => modules.iter().flat_map(Module::names).collect(),
            Anchor::Code { function, code, .. } => {
                all(function.iter().map(|function| &function.name).chain(code))
            }
            Anchor::Call { function, callee, .. } => all([&function.name, callee]),
            Anchor::Entry { table, entry } => all([table, entry]),
        }
    }
}

/// On which side of the end of an include guard text is put.
///
/// Include/pyport.h (2.4 to 3.12) includes pyconfig.h a second time, after the system's headers: only lines outside
/// the guard take effect then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// At the end of the file, after the guard's `#endif`.
    OutsideGuard,
    /// Just before the guard's `#endif`.
    InsideGuard,
}
