//! `makefile.*`.

use crate::edit::testing::{complaint, on};

const REMOVE: &str = "makefile.remove-prerequisite: {target: all, word: sharedmods}";

#[test]
fn a_prerequisite_is_removed_from_any_position() {
    for (before, after) in [
        ("all: sharedmods a\n", "all: a\n"),
        ("all: a sharedmods b\n", "all: a b\n"),
        ("all:\t\ta sharedmods", "all:\t\ta"),
        ("all: sharedmods\n", "all:\n"),
        ("all:sharedmods a\n", "all: a\n"),
        ("all:: a sharedmods; run\n", "all:: a; run\n"),
        ("all: a sharedmods # why\n", "all: a # why\n"),
        ("all: a \\\n  sharedmods \\\n  b\n\trun\n", "all: a \\\n  b\n\trun\n"),
        ("all: a \\\n  b \\\n  sharedmods\n\trun\n", "all: a \\\n  b\n\trun\n"),
        ("all: a \\\n  sharedmods b\n", "all: a \\\n  b\n"),
        ("all: a \\\n  b sharedmods\n", "all: a \\\n  b\n"),
        ("all: sharedmods \\\n  b\n", "all: \\\n  b\n"),
        ("all: \\\n\tsharedmods\n", "all:\n"),
        ("all: a sharedmods\\\n b\n", "all: a\\\n b\n"),
        ("build all: a sharedmods\n", "build all: a\n"),
    ] {
        assert_eq!(on("Makefile", before).changed(REMOVE), after, "{before:?}");
    }
}

#[test]
fn all_other_bytes_of_a_makefile_stay() {
    let before = b"# \xe9  \nall:  a\tsharedmods  b \n\t@echo \xe9 sharedmods";
    assert_eq!(
        on("Makefile", before).changed_bytes(REMOVE),
        b"# \xe9  \nall:  a  b \n\t@echo \xe9 sharedmods"
    );
}

#[test]
fn a_prerequisite_is_a_whole_word() {
    let file = on("Makefile", "all: oldsharedmods sharedmods sharedmods.o $(sharedmods)\n");
    assert_eq!(file.changed(REMOVE), "all: oldsharedmods sharedmods.o $(sharedmods)\n");
    assert_eq!(on("Makefile", "all: oldsharedmods\n").already(REMOVE), [1]);
}

#[test]
fn a_prerequisite_of_two_rules_is_ambiguous() {
    assert_eq!(on("Makefile", "all: sharedmods\nall: a sharedmods\n").ambiguous(REMOVE), [1, 2]);
}

#[test]
fn of_several_rules_the_one_with_the_prerequisite_is_edited() {
    assert_eq!(on("Makefile", "all: a\nall: sharedmods\n").changed(REMOVE), "all: a\nall:\n");
    let two = "makefile.remove-prerequisite: {target: [all, build_all], word: sharedmods}";
    assert_eq!(
        on("Makefile", "all: build_all\nbuild_all: a sharedmods\n").changed(two),
        "all: build_all\nbuild_all: a\n"
    );
    // After the first of them was edited, a second run would edit the other.
    assert_eq!(on("Makefile", "all: sharedmods\nbuild_all: sharedmods\n").ambiguous(two), [1, 2]);
}

#[test]
fn a_prerequisite_that_moved_to_another_target_is_missing() {
    for file in [
        "all: build_all\nbuild_all: sharedmods\n",
        "all: @DEF_MAKE_ALL_RULE@\nbuild_all: sharedmods\n",
        "ALL= x sharedmods\nall: $(ALL)\nbuild_all: sharedmods\n",
        "ALL= x sharedmods\nall: ${ALL}\nbuild_all: sharedmods\n",
        "SOME= sharedmods\nALL= x \\\n $(SOME)\nall: $(ALL)\nbuild_all: sharedmods\n",
    ] {
        let (what, near) = on("Makefile", file).missing(REMOVE);
        assert_eq!(what, "`all` exists, but `sharedmods` is not among its prerequisites");
        assert_eq!(near, ["build_all: sharedmods"], "{file:?}");
    }
    on("Makefile", ".PHONY: all sharedmods\nall: a\nsharedmods: b\n").already(REMOVE);
    on("Makefile", "ALL= x\nall: $(ALL)\nb: sharedmods\n").already(REMOVE);
    on("Makefile", "all: @THREADHEADERS@\nb: sharedmods\n").already(REMOVE);
}

