//! What proves that a change is already made: text that happens to be in a file proves nothing.

use std::cell::LazyCell;

use super::find::Results;
use super::parsed::ParsedFile;
use crate::text::{Comments, Span, find_tokens, has_word, line_bounds, lines, tokens};

/// How many lines inserted text may be away from its anchor and still be the same insertion: upstream may have put it in
/// another order among its neighbours.
const REACH: usize = 12;

/// From this number of tokens on, a text does not occur twice in the same place by accident.
const TELLING: usize = 10;

/// Words that are in any code, and say nothing about its place.
const COMMON: &[&str] = &[
    "NULL", "None", "True", "False", "and", "assert", "break", "case", "char", "class", "const", "continue",
    "def", "defined", "do", "done", "elif", "else", "endif", "enum", "esac", "except", "false", "fi",
    "finally", "float", "for", "from", "goto", "if", "ifdef", "ifndef", "import", "in", "int", "is",
    "lambda", "long", "not", "or", "pass", "print", "raise", "return", "short", "sizeof", "static", "struct",
    "switch", "test", "then", "true", "try", "typedef", "unsigned", "void", "while", "with", "yield",
];

/// What the replacement of `find` by `with` leaves in a scope of a file, where it is at the spans `at`, and `find` is at
/// the spans `found`.
pub(super) fn results(
    (file, scope): (&ParsedFile, Span),
    (find, with): (&[u8], &[u8]),
    found: &[Span],
    at: Vec<Span>,
) -> Results {
    results_with(Comments::of_file(file.path.file_name()), (file, scope), (find, with), found, at)
}

/// The same for the words of comments.
pub(super) fn comment_results(
    place: (&ParsedFile, Span),
    change: (&[u8], &[u8]),
    found: &[Span],
    at: Vec<Span>,
) -> Results {
    results_with(Comments::None, place, change, found, at)
}

fn results_with(
    comments: Comments,
    (file, scope): (&ParsedFile, Span),
    (find, with): (&[u8], &[u8]),
    found: &[Span],
    at: Vec<Span>,
) -> Results {
    if file.is_own_result {
        return Results { are_proof: !at.is_empty(), at };
    }
    let blanked = |text| comments.blanked(text);
    // Only for a change whose text can show a place.
    let code = LazyCell::new(|| blanked(scope.of(&file.bytes)));
    let is_only_there = |text: &[u8]| {
        let in_file = |span: Span| Span::new(scope.start + span.start, scope.start + span.end);
        let is_in_place = |span: &Span| found.iter().chain(&at).any(|place| place.contains(in_file(*span)));
        find_tokens(&code, text, Span::new(0, code.len())).iter().all(is_in_place)
    };
    let are_proof = !at.is_empty() && proves((&blanked(find), &blanked(with)), &is_only_there);
    Results { at, are_proof }
}

/// Whether an occurrence of `with` proves that `find` was replaced by it: if both have text in common, which shows the
/// place, next to text that only `with` has, or on both sides of text that only `find` has. Text shows a place only if it
/// `is_only_there`: nowhere in the scope but where `find` and `with` are. Anywhere else it may be what has become of `find`.
fn proves((find, with): (&[u8], &[u8]), is_only_there: &dyn Fn(&[u8]) -> bool) -> bool {
    let words = |text| tokens(text, Span::new(0, text.len()));
    let (old, new) = (words(find), words(with));
    let is_equal = |(a, b): &(&Span, &Span)| a.of(find) == b.of(with);
    let start = old.iter().zip(&new).take_while(is_equal).count();
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(is_equal).count();
    let is_only_there = |part: &[Span]| match part {
        [] => false,
        [first, .., last] | [first @ last] => is_only_there(&with[first.start..last.end]),
    };
    let tells = |part: &[Span]| part.iter().any(|token| is_telling(token.of(with)));
    let (before, after) = (&new[..start], &new[new.len() - end..]);
    if new.len() > start + end {
        [before, after].into_iter().any(|part| tells(part) && is_only_there(part))
    } else {
        tells(before) && tells(after) && (is_only_there(before) || is_only_there(after))
    }
}

/// Whether a word says which code is meant: the name of something.
pub(crate) fn is_telling(word: &[u8]) -> bool {
    has_word(word) && !word[0].is_ascii_digit() && !COMMON.iter().any(|common| common.as_bytes() == word)
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
    let own_switch = switch_of(file, &inserted, &wanted, anchor, comments);
    let window = own_switch.unwrap_or_else(|| around(&file.bytes, anchor, scope));
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
    let is_telling = own_switch.is_some() || lines > 1 || wanted.len() >= TELLING || has_own_name();
    let anchor = Span::new(anchor.start - window.start, anchor.end - window.start);
    // Text that occurs in many places must be next to the anchor, but for blanks and comments.
    let is_next = |one: &Span| {
        let (first, second) = if after { (anchor, *one) } else { (*one, anchor) };
        first.end <= second.start && text[first.end..second.start].trim_ascii().is_empty()
    };
    let is_reached = |one: &Span| !anchor.overlaps(*one) && is_same_block(comments, &text, anchor, *one);
    let found = found.into_iter().find(|one| is_reached(one) && (is_telling || is_next(one)))?;
    Some(window.start + found.start)
}

