//! Everything that can be seen of a folder: to show that nothing else changed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The type and the mode.
    pub mode: u32,
    pub owner: (u32, u32),
    /// How many names a file has; of a directory it is not counted.
    pub links: u64,
    /// In seconds and nanoseconds.
    pub mtime: (i64, i64),
    /// The bytes of a file, the target of a link.
    pub contents: Vec<u8>,
}

impl Seen {
    pub fn is_dir(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }
}

/// Everything in a folder. The folder itself has the empty path.
pub type Look = BTreeMap<String, Seen>;

/// Looks at everything in a folder.
pub fn look(root: &Path) -> Look {
    let one = |entry: walkdir::DirEntry| {
        let path = entry.path();
        let metadata = path.symlink_metadata().unwrap();
        let contents = if metadata.is_symlink() {
            fs::read_link(path).unwrap().into_os_string().into_encoded_bytes()
        } else if metadata.is_file() {
            beginning(path)
        } else {
            Vec::new()
        };
        let seen = Seen {
            mode: metadata.mode(),
            owner: (metadata.uid(), metadata.gid()),
            links: if metadata.is_dir() { 0 } else { metadata.nlink() },
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            contents,
        };
        (path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), seen)
    };
    walkdir::WalkDir::new(root).into_iter().map(|entry| one(entry.unwrap())).collect()
}

/// The first MiB of a file, and how long it is: some are larger than the memory.
fn beginning(path: &Path) -> Vec<u8> {
    let file = fs::File::open(path).unwrap();
    let length = file.metadata().unwrap().len();
    let mut bytes = Vec::new();
    file.take(1 << 20).read_to_end(&mut bytes).unwrap();
    if length > 1 << 20 {
        bytes.extend(length.to_le_bytes());
    }
    bytes
}

/// The paths at which two looks differ.
pub fn differences(before: &Look, after: &Look) -> Vec<String> {
    let paths = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
    paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}
