//! Writes new pins into the files of their series.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::gather::Gathered;
use crate::cli::{CliError, Workspace};
use crate::contents::if_exists;
use crate::export::{self, Prepared};
use crate::regular::{self, LARGEST_DOCUMENT};
use crate::tree::pin::{Pin, entry, new_file, with_pin};

/// Files of pins as they will be.
#[derive(Debug, Default)]
pub(in crate::cli) struct PinFiles(pub Vec<PinFile>);

/// A file of pins as it will be.
#[derive(Debug)]
pub(in crate::cli) struct PinFile {
    pub path: PathBuf,
    pub text: String,
    /// What it was made from; `None` if the file is new.
    old: Option<Vec<u8>>,
    /// The entries that are new in it.
    pub entries: Vec<String>,
}

/// What is already pinned of a release.
#[derive(Debug)]
pub(in crate::cli) enum Known {
    Nothing,
    All,
    /// It has new tarballs: this is the pin with them.
    Part(Box<Pin>),
}

/// Compares a release with its pin.
///
/// # Errors
/// If it is pinned with another tree or digest.
pub(in crate::cli) fn known(workspace: &Workspace, pin: &Pin) -> Result<Known, CliError> {
    let Some(mut old) = workspace.pins.by_version(&pin.version)? else { return Ok(Known::Nothing) };
    let conflict = |what: &str, old: &str, new: &str| {
        Err(CliError::source(format!("{} is pinned with another {what}", pin.name))
            .detail(format!("pinned: {old}"))
            .detail(format!("found: {new}"))
            .detail("nothing was written")
            .help("a release never changes: find out which of them is upstream's"))
    };
    if old.tree != pin.tree {
        return conflict("tree id", &old.tree, &pin.tree);
    }
    let mut is_new = false;
    for tarball in &pin.tarballs {
        match old.tarballs.iter().find(|one| one.file_name == tarball.file_name) {
            Some(one) if one.sha256 != tarball.sha256 => {
                let what = format!("sha256 of {}", tarball.file_name);
                return conflict(&what, &one.sha256.to_string(), &tarball.sha256.to_string());
            }
            Some(_) => {}
            None if old.tarball(tarball.sha256).is_some() => {}
            None => {
                old.tarballs.push(tarball.clone());
                is_new = true;
            }
        }
    }
    if !is_new {
        return Ok(Known::All);
    }
    old.tarballs.sort_by_key(|tarball| !tarball.file_name.ends_with(".xz"));
    for path in &pin.exclude {
        if !old.exclude.contains(path) {
            old.exclude.insert(0, path.clone());
        }
    }
    Ok(Known::Part(Box::new(old)))
}

impl PinFiles {
    /// The files of the project's folder of pins with these releases.
    ///
    /// # Errors
    /// If a file cannot be read, or has a form into which nothing can be added.
    pub(in crate::cli) fn with(workspace: &Workspace, pins: &[&Pin]) -> Result<PinFiles, CliError> {
        let mut files: BTreeMap<(u16, u16), PinFile> = BTreeMap::new();
        for pin in pins {
            let minor = pin.version.minor();
            let (common, series) = workspace.pins.common(&minor)?;
            let path = workspace.pins_folder.join(format!("{minor}.yaml"));
            let file = match files.remove(&pin.version.series()) {
                Some(file) => file,
                None => {
                    let old = workspace.pins.file(&minor)?;
                    let old = old.map(|(_, bytes)| bytes);
                    let text = match &old {
                        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                        None => new_file(&minor, &common, &why(&minor, &series)),
                    };
                    PinFile { path, text, old, entries: Vec::new() }
                }
            };
            let text = with_pin(&file.path.display().to_string(), &minor, &file.text, pin)?;
            let mut entries = file.entries;
            entries.push(entry(pin, &common, 2));
            files.insert(pin.version.series(), PinFile { text, entries, ..file });
        }
        Ok(PinFiles(files.into_values().collect()))
    }

    /// The files, to be moved to their places with others.
    ///
    /// # Errors
    /// If one cannot be written, or was changed since it was read.
    pub(in crate::cli) fn prepare(&self) -> Result<Vec<Prepared>, CliError> {
        let mut prepared = Vec::new();
        for file in &self.0 {
            prepared
                .push(export::prepare_file(&file.path, file.text.as_bytes()).map_err(failed(&file.path))?);
        }
        self.require_unchanged()?;
        Ok(prepared)
    }

    /// Refuses files that another process wrote since they were read: what it wrote would be lost.
    ///
    /// # Errors
    /// If one was changed or cannot be read.
    pub(in crate::cli) fn require_unchanged(&self) -> Result<(), CliError> {
        for file in &self.0 {
            let now = if_exists(regular::read(&file.path, LARGEST_DOCUMENT));
            if now.map_err(failed(&file.path))? != file.old {
                return Err(CliError::unfit(format!("{} was changed meanwhile", file.path.display()))
                    .detail("nothing was written")
                    .help("run the command again"));
            }
        }
        Ok(())
    }

    /// Writes them, one after the other. If one cannot be moved to its place, those before it that are new are removed again, and
    /// those that were replaced stay: each is valid by itself.
    ///
    /// # Errors
    /// If one cannot be written, or was changed since it was read.
    pub(in crate::cli) fn write(&self) -> Result<(), CliError> {
        let Some(last) = self.0.last() else { return Ok(()) };
        export::commit(self.prepare()?).map_err(failed(&last.path))
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> CliError {
    let title = format!("cannot write {}", path.display());
    move |error| CliError::io(title, &error)
}

/// Why the releases of a new file are without some paths.
fn why(minor: &str, series: &str) -> String {
    let only = "Only the tags have these, or only the tarballs";
    if minor == series { format!("{only}.") } else { format!("{only}, as of {series}.") }
}

/// What was found of a release, as lines.
pub(in crate::cli) fn lines(gathered: &Gathered) -> Vec<String> {
    gathered.found.iter().map(|line| format!("  {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_since_it_was_read_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("9.9.yaml");
        let file = |old: Option<&str>| {
            let old = old.map(|text| text.as_bytes().to_vec());
            PinFiles(vec![PinFile { path: path.clone(), text: "mine".to_owned(), old, entries: Vec::new() }])
        };
        std::fs::write(&path, "theirs").unwrap();
        for old in [None, Some("old")] {
            let error = file(old).write().unwrap_err();
            assert!(error.problem.title.ends_with("was changed meanwhile"), "{}", error.problem.title);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "theirs");
        }
        file(Some("theirs")).write().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        std::fs::remove_file(&path).unwrap();
        file(None).write().unwrap();
    }
}
