//! `c.add-macro`.

use super::macros::{check_name, check_value, definitions, is_same_value, only_macro, spliced};
use super::place::{check_place, place, put};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::Edge;

arguments! {
    /// `c.add-macro`: adds a `#define` before or after another one, or at the start or end of the scope of `within`.
    ///
    /// It refuses a macro that has another value under the same conditions.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.add-macro: {after: MAGIC, name: YOD(fd), value: (fd) + 1}
    /// ```
    /// ```diff
    ///  #define MAGIC 1
    /// +#define YOD(fd) (fd) + 1
    ///  int x;
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// within: {if: '#ifdef MPI'}
    /// c.add-macro: {at: end, name: USE_YOD}
    /// ```
    /// ```diff
    ///  #ifdef MPI
    ///  int rank;
    /// +#define USE_YOD
    ///  #endif
    /// ```
    one_of(at, before, after)
    pub struct AddMacro {
        /// `start` or `end` of the scope.
        at: Option<Edge>,
        /// The macro before whose definition, and its comment, it is put.
        before: Option<String>,
        /// The macro after whose definition it is put.
        after: Option<String>,
        /// The name, with parameters if the macro has any: `MAX(a, b)`.
        name: String; not_empty,
        /// The value; empty unless given.
        value: String; optional,
    }
}

impl AddMacro {
    fn bare_name(&self) -> &str {
        self.name.split('(').next().unwrap_or_default()
    }
}

impl Operate for AddMacro {
    fn describe(&self) -> Description<'_> {
        let name = self.before.as_ref().or(self.after.as_ref()).unwrap_or(&self.name);
        Description::new(Anchor::Text(name.clone())).label(self.bare_name()).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let (Anchor::Text(name), Some(place)) = (anchor, self.before.as_mut().or(self.after.as_mut())) else {
            return false;
        };
        *place = name;
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_place(self.before.as_ref(), self.after.as_ref(), self.at)?;
        check_name(self.bare_name())?;
        check_value(&self.value)?;
        let rest = &self.name[self.bare_name().len()..];
        ensure(
            rest.is_empty() || rest.ends_with(')') && !rest.contains('\n'),
            "has parameters that are not closed",
        )
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let neighbour = self.before.as_ref().or(self.after.as_ref());
        let neighbour = neighbour.map(|name| only_macro(site, name)).transpose()?;
        let span = neighbour.map(|define| define.span);
        let place = place(site, span, self.after.is_some(), self.at)?;
        let conditions = file.c().conditions_at(place.inside);
        for other in definitions(site, self.bare_name()) {
            let own = file.c().conditions_at(other.span.start);
            let is_same = is_same_value(other.signature.of(text), self.name.as_bytes())
                && is_same_value(other.value.of(text), self.value.as_bytes());
            if is_same && (own.is_empty() || own == conditions) {
                return already(other.span.start);
            }
            if own == conditions {
                let why =
                    format!("`{}` is defined with another value: write `c.set-macro`", self.bare_name());
                return refused(why, other.span.start);
            }
        }
        // `#  define` in the spelling of the neighbour.
        let keyword = neighbour.map_or(&b"#define "[..], |define| {
            let before = Span::new(define.span.start, define.signature.start).of(text).trim_ascii_start();
            if before.contains(&b'/') || before.contains(&b'\\') { b"#define " } else { before }
        });
        let ending = line_ending(text);
        let mut line = [&place.margin, keyword, self.name.as_bytes()].concat();
        if !self.value.trim().is_empty() {
            line.push(b' ');
            line.extend(spliced(&self.value, ending));
        }
        line.extend_from_slice(ending);
        put(site, &place, &line)
    }
}
