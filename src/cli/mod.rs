//! The command line: a file or a folder for each command. The only code that prints, reads the environment or exits.

mod apply;
mod base;
mod build;
mod check;
mod completions;
mod diff;
mod error;
mod exit;
mod explain;
mod export;
mod fetch;
mod list;
mod man;
mod matrix;
mod output;
mod own_pin;
mod pinned;
mod pins;
mod plan;
mod port;
mod progress;
mod revert;
mod schema;
mod setup;
mod show;
mod snapshot;
mod snapshot_diff;
mod status;
mod suggest;
mod ui;
mod why;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, Parser, Subcommand, ValueEnum};

use base::Base;
use error::CliError;
use exit::ExitStatus;
use ui::Ui;
use workspace::{Source, Workspace};

/// Keeps adaptations of CPython source trees as meaning instead of diffs.
///
/// A patchset says what each adaptation is for and what it does. pypatch applies it to pinned CPython
/// trees, shows and snapshots the result, exports it, and reverts it.
#[derive(Debug, Parser)]
#[command(name = "pypatch", version, max_term_width = 100)]
struct Cli {
    /// A folder of patchsets, searched before ./patchsets and the shipped ones.
    #[arg(long = "patchsets", value_name = "DIR", global = true)]
    patchset_dirs: Vec<PathBuf>,
    /// A folder of pins, used before the shipped ones instead of ./upstream-pins.
    #[arg(long, value_name = "DIR", global = true)]
    pins_dir: Option<PathBuf>,
    /// Do not use the network: releases come only from PYPATCH_SOURCES and the cache.
    #[arg(long, global = true)]
    offline: bool,
    /// Print only results and errors.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Print details.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// When to use colours.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

/// The output format of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs; the shape is documented in ARCHITECTURE.md and stable.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Check(check::Args),
    Plan(plan::Args),
    Diff(diff::Args),
    Apply(apply::Args),
    Status(status::Args),
    Revert(revert::Args),
    Export(export::Args),
    Build(build::Args),
    Setup(setup::Args),
    Snapshot(snapshot::Args),
    Matrix(matrix::Args),
    Port(port::Args),
    Why(why::Args),
    Pins(pins::Args),
    Fetch(fetch::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs pypatch with the arguments of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
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
        Ui { quiet, verbose, changed: false.into() }.error(&CliError::new(ExitStatus::Bug, title));
        std::process::exit(ExitStatus::Bug as i32);
    }));
    let ui = Ui { quiet, verbose, changed: false.into() };
    match run(&ui, &cli) {
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
    let workspace = || Workspace::new(&cli.patchset_dirs, cli.pins_dir.as_deref(), cli.offline);
    match &cli.command {
        Command::List(args) => list::run(ui, &workspace(), args),
        Command::Show(args) => show::run(ui, &workspace(), args),
        Command::Check(args) => check::run(ui, &workspace(), args),
        Command::Plan(args) => plan::run(ui, &workspace(), args),
        Command::Diff(args) => diff::run(ui, &workspace(), args),
        Command::Apply(args) => apply::run(ui, &workspace(), args),
        Command::Status(args) => status::run(ui, args),
        Command::Revert(args) => revert::run(ui, args),
        Command::Export(args) => export::run(ui, &workspace(), args),
        Command::Build(args) => build::run(ui, &workspace(), args),
        Command::Setup(args) => setup::run(ui, &workspace(), args),
        Command::Snapshot(args) => snapshot::run(ui, &workspace(), args),
        Command::Matrix(args) => matrix::run(ui, &workspace(), args),
        Command::Port(args) => port::run(ui, &workspace(), args),
        Command::Why(args) => why::run(ui, &workspace(), args),
        Command::Pins(args) => pins::run(ui, &workspace(), args),
        Command::Fetch(args) => fetch::run(ui, &workspace(), args),
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
