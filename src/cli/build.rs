//! `pypatch build`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::CliError;
use super::pinned::{self, Pinned};
use super::progress::Bar;
use super::ui::Ui;
use super::{ExitStatus, Format, Workspace, apply};
use crate::build::{self, BuildError, CheckResult, Event, Launcher, Layout, Outcome, Recipe, WorkDir};
use crate::fetch::Progress;
use crate::patchset::Patchset;
use crate::plan::{PlannedLayer, Series};
use crate::report;
use crate::tree::{SourceSpec, tree_id};

/// Build what the patchsets are for, and check it: carry out the recipe that they declare.
///
/// The source stays as it is: everything happens in the work directory. Every step has a log there;
/// a step that was done is not done again unless something before it changes. After each step the
/// recipe's checks are made; one that fails names the edits it proves, and ends the build with status
/// 5.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, in the order in which they are applied.
    #[arg(required = true)]
    patchsets: Vec<String>,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    #[arg(required = true)]
    source: String,
    /// Where programs are installed.
    #[arg(long, value_name = "DIR", required_unless_present = "print")]
    prefix: Option<PathBuf>,
    /// The work directory [default: build-PATCHSET-SOURCE here].
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Only these programs of the recipe; all that are not built on request alone unless given.
    #[arg(long = "program", value_name = "ID")]
    programs: Vec<String>,
    /// The launcher, where the recipe asks for one: a program, or `stand-in` for one that comes with
    /// pypatch [default: the one on the path].
    #[arg(long, value_name = "PROGRAM")]
    launcher: Option<String>,
    /// How many jobs make runs [default: as many as there are processors].
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Build a tree that is no pinned release, or differs from it.
    #[arg(long)]
    allow_unpinned: bool,
    /// Patch the directory SOURCE itself, and build inside it. One program only: name it by --program.
    #[arg(long)]
    in_place: bool,
    /// Write the recipe as a script for sh instead, for a machine without pypatch.
    #[arg(long)]
    print: bool,
    /// How the result is written.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let patchsets: Vec<Patchset> =
        args.patchsets.iter().map(|id| workspace.patchset(id)).collect::<Result<_, _>>()?;
    let recipe = Recipe::of(&patchsets, &args.programs)?;
    let Some(prefix) = args.prefix.as_deref().filter(|_| !args.print) else {
        ui.out(&recipe.script())?;
        return Ok(ExitStatus::Done);
    };
    let launcher = launcher(recipe.launcher.as_deref(), args.launcher.as_deref())?;
    let source = workspace.open(ui, &args.source)?;
    let in_place = match &source.spec {
        _ if !args.in_place => None,
        SourceSpec::Directory(root) if recipe.unpatched_layers.is_none() && recipe.programs().len() == 1 => {
            Some(root.as_path())
        }
        SourceSpec::Directory(_) => {
            let programs = recipe.programs().join(", ");
            let why = "only one program, of the patched tree, can be built in place";
            return Err(
                CliError::new(ExitStatus::Usage, why).help(format!("choose one of {programs} by --program"))
            );
        }
        _ => {
            let why = format!("`{}` is no directory that could be built in place", args.source);
            return Err(CliError::new(ExitStatus::Usage, why));
        }
    };
    let series = Series::plan(&patchsets, source.tree.as_ref())?;
    if let Some(plan) = series.misfit() {
        ui.failure(&report::text::failures(plan));
        return Ok(ExitStatus::Unfit);
    }
    let planned: Vec<PlannedLayer> = patchsets
        .iter()
        .zip(series.plans)
        .map(|(patchset, plan)| PlannedLayer::new(patchset, plan))
        .collect();
    let pin = match pinned::check(workspace, &planned, &source)? {
        // All is applied already.
        _ if planned.iter().all(|layer| layer.changes.is_empty()) => None,
        Pinned::Yes(pin) => Some(pin),
        Pinned::No { why, files, help } if !args.allow_unpinned => {
            return Err(pinned::refusal(source.tree.label(), &why, &files, help.as_deref()));
        }
        Pinned::No { why, .. } => {
            ui.note(&format!("note: {} is no pinned release: {why}", source.tree.label()));
            None
        }
    };
    let default = PathBuf::from(
        format!("build-{}-{}", args.patchsets.join("+"), source.tree.label()).replace('/', "-"),
    );
    let work = args.work.as_deref().unwrap_or(&default);
    super::workspace::outside(&source.spec, work)?;
    let prefix = absolute(prefix)?;
    let mut work = WorkDir::open(work)?;
    let layers = apply::layers(&planned, pin.as_deref());
    ui.note(&format!("work directory: {}", work.root().display()));
    let layout = if let Some(root) = in_place {
        let digests: Vec<String> = patchsets.iter().map(|patchset| patchset.digest.to_string()).collect();
        build::prepare_in_place(&mut work, root, &digests.join(" "), layers, prefix)?
    } else {
        // Of a directory the touched files alone were compared with a pin.
        let identity = match &source.pin {
            Some(pin) => pin.name.clone(),
            None => tree_id(source.tree.as_ref())?,
        };
        build::prepare(&mut work, source.tree.as_ref(), &identity, layers, recipe.unpatched_layers, prefix)?
    };
    let jobs = args.jobs.filter(|jobs| *jobs > 0);
    let jobs = jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    carry_out(ui, args, &recipe, &mut work, &layout, &launcher, jobs)
}

