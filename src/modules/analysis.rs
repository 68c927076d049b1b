//! Which extension modules programs need: follows their imports, without running anything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::inventory::{Inventory, Linkage};
use crate::syntax::python::{ImportKind, PyFile};
use crate::tree::{Entry, Tree, TreeError, TreePath};

/// A program whose imports are followed.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name in reports.
    pub name: String,
    /// Its text.
    pub text: Vec<u8>,
}

/// An extension module that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its name.
    pub name: String,
    /// Who imports it: the program first, the module that names it last.
    pub chain: Vec<String>,
    /// Whether an import of the chain is conditional: inside `if`, `try` or a function.
    pub conditional: bool,
}

/// A module that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// Its name.
    pub name: String,
    /// Who imports it.
    pub by: String,
    /// Whether that import is conditional.
    pub conditional: bool,
}

/// The modules that a program needs.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// Extension modules, in the order of their names.
    pub extensions: Vec<Needed>,
    /// How many modules written in Python were followed.
    pub followed: usize,
    /// Modules that are neither in the library nor among the tree's extension modules.
    pub not_found: Vec<NotFound>,
    /// Modules that cannot be read as Python, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// Where modules are searched: a tree, and a folder in it.
pub type Root<'a> = (&'a dyn Tree, Option<TreePath>);

/// What a module's name refers to.
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

/// An import statement that is being followed.
struct Importer<'a> {
    name: &'a str,
    /// The package that it is in; empty for a program and for modules at the top.
    package: &'a str,
    /// Whether siblings in the package are searched first, as Python 2 does.
    siblings_first: bool,
    conditional: bool,
}

struct Follow<'a> {
    roots: &'a [Root<'a>],
    inventory: &'a Inventory,
    implicit_relative: bool,
    known: BTreeMap<String, Option<Module>>,
    /// Who imported a module first, and whether that import is conditional.
    importer: BTreeMap<String, (String, bool)>,
    queue: VecDeque<String>,
    out: Analysis,
}

/// Follows the imports of `program` through `roots`, searched in their order; extension modules are
/// those of `inventory`. `implicit_relative` is true for Python 2, which looks next to the importing
/// module first. Of computed names only literal arguments of `__import__` can be followed.
///
/// # Errors
/// If a module cannot be read.
pub fn analyze(
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
    follow.read(&program.name, "", &program.text)?;
    while let Some(name) = follow.queue.pop_front() {
        let Some(Module::File { root, path, package }) = follow.find(&name) else { continue };
        let Some(file) = follow.roots[root].0.read(&path)? else { continue };
        follow.out.followed += 1;
        follow.read(&name, if package { &name } else { parent(&name).unwrap_or_default() }, &file.bytes)?;
    }
    for (name, module) in &follow.known {
        if *module == Some(Module::Extension) {
            let (mut chain, mut at) = (Vec::new(), name);
            let mut any_conditional = false;
            while let Some((by, conditional)) = follow.importer.get(at).filter(|_| chain.len() < 64) {
                chain.push(by.clone());
                any_conditional |= conditional;
                at = by;
            }
            chain.reverse();
            follow.out.extensions.push(Needed { name: name.clone(), chain, conditional: any_conditional });
        }
    }
    Ok(follow.out)
}

fn parent(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(parent, _)| parent)
}

