//! The imports of a scope, and where new ones are put.

use super::items::{List, Match, answer};
use super::statements::require_statements;
use crate::operation::prelude::*;
use crate::syntax::python::{Definition, ImportStatement, PyFile};

/// The imports of the site's scope.
pub(super) struct Imports<'a> {
    pub site: &'a Site<'a>,
    pub all: Vec<ImportStatement>,
}

/// An import of a name: its statement, and its index among the names of that.
pub(super) type Found = (usize, usize);

impl<'a> Imports<'a> {
    /// # Errors
    /// The file cannot be parsed.
    pub(super) fn of(site: &'a Site<'a>) -> Result<Imports<'a>, Failure> {
        require_statements(site.file)?;
        Ok(Imports { site, all: site.file.python().import_statements(site.scope) })
    }

    fn python(&self) -> &'a PyFile {
        self.site.file.python()
    }

    pub(super) fn text(&self) -> &'a [u8] {
        &self.site.file.bytes
    }

    pub(super) fn list(&self, index: usize) -> List<'_> {
        List { text: self.text(), list: &self.all[index].names, is_tuple: false }
    }

    /// The statements that import from `module`.
    pub(super) fn from(&self, module: &str) -> Vec<usize> {
        let is_from = |index: &usize| {
            let from = self.all[*index].from;
            from.is_some_and(|from| self.python().is_code(from, module.trim().as_bytes()))
        };
        (0..self.all.len()).filter(is_from).collect()
    }

    /// Where a name is imported from `module`, or without a name the module itself: with or without an `as`.
    pub(super) fn find(&self, module: &str, name: Option<&str>) -> Vec<Found> {
        let statements: Vec<usize> = match name {
            Some(_) => self.from(module),
            None => (0..self.all.len()).filter(|index| self.all[*index].from.is_none()).collect(),
        };
        let wanted = name.unwrap_or(module).trim();
        let is_named = |(statement, item): &Found| {
            let span = self.all[*statement].names.items[*item].span;
            self.python().is_code(span, wanted.as_bytes()) || self.original(span) == wanted
        };
        let items =
            |statement: usize| (0..self.all[statement].names.items.len()).map(move |item| (statement, item));
        statements.into_iter().flat_map(items).filter(is_named).collect()
    }

    /// What an item imports, without its `as`.
    fn original(&self, item: Span) -> String {
        let text = String::from_utf8_lossy(item.of(self.text())).into_owned();
        text.split_once(" as ").map_or(text.clone(), |(original, _)| original.trim().to_owned())
    }

    /// Whether a statement is directly in the block of the scope.
    pub(super) fn is_plain(&self, statement: usize) -> bool {
        let place = self.all[statement].place;
        let (python, scope) = (self.python(), self.site.scope);
        python.is_directly_in(place.span.start, scope) && python.is_unconditional(place, &self.margin())
    }

    fn definition(&self) -> Option<&'a Definition> {
        let all = self.python().definitions().iter();
        all.filter(|it| it.span == self.site.scope && self.site.is_limited).min_by_key(|it| it.span.len())
    }

    /// The blanks before the statements of the scope.
    fn margin(&self) -> Vec<u8> {
        self.definition().map_or_else(Vec::new, |it| it.indent.of(self.text()).to_vec())
    }

    /// The last of the first imports of the scope: only simple statements, such as `__version__ = "1"`, and a docstring come
    /// before the first of them, and only imports after that.
    fn last_of_block(&self) -> Option<usize> {
        let (mut end, _) = self.python().body_start(self.definition())?;
        let mut last = None;
        for (index, import) in self.all.iter().enumerate().filter(|(index, _)| self.is_plain(*index)) {
            if import.place.lines.end > end {
                let gap = Span::new(end.min(import.place.lines.start), import.place.lines.start);
                let has_code = self.python().statements(gap).is_some();
                if has_code && (last.is_some() || self.python().has_blocks(gap)) || !import.place.is_alone {
                    break;
                }
            }
            end = import.place.lines.end;
            last = Some(index);
        }
        last
    }

    /// The statement as a line with the other imports of the scope, or next to that of another module.
    pub(super) fn add_line(&self, line: &str, before: Option<&str>, after: Option<&str>) -> Answer {
        let text = self.text();
        let ending = line_ending(text);
        let line = [&self.margin()[..], line.as_bytes(), ending].concat();
        let Some(other) = before.or(after) else {
            if let Some(last) = self.last_of_block() {
                let lines = self.all[last].place.lines;
                return change_at(vec![lines], vec![insert_lines(text, lines.end, &line)]);
            }
            let Some((at, _)) = self.python().body_start(self.definition()) else {
                return refused(
                    "the scope has no lines of its own to insert lines into",
                    self.site.scope.start,
                );
            };
            // After a docstring there is a blank line.
            let above = text[..at].strip_suffix(b"\n").unwrap_or_default();
            let is_after_text =
                self.definition().is_none() && matches!(above.trim_ascii_end().last(), Some(b'"' | b'\''));
            let line = if is_after_text { [ending, &line].concat() } else { line };
            return change(vec![insert_lines(text, at, &line)]);
        };
        let named: Vec<usize> = self.find(other, None).into_iter().map(|(statement, _)| statement).collect();
        let mut next: Vec<usize> = if named.is_empty() { self.from(other) } else { named };
        next.retain(|index| self.is_plain(*index));
        let matches = match (&next[..], after.is_some()) {
            // Several imports of one module: before the first, or after the last of them.
            ([.., last], true) => vec![*last],
            ([first, ..], false) => vec![*first],
            ([], _) => Vec::new(),
        };
        let rewrite = |index: usize| {
            let lines = self.all[index].place.lines;
            let at = if after.is_some() { lines.end } else { lines.start };
            Match { at: lines, rewrites: vec![insert_lines(text, at, &line)] }
        };
        let matches = matches.into_iter().map(rewrite).collect();
        answer(&named_import(other, None), Count(1), matches, &|| self.near(other, None))
    }

    /// The removal of a name, with its statement if it is the only one.
    ///
    /// # Errors
    /// The statement shares its line with others.
    pub(super) fn remove(&self, (statement, item): Found) -> Result<Vec<Rewrite>, Failure> {
        if self.all[statement].names.items.len() > 1 {
            return Ok(self.list(statement).remove(item, false));
        }
        Ok(vec![Rewrite::remove(self.own_lines(statement)?)])
    }

    /// The lines of a statement.
    ///
    /// # Errors
    /// It shares them with others.
    pub(super) fn own_lines(&self, statement: usize) -> Result<Span, Failure> {
        let place = self.all[statement].place;
        let why = "the import shares its line with other statements: `python.replace` can change it";
        if place.is_alone { Ok(place.lines) } else { Err(Failure::refused(why, place.span.start)) }
    }

    /// The names that resemble one which is not imported.
    pub(super) fn near(&self, module: &str, name: Option<&str>) -> Vec<usize> {
        let text = self.text();
        let lossy = |span: Span| (span.start, String::from_utf8_lossy(span.of(text)));
        match name {
            Some(name) => {
                let own = self.from(module);
                if own.is_empty() {
                    return nearest(module, self.all.iter().filter_map(|import| import.from).map(lossy));
                }
                let all: Vec<Span> = own
                    .iter()
                    .flat_map(|index| self.all[*index].names.items.iter().map(|item| item.span))
                    .collect();
                nearest(name, all.into_iter().map(lossy))
            }
            None => {
                let modules = self.all.iter().flat_map(|import| match import.from {
                    Some(from) => vec![from],
                    None => import.names.items.iter().map(|item| item.span).collect(),
                });
                nearest(module, modules.map(lossy))
            }
        }
    }
}

/// An import, for messages.
pub(super) fn named_import(module: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("the import of `{name}` from `{module}`"),
        None => format!("the import of `{module}`"),
    }
}

/// Checks the module and name of an import.
pub(super) fn check_import(module: &str, name: Option<&str>) -> Result<(), String> {
    let line = match name {
        Some(name) => format!("from {module} import {name}"),
        None => format!("import {module}"),
    };
    let text = line.as_bytes();
    let imports = PyFile::parse(text).import_statements(Span::new(0, text.len()));
    let is_word = |name: &str| {
        let mut words = name.split_whitespace();
        let is_name = |word: Option<&str>| {
            word.is_some_and(|word| {
                !word.is_empty()
                    && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.*".contains(&b) || b >= 0x80)
            })
        };
        is_name(words.next())
            && words.next().is_none_or(|word| word == "as" && is_name(words.next()))
            && words.next().is_none()
    };
    let is_import = matches!(imports[..], [ref one] if one.names.items.len() == 1)
        && is_word(name.unwrap_or(module))
        && is_word(module);
    ensure(is_import, "needs a `module` such as `os.path`, and as `name` one name of it")
}
