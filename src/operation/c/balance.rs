//! Refuses edits of C after which an `#if` has no `#endif`, or the other way round.

use crate::operation::prelude::*;
use crate::operation::{Delta, Resolution};
use crate::syntax::c::CFile;
use crate::text::apply;

/// The answer of an operation on C, if it leaves the directives balanced; a refusal otherwise.
pub fn balanced(file: &ParsedFile, answer: Answer) -> Answer {
    let Ok(Resolution::Change { deltas, .. }) = &answer else { return answer };
    let rewrites: Vec<Rewrite> = deltas.iter().filter_map(Delta::as_rewrite).cloned().collect();
    // Most edits touch no conditional, and parse nothing here.
    let touches = |rewrite: &&Rewrite| {
        may_be_conditional(&rewrite.with) || may_be_conditional(rewrite.span.of(&file.bytes))
    };
    let Some(first) = rewrites.iter().find(touches) else { return answer };
    let Ok(after) = apply(&file.bytes, &rewrites) else { return answer };
    let after = CFile::parse(after);
    let Some(stray) = after.unbalanced().filter(|_| file.c().unbalanced().is_none()) else { return answer };
    let directive = String::from_utf8_lossy(after.source_of(stray)).trim().to_owned();
    let what = if directive.trim_start_matches(['#', ' ', '\t']).starts_with("if") {
        "would have no `#endif`"
    } else {
        "would belong to no `#if`"
    };
    refused(format!("the directives would not match: `{directive}` {what}"), first.span.start)
}

/// Whether a text may have a part of `#if`, `#elif`, `#else` or `#endif`: `#include` and `#define` are none.
fn may_be_conditional(text: &[u8]) -> bool {
    memchr::memchr_iter(b'#', text).any(|at| {
        let rest = text[at + 1..].trim_ascii_start();
        !rest.starts_with(b"in") && !rest.starts_with(b"de") && !rest.starts_with(b"un")
    })
}
