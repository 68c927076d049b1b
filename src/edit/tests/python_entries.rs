//! `python.add-entry`, `python.replace-entry` and `python.remove-entry`.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
SCHEMES = {
    # the first
    'prefix': {
        'lib': 'a',
        'bin': 'b'  # last
    },
    'home': {'lib': 'c', 'bin': 'd'},
}
NAMES = ['a', 'b',
         'c']
ONE = ('x',)
EMPTY = []


def f(self):
    self.libs = (['m',
                  'n'] + other)
    for a in ('p', 'q'):
        g(a, {'r',
              's', }, h('t'))
";

fn changed(change: &str) -> String {
    let after = on("t.py", SOURCE).changed(change);
    on("t.py", after.clone()).already(change);
    after
}

fn added(scope: &str, arguments: &str) -> String {
    let within = if scope.is_empty() { String::new() } else { format!("within: {{{scope}}}\n") };
    changed(&format!("{within}python.add-entry: {{{arguments}}}"))
}

#[test]
fn an_entry_gets_a_line_where_its_neighbours_have_one() {
    let scope = "variable: SCHEMES, entry: \"'prefix'\"";
    let last = added(scope, "entry: \"'data': 'e'\"");
    assert_eq!(last, SOURCE.replace("'b'  # last\n", "'b',  # last\n        'data': 'e'\n"));
    let first = added(scope, "entry: \"'data': 'e'\", at: start");
    assert_eq!(first, SOURCE.replace("        'lib'", "        'data': 'e',\n        'lib'"));
    let outer = added("variable: SCHEMES", "entry: \"'new': {\\n    'lib': 'x'\\n}\", before: \"'prefix'\"");
    let expected = "    'new': {\n        'lib': 'x'\n    },\n    # the first\n";
    assert_eq!(outer, SOURCE.replace("    # the first\n", expected));
    let after = added("", "entry: \"'new': {}\", after: \"'home'\"");
    assert_eq!(after, SOURCE.replace("'d'},\n", "'d'},\n    'new': {},\n"));
    let list = added("variable: self.libs", "entry: \"'o'\", after: \"'n'\"");
    assert_eq!(list, SOURCE.replace("'n'] +", "'n',\n                  'o'] +"));
    let beginning = added("variable: self.libs", "entry: \"'l'\", before: \"'m'\"");
    assert_eq!(beginning, SOURCE.replace("(['m'", "(['l',\n                  'm'"));
}

#[test]
fn an_entry_is_put_into_a_line_of_several() {
    let filled = added("variable: NAMES", "entry: \"'d'\"");
    assert_eq!(filled, SOURCE.replace("'c']", "'c', 'd']"));
    let inner = added("variable: NAMES", "entry: \"'d'\", before: \"'b'\"");
    assert_eq!(inner, SOURCE.replace("'b',", "'d', 'b',"));
    assert_eq!(added("variable: ONE", "entry: \"'y'\""), SOURCE.replace("('x',)", "('x', 'y')"));
    assert_eq!(added("variable: EMPTY", "entry: \"'y'\""), SOURCE.replace("[]", "['y']"));
    let argument = added("function: f", "entry: \"'z'\", after: \"'q'\"");
    assert_eq!(argument, SOURCE.replace("'q')", "'q', 'z')"));
    let call = added("call: g", "entry: \"'z'\"");
    assert_eq!(call, SOURCE.replace("'s', }", "'s',\n              'z', }"));
    let dict = added("variable: SCHEMES, entry: \"'home'\"", "entry: \"'data': 'e'\"");
    assert_eq!(dict, SOURCE.replace("'d'}", "'d', 'data': 'e'}"));
}

#[test]
fn a_place_that_is_not_clear_is_not_guessed() {
    let file = on("t.py", SOURCE);
    assert_eq!(file.ambiguous("python.add-entry: {entry: \"'z': 1\", after: \"'lib'\"}"), [4, 7]);
    assert_eq!(file.ambiguous("within: {function: f}\npython.add-entry: {entry: \"'z'\"}").len(), 3);
    let (what, near) = file.missing("python.add-entry: {entry: \"'z'\", after: \"'hom'\"}");
    assert!(what.contains("'hom'") && near[0].contains("'home'"), "{what} {near:?}");
    let why = file
        .refused("within: {variable: SCHEMES, entry: \"'home'\"}\npython.add-entry: {entry: \"'lib': 'z'\"}");
    assert!(why.contains("python.replace-entry"), "{why}");
    let message = complaint("python.add-entry: {entry: \"'z',\"}");
    assert!(message.contains("without a comma"), "{message}");
}

