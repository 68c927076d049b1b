#!/usr/bin/env python3
"""The table of the family: each shipped Catamount patchset is built, installed and checked on the releases of its
snapshots, and imports by broadcast under MPI with 4 ranks.

    tests/family/build.py PYPATCH WORK-DIRECTORY [--only STEP] [--exclude GLOB]... [PIN...]

Without pins it builds the newest release of every series. What was built stays in WORK-DIRECTORY, so that a run that was
interrupted goes on; the table of everything that was built there is printed at the end. The exit status is 1 if a
release fails.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# From 3.0 on the release decides -O3, which no check needs and which takes most of the time.
OPTIMISATION = "-DNDEBUG -O1 -Wall"


def version(pin):
    return [int(number) for number in re.findall(r"\d+", pin.split("-", 1)[1])]


def series(pin):
    return tuple(version(pin)[:2])


def of_snapshots():
    """Patchset and pin of every snapshot of the family."""
    for snapshot in sorted((ROOT / "snapshots").glob("catamount-py*/python-*.snap")):
        yield snapshot.parent.name, snapshot.stem


def patchset_for(pin):
    """The patchset with a snapshot of the same series."""
    found = {series(known): patchset for patchset, known in of_snapshots()}
    return found.get(series(pin)) or sys.exit(f"no patchset has a snapshot of the series of {pin}")


def patchsets(pin):
    """What is applied together: releases before 2.7.3 need changes for a compiler of today, too."""
    family = patchset_for(pin)
    modern = family.replace("catamount", "modern-toolchain")
    return [modern, family] if (ROOT / "patchsets" / modern).is_dir() else [family]


def run(command, log, directory):
    environment = dict(os.environ)
    if any(word.startswith("python-3") for word in command):
        environment["OPT"] = OPTIMISATION
    with open(log, "w") as output:
        done = subprocess.run(command, cwd=directory, stdout=output, stderr=subprocess.STDOUT, env=environment)
    return done.returncode, pathlib.Path(log).read_text(errors="replace")


def seconds(text, step):
    """How long the steps of this name took in all, in seconds; `None` if none ran."""
    times = re.findall(rf"^\S+/{step}: ([\d.]+) s$", text, re.M)
    return sum(map(float, times)) if times else None


def read(work, pin):
    result = work / pin / "result.json"
    return json.loads(result.read_text()) if result.exists() else {}


def write(work, row):
    row["date"] = time.strftime("%Y-%m-%d")
    (work / row["pin"] / "result.json").write_text(json.dumps(row, indent=1) + "\n")


def source(pypatch, pin):
    """What the release is read from."""
    command = [str(pypatch), "fetch", "--offline", "--quiet", pin]
    found = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return "tarball" if ".t" in pathlib.Path(found).name else "git"


def options(excluded):
    return [word for pattern in excluded for word in ("--exclude", pattern)]


def build(pypatch, work, pin, excluded):
    """Builds, installs and checks all programs that the patchset builds without being asked."""
    if read(work, pin).get("build") == 0:
        return
    place = work / pin
    place.mkdir(parents=True, exist_ok=True)
    command = [str(pypatch), "build", *patchsets(pin), pin, "--prefix", "prefix", "--work", "work"]
    begun = time.monotonic()
    status, said = run([*command, "--launcher", "stub", *options(excluded)], place / "build.log", place)
    row = {"pin": pin, "patchsets": patchsets(pin), "build": status, "excluded": excluded}
    row["source"] = source(pypatch, pin)
    row["steps"] = {step: seconds(said, step) for step in ("configure", "make", "install")}
    row["checks"] = len(re.findall(r"^  ok ", said, re.M))
    row["seconds"] = time.monotonic() - begun
    write(work, row)


def broadcast(pypatch, work, pin, excluded):
    """Builds the interpreter that imports by broadcast, and counts what 4 ranks open."""
    row = read(work, pin)
    if row.get("build") != 0 or row.get("broadcast") in (0, 77):
        return
    environment = os.environ | {"EXCLUDE": " ".join(options(excluded))}
    if pin.startswith("python-3"):
        environment["OPT"] = OPTIMISATION
    place = work / pin
    script = [ROOT / "tests/mpi/broadcast.sh", pypatch, place / "mpi", pin, *patchsets(pin)]
    begun = time.monotonic()
    with open(place / "mpi.log", "w") as output:
        row["broadcast"] = subprocess.run(script, stdout=output, stderr=subprocess.STDOUT, env=environment).returncode
    said = (place / "mpi.log").read_text(errors="replace")
    row["ranks"] = re.findall(r"rank \d+ (\d+)", said)[:4]
    row["seconds"] += time.monotonic() - begun
    write(work, row)


def table(work):
    """Prints a row for each release that was built; returns whether all of them hold."""
    rows = [json.loads(path.read_text()) for path in work.glob("*/result.json")]
    rows.sort(key=lambda row: version(row["pin"]))
    print("| release | from | patchsets | configure | make | install | checks | files opened by ranks 0 to 3 | in all |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        steps = [f"{value:.0f} s" if value else "failed" for value in row["steps"].values()]
        checks = f"{row['checks']} hold" if row["build"] == 0 else f"failed after {row['checks']}"
        ranks = {None: "not run", 77: "no MPI here"}.get(row.get("broadcast")) or ", ".join(row["ranks"])
        if row.get("broadcast") not in (None, 0, 77):
            ranks = f"failed: {ranks}"
        cells = [row["pin"], row.get("source", "-"), ", ".join(row["patchsets"]), *steps, checks, ranks, f"{row['seconds']:.0f} s"]
        print("| " + " | ".join(cells) + " |")
    return all(row["build"] == 0 and row.get("broadcast") in (0, 77) for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pypatch", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("pins", nargs="*")
    parser.add_argument("--only", choices=["build", "broadcast"], help="do only one of the two steps")
    parser.add_argument("--exclude", action="append", default=[], help="files that the repository lacks")
    arguments = parser.parse_intermixed_args()
    newest = {series(pin): pin for _, pin in sorted(of_snapshots(), key=lambda one: version(one[1]))}
    pypatch, work = arguments.pypatch.resolve(), arguments.work.resolve()
    steps = [step for step in (build, broadcast) if arguments.only in (None, step.__name__)]
    for step in steps:
        for pin in arguments.pins or newest.values():
            print(f"{time.strftime('%H:%M:%S')} {step.__name__} {pin}", file=sys.stderr, flush=True)
            step(pypatch, work, pin, arguments.exclude)
    sys.exit(0 if table(work) else 1)


if __name__ == "__main__":
    main()
