//! The definition of the command line as help shows it: the commands grouped by what people do, the environment, and the exit statuses.

use std::io;

use clap::{Command, CommandFactory};

use super::{Cli, CliError, ExitStatus, Ui};

/// The commands, by what people do. Each is in one group, which a test checks.
const GROUPS: [(&str, &[&str]); 9] = [
    ("Begin", &["init", "new", "add", "import", "record", "lift"]),
    ("Read and check", &["list", "show", "check", "graph", "explain"]),
    ("Patch a tree", &["plan", "diff", "apply", "status", "annotate", "revert", "export"]),
    ("Build", &["build", "setup"]),
    ("Review", &["snapshot", "review"]),
    ("Other versions", &["matrix", "port", "why"]),
    ("Many machines", &["merge", "plan-jobs"]),
    ("Releases", &["pins", "fetch", "bump"]),
    ("This program", &["schema", "completions", "man", "help"]),
];

/// How long what a line says about a command is at most, unless it is one clause.
const LONGEST: usize = 86;

/// What follows the options in `--help` and in the manual page.
const MORE: &str = "\
Examples:
  pypatch plan catamount-py2.7 python-2.7.18          what a patchset would do
  pypatch apply catamount-py2.7 python-2.7.18 -o new  the patched tree, in a new directory
  pypatch import debian/patches --base python-3.13.5  patches as a patchset
  pypatch port mine --to python-3.14.0                the patchset for another version

Environment:
  PYPATCH_SOURCES  where releases are searched first: directories with tarballs, tarballs, or git repositories with
                   release tags, separated by colons
  XDG_CACHE_HOME   below it fetched releases and what was read of tarballs are kept, in pypatch [default: ~/.cache]
  SOURCE_DATE_EPOCH  the time of what is exported, in seconds since 1970
  PYPATCH_PAGER, PAGER  the pager for output that is longer than the terminal [default: less]
  NO_COLOR, CLICOLOR_FORCE  no colours, or colours also where stdout is not a terminal

Exit status:
  0   done, or there was nothing to do
  1   a difference was found, by a command that looks for one
  2   the command line or a patchset is invalid
  3   a patchset does not fit the tree, or the tree is not as expected; nothing was written
  4   a source was not found, cannot be read, or has the wrong hash; or a result of a shard is missing or torn
  5   a step or a check of a build failed
  6   the change was made, but its report could not be written
  70  a bug of pypatch
  74  writing failed; the tree is unchanged, unless the message says otherwise
  130, 143  interrupted by Ctrl-C, or ended by SIGTERM; nothing is left that is only half there";

/// The definition of the command line.
pub(super) fn command() -> Command {
    let command = Cli::command().after_long_help(MORE);
    let commands = grouped(&command);
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{commands}Options:\n{{options}}{{after-help}}"
    ))
}

/// Prints what clap answers instead of arguments: a mistake, the help, or the version.
pub(super) fn print(answer: &clap::Error) -> ExitStatus {
    match answer.print() {
        _ if answer.use_stderr() => ExitStatus::Usage,
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Ui::new(true, false).error(&CliError::output(&error));
            ExitStatus::Io
        }
        Ok(()) | Err(_) => ExitStatus::Done,
    }
}

/// The commands with the first line about each.
fn grouped(command: &Command) -> String {
    let mut out = String::new();
    for (title, names) in GROUPS {
        out.push_str(&format!("{title}:\n"));
        for name in names {
            let found = command.find_subcommand(name);
            let about = found.and_then(Command::get_about).map(ToString::to_string).unwrap_or_default();
            let about = if *name == "help" { "Print this message or the help of a command" } else { &about };
            out.push_str(&format!("  {name:11}  {}\n", short(about)));
        }
        out.push('\n');
    }
    out
}

/// The first clause of a sentence: the list is one line for each command.
fn short(about: &str) -> &str {
    let end = about.find([':', ';']).unwrap_or(about.len());
    let clause = &about[..end];
    let end = if clause.len() > LONGEST { clause.find(", and ") } else { None };
    clause[..end.unwrap_or(clause.len())].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group() {
        let command = Cli::command();
        let mut known: Vec<&str> = command.get_subcommands().map(Command::get_name).chain(["help"]).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        known.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(known, grouped);
    }

    #[test]
    fn each_command_has_a_line_that_fits_a_terminal() {
        let list = super::grouped(&Cli::command());
        let long: Vec<&str> = list.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(long.is_empty(), "{long:#?}");
        assert!(list.contains("  apply        Apply patchsets to a tree\n"), "{list}");
    }
}
