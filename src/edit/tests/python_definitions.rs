//! Decorators, branches, names, classes, and functions and methods as a whole.

use crate::edit::Outcome;
use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
@one
@two.three(1,
           2)
class A:

    # about f
    @skip
    def f(self):
        if a:
            return b
        # about c
        elif c:
            return d

    def g(self): pass


def h():
    try:
        f()
    except OSError, e:
        pass
    finally:
        g()
    for i in f: pass


# about k
def k(): h = 'h' + f.h
";

fn changed(change: &str) -> String {
    let after = on("t.py", SOURCE).changed(change);
    on("t.py", after.clone()).already(change);
    after
}

#[test]
fn decorators_are_added_replaced_and_removed() {
    let add = |arguments: &str| changed(&format!("python.add-decorator: {{{arguments}}}"));
    assert_eq!(add("class: A, decorator: x"), SOURCE.replace("@one", "@x\n@one"));
    assert_eq!(add("class: A, decorator: '@x', at: end"), SOURCE.replace("class A", "@x\nclass A"));
    assert_eq!(add("class: A, decorator: '@x', after: one"), SOURCE.replace("@two", "@x\n@two"));
    assert_eq!(add("function: A.g, decorator: x"), SOURCE.replace("    def g", "    @x\n    def g"));
    assert_eq!(add("class: A, function: f, decorator: x"), SOURCE.replace("    @skip", "    @x\n    @skip"));
    let replaced = changed("python.replace-decorator: {class: A, decorator: two.three, with: two.three(4)}");
    assert_eq!(replaced, SOURCE.replace("(1,\n           2)", "(4)"));
    let removed = changed("python.remove-decorator: {class: A, decorator: two.three}");
    assert_eq!(removed, SOURCE.replace("@two.three(1,\n           2)\n", ""));
    let (what, near) =
        on("t.py", SOURCE).missing("python.remove-decorator: {function: A.f, decorator: skipp}");
    assert!(what.contains("`@skipp` of `A.f`") && near[0].contains("@skip"), "{what} {near:?}");
    let message = complaint("python.add-decorator: {function: f, decorator: 'x; y'}");
    assert!(message.contains("one decorator"), "{message}");
}

#[test]
fn a_branch_is_added_in_its_place() {
    let add = |arguments: &str| changed(&format!("python.add-branch: {{{arguments}}}"));
    let middle = add("after: if a, condition: x, text: y()");
    assert_eq!(middle, SOURCE.replace("return b\n", "return b\n        elif x:\n            y()\n"));
    let first = add("before: 'if a:', condition: x, text: y()");
    assert_eq!(first, SOURCE.replace("        if a:", "        if x:\n            y()\n        elif a:"));
    let last = add("after: c, text: y()");
    assert_eq!(last, SOURCE.replace("return d\n", "return d\n        else:\n            y()\n"));
    let except = add("after: 'OSError, e', except: x.Y, text: \"if z:\\n    y()\"");
    let block = "    except x.Y:\n        if z:\n            y()\n    finally";
    assert_eq!(except, SOURCE.replace("    finally", block));
    let handled = add("after: try, except: KeyError, text: pass");
    assert_eq!(handled, SOURCE.replace("    except", "    except KeyError:\n        pass\n    except"));
    let otherwise = add("before: finally, text: y()");
    assert_eq!(otherwise, SOURCE.replace("    finally", "    else:\n        y()\n    finally"));
    let of_loop = add("after: for i in f, text: y()");
    assert_eq!(of_loop, SOURCE.replace("in f: pass\n", "in f: pass\n    else:\n        y()\n"));
}

#[test]
fn a_branch_without_a_place_is_refused() {
    let file = on("t.py", SOURCE);
    let refused = |arguments: &str| file.refused(&format!("python.add-branch: {{{arguments}}}"));
    for arguments in [
        "after: if a, text: y()",
        "before: 'try', condition: x, text: y()",
        "after: finally, except: x, text: y()",
        "after: try, text: y()",
        "before: if a, text: y()",
    ] {
        let why = refused(arguments);
        assert!(why.contains("no place there") || why.contains("has no `elif`"), "{arguments}: {why}");
    }
    let why = refused("after: if a, condition: c, text: z()");
    assert!(why.contains("other statements"), "{why}");
    file.missing("python.add-branch: {after: if b, text: y()}");
}

#[test]
fn a_name_is_replaced_in_code() {
    let change = "python.rename: {from: h, to: hh, count: 3}";
    let after = on("t.py", SOURCE).changed(change);
    assert_eq!(after, SOURCE.replace("def h", "def hh").replace(" h =", " hh =").replace("f.h", "f.hh"));
    let scoped =
        on("t.py", SOURCE).changed("within: {function: h}\npython.rename: {from: f, to: x.y, count: 2}");
    assert_eq!(scoped, SOURCE.replace("        f()", "        x.y()").replace("in f:", "in x.y:"));
    assert_eq!(on("t.py", SOURCE).ambiguous("python.rename: {from: h, to: hh}").len(), 3);
    assert_eq!(on("t.py", SOURCE).changed("python.rename: {from: h, to: hh, count: all}"), after);
    on("t.py", "hh = 1\n").missing("python.rename: {from: h, to: hh, count: all}");
    complaint("python.rename: {from: h, to: hh, count: 0}");
    let message = complaint("python.rename: {from: 'a b', to: c}");
    assert!(message.contains("needs names"), "{message}");
}

