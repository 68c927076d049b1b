//! The files of snapshots, in the format of insta.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::contents::if_exists;
use crate::export::{self, Prepared};
use crate::regular;
use crate::scratch;
use crate::shipped::{SNAPSHOT_HEADS, SNAPSHOT_RESTS};

/// A folder of snapshots. Shipped ones are used for those that it lacks.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The snapshots in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Store {
        Store { folder: folder.into() }
    }

    /// The file of the snapshot of a patchset on a pin.
    pub fn path(&self, patchset: &str, pin: &str) -> PathBuf {
        self.folder.join(patchset).join(format!("{pin}.snap"))
    }

    /// The file of a result that waits for review, as insta names it.
    pub fn pending_path(&self, patchset: &str, pin: &str) -> PathBuf {
        self.path(patchset, pin).with_extension("snap.new")
    }

    /// The body that waits for review; `None` if there is none.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn read_pending(&self, patchset: &str, pin: &str) -> io::Result<Option<String>> {
        let text = if_exists(regular::read_text(&self.pending_path(patchset, pin)))?;
        Ok(text.map(|text| body(&text).to_owned()))
    }

    /// Leaves a body for review, or removes the one that waits.
    ///
    /// # Errors
    /// If the file cannot be written or removed.
    pub fn set_pending(&self, patchset: &str, pin: &str, body: Option<&str>) -> io::Result<()> {
        let path = self.pending_path(patchset, pin);
        match body {
            Some(body) => export::commit(vec![export::prepare_file(&path, file_of(body).as_bytes())?]),
            // A read-only file system refuses to remove even what does not exist.
            None if !fs::exists(&path)? => Ok(()),
            None => if_exists(fs::remove_file(&path)).map(drop),
        }
    }

    /// The patchset and the pin of every result that waits for review, sorted.
    ///
    /// # Errors
    /// If the folder exists and cannot be read.
    pub fn pending(&self) -> io::Result<Vec<(String, String)>> {
        let mut all = self.files(".snap.new")?;
        all.sort();
        Ok(all)
    }

    /// The accepted body; `None` if there is none.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn read(&self, patchset: &str, pin: &str) -> io::Result<Option<String>> {
        self.read_or(patchset, pin, |file| {
            Some([&SNAPSHOT_HEADS.get(file)?, SNAPSHOT_RESTS.get(file)?].concat())
        })
    }

    /// The beginning of the accepted body, with the digests of the files before the edits; perhaps all of it.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn read_head(&self, patchset: &str, pin: &str) -> io::Result<Option<String>> {
        self.read_or(patchset, pin, |file| SNAPSHOT_HEADS.get(file))
    }

    fn read_or(
        &self,
        patchset: &str,
        pin: &str,
        shipped: impl Fn(&str) -> Option<Vec<u8>>,
    ) -> io::Result<Option<String>> {
        let shipped = || {
            let bytes = shipped(&format!("{patchset}/{pin}.snap"))?;
            Some(String::from_utf8(bytes).expect("render.rs writes text"))
        };
        let text = if_exists(regular::read_text(&self.path(patchset, pin)))?.or_else(shipped);
        Ok(text.map(|text| body(&text).to_owned()))
    }

    /// The patchset and the pin of every snapshot, sorted.
    ///
    /// # Errors
    /// If the folder exists and cannot be read.
    pub fn all(&self) -> io::Result<Vec<(String, String)>> {
        let mut all: BTreeSet<(String, String)> = BTreeSet::new();
        let named = |patchset: &str, file: &str| {
            file.strip_suffix(".snap").map(|pin| (patchset.to_owned(), pin.to_owned()))
        };
        all.extend(
            SNAPSHOT_HEADS.paths().filter_map(|file| file.split_once('/').and_then(|(p, f)| named(p, f))),
        );
        all.extend(self.files(".snap")?);
        Ok(all.into_iter().collect())
    }

    /// The patchset, and the name without `suffix`, of each file in the folder that ends in it.
    fn files(&self, suffix: &str) -> io::Result<Vec<(String, String)>> {
        let entries = |folder: &Path| match if_exists(fs::read_dir(folder))? {
            Some(entries) => entries.collect::<io::Result<Vec<_>>>(),
            None => Ok(Vec::new()),
        };
        let mut all = Vec::new();
        for patchset in entries(&self.folder)?.into_iter().filter(|entry| entry.path().is_dir()) {
            for file in entries(&patchset.path())? {
                let (patchset, file) = (patchset.file_name(), file.file_name());
                let named = |file: &str| Some(file.strip_suffix(suffix)?.to_owned());
                all.extend(
                    patchset.to_str().zip(file.to_str()).and_then(|(p, f)| Some((p.to_owned(), named(f)?))),
                );
            }
        }
        Ok(all)
    }

    /// Accepts a body, and removes the pending one that insta may have left. Returns the file.
    ///
    /// # Errors
    /// If the file cannot be written; it is unchanged then.
    pub fn write(&self, patchset: &str, pin: &str, body: &str) -> io::Result<PathBuf> {
        let path = self.accept(patchset, pin, body)?;
        // The snapshot is accepted, whether or not insta will ask about the other one.
        let _ = self.set_pending(patchset, pin, None);
        Ok(path)
    }

    /// Accepts a body; what waits for review stays. Returns the file.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn accept(&self, patchset: &str, pin: &str, body: &str) -> io::Result<PathBuf> {
        export::commit(vec![self.prepare(patchset, pin, body)?])?;
        Ok(self.path(patchset, pin))
    }

    /// Whether a snapshot is there, whatever it is. What a killed process left next to it is removed: nothing will be
    /// written there if it is.
    pub(crate) fn is_taken(&self, patchset: &str, pin: &str) -> bool {
        let path = self.path(patchset, pin);
        path.parent().into_iter().for_each(scratch::remove_abandoned);
        path.symlink_metadata().is_ok()
    }

    /// Prepares the file of an accepted body.
    pub(crate) fn prepare(&self, patchset: &str, pin: &str, body: &str) -> io::Result<Prepared> {
        export::prepare_file(&self.path(patchset, pin), file_of(body).as_bytes())
    }
}

