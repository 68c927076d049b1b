//! Which extension modules a tree can build.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::libraries::Libraries;
use super::reading::{SetupFile, setup_files};
use crate::syntax::c::CFile;
use crate::syntax::setup::{Section, Setup};
use crate::text::LineIndex;
use crate::tree::{Tree, TreeError, TreePath};

/// Modules that configure links into the interpreter wherever the system has what they need: `signal` and
/// `thread`.
const SETUP_CONFIG: &str = "Modules/Setup.config.in";

/// How a module gets into the interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Linkage {
    /// Part of every interpreter, by Modules/config.c.in.
    Core,
    /// Linked into the interpreter.
    Static,
    /// A shared library.
    Shared,
    /// Whatever configure finds out (Setup.config.in, and Setup.stdlib.in of 3.11 and later).
    ByConfigure,
    /// No line of Setup builds it, but setup.py may, as a shared library.
    SetupPy,
    /// Its line is a comment, or stands behind `*disabled*`.
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

/// One module.
#[derive(Debug, Clone)]
pub struct ExtensionModule {
    /// Its name.
    pub name: String,
    /// How it gets into the interpreter.
    pub linkage: Linkage,
    /// The file that says so, and the line from 1.
    pub place: (TreePath, usize),
    /// Sources that its line names and that the tree has not; archives and libraries (`-lz`) that this
    /// machine has not.
    pub missing: Vec<String>,
}

impl ExtensionModule {
    /// Whether an interpreter that loads no shared library has the module, as far as the tree tells.
    pub fn is_linked(&self) -> bool {
        self.linkage.is_built_in() || self.place.0.as_str() == SETUP_CONFIG
    }
}

/// The modules of a tree, by name.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// All modules, in the order of their names.
    pub modules: BTreeMap<String, ExtensionModule>,
    /// The Setup file that a user edits: Setup where it is there, Setup.dist otherwise.
    pub editable: Option<TreePath>,
}

/// Reads which modules `tree` can build.
///
/// Not known: what configure finds out, and modules that setup.py names by an expression.
///
/// # Errors
/// When the tree cannot be read.
pub fn inventory(tree: &dyn Tree) -> Result<Inventory, TreeError> {
    let mut found = Inventory::default();
    let core: TreePath = path("Modules/config.c.in");
    if let Some(file) = tree.read(&core)? {
        let lines = LineIndex::new(&file.bytes);
        let c = CFile::parse(&file.bytes);
        for entry in c.tables().iter().flat_map(|table| &table.entries) {
            let code = String::from_utf8_lossy(entry.code.of(&file.bytes)).into_owned();
            // `__main__` stands there, too; it is the program itself.
            if let Some(name) = code.split('"').nth(1).filter(|name| *name != "__main__") {
                let at = (core.clone(), lines.line(entry.code.start));
                found.add(name, Linkage::Core, at, Vec::new());
            }
        }
    }
    let mut libraries = Libraries::here();
    for SetupFile { path, made } in setup_files(tree)? {
        let Some(file) = tree.read(&path)? else { continue };
        if made == "Modules/Setup" {
            found.editable = Some(path.clone());
        }
        found.read_setup(tree, &path, &file.bytes, &mut libraries)?;
    }
    if let Some(file) = tree.read(&path("setup.py"))? {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        for (number, line) in text.lines().enumerate() {
            for part in line.split("Extension(").skip(1) {
                let quote = part.trim_start().chars().next().filter(|sign| "'\"".contains(*sign));
                let Some(name) = quote.and_then(|quote| part.trim_start()[1..].split(quote).next()) else {
                    continue;
                };
                let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
                if !name.is_empty() && is_name && !line.trim_start().starts_with('#') {
                    found.offer(name, Linkage::SetupPy, (path("setup.py"), number + 1));
                }
            }
        }
    }
    Ok(found)
}

impl Inventory {
    /// Takes a rule for a module, unless one is known already: an enabled one beats all lines that are off.
    fn add(&mut self, name: &str, linkage: Linkage, place: (TreePath, usize), missing: Vec<String>) {
        let beaten = self
            .modules
            .get(name)
            .is_none_or(|known| known.linkage == Linkage::Off && linkage != Linkage::Off);
        if beaten {
            let module = ExtensionModule { name: name.to_owned(), linkage, place, missing };
            self.modules.insert(name.to_owned(), module);
        }
    }

    /// setup.py builds what no line of Setup has built.
    fn offer(&mut self, name: &str, linkage: Linkage, place: (TreePath, usize)) {
        if !self.modules.contains_key(name) {
            self.add(name, linkage, place, Vec::new());
        }
    }

    fn read_setup(
        &mut self,
        tree: &dyn Tree,
        file: &TreePath,
        bytes: &[u8],
        libraries: &mut Libraries,
    ) -> Result<(), TreeError> {
        // `@MODULE__ASYNCIO_TRUE@_asyncio _asynciomodule.c`: configure puts a `#` there, or nothing.
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
            let mut missing = Vec::new();
            let words: Vec<String> = module
                .arguments
                .iter()
                .map(|word| String::from_utf8_lossy(word.of(&text)).into_owned())
                .filter(|word| !word.contains('$'))
                .collect();
            let folders: Vec<PathBuf> =
                words.iter().filter_map(|word| word.strip_prefix("-L").map(PathBuf::from)).collect();
            for word in words {
                if let Some(library) = word.strip_prefix("-l") {
                    if !libraries.has(library, &folders) {
                        missing.push(word);
                    }
                    continue;
                }
                if word.starts_with('-') {
                    continue;
                }
                let source = [".c", ".cc", ".cpp", ".cxx", ".m"].iter().any(|end| word.ends_with(end));
                if source && let Ok(path) = format!("Modules/{}", word.trim_start_matches("./")).parse() {
                    if tree.entry(&path)?.is_none() {
                        missing.push(word);
                    }
                } else if word.ends_with(".a")
                    && word.starts_with('/')
                    && !std::path::Path::new(&word).exists()
                {
                    missing.push(word);
                }
            }
            let name = String::from_utf8_lossy(module.name.of(&text)).into_owned();
            self.add(&name, linkage, (file.clone(), lines.line(module.name.start)), missing);
        }
        Ok(())
    }
}

/// `@NAME@` at the beginning of a line becomes nothing; lines keep their numbers.
fn without_conditions(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let rest = line.strip_prefix(b"@").and_then(|rest| {
            let end = rest.iter().position(|b| *b == b'@')?;
            Some(&rest[end + 1..])
        });
        out.extend_from_slice(rest.unwrap_or(line));
    }
    out
}

fn path(text: &str) -> TreePath {
    text.parse().expect("a path of this source file is well formed")
}
