//! The command line: a file or a folder for each command. The only code that prints, reads the environment or exits.

mod add;
mod annotate;
mod apply;
mod base;
mod build;
mod bump;
mod check;
mod collapse;
mod complete;
mod completions;
mod deferred;
mod diff;
mod error;
mod exclude;
mod exit;
mod explain;
mod export;
mod fetch;
mod graph;
mod help;
mod history;
mod import;
mod init;
mod lift;
mod list;
mod man;
mod matrix;
mod merge;
mod names;
mod near_files;
mod new;
mod new_patchset;
mod output;
mod own_pin;
mod pager;
mod pinned;
mod pins;
mod plan;
mod plan_jobs;
mod port;
mod progress;
mod project;
mod project_file;
mod record;
mod report_format;
mod revert;
mod review;
mod schema;
mod setup;
mod shards;
mod show;
mod signals;
mod snapshot;
mod snapshot_diff;
mod status;
mod suggest;
mod ui;
mod watch;
mod why;
mod workspace;
mod written;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, FromArgMatches, Parser, Subcommand, ValueEnum};

use base::Base;
use deferred::Deferred;
use error::CliError;
use exclude::Exclude;
use exit::ExitStatus;
use report_format::ReportFormat;
use ui::Ui;
use workspace::{Source, Workspace, of_pin};

use crate::interrupt;

/// Keeps adaptations of CPython source trees as meaning instead of diffs.
///
/// A patchset says what each adaptation is for and what it does. pypatch applies it to pinned CPython
/// trees, shows and snapshots the result, exports it, and reverts it.
#[derive(Debug, Parser)]
#[command(name = "pypatch", version, max_term_width = 100)]
struct Cli {
    /// A folder of patchsets, searched before those of the project and the shipped ones.
    #[arg(long = "patchsets", value_name = "DIR", global = true, help_heading = GLOBAL)]
    patchset_dirs: Vec<PathBuf>,
    /// A folder of pins, used before the shipped ones instead of that of the project.
    #[arg(long, value_name = "DIR", global = true, help_heading = GLOBAL)]
    pins_dir: Option<PathBuf>,
    /// Do not use the network: releases come only from PYPATCH_SOURCES and the cache.
    #[arg(long, global = true, help_heading = GLOBAL)]
    offline: bool,
    /// Print only results and errors.
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    quiet: bool,
    /// Print details.
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    verbose: bool,
    /// When to use colours.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = GLOBAL)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

/// The heading of the options that every command has, after its own.
const GLOBAL: &str = "Global options";

/// The output format of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs; the shape is documented in ARCHITECTURE.md and stable.
    Json,
}

