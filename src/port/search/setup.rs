//! Searches for modules in every Setup file that a build reads, under any of their names.

use super::elsewhere::if_gone;
use super::likeness::likeness;
use crate::contents::Contents;
use crate::edit::Outcome;
use crate::operation::{Anchor, Module as Wanted, Operation, setup};
use crate::patchset::Change;
use crate::port::cell::{Candidate, Verdict};
use crate::port::compare::compare;
use crate::port::finding::{Finding, candidate};
use crate::port::judging::{JudgedPart, ReadSetup};
use crate::syntax::python::PyFile;
use crate::syntax::setup::{Module, Section, Setup};
use crate::tree::{Location, TreeError, TreePath};

/// configure generates it from Setup.stdlib.in, so its contents are not known in advance.
const STDLIB: &str = "Modules/Setup.stdlib";

/// A line of a Setup file.
#[derive(Clone, Copy)]
struct Line<'a> {
    read: &'a ReadSetup,
    module: &'a Module,
}

impl Line<'_> {
    fn name(&self) -> String {
        String::from_utf8_lossy(self.module.name.of(&self.read.text)).into_owned()
    }

    fn location(&self) -> Location {
        Location::of(&self.read.file.path, &self.read.text, self.module.name.start)
    }

    /// Whether this line links the module statically.
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

/// Judges a module that is to be enabled or disabled; `None` if the outcome of the part decides.
pub(in crate::port) fn module(
    judged: JudgedPart<'_>,
    modules: &[Wanted],
    enable: bool,
) -> Result<Option<Finding>, TreeError> {
    let JudgedPart { judging, part, .. } = judged;
    let Some(wanted) = modules.iter().find(|module| Some(&module.name) == part.name.as_ref()) else {
        return Ok(None);
    };
    let files = judging.setup_files(|file, text| {
        let text = without_conditions(text);
        ReadSetup { file, setup: Setup::parse(&text), text }
    })?;
    let search = Search { judged, modules, enable, wanted, files };
    if enable { search.enable() } else { search.disable() }
}

struct Search<'a> {
    judged: JudgedPart<'a>,
    /// All modules of the change.
    modules: &'a [Wanted],
    /// True to enable them, false to disable them.
    enable: bool,
    /// The module of the part.
    wanted: &'a Wanted,
    files: &'a [ReadSetup],
}

