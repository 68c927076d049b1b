//! When each lint is raised. A lint finds an edit that fits and would still have no effect.

use super::LintHit;
use crate::edit::{Context, Part};
use crate::modules::setup_files;
use crate::operation::{Anchor, Delta, Family, Side};
use crate::patchset::{Change, Edit, Lint, Patchset};
use crate::tree::TreeError;

/// The lints that the parts of an edit raise. Only parts that change something raise any.
///
/// # Errors
/// If the tree cannot be read.
pub fn check(
    context: &Context<'_>,
    patchset: &Patchset,
    edit: &Edit,
    parts: &[Part],
) -> Result<Vec<LintHit>, TreeError> {
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
            if is_new && let Some(message) = message(lint, context, patchset, change, part)? {
                hits.push(LintHit { lint, message, allowed: edit.allow.get(lint.name()).cloned() });
            }
        }
    }
    Ok(hits)
}

/// The message of `lint`, if the part raises it.
fn message(
    lint: Lint,
    context: &Context<'_>,
    patchset: &Patchset,
    change: &Change,
    part: &Part,
) -> Result<Option<String>, TreeError> {
    let file = part.file.as_str();
    let adds = |what: fn(&[u8]) -> bool| part.deltas.iter().any(|delta| added(delta).is_some_and(what));
    let is_setup = change.operation.family() == Family::Setup;
    let (is_raised, message) = match lint {
        Lint::UndefInTemplate => (
            file.ends_with(".h.in") && adds(has_plain_undef),
            format!("config.status rewrites a plain `#undef` in {file}: use `header.undef`, which writes `#undef/**/X`"),
        ),
        Lint::UndefInsideGuard => (
            change.operation.operate().describe().anchor == Anchor::Guard(Side::InsideGuard)
                && part.file.file_name() == "pyconfig.h.in"
                && adds(has_undef),
            "inside the include guard it takes effect before the system's headers only: write `place: outside-guard`".to_owned(),
        ),
        Lint::SetupIgnored => (
            is_setup && file == "Modules/Setup.dist" && context.tree.entry(&path("Modules/Setup"))?.is_some(),
            "Modules/Setup exists, so configure does not replace it with Modules/Setup.dist: edit Modules/Setup".to_owned(),
        ),
        Lint::SetupShadowed => (
            is_setup && file == "Modules/Setup" && is_shadowed(context)?,
            "makesetup reads Modules/Setup.stdlib first, and the first rule for a module wins: use Modules/Setup.local, or configure with MODULE_BUILDTYPE=static".to_owned(),
        ),
        Lint::StaleConfigure => (
            ["configure.in", "configure.ac", "aclocal.m4"].contains(&file) && !is_regenerated(patchset, part),
            format!("configure is generated from {file} and is not regenerated: add an entry to `build: regenerate:` that reads {file} and writes configure"),
        ),
        Lint::PrintStatement => {
            let version = context.version.as_ref().filter(|version| version.series().0 >= 3);
            (
                version.is_some() && file.ends_with(".py") && adds(has_print_statement),
                format!("Python 2's print statement is a SyntaxError in {}: write `print(...)`", version.map(ToString::to_string).unwrap_or_default()),
            )
        }
    };
    Ok(is_raised.then_some(message))
}

/// Whether the patchset regenerates configure from the file of `part`.
fn is_regenerated(patchset: &Patchset, part: &Part) -> bool {
    patchset.build.regenerate.iter().any(|one| {
        one.writes.iter().any(|written| written.as_str() == "configure") && one.reads.contains(&part.file)
    })
}

fn path(text: &str) -> crate::tree::TreePath {
    text.parse().expect("a literal path is valid")
}

/// Whether makesetup reads Setup.stdlib before Modules/Setup (3.12 and later).
fn is_shadowed(context: &Context<'_>) -> Result<bool, TreeError> {
    let order = setup_files(context.tree)?;
    Ok(order
        .iter()
        .take_while(|one| one.made != "Modules/Setup")
        .any(|one| one.made == "Modules/Setup.stdlib"))
}

/// The text that a delta adds.
fn added(delta: &Delta) -> Option<&[u8]> {
    match delta {
        Delta::Rewrite(rewrite) => Some(&rewrite.with),
        Delta::Add { bytes, .. } => Some(bytes),
        Delta::Remove | Delta::Mode { .. } => None,
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

/// `#undef X`, as config.status looks for it: with a blank after the word.
fn has_plain_undef(text: &[u8]) -> bool {
    text.split(|b| *b == b'\n').any(|line| {
        let rest = directive(line);
        rest.strip_prefix(b"undef")
            .is_some_and(|rest| rest.first().is_some_and(|b| matches!(b, b' ' | b'\t')))
    })
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
    fn only_an_undef_that_config_status_rewrites_is_plain() {
        assert!(has_plain_undef(b"x\n# undef FOO\n"));
        assert!(!has_plain_undef(b"#undef/**/FOO\n/* #undef */\n"));
    }

    #[test]
    fn a_call_of_print_is_not_a_statement() {
        assert!(has_print_statement(b"def f():\n    print \"a\", b\n"));
        assert!(!has_print_statement(b"    print (\"a\")\n    print = 1\n    printer x\n"));
    }
}
