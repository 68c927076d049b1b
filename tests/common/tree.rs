//! A made-up tree in the formats of CPython. No line of it is CPython's.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::TestEnvironment;

pub const MAKEFILE: &str = "\
# Builds the gadget.
PROG=\tgadget$(EXE)
GEN=\tgen/gen$(EXE)
OBJS=\tone.o \\
\ttwo.o

all:\t$(PROG) oldsharedmods \\
\t\tsharedmods docs

$(PROG): $(OBJS)
\t$(CC) -o $@ $(OBJS)

tables: $(GEN)
\t-$(GEN) tables.txt
\t@$(GEN) more.txt

sharedmods: $(PROG)
\t./$(PROG) setup.x build

install: all
\tfor f in a b; do \\
\t\t./$(PROG) -c $$f; \\
\tdone
";

const SETUP: &str = "\
# Which modules are linked into the gadget.
#
# A line that begins with a hash sign and a blank is prose:
# four four.c

GADGETS=gadgets

one one.c
#two two.c -lm\t# needs the mathematics
#three three.c \\
#\tthree_more.c
#two-and-a-half half.c

#*shared*
";

const CONFIG: &str = "\
/* What configure found out. */
#ifndef GADGET_CONFIG_H
#define GADGET_CONFIG_H

/* Whether there are gadgets. */
#undef HAVE_GADGETS

#endif /* GADGET_CONFIG_H */
";

/// Latin-1, like old sources.
const ONE_C: &[u8] = b"/* One, by M\xfcller. */
#include \"gadget.h\"
#include <stdio.h>

