//! Plans of edits that depend on others.

use super::{Made, Plan, PlannedEdit, Series, plan, plan_over};
use crate::edit::OutcomeKind;
use crate::edit::testing::{MemoryTree, patchset};
use crate::tree::{FileChange, OverlayTree};

/// An edit: `id`, the edits it depends on, and its operation on the file `f`.
fn edit(id: &str, depends_on: &str, operation: &str) -> String {
    format!("  - {{id: {id}, why: w, depends-on: [{depends_on}], file: f, {operation}}}\n")
}

fn tree(text: &str) -> MemoryTree {
    MemoryTree::of([("f", text.as_bytes())])
}

/// The plan of edits on a file with `text`. If it fits, asserts that planning them on its result finds all made.
fn planned(text: &str, edits: &str) -> Plan {
    let (patchset, tree) = (patchset(edits), tree(text));
    let first = plan(&patchset, &tree).unwrap();
    if first.fits() {
        let again = plan(&patchset, &OverlayTree::new(&tree, &first.changes)).unwrap();
        assert!(again.is_done(), "{:#?}", again.edits);
    }
    first
}

fn after(plan: &Plan) -> &str {
    assert!(plan.fits(), "{:#?} {:?} {:?}", plan.edits, plan.conflicts, plan.not_idempotent);
    std::str::from_utf8(&plan.changes[0].after.as_ref().unwrap().bytes).unwrap()
}

/// What one edit changes, as lines of a diff.
fn own_diff(plan: &Plan, id: &str) -> String {
    let edit = plan.edits.iter().find(|edit| edit.id == id).unwrap();
    let diff: Vec<u8> = plan.changes_of(edit).iter().flat_map(FileChange::diff).collect();
    let diff = String::from_utf8(diff).unwrap();
    let is_change =
        |line: &&str| line.starts_with(['-', '+']) && !line.starts_with("---") && !line.starts_with("+++");
    diff.lines().filter(is_change).collect::<Vec<_>>().join("\n")
}

const RULE: &str = "text.insert: {after: \"all:\\n\", text: \"x.o:\\n\\tcc -c x.c\\n\"}";

#[test]
fn an_edit_is_planned_on_the_result_of_those_it_depends_on() {
    let edits = edit("rule", "", RULE) + &edit("mpi", "rule", "text.replace: {find: cc -c, with: mpicc -c}");
    let plan = planned("all:\nend:\n", &edits);
    assert_eq!(after(&plan), "all:\nx.o:\n\tmpicc -c x.c\nend:\n");
    assert_eq!(own_diff(&plan, "rule"), "+x.o:\n+\tcc -c x.c");
    assert_eq!(own_diff(&plan, "mpi"), "-\tcc -c x.c\n+\tmpicc -c x.c");
    let all = String::from_utf8(plan.diff()).unwrap();
    assert!(all.contains("\n+x.o:\n+\tmpicc -c x.c\n") && !all.contains("\tcc"), "{all}");
}

#[test]
fn the_order_in_the_patchset_does_not_matter() {
    let edits = edit("mpi", "rule", "text.replace: {find: cc -c, with: mpicc -c}") + &edit("rule", "", RULE);
    assert_eq!(after(&planned("all:\nend:\n", &edits)), "all:\nx.o:\n\tmpicc -c x.c\nend:\n");
}

#[test]
fn a_chain_of_replacements_is_recognised_from_its_end() {
    let edits = edit("one", "", "text.replace: {find: value = a, with: value = b}")
        + &edit("two", "one", "text.replace: {find: value = b, with: value = c}")
        + &edit("three", "two", "text.replace: {find: value = c, with: value = d}");
    let plan = planned("value = a\n", &edits);
    assert_eq!(after(&plan), "value = d\n");
    assert_eq!(own_diff(&plan, "two"), "-value = b\n+value = c");
    let done = planned("value = d\n", &edits);
    assert!(done.is_done() && done.edits.iter().all(|edit| edit.verdict() == OutcomeKind::Already));
}

#[test]
fn a_removal_alone_does_not_show_that_an_earlier_edit_was_made() {
    let edits = edit("one", "", "text.replace: {find: old(x), with: 'call(x, flag)'}")
        + &edit("two", "one", "text.remove: {find: ', flag'}");
    assert_eq!(after(&planned("old(x)\n", &edits)), "call(x)\n");
}

