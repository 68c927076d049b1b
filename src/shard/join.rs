//! Makes one job of the results of its shards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::file::Unread;
use super::{ResultError, Shard};

/// A job of which each shard has a result, or is missing.
#[derive(Debug)]
pub struct Joined<J, C> {
    /// The job.
    pub job: J,
    /// What became of its cells, in their order; a shard where the result is missing.
    pub cells: Vec<Result<C, Shard>>,
    /// The shards without a result.
    pub missing: Vec<Shard>,
    /// What reports show besides.
    pub about: Value,
}

/// A job that results of shards are of.
pub trait Job: DeserializeOwned {
    /// What becomes of a cell.
    type Cell: Serialize + DeserializeOwned;

    /// How many sources it has, and how many cells each of these has.
    fn shape(&self) -> (usize, usize);

    /// Whether two results of a cell say the same. Times may differ.
    fn agree(one: &Self::Cell, other: &Self::Cell) -> bool;
}

/// Why results do not make one job.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// A file is not a result.
    #[error(transparent)]
    File(#[from] ResultError),
    /// They are of different jobs.
    #[error("{} is of another job than {}", path.display(), first.display())]
    OtherJob {
        /// The file.
        path: PathBuf,
        /// The first file.
        first: PathBuf,
        /// What differs: `they differ in: patchsets`.
        what: String,
    },
    /// Two of one shard say different things.
    #[error("{} and {} are of shard {shard}, and differ", one.display(), other.display())]
    Differ {
        /// The shard.
        shard: Shard,
        /// A file.
        one: PathBuf,
        /// Another file.
        other: PathBuf,
    },
}

/// Joins results of one job. Two of the same shard have to agree.
///
/// # Errors
/// [`JoinError`]. A missing shard is not an error here.
pub fn join<J: Job>(files: Vec<Unread>) -> Result<Joined<J, J::Cell>, JoinError> {
    let Some(first) = files.first() else { unreachable!("the command line requires a file") };
    let whole = (first.path.clone(), first.job().map(|(key, value)| (key, value.clone())));
    let mut found: BTreeMap<u32, (PathBuf, Vec<J::Cell>)> = BTreeMap::new();
    let mut job: Option<(J, u32, Value)> = None;
    for file in files {
        let path = file.path.clone();
        for ((key, wanted), (_, value)) in whole.1.iter().zip(file.job()) {
            if let Some(what) = difference(key, wanted, value) {
                return Err(JoinError::OtherJob { path, first: whole.0.clone(), what });
            }
        }
        let file = file.typed::<J, J::Cell>()?;
        let (_, of, _) = job.get_or_insert((file.job, file.shard.of, file.about));
        if *of != file.shard.of {
            let what = format!("it has {} shards, and the other {of}", file.shard.of);
            return Err(JoinError::OtherJob { path, first: whole.0.clone(), what });
        }
        let (sources, each) = job.as_ref().map_or((0, 0), |(job, ..)| job.shape());
        if file.cells.len() != file.shard.cells(sources, each).len() {
            let why = format!("shard {} does not have {} cells", file.shard, file.cells.len());
            return Err(ResultError::Foreign { path, why }.into());
        }
        if let Some((one, known)) = found.get(&file.shard.number) {
            if !known.iter().zip(&file.cells).all(|(one, other)| J::agree(one, other)) {
                return Err(JoinError::Differ { shard: file.shard, one: one.clone(), other: path });
            }
            continue;
        }
        found.insert(file.shard.number, (path, file.cells));
    }
    let Some((job, of, about)) = job else { unreachable!("the first file was read") };
    let (sources, each) = job.shape();
    let (mut cells, mut missing) = (BTreeMap::new(), Vec::new());
    for shard in Shard::all(of) {
        let numbers = shard.cells(sources, each).into_iter();
        match found.remove(&shard.number) {
            Some((_, own)) => cells.extend(numbers.zip(own.into_iter().map(Ok))),
            None => {
                missing.push(shard);
                cells.extend(numbers.map(|number| (number, Err(shard))));
            }
        }
    }
    Ok(Joined { job, cells: cells.into_values().collect(), missing, about })
}

/// In what two jobs differ: the names of the keys.
fn difference(key: &str, one: &Value, other: &Value) -> Option<String> {
    if one == other {
        return None;
    }
    let keys = match (one.as_object(), other.as_object()) {
        (Some(one), Some(other)) => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            keys.into_iter().filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
        }
        _ => vec![key.to_owned()],
    };
    Some(format!("they differ in: {}", keys.join(", ")))
}
