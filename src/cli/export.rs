//! `pypatch export`

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::plan::Planned;
use super::progress::Counted;
use super::{CliError, Exclude, ExitStatus, Ui, Workspace, exclude, output, plan, workspace};
use crate::date::Date;
use crate::export::{self, Branch, Compression, StepPatch, Target};
use crate::report::counted;
use crate::tree::{FileChange, OverlayTree, SourceSpec, repository_folders};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, in the order in which they are applied.
    #[arg(required = true, value_name = "PATCHSET")]
    patchsets: Vec<String>,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    #[arg(required = true)]
    source: String,
    /// What to write [default: as the name of OUT ends: .diff or .patch, .mbox, .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar.zst].
    #[arg(long = "as", value_name = "FORMAT")]
    format: Option<ExportFormat>,
    /// Where to write it. A directory must not exist, or be empty; the name of a tarball determines its
    /// compression, and `-` or /dev/stdout gets an uncompressed one; without this option, a diff or a mailbox goes to stdout.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// The branch for `--as git` [default: the ids of the patchsets].
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// Move a branch that exists already.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    exclude: Exclude,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// The patched tree as a directory.
    Tree,
    /// The diff, for `git apply` and `patch -p1`.
    Diff,
    /// The patched tree as a tarball, compressed as the name of OUT says: .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz or .tar.zst.
    Tar,
    /// The same, compressed by gzip whatever the name.
    #[value(name = "tar.gz")]
    TarGz,
    /// The same, compressed by bzip2.
    #[value(name = "tar.bz2")]
    TarBz2,
    /// The same, compressed by xz.
    #[value(name = "tar.xz")]
    TarXz,
    /// The same, compressed by zstd.
    #[value(name = "tar.zst")]
    TarZst,
    /// A directory with a patch for each edit, with the fields of Debian (DEP-3), and their `series`.
    Quilt,
    /// A mailbox with a mail for each edit, for `git am`.
    Mbox,
    /// A directory with a numbered mail for each edit, as `git format-patch` writes it.
    Patches,
    /// A branch of the git repository OUT with a commit for each edit. Nothing is checked out.
    Git,
}

impl ExportFormat {
    fn is_tarball(self) -> bool {
        self == ExportFormat::Tar || self.compression().is_some()
    }

    /// The compression of a tarball, if the name of the output does not say it.
    fn compression(self) -> Option<Compression> {
        match self {
            ExportFormat::TarGz => Some(Compression::Gzip),
            ExportFormat::TarBz2 => Some(Compression::Bzip2),
            ExportFormat::TarXz => Some(Compression::Xz),
            ExportFormat::TarZst => Some(Compression::Zstd),
            _ => None,
        }
    }
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let format = format(args)?;
    args.exclude.require(
        format == ExportFormat::Tree || format.is_tarball(),
        "give it with --as tree or --as tar: other formats have only what the patchsets change",
    )?;
    let planned = plan::make(ui, workspace, &args.patchsets, &args.source, &args.exclude)?;
    let source = &planned.source;
    let patchsets: Vec<&str> = args.patchsets.iter().map(String::as_str).collect();
    match (&args.output, format) {
        (None, _) => {}
        (Some(out), ExportFormat::Git) => workspace::require_no_dash(out)?,
        (Some(out), ExportFormat::Tree) => output::require_directory(workspace, &[&source.spec], out)?,
        (Some(out), ExportFormat::Quilt | ExportFormat::Patches) => {
            output::require_directory(workspace, &[&source.spec], out)?;
            output::require_free(out)?;
        }
        (Some(out), _) => {
            output::require_file(workspace, &patchsets, &[&source.spec], out)?;
        }
    }
    if !planned.fits(ui) {
        return Ok(ExitStatus::Unfit);
    }
    let changes = planned.series.changes();
    match format {
        format if format == ExportFormat::Tree || format.is_tarball() => {
            let Some(out) = &args.output else { return Ok(ExitStatus::Done) };
            let patched = OverlayTree::new(source.tree.as_ref(), &changes);
            let bar = ui.progress("", None);
            if format == ExportFormat::Tree {
                export::tree(&Counted::new(&patched, "writing files", &bar)?, out)?;
            } else {
                let (compression, prefix) = packed(out, format.compression(), &planned.patchsets[0].id)?;
                let patched = Counted::new(&patched, "packing files", &bar)?;
                export::archive(&patched, out, &prefix, compression, source_date()?)?;
            }
            source.note_left_out(ui);
            exclude::note(ui, source);
        }
        ExportFormat::Diff => {
            let diff: Vec<u8> = changes.iter().flat_map(FileChange::diff).collect();
            write(ui, args.output.as_deref(), &diff)?;
        }
        ExportFormat::Git => {
            let Some(out) = &args.output else { return Ok(ExitStatus::Done) };
            let steps = steps(ui, &planned)?;
            let ids: Vec<&str> = planned.patchsets.iter().map(|patchset| patchset.id.as_str()).collect();
            let name = args.branch.clone().unwrap_or_else(|| ids.join("+"));
            let of = |repository: &Path| repository_folders(repository).pop();
            let base = match output::read_from(workspace, &source.spec) {
                Some(SourceSpec::Git { repo, rev }) if of(&repo).is_some() && of(&repo) == of(out) => {
                    Some(rev)
                }
                _ => None,
            };
            let version = planned.series.plans.iter().find_map(|plan| plan.version.as_ref());
            let base_message = match version {
                Some(version) => format!("{}\n", version.named()),
                None => "The source tree\n".to_owned(),
            };
            let to = Branch {
                repository: out,
                name: &name,
                force: args.force,
                base: base.as_deref(),
                base_message,
                date: source_date()?,
            };
            let last = export::branch(&to, source.tree.as_ref(), &steps)?;
            ui.changed();
            ui.line(&format!("{name}: {}, {last}", counted(steps.len(), "commit")))?;
        }
        _ => {
            let steps = steps(ui, &planned)?;
            let date = source_date()?;
            match (&args.output, format) {
                (Some(out), ExportFormat::Quilt) => {
                    for step in &steps {
                        for file in step.binary_files() {
                            ui.note(&format!("note: {file}, which `{}` changes, has NUL bytes", step.name));
                        }
                    }
                    export::quilt(out, &steps)?;
                }
                (Some(out), ExportFormat::Patches) => {
                    export::numbered(out, &steps, date)?;
                    if steps.iter().any(StepPatch::has_cr) {
                        ui.note("note: give `git am` --keep-cr, since files have lines that end with CR");
                    }
                }
                (out, _) => write(ui, out.as_deref(), &export::mailbox(&steps, date))?,
            }
        }
    }
    Ok(ExitStatus::Done)
}

