//! `pypatch build` of a set: each patchset on each source with each toolchain, in directories of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Args, identity, launcher, note_commands};
use crate::build::{self, Event, Launcher, Outcome, Recipe, WorkDir};
use crate::cli::workspace::of_pin;
use crate::cli::{
    CliError, ExitStatus, Source, Ui, Workspace, apply, exclude, matrix, output, own_pin, pinned, shards,
};
use crate::interrupt;
use crate::patchset::Patchset;
use crate::plan::{PlannedLayer, Series};
use crate::regular::{self, LARGEST_FILE};
use crate::report::{BuildSet, Misfit, plain_lines};
use crate::shard::{
    BuildEnd, BuildHead, BuildJob, BuildResult, CheckMade, JobSource, ResultFile, StepDone, ToolchainHead,
};
use crate::tree::SourceSpec;

/// How many characters of a line of a log a result has: those of a linker are long.
const LINE: usize = 300;

/// How many lines of a log, and of the reasons why a patchset does not fit, a result has.
const TAIL: usize = 20;

/// Patchsets that are applied in order, and what is built of them.
struct Stack {
    patchsets: Vec<Patchset>,
    recipe: Recipe,
    launcher: Launcher,
    id: String,
    /// The patchsets as the user named them.
    names: Vec<String>,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let stacks =
        matrix::stacks(workspace, &args.set)?.into_iter().map(|names| stack(workspace, args, &names));
    let stacks = stacks.collect::<Result<Vec<Stack>, _>>()?;
    let all: Vec<Patchset> = stacks.iter().flat_map(|stack| stack.patchsets.iter().cloned()).collect();
    let workspace = &workspace.of(&all);
    let job = BuildJob {
        patchsets: stacks.iter().map(head).collect(),
        sources: sources(ui, workspace, args)?,
        toolchains: toolchains(&args.toolchain)?,
        programs: args.programs.clone(),
        excluded: args.exclude.globs().to_vec(),
        launcher: args.launcher.clone(),
    };
    require_places_of_their_own(&job)?;
    for path in args.output.as_deref().into_iter().chain(args.shards.result()) {
        let named: Vec<&str> = stacks.iter().flat_map(|stack| &stack.names).map(String::as_str).collect();
        let specs = job.sources.iter().map(|source| workspace.spec(&source.name));
        let specs = specs.collect::<Result<Vec<SourceSpec>, _>>()?;
        output::require_file(workspace, &named, &specs.iter().collect::<Vec<_>>(), path)?;
    }
    let shard = args.shards.shard();
    let (sources, each) = (job.sources.len(), stacks.len() * job.toolchains.len());
    let cells = shard.cells(sources, each);
    let default = workspace.places.cache.as_ref().map(|cache| cache.join("results"));
    let cache = args.caching.cache(default.as_deref())?;
    let compilers: Vec<Option<String>> =
        job.toolchains.iter().map(|one| build::compiler_version(one.cc.as_deref())).collect();
    let missing =
        job.toolchains.iter().zip(&compilers).find(|(one, found)| one.cc.is_some() && found.is_none());
    if let Some((toolchain, _)) = missing {
        let cc = toolchain.cc.as_deref().unwrap_or_default();
        return Err(CliError::usage(format!(
            "`{cc} --version` fails, the compiler of the toolchain {}",
            toolchain.name
        )));
    }
    let (mut results, mut cached) = (Vec::with_capacity(cells.len()), 0);
    let mut listed = BTreeSet::new();
    for cell in cells {
        let (stack, source, toolchain) = job.cell(cell);
        let compiler = compilers[toolchain].clone();
        let cell = Cell {
            stack: &stacks[stack],
            source: &job.sources[source],
            toolchain: &job.toolchains[toolchain],
            compiler,
            args,
        };
        let mut opened = None;
        let inputs = cache.as_ref().map(|_| cell.inputs(ui, workspace, &mut opened)).transpose();
        let inputs = match inputs {
            Ok(inputs) => inputs,
            Err(error) => {
                results.push(not_built(error)?);
                continue;
            }
        };
        if let Some(found) = cache.as_ref().zip(inputs.as_ref()).and_then(|(cache, inputs)| cache.get(inputs))
        {
            cached += 1;
            results.push(found);
            continue;
        }
        if listed.insert(stack) {
            note_commands(ui, &stacks[stack].recipe, &stacks[stack].patchsets);
        }
        let result = cell.build(ui, workspace, opened).or_else(not_built)?;
        // What failed may have failed for a reason of this machine and this hour. Of a step that was done before, neither the checks
        // nor the compiler are known.
        let is_whole = result.steps.iter().all(|step| step.milliseconds.is_some());
        if let (Some(cache), Some(inputs), BuildEnd::Built, true) = (&cache, &inputs, result.end, is_whole) {
            shards::keep(ui, cache, inputs, &result);
        }
        results.push(result);
    }
    if cached > 0 {
        ui.note(&format!("{cached} of {} from the cache", crate::report::counted(results.len(), "build")));
    }
    match args.shards.result() {
        Some(path) => shards::write(ui, path, &ResultFile::new("build", job, shard, results, Value::Null)),
        None => show(ui, &job, &results, args.format, args.output.as_deref()),
    }
}

