#!/usr/bin/env python3
"""Applies series of patches as `diff` edits, and compares the files with those of patch(1) without fuzz.

    tests/bench/series_as_diffs.py PYPATCH TREE SERIES [-v] [-p N]

TREE is the directory of the release that the series is for; it is only read. SERIES is quilt's list of patches, a directory of
patches, which are taken in the order of their names, or one patch. Each patch is planned on the tree that patch(1) has made of
the patches before it. If it needs fuzz, it is applied with fuzz for those after it. For each file of each patch:

    same        both make the same file
    distance    pypatch asks for `max-offset`, and makes the same file with it
    ambiguous   a hunk fits in several places, or fits its own result: patch(1) takes the nearest place, and pypatch asks
    again       the file has the result: patch(1) makes the change once more, and pypatch does not
    exists      the patch adds a file that is there: patch(1) adds to it, and pypatch refuses
    renamed     the patch renames or copies the file: pypatch asks for `file.add` and `file.remove`
    fuzz        the patch needs fuzz, and pypatch refuses it
    nothing     the patch does not apply, not even with fuzz, and pypatch refuses it
    already     the patch does not apply, and pypatch finds it applied
    partly      patch(1) refuses, as the file has the results of some hunks; pypatch applies the others, and all can be undone
    refused     WRONG: patch(1) makes a file, and pypatch refuses for another reason
    made        WRONG: patch(1) refuses, and pypatch makes a file
    different   WRONG: both make a file, and not the same

The whole patch is also one edit with a change for each file, which must fit if all its files do; and if all patches do, each
is a patchset of its own, and all are applied by one command. The exit status is 1 if there is a wrong one.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

KINDS = ("same", "distance", "ambiguous", "again", "exists", "renamed", "fuzz", "nothing", "already", "partly", "refused", "made", "different")
WRONG = ("refused", "made", "different")
# A series has its own way to run autoconf.
LINTS = ("untaken-section", "stale-configure", "undef-in-template", "undef-inside-guard", "setup-ignored", "setup-shadowed")


def series(path):
    """The patches, each with the number of directories to strip."""
    if path.is_dir():
        return [(one, None) for one in sorted(path.iterdir()) if re.search(r"\.(patch|diff|dff|patchset)$", one.name)]
    if path.name != "series":
        return [(path, None)]
    found = []
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            strip = [word for word in words[1:] if re.fullmatch(r"-p\d", word)]
            found.append((path.parent / words[0], int(strip[0][2:]) if strip else None))
    return found


def stripped(name, strip):
    """A name of a patch below the tree; None for the absent side."""
    name = re.split(r"\t|\s+\d{4}-\d\d-\d\d[ T]|\s+\w{3} \w{3} +\d", name)[0].strip().strip('"')
    if name == "/dev/null":
        return None
    return "/".join(re.split("/+", name)[strip:])


def files_of(patch, strip, tree):
    """The files that a patch is for, from its header lines."""
    found, lines = [], patch.read_bytes().decode("latin-1").split("\n")
    for number, line in enumerate(lines):
        names = []
        if line.startswith("--- ") and lines[number + 1:] and lines[number + 1].startswith("+++ "):
            sides = [stripped(side[4:], strip) for side in lines[number:number + 2]]
            there = [name for name in sides if name and (tree / name).is_file()]
            # As patch(1): the file that exists, of two the shorter name.
            names = sorted(there, key=lambda name: (name.count("/"), len(name)))[:1] or [name for name in sides[::-1] if name][:1]
        elif line.startswith("diff --git "):
            header = []
            for following in lines[number + 1:]:
                if re.match(r"diff |--- |@@ |Index:|$", following):
                    break
                header.append(following)
            names = [text.split(" ", 2)[2] for text in header if re.match(r"(rename|copy) (from|to) ", text)]
            if any(re.match(r"(new|old|deleted|GIT binary) ", text) for text in header):
                # Both names are the same, each with another directory above it.
                both = line[len("diff --git "):]
                names.append(stripped(both[len(both) // 2 + 1:], strip))
        found += [name for name in names if name not in found]
    return found


def copy(files, source, target):
    """A small tree of some files."""
    for name in files:
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def state(tree, name):
    path = tree / name
    return (path.read_bytes(), bool(path.stat().st_mode & 0o100)) if path.is_file() else None


def by_patch(tree, patch, strip, fuzz):
    """Applies a patch; returns the files with rejected hunks, or None if patch(1) cannot read the patch."""
    command = ["patch", f"-p{strip}", f"-F{fuzz}", "-f", "--no-backup-if-mismatch", "-i", patch]
    status = subprocess.run(command, cwd=tree, capture_output=True).returncode
    rejected = {str(path.relative_to(tree))[:-4] for path in tree.rglob("*.rej")}
    for name in rejected:
        (tree / (name + ".rej")).unlink()
    return None if status > 1 else rejected


def has_result(tree, name, patch, strip):
    """Whether a file has all changes of a patch: they can be undone."""
    with tempfile.TemporaryDirectory() as place:
        copy([name], tree, pathlib.Path(place))
        command = ["patch", f"-p{strip}", "-F0", "-f", "-R", "--no-backup-if-mismatch", "-i", patch]
        subprocess.run(command, cwd=place, capture_output=True)
        return not pathlib.Path(place, name + ".rej").exists() and state(pathlib.Path(place), name) != state(tree, name)


def write_patchset(place, files, patch, offset, allowed, name="series"):
    folder = place / "patchsets" / name / "files"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(patch, folder / "p.patch")
    limit = "" if offset is None else f", max-offset: {offset}"
    changes = "".join(f"      - {{file: {json.dumps(file)}, diff: {{patch: {{from: p.patch}}{limit}}}}}\n" for file in files)
    allow = "".join(f"      {lint}: w\n" for lint in allowed)
    text = f"schema: 1\nid: {name}\ntitle: A series\nedits:\n  - id: e\n    why: w\n    allow:\n{allow}    changes:\n{changes}"
    (folder.parent / "patchset.yaml").write_text(text)


def by_pypatch(pypatch, source, files, patch):
    """The files after one edit; None where it is refused. With the message, and whether it was applied already."""
    message, offset = "", None
    for _ in range(9):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            (place / "tree").mkdir()
            copy(files, source, place / "tree")
            write_patchset(place, files, patch, offset, LINTS)
            run = subprocess.run([pypatch, "apply", "--allow-unpinned", "series", "tree"], cwd=place, capture_output=True, text=True)
            if run.returncode == 0:
                return {name: state(place / "tree", name) for name in files}, message, "already" in run.stdout or "already" in run.stderr
            if not message:
                message = run.stderr
            distance = re.search(r"write `max-offset: (\d+)`", run.stderr)
            if not distance or offset is not None and int(distance[1]) <= offset:
                return None, message, False
            offset = int(distance[1])
    return None, message, False


def judge(pypatch, tree, patch, strip, verbose):
    """The kind of each file of a patch, and of the whole patch. Changes the tree as patch(1) does."""
    counts, shown = collections.Counter(), []
    files = files_of(patch, strip, tree)
    with tempfile.TemporaryDirectory() as exact_place, tempfile.TemporaryDirectory() as fuzzy_place:
        exact, fuzzy = pathlib.Path(exact_place), pathlib.Path(fuzzy_place)
        copy(files, tree, exact)
        copy(files, tree, fuzzy)
        rejected, still = by_patch(exact, patch, strip, 0), by_patch(fuzzy, patch, strip, 2)

        def kind(name):
            got, message, done = by_pypatch(pypatch, tree, [name], patch)
            is_there = state(exact, name) is not None or state(tree, name) is not None
            applies = rejected is not None and name not in rejected and is_there
            if applies:
                if got and got[name] == state(exact, name):
                    return ("distance" if message else "same"), message
                if (not got or got[name] == state(tree, name)) and has_result(tree, name, patch, strip):
                    return "again", message
                reasons = {"renames or copies": "renamed", "is ambiguous on": "ambiguous", "is not idempotent": "ambiguous", "another file of that name exists": "exists"}
                asks = [kind for text, kind in reasons.items() if text in message and not got]
                return (asks or ["different" if got else "refused"])[0], message
            if got is not None and got[name] != state(tree, name):
                with tempfile.TemporaryDirectory() as place:
                    made = pathlib.Path(place, name)
                    made.parent.mkdir(parents=True, exist_ok=True)
                    made.write_bytes(got[name][0] if got[name] else b"")
                    return ("partly" if has_result(pathlib.Path(place), name, patch, strip) else "made"), message
            if got is not None:
                return "already", message
            return ("fuzz" if is_there and still is not None and name not in still else "nothing"), message

        kinds = []
        for name in files:
            found, message = kind(name)
            kinds.append(found)
            counts[found] += 1
            if found in WRONG or verbose and found != "same":
                shown.append(f"  {found:9} {patch.name}: {name}\n" + "".join(f"      {line}\n" for line in message.splitlines()))
        if kinds and set(kinds) == {"same"}:
            got, message, _ = by_pypatch(pypatch, tree, files, patch)
            if got != {name: state(exact, name) for name in files}:
                counts["different"] += 1
                shown.append(f"  different {patch.name}, as one edit\n{message}")
        # The next patches are written for the tree with this one.
        for name in files:
            result = exact if rejected is not None and name not in rejected else fuzzy
            if (tree / name).exists():
                (tree / name).unlink()
            copy([name], result, tree)
    return counts, shown, kinds


def in_one_command(pypatch, before, after, patches):
    """Whether all patches as patchsets, applied together, turn the files of one tree into those of the other."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        shutil.copytree(before, place / "tree")
        names = []
        for number, (patch, files) in enumerate(patches):
            names.append(f"p{number}")
            write_patchset(place, files, patch, None, LINTS, names[-1])
        command = [pypatch, "apply", "--allow-unpinned", *names, "tree"]
        run = subprocess.run(command, cwd=place, capture_output=True, text=True)
        print(run.stderr if run.returncode else "", end="")
        files = {name for _, files in patches for name in files}
        return run.returncode == 0 and all(state(place / "tree", name) == state(after, name) for name in files)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("pypatch", type=pathlib.Path)
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("series", type=pathlib.Path)
    parser.add_argument("-p", type=int, default=1)
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    os.environ["LC_ALL"] = "C"
    pypatch, all_patches = arguments.pypatch.resolve(), series(arguments.series)
    total, whole, mixed = collections.Counter(), collections.Counter(), 0
    strips = [(patch.resolve(), arguments.p if strip is None else strip) for patch, strip in all_patches]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as before:
        tree, before, taken = pathlib.Path(folder), pathlib.Path(before), []
        # Only the files that some patch is for.
        for patch, strip in strips:
            copy(files_of(patch, strip, arguments.tree), arguments.tree, tree)
            copy(files_of(patch, strip, arguments.tree), arguments.tree, before)
        for patch, strip in strips:
            taken.append((patch, files_of(patch, strip, tree)))
            counts, shown, kinds = judge(pypatch, tree, patch, strip, arguments.v)
            total += counts
            whole["with the bytes of patch -F0" if set(kinds) <= {"same", "distance"} else "with an error"] += 1
            # `diff --git` before one section, and none before another.
            text = patch.read_bytes()
            sections = len(re.findall(rb"(?m)^--- .*\n\+\+\+ ", text))
            with_git = len(re.findall(rb"(?m)^diff --git (?:.*\n)(?:[a-z].*\n)*--- .*\n\+\+\+ ", text))
            mixed += 0 < with_git < sections
            print("".join(shown), end="")
        together = ""
        if set(total) == {"same"}:
            is_same = in_one_command(pypatch, before, tree, taken)
            together = "; the same tree in one command" if is_same else "; DIFFERENT in one command"
            total["different"] += not is_same
    count = len(all_patches)
    print(f"{count} {'patch' if count == 1 else 'patches'}, {mixed} of them with mixed headers: "
          + ", ".join(f"{number} {how}" for how, number in sorted(whole.items(), reverse=True)) + together)
    print(f"{sum(total.values())} files: " + ", ".join(f"{total[kind]} {kind}" for kind in KINDS if total[kind]))
    return any(total[kind] for kind in WRONG)


sys.exit(main())
