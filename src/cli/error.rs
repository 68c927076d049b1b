//! Turns errors of the library into a title, details, help, and an exit status.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::path::Path;

use super::exit::ExitStatus;
use super::near_files::{folders_of_patchsets, near_files};
use crate::apply::ApplyError;
use crate::build::BuildError;
use crate::export::ExportError;
use crate::fetch::{Attempt, FetchError, Origin};
use crate::patchset::{Complaint, LoadError, is_path};
use crate::rebase::RebaseError;
use crate::report::{Problem, state_name};
use crate::tree::pin::PinError;
use crate::tree::{BadSource, MissingObjects, TreeError};

/// Why a command failed, and what the user can do about it.
#[derive(Debug)]
pub(super) struct CliError {
    pub status: ExitStatus,
    pub problem: Problem,
    /// Whether stdout was closed, which ends the command but is not an error.
    pub broken_pipe: bool,
}

impl CliError {
    pub(super) fn new(status: ExitStatus, title: impl Into<String>) -> CliError {
        let problem = Problem { title: title.into(), ..Problem::default() };
        CliError { status, problem, broken_pipe: false }
    }

    /// The command line or a patchset is wrong.
    pub(super) fn usage(title: impl Into<String>) -> CliError {
        CliError::new(ExitStatus::Usage, title)
    }

    /// A patchset does not fit the tree.
    pub(super) fn unfit(title: impl Into<String>) -> CliError {
        CliError::new(ExitStatus::Unfit, title)
    }

    /// A source was not found, or cannot be read.
    pub(super) fn source(title: impl Into<String>) -> CliError {
        CliError::new(ExitStatus::Source, title)
    }

    /// Reading or writing a file failed.
    pub(super) fn io(title: impl Into<String>, error: &io::Error) -> CliError {
        CliError::new(ExitStatus::Io, title).detail(error.to_string())
    }

    /// Writing to stdout failed.
    pub(super) fn output(error: &io::Error) -> CliError {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        CliError { broken_pipe, ..CliError::new(ExitStatus::Io, format!("cannot write the output: {error}")) }
    }

    pub(super) fn detail(self, line: impl Into<String>) -> CliError {
        self.details([line.into()])
    }

    pub(super) fn details(mut self, lines: impl IntoIterator<Item = String>) -> CliError {
        self.problem.details.extend(lines);
        self
    }

    /// The mistakes in files, which are shown with their lines.
    pub(super) fn mistakes(mut self, mistakes: Vec<Complaint>) -> CliError {
        self.problem.mistakes.extend(mistakes);
        self
    }