/// Shows the results of all cells. The status is that of the command.
pub(in crate::cli) fn show(
    ui: &Ui,
    job: &BuildJob,
    results: &[BuildResult],
    format: crate::cli::ReportFormat,
    out: Option<&Path>,
) -> Result<ExitStatus, CliError> {
    shards::show(ui, &BuildSet { job, results }, format, out)?;
    let is = |end| results.iter().any(|result| result.end == end);
    Ok(match () {
        () if is(BuildEnd::Unread) => ExitStatus::Source,
        () if is(BuildEnd::Failed) => ExitStatus::Check,
        () if is(BuildEnd::Unfit) => ExitStatus::Unfit,
        () => ExitStatus::Done,
    })
}

fn stack(workspace: &Workspace, args: &Args, names: &[String]) -> Result<Stack, CliError> {
    let patchsets = workspace.patchsets(names)?;
    let recipe = Recipe::of(&patchsets, &args.programs)?;
    let launcher = launcher(recipe.launcher.as_deref(), args.launcher.as_deref())?;
    let id = patchsets.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join("+");
    Ok(Stack { patchsets, recipe, launcher, id, names: names.to_vec() })
}

fn head(stack: &Stack) -> BuildHead {
    let digests = stack.patchsets.iter().map(|one| one.digest.to_string()).collect();
    BuildHead { patchset: stack.id.clone(), digests }
}

