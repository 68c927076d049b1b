//! When each lint is raised. A lint finds an edit that fits and would still have no effect.

use super::LintHit;
use super::configure::{SOURCES, Whole, changes_only_comments};
use crate::contents::Contents;
use crate::edit::{Context, Part};
use crate::modules::{is_shadowed, setup_files};
use crate::operation::diff::untaken;
use crate::operation::{Anchor, Delta, Family, Operation, Side};
use crate::patchset::{Change, Edit, Lint, Patchset};
use crate::tree::{FileChange, TreeError, TreePath};

/// The lints that the parts of an edit raise, where `all` are the parts of all edits, and `changes` what they make together. Only parts that change something
/// raise any.
///
/// # Errors
/// If the tree cannot be read.
pub fn check(
    context: &Context<'_>,
    patchset: &Patchset,
    edit: &Edit,
    parts: &[Part],
    all: &[&Part],
    changes: &[FileChange],
) -> Result<Vec<LintHit>, TreeError> {
    let whole = Whole::new(context, all, changes);
    let mut hits: Vec<LintHit> = Vec::new();
    for part in parts {
        let change = &edit.changes[part.change];
        // A module that is disabled in one Setup file may still be enabled in another.
        let disables =
            matches!(change.operation.operate().describe().anchor, Anchor::Modules { enable: false, .. });
        if part.deltas.is_empty() && !disables {
            continue;
        }
        for lint in Lint::ALL {
            let is_new = !hits.iter().any(|hit| hit.lint == lint);
            if is_new && is_raised(lint, &whole, patchset, change, part)? {
                let message = message(lint, context, patchset, change, part);
                hits.push(LintHit { lint, message, allowed: edit.allow.get(lint.name()).cloned() });
            }
        }
    }
    Ok(hits)
}

/// Whether the part raises `lint`.
fn is_raised(
    lint: Lint,
    whole: &Whole<'_>,
    patchset: &Patchset,
    change: &Change,
    part: &Part,
) -> Result<bool, TreeError> {
    let context = whole.context;
    let file = part.file.as_str();
    let adds = |what: fn(&[u8]) -> bool| part.deltas.iter().any(|delta| added(delta).is_some_and(what));
    let is_setup = || change.operation.family() == Family::Setup;
    Ok(match lint {
        Lint::UndefInTemplate => {
            file.ends_with(".h.in") && adds(has_undef) && whole.adds_unchecked_undef(part)?
        }
        Lint::UndefInsideGuard => {
            part.file.file_name() == "pyconfig.h.in"
                && change.operation.operate().describe().anchor == Anchor::Guard(Side::InsideGuard)
                && adds(has_undef)
        }
        Lint::SetupIgnored => file == "Modules/Setup.dist" && is_setup() && whole.has_own_setup()?,
        Lint::SetupShadowed => {
            file == "Modules/Setup" && is_setup() && is_shadowed(&setup_files(context.tree)?)
        }
        Lint::StaleConfigure => {
            SOURCES.contains(&file)
                && !is_regenerated(patchset, part)
                && !whole.changes_configure()
                && !changes_only_comments(context, part)?
        }
        Lint::UntakenSection => !untaken_sections(patchset, change).is_empty(),
        Lint::PrintStatement => {
            file.ends_with(".py")
                && context.version.as_ref().is_some_and(|version| version.series().0 >= 3)
                && adds(has_print_statement)
        }
    })
}

/// What is wrong where a part raises `lint`, and what to write instead.
fn message(lint: Lint, context: &Context<'_>, patchset: &Patchset, change: &Change, part: &Part) -> String {
    let file = part.file.as_str();
    match lint {
        Lint::UndefInTemplate => format!(
            "config.status rewrites a plain `#undef` in {file}: use `header.undef`, which writes `#undef/**/X`"
        ),
        Lint::UndefInsideGuard => {
            "inside the include guard it takes effect before the system's headers only: write `place: outside-guard`".to_owned()
        }
        Lint::SetupIgnored => {
            "Modules/Setup exists, so configure does not replace it with Modules/Setup.dist: edit Modules/Setup".to_owned()
        }
        Lint::SetupShadowed => {
            "makesetup reads Modules/Setup.stdlib first, and the first rule for a module wins: use Modules/Setup.local, or configure with MODULE_BUILDTYPE=static".to_owned()
        }
        Lint::StaleConfigure => format!(
            "configure is generated from {file} and is not regenerated: write `build: {{regenerate: [{{why: REASON, run: [autoconf], reads: [{file}], writes: [configure]}}]}}`"
        ),
        Lint::UntakenSection => untaken_message(change, &untaken_sections(patchset, change)),
        Lint::PrintStatement => {
            let version = context.version.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("Python 2's print statement is a SyntaxError in {version}: write `print(...)`")
        }
    }
}

