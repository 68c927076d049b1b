//! Which extension modules programs need: follows their imports, without running anything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::inventory::Inventory;
use crate::syntax::python::{Import, ImportKind, PyFile};
use crate::tree::{Entry, Tree, TreeError, TreePath};

/// A program to be followed.
#[derive(Debug, Clone)]
pub struct Program {
    /// What it is called in reports.
    pub name: String,
    /// Its text.
    pub source: Vec<u8>,
}

/// An extension module that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its name.
    pub name: String,
    /// Who imports it: the program first, the module that names it last.
    pub chain: Vec<String>,
    /// Whether every way to it is conditional: inside `if`, `try` or a function.
    pub conditional: bool,
}

/// A module that was found nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// Its name.
    pub name: String,
    /// Who imports it.
    pub by: String,
    /// Whether that import is conditional.
    pub conditional: bool,
}

/// What programs need.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// Extension modules, in the order of their names.
    pub extensions: Vec<Needed>,
    /// How many modules written in Python were followed.
    pub followed: usize,
    /// Modules that neither the library nor the tree's extension modules have.
    pub not_found: Vec<NotFound>,
    /// Modules whose text is not Python as far as it can be read, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// Where modules are looked for: a tree, and a folder in it.
pub type Root<'a> = (&'a dyn Tree, Option<TreePath>);

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Module {
    /// A file, in the root of that index.
    File {
        root: usize,
        path: TreePath,
        package: bool,
    },
    Extension,
}

struct Follow<'a> {
    roots: &'a [Root<'a>],
    inventory: &'a Inventory,
    /// Python 2 looks beside the importing module first.
    implicit_relative: bool,
    known: BTreeMap<String, Option<Module>>,
    /// Who imported a module first, and whether every import on the way was unconditional.
    importer: BTreeMap<String, (String, bool)>,
    queue: VecDeque<String>,
    out: Analysis,
}

/// Follows the imports of `program` through `roots`, in their order; extension modules are those of
/// `inventory`. Names that are computed cannot be followed, other than by `__import__` with a literal.
///
/// # Errors
/// When a module cannot be read.
pub fn analyse(
    program: &Program,
    roots: &[Root<'_>],
    inventory: &Inventory,
    implicit_relative: bool,
) -> Result<Analysis, TreeError> {
    let mut follow = Follow {
        roots,
        inventory,
        implicit_relative,
        known: BTreeMap::new(),
        importer: BTreeMap::new(),
        queue: VecDeque::new(),
        out: Analysis::default(),
    };
    follow.read(&program.name, None, &program.source)?;
    while let Some(name) = follow.queue.pop_front() {
        let Some(Some(Module::File { root, path, package })) = follow.known.get(&name).cloned() else {
            continue;
        };
        let Some(file) = follow.roots[root].0.read(&path)? else { continue };
        follow.out.followed += 1;
        let around = if package { Some(name.clone()) } else { parent(&name).map(str::to_owned) };
        follow.read(&name, Some(around), &file.bytes)?;
    }
    let mut extensions = Vec::new();
    for (name, module) in &follow.known {
        if *module == Some(Module::Extension) {
            let (mut chain, mut at) = (Vec::new(), name);
            let mut conditional = false;
            while let Some((by, certain)) = follow.importer.get(at).filter(|_| chain.len() < 64) {
                chain.push(by.clone());
                conditional |= !certain;
                at = by;
            }
            chain.reverse();
            extensions.push(Needed { name: name.clone(), chain, conditional });
        }
    }
    follow.out.extensions = extensions;
    Ok(follow.out)
}

fn parent(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(parent, _)| parent)
}

