#!/bin/sh
# Writes the example of docs/tutorial.md into the current directory:
#
#   gadgetpython.git   the releases 9.8 and 9.9 of a made-up interpreter, in the formats of CPython, with a tag for each
#   packaging.git      what a distribution keeps: the patches for 9.8, as a series for quilt, and the pins of both releases
#
# All of it is made up, and small enough to be read.
set -eu

export GIT_AUTHOR_NAME=Example GIT_AUTHOR_EMAIL=example@example.org GIT_AUTHOR_DATE='2026-01-05 12:00 +0000'
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
git() { command git -c init.defaultBranch=main -c advice.detachedHead=false -c core.autocrlf=false "$@"; }

for name in gadgetpython packaging; do
    [ ! -e "$name.git" ] || { echo "$name.git exists already" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Release 9.8.
tree=$work/gadgetpython
mkdir -p "$tree/Include" "$tree/Modules" "$tree/Lib"
cat > "$tree/Include/patchlevel.h" <<'END'
#define PY_MAJOR_VERSION 9
#define PY_VERSION "9.8"
END
cat > "$tree/Makefile.pre.in" <<'END'
# Builds the interpreter.
BUILDPYTHON=	python$(EXE)
OBJS=	Modules/main.o Modules/loader.o

all:	$(BUILDPYTHON) oldsharedmods sharedmods

$(BUILDPYTHON): $(OBJS)
	$(CC) -o $@ $(OBJS)

sharedmods: $(BUILDPYTHON)
	./$(BUILDPYTHON) setup.py build

install: all
	./$(BUILDPYTHON) install.py $(prefix)
END
cat > "$tree/Modules/Setup" <<'END'
# The modules of the interpreter, one a line.
posix posix.c

# Reads archives, and needs a library:
#archive archive.c -larchive
END
cat > "$tree/Modules/loader.c" <<'END'
#include "loader.h"

/* Looks for a module in one directory. */
static int
find_module(const char *directory, const char *name)
{
    if (!is_directory(directory))
        return -1;
    return open_module(directory, name);
}

int
load(const char *name)
{
    return find_module("/usr/lib/gadget", name);
}
END
cat > "$tree/Lib/browser.py" <<'END'
"""Opens a page for the user."""

import shutil

NAMES = ["firefox", "chromium"]


def find():
    for name in NAMES:
        if shutil.which(name):
            return name
    return None


def show(page):
    name = find()
    if name is None:
        raise RuntimeError("no browser was found")
    return [name, page]
END
cat > "$tree/Lib/clock.py" <<'END'
"""How late it is."""


def parse(text):
    hour, minute = text.split(":")
    return int(hour), int(minute)
END
git init -q "$tree"
git -C "$tree" add .
git -C "$tree" commit -q -m 'Release 9.8'
git -C "$tree" tag v9.8

# The packaging of 9.8.
packaging=$work/packaging
series=$packaging/debian/patches
mkdir -p "$series" "$packaging/upstream-pins"
cat > "$series/series" <<'END'
no-sharedmods.diff
archive-module.diff
local-loader.diff
browser-names.diff
clock-seconds.diff
END

# Edits a file of the release as the patch NAME does, and writes that patch, with what is said of it on the standard input.
patch_of() {
    name=$1 file=$2 script=$3
    sed -i "$script" "$tree/$file"
    { cat; echo; git -C "$tree" diff "$file"; } > "$series/$name"
    git -C "$tree" commit -q -a -m "$name"
}
patch_of no-sharedmods.diff Makefile.pre.in 's/ oldsharedmods sharedmods$/ oldsharedmods/' <<'END'
Description: Do not build shared modules
 All modules are linked into the interpreter of this distribution.
Author: Ada Example <ada@example.org>
Forwarded: not-needed
END
patch_of archive-module.diff Modules/Setup 's/^#archive /archive /' <<'END'
Description: Link the archive module into the interpreter
 The library is imported from an archive, so the module must be there before any other.
Author: Ada Example <ada@example.org>
Forwarded: not-needed
END
patch_of local-loader.diff Modules/loader.c '/"\/usr\/lib\/gadget"/i\    if (find_module("/usr/local/lib/gadget", name) == 0)\n        return 0;' <<'END'
Description: Look into /usr/local first
 What the administrator installs has precedence over packages.
Author: Ben Example <ben@example.org>
Forwarded: no
END
patch_of browser-names.diff Lib/browser.py 's/^NAMES = .*/NAMES = ["sensible-browser", "firefox", "chromium"]/' <<'END'
Description: Ask the distribution for the browser first
Author: Ben Example <ben@example.org>
Forwarded: not-needed
END
patch_of clock-seconds.diff Lib/clock.py \
    's/^    hour, minute = .*/    hour, minute, *_ = text.split(":")/' <<'END'
Description: Seconds are not an error
Author: Cleo Example <cleo@example.org>
Origin: upstream
END

# Release 9.9: the first target has another name, a module was inserted, a function another argument, a list is longer,
# and one of the patches was taken.
git -C "$tree" checkout -q v9.8
sed -i 's/9\.8/9.9/' "$tree/Include/patchlevel.h"
sed -i 's/^all:.*/all:	build_all\nbuild_all:	$(BUILDPYTHON) oldsharedmods sharedmods/' "$tree/Makefile.pre.in"
sed -i 's/^posix posix.c/&\nsignal signal.c/' "$tree/Modules/Setup"
sed -i '1a #include "cache.h"' "$tree/Modules/loader.c"
sed -i 's/^NAMES = .*/NAMES = ["firefox", "chromium", "epiphany"]/' "$tree/Lib/browser.py"
sed -i 's/^    hour, minute = .*/    hour, minute, *_ = text.split(":")/' "$tree/Lib/clock.py"
git -C "$tree" commit -q -a -m 'Release 9.9'
git -C "$tree" tag v9.9

# What pypatch reads as a release is pinned by hash: CPython's releases are, and these have to be.
for version in 9.8 9.9; do
    cat > "$packaging/upstream-pins/$version.yaml" <<END
schema: 1
releases:
  - version: "$version"
    tag: v$version
    tree: $(git -C "$tree" rev-parse "v$version^{tree}")
    tarballs: []
END
done
git init -q "$packaging"
git -C "$packaging" add .
git -C "$packaging" commit -q -m 'The patches for 9.8'

git clone -q --bare "$packaging" packaging.git
git clone -q --bare "$tree" gadgetpython.git
