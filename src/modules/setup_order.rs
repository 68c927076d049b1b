//! Which Setup files makesetup reads for a tree, and in which order: the first rule for a module wins.

use crate::syntax::makefile::Makefile;
use crate::tree::{File, Tree, TreeError, TreePath};

/// One of the Setup files of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupFile {
    /// The file of the tree: `Modules/Setup.dist` stands for the `Modules/Setup` that configure makes of it,
    /// `Modules/Setup.stdlib.in` for `Modules/Setup.stdlib`.
    pub path: TreePath,
    /// The name that makesetup reads it by: `Modules/Setup.stdlib`.
    pub made: String,
}

/// The Setup files of `tree` that a build reads, in makesetup's order, as Makefile.pre.in calls it.
///
/// That order changed: before 3.11 it is Setup.config, Setup.local, Setup; 3.11 reads Setup.local,
/// Setup.bootstrap and Setup (Setup.stdlib only where configure is asked for it); from 3.12 on it is
/// Setup.local, Setup.stdlib, Setup.bootstrap, Setup. Files that are not there are left out.
///
/// # Errors
/// When the tree cannot be read.
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

/// Makefile.pre.in, or in a build directory beside the sources what configure made of it.
const MAKEFILES: [&str; 3] = ["Makefile.pre.in", "Makefile.pre", "Makefile"];

/// The order of a tree whose Makefile does not call makesetup: all that there ever was.
const USUAL: [&str; 5] = [
    "Modules/Setup.config",
    "Modules/Setup.local",
    "Modules/Setup.stdlib",
    "Modules/Setup.bootstrap",
    "Modules/Setup",
];

/// The names behind `makesetup` in the tree's Makefile.
fn order(tree: &dyn Tree) -> Result<Vec<String>, TreeError> {
    for name in MAKEFILES {
        let path: TreePath = name.parse().expect("it is a path");
        let Some(file) = tree.read(&path)? else { continue };
        if let Some(order) = called(&file) {
            return Ok(order);
        }
    }
    Ok(USUAL.map(str::to_owned).to_vec())
}

/// The names that a Makefile gives to makesetup, if it calls it.
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

/// `Modules/Setup.local` of `Modules/Setup.local` and `$(srcdir)/Modules/Setup.local`; nothing of other words.
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
    fn setup_dist_stands_for_setup_where_that_is_not_there() {
        let found = made("", &["Modules/Setup.dist"]);
        assert_eq!(found, [("Modules/Setup.dist".to_owned(), "Modules/Setup".to_owned())]);
    }
}
