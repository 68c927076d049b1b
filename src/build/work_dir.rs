//! The work directory of a build, and its state between runs.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::launcher::{Launcher, STUB, wrapper};
use super::recipe::Step;
use super::{BuildError, Layout};
use crate::contents::if_exists;
use crate::export;
use crate::patchset::ProgramTree;
use crate::regular::{self, LARGEST_DOCUMENT};
use crate::text::shell_word;

const STATE: &str = "state.json";

/// A work directory: it contains trees, build directories, logs and scripts of steps, and `state.json`.
#[derive(Debug)]
pub struct WorkDir {
    root: PathBuf,
    state: State,
}

/// The state of a work directory, in `state.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// The identity of the source of the trees, and the digests of the patchsets applied to it.
    trees: String,
    /// For each step that was done and whose checks hold: the digest of its inputs.
    done: BTreeMap<String, String>,
    /// For each Setup file of a build directory: its digest when make was last started.
    #[serde(default)]
    linked: BTreeMap<PathBuf, String>,
}

impl WorkDir {
    /// Opens the work directory `root`, or creates it.
    ///
    /// # Errors
    /// [`BuildError::NotAWorkDirectory`] when it has files that pypatch did not write, or
    /// [`BuildError::Io`].
    pub fn open(root: &Path) -> Result<WorkDir, BuildError> {
        fs::create_dir_all(root).map_err(BuildError::io("create", root))?;
        let root = root.canonicalize().map_err(BuildError::io("resolve", root))?;
        let path = root.join(STATE);
        let state =
            match if_exists(regular::read(&path, LARGEST_DOCUMENT)).map_err(BuildError::io("read", &path))? {
                Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                    BuildError::io("read", &path)(io::Error::new(ErrorKind::InvalidData, error))
                })?,
                None if fs::read_dir(&root).map_err(BuildError::io("read", &root))?.next().is_some() => {
                    return Err(BuildError::NotAWorkDirectory(root));
                }
                None => State::default(),
            };
        let work = WorkDir { root, state };
        work.save()?;
        for folder in ["bin", "logs", "steps"] {
            let path = work.root.join(folder);
            fs::create_dir_all(&path).map_err(BuildError::io("create", &path))?;
        }
        Ok(work)
    }

    /// The absolute path of the directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// See [`State::trees`]; empty before there are any trees.
    pub fn trees(&self) -> &str {
        &self.state.trees
    }

    /// Sets [`State::trees`].
    ///
    /// # Errors
    /// [`BuildError::Io`].
    pub fn set_trees(&mut self, trees: &str) -> Result<(), BuildError> {
        trees.clone_into(&mut self.state.trees);
        self.save()
    }

    /// The log of a step.
    pub fn log(&self, step: &str) -> PathBuf {
        self.root.join("logs").join(format!("{}.log", step.replace('/', "-")))
    }

    /// The script of a step, for users who want to repeat it by hand.
    pub fn script(&self, step: &str) -> PathBuf {
        self.root.join("steps").join(format!("{}.sh", step.replace('/', "-")))
    }

    /// The file with a line for each call of the launcher by a step.
    pub fn launcher_log(&self, step: &str) -> PathBuf {
        self.root.join("logs").join(format!("{}-launcher.log", step.replace('/', "-")))
    }

    /// The directory in which a step runs.
    pub fn directory(&self, step: &Step, layout: &Layout) -> PathBuf {
        match &step.program {
            Some(program) if !layout.in_place || step.tree == ProgramTree::Unpatched => {
                self.root.join(program)
            }
            Some(_) | None => layout.tree(step).to_owned(),
        }
    }

    /// Installs the launcher in the directory that is first on the path of all steps.
    pub(super) fn install_launcher(&self, name: &str, launcher: &Launcher) -> Result<(), BuildError> {
        let stub = self.root.join("bin").join("stub-launcher");
        self.executable(&stub, STUB)?;
        let launcher = launcher.word(&shell_word(&stub.to_string_lossy()));
        self.executable(&self.root.join("bin").join(name), &wrapper(&launcher))
    }

    fn executable(&self, path: &Path, text: &str) -> Result<(), BuildError> {
        let write = || {
            fs::write(path, text)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        };
        write().map_err(BuildError::io("write", path))
    }

    /// Whether a step was done with the inputs that `key` is the digest of.
    pub(super) fn is_done(&self, step: &str, key: &str) -> bool {
        self.state.done.get(step).is_some_and(|done| done == key)
    }

    /// Records that `steps` are not done.
    pub(super) fn forget(&mut self, steps: &[Step]) -> Result<(), BuildError> {
        steps.iter().for_each(|step| drop(self.state.done.remove(&step.id)));
        self.save()
    }

    /// The digest of the Setup file `path` when make was last started.
    pub(super) fn linked(&self, path: &Path) -> Option<&str> {
        self.state.linked.get(path).map(String::as_str)
    }

    /// Records the digest of the Setup file `path` when make is started.
    pub(super) fn set_linked(&mut self, path: &Path, digest: String) -> Result<(), BuildError> {
        self.state.linked.insert(path.to_owned(), digest);
        self.save()
    }

    /// Records that a step was done.
    pub(super) fn set_done(&mut self, step: &str, key: String) -> Result<(), BuildError> {
        self.state.done.insert(step.to_owned(), key);
        self.save()
    }

    fn save(&self) -> Result<(), BuildError> {
        let path = self.root.join(STATE);
        let state = serde_json::to_vec_pretty(&self.state).map_err(io::Error::from);
        state.and_then(|state| export::replace(&path, &state)).map_err(BuildError::io("write", &path))
    }
}
