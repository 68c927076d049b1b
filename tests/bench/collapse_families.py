#!/usr/bin/env python3
"""Collapses the patch families of python-build-standalone, and compares the result with every variant on its version.

A family is the patches that its build script (cpython-unix/build-cpython.sh) applies to different versions of CPython for one purpose. Each is
given to `pypatch import --collapse` on every minor version that the script uses it for, with the release that pythonbuild/downloads.py
names. What `apply` then writes is compared with what `patch` makes of the same files. Patches are read from the repository, and nothing of
them is kept.

    tests/bench/collapse_families.py PYPATCH PYTHON-BUILD-STANDALONE CPYTHON [--rev REV] [--family NAME] [--same-meaning] [--verbose]
"""

import argparse
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

# Each family: its variants, by the ends of their names, with the minor versions that the build script uses them for.
FAMILIES = {
    "apple-cross": {"": ("3.10", "3.11"), "-3.12": ("3.12",), "-3.13": ("3.13",)},
    "cpython-configure-target-triple-musl": {"-3.10": ("3.10",), "-3.12": ("3.11", "3.12")},
    "ctypes-callproc": {"-legacy": ("3.10",), "": ("3.11", "3.12", "3.13", "3.14", "3.15")},
    "dont-clear-runshared": {"-legacy": ("3.10",), "": ("3.11", "3.12"), "-13": ("3.13",), "-14": ("3.14",)},
    "getpath-use-base_executable-for-executable_dir": {"": ("3.11", "3.12", "3.13"), "-314": ("3.14", "3.15")},
    "getrandom-use-nr": {"-3.12": ("3.10", "3.11", "3.12"), "-3.14": ("3.13", "3.14"), "-3.15": ("3.15",)},
    "jit-llvm-version": {"-3.13": ("3.13",), "-3.14": ("3.14",)},
    "macos-link-extension-modules": {"": ("3.10", "3.11", "3.12"), "-13": ("3.13", "3.14", "3.15")},
    "pgo-file-pool": {"-3.11": ("3.10", "3.11"), "": ("3.12", "3.13", "3.14", "3.15")},
    "pgo-print-statistics": {"-3.11": ("3.10", "3.11"), "": ("3.12", "3.13", "3.14", "3.15")},
    "python-configure-add-enable-static-libpython-for-interpreter": {
        "-3.10": ("3.10",), "-3.11": ("3.11",), "": ("3.12", "3.13", "3.14"),
    },
    "python-getpath-backport": {"-3.11": ("3.11",), "-3.12": ("3.12",), "-3.13": ("3.13",)},
    "sem-clockwait-weak": {
        "-3.10": ("3.10",), "-3.11": ("3.11",), "-3.12": ("3.12",), "-3.13": ("3.13", "3.14"), "-3.15": ("3.15",),
    },
    "tkinter": {"-3.10": ("3.10",), "-3.11": ("3.11",), "-3.12": ("3.12",), "-3.13": ("3.13",), "-3.14": ("3.14", "3.15")},
    "tkinter-backport-tcl-9": {"-310": ("3.10",), "-311": ("3.11",)},
    "write-python-for-build": {"": ("3.10", "3.11"), "-3.12": ("3.12", "3.13", "3.14", "3.15")},
}

# What the build script applies before, where a family does not fit the release.
NEEDS = {"pgo-file-pool": "pgo-print-statistics"}

PATCHLEVEL = "Include/patchlevel.h"


class Sources:
    """The two repositories."""

    def __init__(self, patches: str, cpython: str, rev: str):
        self.patches, self.cpython, self.rev = patches, cpython, rev
        table = self.show(patches, f"{rev}:pythonbuild/downloads.py").decode()
        self.releases = {
            minor: version
            for minor, version in re.findall(r'"cpython-(3\.\d+)": \{.*?"version": "([^"]+)"', table, re.DOTALL)
        }

    @staticmethod
    def show(repository: str, name: str) -> bytes | None:
        shown = subprocess.run(["git", "-C", repository, "show", name], capture_output=True)
        return shown.stdout if shown.returncode == 0 else None

    def patch(self, family: str, variant: str) -> bytes:
        return self.show(self.patches, f"{self.rev}:cpython-unix/patch-{family}{variant}.patch")

    def file(self, minor: str, path: str) -> bytes | None:
        return self.show(self.cpython, f"v{self.releases[minor]}:{path}")


def paths(patch: bytes) -> set[str]:
    """The files of a patch."""
    names = re.findall(rb"^\+\+\+ [^/\s]+/(\S+)", patch, re.MULTILINE)
    return {name.decode() for name in names}


def write(folder: Path, files: dict[str, bytes | None]) -> None:
    for path, contents in files.items():
        if contents is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(contents)