#[test]
fn nothing_is_added_after_a_backslash_at_the_end() {
    let why = on("Makefile", "all: a b\\").refused("makefile.add-prerequisite: {target: all, word: x}");
    assert!(why.contains("end in a `\\`"), "{why}");
    let change = "makefile.append-variable: {name: A, value: x}";
    assert_eq!(on("Makefile", "A = a \\").changed(change), "A = a x \\");
}

#[test]
fn a_blank_after_a_backslash_is_part_of_a_prerequisite() {
    on("Makefile", "all: a\\ sharedmods\n").already(REMOVE);
    assert_eq!(on("Makefile", "all: a\\ b sharedmods c\n").changed(REMOVE), "all: a\\ b c\n");
}

#[test]
fn a_prerequisite_that_another_target_still_builds_is_refused() {
    let why = on("Makefile", "all: a sharedmods\na: sharedmods\n").refused(REMOVE);
    assert_eq!(why, "`all` would still depend on `sharedmods` through `a`");
    let several = on("Makefile", "all: b\na: sharedmods\nb: sharedmods\n");
    for change in [
        "makefile.remove-prerequisite: {target: [all, a], word: sharedmods}",
        "makefile.replace-prerequisite: {target: [all, a], word: sharedmods, with: x}",
    ] {
        assert_eq!(several.refused(change), "`all` would still depend on `sharedmods` through `b`");
    }
}

#[test]
fn a_target_without_a_rule_is_missing() {
    let (what, near) = on("Makefile", "al: sharedmods\n").missing(REMOVE);
    assert_eq!(what, "no rule makes `all`");
    assert_eq!(near, ["al: sharedmods"]);
}

#[test]
fn a_target_specific_variable_is_not_a_rule() {
    let file = on(
        "Makefile",
        "all: CFLAGS += sharedmods\nall: X=sharedmods\nall: a sharedmods\nexport all := sharedmods\n",
    );
    assert!(file.changed(REMOVE).contains("all: a\n"));
}

#[test]
fn a_prerequisite_is_added_at_the_end_or_after_another() {
    let add = "makefile.add-prerequisite: {target: all, word: x}";
    assert_eq!(on("Makefile", "all: a \\\n  b # c\n").changed(add), "all: a \\\n  b x # c\n");
    assert_eq!(on("Makefile", "all:\n\trun\n").changed(add), "all: x\n\trun\n");
    assert_eq!(on("Makefile", "all: a | b\n").changed(add), "all: a x | b\n");
    let after_other = "makefile.add-prerequisite: {target: all, word: x, after: a}";
    assert_eq!(on("Makefile", "all: a b\n").changed(after_other), "all: a x b\n");
    assert_eq!(on("Makefile", "all: b\nall: a\n").changed(after_other), "all: b\nall: a x\n");
    on("Makefile", "all: b\n").missing(after_other);
    assert_eq!(on("Makefile", "all: b\nall: a\n").ambiguous(add), [1, 2]);
    assert_eq!(on("Makefile", "all: b x\nall: a\n").already(add), [1]);
    assert_eq!(on("Makefile", "all: x b x\n").already(add), [1]);
    on("Makefile", "a: b\n").missing(add);
}

#[test]
fn a_prerequisite_is_added_to_the_first_target_that_exists() {
    let add = "makefile.add-prerequisite: {target: [build_all, all], word: x}";
    assert_eq!(on("Makefile", "all: x\nbuild_all: a\n").changed(add), "all: x\nbuild_all: a x\n");
    assert_eq!(on("Makefile", "all: a\n").changed(add), "all: a x\n");
}

