//! Inserts units before or after a unit, or at an edge of a scope.

use super::{Units, named, near, whole, with_comments};
use crate::operation::neighbours;
use crate::operation::prelude::*;

/// An edge of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// Before the first unit of the scope, after a docstring.
    Start,
    /// After the last unit of the scope.
    End,
}

/// The arguments of an insertion.
pub(in crate::operation) struct Insertion<'a> {
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
    pub at: Option<Edge>,
    pub text: &'a Text,
    pub count: usize,
}

/// Checks what the types of an insertion cannot say.
pub(in crate::operation) fn check_insertion(insertion: &Insertion<'_>, texts: &Texts) -> Result<(), String> {
    let Insertion { before, after, at, text, count: _ } = insertion;
    ensure(!texts.get(text).trim_ascii().is_empty(), "does nothing: its `text` is empty")?;
    let given = usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
    ensure(given == 1, "needs one of `at`, `before` and `after`")?;
    let is_empty = before.or(*after).is_some_and(|code| code.trim().is_empty());
    ensure(!is_empty, "has an empty anchor")
}

/// Inserts units.
pub(in crate::operation) fn insert(units: &dyn Units, site: &Site<'_>, insertion: &Insertion<'_>) -> Answer {
    let (file, text) = (site.file, &site.file.bytes);
    let lines = site.texts.get(insertion.text);
    if let Some(edge) = insertion.at {
        return at_edge(units, site, edge, lines);
    }
    let after = insertion.after.is_some();
    let code = insertion.before.or(insertion.after).expect("it was checked that there is an anchor");
    let found = units.find(file, code.as_bytes(), site.scope);
    let anchors: Vec<Span> = found.iter().map(|span| whole(units, file, *span)).collect::<Result<_, _>>()?;
    let place = |unit: Span| {
        let margin = units.margin(file, unit);
        let at = if after { unit.end } else { with_comments(units, text, unit).start };
        (at, units.indented(file, lines, &margin), margin)
    };
    let is_done = |unit: &Span| {
        let (at, own, margin) = place(*unit);
        let others: Vec<Vec<u8>> =
            site.neighbours.iter().map(|other| units.indented(file, other, &margin)).collect();
        let is_next = if after {
            neighbours::starts_with(&text[at..], &own, &others)
        } else {
            // What was inserted may be below the comments of its anchor, too.
            neighbours::ends_with(&text[..at], &own, &others)
                || neighbours::ends_with(&text[..unit.start], &own, &others)
        };
        is_next || within_reach(file, lines, *unit, after, site.scope).is_some()
    };
    let done: Vec<Span> = anchors.iter().copied().filter(is_done).collect();
    let rewrite = |unit: Span| {
        let (at, own, _) = place(unit);
        insert_lines(text, at, &own)
    };
    match_count(&named(code), insertion.count, &anchors, &Results::proof(done), rewrite, || near(file, code))
}

fn at_edge(units: &dyn Units, site: &Site<'_>, edge: Edge, lines: &[u8]) -> Answer {
    let (file, text) = (site.file, &site.file.bytes);
    let Some((at, margin)) = units.edge(file, site.scope, edge) else {
        return refused("the scope has no lines of its own to insert lines into", site.scope.start);
    };
    let own = units.indented(file, lines, &margin);
    let others: Vec<Vec<u8>> =
        site.neighbours.iter().map(|other| units.indented(file, other, &margin)).collect();
    let is_done = match edge {
        Edge::Start => neighbours::starts_with(&text[at..], &own, &others),
        Edge::End => neighbours::ends_with(&text[..at], &own, &others),
    };
    if is_done { already(at) } else { change(vec![insert_lines(text, at, &own)]) }
}