def patched(folder: Path, patch: bytes) -> None:
    """`patch -p1` as the build script runs it."""
    done = subprocess.run(["patch", "-p1", "-s", "--no-backup-if-mismatch"], cwd=folder, input=patch, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stdout.decode())


def contents(folder: Path, names: set[str]) -> dict[str, bytes | None]:
    return {name: (folder / name).read_bytes() if (folder / name).exists() else None for name in names}


def variant_of(family: str, minor: str) -> str:
    return next(variant for variant, minors in FAMILIES[family].items() if minor in minors)


def run(pypatch: str, sources: Sources, family: str, same_meaning: bool) -> dict:
    """Collapses a family, and compares."""
    variants = [(variant, minor) for variant, minors in FAMILIES[family].items() for minor in minors]
    names = set().union(*(paths(sources.patch(family, variant)) for variant, _ in variants))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        arguments = [pypatch, "import", "--collapse", "--id", family, "--fuzz", "2", "-o", str(work / "patchsets"), "--format", "json"]
        if same_meaning:
            arguments.append("--same-meaning")
        for variant, minor in variants:
            patch = work / "patches" / minor / f"{family}{variant}.patch"
            write(patch.parent, {patch.name: sources.patch(family, variant)})
            small = work / "bases" / minor
            write(small, {name: sources.file(minor, name) for name in names | {PATCHLEVEL}})
            if family in NEEDS:
                need = NEEDS[family]
                before = sources.patch(need, variant_of(need, minor))
                write(small, {name: sources.file(minor, name) for name in paths(before)})
                patched(small, before)
                base = str(small)
            else:
                base = f"git:{sources.cpython}@v{sources.releases[minor]}"
            arguments += [str(patch), "--base", base]
        start = time.monotonic()
        done = subprocess.run(arguments, capture_output=True, text=True)
        report = json.loads(done.stdout) if done.stdout else {}
        result = {
            "family": family,
            "patches": len(FAMILIES[family]),
            "versions": len(variants),
            "seconds": time.monotonic() - start,
            "written": done.returncode == 0,
            "hunks": report.get("hunks", []),
            "error": done.stderr,
            "same": 0,
        }
        if done.returncode:
            return result
        for variant, minor in variants:
            small = work / "bases" / minor
            out = work / "out" / minor
            out.parent.mkdir(exist_ok=True)
            applied = subprocess.run(
                [pypatch, "--patchsets", str(work / "patchsets"), "apply", family, str(small), "--allow-unpinned", "--output", str(out)],
                capture_output=True,
                text=True,
            )
            patched(small, sources.patch(family, variant))
            if applied.returncode == 0 and contents(out, names) == contents(small, names):
                result["same"] += 1
            else:
                result["error"] += f"{minor}: {applied.stderr or 'other bytes'}\n"
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pypatch")
    parser.add_argument("patches", help="a repository of python-build-standalone")
    parser.add_argument("cpython", help="a repository of CPython with its tags")
    parser.add_argument("--rev", default="HEAD")
    parser.add_argument("--family", action="append", choices=FAMILIES)
    parser.add_argument("--verbose", action="store_true", help="show how variants differ")
    parser.add_argument("--same-meaning", action="store_true", help="refuse what differs in meaning")
    options = parser.parse_args()
    sources = Sources(options.patches, options.cpython, options.rev)
    print("| family | patches | versions | hunks | in one form | differ in meaning | one edit | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    notes, one_edit, alike = [], 0, 0
    for family in options.family or FAMILIES:
        result = run(options.pypatch, sources, family, options.same_meaning)
        shared = sum(hunk["shared"] for hunk in result["hunks"])
        differing = sum(hunk["differs"] for hunk in result["hunks"])
        counts = f"{result['patches']} | {result['versions']} | {len(result['hunks'])} | {shared} | {differing}"
        shown = f"same bytes on {result['same']} of {result['versions']}" if result["written"] else "refused"
        print(f"| {family} | {counts} | {shown} | {result['seconds']:.1f} |", flush=True)
        is_same = result["written"] and result["same"] == result["versions"]
        one_edit += is_same
        alike += is_same and not differing
        for hunk in result["hunks"]:
            where = ", ".join(hunk["files"])
            for pair in hunk["unlike"]:
                notes.append(f"{family}: {where}: {' and '.join(pair['versions'])}: {pair['why']}: {pair['lines']}")
            for absent in hunk["absent"]:
                lines = ", ".join(str(version["line"]) for version in hunk["versions"])
                notes.append(f"{family}: {where}:{lines}: not in {absent['version']}: {absent['why']}")
        if result["error"]:
            notes.append(f"{family}: {result['error']}")
    print(f"\n{one_edit} families are one edit with the same bytes on every version, {alike} of them without a difference in meaning")
    if options.verbose:
        print("\n".join(notes))


if __name__ == "__main__":
    main()
