//! The Setup files that makesetup reads for a tree, in order: the first rule for a module wins.

use crate::syntax::makefile::Makefile;
use crate::tree::{File, Tree, TreeError, TreePath};

/// A Setup file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupFile {
    /// The file of the tree, which may be what configure makes the Setup file from:
    /// `Modules/Setup.dist`, `Modules/Setup.stdlib.in`.
    pub path: TreePath,
    /// The path that makesetup reads: `Modules/Setup`, `Modules/Setup.stdlib`.
    pub made: String,
}

/// The Setup files of `tree` that a build reads, in the order in which Makefile.pre.in passes them
/// to makesetup. Files that do not exist are left out.
///
/// The order depends on the version: before 3.11 it is Setup.config, Setup.local, Setup; 3.11 reads
/// Setup.local, Setup.bootstrap and Setup (and Setup.stdlib if configure is asked to); since 3.12 it
/// is Setup.local, Setup.stdlib, Setup.bootstrap, Setup.
///
/// # Errors
/// If the tree cannot be read.
pub fn setup_files(tree: &dyn Tree) -> Result<Vec<SetupFile>, TreeError> {
    let mut found: Vec<SetupFile> = Vec::new();
    for made in order(tree)? {
        for ending in ["", ".dist", ".in"] {
            let Ok(path) = format!("{made}{ending}").parse::<TreePath>() else { continue };
            if tree.entry(&path)?.is_some() {
                found.push(SetupFile { path, made });
                break;
            }
        }
    }
    Ok(found)
}

/// Whether makesetup reads Setup.stdlib before Modules/Setup, as since 3.12: the first rule for a module wins, so that
/// those of Modules/Setup have no effect. `files` are those of [`setup_files`].
pub fn is_shadowed(files: &[SetupFile]) -> bool {
    let before = files.iter().take_while(|one| one.made != SETUP);
    before.into_iter().any(|one| one.made == "Modules/Setup.stdlib")
}

/// The Setup file to which users write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditableSetup {
    /// Its path.
    pub path: TreePath,
    /// Whether it is Modules/Setup.local, which makesetup reads before all others: what it says about a module wins.
    pub is_local: bool,
    /// Whether the tree has it. Releases come without a Setup.local, which configure makes.
    pub exists: bool,
}

/// The Setup file that decides which modules are linked: Modules/Setup or Modules/Setup.dist, and Modules/Setup.local
/// where those have no effect (3.12 and later) or are not there (build directories of 3.11 and later).
pub(super) fn editable(files: &[SetupFile]) -> Option<EditableSetup> {
    let made = |name: &str| files.iter().find(|one| one.made == name);
    let shadowed = is_shadowed(files);
    if let Some(setup) = made(SETUP).filter(|_| !shadowed) {
        return Some(EditableSetup { path: setup.path.clone(), is_local: false, exists: true });
    }
    let local = made(LOCAL);
    (shadowed || local.is_some()).then(|| EditableSetup {
        path: LOCAL.parse().expect("a literal path is well-formed"),
        is_local: true,
        exists: local.is_some(),
    })
}

const SETUP: &str = "Modules/Setup";
const LOCAL: &str = "Modules/Setup.local";

/// Makefile.pre.in, or what configure makes of it in a build directory.
const MAKEFILES: [&str; 3] = ["Makefile.pre.in", "Makefile.pre", "Makefile"];

/// The order for a tree whose Makefile does not call makesetup: the files of all versions.
const USUAL: [&str; 5] =
    ["Modules/Setup.config", LOCAL, "Modules/Setup.stdlib", "Modules/Setup.bootstrap", SETUP];

/// The Setup files that the tree's Makefile passes to makesetup.
fn order(tree: &dyn Tree) -> Result<Vec<String>, TreeError> {
    for name in MAKEFILES {
        let path: TreePath = name.parse().expect("the names above are paths");
        let Some(file) = tree.read(&path)? else { continue };
        if let Some(order) = called(&file) {
            return Ok(order);
        }
    }
    Ok(USUAL.map(str::to_owned).to_vec())
}

/// The Setup files that a Makefile passes to makesetup, if it calls it.
fn called(file: &File) -> Option<Vec<String>> {
    let makefile = Makefile::parse(&file.bytes);
    for line in makefile.rules.iter().flat_map(|rule| &rule.recipe) {
        let text = String::from_utf8_lossy(line.of(&file.bytes)).into_owned();
        let words: Vec<&str> = text
            .split_whitespace()
            .map(|word| word.trim_end_matches(')'))
            .filter(|word| *word != "\\")
            .collect();
        let calls = words.iter().any(|word| word.ends_with("makesetup") || *word == "$(MAKESETUP");
        let names: Vec<String> = words.iter().filter_map(|word| setup_name(word)).collect();
        if calls && !names.is_empty() {
            return Some(names);
        }
    }
    None
}

/// `Modules/Setup.local` for `$(srcdir)/Modules/Setup.local` or itself; `None` for other words.
fn setup_name(word: &str) -> Option<String> {
    let name = word.strip_prefix("$(srcdir)/").unwrap_or(word);
    let rest = name.strip_prefix("Modules/Setup")?;
    (rest.is_empty() || rest.starts_with('.')).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::testing::MemoryTree;

    fn made(makefile: &str, files: &[&str]) -> Vec<(String, String)> {
        let mut all = vec![("Makefile.pre.in", makefile.as_bytes())];
        all.extend(files.iter().map(|file| (*file, &b""[..])));
        let tree = MemoryTree::of(all);
        let found = setup_files(&tree).unwrap();
        found.into_iter().map(|one| (one.path.to_string(), one.made)).collect()
    }

    #[test]
    fn the_order_is_that_of_makefile_pre_in() {
        let makefile = "Makefile: x\n\t(cd $(SRC); $(SHELL) $(MAKESETUP) -c $(srcdir)/Modules/config.c.in \\\n\
                        \t\t-s Modules \\\n\t\tModules/Setup.local \\\n\t\tModules/Setup.stdlib \\\n\t\t$(srcdir)/Modules/Setup)\n";
        let files = ["Modules/Setup", "Modules/Setup.stdlib.in"];
        assert_eq!(
            made(makefile, &files),
            [
                ("Modules/Setup.stdlib.in".to_owned(), "Modules/Setup.stdlib".to_owned()),
                ("Modules/Setup".to_owned(), "Modules/Setup".to_owned())
            ]
        );
        let asked = makefile.replace("Modules/Setup.stdlib ", "@MODULES_SETUP_STDLIB@ ");
        assert_eq!(made(&asked, &files), [("Modules/Setup".to_owned(), "Modules/Setup".to_owned())]);
    }

    #[test]
    fn setup_dist_is_read_if_there_is_no_setup() {
        let found = made("", &["Modules/Setup.dist"]);
        assert_eq!(found, [("Modules/Setup.dist".to_owned(), "Modules/Setup".to_owned())]);
    }
}
