//! Modules in any of the Setup files that a build reads, under any of their names.

use super::super::cell::{Candidate, Spot, Verdict};
use super::super::judge::Judging;
use super::{Look, candidate, likeness, tried};
use crate::edit::{Outcome, Part};
use crate::modules::{SetupFile, setup_files};
use crate::patchset::operation::setup::{Add, Module as Wanted};
use crate::patchset::{Change, Edit, Operation};
use crate::syntax::python::PyFile;
use crate::syntax::setup::{Module, Section, Setup};
use crate::text::LineIndex;
use crate::tree::{TreeError, TreePath};

/// What configure leaves of Setup.stdlib.in is not known before it runs.
const STDLIB: &str = "Modules/Setup.stdlib";

/// A Setup file, read.
struct Read {
    file: SetupFile,
    text: Vec<u8>,
    setup: Setup,
}

/// A line of a Setup file.
#[derive(Clone, Copy)]
struct Line<'a> {
    read: &'a Read,
    module: &'a Module,
}

impl Line<'_> {
    fn name(&self) -> String {
        String::from_utf8_lossy(self.module.name.of(&self.read.text)).into_owned()
    }

    fn spot(&self) -> Spot {
        let line = LineIndex::new(&self.read.text).line(self.module.name.start);
        Spot { file: self.read.file.path.clone(), line }
    }

    /// Whether the build links the module statically by this line.
    fn is_static(&self) -> bool {
        self.module.enabled && self.module.section == Section::Static && !self.is_by_configure()
    }

    fn is_by_configure(&self) -> bool {
        self.read.file.made == STDLIB
    }

    fn candidate(&self, why: &str, change: Option<Change>) -> Candidate {
        candidate(&self.read.file.path, &self.read.text, &[self.module.name.start], why, change)
    }
}

/// What becomes of a module that is to be enabled or disabled; nothing where the engine's own outcome says
/// it all.
pub(in super::super) fn setup(
    judging: &Judging<'_>,
    edit: &Edit,
    change: &Change,
    part: &Part,
) -> Result<Option<Look>, TreeError> {
    let (modules, enable) = match &change.operation {
        Operation::SetupEnable(op) => (&op.modules, true),
        Operation::SetupDisable(op) => (&op.modules, false),
        _ => return Ok(None),
    };
    let Some(wanted) = modules.iter().find(|module| Some(&module.name) == part.name.as_ref()) else {
        return Ok(None);
    };
    let mut files = Vec::new();
    for file in setup_files(judging.context.tree)? {
        let Some(text) = judging.bytes(&file.path)? else { continue };
        let text = without_conditions(&text);
        let setup = Setup::parse(&text);
        files.push(Read { file, text, setup });
    }
    let search = Search { judging, edit, change, part, wanted, files: &files };
    if enable { search.enable() } else { search.disable() }
}

struct Search<'a> {
    judging: &'a Judging<'a>,
    edit: &'a Edit,
    change: &'a Change,
    part: &'a Part,
    wanted: &'a Wanted,
    files: &'a [Read],
}

