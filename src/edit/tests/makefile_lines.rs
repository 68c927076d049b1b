//! `makefile.insert`, `makefile.replace`, `makefile.remove`, `makefile.add-variable` and `makefile.remove-variable`.

use crate::edit::testing::{complaint, on};

const MAKEFILE: &str = "\
# Paths
prefix=\t@prefix@
LIBDIR =  $(prefix)/lib # why
# Lists
OBJS= \\
\ta.o \\
\tb.o

# Cleans
clean: all
\t-rm -f core \\
\t\t*.o
# More
\t@$(MAKE) -C sub clean

ifeq (@X@,yes)
install: all
\tcp a b
endif
EXTRA= x
";

fn after(change: &str, old: &str, new: &str) {
    assert_eq!(MAKEFILE.matches(old).count(), 1, "{old:?}");
    assert_eq!(on("Makefile", MAKEFILE).changed(change), MAKEFILE.replace(old, new), "{change}");
}

#[test]
fn a_variable_is_added_in_the_style_of_its_neighbour() {
    let add = |rest: &str| format!("makefile.add-variable: {{name: NEW, value: x, {rest}}}");
    after(&add("after: prefix"), "prefix=\t@prefix@\n", "prefix=\t@prefix@\nNEW=\tx\n");
    after(&add("before: prefix"), "prefix=", "NEW=\tx\nprefix=");
    after(&add("before: OBJS"), "# Lists\n", "NEW= x\n# Lists\n");
    assert_eq!(on("Makefile", "x \\\n# c\nA=\n").changed(&add("before: A")), "x \\\n# c\nNEW=x\nA=\n");
    after(&add("after: LIBDIR, operator: ':='"), "# why\n", "# why\nNEW :=  x\n");
    after(&add("after: OBJS"), "\tb.o\n", "\tb.o\nNEW= x\n");
    after(&add("before: EXTRA, if: 'ifdef  X', operator: +="), "EXTRA", "ifdef  X\nNEW+= x\nendif\nEXTRA");
    assert_eq!(on("Makefile", "A=").changed(&add("after: A")), "A=\nNEW=x\n");
    assert_eq!(on("Makefile", b"A=\xe9\n").changed_bytes(&add("after: A")), b"A=\xe9\nNEW=x\n");
}

#[test]
fn a_variable_that_is_defined_is_not_added() {
    let add = "makefile.add-variable: {name: EXTRA, value: y, after: prefix}";
    assert!(on("Makefile", MAKEFILE).refused(add).contains("with another value"));
    let same = "makefile.add-variable: {name: EXTRA, value: ' x', after: prefix}";
    assert_eq!(on("Makefile", MAKEFILE).already(same), [20]);
    let under = "makefile.add-variable: {name: A, value: x, after: B, if: 'ifeq (a, b)'}";
    assert_eq!(on("Makefile", "ifeq (a,b)\nA=x\nendif\n").already(under), [2]);
    assert_eq!(on("Makefile", "A=x\nB=\n").changed(under), "A=x\nB=\nifeq (a, b)\nA=x\nendif\n");
    on("Makefile", "A=x\nB=\nB=\n").ambiguous(under);
    on("Makefile", "A=x\nBC=\n").missing(under);
    assert!(on("Makefile", "B=x \\").refused(under).contains("continued"));
    for wrong in
        ["name: A, value: x", "name: A B, value: x, after: C", "name: A, value: x, after: B, if: yes"]
    {
        complaint(&format!("makefile.add-variable: {{{wrong}}}"));
    }
    complaint("makefile.add-variable: {name: A, value: \"x\\ny\", after: B}");
}

#[test]
fn a_definition_is_removed_with_its_continuation_lines() {
    after("makefile.remove-variable: {name: OBJS}", "OBJS= \\\n\ta.o \\\n\tb.o\n", "");
    after(
        "makefile.remove-variable: {name: OBJS, comment: true}",
        "# Lists\nOBJS= \\\n\ta.o \\\n\tb.o\n",
        "",
    );
    let remove = "makefile.remove-variable: {name: ABC, value: x y}";
    assert_eq!(on("Makefile", "ABC=a\nABC= x \\\n\ty\n").changed(remove), "ABC=a\n");
    assert_eq!(on("Makefile", "A=a\n").already(remove), [1]);
    on("Makefile", "ABCD=a\n").missing(remove);
    on("Makefile", "ABC=a\n").missing(remove);
    on("Makefile", "ABC=x y\nABC=x y\n").ambiguous(remove);
}

