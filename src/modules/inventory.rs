//! The extension modules that a tree can build.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::libraries::Libraries;
use super::setup_order::{EditableSetup, SetupFile, editable, setup_files};
use crate::syntax::c::CFile;
use crate::syntax::setup::{Section, Setup};
use crate::text::LineIndex;
use crate::tree::{Tree, TreeError, TreePath};

/// Modules that configure links into the interpreter if the system has what they need: `signal` and
/// `thread`.
const SETUP_CONFIG: &str = "Modules/Setup.config.in";

/// How a module is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Linkage {
    /// Into every interpreter, by Modules/config.c.in.
    Core,
    /// Into the interpreter.
    Static,
    /// As a shared library.
    Shared,
    /// As configure decides (Setup.config.in, and Setup.stdlib.in of 3.11 and later).
    ByConfigure,
    /// By setup.py, as a shared library: no line of Setup builds it.
    SetupPy,
    /// Not at all: its line is a comment, or follows `*disabled*`.
    Off,
}

impl Linkage {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Linkage::Core => "core",
            Linkage::Static => "static",
            Linkage::Shared => "shared",
            Linkage::ByConfigure => "by-configure",
            Linkage::SetupPy => "setup.py",
            Linkage::Off => "off",
        }
    }

    /// Whether the module can be imported by an interpreter that loads no shared library.
    pub fn is_built_in(self) -> bool {
        matches!(self, Linkage::Core | Linkage::Static)
    }
}

/// An extension module.
#[derive(Debug, Clone)]
pub struct ExtensionModule {
    /// Its name.
    pub name: String,
    /// How it is linked.
    pub linkage: Linkage,
    /// The file that says so, and the line from 1.
    pub location: (TreePath, usize),
    /// Sources of its line that are not in the tree; archives and libraries (`-lz`) that are not on
    /// this machine.
    pub missing: Vec<String>,
    /// What it is built from: the words after its name, on this line or on the first one that has some.
    pub arguments: String,
    /// Whether the line names other modules, too.
    pub shares_line: bool,
    /// Whether the line is commented out, so that a later rule counts; after `*disabled*` none does.
    pub is_comment: bool,
}

impl ExtensionModule {
    /// A module that a line makes so.
    fn at(linkage: Linkage, location: (TreePath, usize)) -> ExtensionModule {
        ExtensionModule {
            name: String::new(),
            linkage,
            location,
            missing: Vec::new(),
            arguments: String::new(),
            shares_line: false,
            is_comment: false,
        }
    }

    /// Whether an interpreter that loads no shared library has the module, as far as the tree says.
    pub fn is_linked(&self) -> bool {
        self.linkage.is_built_in() || self.location.0.as_str() == SETUP_CONFIG
    }
}

/// The modules of a tree.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// All modules, by name.
    pub modules: BTreeMap<String, ExtensionModule>,
    /// The Setup file that a user edits.
    pub editable: Option<EditableSetup>,
}

/// Reads which modules `tree` can build.
///
/// What configure decides, and modules that setup.py names by an expression, are not known.
///
/// # Errors
/// If the tree cannot be read.
pub fn inventory(tree: &dyn Tree) -> Result<Inventory, TreeError> {
    let mut found = Inventory::default();
    let core = path("Modules/config.c.in");
    if let Some(file) = tree.read(&core)? {
        let lines = LineIndex::new(&file.bytes);
        let c = CFile::parse(&file.bytes);
        for entry in c.tables().iter().flat_map(|table| &table.entries) {
            let code = String::from_utf8_lossy(entry.code.of(&file.bytes)).into_owned();
            // `__main__` is listed too, which is the program itself.
            if let Some(name) = code.split('"').nth(1).filter(|name| *name != "__main__") {
                let location = (core.clone(), lines.line(entry.code.start));
                found.add(name, ExtensionModule::at(Linkage::Core, location));
            }
        }
    }
    let mut libraries = Libraries::here();
    let files = setup_files(tree)?;
    found.editable = editable(&files);
    for SetupFile { path, .. } in files {
        let Some(file) = tree.read(&path)? else { continue };
        found.read_setup(tree, &path, &file.bytes, &mut libraries)?;
    }
    let setup_py = path("setup.py");
    if let Some(file) = tree.read(&setup_py)? {
        let text = String::from_utf8_lossy(&file.bytes);
        let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
        for (number, line) in code {
            for name in line.split("Extension(").skip(1).filter_map(quoted_name) {
                // setup.py builds only what no line of Setup has built.
                if !found.modules.contains_key(name) {
                    found.add(name, ExtensionModule::at(Linkage::SetupPy, (setup_py.clone(), number + 1)));
                }
            }
        }
    }
    Ok(found)
}

