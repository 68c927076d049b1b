//! `pypatch build`

mod set;

pub(super) use set::show;

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{
    CliError, Exclude, ExitStatus, Format, ReportFormat, Source, Ui, Workspace, apply, exclude, names,
    output, pinned, shards,
};
use crate::build::{self, CheckResult, Event, Launcher, Layout, Outcome, Recipe, WorkDir};
use crate::digest::Sha256Digest;
use crate::interrupt;
use crate::patchset::{Catalog, Patchset};
use crate::report::{Built, Commands, StepResult, seconds};
use crate::tree::{SourceSpec, TreePath, tree_id};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, in the order in which they are applied, and then the source: a directory, a tarball, a pin such as python-2.5, or
    /// git:REPO@REV. With --patchset only sources, of which a pattern or range means every pin that it matches.
    #[arg(value_name = "PATCHSET... SOURCE", required_unless_present_any = ["set"])]
    named: Vec<String>,
    /// A patchset of a set, each of which is built on all sources; may be repeated. A pattern ('distro-*') means all patchsets that
    /// it matches; `A,B` is B applied after A.
    #[arg(long = "patchset", id = "set", value_name = "PATCHSETS", conflicts_with_all = ["print", "in_place"])]
    set: Vec<String>,
    /// Every pin that this pattern or range matches, after the sources; may be repeated.
    #[arg(long, value_name = "PINS", requires = "set")]
    pins: Vec<String>,
    /// Build each with this C compiler (CC), called NAME; may be repeated [default: the one that configure finds].
    #[arg(long, value_name = "NAME=CC", requires = "set")]
    toolchain: Vec<String>,
    #[command(flatten)]
    shards: shards::Sharding,
    #[command(flatten)]
    caching: shards::Caching,
    /// Where to install programs; of a set PATCHSET/SOURCE/TOOLCHAIN below it.
    #[arg(long, value_name = "DIR", required_unless_present = "print")]
    prefix: Option<PathBuf>,
    /// The work directory [default: build-PATCHSET-SOURCE in the current directory]; of a set PATCHSET/SOURCE/TOOLCHAIN below it
    /// [default: builds].
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Build only these programs [default: all except those that are built only on request].
    #[arg(long = "program", value_name = "ID")]
    programs: Vec<String>,
    /// The launcher, if the recipe needs one: a program, or `stub` for the one that comes with pypatch
    /// [default: the launcher on the PATH].
    #[arg(long, value_name = "PROGRAM")]
    launcher: Option<String>,
    /// How many jobs make runs [default: the number of processors].
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    exclude: Exclude,
    /// Build a tree that is not a pinned release, or differs from it.
    #[arg(long)]
    allow_unpinned: bool,
    /// Patch the directory SOURCE itself, and build inside it. Only one program: choose it by --program.
    #[arg(long)]
    in_place: bool,
    /// Print the recipe as a script for sh instead, for a machine without pypatch.
    #[arg(long)]
    print: bool,
    /// The output format; other than text and json for a set alone.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// Write the results of a set to this file.
    #[arg(short, long, value_name = "FILE", requires = "set")]
    output: Option<PathBuf>,
}

impl Args {
    /// Whether a set is built.
    pub(super) fn is_set(&self) -> bool {
        !self.set.is_empty()
    }

    /// The error where only a set can be built.
    pub(super) fn not_a_set(&self) -> CliError {
        CliError::usage("only a set is built in shards").help("name the patchsets of a set by --patchset")
    }