#[test]
fn a_command_is_inserted_between_logical_lines() {
    let insert = |place: &str| format!("within: {{target: clean}}\nmakefile.insert: {{{place}, text: '-x'}}");
    after(&insert("after: '-rm -f core'"), "\t\t*.o\n", "\t\t*.o\n\t-x\n");
    after(&insert("before: '*.o'"), "\t-rm", "\t-x\n\t-rm");
    after(&insert("before: $(MAKE)"), "# More\n", "\t-x\n# More\n");
    after(&insert("at: start"), "\t-rm", "\t-x\n\t-rm");
    after(&insert("at: end"), "sub clean\n", "sub clean\n\t-x\n");
    assert_eq!(on("Makefile", "clean:").changed(&insert("at: end")), "clean:\n\t-x\n");
    on("Makefile", "clean:\n\ta\n\ta\n").ambiguous(&insert("after: a"));
    let (_, near) = on("Makefile", MAKEFILE).missing(&insert("after: rm -f cores"));
    assert_eq!(near, ["\t-rm -f core \\"]);
    assert_eq!(on("Makefile", "clean:\n\tb\n\t-x\n\ta\n").already(&insert("before: a")), [4]);
    assert!(on("Makefile", "clean:\n\ta \\").refused(&insert("after: a")).contains("continued"));
    complaint("makefile.insert: {at: end, text: 'a \\'}");
}

#[test]
fn a_conditional_around_inserted_commands_has_no_tab() {
    let insert = "within: {target: clean}\nmakefile.insert:\n  at: end\n  text: |\n    ifdef X\n    a \\\n      b\n    endif\n";
    after(insert, "sub clean\n", "sub clean\nifdef X\n\ta \\\n\t  b\nendif\n");
    let text = "clean:\nifdef X\n\ta\nendif\nb:\n";
    let end = "within: {target: clean}\nmakefile.insert: {at: end, text: c}";
    assert_eq!(on("Makefile", text).changed(end), "clean:\nifdef X\n\ta\nendif\n\tc\nb:\n");
    let before = "makefile.insert: {before: ifdef X, text: c}";
    assert_eq!(on("Makefile", text).changed(before), "clean:\n\tc\nifdef X\n\ta\nendif\nb:\n");
}

#[test]
fn rules_and_variables_are_inserted_outside_of_recipes() {
    let rule = "makefile.insert: {after: 'clean:', text: \"\\nnew: a\\n\\trun\\n\"}";
    after(rule, "sub clean\n", "sub clean\n\nnew: a\n\trun\n");
    after("makefile.insert: {before: 'clean:', text: \"A= b\\n\\n\"}", "# Cleans\n", "A= b\n\n# Cleans\n");
    after("makefile.insert: {at: start, text: A= b}", "prefix=", "A= b\nprefix=");
    let why = on("Makefile", MAKEFILE).refused("makefile.insert: {after: 'clean:', text: rm -f x}");
    assert!(why.starts_with("`rm -f x` would be outside of a recipe"), "{why}");
}

#[test]
fn a_part_of_a_line_is_replaced() {
    let replace = |find: &str, with: &str| format!("makefile.replace: {{find: '{find}', with: '{with}'}}");
    after(&replace("-rm -f core", "rm -f"), "-rm -f core", "rm -f");
    after(&replace("rm -f core *.o", "rm -f x"), "rm -f core \\\n\t\t*.o", "rm -f x");
    after(&replace("a.o b.o", "b.o"), "a.o \\\n\tb.o", "b.o");
    after("within: {variable: EXTRA}\nmakefile.replace: {find: x, with: y}", "EXTRA= x", "EXTRA= y");
    after("makefile.replace: {find: cp a b, with: \"cp a c\\ncp c b\"}", "cp a b", "cp a c\n\tcp c b");
    assert_eq!(on("Makefile", "a:\n\tb -w c\n").already(&replace("b c", "b -w c")), [2]);
    let why = on("Makefile", MAKEFILE).refused("makefile.replace: {find: cp a, with: \"cp a\\ncp c\"}");
    assert!(why.contains("several lines"), "{why}");
    on("Makefile", MAKEFILE).missing(&replace("-f cores", "y"));
    on("Makefile", MAKEFILE).ambiguous(&replace("all", "y"));
    assert_eq!(on("Makefile", b"a:\n\t\xe9 b\n").changed_bytes(&replace("b", "c")), b"a:\n\t\xe9 c\n");
}

