#!/usr/bin/env python
"""Compares `pypatch setup analyze` with the interpreter's own modulefinder, program by program.

    PYTHON tests/analyze/compare.py PYPATCH TREE PROGRAM...

PYTHON is of TREE's version: modulefinder parses with the interpreter that runs it. TREE is a directory with that
release. Both follow the imports of each program through its own directory and TREE/Lib, and both are asked for the
extension modules: of modulefinder's result, the names that TREE can build. Prints each difference; the exit status says
whether there is one that `EXPLAINED` does not know.
"""
from __future__ import print_function

import json
import modulefinder
import os
import subprocess
import sys

# Where the two differ and pypatch is right: module, and why.
EXPLAINED = {}


def theirs(program, tree, known):
    path = [os.path.dirname(os.path.abspath(program)), os.path.join(tree, "Lib")]
    finder = modulefinder.ModuleFinder(path)
    try:
        finder.run_script(program)
    except (ImportError, SyntaxError) as error:
        return None, str(error)
    names = set(name for name, module in finder.modules.items() if module.__file__ is None)
    return (names | set(finder.badmodules)) & known, None


def main():
    pypatch, tree, programs = sys.argv[1], sys.argv[2], sys.argv[3:]
    ask = lambda *arguments: json.loads(subprocess.check_output((pypatch, "setup") + arguments).decode())
    listed = ask("list", tree, "--format", "json")["modules"]
    known = set(one["name"] for one in listed)
    # What is left out of the comparison below must be no module of the tree.
    unknown = set(sys.builtin_module_names) - known - set(["__main__"])
    if unknown:
        print("linked into this interpreter and not listed: %s" % " ".join(sorted(unknown)))
        sys.exit(1)
    unexplained = same = refused = 0
    for program in programs:
        report = ask("analyze", program, "--tree", tree, "--format", "json")["programs"][0]
        ours = set(one["name"] for one in report["extensions"])
        other, error = theirs(program, tree, known)
        if other is None:
            refused += 1
            print("%s: modulefinder gives up: %s" % (program, error))
            continue
        for name in sorted(ours ^ other):
            who = "pypatch" if name in ours else "modulefinder"
            chain = [one["chain"] for one in report["extensions"] if one["name"] == name]
            why = EXPLAINED.get(name)
            unexplained += why is None
            print("%s: %s only by %s%s: %s" % (
                program, name, who, " (%s)" % " > ".join(chain[0]) if chain else "", why or "NOT EXPLAINED"))
        same += ours == other
        print("%s: %d extension modules, %s" % (program, len(ours), "the same" if ours == other else "different"))
    print("%d programs, %d the same, %d differences not explained; modulefinder gives up on %d" % (
        len(programs), same, unexplained, refused))
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