    /// How many jobs make runs.
    fn jobs(&self) -> usize {
        let given = self.jobs.filter(|jobs| *jobs > 0);
        given.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    if args.is_set() {
        return set::run(ui, workspace, args);
    }
    let Some((named, ids)) = args.named.split_last().filter(|(_, ids)| !ids.is_empty()) else {
        return Err(CliError::usage("no source is named").help("write `pypatch build PATCHSET SOURCE`"));
    };
    if !matches!(args.format, ReportFormat::Text | ReportFormat::Json) {
        return Err(CliError::usage("only the results of a set have that format")
            .help("name the patchsets of a set by --patchset"));
    }
    if args.shards.result().is_some() {
        return Err(args.not_a_set());
    }
    if args.caching.is_given() {
        return Err(CliError::usage("only the results of a set are kept")
            .help("name the patchsets of a set by --patchset"));
    }
    names::require_order(workspace, ids, std::slice::from_ref(named))?;
    let patchsets = workspace.patchsets(ids)?;
    let workspace = &workspace.of(&patchsets);
    let recipe = Recipe::of(&patchsets, &args.programs)?;
    let Some(prefix) = args.prefix.as_deref().filter(|_| !args.print) else {
        ui.raw(recipe.script().as_bytes())?;
        return Ok(ExitStatus::Done);
    };
    let launcher = launcher(recipe.launcher.as_deref(), args.launcher.as_deref())?;
    args.exclude.require(!args.in_place, "leave out --in-place")?;
    let source = args.exclude.prune(workspace.open(ui, named)?)?;
    let in_place = match &source.spec {
        _ if !args.in_place => None,
        SourceSpec::Directory(root) if recipe.unpatched_layers.is_none() && recipe.programs().len() == 1 => {
            Some(root.as_path())
        }
        SourceSpec::Directory(_) => {
            let programs = recipe.programs().join(", ");
            return Err(CliError::usage("only one program, of the patched tree, can be built in place")
                .help(format!("choose one of {programs} by --program")));
        }
        _ => {
            let title = format!("`{named}` cannot be built in place: it is not a directory");
            return Err(CliError::usage(title));
        }
    };
    let Some(planned) =
        apply::plan_all(ui, Some(workspace), &patchsets, source.tree.as_ref(), &source.made()?, false)?
    else {
        return Ok(ExitStatus::Unfit);
    };
    let pin = pinned::require(ui, workspace, &planned, &source, args.allow_unpinned)?;
    let default = PathBuf::from(format!("build-{}-{}", ids.join("+"), source.tree.label()).replace('/', "-"));
    let work = args.work.as_deref().unwrap_or(&default);
    output::require_directory(workspace, &[&source.spec], work)?;
    if in_place.is_none() {
        output::require_new_directory(workspace, &[&source.spec], prefix)?;
    }
    // configure accepts only an absolute prefix.
    let prefix = std::path::absolute(prefix)
        .map_err(|error| CliError::io(format!("cannot find out where {} is", prefix.display()), &error))?;
    note_commands(ui, &recipe, &patchsets);
    let mut work = WorkDir::open(work)?;
    let layers = apply::layers(&planned, pin.as_deref(), &source.excluded);
    ui.note(&format!("work directory: {}", work.root().display()));
    let layout = if let Some(root) = in_place {
        let digests: Vec<String> = patchsets.iter().map(|patchset| patchset.digest.to_string()).collect();
        build::prepare_in_place(&mut work, root, &digests.join(" "), layers, prefix)?
    } else {
        exclude::note(ui, &source);
        build::prepare(
            &mut work,
            source.tree.as_ref(),
            &identity(&source)?,
            layers,
            recipe.unpatched_layers,
            prefix,
        )?
    };
    carry_out(ui, args, &recipe, &mut work, &layout, &launcher)
}

/// Lists the commands that will run, before the first one does.
fn note_commands(ui: &Ui, recipe: &Recipe, patchsets: &[Patchset]) {
    ui.note_report(&Commands(recipe));
    for id in patchsets.iter().filter(|one| !is_shipped(one)).map(|one| &one.id) {
        ui.note(&format!(
            "warning: {id} is not a patchset that pypatch ships: these commands are as safe as whoever wrote it"
        ));
    }
}

/// Whether pypatch ships this patchset, with all that it extends: the digest counts, not the folder that it is read from.
fn is_shipped(patchset: &Patchset) -> bool {
    Catalog::default().load(&patchset.id).is_ok_and(|own| own.digest == patchset.digest)
}

/// What tells the source from others: its pin, and what is left out of it. Only the touched files of a directory were
/// compared with a pin.
fn identity(source: &Source) -> Result<String, CliError> {
    Ok(match &source.pin {
        Some(pin) if source.excluded.is_empty() => pin.name.clone(),
        Some(pin) => {
            let paths: Vec<&str> = source.excluded.iter().map(TreePath::as_str).collect();
            format!("{}-without-{}", pin.name, Sha256Digest::of(paths.join("\n").as_bytes()))
        }
        None => tree_id(source.tree.as_ref())?,
    })
}

fn carry_out(
    ui: &Ui,
    args: &Args,
    recipe: &Recipe,
    work: &mut WorkDir,
    layout: &Layout,
    launcher: &Launcher,
) -> Result<ExitStatus, CliError> {
    let bar = ui.progress("", None);
    interrupt::set_help("the next build with this work directory continues with the step");
    let begun = Instant::now();
    let (mut steps, mut checks) = (Vec::new(), Vec::new());
    let outcome = build::run(recipe, work, layout, launcher, args.jobs(), &mut |event| match event {
        Event::Begins(step, number, of, log) => {
            bar.begin(&format!("[{number}/{of}] {}", step.id), None, Some(log));
        }
        Event::DoneBefore(step) => {
            steps.push(StepResult { step: step.id.clone(), took: None });
            ui.note(&format!("{}: done before", step.id));
        }
        Event::Done(step, took) => {
            steps.push(StepResult { step: step.id.clone(), took: Some(*took) });
            ui.note(&format!("{}: {}", step.id, seconds(*took)));
        }
        Event::Checked(result) => {
            checks.push((*result).clone());
            if result.failure.is_none() {
                ui.note(&format!("  ok {}", result.check.id));
            }
        }
    });
    drop(bar);
    let outcome = outcome?;
    let format = if args.format == ReportFormat::Json { Format::Json } else { Format::Text };
    if format == Format::Json || matches!(outcome, Outcome::Done) {
        let built = Built {
            patchsets: &recipe.patchsets,
            prefix: &layout.prefix,
            work: work.root(),
            steps,
            checks,
            outcome: &outcome,
            elapsed: begun.elapsed(),
        };
        ui.changed();
        ui.show(&built, format)?;
    }
    match outcome {
        Outcome::Done => Ok(ExitStatus::Done),
        Outcome::StepFailed { step, log, line } => {
            let log = log.display();
            let line = line.map(|(number, text)| format!("{log}:{number}: {text}"));
            Err(CliError::new(ExitStatus::Check, format!("{step} failed")).details(line).help(format!(
                "the log is {log}, the step is {}; the next build continues with this step",
                work.script(&step).display()
            )))
        }
        Outcome::ChecksFailed(failed) => {
            let step = failed.first().map_or("", |first| first.check.after.as_str());
            let ids: Vec<&str> = failed.iter().map(|one| one.check.id.as_str()).collect();
            let title = format!("checks failed after {step}: {}", ids.join(", "));
            Err(CliError::new(ExitStatus::Check, title)
                .details(failed.iter().flat_map(failure))
                .help(format!("the log is {}", work.log(step).display())))
        }
    }
}

fn failure(result: &CheckResult) -> [String; 2] {
    let edits = match &result.check.edits[..] {
        [] => String::new(),
        [one] => format!(" (edit `{one}`)"),
        several => format!(" (edits `{}`)", several.join("`, `")),
    };
    let failure = result.failure.as_deref().unwrap_or_default();
    [format!("{}{edits}: {}", result.check.id, result.check.why), format!("  {failure}")]
}

/// The program that is started where the tree calls its launcher.
fn launcher(name: Option<&str>, given: Option<&str>) -> Result<Launcher, CliError> {
    let Some(name) = name else { return Ok(Launcher::Stub) };
    let wanted = match given {
        Some("stub") => return Ok(Launcher::Stub),
        Some(program) => program,
        None => name,
    };
    let is_file = |path: &PathBuf| path.is_file();
    let found = if wanted.contains('/') {
        std::path::absolute(Path::new(wanted)).ok().filter(is_file)
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(wanted)).find(is_file)
    };
    found.map(Launcher::Program).ok_or_else(|| {
        CliError::usage(format!("cannot find the launcher `{wanted}`"))
            .detail("the tree starts programs with it")
            .help("give --launcher PROGRAM, or --launcher stub to build without the machine")
    })
}
