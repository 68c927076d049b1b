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
}

#[test]
fn an_edit_in_one_of_two_variants_fits_though_the_other_has_its_result() {
    let text = b"#ifdef A\nvoid f(void) { one(); }\n#else\nvoid f(void) { two(); }\n#endif\n";
    let edit =
        "  - {id: x, why: w, file: f.c, within: {function: f}, c.replace: {find: one();, with: two();}}\n";
    let plan = planned([("f.c", &text[..])], edit);
    assert!(plan.fits(), "{:#?} {:?}", plan.edits, plan.not_idempotent);
    assert_eq!(after(&plan, "f.c"), String::from_utf8_lossy(text).replace("one", "two"));
}

#[test]
fn several_insertions_at_one_anchor_keep_the_order_of_the_patchset() {
    let edit = |id: &str, operation: &str, file: &str, side: &str, text: &str| {
        format!("  - id: {id}\n    why: w\n    file: {file}\n    {operation}: {{{side}, text: \"{text}\"}}\n")
    };
    let text = |id: &str, side: &str, text: &str| edit(id, "text.insert", "f", side, text);
    let three = |side: &str| {
        ["X\\n", "Y\\n", "Z\\n"].map(|line| text(&line[..1].to_lowercase(), side, line)).concat()
    };
    let file = || [("f", &b"a\nb\nc\n"[..])];
    for (edits, result) in [
        (three("before: \"b\\n\""), "a\nX\nY\nZ\nb\nc\n"),
        (three("after: \"b\\n\""), "a\nb\nX\nY\nZ\nc\n"),
        (
            format!("{}{}", text("x", "before: \"b\\n\"", "X\\n"), text("y", "after: \"a\\n\"", "Y\\n")),
            "a\nX\nY\nb\nc\n",
        ),
        (
            format!("{}{}", text("x", "after: \"a\\n\"", "X\\n"), text("y", "before: \"b\\n\"", "Y\\n")),
            "a\nX\nY\nb\nc\n",
        ),
    ] {
        let plan = planned(file(), &edits);
        assert!(plan.fits(), "{edits} {:?}", plan.not_idempotent);
        assert_eq!(after(&plan, "f"), result);
        // Where one of them is missing, it is added next to the anchor.
        assert!(planned([("f", result.as_bytes())], &edits).is_done(), "{edits}");
    }
    let code =
        |id: &str, side: &str, text: &str| edit(id, "c.insert", "f.c", &format!("function: f, {side}"), text);
    let source = || [("f.c", &b"int f(void)\n{\n    g();\n    h();\n}\n"[..])];
    for (side, result) in [
        ("before: h();", "int f(void)\n{\n    g();\n    x();\n    y();\n    h();\n}\n"),
        ("after: g();", "int f(void)\n{\n    g();\n    x();\n    y();\n    h();\n}\n"),
        ("at: entry", "int f(void)\n{\n    x();\n    y();\n    g();\n    h();\n}\n"),
    ] {
        let plan = planned(source(), &format!("{}{}", code("x", side, "x();"), code("y", side, "y();")));
        assert!(plan.fits(), "{side} {:?}", plan.not_idempotent);
        assert_eq!(after(&plan, "f.c"), result);
    }
}

#[test]
fn changes_of_one_edit_that_undo_each_other_are_named_so() {
    let edits = "  - id: order\n    why: w\n    changes:\n      - {file: Makefile, makefile.replace-prerequisite: {target: all, word: a, with: b}}\n      - {file: Makefile, makefile.replace-prerequisite: {target: all, word: b, with: a}}\n";
    let plan = planned([("Makefile", &b"all: a b c\n"[..])], edits);
    assert!(
        !plan.fits() && plan.not_idempotent.iter().all(|one| one.by_its_changes),
        "{:?}",
        plan.not_idempotent
    );
    let moved = "  - {id: order, why: w, file: Makefile, makefile.move-prerequisite: {target: all, word: b, before: a}}\n";
    assert_eq!(after(&planned([("Makefile", &b"all: a b c\n"[..])], moved), "Makefile"), "all: b a c\n");
}