#[test]
fn an_edit_may_insert_where_another_removed_something() {
    let insert = "text.insert: {before: \"b\\n\", text: \"x\\n\"}";
    let edits = edit("remove", "", "text.remove: {find: a}") + &edit("insert", "remove", insert);
    assert_eq!(after(&planned("top\na\nb\n", &edits)), "top\nx\nb\n");
    let edits = edits + &edit("more", "insert", "text.insert: {after: \"top\\n\", text: \"y\\n\"}");
    assert_eq!(after(&planned("top\na\nb\n", &edits)), "top\ny\nx\nb\n");
}

#[test]
fn the_edits_of_a_chain_are_made_in_part_where_only_some_are_missing() {
    let edits = edit("one", "", "text.replace: {find: value = a, with: value = b}")
        + &edit("two", "one", "text.replace: {find: value = b, with: value = c}");
    let plan = planned("value = b\n", &edits);
    let verdicts: Vec<OutcomeKind> = plan.edits.iter().map(PlannedEdit::verdict).collect();
    assert_eq!(verdicts, [OutcomeKind::Already, OutcomeKind::Change]);
    assert_eq!(after(&plan), "value = c\n");
}

#[test]
fn an_edit_may_not_change_the_text_of_one_that_it_does_not_depend_on() {
    let edits = edit("one", "", "text.insert: {after: 'a ', text: 'b c '}")
        + &edit("other", "", "text.replace: {find: end, with: END}")
        + &edit("two", "other", "text.replace: {find: b c, with: d}");
    let plan = planned("a z\nend\n", &edits);
    let conflicts: Vec<_> =
        plan.conflicts.iter().map(|one| (one.first.as_str(), one.second.as_str())).collect();
    assert_eq!(conflicts, [("one", "two")]);
    assert!(!plan.fits());
}

#[test]
fn an_edit_that_does_not_fit_names_those_to_depend_on() {
    let edits = edit("one", "", "text.replace: {find: value = a, with: value = b}")
        + &edit("two", "", "text.replace: {find: value = b, with: value = c}");
    let plan = planned("value = a\n", &edits);
    assert_eq!(plan.edits[1].fits_after, ["one"]);
}

#[test]
fn a_chain_goes_through_files_that_an_edit_adds() {
    let edits = "  - {id: add, why: w, file: g, file.add: {content: \"one\\n\"}}\n".to_owned()
        + "  - {id: change, why: w, depends-on: [add], file: g, text.replace: {find: one, with: one two}}\n";
    let plan = planned("x\n", &edits);
    assert_eq!(after(&plan), "one two\n");
}

#[test]
fn a_series_of_patchsets_may_have_chains() {
    let first = patchset(
        &(edit("one", "", "text.replace: {find: value = a, with: value = b}")
            + &edit("two", "one", "text.replace: {find: value = b, with: value = c}")),
    );
    let tree = tree("value = a\n");
    let series = Series::plan(&[first.clone(), first], &tree, &[]).unwrap();
    assert!(series.misfit().is_none() && series.plans[1].is_done());
}

#[test]
fn edits_of_a_moved_file_follow_the_move() {
    let edits = "  - {id: late, why: w, file: d/g, text.replace: {find: x b, with: x c}}\n".to_owned()
        + &edit("move", "", "file.move: {to: d/g, contains: a}")
        + "  - {id: early, why: w, file: d/g, text.insert: {after: \"a\\n\", text: \"d\\n\"}}\n";
    let plan = planned("a\nx b\n", &edits);
    assert!(plan.fits(), "{:#?} {:?} {:?}", plan.edits, plan.conflicts, plan.not_idempotent);
    let [added, removed] = &plan.changes[..] else { panic!("{:#?}", plan.changes) };
    assert_eq!((added.path.as_str(), removed.path.as_str()), ("d/g", "f"));
    assert_eq!(added.after.as_ref().unwrap().bytes, b"a\nd\nx c\n"[..]);
    assert!(added.before.is_none() && removed.after.is_none());
    assert_eq!(own_diff(&plan, "move"), "+a\n+x b\n-a\n-x b");
    assert_eq!(own_diff(&plan, "late"), "-x b\n+x c");
}

