//! The project that a command works in, which is searched upwards as git searches its repository.
//!
//! Its root is the nearest directory, from the current one up to the root of the file system, that has a pypatch.toml; if none has,
//! the nearest that has a folder `patchsets` or `upstream-pins`, or a folder `snapshots` with accepted results in it (others use that
//! name, too). If none has these, either, it is the current directory. What is above the current directory counts only if it belongs
//! to whoever runs pypatch, to the owner of the current directory, or to root: a patchset has commands that `build` runs.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::project_file::{self, Settings};
use super::{CliError, Ui};
use crate::regular::{self, LARGEST_DOCUMENT};

/// The file that sets up a project.
pub(super) const FILE: &str = "pypatch.toml";

/// The folders that make a directory a project without that file.
const FOLDERS: [&str; 2] = ["patchsets", "upstream-pins"];

/// Where a project has what a command searches. Paths are relative to the current directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Project {
    /// The folders of patchsets in the order in which they are searched. A new patchset is written to the first.
    pub patchsets: Vec<PathBuf>,
    /// The folder of pins, if it exists.
    pub pins: Option<PathBuf>,
    /// The folder of pins, whether it exists or not.
    pub new_pins: PathBuf,
    /// The folder of snapshots.
    pub snapshots: PathBuf,
    /// Where releases are searched, unless PYPATCH_SOURCES says it.
    pub sources: Vec<PathBuf>,
    /// The sources that `matrix` judges if none is named.
    pub versions: Vec<String>,
}

impl Project {
    /// Finds the project of the current directory.
    ///
    /// # Errors
    /// If the current directory or a pypatch.toml cannot be read, or that file has mistakes.
    pub(super) fn find(ui: &Ui) -> Result<Project, CliError> {
        let above = above()?;
        let mut not_used = Vec::new();
        let with_file = nearest(&above, &mut not_used, |one| {
            let file = one.join(FILE);
            file.is_file().then_some(file)
        });
        let root = match with_file {
            Some(root) => root,
            None => nearest(&above, &mut not_used, marker).unwrap_or(&above[0]),
        };
        for path in not_used {
            ui.note(&format!("note: {} is not used: it belongs to another user", path.display()));
        }
        let settings = match with_file {
            Some(_) => read(&root.join(FILE))?,
            None => Settings::default(),
        };
        let project = Project::at(root, settings);
        if with_file.is_some() {
            note_hidden(ui, &above, root, &project);
        }
        Ok(project)
    }

    fn at(root: &Path, settings: Settings) -> Project {
        let or = |path: Option<PathBuf>, default: &str| path.unwrap_or_else(|| root.join(default));
        let patchsets = match settings.patchsets {
            Some(folders) => folders,
            None => vec![root.join("patchsets")],
        };
        let new_pins = or(settings.pins, "upstream-pins");
        Project {
            patchsets,
            pins: Some(new_pins.clone()).filter(|folder| folder.is_dir()),
            new_pins,
            snapshots: or(settings.snapshots, "snapshots"),
            sources: settings.sources.unwrap_or_default(),
            versions: settings.versions.unwrap_or_default(),
        }
    }
}

/// The current directory, and those above it: nothing, `..`, `../..` and so on.
fn above() -> Result<Vec<PathBuf>, CliError> {
    let here =
        env::current_dir().map_err(|error| CliError::io("cannot find the current directory", &error))?;
    let mut all = vec![PathBuf::new()];
    for _ in here.ancestors().skip(1) {
        all.push(all[all.len() - 1].join(".."));
    }
    Ok(all)
}

/// The nearest directory in which `mark` finds something. What belongs to somebody else is added to `not_used`.
fn nearest<'a>(
    above: &'a [PathBuf],
    not_used: &mut Vec<PathBuf>,
    mark: impl Fn(&Path) -> Option<PathBuf>,
) -> Option<&'a PathBuf> {
    let owner = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.uid());
    let own = [Some(rustix::process::geteuid().as_raw()), owner(Path::new(".")), Some(0)];
    above.iter().enumerate().find_map(|(at, one)| {
        let mark = mark(one)?;
        if at > 0 && !own.contains(&owner(&mark)) {
            not_used.push(mark);
            return None;
        }
        Some(one)
    })
}

/// What makes a directory without a pypatch.toml a project.
fn marker(directory: &Path) -> Option<PathBuf> {
    let folder = FOLDERS.iter().map(|name| directory.join(name)).find(|folder| folder.is_dir());
    folder.or_else(|| {
        let snapshots = directory.join("snapshots");
        let is_result = |file: fs::DirEntry| file.path().extension().is_some_and(|it| it == "snap");
        let has_results = |folder: fs::DirEntry| {
            let files = fs::read_dir(folder.path()).into_iter().flatten().filter_map(Result::ok);
            files.into_iter().any(is_result)
        };
        let mut folders = fs::read_dir(&snapshots).ok()?.filter_map(Result::ok);
        folders.any(has_results).then_some(snapshots)
    })
}

fn read(file: &Path) -> Result<Settings, CliError> {
    match regular::read(file, LARGEST_DOCUMENT) {
        Ok(text) => project_file::parse(file, &text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(CliError::io(format!("cannot read {}", file.display()), &error)),
    }
}

/// Names a folder of patchsets that is nearer than the pypatch.toml, and that it does not name.
fn note_hidden(ui: &Ui, above: &[PathBuf], root: &Path, project: &Project) {
    let is_same = |a: &Path, b: &Path| a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    for one in above.iter().take_while(|one| *one != root) {
        let folder = one.join("patchsets");
        if folder.is_dir() && !project.patchsets.iter().any(|used| is_same(used, &folder)) {
            ui.note(&format!(
                "note: {} is not used: the project is that of {}",
                folder.display(),
                root.join(FILE).display()
            ));
        }
    }
}
