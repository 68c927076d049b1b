//! `makefile.insert`.

use super::lines::Lines;
use super::prerequisite::lossy;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, check_insertion, insert, inserting};
use crate::syntax::makefile::Makefile;

arguments! {
    /// `makefile.insert`: inserts lines before or after a command, a variable or a rule, or at the start or end of a recipe or
    /// file. A command is inserted with its tab, and never between a line and its continuation.
    ///
    /// It refuses a scope without lines of its own, and a last line that is continued.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// within: {target: clean}
    /// makefile.insert: {before: rm -f core, text: '-rm -f Include/mpi.h'}
    /// ```
    /// ```diff
    ///  clean: pycremoval
    ///  	find . -name '*.o' \
    ///  		-exec rm -f {} ';'
    /// +	-rm -f Include/mpi.h
    ///  	-rm -f core
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// within: {target: install}
    /// makefile.insert: {at: end, text: 'sync "$(DESTDIR)"'}
    /// ```
    /// ```diff
    ///  install: all
    ///  	./install-sh python
    ///  	@echo done
    /// +	sync "$(DESTDIR)"
    ///
    ///  clean:
    /// ```
    one_of(at, before, after)
    pub struct Insert {
        /// `start` or `end` of the recipe that `within` names, or of the file.
        at: Option<Edge>,
        /// Code before whose line they are inserted, above the comment lines that belong to it. It may be part of the line.
        before: Option<String>,
        /// Code after whose line they are inserted: after the whole rule, if it is the head of one.
        after: Option<String>,
        /// Whether they are inserted below the comment lines above `before`, rather than above these. Unless given, only comments are.
        below_comment: Option<bool>,
        /// The lines: commands without their leading tab, or variables and rules as in the file.
        text: Text,
        /// How many matches the anchor has.
        count: Count,
    }
}

inserting! { Insert {
    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_insertion(&self.insertion(), texts)?;
        check_end(texts.get(&self.text))
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let answer = insert(&Lines, site, &self.insertion())?;
        check_places(site.file, &answer)?;
        Ok(answer)
    }
}}

/// Checks that the last line of a text is not continued.
pub(super) fn check_end(text: &[u8]) -> Result<(), String> {
    let continues = Makefile::parse(text.trim_ascii_end()).continues;
    ensure(!continues, "has a last line that ends in `\\`, and would include the next one of the file")
}

/// Checks that inserted lines mean something in their place.
///
/// # Errors
/// A command is not in a recipe, or the line above is continued.
pub(super) fn check_places(file: &ParsedFile, answer: &Resolution) -> Result<(), Failure> {
    let Resolution::Change { deltas, anchors: _ } = answer else { return Ok(()) };
    for delta in deltas {
        let Delta::Rewrite(Rewrite { span, with }) = delta else { continue };
        if span.start == file.bytes.len() && file.makefile().continues {
            return Err(Failure::refused(
                "the last line is continued, and would include the new one",
                span.start,
            ));
        }
        let is_recipe = with.split(|b| *b == b'\n').any(|line| line.starts_with(b"\t"))
            && file
                .makefile()
                .rules
                .iter()
                .any(|rule| rule.header.end <= span.start && span.start <= rule.span.end);
        if is_recipe {
            continue;
        }
        let lines = Makefile::parse(with);
        if let Some(line) = lines.first_unknown(with) {
            let line = lossy(line.of(with));
            let why = format!(
                "`{}` would be outside of a recipe: insert it next to a command, or at the `start` or `end` of a target",
                line.trim()
            );
            return Err(Failure::refused(why, span.start));
        }
    }
    Ok(())
}