fn carry_out(
    ui: &Ui,
    args: &Args,
    recipe: &Recipe,
    work: &mut WorkDir,
    layout: &Layout,
    launcher: &Launcher,
    jobs: usize,
) -> Result<ExitStatus, CliError> {
    let text = args.format == Format::Text;
    let mut bar = Bar::new(ui.is_quiet());
    let begun = Instant::now();
    let (mut steps, mut checks): (Vec<Value>, Vec<Value>) = Default::default();
    let outcome = build::run(recipe, work, layout, launcher, jobs, &mut |event| match event {
        Event::Begins(step, number, of) => bar.note(&format!("[{number}/{of}] {}", step.id)),
        Event::DoneBefore(step) => {
            steps.push(json!({"step": step.id, "outcome": "done-before"}));
            bar.clear();
            ui.note(&format!("{}: done before", step.id));
        }
        Event::Done(step, took) => {
            steps.push(json!({"step": step.id, "outcome": "done", "seconds": took.as_secs_f64()}));
            bar.clear();
            ui.note(&format!("{}: {}", step.id, seconds(*took)));
        }
        Event::Checked(result) => {
            checks.push(check_json(result));
            bar.clear();
            if result.failure.is_none() {
                ui.note(&format!("  ok {}", result.check.id));
            }
        }
    });
    bar.clear();
    drop(bar);
    let outcome = outcome?;
    if !text {
        let failed = match &outcome {
            Outcome::StepFailed { step, log, line } => json!({
                "step": step, "log": log, "line": line.as_ref().map(|(number, _)| number),
                "text": line.as_ref().map(|(_, text)| text),
            }),
            _ => Value::Null,
        };
        let done = matches!(outcome, Outcome::Done);
        let report = json!({
            "schema": 1, "patchsets": recipe.patchsets, "prefix": layout.prefix, "work": work.root(), "done": done,
            "steps": steps, "failed_step": failed, "checks": checks,
        });
        ui.out(&format!("{report:#}\n"))?;
    }
    match outcome {
        Outcome::Done => {
            if text {
                let made = checks.len();
                ui.out(&format!(
                    "built {} in {}: {} hold{}, {}\n",
                    recipe.patchsets.join(", "),
                    layout.prefix.display(),
                    report::text::counted(made, "check"),
                    if made == 1 { "s" } else { "" },
                    seconds(begun.elapsed())
                ))?;
            }
            Ok(ExitStatus::Done)
        }
        Outcome::StepFailed { step, log, line } => {
            let mut error = CliError::new(ExitStatus::Check, format!("{step} failed"));
            if let Some((number, text)) = line {
                error.details.push(format!("{}:{number}: {text}", log.display()));
            }
            let help = format!(
                "the whole log is {}; the step is {}. The next run begins with it",
                log.display(),
                work.script(&step).display()
            );
            Err(error.help(help))
        }
        Outcome::ChecksFailed(failed) => {
            let step = failed.first().map_or("", |first| first.check.after.as_str()).to_owned();
            let ids: Vec<&str> = failed.iter().map(|one| one.check.id.as_str()).collect();
            let mut error = CliError::new(
                ExitStatus::Check,
                format!("after {step} this does not hold: {}", ids.join(", ")),
            );
            for result in &failed {
                error.details.extend(failure_lines(result));
            }
            Err(error.help(format!("the log is {}", work.log(&step).display())))
        }
    }
}

fn failure_lines(result: &CheckResult) -> Vec<String> {
    let edits = match &result.check.edits[..] {
        [] => String::new(),
        [one] => format!(" (edit `{one}`)"),
        several => format!(" (edits `{}`)", several.join("`, `")),
    };
    let failure = result.failure.as_deref().unwrap_or_default();
    vec![format!("{}{edits}: {}", result.check.id, result.check.why), format!("  {failure}")]
}

fn check_json(result: &CheckResult) -> Value {
    json!({
        "check": result.check.id, "after": result.check.after, "edits": result.check.edits, "why": result.check.why,
        "holds": result.failure.is_none(), "failure": result.failure,
    })
}

/// What is started where the tree calls its launcher.
fn launcher(name: Option<&str>, given: Option<&str>) -> Result<Launcher, CliError> {
    let Some(name) = name else { return Ok(Launcher::StandIn) };
    let wanted = match given {
        Some("stand-in") => return Ok(Launcher::StandIn),
        Some(program) => program,
        None => name,
    };
    let found = if wanted.contains('/') {
        std::path::absolute(wanted).ok().filter(|path| path.is_file())
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(wanted)).find(|path| path.is_file())
    };
    found.map(Launcher::Program).ok_or_else(|| {
        CliError::new(ExitStatus::Usage, format!("there is no launcher `{wanted}`"))
            .detail("the tree starts programs by it")
            .help("give --launcher PROGRAM, or --launcher stand-in to try without the machine")
    })
}

/// `path` from the root; configure takes no other prefix.
fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path)
        .map_err(|error| CliError::io(format!("cannot tell where {} is", path.display()), &error))
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> CliError {
        let title = error.to_string();
        match error {
            BuildError::Io { source, .. } => CliError::io(title, &source),
            BuildError::Copy(error) => error.into(),
            BuildError::Apply(error) => error.into(),
            BuildError::NotAWorkDirectory(_) => CliError::new(ExitStatus::Usage, title)
                .help("give --work DIR, a new one or one of an earlier build"),
            BuildError::NoPrograms(_) | BuildError::NoSuchProgram { .. } | BuildError::Twice { .. } => {
                CliError::new(ExitStatus::Usage, title)
            }
        }
    }
}
