//! Whether each edit is still in the function, class or method that it was in.

use crate::merge::{Kind, Merge, Versions};
use crate::syntax::c::CFile;
use crate::syntax::python::PyFile;

use super::check::Sides;

/// The named scopes of a file.
enum Scopes {
    Python(Box<PyFile>),
    C(Box<CFile>),
}

impl Scopes {
    fn of(name: &str, bytes: &[u8]) -> Option<Scopes> {
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "py" => Some(Scopes::Python(Box::new(PyFile::parse(bytes.to_vec())))),
            "c" => Some(Scopes::C(Box::new(CFile::parse(bytes.to_vec())))),
            _ => None,
        }
    }

    /// The name of the innermost scope around a byte.
    fn at(&self, offset: usize) -> Option<String> {
        match self {
            Scopes::Python(file) => {
                let around =
                    file.definitions().iter().filter(|one| one.span.start <= offset && offset < one.span.end);
                around.min_by_key(|one| one.span.len()).map(|one| one.path.clone())
            }
            Scopes::C(file) => {
                let all = file.functions().iter();
                all.filter(|one| one.span().start <= offset && offset < one.span().end)
                    .map(|one| one.name.clone())
                    .next()
            }
        }
    }

    /// Whether a scope of this name exists.
    fn has(&self, name: &str) -> bool {
        match self {
            Scopes::Python(file) => file.definitions().iter().any(|one| one.path == name),
            Scopes::C(file) => file.functions().iter().any(|one| one.name == name),
        }
    }
}

/// The scope that an edit left, though the new version still has it.
pub(super) fn changed(name: &str, versions: &Versions, merge: &Merge, sides: &Sides<'_>) -> Option<String> {
    let (ours, result) = (Scopes::of(name, sides.ours)?, Scopes::of(name, sides.result)?);
    let starts = |bytes: &[u8]| -> Vec<usize> { crate::text::lines(bytes).map(|line| line.start).collect() };
    let (our_starts, starts) = (starts(sides.ours), starts(sides.result));
    // How many lines the edits before have added to the result.
    let mut shift = 0_isize;
    for edit in &merge.edits {
        let is_made = !matches!(edit.kind, Kind::Already | Kind::Conflict);
        let at = edit.theirs.start.checked_add_signed(shift)?;
        if is_made {
            shift += edit.with.len() as isize - edit.theirs.len() as isize;
        }
        // An edit whose lines, or both of whose neighbours, are unchanged is where they are.
        if !matches!(edit.kind, Kind::TouchBefore | Kind::TouchAfter | Kind::Gap) {
            continue;
        }
        // The first line that says something.
        let new = &versions.ours[edit.ours.clone()];
        let Some(first) = new.iter().position(|line| !line.is_blank()) else { continue };
        let (Some(old), Some(new)) = (our_starts.get(edit.ours.start + first), starts.get(at + first)) else {
            continue;
        };
        let (old, new) = (ours.at(*old), result.at(*new));
        if let Some(old) = old
            && new.as_ref() != Some(&old)
            && result.has(&old)
        {
            let new = new.map_or_else(|| "no function".to_owned(), |new| format!("`{new}`"));
            return Some(format!("the change is in {new} instead of `{old}`"));
        }
    }
    None
}
