//! The file with the results of a shard.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Shard;
use crate::digest::Sha256Digest;
use crate::regular::{self, LARGEST_FILE};

/// The version of the form of a file.
const SCHEMA: u64 = 1;

/// What comes before the digest, which ends the file.
const SEAL: &str = ",\"digest\":\"";

/// The results of a shard: `J` is the whole job, `C` what became of a cell.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResultFile<J, C> {
    /// The version of the form.
    schema: u64,
    /// The command: `matrix` or `build`.
    pub command: String,
    /// The version of pypatch.
    pub pypatch: String,
    /// The whole job, which is the same in the results of all of its shards.
    pub job: J,
    /// Which shard it is.
    pub shard: Shard,
    /// What became of its cells, in their order.
    pub cells: Vec<C>,
    /// What reports show besides, such as where edits are written. It may differ between machines.
    pub about: Value,
}

/// Why a file is not the result of a shard.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// It cannot be read.
    #[error("cannot read {}", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// It has no digest at its end, or its contents have another one.
    #[error("{} is torn: it does not end with the digest of its contents", .0.display())]
    Torn(PathBuf),
    /// It is of another version of pypatch.
    #[error("{} has schema {schema}, and this pypatch reads schema {SCHEMA}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        schema: String,
    },
    /// It is complete and has something else.
    #[error("{} is not the result of a shard: {why}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl<J: Serialize, C: Serialize> ResultFile<J, C> {
    /// The results of a shard of a job.
    pub fn new(command: &str, job: J, shard: Shard, cells: Vec<C>, about: Value) -> ResultFile<J, C> {
        let (command, pypatch) = (command.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        ResultFile { schema: SCHEMA, command, pypatch, job, shard, cells, about }
    }

    /// The contents of the file.
    ///
    /// # Errors
    /// If a value cannot be written as JSON.
    pub fn contents(&self) -> io::Result<String> {
        sealed(self)
    }
}

/// A value as JSON, with the digest of all that comes before it at its end.
pub(super) fn sealed(value: &impl Serialize) -> io::Result<String> {
    let mut text = serde_json::to_string(value)?;
    text.pop();
    let digest = Sha256Digest::of(text.as_bytes());
    Ok(format!("{text}{SEAL}{digest}\"}}\n"))
}

/// Whether a text is as [`sealed`] wrote it.
pub(super) fn is_whole(text: &str) -> bool {
    text.rsplit_once(SEAL)
        .is_some_and(|(text, digest)| digest == format!("{}\"}}\n", Sha256Digest::of(text.as_bytes())))
}

/// A file with results as it is, and whether it is whole.
#[derive(Debug)]
pub struct Unread {
    /// The file.
    pub path: PathBuf,
    /// The contents.
    value: Value,
}

impl Unread {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ResultError`], if it is not whole or has another schema.
    pub fn read(path: &Path) -> Result<Unread, ResultError> {
        let foreign = |why: String| ResultError::Foreign { path: path.to_owned(), why };
        let bytes = regular::read(path, LARGEST_FILE).map_err(|error| ResultError::Io(path.into(), error))?;
        let text = String::from_utf8(bytes).map_err(|_| foreign("it is not UTF-8".to_owned()))?;
        if !is_whole(&text) {
            return Err(ResultError::Torn(path.to_owned()));
        }
        let value: Value =
            serde_json::from_slice(text.as_bytes()).map_err(|error| foreign(error.to_string()))?;
        if value["schema"] != SCHEMA {
            let schema = value["schema"].to_string();
            return Err(ResultError::Schema { path: path.to_owned(), schema });
        }
        Ok(Unread { path: path.to_owned(), value })
    }

    /// The command.
    pub fn command(&self) -> &str {
        self.value["command"].as_str().unwrap_or_default()
    }

    /// The keys of the job, in which it may differ from another one.
    pub(super) fn job(&self) -> [(&'static str, &Value); 2] {
        [("pypatch", &self.value["pypatch"]), ("job", &self.value["job"])]
    }

    /// Its results.
    ///
    /// # Errors
    /// [`ResultError::Foreign`].
    pub(super) fn typed<J: DeserializeOwned, C: DeserializeOwned>(
        self,
    ) -> Result<ResultFile<J, C>, ResultError> {
        let path = self.path;
        serde_json::from_value(self.value)
            .map_err(|error| ResultError::Foreign { path, why: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path) -> String {
        let file = ResultFile::new("matrix", "job", Shard::WHOLE, vec!["a,\"digest\":\"b"], Value::Null);
        let text = file.contents().unwrap();
        std::fs::write(path, &text).unwrap();
        text
    }

    #[test]
    fn whatever_is_cut_off_or_changed_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.json");
        let text = write(&path);
        let read = Unread::read(&path).unwrap().typed::<String, String>().unwrap();
        assert_eq!((read.job.as_str(), read.cells.len()), ("job", 1));
        for end in 0..text.len() {
            std::fs::write(&path, &text[..end]).unwrap();
            assert!(matches!(Unread::read(&path), Err(ResultError::Torn(_))), "{end}");
        }
        std::fs::write(&path, text.replace("1/1", "1/2")).unwrap();
        assert!(matches!(Unread::read(&path), Err(ResultError::Torn(_))));
        std::fs::write(&path, format!("{text}\n")).unwrap();
        assert!(matches!(Unread::read(&path), Err(ResultError::Torn(_))));
    }

    #[test]
    fn a_file_that_is_whole_and_has_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.json");
        std::fs::write(&path, sealed(&serde_json::json!({"schema": 2})).unwrap()).unwrap();
        let error = Unread::read(&path).unwrap_err().to_string();
        assert!(error.ends_with("has schema 2, and this pypatch reads schema 1"), "{error}");
        std::fs::write(&path, sealed(&serde_json::json!({"schema": 1, "command": "matrix"})).unwrap())
            .unwrap();
        let error = Unread::read(&path).unwrap().typed::<String, String>().unwrap_err();
        assert!(matches!(error, ResultError::Foreign { .. }), "{error}");
    }
}
