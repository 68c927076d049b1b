//! The identity of a tree, in whatever form it is kept: its version and its git id.

use std::borrow::Cow;
use std::collections::BTreeMap;

use git2::{ObjectType, Oid};

use super::git::git_error;
use super::{Node, Tree, TreeError, TreePath};
use crate::software::Software;
use crate::version::Version;

/// The version of the software whose source tree this is, as its [`Software::version_file`] has it: for CPython, `PY_VERSION` in
/// Include/patchlevel.h. `None` if it is none of these trees, or the version in it is invalid.
///
/// # Errors
/// If the file cannot be read.
pub fn tree_version(tree: &dyn Tree) -> Result<Option<Version>, TreeError> {
    for software in Software::ALL {
        let path: TreePath = software.version_file().parse().expect("it is a valid path");
        let Some(file) = tree.read(&path)? else { continue };
        let text = String::from_utf8_lossy(&file.bytes);
        let values: Option<Vec<&str>> =
            software.version_macros().iter().map(|name| defined_text(&text, name)).collect();
        if let Some(version) = values.and_then(|values| values.join(".").parse::<Version>().ok()) {
            return Ok(Some(version.of(software)));
        }
    }
    Ok(None)
}

/// The text in quotes that the macro `name` is defined as.
fn defined_text<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let value = header.lines().find_map(|line| {
        let define = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?;
        let value = define.trim_start().strip_prefix(name)?;
        value.starts_with([' ', '\t']).then(|| value.trim_start())
    })?;
    value.strip_prefix('"')?.split('"').next()
}

/// The git id of a file with these contents, 40 hexadecimal digits; `None` if it cannot be computed.
pub(crate) fn blob_id(bytes: &[u8]) -> Option<String> {
    Some(Oid::hash_object(ObjectType::Blob, bytes).ok()?.to_string())
}

/// The git id of the tree, 40 hexadecimal digits: what `git rev-parse TAG^{tree}` prints for a tag with
/// the same contents. Only files and links count, as in git.
///
/// # Errors
/// As [`Tree::walk`].
pub fn tree_id(tree: &dyn Tree) -> Result<String, TreeError> {
    let hash =
        |kind, bytes: &[u8]| Oid::hash_object(kind, bytes).map_err(|error| git_error(tree.label(), &error));
    // The entries of each directory; the name of the top is empty.
    let mut directories: BTreeMap<String, Vec<TreeEntry>> = BTreeMap::from([(String::new(), Vec::new())]);
    tree.walk(&mut |entry| {
        let read;
        let mode = if entry.executable() { "100755" } else { "100644" };
        let (mode, bytes) = match &entry.node {
            Node::File(bytes) => (mode, &**bytes),
            Node::Large(large) => {
                read = large.read().map_err(TreeError::io(&entry.path))?;
                (mode, &read[..])
            }
            Node::Symlink(target) => ("120000", &target[..]),
            Node::Directory | Node::Other => return Ok(()),
        };
        let id = hash(ObjectType::Blob, bytes)?;
        for above in entry.path.ancestors() {
            directories.entry(above.to_string()).or_default();
        }
        let (above, name) = split(entry.path.as_str());
        directories.entry(above.to_owned()).or_default().push(TreeEntry { mode, name: name.to_owned(), id });
        Ok(())
    })?;
    // Backwards, so that a directory follows everything in it.
    while let Some((path, mut entries)) = directories.pop_last() {
        entries.sort_by_cached_key(TreeEntry::sort_key);
        let id = hash(ObjectType::Tree, &entries.iter().flat_map(TreeEntry::bytes).collect::<Vec<u8>>())?;
        if path.is_empty() {
            return Ok(id.to_string());
        }
        let (above, name) = split(&path);
        let entry = TreeEntry { mode: "40000", name: name.to_owned(), id };
        directories.entry(above.to_owned()).or_default().push(entry);
    }
    unreachable!("the top is popped last")
}

/// An entry of a git tree object.
struct TreeEntry {
    mode: &'static str,
    name: String,
    id: Oid,
}

impl TreeEntry {
    /// git sorts a directory as if its name ended in a slash.
    fn sort_key(&self) -> Vec<u8> {
        let slash: &[u8] = if self.mode == "40000" { b"/" } else { b"" };
        [self.name.as_bytes(), slash].concat()
    }