impl<'a> Search<'a> {
    fn lines(&self) -> impl Iterator<Item = Line<'a>> {
        self.files.iter().flat_map(|read| read.setup.modules.iter().map(move |module| Line { read, module }))
    }

    /// The lines of the module under the names that the patchset knows.
    fn own(&self) -> Vec<Line<'a>> {
        self.lines().filter(|line| self.wanted.names().any(|name| name == line.name())).collect()
    }

    /// The line of Setup.stdlib that precedes the files of the change: makesetup takes the first rule for a module.
    fn shadow(&self, lines: &[Line<'a>]) -> Option<Line<'a>> {
        let is_own = |read: &ReadSetup| self.judged.change.file.contains(&read.file.path);
        let first_own = self.files.iter().position(is_own).unwrap_or(self.files.len());
        let before = |line: &&Line<'a>| {
            self.files[..first_own].iter().any(|read| read.file.path == line.read.file.path)
        };
        lines.iter().filter(|line| line.is_by_configure()).find(before).copied()
    }

    fn enable(&self) -> Result<Option<Finding>, TreeError> {
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
            let why = aliases.iter().find(|(line, _)| line.location() == shadow.location());
            return Ok(Some(self.shadowed(shadow, why.map_or("", |(_, why)| why))));
        }
        let mut candidates = Vec::new();
        for (line, why) in &aliases {
            let change = self.judged.tried(self.with_alias(&line.name()))?;
            candidates.push(line.candidate(why, change));
        }
        self.or_gone(candidates)
    }

    fn disable(&self) -> Result<Option<Finding>, TreeError> {
        let own = self.own();
        let is_on = |line: &&Line<'a>| line.module.enabled && line.module.section != Section::Disabled;
        let in_files = |line: &&Line<'a>| self.judged.change.file.contains(&line.read.file.path);
        if let Some(on) = own.iter().filter(is_on).find(|line| !in_files(line)) {
            let name = &self.wanted.name;
            let why = format!(
                "{} builds it; `*disabled*` and `{name}` in Modules/Setup.local, which makesetup reads first, leave it out",
                on.read.file.path
            );
            let candidates = vec![on.candidate(&why, None)];
            return Ok(Some(Finding::candidates(candidates, Verdict::Lost, &why)));
        }
        if own.is_empty() { self.or_gone(Vec::new()) } else { self.by_engine() }
    }

    /// The outcome of the part, with its line compared.
    fn by_engine(&self) -> Result<Option<Finding>, TreeError> {
        let Outcome::Change(places) = &self.judged.part.outcome else { return Ok(None) };
        compare(self.judged, places).map(Some)
    }

    fn already(&self, line: Line<'a>, why: Option<&str>) -> Finding {
        let mut reason = format!("{} links it statically", line.read.file.path);
        if let Some(why) = why {
            reason.push_str(&format!(" as `{}`: {why}", line.name()));
        }
        Finding { places: vec![line.location()], ..Finding::reason(Verdict::Already, &reason) }
    }

    fn shadowed(&self, line: Line<'a>, also: &str) -> Finding {
        let also = if also.is_empty() { String::new() } else { format!("{also}; ") };
        let why = format!(
            "{also}makesetup reads {STDLIB} before Modules/Setup, and the first rule for a module wins: configure with \
             MODULE_BUILDTYPE=static, or put its line into Modules/Setup.local"
        );
        Finding {
            places: vec![line.location()],
            ..Finding::candidates(vec![line.candidate(&why, None)], Verdict::Lost, &why)
        }
    }

    /// The candidates, if any. Otherwise the module is obsolete, unless its source exists.
    fn or_gone(&self, candidates: Vec<Candidate>) -> Result<Option<Finding>, TreeError> {
        let name = &self.wanted.name;
        let what = format!("no line of a Setup file builds the module `{name}`");
        if !candidates.is_empty() {
            return Ok(Some(Finding::candidates(candidates, Verdict::Lost, &what)));
        }
        let sources = [format!("{name}.c"), format!("{name}module.c")];
        for source in &sources {
            if let Some((path, _)) = self.file(&format!("Modules/{source}"))? {
                return self.without_a_line(&path, source, &what).map(Some);
            }
        }
        let gone = Finding::reason(Verdict::Obsolete, &format!("{what}, and its source is gone"));
        let mut gone = if_gone(self.judged.judging, &self.judged.part.file, vec![name.clone()], gone)?;
        if let Some(evidence) = &mut gone.evidence {
            evidence.no_files =
                sources.iter().filter_map(|source| format!("Modules/{source}").parse().ok()).collect();
        }
        Ok(Some(gone))
    }

    /// The module's source exists, and no line builds it: 2.4 leaves some modules to setup.py.
    fn without_a_line(&self, path: &TreePath, source: &str, what: &str) -> Result<Finding, TreeError> {
        let name = &self.wanted.name;
        let what = format!("{what}, but {path} exists");
        let operation = Operation::SetupAdd(setup::Add {
            module: name.clone(),
            arguments: Some(source.to_owned()),
            ..setup::Add::default()
        });
        // Another operation can replace the change only if it is about this module alone.
        let add =
            (self.enable && self.modules.len() == 1).then(|| self.judged.change.with_operation(operation));
        let change = self.judged.tried(add)?;
        let candidate = Candidate {
            places: vec![Location::whole(path)],
            text: format!("{name} {source}"),
            why: format!("add the line `{name} {source}`, with the libraries that it needs"),
            can_be_taken: change.is_some(),
            change,
            instead: None,
        };
        Ok(Finding::candidates(vec![candidate], Verdict::Lost, &what))
    }

    /// The change of this module alone, with another alias.
    fn with_alias(&self, alias: &str) -> Option<Change> {
        let mut module = self.wanted.clone();
        module.aliases.push(alias.to_owned());
        self.judged.moved(Anchor::Modules { modules: vec![module], enable: self.enable })
    }

    /// Lines that build the module under a name that the patchset does not know, each with the reason.
    ///
    /// When a Python module takes the name of a C module, CPython renames the C module to `_name`, without the `c` of
    /// `cPickle`. The Python module imports it, which distinguishes it from modules of a similar name. A module that loses
    /// its underscore is built from a source of its name.
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

    /// A file of the tree.
    fn file(&self, path: &str) -> Result<Option<(TreePath, Contents)>, TreeError> {
        let Ok(path) = path.parse::<TreePath>() else { return Ok(None) };
        Ok(self.judged.judging.contents(&path)?.map(|text| (path, text)))
    }

    /// The Python module of the old name, if it imports `name`.
    fn imported_by(&self, name: &str) -> Result<Option<TreePath>, TreeError> {
        let module = plain(&self.wanted.name);
        for file in [format!("Lib/{module}.py"), format!("Lib/{module}/__init__.py")] {
            let Some((path, text)) = self.file(&file)? else { continue };
            if PyFile::parse(&text).imports().iter().any(|import| import.modules().contains(&name)) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Whether the source of a line shares most of its names with the one that the module was built from.
    fn is_like_the_old_source(&self, line: &Line<'a>) -> Result<bool, TreeError> {
        let mut words = line.module.arguments.iter().map(|word| word.of(&line.read.text));
        let Some(source) = words.find(|word| word.ends_with(b".c")) else { return Ok(false) };
        let source = format!("Modules/{}", String::from_utf8_lossy(source));
        let Some((_, new)) = self.file(&source)? else { return Ok(false) };
        let name = &self.wanted.name;
        for old in [format!("Modules/{name}.c"), format!("Modules/{name}module.c")] {
            let Ok(old) = old.parse::<TreePath>() else { continue };
            if let Some(old) = self.judged.judging.base_bytes(&old)? {
                return Ok(likeness(&names(&old), &names(&new)) >= 0.5);
            }
        }
        Ok(false)
    }
}

/// The name by which programs import a module: `pickle` for `cPickle` and `_pickle`.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches('_');
    let bare = match name.strip_prefix('c') {
        Some(rest) if rest.starts_with(|sign: char| sign.is_ascii_uppercase()) => rest,
        _ => name,
    };
    bare.to_ascii_lowercase()
}

/// The longer identifiers of a source, except those of Python's own interface.
fn names(text: &[u8]) -> String {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let words = text.split(|b| !is_word(b)).filter(|word| word.len() >= 4 && !word.starts_with(b"Py"));
    words.map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// The text without `@NAME@` at the beginning of lines, which configure replaces by a `#` or nothing.
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
    fn the_plain_name_of_a_module_is_its_import_name() {
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
