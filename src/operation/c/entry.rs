//! Finds lists and their entries, and writes entries for their place.

use super::code::indented;
use super::statements::Statements;
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::unit::Units;
use crate::syntax::c::{CFile, List, ListEntry, ListKind};
use crate::text::{Comments, apply};

/// The only list of a name in the scope of the site. A type and a variable may have the same name: then it is the variable, and
/// that of the file rather than one in a function.
pub(super) fn list(site: &Site<'_>, name: &str) -> Result<List, Failure> {
    let (c, text) = (site.file.c(), &site.file.bytes);
    let mut all = c.lists(site.scope);
    let is_called = |list: &&List| list.names.iter().any(|own| own.of(text) == name.as_bytes());
    if site.is_limited && !all.iter().any(|list| is_called(&list)) {
        // The scope may be inside the list, as a branch of an `#if` around some of its entries.
        let mut around = c.lists(site.file.span());
        around.retain(|list| is_called(&list) && list.inside.contains(site.scope));
        for list in &mut around {
            list.entries.retain(|entry| site.scope.contains(entry.code));
        }
        all.extend(around);
    }
    let mut found: Vec<&List> = all.iter().filter(is_called).collect();
    let narrowings: [&dyn Fn(&List) -> bool; 2] =
        [&|list| list.kind == ListKind::Values, &|list| !c.is_in_function(list.inside)];
    for narrowing in narrowings {
        let narrower: Vec<&List> = found.iter().copied().filter(|list| narrowing(list)).collect();
        if found.len() > 1 && !narrower.is_empty() {
            found = narrower;
        }
    }
    let one = match found[..] {
        [one] => one,
        [] => {
            let names = all.iter().flat_map(|list| &list.names);
            let names = names.map(|span| (span.start, String::from_utf8_lossy(span.of(text))));
            return Err(Miss::new(format!("no table is called `{name}`")).near(nearest(name, names)).into());
        }
        _ => {
            let what = format!("{} tables are called `{name}`", found.len());
            return Err(Failure::ambiguous(what, found.iter().map(|list| list.names[0].start)));
        }
    };
    // Only fields end so: a brace before it is not closed.
    let ends_wrongly = |entry: &&ListEntry| entry.code.of(text).ends_with(b";");
    if one.kind != ListKind::Fields
        && let Some(wrong) = one.entries.iter().find(ends_wrongly)
    {
        let why = format!("`{name}` cannot be parsed safely: an entry of it ends in a `;`");
        return Err(Failure::refused(why, wrong.code.start));
    }
    match c.problem_in(one.inside) {
        Some(problem) => Err(Failure::doubtful(&format!("`{name}`"), problem)),
        None => Ok(one.clone()),
    }
}

/// The entries of a list that are called `key`.
pub(super) fn called<'a>(list: &'a List, key: &str) -> Vec<&'a ListEntry> {
    list.entries.iter().filter(|entry| entry.keys.iter().any(|own| own == key)).collect()
}

/// The only entry of a list that is called `key`.
pub(super) fn only_entry<'a>(list: &'a List, table: &str, key: &str) -> Result<&'a ListEntry, Failure> {
    match called(list, key)[..] {
        [one] => Ok(one),
        [] => Err(no_entry(list, table, key).into()),
        ref found => {
            let what = format!("{} entries of `{table}` are called `{key}`", found.len());
            Err(Failure::ambiguous(what, found.iter().map(|entry| entry.code.start)))
        }
    }
}

pub(super) fn no_entry(list: &List, table: &str, key: &str) -> Miss {
    let names = list
        .entries
        .iter()
        .flat_map(|entry| entry.keys.iter().map(|own| (entry.code.start, own.as_str().into())));
    let miss = Miss::new(format!("`{table}` has no entry `{key}`")).near(nearest(key, names));
    Miss { at: Some(list.names[0].start), ..miss }
}

/// A text of a patchset as entries of a list.
pub(super) struct NewEntry<'a> {
    /// The text without the comma or semicolon at its end, and what follows that.
    pub text: &'a [u8],
    /// Comments at the end, with the blanks before them.
    pub comment: &'a [u8],
    /// Whether it had one.
    pub is_separated: bool,
    /// What its first entry is called.
    pub keys: Vec<String>,
}

