//! Reads the sources of the crate: their code without comments, literals and test code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file below src/.
pub struct Source {
    /// Its path below src/, with `/`.
    pub path: String,
    /// Its code: all else is blanks, line for line.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), code: without_test_items(&without_literals(text)).0 }
    }

    /// The module of the crate that the file belongs to.
    pub fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or(&self.path);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many `super::` lead from the file to the root of the crate.
    pub fn depth(&self) -> usize {
        let names = self.path.split('/').count();
        if self.path.ends_with("/mod.rs") { names - 1 } else { names }
    }

    pub fn finding(&self, offset: usize, what: &str) -> String {
        let line = self.code[..offset].matches('\n').count() + 1;
        format!("src/{}:{line}: {what}", self.path)
    }
}

/// All files below src/ except the modules that exist only for tests.
pub fn sources() -> Vec<Source> {
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
            // A lifetime has no quote after its first character.
            let width = (1..=4).find(|width| text.get(1 + width) == Some(&b'\''));
            let one = |width: &usize| {
                std::str::from_utf8(&text[1..1 + width]).is_ok_and(|s| s.chars().count() == 1)
            };
            width.filter(one).map_or(0, |width| width + 2)
        }
        _ => 0,
    }
}

/// The code with its items for tests and the fuzzer blanked out, and the names of the modules among them that
/// are files of their own.
fn without_test_items(code: &str) -> (String, Vec<String>) {
    let mut bytes = code.as_bytes().to_vec();
    let mut modules = Vec::new();
    let attributes = ["#[cfg(test)]", "#[cfg(any(test, fuzzing))]"];
    for (at, attribute) in attributes.iter().flat_map(|attribute| code.match_indices(attribute)) {
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
    for (at, _) in code.match_indices("#[cfg_attr(test,") {
        let mut depth = 0;
        for byte in &mut bytes[at + 1..] {
            depth += match byte {
                b'[' => 1,
                b']' => -1,
                _ => 0,
            };
            if *byte != b'\n' {
                *byte = b' ';
            }
            if depth == 0 {
                break;
            }
        }
    }
    (String::from_utf8_lossy(&bytes).into_owned(), modules)
}

#[test]
fn attributes_for_tests_do_not_count() {
    let (code, _) = without_test_items("#[cfg_attr(test, a(b = c::D, e[0]))]\nstruct F;\n");
    assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["#", "struct", "F;"]);
}

#[test]
fn a_test_module_in_its_own_file_is_recognized() {
    let (code, modules) = without_test_items("mod a;\n#[cfg(test)]\nmod testing;\nmod b;\n");
    assert_eq!(modules, ["testing"]);
    assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["mod", "a;", "mod", "b;"]);
}
