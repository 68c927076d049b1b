#!/usr/bin/env python3
"""Carries the units that `lift_units.py --keep DIR` lifted whole to the new version, lifted and as `diff`, and judges both.

Usage: lifted_units.py --pypatch BINARY --data DIR --kept DIR --scoring DIR [--how HOW] [--step N] [--out FILE]

DATA has, for each case, v1 and v1p (the files before and after the old patch), v2 and exp (the new version, and what a person made of
it). SCORING is the directory with scoring.py of that benchmark. HOW is one of

    lifted, diff                `apply` on the new version
    port-lifted, port-diff      `port` of the patchset with --base, and then `apply`
    port-patch                  `port` of the patch

A unit is solved if the file is what the person made, or is left alone where upstream has the change or the file is gone; a conflict if
pypatch says that somebody must look; wrong otherwise. Trees have only the files of a case.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def read(path):
    return path.read_bytes() if path.is_file() else None


def tree(place, version):
    """A tree needs a version to be ported to; the real one does not matter to a unit."""
    header = place / "Include/patchlevel.h"
    header.parent.mkdir(parents=True, exist_ok=True)
    if not header.exists():
        header.write_text(f'#define PY_VERSION "{version}"\n')


def as_diff(folder, path, place):
    (place / "files").mkdir(parents=True)
    command = ["diff", "-u", "-L", f"a/{path}", "-L", f"b/{path}", folder / "v1" / path, folder / "v1p" / path]
    (place / "files/p.patch").write_bytes(subprocess.run(command, capture_output=True).stdout)
    (place / "patchset.yaml").write_text(
        f"schema: 1\nid: t\ntitle: A unit\nedits:\n  - id: e\n    why: A patch.\n    file: {json.dumps(path)}\n"
        "    diff: {patch: {from: p.patch}}\n    allow: {stale-configure: A unit.}\n"
    )


def carry(args, case, unit, work):
    """What pypatch makes of a unit: its exit status, and the tree."""
    path, folder = unit["p1path"], args.data / case
    out, old, patchset = work / "out", work / "v1", work / "sets/t"
    (old / path).parent.mkdir(parents=True)
    shutil.copy(folder / "v1" / path, old / path)
    if (folder / "v2").is_dir():
        shutil.copytree(folder / "v2", out)
    tree(out, "3.2.0")
    tree(old, "3.1.0")
    if "lifted" in args.how:
        shutil.copytree(args.kept / case / path.replace("/", "%"), patchset)
    else:
        as_diff(folder, path, patchset)

    def run(*command, answer=None):
        environment = {**os.environ, "PYPATCH_SOURCES": ""}
        done = subprocess.run([args.pypatch, *command], cwd=work, stdin=subprocess.DEVNULL, capture_output=True, env=environment)
        return answer(json.loads(done.stdout)) if answer and done.stdout else done.returncode

    if args.how == "port-patch":
        # `gone` stops a series, and says of one patch what a patchset says by dropping the edit.
        outcomes = lambda report: {file["outcome"] for patch in report["patches"] for file in patch["files"]}
        is_open = lambda report: bool(outcomes(report) - {"ported", "upstream", "gone"})
        patch = patchset / "files/p.patch"
        return run("port", patch, "--from", old, "--to", out, "--in-place", out, "--format", "json", answer=is_open), out
    name, sets = "t", ["--patchsets", work / "sets"]
    if args.how.startswith("port-"):
        name = "n"
        status = run(*sets, "port", "t", "--base", old, "--to", out, "--id", name, "-o", work / "sets")
        if status:
            return status, out
    return run(*sets, "apply", name, out, "--allow-unpinned"), out


def judged(args, scoring, verdicts, case, unit):
    folder, path = args.data / case, unit["p1path"]
    new = unit["v2path"] or path
    with tempfile.TemporaryDirectory() as work:
        status, out = carry(args, case, unit, pathlib.Path(work))
        got, v2 = read(out / new), read(folder / "v2" / new)
    want = read(folder / "exp" / new)
    if unit["type"] == "gone":
        want = v2 = None
    before = lambda: scoring.delta(read(folder / "v1" / path), read(folder / "v1p" / path))
    outcome, detail = scoring.judge(unit, "conflict" if status else "applied", got, want, v2, before, verdicts)
    return outcome if outcome in ("wrong", "conflict") else "solved", detail.split(":")[0]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--data", "--kept", "--scoring"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--pypatch", required=True)
    parser.add_argument("--how", default="port-lifted", choices=("lifted", "diff", "port-lifted", "port-diff", "port-patch"))
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    args.data, args.kept = args.data.resolve(), args.kept.resolve()
    sys.path.insert(0, str(args.scoring))
    import scoring

    verdicts = json.loads((args.scoring / "adjudications.json").read_text())
    units = []
    for case in json.loads((args.data / "index.json").read_text()):
        for unit in case["units"]:
            kept = args.kept / case["id"] / (unit.get("p1path") or "").replace("/", "%")
            if unit.get("scored") and (kept / "patchset.yaml").exists() and not (kept / "files/e.rest.patch").exists():
                units.append((case["id"], unit))
    units = units[:: args.step]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        found = list(pool.map(lambda one: judged(args, scoring, verdicts, *one), units))
    kinds = collections.defaultdict(collections.Counter)
    for (case, unit), (outcome, _) in zip(units, found):
        kinds["all"][outcome] += 1
        kinds[unit["delta"] if unit["type"] == "port" else unit["type"]][outcome] += 1
    print(args.how, dict(collections.Counter(detail for outcome, detail in found if outcome == "wrong")))
    for kind, counts in sorted(kinds.items()):
        print(f"  {kind:9} {sum(counts.values()):5} {dict(counts)}")
    if args.out:
        rows = [[case, unit["p1path"], *outcome] for (case, unit), outcome in zip(units, found)]
        args.out.write_text(json.dumps(rows, indent=0))


if __name__ == "__main__":
    main()
