//! `pypatch explain`.

use std::path::Path;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

#[test]
fn an_operation_is_explained_with_arguments_and_examples() {
    let env = TestEnvironment::new();
    assert_snapshot!(env.run(&["explain", "setup.set"]), @r"
    setup.set (Modules/Setup and the files like it)
      Replaces what a module is built from, or the value of a variable.

    Arguments
      value: text
          Sources, options and libraries, or the variable's value.
      module: text, optional
          The module whose line is replaced and enabled.
      variable: text, optional
          The variable whose value is replaced and enabled.
      Exactly one of `module` and `variable` is needed.

    Example 1
      file: Modules/Setup.dist
      setup.set: {module: zlib, value: zlibmodule.c -L/apps/zlib -lz}

      -#zlib zlibmodule.c -lz
      +zlib zlibmodule.c -L/apps/zlib -lz

    Example 2
      file: Modules/Setup
      setup.set: {variable: SSL, value: /opt/device/ssl}

      -#SSL=/usr/local/ssl
      +SSL=/opt/device/ssl
       #_ssl _ssl.c -I$(SSL)/include

    Limits
      It refuses a module that is listed after `*disabled*`.

    Versions
      Modules/Setup.dist is in releases up to 3.7, Modules/Setup from 3.8 on, and
      Modules/Setup.stdlib.in from 3.11 on. `file: [Modules/Setup.dist, Modules/Setup]` is for all.
      A `@MODULE_X_TRUE@`, which configure replaces by `#` or nothing, is not part of a name and
      stays.
    [exit 0]
    ");
}

#[test]
fn all_operations_are_listed_by_format() {
    let env = TestEnvironment::new();
    let list = env.stdout(&["explain"]);
    assert!(list.starts_with("c: C sources and headers\n  c.add-"), "{list}");
    assert!(list.contains("\nwithin: the scopes of a change\n  between "), "{list}");
    assert!(list.lines().all(|line| line.len() <= 100), "{list}");
    let one = env.stdout(&["explain", "setup"]);
    assert!(one.starts_with("setup: Modules/Setup and the files like it\n  setup.add "), "{one}");
    assert!(!one.contains("makefile."), "{one}");
    assert!(env.stdout(&["explain", "within"]).contains("function"));
}

#[test]
fn a_mistyped_operation_gets_the_nearest_ones() {
    let env = TestEnvironment::new();
    assert_snapshot!(env.run(&["explain", "makefile.set-varaible"]), @r"
    ------- stderr -------
    error: no operation is called `makefile.set-varaible`
      near: makefile.set-variable
      near: makefile.add-variable
      near: makefile.append-variable
      help: run `pypatch explain` for a list
    [exit 2]
    ");
}

#[test]
fn the_json_has_every_operation() {
    let env = TestEnvironment::new();
    let json: serde_json::Value =
        serde_json::from_str(&env.stdout(&["explain", "--format", "json"])).unwrap();
    let names: Vec<&str> =
        json["operations"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), pypatch::operation::Operation::NAMES.len());
    assert_eq!(json["operations"][0]["examples"].as_array().unwrap().len(), 2);
    assert!(json["scopes"].as_array().unwrap().len() > 5);
}

#[test]
fn the_page_of_operations_is_what_explain_prints() {
    let env = TestEnvironment::new();
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md"));
    assert!(
        page.unwrap_or_default() == env.stdout(&["explain", "--all", "--format", "markdown"]),
        "docs/operations.md is not up to date: run `cargo run -- explain --all --format markdown > docs/operations.md`"
    );
}