/// The sources that the user named, each once; nothing is fetched.
fn sources(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<Vec<JobSource>, CliError> {
    let mut names = workspace.each(&args.named)?;
    for text in &args.pins {
        names.extend(workspace.pins.select(text)?.into_iter().map(|pin| of_pin(pin.name)));
    }
    if names.is_empty() {
        return Err(CliError::usage("no source is named").help("name sources, or versions by --pins '2.7.*'"));
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let source = |name: String| {
        let tree = match workspace.spec(&name)? {
            SourceSpec::Pin(pin) => Some(workspace.pins.get(&pin)?.tree),
            // Shards are of one job only if all have the same sources. One that cannot be read is a result.
            SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Git { .. } => {
                let opened = workspace.open(ui, &name).and_then(|source| args.exclude.prune_matching(source));
                opened.and_then(|source| identity(&source)).ok()
            }
        };
        Ok(JobSource { name, tree })
    };
    names.into_iter().map(source).collect()
}

/// The toolchains that the user named: `NAME=CC`, or `CC`, which is called as its file is.
fn toolchains(texts: &[String]) -> Result<Vec<ToolchainHead>, CliError> {
    if texts.is_empty() {
        return Ok(vec![ToolchainHead { name: "cc".to_owned(), cc: None }]);
    }
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_.+".contains(sign))
    };
    let mut found: Vec<ToolchainHead> = Vec::new();
    for text in texts {
        let (name, cc) = match text.split_once('=').filter(|(name, _)| is_name(name)) {
            Some((name, cc)) => (name, cc),
            None => {
                let program = text.split_whitespace().next().unwrap_or_default();
                (program.rsplit('/').next().unwrap_or_default(), text.as_str())
            }
        };
        if !is_name(name) || name.starts_with('.') || cc.trim().is_empty() {
            return Err(CliError::usage(format!("invalid toolchain `{text}`"))
                .help("write NAME=CC, such as gcc-12='gcc-12 -m32'; names have letters, digits and -_.+"));
        }
        if found.iter().any(|one| one.name == name) {
            return Err(CliError::usage(format!("two toolchains are called `{name}`")).help("write NAME=CC"));
        }
        found.push(ToolchainHead { name: name.to_owned(), cc: Some(cc.to_owned()) });
    }
    Ok(found)
}

/// A name as that of a directory.
fn directory(name: &str) -> String {
    name.replace('/', "-")
}

/// Refuses a set of which two cells would have the same directories.
fn require_places_of_their_own(job: &BuildJob) -> Result<(), CliError> {
    for names in [
        job.patchsets.iter().map(|one| directory(&one.patchset)).collect::<Vec<_>>(),
        job.sources.iter().map(|one| directory(&one.name)).collect(),
    ] {
        if let Some(name) = names.iter().find(|name| [".", ".."].contains(&name.as_str())) {
            let title = format!("`{name}` is not a name for a directory of the set");
            return Err(CliError::usage(title).help("name the source by its whole path"));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
            return Err(CliError::usage(format!("two of the set would be built in a directory `{twice}`")));
        }
    }
    Ok(())
}

/// A cell for which an error is a result: of the source, the patchsets or the directories. Others end the command.
fn not_built(error: CliError) -> Result<BuildResult, CliError> {
    let end = match error.status {
        ExitStatus::Source => BuildEnd::Unread,
        ExitStatus::Unfit => BuildEnd::Unfit,
        _ => return Err(error),
    };
    let why = plain_lines(|out| crate::report::Report::text(&error.problem, out));
    Ok(BuildResult::not_built(end, why))
}

/// The beginning of a line, and how much more there is.
fn cut(line: &str) -> String {
    match line.char_indices().nth(LINE) {
        Some((at, _)) => format!("{}... ({} more characters)", &line[..at], line[at..].chars().count()),
        None => line.to_owned(),
    }
}

/// What is built.
struct Cell<'a> {
    stack: &'a Stack,
    source: &'a JobSource,
    toolchain: &'a ToolchainHead,
    compiler: Option<String>,
    args: &'a Args,
}