/// The module's name that `text` begins with, in quotes.
fn quoted_name(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|sign| matches!(sign, '\'' | '"'))?;
    let name = text[1..].split(quote).next()?;
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    (is_name && !name.is_empty()).then_some(name)
}

impl Inventory {
    /// Adds a module, unless it is known already; an enabled line replaces one that is commented out.
    fn add(&mut self, name: &str, module: ExtensionModule) {
        let module = ExtensionModule { name: name.to_owned(), ..module };
        match self.modules.get_mut(name) {
            Some(known) if known.is_comment && !module.is_comment => *known = module,
            Some(known) if known.arguments.is_empty() => known.arguments = module.arguments,
            Some(_) => {}
            None => drop(self.modules.insert(name.to_owned(), module)),
        }
    }

    fn read_setup(
        &mut self,
        tree: &dyn Tree,
        file: &TreePath,
        bytes: &[u8],
        libraries: &mut Libraries,
    ) -> Result<(), TreeError> {
        // `@MODULE__ASYNCIO_TRUE@_asyncio _asynciomodule.c`: configure replaces the word by `#` or nothing.
        let by_configure = file.as_str().ends_with(".stdlib.in") || file.as_str() == SETUP_CONFIG;
        let text = if by_configure { without_conditions(bytes) } else { bytes.to_vec() };
        let lines = LineIndex::new(&text);
        for module in &Setup::parse(&text).modules {
            if module.is_definition && module.enabled {
                continue;
            }
            let linkage = match (module.enabled, module.section) {
                (false, _) | (_, Section::Disabled) => Linkage::Off,
                _ if by_configure => Linkage::ByConfigure,
                (true, Section::Static) => Linkage::Static,
                (true, Section::Shared) => Linkage::Shared,
            };
            let words = module.arguments.iter().map(|word| String::from_utf8_lossy(word.of(&text)));
            let words: Vec<String> = words.map(Into::into).collect();
            let arguments = words.join(" ");
            let words: Vec<String> = words.into_iter().filter(|word| !word.contains('$')).collect();
            let folders: Vec<PathBuf> =
                words.iter().filter_map(|word| word.strip_prefix("-L").map(PathBuf::from)).collect();
            let mut missing = Vec::new();
            for word in words {
                let is_source = || [".c", ".cc", ".cpp", ".cxx", ".m"].iter().any(|end| word.ends_with(end));
                let source = format!("Modules/{}", word.trim_start_matches("./")).parse();
                let is_missing = if let Some(library) = word.strip_prefix("-l") {
                    !libraries.has(library, &folders)
                } else if let Ok(source) = source
                    && is_source()
                    && !word.starts_with('-')
                {
                    tree.entry(&source)?.is_none()
                } else {
                    word.ends_with(".a") && word.starts_with('/') && !Path::new(&word).exists()
                };
                if is_missing {
                    missing.push(word);
                }
            }
            let name = String::from_utf8_lossy(module.name.of(&text));
            // After `*disabled*` every word is the name of a module.
            if module.enabled && module.section == Section::Disabled {
                let at = (file.clone(), lines.line(module.name.start));
                let names: Vec<&str> = std::iter::once(&*name).chain(arguments.split(' ')).collect();
                let names = names.into_iter().filter(|name| !name.is_empty());
                for one in names {
                    let found = ExtensionModule::at(Linkage::Off, at.clone());
                    let shares_line = !arguments.is_empty();
                    self.add(one, ExtensionModule { shares_line, ..found });
                }
                continue;
            }
            let at = (file.clone(), lines.line(module.name.start));
            let (is_comment, found) = (!module.enabled, ExtensionModule::at(linkage, at));
            self.add(&name, ExtensionModule { missing, arguments, is_comment, ..found });
        }
        Ok(())
    }
}

/// Removes `@NAME@` at the beginning of lines; lines keep their numbers.
fn without_conditions(bytes: &[u8]) -> Vec<u8> {
    let without = |line: &'_ [u8]| -> Option<usize> {
        line.strip_prefix(b"@")?.iter().position(|b| *b == b'@').map(|end| end + 2)
    };
    bytes
        .split_inclusive(|b| *b == b'\n')
        .flat_map(|line| &line[without(line).unwrap_or(0)..])
        .copied()
        .collect()
}

fn path(text: &str) -> TreePath {
    text.parse().expect("paths in this file are valid")
}
