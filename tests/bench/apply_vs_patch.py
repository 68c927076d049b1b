#!/usr/bin/env python3
"""Measures `pypatch apply` and `revert` against `patch -p1` and `patch -R` with the same diff.

    tests/bench/apply_vs_patch.py target/release/pypatch catamount-py2.5 SOURCE [--rounds N]

SOURCE is a directory, or whatever else pypatch takes: a tarball, a pin, git:REPO@REV. All work on copies of one tree, round by
round and in changing order; every pair must give back the tree as it was.

The trees are in TMPDIR, and its file system affects the times. Do not measure on ext4 without a journal: to create a file it
skips every inode that was deleted in the last minutes, one by one, and this script deletes trees.

CPU time is user and system time of the processes, as wait4 reports it. Peak memory is never below that of this script, which
starts them. Timings decide no test: the exit status says only whether all did the same work.
"""

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def run(command, cwd, stdin=None):
    """Runs a command; gives CPU seconds and peak memory in MiB."""
    with open(stdin or os.devnull, "rb") as source:
        process = subprocess.Popen(command, cwd=cwd, stdin=source, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def file_system(place):
    """What `place` lies on, and what is to be known of that."""
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    over = [mount for mount in mounts if place.is_relative_to(mount[4].replace("\\040", " "))]
    mount = max(over, key=lambda mount: len(mount[4]))
    kind, device = mount[mount.index("-") + 1 : mount.index("-") + 3]
    journals = Path("/proc/fs/jbd2").glob(f"{Path(device).resolve().name}-*")
    if kind == "ext4" and not any(journals):
        return f"{kind} without a journal: the times say more of what was deleted before than of the programs"
    return kind


def digest(tree):
    """A digest of all names and contents below a tree."""
    total = hashlib.sha256()
    for path in sorted(tree.rglob("*")):
        if path.name == ".pypatch-receipt.json":
            continue
        total.update(str(path.relative_to(tree)).encode() + b"\0")
        if path.is_file():
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pypatch", type=Path)
    parser.add_argument("patchset")
    parser.add_argument("source")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    pypatch = arguments.pypatch.resolve()

    with tempfile.TemporaryDirectory(prefix="pypatch-bench-") as place:
        place = Path(place)
        ours, theirs, diff = place / "ours", place / "theirs", place / "equal.diff"
        if Path(arguments.source).is_dir():
            shutil.copytree(arguments.source, ours, symlinks=True)
        else:
            # A patched tree, taken back, is the tree.
            subprocess.run(
                [pypatch, "-q", "apply", arguments.patchset, arguments.source, "--output", ours], check=True
            )
            subprocess.run([pypatch, "-q", "revert", ours], check=True)
        shutil.copytree(ours, theirs, symlinks=True)
        with diff.open("wb") as out:
            # From there, as all that follows: ./patchsets of where this is called would come first.
            subprocess.run([pypatch, "diff", arguments.patchset, "."], cwd=ours, stdout=out, check=True)
        before = digest(ours)

        apply = [pypatch, "-q", "apply", arguments.patchset, "."]
        revert = [pypatch, "-q", "revert", "."]
        patch = ["patch", "-s", "-p1", "--no-backup-if-mismatch"]
        unpatch = ["patch", "-s", "-R", "-p1", "--no-backup-if-mismatch"]

        def both(first, second):
            return first[0] + second[0], max(first[1], second[1]), first[0], second[0]

        pairs = {
            "patch": lambda: both(run(patch, theirs, diff), run(unpatch, theirs, diff)),
            "pypatch": lambda: both(run(apply, ours), run(revert, ours)),
        }

        # The first round warms the caches, and shows that the work is the same.
        run(apply, ours)
        run(patch, theirs, diff)
        patched = digest(ours), digest(theirs)
        run(revert, ours)
        run(unpatch, theirs, diff)
        if patched[0] != patched[1] or patched[0] == before:
            sys.exit("pypatch and patch do not give the same tree")

        results = {name: [] for name in pairs}
        for number in range(arguments.rounds):
            names = list(pairs)
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                results[name].append(pairs[name]())
        if digest(ours) != before or digest(theirs) != before:
            sys.exit("the tree did not come back")

        print(f"{arguments.patchset} on {arguments.source}, {arguments.rounds} rounds, medians of CPU time, peak memory")
        print(f"on {file_system(place.resolve())}")
        for name, measured in results.items():
            total, memory, forth, back = zip(*measured)
            line = (
                f"{name:9} {statistics.median(total) * 1000:6.1f} ms  "
                f"({statistics.median(forth) * 1000:.1f} there, {statistics.median(back) * 1000:.1f} back)  "
                f"{max(memory):5.1f} MiB"
            )
            if name != "patch":
                ratios = sorted(our[0] / their[0] for our, their in zip(measured, results["patch"]))
                line += f"  {statistics.median(ratios):.2f} times patch (pair by pair: {ratios[0]:.2f} to {ratios[-1]:.2f})"
            print(line)


if __name__ == "__main__":
    main()
