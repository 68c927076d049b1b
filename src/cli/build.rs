//! `pypatch build`

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{CliError, Exclude, ExitStatus, Format, Ui, Workspace, apply, exclude, names, output, pinned};
use crate::build::{self, CheckResult, Event, Launcher, Layout, Outcome, Recipe, WorkDir};
use crate::digest::Sha256Digest;
use crate::interrupt;
use crate::patchset::{Catalog, Patchset};
use crate::report::{Built, Commands, StepResult, seconds};
use crate::tree::{SourceSpec, TreePath, tree_id};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, in the order in which they are applied.
    #[arg(required = true)]
    patchsets: Vec<String>,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    #[arg(required = true)]
    source: String,
    /// Where to install programs.
    #[arg(long, value_name = "DIR", required_unless_present = "print")]
    prefix: Option<PathBuf>,
    /// The work directory [default: build-PATCHSET-SOURCE in the current directory].
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
    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    names::require_order(workspace, &args.patchsets, std::slice::from_ref(&args.source))?;
    let patchsets = workspace.patchsets(&args.patchsets)?;
    let recipe = Recipe::of(&patchsets, &args.programs)?;
    let Some(prefix) = args.prefix.as_deref().filter(|_| !args.print) else {
        ui.raw(recipe.script().as_bytes())?;
        return Ok(ExitStatus::Done);
    };
    let launcher = launcher(recipe.launcher.as_deref(), args.launcher.as_deref())?;
    args.exclude.require(!args.in_place, "leave out --in-place")?;
    let source = args.exclude.prune(workspace.open(ui, &args.source)?)?;
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
            let title = format!("`{}` cannot be built in place: it is not a directory", args.source);
            return Err(CliError::usage(title));
        }
    };
    let Some(planned) =
        apply::plan_all(ui, Some(workspace), &patchsets, source.tree.as_ref(), &source.made()?, false)?
    else {
        return Ok(ExitStatus::Unfit);
    };
    let pin = pinned::require(ui, workspace, &planned, &source, args.allow_unpinned)?;
    let default = PathBuf::from(
        format!("build-{}-{}", args.patchsets.join("+"), source.tree.label()).replace('/', "-"),
    );
    let work = args.work.as_deref().unwrap_or(&default);
    output::require_directory(workspace, &[&source.spec], work)?;
    if in_place.is_none() {
        output::require_new_directory(workspace, &[&source.spec], prefix)?;
    }
    // configure accepts only an absolute prefix.
    let prefix = std::path::absolute(prefix)
        .map_err(|error| CliError::io(format!("cannot find out where {} is", prefix.display()), &error))?;
    ui.note_report(&Commands(&recipe));
    for id in patchsets.iter().filter(|one| !is_shipped(one)).map(|one| &one.id) {
        ui.note(&format!(
            "warning: {id} is not a patchset that pypatch ships: these commands are as safe as whoever wrote it"
        ));
    }
    let mut work = WorkDir::open(work)?;
    let layers = apply::layers(&planned, pin.as_deref(), &source.excluded);
    ui.note(&format!("work directory: {}", work.root().display()));
    let layout = if let Some(root) = in_place {
        let digests: Vec<String> = patchsets.iter().map(|patchset| patchset.digest.to_string()).collect();
        build::prepare_in_place(&mut work, root, &digests.join(" "), layers, prefix)?
    } else {
        // Only the touched files of a directory were compared with a pin.
        let identity = match &source.pin {
            Some(pin) if source.excluded.is_empty() => pin.name.clone(),
            Some(pin) => {
                let paths: Vec<&str> = source.excluded.iter().map(TreePath::as_str).collect();
                format!("{}-without-{}", pin.name, Sha256Digest::of(paths.join("\n").as_bytes()))
            }
            None => tree_id(source.tree.as_ref())?,
        };
        exclude::note(ui, &source);
        build::prepare(&mut work, source.tree.as_ref(), &identity, layers, recipe.unpatched_layers, prefix)?
    };
    carry_out(ui, args, &recipe, &mut work, &layout, &launcher)
}

/// Whether pypatch ships this patchset, with all that it extends: the digest counts, not the folder that it is read from.
fn is_shipped(patchset: &Patchset) -> bool {
    Catalog::default().load(&patchset.id).is_ok_and(|own| own.digest == patchset.digest)
}

fn carry_out(
    ui: &Ui,
    args: &Args,
    recipe: &Recipe,
    work: &mut WorkDir,
    layout: &Layout,
    launcher: &Launcher,
) -> Result<ExitStatus, CliError> {
    let jobs = args.jobs.filter(|jobs| *jobs > 0);
    let jobs = jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let bar = ui.progress("", None);
    interrupt::set_help("the next build with this work directory continues with the step");
    let begun = Instant::now();
    let (mut steps, mut checks) = (Vec::new(), Vec::new());
    let outcome = build::run(recipe, work, layout, launcher, jobs, &mut |event| match event {
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
    if args.format == Format::Json || matches!(outcome, Outcome::Done) {
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
        ui.show(&built, args.format)?;
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