#[test]
fn a_tree_outside_the_range_is_planned_but_does_not_fit() {
    let mut one = patchset("  - {id: x, why: w, file: f, text.replace: {find: a, with: b}}\n");
    one.applies_to = Some(">=2.6".parse().unwrap());
    let plan = plan(&one, &MemoryTree::of([VERSION, ("f", b"a")])).unwrap();
    assert_eq!((plan.outside.is_some(), plan.edits[0].verdict()), (true, OutcomeKind::Change));
    assert!(!plan.fits() && plan.changes.is_empty());
}

#[test]
fn a_patchset_has_nothing_to_do_on_its_own_result() {
    let one = patchset("  - {id: x, why: w, file: f, text.replace: {find: a, with: b}}\n");
    let series = Series::plan(&[one.clone(), one], &MemoryTree::of([("f", &b"a"[..])]), &[]).unwrap();
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
    let cases: [(Lint, Vec<NamedFile>, &str); 7] = [
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
            Lint::UntakenSection,
            vec![("f", b"a\n")],
            "file: f, diff: {patch: \"--- f\\n+++ f\\n@@ -1 +1 @@\\n-a\\n+b\\n--- g\\n+++ g\\n@@ -1 +1 @@\\n-a\\n+b\\n\"}",
        ),
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

/// Two edits of configure.ac and of another file, each by one replacement.
fn two_files(source: (&str, &str), other: &str, (find, with): (&str, &str)) -> String {
    let (old, new) = source;
    format!(
        "  - id: x\n    why: w\n    file: configure.ac\n    text.replace: {{find: '{old}', with: \"{new}\"}}\n  - id: y\n    why: w\n    file: {other}\n    text.replace: {{find: '{find}', with: \"{with}\"}}\n"
    )
}

#[test]
fn configure_is_not_stale_if_the_patchset_changes_it_too() {
    let files = || [("configure.ac", &b"A\n"[..]), ("configure", b"x a\n"), ("README", b"r\n")];
    let both = two_files(("A", "B"), "configure", ("x a", "x b"));
    assert_eq!(lints(&planned(files(), &both)), []);
    // The text of configure is changed already.
    let half = planned([("configure.ac", &b"A\n"[..]), ("configure", b"x b\n")], &both);
    assert_eq!(half.edits[1].verdict(), OutcomeKind::Already, "{half:#?}");
    assert_eq!(lints(&half), []);
    let other = two_files(("A", "B"), "README", ("r", "s"));
    assert_eq!(lints(&planned(files(), &other)), [Lint::StaleConfigure]);
    let inactive = both.replace("file: configure\n", "file: configure\n    when: '>=3.0'\n");
    assert_eq!(lints(&planned(files(), &inactive)), [Lint::StaleConfigure]);
    let mode = "  - {id: x, why: w, file: configure.ac, text.replace: {find: A, with: B}}\n  - {id: y, why: w, file: configure, file.mode: {executable: true}}\n";
    assert_eq!(lints(&planned(files(), mode)), [Lint::StaleConfigure]);
}

#[test]
fn configure_is_not_stale_if_only_comments_of_its_source_change() {
    let source = b"dnl old\n# old\nAC_INIT dnl old\n";
    for (old, new, stale) in [
        ("dnl old", "dnl new", false),
        ("# old", "# new\\n# newer\\n", false),
        ("AC_INIT", "AC_INIT # x", false),
        ("AC_INIT", "AC_OUTPUT", true),
        ("# old", "AC_X", true),
    ] {
        let edit = format!(
            "  - {{id: x, why: w, file: configure.ac, text.replace: {{find: '{old}', with: \"{new}\", count: COUNT}}}}\n"
        );
        let count = String::from_utf8_lossy(source).matches(old).count();
        let plan = planned([("configure.ac", &source[..])], &edit.replace("COUNT", &count.to_string()));
        assert_eq!(lints(&plan).contains(&Lint::StaleConfigure), stale, "{old} {new} {plan:#?}");
    }
}

#[test]
fn a_new_template_line_for_a_new_check_is_right() {
    let files = || {
        [("configure.ac", &b"AC_CHECK_FUNCS([a])\n"[..]), ("pyconfig.h.in", b"/* a */\n#undef HAVE_A\n\n")]
    };
    let undef = |plan: &Plan| lints(plan).contains(&Lint::UndefInTemplate);
    let edits = |old: &str, new: &str, line: &str| {
        two_files((old, new), "pyconfig.h.in", ("#undef HAVE_A", &format!("#undef HAVE_A\\n\\n{line}")))
    };
    assert!(!undef(&planned(files(), &edits("[a]", "[a bee]", "#undef HAVE_BEE"))));
    assert!(!undef(&planned(
        files(),
        &edits("AC_CHECK_FUNCS", "AC_DEFINE(BEE)\\nAC_CHECK_FUNCS", "#undef BEE")
    )));
    // No check, another check, and a line that the template has.
    assert!(undef(&planned(files(), &edits("[a]", "[a bee]", "#undef HAVE_CEE"))));
    assert!(undef(&planned(files(), &edits("[a]", "[a bee]", "#undef HAVE_A"))));
    let inactive = edits("[a]", "[a bee]", "#undef HAVE_BEE")
        .replace("file: configure.ac\n", "file: configure.ac\n    when: '>=3.0'\n");
    assert!(undef(&planned(files(), &inactive)));
}

#[test]
fn a_section_is_taken_by_any_change_with_the_same_patch() {
    let section = |name: &str| {
        format!("      --- a/{name}\n      +++ b/{name}\n      @@ -1 +1 @@\n      -a\n      +b\n")
    };
    let diff = |id: &str, file: &str| {
        format!(
            "  - id: {id}\n    why: w\n    file: {file}\n    diff:\n     patch: |\n{}{}",
            section("f"),
            section("g")
        )
    };
    let tree = || [("f", &b"a\n"[..]), ("g", b"a\n")];
    assert_eq!(lints(&planned(tree(), &diff("x", "f"))), [Lint::UntakenSection]);
    assert_eq!(lints(&planned(tree(), &format!("{}{}", diff("x", "f"), diff("y", "g")))), []);
    let removed = "  - {id: y, why: w, file: g, file.remove: {contains: a}}\n";
    assert_eq!(lints(&planned(tree(), &format!("{}{removed}", diff("x", "f")))), []);
    let replaced = "  - {id: y, why: w, file: g, text.replace: {find: a, with: b}}\n";
    assert_eq!(lints(&planned(tree(), &format!("{}{replaced}", diff("x", "f")))), [Lint::UntakenSection]);
}

#[test]
fn an_edit_that_fits_after_another_names_it() {
    let replace = |id: &str, find: &str, with: &str| {
        format!("  - {{id: {id}, why: w, file: f, text.replace: {{find: {find}, with: {with}}}}}\n")
    };
    let names = |edits: &[String]| -> Vec<Vec<String>> {
        let plan = planned([("f", &b"a;z;\n"[..])], &edits.concat());
        assert!(!plan.fits());
        plan.edits.into_iter().map(|edit| edit.fits_after).collect()
    };
    let first = replace("first", "a", "bee");
    let other = replace("other", "z", "zet");
    let second = replace("second", "bee", "cee");
    let third = replace("third", "cee", "dee");
    assert_eq!(names(&[first.clone(), other.clone(), second.clone()]), [vec![], vec![], vec!["first"]]);
    let chain = names(&[first.clone(), second.clone(), third]);
    assert_eq!(chain, [vec![], vec!["first"], vec!["first", "second"]]);
    // An edit that comes later, and one that fits after none.
    assert_eq!(names(&[second, first.clone()]), [vec![""; 0], vec![]]);
    assert_eq!(names(&[first, replace("lost", "q", "r")]), [vec![""; 0], vec![]]);
}
