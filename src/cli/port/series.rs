//! `pypatch port` of a whole series into a directory of patches: it stops at what a person has to decide, as `git rebase` does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::{CliError, ExitStatus, Ui, Workspace, output};
use super::patches::{Patches, between, brief, carried, decisions, lineage, read, write};
use super::{Args, answers};
use crate::carry::{Care, Lineage, Outcome};
use crate::digest::Sha256Digest;
use crate::export;
use crate::rebase::{self, Decision, Decisions, STATE, Series, State, Stop, TO_DECIDE, Walk};
use crate::report::{CarriedPatches, counted};
use crate::tree::{OverlayTree, SourceSpec, Tree, TreePath};

/// The directory that a series is carried to; `None` if one file is wanted, or a tree.
pub(super) fn output<'a>(args: &'a Args, name: &Path, patches: usize) -> Option<&'a Path> {
    let out = args.output.as_deref().filter(|_| !args.dry_run)?;
    let is_patch = |path: &Path| path.extension().is_some_and(|it| it == "patch" || it == "diff");
    let is_series = patches > 1 || name.is_dir() || name.file_name().is_some_and(|name| name == "series");
    (is_series && !is_patch(out)).then_some(out)
}

/// Begins to carry a series to the directory `out`.
pub(super) fn begin(
    ui: &Ui,
    workspace: &Workspace,
    args: &Args,
    from: &str,
    out: &Path,
) -> Result<ExitStatus, CliError> {
    let (Some(name), Some(to)) = (args.patchsets.first(), &args.to) else { return Ok(ExitStatus::Usage) };
    let specs = [from.parse::<SourceSpec>()?, to.parse()?];
    if State::read(out).is_ok_and(|state| state.is_some()) {
        return Err(CliError::usage(format!("a port stopped in {}", out.display()))
            .help("go on with --continue, or end it with --abort"));
    }
    if !is_leftover(out) {
        output::require_free(out)?;
    }
    output::require_new_directory(workspace, &[&specs[0], &specs[1]], out)?;
    let state = State {
        patches: absolute(name),
        from: absolute(from),
        to: absolute(to),
        fuzz: args.fuzz,
        careful: args.careful,
        decisions: std::path::absolute(match &args.decisions {
            Some(file) => file.clone(),
            None => decisions_of(name, out),
        })
        .map_err(|error| CliError::io("cannot find the current directory", &error))?,
        written: Vec::new(),
        stop: None,
    };
    let known = known(&state)?;
    // The trees are opened before anything is written.
    let job = Job::open(ui, workspace, &state)?;
    // What does not fit is found before anything is written.
    let walk = carried(ui, &job.series(&state), &known)?;
    fs::create_dir_all(out).map_err(|error| unwritten(out, &error))?;
    state.write(out)?;
    job.write(ui, args, out, state, &walk)
}

/// Goes on with a series, leaves out a patch, ends it, or shows where it is.
pub(super) fn resume(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (out, state) = find(args.output.as_deref())?;
    if args.abort {
        return abort(ui, &out, &state);
    }
    let mut known = known(&state)?;
    let job = Job::open(ui, workspace, &state)?;
    let series = job.series(&state);
    let mut walk = carried(ui, &series, &known)?;
    if args.status {
        job.brief(args, &walk)?;
        job.show(ui, args, &walk, 0)?;
        return match stopped(&walk, &out) {
            Some(error) => Err(error),
            None => {
                ui.line("nothing has to be decided: go on with --continue")?;
                Ok(ExitStatus::Done)
            }
        };
    }
    // What was edited answers what was shown: not another patch, if the run before was killed after it wrote the decisions, and not
    // another text, if a patch or the new version changed.
    let now = match walk.steps.last().filter(|_| walk.is_stopped) {
        Some(step) => Some(Stop { patch: step.patch.patch.name.clone(), shown: job.shown(&walk)? }),
        None => None,
    };
    if state.stop.is_some() && state.stop == now {
        let Some(step) = walk.steps.last() else { return Ok(ExitStatus::Done) };
        match &args.skip {
            Some(why) => {
                let why = if why.is_empty() { "no reason was given" } else { why };
                known.add(Decision::Skip {
                    patch: step.patch.patch.name.clone(),
                    change: step.key.clone(),
                    why: why.replace('\n', " "),
                });
            }
            None => {
                let folder = out.join(TO_DECIDE);
                let made = answers::given(&walk, job.to.as_ref(), &args.resolve, Some(&folder))?;
                made.into_iter().for_each(|one| known.add(one));
            }
        }
        // If a patch after this one does not fit, nothing is written, the decision neither.
        walk = carried(ui, &series, &known)?;
        export::replace(&state.decisions, &known.written())
            .map_err(|error| unwritten(&state.decisions, &error))?;
        ui.changed();
        answers::note_doubts(ui, &walk, job.to.as_ref())?;
    } else if walk.is_stopped && (args.skip.is_some() || !args.resolve.is_empty()) {
        return Err(CliError::unfit("what has to be decided is not what was shown")
            .help("run `pypatch port --continue` first, which shows it"));
    } else {
        keep_edited(ui, &out, &state)?;
    }
    let state = State { stop: None, ..state };
    state.write(&out)?;
    job.write(ui, args, &out, state, &walk)
}

