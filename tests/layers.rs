//! Keeps the layering of ARCHITECTURE.md true: a module imports only what stands above it, only the
//! command line prints, only `fetch` uses the network, and hardly anything starts programs.
//!
//! Comments, literals and test code do not count.

#![allow(clippy::unwrap_used, reason = "a test may panic and print")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate, top to bottom. Not all of them have to exist.
const LAYERS: [&str; 20] = [
    "text", "version", "digest", "contents", "syntax", "tree", "modules", "patchset", "edit", "plan",
    "apply", "export", "snapshot", "history", "port", "import", "build", "fetch", "report", "cli",
];

/// Who may do what: a text that gives it away, and the paths below src/ that may hold it.
const RIGHTS: [(&str, &str, &[&str]); 9] = [
    ("print!", "prints", &["cli/"]),
    ("println!", "prints", &["cli/"]),
    ("eprint!", "prints", &["cli/"]),
    ("eprintln!", "prints", &["cli/"]),
    ("io::stdout", "prints", &["cli/"]),
    ("io::stderr", "prints", &["cli/"]),
    ("process::exit", "ends the program", &["cli/"]),
    ("process::Command", "starts programs", &["fetch/apt.rs", "build/", "build.rs"]),
    ("ureq::", "uses the network", &["fetch/"]),
];

#[test]
fn a_module_imports_only_what_stands_above_it() {
    let findings: Vec<String> = sources().iter().flat_map(imports).collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn only_the_command_line_prints_and_only_fetch_goes_outside() {
    let findings: Vec<String> = sources().iter().flat_map(rights).collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn every_module_has_its_place() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources were found: {}", sources.len());
    let modules: BTreeSet<&str> = sources.iter().map(Source::module).collect();
    let homeless: Vec<_> = modules
        .iter()
        .filter(|module| !LAYERS.contains(module) && !["lib", "main"].contains(module))
        .collect();
    assert!(homeless.is_empty(), "give these a place in LAYERS and in ARCHITECTURE.md: {homeless:?}");
}

/// A file below src/, and its code with all else blanked out.
struct Source {
    /// Its path below src/, with `/`.
    path: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), code: without_test_items(&without_literals(text)).0 }
    }

    /// The module of the crate that the file belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or(&self.path);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many `super::` lead from the file to the root of the crate.
    fn depth(&self) -> usize {
        let names = self.path.split('/').count();
        if self.path.ends_with("/mod.rs") { names - 1 } else { names }
    }

    fn finding(&self, offset: usize, what: &str) -> String {
        let line = self.code[..offset].matches('\n').count() + 1;
        format!("src/{}:{line}: {what}", self.path)
    }
}

/// The imports of a file that go down or sideways out of the layering.
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
                    findings
                        .push(source.finding(at, &format!("`{own}` uses `{name}`, which stands below it")));
                }
            }
        }
    }
    findings
}

/// What a file does that only others may do.
fn rights(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (sign, what, allowed) in RIGHTS {
        if allowed.iter().any(|path| source.path.starts_with(path)) {
            continue;
        }
        let (path, name) = sign.rsplit_once("::").unwrap_or(("", sign));
        let mut places: Vec<usize> = words(&source.code, sign).collect();
        if !path.is_empty() && !name.is_empty() {
            // `use std::process::{Command, Stdio}`
            let group = format!("{path}::{{");
            let grouped = words(&source.code, &group)
                .filter(|at| names(&source.code[at + path.len() + 2..]).contains(&name));
            places.extend(grouped);
        }
        for at in places {
            let mut finding = source.finding(at, what);
            let _ = write!(finding, " (`{sign}`), which is only for {}", allowed.join(", "));
            findings.push(finding);
        }
    }
    findings
}

/// Where `word` stands in `code` without being the end of a longer name.
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

/// All code below src/ but the modules that exist only for tests.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                texts.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    texts.sort();
    let mut for_tests: BTreeSet<PathBuf> = BTreeSet::new();
    for (path, text) in &texts {
        let folder = if path
            .file_name()
            .is_some_and(|name| ["mod.rs", "lib.rs", "main.rs"].iter().any(|n| name == *n))
        {
            path.parent().unwrap().to_owned()
        } else {
            path.with_extension("")
        };
        for module in without_test_items(&without_literals(text)).1 {
            for_tests.extend([folder.join(&module), folder.join(format!("{module}.rs"))]);
        }
    }
    texts
        .iter()
        .filter(|(path, _)| !path.ancestors().any(|part| for_tests.contains(part)))
        .map(|(path, text)| {
            let path = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            Source::new(&path, text)
        })
        .collect()
}