impl Follow<'_> {
    /// Follows the imports of a program or module.
    fn read(&mut self, name: &str, package: &str, text: &[u8]) -> Result<(), TreeError> {
        let file = PyFile::parse(text);
        if let Some(problem) = file.problems().first() {
            self.out.unreadable.push((name.to_owned(), problem.what.clone()));
        }
        let absolute = file.imports().iter().any(|one| {
            one.kind == ImportKind::From
                && one.module == "__future__"
                && one.names.iter().any(|name| name == "absolute_import")
        });
        let siblings_first = self.implicit_relative && !absolute && !package.is_empty();
        for import in file.imports() {
            let by = Importer { name, package, siblings_first, conditional: import.conditional };
            match import.kind {
                ImportKind::Import | ImportKind::Call => {
                    for module in import.modules() {
                        self.import(&by, 0, module);
                    }
                }
                ImportKind::From => {
                    let Some(base) = self.import(&by, import.level, &import.module) else { continue };
                    for target in &import.names {
                        let names = match target.as_str() {
                            "*" => self.submodules(&base)?,
                            _ => BTreeSet::from([target.clone()]),
                        };
                        for name in names {
                            self.load(&by, &format!("{base}.{name}"));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Imports `target`, `level` dots up. Returns its full name if it was found.
    fn import(&mut self, by: &Importer<'_>, level: usize, target: &str) -> Option<String> {
        if level == 0 && by.siblings_first {
            let first = target.split('.').next().unwrap_or(target);
            if self.find(&format!("{}.{first}", by.package)).is_some() {
                return self.load_dotted(by, format!("{}.{target}", by.package));
            }
        }
        let package = (1..level).fold(by.package, |package, _| parent(package).unwrap_or_default());
        let absolute = match (level, package) {
            (0, _) | (_, "") => target.to_owned(),
            _ if target.is_empty() => package.to_owned(),
            _ => format!("{package}.{target}"),
        };
        // `__main__` is the program, which is being followed.
        if absolute.is_empty() || absolute == "__main__" {
            return None;
        }
        let found = self.load_dotted(by, absolute.clone());
        if found.is_none() && !self.out.not_found.iter().any(|known| known.name == absolute) {
            let (by, conditional) = (by.name.to_owned(), by.conditional);
            self.out.not_found.push(NotFound { name: absolute, by, conditional });
        }
        found
    }

    /// Loads `a`, `a.b` and `a.b.c` of `a.b.c`. Returns the name if all of them were found.
    fn load_dotted(&mut self, by: &Importer<'_>, name: String) -> Option<String> {
        let mut ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        ends.all(|end| self.load(by, &name[..end])).then_some(name)
    }

    /// Queues a module to be followed, if there is one of this name.
    fn load(&mut self, by: &Importer<'_>, name: &str) -> bool {
        let found = self.find(name).is_some();
        if found && by.name != name && !self.importer.contains_key(name) {
            self.importer.insert(name.to_owned(), (by.name.to_owned(), by.conditional));
            self.queue.push_back(name.to_owned());
        }
        found
    }

    fn find(&mut self, name: &str) -> Option<Module> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let extension = self.inventory.modules.get(name);
        let found = match parent(name) {
            None if extension.is_some_and(|one| one.linkage == Linkage::Core) => Some(Module::Extension),
            None => {
                let tops = self.roots.iter().enumerate().map(|(root, (_, top))| (root, top.as_ref()));
                tops.map(|(root, top)| (root, top.map_or(String::new(), |top| format!("{top}/"))))
                    .find_map(|(root, folder)| self.file(root, &folder, name))
                    .or_else(|| extension.map(|_| Module::Extension))
            }
            Some(package) => match self.find(package) {
                Some(Module::File { root, path, package: true }) => {
                    let last = name.rsplit('.').next().unwrap_or(name);
                    self.file(root, path.as_str().trim_end_matches("__init__.py"), last)
                }
                Some(Module::File { package: false, .. } | Module::Extension) | None => None,
            },
        };
        self.known.insert(name.to_owned(), found.clone());
        found
    }

    /// The file of a module in a folder of a root; `folder` ends in a slash, or is empty.
    fn file(&self, root: usize, folder: &str, name: &str) -> Option<Module> {
        [("/__init__.py", true), (".py", false)].into_iter().find_map(|(ending, package)| {
            let path: TreePath = format!("{folder}{name}{ending}").parse().ok()?;
            let is_file = matches!(self.roots[root].0.entry(&path), Ok(Some(Entry::File { .. })));
            is_file.then_some(Module::File { root, path, package })
        })
    }

    /// The modules of a package, for `from package import *`.
    fn submodules(&mut self, package: &str) -> Result<BTreeSet<String>, TreeError> {
        let mut names = BTreeSet::new();
        if let Some(Module::File { root, path, package: true }) = self.find(package) {
            let folder = path.as_str().trim_end_matches("__init__.py");
            for file in self.roots[root].0.files()? {
                let Some(rest) = file.as_str().strip_prefix(folder) else { continue };
                let name = rest.strip_suffix("/__init__.py").or(rest.strip_suffix(".py"));
                names.extend(
                    name.filter(|name| !name.contains('/') && *name != "__init__").map(str::to_owned),
                );
            }
        }
        Ok(names)
    }
}
