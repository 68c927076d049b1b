//! How often things are in files, as other trees showed: releases have most of their files in common, and reading all of
//! them takes longer than anything else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::text::Comments;
use crate::tree::ContentsId;

/// What was found in the files of all trees that were judged with it.
#[derive(Default)]
pub struct Searched {
    counts: Mutex<HashMap<Sought, Arc<Counts>>>,
}

/// What a file is searched for. How often it is there depends on this and on the contents alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Sought {
    /// A word in the code of a file with such comments.
    Word(Comments, Vec<u8>),
    /// Another spelling of a word, in such a file.
    Spelling(Comments, Vec<u8>),
    /// The code of an anchor, in such a file.
    Text(Comments, String),
    /// Some of these lines.
    Lines(Vec<Vec<u8>>),
}

/// How often one thing is in contents.
#[derive(Default)]
pub(super) struct Counts(Mutex<HashMap<ContentsId, usize>>);

impl Searched {
    /// How often `sought` is in the contents that were searched.
    pub(super) fn counts(&self, sought: Sought) -> Arc<Counts> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(counts.entry(sought).or_default())
    }
}

impl Counts {
    pub(super) fn get(&self, id: ContentsId) -> Option<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }

    pub(super) fn insert(&self, id: ContentsId, count: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, count);
    }
}
