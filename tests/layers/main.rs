//! Keeps the layering of ARCHITECTURE.md true: a module imports only modules above it, files import each other without
//! circles, only the command line prints, only `fetch` uses the network, and only `fetch` and `build` start programs.
//!
//! Comments, literals and test code do not count.

#![allow(clippy::unwrap_used, reason = "a test may panic and print")]

mod files;
mod pages;
mod scan;

use std::collections::BTreeSet;
use std::fmt::Write;

use files::Graph;
use scan::{Source, sources};

/// The modules of the crate, top to bottom.
const LAYERS: [&str; 33] = [
    "shipped",
    "text",
    "software",
    "version",
    "date",
    "digest",
    "contents",
    "regular",
    "yaml",
    "interrupt",
    "scratch",
    "syntax",
    "merge",
    "tree",
    "modules",
    "operation",
    "patchset",
    "edit",
    "plan",
    "apply",
    "export",
    "snapshot",
    "why",
    "carry",
    "port",
    "import",
    "lift",
    "rebase",
    "build",
    "fetch",
    "shard",
    "report",
    "cli",
];

/// Who may do what: the text that does it, what it does, and the paths below src/ that may contain it.
const RIGHTS: [(&str, &str, &[&str]); 9] = [
    ("print!", "prints", &["cli/"]),
    ("println!", "prints", &["cli/"]),
    ("eprint!", "prints", &["cli/"]),
    ("eprintln!", "prints", &["cli/"]),
    ("io::stdout", "prints", &["cli/"]),
    ("io::stderr", "prints", &["cli/"]),
    ("process::exit", "ends the program", &["cli/"]),
    (
        "process::Command",
        "starts programs",
        &["fetch/apt.rs", "fetch/signature.rs", "build/", "build.rs", "cli/pager.rs"],
    ),
    ("ureq::", "uses the network", &["fetch/"]),
];

#[test]
fn a_module_imports_only_modules_above_it() {
    let findings: Vec<String> = sources().iter().flat_map(imports).collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn only_cli_prints_and_only_fetch_uses_the_network() {
    let findings: Vec<String> = sources().iter().flat_map(rights).collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn files_import_each_other_without_circles() {
    let graph = Graph::of(&sources());
    assert!(graph.unresolved.is_empty(), "paths that the scanner cannot resolve: {:#?}", graph.unresolved);
    let circles: Vec<String> =
        graph.groups().iter().filter_map(|group| graph.circle(group.first()?)).collect();
    assert!(circles.is_empty(), "files import each other in a circle:\n{}", circles.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    let sources = sources();
    assert!(sources.len() > 50, "only {} sources were found", sources.len());
    let modules: BTreeSet<&str> = sources.iter().map(Source::module).collect();
    let unknown: Vec<_> = modules
        .iter()
        .filter(|module| !LAYERS.contains(module) && !["lib", "main"].contains(module))
        .collect();
    assert!(unknown.is_empty(), "add these to LAYERS and to ARCHITECTURE.md: {unknown:?}");
}

/// The imports of a file from a layer below its own.
fn imports(source: &Source) -> Vec<String> {
    let own = source.module();
    let Some(place) = LAYERS.iter().position(|layer| *layer == own) else { return Vec::new() };
    let roots = format!("{}{}", "super::".repeat(source.depth()), "\n");
    let mut findings = Vec::new();
    for root in ["crate::", roots.trim_end()] {
        for at in words(&source.code, root) {
            for name in names(&source.code[at + root.len()..]) {
                let imported = LAYERS.iter().position(|layer| *layer == name);
                if name != own && imported.is_some_and(|imported| imported > place) {
                    findings.push(source.finding(at, &format!("`{own}` uses `{name}`, which is below it")));
                }
            }
        }
    }
    findings
}

/// What a file does that only other files may do.
fn rights(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (text, what, allowed) in RIGHTS {
        if allowed.iter().any(|path| source.path.starts_with(path)) {
            continue;
        }
        let (path, name) = text.rsplit_once("::").unwrap_or(("", text));
        let mut places: Vec<usize> = words(&source.code, text).collect();
        if !path.is_empty() && !name.is_empty() {
            // `use std::process::{Command, Stdio}`
            let group = format!("{path}::{{");
            let grouped = words(&source.code, &group)
                .filter(|at| names(&source.code[at + path.len() + 2..]).contains(&name));
            places.extend(grouped);
        }
        for at in places {
            let mut finding = source.finding(at, what);
            let _ = write!(finding, " (`{text}`), which only {} may do", allowed.join(", "));
            findings.push(finding);
        }
    }
    findings
}

/// The offsets of `word` in `code` where it is not the end of a longer name.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let joined = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| !code[..at].ends_with(joined) && !code[..at].ends_with("super::"))
        .filter(move |&at| !word.ends_with(joined) || !code[at + word.len()..].starts_with(joined))
}

/// The first names of a path or of a group of paths: `a::b` is `a`, `{a::b, c}` is `a` and `c`.
fn names(path: &str) -> Vec<&str> {
    fn name(path: &str) -> &str {
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
        &path[..end]
    }
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut from, mut all) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                all.push(name(group[from..at].trim_start()));
                from = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    all
}

#[test]
fn the_scanner_finds_imports_and_rights_in_code_alone() {
    let text = r##"//! Uses crate::cli only in this comment.
use crate::text::Span;
use crate::{cli::Ui, digest, plan::{Plan, report}};
use std::process::{Command, Stdio};

fn run<'a>(c: char) -> &'a str {
    let quote = '"';
    println!("{}", r#"crate::cli " "#);
    super::super::fetch::obtain();
    my_print!("{c}"); /* eprintln!() */
    "crate::apply"
}

#[cfg(test)]
mod tests {
    use crate::cli;
    #[test]
    fn prints() { println!("}"); }
}

fn last() { std::process::Command::new("true"); }
"##;
    let source = Source::new("tree/dir.rs", text);
    let mut found = imports(&source);
    found.extend(rights(&source));
    assert_eq!(
        found,
        [
            "src/tree/dir.rs:3: `tree` uses `cli`, which is below it",
            "src/tree/dir.rs:3: `tree` uses `plan`, which is below it",
            "src/tree/dir.rs:9: `tree` uses `fetch`, which is below it",
            "src/tree/dir.rs:8: prints (`println!`), which only cli/ may do",
            "src/tree/dir.rs:21: starts programs (`process::Command`), which only fetch/apt.rs, fetch/signature.rs, build/, build.rs, cli/pager.rs may do",
            "src/tree/dir.rs:4: starts programs (`process::Command`), which only fetch/apt.rs, fetch/signature.rs, build/, build.rs, cli/pager.rs may do",
        ]
    );
    let source = Source::new("cli/mod.rs", text);
    assert_eq!(imports(&source), [""; 0]);
    assert_eq!(rights(&source).len(), 2);
}
