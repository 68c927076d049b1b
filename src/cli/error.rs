//! Turns what went wrong in the library into what a person can act on.

use std::error::Error;
use std::io;

use super::exit::ExitStatus;
use super::fetch::FetchCommandError;
use super::pins::PinsCommandError;
use crate::apply::ApplyError;
use crate::fetch::FetchError;
use crate::patchset::LoadError;
use crate::tree::pin::PinError;
use crate::tree::{BadSource, TreeError};

/// What went wrong, and what to do about it.
#[derive(Debug)]
pub(super) struct CliError {
    pub status: ExitStatus,
    pub title: String,
    pub details: Vec<String>,
    pub help: Option<String>,
    /// Whether stdout was closed: no error, only an end.
    pub broken_pipe: bool,
}

impl CliError {
    pub(super) fn new(status: ExitStatus, title: impl Into<String>) -> CliError {
        CliError { status, title: title.into(), details: Vec::new(), help: None, broken_pipe: false }
    }

    pub(super) fn detail(mut self, line: impl Into<String>) -> CliError {
        self.details.push(line.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> CliError {
        self.help = Some(help.into());
        self
    }

    /// Writing a result failed.
    pub(super) fn output(error: &io::Error) -> CliError {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        CliError { broken_pipe, ..CliError::new(ExitStatus::Io, format!("cannot write the output: {error}")) }
    }

    /// Reading or writing a file failed.
    pub(super) fn io(what: impl Into<String>, error: &io::Error) -> CliError {
        CliError::new(ExitStatus::Io, what).detail(error.to_string())
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    text
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> CliError {
        let title = chain(&error);
        match error {
            LoadError::Unknown { near, .. } => {
                let mut error = CliError::new(ExitStatus::Usage, title);
                error.details.extend(near.iter().map(|id| format!("near: {id}")));
                error.help("`pypatch list` names them all; a path needs a `/`, as in ./mine")
            }
            LoadError::Invalid { complaints, .. } => {
                let mut error = CliError::new(ExitStatus::Usage, title);
                error.details = complaints.iter().map(ToString::to_string).collect();
                error
            }
            LoadError::Io { .. } => CliError::new(ExitStatus::Usage, title),
        }
    }
}

impl From<TreeError> for CliError {
    fn from(error: TreeError) -> CliError {
        let near = match &error {
            TreeError::NoRevision { near, .. } => near.clone(),
            _ => Vec::new(),
        };
        let mut error = CliError::new(ExitStatus::Source, chain(&error));
        error.details.extend(near.iter().map(|rev| format!("near: {rev}")));
        error
    }
}

impl From<BadSource> for CliError {
    fn from(error: BadSource) -> CliError {
        CliError::new(ExitStatus::Source, error.to_string())
            .help("a source is a directory, a tarball, a pin such as python-2.5, or git:REPO@REV")
    }
}

impl From<PinError> for CliError {
    fn from(error: PinError) -> CliError {
        let title = chain(&error);
        match error {
            PinError::Unknown { nearest, .. } => {
                let mut error = CliError::new(ExitStatus::Source, title);
                error.details.extend(nearest.iter().map(|pin| format!("near: {pin}")));
                error.help("`pypatch pins` names them all")
            }
            _ => CliError::new(ExitStatus::Usage, title),
        }
    }
}

impl From<FetchError> for CliError {
    fn from(error: FetchError) -> CliError {
        let mut cli = CliError::new(ExitStatus::Source, error.to_string());
        cli.details.extend(error.attempts.iter().map(ToString::to_string));
        cli.help("point PYPATCH_SOURCES at a directory that holds the tarball, or at a git repository with the release's tag")
    }
}

impl From<ApplyError> for CliError {
    fn from(error: ApplyError) -> CliError {
        let title = chain(&error);
        let unfit = |title: String| CliError::new(ExitStatus::Unfit, title);
        match error {
            ApplyError::Io { .. } => CliError::new(ExitStatus::Io, title).detail("the tree is as it was"),
            ApplyError::Unfinished { .. } => CliError::new(ExitStatus::Io, title)
                .help("free disk space or permissions, then run `pypatch status` on the tree"),
            ApplyError::NotADirectory(_) => CliError::new(ExitStatus::Source, title),
            ApplyError::Busy(_) => unfit(title).help("wait for it to end, then run this again"),
            ApplyError::Drifted(files) => {
                let mut error = unfit("the tree is not as pypatch left it".to_owned());
                error.details = files
                    .iter()
                    .map(|file| format!("{}: {}", file.path, super::status::state_name(file.state)))
                    .collect();
                error
                    .detail("nothing was written")
                    .help("undo those changes by hand, or move them into a patchset, then run this again")
            }
            ApplyError::Torn { old, .. } => {
                let help = match old {
                    Some(old) => {
                        format!("its old contents are {}: put them back and run this again", old.display())
                    }
                    None => "remove the file and run this again".to_owned(),
                };
                unfit(title).help(help)
            }
            ApplyError::Occupied(_) => {
                unfit(title).help("name a directory that does not exist, or an empty one")
            }
            ApplyError::NoReceipt(_) => unfit(title).help("only a tree that pypatch patched can be reverted"),
            ApplyError::ForeignSchema { .. } => {
                unfit(title).help("use the pypatch that applied the patchset")
            }
            _ => unfit(title),
        }
    }
}

impl From<FetchCommandError> for CliError {
    fn from(error: FetchCommandError) -> CliError {
        match error {
            FetchCommandError::Pin(error) => error.into(),
            FetchCommandError::Fetch(error) => error.into(),
            FetchCommandError::Output(error) => CliError::output(&error),
        }
    }
}

impl From<PinsCommandError> for CliError {
    fn from(error: PinsCommandError) -> CliError {
        match error {
            PinsCommandError::Pin(error) => error.into(),
            PinsCommandError::Output(error) => CliError::output(&error),
            PinsCommandError::Pattern { .. } => CliError::new(ExitStatus::Usage, error.to_string()),
        }
    }
}
