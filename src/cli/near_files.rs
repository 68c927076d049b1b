//! Files whose names are near to one that does not exist.

use std::fs;
use std::path::Path;

use crate::text::nearest_names;

/// The names next to a path at which nothing is that are similar to it: directories, and files with a suffix.
pub(super) fn near_files(text: &str) -> Vec<String> {
    let path = Path::new(text);
    let (Some(name), Some(folder)) = (path.file_name().and_then(|name| name.to_str()), path.parent()) else {
        return Vec::new();
    };
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(here) else { return Vec::new() };
    let is_source = |entry: &fs::DirEntry| {
        let path = entry.path();
        path.is_dir() || path.extension().is_some()
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(is_source)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    let near = nearest_names(name, names.iter().map(String::as_str));
    near.into_iter().map(|name| folder.join(name).display().to_string()).collect()
}

/// How many patchsets of a directory are listed.
const MOST: usize = 3;

/// The paths of patchsets in a directory: the first few, by name.
pub(super) fn folders_of_patchsets(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut names: Vec<String> = paths
        .filter(|path| path.join("patchset.yaml").is_file())
        .map(|path| path.display().to_string())
        .collect();
    names.sort();
    names.truncate(MOST);
    names
}
