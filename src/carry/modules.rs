//! What the new version has besides the file: modules that new lines import, and names that others define for it.

use std::collections::BTreeSet;

use super::names::{identifiers, is_word};
use crate::merge::{Kind, Merge, Versions};
use crate::tree::{Tree, TreeError, TreePath};

/// A module that the new lines of a Python file import, that `from` has, and `to` has not.
///
/// # Errors
/// If a tree cannot be read.
pub(super) fn missing(
    name: &str,
    versions: &Versions,
    merge: &Merge,
    from: &dyn Tree,
    to: &dyn Tree,
) -> Result<Option<String>, TreeError> {
    if !name.ends_with(".py") {
        return Ok(None);
    }
    let there: BTreeSet<&[u8]> = versions.theirs.iter().flat_map(|line| imported(&line.text)).collect();
    let made = merge.edits.iter().filter(|edit| edit.kind != Kind::Already);
    let new: BTreeSet<&[u8]> =
        made.flat_map(|edit| &edit.with).flat_map(|line| imported(&line.text)).collect();
    for module in new.difference(&there) {
        let Ok(module) = std::str::from_utf8(module) else { continue };
        if has(from, module)? && !has(to, module)? {
            return Ok(Some(format!("the new version has no module `{module}`")));
        }
    }
    Ok(None)
}

/// Whether the new version defines a name for the file of this name: a header of its C API, or the module that new lines take it from.
///
/// # Errors
/// If the tree cannot be read.
pub(super) fn defines(file: &str, name: &[u8], merge: &Merge, to: &dyn Tree) -> Result<bool, TreeError> {
    let has_word = |bytes: &[u8], word: &[u8]| identifiers(bytes).contains(word);
    if file.ends_with(".c") || file.ends_with(".h") {
        for path in to.files()? {
            if path.as_str().starts_with("Include/")
                && let Ok(Some(header)) = to.read(&path)
                && memchr::memmem::find(&header.bytes, name).is_some()
                && has_word(&header.bytes, name)
            {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    // `module.name`, which is one name or its second part.
    let dotted = [b".", name].concat();
    let pair = name.iter().position(|byte| *byte == b'.');
    let modules: BTreeSet<&[u8]> = match pair {
        Some(dot) => BTreeSet::from([&name[..dot]]),
        None => merge
            .edits
            .iter()
            .flat_map(|edit| &edit.with)
            .filter_map(|line| {
                let at = memchr::memmem::find(&line.text, &dotted)?;
                let len = line.text[..at].iter().rev().take_while(|byte| is_word(**byte)).count();
                Some(&line.text[at - len..at])
            })
            .collect(),
    };
    let word = &name[pair.map_or(0, |dot| dot + 1)..];
    for module in modules.into_iter().filter_map(|module| std::str::from_utf8(module).ok()) {
        for path in [format!("Lib/{module}.py"), format!("Lib/{module}/__init__.py")] {
            if let Ok(path) = path.parse::<TreePath>()
                && let Ok(Some(found)) = to.read(&path)
                && has_word(&found.bytes, word)
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The top modules that a line imports.
fn imported(line: &[u8]) -> Vec<&[u8]> {
    let line = line.trim_ascii();
    let names: Vec<&[u8]> = match (line.strip_prefix(b"import "), line.strip_prefix(b"from ")) {
        (Some(names), _) => names.split(|byte| *byte == b',').collect(),
        (None, Some(name)) => vec![name],
        (None, None) => Vec::new(),
    };
    let top = |name: &'_ [u8]| name.iter().take_while(|byte| is_word(**byte)).count();
    let names = names.into_iter().map(<[u8]>::trim_ascii_start);
    names.map(|name| &name[..top(name)]).filter(|name| !name.is_empty()).collect()
}

/// Whether a tree has a module: in Python, or in C as CPython names its files.
fn has(tree: &dyn Tree, module: &str) -> Result<bool, TreeError> {
    let paths = [
        format!("Lib/{module}.py"),
        format!("Lib/{module}/__init__.py"),
        format!("Modules/{module}module.c"),
        format!("Modules/{module}.c"),
        format!("Python/{module}module.c"),
    ];
    for path in paths {
        if let Ok(path) = path.parse::<TreePath>()
            && tree.file_or_link(&path)?.is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::imported;

    #[test]
    fn the_modules_that_a_line_imports() {
        let names = |line: &'static str| -> Vec<&str> {
            imported(line.as_bytes()).into_iter().map(|name| std::str::from_utf8(name).unwrap()).collect()
        };
        assert_eq!(names("    import thread, os.path as p"), ["thread", "os"]);
        assert_eq!(names("from email.mime import text"), ["email"]);
        assert_eq!(names("from . import text"), [""; 0]);
        assert_eq!(names("imported = 1"), [""; 0]);
    }
}
