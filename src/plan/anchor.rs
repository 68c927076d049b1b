//! The lines that an edit is anchored to, as they stand in a tree.

use crate::edit::{Delta, Part};
use crate::patchset::{Change, Operation};
use crate::syntax::python::PyFile;
use crate::text::{LineIndex, Span, line_bounds};
use crate::tree::TreePath;

/// A line that a change is anchored to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Its file.
    pub file: TreePath,
    /// Its number, from 1.
    pub line: usize,
    /// The line, its end included: of a rule the whole list of prerequisites, of a command the line that it
    /// stands on.
    pub text: Vec<u8>,
    /// The line with those that backslashes join to it.
    pub around: Vec<u8>,
}

impl Anchor {
    /// The line without what makesetup, make and a compiler do not see: blanks, and the `#` of a module
    /// that is off.
    pub fn squeezed(&self) -> String {
        squeezed(&self.text)
    }
}

/// A text with single blanks, on one line, without the `#` it may begin with.
pub fn squeezed(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let words = text.split_whitespace().filter(|word| *word != "\\");
    let joined = words.collect::<Vec<_>>().join(" ");
    joined.trim_start_matches(['#', ' ']).to_owned()
}

/// The anchors of a part in the file that it was resolved in; none for operations whose anchor is the same
/// wherever it is found, such as a literal text or the end of an include guard.
pub fn anchors(change: &Change, part: &Part, text: &[u8]) -> Vec<Anchor> {
    let starts = part.deltas.iter().filter_map(|delta| match delta {
        Delta::Rewrite(rewrite) => Some(rewrite.span.start),
        _ => None,
    });
    let lines = LineIndex::new(text);
    let anchor = |span: Span, at: usize| Anchor {
        file: part.file.clone(),
        line: lines.line(at),
        text: span.of(text).to_vec(),
        around: logical_line(text, at).of(text).to_vec(),
    };
    let whole = |at: usize| {
        let line = logical_line(text, at);
        anchor(line, line.start)
    };
    let mut found: Vec<Anchor> = match &change.operation {
        Operation::MakefileRemovePrerequisite(_)
        | Operation::MakefileReplacePrerequisite(_)
        | Operation::MakefileAddPrerequisite(_)
        | Operation::MakefileSetVariable(_)
        | Operation::MakefileAppendVariable(_)
        | Operation::SetupEnable(_)
        | Operation::SetupDisable(_)
        | Operation::SetupSet(_) => starts.map(whole).collect(),
        Operation::MakefilePrefixCommand(_)
        | Operation::ShellPrefixCommand(_)
        | Operation::CRedirectCall(_) => starts.map(|at| anchor(line_bounds(text, at), at)).collect(),
        Operation::PythonAddMethod(op) => {
            let file = PyFile::parse(text);
            let classes = file.find_class(&op.class);
            classes
                .iter()
                .map(|class| class.name_span.start)
                .map(|at| anchor(line_bounds(text, at), at))
                .collect()
        }
        // Macros are appended to the file, or it is created.
        Operation::M4Define(_) if !text.is_empty() => vec![anchor(line_bounds(text, 0), 0)],
        _ => Vec::new(),
    };
    found.dedup();
    found
}

/// The line around `at`, with those before and behind it that backslashes join to it.
pub fn logical_line(text: &[u8], at: usize) -> Span {
    let continues = |line: Span| line.of(text).trim_ascii_end().ends_with(b"\\");
    let mut span = line_bounds(text, at);
    while span.start > 0 {
        let before = line_bounds(text, span.start - 1);
        if !continues(before) {
            break;
        }
        span.start = before.start;
    }
    while span.end < text.len() && continues(line_bounds(text, span.end - 1)) {
        span.end = line_bounds(text, span.end).end;
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_those_that_it_continues_on() {
        let text = b"x\na: b \\\n\tc \\\n\td\ny\n";
        assert_eq!(logical_line(text, 10).of(text), b"a: b \\\n\tc \\\n\td\n");
        assert_eq!(logical_line(text, 0).of(text), b"x\n");
        assert_eq!(squeezed(b"#a  b \\\n\tc\n"), "a b c");
    }
}
