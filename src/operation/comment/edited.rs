//! What the operations on comments have in common: where they look, and what they must not do.

use crate::operation::m4::joins;
use crate::operation::prelude::*;
use crate::operation::unit::comment::{Comment, code, comments};
use crate::operation::unit::{Units, named, near, whole};
use crate::syntax::m4::{Dialect, unbalanced};
use crate::text::{apply, line_bounds};

/// Checks that a text says something.
pub(super) fn check_words(name: &str, text: &[u8]) -> Result<(), String> {
    ensure(crate::text::has_word(text), &format!("has no word in `{name}`"))
}

/// The comments of a file, and where in it the change may look: in the scope, or in the comment above a unit that `above` finds.
pub(super) fn searched(
    units: &dyn Units,
    site: &Site<'_>,
    above: Option<&str>,
) -> Result<(Vec<Comment>, Span), Failure> {
    let file = site.file;
    let all = comments(units, file);
    let Some(above) = above else { return Ok((all, site.scope)) };
    let found = units.find(file, above.as_bytes(), site.scope);
    match found[..] {
        [one] => {
            let unit = whole(units, file, one)?;
            Ok((all, Span::new(units.commented(file, unit).start, unit.start)))
        }
        [] => Err(Miss::new(format!("{} was not found", named(above))).near(near(file, above)).into()),
        _ => {
            let what = format!("{} was found {} times", named(above), found.len());
            Err(Failure::ambiguous(what, found.iter().map(|span| span.start)))
        }
    }
}

/// Names a comment for messages.
pub(super) fn named_comment(find: &str) -> String {
    format!("the comment `{}`", find.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The answer of a change of comments, if the code of the file stays the same; a refusal otherwise.
pub(super) fn only_comments(units: &dyn Units, file: &ParsedFile, answer: Answer) -> Answer {
    let Ok(Resolution::Change { deltas, .. }) = &answer else { return answer };
    let rewrites: Vec<Rewrite> = deltas.iter().filter_map(Delta::as_rewrite).cloned().collect();
    let (Some(first), Ok(after)) = (rewrites.first(), apply(&file.bytes, &rewrites)) else { return answer };
    let at = first.span.start;
    let is_m4 = units.is_comment(b"dnl") && Dialect::of_file(file.path.file_name()) == Dialect::M4;
    let is_balanced =
        |rewrite: &Rewrite| unbalanced(rewrite.span.of(&file.bytes)) == unbalanced(&rewrite.with);
    if is_m4 && !rewrites.iter().all(is_balanced) {
        return refused(
            "changes how many `[` and `]` are open: m4 counts them where the comment is in an argument of a macro",
            at,
        );
    }
    let after = ParsedFile::new(file.path.clone(), after.into(), file.executable);
    if is_m4 && joined(units, file) != joined(units, &after) {
        return refused(
            "m4 drops the line end after `dnl`, and not after `#`: the line below would be joined to the code before the comment, or no longer",
            at,
        );
    }
    if code(units, file) != code(units, &after) {
        return refused(
            "the code of the file would change: a part of the new text would not be a comment, or code would become one",
            at,
        );
    }
    answer
}

/// How many comments of m4 join the line below them to code before them.
fn joined(units: &dyn Units, file: &ParsedFile) -> usize {
    let text = &file.bytes[..];
    let is_joined = |comment: &&Span| {
        let code = &text[line_bounds(text, comment.start).start..comment.start];
        comment.of(text).starts_with(b"dnl") && joins(code)
    };
    units.comments(file).iter().filter(is_joined).count()
}
