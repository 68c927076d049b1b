//! Arguments of calls, parameters and base classes.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
class A:
    def f(self, a, b=1, *args, **kw):
        self.run(a, *args, **kw)
        run(a,
            mode='r',  # why
            size=2)
        x = all(i for i in a)


class B(A, metaclass=M):
    def f(self, a: int, /, b: str = 'c') -> None: pass


class C(): pass


def g(
    one,
    two,
):
    print('x')
";

fn changed(change: &str) -> String {
    let after = on("t.py", SOURCE).changed(change);
    on("t.py", after.clone()).already(change);
    after
}

#[test]
fn an_argument_is_added_in_its_place() {
    let add = |arguments: &str| changed(&format!("python.add-argument: {{{arguments}}}"));
    assert_eq!(add("call: self.run, argument: x=1"), SOURCE.replace("run(a, *", "run(a, x=1, *"));
    assert_eq!(add("call: self.run, argument: x"), SOURCE.replace("run(a, *", "run(a, x, *"));
    assert_eq!(add("call: print, argument: '*x'"), SOURCE.replace("('x')", "('x', *x)"));
    assert_eq!(on("t.py", SOURCE).ambiguous("python.add-argument: {call: run, argument: x}"), [3, 4]);
    let lines = add("call: run, argument: 'x=1', after: size");
    assert_eq!(lines, SOURCE.replace("size=2)", "size=2,\n            x=1)"));
    let positional =
        changed("within: {between: ['run(a, *', all]}\npython.add-argument: {call: run, argument: x}");
    assert_eq!(positional, SOURCE.replace("run(a,\n", "run(a,\n            x,\n"));
}

#[test]
fn an_argument_that_has_no_place_is_not_added() {
    let file = on("t.py", SOURCE);
    let why = file.refused("python.add-argument: {call: all, argument: x}");
    assert!(why.contains("generator"), "{why}");
    let why = file.refused("python.add-argument: {call: run, argument: size=3}");
    assert!(why.contains("`size`: replace it"), "{why}");
    let (what, near) = file.missing("python.add-argument: {call: run, argument: x, after: sise}");
    assert!(what.contains("`sise`") && near[0].contains("size"), "{what} {near:?}");
    let (what, near) = file.missing("python.add-argument: {call: print, first: \"'y'\", argument: x}");
    assert!(what.contains("print('y'") && near[0].contains("print"), "{what} {near:?}");
    let message = complaint("python.add-argument: {call: f, argument: 'a, b'}");
    assert!(message.contains("one argument"), "{message}");
    let message = complaint("python.add-argument: {call: f(, argument: a}");
    assert!(message.contains("the name of a function"), "{message}");
}

#[test]
fn arguments_are_replaced_and_removed() {
    let replaced = changed("python.replace-argument: {call: run, argument: mode, with: \"mode='w'\"}");
    assert_eq!(replaced, SOURCE.replace("'r'", "'w'"));
    let other = changed("python.replace-argument: {call: print, argument: \"'x'\", with: \"'x' % y\"}");
    assert_eq!(other, SOURCE.replace("'x'", "'x' % y"));
    let removed = changed("python.remove-argument: {call: run, argument: size}");
    assert_eq!(
        removed,
        SOURCE.replace("mode='r',  # why\n            size=2)", "mode='r'  # why\n            )")
    );
    let first = changed("python.remove-argument: {call: run, argument: mode}");
    assert_eq!(first, SOURCE.replace("            mode='r',  # why\n", ""));
    let only = changed("python.remove-argument: {call: print, argument: \"'x'\"}");
    assert_eq!(only, SOURCE.replace("'x'", ""));
    on("t.py", SOURCE).missing("python.remove-argument: {call: run, argument: sizes}");
    on("t.py", SOURCE).already("python.remove-argument: {call: run, argument: quite_different}");
}

#[test]
fn parameters_are_edited() {
    let add = |arguments: &str| changed(&format!("python.add-parameter: {{{arguments}}}"));
    assert_eq!(add("function: A.f, parameter: x=1"), SOURCE.replace("b=1, *", "b=1, x=1, *"));
    assert_eq!(add("function: A.f, parameter: x"), SOURCE.replace("a, b=1", "a, x, b=1"));
    assert_eq!(
        add("function: A.f, parameter: x, after: self"),
        SOURCE.replace("self, a, b", "self, x, a, b")
    );
    assert_eq!(add("function: g, parameter: x"), SOURCE.replace("    two,\n", "    two,\n    x,\n"));
    let typed = add("function: B.f, parameter: 'x: int = 1'");
    assert_eq!(typed, SOURCE.replace("'c')", "'c', x: int = 1)"));
    let scoped = changed("within: {class: B}\npython.remove-parameter: {function: f, parameter: b}");
    assert_eq!(scoped, SOURCE.replace(", b: str = 'c'", ""));
    let stars = changed("python.remove-parameter: {function: A.f, parameter: kw}");
    assert_eq!(stars, SOURCE.replace("*args, **kw):", "*args):"));
    let replaced = changed("python.replace-parameter: {function: B.f, parameter: b, with: b=None}");
    assert_eq!(replaced, SOURCE.replace("b: str = 'c'", "b=None"));
    let why = on("t.py", SOURCE).refused("python.add-parameter: {function: A.f, parameter: a=2}");
    assert!(why.contains("replace it"), "{why}");
    on("t.py", SOURCE).missing("python.add-parameter: {function: h, parameter: a}");
}

#[test]
fn base_classes_are_edited() {
    let add = |arguments: &str| changed(&format!("python.add-base: {{{arguments}}}"));
    assert_eq!(add("class: A, base: object"), SOURCE.replace("class A:", "class A(object):"));
    assert_eq!(add("class: C, base: A"), SOURCE.replace("class C()", "class C(A)"));
    assert_eq!(add("class: B, base: x.D"), SOURCE.replace("(A, m", "(A, x.D, m"));
    assert_eq!(add("class: B, base: D, before: A"), SOURCE.replace("(A, m", "(D, A, m"));
    let removed = changed("python.remove-base: {class: B, base: A}");
    assert_eq!(removed, SOURCE.replace("(A, m", "(m"));
    on("t.py", SOURCE).already("python.remove-base: {class: A, base: object}");
    let all = on("t.py", "class A(object): pass\n").changed("python.remove-base: {class: A, base: object}");
    assert_eq!(all, "class A: pass\n");
}

#[test]
fn other_bytes_survive() {
    let source = b"f('\xe9',\r\n\tb)\r\nclass \xe9(A): x = 1";
    let changed = |change: &str| on("t.py", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("python.add-argument: {call: f, argument: c}"),
        b"f('\xe9',\r\n\tb,\r\n\tc)\r\nclass \xe9(A): x = 1"
    );
    assert_eq!(
        changed("python.remove-argument: {call: f, argument: b}"),
        b"f('\xe9')\r\nclass \xe9(A): x = 1"
    );
}
