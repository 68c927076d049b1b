//! What proves that a change is already made: text that happens to be in a file proves nothing.

use super::parsed::ParsedFile;
use crate::text::{Comments, Span, find_tokens, has_word, line_bounds, tokens};

/// How many lines inserted text may be away from its anchor and still be the same insertion: upstream may have put it in
/// another order among its neighbours.
const REACH: usize = 12;

/// From this number of tokens on, a text does not occur twice in the same place by accident.
const TELLING: usize = 10;

/// Whether an occurrence of `with` proves that `find` was replaced by it: if both have text in common, which shows the
/// place, next to text that only `with` has, or on both sides of text that only `find` has.
pub(super) fn proves(find: &[u8], with: &[u8]) -> bool {
    let words = |text| tokens(text, Span::new(0, text.len()));
    let (old, new) = (words(find), words(with));
    let is_equal = |(a, b): &(&Span, &Span)| a.of(find) == b.of(with);
    let start = old.iter().zip(&new).take_while(is_equal).count();
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(is_equal).count();
    let tells = |part: &[Span]| part.iter().any(|token| has_word(token.of(with)));
    let (before, after) = (tells(&new[..start]), tells(&new[new.len() - end..]));
    let adds = new.len() > start + end;
    if adds { before || after } else { before && after }
}

/// Where text that is to be inserted before or after `anchor` is already, though not exactly there: with other blanks or
/// comments, or in another order among its neighbours.
pub(super) fn within_reach(
    file: &ParsedFile,
    inserted: &[u8],
    anchor: Span,
    after: bool,
    scope: Span,
) -> Option<usize> {
    let comments = Comments::of_file(file.path.file_name());
    let inserted = comments.blanked(inserted);
    let wanted = tokens(&inserted, Span::new(0, inserted.len()));
    if !has_word(&inserted) {
        return None;
    }
    let window = around(&file.bytes, anchor, scope);
    let text = comments.blanked(window.of(&file.bytes));
    let all = Span::new(0, text.len());
    let found = find_tokens(&text, &inserted, all);
    if found.is_empty() {
        return None;
    }
    let lines = inserted.split(|b| *b == b'\n').filter(|line| has_word(line)).count();
    // The order of preprocessor directives matters.
    let is_directive = comments == Comments::C && inserted.trim_ascii_start().starts_with(b"#");
    let has_own_name = || wanted.len() >= 3 && !is_directive && has_own_name(file, &inserted, &wanted);
    let is_telling = lines > 1 || wanted.len() >= TELLING || has_own_name();
    let anchor = Span::new(anchor.start - window.start, anchor.end - window.start);
    // Text that occurs in many places must be next to the anchor, but for blanks and comments.
    let is_next = |one: &Span| {
        let (first, second) = if after { (anchor, *one) } else { (*one, anchor) };
        first.end <= second.start && text[first.end..second.start].trim_ascii().is_empty()
    };
    let found = found.into_iter().find(|one| !anchor.overlaps(*one) && (is_telling || is_next(one)))?;
    Some(window.start + found.start)
}

/// Whether inserted text has a name that the file has nowhere but where all of that text is.
fn has_own_name(file: &ParsedFile, inserted: &[u8], wanted: &[Span]) -> bool {
    let occurs = |needle: &[u8]| find_tokens(&file.bytes, needle, file.span()).len();
    let times = occurs(inserted);
    let mut names = wanted.iter().map(|token| token.of(inserted));
    times > 0
        && names.any(|name| {
            name.len() >= 4 && has_word(name) && !name[0].is_ascii_digit() && {
                let own = wanted.iter().filter(|token| token.of(inserted) == name).count();
                occurs(name) == times * own
            }
        })
}

/// The lines within reach of an anchor, in its scope.
fn around(text: &[u8], anchor: Span, scope: Span) -> Span {
    let (mut start, mut end) = (line_bounds(text, anchor.start).start, line_bounds(text, anchor.end).end);
    for _ in 0..REACH {
        if start > scope.start {
            start = line_bounds(text, start - 1).start;
        }
        if end < scope.end {
            end = line_bounds(text, end).end;
        }
    }
    Span::new(start.max(scope.start.min(anchor.start)), end.min(scope.end.max(anchor.end)))
}

#[cfg(test)]
mod tests {
    use super::proves;

    #[test]
    fn a_result_proves_the_change_if_it_shows_the_place() {
        assert!(proves(b"x = 1", b"x = 2"));
        assert!(proves(b"import sys", b"import sys, os"));
        assert!(proves(b"a();\nb();\nc();", b"a();\nc();"));
        assert!(!proves(b"a();\nb();", b"a();"));
        assert!(!proves(b"old", b"new"));
        assert!(!proves(b"-j0 -d", b"-d"));
    }
}
