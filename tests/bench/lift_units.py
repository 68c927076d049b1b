#!/usr/bin/env python3
"""Measures what `pypatch lift` makes of the units of a port benchmark: how many lift whole, by kind of file, and what is left.

Usage: lift_units.py --pypatch BINARY --data DIR [--jobs N] [--limit N] [--kind KIND] [--left FILE] [--keep DIR]

DIR has index.json and, for each case, v1 (the files before the old patch), v1p (after it) and p1.patch. A unit is one file of
a case. For each a patchset with one `diff` edit is made and lifted on v1. A unit counts as lifted if no hunk is left; pypatch
itself refuses a lift that does not give the same bytes, and the plan of the lifted patchset is compared with v1p once more.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time


def kind_of(path):
    name = path.rsplit("/", 1)[-1]
    stem = name[:-3] if name.endswith(".in") else name
    ending = stem.rsplit(".", 1)[-1]
    if name.startswith("Setup"):
        return "setup"
    if name.startswith("Makefile") or ending in ("mk", "mak"):
        return "makefile"
    if name in ("configure.ac", "configure.in") or ending == "m4":
        return "m4"
    if ending in ("c", "h"):
        return "c"
    if name.endswith(".py"):
        return "python"
    return "other"


def run(args, unit):
    case, path = unit
    folder = args.data / case
    old, new = folder / "v1" / path, folder / "v1p" / path
    if not old.is_file() or not new.is_file():
        return unit, "added or removed", 0.0, [], b""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        tree, patchset = work / "tree", work / "sets" / "t"
        (tree / path).parent.mkdir(parents=True)
        shutil.copy(old, tree / path)
        (patchset / "files").mkdir(parents=True)
        diff = subprocess.run(["diff", "-u", "-L", f"a/{path}", "-L", f"b/{path}", old, new], capture_output=True).stdout
        (patchset / "files" / "p.patch").write_bytes(diff)
        (patchset / "patchset.yaml").write_text(
            f"schema: 1\nid: t\ntitle: A unit\nedits:\n  - id: e\n    why: A patch.\n    file: {json.dumps(path)}\n"
            "    diff: {patch: {from: p.patch}}\n"
            "    allow: {stale-configure: A unit., broken-syntax: A unit.}\n".replace(", broken-syntax: A unit.", "")
        )
        command = [args.pypatch, "--patchsets", patchset.parent, "lift", "t", "--base", tree, "--lift=all", "--format=json"]
        begin = time.perf_counter()
        done = subprocess.run(command, capture_output=True)
        seconds = time.perf_counter() - begin
        if done.returncode:
            return unit, "error", seconds, [], done.stderr
        edits = json.loads(done.stdout)["edits"]
        if not edits:
            return unit, "nothing", seconds, [], diff
        operations = [one["operation"] for one in edits[0]["operations"]]
        left = b""
        if "diff" in operations:
            left = (patchset / "files" / "e.rest.patch").read_bytes()
        plan = subprocess.run([args.pypatch, "--patchsets", patchset.parent, "apply", "t", tree, "--allow-unpinned"], capture_output=True)
        if plan.returncode or (tree / path).read_bytes() != new.read_bytes():
            return unit, "other bytes", seconds, operations, plan.stderr
        if args.keep:
            kept = args.keep / case / path.replace("/", "%")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(patchset, kept, dirs_exist_ok=True)
        return unit, "part" if left else "lifted", seconds, operations, left


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pypatch", required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--kind")
    parser.add_argument("--left", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path)
    args = parser.parse_args()
    units = []
    for case in json.loads((args.data / "index.json").read_text()):
        for unit in case["units"]:
            path = unit.get("p1path")
            if unit.get("scored") and path and kind_of(path) != "other" and args.kind in (None, kind_of(path)):
                units.append((case["id"], path))
    if args.limit:
        units = units[:: max(1, len(units) // args.limit)]
    outcomes = collections.defaultdict(collections.Counter)
    operations, times, left = collections.Counter(), [], []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for (case, path), outcome, seconds, used, rest in pool.map(lambda unit: run(args, unit), units):
            outcomes[kind_of(path)][outcome] += 1
            if seconds:
                times.append(seconds)
            operations.update(name for name in used if name != "diff")
            if outcome not in ("lifted", "added or removed"):
                left.append(f"==== {outcome} {case} {path}\n".encode() + rest)
    total = collections.Counter()
    for kind, counts in sorted(outcomes.items()):
        total.update(counts)
    for kind, counts in [*sorted(outcomes.items()), ("all", total)]:
        share = 100 * counts["lifted"] / sum(counts.values())
        print(f"{kind:9} {sum(counts.values()):5}  lifted {share:5.1f} %  {dict(counts)}")
    print(f"median {1000 * statistics.median(times):.1f} ms, 95 % {1000 * sorted(times)[int(len(times) * 0.95)]:.1f} ms")
    print(", ".join(f"{name} {count}" for name, count in operations.most_common()))
    if args.left:
        args.left.write_bytes(b"\n".join(left))


if __name__ == "__main__":
    main()
