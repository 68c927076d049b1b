//! The functions, methods and classes of a file, by name.

use crate::syntax::c::CFile;
use crate::syntax::python::PyFile;
use crate::text::Span;

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
