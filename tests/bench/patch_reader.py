#!/usr/bin/env python3
"""Compares what pypatch reads in patches with what git reads in them.

    cargo build
    tests/bench/patch_reader.py [-v] [--pypatch target/debug/pypatch] INPUT...

INPUT is a patch, a directory with patches, or a bare git repository, whose newest commit is searched; each is a row of the table. A
patch is a file that ends in .patch, .diff, .dff or .patchset, is
called `patch` or `diff`, or is in a folder `patches`; and each here-document of a shell script that has a
line `@@ -`. Nothing is applied: `pypatch import --stat -p N` is compared with `git apply --numstat --summary -pN`, file by file: the name,
the added and removed lines, whether the file is added, removed, renamed or copied, and its modes. N is 1, and 0 where git finds no name
with 1. A file that a patch names twice is compared in order.

    same        both read the same
    neither     both refuse
    pypatch     only pypatch reads it; with git's reason
    git         only git reads it; with pypatch's reason
    different   both read it, and not the same

The kinds of the last three are counted with an example; -v lists all. The exit status is 1 if there is one that docs/patches.md does not
explain.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

IS_PATCH = re.compile(r"\.(patch|diff|dff|patchset)$|(^|/)(patches/[^/]+|patch|l?diff|patch-[^/]+)$", re.I)
HEREDOC = re.compile(rb"<<-?\s*\\?['\"]?(\w+)['\"]?[^\n]*\n(.*?\n)\s*\1[ \t]*\n", re.S)
# The differences that docs/patches.md explains: a kind, and a pattern of the reason.
KNOWN = [
    ("pypatch", "corrupt patch at line|inconsistent (new|old) filename|git-diff - expected|fragment without header"),
    ("pypatch", "depends on old contents|unable to find filename|lacks filename information"),
    ("git", "has more lines than it says|begins a diff without context"),
    ("different", "^git takes (blanks|more)|^two names|^all lines are removed|^lines are added"),
]


def inputs(path):
    """The patches of an input: a name, and the bytes."""
    if path.is_dir() and (path / "HEAD").is_file():
        git = ["git", f"--git-dir={path}"]
        listed = subprocess.run([*git, "ls-tree", "-rz", "HEAD"], capture_output=True, check=True).stdout
        names = [(entry.split(b"\t", 1)[1].decode("utf-8", "replace"), entry.split()[2]) for entry in listed.split(b"\0")
                 if entry.startswith(b"100")]
        names = [(name, blob) for name, blob in names if IS_PATCH.search(name) or re.search(r"/tests?/|^t/", name)]
        process = subprocess.Popen([*git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name, blob in names:
            process.stdin.write(blob + b"\n")
            process.stdin.flush()
            found = process.stdout.readline().split()
            if found[-1] == b"missing":
                continue
            size = int(found[2])
            yield from patches_of(name, process.stdout.read(size + 1)[:size])
        process.stdin.close()
        return
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        yield from patches_of(str(file.relative_to(path)) if path.is_dir() else str(file), file.read_bytes())


def patches_of(name, text):
    if IS_PATCH.search(name):
        if re.search(rb"(?m)^(@@ -|diff --git |GIT binary)", text):
            yield name, text
        return
    if b"\0" in text[:1000]:
        return
    for number, found in enumerate(HEREDOC.finditer(text)):
        if re.search(rb"(?m)^@@ -", found[2]):
            yield f"{name}#{number + 1}", found[2]


def by_git(place, level):
    """The files as git reads them, or its reason."""
    def run(*options):
        return subprocess.run(["git", "apply", f"-p{level}", *options, "p.patch"], cwd=place, capture_output=True)
    done = run("--numstat", "-z")
    if done.returncode != 0:
        return None, done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
    rows = [row.split(b"\t", 2) for row in done.stdout.split(b"\0") if row]
    files = [(name.decode("utf-8", "replace"), added.decode(), removed.decode()) for added, removed, name in rows]
    summary, name = [], None
    for line in run("--summary").stdout.decode("utf-8", "replace").split("\n"):
        if found := re.match(r" (create|delete)(?: mode (\d+))? (.*)", line):
            summary.append(("add" if found[1] == "create" else "remove", unquoted(found[3]), found[2] or "100644"))
        elif found := re.match(r" mode change (\d+) => (\d+)(?: (.*))?", line):
            # Without a name, it is that of the line before.
            summary.append(("mode", unquoted(found[3] or name), f"{found[1]} {found[2]}"))
        elif found := re.match(r" (rename|copy) (.*) \(\d+%\)$", line):
            old, name = expanded(found[2])
            summary.append((found[1], unquoted(name), unquoted(old)))
    return (files, summary), None


def expanded(text):
    """`a/{b => c}/d`, as git writes a rename."""
    if found := re.match(r"(.*?)\{(.*?) => (.*?)\}(.*)$", text):
        old, new = (found[1] + middle + found[4] for middle in found.group(2, 3))
        return old.replace("//", "/"), new.replace("//", "/")
    old, _, new = text.partition(" => ")
    return old, new


def unquoted(name):
    """A name that git may have quoted."""
    if not (name.startswith('"') and name.endswith('"') and "\\" in name):
        return name
    raw = re.sub(rb"\\([0-7]{3}|.)", lambda m: bytes([int(m[1], 8)]) if len(m[1]) == 3 else {b"t": b"\t", b"n": b"\n"}.get(m[1], m[1]), name[1:-1].encode())
    return raw.decode("utf-8", "replace")


def by_pypatch(pypatch, place, level):
    """The files as pypatch reads them, or its reason."""
    command = [pypatch, "import", "--stat", "--format", "json", f"-p{level}", "p.patch"]
    done = subprocess.run(command, cwd=place, capture_output=True)
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().split("\n")
        return None, next((line for line in lines if "p.patch: " in line), lines[-1])

    # git writes only whether a file can be executed.
    def canonical(mode):
        return mode if not mode or not mode.startswith("100") else "100755" if int(mode, 8) & 0o100 else "100644"

    files, summary = [], []
    for file in (file for patch in json.loads(done.stdout)["patches"] for file in patch["files"]):
        old, new, does, name = canonical(file["old_mode"]), canonical(file["new_mode"]), file["does"], file["file"]
        files.append((name, "-", "-") if file["binary"] else (name, str(file["added"]), str(file["removed"])))
        if does in ("rename", "copy"):
            summary.append((does, name, file["from"]))
        elif does in ("add", "remove"):
            summary.append((does, name, (new if does == "add" else old) or "100644"))
        if does not in ("add", "remove") and old and new and old != new:
            summary.append(("mode", name, f"{old} {new}"))
    return (files, summary), None


def general(reason):
    """A reason without names and numbers."""
    reason = re.sub(r"^.*?p\.patch: ", "", reason)
    return re.sub(r"(\d+|'[^']*'|`[^`]*`|\S+/\S+)", "N", reason)[:110]


def compared(pypatch, text):
    """The kind of a patch, and what differs."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "p.patch").write_bytes(text)
        level = 1
        git, why_not_git = by_git(place, 1)
        if git is None and re.search("removing . leading|lacks filename|unable to find filename|invalid path", why_not_git):
            other, why = by_git(place, 0)
            if other is not None:
                git, why_not_git, level = other, why, 0
        own, why_not = by_pypatch(pypatch, place, level)
    if git is None and own is None:
        return "neither", general(why_not_git) + " | " + general(why_not)
    if git is None:
        return "pypatch", general(why_not_git)
    if own is None:
        return "git", general(why_not)
    for what, one, other in zip(("lines", "summary"), git, own):
        if one != other:
            if what == "lines" and [row[0] for row in one] != [row[0] for row in other]:
                what = "names" if len(one) == len(other) else "files"
            less, more = [row for row in one if row not in other], [row for row in other if row not in one]
            return "different", f"{reason(what, text, less, more)}\0git {less[:2]} pypatch {more[:2]}"
    return "same", ""