#[test]
fn an_edit_of_the_old_name_must_be_made_before_the_move() {
    let both = edit("move", "", "file.move: {to: g, contains: a}")
        + &edit("own", "", "text.replace: {find: b, with: c}");
    let plan = plan(&patchset(&both), &tree("a\nb\n")).unwrap();
    assert_eq!(plan.conflicts.len(), 1, "{:#?}", plan.edits);
    let ordered = edit("move", "own", "file.move: {to: g, contains: a}")
        + &edit("own", "", "text.replace: {find: b, with: c}");
    let plan = planned("a\nb\n", &ordered);
    assert_eq!(plan.changes[1].after.as_ref().unwrap().bytes, b"a\nc\n"[..]);
}

#[test]
fn a_made_edit_does_not_show_that_one_is_made_whose_text_it_leaves_alone() {
    let one = edit("one", "", "text.insert: {after: \"a\\n\", text: \"one\\n\"}");
    let two = |file: &str| {
        format!(
            "  - {{id: two, why: w, depends-on: [one], file: {file}, text.insert: {{after: \"x\\n\", text: \"two\\n\"}}}}\n"
        )
    };
    let kinds = |plan: &Plan| plan.edits.iter().map(|edit| edit.parts[0].outcome.kind()).collect::<Vec<_>>();
    for (file, f, done) in [("g", "a\nb\n", "a\none\nb\n"), ("f", "a\nb\nx\ntwo\n", "a\none\nb\nx\ntwo\n")] {
        let tree = MemoryTree::of([("f", f.as_bytes()), ("g", "x\ntwo\ny\n".as_bytes())]);
        let partly = plan(&patchset(&(one.clone() + &two(file))), &tree).unwrap();
        assert_eq!(kinds(&partly), [OutcomeKind::Change, OutcomeKind::Already]);
        assert_eq!(after(&partly), done);
    }
    let tree = MemoryTree::of([("f", "b\n".as_bytes()), ("g", "x\ntwo\ny\n".as_bytes())]);
    let lacking = plan(&patchset(&(one + &two("g"))), &tree).unwrap();
    assert_eq!(kinds(&lacking), [OutcomeKind::Missing, OutcomeKind::Already]);
}

#[test]
fn an_edit_of_the_receipt_is_made_though_another_patchset_wrote_at_its_anchor() {
    let patchset = patchset(&edit("one", "", "text.insert: {before: end, text: \"one\\n\"}"));
    let made = |edits| Made { patchset: patchset.id.clone(), digest: patchset.digest, edits };
    let tree = tree("one\ntwo\nend\n");
    let plan = |edits| plan_over(&patchset, &tree, &[made(edits)]).unwrap();
    assert!(plan(vec!["one".to_owned()]).is_done());
    assert!(!plan(Vec::new()).is_done());
}

#[test]
fn a_lint_sees_a_file_after_all_edits_that_depend_on_each_other() {
    let one = |id: &str, depends_on: &str, file: &str, operation: &str| {
        format!("  - {{id: {id}, why: w, depends-on: [{depends_on}], file: {file}, {operation}}}\n")
    };
    let check = "text.insert: {after: \"X_LAST\\n\", text: \"AC_CHECK_FUNCS(fancy)\\n\"}";
    let edits = one(
        "last",
        "",
        "configure.ac",
        "text.insert: {after: \"AC_INIT\\n\", text: \"# A long line.\\nX_LAST\\n\"}",
    ) + &one("check", "last", "configure.ac", check)
        + &one(
            "undef",
            "",
            "pyconfig.h.in",
            "text.insert: {after: \"#undef A\\n\", text: \"#undef HAVE_FANCY\\n\"}",
        );
    let tree = MemoryTree::of([("configure.ac", &b"AC_INIT\n"[..]), ("pyconfig.h.in", &b"#undef A\n"[..])]);
    let plan = plan(&patchset(&edits), &tree).unwrap();
    let undef = plan.edits.iter().find(|edit| edit.id == "undef").unwrap();
    // Configure checks for it: what autoheader writes is right.
    assert!(undef.lints.is_empty(), "{:#?}", undef.lints);
}
