//! The results of cells by their content, which machines may share.
//!
//! A file for each cell, named by the digest of all that its result depends on. It appears when it is complete, and ends with the digest of
//! its contents: what is torn or of something else is not read, and written again. Nothing is locked: two machines that have the
//! same cell both write it, and the last one stays.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::{is_whole, sealed};
use crate::digest::Sha256Digest;
use crate::export;
use crate::regular::{self, LARGEST_DOCUMENT};

/// A directory with results.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    /// The digest of this program.
    program: String,
}

/// What a file has.
#[derive(Serialize, Deserialize)]
struct Entry<K, C> {
    /// All that the result depends on.
    key: K,
    /// The result.
    result: C,
}

impl Cache {
    /// The results in a directory, which may not exist yet.
    ///
    /// # Errors
    /// If the program itself cannot be read: what another one found out does not count.
    pub fn new(directory: &Path) -> io::Result<Cache> {
        let program = std::env::current_exe().and_then(|path| regular::digest(&path))?;
        Ok(Cache { directory: directory.to_owned(), program: program.to_string() })
    }

    /// The result that depends on `inputs`, if it is there.
    pub fn get<C: DeserializeOwned>(&self, inputs: &Value) -> Option<C> {
        let key = self.key(inputs);
        let text = regular::read(&self.path(&key), LARGEST_DOCUMENT).ok()?;
        let text = String::from_utf8(text).ok().filter(|text| is_whole(text))?;
        // As files with results are read: so the reader of a result is compiled once.
        let entry: Entry<Value, Value> = serde_json::from_slice(text.as_bytes()).ok()?;
        if entry.key == key { serde_json::from_value(entry.result).ok() } else { None }
    }

    /// Keeps a result that depends on `inputs`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put<C: Serialize>(&self, inputs: &Value, result: &C) -> io::Result<()> {
        let key = self.key(inputs);
        let contents = sealed(&Entry { key: &key, result })?;
        match export::replace(&self.path(&key), contents.as_bytes()) {
            // Another machine had the same cell at the same time.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            written => written,
        }
    }

    fn key(&self, inputs: &Value) -> Value {
        serde_json::json!({ "program": self.program, "inputs": inputs })
    }

    fn path(&self, key: &Value) -> PathBuf {
        let digest = Sha256Digest::of(key.to_string().as_bytes()).to_string();
        let (folder, name) = digest.split_at(2);
        self.directory.join(folder).join(format!("{name}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_torn_or_of_something_else_is_not_read_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path()).unwrap();
        let (one, two) = (json!({"a": 1}), json!({"a": 2}));
        assert_eq!(cache.get::<String>(&one), None);
        cache.put(&one, &"result").unwrap();
        assert_eq!(cache.get::<String>(&one).as_deref(), Some("result"));
        let path = |inputs: &Value| cache.path(&cache.key(inputs));
        let text = std::fs::read(path(&one)).unwrap();
        std::fs::write(path(&one), &text[..text.len() - 9]).unwrap();
        assert_eq!(cache.get::<String>(&one), None);
        cache.put(&one, &"result").unwrap();
        assert_eq!(cache.get::<String>(&one).as_deref(), Some("result"));
        // A file that somebody copied to the place of another one, and one with a result of another form.
        cache.put(&two, &"other").unwrap();
        std::fs::copy(path(&one), path(&two)).unwrap();
        assert_eq!(cache.get::<String>(&two), None);
        assert_eq!(cache.get::<u32>(&one), None);
        // Many at once.
        let put = |inputs: &Value| (0..8).for_each(|_| cache.put(inputs, &"both").unwrap());
        for number in 3..20 {
            let inputs = json!({ "a": number });
            std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| put(&inputs)))));
            assert_eq!(cache.get::<String>(&inputs).as_deref(), Some("both"));
        }
        // Another program does not count.
        let other = Cache { program: "another".to_owned(), directory: folder.path().to_owned() };
        assert_eq!(other.get::<String>(&one), None);
    }
}
