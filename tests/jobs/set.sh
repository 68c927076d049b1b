# What the scripts of this folder work on, in the current directory: twelve small versions of a tree, and two patchsets. `set` are the
# arguments of `pypatch matrix` for them. It is sourced.

for minor in 1 2 3 4 5 6 7 8 9 10 11 12; do
    mkdir -p "trees/9.$minor/Include"
    printf '#define PY_VERSION "9.%s"\n' "$minor" >"trees/9.$minor/Include/patchlevel.h"
    all="all: prog sharedmods docs"
    # From 9.5 on another rule has it, and from 9.9 on none.
    [ "$minor" -lt 5 ] || all="all: build_all\nbuild_all: prog sharedmods docs"
    [ "$minor" -lt 9 ] || all="all: build_all\nbuild_all: prog docs"
    printf '%b\nsharedmods:\n\t./prog setup.x\n' "$all" >"trees/9.$minor/Makefile.pre.in"
done
mkdir -p patchsets/one patchsets/two
cat >patchsets/one/patchset.yaml <<'END'
schema: 1
id: one
title: Without shared modules
applies-to: '>=9.1, <9.5'
edits:
- id: no-sharedmods
  why: The machine has none.
  file: Makefile.pre.in
  makefile.remove-prerequisite: {target: all, word: sharedmods}
END
cat >patchsets/two/patchset.yaml <<'END'
schema: 1
id: two
title: Without documentation
edits:
- id: no-docs
  why: Nobody reads it there.
  file: Makefile.pre.in
  text.replace: {find: prog docs, with: prog}
END
set=(--patchset one --patchset two --base trees/9.1 trees/9.{1,2,3,4,5,6,7,8,9,10,11,12})
