//! Reads patches: a file, a mailbox, a series of quilt, a directory.

use std::fs;
use std::path::Path;

use super::{ImportError, transfer};
use crate::regular::{self, LARGEST_DOCUMENT};

/// A patch as it was found.
#[derive(Debug, Clone)]
pub struct PatchFile {
    /// Its name, as its series or directory has it; for a mail, the number of that and its subject.
    pub name: String,
    /// How many directories `patch -p` strips, if the series says so.
    pub strip: Option<usize>,
    /// Its contents.
    pub bytes: Vec<u8>,
}

impl PatchFile {
    /// Its name without folders and suffixes.
    pub fn stem(&self) -> &str {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        without_suffix(name)
    }
}

/// The name of a patch without `.patch` and the like.
pub fn without_suffix(name: &str) -> &str {
    let suffixes = [".patch", ".diff", ".dpatch", ".mbox", ".eml"];
    suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

/// Reads the patches at `path`: those of a series (a file named `series`), of a directory (its series, or all files that end in
/// `.patch` or `.diff`, by name), of a mailbox, or the one patch that the file is.
///
/// # Errors
/// [`ImportError`] if a file cannot be read, or nothing is a patch.
pub fn read(path: &Path) -> Result<Vec<PatchFile>, ImportError> {
    if path.is_dir() {
        let series = path.join("series");
        return if series.is_file() { of_series(&series) } else { of_directory(path) };
    }
    if path.file_name().is_some_and(|name| name == "series") {
        return of_series(path);
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let bytes = contents(path)?;
    let mails = mails(&bytes);
    if mails.len() < 2 {
        return Ok(vec![PatchFile { name, strip: None, bytes: transfer::decoded(bytes) }]);
    }
    let all = mails.into_iter().enumerate().map(|(at, mail)| {
        let subject = super::Message::read(mail).why;
        let subject = subject.lines().next().unwrap_or_default();
        let bytes = transfer::decoded(mail.to_vec());
        PatchFile { name: format!("{:04}-{subject}", at + 1), strip: None, bytes }
    });
    Ok(all.collect())
}

fn contents(path: &Path) -> Result<Vec<u8>, ImportError> {
    regular::read(path, LARGEST_DOCUMENT).map_err(|source| ImportError::Io { path: path.to_owned(), source })
}

/// The mails of a mailbox; one if it is none. A mail begins with the line that `git format-patch` writes.
fn mails(bytes: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let is_commit = |word: &&[u8]| word.len() == 40 && word.iter().all(u8::is_ascii_hexdigit);
        if words.first() == Some(&&b"From"[..]) && words.get(1).is_some_and(is_commit) {
            starts.push(at);
        }
        at += line.len();
    }
    if starts.len() < 2 || starts[0] != 0 {
        return vec![bytes];
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).map(|(start, end)| &bytes[*start..end]).collect()
}

/// The patches that a file `series` names, as quilt reads it.
fn of_series(path: &Path) -> Result<Vec<PatchFile>, ImportError> {
    let text = String::from_utf8_lossy(&contents(path)?).into_owned();
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut patches = Vec::new();
    for (at, line) in text.lines().enumerate() {
        // A `#` begins a comment at the start of a word.
        let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
        let Some((name, options)) = words.split_first() else { continue };
        let wrong = |why: String| ImportError::Series { path: path.to_owned(), line: at + 1, why };
        let mut strip = None;
        for option in options {
            strip = Some(match option.strip_prefix("-p") {
                // `-pab`: the names begin with `a/` and `b/`.
                Some("ab") => 1,
                Some(level) if level.parse::<usize>().is_ok_and(|level| level < 20) => {
                    level.parse().unwrap_or(1)
                }
                _ => return Err(wrong(format!("unknown option `{option}`: only -pN is read"))),
            });
        }
        let bytes = contents(&folder.join(name))?;
        patches.push(PatchFile { name: (*name).to_owned(), strip: strip.or(Some(1)), bytes });
    }
    if patches.is_empty() { Err(ImportError::NoPatch(path.to_owned())) } else { Ok(patches) }
}

fn of_directory(path: &Path) -> Result<Vec<PatchFile>, ImportError> {
    let failed = |source| ImportError::Io { path: path.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".patch") || name.ends_with(".diff") {
            names.push(name);
        }
    }
    names.sort_unstable();
    if names.is_empty() {
        return Err(ImportError::NoPatch(path.to_owned()));
    }
    let one = |name: String| {
        let bytes = transfer::decoded(contents(&path.join(&name))?);
        Ok(PatchFile { name, strip: None, bytes })
    };
    names.into_iter().map(one).collect()
}