/// The commands. The arguments of one are defined only if it is called: those of all take a tenth of the time of a `revert`.
/// But `pypatch help` completes the commands below `setup` and `snapshot`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Make a project for patchsets: its pypatch.toml, the folder for them with its schema for editors, a workflow that checks them, and
    /// attributes for git.
    ///
    /// A file that exists is kept.
    Init(Deferred<init::Args>),
    /// Write a new patchset for a source, without edits.
    New(Deferred<new::Args>),
    /// Propose the edit for a place in a tree: the operation of meaning that removes, replaces or inserts something there.
    ///
    /// Without saying what is to be done, the operations are listed that remove a word of the place. With --patchset the edit is
    /// written at the end of a patchset of yours, if it fits together with the edits there.
    Add(Deferred<add::Args>),
    /// List the patchsets that can be used here.
    List(Deferred<list::Args>),
    /// Show a patchset: its edits, the reasons for them, what they do, and the commands that `build` would run.
    Show(Deferred<show::Args>),
    /// Check patchsets without a tree: whether they are well-formed, and everything that they name exists.
    Check(Deferred<check::Args>),
    /// Show which files the edits of patchsets change, and which edits they depend on.
    Graph(Deferred<graph::Args>),
    /// Show what a patchset would do to a source, edit by edit, without writing anything.
    Plan(Deferred<plan::Args>),
    /// Show the diff that a patchset makes, for `git apply` and `patch -p1`.
    Diff(Deferred<diff::Args>),
    /// Apply patchsets to a tree: all of them, or none.
    ///
    /// A directory is patched in place. Any other source is first written to the directory given with --output.
    /// The receipt of what was done is one file, .pypatch-receipt.json, which `pypatch revert` reads.
    Apply(Deferred<apply::Args>),
    /// Show which patchsets are applied to a tree, and which files were changed since.
    ///
    /// Exits with status 1 if a file was changed.
    Status(Deferred<status::Args>),
    /// Revert patchsets: every byte, mode and mtime becomes what it was before.
    ///
    /// If a file that the patchset changed was edited since, nothing is written and the file is named.
    Revert(Deferred<revert::Args>),
    /// Write the patched tree, or the diff, somewhere else. The source is not changed.
    Export(Deferred<export::Args>),
    /// Take patches into a new patchset: an edit for each, with its message as the reason.
    ///
    /// The patches are applied to the base one after the other, as quilt does it. What cannot be taken is listed, and then nothing is
    /// written. The new patchset gives the same tree as the patches, byte for byte.
    Import(Deferred<import::Args>),
    /// Write a patchset of what somebody changed in a tree by hand.
    Record(Deferred<record::Args>),
    /// Propose operations of meaning for the hunks of a patchset's diffs, and for its changes of text.
    ///
    /// What is proposed gives the same bytes on the base. The proposals are shown as a diff of patchset.yaml, and taken with
    /// --lift=all. Hunks for which no operation is found stay a diff.
    Lift(Deferred<lift::Args>),
    /// Patch a source, build what the patchsets declare, and check it.
    ///
    /// The commands that will run are printed first: read them before you build a stranger's patchset.
    /// The source is not changed: everything happens in the work directory, where every step has a log. A step
    /// that is done is not repeated unless something before it changes. After each step, its checks are made;
    /// if one fails, the edits that it proves are named, and the build ends with status 5.
    Build(Deferred<build::Args>),
    /// Show the extension modules of a tree, find those that a program needs, and link them.
    Setup(setup::Args),
    /// Compare the results of patchsets on their pins with the accepted ones, or accept them.
    ///
    /// Snapshots are the files snapshots/PATCHSET/PIN.snap of the project, in the format of insta: `cargo insta review`
    /// works on them, too.
    Snapshot(snapshot::Args),
    /// Decide about changes of snapshots, one by one: accept, reject, or leave them.
    ///
    /// `pypatch snapshot check` leaves what differs in files snapshots/PATCHSET/PIN.snap.new, as insta does, and this shows
    /// each edit whose result changed: what it did and does, in words, with the lines. What is decided is written at once, so a review
    /// may be left at any time. Without a terminal, the commands that do the same are listed, and the exit status is 1.
    Review(Deferred<review::Args>),
    /// Show how a patchset fits many versions: a row for each part of an edit, a column for each source.
    ///
    /// Sources are read without unpacking them: tarballs, and commits from the object database of a git repository.
    /// Inside the range that a patchset is written for, an edit that fits applies. Outside it, the anchored
    /// lines, or the text that the edit overwrites, are compared with those of the release that the patchset was written for
    /// (--base).
    Matrix(Deferred<matrix::Args>),
    /// Join the results of the shards of a job, and show them as one run without shards does.
    ///
    /// The results of all shards must be there. If one is missing, torn or of another job, or two of one shard differ, nothing is
    /// shown, and the exit status is 4. Otherwise it is that of one run without shards.
    Merge(Deferred<merge::Args>),
    /// Print what starts the shards of a job, and merges their results: for Slurm, GitHub, GitLab or ninja.
    ///
    /// The command of the whole job follows `--`. It is read as it would be run, but nothing is.
    PlanJobs(Deferred<plan_jobs::Args>),
    /// Port a patchset to another version: write a patchset that extends it and contains only what differs.
    ///
    /// Edits that apply, or whose anchor was found with certainty, are ported; so are those whose lines, carried as those of a
    /// patch, fit without doubt. Edits that the other version does not need are dropped, with the reason. If only
    /// another anchor fits, and the lines do not say the same, candidates are listed: accept one at the terminal, with
    /// --accept and --drop, or in a file of decisions. While an edit is open, nothing is written.
    Port(Deferred<port::Args>),
    /// Show which edit wrote each line of a file of a patched tree; with a line, also why.
    Annotate(Deferred<annotate::Args>),
    /// Show which release, and which commit, changed the outcome of an edit.
    ///
    /// The edit is resolved in one release after another. Where its outcome changes, or it is anchored to a
    /// different line or file, pypatch names the two releases and shows the hunks that touch the anchor. If a
    /// git repository contains both ends (given as `git:REPO@REV`, or listed in PYPATCH_SOURCES), the commits
    /// between the two are bisected, and the one that made the change is named.
    ///
    /// The path from 2.5 to 2.7.18 goes through 2.6, 2.7, 2.7.1 and so on, and leaves out the maintenance
    /// releases of other series.
    Why(Deferred<why::Args>),
    /// List the releases that are pinned by hash, and where each is on this machine; add new ones, and check them.
    ///
    /// A pin has the git tree id of a release tag, which is the same in every mirror, and the sha256 of the tarballs.
    Pins(pins::Args),
    /// Take up new releases: pin them, judge the patchsets of the project on them, and port those that need it.
    ///
    /// It is what a scheduled workflow runs. The releases are those of `pins update`. Of patchsets that extend each other, each whose range
    /// has the release is judged, and each that ends at an earlier release and that no other one continues is ported. The pins and the
    /// ported patchsets are committed to a branch, and the work tree stays as it is. Nothing in doubt is taken and no snapshot is accepted: if a person
    /// has to decide, the status is 3.
    Bump(Deferred<bump::Args>),
    /// Fetch pinned releases and print the path of each.
    ///
    /// A release is searched in PYPATCH_SOURCES (directories of tarballs, or git repositories with release tags), in
    /// the cache, at upstream's address, and in the distribution's source package. It must have the pinned hash.
    Fetch(Deferred<fetch::Args>),
    /// Explain the operations of the edit language: what they do, their arguments, examples, and what they refuse.
    ///
    /// Without a name, all operations are listed by format, with the scopes of `within`.
    Explain(Deferred<explain::Args>),
    /// Print the JSON schema of patchset.yaml: for editors, and with the name of a command that of what it prints as JSON.
    Schema(Deferred<schema::Args>),
    /// Print a completion script for a shell.
    Completions(Deferred<completions::Args>),
    /// Print the manual page of pypatch, or of one command, for `man -l -`.
    Man(Deferred<man::Args>),
}

