//! The operations of the edit language: what an edit may do, a file per format.
//!
//! The types here say what the user wrote and nothing of how it is done; that is `edit`'s.

pub mod c;
pub mod diff;
pub mod file;
pub mod header;
pub mod m4;
pub mod makefile;
pub mod python;
pub mod setup;
pub mod shell;
pub mod text;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, MapAccess};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// Defines [`Operation`] from one line an operation: its name in a patchset, its variant, its type.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:literal => $variant:ident($type:ty),)*) => {
        /// One intent on one anchor.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Operation {
            $($(#[$doc])* $variant($type),)*
        }

        impl Operation {
            /// The names of all operations, as patchsets spell them.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Its name, as patchsets spell it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Operation::$variant(_) => $name,)*
                }
            }

            /// Its value, as a patchset spells it; keys that are not given are `null`.
            pub fn value(&self) -> serde_json::Value {
                match self {
                    $(Operation::$variant(op) => serde_json::to_value(op).expect("an operation is plain data"),)*
                }
            }

            /// Reads the value of the key `name` of a map, if that names an operation.
            pub(crate) fn read<'de, A: MapAccess<'de>>(
                name: &str,
                map: &mut A,
            ) -> Result<Option<Operation>, A::Error> {
                match name {
                    $($name => map.next_value::<$type>().map(|value| Some(Operation::$variant(value))),)*
                    _ => Ok(None),
                }
            }

            /// The schema of each operation's value, by name.
            pub(crate) fn schemas(generator: &mut SchemaGenerator) -> BTreeMap<&'static str, Schema> {
                BTreeMap::from([$(($name, generator.subschema_for::<$type>()),)*])
            }
        }
    };
}

operations! {
    /// Inserts text beside a literal anchor.
    "text.insert" => TextInsert(text::Insert),
    /// Replaces literal text.
    "text.replace" => TextReplace(text::Replace),
    /// Takes a word out of a rule's prerequisites.
    "makefile.remove-prerequisite" => MakefileRemovePrerequisite(makefile::RemovePrerequisite),
    /// Adds a word to a rule's prerequisites.
    "makefile.add-prerequisite" => MakefileAddPrerequisite(makefile::AddPrerequisite),
    /// Puts another word in a prerequisite's place.
    "makefile.replace-prerequisite" => MakefileReplacePrerequisite(makefile::ReplacePrerequisite),
    /// Puts words before a command of a recipe.
    "makefile.prefix-command" => MakefilePrefixCommand(makefile::PrefixCommand),
    /// Gives a variable another value.
    "makefile.set-variable" => MakefileSetVariable(makefile::SetVariable),
    /// Adds words at the end of a variable's value.
    "makefile.append-variable" => MakefileAppendVariable(makefile::AppendVariable),
    /// Adds a rule.
    "makefile.add-rule" => MakefileAddRule(makefile::AddRule),
    /// Puts words before a command of a shell script.
    "shell.prefix-command" => ShellPrefixCommand(shell::PrefixCommand),
    /// Uncomments modules in Modules/Setup.
    "setup.enable" => SetupEnable(setup::Enable),
    /// Comments modules out in Modules/Setup.
    "setup.disable" => SetupDisable(setup::Disable),
    /// Adds a module's line to Modules/Setup.
    "setup.add" => SetupAdd(setup::Add),
    /// Replaces what a module is made from, or a variable of Modules/Setup.
    "setup.set" => SetupSet(setup::Set),
    /// Adds text at the end of a header.
    "header.append" => HeaderAppend(header::Append),
    /// Defines a macro at the end of a header.
    "header.define" => HeaderDefine(header::Define),
    /// Undefines macros at the end of a header.
    "header.undef" => HeaderUndef(header::Undef),
    /// Inserts code into a C function.
    "c.insert" => CInsert(c::Insert),
    /// Replaces code inside a C function.
    "c.replace" => CReplace(c::Replace),
    /// Replaces a whole C function.
    "c.replace-function" => CReplaceFunction(c::ReplaceFunction),
    /// Puts a function, or a piece of one, under a condition of the preprocessor.
    "c.wrap" => CWrap(c::Wrap),
    /// Takes an entry out of a C table.
    "c.remove-entry" => CRemoveEntry(c::RemoveEntry),
    /// Adds an `#include`.
    "c.add-include" => CAddInclude(c::AddInclude),
    /// Lets calls go to another function.
    "c.redirect-call" => CRedirectCall(c::RedirectCall),
    /// Adds a method to a Python class.
    "python.add-method" => PythonAddMethod(python::AddMethod),
    /// Replaces a method of a Python class.
    "python.replace-method" => PythonReplaceMethod(python::ReplaceMethod),
    /// Adds a function to a Python module.
    "python.add-function" => PythonAddFunction(python::AddFunction),
    /// Replaces a function of a Python module.
    "python.replace-function" => PythonReplaceFunction(python::ReplaceFunction),
    /// Defines macros at the end of an m4 file, which is created where it does not exist.
    "m4.define" => M4Define(m4::Define),
    /// Replaces a macro's definition, or adds one that comes after autoconf's own.
    "m4.override" => M4Override(m4::Override),
    /// Adds a file.
    "file.add" => FileAdd(file::Add),
    /// Removes a file.
    "file.remove" => FileRemove(file::Remove),
    /// Makes a file executable, or not.
    "file.mode" => FileMode(file::Mode),
    /// Applies the hunks of a patch.
    "diff" => Diff(diff::Diff),
}

/// A text of a patchset: written in place, or taken from a file below the patchset's `files/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// Written in the patchset.
    Inline(String),
    /// A file.
    From(TextFile),
}

/// A file of a patchset that holds a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFile {
    /// Its name, below the patchset's `files/`.
    #[serde(rename = "from")]
    pub name: String,
    /// The patchset, if it is another one: what two of a family have in common is written once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Text::Inline(text) => serializer.serialize_str(text),
            Text::From(file) => file.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Text;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, or `{from: FILE}`, or `{from: FILE, of: PATCHSET}`")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text::Inline(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                TextFile::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Text::From)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A text, or the name of a file below the files/ of this patchset, or of another.",
            "oneOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"from": {"type": "string"}, "of": {"type": "string"}},
                    "required": ["from"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

/// One string, or a list of alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMore(pub Vec<String>);

impl Serialize for OneOrMore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => serializer.serialize_str(one),
            all => serializer.collect_seq(all),
        }
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMore, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string, or a list of at least one")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore(vec![text.to_owned()]))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMore, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = seq.next_element::<String>()? {
                    all.push(item);
                }
                if all.is_empty() {
                    return Err(serde::de::Error::custom("an empty list names nothing"));
                }
                Ok(OneOrMore(all))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for OneOrMore {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMore".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "One string, or a list of which the first that fits is meant.",
            "oneOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1}
            ]
        })
    }
}

/// The number of places an anchor means, unless it says otherwise.
pub(crate) fn one() -> usize {
    1
}