impl Follow<'_> {
    /// Follows the imports of one text. `package` is none for a program, else the package it is in, if
    /// any.
    fn read(&mut self, name: &str, package: Option<Option<String>>, source: &[u8]) -> Result<(), TreeError> {
        let file = PyFile::parse(source);
        if let Some(problem) = file.problems().first() {
            self.out.unreadable.push((name.to_owned(), problem.what.to_string()));
        }
        let package = package.flatten();
        let future = |one: &Import| {
            one.kind == ImportKind::From
                && one.module == "__future__"
                && one.names.iter().any(|name| name.name == "absolute_import")
        };
        let implicit = self.implicit_relative && !file.imports().iter().any(future);
        for import in file.imports() {
            let certain = !import.is_conditional();
            match import.kind {
                ImportKind::Import => {
                    for target in &import.names {
                        self.import(name, package.as_deref(), 0, &target.name, implicit, certain)?;
                    }
                }
                ImportKind::Call => {
                    self.import(name, package.as_deref(), 0, &import.module, implicit, certain)?;
                }
                ImportKind::From => {
                    let level = import.level;
                    let base =
                        self.import(name, package.as_deref(), level, &import.module, implicit, certain)?;
                    let Some(base) = base else { continue };
                    for target in &import.names {
                        if target.name == "*" {
                            for submodule in self.submodules(&base)? {
                                self.load(name, &format!("{base}.{submodule}"), certain)?;
                            }
                        } else {
                            self.load(name, &format!("{base}.{}", target.name), certain)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Imports `target`; gives its full name if it was found.
    fn import(
        &mut self,
        by: &str,
        package: Option<&str>,
        level: usize,
        target: &str,
        implicit: bool,
        certain: bool,
    ) -> Result<Option<String>, TreeError> {
        let absolute = if level > 0 {
            let mut base = package.unwrap_or_default().to_owned();
            for _ in 1..level {
                base = parent(&base).unwrap_or_default().to_owned();
            }
            match (base.is_empty(), target.is_empty()) {
                (_, true) => base,
                (true, false) => target.to_owned(),
                (false, false) => format!("{base}.{target}"),
            }
        } else {
            target.to_owned()
        };
        if level == 0
            && implicit
            && let Some(package) = package
        {
            let first = target.split('.').next().unwrap_or(target);
            if self.find(&format!("{package}.{first}"))?.is_some() {
                return self.dotted(by, &format!("{package}.{target}"), certain);
            }
        }
        // `__main__` is the program, which is being followed.
        if absolute.is_empty() || absolute == "__main__" {
            return Ok(None);
        }
        let found = self.dotted(by, &absolute, certain)?;
        if found.is_none() {
            let lost = NotFound { name: absolute.clone(), by: by.to_owned(), conditional: !certain };
            if !self.out.not_found.iter().any(|known| known.name == absolute) {
                self.out.not_found.push(lost);
            }
        }
        Ok(found)
    }

    /// Loads `a`, `a.b`, `a.b.c`.
    fn dotted(&mut self, by: &str, name: &str, certain: bool) -> Result<Option<String>, TreeError> {
        let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        for end in ends.collect::<Vec<_>>() {
            if !self.load(by, &name[..end], certain)? {
                return Ok(None);
            }
        }
        Ok(Some(name.to_owned()))
    }

    /// Takes a module in, if there is one of this name.
    fn load(&mut self, by: &str, name: &str, certain: bool) -> Result<bool, TreeError> {
        let found = self.find(name)?.is_some();
        if found {
            let is_new = !self.importer.contains_key(name);
            if is_new && by != name {
                self.importer.insert(name.to_owned(), (by.to_owned(), certain));
                self.queue.push_back(name.to_owned());
            }
        }
        Ok(found)
    }

    fn find(&mut self, name: &str) -> Result<Option<Module>, TreeError> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let is_core = |name: &str| {
            self.inventory.modules.get(name).is_some_and(|one| one.linkage == super::Linkage::Core)
        };
        let found = match parent(name) {
            None if is_core(name) => Some(Module::Extension),
            None => match self.file((0..self.roots.len()).collect(), &[], name)? {
                Some(file) => Some(file),
                None => self.inventory.modules.contains_key(name).then_some(Module::Extension),
            },
            Some(package) => match self.find(package)? {
                Some(Module::File { root, path, package: true }) => {
                    let folder: Vec<&str> =
                        path.as_str().rsplit_once('/').map(|(folder, _)| folder).into_iter().collect();
                    let last = name.rsplit('.').next().unwrap_or(name);
                    self.file(vec![root], &folder, last)?
                }
                _ => None,
            },
        };
        self.known.insert(name.to_owned(), found.clone());
        Ok(found)
    }

    /// The file of a module, in one of the roots; `folder` is the package's, from the top of its tree.
    fn file(&self, roots: Vec<usize>, folder: &[&str], name: &str) -> Result<Option<Module>, TreeError> {
        for root in roots {
            let (tree, top) = &self.roots[root];
            let folder = match folder {
                [] => top.as_ref().map(|top| format!("{top}/")).unwrap_or_default(),
                [folder, ..] => format!("{folder}/"),
            };
            for (path, package) in
                [(format!("{folder}{name}/__init__.py"), true), (format!("{folder}{name}.py"), false)]
            {
                let Ok(path) = path.parse::<TreePath>() else { continue };
                if matches!(tree.entry(&path), Ok(Some(Entry::File { .. }))) {
                    return Ok(Some(Module::File { root, path, package }));
                }
            }
        }
        Ok(None)
    }

    /// The modules of a package, for `from package import *`.
    fn submodules(&mut self, package: &str) -> Result<BTreeSet<String>, TreeError> {
        let Some(Module::File { root, path, package: true }) = self.find(package)? else {
            return Ok(BTreeSet::new());
        };
        let folder = path.as_str().trim_end_matches("__init__.py").to_owned();
        let mut names = BTreeSet::new();
        for file in self.roots[root].0.files()?.iter() {
            let Some(rest) = file.as_str().strip_prefix(&folder) else { continue };
            let name = rest.strip_suffix("/__init__.py").or(rest.strip_suffix(".py"));
            names.extend(name.filter(|name| !name.contains('/') && *name != "__init__").map(str::to_owned));
        }
        Ok(names)
    }
}