#[test]
fn whole_lines_rules_and_conditionals_are_removed() {
    let remove = |find: &str| format!("makefile.remove: {{find: '{find}'}}");
    after(&remove("rm -f core *.o"), "\t-rm -f core \\\n\t\t*.o\n", "");
    after(&remove("LIBDIR = $(prefix)/lib"), "LIBDIR =  $(prefix)/lib # why\n", "");
    after(&remove("ifeq (@X@,yes)"), "ifeq (@X@,yes)\ninstall: all\n\tcp a b\nendif\n", "");
    after(&remove("install:"), "install: all\n\tcp a b\n", "");
    let why = on("Makefile", MAKEFILE).refused(&remove("rm -f core"));
    assert!(why.starts_with("only part of a line would be removed"), "{why}");
    assert_eq!(on("Makefile", "a:\n\tb\n").already(&remove("rm -f core")), [1]);
    on("Makefile", "a:\n\trm -f cores\n").missing(&remove("rm -f core"));
    on("Makefile", "a:\n\tb\n\tb\n").ambiguous(&remove("b"));
}

#[test]
fn a_rule_may_have_several_targets() {
    let add = "makefile.add-rule: {target: $(A) $(B), after: all, recipe: ['true']}";
    let file = "all: x\n\nc d: e\n\tf\n\ng:\n";
    let after = on("Makefile", file).changed(add);
    assert_eq!(after, "all: x\n\n$(A) $(B):\n\ttrue\n\nc d: e\n\tf\n\ng:\n");
    assert_eq!(on("Makefile", after).already(add), [3]);
    let after = on("Makefile", file).changed("makefile.add-rule: {target: h, after: c  d}");
    assert_eq!(after, "all: x\n\nc d: e\n\tf\n\nh:\n\ng:\n");
    on("Makefile", file).missing("makefile.add-rule: {target: h, after: c g}");
    assert!(on("Makefile", file).refused("makefile.add-rule: {target: h d}").contains("makes `d`"));
}

#[test]
fn a_comment_is_inserted_between_code_and_its_comment() {
    let change = "makefile.insert: {before: OBJS, text: \"#\\n# More.\"}";
    let after = on("Makefile", MAKEFILE).changed(change);
    assert_eq!(after, MAKEFILE.replace("# Lists\n", "# Lists\n#\n# More.\n"));
    on("Makefile", after).already(change);
    let change = "makefile.insert: {after: OBJS, text: '# More.'}";
    let after = on("Makefile", MAKEFILE).changed(change);
    assert_eq!(after, MAKEFILE.replace("\tb.o\n", "\tb.o\n# More.\n"));
    on("Makefile", after).already(change);
}

#[test]
fn a_new_definition_is_written_as_those_around_it() {
    let source = "L=\ta\n\nifeq (@A@,yes)\nL += b\nendif\n\nT=@T@\n";
    let add = |rest: &str| {
        let change = format!("makefile.add-variable: {{name: L, value: c, operator: +=, {rest}}}");
        on("Makefile", source).changed(&change)
    };
    let own = "ifeq (@C@,yes)\nL += c\nendif\n";
    let condition = "if: 'ifeq (@C@,yes)'";
    assert_eq!(add(&format!("before: T, {condition}")), source.replace("T=", &format!("{own}\nT=")));
    let after = source.replacen("\n\n", &format!("\n\n{own}\n"), 1);
    let two = source.replace("L += b", "M += b");
    assert_eq!(add("before: T"), source.replace("T=", "L += c\nT="));
    let change = format!("makefile.add-variable: {{name: L, value: c, operator: =, after: T, {condition}}}");
    let end = on("Makefile", two).changed(&change);
    assert!(end.ends_with("T=@T@\nifeq (@C@,yes)\nL=\tc\nendif\n"), "{end}");
    let source = source.replacen("L=\ta", "V=\ta", 1);
    let change = format!("makefile.add-variable: {{name: L, value: c, operator: +=, after: V, {condition}}}");
    assert_eq!(on("Makefile", source).changed(&change), after.replacen("L=\ta", "V=\ta", 1));
}
