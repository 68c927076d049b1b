//! Files of one kind, and the folders between which a file may move.

use crate::tree::TreePath;

/// The kind of a file: its patterns, as evidence names them.
pub(super) fn kind(path: &TreePath) -> &'static str {
    let name = path.file_name();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    match ending {
        "c" | "h" | "cc" | "cpp" | "m" => "*.c *.h",
        "in" if stem.ends_with(".h") => "*.c *.h",
        "py" | "pyw" => "*.py",
        _ if name.starts_with("Makefile") || name.starts_with("makefile") => "Makefile*",
        "mak" | "mk" => "Makefile*",
        _ if name.starts_with("Setup") => "Setup*",
        "m4" => "configure.* *.m4",
        _ if name.starts_with("configure.") => "configure.* *.m4",
        "sh" => "configure *.sh",
        _ if name == "configure" => "configure *.sh",
        _ => "*",
    }
}

/// The area within which a file may move: its topmost folder, or the folders that the interpreter is built from.
pub(super) fn area(path: &TreePath) -> &str {
    const BUILT: [&str; 6] = ["Modules", "Python", "Programs", "Objects", "Parser", "Include"];
    let top = top(path);
    if BUILT.contains(&top) { "the interpreter" } else { top }
}

/// Whether a file may have moved from one folder to another: within the library, or among the folders that the interpreter
/// is built from. Copies of tools, demos and tests do not count (Tools/c-analyzer has its own distutils).
pub(super) fn may_move(old: &TreePath, new: &TreePath) -> bool {
    area(old) == area(new) && !is_test(new)
}

/// Folders whose files are not part of what is built and installed. Tools/c-analyzer has its own distutils.
pub(in crate::port) const NOT_BUILT: [&str; 6] = ["Tools", "Demo", "Doc", "test", "tests", "idlelib"];

/// The topmost folder of a file that is in one of the folders [`NOT_BUILT`].
pub(super) fn folder_of(path: &TreePath) -> Option<&str> {
    let (folders, _) = path.as_str().rsplit_once('/').unwrap_or_default();
    folders.split('/').any(|folder| NOT_BUILT.contains(&folder)).then(|| top(path))
}

/// Whether a file is searched for the anchor of an edit of a file in `folder`: not in one of the folders [`NOT_BUILT`],
/// unless that file is in one with the same topmost folder.
pub(super) fn is_searched(folder: Option<&str>, path: &TreePath) -> bool {
    let own = folder_of(path);
    own.is_none() || own == folder
}

/// The topmost folder of a path; empty for a file at the top.
fn top(path: &TreePath) -> &str {
    path.as_str().split_once('/').map_or("", |(top, _)| top)
}

fn is_test(path: &TreePath) -> bool {
    ["/test/", "/tests/", "/idlelib/"].iter().any(|part| path.as_str().contains(part))
}
