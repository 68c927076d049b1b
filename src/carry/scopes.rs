//! The functions, methods and classes of a file, by name.

use std::ops::Range;

use crate::syntax::c::CFile;
use crate::syntax::python::{Definition, PyFile};
use crate::text::{Span, lines};

/// The named scopes of a file.
pub(crate) enum Scopes {
    /// Those of Python, by their dotted names.
    Python(Box<PyFile>),
    /// The functions of C.
    C(Box<CFile>),
}

impl Scopes {
    /// The scopes of a file of this name; `None` if it is in another language.
    pub fn of(name: &str, bytes: &[u8]) -> Option<Scopes> {
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "py" => Some(Scopes::Python(Box::new(PyFile::parse(bytes.to_vec())))),
            "c" => Some(Scopes::C(Box::new(CFile::parse(bytes.to_vec())))),
            _ => None,
        }
    }

    /// The name and the place of the innermost scope around a byte.
    pub fn at(&self, offset: usize) -> Option<(String, Span)> {
        let is_around = |span: Span| span.start <= offset && offset < span.end;
        self.all().into_iter().filter(|(_, span)| is_around(*span)).min_by_key(|(_, span)| span.len())
    }

    /// The name of the innermost scope around a line that begins at a byte. A definition that begins with the line, or with
    /// decorators above it, is not around it.
    pub fn around(&self, line: usize) -> Option<String> {
        match self {
            Scopes::Python(file) => {
                let around =
                    file.definitions().iter().filter(|one| one.name_span.end <= line && line < one.span.end);
                around.min_by_key(|one| one.span.len()).map(|one| one.path.clone())
            }
            Scopes::C(_) => self.at(line).filter(|(_, span)| span.start < line).map(|(name, _)| name),
        }
    }

    /// The place of the first scope with this name.
    pub fn find(&self, name: &str) -> Option<Span> {
        self.all().into_iter().find(|(known, _)| known == name).map(|(_, span)| span)
    }

    /// The names and places of all.
    pub fn all(&self) -> Vec<(String, Span)> {
        match self {
            Scopes::Python(file) => {
                file.definitions().iter().map(|one| (one.path.clone(), one.span)).collect()
            }
            Scopes::C(file) => file.functions().iter().map(|one| (one.name.clone(), one.span())).collect(),
        }
    }
}

/// The functions, methods and classes of a file of Python as ranges of its lines. Blank lines and comments after the last statement are
/// not in them.
pub(super) struct Outline {
    /// All, by their dotted names.
    pub scopes: Vec<(String, Range<usize>)>,
}

impl Outline {
    /// Those of a file of this name; none if it is in another language.
    pub fn of(name: &str, bytes: &[u8]) -> Outline {
        let Some(Scopes::Python(file)) = Scopes::of(name, bytes) else {
            return Outline { scopes: Vec::new() };
        };
        let starts: Vec<usize> = lines(bytes).map(|line| line.start).collect();
        let line = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1);
        let range = |one: &Definition| line(one.span.start)..line(one.append_at.saturating_sub(1)) + 1;
        let scopes = file.definitions().iter().map(|one| (one.path.clone(), range(one))).collect();
        Outline { scopes }
    }

    /// The lines of the only one with this name.
    pub fn only(&self, name: &str) -> Option<Range<usize>> {
        let mut all = self.scopes.iter().filter(|(known, _)| known == name);
        let (_, lines) = all.next()?;
        all.next().is_none().then(|| lines.clone())
    }
}