/// The `switch` around an anchor, if whole branches of one are inserted there: their order does not matter. A branch that
/// runs into the next one is not whole.
fn switch_of(
    file: &ParsedFile,
    inserted: &[u8],
    wanted: &[Span],
    anchor: Span,
    comments: Comments,
) -> Option<Span> {
    let mut words = wanted.iter().map(|token| token.of(inserted));
    let is_label = comments == Comments::C && words.next().is_some_and(|word| word == b"case");
    let end = wanted.iter().rposition(|token| token.of(inserted) == b";")?;
    let is_end = |token: &Span| matches!(token.of(inserted), b";" | b"{" | b"}" | b":");
    let start = wanted[..end].iter().rposition(is_end).map_or(0, |at| at + 1);
    let jumps = matches!(wanted[start].of(inserted), b"break" | b"return" | b"goto" | b"continue");
    let is_last = wanted[end + 1..].iter().all(|token| token.of(inserted) == b"}");
    if is_label && jumps && is_last { file.c().switch_around(anchor.start) } else { None }
}

/// Whether two places are in one block, and not the same text in the branches of two conditions: by braces in C, elsewhere by
/// the indentation of the lines between.
fn is_same_block(comments: Comments, text: &[u8], one: Span, other: Span) -> bool {
    let (first, second) = if one.start < other.start { (one, other) } else { (other, one) };
    if comments == Comments::C {
        let between = &text[first.end.min(second.start)..second.start];
        let mut depth = 0usize;
        return between.iter().all(|byte| match byte {
            b'{' => {
                depth += 1;
                true
            }
            b'}' if depth == 0 => false,
            b'}' => {
                depth -= 1;
                true
            }
            _ => true,
        }) && depth == 0;
    }
    let start = |span: Span| line_bounds(text, span.start);
    let width = |line: Span| {
        let blanks = line.of(text).iter().take_while(|b| matches!(**b, b' ' | b'\t'));
        blanks.fold(0, |width, blank| if *blank == b'\t' { (width / 8 + 1) * 8 } else { width + 1 })
    };
    // Code that shares its first line with other code has the indentation of that.
    let begins_line = |span: Span| text[start(span).start..span.start].trim_ascii().is_empty();
    if !begins_line(first) || !begins_line(second) {
        return true;
    }
    let least = width(start(first)).min(width(start(second)));
    let mut between = lines(text).filter(|line| first.start < line.start && line.start < second.start);
    between.all(|line| line.of(text).trim_ascii().is_empty() || width(line) >= least)
        && width(start(first)) == width(start(second))
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
    use super::*;

    /// Whether `with` in `text` proves the change.
    fn proves_in(text: &str, find: &str, with: &str) -> bool {
        let file = ParsedFile::new("Modules/f.c".parse().unwrap(), text.as_bytes().to_vec().into(), false);
        let at = find_tokens(&file.bytes, with.as_bytes(), file.span());
        assert!(!at.is_empty());
        results((&file, file.span()), (find.as_bytes(), with.as_bytes()), &[], at).are_proof
    }

    fn proves(find: &str, with: &str) -> bool {
        proves_in(with, find, with)
    }

    #[test]
    fn a_result_proves_the_change_if_it_shows_the_place() {
        assert!(proves("x = 1", "x = 2"));
        assert!(proves("import sys", "import sys, os"));
        assert!(proves("a();\nb();\nc();", "a();\nc();"));
        assert!(!proves("a();\nb();", "a();"));
        assert!(!proves("old", "new"));
        assert!(!proves("-j0 -d", "-d"));
    }

    #[test]
    fn words_of_the_language_and_comments_show_no_place() {
        assert!(!proves("return open_file(name);", "return NULL;"));
        assert!(!proves("int first = 0;", "int n = 0;"));
        assert!(!proves("if (getenv(s))", "if (use_it)"));
        assert!(!proves("if (a) f();\nelse if (found != 0)", "/* Never a. */\nif (found != 0)"));
    }

    #[test]
    fn inserted_text_in_the_block_of_another_condition_is_not_the_insertion() {
        let c = "if (bad) {\n    Py_DECREF(x);\n    return fail(x);\n}\nleave();\n";
        let python = "if bad:\n    drop(x)\n    return fail(x)\nleave()\n";
        let has = |name: &str, text: &str, inserted: &str| {
            let file = ParsedFile::new(name.parse().unwrap(), text.as_bytes().to_vec().into(), false);
            let anchor = find_tokens(&file.bytes, b"leave()", file.span())[0];
            within_reach(&file, inserted.as_bytes(), anchor, false, file.span()).is_some()
        };
        assert!(!has("f.c", c, "Py_DECREF(x);\nreturn fail(x);"));
        assert!(has(
            "f.c",
            "Py_DECREF(x);\nreturn fail(x);\n{ other(); }\nleave();\n",
            "Py_DECREF(x);\nreturn fail(x);"
        ));
        assert!(!has("f.py", python, "drop(x)\nreturn fail(x)"));
        assert!(has("configure.ac", "case a in\n  b) x=2\n    leave() ;;\nesac\n", "x=2"));
        assert!(has(
            "f.py",
            "drop(x)\nreturn fail(x)\n\nif other:\n    pass\nleave()\n",
            "drop(x)\nreturn fail(x)"
        ));
    }

    #[test]
    fn text_that_is_elsewhere_too_shows_no_place() {
        let both = "level = find(2);\nlevel = 1;\n";
        assert!(!proves_in(both, "level = find();", "level = 1;"));
        assert!(proves_in("level = 1;\nlevels = find(2);\n", "level = find();", "level = 1;"));
        // Only the text on one side of the change.
        assert!(proves_in("run(a);\nrun(b, more);\n", "run(b);", "run(b, more);"));
    }
}