    fn bytes(&self) -> Vec<u8> {
        [self.mode.as_bytes(), b" ", self.name.as_bytes(), b"\0", self.id.as_bytes()].concat()
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The keywords that CVS and Subversion expand. `Log` is not among them: its value is on the lines
/// that follow.
const KEYWORDS: &str = "Author Date HeadURL Header Id LastChangedBy LastChangedDate LastChangedRevision Name \
                        RCSfile Rev Revision Source URL";

/// `bytes` with every `$Revision: 123 $` as `$Revision$`.
///
/// Before 2.7 a release tarball differs from its git tag only in these keywords, which Subversion
/// expanded on export, in dotfiles and in Misc/NEWS. Both sides of a comparison have to be normalized,
/// because some files were committed with expanded keywords.
pub fn keyword_normalized(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut normal: Vec<u8> = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(dollar) = bytes[at..].iter().position(|&byte| byte == b'$').map(|i| at + i) {
        at = dollar + 1;
        if let Some((keyword, end)) = expanded(&bytes[at..]) {
            normal.extend_from_slice(&bytes[copied..at + keyword]);
            // The closing dollar is copied with what follows.
            copied = at + end;
            at = copied + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    normal.extend_from_slice(&bytes[copied..]);
    Cow::Owned(normal)
}

/// The length of the expanded keyword that `bytes` begin with, and the offset of its closing dollar.
fn expanded(bytes: &[u8]) -> Option<(usize, usize)> {
    let keyword = bytes.iter().take(20).position(|&byte| byte == b':')?;
    if !KEYWORDS.split(' ').any(|known| known.as_bytes() == &bytes[..keyword]) {
        return None;
    }
    let end = bytes.iter().position(|&byte| byte == b'$' || byte == b'\n')?;
    (bytes[end] == b'$').then_some((keyword, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_the_version_that_its_own_file_says() {
        let lua = "# define LUA_VERSION_MAJOR\t\"5\"\n#define LUA_VERSION_MINOR \"4\"\n#define LUA_VERSION_RELEASE_NUM 1\n";
        let all = format!("{lua}#define LUA_VERSION_RELEASE\t\"7\"\n");
        for (file, text, version) in [
            ("Include/patchlevel.h", "#define PY_VERSION \"2.5\"\n", Some("CPython 2.5")),
            ("src/lua.h", &all, Some("Lua 5.4.7")),
            ("src/lua.h", lua, None),
            ("generic/tcl.h", "#define TCL_PATCH_LEVEL\t    \"8.6.13\"\n", Some("Tcl 8.6.13")),
            ("generic/tcl.h", "#define TCL_PATCH_LEVEL TCL\n", None),
            ("tcl.h", "#define TCL_PATCH_LEVEL \"8.6.13\"\n", None),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
            let tree = crate::tree::DirTree::open(folder.path()).unwrap();
            assert_eq!(tree_version(&tree).unwrap().map(|found| found.named()).as_deref(), version, "{text}");
        }
    }

    #[test]
    fn only_expanded_keywords_are_normalized() {
        for (bytes, normal) in [
            (&b"__version__ = \"$Revision: 51333 $\"\n"[..], &b"__version__ = \"$Revision$\"\n"[..]),
            (b"$Id: a.c,v 1.5 $ and $Date:: 2006 $$Rev: 1 $", b"$Id$ and $Date$$Rev$"),
            (b"$Log: a.c $\n", b"$Log: a.c $\n"),
            (b"$Revision$ $Id: cut\n$Id: \xe9 $", b"$Revision$ $Id: cut\n$Id$"),
            (b"cost: $5, $Identity: x $, $", b"cost: $5, $Identity: x $, $"),
            (b"$$Id: x $", b"$$Id$"),
        ] {
            assert_eq!(keyword_normalized(bytes), normal, "{}", bytes.escape_ascii());
            assert_eq!(keyword_normalized(normal), normal, "{}", normal.escape_ascii());
        }
        assert!(matches!(keyword_normalized(b"$HOME"), Cow::Borrowed(_)));
    }
}