/// Reads a text as an entry of a list.
pub(super) fn new_entry<'a>(list: &List, text: &'a [u8]) -> Result<NewEntry<'a>, Failure> {
    let text = text.trim_ascii_end();
    let (open, close): (&[u8], &[u8]) = match list.kind {
        ListKind::Fields => (b"struct x {\n", b"\n};"),
        ListKind::Constants => (b"enum x {\n", b"\n};"),
        ListKind::Values => (b"T x[] = {\n", b"\n};"),
    };
    let file = CFile::parse([open, text, close].concat());
    let lists = file.lists(Span::new(0, open.len() + text.len() + close.len()));
    let first = lists.first().and_then(|list| list.entries.first());
    let is_whole =
        lists.first().is_some_and(|list| list.inside.end + 2 == open.len() + text.len() + close.len());
    match first.filter(|_| is_whole && file.problems().is_empty()) {
        Some(first) => {
            let (code, comment) = text.split_at(Comments::C.blanked(text).trim_ascii_end().len());
            let bare = code.strip_suffix(separator(list)).unwrap_or(code);
            Ok(NewEntry { text: bare, comment, is_separated: bare != code, keys: first.keys.clone() })
        }
        None => Err(Failure::fault("its entry is not one of such a list")),
    }
}

/// Checks that a new entry is one of its own after a change: it is not where an entry before it lacks its comma, or a brace.
pub(super) fn check_entry(
    site: &Site<'_>,
    table: &str,
    entry: &[u8],
    answer: &Resolution,
) -> Result<(), Failure> {
    let Resolution::Change { deltas, anchors } = answer else { return Ok(()) };
    let rewrites: Vec<Rewrite> = deltas.iter().filter_map(Delta::as_rewrite).cloned().collect();
    let after = apply(&site.file.bytes, &rewrites).unwrap_or_default();
    let end = site.scope.end + after.len() - site.file.bytes.len();
    let file = ParsedFile::new(site.file.path.clone(), after.into(), site.file.executable);
    let after = Site { file: &file, scope: Span::new(site.scope.start, end), ..*site };
    let is_own =
        list(&after, table).is_ok_and(|list| list.entries.iter().any(|own| is_same(&file, own, entry)));
    if is_own {
        return Ok(());
    }
    let why = format!("the new entry of `{table}` would be a part of another one, which is not complete");
    Err(Failure::refused(why, anchors.first().map_or(site.scope.start, |span| span.start)))
}

/// What ends an entry of a list.
pub(super) fn separator(list: &List) -> &'static [u8] {
    if list.kind == ListKind::Fields { b";" } else { b"," }
}

/// Whether an entry of the file has the tokens of a text; a comma or semicolon at the end does not matter.
pub(super) fn is_same(file: &ParsedFile, entry: &ListEntry, text: &[u8]) -> bool {
    let other = CFile::parse(text);
    let all = Span::new(0, text.len());
    let bare = |mut tokens: Vec<Vec<u8>>| {
        tokens.pop_if(|last| matches!(&last[..], b"," | b";"));
        tokens
    };
    let owned = |tokens: Vec<&[u8]>| tokens.into_iter().map(<[u8]>::to_vec).collect();
    bare(owned(file.c().tokens_of(entry.code))) == bare(owned(other.tokens_of(all)))
}

/// Whether an entry ends with its comma or semicolon.
pub(super) fn is_separated(file: &ParsedFile, list: &List, entry: &ListEntry) -> bool {
    entry.code.of(&file.bytes).ends_with(separator(list))
}

/// The last entry, if it only ends the list: `{NULL, NULL}`, `0`.
pub(super) fn sentinel<'a>(file: &ParsedFile, list: &'a List) -> Option<&'a ListEntry> {
    let [.., before, last] = &list.entries[..] else { return None };
    let is_nothing = |token: &&[u8]| matches!(*token, b"{" | b"}" | b"," | b"(" | b")" | b"NULL" | b"0");
    let starts_so = before.code.of(&file.bytes).iter().any(|b| matches!(b, b'{' | b'"' | b'_'));
    let tokens = file.c().tokens_of(last.code);
    (list.kind == ListKind::Values && starts_so && tokens.iter().all(is_nothing)).then_some(last)
}

/// An entry with the blanks and line ends of its place, which begins at the column of another one.
pub(super) fn for_place(file: &ParsedFile, text: &[u8], neighbour: usize) -> Vec<u8> {
    let lines = Statements.indented(file, text, indentation(&file.bytes, neighbour));
    lines.trim_ascii().to_vec()
}

/// An entry as whole lines, indented as another one.
pub(super) fn as_entry_lines(file: &ParsedFile, text: &[u8], neighbour: usize) -> Vec<u8> {
    indented(text, indentation(&file.bytes, neighbour), line_ending(&file.bytes))
}
