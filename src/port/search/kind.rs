//! Files of one kind, and the folders between which a file may move.

use crate::tree::TreePath;

/// The kind of a file: its patterns, as evidence names them.
pub(super) fn kind(path: &TreePath) -> &'static str {
    let name = path.file_name();
    let ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ending(&[".c", ".h", ".cc", ".cpp", ".m", ".h.in"]) {
        "*.c *.h"
    } else if ending(&[".py", ".pyw"]) {
        "*.py"
    } else if name.starts_with("Makefile") || name.starts_with("makefile") || ending(&[".mak", ".mk"]) {
        "Makefile*"
    } else if name.starts_with("Setup") {
        "Setup*"
    } else if name.starts_with("configure.") || ending(&[".m4"]) {
        "configure.* *.m4"
    } else if name == "configure" || ending(&[".sh"]) {
        "configure *.sh"
    } else {
        "*"
    }
}

/// Whether a file may have moved from one folder to another: within the library, or among the folders that the interpreter
/// is built from. Copies of tools, demos and tests do not count (Tools/c-analyzer has its own distutils).
pub(super) fn may_move(old: &TreePath, new: &TreePath) -> bool {
    const BUILT: [&str; 6] = ["Modules", "Python", "Programs", "Objects", "Parser", "Include"];
    let built = |top: &str| BUILT.contains(&top);
    !is_test(new) && (top(old) == top(new) || (built(top(old)) && built(top(new))))
}

/// Folders whose files are not part of what is built and installed. Tools/c-analyzer has its own distutils.
pub(in crate::port) const NOT_BUILT: [&str; 6] = ["Tools", "Demo", "Doc", "test", "tests", "idlelib"];

/// Whether a file is searched for the anchor of an edit of `own`: not in one of the folders [`NOT_BUILT`], unless `own` is.
pub(super) fn is_searched(own: &TreePath, path: &TreePath) -> bool {
    let has = |path: &TreePath| {
        let (folders, _) = path.as_str().rsplit_once('/').unwrap_or_default();
        folders.split('/').any(|folder| NOT_BUILT.contains(&folder))
    };
    path == own || !has(path) || has(own) && top(own) == top(path)
}

/// The topmost folder of a path; empty for a file at the top.
fn top(path: &TreePath) -> &str {
    path.as_str().split_once('/').map_or("", |(top, _)| top)
}

fn is_test(path: &TreePath) -> bool {
    ["/test/", "/tests/", "/idlelib/"].iter().any(|part| path.as_str().contains(part))
}
