//! `pypatch pins add`

use super::gather::{From, gather};
use super::require_python;
use super::write::{Known, PinFiles, known, lines};
use crate::cli::{CliError, ExitStatus, Ui, Workspace};
use crate::version::Version;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The version: 3.13.16, 3.15.0rc1, or with the name of a pin, python-3.13.16.
    #[arg(value_name = "VERSION")]
    version: String,
    /// A tarball, its https address, or a git repository with the tag (git:REPO@TAG for another tag); may be repeated.
    #[arg(long, value_name = "TARBALL|URL|REPO")]
    from: Vec<String>,
    /// The https address of the tarball, if it is not that of upstream.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The git tree id of the tag, as `git rev-parse TAG^{tree}` prints it, where no repository has the tag.
    #[arg(long, value_name = "ID")]
    tree: Option<String>,
    /// Show the entry, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let text = &args.version;
    let version = Version::of_pin(text).or_else(|| text.parse().ok()).filter(|_| !text.ends_with('+'));
    let version = version.ok_or_else(|| {
        CliError::usage(format!("`{text}` is not the version of a release"))
            .help("write 3.13.16 or 3.15.0rc1")
    })?;
    require_python(&version)?;
    if let Some(url) = args.url.as_ref().filter(|url| !url.starts_with("https://")) {
        return Err(CliError::usage(format!("--url: {url} does not begin with https://")));
    }
    let from = From { named: &args.from, url: args.url.as_deref(), tree: args.tree.as_deref() };
    let mut gathered = gather(ui, workspace, &version, &from)?;
    let pin = &gathered.pin;
    let (pin, verb) = match known(workspace, pin)? {
        Known::All => {
            ui.line(&format!("{} is pinned already, with the same hashes", pin.name))?;
            return Ok(ExitStatus::Done);
        }
        Known::Nothing => (pin.clone(), "added"),
        Known::Part(merged) => (*merged, "added tarballs of"),
    };
    let files = PinFiles::with(workspace, &[&pin])?;
    if !args.dry_run {
        gathered.keep()?;
    }
    lines(&gathered).iter().try_for_each(|line| ui.line(line))?;
    for file in &files.0 {
        if args.dry_run {
            ui.line(&format!("{}:", file.path.display()))?;
            file.entries.iter().try_for_each(|entry| ui.line(entry.trim_end()))?;
            ui.line("nothing was written (dry run)")?;
        } else {
            files.write()?;
            ui.changed();
            ui.line(&format!("{verb} {} to {}", pin.name, file.path.display()))?;
        }
    }
    Ok(ExitStatus::Done)
}
