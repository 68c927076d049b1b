//! Trees, pins and patchsets of other software than CPython.

use std::fs;

use crate::common::TestEnvironment;
use crate::common::release::{repository, sha256};
use insta::assert_snapshot;

const LUA_H: &str = "\
#define LUA_VERSION_MAJOR\t\"9\"
#define LUA_VERSION_MINOR\t\"1\"
#define LUA_VERSION_RELEASE\t\"MICRO\"
";

/// Small trees of Lua 9.1.0 to 9.1.2, of which the last two are pinned and in a tarball and a repository, a pin of CPython of the same
/// version, and the patchset `device` for Lua.
fn lua() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    let mut pins = "schema: 1\nreleases:\n".to_owned();
    for release in ["0", "1", "2"] {
        let tree = format!("lua-9.1.{release}");
        env.write(&format!("{tree}/src/lua.h"), LUA_H.replace("MICRO", release));
        env.write(
            &format!("{tree}/Makefile"),
            format!("# {release}\nall:\n\tcc lua.c\ntest: all\n\t./lua -v\n"),
        );
        if release == "0" {
            continue;
        }
        let id = repository(&env.path(&tree), &env.path(format!("sources/{tree}.git")));
        let _ = fs::remove_file(env.path(&tree).join(".git"));
        pins += &format!(
            "  - version: 9.1.{release}\n    tree: \"{id}\"\n    tarballs: [{{file: {tree}.tar.gz, sha256: \"{}\"}}]\n",
            sha256(&env.path(format!("{tree}/Makefile")))
        );
    }
    env.write("upstream-pins/lua-9.1.yaml", pins);
    let python = format!("{{version: 9.1.1, tag: v9.1.1, tree: {}, tarballs: []}}", "a".repeat(40));
    env.write("upstream-pins/9.1.yaml", format!("schema: 1\nreleases:\n  - {python}\n"));
    env.yaml(
        "device",
        "schema: 1\nid: device\ntitle: A test\nsoftware: lua\napplies-to: '>=9.1, <9.2'\npins: [lua-9.1.1, lua-9.1.2]\nedits:\n\
         - id: launcher\n  why: A test.\n  file: Makefile\n  makefile.prefix-command: {command: ./lua, with: run}\n\
         - id: newer\n  why: Another test.\n  since: 9.1.2\n  file: Makefile\n  makefile.add-rule: {target: {'<9.1.2': a, '>=9.1.2': b}}\n",
    );
    let sources = ["1", "2"].map(|one| env.path(format!("sources/lua-9.1.{one}.git")).display().to_string());
    env.set("PYPATCH_SOURCES", sources.join(":"));
    env
}

