//! docs/commands.md is the help of every command, as the program prints it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::common::TestEnvironment;

const HEAD: &str = "\
# Commands

This is what `pypatch COMMAND --help` prints, without the options that all commands have; those are [at the top](#pypatch).
";

/// The commands that a help lists, in its order.
fn commands(help: &str) -> Vec<&str> {
    let listed = help.split("\nOptions:").next().unwrap_or("").split("\nUsage:").nth(1).unwrap_or("");
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split_once("  "));
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    names.map(|(name, _)| name).filter(is_name).filter(|&name| name != "help").collect()
}

/// Appends what a command does as prose, the rest as it is printed, and the same of its own commands.
fn describe(env: &TestEnvironment, path: &[&str], page: &mut String) {
    let help = env.stdout(&[path, &["--help"]].concat());
    let own = if path.is_empty() { help.as_str() } else { help.split("\nGlobal options:").next().unwrap() };
    let (purpose, rest) = own.split_once("Usage: ").unwrap();
    let heading = "#".repeat(2 + path.len().saturating_sub(1));
    let name = [&["pypatch"], path].concat().join(" ");
    let paragraphs = purpose.trim().split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let purpose = paragraphs.collect::<Vec<_>>().join("\n\n").replace('<', "\\<");
    let rest: Vec<&str> = rest.lines().map(str::trim_end).collect();
    let rest = rest.join("\n");
    write!(page, "\n{heading} {name}\n\n{purpose}\n\n```text\n{}\n```\n", rest.trim_end()).unwrap();
    for command in commands(&help) {
        describe(env, &[path, &[command]].concat(), page);
    }
}

#[test]
fn the_page_of_commands_is_what_their_help_prints() {
    let env = TestEnvironment::new();
    let mut page = HEAD.to_owned();
    describe(&env, &[], &mut page);
    for name in ["## pypatch plan\n", "### pypatch snapshot check\n", "### pypatch setup analyze\n"] {
        assert!(page.contains(name), "{name} is missing");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    if std::env::var_os("PYPATCH_WRITE_COMMANDS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let is_current = fs::read_to_string(path).is_ok_and(|written| written == page);
    assert!(is_current, "docs/commands.md is not up to date: run `just reference`");
}
