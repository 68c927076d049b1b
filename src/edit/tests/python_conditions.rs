//! `python.replace-condition`, `python.set-variable` and `python.remove-variable`.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
LIMIT = 3  # why
A = B = 4
class C:
    LIMIT: int = 5
    def f(self):
        LIMIT = 6
        self.libs = ['a',
                     'b']
        if LIMIT and not A:
            pass
        elif (A == 3 and  # one
                B == 4):
            pass
        while A or B: pass
        return [c for c in A if c] if A else B
if LIMIT: x = 1; y = 2
if (A or B): pass
";

fn changed(change: &str) -> String {
    let after = on("t.py", SOURCE).changed(change);
    on("t.py", after.clone()).already(change);
    after
}

fn condition(arguments: &str) -> String {
    changed(&format!("python.replace-condition: {{{arguments}}}"))
}

#[test]
fn a_condition_is_added_to_with_the_brackets_it_needs() {
    assert_eq!(condition("find: not A, or: x"), SOURCE.replace("not A:", "not A or x:"));
    assert_eq!(condition("find: not A, and: x"), SOURCE.replace("not A:", "not A and x:"));
    assert_eq!(condition("find: not A, and: x or y"), SOURCE.replace("not A:", "not A and (x or y):"));
    assert_eq!(
        condition("find: 'while A or B:', and: x"),
        SOURCE.replace("while A or B", "while (A or B) and x")
    );
    assert_eq!(condition("find: while A or B, or: x"), SOURCE.replace("while A or B", "while A or B or x"));
    let ternary = condition("find: 'while A or B:', and: x if y else z");
    assert_eq!(ternary, SOURCE.replace("while A or B", "while (A or B) and (x if y else z)"));
}

#[test]
fn a_condition_in_brackets_is_continued_inside() {
    assert_eq!(condition("find: A == 3, and: x"), SOURCE.replace("B == 4)", "B == 4 and x)"));
    assert_eq!(condition("find: A == 3, or: x"), SOURCE.replace("B == 4)", "B == 4 or x)"));
    assert_eq!(condition("find: 'if (A or B):', or: x"), SOURCE.replace("(A or B)", "(A or B or x)"));
    assert_eq!(condition("find: 'if (A or B):', and: x"), SOURCE.replace("(A or B)", "(A or B) and x"));
}

#[test]
fn conditions_of_expressions_count_too() {
    let ternary = "find: 'A', or: x";
    let scope = "within: {between: [if c, else B]}\n";
    let after = changed(&format!("{scope}python.replace-condition: {{{ternary}}}"));
    assert_eq!(after, SOURCE.replace("if A else", "if A or x else"));
    assert_eq!(condition("find: c, and: x"), SOURCE.replace("if c]", "if c and x]"));
}

#[test]
fn a_part_of_a_condition_is_replaced() {
    let file = on("t.py", SOURCE);
    let replaced = |arguments: &str| file.changed(&format!("python.replace-condition: {{{arguments}}}"));
    assert_eq!(replaced("find: not A, with: x or y"), SOURCE.replace("not A:", "(x or y):"));
    assert_eq!(replaced("find: A == 3, with: A > 3"), SOURCE.replace("A == 3", "A > 3"));
    assert_eq!(replaced("find: 'if LIMIT:', with: 'if x or y:'"), SOURCE.replace("if LIMIT:", "if x or y:"));
    assert_eq!(file.ambiguous("python.replace-condition: {find: LIMIT, with: x}"), [9, 16]);
    let (what, near) = file.missing("python.replace-condition: {find: 'elif (A == 33 and B == 4)', or: x}");
    assert!(what.contains("A == 33") && near[0].contains("A == 3"), "{what} {near:?}");
    // Outside of conditions nothing is found.
    file.missing("python.replace-condition: {find: 'LIMIT = 3', or: x}");
}

#[test]
fn what_is_not_an_expression_is_an_error() {
    for arguments in ["find: a, or: 'x:'", "find: a, and: 'x = 1'", "find: a, with: (x", "find: a, or: ''"] {
        let message = complaint(&format!("python.replace-condition: {{{arguments}}}"));
        assert!(message.contains("needs an expression"), "{message}");
    }
    let message = complaint("python.replace-condition: {find: a, with: 'if b:'}");
    assert!(message.contains("a keyword in `with`"), "{message}");
    let message = complaint("python.replace-condition: {find: a, or: b, and: c}");
    assert!(message.contains("needs one of"), "{message}");
}

