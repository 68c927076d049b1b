//! The patchsets, pins and snapshots of the repository inside the binary, compressed. build.rs lists them.

use std::io::Read;

use flate2::bufread::DeflateDecoder;

/// Files, sorted by their paths, with their compressed contents.
pub(crate) struct Folder(&'static [(&'static str, &'static [u8])]);

/// The files below patchsets/.
pub(crate) static PATCHSETS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/patchsets.rs")));
/// The files below upstream-pins/.
pub(crate) static PINS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/upstream-pins.rs")));
/// The files below snapshots/.
pub(crate) static SNAPSHOTS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/snapshots.rs")));
/// The schema of patchset.yaml.
pub(crate) static SCHEMA: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/schema.rs")));
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
