//! The libraries of this machine that the linker finds by default.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a linker looks by default. Distributions have a folder for each machine below the last two.
const FOLDERS: [&str; 6] = ["/usr/local/lib", "/usr/lib64", "/lib64", "/usr/local/lib64", "/usr/lib", "/lib"];

/// Looks libraries up, and remembers the results.
#[derive(Debug)]
pub(super) struct Libraries {
    folders: Vec<PathBuf>,
    known: BTreeMap<String, bool>,
}

impl Libraries {
    /// The libraries of this machine.
    pub(super) fn here() -> Libraries {
        let mut folders: Vec<PathBuf> = FOLDERS.iter().map(PathBuf::from).collect();
        for top in ["/usr/lib", "/lib"] {
            // Debian's /usr/lib/x86_64-linux-gnu; the linker does not search other folders.
            let inside = fs::read_dir(top).into_iter().flatten().filter_map(Result::ok);
            folders.extend(
                inside.map(|one| one.path()).filter(|path| path.to_string_lossy().contains("-linux-")),
            );
        }
        Libraries { folders, known: BTreeMap::new() }
    }

    /// Whether the linker would find `-lNAME`, in its own folders or in `more`, those of `-L`.
    pub(super) fn has(&mut self, name: &str, more: &[PathBuf]) -> bool {
        let folders = &self.folders;
        let here = self.known.entry(name.to_owned());
        *here.or_insert_with(|| folders.iter().any(|folder| holds(folder, name)))
            || more.iter().any(|folder| holds(folder, name))
    }
}

fn holds(folder: &Path, name: &str) -> bool {
    ["so", "a"].iter().any(|end| folder.join(format!("lib{name}.{end}")).exists())
}

#[cfg(test)]
mod tests {
    use super::Libraries;

    #[test]
    fn a_library_is_found_in_the_folders_of_its_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("libgizmo-test.a"), "").unwrap();
        let mut libraries = Libraries::here();
        assert!(!libraries.has("gizmo-test", &[]));
        assert!(libraries.has("gizmo-test", &[folder.path().to_owned()]));
        assert!(!libraries.has("gizmo-test", &[]), "a folder counts for its own line only");
    }
}
