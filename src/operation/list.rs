//! The list of all operations, and what the program asks of any of them.

#[cfg(test)]
use std::collections::BTreeMap;
use std::fmt;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::anchor::Anchor;
use super::operate::{FileNeed, Operate};
use super::value::{Text, TextFile};
use super::{c, diff, file, header, m4, makefile, python, setup, shell, text, xml};

/// Defines [`Operation`] from one line per operation: its family, its name in a patchset, its variant, its type, and what
/// it needs of its file.
macro_rules! operations {
    ($($family:ident $name:literal => $variant:ident($type:ty) $need:ident,)*) => {
        /// One operation, with its arguments.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Operation {
            $(#[doc = concat!("`", $name, "`")] $variant($type),)*
        }

        impl Operation {
            /// The names of all operations, as patchsets spell them.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// What each operation needs of its file, in the order of their names.
            pub(crate) const NEEDS: &'static [FileNeed] = &[$(FileNeed::$need),*];

            /// Its line of the table: its family, its name, and what it needs of its file.
            fn entry(&self) -> (Family, &'static str, FileNeed) {
                match self {
                    $(Operation::$variant(_) => (Family::$family, $name, FileNeed::$need),)*
                }
            }

            /// Everything particular to it.
            pub fn operate(&self) -> &dyn Operate {
                match self {
                    $(Operation::$variant(operation) => operation,)*
                }
            }

            fn operate_mut(&mut self) -> &mut dyn Operate {
                match self {
                    $(Operation::$variant(operation) => operation,)*
                }
            }

            /// Its arguments as JSON, keys in the order of the type's fields; arguments that are not given are `null`.
            fn to_json(&self) -> String {
                let text = match self {
                    $(Operation::$variant(operation) => serde_json::to_string(operation),)*
                };
                text.expect("an operation is plain data")
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
            #[cfg(test)]
            pub(crate) fn schemas(generator: &mut SchemaGenerator) -> BTreeMap<&'static str, Schema> {
                BTreeMap::from([$(($name, <$type as JsonSchema>::json_schema(generator)),)*])
            }
        }
    };
}