/// A series with its trees.
struct Job {
    patches: Patches,
    from: Box<dyn Tree>,
    to: Box<dyn Tree>,
    to_name: String,
    lineage: Option<Lineage>,
}

impl Job {
    fn open(ui: &Ui, workspace: &Workspace, state: &State) -> Result<Job, CliError> {
        let patches = read(&state.patches, Some(&state.from))?;
        let (from, to) = (workspace.open(ui, &state.from)?, workspace.open(ui, &state.to)?);
        let lineage = lineage(workspace, &from, &to)?;
        Ok(Job { patches, from: from.tree, to: to.tree, to_name: state.to.clone(), lineage })
    }

    fn series(&self, state: &State) -> Series<'_> {
        Series {
            patches: &self.patches.patches,
            from: self.from.as_ref(),
            to: self.to.as_ref(),
            lineage: self.lineage.as_ref(),
            care: if state.careful { Care::Careful } else { Care::Usual },
            fuzz: state.fuzz,
            stop_at: Outcome::Gone,
        }
    }

    /// Writes what is certain of a walk, and what has to be decided.
    fn write(
        &self,
        ui: &Ui,
        args: &Args,
        out: &Path,
        mut state: State,
        walk: &Walk<'_>,
    ) -> Result<ExitStatus, CliError> {
        let shown = state.written.len();
        let between = between(self.from.as_ref(), self.to.as_ref())?;
        let certain = walk.steps.len() - usize::from(walk.is_stopped);
        let mut names = Vec::new();
        for (at, step) in walk.steps[..certain].iter().enumerate() {
            let Some(bytes) = rebase::patch(step, &between) else { continue };
            let name = file_name(&step.patch.patch.name, &step.patch.id, at);
            let path = out.join(&name);
            export::replace(&path, &bytes).map_err(|error| unwritten(&path, &error))?;
            names.push(name);
        }
        let series: String = names.iter().flat_map(|name| [name.as_str(), "\n"]).collect();
        let path = out.join("series");
        export::replace(&path, series.as_bytes()).map_err(|error| unwritten(&path, &error))?;
        for old in state.written.iter().filter(|old| !names.contains(old)) {
            let _ = fs::remove_file(out.join(old));
        }
        state.written = names;
        let folder = out.join(TO_DECIDE);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| unwritten(&folder, &error))?;
        }
        match walk.steps.last().filter(|_| walk.is_stopped) {
            Some(step) => {
                let tree = OverlayTree::new(self.to.as_ref(), &walk.before_last);
                for one in rebase::proposals(step, &tree)? {
                    let path: &TreePath = one.file.path();
                    if let Some(file) = &one.shown {
                        let path = folder.join(path.as_str());
                        export::replace(&path, &file.bytes).map_err(|error| unwritten(&path, &error))?;
                    }
                }
                let shown = self.shown(walk)?;
                state.stop = Some(Stop { patch: step.patch.patch.name.clone(), shown });
                state.write(out)?;
            }
            None => {
                let path = out.join(STATE);
                fs::remove_file(&path).map_err(|error| unwritten(&path, &error))?;
            }
        }
        ui.changed();
        self.brief(args, walk)?;
        self.show(ui, args, walk, shown.min(certain))?;
        if state.decisions.exists() {
            ui.note(&format!("decisions are kept in {}", state.decisions.display()));
        }
        match stopped(walk, out) {
            Some(error) => Err(error),
            None => Ok(ExitStatus::Done),
        }
    }

    /// The files that have to be decided, and the digests of what is shown of them.
    fn shown(&self, walk: &Walk<'_>) -> Result<BTreeMap<String, Option<Sha256Digest>>, CliError> {
        let Some(step) = walk.steps.last() else { return Ok(BTreeMap::new()) };
        let tree = OverlayTree::new(self.to.as_ref(), &walk.before_last);
        let all = rebase::proposals(step, &tree)?.into_iter();
        let digest = |one: rebase::Proposal<'_>| {
            (one.file.path().to_string(), one.shown.map(|file| Sha256Digest::of(&file.bytes)))
        };
        Ok(all.map(digest).collect())
    }

    /// Writes what is known about what has to be decided, if that is asked for.
    fn brief(&self, args: &Args, walk: &Walk<'_>) -> Result<(), CliError> {
        let Some(path) = &args.brief else { return Ok(()) };
        let (from, to) = (&self.patches.from, &self.to_name);
        brief(path, walk, self.to.as_ref(), [&from.parse()?, &to.parse()?], [from, to])
    }

    /// Shows what became of the patches from the number `first` on.
    fn show(&self, ui: &Ui, args: &Args, walk: &Walk<'_>, first: usize) -> Result<(), CliError> {
        let rest = self.patches.patches[walk.steps.len()..].iter();
        let not_carried: Vec<&str> = rest.map(|one| one.patch.name.as_str()).collect();
        let report = CarriedPatches {
            from: &self.patches.from,
            to: &self.to_name,
            patches: &walk.steps[first..],
            not_carried: &not_carried,
        };
        if let Some(path) = &args.report {
            write(path, &CarriedPatches { patches: &walk.steps, ..report }, crate::report::Format::Json)?;
        }
        ui.show(&report, args.format)
    }
}

