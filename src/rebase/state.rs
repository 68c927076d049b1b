//! Where a port of a series stopped.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::error::RebaseError;
use crate::digest::Sha256Digest;
use crate::export;
use crate::regular::{self, LARGEST_DOCUMENT};
use crate::tree::TreePath;

/// The file in an output directory that says where a port stopped.
pub const STATE: &str = ".pypatch-port.json";

/// The patch at which a port stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Its name.
    pub patch: String,
    /// The files that have to be decided, and the digest of what is shown of each.
    pub shown: BTreeMap<String, Option<Sha256Digest>>,
}

/// What a port that is not finished was asked to do, and where it stopped.
#[derive(Debug, Clone)]
pub struct State {
    /// The patches, as they were named.
    pub patches: String,
    /// The version that they are for.
    pub from: String,
    /// The new version.
    pub to: String,
    /// How many lines of context need not fit the old version.
    pub fuzz: usize,
    /// Whether patches are only carried where little changed around them.
    pub careful: bool,
    /// The file of decisions.
    pub decisions: PathBuf,
    /// The patches that were written.
    pub written: Vec<String>,
    /// Where it stopped; `None` if it was interrupted.
    pub stop: Option<Stop>,
}

/// A state that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{} does not say where a port stopped: {why}", .path.display())]
pub struct BadState {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub why: String,
}

impl State {
    /// Reads the state in the output directory `out`; `None` if no port stopped there.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(out: &Path) -> Result<Option<State>, BadState> {
        let path = out.join(STATE);
        let bad = |why: String| BadState { path: path.clone(), why };
        let bytes = match regular::read(&path, LARGEST_DOCUMENT) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(bad(error.to_string())),
        };
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if value["schema"] != 1 {
            return Err(bad("another version of pypatch wrote it".to_owned()));
        }
        let text = |name: &str| {
            value[name].as_str().map(str::to_owned).ok_or_else(|| bad(format!("it has no `{name}`")))
        };
        let shown = |one: &Value| one.as_str().and_then(|text| text.parse().ok());
        let stop = value["stop"].as_object().map(|stop| Stop {
            patch: stop["patch"].as_str().unwrap_or_default().to_owned(),
            shown: stop["shown"]
                .as_object()
                .map(|files| files.iter().map(|(path, digest)| (path.clone(), shown(digest))).collect())
                .unwrap_or_default(),
        });
        let written = value["written"].as_array();
        Ok(Some(State {
            patches: text("patches")?,
            from: text("from")?,
            to: text("to")?,
            fuzz: value["fuzz"].as_u64().and_then(|fuzz| usize::try_from(fuzz).ok()).unwrap_or(0),
            careful: value["careful"].as_bool().unwrap_or(false),
            decisions: text("decisions")?.into(),
            // Names out of the directory are none of this program.
            written: written
                .map(|all| all.iter().filter_map(Value::as_str).filter(|one| one.parse::<TreePath>().is_ok()))
                .map(|all| all.map(str::to_owned).collect())
                .unwrap_or_default(),
            stop,
        }))
    }

    /// Writes the state into the output directory `out`.
    ///
    /// # Errors
    /// If it cannot be written; an older one is unchanged then.
    pub fn write(&self, out: &Path) -> Result<(), RebaseError> {
        let stop = self.stop.as_ref().map(|stop| {
            let shown: serde_json::Map<String, Value> = stop
                .shown
                .iter()
                .map(|(path, digest)| (path.clone(), digest.map(|digest| digest.to_string()).into()))
                .collect();
            json!({"patch": stop.patch, "shown": shown})
        });
        let value = json!({
            "schema": 1, "patches": self.patches, "from": self.from, "to": self.to, "fuzz": self.fuzz,
            "careful": self.careful, "decisions": self.decisions.display().to_string(), "written": self.written,
            "stop": stop,
        });
        let path = out.join(STATE);
        export::replace(&path, format!("{value:#}\n").as_bytes())
            .map_err(|source| RebaseError::Io { path, source })
    }
}
