use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Shape {
    name: Located<String>,
    #[serde(default)]
    sides: Vec<usize>,
    colour: Option<Colour>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Colour {
    Red,
    Mixed { red: u32 },
    Named(String),
}

/// The error of reading a [`Shape`], as `line:column: message`.
fn error(text: &str) -> String {
    let error = read::<Shape>(text.as_bytes()).unwrap_err();
    format!("{}:{}: {error}", error.position().line, error.position().column)
}

#[test]
fn a_value_has_its_position() {
    let shape: Shape = read(b"# a shape\nname:  square\nsides: [1, 2]\n").unwrap();
    assert_eq!(shape.name, Located { value: "square".to_owned(), at: Position { line: 2, column: 8 } });
    assert_eq!((shape.sides, shape.colour), (vec![1, 2], None));
}

#[test]
fn a_map_begins_at_its_first_key() {
    let shapes: Vec<Located<BTreeMap<String, u32>>> = read(b"- a: 1\n-\n  b: 2\n").unwrap();
    assert_eq!(shapes[0].at, Position { line: 1, column: 3 });
    assert_eq!(shapes[1].at, Position { line: 3, column: 3 });
}

#[test]
fn variants_are_names_or_maps_of_one_key() {
    let colour = |text: &str| read::<Colour>(text.as_bytes());
    assert_eq!(colour("red").unwrap(), Colour::Red);
    assert_eq!(colour("mixed: {red: 3}").unwrap(), Colour::Mixed { red: 3 });
    assert_eq!(colour("named: rust").unwrap(), Colour::Named("rust".to_owned()));
    assert!(colour("{red: , named: rust}").is_err());
    assert!(colour("blue").is_err());
    assert!(colour("3").is_err());
}

#[test]
fn an_alias_is_read_as_its_anchor() {
    let lists: Vec<Vec<u32>> = read(b"- &one [1, 2]\n- *one\n").unwrap();
    assert_eq!(lists, [[1, 2], [1, 2]]);
}

#[test]
fn an_error_has_the_position_of_the_key_or_value() {
    let cases = [
        ("name: a\nsides: 3\n", "2:8: expected a list, found the number `3`"),
        ("name: a\nsides: [1, b]\n", "2:12: expected a whole number, found the text `b`"),
        ("name: a\nsides:\n", "2:6: expected a list, found nothing"),
        ("name: 2.5\n", "1:7: expected a text, found the number `2.5`; put it in quotes"),
        ("name: true\n", "1:7: expected a text, found `true`; put it in quotes"),
        ("name: [a]\n", "1:7: expected a text, found a list"),
        ("sides: []\n", "1:1: the key `name` is missing"),
        ("name: a\nside: []\n", "2:1: unknown key `side`"),
        ("name: a\nname: b\n", "2:1: the key `name` is given twice"),
        ("- a\n", "1:1: expected a map, found a list"),
        ("3: a\n", "1:1: expected a text, found the number `3`; put it in quotes"),
        ("name: a\nsides: [1\n", "2:8: this bracket is not closed"),
        ("name: a\n---\nname: b\n", "3:1: the file has several documents"),
    ];
    for (text, expected) in cases {
        let error = error(text);
        assert!(error.starts_with(expected), "{text}: {error}");
        assert!(!error.contains(" at line ") && !error.contains("from_str"), "{error}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused_at_their_character() {
    let error = read::<Shape>("name: \u{e9}".as_bytes().split_last().unwrap().1).unwrap_err();
    assert_eq!(
        (error.position(), error.to_string()),
        (Position { line: 1, column: 7 }, "not valid UTF-8".into())
    );
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, of) in [("b", "a"), ("c", "b"), ("d", "c"), ("e", "d"), ("f", "e"), ("g", "f")] {
        text += &format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 8].join(", "));
    }
    assert!(read::<BTreeMap<String, serde::de::IgnoredAny>>(text.as_bytes()).is_err());
}
