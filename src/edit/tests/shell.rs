//! `shell.prefix-command`.

use crate::edit::testing::on;

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
