#!/usr/bin/env python3
"""Compares pypatch with existing tools on porting the edits of catamount-py2.5 to other versions.

    tests/bench/ports_by_tools.py PYPATCH REPOSITORY [-v] [VERSION...]

REPOSITORY is a git repository with CPython's release tags. Each edit's own diff on 2.5, from the accepted snapshot, is given
to `patch -F2`, `git apply -3` and `wiggle` on each version on which the shipped family has an accepted snapshot. The family's
result there counts as right. A tool is

    right     its result is the family's, or it refuses where the family does nothing
    wrong     it succeeds, and its result is another one
    needless  it succeeds where the family does nothing
    refused   it fails, and there is something to do

pypatch is right where it applies an edit, or leaves it out, and the family does the same (a thing that is gone is left out, even where the
family reaches the same end by other lines); it asks where it names candidates and takes
none; the rest is wrong. Tools that are not installed are left out, and named.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BASE = ("catamount-py2.5", "python-2.5")
# New files have no context: every tool adds them.
LEFT_OUT = {"write-result"}


def sections(path):
    """The diff of each edit of a snapshot; an empty one where it does nothing."""
    found, name = {}, None
    for line in path.read_text().split("\n== ")[1:]:
        head, _, body = line.partition("\n")
        name = head.split(":")[0]
        at = body.find("diff --git ")
        if ":" in head:
            diff = body[at:] if at >= 0 else ""
            found[name] = re.sub(r"⟪([0-9A-F]{2})⟫", lambda m: chr(int(m[1], 16)), diff.rstrip("\n") + "\n" if diff else "")
    return found


def files_of(diff):
    return sorted(set(re.findall(r"^diff --git a/(\S+) b/", diff, re.M)))


def changed_lines(diff):
    return sorted(line for line in diff.split("\n") if line[:1] in "+-" and line[:3] not in ("+++", "---"))


class Tree:
    """A few files of a version."""

    def __init__(self, repository, tag):
        self.repository, self.tag = repository, tag

    def write(self, place, names):
        subprocess.run(["git", "init", "-q", place], check=True)
        for name in names:
            shown = subprocess.run(["git", "-C", self.repository, "show", f"{self.tag}:{name}"], capture_output=True)
            if shown.returncode == 0:
                path = pathlib.Path(place, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(shown.stdout)
        # The old blobs, so that `git apply -3` can find them.
        config = pathlib.Path(place, ".git/objects/info/alternates")
        config.parent.mkdir(parents=True, exist_ok=True)
        objects = subprocess.run(["git", "-C", self.repository, "rev-parse", "--git-path", "objects"], capture_output=True, text=True)
        config.write_text(str(pathlib.Path(self.repository, objects.stdout.strip()).resolve()) + "\n")
        git = ["git", "-C", place, "-c", "user.name=x", "-c", "user.email=x"]
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)


def run(command, place, text):
    return subprocess.run(command, cwd=place, input=text.encode(), capture_output=True).returncode == 0


def wiggle(place, diff):
    """wiggle works file by file."""
    good = True
    for part in re.split(r"(?m)^(?=diff --git )", diff)[1:]:
        name = files_of(part)[0]
        if not pathlib.Path(place, name).exists():
            return False
        good &= run(["wiggle", "--replace", name, "/dev/stdin"], place, part)
    return good


TOOLS = {
    "patch -F2": ("patch", lambda place, diff: run(["patch", "-p1", "-F2", "-s", "-N", "-r", "-", "--no-backup-if-mismatch"], place, diff)),
    "git apply -3": ("git", lambda place, diff: run(["git", "apply", "-3"], place, diff)),
    "wiggle": ("wiggle", wiggle),
}


def contents(place):
    skip = (".git", ".rej", ".orig", ".porig")
    paths = [path for path in pathlib.Path(place).rglob("*") if path.is_file()]
    return {str(path.relative_to(place)): path.read_bytes() for path in paths
            if ".git/" not in str(path.relative_to(place)) + "/" and not path.name.endswith(skip)}


def with_indices(diff, repository, tag):
    """The diff with the blob ids of its files, which `git apply -3` needs."""
    out = []
    for part in re.split(r"(?m)^(?=diff --git )", diff):
        name = files_of(part)
        blob = name and subprocess.run(["git", "-C", repository, "rev-parse", f"{tag}:{name[0]}"], capture_output=True, text=True)
        if blob and blob.returncode == 0:
            part = part.replace("\n--- ", f"\nindex {blob.stdout.strip()}..{'0' * 39}1 100644\n--- ", 1)
        out.append(part)
    return "".join(out)


def judge_tool(tool, repository, tag, diff, expected):
    names = sorted(set(files_of(diff)) | set(files_of(expected)))
    with tempfile.TemporaryDirectory() as wanted, tempfile.TemporaryDirectory() as got:
        Tree(repository, tag).write(got, names)
        good = tool(got, diff)
        if not expected:
            return "needless" if good else "right"
        if not good:
            return "refused"
        Tree(repository, tag).write(wanted, names)
        if not run(["git", "apply"], wanted, expected):
            sys.exit(f"an accepted diff does not apply to {tag}")
        return "right" if contents(got) == contents(wanted) else "wrong"


def judge_pypatch(verdicts, diff, expected):
    if verdicts & {"changed", "lost", "refused"}:
        return "asks"
    does = bool(verdicts & {"applies", "moved"})
    if not does and expected and not set(changed_lines(expected)) & set(changed_lines(diff)):
        # What it changed is gone, and the family does something else for the same end.
        return "right"
    if not expected:
        return "needless" if does else "right"
    # What is left out of an edit of several parts takes no line away from the others.
    same = set(changed_lines(expected)) >= set(changed_lines(diff)) or verdicts & {"already", "obsolete"}
    return "right" if does and same else "wrong"


def main():
    program, repository, *versions = sys.argv[1:]
    root = pathlib.Path(__file__).resolve().parents[2] / "snapshots"
    base = sections(root / BASE[0] / f"{BASE[1]}.snap")
    tools = {name: tool for name, (needs, tool) in TOOLS.items() if shutil.which(needs)}
    for name in TOOLS.keys() - tools.keys():
        print(f"{name}: not installed")
    snapshots = {path.stem: path for path in sorted(root.glob("catamount-py*/*.snap")) if path.stem != BASE[1]}
    counts = {name: {} for name in ["pypatch", *tools]}
    cases = 0
    for pin, path in sorted(snapshots.items(), key=lambda one: [int(x) for x in re.findall(r"\d+", one[0])]):
        version = pin.removeprefix("python-")
        if set(versions) - {"-v"} and version not in versions:
            continue
        report = json.loads(subprocess.run([program, "matrix", BASE[0], f"git:{repository}@v{version}", "--base", f"git:{repository}@v2.5",
                                            "--format", "json"], capture_output=True, text=True, check=True).stdout)
        family = sections(path)
        for edit, diff in base.items():
            if edit in LEFT_OUT or not diff:
                continue
            cases += 1
            expected = family.get(edit, "")
            verdicts = {cell["verdict"] for cell in report["cells"] if cell["edit"] == edit}
            results = {"pypatch": judge_pypatch(verdicts, diff, expected)}
            for name, tool in tools.items():
                text = with_indices(diff, repository, "v2.5") if name.startswith("git") else diff
                results[name] = judge_tool(tool, repository, f"v{version}", text, expected)
            if "-v" in versions and results["pypatch"] in ("wrong", "needless"):
                print(pin, edit, verdicts, results["pypatch"])
            for name, result in results.items():
                counts[name][result] = counts[name].get(result, 0) + 1
    kinds = ["right", "asks", "refused", "wrong", "needless"]
    print(f"{cases} cases: {len(base)} edits on the versions of the family's snapshots\n")
    print("| tool | " + " | ".join(kinds) + " |\n|---|" + "---|" * len(kinds))
    for name, found in counts.items():
        print(f"| {name} | " + " | ".join(str(found.get(kind, 0)) for kind in kinds) + " |")


if __name__ == "__main__":
    main()
