//! Arguments of calls, names and branches of C.

use crate::edit::testing::{complaint, on};

const FILE: &str = "int g(int, int);\nint f(int x)\n{\n\tg(x, 1);\t/* g(x, 1) */\n\tg(h(x, 1),\n\t  \"a, b\");\n\th();\n\treturn p->g(x, 1);\n}\n";

fn changed(change: &str) -> String {
    on("f.c", FILE).changed(change)
}

#[test]
fn an_argument_is_added_to_calls() {
    let add = |arguments: &str| changed(&format!("within: {{function: f}}\nc.add-argument: {{{arguments}}}"));
    assert_eq!(
        add("call: g, first: x, argument: y + 1"),
        FILE.replacen("g(x, 1);\t", "g(x, 1, y + 1);\t", 1)
    );
    assert_eq!(
        add("call: g, first: 'h( x,1 )', argument: y, number: 2"),
        FILE.replace("1),\n\t  \"", "1),\n\t  y, \"")
    );
    assert_eq!(add("call: h, first: x, argument: y, number: 1"), FILE.replace("h(x", "h(y, x"));
    let both = add("call: g, argument: y, count: 2");
    assert_eq!(both, FILE.replace("g(x, 1);\t", "g(x, 1, y);\t").replace("\"a, b\")", "\"a, b\", y)"));
    let empty = on("f.c", "void f(void)\n{\n    h();\n}").changed("c.add-argument: {call: h, argument: x}");
    assert_eq!(empty, "void f(void)\n{\n    h(x);\n}");
    let case = on("f.c", FILE);
    assert_eq!(case.ambiguous("c.add-argument: {call: g, argument: y}"), [4, 5]);
    assert_eq!(case.already("c.add-argument: {call: g, first: x, argument: '1'}"), [4]);
    let (_, near) = case.missing("c.add-argument: {call: g, first: z, argument: y}");
    assert_eq!(near.len(), 2);
    assert!(case.refused("c.add-argument: {call: g, first: x, argument: y, number: 4}").contains("only 2"));
    complaint("c.add-argument: {call: g, argument: (y}");
}

#[test]
fn an_argument_is_replaced_or_removed() {
    let replace = "c.replace-argument: {call: g, first: x, number: 2, with: '2'}";
    assert_eq!(changed(replace), FILE.replacen("g(x, 1);\t", "g(x, 2);\t", 1));
    let case = on("f.c", FILE);
    assert!(case.refused("c.replace-argument: {call: g, first: x, number: 3, with: y}").contains("only 2"));
    assert_eq!(case.already("c.replace-argument: {call: g, first: x, number: 2, with: '1'}"), [4]);
    complaint("c.replace-argument: {call: g, first: x, number: 1, with: y}");
    let remove = |arguments: &str| changed(&format!("c.remove-argument: {{{arguments}}}"));
    assert_eq!(remove("call: g, argument: '1'"), FILE.replacen("g(x, 1);\t", "g(x);\t", 1));
    complaint("c.remove-argument: {call: g, first: x, argument: x}");
    assert_eq!(remove("call: g, argument: x"), FILE.replacen("g(x, 1);\t", "g(1);\t", 1));
    assert_eq!(case.already("c.remove-argument: {call: g, argument: z}"), [4]);
    case.missing("c.remove-argument: {call: k, argument: z}");
}

#[test]
fn a_name_is_replaced_everywhere() {
    let text = "/* f */\n#define F(x) f(x) /* f */\nint f(int x)\n{\n    return \"f\" ? f(1) : f2;\n}\n\
                /*[clinic input]\nm.f\n    f2: int\n[clinic start generated code]*/\n";
    let renamed = text
        .replace(" f(x) /", " g(x) /")
        .replace("int f(", "int g(")
        .replace("? f(", "? g(")
        .replace("m.f\n", "m.g\n");
    let case = on("f.c", text);
    assert_eq!(case.changed("c.rename: {name: f, to: g, count: 4}"), renamed);
    assert_eq!(case.ambiguous("c.rename: {name: f, to: g, count: 3}"), [2, 3, 5, 8]);
    let (what, near) = case.missing("c.rename: {name: f, to: g, count: 5}");
    assert_eq!((what.as_str(), near.len()), ("expected 5 times the name `f`, found 4", 4));
    let inside = case.changed("within: {function: f}\nc.rename: {name: x, to: y}");
    assert_eq!(inside, text.replace("f(int x)", "f(int y)"));
    for wrong in ["name: f, to: f", "name: f, to: 'a b'", "name: '', to: f", "name: f, to: g, count: some"] {
        complaint(&format!("c.rename: {{{wrong}}}"));
    }
}

#[test]
fn all_occurrences_of_a_name_are_replaced_if_there_are_any() {
    let all = "c.rename: {name: f, to: g, count: all}";
    assert_eq!(on("f.c", "f(f);\nf2;\n").changed(all), "g(g);\nf2;\n");
    assert_eq!(on("f.c", "f;\ng;\n").changed(all), "g;\ng;\n");
    let (what, _) = on("f.c", "g;\n").missing(all);
    assert_eq!(what, "the name `f` was not found");
    on("f.c", "h;\n").missing(all);
}

#[test]
fn a_branch_is_added_to_a_group() {
    let text = "void f(void)\n{\n#  if defined(A)\n    a();\n#  elif B\n    b();\n#  endif\n#ifdef C\n#else\n#endif\n}\n";
    let case = on("f.c", text);
    let add = |arguments: &str| case.changed(&format!("c.add-branch: {{{arguments}}}"));
    let new = "#  elif defined(X)\n    x();\n";
    let elif = "directive: '#elif defined(X)', text: x();";
    assert_eq!(
        add(&format!("after: '#if defined( A )', {elif}")),
        text.replace("#  elif B", &format!("{new}#  elif B"))
    );
    assert_eq!(
        add(&format!("before: '#elif B', {elif}")),
        text.replace("#  elif B", &format!("{new}#  elif B"))
    );
    let last = add("after: '#elif B', directive: '#else', text: x();");
    assert_eq!(last, text.replace("b();\n", "b();\n#  else\n    x();\n"));
    assert!(
        case.refused(&format!("c.add-branch: {{before: '#ifdef C', {elif}}}")).contains("before the `#if`")
    );
    assert!(case.refused(&format!("c.add-branch: {{after: '#else', {elif}}}")).contains("after the `#else`"));
    assert_eq!(
        case.already("c.add-branch: {after: '#if defined(A)', directive: '#elif B', text: b();}"),
        [5]
    );
    assert!(
        case.refused("c.add-branch: {after: '#if defined(A)', directive: '#elif B', text: c();}")
            .contains("with other lines")
    );
    let (_, near) = case.missing(&format!("c.add-branch: {{after: '#ifdef D', {elif}}}"));
    assert_eq!(near, ["#ifdef C"]);
    for wrong in [
        "after: '#if A', directive: '#if B', text: x",
        "directive: '#else', text: x",
        "after: '#if A', directive: '#elif', text: x",
    ] {
        complaint(&format!("c.add-branch: {{{wrong}}}"));
    }
}
