#!/usr/bin/env python3
"""All jobs for which docs/performance.md has a goal, as one table of ratios, in one run.

    tests/bench/table.py target/dist/pypatch [--rounds 5] [--cpython CLONE] [--tarballs DIRECTORY] [--series PATCHES] [--only WORD]

CLONE is a git repository with CPython's release tags, and DIRECTORY has Python-2.7.18.tgz and Python-3.13.5.tar.xz, or files with their bytes
under another name of the release; by default both are searched in PYPATCH_SOURCES and in pypatch's cache. PATCHES is the quilt series of 3.13.5,
such as debian/patches. A job whose input is missing is skipped, and says so.

Each figure is paired: both programs do the same work in turns, in changing order, and the ratio is the median of those of the pairs, so
what else the machine does affects both. A ratio below 1 is faster than the other program. The bold one counts, with its spread: wall
time where a person waits, and CPU time where a job takes milliseconds. Memory is that of the largest process, and never below that of this script, which starts them.
Timings decide no test: the exit status says only whether all commands succeeded.
"""

import argparse
import datetime
import itertools
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TAGS = "2.4.6 2.5 2.5.6 2.6 2.6.9 2.7 2.7.3 2.7.10 2.7.18 3.0.1 3.1.5 3.2.6".split()


class Skip(Exception):
    """Why a job cannot be run here."""


