//! Where an insertion belongs among lines that the other side inserted at the same place.

use super::{Edit, Kind, Line, Versions};

/// The line of theirs before which `new` belongs. `at` is the place in the base.
pub(super) fn place(versions: &Versions, other: &Edit, at: usize, new: &[Line]) -> (usize, Kind) {
    let start = other.other.start;
    let inserted = &versions.theirs[other.other.clone()];
    let pred = at.checked_sub(1).map(|line| &versions.base[line]);
    let succ = versions.base.get(at);
    let first = new.iter().find(|line| !line.is_blank());
    let Some(first) = first else { return (other.other.end, Kind::Gap) };
    let margin = first.indent();
    if is_in_order(pred, new, inserted) {
        return (start, Kind::Gap);
    }
    // The end of an indented block is where the first line is less indented.
    let is_left = |line: &Line| !line.is_blank() && line.indent() < margin;
    if margin > 0 && succ.is_none_or(|line| line.is_blank() || line.indent() < margin) {
        if let Some(left) = inserted.iter().position(is_left) {
            let blank_above = left > 0 && inserted[left - 1].is_blank();
            let is_block_apart = pred.is_some_and(Line::is_blank);
            return (
                start + left - usize::from(blank_above && (is_block_apart || !new[0].is_blank())),
                Kind::Gap,
            );
        }
    } else if pred.is_some_and(is_import) && succ.is_none_or(Line::is_blank) {
        // The paragraph of imports ends at a blank line.
        if let Some(blank) = inserted.iter().position(Line::is_blank) {
            return (start + blank, Kind::Gap);
        }
    } else if new.iter().find(|line| !line.is_blank() && !is_comment(line)).is_some_and(is_definition)
        && succ.is_some_and(is_definition)
        // Decorators alone stay next to what they decorate.
        && !new.iter().all(|line| line.is_blank() || is_decorator(line))
    {
        // What the inserted lines end with may belong to the definition below.
        let above = inserted.iter().rev().take_while(|line| is_above_definition(line)).count();
        if above > 0 {
            return (other.other.end - above, Kind::Gap);
        }
    }
    (other.other.end, Kind::Gap)
}

/// Whether new lines continue a sorted list, and belong before what the other side inserted there.
fn is_in_order(pred: Option<&Line>, new: &[Line], inserted: &[Line]) -> bool {
    let (Some(pred), Some(next)) = (pred, inserted.first()) else { return false };
    let all: Vec<&Line> = std::iter::once(pred).chain(new).chain([next]).collect();
    // Entries of one list begin alike.
    let margin = pred.indent();
    let first = |line: &Line| line.text.get(line.indent()).copied();
    margin > 0
        && all.iter().all(|line| !line.is_blank() && line.indent() == margin && first(line) == first(pred))
        && all.windows(2).all(|pair| pair[0].text < pair[1].text)
}

fn is_decorator(line: &Line) -> bool {
    line.text.trim_ascii_start().starts_with(b"@")
}

fn is_import(line: &Line) -> bool {
    let text = line.text.trim_ascii_start();
    [&b"#include"[..], b"# include", b"import ", b"from "].iter().any(|word| text.starts_with(word))
}

pub(crate) fn is_definition(line: &Line) -> bool {
    let text = line.text.trim_ascii_start();
    [&b"def "[..], b"class ", b"async def ", b"@"].iter().any(|word| text.starts_with(word))
}

fn is_comment(line: &Line) -> bool {
    line.text.trim_ascii_start().starts_with(b"#")
}

fn is_above_definition(line: &Line) -> bool {
    let text = line.text.trim_ascii_start();
    text.starts_with(b"@") || text.starts_with(b"#")
}