/// The text with its comments, strings and characters replaced by blanks, line for line.
fn without_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end =
            literal(&bytes[at..], at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_'));
        for byte in &mut code[at..at + end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at += end.max(1);
    }
    String::from_utf8_lossy(&code).into_owned()
}

/// The length of the comment or literal that `text` begins with; 0 when it is code.
fn literal(text: &[u8], in_word: bool) -> usize {
    let until = |start: usize, end: &[u8]| {
        text[start..]
            .windows(end.len())
            .position(|w| w == end)
            .map_or(text.len(), |at| start + at + end.len())
    };
    if text.starts_with(b"//") {
        return text.iter().position(|b| *b == b'\n').unwrap_or(text.len());
    }
    if text.starts_with(b"/*") {
        return until(2, b"*/");
    }
    if (text.starts_with(b"r") || text.starts_with(b"br")) && !in_word {
        let start = if text[0] == b'b' { 2 } else { 1 };
        let hashes = text[start..].iter().take_while(|b| **b == b'#').count();
        if text.get(start + hashes) == Some(&b'"') {
            let mut end = vec![b'"'];
            end.extend(std::iter::repeat_n(b'#', hashes));
            return until(start + hashes + 1, &end);
        }
    }
    let quoted = |quote: u8| {
        let mut at = 1;
        while at < text.len() && text[at] != quote {
            at += if text[at] == b'\\' { 2 } else { 1 };
        }
        (at + 1).min(text.len())
    };
    match text[0] {
        b'"' => quoted(b'"'),
        b'\'' if text.get(1) == Some(&b'\\') => quoted(b'\''),
        b'\'' => {
            // A lifetime has no quote behind its first character.
            let width = (1..=4).find(|width| text.get(1 + width) == Some(&b'\''));
            let one = |width: &usize| {
                std::str::from_utf8(&text[1..1 + width]).is_ok_and(|s| s.chars().count() == 1)
            };
            width.filter(one).map_or(0, |width| width + 2)
        }
        _ => 0,
    }
}

/// The code with its `#[cfg(test)]` items blanked out, and the names of the modules among them that
/// are files of their own.
fn without_test_items(code: &str) -> (String, Vec<String>) {
    let mut bytes = code.as_bytes().to_vec();
    let mut modules = Vec::new();
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let mut depth = 0;
        let mut end = code.len();
        for (offset, byte) in code.bytes().enumerate().skip(at + attribute.len()) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b';' => {}
                _ => continue,
            }
            if depth == 0 {
                end = offset + 1;
                break;
            }
        }
        let item = code[at + attribute.len()..end].trim();
        if let Some((_, module)) = item.split_once("mod ").filter(|_| item.ends_with(';')) {
            modules.push(module.trim_end_matches(';').to_owned());
        }
        for byte in &mut bytes[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    (String::from_utf8_lossy(&bytes).into_owned(), modules)
}

#[test]
fn the_scanner_finds_what_it_is_for() {
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
            "src/tree/dir.rs:3: `tree` uses `cli`, which stands below it",
            "src/tree/dir.rs:3: `tree` uses `plan`, which stands below it",
            "src/tree/dir.rs:9: `tree` uses `fetch`, which stands below it",
            "src/tree/dir.rs:8: prints (`println!`), which is only for cli/",
            "src/tree/dir.rs:21: starts programs (`process::Command`), which is only for fetch/apt.rs, build/, build.rs",
            "src/tree/dir.rs:4: starts programs (`process::Command`), which is only for fetch/apt.rs, build/, build.rs",
        ]
    );
    let source = Source::new("cli/mod.rs", text);
    assert_eq!(imports(&source), [""; 0]);
    assert_eq!(rights(&source).len(), 2);
}

#[test]
fn a_module_for_tests_that_is_a_file_is_known_by_its_name() {
    let (code, modules) = without_test_items("mod a;\n#[cfg(test)]\nmod testing;\nmod b;\n");
    assert_eq!(modules, ["testing"]);
    assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["mod", "a;", "mod", "b;"]);
}
