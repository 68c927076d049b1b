//! `pypatch plan-jobs`

use clap::ValueEnum;

use super::{Cli, CliError, Command, ExitStatus, ReportFormat, Ui, help, init};
use crate::report::{Jobs, System};
use crate::text::shell_word;

/// What starts the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum For {
    /// A script that submits a job array to Slurm, and a job that merges when the array has ended.
    Slurm,
    /// A workflow of GitHub Actions.
    Github,
    /// A pipeline of GitLab.
    Gitlab,
    /// A build.ninja, for the processors of one machine.
    Ninja,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What starts the jobs.
    #[arg(long = "for", value_name = "SYSTEM")]
    system: For,
    /// How many shards.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    shards: u32,
    /// The directory of the results, from that in which the jobs start.
    #[arg(long, value_name = "DIR", default_value = "results")]
    results: String,
    /// The format in which the merged results are shown [default: github for GitHub without --output, text otherwise].
    #[arg(long)]
    format: Option<ReportFormat>,
    /// Write the merged results to this file, which GitHub and GitLab keep.
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
    /// The command of the whole job: `matrix` or `build` with its arguments, without --shard and --result. The options of the report are
    /// before the `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(ui: &Ui, cli: &Cli, args: &Args) -> Result<ExitStatus, CliError> {
    let words = words(cli, args)?;
    let (system, most) = match args.system {
        For::Slurm => (System::Slurm, u32::MAX),
        // What a matrix of GitHub and `parallel` of GitLab allow.
        For::Github => (System::Github, 256),
        For::Gitlab => (System::Gitlab, 200),
        For::Ninja => (System::Ninja, u32::MAX),
    };
    if args.shards > most {
        return Err(CliError::usage(format!(
            "--shards {}: at most {most} jobs are allowed there",
            args.shards
        )));
    }
    // Annotations are read from what is printed.
    let annotates = system == System::Github && args.output.is_none();
    let default = annotates.then_some(ReportFormat::Github);
    let mut merge = Vec::new();
    if let Some(format) = args.format.or(default).and_then(|format| format.to_possible_value()) {
        merge.push(format!(" --format {}", format.get_name()));
    }
    merge.extend(args.output.iter().map(|out| format!(" --output {}", shell_word(out))));
    let jobs = Jobs {
        shards: args.shards,
        command: &words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" "),
        merge: &merge.concat(),
        results: &args.results,
        output: args.output.as_deref(),
        results_word: &shell_word(&args.results),
        repository: &init::repository(),
    };
    ui.raw(jobs.text(system).as_bytes())?;
    Ok(ExitStatus::Done)
}

/// The words of the command of a shard without its options, with the global options of this one. They are a command line.
fn words(cli: &Cli, args: &Args) -> Result<Vec<String>, CliError> {
    let of_report = ["--format", "--output", "-o"];
    let is_of_report = |word: &&String| {
        of_report.iter().any(|option| *word == option || word.starts_with(&format!("{option}=")))
    };
    if let Some(word) = args.command.iter().find(is_of_report) {
        return Err(CliError::usage(format!("`{word}` is for the merged results, not for a shard"))
            .help("write it before the `--`"));
    }
    // Every one of these systems reads it in its own way.
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || " -_./".contains(sign);
    if !args.results.chars().all(is_plain) || args.results.starts_with(['-', ' ']) || args.results.is_empty()
    {
        return Err(CliError::usage(format!(
            "invalid directory of results `{}`",
            args.results.escape_debug()
        ))
        .help("use letters, digits, blanks and -_./ alone"));
    }
    // A CI keeps only what is below the directory of a job.
    let is_below = |path: &&String| {
        let leaves = path.starts_with(['/', '-', ' ']) || path.split('/').any(|part| part == "..");
        !leaves && path.chars().all(is_plain)
    };
    let mut kept = [&args.results].into_iter().chain(&args.output);
    if matches!(args.system, For::Github | For::Gitlab)
        && let Some(path) = kept.find(|path| !is_below(path))
    {
        let title = format!("`{}` cannot be kept by a CI", path.escape_debug());
        return Err(CliError::usage(title).help(
            "name a path below the directory of the job, with letters, digits, blanks and -_./ alone",
        ));
    }
    let mut words = Vec::new();
    for folder in &cli.patchset_dirs {
        words.extend(["--patchsets".to_owned(), folder.display().to_string()]);
    }
    if let Some(folder) = &cli.pins_dir {
        words.extend(["--pins-dir".to_owned(), folder.display().to_string()]);
    }
    words.extend(cli.offline.then(|| "--offline".to_owned()));
    words.extend(args.command.iter().cloned());
    if let Some(word) = words.iter().chain(&args.output).find(|word| word.chars().any(char::is_control)) {
        return Err(CliError::usage(format!("`{}` has a control character", word.escape_debug())));
    }
    let shard = ["--shard", "1/1", "--result", "result.json"].map(str::to_owned);
    let whole = ["pypatch".to_owned()].into_iter().chain(words.clone()).chain(shard);
    let matches = help::command().try_get_matches_from(whole).unwrap_or_else(|error| error.exit());
    let parsed =
        <Cli as clap::FromArgMatches>::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match parsed.command {
        Command::Build(args) if !args.is_set() => Err(args.not_a_set()),
        Command::Matrix(_) | Command::Build(_) => Ok(words),
        _ => Err(CliError::usage("only `matrix` and `build` are done in shards")),
    }
}
