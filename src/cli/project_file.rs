//! Reads pypatch.toml.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::CliError;
use crate::patchset::Complaint;
use crate::text::{listed, nearest_names};
use crate::yaml::Position;

/// The keys of a pypatch.toml.
const KEYS: [&str; 5] = ["patchsets", "pins", "snapshots", "sources", "versions"];

/// What a pypatch.toml sets. Its paths are relative to the current directory.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// The folders of patchsets.
    pub patchsets: Option<Vec<PathBuf>>,
    /// The folder of pins.
    pub pins: Option<PathBuf>,
    /// The folder of snapshots.
    pub snapshots: Option<PathBuf>,
    /// Where releases are searched.
    pub sources: Option<Vec<PathBuf>>,
    /// Sources for `matrix`.
    pub versions: Option<Vec<String>>,
}

/// The values of a key, each with its place.
type Texts<'a> = Vec<(&'a str, Range<usize>)>;

struct Reader<'a> {
    /// The file, as the user would name it.
    file: String,
    /// Its directory.
    root: &'a Path,
    text: &'a str,
    complaints: Vec<Complaint>,
}

/// Reads the contents of `file`.
///
/// # Errors
/// All mistakes in it at once.
pub(super) fn parse(file: &Path, bytes: &[u8]) -> Result<Settings, CliError> {
    let name = file.display().to_string();
    let invalid = |complaints: Vec<Complaint>| {
        let title = complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        CliError::usage(title).mistakes(complaints)
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(CliError::usage(format!("{name}: not valid UTF-8")).help("save the file as UTF-8"));
    };
    let root = file.parent().unwrap_or(Path::new(""));
    let mut reader = Reader { file: name, root, text, complaints: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.complain(error.span().unwrap_or(0..0), error.message().to_owned(), "");
    }
    // What an error hides would be reported as missing or wrong once more.
    let settings = if errors.is_empty() { reader.settings(table.get_ref()) } else { Settings::default() };
    reader.complaints.sort_by_key(|one| (one.line, one.column));
    if reader.complaints.is_empty() { Ok(settings) } else { Err(invalid(reader.complaints)) }
}

impl Reader<'_> {
    fn settings(&mut self, table: &DeTable<'_>) -> Settings {
        let mut settings = Settings::default();
        let mut all: Vec<_> = table.iter().collect();
        all.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in all {
            match key.get_ref().as_ref() {
                "patchsets" => settings.patchsets = self.list(value).map(|all| self.folders(all)),
                "pins" => settings.pins = self.one(value).and_then(|one| self.folders(vec![one]).pop()),
                // It is made by the first `snapshot accept`.
                "snapshots" => settings.snapshots = self.one(value).map(|(path, _)| self.root.join(path)),
                // A project is worked on by several people, who have other sources: what is missing is named if a release
                // is not found.
                "sources" => {
                    let all = self.list(value).unwrap_or_default();
                    settings.sources = Some(all.iter().map(|(path, _)| self.root.join(path)).collect());
                }
                "versions" => {
                    let all = self.list(value).unwrap_or_default();
                    settings.versions = Some(all.iter().map(|(text, _)| self.source(text)).collect());
                }
                other => {
                    let label = match nearest_names(other, KEYS).first() {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("known are {}", listed(&KEYS).replace(" or ", " and ")),
                    };
                    self.complain(key.span(), format!("unknown key `{other}`"), &label);
                }
            }
        }
        settings
    }

    /// A text.
    fn one<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Option<(&'v str, Range<usize>)> {
        let Some(text) = value.get_ref().as_str() else {
            self.complain(value.span(), "expected a text".to_owned(), "write it in quotes");
            return None;
        };
        if text.is_empty() {
            self.complain(value.span(), "the text is empty".to_owned(), "");
            return None;
        }
        Some((text, value.span()))
    }

    /// A list of texts, or one text.
    fn list<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Option<Texts<'v>> {
        match value.get_ref() {
            DeValue::Array(all) => Some(all.iter().filter_map(|value| self.one(value)).collect()),
            DeValue::String(_) => Some(vec![self.one(value)?]),
            _ => {
                let what = "expected a list of texts".to_owned();
                self.complain(value.span(), what, "write [\"...\", \"...\"]");
                None
            }
        }
    }

    /// Folders, which must exist.
    fn folders(&mut self, all: Texts<'_>) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for (path, span) in all {
            let folder = self.root.join(path);
            if !folder.is_dir() {
                let what = if folder.exists() { "is not a directory" } else { "does not exist" };
                let label = "make it, or correct the path, which is relative to this file";
                self.complain(span, format!("{} {what}", folder.display()), label);
            }
            folders.push(folder);
        }
        folders
    }

    /// A source: a path is relative to the file; what names a pin stays as it is.
    fn source(&self, text: &str) -> String {
        if let Some(git) = text.strip_prefix("git:") {
            return format!("git:{}", self.root.join(git).display());
        }
        let path = self.root.join(text);
        match path.exists() || text.contains('/') {
            true => path.display().to_string(),
            false => text.to_owned(),
        }
    }

    fn complain(&mut self, span: Range<usize>, what: String, label: &str) {
        let start = span.start.min(self.text.len());
        let before = self.text.get(..start).unwrap_or(self.text);
        let last = before.rsplit('\n').next().unwrap_or("");
        let at = Position { line: before.matches('\n').count() + 1, column: last.chars().count() + 1 };
        let mut complaint = Complaint::new(&self.file, self.text.as_bytes(), at, what);
        complaint.label = label.to_owned();
        let marked = self.text.get(start..span.end).and_then(|text| text.lines().next()).unwrap_or("");
        if let Some((_, length)) = &mut complaint.excerpt {
            *length = marked.chars().count().max(1);
        }
        self.complaints.push(complaint);
    }
}
