//! `shell.prefix-command`.

use crate::edit::testing::{complaint, on};

const REGEN: &str = "#! /bin/sh\ncase $# in\n0) ;;\n1) echo python$EXE;;\nesac\n# python$EXE runs below\nset -v\npython$EXE ../x.py -i '(u_long)' /usr/include/a.h\n";

#[test]
fn a_command_of_a_script_is_prefixed_only_where_it_runs() {
    let after = on("regen", REGEN).changed("shell.prefix-command: {command: python$EXE, with: yod}");
    assert_eq!(after, REGEN.replace("\npython$EXE", "\nyod python$EXE"));
}

#[test]
fn a_command_with_its_prefix_is_left_alone() {
    assert_eq!(
        on("f", "A=1 yod -sz 1 ./x\n").already("shell.prefix-command: {command: ./x, with: yod -sz 1}"),
        [1]
    );
    let (_, near) = on("f", "yod ./y z\n").missing("shell.prefix-command: {command: ./x, with: yod}");
    assert!(near.len() <= 1, "{near:?}");
}

#[test]
fn a_prefix_may_look_like_an_environment_assignment() {
    let after =
        on("f", "A=1 $(RUNSHARED) ./x\n").changed("shell.prefix-command: {command: ./x, with: $(YOD)}");
    assert_eq!(after, "A=1 $(RUNSHARED) $(YOD) ./x\n");
    let after = on("f", "$(X) a\n").changed("shell.prefix-command: {command: $(X), with: $(YOD) -n}");
    assert_eq!(after, "$(YOD) -n $(X) a\n");
    let after = on("f", "./x\n").changed("shell.prefix-command: {command: ./x, with: A=1}");
    assert_eq!(after, "A=1 ./x\n");
}

#[test]
fn a_scope_limits_the_commands() {
    let file = on("f", "# one\n./x\n# two\n./x\n");
    assert_eq!(file.ambiguous("shell.prefix-command: {command: ./x, with: yod}"), [2, 4]);
    let after =
        file.changed("within: {between: [one, two]}\nshell.prefix-command: {command: ./x, with: yod}");
    assert_eq!(after, "# one\nyod ./x\n# two\n./x\n");
}

const SCRIPT: &str = "\
#!/bin/sh
set -e
# Use [ as m4 does not: \"it's\"
usage() {
\techo \"usage: [$0
# no comment\"
\texit 1
}
if [ $# -eq 0 ]; then
\tusage
fi
for arg
do
\tcase $arg in
\t[a-z]*) name=$arg;;
\t-*)
\t\tusage
\t\t;;
\tesac
done
cat <<\\EOF >x
# it's no comment (
EOF
# The end.
sed 's/\\[//' x
";

fn script_changed(change: &str) -> String {
    let after = on("Tools/x.sh", SCRIPT).changed(change);
    on("Tools/x.sh", after.clone()).already(change);
    after
}

#[test]
fn statements_are_inserted_around_those_of_a_script() {
    let change = "shell.insert: {before: set -e, text: x=1}";
    assert_eq!(script_changed(change), SCRIPT.replace("set -e", "x=1\nset -e"));
    let change = "shell.insert: {after: 'if [ $# -eq 0 ]; then', text: x=1}";
    assert_eq!(script_changed(change), SCRIPT.replace("fi\nfor", "fi\nx=1\nfor"));
    let change = "shell.insert: {before: \"sed 's\", text: \"if a; then\\n  b\\nfi\"}";
    assert_eq!(script_changed(change), SCRIPT.replace("# The", "if a; then\n  b\nfi\n# The"));
}

#[test]
fn a_function_of_a_script_is_a_scope() {
    let change = "within: {function: usage}\nshell.insert: {at: start, text: x=1}";
    assert_eq!(script_changed(change), SCRIPT.replace("\techo", "\tx=1\n\techo"));
    let change = "within: {function: usage}\nshell.insert: {at: end, text: x=1}";
    assert_eq!(script_changed(change), SCRIPT.replace("exit 1\n", "exit 1\n\tx=1\n"));
    on("Tools/x.sh", SCRIPT).missing("within: {function: use}\nshell.insert: {at: end, text: x=1}");
}

#[test]
fn brackets_of_a_script_are_not_quotes() {
    let change = "shell.replace: {find: \"'s/\\\\[//'\", with: \"'s/[]]//'\"}";
    assert_eq!(script_changed(change), SCRIPT.replace("\\[//", "[]]//"));
    let change = "shell.replace-condition: {find: '$# -eq 0', with: '$# -lt 2'}";
    assert_eq!(on("Tools/x.sh", SCRIPT).changed(change), SCRIPT.replace("-eq 0", "-lt 2"));
    let change = "shell.replace-condition: {find: '[a-z]*', or: '[0-9]*'}";
    assert_eq!(script_changed(change), SCRIPT.replace("[a-z]*", "[a-z]*|[0-9]*"));
    on("Tools/x.sh", SCRIPT).missing("shell.replace-condition: {find: 'a-z*', or: '[0-9]*'}");
}

#[test]
fn whole_statements_of_a_script_are_removed() {
    let change = "shell.remove: {find: 'usage() {'}";
    let start = SCRIPT.find("usage() {").unwrap();
    let end = SCRIPT.find("if [ $#").unwrap();
    // The calls are left, so a second removal is not `already`.
    assert_eq!(on("Tools/x.sh", SCRIPT).changed(change), [&SCRIPT[..start], &SCRIPT[end..]].concat());
    let change = "shell.remove: {find: \"sed 's/\\\\[//' x\", comment: true}";
    assert_eq!(script_changed(change), SCRIPT.replace("# The end.\nsed 's/\\[//' x\n", ""));
}

#[test]
fn branches_of_a_script_are_added_and_removed() {
    let change = "shell.add-branch: {before: '-*', pattern: +*, text: x=1}";
    assert_eq!(script_changed(change), SCRIPT.replace("\t-*)", "\t+*)\n\t\tx=1\n\t\t;;\n\t-*)"));
    let change = "shell.remove-branch: {pattern: '[a-z]*'}";
    assert_eq!(script_changed(change), SCRIPT.replace("\t[a-z]*) name=$arg;;\n", ""));
}

#[test]
fn bytes_around_an_edit_of_a_script_stay() {
    let file = "#!/bin/sh\r\nA=\"x\"\r\nB=1";
    let after = on("install-sh", file).changed("shell.set-variable: {name: B, value: '2'}");
    assert_eq!(after, file.replace("B=1", "B=2"));
    let after = on("install-sh", file).changed("shell.insert: {after: B=1, text: C=3}");
    assert_eq!(after, file.to_owned() + "\r\nC=3\r\n");
    let after = on("install-sh", file).changed("shell.wrap: {from: B=1, if: '[ x ]'}");
    assert_eq!(after, file.replace("B=1", "if [ x ]; then\r\n  B=1\r\nfi\r\n"));
}

#[test]
fn an_m4_source_is_not_a_script() {
    let file = on("configure.ac", "A=1\n");
    let why = file.refused("shell.set-variable: {name: A, value: '2'}");
    assert!(why.contains("m4"), "{why}");
}

#[test]
fn code_of_a_script_closes_its_strings() {
    let why = complaint("shell.insert: {after: a, text: \"echo 'x\"}");
    assert!(why.contains("string that nothing closes"), "{why}");
    let why = complaint("shell.replace: {find: a, with: \"echo 'x\"}");
    assert!(why.contains("string that is open"), "{why}");
}