/// How a tarball is compressed, and the folder of its members. `id` names the folder where the output has no name.
fn packed(out: &Path, asked: Option<Compression>, id: &str) -> Result<(Compression, String), CliError> {
    if let Ok(Target::Open(_)) = Target::of(out) {
        // What /dev/stdout leads to has no name that says more.
        return Ok((asked.unwrap_or(Compression::None), id.to_owned()));
    }
    match (Compression::of(out), asked) {
        (Ok((named, _)), Some(asked)) if named != asked => {
            let title = format!("the name {} means another compression than --as", out.display());
            Err(CliError::usage(title).help("leave out --as, or change the name"))
        }
        (Err(_), Some(asked)) => {
            Ok((asked, out.file_name().unwrap_or_default().to_string_lossy().into_owned()))
        }
        (named, _) => Ok(named?),
    }
}

/// The format that was asked for, or that the name of the output means.
fn format(args: &Args) -> Result<ExportFormat, CliError> {
    let name = args.output.as_ref().and_then(|out| out.file_name()).map(|name| name.to_string_lossy());
    let of_name = name.as_deref().and_then(|name| match name {
        _ if name.ends_with(".diff") || name.ends_with(".patch") => Some(ExportFormat::Diff),
        _ if name.ends_with(".mbox") => Some(ExportFormat::Mbox),
        _ if Compression::of(Path::new(name)).is_ok() => Some(ExportFormat::Tar),
        _ => None,
    });
    let Some(format) = args.format.or(of_name) else {
        let title = match name {
            None => "neither --as FORMAT nor --output OUT is given".to_owned(),
            Some(name) => format!("the name {name} does not say what to write"),
        };
        return Err(CliError::usage(title).help("give --as tree, diff, tar, quilt, mbox, patches or git"));
    };
    match format {
        ExportFormat::Diff | ExportFormat::Mbox => Ok(format),
        _ if args.output.is_some() => Ok(format),
        _ => Err(CliError::usage("this format needs --output OUT")),
    }
}

fn write(ui: &Ui, out: Option<&Path>, bytes: &[u8]) -> Result<(), CliError> {
    match out {
        None => ui.raw(bytes)?,
        Some(out) => export::file(out, bytes)?,
    }
    Ok(())
}

/// The edits that change something, as patches in the order in which they are made. The others are noted.
fn steps<'a>(ui: &Ui, planned: &'a Planned) -> Result<Vec<StepPatch<'a>>, CliError> {
    let mut all: Vec<StepPatch<'_>> = Vec::new();
    let mut idle = Vec::new();
    for (patchset, plan) in planned.patchsets.iter().zip(&planned.series.plans) {
        let steps = plan.steps(patchset);
        let changes: Vec<&FileChange> = steps.iter().flat_map(|step| &step.changes).collect();
        require_same(&crate::plan::joined(&changes), &plan.changes)?;
        for step in steps {
            let edit = &patchset.edits[step.edit];
            if step.changes.is_empty() {
                idle.push(edit.id.as_str());
                continue;
            }
            let is_used = |name: &str| all.iter().any(|one| one.name == name);
            let mut name = edit.id.clone();
            if is_used(&name) {
                name = format!("{}-{name}", patchset.id);
            }
            let base = name.clone();
            let mut number = 2;
            while is_used(&name) {
                name = format!("{base}-{number}");
                number += 1;
            }
            all.push(StepPatch {
                name,
                why: &edit.why,
                upstream: edit.upstream.as_deref(),
                author: edit.author.as_deref(),
                date: edit.date.as_deref(),
                changes: step.changes,
            });
        }
    }
    if !idle.is_empty() {
        ui.note(&format!("note: left out what changes nothing here: {}", idle.join(", ")));
    }
    if all.is_empty() {
        return Err(CliError::unfit("no edit changes anything").detail("nothing was written"));
    }
    Ok(all)
}

/// Refuses steps that do not lead to the result of the plan.
fn require_same(steps: &[FileChange], planned: &[FileChange]) -> Result<(), CliError> {
    let result = |changes: &[FileChange]| -> Vec<_> {
        changes.iter().map(|change| (change.path.clone(), change.after.clone())).collect()
    };
    if result(steps) == result(planned) {
        return Ok(());
    }
    Err(CliError::unfit("the edits one after the other do not give what they give together")
        .detail("nothing was written"))
}

/// The date for what has none, as builds that are to be reproducible say it.
pub(super) fn source_date() -> Result<Option<Date>, CliError> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = text.to_str().and_then(|text| text.parse::<u32>().ok());
    let seconds = seconds.ok_or_else(|| {
        CliError::usage(format!("SOURCE_DATE_EPOCH is not a number of seconds: {}", text.display()))
    })?;
    Ok(Some(Date { seconds: seconds.into(), zone: 0 }))
}