/// The error for a patch that has to be decided.
fn stopped(walk: &Walk<'_>, out: &Path) -> Option<CliError> {
    let step = walk.steps.last().filter(|_| walk.is_stopped)?;
    let open: Vec<_> = step.files.iter().filter(|file| file.is_open()).collect();
    let name = &step.patch.patch.name;
    let title = format!("stopped at {name}: {} to be decided", counted(open.len(), "file"));
    let lines = open.iter().map(|file| {
        let path = out.join(TO_DECIDE).join(file.path().as_str());
        match file.carried.outcome {
            Outcome::Gone => format!("gone: {}, which is left out if you go on", file.path()),
            outcome => format!("{}: {}", outcome.name(), path.display()),
        }
    });
    let is_gone = open.iter().all(|file| file.carried.outcome == Outcome::Gone);
    let edit = match is_gone {
        true => format!("put what takes its place into {}, or nothing", out.join(TO_DECIDE).display()),
        false => "edit these files, or leave them as proposed".to_owned(),
    };
    let out = out.display();
    Some(CliError::unfit(title).details(lines).help(format!(
        "{edit}, and run `pypatch port --continue -o {out}`; --skip leaves the patch out, --abort ends the port"
    )))
}

/// The port that `out` names, or the only one here.
fn find(out: Option<&Path>) -> Result<(PathBuf, State), CliError> {
    let read = |out: &Path| State::read(out).map_err(|error| CliError::usage(error.to_string()));
    if let Some(out) = out {
        return match read(out)? {
            Some(state) => Ok((out.to_owned(), state)),
            None => Err(CliError::usage(format!("{} has no port that stopped", out.display()))),
        };
    }
    let mut found = Vec::new();
    let here = PathBuf::from(".");
    let folders = fs::read_dir(&here).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    for folder in std::iter::once(here.clone()).chain(folders) {
        if let Some(state) = read(&folder)? {
            let folder = folder.strip_prefix(".").map_or(folder.clone(), Path::to_owned);
            found.push((if folder.as_os_str().is_empty() { here.clone() } else { folder }, state));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    match <[_; 1]>::try_from(found) {
        Ok([one]) => Ok(one),
        Err(found) if found.is_empty() => {
            Err(CliError::usage("no port stopped here").help("name its directory with -o DIR"))
        }
        Err(found) => {
            let names: Vec<String> = found.iter().map(|(out, _)| out.display().to_string()).collect();
            Err(CliError::usage(format!("several ports stopped here: {}", names.join(", ")))
                .help("name one with -o DIR"))
        }
    }
}

/// Whether a directory has nothing but what a run that was killed left before it wrote anything.
fn is_leftover(out: &Path) -> bool {
    let Ok(entries) = fs::read_dir(out) else { return false };
    let is_own = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with(".pypatch-new-");
    entries.filter_map(Result::ok).all(is_own)
}

/// Ends a port: what it wrote is removed, the decisions are kept.
fn abort(ui: &Ui, out: &Path, state: &State) -> Result<ExitStatus, CliError> {
    let own = state.written.iter().map(String::as_str).chain(["series"]);
    for name in own {
        let _ = fs::remove_file(out.join(name));
    }
    let folder = out.join(TO_DECIDE);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| unwritten(&folder, &error))?;
    }
    let path = out.join(STATE);
    fs::remove_file(&path).map_err(|error| unwritten(&path, &error))?;
    // Directories of patches, and the output itself, if nothing else is in them.
    for name in &state.written {
        if let Some(parent) = Path::new(name).parent().filter(|parent| !parent.as_os_str().is_empty()) {
            let _ = fs::remove_dir(out.join(parent));
        }
    }
    let _ = fs::remove_dir(out);
    ui.changed();
    let kept = if state.decisions.exists() {
        format!("; decisions are kept in {}", state.decisions.display())
    } else {
        String::new()
    };
    ui.line(&format!("ended the port in {}{kept}", out.display()))?;
    Ok(ExitStatus::Done)
}

