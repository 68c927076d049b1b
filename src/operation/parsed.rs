//! A file of a tree, parsed in whichever formats operations ask for.

use std::cell::{Cell, OnceCell};

use crate::contents::Contents;
use crate::syntax::c::CFile;
use crate::syntax::m4::{Dialect, M4File};
use crate::syntax::makefile::Makefile;
use crate::syntax::python::PyFile;
use crate::syntax::setup::Setup;
use crate::syntax::xml::XmlFile;
use crate::text::{Span, line_number};
use crate::tree::{Location, TreePath};

/// A file of a tree. Each format is parsed once, on demand.
pub struct ParsedFile {
    /// Its path.
    pub path: TreePath,
    /// Its contents.
    pub bytes: Contents,
    /// Whether it is executable.
    pub executable: bool,
    /// Whether it is a symbolic link, whose contents are its target.
    pub is_link: bool,
    /// Whether all edits were made on it a moment ago: what they leave needs no proof then.
    pub is_own_result: bool,
    /// Whether nobody sees what is near an anchor that is not found: many anchors are only tried, and the search takes long.
    pub is_only_tried: Cell<bool>,
    makefile: OnceCell<Makefile>,
    setup: OnceCell<Setup>,
    c: OnceCell<CFile>,
    python: OnceCell<PyFile>,
    m4: OnceCell<M4File>,
    xml: OnceCell<XmlFile>,
    /// An offset and its line.
    last_line: Cell<(usize, usize)>,
}

impl ParsedFile {
    /// A file that is not parsed yet.
    pub fn new(path: TreePath, bytes: Contents, executable: bool) -> ParsedFile {
        ParsedFile {
            path,
            bytes,
            executable,
            is_link: false,
            is_own_result: false,
            is_only_tried: Cell::new(false),
            makefile: OnceCell::new(),
            setup: OnceCell::new(),
            c: OnceCell::new(),
            python: OnceCell::new(),
            m4: OnceCell::new(),
            xml: OnceCell::new(),
            last_line: Cell::new((0, 1)),
        }
    }

    /// The span of the whole file.
    pub fn span(&self) -> Span {
        Span::new(0, self.bytes.len())
    }

    /// The file as a Makefile.
    pub fn makefile(&self) -> &Makefile {
        self.makefile.get_or_init(|| Makefile::parse(&self.bytes))
    }

    /// The file in the format of Modules/Setup.
    pub fn setup(&self) -> &Setup {
        self.setup.get_or_init(|| Setup::parse(&self.bytes))
    }

    /// The file as C.
    pub fn c(&self) -> &CFile {
        self.c.get_or_init(|| CFile::parse(self.bytes.clone()))
    }

    /// The file as Python.
    pub fn python(&self) -> &PyFile {
        self.python.get_or_init(|| PyFile::parse(&self.bytes))
    }

    /// The file as m4: configure.ac; as a shell script if its name is that of no m4 source.
    pub fn m4(&self) -> &M4File {
        self.m4.get_or_init(|| M4File::parse(&self.bytes, Dialect::of_file(self.path.file_name())))
    }

    /// The file as XML.
    pub fn xml(&self) -> &XmlFile {
        self.xml.get_or_init(|| XmlFile::parse(&self.bytes))
    }

    /// The line that holds a byte offset.
    pub fn location(&self, offset: usize) -> Location {
        let offset = offset.min(self.bytes.len());
        // From the last one, as the offsets of a file often are near each other, or the same.
        let (last, mut line) = self.last_line.get();
        if last <= offset {
            line += line_number(&self.bytes[last..], offset - last) - 1;
        } else {
            line -= line_number(&self.bytes[offset..], last - offset) - 1;
        }
        self.last_line.set((offset, line));
        Location::in_line(&self.path, &self.bytes, offset, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_in_any_order_of_offsets() {
        let file = ParsedFile::new(TreePath::own("f"), Contents::from(&b"a\nbc\n\nd"[..]), false);
        let lines = [6, 0, 7, 2, 3, 5, 100, 1, 4].map(|offset| {
            let found = file.location(offset);
            assert_eq!(found, Location::of(&file.path, &file.bytes, offset));
            found.line
        });
        assert_eq!(lines, [4, 1, 4, 2, 2, 3, 4, 1, 2]);
    }
}
