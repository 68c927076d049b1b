//! Adds, replaces and removes items of lists between commas, with their commas and lines.

use super::definition::indented;
use crate::operation::lines::leading_blanks;
use crate::operation::prelude::*;
use crate::operation::value::Edge;
use crate::syntax::python::{Item, Items, PyFile};
use crate::text::line_bounds;

/// Puts other code in the place of an item, a value or an expression. Its lines after the first are indented as the line of
/// the old one; or, if the second one is aligned with a bracket of the first, they stay aligned with it.
pub(super) fn replacement(text: &[u8], old: Span, new: &str) -> Rewrite {
    let line = line_bounds(text, old.start);
    let blanks = leading_blanks(line.of(text));
    let new = new.trim().as_bytes();
    let before = Span::new(line.start + blanks.len(), old.start.max(line.start + blanks.len())).of(text);
    let is_first_byte = |b: &&u8| **b & 0xc0 != 0x80;
    let column = if is_aligned(new) { before.iter().filter(is_first_byte).count() } else { 0 };
    let margin = [blanks, &b" ".repeat(column)].concat();
    let new = shifted(new, &margin, line_ending(text));
    Rewrite::replace(old, &new[margin.len()..])
}

/// Whether the second line of `code` begins below what follows an opening bracket in the first one.
fn is_aligned(code: &[u8]) -> bool {
    let mut lines = code.split(|b| *b == b'\n');
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
    let column = second.iter().take_while(|b| **b == b' ').count();
    let bracket = column.checked_sub(1).and_then(|at| first.get(at));
    let follows = first.get(column).is_some_and(|b| !b.is_ascii_whitespace() && *b != b'#');
    bracket.is_some_and(|b| matches!(b, b'(' | b'[' | b'{')) && follows
}

/// A list in a file, which is edited.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub text: &'a [u8],
    pub list: &'a Items,
    /// Whether it is a tuple, for which the comma after a single item matters.
    pub is_tuple: bool,
}