/// Files that were edited for a patch that is no longer the one to be decided are kept under another name.
fn keep_edited(ui: &Ui, out: &Path, state: &State) -> Result<(), CliError> {
    let (folder, Some(stop)) = (out.join(TO_DECIDE), &state.stop) else { return Ok(()) };
    let is_edited = stop.shown.iter().any(|(path, digest)| {
        let now = fs::read(folder.join(path)).ok().map(|bytes| Sha256Digest::of(&bytes));
        now.is_some() && now != *digest
    });
    if is_edited {
        let kept = (1..).map(|number| out.join(format!("{TO_DECIDE}.{number}"))).find(|path| !path.exists());
        if let Some(kept) = kept {
            fs::rename(&folder, &kept).map_err(|error| unwritten(&folder, &error))?;
            ui.note(&format!(
                "{} is not to be decided any more: what was edited is in {}",
                stop.patch,
                kept.display()
            ));
        }
    }
    Ok(())
}

/// The decisions that were made before.
fn known(state: &State) -> Result<Decisions, CliError> {
    if state.decisions.exists() { decisions(Some(&state.decisions)) } else { Ok(Decisions::default()) }
}

/// The file of decisions of a series: next to its patches, so that it is shared with them.
fn decisions_of(name: &str, out: &Path) -> PathBuf {
    let path = Path::new(name);
    if name.starts_with("git:") {
        return out.with_extension("decisions");
    }
    let is_series = path.file_name().is_some_and(|name| name == "series");
    match (path.is_dir(), is_series) {
        (true, _) => path.join("port.decisions"),
        (false, true) => path.with_file_name("port.decisions"),
        (false, false) => path.with_extension("decisions"),
    }
}

/// A source or the path of patches with an absolute path, so that the port goes on from any directory.
fn absolute(name: &str) -> String {
    let full = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Some((repo, rest)) = name.strip_prefix("git:").and_then(|git| git.rsplit_once('@')) {
        return format!("git:{}@{rest}", full(Path::new(repo)).display());
    }
    let path = Path::new(name);
    if path.exists() { full(path).display().to_string() } else { name.to_owned() }
}

/// The name of a carried patch: that of the old one, if it can be the name of a file.
fn file_name(name: &str, id: &str, at: usize) -> String {
    let is_plain = |name: &str| {
        name.parse::<TreePath>().is_ok()
            && !name.contains(|sign: char| sign.is_whitespace() || sign.is_control())
            && !name.starts_with(TO_DECIDE)
            && name != "series"
            && name != STATE
    };
    if is_plain(name) { name.to_owned() } else { format!("{:04}-{id}.patch", at + 1) }
}

fn unwritten(path: &Path, error: &std::io::Error) -> CliError {
    CliError::io(format!("cannot write {}", path.display()), error)
}
