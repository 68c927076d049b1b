//! Plans of several edits: conflicts, order, idempotence, lints.

use super::{Plan, Series, plan};
use crate::edit::OutcomeKind;
use crate::edit::testing::{MemoryTree, patchset};
use crate::patchset::Lint;

type NamedFile = (&'static str, &'static [u8]);

const VERSION: NamedFile = ("Include/patchlevel.h", b"#define PY_VERSION \"2.5\"\n");

fn planned<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>, edits: &str) -> Plan {
    plan(&patchset(edits), &MemoryTree::of(files)).unwrap()
}

fn after(plan: &Plan, path: &str) -> String {
    let change =
        plan.changes.iter().find(|change| change.path.as_str() == path).expect("the file is changed");
    String::from_utf8(change.after.clone().expect("the file exists").bytes.to_vec()).unwrap()
}

fn conflicts(plan: &Plan) -> Vec<(&str, &str, usize)> {
    plan.conflicts.iter().map(|c| (c.first.as_str(), c.second.as_str(), c.place.line)).collect()
}

fn lints(plan: &Plan) -> Vec<Lint> {
    plan.edits.iter().flat_map(|edit| &edit.lints).map(|hit| hit.lint).collect()
}

#[test]
fn edits_of_one_file_are_combined() {
    let plan = planned(
        [("f", &b"a b c\n"[..])],
        "  - {id: x, why: w, file: f, text.replace: {find: a, with: 'A'}}\n  - {id: y, why: w, file: f, text.replace: {find: c, with: 'C'}}\n",
    );
    assert!(plan.fits() && !plan.is_done());
    assert_eq!(after(&plan, "f"), "A b C\n");
}

#[test]
fn edits_that_touch_the_same_bytes_conflict() {
    let plan = planned(
        [("f", &b"x\na b c\n"[..])],
        "  - {id: x, why: w, file: f, text.replace: {find: a b, with: y}}\n  - {id: z, why: w, file: f, text.replace: {find: b c, with: y}}\n",
    );
    assert_eq!(conflicts(&plan), [("x", "z", 2)]);
    assert!(!plan.fits() && plan.changes.is_empty());
}

#[test]
fn an_insertion_conflicts_inside_a_replacement_but_not_next_to_it() {
    let inside = "  - {id: x, why: w, file: f, text.replace: {find: a b c, with: y}}\n  - {id: z, why: w, file: f, text.insert: {after: b, text: ' i'}}\n";
    assert_eq!(conflicts(&planned([("f", &b"a b c\n"[..])], inside)), [("x", "z", 1)]);
    let adjacent = "  - {id: x, why: w, file: f, text.replace: {find: a b, with: y}}\n  - {id: z, why: w, file: f, text.insert: {before: c, text: 'i '}}\n";
    let plan = planned([("f", &b"a b c\n"[..])], adjacent);
    assert_eq!((conflicts(&plan).len(), after(&plan, "f").as_str()), (0, "y i c\n"));
}

#[test]
fn a_file_that_an_edit_adds_or_removes_conflicts_with_other_edits() {
    let twice = "  - {id: x, why: w, file: n, file.add: {content: a}}\n  - {id: y, why: w, file: n, file.add: {content: a}}\n";
    assert_eq!(conflicts(&planned([], twice)), [("x", "y", 1)]);
    let removed = "  - {id: x, why: w, file: f, file.remove: {contains: a}}\n  - {id: y, why: w, file: f, text.replace: {find: a, with: b}}\n";
    assert_eq!(conflicts(&planned([("f", &b"a"[..])], removed)), [("x", "y", 1)]);
    let mode = "  - {id: x, why: w, file: f, file.mode: {executable: true}}\n  - {id: y, why: w, file: f, text.replace: {find: a, with: b}}\n";
    let plan = planned([("f", &b"a"[..])], mode);
    let file = plan.changes[0].after.clone().unwrap();
    assert!(plan.fits() && file.executable && file.bytes == b"b");
}

#[test]
fn insertions_at_one_offset_keep_the_order_of_the_patchset() {
    let header = b"#ifndef X\n#define X\nint a;\n#endif\n";
    let plan = planned(
        [("h", &header[..])],
        "  - {id: x, why: w, file: h, header.undef: {names: [B]}}\n  - {id: y, why: w, file: h, header.undef: {names: [A]}}\n",
    );
    assert!(plan.fits(), "{plan:?}");
    assert_eq!(after(&plan, "h"), "#ifndef X\n#define X\nint a;\n#endif\n#undef/**/B\n#undef/**/A\n");
}