#[test]
fn a_replaced_prerequisite_keeps_its_position() {
    let replace = "makefile.replace-prerequisite: {target: all, word: sharedmods, with: pybuilddir.txt}";
    assert_eq!(on("Makefile", "all: a sharedmods b\n").changed(replace), "all: a pybuilddir.txt b\n");
    assert_eq!(on("Makefile", "all: a \\\n\tsharedmods\n").changed(replace), "all: a \\\n\tpybuilddir.txt\n");
    assert_eq!(
        on("Makefile", "all: pybuilddir.txt sharedmods b\n").changed(replace),
        "all: pybuilddir.txt b\n"
    );
    assert_eq!(on("Makefile", "all: a pybuilddir.txt\n").already(replace), [1]);
    on("Makefile", "all: a oldsharedmods\n").missing(replace);
    assert_eq!(on("Makefile", "all: sharedmods sharedmods\n").ambiguous(replace), [1, 1]);
    let why = on("Makefile", "all: a sharedmods\na: sharedmods\n").refused(replace);
    assert_eq!(why, "`all` would still depend on `sharedmods` through `a`");
}

const YOD: &str = "makefile.prefix-command: {command: $(P), with: yod}";

#[test]
fn a_command_is_prefixed_wherever_it_runs() {
    for (before, after) in [
        ("a:\n\t$(P) x\n", "a:\n\tyod $(P) x\n"),
        ("a:\n\t-$(P) x\n", "a:\n\t-yod $(P) x\n"),
        ("a:\n\t-@ +$(P) x\n", "a:\n\t-@ +yod $(P) x\n"),
        ("a:\n\tA=1 B='x y' $(P) x\n", "a:\n\tA=1 B='x y' yod $(P) x\n"),
        ("a:\n\t$(RUNSHARED) $(P) x", "a:\n\t$(RUNSHARED) yod $(P) x"),
        ("a:\n\t${RUNSHARED} $(P) x", "a:\n\t${RUNSHARED} yod $(P) x"),
        ("a:\n\tA=1 \\\n\t\t$(P) x\n", "a:\n\tA=1 \\\n\t\tyod $(P) x\n"),
        ("a:\n\t@if test -f $(P); then $(P) x; fi\n", "a:\n\t@if test -f $(P); then yod $(P) x; fi\n"),
        (
            "a:\n\tcase $$X in \\\n\t$(P)) false;; \\\n\t*s*|*k*) $(P) -q;; \\\n\tesac\n",
            "a:\n\tcase $$X in \\\n\t$(P)) false;; \\\n\t*s*|*k*) yod $(P) -q;; \\\n\tesac\n",
        ),
        ("a: b ; $(P) x\n", "a: b ; yod $(P) x\n"),
        ("a:\n\tcd x && $(P) y | cat $(P)\n", "a:\n\tcd x && yod $(P) y | cat $(P)\n"),
        ("a:\n\t(cd x; $(P) y)\n", "a:\n\t(cd x; yod $(P) y)\n"),
        ("a:\n\tX=`date` $(P) \"$(P)\" '$(P)' x$(P)\n", "a:\n\tX=`date` yod $(P) \"$(P)\" '$(P)' x$(P)\n"),
        ("a:\n\t$(MAKE) $(P)\n\t$(P)\n", "a:\n\t$(MAKE) $(P)\n\tyod $(P)\n"),
        ("a:\n\tfor i in $(P); do $(P) $$i; done\n", "a:\n\tfor i in $(P); do yod $(P) $$i; done\n"),
        (
            "a: $(P)\n\techo $(P) # $(P)\n\n# $(P)\n\t$(P)\n",
            "a: $(P)\n\techo $(P) # $(P)\n\n# $(P)\n\tyod $(P)\n",
        ),
        ("a:\n\techo >x 2>&1; $(P) >y\n", "a:\n\techo >x 2>&1; yod $(P) >y\n"),
    ] {
        assert_eq!(on("Makefile", before).changed(YOD), after, "{before:?}");
    }
}

#[test]
fn a_command_that_has_the_prefix_is_already_changed() {
    assert_eq!(on("Makefile", "a:\n\t-yod $(P) x\n").already(YOD), [2]);
    let two = "makefile.prefix-command: {command: ./$(P), with: yod -sz 1, count: 2}";
    let half = on("Makefile", "a:\n\tyod -sz 1 ./$(P)\n\t./$(P)\n");
    assert_eq!(half.changed(two), "a:\n\tyod -sz 1 ./$(P)\n\tyod -sz 1 ./$(P)\n");
}

