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
    let top =
        |path: &TreePath| path.as_str().split_once('/').map_or(String::new(), |(top, _)| top.to_owned());
    let (old, new) = ((top(old), old), (top(new), new));
    let is_test =
        |path: &TreePath| ["/test/", "/tests/", "/idlelib/"].iter().any(|part| path.as_str().contains(part));
    let built = |top: &str| BUILT.contains(&top);
    !is_test(new.1) && (old.0 == new.0 || (built(&old.0) && built(&new.0)))
}