def reason(what, text, less, more):
    """Why the names or the summary differ, as far as it is known."""
    if what == "names" and len(less) == len(more):
        names = [(row[0], other[0]) for row, other in zip(less, more)]
        if all(one.startswith(other) and re.match(r"\s*$|\s+(\(|\d|[A-Z][a-z]{2} )", one[len(other):]) for one, other in names):
            return "git takes blanks or a date for a part of the name"
        if all(one.lstrip("./") == other for one, other in names):
            return "git takes more slashes for a part of the name"
        headers = re.findall(rb"(?m)^--- (\S+).*\n\+\+\+ (\S+)", text)
        sides = {frozenset(side.rsplit(b"/")[-1].decode("utf-8", "replace") for side in sides) for sides in headers}
        if all({one.strip().rsplit("/")[-1], other.rsplit("/")[-1]} in sides for one, other in names):
            return "two names: without a base, git takes the old one, and pypatch the new one"
    if what == "summary" and not more and all(row[0] == "remove" for row in less):
        return "all lines are removed: git removes the file, and pypatch, as patch(1), only if the header says so"
    if what == "summary" and not less and all(row[0] == "add" for row in more):
        return "lines are added to an empty file: pypatch, as patch(1), adds it if it is absent"
    return what


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--pypatch", default="target/debug/pypatch")
    parser.add_argument("-v", action="store_true")
    parser.add_argument("inputs", type=Path, nargs="+", metavar="INPUT")
    args = parser.parse_args()
    pypatch = str(Path(args.pypatch).resolve())
    os.environ.update(LC_ALL="C", GIT_CEILING_DIRECTORIES="/", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
    kinds, unknown, columns = {}, 0, ("same", "neither", "pypatch", "git", "different")
    print(f"{'input':45} {'patches':>8} " + " ".join(f"{column:>9}" for column in columns))
    seen = set()
    for path in args.inputs:
        counts = collections.Counter()
        unique = [(name, text) for name, text in inputs(path) if not (text in seen or seen.add(text))]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for (name, _), (kind, what) in zip(unique, pool.map(lambda one: compared(pypatch, one[1]), unique)):
                counts[kind] += 1
                if kind != "same":
                    kinds.setdefault((kind, what.split("\0")[0]), []).append((f"{path}: {name}", what.split("\0")[-1]))
        shown = str(path.parent.name if path.name in ("repo", ".git") else path)
        print(f"{shown[-45:]:45} {len(unique):8} " + " ".join(f"{counts[column]:9}" for column in columns), flush=True)
    for (kind, what), found in sorted(kinds.items(), key=lambda item: (item[0][0], -len(item[1]))):
        known = kind == "neither" or any(kind == one and re.search(pattern, what) for one, pattern in KNOWN)
        unknown += 0 if known else len(found)
        print(f"{len(found):5} {kind:9} {what}" + ("" if known else "  NOT EXPLAINED"))
        for name, detail in found if args.v else found[:2]:
            print(f"        {name}" + (f"  {detail}" if detail != what else ""))
    return unknown > 0


if __name__ == "__main__":
    sys.exit(main())
