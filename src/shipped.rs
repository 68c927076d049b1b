//! The patchsets, pins and snapshots of the repository inside the binary. build.rs lists them.

/// The files below a folder of the repository, sorted by their paths below it.
pub(crate) struct Folder(&'static [(&'static str, &'static [u8])]);

/// The files below patchsets/.
pub(crate) static PATCHSETS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/patchsets.files.rs")));
/// The files below upstream-pins/.
pub(crate) static PINS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/upstream-pins.files.rs")));
/// The files below snapshots/.
pub(crate) static SNAPSHOTS: Folder = Folder(include!(concat!(env!("OUT_DIR"), "/snapshots.files.rs")));

impl Folder {
    /// The contents of the file at `path`.
    pub(crate) fn get(&self, path: &str) -> Option<&'static [u8]> {
        let at = self.0.binary_search_by_key(&path, |(path, _)| path).ok()?;
        Some(self.0[at].1)
    }

    /// The paths of all files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(path, _)| *path)
    }
}
