#!/usr/bin/env python3
"""Imports real series of patches on their own base, and compares with patch(1) at the same fuzz.

    cargo build --release
    tests/bench/series_vs_patch.py MIRRORS CPYTHON.git [--only NAME] [--debian VERSION=DEBIAN/patches] [--pypatch target/release/pypatch] [-v]

MIRRORS has the repositories of distributions as OWNER+NAME/repo, bare; what is missing is skipped. SERIES names a commit and a folder of each
series, and the tag of CPython.git that it is for; no patch is kept here. For fuzz 0 and 2:

    patch       the patches that `patch -p1 -FN` takes, one after the other; one that it does not take whole is undone and left out
    import      those that `pypatch import -p1 --fuzz N --keep-going` takes
    bytes       whether both trees are the same, byte for byte, with the patches that both take

Each patch that only one takes is shown with the reason (with -v, also those that neither takes). The exit status is 1 if bytes differ, or if import
takes fewer without a reason that is among EXPLAINED.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Name, repository, commit, folder or file, tag.
CONDA, OPENWRT = "conda-forge+python-feedstock", "openwrt+packages"
SERIES = [
    ("MSYS2 3.11.9", "msys2+MINGW-packages", "69e4f563c3", "mingw-w64-python/", "v3.11.9"),
    ("MSYS2 3.12.11", "msys2+MINGW-packages", "1aed698f40", "mingw-w64-python/", "v3.12.11"),
    ("MSYS2 3.13.11", "msys2+MINGW-packages", "ca2d041ceb", "mingw-w64-python/", "v3.13.11"),
    ("MSYS2 3.14.7", "msys2+MINGW-packages", "f5c635a00e", "mingw-w64-python/", "v3.14.7"),
    ("conda-forge 3.10.20", CONDA, "888e71e2431e", "recipe/patches/", "v3.10.20"),
    ("conda-forge 3.11.15", CONDA, "d6174105307b", "recipe/patches/", "v3.11.15"),
    ("conda-forge 3.12.13", CONDA, "2553c29de924", "recipe/patches/", "v3.12.13"),
    ("conda-forge 3.13.14", CONDA, "c1905e432fec", "recipe/patches/", "v3.13.14"),
    ("conda-forge 3.14.6", CONDA, "df31527ad9ce", "recipe/patches/", "v3.14.6"),
    ("OpenWrt 2.7.17", OPENWRT, "803dd9c739fa", "lang/python/python/patches/", "v2.7.17"),
    ("OpenWrt 3.6.5", OPENWRT, "bc034d58361c", "lang/python/python3/patches/", "v3.6.5"),
    ("OpenWrt 3.7.4", OPENWRT, "1bacdd52f727", "lang/python/python3/patches/", "v3.7.4"),
    ("OpenWrt 3.8.5", OPENWRT, "a85cab65d853", "lang/python/python3/patches/", "v3.8.5"),
    ("OpenWrt 3.9.4", OPENWRT, "aa959033ca3d", "lang/python/python3/patches/", "v3.9.4"),
    ("OpenWrt 3.10.7", OPENWRT, "02eb5c100c84", "lang/python/python3/patches/", "v3.10.7"),
    ("OpenWrt 3.11.7", OPENWRT, "86602b5f3adc", "lang/python/python3/patches/", "v3.11.7"),
    ("OpenWrt 3.11.10", OPENWRT, "12738a8eec8c", "lang/python/python3/patches/", "v3.11.10"),
    ("OpenWrt 3.13.9", OPENWRT, "6f5a3f76b78b", "lang/python/python3/patches/", "v3.13.9"),
    ("OpenWrt 3.14.3", OPENWRT, "8d3c00421392", "lang/python/python3/patches/", "v3.14.3"),
    ("OpenWrt 3.14.4", OPENWRT, "903d8a3d07c2", "lang/python/python3/patches/", "v3.14.4"),
    ("OpenWrt 3.14.5", OPENWRT, "6c1baacc1d4e", "lang/python/python3/patches/", "v3.14.5"),
    *((f"Haiku {version}", "haikuports+haikuports", "HEAD", f"dev-lang/python/patches/python{version[:4]}-{version}.patchset", f"v{version}")
      for version in ("3.10.20", "3.11.15", "3.12.13", "3.13.15", "3.14.7")),
]
EXPLAINED = [
    "fits with fuzz . in . places",                    # patch takes the nearest
    "but its result is there already",                 # patch applies it twice
    "the base has its changes already",
    "has no line to match",
    "has more lines than it says",
    "the file would no longer parse",                  # MSYS2: a brace is lost in Python/frozenmain.c
]


def git(repo, *command):
    return subprocess.run(["git", f"--git-dir={repo}", *command], capture_output=True, check=True).stdout


def patches_of(repo, commit, path):
    """The patches of a folder, in the order of their names, or the mails of a file."""
    names = git(repo, "ls-tree", "-r", "--name-only", commit, path).decode().split("\n")
    names = sorted(name for name in names if re.search(r"\.(patch|patchset|diff)$", name))
    for name in names:
        text = git(repo, "show", f"{commit}:{name}")
        starts = [found.start() for found in re.finditer(rb"(?m)^From [0-9a-f]{40} ", text)] or [0]
        for number, (start, end) in enumerate(zip(starts, starts[1:] + [len(text)])):
            short = Path(name).name
            short = f"{Path(short).stem}.patch"
            yield short if len(starts) == 1 else f"{number + 1:04}-{short}", text[start:end]


def unpack(source, tag, place):
    """The files of a tag, as far as the repository has them: snapshots lack the largest ones."""
    place.mkdir()
    entries = [entry.split(b"\t", 1) for entry in git(source, "ls-tree", "-rz", tag).split(b"\0") if entry]
    ids = b"".join(about.split()[2] + b"\n" for about, _ in entries)
    checked = subprocess.run(["git", f"--git-dir={source}", "cat-file", "--batch-check"], input=ids, capture_output=True, check=True).stdout
    lacking = [name.decode() for (_, name), line in zip(entries, checked.splitlines()) if line.endswith(b"missing")]
    command = ["git", f"--git-dir={source}", "archive", tag, "--", ".", *(f":(exclude){name}" for name in lacking)]
    archive = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    subprocess.run(["tar", "-x", "-C", place], stdin=archive.stdout, check=True)


def touched(pypatch, folder, whole, small):
    """A tree of only the files that the patches name: the rest is not needed, and takes the time."""
    done = subprocess.run([pypatch, "import", "--stat", "--format", "json", "-p1", folder], capture_output=True, text=True)
    names = {name for patch in json.loads(done.stdout)["patches"] for file in patch["files"] for name in (file["file"], file["from"]) if name}
    # Those of patches that cannot be read.
    for patch in folder.iterdir():
        names.update(name.decode("utf-8", "replace") for name in re.findall(rb"(?m)^(?:---|\+\+\+) [^/\n]*/(\S+)", patch.read_bytes()))
    for name in names:
        if ".." not in name and (whole / name).is_file():
            (small / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(whole / name, small / name, follow_symlinks=False)


def by_patch(tree, folder, names, fuzz, strips):
    """The patches that patch(1) takes, each with its exit status; the tree has them afterwards."""
    def run(*command):
        return subprocess.run(["git", "-c", "core.autocrlf=false", "-c", "gc.auto=0", *command], cwd=tree, capture_output=True, check=True)
    (tree / ".gitattributes").rename(tree.parent / "attributes") if (tree / ".gitattributes").exists() else None
    run("init", "-q")
    (tree / ".git/info/attributes").write_text("* -text -filter -ident\n")
    (tree / ".git/info/exclude").write_text("")
    run("add", "-Af")
    taken = []
    for name in names:
        command = ["patch", f"-p{strips}", f"-F{fuzz}", "-f", "-s", "--no-backup-if-mismatch", "-i", folder / name]
        if subprocess.run(command, cwd=tree, capture_output=True).returncode == 0:
            taken.append(name)
            run("add", "-Af")
        else:
            run("checkout-index", "-afq")
            run("clean", "-fdqx")
    shutil.rmtree(tree / ".git")
    if (tree.parent / "attributes").exists():
        (tree.parent / "attributes").rename(tree / ".gitattributes")
    return taken


def by_pypatch(pypatch, work, base, folder, names, fuzz, strips):
    """The patches that import takes, and the reasons for the others."""
    shutil.rmtree(work / "patchsets", ignore_errors=True)
    command = [pypatch, "import", *(folder / name for name in names), "--base", base, "--id", "series", f"-p{strips}", "--fuzz", str(fuzz),
               "--keep-going", "--format", "json"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if not done.stdout:
        sys.exit(done.stderr)
    report = json.loads(done.stdout)
    problems = {problem["patch"]: problem["reason"] for problem in report["problems"]}
    return [name for name in names if name not in problems], problems, done


def compared(pypatch, work, name, base, patches, strips, verbose):
    folder = work / "patches"
    folder.mkdir()
    for patch, text in patches:
        (folder / patch).write_bytes(text)
    small = work / "small"
    small.mkdir()
    touched(pypatch, folder, base, small)
    base = small
    names, bad = [patch for patch, _ in patches], 0
    for fuzz in (0, 2):
        def fresh():
            shutil.rmtree(work / "tree", ignore_errors=True)
            shutil.copytree(base, work / "tree", symlinks=True)
            return work / "tree"
        taken = by_patch(fresh(), folder, names, fuzz, strips)
        ours, problems, done = by_pypatch(pypatch, work, base, folder, names, fuzz, strips)
        both = [patch for patch in names if patch in taken and patch in ours]
        if both != taken:
            both = by_patch(fresh(), folder, both, fuzz, strips)
        if both != ours:
            both, _, done = by_pypatch(pypatch, work, base, folder, both, fuzz, strips)
        shutil.rmtree(work / "out", ignore_errors=True)
        made = subprocess.run([pypatch, "export", "series", base, "--as", "tree", "-o", "out"], cwd=work, capture_output=True, text=True)
        same = done.returncode == 0 and made.returncode == 0
        differ = (done.stderr if done.returncode else made.stderr).strip()
        if same:
            diff = subprocess.run(["diff", "-r", "--no-dereference", "-q", "tree", "out"], cwd=work, capture_output=True, text=True)
            modes = [{str(path.relative_to(root)): path.stat().st_mode & 0o100 for path in root.rglob("*") if path.is_file() and not path.is_symlink()}
                     for root in (work / "tree", work / "out")]
            differ = diff.stdout.strip() or ", ".join(path for path in modes[0] if modes[0][path] != modes[1].get(path))
            same = not differ
        lost = [patch for patch in taken if patch not in ours]
        unexplained = [patch for patch in lost if not any(re.search(pattern, problems[patch]) for pattern in EXPLAINED)]
        more = [patch for patch in ours if patch not in taken]
        print(f"{name:16} {len(names):7} {fuzz:4} {len(taken):7} {len(ours):7}   {'same' if same else 'DIFFERENT'}", flush=True)
        for patch in lost:
            print(f"    only patch(1): {patch}: {problems[patch]}")
        for patch in more:
            print(f"    only import:   {patch}")
        for patch in names if verbose else []:
            if patch not in taken and patch not in ours:
                print(f"    neither:       {patch}: {problems[patch]}")
        if not same:
            print("    " + "\n    ".join(differ.split("\n")[:20]))
        bad += not same or bool(unexplained)
    shutil.rmtree(folder)
    return bad


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("cpython", type=Path)
    parser.add_argument("--pypatch", default="target/release/pypatch")
    parser.add_argument("--only", default="")
    parser.add_argument("--debian", action="append", default=[], metavar="VERSION=PATCHES")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    pypatch, bad = str(Path(args.pypatch).resolve()), 0
    os.environ.update(LC_ALL="C", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
    print(f"{'series':16} {'patches':>7} {'fuzz':>4} {'patch':>7} {'import':>7}   bytes")
    found = []
    for spec in args.debian:
        version, _, place = spec.partition("=")
        names = [line.split()[0] for line in (Path(place) / "series").read_text().split("\n") if line.split("#")[0].split()]
        found.append((f"Debian {version}", f"v{version}", [(name, (Path(place) / name).read_bytes()) for name in names]))
    for name, repo, commit, path, tag in SERIES:
        repo = args.mirrors / repo / "repo"
        repo = repo / ".git" if (repo / ".git").is_dir() else repo
        if args.only not in name or not repo.is_dir():
            continue
        found.append((name, tag, list(patches_of(repo, commit, path))))
    for name, tag, patches in found:
        with tempfile.TemporaryDirectory() as place:
            work = Path(place)
            unpack(args.cpython.resolve(), tag, work / "base")
            bad += compared(pypatch, work, name, work / "base", patches, 1, args.v)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