/// The file of a body, with the head that insta writes.
fn file_of(body: &str) -> String {
    format!("---\nsource: tests/snapshots.rs\n---\n{}\n", body.trim_end_matches('\n'))
}

/// The text after the head that insta writes.
fn body(text: &str) -> &str {
    let rest = text.strip_prefix("---\n").and_then(|head| head.split_once("\n---\n"));
    rest.map_or(text, |(_, body)| body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_snapshot_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        assert_eq!(store.read("p", "python-2.5").unwrap(), None);
        let path = store.write("p", "python-2.5", "a\n---\nb\n\n").unwrap();
        assert_eq!(store.read("p", "python-2.5").unwrap().as_deref(), Some("a\n---\nb\n"));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let all = store.all().unwrap();
        assert!(all.contains(&("p".to_owned(), "python-2.5".to_owned())), "{all:?}");
        assert!(all.contains(&("catamount-py2.5".to_owned(), "python-2.5".to_owned())), "{all:?}");
    }

    #[test]
    fn the_head_of_a_shipped_snapshot_has_all_of_its_digests() {
        let store = Store::new("no such folder");
        let digests = crate::snapshot::before_digests;
        for (patchset, pin) in store.all().unwrap() {
            let (whole, head) = (store.read(&patchset, &pin), store.read_head(&patchset, &pin));
            let (whole, head) = (whole.unwrap().unwrap(), head.unwrap().unwrap());
            assert!(head.len() < whole.len() && whole.starts_with(&head), "{patchset} {pin}");
            assert!(!digests(&head).is_empty() && digests(&head) == digests(&whole), "{patchset} {pin}");
            let file = fs::read_to_string(Store::new("snapshots").path(&patchset, &pin)).unwrap();
            assert_eq!(whole, body(&file), "{patchset} {pin}");
        }
    }
}