    /// Lists names that are similar to one that does not exist.
    pub(super) fn near(self, names: &[String]) -> CliError {
        self.details(names.iter().map(|name| format!("near: {name}")))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> CliError {
        self.problem.help = Some(help.into());
        self
    }
}

/// An error and its causes, in one line.
fn chain(error: &dyn Error) -> String {
    let errors = successors(Some(error), |&error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> CliError {
        let cli = CliError::usage(chain(&error));
        match error {
            LoadError::Unknown { id, near } => unknown_patchset(&id, &near),
            LoadError::Invalid { complaints, .. } => cli.mistakes(complaints),
            LoadError::Io { .. } => cli,
        }
    }
}

/// The error for a name or a path that is not a patchset.
fn unknown_patchset(id: &str, near: &[String]) -> CliError {
    let path = Path::new(id);
    if path.join("patchset.yaml").is_file()
        || path.file_name().is_some_and(|name| name == "patchset.yaml") && path.is_file()
    {
        // A name without a `/` is not a path.
        return CliError::usage(format!("no patchset named `{id}`"))
            .near(near)
            .help(format!("write ./{id} for the path"));
    }
    if path.is_dir() {
        let inside: Vec<String> = folders_of_patchsets(path);
        let error = CliError::usage(format!("`{id}` is a directory without a patchset.yaml"));
        return match inside.is_empty() {
            true => error.near(near).help("name the folder of a patchset.yaml; `pypatch new` makes one"),
            false => {
                error.details(inside.iter().map(|one| format!("patchset: {one}"))).help("name one of these")
            }
        };
    }
    if !is_path(id) {
        return CliError::usage(format!("no patchset named `{id}`"))
            .near(near)
            .help("run `pypatch list` for all names; a path contains a `/`, as in ./mine");
    }
    match path.exists() {
        true => CliError::usage(format!("`{id}` is not the patchset.yaml of a patchset")),
        false => CliError::usage(format!("no file or directory `{id}`")).near(&near_files(id)),
    }
    .help("name a folder with a patchset.yaml, or a patchset of `pypatch list`")
}

impl From<TreeError> for CliError {
    fn from(error: TreeError) -> CliError {
        let cli = CliError::source(chain(&error));
        match error {
            TreeError::NoRevision { near, .. } => cli.near(&near),
            TreeError::Missing(missing) => lacking(cli, &missing),
            TreeError::LeftOut(_) => CliError { status: ExitStatus::Unfit, ..cli }
                .help("exclude less, or leave out the edits that need it"),
            TreeError::Scratch { .. } => CliError { status: ExitStatus::Io, ..cli }.help(
                "set TMPDIR to a directory that can be written to and has room for the unpacked tarball",
            ),
            _ => cli,
        }
    }
}

/// The error for objects that a repository lacks, each with its path.
fn lacking(error: CliError, missing: &MissingObjects) -> CliError {
    const SHOWN: usize = 20;
    let objects =
        missing.objects.iter().take(SHOWN).map(|(path, id)| format!("missing: {path}, object {id}"));
    let more = missing.objects.len().saturating_sub(SHOWN);
    let fetch = match missing.is_partial {
        true => format!(
            "run `git -C {} fetch --refetch --no-filter --tags`, which fetches them",
            missing.repository.display()
        ),
        false => format!(
            "fetch them: `git -C {} fetch --refetch --tags` does it if the remote has them",
            missing.repository.display()
        ),
    };
    let exclude = match &missing.objects[..] {
        _ if !missing.is_copy => String::new(),
        several if several.len() > 3 => {
            "; or leave the files out, if nobody needs them: --exclude PATH for each, with `apply --output`, `export` or `build`"
                .to_owned()
        }
        few => {
            let options: Vec<String> = few.iter().map(|(path, _)| format!("--exclude {path}")).collect();
            format!(
                "; or, if nobody needs the files, leave them out with `apply --output`, `export` or `build`: {}",
                options.join(" ")
            )
        }
    };
    let unwritten = missing.is_copy.then(|| "nothing was written".to_owned());
    let more = (more > 0).then(|| format!("and {more} more"));
    error.details(objects).details(more).details(unwritten).help(format!("{fetch}{exclude}"))
}

impl From<BadSource> for CliError {
    fn from(error: BadSource) -> CliError {
        CliError::source(error.to_string()).help(SOURCES)
    }
}

/// What a source may be.
pub(super) const SOURCES: &str =
    "a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV";

/// How many of several pins an error lists.
const LISTED: usize = 3;

impl From<PinError> for CliError {
    fn from(error: PinError) -> CliError {
        let title = chain(&error);
        match error {
            PinError::Unknown { nearest, .. } => {
                CliError::source(title).near(&nearest).help("run `pypatch pins` for all pins")
            }
            PinError::NoMatch(_) => CliError::source(title).help("run `pypatch pins` for all pins"),
            PinError::Several { text, names } => {
                let newest = names.iter().rev().take(LISTED).map(|name| format!("one: {name}"));
                let more = names.len().saturating_sub(LISTED);
                let more = (more > 0).then(|| format!("and {more} more"));
                CliError::usage(title)
                    .details(newest.chain(more))
                    .help(format!("name one of them; run `pypatch pins '{text}'` for all"))
            }
            PinError::Pattern { .. } | PinError::Range(_) => CliError::usage(title),
            PinError::Invalid(mistakes) => CliError::usage(title).mistakes(mistakes),
            PinError::Form { entry, .. } => CliError::usage(title)
                .details(entry.lines().map(str::to_owned))
                .detail("nothing was written")
                .help("write this entry by hand; pypatch adds to files with one key per line, as `releases:` and `  - version: ...`"),
            PinError::Unreadable { .. } | PinError::Stray { .. } => CliError::usage(title),
        }
    }
}

impl From<FetchError> for CliError {
    fn from(error: FetchError) -> CliError {
        let of_cache = |attempt: &&Attempt| !matches!(attempt.origin, Origin::Sources | Origin::Listed(_));
        let is_full = error.attempts.iter().any(|attempt| attempt.why.is_full_disk());
        let (status, help) = if is_full {
            (ExitStatus::Io, "free space on the disk of the cache, or set XDG_CACHE_HOME to another disk")
        } else if error.attempts.iter().filter(of_cache).any(|attempt| attempt.why.is_without_cache()) {
            (
                ExitStatus::Source,
                "set XDG_CACHE_HOME to a directory that can be written to, or PYPATCH_SOURCES to one that contains the tarball or to a git repository that has the tag",
            )
        } else {
            (
                ExitStatus::Source,
                "set PYPATCH_SOURCES to a directory that contains the tarball, or to a git repository that has the tag",
            )
        };
        CliError::new(status, error.to_string())
            .details(error.attempts.iter().map(ToString::to_string))
            .help(help)
    }
}

impl From<ApplyError> for CliError {
    fn from(error: ApplyError) -> CliError {
        let cli = CliError::unfit(chain(&error));
        match error {
            ApplyError::Io { .. } => {
                CliError { status: ExitStatus::Io, ..cli }.detail("the tree is unchanged")
            }
            ApplyError::Unfinished { .. } => CliError { status: ExitStatus::Io, ..cli }
                .help("remove the cause, for example free disk space, then run `pypatch status` on the tree: it undoes the rest"),
            ApplyError::NotADirectory(_) => CliError { status: ExitStatus::Source, ..cli },
            ApplyError::Busy(_) => cli.help("wait until it has ended, then run this again"),
            ApplyError::Drifted(files) => CliError::unfit("the tree is not as pypatch left it")
                .details(files.iter().map(|file| format!("{}: {}", file.path, state_name(file.state))))
                .detail("nothing was written")
                .help("undo those changes by hand, or move them into a patchset, then run this again"),
            ApplyError::Replaced(_) => CliError { status: ExitStatus::Unfit, ..cli }
                .detail("nothing was written")
                .help("revert the patchsets one by one: run `pypatch revert --top` until none is left"),
            ApplyError::Turns(_) => cli
                .detail("nothing was written")
                .help("apply the patchsets one by one: run `pypatch apply` for each"),
            ApplyError::Torn { old: Some(old), .. } => cli.help(format!(
                "its old contents are in {}: restore them, then run this again",
                old.display()
            )),
            ApplyError::Torn { old: None, .. } => cli.help("remove the file, then run this again"),
            ApplyError::Occupied(_) => cli.help("name a directory that does not exist, or an empty one"),
            ApplyError::NoReceipt(_) => cli.help("only a tree that pypatch patched can be reverted"),
            ApplyError::ForeignStage { .. } => cli
                .detail("nothing was written")
                .help("look at what is in it, remove it if you do not need it, then run this again"),
            ApplyError::TooLarge { .. } => CliError { status: ExitStatus::Source, ..cli },
            ApplyError::ForeignSchema { .. } => cli.help("use the pypatch that applied the patchset"),
            ApplyError::Changed(_)
            | ApplyError::Twice(_)
            | ApplyError::Symlink(_)
            | ApplyError::WrongType(_)
            | ApplyError::Receipt { .. }
            | ApplyError::Journal { .. } => cli,
        }
    }
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> CliError {
        match error {
            ExportError::Tree(error) => error.into(),
            ExportError::Directory(error) => error.into(),
            ExportError::Io { path, source } => {
                // Whoever reads a pipe may end first, as with stdout.
                let broken_pipe = source.kind() == io::ErrorKind::BrokenPipe;
                CliError { broken_pipe, ..CliError::io(format!("cannot write {}", path.display()), &source) }
            }
            ExportError::Branch { .. } => {
                CliError::new(ExitStatus::Io, error.to_string()).detail("nothing was written")
            }
            ExportError::Uncommitted(_) => CliError::unfit(error.to_string())
                .detail("nothing was written")
                .help("commit them first, or write into the work tree with --in-place"),
            ExportError::BranchExists(_) => CliError::unfit(error.to_string())
                .detail("nothing was written")
                .help("give another name with --branch, or --force to move it"),
            ExportError::UnknownSuffix(_) => CliError::usage(error.to_string()),
        }
    }
}

impl From<RebaseError> for CliError {
    fn from(error: RebaseError) -> CliError {
        let title = error.to_string();
        match error {
            RebaseError::Tree(error) => error.into(),
            RebaseError::Unfit { why, .. } => {
                CliError::unfit(title).detail(why).detail("nothing was written")
            }
            RebaseError::Io { source, .. } => CliError::io(title, &source),
        }
    }
}

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> CliError {
        let title = error.to_string();
        match error {
            BuildError::Io { source, .. } => CliError::io(title, &source),
            BuildError::Copy(error) => error.into(),
            BuildError::Apply(error) => error.into(),
            BuildError::NotAWorkDirectory(_) => {
                CliError::usage(title).help("give --work DIR, a new directory or one of an earlier build")
            }
            BuildError::NoPrograms(_) | BuildError::NoSuchProgram { .. } | BuildError::Twice { .. } => {
                CliError::usage(title)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{Attempt, Origin, Why};

    #[test]
    fn a_release_that_does_not_fit_on_the_disk_is_an_error_of_writing() {
        let status = |why: Vec<Why>| {
            let attempt =
                |why| Attempt { origin: Origin::Upstream, place: "https://a.test/f.tgz".into(), why };
            let attempts = why.into_iter().map(attempt).collect();
            CliError::from(FetchError { pin: "python-2.5".to_owned(), attempts }).status
        };
        let io = |kind: io::ErrorKind| Why::Io(kind.into());
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge] {
            assert_eq!(status(vec![Why::NothingThere, io(kind), Why::Status(404)]), ExitStatus::Io, "{kind}");
        }
        assert_eq!(status(vec![Why::Status(404)]), ExitStatus::Source);
        assert_eq!(status(vec![io(io::ErrorKind::NotFound)]), ExitStatus::Source);
    }
}