#[test]
fn a_prefix_may_be_a_variable() {
    let run = "makefile.prefix-command: {command: $(P), with: $(YOD)}";
    assert_eq!(
        on("Makefile", "a:\n\t$(RUNSHARED) $(P) x\n").changed(run),
        "a:\n\t$(RUNSHARED) $(YOD) $(P) x\n"
    );
    let run = "makefile.prefix-command: {command: ./p, with: $(YOD) -n 1}";
    assert_eq!(
        on("Makefile", "a:\n\t$(RUNSHARED) ./p x\n").changed(run),
        "a:\n\t$(RUNSHARED) $(YOD) -n 1 ./p x\n"
    );
}

#[test]
fn a_command_is_searched_in_the_rule_of_its_target() {
    let file = on("Makefile", "a:\n\t$(P)\nb:\n\t$(P)\n");
    assert_eq!(file.ambiguous(YOD), [2, 4]);
    let one = "makefile.prefix-command: {command: $(P), with: yod, target: b}";
    assert_eq!(file.changed(one), "a:\n\t$(P)\nb:\n\tyod $(P)\n");
    let (what, near) = on("Makefile", "a:\n\t$(P)\nb:\n\techo\n").missing(one);
    assert_eq!(what, "the command `$(P)` in the recipe of `b` was not found");
    assert_eq!(near, ["\t$(P)"]);
    on("Makefile", "a:\n\t$(P)\n").missing(one);
}

#[test]
fn a_renamed_command_after_an_environment_is_a_near_miss() {
    let (_, near) = on("Makefile", "a:\n\tA=1 $(PYTHON_FOR_BUILD) x\n").missing(YOD);
    assert_eq!(near, ["\tA=1 $(PYTHON_FOR_BUILD) x"]);
}

#[test]
fn a_variable_is_set() {
    let set = "makefile.set-variable: {name: A, value: x y}";
    assert_eq!(on("Makefile", "A=\t\tb # c\n").changed(set), "A=\t\tx y # c\n");
    assert_eq!(on("Makefile", "A=\n").changed(set), "A=\tx y\n");
    assert_eq!(on("Makefile", "A :=").changed(set), "A :=\tx y");
    assert_eq!(on("Makefile", "A= # c\n").changed(set), "A= x y # c\n");
    assert_eq!(on("Makefile", "A= b \\\n\tc\nB= d\n").changed(set), "A= x y\nB= d\n");
    assert_eq!(on("Makefile", "A= x y  # c\n").already(set), [1]);
    assert_eq!(on("Makefile", "A= x\nA= y\n").ambiguous(set), [1, 2]);
    let (_, near) =
        on("Makefile", "all: A\nAB= x y\n").missing("makefile.set-variable: {name: ABC, value: x}");
    assert_eq!(near, ["AB= x y"]);
    assert!(complaint("makefile.set-variable: {name: '', value: x}").contains("names no variable"));
}

#[test]
fn words_are_added_to_a_variable() {
    let append = "makefile.append-variable: {name: A, value: -x y}";
    assert_eq!(on("Makefile", "A= b # c\n").changed(append), "A= b -x y # c\n");
    assert_eq!(on("Makefile", "A=\n").changed(append), "A=\t-x y\n");
    assert_eq!(on("Makefile", "A= # c\n").changed(append), "A= -x y # c\n");
    assert_eq!(on("Makefile", "A= b \\\n\tc\n").changed(append), "A= b \\\n\tc -x y\n");
    assert_eq!(on("Makefile", "A= b \\\n\nB=\n").changed(append), "A= b -x y \\\n\nB=\n");
    assert_eq!(on("Makefile", "A= b \\").changed(append), "A= b -x y \\");
    assert_eq!(on("Makefile", "A= b -x \\\n\ty\n").already(append), [1]);
    assert_eq!(on("Makefile", "A= -x y b\n").changed(append), "A= -x y b -x y\n");
    on("Makefile", "B= c\n").missing(append);
    assert!(complaint("makefile.append-variable: {name: A, value: ''}").contains("`value` is empty"));
}

