//! How often things are in files, as other trees showed: releases have most of their files in common, and reading all of
//! them takes longer than anything else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::text::Comments;
use crate::tree::{ContentsId, TreeError};

/// What was found in the files of all trees that were judged with it.
#[derive(Default)]
pub struct Searched {
    numbers: Mutex<HashMap<ContentsId, Number>>,
    counts: Mutex<HashMap<Sought, Arc<Counts>>>,
    /// How similar contents are to those of a file of the release that the patchset was written for.
    pub(super) likeness: Remembered<f64>,
    /// Which functions of a file are similar to one of that release.
    pub(super) functions: Remembered<Arc<[AlikeFunction]>>,
}

/// A function that is similar to another one.
pub(super) struct AlikeFunction {
    /// The share of their words that both have, from 0 to 1.
    pub like: f64,
    pub name: String,
    /// Where its name is.
    pub at: usize,
}

/// What was found out of contents, for each thing that they were compared with.
pub(super) struct Remembered<T>(Mutex<HashMap<String, HashMap<ContentsId, T>>>);

/// Contents, numbered in the order in which trees showed them: thousands of them are searched for hundreds of things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number(usize);

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

/// How often one thing is in contents, by their number.
#[derive(Default)]
pub(super) struct Counts(Mutex<Vec<Option<u32>>>);

impl Searched {
    /// The number of contents.
    pub(super) fn number(&self, id: ContentsId) -> Number {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = Number(numbers.len());
        *numbers.entry(id).or_insert(next)
    }

    /// How often `sought` is in the contents that were searched.
    pub(super) fn counts(&self, sought: Sought) -> Arc<Counts> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(counts.entry(sought).or_default())
    }
}

impl<T: Clone> Remembered<T> {
    /// What is known of these contents compared with `old`, or else what `find` finds out.
    pub(super) fn or(
        &self,
        old: &str,
        id: Option<ContentsId>,
        find: impl FnOnce() -> Result<T, TreeError>,
    ) -> Result<T, TreeError> {
        let Some(id) = id else { return find() };
        let all = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all().get(old).and_then(|known| known.get(&id)) {
            return Ok(known.clone());
        }
        let found = find()?;
        all().entry(old.to_owned()).or_default().insert(id, found.clone());
        Ok(found)
    }
}

impl<T> Default for Remembered<T> {
    fn default() -> Remembered<T> {
        Remembered(Mutex::default())
    }
}

impl Counts {
    /// How often it is in each of these contents, where that is known.
    pub(super) fn known(&self, numbers: &[Option<Number>]) -> Vec<Option<usize>> {
        let counts = self.lock();
        let known = |number: Number| counts.get(number.0).copied().flatten();
        numbers.iter().map(|number| number.and_then(known).map(|count| count as usize)).collect()
    }

    pub(super) fn extend(&self, found: Vec<(Number, usize)>) {
        let mut counts = self.lock();
        let length = found.iter().map(|(number, _)| number.0 + 1).max().unwrap_or_default();
        if counts.len() < length {
            counts.resize(length, None);
        }
        for (number, count) in found {
            counts[number.0] = u32::try_from(count).ok();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<u32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