impl List<'_> {
    fn items(&self) -> &[Item] {
        &self.list.items
    }

    fn line(&self, at: usize) -> Span {
        line_bounds(self.text, at)
    }

    /// Whether an item is the first code of its line.
    fn begins_line(&self, item: &Item) -> bool {
        let line = self.line(item.span.start);
        Span::new(line.start, item.span.start).of(self.text).trim_ascii().is_empty()
    }

    /// Whether no other item is on the lines of this one.
    fn is_alone(&self, index: usize) -> bool {
        let own = self.items()[index].span;
        let lines = Span::new(self.line(own.start).start, self.line(own.end).end);
        let before = index.checked_sub(1).map(|before| self.items()[before].span.end);
        let after = self.items().get(index + 1).map(|after| after.span.start);
        before.is_none_or(|end| end <= lines.start) && after.is_none_or(|start| start >= lines.end)
    }

    /// The blanks of the lines of items next to one, if these have lines of their own.
    fn own_line(&self, index: usize) -> Option<&[u8]> {
        // Without brackets, lines are joined by backslashes.
        self.list.bracket?;
        let next = self.items().get(index + 1).filter(|next| self.begins_line(next)).map(|_| index + 1);
        let before = index.checked_sub(1);
        let sample = if self.begins_line(&self.items()[index]) { index } else { next? };
        let is_filled = [Some(index), next, before].into_iter().flatten().any(|it| !self.is_alone(it));
        let start = self.items()[sample].span.start;
        (!is_filled).then(|| leading_blanks(&self.text[self.line(start).start..]))
    }

    /// What separates items on one line.
    fn separator(&self) -> &'static str {
        let mut gaps = self.items().windows(2).map(|pair| {
            let comma = pair[0].comma.unwrap_or(pair[0].span.end);
            Span::new(comma, pair[1].span.start).len()
        });
        let is_tight = !gaps.clone().any(|gap| gap > 1) && gaps.next().is_some();
        if is_tight { "," } else { ", " }
    }

    /// Whether only a bracket or comment follows on the line of `at`, and the list does not end there.
    fn ends_line(&self, at: usize) -> bool {
        self.line(at).end <= self.list.inside.end
    }

    /// Inserts an item so that it has this index.
    pub(super) fn insert(&self, index: usize, new: &str) -> Vec<Rewrite> {
        let ending = line_ending(self.text);
        let new = new.trim().as_bytes();
        match index.checked_sub(1) {
            Some(before) => self.insert_after(before, new, ending),
            None if self.items().is_empty() => self.insert_first(new, ending),
            None => self.insert_before(0, new, ending),
        }
    }

    fn insert_first(&self, new: &[u8], ending: &[u8]) -> Vec<Rewrite> {
        let inside = self.list.inside;
        let comma: &[u8] = if self.is_tuple { b"," } else { b"" };
        if !inside.of(self.text).contains(&b'\n') {
            return vec![Rewrite::insert(inside.start, [&with_line_ends(new, ending)[..], comma].concat())];
        }
        let margin = leading_blanks(self.line(inside.start).of(self.text));
        let step: &[u8] = if margin.starts_with(b"\t") { b"\t" } else { b"    " };
        let margin = [margin, step].concat();
        let line = [&shifted(new, &margin, ending)[..], b",", ending].concat();
        vec![Rewrite::insert(self.line(inside.start).end, line)]
    }

    fn insert_before(&self, index: usize, new: &[u8], ending: &[u8]) -> Vec<Rewrite> {
        let item = &self.items()[index];
        let Some(margin) = self.own_line(index) else {
            let new = with_line_ends(new, ending);
            return vec![Rewrite::insert(item.span.start, [&new, self.separator().as_bytes()].concat())];
        };
        let new = shifted(new, margin, ending);
        if self.begins_line(item) {
            let start = self.with_comments(item).start;
            return vec![Rewrite::insert(start, [&new[..], b",", ending].concat())];
        }
        let new = &new[margin.len()..];
        vec![Rewrite::insert(item.span.start, [new, b",", ending, margin].concat())]
    }

    fn insert_after(&self, index: usize, new: &[u8], ending: &[u8]) -> Vec<Rewrite> {
        let item = &self.items()[index];
        let separator = self.separator().as_bytes();
        let own_line = self.own_line(index);
        let (Some(margin), true) = (own_line, self.items().len() > 1 || self.begins_line(item)) else {
            let new = &with_line_ends(new, ending)[..];
            let is_single_tuple = self.is_tuple && self.items().len() == 1;
            return match item.comma {
                // The comma of a single item becomes that between two.
                Some(comma) if is_single_tuple => vec![Rewrite::insert(comma + 1, [b" ", new].concat())],
                _ => vec![Rewrite::insert(item.span.end, [separator, new].concat())],
            };
        };
        let new = shifted(new, margin, ending);
        match item.comma {
            Some(comma) if self.ends_line(comma) => {
                vec![Rewrite::insert(self.line(comma).end, [&new[..], b",", ending].concat())]
            }
            None if self.ends_line(item.span.end) => vec![
                Rewrite::insert(item.span.end, ","),
                Rewrite::insert(self.line(item.span.end).end, [&new[..], ending].concat()),
            ],
            Some(_) | None => vec![Rewrite::insert(item.span.end, [b",", ending, &new[..]].concat())],
        }
    }

    /// The lines of an item from the comments directly above it on.
    fn with_comments(&self, item: &Item) -> Span {
        let mut start = self.line(item.span.start).start;
        while start > self.list.inside.start {
            let above = self.line(start - 1);
            if above.start < self.list.inside.start || !above.of(self.text).trim_ascii().starts_with(b"#") {
                break;
            }
            start = above.start;
        }
        Span::new(start, item.span.end)
    }

    /// Removes an item. With `comment`, the comment lines directly above it go, too.
    pub(super) fn remove(&self, index: usize, comment: bool) -> Vec<Rewrite> {
        let mut all = self.removed(index, comment);
        // What remains of a tuple of two is a tuple only with a comma.
        if let ([_, last], 0, true) = (self.items(), index, self.is_tuple)
            && last.comma.is_none()
        {
            all.push(Rewrite::insert(last.span.end, ","));
        }
        all
    }

    fn removed(&self, index: usize, comment: bool) -> Vec<Rewrite> {
        let items = self.items();
        let item = &items[index];
        let end = item.comma.map_or(item.span.end, |comma| comma + 1);
        let before = index.checked_sub(1).map(|before| &items[before]);
        let after = items.get(index + 1);
        // The comma before the last item goes if that has none, but for a tuple of one item.
        let needs_comma = self.is_tuple && self.items().len() == 2;
        let comma_before = before.and_then(|before| before.comma);
        let orphan = comma_before.filter(|_| item.comma.is_none() && !needs_comma);
        if self.begins_line(item) && self.is_alone(index) && self.ends_line(end) {
            let start =
                if comment { self.with_comments(item).start } else { self.line(item.span.start).start };
            let lines = Rewrite::remove(Span::new(start, self.line(end).end));
            return orphan
                .map(|at| Rewrite::remove(Span::new(at, at + 1)))
                .into_iter()
                .chain([lines])
                .collect();
        }
        let same_line = |a: usize, b: usize| !Span::new(a, b).of(self.text).contains(&b'\n');
        match (before, after) {
            (_, Some(after)) if same_line(end, after.span.start) || before.is_none() => {
                vec![Rewrite::remove(Span::new(item.span.start, after.span.start))]
            }
            (Some(before), _) => {
                let kept = before.comma.map_or(before.span.end, |comma| comma + 1);
                let has_comment = Span::new(kept, item.span.start).of(self.text).contains(&b'#');
                match orphan {
                    Some(at) if has_comment => vec![
                        Rewrite::remove(Span::new(at, at + 1)),
                        Rewrite::remove(Span::new(item.span.start, end)),
                    ],
                    Some(at) => vec![Rewrite::remove(Span::new(at, end))],
                    None => vec![Rewrite::remove(Span::new(
                        if has_comment { item.span.start } else { kept },
                        end,
                    ))],
                }
            }
            (None, _) => vec![Rewrite::remove(Span::new(item.span.start, end))],
        }
    }
}