static FILE *
one_open(const char *name)
{
    /* not fopen(\"this\") */
    return fopen(name, \"r\");
}

static int
one_size(FILE *fp)
{
    struct stat st;
    if (fstat(fileno(fp), &st) < 0)
        return -1;
    return (int)st.st_size;
}

static Method one_methods[] = {
    {\"open\", one_open, 1},
    {\"size\", one_size, 1},
    {0, 0}
};
";

const COMPILER_PY: &str = "\
class Compiler:
    def link(self, objects):
        return self.run('ld', objects)

    def run(self, program, arguments):
        return [program] + arguments


def main():
    print(Compiler().link([]))
";

/// Path, contents, mode.
const FILES: &[(&str, &[u8], u32)] = &[
    ("Makefile.pre.in", MAKEFILE.as_bytes(), 0o644),
    ("Modules/Setup.dist", SETUP.as_bytes(), 0o664),
    ("Modules/one.c", ONE_C, 0o644),
    ("Include/patchlevel.h", b"#define PY_MAJOR_VERSION 9\n#define PY_VERSION \"9.9\"\n", 0o644),
    ("Include/pyport.h", b"#include <limits.h>\n#include \"pyconfig.h\"\n", 0o644),
    ("pyconfig.h.in", CONFIG.as_bytes(), 0o600),
    ("Lib/compiler.py", COMPILER_PY.as_bytes(), 0o644),
    ("Misc/NEWS", b"Gadget 9.9\r\nmade up, no last line end", 0o444),
    ("configure", b"#!/bin/sh\nexit 0\n", 0o644),
];

/// Writes the tree. Each file and directory has a different time, with nanoseconds.
pub fn write(root: &Path) {
    for (path, bytes, mode) in FILES {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(*mode)).unwrap();
    }
    symlink("Misc/NEWS", root.join("README")).unwrap();
    age(root);
}

/// Sets the time of each file and directory, in the past.
pub fn age(root: &Path) {
    let mut paths: Vec<_> = walkdir::WalkDir::new(root).contents_first(true).into_iter().flatten().collect();
    paths.retain(|entry| !entry.path_is_symlink());
    for (i, entry) in (0u64..).zip(paths) {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_158_611_400 + i * 60, 123_456_789);
        File::open(entry.path()).unwrap().set_modified(time).unwrap();
    }
}

/// For each path: kind and mode, mtime in seconds and nanoseconds, contents.
pub type TreeState = BTreeMap<String, (u32, (i64, i64), Vec<u8>)>;

/// The state of a tree. Its top directory has the empty path.
pub fn state(root: &Path) -> TreeState {
    let one = |entry: walkdir::DirEntry| {
        let path = entry.path();
        let metadata = path.symlink_metadata().unwrap();
        let (contents, mtime) = if metadata.is_symlink() {
            // The time of a link is not preserved.
            (fs::read_link(path).unwrap().into_os_string().into_encoded_bytes(), (0, 0))
        } else {
            let contents = if metadata.is_file() { fs::read(path).unwrap() } else { Vec::new() };
            (contents, (metadata.mtime(), metadata.mtime_nsec()))
        };
        let below = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        (below, (metadata.mode(), mtime, contents))
    };
    walkdir::WalkDir::new(root).into_iter().map(|entry| one(entry.unwrap())).collect()
}

/// Only paths and contents.
pub fn contents(state: &TreeState) -> BTreeMap<&str, &[u8]> {
    state.iter().map(|(path, (_, _, bytes))| (path.as_str(), bytes.as_slice())).collect()
}

/// A patchset that makes every kind of change to the tree: edits, a module, a new file in a new
/// directory, a removed file, a mode.
pub const GADGET: &str = "\
schema: 1
id: gadget
title: Gadgets without shared modules
applies-to: \">=9.9, <9.10\"
pins: [python-9.9]

edits:
  - id: no-sharedmods
    why: Shared modules cannot be loaded.
    file: Makefile.pre.in
    makefile.remove-prerequisite: {target: all, word: sharedmods}

  - id: run-gen
    why: The generator runs elsewhere.
    file: Makefile.pre.in
    makefile.prefix-command: {command: $(GEN), with: run, count: 2}

  - id: static-modules
    why: Nothing can be loaded later.
    file: [Modules/Setup.dist, Modules/Setup]
    setup.enable: {modules: [one, two, three]}

  - id: open-elsewhere
    why: Files are opened by the gadget.
    file: Modules/one.c
    c.redirect-call: {function: one_open, from: fopen, to: gadget_open}

  - id: loader
    why: Something has to load.
    file: Modules/gadget/loader.c
    file.add: {content: {from: loader.c}}

  - id: no-news
    why: No news is good news.
    file: Misc/NEWS
    file.remove: {contains: made up}

  - id: configure-runs
    why: The tarball lost its mode.
    file: configure
    file.mode: {executable: true}
";

/// Writes the patchset `gadget`.
pub fn gadget(env: &TestEnvironment) {
    env.yaml("gadget", GADGET);
    env.write("patchsets/gadget/files/loader.c", "int loader;\n");
}

/// Writes the patchset `gizmo`, which fits only the result of `gadget`: it changes, removes and makes executable files
/// that `gadget` changed, added and removed.
pub fn gizmo(env: &TestEnvironment) {
    let edits = "\
- {id: less, why: Less., file: Makefile.pre.in, text.replace: {find: run $(GEN) more.txt, with: run $(GEN) less.txt}}
- {id: no-loader, why: Nothing loads., file: Modules/gadget/loader.c, file.remove: {contains: loader}}
- {id: unloader, why: Something unloads., file: Modules/gadget/unloader.c, file.add: {content: \"int unloader;\\n\"}}
- {id: some-news, why: There is news., file: Misc/NEWS, file.add: {content: \"Gizmo 1\\n\"}}
- {id: program, why: A gizmo., file: Misc/gizmo/run, file.add: {content: \"#!/bin/sh\\n\", executable: true}}
- {id: one-runs, why: It may run., file: Modules/one.c, file.mode: {executable: true}}
- {id: configure-says, why: It says so., file: configure, text.replace: {find: exit 0, with: exit 1}}
";
    env.patchset("gizmo", edits);
}
