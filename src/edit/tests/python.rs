//! `python.*`.

use crate::edit::testing::on;

const CLASS: &str =
    "import os\n\nclass A(B):\n    x = 1\n\n    def f(self):\n        return 1\n\n\ndef g():\n    pass\n";
const ADD: &str = "python.add-method:\n  class: A\n  method: m\n  code: |\n    def m(self):\n        '''Text\n      as it is\n        '''\n        return 2\n";

#[test]
fn a_method_is_added_at_the_end_of_its_class() {
    let method = "\n    def m(self):\n        '''Text\n  as it is\n    '''\n        return 2\n";
    let expected = CLASS.replace("return 1\n", &format!("return 1\n{method}"));
    assert_eq!(on("f.py", CLASS).changed(ADD), expected);
}

#[test]
fn a_class_at_an_unterminated_end_of_file_gets_a_newline() {
    let add = "python.add-method: {class: A, method: m, code: 'def m(self): pass'}";
    assert_eq!(
        on("f.py", "class A:\n    x = 1").changed(add),
        "class A:\n    x = 1\n\n    def m(self): pass\n"
    );
    assert_eq!(
        on("f.py", "class A:\n\tx = 1\n# end\n").changed(add),
        "class A:\n\tx = 1\n\n\tdef m(self): pass\n# end\n"
    );
    let latin1 = on("f.py", b"# \xe9  \nclass A:\n\tx = 1  \n\n# \xe9".as_slice()).changed_bytes(add);
    assert_eq!(latin1, b"# \xe9  \nclass A:\n\tx = 1  \n\n\tdef m(self): pass\n\n# \xe9");
}

#[test]
fn code_takes_the_indentation_of_its_class() {
    let add = "python.add-method:\n  class: A\n  method: m\n  code: |\n    def m(self):\n        if x:\n            y\n\n        return 1\n";
    let tabs = on("f.py", "class A:\n\tdef f(self):\n\t\treturn 1\n").changed(add);
    // Both count as deeper than one tab in Python 2 and 3.
    assert!(
        tabs.ends_with("\n\n\tdef m(self):\n\t    if x:\n\t        y\n\n\t    return 1\n")
            || tabs.ends_with("\n\n\tdef m(self):\n\t\tif x:\n\t\t\ty\n\n\t\treturn 1\n"),
        "{tabs}"
    );
    let two = on("f.py", "class A:\n  def f(self):\n    return 1\n").changed(add);
    assert!(two.ends_with("\n\n  def m(self):\n      if x:\n          y\n\n      return 1\n"), "{two}");
}

#[test]
fn an_existing_method_is_not_added_again() {
    let add = "python.add-method: {class: A, method: f, code: 'def f(self): pass'}";
    assert_eq!(on("f.py", "class A:\n    def f(self): pass\n").already(add), [2]);
    assert!(on("f.py", CLASS).refused(add).contains("`python.replace-method` replaces it"));
    let (what, near) = on("f.py", "class AB:\n    x = 1\n")
        .missing("python.add-method: {class: ABC, method: f, code: 'def f(self): pass'}");
    assert_eq!((what.as_str(), near[0].as_str()), ("no class is called `ABC`", "class AB:"));
    assert_eq!(
        on("f.py", "if x:\n    class A:\n        y = 1\nelse:\n    class A:\n        y = 2\n").ambiguous(add),
        [2, 5]
    );
    assert!(on("f.py", "class A: pass\n").refused(add).contains("is on one line"));
}

#[test]
fn code_must_define_its_function() {
    let other = "python.add-method: {class: A, method: f, code: 'def g(self): pass'}";
    assert_eq!(on("f.py", CLASS).refused(other), "its code does not define `f`");
    let broken = "python.add-method: {class: A, method: f, code: 'def f(self: pass'}";
    assert!(on("f.py", CLASS).refused(broken).contains("cannot be parsed"));
}

#[test]
fn a_method_is_replaced() {
    let replace = "python.replace-method:\n  class: A\n  method: f\n  code: |\n    def f(self, x=2):\n        return x\n";
    assert_eq!(
        on("f.py", CLASS).changed(replace),
        CLASS.replace("    def f(self):\n        return 1\n", "    def f(self, x=2):\n        return x\n")
    );
    let last = on("f.py", "class A:\n    def f(self):\n        return 1");
    let after = last.changed(replace);
    assert_eq!(after.trim_end(), "class A:\n    def f(self, x=2):\n        return x");
    let decorated = on("f.py", "class A:\n    @x\n    def f(self):\n        return 1\n    y = 1\n");
    assert_eq!(decorated.changed(replace), "class A:\n    def f(self, x=2):\n        return x\n    y = 1\n");
    let (what, near) = on("f.py", CLASS)
        .missing("python.replace-method: {class: A, method: ff, code: 'def ff(self): pass'}");
    assert_eq!(what, "no method is called `A.ff`");
    assert!(near[0].contains("def f"), "{near:?}");
    assert_eq!(
        on("f.py", "class A:\n    def f(self): pass\n    def f(self): pass\n").ambiguous(replace),
        [2, 3]
    );
}

#[test]
fn decorated_and_commented_code_is_recognised_on_a_second_run() {
    let replace = "python.replace-method:\n  class: A\n  method: f\n  code: |\n    # Why.\n    @y\n    def f(self):\n        return x\n    # after\n";
    on("f.py", CLASS).changed(replace);
    let replace =
        "python.replace-function:\n  function: g\n  code: |\n    # Why.\n    def g():\n        return x\n";
    on("f.py", CLASS).changed(replace);
    let add = "python.add-method:\n  class: A\n  method: m\n  code: |\n    # Why.\n    @y\n    def m(self):\n        return x\n    m2 = m\n";
    on("f.py", CLASS).changed(add);
    let add = "python.add-function:\n  function: h\n  code: |\n    # Why.\n    @y\n    def h(self):\n        return x\n    h2 = h\n";
    on("f.py", CLASS).changed(add);
}

#[test]
fn functions_are_added_and_replaced() {
    let add = "python.add-function: {function: h, code: 'def h(): pass'}";
    assert_eq!(on("f.py", CLASS).changed(add), format!("{CLASS}\n\ndef h(): pass\n"));
    assert_eq!(on("f.py", "").changed(add), "\n\ndef h(): pass\n");
    assert_eq!(on("f.py", "x = 1").changed(add), "x = 1\n\n\ndef h(): pass\n");
    let after_class = "python.add-function: {function: h, code: 'def h(): pass', after: A}";
    assert_eq!(
        on("f.py", CLASS).changed(after_class),
        CLASS.replace("\n\ndef g", "\n\ndef h(): pass\n\n\ndef g")
    );
    assert!(
        on("f.py", CLASS)
            .refused("python.add-function: {function: g, code: 'def g(): return 1'}")
            .contains("replace-function")
    );
    on("f.py", CLASS).missing("python.add-function: {function: h, code: 'def h(): pass', after: B}");
    let replace = "python.replace-function: {function: g, code: 'def g(x): return x'}";
    assert_eq!(
        on("f.py", CLASS).changed(replace),
        CLASS.replace("def g():\n    pass\n", "def g(x): return x\n")
    );
    on("f.py", "class A:\n    def g(self): pass\n").missing(replace);
}