operations! {
    Text "text.insert" => TextInsert(text::Insert) Exists,
    Text "text.replace" => TextReplace(text::Replace) Exists,
    Text "text.remove" => TextRemove(text::Remove) Exists,
    Text "text.move" => TextMove(text::Move) Exists,
    Makefile "makefile.insert" => MakefileInsert(makefile::Insert) Exists,
    Makefile "makefile.replace" => MakefileReplace(makefile::Replace) Exists,
    Makefile "makefile.remove" => MakefileRemove(makefile::Remove) Exists,
    Makefile "makefile.replace-comment" => MakefileReplaceComment(makefile::ReplaceComment) Exists,
    Makefile "makefile.remove-comment" => MakefileRemoveComment(makefile::RemoveComment) Exists,
    Makefile "makefile.move" => MakefileMove(makefile::Move) Exists,
    Makefile "makefile.wrap" => MakefileWrap(makefile::Wrap) Exists,
    Makefile "makefile.replace-condition" => MakefileReplaceCondition(makefile::ReplaceCondition) Exists,
    Makefile "makefile.remove-prerequisite" => MakefileRemovePrerequisite(makefile::RemovePrerequisite) Exists,
    Makefile "makefile.add-prerequisite" => MakefileAddPrerequisite(makefile::AddPrerequisite) Exists,
    Makefile "makefile.replace-prerequisite" => MakefileReplacePrerequisite(makefile::ReplacePrerequisite) Exists,
    Makefile "makefile.move-prerequisite" => MakefileMovePrerequisite(makefile::MovePrerequisite) Exists,
    Makefile "makefile.prefix-command" => MakefilePrefixCommand(makefile::PrefixCommand) Exists,
    Makefile "makefile.set-variable" => MakefileSetVariable(makefile::SetVariable) Exists,
    Makefile "makefile.append-variable" => MakefileAppendVariable(makefile::AppendVariable) Exists,
    Makefile "makefile.add-variable" => MakefileAddVariable(makefile::AddVariable) Exists,
    Makefile "makefile.remove-variable" => MakefileRemoveVariable(makefile::RemoveVariable) Exists,
    Makefile "makefile.add-word" => MakefileAddWord(makefile::AddWord) Exists,
    Makefile "makefile.remove-word" => MakefileRemoveWord(makefile::RemoveWord) Exists,
    Makefile "makefile.replace-word" => MakefileReplaceWord(makefile::ReplaceWord) Exists,
    Makefile "makefile.add-rule" => MakefileAddRule(makefile::AddRule) Exists,
    Shell "shell.insert" => ShellInsert(shell::Insert) Exists,
    Shell "shell.replace" => ShellReplace(shell::Replace) Exists,
    Shell "shell.remove" => ShellRemove(shell::Remove) Exists,
    Shell "shell.replace-comment" => ShellReplaceComment(shell::ReplaceComment) Exists,
    Shell "shell.remove-comment" => ShellRemoveComment(shell::RemoveComment) Exists,
    Shell "shell.move" => ShellMove(shell::Move) Exists,
    Shell "shell.wrap" => ShellWrap(shell::Wrap) Exists,
    Shell "shell.add-branch" => ShellAddBranch(shell::AddBranch) Exists,
    Shell "shell.replace-condition" => ShellReplaceCondition(shell::ReplaceCondition) Exists,
    Shell "shell.remove-branch" => ShellRemoveBranch(shell::RemoveBranch) Exists,
    Shell "shell.set-variable" => ShellSetVariable(shell::SetVariable) Exists,
    Shell "shell.prefix-command" => ShellPrefixCommand(shell::PrefixCommand) Exists,
    Setup "setup.enable" => SetupEnable(setup::Enable) Exists,
    Setup "setup.disable" => SetupDisable(setup::Disable) Exists,
    Setup "setup.add" => SetupAdd(setup::Add) Exists,
    Setup "setup.set" => SetupSet(setup::Set) Exists,
    Setup "setup.replace" => SetupReplace(setup::Replace) Exists,
    Setup "setup.remove" => SetupRemove(setup::Remove) Exists,
    Header "header.append" => HeaderAppend(header::Append) Exists,
    Header "header.define" => HeaderDefine(header::Define) Exists,
    Header "header.undef" => HeaderUndef(header::Undef) Exists,
    Header "header.add-entry" => HeaderAddEntry(header::AddEntry) Exists,
    Header "header.remove-entry" => HeaderRemoveEntry(header::RemoveEntry) Exists,
    C "c.insert" => CInsert(c::Insert) Exists,
    C "c.replace" => CReplace(c::Replace) Exists,
    C "c.remove" => CRemove(c::Remove) Exists,
    C "c.replace-comment" => CReplaceComment(c::ReplaceComment) Exists,
    C "c.remove-comment" => CRemoveComment(c::RemoveComment) Exists,
    C "c.move" => CMove(c::Move) Exists,
    C "c.replace-condition" => CReplaceCondition(c::ReplaceCondition) Exists,
    C "c.replace-function" => CReplaceFunction(c::ReplaceFunction) Exists,
    C "c.wrap" => CWrap(c::Wrap) Exists,
    C "c.unwrap" => CUnwrap(c::Unwrap) Exists,
    C "c.add-entry" => CAddEntry(c::AddEntry) Exists,
    C "c.replace-entry" => CReplaceEntry(c::ReplaceEntry) Exists,
    C "c.remove-entry" => CRemoveEntry(c::RemoveEntry) Exists,
    C "c.add-include" => CAddInclude(c::AddInclude) Exists,
    C "c.replace-include" => CReplaceInclude(c::ReplaceInclude) Exists,
    C "c.remove-include" => CRemoveInclude(c::RemoveInclude) Exists,
    C "c.add-macro" => CAddMacro(c::AddMacro) Exists,
    C "c.set-macro" => CSetMacro(c::SetMacro) Exists,
    C "c.remove-macro" => CRemoveMacro(c::RemoveMacro) Exists,
    C "c.add-declaration" => CAddDeclaration(c::AddDeclaration) Exists,
    C "c.remove-declaration" => CRemoveDeclaration(c::RemoveDeclaration) Exists,
    C "c.add-argument" => CAddArgument(c::AddArgument) Exists,
    C "c.replace-argument" => CReplaceArgument(c::ReplaceArgument) Exists,
    C "c.remove-argument" => CRemoveArgument(c::RemoveArgument) Exists,
    C "c.rename" => CRename(c::Rename) Exists,
    C "c.add-branch" => CAddBranch(c::AddBranch) Exists,
    C "c.redirect-call" => CRedirectCall(c::RedirectCall) Exists,
    Python "python.insert" => PythonInsert(python::Insert) Exists,
    Python "python.replace" => PythonReplace(python::Replace) Exists,
    Python "python.remove" => PythonRemove(python::Remove) Exists,
    Python "python.replace-comment" => PythonReplaceComment(python::ReplaceComment) Exists,
    Python "python.remove-comment" => PythonRemoveComment(python::RemoveComment) Exists,
    Python "python.move" => PythonMove(python::Move) Exists,
    Python "python.wrap" => PythonWrap(python::Wrap) Exists,
    Python "python.add-import" => PythonAddImport(python::AddImport) Exists,
    Python "python.remove-import" => PythonRemoveImport(python::RemoveImport) Exists,
    Python "python.replace-import" => PythonReplaceImport(python::ReplaceImport) Exists,
    Python "python.add-entry" => PythonAddEntry(python::AddEntry) Exists,
    Python "python.replace-entry" => PythonReplaceEntry(python::ReplaceEntry) Exists,
    Python "python.remove-entry" => PythonRemoveEntry(python::RemoveEntry) Exists,
    Python "python.replace-condition" => PythonReplaceCondition(python::ReplaceCondition) Exists,
    Python "python.set-variable" => PythonSetVariable(python::SetVariable) Exists,
    Python "python.remove-variable" => PythonRemoveVariable(python::RemoveVariable) Exists,
    Python "python.add-argument" => PythonAddArgument(python::AddArgument) Exists,
    Python "python.replace-argument" => PythonReplaceArgument(python::ReplaceArgument) Exists,
    Python "python.remove-argument" => PythonRemoveArgument(python::RemoveArgument) Exists,
    Python "python.add-parameter" => PythonAddParameter(python::AddParameter) Exists,
    Python "python.replace-parameter" => PythonReplaceParameter(python::ReplaceParameter) Exists,
    Python "python.remove-parameter" => PythonRemoveParameter(python::RemoveParameter) Exists,
    Python "python.add-base" => PythonAddBase(python::AddBase) Exists,
    Python "python.remove-base" => PythonRemoveBase(python::RemoveBase) Exists,
    Python "python.add-decorator" => PythonAddDecorator(python::AddDecorator) Exists,
    Python "python.replace-decorator" => PythonReplaceDecorator(python::ReplaceDecorator) Exists,
    Python "python.remove-decorator" => PythonRemoveDecorator(python::RemoveDecorator) Exists,
    Python "python.add-branch" => PythonAddBranch(python::AddBranch) Exists,
    Python "python.rename" => PythonRename(python::Rename) Exists,
    Python "python.add-class" => PythonAddClass(python::AddClass) Exists,
    Python "python.remove-function" => PythonRemoveFunction(python::RemoveFunction) Exists,
    Python "python.remove-method" => PythonRemoveMethod(python::RemoveMethod) Exists,
    Python "python.add-method" => PythonAddMethod(python::AddMethod) Exists,
    Python "python.replace-method" => PythonReplaceMethod(python::ReplaceMethod) Exists,
    Python "python.add-function" => PythonAddFunction(python::AddFunction) Exists,
    Python "python.replace-function" => PythonReplaceFunction(python::ReplaceFunction) Exists,
    M4 "m4.insert" => M4Insert(m4::Insert) Exists,
    M4 "m4.replace" => M4Replace(m4::Replace) Exists,
    M4 "m4.remove" => M4Remove(m4::Remove) Exists,
    M4 "m4.replace-comment" => M4ReplaceComment(m4::ReplaceComment) Exists,
    M4 "m4.remove-comment" => M4RemoveComment(m4::RemoveComment) Exists,
    M4 "m4.move" => M4Move(m4::Move) Exists,
    M4 "m4.wrap" => M4Wrap(m4::Wrap) Exists,
    M4 "m4.add-branch" => M4AddBranch(m4::AddBranch) Exists,
    M4 "m4.replace-condition" => M4ReplaceCondition(m4::ReplaceCondition) Exists,
    M4 "m4.remove-branch" => M4RemoveBranch(m4::RemoveBranch) Exists,
    M4 "m4.replace-argument" => M4ReplaceArgument(m4::ReplaceArgument) Exists,
    M4 "m4.add-word" => M4AddWord(m4::AddWord) Exists,
    M4 "m4.remove-word" => M4RemoveWord(m4::RemoveWord) Exists,
    M4 "m4.replace-word" => M4ReplaceWord(m4::ReplaceWord) Exists,
    M4 "m4.set-variable" => M4SetVariable(m4::SetVariable) Exists,
    M4 "m4.define" => M4Define(m4::Define) Creates,
    M4 "m4.override" => M4Override(m4::Override) Exists,
    Xml "xml.insert" => XmlInsert(xml::Insert) Exists,
    Xml "xml.replace" => XmlReplace(xml::Replace) Exists,
    Xml "xml.remove" => XmlRemove(xml::Remove) Exists,
    Xml "xml.set-attribute" => XmlSetAttribute(xml::SetAttribute) Exists,
    Xml "xml.set-text" => XmlSetText(xml::SetText) Exists,
    Xml "xml.add-word" => XmlAddWord(xml::AddWord) Exists,
    Xml "xml.remove-word" => XmlRemoveWord(xml::RemoveWord) Exists,
    Xml "xml.replace-word" => XmlReplaceWord(xml::ReplaceWord) Exists,
    File "file.add" => FileAdd(file::Add) Creates,
    File "file.link" => FileLink(file::Link) Creates,
    File "file.remove" => FileRemove(file::Remove) MayBeAbsent,
    File "file.move" => FileMove(file::Move) MayBeAbsent,
    File "file.mode" => FileMode(file::Mode) Exists,
    Diff "diff" => Diff(diff::Diff) Exists,
}

