//! `pypatch pins`

mod add;
mod gather;
mod update;
mod verify;
mod write;

pub(super) use update::unpinned;
pub(super) use write::PinFiles;

use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::fetch::locate;
use crate::report::PinList;
use crate::software::Software;
use crate::tree::pin::Pin;
use crate::version::Version;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, clap::Args)]
struct List {
    /// List only these: a pin (python-2.5), a version (2.7.18), a series (2.7), a pattern ('3.1?.*') or a range ('>=3.12, <3.14').
    #[arg(value_name = "PIN")]
    pattern: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Pin a release: its tag's tree id, and the sha256 of its tarballs.
    ///
    /// The tag and the tarballs are searched in PYPATCH_SOURCES and the cache, besides what --from names. Each tarball is compared with the
    /// tag, file by file. The entry is added to the file of its series in the project's folder of pins (or --pins-dir), whose other
    /// lines stay. A release that is pinned with another hash or tree id is an error, and nothing is written.
    Add(add::Args),
    /// Pin the releases that the repositories in PYPATCH_SOURCES have as tags and that have no pin.
    ///
    /// Without a pattern these are the final releases of the series that have pins, and the newest release candidate of such a series that
    /// has no final release. What a pattern, a series or a range names may be of any series; of one without a final release, it is the
    /// newest alpha, beta or candidate. One version may be any tag.
    Update(update::Args),
    /// Check what this machine has of the pinned releases: every tarball is hashed, and the tree of every tag is compared.
    ///
    /// If a signature is next to a tarball (`.asc`, `.sigstore`) and the program that checks it is on the PATH, it is run. Exits with status 4 if
    /// a hash is wrong, a file or a repository cannot be read, or a signature is bad. Nothing is fetched.
    Verify(verify::Args),
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    match &args.action {
        None => list(ui, workspace, &args.list),
        Some(Action::Add(args)) => add::run(ui, workspace, args),
        Some(Action::Update(args)) => update::run(ui, workspace, args),
        Some(Action::Verify(args)) => verify::run(ui, workspace, args),
    }
}

/// Refuses a version of other software than CPython.
fn require_python(version: &Version) -> Result<(), CliError> {
    match version.software() {
        Software::Python => Ok(()),
        other => {
            let title = format!("{} is a release of {}", version.pin_name(), other.title());
            Err(CliError::usage(title).help(
                "releases of other software than CPython are pinned by hand: see docs/other-systems.md",
            ))
        }
    }
}

fn list(ui: &Ui, workspace: &Workspace, args: &List) -> Result<ExitStatus, CliError> {
    let pins = match &args.pattern {
        Some(pattern) => workspace.pins.select(pattern)?,
        None => workspace.pins.all()?,
    };
    let locate = |pin: Pin| (locate(&pin, &workspace.places).located, pin);
    ui.show(&PinList(pins.into_iter().map(locate).collect()), args.format)?;
    Ok(ExitStatus::Done)
}