#[test]
fn a_method_is_added_next_to_another() {
    let add = |arguments: &str| {
        changed(&format!(
            "python.add-method: {{class: A, method: m, code: 'def m(self): pass', {arguments}}}"
        ))
    };
    let method = "    def m(self): pass\n\n";
    assert_eq!(add("before: f"), SOURCE.replace("    # about f", &format!("{method}    # about f")));
    assert_eq!(add("after: f"), SOURCE.replace("    def g", &format!("{method}    def g")));
    let replaced = changed("python.replace-function: {function: A.g, code: 'def g(self): return 1'}");
    assert_eq!(replaced, SOURCE.replace("def g(self): pass", "def g(self): return 1"));
}

#[test]
fn functions_and_methods_are_removed_with_their_blank_lines() {
    let h = SOURCE.find("def h").unwrap();
    let k = SOURCE.find("# about k").unwrap();
    let removed = changed("python.remove-function: {function: h}");
    assert_eq!(removed, [&SOURCE[..h], &SOURCE[k..]].concat());
    let last = changed("python.remove-function: {function: k, comment: true}");
    assert_eq!(last, SOURCE[..k].trim_end().to_owned() + "\n");
    let g = changed("python.remove-method: {class: A, method: g}");
    assert_eq!(g, SOURCE.replace("\n    def g(self): pass\n", ""));
    let f = SOURCE.find("    # about f").unwrap();
    let method = changed("python.remove-method: {class: A, method: f, comment: true}");
    assert_eq!(method, [&SOURCE[..f], &SOURCE[SOURCE.find("    def g").unwrap()..]].concat());
    // A last line without a line break.
    for (source, left) in [
        ("x = 1\n\ndef g():\n    pass", "x = 1\n"),
        ("def g(): pass", ""),
        ("def f(): pass\n\n\ndef g(): pass", "def f(): pass\n"),
    ] {
        assert_eq!(on("t.py", source).changed("python.remove-function: {function: g}"), left, "{source:?}");
    }
    on("t.py", SOURCE).missing("python.remove-function: {function: A.h}");
    on("t.py", SOURCE).already("python.remove-function: {function: quite_different}");
}

#[test]
fn a_class_is_added_after_another() {
    let change = "python.add-class: {class: B, after: A, code: \"class B(A):\\n    x = 1\"}";
    assert_eq!(
        changed(change),
        SOURCE.replace("pass\n\n\ndef h", "pass\n\n\nclass B(A):\n    x = 1\n\n\ndef h")
    );
    let why = on("t.py", SOURCE).refused("python.add-class: {class: A, code: 'class A: pass'}");
    assert!(why.contains("there is a class `A`"), "{why}");
}

#[test]
fn other_bytes_survive() {
    let source = b"@a\r\ndef f():\r\n\tif b:\r\n\t\tx = '\xe9'";
    let changed = |change: &str| on("t.py", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("python.add-branch: {after: if b, text: \"if c:\\n    y()\"}"),
        b"@a\r\ndef f():\r\n\tif b:\r\n\t\tx = '\xe9'\r\n\telse:\r\n\t\tif c:\r\n\t\t\ty()\r\n"
    );
    assert_eq!(
        changed("python.add-decorator: {function: f, decorator: d, at: end}"),
        b"@a\r\n@d\r\ndef f():\r\n\tif b:\r\n\t\tx = '\xe9'"
    );
    assert_eq!(changed("python.rename: {from: x, to: y}"), b"@a\r\ndef f():\r\n\tif b:\r\n\t\ty = '\xe9'");
}

#[test]
fn only_branches_that_can_have_the_new_one_count() {
    let source = "def f():\n    if a:\n        x()\n    else:\n        y()\n    try:\n        z\n    except E:\n        \
                  pass\n    else:\n        w()\n    for i in b:\n        pass\n    else:\n        v()\n";
    let change = "python.add-branch: {before: else, condition: b, text: g()}";
    let after = on("t.py", source).changed(change);
    assert_eq!(after, source.replacen("    else:", "    elif b:\n        g()\n    else:", 1));
    on("t.py", after).already(change);
    let change = "python.add-branch: {before: else, except: F, text: g()}";
    let after = on("t.py", source).changed(change);
    assert_eq!(
        after,
        source
            .replace("pass\n    else:\n        w", "pass\n    except F:\n        g()\n    else:\n        w")
    );
}

#[test]
fn a_scope_that_was_not_found_names_similar_ones() {
    let file = on("t.py", "import os\nclass Test:\n    def run(self):\n        return 1\n");
    let outcome = file.outcome("within: {function: run}\npython.replace: {find: '1', with: '2'}");
    let Outcome::Missing { what, near, help, .. } = outcome else { panic!("{outcome:#?}") };
    assert_eq!((what.as_str(), near[0].place.line), ("no function `run` was found", 3));
    assert_eq!(help.as_deref(), Some("write its dotted name: `Test.run`"));
    let (_, near) =
        file.missing("within: {class: Tset, function: run}\npython.replace: {find: '1', with: '2'}");
    assert_eq!(near, ["class Test:"]);
    let (_, near) = on("f.c", "int name(void)\n{\n    return 1;\n}\n")
        .missing("within: {function: names}\nc.replace: {find: '1', with: '2'}");
    assert_eq!(near, ["int name(void)"]);
}
