//! `makefile.replace`.

use super::insert::check_end;
use super::lines::Lines;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Replacement, Units, replace};
use crate::syntax::makefile::{is_directive, logical_lines};

arguments! {
    /// `makefile.replace`: replaces lines, or a part of a command, a variable or the head of a rule.
    ///
    /// It refuses several lines for a part of a line, which would break it.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// within: {target: quicktest}
    /// makefile.replace: {find: $(TESTRUNNER), with: $(TESTRUNNER) -w}
    /// ```
    /// ```diff
    ///  quicktest: platform
    /// -	-$(TESTRUNNER) \
    /// +	-$(TESTRUNNER) -w \
    ///  		$(QUICKTESTOPTS)
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.replace: {find: '$(CC) -c $(PY_CFLAGS)', with: $(CC) -c -g $(PY_CFLAGS), count: 2}
    /// ```
    /// ```diff
    ///  a.o: a.c
    /// -	$(CC) -c $(PY_CFLAGS) a.c
    /// +	$(CC) -c -g $(PY_CFLAGS) a.c
    ///  b.o: b.c
    /// -	$(CC) -c \
    /// -		$(PY_CFLAGS) b.c
    /// +	$(CC) -c -g $(PY_CFLAGS) b.c
    /// ```
    pub struct Replace {
        /// The code to replace. Blanks and continuation lines between its words do not matter.
        find: String; not_empty,
        /// The new code.
        with: Text,
        /// How many matches the code has.
        count: Count,
    }
}

impl Operate for Replace {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).texts([&self.with]).within()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")?;
        let with = texts.get(&self.with);
        let is_empty = with.trim_ascii().is_empty();
        ensure(!is_empty, "has an empty `with`: write `makefile.remove` to remove lines")?;
        ensure(!is_directive(with), "has a `with` that begins with a conditional: write `makefile.wrap`")?;
        // A part of a line may end in a backslash, as the line does.
        if logical_lines(with).count() > 1 { check_end(with) } else { Ok(()) }
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let replacement = Replacement { find: &self.find, with: &self.with, count: self.count.0 };
        let answer = replace(&Lines, site, &replacement)?;
        let Resolution::Change { anchors, deltas: _ } = &answer else { return Ok(answer) };
        // Several lines in the middle of one would break it.
        if logical_lines(site.texts.get(&self.with)).count() > 1 {
            let is_part = |span: &&Span| {
                let unit = Lines.whole(site.file, **span);
                !unit.is_some_and(|unit| Lines.begins(site.file, unit, span.start))
                    || !Lines.ends(site.file, span.end)
            };
            if let Some(span) = anchors.iter().find(is_part) {
                return refused(
                    "`with` has several lines, and would break the one that has `find`",
                    span.start,
                );
            }
        }
        Ok(answer)
    }
}