impl Cell<'_> {
    /// All that the result depends on. A pin is not opened for it; of other sources the contents count.
    fn inputs(&self, ui: &Ui, workspace: &Workspace, opened: &mut Option<Source>) -> Result<Value, CliError> {
        let tree = match &self.source.tree {
            Some(tree) => tree.clone(),
            None => {
                let source = self.args.exclude.prune_matching(workspace.open(ui, &self.source.name)?)?;
                let id = identity(&source)?;
                *opened = Some(source);
                id
            }
        };
        // configure reads them.
        let variables = ["CC", "CXX", "CPP", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "LIBS", "OPT"];
        let variables: BTreeMap<&str, String> =
            variables.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?))).collect();
        let system = regular::read_text(Path::new("/etc/os-release")).unwrap_or_default();
        Ok(json!({
            "command": "build", "patchsets": head(self.stack), "tree": tree, "toolchain": self.toolchain.cc,
            "compiler": self.compiler, "programs": self.args.programs, "excluded": self.args.exclude.globs(), "launcher": self.stack.launcher.digest(),
            "allow_unpinned": self.args.allow_unpinned, "architecture": std::env::consts::ARCH, "system": system, "environment": variables,
        }))
    }

    /// The directories of this cell below another one.
    fn below(&self, root: &Path) -> PathBuf {
        root.join(directory(&self.stack.id)).join(directory(&self.source.name)).join(&self.toolchain.name)
    }

    fn build(&self, ui: &Ui, workspace: &Workspace, opened: Option<Source>) -> Result<BuildResult, CliError> {
        let Stack { patchsets, recipe, launcher, .. } = self.stack;
        let source = match opened {
            Some(source) => source,
            None => self.args.exclude.prune_matching(workspace.open(ui, &self.source.name)?)?,
        };
        let made = source.made()?;
        let series = Series::plan(patchsets, source.tree.as_ref(), &made)
            .map_err(|error| exclude::unread(patchsets, error))?;
        if let Some(plan) = series.misfit() {
            let misfit = Misfit { plan, in_series: patchsets.len() > 1 };
            let mut why = plain_lines(|out| crate::report::Report::text(&misfit, out));
            why.retain(|line| line != "nothing was written");
            why.truncate(TAIL);
            return Ok(BuildResult::not_built(BuildEnd::Unfit, why));
        }
        for (patchset, plan) in patchsets.iter().zip(&series.plans) {
            own_pin::warn(ui, workspace, patchset, plan, &made)?;
        }
        let planned: Vec<PlannedLayer> = patchsets
            .iter()
            .zip(series.plans)
            .map(|(patchset, plan)| PlannedLayer::new(patchset, plan))
            .collect();
        let pin = pinned::require(ui, workspace, &planned, &source, self.args.allow_unpinned)?;
        let work = self.below(self.args.work.as_deref().unwrap_or(Path::new("builds")));
        let prefix = self.below(self.args.prefix.as_deref().unwrap_or(Path::new("")));
        output::require_new_directory(workspace, &[&source.spec], &work)?;
        output::require_new_directory(workspace, &[&source.spec], &prefix)?;
        let prefix = std::path::absolute(&prefix).map_err(|error| {
            CliError::io(format!("cannot find out where {} is", prefix.display()), &error)
        })?;
        let identity = identity(&source)?;
        let mut work = WorkDir::open(&work)?;
        let layers = apply::layers(&planned, pin.as_deref(), &source.excluded);
        let tree = source.tree.as_ref();
        let mut layout = build::prepare(&mut work, tree, &identity, layers, recipe.unpatched_layers, prefix)?;
        layout.cc.clone_from(&self.toolchain.cc);
        layout.compiler.clone_from(&self.compiler);
        exclude::note(ui, &source);
        let mut result = BuildResult::not_built(BuildEnd::Built, Vec::new());
        result.compiler.clone_from(&self.compiler);
        let name = format!("{} on {} with {}", self.stack.id, self.source.name, self.toolchain.name);
        let bar = ui.progress("", None);
        interrupt::set_help("the next build with this work directory continues with the step");
        let outcome =
            build::run(recipe, &mut work, &layout, launcher, self.args.jobs(), &mut |event| match event {
                Event::Begins(step, number, of, log) => {
                    bar.begin(&format!("{name} [{number}/{of}] {}", step.id), None, Some(log));
                }
                Event::DoneBefore(step) => {
                    result.steps.push(StepDone { step: step.id.clone(), milliseconds: None });
                }
                Event::Done(step, took) => {
                    let milliseconds = u64::try_from(took.as_millis()).ok();
                    result.steps.push(StepDone { step: step.id.clone(), milliseconds });
                }
                Event::Checked(checked) => result.checks.push(CheckMade {
                    check: checked.check.id.clone(),
                    after: checked.check.after.clone(),
                    failure: checked.failure.clone(),
                }),
            })?;
        drop(bar);
        match outcome {
            Outcome::Done => {}
            Outcome::StepFailed { step, log, .. } => {
                let text = regular::read(&log, LARGEST_FILE).unwrap_or_default();
                let text = String::from_utf8_lossy(&text);
                let lines: Vec<&str> = text.lines().collect();
                let tail = lines[lines.len().saturating_sub(TAIL)..].iter();
                let tail: Vec<String> = tail.map(|line| cut(line)).collect();
                result.why = plain_lines(|out| tail.iter().try_for_each(|line| writeln!(out, "{line}")));
                (result.end, result.failed_step) = (BuildEnd::Failed, Some(step));
            }
            Outcome::ChecksFailed(failed) => {
                let step = failed.first().map(|one| one.check.after.clone());
                result.why = failed.iter().flat_map(super::failure).collect();
                (result.end, result.failed_step) = (BuildEnd::Failed, step);
            }
        }
        ui.note(&format!("{name}: {}", crate::report::build_end(&result)));
        Ok(result)
    }
}