#[test]
fn an_exported_variable_is_a_variable() {
    let set = "makefile.set-variable: {name: A, value: x}";
    assert_eq!(on("Makefile", "export A=b\n").changed(set), "export A=x\n");
    assert_eq!(on("Makefile", "override A := b\n").changed(set), "override A := x\n");
}

#[test]
fn a_rule_is_added() {
    let add = "makefile.add-rule: {target: new, prerequisites: [a, b], recipe: ['@echo a', run]}";
    let rule = "new: a b\n\t@echo a\n\trun\n";
    assert_eq!(on("Makefile", "all: a\n").changed(add), format!("all: a\n\n{rule}"));
    assert_eq!(on("Makefile", "all: a").changed(add), format!("all: a\n\n{rule}"));
    assert_eq!(on("Makefile", "").changed(add), format!("\n{rule}"));
    assert_eq!(on("Makefile", rule).already(add), [1]);
    assert_eq!(on("Makefile", "x new: c\n").refused(add), "another rule makes `new`");
    let after_other = "makefile.add-rule: {target: new, recipe: [run], after: all}";
    let file = on("Makefile", "all: a\n\tx\n\n# b\nb: c\n");
    assert_eq!(file.changed(after_other), "all: a\n\tx\n\nnew:\n\trun\n\n# b\nb: c\n");
    on("Makefile", "b: c\n").missing(after_other);
}

#[test]
fn a_prerequisite_is_moved_before_or_after_another() {
    let moved = |how: &str, rule: &str| {
        on("Makefile", rule).changed(&format!("makefile.move-prerequisite: {{target: all, {how}}}"))
    };
    assert_eq!(moved("word: c, before: a", "all: a b c\n\tx\n"), "all: c a b\n\tx\n");
    assert_eq!(moved("word: a, after: c", "all: a b c\n\tx\n"), "all: b c a\n\tx\n");
    assert_eq!(moved("word: a, after: b", "all:\ta \\\n\tb\n"), "all: \\\n\tb a\n");
    assert_eq!(moved("word: b, before: a", "all:\ta \\\n\tb \\\n\tc\n"), "all:\tb a \\\n\tc\n");
    assert_eq!(
        moved(
            "word: b, before: a",
            "all:: a | c\nall:: d\nother: a\n".replace('c', "b").replace("| b", "b").as_str()
        ),
        "all:: b a\nall:: d\nother: a\n"
    );
    let same = on("Makefile", "all: a b c\n");
    assert_eq!(same.already("makefile.move-prerequisite: {target: all, word: a, before: c}"), [1]);
    assert_eq!(same.already("makefile.move-prerequisite: {target: all, word: c, after: a}"), [1]);
}

#[test]
fn a_rule_does_not_become_a_variable_of_its_target() {
    let case = on("Makefile", "all: b A=$(c)\n");
    for change in [
        "makefile.remove-prerequisite: {target: all, word: b}",
        "makefile.replace-prerequisite: {target: all, word: b, with: 'B=c'}",
        "makefile.move-prerequisite: {target: all, word: b, after: A=$(c)}",
    ] {
        assert!(case.refused(change).contains("would not read the line as a rule of `all`"), "{change}");
    }
}

#[test]
fn a_prerequisite_is_moved_within_one_rule_only() {
    let answer = |rule: &str| {
        on("Makefile", rule).refused("makefile.move-prerequisite: {target: all, word: b, before: a}")
    };
    assert!(answer("all: a\nall: b\n").contains("different rules"));
    assert!(answer("all: a | b\n").contains("out of date"));
    let (what, _) =
        on("Makefile", "all: a\n").missing("makefile.move-prerequisite: {target: all, word: b, before: a}");
    assert_eq!(what, "`all` exists, but `b` is not among its prerequisites");
    on("Makefile", "all: a b b\n").ambiguous("makefile.move-prerequisite: {target: all, word: b, before: a}");
    for wrong in ["word: b", "word: b, before: a, after: c", "word: b, before: b"] {
        complaint(&format!("makefile.move-prerequisite: {{target: all, {wrong}}}"));
    }
}
