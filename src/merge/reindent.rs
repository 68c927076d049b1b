//! Edits among lines that the other side indented differently, and maybe changed elsewhere.

use std::collections::BTreeMap;
use std::ops::Range;

use super::edits::{Edit, edits};
use super::{Algorithm, Line, Versions};

/// The lines `theirs` with all edits of ours, if the lines next to each edit, and those that it removes, are there one after the
/// other and only once, whatever their indentation. New lines are indented as the lines next to them are now.
pub(super) fn around(
    versions: &Versions,
    base: &Range<usize>,
    ours: &Range<usize>,
    theirs: &Range<usize>,
) -> Option<Vec<Line>> {
    // The lines of the base that are next to those that both changed: another edit of ours may touch them.
    let before = usize::from(base.start > 0 && theirs.start > 0);
    let last = versions.base.get(base.end..(base.end + 1).min(versions.base.len()))?;
    let first = &versions.base[base.start - before..base.start];
    let whole = |lines: &[Line]| [first, lines, last].concat();
    let (old, new) = (whole(&versions.base[base.clone()]), whole(&versions.ours[ours.clone()]));
    let other = &versions.theirs[theirs.start - before..(theirs.end + last.len()).min(versions.theirs.len())];
    let mut out: Vec<Line> = Vec::new();
    let mut at = 0;
    for edit in edits(&old, &new, Algorithm::Histogram) {
        let (place, lines) = placed(versions, &old, &new, other, &edit)?;
        if place.start < at {
            return None;
        }
        out.extend_from_slice(&other[at..place.start]);
        out.extend(lines);
        at = place.end;
    }
    out.extend_from_slice(&other[at..]);
    let after = other.len() - before - theirs.len();
    let len = out.len();
    Some(out[before..len - after].to_vec())
}

/// Where an edit belongs in `other`, and its lines there.
fn placed(
    versions: &Versions,
    old: &[Line],
    new: &[Line],
    other: &[Line],
    edit: &Edit,
) -> Option<(Range<usize>, Vec<Line>)> {
    let window = edit.base.start.checked_sub(1)?..edit.base.end + 1;
    let block = old.get(window.clone())?;
    // Lines such as `}` are everywhere.
    if !block.iter().any(|line| line.text.trim_ascii().len() >= 4) || block.iter().any(Line::is_blank) {
        return None;
    }
    only(old, block)?;
    let place = only(other, block)?;
    let lines = as_around(versions, &new[edit.other.clone()], block, &other[place.clone()])?;
    Some((place.start + 1..place.end - 1, lines))
}

/// Lines with the indentation that the lines `to` around them have; `from` has the same lines as they were indented before.
pub(crate) fn as_around(
    versions: &Versions,
    lines: &[Line],
    from: &[Line],
    to: &[Line],
) -> Option<Vec<Line>> {
    let pairs = from.iter().zip(to).filter(|(from, _)| !from.is_blank());
    let indents: BTreeMap<&[u8], &[u8]> = pairs.map(|(from, to)| (indent(from), indent(to))).collect();
    lines.iter().map(|line| reindented(versions, line, &indents)).collect()
}

/// The only place of lines among others, whatever their blanks.
pub(crate) fn only(lines: &[Line], block: &[Line]) -> Option<Range<usize>> {
    let is_same = |part: &[Line]| part.iter().zip(block).all(|(one, two)| one.loose == two.loose);
    let mut all = lines.windows(block.len()).enumerate().filter(|(_, part)| is_same(part));
    let (at, _) = all.next()?;
    all.next().is_none().then_some(at..at + block.len())
}

fn indent(line: &Line) -> &[u8] {
    &line.text[..line.indent()]
}

/// A line with the indentation that lines of its indentation have now; one that is not indented stays as it is.
fn reindented(versions: &Versions, line: &Line, indents: &BTreeMap<&[u8], &[u8]>) -> Option<Line> {
    let own = indent(line);
    if line.is_blank() || own.is_empty() && !indents.contains_key(own) {
        return Some(line.clone());
    }
    // The deepest that it is within.
    let (from, to) = indents.iter().rev().find(|(from, _)| own.starts_with(from))?;
    Some(versions.line(&[to, &line.text[from.len()..]].concat()))
}

#[cfg(test)]
mod tests {
    use crate::merge::{Algorithm, Kind, Merge, Versions};

    fn merged(base: &str, ours: &str, theirs: &str) -> (Vec<Kind>, String) {
        let theirs = theirs.as_bytes().to_vec().into();
        let versions = Versions::new(base.as_bytes(), ours.as_bytes(), &theirs);
        let merge = Merge::new(&versions, Algorithm::Histogram);
        let kinds = merge.edits.iter().map(|edit| edit.kind).collect();
        (kinds, String::from_utf8(versions.bytes(&merge.lines(&versions))).unwrap())
    }

    #[test]
    fn an_insertion_takes_the_indentation_of_the_lines_around_it() {
        let base = "if a:\n    if b:\n        first()\n        second()\nrest()\n";
        let ours = base.replace("first()\n", "first()\n        new(\n            1)\n");
        // A condition is gone, and one line is another one.
        let theirs = "if b:\n    first()\n    second()\n    third()\nrest()\n";
        let (kinds, text) = merged(base, &ours, theirs);
        assert_eq!(kinds, [Kind::Reindent]);
        assert_eq!(text, theirs.replace("first()\n", "first()\n    new(\n        1)\n"));
    }

    #[test]
    fn a_line_that_is_not_indented_stays_so() {
        let base = "enum version {\n    VERSION_TWO,\n    VERSION_THREE,\n    VERSION_FOUR\n};\n";
        let ours = base.replace("    VERSION_TWO,\n", "#ifndef NO_TWO\n    VERSION_TWO,\n#endif\n");
        let theirs = "enum version {\n\tVERSION_TWO,\n\tVERSION_THREE,\n\tVERSION_FOUR,\n};\n";
        let (kinds, text) = merged(base, &ours, theirs);
        assert!(kinds.iter().all(|kind| kind.is_safe()), "{kinds:?}");
        assert_eq!(text, theirs.replace("\tVERSION_TWO,\n", "#ifndef NO_TWO\n\tVERSION_TWO,\n#endif\n"));
    }

    #[test]
    fn lines_that_are_there_twice_are_no_place() {
        let base = "if a:\n    if b:\n        first()\n        second()\nrest()\n";
        let ours = base.replace("first()\n", "first()\n        new()\n");
        let theirs = "if b:\n    first()\n    second()\n    first()\n    second()\nrest()\n";
        let (kinds, _) = merged(base, &ours, theirs);
        assert!(!kinds[0].is_safe(), "{kinds:?}");
    }
}
