//! The contents of blobs that were read from one commit, for the other commits that have them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use git2::Oid;

use crate::contents::Contents;

/// From this many bytes on, blobs are forgotten that were not asked for since about as many were read.
const MOST_BYTES: usize = 32 << 20;

/// Blobs that were read lately. Neighbouring releases have most of their files in common, and inflating a blob and checking
/// its hash takes longer than most of what is done with it.
#[derive(Default)]
pub struct Blobs(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    new: HashMap<Oid, Contents>,
    /// Those that are forgotten next.
    old: HashMap<Oid, Contents>,
    /// The size of the new ones.
    bytes: usize,
}

impl Blobs {
    pub(super) fn get(&self, id: Oid) -> Option<Contents> {
        let mut all = self.lock();
        if let Some(known) = all.new.get(&id) {
            return Some(known.clone());
        }
        let known = all.old.remove(&id)?;
        all.insert(id, known.clone());
        Some(known)
    }

    pub(super) fn insert(&self, id: Oid, contents: Contents) {
        self.lock().insert(id, contents);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn insert(&mut self, id: Oid, contents: Contents) {
        self.bytes += contents.len();
        self.new.insert(id, contents);
        if self.bytes > MOST_BYTES {
            self.old = std::mem::take(&mut self.new);
            self.bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).unwrap()
    }

    #[test]
    fn a_blob_is_kept_while_it_is_asked_for() {
        let blobs = Blobs::default();
        for number in 1..=9 {
            blobs.insert(id(number), Contents::from(vec![number; MOST_BYTES / 4]));
            assert_eq!(blobs.get(id(1)).map(|blob| blob[0]), Some(1), "after {number}");
        }
        assert_eq!(blobs.get(id(2)), None);
        assert!(blobs.get(id(9)).is_some());
        assert_eq!(blobs.get(id(10)), None);
    }
}
