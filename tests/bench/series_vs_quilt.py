#!/usr/bin/env python3
"""Compares planning a series of patches with `quilt push -a` and with a loop of patch(1).

    cargo build --release
    tests/bench/series_vs_quilt.py DEBIAN/patches TREE [--rounds 9] [--pypatch target/release/pypatch]

The series is imported into a patchset once, and its export is pushed, so that all three work on the same patches. In each round, in turns:
`pypatch plan`, `pypatch export --as quilt`, `quilt push -a` and `patch -p1` for each patch, the last two on a fresh copy of the tree, which is
not part of the time. Wall and CPU time are medians in seconds; the trees that quilt and patch leave are compared with that of pypatch.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def timed(command, cwd, **environment):
    """The wall and the CPU time of a command, which must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stdout.decode(errors='replace')}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def require_equal(one, other):
    done = subprocess.run(["diff", "-r", "-x", ".pc", one, other], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{one} and {other} differ:\n{done.stdout}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patches", type=Path)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pypatch", default="target/release/pypatch")
    args = parser.parse_args()
    pypatch = str(Path(args.pypatch).resolve())
    patches, tree = str(args.patches.resolve()), str(args.tree.resolve())
    if shutil.which("quilt") is None:
        sys.exit("quilt is not installed")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        timed([pypatch, "import", patches, "--base", tree, "--id", "series"], work)
        timed([pypatch, "export", "series", tree, "--as", "tree", "-o", "expected"], work)
        timed([pypatch, "export", "series", tree, "--as", "quilt", "-o", "patches"], work)
        names = (work / "patches/series").read_text().split()
        loop = " && ".join(f"patch -p1 -F0 -s -i '{work}/patches/{name}'" for name in names)
        times = {"pypatch plan": [], "pypatch export --as quilt": [], "quilt push -a": [], "patch in a loop": []}
        for number in range(args.rounds):
            copy = work / "copy"
            times["pypatch plan"].append(timed([pypatch, "plan", "series", tree], work))
            out = f"out-{number}"
            command = [pypatch, "export", "series", tree, "--as", "quilt", "-o", out]
            times["pypatch export --as quilt"].append(timed(command, work))
            for what, command in (
                ("quilt push -a", ["quilt", "push", "-a", "-q", "--fuzz=0"]),
                ("patch in a loop", ["sh", "-c", loop]),
            ):
                shutil.copytree(tree, copy, symlinks=True)
                times[what].append(timed(command, copy, QUILT_PATCHES=str(work / "patches")))
                if number == 0:
                    require_equal(str(work / "expected"), str(copy))
                shutil.rmtree(copy)
    print(f"{len(names)} patches, medians of {args.rounds} rounds, in seconds")
    medians = {what: [statistics.median(column) for column in zip(*all)] for what, all in times.items()}
    plan = medians["pypatch plan"]
    for what, (wall, cpu) in medians.items():
        print(f"{what:26} wall {wall:7.3f} ({wall / plan[0]:5.1f} times plan)   CPU {cpu:7.3f} ({cpu / plan[1]:5.1f})")


if __name__ == "__main__":
    main()