impl<'a> Search<'a> {
    fn lines(&self) -> impl Iterator<Item = Line<'a>> {
        self.files.iter().flat_map(|read| read.setup.modules.iter().map(move |module| Line { read, module }))
    }

    /// The lines of the module under the names that the patchset knows.
    fn own(&self) -> Vec<Line<'a>> {
        self.lines().filter(|line| self.wanted.names().any(|name| name == line.name())).collect()
    }

    /// Whether an edit of the files that the change names can decide about a module that Setup.stdlib has
    /// a line for: makesetup takes the first rule for a module.
    fn shadow(&self, lines: &[Line<'a>]) -> Option<Line<'a>> {
        let is_own = |read: &Read| self.change.file.contains(&read.file.path);
        let first_own = self.files.iter().position(is_own).unwrap_or(self.files.len());
        let before = |line: &&Line<'a>| {
            self.files[..first_own].iter().any(|read| read.file.path == line.read.file.path)
        };
        lines.iter().filter(|line| line.is_by_configure()).find(before).copied()
    }

    fn enable(&self) -> Result<Option<Look>, TreeError> {
        let own = self.own();
        if let Some(on) = own.iter().find(|line| line.is_static()) {
            return Ok(Some(self.already(*on, None)));
        }
        if let Some(shadow) = self.shadow(&own) {
            return Ok(Some(self.shadowed(shadow, "")));
        }
        if !own.is_empty() {
            return self.by_engine();
        }
        let aliases = self.aliases()?;
        if let Some((on, why)) = aliases.iter().find(|(line, _)| line.is_static()) {
            return Ok(Some(self.already(*on, Some(why))));
        }
        let lines: Vec<Line<'a>> = aliases.iter().map(|(line, _)| *line).collect();
        if let Some(shadow) = self.shadow(&lines) {
            let why = aliases.iter().find(|(line, _)| line.spot() == shadow.spot());
            return Ok(Some(self.shadowed(shadow, why.map_or("", |(_, why)| why))));
        }
        let mut candidates = Vec::new();
        for (line, why) in &aliases {
            let change = tried(self.judging, self.edit, self.with_alias(&line.name()))?;
            candidates.push(line.candidate(why, change));
        }
        self.or_gone(candidates)
    }

    fn disable(&self) -> Result<Option<Look>, TreeError> {
        let own = self.own();
        let is_on = |line: &&Line<'a>| line.module.enabled && line.module.section != Section::Disabled;
        let in_files = |line: &&Line<'a>| self.change.file.contains(&line.read.file.path);
        if let Some(on) = own.iter().filter(is_on).find(|line| !in_files(line)) {
            let name = &self.wanted.name;
            let why = format!(
                "{} builds it; `*disabled*` and `{name}` in Modules/Setup.local, which makesetup reads first, leave it out",
                on.read.file.path
            );
            let candidates = vec![on.candidate(&why, None)];
            return Ok(Some(Look::candidates(candidates, Verdict::Lost, &why)));
        }
        if own.is_empty() { self.or_gone(Vec::new()) } else { self.by_engine() }
    }

    /// What the engine says of the part, with its line compared.
    fn by_engine(&self) -> Result<Option<Look>, TreeError> {
        let index = self.edit.changes.iter().position(|change| change == self.change);
        match (&self.part.outcome, index) {
            (Outcome::Change(places), Some(index)) => {
                self.judging.compared(self.edit, index, self.part, places).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn already(&self, line: Line<'a>, why: Option<&str>) -> Look {
        let mut reason = format!("{} links it statically", line.read.file.path);
        if let Some(why) = why {
            reason.push_str(&format!(" as `{}`: {why}", line.name()));
        }
        Look { places: vec![line.spot()], ..Look::reason(Verdict::Already, &reason) }
    }

    fn shadowed(&self, line: Line<'a>, also: &str) -> Look {
        let also = if also.is_empty() { String::new() } else { format!("{also}; ") };
        let why = format!(
            "{also}makesetup reads {STDLIB} before Modules/Setup, and the first rule for a module wins: configure with \
             MODULE_BUILDTYPE=static, or put its line into Modules/Setup.local"
        );
        Look {
            places: vec![line.spot()],
            ..Look::candidates(vec![line.candidate(&why, None)], Verdict::Lost, &why)
        }
    }

    /// Candidates, or that the module is gone: no Setup file names it, and no source of it is there.
    fn or_gone(&self, candidates: Vec<Candidate>) -> Result<Option<Look>, TreeError> {
        let name = &self.wanted.name;
        let what = format!("no line of a Setup file builds the module `{name}`");
        if !candidates.is_empty() {
            return Ok(Some(Look::candidates(candidates, Verdict::Lost, &what)));
        }
        for source in [format!("{name}.c"), format!("{name}module.c")] {
            let Ok(path) = format!("Modules/{source}").parse::<TreePath>() else { continue };
            if self.judging.bytes(&path)?.is_some() {
                return self.without_a_line(&path, &source, &what).map(Some);
            }
        }
        Ok(Some(Look::reason(Verdict::Obsolete, &format!("{what}, and its source is gone"))))
    }

    /// The module's source is there, and no line builds it: 2.4 leaves some to setup.py.
    fn without_a_line(&self, path: &TreePath, source: &str, what: &str) -> Result<Look, TreeError> {
        let name = &self.wanted.name;
        let what = format!("{what}, but {path} is there");
        let mut change = self.change.clone();
        change.operation = Operation::SetupAdd(Add { module: name.clone(), arguments: source.to_owned() });
        let change = if matches!(self.change.operation, Operation::SetupEnable(_)) {
            tried(self.judging, self.edit, change)?
        } else {
            None
        };
        let candidate = Candidate {
            places: vec![Spot { file: path.clone(), line: 0 }],
            text: format!("{name} {source}"),
            why: format!("add the line `{name} {source}`, with the libraries that it needs"),
            change: change.filter(|_| self.names_one()),
        };
        Ok(Look::candidates(vec![candidate], Verdict::Lost, &what))
    }

    /// Whether the change is about this module alone, so that another operation can take its place.
    fn names_one(&self) -> bool {
        match &self.change.operation {
            Operation::SetupEnable(op) => op.modules.len() == 1,
            _ => false,
        }
    }

    fn with_alias(&self, alias: &str) -> Change {
        let mut change = self.change.clone();
        let modules = match &mut change.operation {
            Operation::SetupEnable(op) => &mut op.modules,
            Operation::SetupDisable(op) => &mut op.modules,
            _ => return change,
        };
        for module in modules.iter_mut().filter(|module| module.name == self.wanted.name) {
            module.aliases.push(alias.to_owned());
        }
        modules.retain(|module| module.name == self.wanted.name);
        change
    }

    /// Lines that build the module under a name that the patchset does not know, and what was seen.
    ///
    /// CPython renames a module in C to `_name` when a Python module of the old name comes before it, and
    /// drops the `c` of `cPickle` then: the Python module imports the renamed one, which is what tells it
    /// from another of a similar name. A module that loses its underscore is built from a source of its name.
    fn aliases(&self) -> Result<Vec<(Line<'a>, String)>, TreeError> {
        let mut found: Vec<(Line<'a>, String)> = Vec::new();
        for line in self.lines() {
            let name = line.name();
            if plain(&name) != plain(&self.wanted.name) {
                continue;
            }
            if let Some(python) = self.imported_by(&name)? {
                found.push((line, format!("{python} imports `{name}`")));
            } else if self.wanted.name.trim_start_matches('_') == name
                || self.is_like_the_old_source(&line)?
            {
                found.push((line, format!("`{}` has become `{name}`", self.wanted.name)));
            }
        }
        Ok(found)
    }

    /// The Python module that took the old name and imports `name`.
    fn imported_by(&self, name: &str) -> Result<Option<TreePath>, TreeError> {
        let module = plain(&self.wanted.name);
        for file in [format!("Lib/{module}.py"), format!("Lib/{module}/__init__.py")] {
            let Ok(path) = file.parse::<TreePath>() else { continue };
            let Some(text) = self.judging.bytes(&path)? else { continue };
            if PyFile::parse(&text).imports().iter().any(|import| import.modules().contains(&name)) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Whether the source of a line shares most of its names with the one that the module was made from.
    fn is_like_the_old_source(&self, line: &Line<'a>) -> Result<bool, TreeError> {
        let source = line
            .module
            .arguments
            .iter()
            .map(|word| word.of(&line.read.text))
            .find(|word| word.ends_with(b".c"));
        let Some(source) = source else { return Ok(false) };
        let Ok(path) = format!("Modules/{}", String::from_utf8_lossy(source)).parse::<TreePath>() else {
            return Ok(false);
        };
        let Some(new) = self.judging.bytes(&path)? else { return Ok(false) };
        for old in
            [format!("Modules/{}.c", self.wanted.name), format!("Modules/{}module.c", self.wanted.name)]
        {
            let Ok(old) = old.parse::<TreePath>() else { continue };
            if let Some(old) = self.judging.base_bytes(&old)? {
                return Ok(likeness(&names(&old), &names(&new)) >= 0.5);
            }
        }
        Ok(false)
    }
}

/// The name that a module has for those who import it: `pickle` of `cPickle` and of `_pickle`.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches('_');
    let bare = match name.strip_prefix('c') {
        Some(rest) if rest.starts_with(|sign: char| sign.is_ascii_uppercase()) => rest,
        _ => name,
    };
    bare.to_ascii_lowercase()
}

/// The longer identifiers of a source, but for those of Python's own interface.
fn names(text: &[u8]) -> String {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let words = text.split(|b| !is_word(b)).filter(|word| word.len() >= 4 && !word.starts_with(b"Py"));
    words.map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// `@NAME@` at the beginning of a line, for which configure puts a `#` or nothing, as nothing.
fn without_conditions(text: &[u8]) -> Vec<u8> {
    let line = |line: &'_ [u8]| {
        let rest =
            line.strip_prefix(b"@").and_then(|rest| rest.iter().position(|b| *b == b'@').map(|end| end + 2));
        line[rest.unwrap_or(0)..].to_vec()
    };
    text.split_inclusive(|b| *b == b'\n').flat_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn the_name_that_is_imported() {
        for (name, is) in [
            ("cPickle", "pickle"),
            ("_pickle", "pickle"),
            ("cmath", "cmath"),
            ("_collections", "collections"),
        ] {
            assert_eq!(plain(name), is);
        }
    }
}
