//! `setup.replace`.

use super::module_line::{CONTINUED, DEFINITION, has_arguments, lines_of, no_line, one_line, rewritten};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::{Module as Line, Setup};

arguments! {
    /// `setup.replace`: replaces the line of a module, which may give it another name, or the line that begins a section. The
    /// comment at the end of the line stays.
    ///
    /// It refuses a line for a module that has one already. A line that was a comment is enabled.
    ///
    /// ```yaml
    /// file: Modules/Setup.bootstrap.in
    /// setup.replace: {module: posix, with: os2 posixmodule.c}
    /// ```
    /// ```diff
    ///  faulthandler faulthandler.c
    /// -posix posixmodule.c
    /// +os2 posixmodule.c
    ///  _signal signalmodule.c
    /// ```
    /// ```yaml
    /// file: Modules/Setup.stdlib.in
    /// setup.replace: {section: '*@MODULE_BUILDTYPE@*', with: '*static*'}
    /// ```
    /// ```diff
    /// -*@MODULE_BUILDTYPE@*
    /// +*static*
    ///  @MODULE_ARRAY_TRUE@array arraymodule.c
    /// ```
    one_of(module, section)
    pub struct Replace {
        /// The module.
        module: Option<String>,
        /// The line that begins a section, as it is written.
        section: Option<String>,
        /// The new line. The `@MODULE_X_TRUE@` before the name stays, unless the new line has another one.
        with: String,
    }
}

/// The line of a module in a text of one line.
fn parsed(with: &[u8]) -> Option<Line> {
    let mut modules = Setup::parse(with).modules;
    let line = modules.pop_if(|line| modules_are_all(line, with))?;
    modules.is_empty().then_some(line)
}

fn modules_are_all(line: &Line, with: &[u8]) -> bool {
    line.enabled && line.start() == 0 && line.line.end == with.len()
}

impl Operate for Replace {
    fn describe(&self) -> Description<'_> {
        Description::new(match (&self.module, &self.section) {
            (Some(module), _) => Anchor::ModuleLine(module.clone()),
            (None, section) => Anchor::Text(section.clone().unwrap_or_default()),
        })
        .compared(Compared::LogicalLine)
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        match anchor {
            Anchor::ModuleLine(module) => (self.module, self.section) = (Some(module), None),
            Anchor::Text(section) => (self.module, self.section) = (None, Some(section)),
            _ => return false,
        }
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(self.module.is_some() != self.section.is_some(), "needs either `module` or `section`")?;
        let with = self.with.trim().as_bytes();
        match &self.module {
            Some(_) => ensure(parsed(with).is_some(), "needs the line of one module as `with`"),
            None => ensure(
                Setup::parse(with).markers.iter().any(|marker| marker.code.len() == with.len()),
                "needs a line such as `*static*` as `with`",
            ),
        }
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let with = self.with.trim();
        let Some(module) = &self.module else {
            return replace_section(file, self.section.as_deref().unwrap_or_default(), with);
        };
        if with.contains('=') {
            return Err(Failure::fault(DEFINITION));
        }
        let new = parsed(with.as_bytes()).ok_or_else(|| Failure::fault("has a `with` that is not a line"))?;
        let name = String::from_utf8_lossy(new.name.of(with.as_bytes())).into_owned();
        let (wanted, is_renamed) = (Module::plain(module.clone()), name != *module);
        let own = lines_of(file, &Module::plain(name.clone()));
        let condition = new.condition.map(|span| span.of(with.as_bytes()));
        let is_done = |line: &&&Line| {
            line.enabled
                && has_arguments(text, line, &with[new.name.end..])
                && condition.is_none_or(|wanted| line.condition.map(|span| span.of(text)) == Some(wanted))
        };
        let done = own.iter().find(is_done);
        let old = lines_of(file, &wanted);
        // An old line that is commented out may stay next to the one that was replaced.
        let is_gone = is_renamed && old.iter().all(|line| !line.enabled);
        match done {
            Some(done) if is_gone || !is_renamed && !old.is_empty() => return already(done.name.start),
            _ if old.is_empty() => return Err(no_line(file, &wanted)),
            Some(_) | None => {}
        }
        if let Some(other) = own.iter().find(|line| is_renamed && line.enabled) {
            return refused(format!("`{name}` has a line already"), other.name.start);
        }
        let line = one_line(file, &wanted)?;
        if !line.enabled && line.continues {
            return refused(CONTINUED, line.name.start);
        }
        let (start, kept) = match condition {
            Some(_) => (line.start(), 0),
            None => (line.name.start, new.name.start),
        };
        change(rewritten(text, line, start, &with[kept..]))
    }
}

fn replace_section(file: &ParsedFile, old: &str, with: &str) -> Answer {
    let (text, markers) = (&file.bytes, &file.setup().markers);
    let called = |name: &str| -> Vec<Span> {
        let codes = markers.iter().map(|marker| marker.code);
        codes.filter(|code| code.of(text) == name.as_bytes()).collect()
    };
    match called(old)[..] {
        [code] => change(vec![Rewrite::replace(code, with)]),
        [] => {
            let miss = Miss::new(format!("no line is `{old}`"));
            let mut miss = miss.near(markers.iter().map(|marker| marker.code.start));
            miss.results = called(with).iter().map(|code| code.start).collect();
            Err(miss.into())
        }
        ref several => {
            let what = format!("{} lines are `{old}`", several.len());
            Err(Failure::ambiguous(what, several.iter().map(|code| code.start)))
        }
    }
}
