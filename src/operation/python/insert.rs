//! `python.insert`.

use super::statements::{Statements, check_statements, require_statements};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, check_insertion, insert, inserting};
use crate::syntax::python::{Definition, PyFile};
use crate::text::{Comments, apply, tokens};

arguments! {
    /// `python.insert`: inserts statements before or after a statement, or at the start or end of a function, class or file.
    ///
    /// It refuses a file that does not parse and a second definition of a name in one block, and never inserts inside a statement.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// within: {function: main}
    /// python.insert: {after: prefixes = known(), text: 'prefixes.append("/lustre")'}
    /// ```
    /// ```diff
    ///  def main():
    ///      prefixes = known()
    /// +    prefixes.append("/lustre")
    ///      return prefixes
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.insert: {before: 'import stat as st', text: import device}
    /// ```
    /// ```diff
    ///  import sys
    ///
    /// +import device
    ///  # The names of modes.
    ///  import stat as st
    /// ```
    /// ```yaml
    /// file: Lib/os.py
    /// python.insert: {before: 'import stat as st', below-comment: true, text: import device}
    /// ```
    /// ```diff
    ///  import sys
    ///
    ///  # Modules of the system.
    /// +import device
    ///  import stat as st
    /// ```
    one_of(at, before, after)
    pub struct Insert {
        /// `start` or `end` of the function, class or file. The start is after a docstring.
        at: Option<Edge>,
        /// Code before whose statement they are inserted, above the comment lines that belong to it.
        before: Option<String>,
        /// Code after whose statement they are inserted: after the whole block, if it has one.
        after: Option<String>,
        /// Whether they are inserted below the comment lines above `before`, rather than above these. Unless given, only comments are.
        below_comment: Option<bool>,
        /// The statements, indented as if they were at column 0.
        text: Text,
        /// How many matches the anchor has.
        count: Count,
    }
}

inserting! { Insert {
    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_insertion(&self.insertion(), texts)?;
        check_statements(texts.get(&self.text))
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.text)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        match insert(&Statements, site, &self.insertion())? {
            Resolution::Change { deltas, anchors } => {
                match defined_there(site.file, site.texts.get(&self.text), &deltas)? {
                    Some(already) => Ok(already),
                    None => Ok(Resolution::Change { deltas, anchors }),
                }
            }
            done @ Resolution::Already(_) => Ok(done),
        }
    }
}}

/// The answer for code that the block has already with the same names and tokens, if it consists of definitions.
///
/// # Errors
/// The block has other definitions of these names, of which only one would count.
fn defined_there(
    file: &ParsedFile,
    inserted: &[u8],
    deltas: &[Delta],
) -> Result<Option<Resolution>, Failure> {
    let own = PyFile::parse(inserted.to_vec());
    if own.definitions().is_empty() {
        return Ok(None);
    }
    let rewrites: Vec<Rewrite> = deltas.iter().filter_map(Delta::as_rewrite).cloned().collect();
    let Ok(result) = apply(&file.bytes, &rewrites) else { return Ok(None) };
    let (python, result) = (file.python(), PyFile::parse(result));
    let (before, after) = (python.times_defined(), result.times_defined());
    let is_new = |name: &str| after.get(name) > before.get(name) && result.is_repeated(name);
    let there: Vec<&Definition> = python.definitions().iter().filter(|one| is_new(&one.path)).collect();
    let Some(first) = there.first() else { return Ok(None) };
    let is_there = |one: &Definition| {
        let code = one.span.of(inserted);
        there.iter().any(|there| is_same_code(there.span.of(&file.bytes), code))
    };
    let mut rest = inserted.to_vec();
    let mut all_there = true;
    for one in own.definitions().iter().filter(|one| !one.path.contains('.')) {
        all_there &= is_there(one);
        rest[one.span.start..one.span.end].fill(b' ');
    }
    if all_there && Comments::Hash.blanked(&rest).trim_ascii().is_empty() {
        return Ok(Some(Resolution::Already(there.iter().map(|one| one.name_span.start).collect())));
    }
    let why = format!("`{}` is defined here, and this would define it again", first.path);
    Err(Failure::refused(why, first.name_span.start))
}

/// Whether two pieces of code have the same tokens.
fn is_same_code(one: &[u8], other: &[u8]) -> bool {
    let all = |text: &[u8]| -> Vec<Vec<u8>> {
        tokens(text, Span::new(0, text.len())).iter().map(|token| token.of(text).to_vec()).collect()
    };
    all(one) == all(other)
}