#[test]
fn an_edit_that_would_change_its_own_result_is_not_idempotent() {
    let plan = planned(
        [("f", &b"a b\n"[..])],
        "  - {id: x, why: w, file: f, text.replace: {find: a, with: b}}\n  - {id: y, why: w, file: f, text.replace: {find: b, with: a}}\n",
    );
    assert!(!plan.fits() && plan.changes.is_empty());
    let swapped = planned(
        [("f", &b"a;b;\n"[..])],
        "  - {id: x, why: w, file: f, text.insert: {after: 'a;', text: 'i;'}}\n  - {id: y, why: w, file: f, text.insert: {after: 'a;', text: 'j;'}}\n",
    );
    assert_eq!(swapped.not_idempotent.iter().map(|r| r.edit.as_str()).collect::<Vec<_>>(), ["y"]);
    assert!(swapped.changes.is_empty());
}

#[test]
fn a_tree_outside_the_range_is_planned_but_does_not_fit() {
    let mut one = patchset("  - {id: x, why: w, file: f, text.replace: {find: a, with: b}}\n");
    one.applies_to = Some(">=2.6".parse().unwrap());
    let plan = plan(&one, &MemoryTree::of([VERSION, ("f", b"a")])).unwrap();
    assert_eq!((plan.outside.as_deref().is_some(), plan.edits[0].verdict()), (true, OutcomeKind::Change));
    assert!(!plan.fits() && plan.changes.is_empty());
}

#[test]
fn a_patchset_has_nothing_to_do_on_its_own_result() {
    let one = patchset("  - {id: x, why: w, file: f, text.replace: {find: a, with: b}}\n");
    let series = Series::plan(&[one.clone(), one], &MemoryTree::of([("f", &b"a"[..])])).unwrap();
    assert!(series.misfit().is_none() && series.plans[1].is_done());
    assert_eq!(series.changes().len(), 1);
}

#[test]
fn each_lint_is_raised_and_can_be_allowed() {
    let header: NamedFile = ("pyconfig.h.in", b"#ifndef X\n#define X\nint a;\n#endif\n");
    let setup: NamedFile = ("Modules/Setup.dist", b"#a a.c\n");
    let three: NamedFile = ("Include/patchlevel.h", b"#define PY_VERSION \"3.12.0\"\n");
    let makesetup: (&str, &[u8]) = (
        "Makefile.pre.in",
        b"Makefile: x\n\t$(MAKESETUP) -s Modules Modules/Setup.local Modules/Setup.stdlib $(srcdir)/Modules/Setup\n",
    );
    let cases: [(Lint, Vec<NamedFile>, &str); 6] = [
        (
            Lint::UndefInTemplate,
            vec![header],
            "file: pyconfig.h.in, header.append: {text: '#undef X', place: outside-guard}",
        ),
        (
            Lint::UndefInsideGuard,
            vec![header],
            "file: pyconfig.h.in, header.undef: {names: [X], place: inside-guard}",
        ),
        (
            Lint::SetupIgnored,
            vec![setup, ("Modules/Setup", b"")],
            "file: Modules/Setup.dist, setup.enable: {modules: [a]}",
        ),
        (
            Lint::SetupShadowed,
            vec![("Modules/Setup", b"#a a.c\n"), ("Modules/Setup.stdlib.in", b""), makesetup],
            "file: Modules/Setup, setup.enable: {modules: [a]}",
        ),
        (Lint::StaleConfigure, vec![], "file: aclocal.m4, m4.define: {macros: A, text: 'm4_define([A])'}"),
        (
            Lint::PrintStatement,
            vec![three, ("f.py", b"a\n")],
            "file: f.py, text.replace: {find: a, with: \"print 'x'\"}",
        ),
    ];
    for (lint, files, edit) in cases {
        let plan = planned(files.clone(), &format!("  - {{id: x, why: w, {edit}}}\n"));
        assert_eq!(lints(&plan), [lint], "{edit}");
        assert!(!plan.fits());
        let allowed = planned(files, &format!("  - {{id: x, why: w, allow: {{{lint}: known}}, {edit}}}\n"));
        assert!(allowed.fits(), "{allowed:?}");
        assert_eq!(allowed.edits[0].lints[0].allowed.as_deref(), Some("known"));
    }
}

#[test]
fn lints_check_every_change_of_an_edit() {
    let header: NamedFile = ("pyconfig.h.in", b"#ifndef X\n#define X\nint a;\n#endif\n");
    let edit = "  - id: x\n    why: w\n    changes:\n      - {file: pyconfig.h.in, header.undef: {names: [A]}}\n      - {file: pyconfig.h.in, header.undef: {names: [B], place: inside-guard}}\n";
    assert_eq!(lints(&planned([header], edit)), [Lint::UndefInsideGuard]);
}

#[test]
fn an_edit_that_is_already_made_raises_no_lint() {
    let plan = planned(
        [("Modules/Setup.dist", &b"a a.c\n"[..]), ("Modules/Setup", b"")],
        "  - {id: x, why: w, file: Modules/Setup.dist, setup.enable: {modules: [a]}}\n",
    );
    assert!(plan.is_done() && lints(&plan).is_empty());
}