/// The format that an operation edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Any text.
    Text,
    /// Makefile.pre.in and other Makefiles.
    Makefile,
    /// Shell scripts.
    Shell,
    /// Modules/Setup and the files like it, which makesetup reads.
    Setup,
    /// C headers and their templates, such as pyconfig.h.in.
    Header,
    /// C sources.
    C,
    /// Python sources.
    Python,
    /// m4 sources: aclocal.m4, configure.ac.
    M4,
    /// XML: projects of Visual Studio, property lists.
    Xml,
    /// Files as a whole.
    File,
    /// Hunks of a patch.
    Diff,
}

impl Operation {
    /// The format that it edits.
    pub fn family(&self) -> Family {
        self.entry().0
    }

    /// Its name, as patchsets spell it.
    pub fn name(&self) -> &'static str {
        self.entry().1
    }

    /// What it needs of its file.
    pub fn needs(&self) -> FileNeed {
        self.entry().2
    }

    /// The operation on another anchor of the same kind, if it can be moved so.
    pub fn with_anchor(&self, anchor: Anchor) -> Option<Operation> {
        let mut moved = self.clone();
        moved.operate_mut().set_anchor(anchor).then_some(moved)
    }

    /// The operation with other Python code, if it brings any.
    pub fn with_code(&self, code: Text) -> Option<Operation> {
        let mut other = self.clone();
        *other.operate_mut().code_mut()? = code;
        Some(other)
    }

    /// The files of the patchset that its texts are taken from.
    pub fn text_files(&self) -> Vec<TextFile> {
        let file = |text: &Text| match text {
            Text::Inline(_) => None,
            Text::From(file) => Some(file.clone()),
        };
        self.operate().describe().texts.into_iter().filter_map(file).collect()
    }

    /// Its arguments that are given, in the order in which a patchset writes them.
    pub fn arguments(&self) -> Vec<(String, Value)> {
        let arguments: Arguments =
            serde_json::from_slice(self.to_json().as_bytes()).expect("an operation is a map");
        arguments.0
    }
}

/// The keys of a JSON object in their order. An argument that is `null`, or a count of 1, is left out.
struct Arguments(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Arguments, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Arguments;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Arguments, A::Error> {
                let mut all = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    let is_default = key == "count" && value == 1;
                    if !value.is_null() && !is_default {
                        all.push((key, value));
                    }
                }
                Ok(Arguments(all))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
