//! docs/stability.md names everything that it promises to keep: schemas, shapes, exit statuses.

use std::fs;
use std::path::Path;

use crate::common::TestEnvironment;

/// A section of the page, from its heading to the next one.
fn section(heading: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/stability.md");
    let page = fs::read_to_string(page).unwrap();
    let rest =
        page.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
    rest.split("\n## ").next().unwrap().to_owned()
}

/// The words between backquotes.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_published_schema_is_named() {
    let help = TestEnvironment::new().stdout(&["schema", "--help"]);
    let documents: Vec<&str> =
        help.lines().filter_map(|line| line.trim().strip_prefix("- ")?.split(':').next()).collect();
    assert!(documents.contains(&"snapshot-check"), "{help}");
    let section = section("JSON");
    for document in documents {
        assert!(section.contains(&format!("\n| `{document}` |")), "docs/stability.md lacks {document}");
    }
}

#[test]
fn every_command_that_prints_json_is_named() {
    let env = TestEnvironment::new();
    let section = section("JSON");
    let mut found = 0;
    // Each page names those below it.
    let mut waiting = vec![Vec::new()];
    while let Some(command) = waiting.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let page = env.stdout(&[&["man"][..], &words].concat()).replace("\\-", "-");
        let prefix = format!("{}-", [&["pypatch"][..], &words].concat().join("-"));
        for below in page.lines().filter_map(|line| line.strip_prefix(&prefix)?.strip_suffix("(1)")) {
            // `help` has the other commands below it once more.
            if below != "help" {
                waiting.push([&command[..], &[below.to_owned()]].concat());
            }
        }
        let help = [&words[..], &["--help"]].concat();
        if env.stdout(&help).contains("- json:") {
            found += 1;
            let name = words.join(" ");
            let is_named =
                code(&section).iter().any(|code| *code == name || *code == format!("{name} --format json"));
            assert!(is_named, "docs/stability.md does not name `{name}`");
        }
    }
    assert!(found > 15, "only {found} commands print JSON");
}

#[test]
fn every_exit_status_is_named() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/exit.rs");
    let source = fs::read_to_string(source).unwrap();
    let mut statuses: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_suffix(',')?.split_once(" = ").map(|(_, it)| it))
        .collect();
    // Those of signals are the system's: 128 and their number.
    statuses.extend(["130", "143"]);
    assert_eq!(code(&section("Exit statuses")), statuses);
}