def run(command, cwd, ok=(0,), **environment):
    """Wall seconds, CPU seconds and MiB of a command; a text is for the shell."""
    command = ["bash", "-c", "set -euo pipefail\n" + command] if isinstance(command, str) else command
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ok:
        sys.exit(f"{command}: exit status {process.returncode}\n{errors.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def in_pairs(rounds, before, *steps):
    """The measurements of each step, in turns."""
    measured = [[] for _ in steps]
    for number in range(-1, rounds):
        order = range(len(steps)) if number % 2 else reversed(range(len(steps)))
        for at in order:
            before()
            result = steps[at]()
            # The first round warms the caches.
            if number >= 0:
                measured[at].append(result)
    return measured


def median(measured, of):
    return statistics.median(one[of] for one in measured)


WALL, CPU, MIB = range(3)


class Bench:
    def __init__(self, arguments, place):
        self.pypatch = str(arguments.pypatch.resolve())
        self.place, self.arguments, self.rounds = place, arguments, arguments.rounds
        # Only what is given counts, and the shipped patchsets.
        os.environ.pop("PYPATCH_COMPLETE", None)
        print("| job | compared with | wall | CPU | goal | MiB |\n|---|---|---|---|---|---|", flush=True)

    def ours(self, *words, ok=(0,), cwd=None):
        return run([self.pypatch, "-q", "--offline", *map(str, words)], cwd or self.place, ok)

    def row(self, job, other, goal, measure):
        """Measures a job, unless it is not asked for, and prints its row."""
        if self.arguments.only not in job:
            return
        try:
            of, ours, theirs = measure()
        except Skip as why:
            print(f"| {job} | {other} | skipped: {why} | | {goal} | |", flush=True)
            return
        cells = []
        for kind in (WALL, CPU):
            ratios = sorted(our[kind] / max(their[kind], 1e-4) for our, their in zip(ours, theirs))
            cell = f"{statistics.median(ratios):.2f}"
            if kind == of:
                cell = f"**{cell}** ({ratios[0]:.2f} to {ratios[-1]:.2f})"
                # Where the goal is a time, it is there, too.
                cell += f", {median(ours, of):.3g} s" if goal.endswith("s") else ""
            cells.append(cell)
        mib = f"{max(one[MIB] for one in ours):.0f}, {max(one[MIB] for one in theirs):.0f}"
        print(f"| {job} | {other} | {cells[0]} | {cells[1]} | {goal} | {mib} |", flush=True)

    # Inputs

    def clone(self):
        named = [self.arguments.cpython] if self.arguments.cpython else os.environ.get("PYPATCH_SOURCES", "").split(":")
        for path in filter(None, named):
            check = ["git", "-c", "safe.directory=*", "-C", path, "rev-parse", "-q", "--verify", "v3.13.5^{tree}"]
            if subprocess.run(check, capture_output=True).returncode == 0:
                return str(Path(path).resolve())
        raise Skip("no clone of CPython is given")

    def tarball(self, pin, name):
        """The tarball of a release."""
        folders = [self.arguments.tarballs] if self.arguments.tarballs else os.environ.get("PYPATCH_SOURCES", "").split(":")
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        for folder in [*folders, f"{cache}/pypatch/tarballs"]:
            if folder and (Path(folder) / name).is_file():
                return (Path(folder) / name).resolve()
        raise Skip(f"{name} is not in --tarballs (`pypatch fetch {pin}` gets it)")

    def diff_of(self, patchset, source, name):
        file = self.place / name
        with file.open("wb") as out:
            subprocess.run([self.pypatch, "-q", "--offline", "diff", patchset, source], cwd=self.place, stdout=out, check=True)
        return file

    # Jobs

    def apply(self):
        clone, tree, other = self.clone(), self.place / "tree", self.place / "other"
        self.ours("apply", "catamount-py2.5", f"git:{clone}@v2.5", "-o", tree)
        self.ours("revert", tree)
        shutil.copytree(tree, other, symlinks=True)
        diff = self.diff_of("catamount-py2.5", tree, "2.5.diff")
        patch = ["patch", "-s", "-p1", "-i", diff]

        def both(one, two):
            return one[0] + two[0], one[1] + two[1], max(one[2], two[2])

        ours = lambda: both(self.ours("apply", "catamount-py2.5", tree), self.ours("revert", tree))
        # No shell, which takes as long as patch.
        theirs = lambda: both(run(patch, other), run([*patch, "-R"], other))
        return CPU, *in_pairs(3 * self.rounds, lambda: None, ours, theirs)

    def unpack(self, pin, name, patchset, out, pack):
        def measure():
            tarball = self.tarball(pin, name)
            diff = self.diff_of(patchset, tarball, f"{pin}.diff")
            digest = subprocess.run(["sha256sum", tarball], stdout=subprocess.PIPE, check=True).stdout.decode().split()[0]
            made = self.place / "made"
            made.mkdir()
            names = itertools.count()

            def ours():
                return self.ours("apply" if not out else "export", patchset, tarball, "-o", made / f"{next(names)}{out}")

            def theirs():
                folder = made / f"{next(names)}"
                script = (
                    f"echo '{digest}  {tarball}' | sha256sum --check --quiet\nmkdir {folder}; tar -xf {tarball} -C {folder}; cd {folder}/*\n"
                    f"patch -s -p1 < {diff}; cd ..\n{pack}"
                )
                return run(script, self.place)

            # Nothing is removed in between: ext4 gives no inode away that was freed in the last five seconds, and the search for others
            # takes longer than all that is measured.
            measured = in_pairs(self.rounds, lambda: None, ours, theirs)
            shutil.rmtree(made)
            time.sleep(6)
            return WALL, *measured

        return measure

    def tags(self, other):
        def measure():
            clone = self.clone()
            base, sources = f"git:{clone}@v2.5", [f"git:{clone}@v{tag}" for tag in TAGS]
            diff = self.diff_of("catamount-py2.5", base, "2.5.diff")
            git = f"git -c safe.directory='*' --git-dir {clone}"
            script = "\n".join(other.format(git=git, tag=f"v{tag}", diff=diff, at=f"{self.place}/at") for tag in TAGS)
            ours = lambda: self.ours("matrix", "catamount-py2.5", *sources, "--base", base)
            return WALL, *in_pairs(self.rounds, lambda: None, ours, lambda: run(script, self.place))

        return measure

    def matrix_of_all(self, *options):
        def measure():
            clone = self.clone()
            base = f"git:{clone}@v2.5"
            small = lambda: self.ours("matrix", "catamount-py2.5", *(f"git:{clone}@v{tag}" for tag in TAGS), "--base", base)
            large = lambda: self.ours("matrix", "catamount-py2.5", "--all", *options, f"git:{clone}", "--base", base)
            return WALL, *in_pairs(1, lambda: None, large, small)

        return measure

    def plan_on_tag(self):
        clone = self.clone()
        git = f"git -c safe.directory='*' --git-dir {clone} archive v2.7.18 | tar -x -C unpacked"
        clean = lambda: (shutil.rmtree(self.place / "unpacked", ignore_errors=True), (self.place / "unpacked").mkdir())
        ours = lambda: self.ours("plan", "catamount-py2.7", f"git:{clone}@v2.7.18")
        measured = in_pairs(self.rounds, clean, ours, lambda: run(git, self.place))
        shutil.rmtree(self.place / "unpacked")
        return WALL, *measured

    def plan_on_tarball(self):
        tarball = self.tarball("python-3.13.5", "Python-3.13.5.tar.xz")
        ours = lambda: self.ours("plan", "catamount-py3.13", tarball)
        return WALL, *in_pairs(self.rounds, lambda: None, ours, lambda: run(f"tar -xOf {tarball} > /dev/null", self.place))

    def start(self):
        return CPU, *in_pairs(6 * self.rounds, lambda: None, lambda: self.ours("list"), lambda: run(["git", "--version"], self.place))

    def series(self):
        if not self.arguments.series:
            raise Skip("no --series is given")
        tarball, patches = self.tarball("python-3.13.5", "Python-3.13.5.tar.xz"), self.arguments.series.resolve()
        # A few need fuzz or are refused; both programs get the others.
        self.ours("import", patches, "--base", tarball, "--id", "series", "--keep-going", ok=(0, 3))
        self.ours("export", "series", tarball, "--as", "quilt", "-o", self.place / "taken")
        tree, other = self.place / "tree-3.13", self.place / "other-3.13"
        tree.mkdir()
        run(f"tar -xf {tarball} --strip-components 1 -C {tree}; cp -a {tree} {other}", self.place)
        names = [line.split()[0] for line in (self.place / "taken/series").read_text().splitlines() if line.strip() and line[0] != "#"]
        git = ["git", "apply", "-p1", "--whitespace=nowarn", *(self.place / "taken" / name for name in names)]
        undo = lambda: run(f"rm -rf {tree} {other}; mkdir {tree}; tar -xf {tarball} --strip-components 1 -C {tree}; cp -a {tree} {other}", self.place)
        return WALL, *in_pairs(min(self.rounds, 3), undo, lambda: self.ours("apply", "series", tree), lambda: run(git, other))

    # Growth

    def growth(self, title, cases, measure):
        """A table: how one thing grows with another, each next to the first."""
        if self.arguments.only not in title:
            return
        try:
            steps = [measure(case) for case in cases]
            measured = in_pairs(self.rounds, lambda: None, *steps)
        except Skip as why:
            print(f"\n{title}: skipped, {why}")
            return
        print(f"\n| {title} | times the first | MiB |\n|---|---|---|")
        for case, one in zip(cases, measured):
            ratios = [our[CPU] / first[CPU] for our, first in zip(one, measured[0])]
            print(f"| {case} | {statistics.median(ratios):.1f} CPU | {max(it[MIB] for it in one):.0f} |", flush=True)

    def edits(self, number):
        sys.path.insert(0, str(Path(__file__).parent))
        import growth

        name, tree = growth.make(self.place, number, 100)
        return lambda: self.ours("plan", name, tree, "--patchsets", self.place)

    def versions(self, number):
        clone = self.clone()
        tags = subprocess.run(["git", "-c", "safe.directory=*", "-C", clone, "tag", "-l", "v[23].*"], stdout=subprocess.PIPE, check=True)
        tags = [tag for tag in tags.stdout.decode().split() if tag.count(".") < 3]
        chosen = [f"git:{clone}@{tags[at * len(tags) // number]}" for at in range(min(number, len(tags)))]
        return lambda: self.ours("matrix", "catamount-py2.5", *chosen, "--base", f"git:{clone}@v2.5")

    def files(self, number):
        """A tree with one patched file and `number` others."""
        tree, folder = self.place / f"files-{number}", self.place / "one"
        (tree / "Include").mkdir(parents=True)
        (tree / "Include/patchlevel.h").write_text('#define PY_VERSION "3.13.5"\n')
        (tree / "Makefile.pre.in").write_text("all: x y\n")
        for at in range(number):
            path = tree / f"Lib/d{at % 100}/f{at}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"def f{at}():\n    return {at}\n" * 20)
        folder.mkdir(exist_ok=True)
        (folder / "patchset.yaml").write_text(
            "schema: 1\nid: one\ntitle: One\nedits:\n  - {id: e, why: w, file: Makefile.pre.in, makefile.remove-prerequisite: {target: all, word: y}}\n"
        )
        outs = (self.place / f"copy-{number}-{at}" for at in itertools.count())

        def copy():
            return self.ours("apply", "one", tree, "--allow-unpinned", "-o", next(outs), "--patchsets", self.place)

        return copy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pypatch", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpython")
    parser.add_argument("--tarballs")
    parser.add_argument("--series", type=Path)
    parser.add_argument("--only", default="", help="only jobs with this word in their name")
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "-c", "safe.directory=*", "log", "-1", "--format=%h"], cwd=Path(__file__).parent, stdout=subprocess.PIPE)
    size = arguments.pypatch.stat().st_size
    print(
        f"{datetime.date.today()}, commit {commit.stdout.decode().strip()}, {size:,} bytes, {platform.machine()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f}, {arguments.rounds} rounds\n"
    )
    with tempfile.TemporaryDirectory(prefix="pypatch-table-") as place:
        bench = Bench(arguments, Path(place))
        tgz, xz = ("python-2.7.18", "Python-2.7.18.tgz", "catamount-py2.7"), ("python-3.13.5", "Python-3.13.5.tar.xz", "catamount-py3.13")
        bench.row("apply and revert, catamount-py2.5 on 2.5", "patch, patch -R", "2.5", bench.apply)
        bench.row(".tgz to a patched tree (2.7.18)", "sha256sum, tar x, patch", "0.45", bench.unpack(*tgz, "", ""))
        bench.row(".tar.xz to a patched tree (3.13.5)", "sha256sum, tar x, patch", "0.80", bench.unpack(*xz, "", ""))
        bench.row(".tgz to a patched .tar.gz", "the same, tar cz", "0.45", bench.unpack(*tgz, ".tar.gz", "tar -czf packed.tar.gz *"))
        bench.row(".tgz to a patched .tar", "the same, tar c", "0.35", bench.unpack(*tgz, ".tar", "tar -cf packed.tar *"))
        archive = "mkdir {at}; {git} archive {tag} | tar -x -C {at}; (cd {at}; patch -s -f -p1 -F2 < {diff} || true); rm -r {at}"
        index = "export GIT_INDEX_FILE={at}-index; {git} read-tree {tag}; {git} apply --cached --check {diff} || true; rm {at}-index"
        bench.row("matrix, 12 tags", "git archive, tar x, patch -F2", "0.03", bench.tags(archive))
        bench.row("matrix, the same 12 tags", "git read-tree, git apply --cached --check", "1.0", bench.tags(index))
        bench.row("matrix --all, every tag", "matrix, 12 tags", "5 s", bench.matrix_of_all())
        bench.row("matrix --all --family", "matrix, 12 tags", "2 s", bench.matrix_of_all("--family"))
        bench.row("plan on a tag", "git archive, tar x", "0.06", bench.plan_on_tag)
        bench.row("plan on a .tar.xz, again", "tar x", "0.1 s", bench.plan_on_tarball)
        bench.row("a series of patches, apply (3.13.5)", "git apply, one process", "1.0", bench.series)
        bench.row("start (`list`)", "git --version", "10 ms", bench.start)
        bench.growth("plan: edits, over 100 files", [10, 100, 1000], bench.edits)
        bench.growth("matrix: versions", [10, 100, 248], bench.versions)
        bench.growth("apply --output: files of the tree", [100, 1000, 10000], bench.files)


if __name__ == "__main__":
    main()