/// The files of the patch of a change that no change of the patchset takes from it.
fn untaken_sections(patchset: &Patchset, change: &Change) -> Vec<String> {
    fn patch_of(change: &Change) -> Option<Contents> {
        match &change.operation {
            Operation::Diff(diff) => Some(change.texts.contents(&diff.patch)),
            _ => None,
        }
    }
    let Some(patch) = patch_of(change) else { return Vec::new() };
    // An inherited edit that is dropped, which has its reason, may be the one that took it.
    if !patchset.dropped.is_empty() {
        return Vec::new();
    }
    let takes = |other: &&Change| match &other.operation {
        Operation::Diff(_) => patch_of(other).as_ref() == Some(&patch),
        operation => operation.family() == Family::File,
    };
    let changes =
        patchset.edits.iter().flat_map(|edit| &edit.changes).flat_map(Change::each_form).filter(takes);
    let taken: Vec<&str> = changes.flat_map(|change| &change.file).map(TreePath::as_str).collect();
    untaken(&patch, &taken)
}

fn untaken_message(change: &Change, names: &[String]) -> String {
    let files = change.operation.text_files();
    let patch = files.first().map_or("the patch", |file| file.name.as_str());
    let names = names.join(", ");
    format!(
        "{patch} is also for {names}, which no change takes from it: add a change with that `file` and the same `patch`"
    )
}

/// What is wrong with a patchset on any tree, each with the edit: lints that depend on no tree and are not allowed.
pub fn check_without_tree(patchset: &Patchset) -> Vec<(&Edit, Lint, String)> {
    let lint = Lint::UntakenSection;
    let edits = patchset.edits.iter().filter(|edit| !edit.allow.contains_key(lint.name()));
    edits
        .filter_map(|edit| {
            let mut found = edit
                .changes
                .iter()
                .flat_map(Change::each_form)
                .map(|change| (change, untaken_sections(patchset, change)));
            let (change, names) = found.find(|(_, names)| !names.is_empty())?;
            Some((edit, lint, untaken_message(change, &names)))
        })
        .collect()
}

/// Whether the patchset regenerates configure from the file of `part`.
fn is_regenerated(patchset: &Patchset, part: &Part) -> bool {
    patchset.build.regenerate.iter().any(|one| {
        one.writes.iter().any(|written| written.as_str() == "configure") && one.reads.contains(&part.file)
    })
}

/// The text that a delta adds.
fn added(delta: &Delta) -> Option<&[u8]> {
    match delta {
        Delta::Rewrite(rewrite) => Some(&rewrite.with),
        Delta::Add { bytes, .. } => Some(bytes),
        Delta::Link { .. } | Delta::Remove | Delta::Move { .. } | Delta::Mode { .. } => None,
    }
}

/// A preprocessor directive without its `#`; empty for any other line.
fn directive(line: &[u8]) -> &[u8] {
    line.trim_ascii_start().strip_prefix(b"#").map_or(&[], <[u8]>::trim_ascii_start)
}

/// `#undef` in any spelling.
fn has_undef(text: &[u8]) -> bool {
    text.split(|b| *b == b'\n').any(|line| directive(line).starts_with(b"undef"))
}

/// `print x`, at the beginning of a line.
fn has_print_statement(text: &[u8]) -> bool {
    text.split(|b| *b == b'\n').any(|line| {
        let rest = line.trim_ascii_start().strip_prefix(b"print ").map(<[u8]>::trim_ascii_start);
        rest.and_then(<[u8]>::first).is_some_and(|b| !matches!(b, b'=' | b'(' | b'.' | b','))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_print_is_not_a_statement() {
        assert!(has_print_statement(b"def f():\n    print \"a\", b\n"));
        assert!(!has_print_statement(b"    print (\"a\")\n    print = 1\n    printer x\n"));
    }
}
