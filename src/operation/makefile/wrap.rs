//! `makefile.wrap`.

use super::condition::check_condition;
use super::insert::check_end;
use super::lines::Lines;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::Units;

/// `makefile.wrap`: puts commands, variables or rules under a condition of make.
///
/// It refuses lines that begin in a recipe and end outside of it, or that are part of a conditional that is not
/// closed.
///
/// ```yaml
/// file: Makefile.pre.in
/// within: {target: sharedinstall}
/// makefile.wrap: {from: $(RUNSHARED), if: 'ifeq (@MPI@,yes)', otherwise: '@echo none'}
/// ```
/// ```diff
///  sharedinstall: all
/// +ifeq (@MPI@,yes)
///  	$(RUNSHARED) ./python setup.py install \
///  		--root=$(DESTDIR)/
/// +else
/// +	@echo none
/// +endif
///  	-rm -f core
/// ```
/// ```yaml
/// file: Makefile.pre.in
/// makefile.wrap: {from: 'gdbhooks:', if: ifdef WITH_GDB}
/// ```
/// ```diff
///  all: python
///  
/// +ifdef WITH_GDB
///  gdbhooks: python
///  	cp libpython.py python-gdb.py
/// +endif
///  
///  clean:
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wrap {
    /// The first code to wrap, with the line or rule that it is in.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub from: String,
    /// The last code to wrap.
    pub to: Option<String>,
    /// The first line of the conditional: `ifeq (@MPI@,yes)`, `ifdef MPI`.
    #[serde(rename = "if")]
    #[cfg_attr(test, schemars(regex(pattern = r"^\s*if(n?eq|n?def)\b")))]
    pub condition: String,
    /// Lines for the other case, put after an `else`.
    pub otherwise: Option<Text>,
}

impl Wrap {
    /// The whole lines from a match of `from` to `to`.
    fn unit(&self, site: &Site<'_>, from: Span) -> Result<Span, Failure> {
        let file = site.file;
        let last = match &self.to {
            None => from,
            Some(to) => {
                let found = Lines.find(file, to.as_bytes(), Span::new(from.start, site.scope.end));
                match found[..] {
                    [one] => one,
                    [] => return Err(missing(file, to)),
                    _ => return Err(ambiguous(to, &found)),
                }
            }
        };
        let none = || Failure::refused("this is part of a conditional that is not closed", from.start);
        let unit = Lines.whole(file, Span::new(from.start, last.end)).ok_or_else(none)?;
        if file.makefile().recipe_at(unit.start).is_some_and(|rule| unit.end > rule.span.end) {
            return Err(Failure::refused(
                "the lines to wrap begin in a recipe and end outside of it",
                unit.start,
            ));
        }
        Ok(unit)
    }

    /// The lines that are put before and after a unit.
    fn frame(&self, site: &Site<'_>, unit: Span) -> (Vec<u8>, Vec<u8>) {
        let ending = line_ending(&site.file.bytes);
        let line = |text: &str| as_lines(text.trim().as_bytes(), ending);
        let mut after = Vec::new();
        if let Some(otherwise) = &self.otherwise {
            let margin = Lines.margin(site.file, unit);
            after = [line("else"), Lines.indented(site.file, site.texts.get(otherwise), &margin)].concat();
        }
        after.extend(line("endif"));
        (line(&self.condition), after)
    }
}

impl Operate for Wrap {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.from.clone())).texts(&self.otherwise).within()
    }

    moves_to!(self, Anchor::Text(from) => self.from = from);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        let is_empty = |code: &String| code.trim().is_empty();
        ensure(!is_empty(&self.from) && !self.to.as_ref().is_some_and(is_empty), "has an empty anchor")?;
        check_condition(&self.condition)?;
        self.otherwise.as_ref().map_or(Ok(()), |text| check_end(texts.get(text)))
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let found = Lines.find(file, self.from.as_bytes(), site.scope);
        // The lines for the other case may have the code once more.
        let done = found.iter().filter_map(|from| self.unit(site, *from).ok()).find(|unit| {
            let (before, after) = self.frame(site, *unit);
            text[..unit.start].ends_with(&before) && text[unit.end..].starts_with(&after)
        });
        if let Some(unit) = done {
            return already(unit.start);
        }
        let from = match found[..] {
            [one] => one,
            [] => return Err(missing(file, &self.from)),
            _ => return Err(ambiguous(&self.from, &found)),
        };
        let unit = self.unit(site, from)?;
        if unit.end == text.len() && file.makefile().continues {
            return refused("the last line is continued, and would include the `endif`", unit.start);
        }
        let (before, after) = self.frame(site, unit);
        change_at(vec![unit], vec![Rewrite::insert(unit.start, before), insert_lines(text, unit.end, &after)])
    }
}

fn missing(file: &ParsedFile, code: &str) -> Failure {
    Miss::new(format!("the code `{code}` was not found")).near(near_lines(file, code, &[])).into()
}

fn ambiguous(code: &str, found: &[Span]) -> Failure {
    let what = format!("expected 1 match of the code `{code}`, found {}", found.len());
    Failure::ambiguous(what, found.iter().map(|span| span.start))
}
