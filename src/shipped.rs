//! The patchsets, pins and snapshots of the repository inside the binary, compressed. build.rs lists them.

use std::io::Read;
use std::sync::OnceLock;

use flate2::bufread::DeflateDecoder;
use lzma_rust2::XzReader;

/// Files, sorted by their paths, with their compressed contents.
pub(crate) struct Folder(&'static [(&'static str, &'static [u8])]);

/// The files below patchsets/.
pub(crate) static PATCHSETS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/patchsets.rs")));
/// The files below upstream-pins/.
pub(crate) static PINS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/upstream-pins.rs")));
/// The beginning of each file below snapshots/, with the digests of the files before the edits.
pub(crate) static SNAPSHOT_HEADS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/snapshot-heads.rs")));
/// What follows in each file below snapshots/.
pub(crate) static SNAPSHOT_RESTS: Together = Together {
    files: include!(concat!(env!("OUT_DIR"), "/snapshots.rs")),
    packed: include_bytes!(concat!(env!("OUT_DIR"), "/snapshots.xz")),
    contents: OnceLock::new(),
};
/// The schemas of patchset.yaml, `patchset`, and of what commands print as JSON, `report`.
pub(crate) static SCHEMAS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/schemas.rs")));
/// The JSON of each patchset, by its id.
pub(crate) static PREPARED_PATCHSETS: Folder =
    Folder(include!(concat!(env!("OUT_DIR"), "/prepared-patchsets.rs")));
/// The JSON of each file of pins, by its minor version.
pub(crate) static PREPARED_PINS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/prepared-pins.rs")));

impl Folder {
    /// The contents of the file at `path`.
    pub(crate) fn get(&self, path: &str) -> Option<Vec<u8>> {
        let at = self.0.binary_search_by_key(&path, |(path, _)| path).ok()?;
        let packed = self.0[at].1;
        let mut contents = Vec::with_capacity(4 * packed.len());
        DeflateDecoder::new(packed).read_to_end(&mut contents).expect("build.rs compressed it");
        Some(contents)
    }

    /// The paths of all files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(path, _)| *path)
    }
}

/// Files that are compressed as one, sorted by their paths.
pub(crate) struct Together {
    /// The path and the length of each.
    files: &'static [(&'static str, usize)],
    packed: &'static [u8],
    /// All of them, once any was asked for.
    contents: OnceLock<Vec<u8>>,
}

impl Together {
    /// The contents of the file at `path`.
    pub(crate) fn get(&self, path: &str) -> Option<&[u8]> {
        let at = self.files.binary_search_by_key(&path, |(path, _)| path).ok()?;
        let contents = self.contents.get_or_init(|| {
            let mut contents = Vec::with_capacity(self.files.iter().map(|(_, length)| length).sum());
            XzReader::new(self.packed, false).read_to_end(&mut contents).expect("build.rs compressed it");
            contents
        });
        let start: usize = self.files[..at].iter().map(|(_, length)| length).sum();
        Some(&contents[start..start + self.files[at].1])
    }
}
