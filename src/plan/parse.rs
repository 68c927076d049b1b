//! Finds edits after which a file no longer parses: Python at the wrong column, C with half a block, m4 with half a quote, XML with one tag of two.

use super::{Plan, PlannedEdit};
use crate::edit::{Context, Outcome, Part};
use crate::operation::{Delta, ParsedFile};
use crate::syntax::{Doubt, Problem, m4, xml};
use crate::text::{self, Rewrite, Span, line_bounds};
use crate::tree::{File, FileChange, Location, TreeError, TreePath};

/// Refuses the edits of a plan after which a file of C, Python, m4 or XML does not parse, though it did before. `after` is the tree
/// after `changes`.
pub(super) fn refuse(plan: &mut Plan, after: &Context<'_>, changes: &[FileChange]) -> Result<(), TreeError> {
    for change in changes {
        let Some(before) = change.before.as_ref().filter(|_| format(&change.path).is_some()) else {
            continue;
        };
        if change.after.as_ref().is_none_or(|file| file.is_link) || before.is_link {
            continue;
        }
        let Some(file) = after.parsed(&change.path)? else { continue };
        // Most files parse, so the file before is parsed only in doubt.
        let is_c = matches!(format(&change.path), Some(Format::C));
        let has_more_labels = is_c && labels(&file.bytes) > labels(&before.bytes);
        let problem = |file: &ParsedFile| {
            problem(file).or_else(|| has_more_labels.then(|| repeated_label(file)).flatten())
        };
        let Some((place, what)) = problem(&file) else { continue };
        if problem(&parsed(change, before)).is_some() {
            continue;
        }
        let touches = |edit: &PlannedEdit| {
            edit.parts.iter().any(|part| part.file == change.path && !part.deltas.is_empty())
        };
        let breaks = |edit: &PlannedEdit| {
            let own = plan.changes_of(edit).into_iter().find(|own| own.path == change.path);
            own.is_some_and(|own| {
                own.after.as_ref().is_some_and(|after| problem(&parsed(&own, after)).is_some())
            })
        };
        let mut at: Vec<usize> = (0..plan.edits.len()).filter(|at| breaks(&plan.edits[*at])).collect();
        if at.is_empty() {
            at = (0..plan.edits.len()).filter(|at| touches(&plan.edits[*at])).collect();
        }
        for number in at {
            let parts = plan.edits[number].parts.iter_mut();
            for part in parts.filter(|part| part.file == change.path && !part.deltas.is_empty()) {
                let hint = if loses_indentation(part, &before.bytes) {
                    " (write `indent: anchor` to indent the inserted lines)"
                } else {
                    ""
                };
                let why = format!(
                    "the file would no longer parse: line {} after the edit, `{}`: {what}{hint}",
                    place.line,
                    place.text.trim()
                );
                part.outcome = Outcome::Refused { why, place: None };
            }
        }
    }
    Ok(())
}

/// Whether `text.insert` puts lines of Python at the margin next to an indented line.
fn loses_indentation(part: &Part, before: &[u8]) -> bool {
    let is_indented = |line: Span| line.of(before).starts_with(b" ") || line.of(before).starts_with(b"\t");
    part.operation == "text.insert"
        && part.file.as_str().ends_with(".py")
        && part.deltas.iter().any(|delta| match delta {
            Delta::Rewrite(rewrite) => {
                let at = rewrite.span.start;
                let line = line_bounds(before, at);
                let first = rewrite.with.first().filter(|_| line.start == at);
                let more = rewrite.with.windows(2).filter(|pair| pair[0] == b'\n').map(|pair| &pair[1]);
                first.into_iter().chain(more).any(|byte| !byte.is_ascii_whitespace())
                    && (is_indented(line) || at > 0 && is_indented(line_bounds(before, at - 1)))
            }
            Delta::Add { .. }
            | Delta::Link { .. }
            | Delta::Remove
            | Delta::Move { .. }
            | Delta::Mode { .. } => false,
        })
}

/// The formats in which damage is recognised.
enum Format {
    C,
    Python,
    M4,
    Xml,
}

fn format(path: &TreePath) -> Option<Format> {
    let (path, name) = (path.as_str(), path.file_name());
    match path.rsplit('.').next() {
        Some("c" | "h") => Some(Format::C),
        Some("py") => Some(Format::Python),
        Some("ac" | "m4") => Some(Format::M4),
        _ if xml::is_xml(name) => Some(Format::Xml),
        _ => (name == "configure.in").then_some(Format::M4),
    }
}

fn parsed(change: &FileChange, file: &File) -> ParsedFile {
    ParsedFile::new(change.path.clone(), file.bytes.clone(), file.executable)
}

/// How many labels of `switch`es a text may have.
fn labels(text: &[u8]) -> usize {
    ["case", "default"].iter().map(|word| memchr::memmem::find_iter(text, word).count()).sum()
}

/// The second of two equal labels of one `switch` of C.
fn repeated_label(file: &ParsedFile) -> Option<(Location, String)> {
    let repeated = file.c().repeated_label().filter(|_| matches!(format(&file.path), Some(Format::C)))?;
    let line = file.location(repeated.first.start).line;
    Some((file.location(repeated.second.start), format!("the `switch` has this label in line {line}, too")))
}

/// The label that a `switch` of `file` has, if `part` adds the same one.
pub(crate) fn label_there(file: &ParsedFile, part: &Part) -> Option<Location> {
    let rewrite_of = |delta: &Delta| match delta {
        Delta::Rewrite(rewrite) => Some(rewrite.clone()),
        Delta::Add { .. } | Delta::Link { .. } | Delta::Remove | Delta::Move { .. } | Delta::Mode { .. } => {
            None
        }
    };
    let rewrites: Vec<Rewrite> = part.deltas.iter().filter_map(rewrite_of).collect();
    if !matches!(format(&file.path), Some(Format::C)) || rewrites.iter().all(|one| labels(&one.with) == 0) {
        return None;
    }
    let after = text::apply(&file.bytes, &rewrites).ok()?;
    let after = ParsedFile::new(file.path.clone(), after.into(), file.executable);
    let repeated = after.c().repeated_label().filter(|_| file.c().repeated_label().is_none())?;
    let old = |label: Span| offset_before(&rewrites, label.start);
    Some(file.location(old(repeated.first).or_else(|| old(repeated.second))?))
}

/// Where a byte was before `rewrites`; `None` for one that they added.
fn offset_before(rewrites: &[Rewrite], offset: usize) -> Option<usize> {
    let mut all: Vec<&Rewrite> = rewrites.iter().collect();
    all.sort_by_key(|rewrite| rewrite.span);
    let (mut added, mut removed) = (0, 0);
    for rewrite in all {
        let start = rewrite.span.start + added - removed;
        if offset < start {
            break;
        }
        if offset < start + rewrite.with.len() {
            return None;
        }
        (added, removed) = (added + rewrite.with.len(), removed + rewrite.span.len());
    }
    Some(offset + removed - added)
}

/// The first thing in a file of C, Python, m4 or XML that does not parse.
pub(crate) fn problem(file: &ParsedFile) -> Option<(Location, String)> {
    let first = |all: &[Problem]| all.iter().find(|problem| problem.doubt == Doubt::Damage).cloned();
    let first = match format(&file.path)? {
        Format::C => first(file.c().problems()),
        Format::Python => first(file.python().problems()),
        Format::M4 => m4::problem(&file.bytes),
        Format::Xml => file.xml().problem.clone(),
    }?;
    Some((file.location(first.span.start), first.what))
}