#[test]
fn an_entry_or_the_value_of_a_key_is_replaced() {
    let value = changed("within: {entry: \"'home'\"}\npython.replace-entry: {key: \"'bin'\", with: \"'z'\"}");
    assert_eq!(value, SOURCE.replace("'d'", "'z'"));
    let file = on("t.py", SOURCE);
    let entry = file
        .changed("within: {entry: \"'home'\"}\npython.replace-entry: {entry: \"'bin'\", with: \"'x': 'z'\"}");
    assert_eq!(entry, SOURCE.replace("'bin': 'd'", "'x': 'z'"));
    let item = file.changed("python.replace-entry: {entry: \"'q'\", with: \"'qq'\"}");
    assert_eq!(item, SOURCE.replace("'q'", "'qq'"));
    assert_eq!(file.ambiguous("python.replace-entry: {key: \"'bin'\", with: \"'z'\"}"), [5, 7]);
    let both = file.changed("python.replace-entry: {key: \"'bin'\", with: \"'z'\", count: 2}");
    assert_eq!(both, SOURCE.replace("'bin': 'b'", "'bin': 'z'").replace("'bin': 'd'", "'bin': 'z'"));
}

#[test]
fn an_entry_of_several_lines_is_indented_as_its_place() {
    let file = "def f():\n    cases = [\n        {'a': 1,\n         'b': 2},\n    ]\n    for k, v in cases:\n        g(k)\n";
    let entry =
        "python.replace-entry:\n  entry: \"{'a': 1, 'b': 2}\"\n  with: |\n    {'a': 1,\n     'b': 3}\n";
    let change = format!("within: {{function: f}}\n{entry}");
    assert_eq!(on("f.py", file).changed(&change), file.replace("'b': 2", "'b': 3"));
    let value = "python.set-variable: {name: v, value: \"g(\\n    1)\"}";
    assert_eq!(
        on("f.py", "class A:\n    v = 1\n").changed(&format!("within: {{class: A}}\n{value}")),
        "class A:\n    v = g(\n        1)\n"
    );
}

#[test]
fn an_entry_is_removed_with_its_comma_and_line() {
    let removed = |scope: &str, arguments: &str| {
        let within = if scope.is_empty() { String::new() } else { format!("within: {{{scope}}}\n") };
        changed(&format!("{within}python.remove-entry: {{{arguments}}}"))
    };
    let last = removed("entry: \"'prefix'\"", "entry: \"'bin'\"");
    assert_eq!(last, SOURCE.replace("'a',\n        'bin': 'b'  # last\n", "'a'\n"));
    let first = removed("entry: \"'home'\"", "entry: \"'lib'\"");
    assert_eq!(first, SOURCE.replace("'lib': 'c', ", ""));
    let nested = removed("", "entry: \"'prefix'\", comment: true");
    let start = SOURCE.find("    # the").unwrap();
    let end = SOURCE.find("    'home'").unwrap();
    assert_eq!(nested, [&SOURCE[..start], &SOURCE[end..]].concat());
    assert_eq!(removed("variable: NAMES", "entry: \"'c'\""), SOURCE.replace(",\n         'c'", ""));
    assert_eq!(removed("variable: NAMES", "entry: \"'b'\""), SOURCE.replace(" 'b',", ""));
    // A tuple of one item keeps its comma.
    assert_eq!(removed("", "entry: \"'q'\""), SOURCE.replace("('p', 'q')", "('p',)"));
    assert_eq!(removed("", "entry: \"'p'\""), SOURCE.replace("('p', 'q')", "('q',)"));
    let (what, _) = on("t.py", SOURCE).missing("python.remove-entry: {entry: \"'hom'\"}");
    assert!(what.contains("similar names"), "{what}");
    on("t.py", SOURCE).already("python.remove-entry: {entry: \"'quite_different'\"}");
}

#[test]
fn other_bytes_survive() {
    let source = b"a = [\r\n\t'\xe9',\r\n\t'b'\r\n]";
    let changed = |change: &str| on("t.py", source.as_slice()).changed_bytes(change);
    assert_eq!(changed("python.add-entry: {entry: \"'c'\"}"), b"a = [\r\n\t'\xe9',\r\n\t'b',\r\n\t'c'\r\n]");
    assert_eq!(changed("python.remove-entry: {entry: \"'b'\"}"), b"a = [\r\n\t'\xe9'\r\n]");
    assert_eq!(
        changed("python.replace-entry: {entry: \"'b'\", with: \"'c'\"}"),
        b"a = [\r\n\t'\xe9',\r\n\t'c'\r\n]"
    );
}
