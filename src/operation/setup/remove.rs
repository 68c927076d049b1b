//! `setup.remove`.

use super::module_line::above_comments;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{gone_by_name, with_blank_lines};
use crate::text::distance;

arguments! {
    /// `setup.remove`: removes the lines of a module or of a variable, those in comments too, or the line that begins a section.
    ///
    /// Where a similar name is left, the module is missing, not already removed. A section that begins several times is ambiguous.
    ///
    /// ```yaml
    /// file: Modules/Setup.stdlib.in
    /// setup.remove: {module: nis}
    /// ```
    /// ```diff
    ///  @MODULE_MMAP_TRUE@mmap mmapmodule.c
    /// -@MODULE_NIS_TRUE@nis nismodule.c
    ///  @MODULE_RESOURCE_TRUE@resource resource.c
    /// ```
    /// ```yaml
    /// file: Modules/Setup.dist
    /// setup.remove: {module: crypt, comment: true}
    /// ```
    /// ```diff
    ///  nis nismodule.c
    /// -# needs -lcrypt on some systems
    /// -#crypt cryptmodule.c -lcrypt
    ///  #syslog syslogmodule.c
    /// ```
    one_of(module, variable, section)
    pub struct Remove {
        /// The module.
        module: Option<String>,
        /// The variable.
        variable: Option<String>,
        /// The line that begins a section, as it is written: `'*shared*'`.
        section: Option<String>,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
    }
}

impl Remove {
    fn name(&self) -> &str {
        let name = self.module.as_ref().or(self.variable.as_ref()).or(self.section.as_ref());
        name.map_or("", String::as_str)
    }
}

impl Operate for Remove {
    fn describe(&self) -> Description<'_> {
        let name = self.name().to_owned();
        Description::new(match (&self.module, &self.variable) {
            (Some(_), _) => Anchor::ModuleLine(name),
            (None, Some(_)) => Anchor::Variable(name),
            (None, None) => Anchor::Text(name),
        })
        .compared(Compared::LogicalLine)
        .label(self.name())
        .removes()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        match (anchor, &mut self.module, &mut self.variable) {
            (Anchor::ModuleLine(name), Some(own), _) | (Anchor::Variable(name), None, Some(own)) => {
                *own = name;
            }
            _ => return false,
        }
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let all = [&self.module, &self.variable, &self.section];
        let given = all.iter().filter(|one| one.as_ref().is_some_and(|name| !name.trim().is_empty())).count();
        ensure(given == 1, "needs one of `module`, `variable` and `section`")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let setup = file.setup();
        // Each with its name and its line.
        let all: Vec<(Span, Span)> = match (&self.module, &self.variable) {
            (Some(_), _) => setup.modules.iter().map(|one| (one.name, one.line)).collect(),
            (None, Some(_)) => setup.variables.iter().map(|one| (one.name, one.line)).collect(),
            (None, None) => setup.markers.iter().map(|one| (one.code, one.line)).collect(),
        };
        let is_called = |(name, _): &&(Span, Span)| name.of(text) == self.name().as_bytes();
        let found: Vec<&(Span, Span)> = all.iter().filter(is_called).collect();
        if found.is_empty() {
            let is_similar =
                |name: &Span| distance(&String::from_utf8_lossy(name.of(text)), self.name()) == 1;
            let near = all.iter().map(|(name, _)| *name).filter(is_similar);
            return gone_by_name(site, &format!("`{}`", self.name()), near.map(|name| name.start).collect());
        }
        if self.section.is_some() && found.len() > 1 {
            let what = format!("{} lines are `{}`", found.len(), self.name());
            return Err(Failure::ambiguous(what, found.iter().map(|(name, _)| name.start)));
        }
        let mut spans: Vec<Span> = Vec::new();
        for (_, line) in &found {
            let start = if self.comment { above_comments(file, *line) } else { line.start };
            match spans.last_mut() {
                Some(last) if last.end == start => last.end = line.end,
                Some(_) | None => spans.push(Span::new(start, line.end)),
            }
        }
        let anchors = found.iter().map(|(name, _)| *name).collect();
        change_at(
            anchors,
            spans.into_iter().map(|span| Rewrite::remove(with_blank_lines(text, span))).collect(),
        )
    }
}