/// Runs pypatch with the arguments of this process.
pub fn main() -> ExitCode {
    if std::env::var_os(complete::VARIABLE).is_some_and(|value| !value.is_empty()) {
        complete::run(&Ui::new(true, false));
        return ExitStatus::Done.into();
    }
    let matches = help::command().try_get_matches();
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return help::print(&error).into(),
    };
    match cli.color {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let (quiet, verbose) = (cli.quiet, cli.verbose);
    // Nothing is caught: what `just dist` builds cannot unwind the stack, and std aborts if it looks there for a backtrace.
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if cfg!(panic = "unwind") {
            print(panic);
        } else {
            anstream::eprintln!("{panic}");
        }
        let title = "this is a bug of pypatch: please report it with the lines above";
        Ui::new(quiet, verbose).error(&CliError::new(ExitStatus::Bug, title));
        std::process::exit(ExitStatus::Bug as i32);
    }));
    let ui = Ui::new(quiet, verbose);
    let is_ending = signals::watch(&ui.drawn);
    let result = run(&ui, &cli);
    if is_ending.load(std::sync::atomic::Ordering::Relaxed) {
        interrupt::park();
    }
    match result {
        Ok(status) => status.into(),
        Err(error) if error.broken_pipe => ExitStatus::Done.into(),
        Err(error) => {
            let error = ui.after_change(error);
            ui.error(&error);
            error.status.into()
        }
    }
}

fn run(ui: &Ui, cli: &Cli) -> Result<ExitStatus, CliError> {
    // Not every command needs one.
    let workspace = || Workspace::new(ui, &cli.patchset_dirs, cli.pins_dir.as_deref(), cli.offline);
    match &cli.command {
        Command::Init(args) => init::run(ui, args),
        Command::New(args) => new::run(ui, &workspace()?, args),
        Command::Add(args) => add::run(ui, &workspace()?, args),
        Command::List(args) => list::run(ui, &workspace()?, args),
        Command::Show(args) => show::run(ui, &workspace()?, args),
        Command::Check(args) => check::run(ui, &workspace()?, args),
        Command::Graph(args) => graph::run(ui, &workspace()?, args),
        Command::Plan(args) => plan::run(ui, &workspace()?, args),
        Command::Diff(args) => diff::run(ui, &workspace()?, args),
        Command::Apply(args) => apply::run(ui, &workspace()?, args),
        Command::Status(args) => status::run(ui, args),
        Command::Revert(args) => revert::run(ui, args),
        Command::Export(args) => export::run(ui, &workspace()?, args),
        Command::Import(args) if args.collapse => collapse::run(ui, &workspace()?, args),
        Command::Import(args) => import::run(ui, &workspace()?, args),
        Command::Record(args) => record::run(ui, &workspace()?, args),
        Command::Lift(args) => lift::run(ui, &workspace()?, args),
        Command::Build(args) => build::run(ui, &workspace()?, args),
        Command::Setup(args) => setup::run(ui, &workspace()?, args),
        Command::Snapshot(args) => snapshot::run(ui, &workspace()?, args),
        Command::Review(args) => review::run(ui, &workspace()?, args),
        Command::Matrix(args) => matrix::run(ui, &workspace()?, args),
        Command::Merge(args) => merge::run(ui, args),
        Command::PlanJobs(args) => plan_jobs::run(ui, cli, args),
        Command::Port(args) => port::run(ui, &workspace()?, args),
        Command::Annotate(args) => annotate::run(ui, &workspace()?, args),
        Command::Why(args) => why::run(ui, &workspace()?, args),
        Command::Pins(args) => pins::run(ui, &workspace()?, args),
        Command::Bump(args) => bump::run(ui, &workspace()?, args),
        Command::Fetch(args) => fetch::run(ui, &workspace()?, args),
        Command::Explain(args) => explain::run(ui, args),
        Command::Schema(args) => schema::run(ui, args),
        Command::Completions(args) => completions::run(ui, args),
        Command::Man(args) => man::run(ui, args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definitions_of_the_command_line_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
