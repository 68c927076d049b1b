//! The directory in which a recipe is carried out, and what it remembers between runs.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::launcher::{Launcher, STAND_IN};
use super::recipe::{BuildError, Step};
use crate::patchset::ProgramTree;

const STATE: &str = "state.json";

/// Where things lie while a recipe is carried out.
#[derive(Debug, Clone)]
pub struct Places {
    /// The patched tree.
    pub patched: PathBuf,
    /// The tree as it was, where a step asks for it.
    pub unpatched: PathBuf,
    /// Where programs are installed.
    pub prefix: PathBuf,
    /// Whether programs are built inside the patched tree.
    pub in_place: bool,
}

/// A work directory: trees, build directories, logs, and what was done.
#[derive(Debug)]
pub struct WorkDir {
    root: PathBuf,
    state: State,
}

/// What a work directory remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// What the trees are copies of, and with which patchsets.
    trees: String,
    /// For each step that was done, with all its checks: the digest of all it depends on.
    done: BTreeMap<String, String>,
    /// For each Setup file of a build directory: the digest of what it last was when make was begun.
    #[serde(default)]
    linked: BTreeMap<PathBuf, String>,
}

impl WorkDir {
    /// Opens the work directory `root`, or makes it.
    ///
    /// # Errors
    /// When it cannot be made, or holds what pypatch has not put there.
    pub fn open(root: &Path) -> Result<WorkDir, BuildError> {
        let io = |what: &'static str, path: &Path| {
            let path = path.to_owned();
            move |source| BuildError::Io { what, path, source }
        };
        fs::create_dir_all(root).map_err(io("make", root))?;
        let root = root.canonicalize().map_err(io("find", root))?;
        let path = root.join(STATE);
        let state = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| io("read", &path)(io::Error::new(ErrorKind::InvalidData, error)))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if fs::read_dir(&root).map_err(io("read", &root))?.next().is_some() {
                    return Err(BuildError::NotAWorkDirectory(root));
                }
                State::default()
            }
            Err(error) => return Err(io("read", &path)(error)),
        };
        let work = WorkDir { root, state };
        work.save()?;
        for folder in ["bin", "logs", "steps"] {
            let path = work.root.join(folder);
            fs::create_dir_all(&path).map_err(io("make", &path))?;
        }
        Ok(work)
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What its trees are copies of; empty before there are any.
    pub fn trees(&self) -> &str {
        &self.state.trees
    }

    /// Notes what its trees are copies of.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn set_trees(&mut self, trees: &str) -> Result<(), BuildError> {
        trees.clone_into(&mut self.state.trees);
        self.save()
    }

    /// The log of a step.
    pub fn log(&self, step: &str) -> PathBuf {
        self.root.join("logs").join(format!("{}.log", step.replace('/', "-")))
    }

    /// Where the script of a step is kept, for people who want to repeat it.
    pub fn script(&self, step: &str) -> PathBuf {
        self.root.join("steps").join(format!("{}.sh", step.replace('/', "-")))
    }

    /// One line for each call of the launcher by a step.
    pub fn launcher_log(&self, step: &str) -> PathBuf {
        self.root.join("logs").join(format!("{}-launcher.log", step.replace('/', "-")))
    }

    /// The directory in which a step runs.
    pub fn directory(&self, step: &Step, places: &Places) -> PathBuf {
        match (&step.program, step.tree) {
            (Some(_), ProgramTree::Patched) if places.in_place => places.patched.clone(),
            (Some(program), _) => self.root.join(program),
            (None, ProgramTree::Patched) => places.patched.clone(),
            (None, ProgramTree::Unpatched) => places.unpatched.clone(),
        }
    }

    /// Puts the launcher on the path of all steps.
    pub(super) fn install_launcher(&self, name: &str, launcher: &Launcher) -> Result<(), BuildError> {
        let stand_in = self.root.join("bin").join("stand-in-launcher");
        self.executable(&stand_in, STAND_IN)?;
        let quoted = super::shell::literal(&stand_in.to_string_lossy());
        self.executable(&self.root.join("bin").join(name), &launcher.wrapper(&quoted))
    }

    fn executable(&self, path: &Path, text: &str) -> Result<(), BuildError> {
        let write = || {
            fs::write(path, text)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        };
        write().map_err(|source| BuildError::Io { what: "write", path: path.to_owned(), source })
    }

    /// Whether a step was done with `key`.
    pub(super) fn is_done(&self, step: &str, key: &str) -> bool {
        self.state.done.get(step).is_some_and(|done| done == key)
    }

    /// Notes that a step, and all that come behind it, are to be done again.
    pub(super) fn forget(&mut self, steps: &[Step]) -> Result<(), BuildError> {
        steps.iter().for_each(|step| drop(self.state.done.remove(&step.id)));
        self.save()
    }

    /// The digest that the Setup file `path` had when make was last begun.
    pub(super) fn linked(&self, path: &Path) -> Option<&str> {
        self.state.linked.get(path).map(String::as_str)
    }

    /// Notes what the Setup file `path` is when make begins.
    pub(super) fn set_linked(&mut self, path: &Path, digest: String) -> Result<(), BuildError> {
        self.state.linked.insert(path.to_owned(), digest);
        self.save()
    }

    /// Notes that a step was done.
    pub(super) fn set_done(&mut self, step: &str, key: String) -> Result<(), BuildError> {
        self.state.done.insert(step.to_owned(), key);
        self.save()
    }

    fn save(&self) -> Result<(), BuildError> {
        let path = self.root.join(STATE);
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.root)?;
            serde_json::to_writer_pretty(&mut file, &self.state)?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| BuildError::Io { what: "write", path: path.clone(), source })
    }
}