#[test]
fn a_variable_of_the_scope_is_set() {
    let set = |scope: &str, arguments: &str| changed(&format!("{scope}python.set-variable: {{{arguments}}}"));
    assert_eq!(set("", "name: LIMIT, value: x"), SOURCE.replace("LIMIT = 3", "LIMIT = x"));
    let class = set("within: {class: C}\n", "name: LIMIT, value: x");
    assert_eq!(class, SOURCE.replace("int = 5", "int = x"));
    let function = set("within: {function: C.f}\n", "name: LIMIT, value: x");
    assert_eq!(function, SOURCE.replace("LIMIT = 6", "LIMIT = x"));
    let attribute = set("within: {class: C}\n", "name: self.libs, value: \"['c']\"");
    assert_eq!(attribute, SOURCE.replace("['a',\n                     'b']", "['c']"));
    assert_eq!(set("", "name: y, value: 'x, 1'"), SOURCE.replace("y = 2", "y = x, 1"));
    let why = on("t.py", SOURCE).refused("python.set-variable: {name: A, value: x}");
    assert!(why.contains("other variables"), "{why}");
    let (what, near) = on("t.py", SOURCE).missing("python.set-variable: {name: LIMITS, value: x}");
    assert!(what.contains("`LIMITS`") && near[0].contains("LIMIT"), "{what} {near:?}");
}

#[test]
fn a_variable_directly_below_a_definition_is_not_inside() {
    let source = "def f(): pass\nA = 1\nclass C:\n    def g(self):\n        pass\n    B = 2\nD = 3\n";
    let changed = |change: &str| on("t.py", source).changed(change);
    for (scope, name, old) in [("", "A", "A = 1"), ("within: {class: C}\n", "B", "B = 2"), ("", "D", "D = 3")]
    {
        let set = format!("{scope}python.set-variable: {{name: {name}, value: x}}");
        assert_eq!(changed(&set), source.replace(old, &format!("{name} = x")));
    }
}

#[test]
fn lines_of_new_code_stay_aligned_with_their_bracket() {
    let source = "def f():\n    if a and b:\n        v = {'a': 1,\n             'b': 2}\n    x = 1\n";
    let changed = |change: &str| on("t.py", source).changed(change);
    let set = "within: {function: f}\npython.set-variable: {name: v, value: \"{'a': 3,\\n 'b': 4}\"}";
    assert_eq!(changed(set), source.replace("1,", "3,").replace("2}", "4}"));
    // Without code after the bracket, lines are indented as the line that they continue.
    let set = "within: {function: f}\npython.set-variable: {name: v, value: \"{\\n    'a': 3}\"}";
    let expected = source.replace("{'a': 1,\n             'b': 2}", "{\n            'a': 3}");
    assert_eq!(changed(set), expected);
    let replace = "python.replace-condition: {find: 'a and b', with: \"g(a,\\n  b)\"}";
    assert_eq!(changed(replace), source.replace("a and b", "g(a,\n         b)"));
    let replace = "python.replace-condition: {find: 'a and b', with: \"g(\\n    b)\"}";
    assert_eq!(changed(replace), source.replace("a and b", "g(\n        b)"));
}

#[test]
fn a_variable_is_removed_with_its_lines() {
    let removed = changed;
    let expected = SOURCE.replacen("LIMIT = 3  # why\n", "", 1);
    let remove = "python.remove-variable: {name: LIMIT}";
    assert_eq!(on("t.py", SOURCE).changed(remove), expected);
    // A variable of that name elsewhere may be the one.
    on("t.py", expected).missing(remove);
    let attribute = removed("python.remove-variable: {name: self.libs}");
    assert_eq!(attribute, SOURCE.replace("        self.libs = ['a',\n                     'b']\n", ""));
    for name in ["A", "y"] {
        let why = on("t.py", SOURCE).refused(&format!("python.remove-variable: {{name: {name}}}"));
        assert!(why.contains("shares its lines"), "{why}");
    }
    on("t.py", SOURCE).missing("python.remove-variable: {name: LIMMIT}");
}

#[test]
fn python_2_and_other_bytes_survive() {
    let source = b"if a <> '\xe9':\r\n\tprint `b`, c\r\nd = 1";
    let changed = |change: &str| on("t.py", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("python.replace-condition: {find: a, and: b}"),
        b"if a <> '\xe9' and b:\r\n\tprint `b`, c\r\nd = 1"
    );
    assert_eq!(
        changed("python.set-variable: {name: d, value: \"{\\n    'a': 1}\"}"),
        b"if a <> '\xe9':\r\n\tprint `b`, c\r\nd = {\r\n    'a': 1}"
    );
    assert_eq!(changed("python.remove-variable: {name: d}"), b"if a <> '\xe9':\r\n\tprint `b`, c\r\n");
}
