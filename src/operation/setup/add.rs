//! `setup.add`.

use super::module_line::{DEFINITION, above_comments, has_arguments, lines_of, one_line, section_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::{Section, Setup, section};

arguments! {
    /// `setup.add`: adds the line of a module: of a static one at the end of the file, unless a place is given.
    ///
    /// It refuses a module that is already built from other arguments, which `setup.set` replaces, arguments after `*disabled*`, and
    /// a last line that is continued.
    ///
    /// ```yaml
    /// file: Modules/Setup.local
    /// setup.add: {module: yod, arguments: yodmodule.c -lyod}
    /// ```
    /// ```diff
    ///  # Edit this file for local setup changes
    /// +yod yodmodule.c -lyod
    /// ```
    /// ```yaml
    /// file: Modules/Setup.stdlib.in
    /// setup.add: {module: _device, arguments: device.c, condition: '@MODULE__DEVICE_TRUE@', after: array}
    /// ```
    /// ```diff
    ///  *@MODULE_BUILDTYPE@*
    ///  @MODULE_ARRAY_TRUE@array arraymodule.c
    /// +@MODULE__DEVICE_TRUE@_device device.c
    ///  @MODULE__ASYNCIO_TRUE@_asyncio _asynciomodule.c
    /// ```
    pub struct Add {
        /// The module's name.
        module: String,
        /// Sources, options and libraries: `foo.c -lm`. After `*disabled*` there are none.
        arguments: Option<String>,
        /// What configure replaces by `#` or nothing, directly before the name: `'@MODULE_FOO_TRUE@'`.
        condition: Option<String>,
        /// The module above whose line, and the comment lines that belong to it, the new line is put.
        before: Option<String>,
        /// The module below whose line the new one is put.
        after: Option<String>,
        /// The section at whose end the line is put: `'*static*'`, `'*shared*'` or `'*disabled*'`. The last one of that name
        /// counts; a file without one gets it at its end.
        section: Option<String>,
    }
}

/// Where a line goes.
struct Place {
    at: usize,
    section: Section,
    /// Whether the line that begins the section is missing there.
    lacks_marker: bool,
}

impl Add {
    fn other(&self) -> Option<&String> {
        self.before.as_ref().or(self.after.as_ref())
    }

    fn has_arguments(&self) -> bool {
        self.arguments.as_ref().is_some_and(|words| !words.trim().is_empty())
    }

    fn wanted_section(&self) -> Section {
        let named = self.section.as_ref().and_then(|name| section(name.as_bytes()));
        named.unwrap_or_default()
    }

    fn place(&self, file: &ParsedFile) -> Result<Place, Failure> {
        let (setup, text) = (file.setup(), &file.bytes);
        if let Some(other) = self.other() {
            let line = one_line(file, &Module::plain(other.clone()))?;
            let (at, section) = (line.line.end, line.section);
            let at = if self.before.is_some() { above_comments(file, line.line) } else { at };
            return Ok(Place { at, section, lacks_marker: false });
        }
        let section = self.wanted_section();
        let end = self.section.as_ref().map(|_| end_of(setup, section, text.len()));
        let end = end.unwrap_or((setup.last_section == section).then_some(text.len()));
        Ok(Place { at: end.unwrap_or(text.len()), section, lacks_marker: end.is_none() })
    }
}

impl Operate for Add {
    fn describe(&self) -> Description<'_> {
        Description::new(match self.other() {
            Some(other) => Anchor::ModuleLine(other.clone()),
            None => Anchor::End,
        })
        .label(self.module.clone())
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::ModuleLine(name) = anchor else { return false };
        match (&mut self.before, &mut self.after) {
            (Some(other), _) | (None, Some(other)) => *other = name,
            (None, None) => return false,
        }
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let places = [&self.before, &self.after, &self.section];
        ensure(places.iter().filter(|one| one.is_some()).count() < 2, "has more than one place")?;
        let name = self.section.as_deref().unwrap_or("*static*");
        let is_known = ["*static*", "*shared*", "*disabled*"].contains(&name);
        ensure(is_known, "needs `*static*`, `*shared*` or `*disabled*` as `section`")?;
        if self.other().is_none() {
            let needed = self.wanted_section() != Section::Disabled;
            ensure(self.has_arguments() || !needed, "needs `arguments`")?;
            ensure(
                !self.has_arguments() || needed,
                "has `arguments`, but after `*disabled*` only names count",
            )?;
        }
        let is_condition = |text: &str| {
            let name = text.strip_prefix('@').and_then(|rest| rest.strip_suffix('@'));
            name.is_some_and(|name| {
                !name.is_empty() && !name.contains(|c: char| c == '@' || c.is_whitespace())
            })
        };
        ensure(
            self.condition.as_deref().is_none_or(is_condition),
            "needs a `condition` such as `@MODULE_FOO_TRUE@`",
        )
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (setup, text) = (site.file.setup(), &site.file.bytes);
        let arguments = self.arguments.as_deref().unwrap_or_default();
        if arguments.contains('=') {
            return Err(Failure::fault(DEFINITION));
        }
        let place = self.place(site.file);
        let lines = lines_of(site.file, &Module::plain(self.module.clone()));
        if let Some(line) = lines.into_iter().find(|line| line.enabled) {
            let module = &self.module;
            let wanted = place.as_ref().map_or(line.section, |place| place.section);
            let condition = line.condition.map_or(&b""[..], |span| span.of(text));
            let is_same = condition == self.condition.as_deref().unwrap_or_default().as_bytes();
            let why = match section_name(line.section) {
                Some(section) if line.section != wanted => format!("`{module}` is listed after `{section}`"),
                None if line.section != wanted => format!("`{module}` is linked statically"),
                _ if !has_arguments(text, line, arguments) => {
                    format!("`{module}` is built from other arguments")
                }
                _ if is_same => return already(line.name.start),
                _ => format!("the line of `{module}` has another condition; `setup.replace` changes it"),
            };
            return refused(why, line.name.start);
        }
        let Place { at, section, lacks_marker } = place?;
        match (section, self.has_arguments()) {
            (Section::Disabled, true) => {
                let why = "it would be after `*disabled*`, where makesetup reads only names: leave out `arguments` to disable the module, or name another place to build it";
                return refused(why, at);
            }
            (Section::Static | Section::Shared, false) => {
                return refused("it would be built there from no source: it needs `arguments`", at);
            }
            (Section::Disabled, false) | (Section::Static | Section::Shared, true) => {}
        }
        if setup.continues && at == text.len() {
            return refused("the last line is continued, and would include the new one", text.len());
        }
        let marker = match &self.section {
            _ if !lacks_marker => String::new(),
            Some(name) => format!("{name}\n"),
            None => "*static*\n".to_owned(),
        };
        let condition = self.condition.as_deref().unwrap_or_default();
        let line = format!("{marker}{condition}{} {arguments}", self.module);
        change(vec![insert_lines(text, at, &as_lines(line.trim_end().as_bytes(), line_ending(text)))])
    }
}

/// The end of the last section of this kind: that of the file, or after its last line; `None` if there is none. The
/// beginning of a file is one only if lines are there.
fn end_of(setup: &Setup, section: Section, len: usize) -> Option<usize> {
    let markers = setup.markers.iter().map(|marker| (marker.line.end, marker.section));
    let starts: Vec<_> = std::iter::once((0, Some(Section::Static))).chain(markers).collect();
    let index = starts.iter().rposition(|(_, kind)| *kind == Some(section))?;
    let Some(next) = setup.markers.get(index) else { return Some(len) };
    let start = starts[index].0;
    let modules = setup.modules.iter().map(|module| module.line);
    let lines = modules.chain(setup.variables.iter().map(|variable| variable.line));
    let last = lines.filter(|line| start <= line.start && line.end <= next.line.start).map(|line| line.end);
    last.max().or((index > 0).then_some(start))
}