#[test]
fn the_same_commands_work_on_a_tree_of_lua() {
    let env = lua();
    assert_snapshot!(env.run(&["plan", "device", "./lua-9.1.2"]), @"
    device on ./lua-9.1.2 (Lua 9.1.2)
      change    launcher  Makefile:5
      change    newer     Makefile:6
    2 edits: 2 change; 1 file
    [exit 0]
    ");
    assert_snapshot!(env.run(&["apply", "device", "./lua-9.1.1"]), @"
    applied device to ./lua-9.1.1: 2 edits: 1 change, 1 skipped; 1 file
    [exit 0]
    ");
    assert_snapshot!(env.run(&["status", "lua-9.1.1"]), @"
    device (pin lua-9.1.1): 1 edit, 1 file
    all files are as pypatch left them
    [exit 0]
    ");
    assert_snapshot!(env.run(&["revert", "lua-9.1.1"]), @"
    reverted device
    1 file
    [exit 0]
    ");
    assert_snapshot!(env.run(&["apply", "device", "./lua-9.1.0"]), @"
    ------- stderr -------
    error: ./lua-9.1.0 is not a pinned release: Lua 9.1.0 has no pin
      nothing was written
      help: give --allow-unpinned to patch it anyway
    [exit 3]
    ");
    assert_snapshot!(env.run(&["show", "device", "newer"]), @"
    device: A test
      applies to: Lua >=9.1, <9.2
      pins: lua-9.1.1, lua-9.1.2
      file: patchsets/device/patchset.yaml

    newer
        Another test.
        for: >=9.1.2
      makefile.add-rule in Makefile
        for <9.1.2
          target: a
          prerequisites: 
          recipe: 
        for >=9.1.2
          target: b
          prerequisites: 
          recipe: 
    [exit 0]
    ");
    env.stdout(&["snapshot", "accept", "device"]);
    assert_snapshot!(env.run(&["snapshot", "check", "device", "--pin", "9.1.2"]), @"
    device on lua-9.1.2: as accepted
    ------- stderr -------
    1 compared, 0 different, 0 skipped
    [exit 0]
    ");
    assert_snapshot!(env.run(&["export", "device", "lua-9.1.2", "--as", "quilt", "-o", "series"]), @"[exit 0]");
    env.edit("lua-9.1.1/Makefile", "# 1", "# mine");
    assert_snapshot!(env.run(&["apply", "device", "./lua-9.1.1"]), @"
    ------- stderr -------
    error: ./lua-9.1.1 is not a pinned release: it differs from lua-9.1.1
      differs: Makefile
      nothing was written
      help: give --allow-unpinned to patch it anyway
    [exit 3]
    ");
}

#[test]
fn a_version_without_a_name_is_one_of_the_patchsets_software() {
    let env = lua();
    assert_snapshot!(env.run(&["plan", "device", "9.1"]), @"
    device on lua-9.1.2 (Lua 9.1.2)
      change    launcher  Makefile:5
      change    newer     Makefile:6
    2 edits: 2 change; 1 file
    ------- stderr -------
    note: `9.1` is lua-9.1.2, the newest release of the series
    [exit 0]
    ");
    assert_snapshot!(env.run(&["matrix", "device", "--all", "9.1.*"]), @"
    device, anchors compared with lua-9.1.2

              9.1.1     9.1.2
    launcher  applies   applies
    newer     skipped   applies

    4 cells on 2 sources: 1 skipped, 3 applies
    [exit 0]
    ");
    assert_snapshot!(env.run(&["matrix", "device", ">=9.1.2"]), @"
    device, anchors compared with lua-9.1.2

              9.1.2
    launcher  applies
    newer     applies

    2 cells on 1 source: 2 applies
    [exit 0]
    ");
    assert_snapshot!(env.run(&["pins", "9.1.1"]), @"
    python-9.1.1      tree only                 not available
    [exit 0]
    ");
    assert_snapshot!(env.run(&["pins", "*9.1.*"]), @"
    python-9.1.1      tree only                 not available
    lua-9.1.1         lua-9.1.1.tar.gz          $WORK/sources/lua-9.1.1.git
    lua-9.1.2         lua-9.1.2.tar.gz          $WORK/sources/lua-9.1.2.git
    [exit 0]
    ");
    assert_snapshot!(env.run(&["pins", "9.1.2"]), @"
    ------- stderr -------
    error: unknown pin `9.1.2`
      near: lua-9.1.2
      help: run `pypatch pins` for all pins
    [exit 4]
    ");
    assert_snapshot!(env.run(&["why", "device", "launcher", "--from", "9.1.1", "--to", "9.1.2"]), @"
    launcher of device from pin:lua-9.1.1 to pin:lua-9.1.2
    its anchor did not change: change at both ends
    [exit 0]
    ");
}

#[test]
fn a_tree_of_other_software_is_refused() {
    let env = lua();
    env.write("snake/Include/patchlevel.h", "#define PY_VERSION \"9.1.1\"\n");
    env.write("snake/Makefile", fs::read(env.path("lua-9.1.1/Makefile")).unwrap());
    assert_snapshot!(env.run(&["plan", "device", "snake"]), @"
    device on snake (CPython 9.1.1)
      change    launcher  Makefile:5
      skipped   newer     it is for >=9.1.2, and this is not a Lua source tree
    2 edits: 1 change, 1 skipped; 0 files
    error: `device` is for Lua >=9.1, <9.2, but this is CPython 9.1.1
      help: name the top directory of a Lua source tree, which contains src/lua.h
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(env.run(&["plan", "catamount-py3.13", "lua-9.1.1/"]), @"
    catamount-py3.13 on lua-9.1.1/ (Lua 9.1.1)
      change    configure-yod      aclocal.m4:1
      change    write-result       writeresult.c
      missing   static-loader      Python/dynload_redstorm.c
      missing   no-sharedmods
      missing   libinstall-yod
      missing   no-sharedinstall
      missing   static-modules
      missing   undef-limits
      missing   no-large-files
      missing   no-user-groups
      missing   broadcast-marshal  Include/mpi_import.h Modules/_mpi_import.c
      missing   broadcast-import
      missing   broadcast-script
      missing   freeze-yod
    14 edits: 2 change, 12 missing; 0 files
    error: `catamount-py3.13` is for CPython >=3.12, <3.14, but this is Lua 9.1.1
      help: name the top directory of a CPython source tree, which contains Include/patchlevel.h
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(env.run(&["matrix", "device", "snake", "lua-9.1.1/"]), @"
    device, anchors compared with lua-9.1.2

              9.1.1
    launcher  applies
    newer     skipped

    snake: not a Lua source tree

    newer on 9.1.1: skipped
      it is for >=9.1.2

    2 cells on 2 sources: 1 skipped, 1 applies
    [exit 4]
    ");
    assert_snapshot!(env.run(&["port", "device", "--to", "snake"]), @"
    ------- stderr -------
    error: snake is not a Lua source tree
      help: a patchset for something else is written by hand
    [exit 3]
    ");
    assert_snapshot!(env.run(&["matrix", "device", "--all", "git:sources/lua-9.1.1.git"]), @"
    ------- stderr -------
    error: the tags of releases are known of CPython only
      help: name each release, such as git:sources/lua-9.1.1.git@TAG
    [exit 2]
    ");
}

#[test]
fn a_patchset_and_its_pins_are_of_one_software() {
    let env = lua();
    let wrong = |head: &str| {
        env.yaml("wrong", format!("schema: 1\nid: wrong\ntitle: A test\n{head}\nedits: []\n"));
        env.run(&["check", "wrong"])
    };
    assert_snapshot!(wrong("pins: [lua-9.1.1]"), @"
    ------- stderr -------
    error: `pins` names `lua-9.1.1`, but the patchset is for CPython: write `software: lua` for Lua
     --> patchsets/wrong/patchset.yaml:4:8
      |
    4 | pins: [lua-9.1.1]
      |        ^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(wrong("extends: device\nsoftware: tcl"), @"
    ------- stderr -------
    error: `software` is `tcl`, but it extends a patchset for Lua
     --> patchsets/wrong/patchset.yaml:5:11
      |
    5 | software: tcl
      |           ^^^
    [exit 2]
    ");
    assert_snapshot!(wrong("software: perl"), @"
    ------- stderr -------
    error: `software` is `python`, `lua` or `tcl`
     --> patchsets/wrong/patchset.yaml:4:11
      |
    4 | software: perl
      |           ^^^^
    [exit 2]
    ");
    assert_snapshot!(wrong("pins: [perl-5.36.0]"), @"
    ------- stderr -------
    error: invalid pin name `perl-5.36.0` (example: python-2.5)
     --> patchsets/wrong/patchset.yaml:4:8
      |
    4 | pins: [perl-5.36.0]
      |        ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(wrong("extends: device\npins: [lua-9.1.1]"), @"
    wrong: 2 edits, no errors
    [exit 0]
    ");
}

#[test]
fn a_new_patchset_says_what_it_is_for() {
    let env = lua();
    assert_snapshot!(env.stdout(&["new", "mine", "--base", "pin:lua-9.1.2", "-n"]), @r#"
    schema: 1
    id: mine
    title: "Changes of Lua 9.1"
    software: lua
    applies-to: ">=9.1, <9.2"
    pins: [lua-9.1.2]
    # An edit has an id, the reason for it, a file, and what it does there. `pypatch explain` lists what can be done; this one would be
    #   - id: no-sharedmods
    #     why: The machine has no shared modules.
    #     file: Makefile.pre.in
    #     makefile.remove-prerequisite: {target: all, word: sharedmods}
    edits: []
    "#);
    env.write("a.patch", "--- a/Makefile\n+++ b/Makefile\n@@ -1,5 +1,5 @@\n # 2\n-all:\n+all: x\n \tcc lua.c\n test: all\n \t./lua -v\n");
    assert_snapshot!(env.stdout(&["import", "a.patch", "--base", "pin:lua-9.1.2", "-n"]), @"
      a  1 file
    a on pin:lua-9.1.2: 1 of 1 patch taken, 1 file changed

    schema: 1
    id: a
    title: Patches of a
    software: lua
    pins: [lua-9.1.2]

    edits:
      - id: a
        why: |-
          a.patch does not say why.
        file: Makefile
        diff: {patch: {from: a.patch}}
    ");
    env.edit("patchsets/device/patchset.yaml", "<9.2", "<9.1.2");
    env.edit("patchsets/device/patchset.yaml", ", lua-9.1.2", "");
    assert_snapshot!(env.stdout(&["port", "device", "--to", "9.1.2", "-n"]), @r#"
    device to pin:lua-9.1.2
      2 of 2 stay as they are

    schema: 1
    id: device-lua9.1
    title: A test (Lua 9.1)
    extends: device
    applies-to: ">=9.1.2, <9.2"
    pins: [lua-9.1.2]
    "#);
}