/// The first line of `code` and the others, indented by `margin`.
fn shifted(code: &[u8], margin: &[u8], ending: &[u8]) -> Vec<u8> {
    let mut out = indented(code, margin, ending);
    let end = out.trim_ascii_end().len();
    out.truncate(end);
    out
}

/// Checks that a text is one item.
pub(super) fn check_item(text: &str, what: &str) -> Result<(), String> {
    let list = format!("[{}]", text.trim());
    let file = PyFile::parse(list.as_bytes());
    let parsed = file.literal(Span::new(0, list.len()));
    let is_one = parsed.is_some_and(|list| matches!(list.items[..], [Item { comma: None, .. }]));
    ensure(is_one && file.problems().is_empty(), &format!("needs one {what}, without a comma after it"))
}

/// Checks what the types of a position cannot say.
pub(super) fn check_position(
    before: Option<&String>,
    after: Option<&String>,
    at: Option<Edge>,
) -> Result<(), String> {
    let given = usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
    ensure(given <= 1, "needs only one of `before`, `after` and `at`")?;
    let is_empty = before.or(after).is_some_and(|name| name.trim().is_empty());
    ensure(!is_empty, "has an empty anchor")
}

/// A place that an operation found.
pub(super) struct Match {
    /// The bytes that it attaches to.
    pub at: Span,
    /// What it changes there; nothing if the change is made.
    pub rewrites: Vec<Rewrite>,
}

/// The answer for an anchor that must match `count` times.
pub(super) fn answer(what: &str, count: Count, matches: Vec<Match>, near: &dyn Fn() -> Vec<usize>) -> Answer {
    let found: Vec<Span> = matches.iter().map(|one| one.at).collect();
    let made = matches.iter().filter(|one| one.rewrites.is_empty()).map(|one| one.at).collect();
    let empty = |span: Span| Rewrite::insert(span.start, "");
    let answer = match_count(what, count.0, &found, &Results::proof(made), empty, near)?;
    match answer {
        Resolution::Already(at) => Ok(Resolution::Already(at)),
        Resolution::Change { .. } => {
            let open = matches.into_iter().filter(|one| !one.rewrites.is_empty());
            let (anchors, rewrites): (Vec<Span>, Vec<Vec<Rewrite>>) =
                open.map(|one| (one.at, one.rewrites)).unzip();
            change_at(anchors, rewrites.concat())
        }
    }
}

/// The answer for something to remove that is nowhere: it was removed, unless similar names suggest another spelling.
pub(super) fn removed(what: &str, similar: Vec<usize>, at: usize) -> Answer {
    if similar.is_empty() {
        return already(at);
    }
    let mut miss = Miss::new(format!("{what} was not found, but similar names were")).near(similar);
    // It may also have been removed next to similar names, as a receipt can show.
    miss.results = vec![at];
    Err(miss.into())
}
