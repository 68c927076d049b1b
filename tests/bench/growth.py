#!/usr/bin/env python3
"""How planning grows with the number of edits: 100 edits next to 1,000 over 100 files, a third of them with `depends-on`.

    tests/bench/growth.py target/release/pypatch [--rounds N]

The trees and patchsets are made here. The edits of a file are of C, Makefile and Python files in turn; every third edit changes a line
that the edit before it inserted. CPU time is user and system time, as wait4 reports it. Timings decide no test: the exit status says only
whether every plan fits.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LINES = 400


def source(kind):
    """A file of one kind, with an anchor for each edit."""
    if kind == "c":
        functions = (f"int\nf{n}(int a)\n{{\n    a += {n};\n    return a;\n}}\n\n" for n in range(LINES // 4))
        return "#include <stdio.h>\n\n" + "".join(functions)
    if kind == "py":
        return "import os\n\n" + "".join(f"\ndef f{n}(a):\n    a += {n}\n    return a\n" for n in range(LINES // 4))
    return "all: x\n\n" + "".join(f"t{n}: x\n\techo {n}\n\techo end\n\n" for n in range(LINES // 4))


def edits(kind, file, number, first):
    """The edits of one file."""
    found = []
    for n in range(number):
        edit = f"e{first + n}"
        text = [f"  - id: {edit}", "    why: It is needed.", f"    file: {file}"]
        if n % 3 == 2:
            text.append(f"    depends-on: [e{first + n - 1}]")
            find, new = f"x{n - 1}", f"y{n - 1}"
            change = {
                "c": f"    c.replace: {{function: f{n - 1}, find: {find}(a), with: {new}(a)}}",
                "py": f"    within: {{function: f{n - 1}}}\n    python.replace: {{find: {find}(a), with: {new}(a)}}",
                "mk": f"    within: {{target: t{n - 1}}}\n    makefile.replace: {{find: echo {find}, with: echo {new}}}",
            }
        else:
            change = {
                "c": f"    c.insert: {{function: f{n}, after: 'a += {n};', text: 'x{n}(a);'}}",
                "py": f"    within: {{function: f{n}}}\n    python.insert: {{after: a += {n}, text: x{n}(a)}}",
                "mk": f"    within: {{target: t{n}}}\n    makefile.insert: {{after: echo {n}, text: echo x{n}}}",
            }
        found.append("\n".join([*text, change[kind]]))
    return found


def make(place, number, files):
    """A patchset and a tree."""
    tree, folder = place / f"tree-{number}-{files}", place / f"p{number}-{files}"
    tree.mkdir()
    folder.mkdir()
    (tree / "Include").mkdir()
    (tree / "Include" / "patchlevel.h").write_text('#define PY_VERSION "3.13.5"\n')
    all_edits = []
    for at in range(files):
        kind = ("c", "py", "mk")[at % 3]
        file = f"f{at}.{kind}"
        (tree / file).write_text(source(kind))
        own = number // files + (at < number % files)
        all_edits += edits(kind, file, own, len(all_edits))
    text = f"schema: 1\nid: {folder.name}\ntitle: Growth\napplies-to: '>=3.13'\nedits:\n" + "\n".join(all_edits) + "\n"
    (folder / "patchset.yaml").write_text(text)
    return folder.name, tree


def seconds(command, cwd):
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pypatch", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    pypatch = arguments.pypatch.resolve()
    with tempfile.TemporaryDirectory(prefix="pypatch-growth-") as place:
        place = Path(place)
        cases = {case: make(place, *case) for case in ((100, 10), (100, 100), (1000, 100))}
        times = {case: [] for case in cases}
        for _ in range(arguments.rounds):
            for case, (name, tree) in cases.items():
                command = [pypatch, "-q", "plan", name, tree, "--patchsets", place]
                times[case].append(seconds(command, place))
        largest = statistics.median(times[1000, 100])
        for (number, files), taken in times.items():
            middle = statistics.median(taken)
            print(f"{number:5} edits over {files:3} files: {middle * 1000:7.1f} ms; 1000 edits take {largest / middle:.1f} times as long")


if __name__ == "__main__":
    main()
